#!/bin/bash
# A file of the home is lost or damaged. The station does not start, its words name the file and what to do, and doctor
# says the same: nobody is told that all is well by one and turned away by the other.
. "$(dirname "$0")/lib.sh"

damage() { # FILE gone | FILE garbage | FILE row | FILE sealed: a letter of its closed keys | FILE PLACE: a bit there
	case $2 in
	gone) rm "h/$1" ;;
	garbage) head -c 8192 /dev/urandom >"h/$1" ;;
	row) python3 -c 'import sqlite3
c = sqlite3.connect("h/head.db"); c.execute("UPDATE head SET size = size + 1"); c.commit()' ;;
	sealed) python3 -c 'import sys
with open(sys.argv[1], "r+b") as f:
    d = f.read(); at = len(d) - 40; f.seek(at); f.write(b"B" if d[at:at + 1] == b"A" else b"A")' "h/$1" ;;
	*) python3 -c 'import sys
with open(sys.argv[1], "r+b") as f:
    d = f.read(); at = int(len(d) * float(sys.argv[2])); f.seek(at); f.write(bytes([d[at] ^ 1]))' "h/$1" "$2" ;;
	esac
}
lost() { # TEXT FILE HOW WORDS REMEDY: seamd's words and remedy, doctor's the same
	local status=0
	rm -rf h && cp -a sound h && rm h/home.place
	damage "$2" "$3"
	timeout 20 seamd -H h >started.out 2>&1 </dev/null || status=$?
	same "$1: it does not start" 78 $status
	holds "and says what is wrong" "$4" started.out
	holds "and what to do" "$5" started.out
	rm -rf h && cp -a sound h && rm h/home.place
	damage "$2" "$3"
	refuse "doctor does not say that all is well" seam --home h doctor
	cat out err >said
	holds "it names the same" "FAULT.*$4" said
	holds "and what to do as well" "^ *-> .*$5" said
}

try "a home is made" seam init h --station a/makhmour --exercise
start_station h
try "something is filed" seam --home h report sighting type=mov.sighting when=now place=38SMD4765
sleep 1.2
stop_station h
try "doctor finds nothing wrong" seam --home h doctor
cp -a h sound

lost "no head" head.db gone "head.db is missing" "seam recover"
lost "no head that can be read" head.db garbage "head.db" "seam recover"
lost "a head that was changed" head.db row "head.db does not match its hashes" "seam recover"
lost "no keys of the station" station.key gone "station.key: not found" "put it back from a copy, or"
lost "a bit in the keys" station.key sealed "station.key: a key is missing or does not open" "put it back from a copy, or"
lost "a bit in their form" station.key 0.03 "station.key: not in the expected form" "put it back from a copy, or"
lost "no keys of the records" keys.db gone "keys.db is not there" "seam recover NEW --from BACKUP"
lost "no journal" journal.db gone "journal.db is not there" "seam recover NEW --from BACKUP"
lost "no journal that can be read" journal.db garbage "journal.db" "seam recover NEW --from BACKUP"
lost "no record keys that can be read" keys.db garbage "keys.db" "seam recover NEW --from BACKUP"

# The root is not needed to start, and still has to be known for broken before it is.
rm -rf h && cp -a sound h && rm h/home.place
damage root.key sealed
refuse "doctor looks at the root key too" seam --home h doctor
holds "and names its file" "FAULT.*root.key: a key is missing or does not open" out
