#!/bin/bash
# A whole home of yesterday is put back in its place: store, keys and newest head agree with one another, so that it
# would sign a second history. It does not start, says why, and one command has it working again. What a home goes
# through otherwise does not stop it.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive"

refuses() { # TEXT PATTERN
	local status=0
	timeout 20 seamd -H h >refused.out 2>&1 </dev/null || status=$?
	same "$1" 78 $status
	holds "and says why" "$2" refused.out
}
files() { # TEXT IDS N
	start_station h
	try "$1" "$drive" file h "$2" "$3"
	sleep 1.2
	stop_station h
}

try "a home is made" seam init h --station a/makhmour --exercise
files "records are filed" ids 20
cp -a h save
files "more is filed after the copy" later 20
head=$(sed -n 2,3p h/log/1/checkpoint)
cp -a h now

# ---- what a home goes through ----
mv h elsewhere
mv elsewhere h
files "a home that was moved and moved back goes on" moved 5
echo "a passphrase" >pass
try "it is copied by seam backup" seam backup h.backup --home h --passphrase-file pass
files "and goes on" copied 5
try "its store is made smaller" python3 -c 'import sqlite3
for name in ("journal", "keys", "head"):
    sqlite3.connect(f"h/{name}.db").execute("VACUUM")'
files "and it goes on" vacuumed 5
start_station h
kill_station h
files "after a kill it goes on" killed 5
sed -i '2,$d' h/home.place
files "so it does with the mark of an earlier version" marked 5
same "which is written anew" 4 "$(wc -l <h/home.place)"

# ---- yesterday ----
rm -rf h/*
cp -a save/. h/
old=$(sed -n 2,3p h/log/1/checkpoint)
refuses "yesterday's home does not start" "put back from a copy.*'seam recover' gives it a log of its own"
refuses "nor the second time" "put back from a copy"
refuse "no command starts it either" seam --home h report sighting type=mov.sighting when=now place=38SMD4765
same "nothing was signed over it" "$old" "$(sed -n 2,3p h/log/1/checkpoint)"
refuse "doctor finds it" seam --home h doctor
holds "and says what to do" 'FAULT.*put back from a copy' out
holds "in a line of its own" '-> seam recover .*/h$' out
try "one command recovers, without a question" seam recover h
files "the station files again" again 10
newest=$(ls h/log | sort -n | tail -n 1)
try "in a log of its own" test "$newest" -gt 1
try "what the copy had is held" "$drive" held h ids
try "the home is sound" seam verify h
try "doctor finds nothing wrong" seam --home h doctor

# ---- one file of it ----
for name in head.db keys.db journal.db; do
	rm -rf h
	cp -a now h
	rm -f h/home.place
	files "a home goes on ($name)" "$name.ids" 3
	cp -a "h/$name" "$name"
	rm "h/$name"
	cp -a "$name" "h/$name"
	refuses "a file that was put back alone is seen ($name)" "put back from a copy"
done

# ---- store and head of before, keys of today ----
rm -rf h
cp -a now h
rm -f h/home.place
files "a home goes on (keys)" before.ids 3
mkdir before today
cp -a h/journal.db h/head.db before
files "more is filed after that copy" after.ids 5
mv h/journal.db h/head.db today
cp -a before/. h/
refuses "what is older than its keys does not start" "put back from a copy"
rm -f h/journal.db* h/head.db*
mv today/* h/
files "those of today, put back in turn, go on" turn.ids 2
try "and no key was thrown away meanwhile" seam verify h
try "what was filed is held" "$drive" held h after.ids

[ "$head" != "$old" ] && ok "the copy was older than what was signed" || not_ok "the copy was older than what was signed"
