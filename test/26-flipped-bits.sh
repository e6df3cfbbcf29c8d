#!/bin/bash
# One bit is flipped in one stored object at a time: `seam verify` ends with 1 and names the place;
# put right again, it is sound again. (Every column has its row in journal's own test.)
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive" sqlite3 python3

flip() { # FILE OFFSET
	python3 - "$1" "$2" <<'END'
import sys
name, at = sys.argv[1], int(sys.argv[2])
with open(name, "r+b") as f:
    f.seek(at); b = f.read(1)[0]; f.seek(at); f.write(bytes([b ^ 4]))
END
}
# Rows of NAME @ FILE @ SQL that changes it @ what the fault names
rows() {
	cat <<'END'
a record's signed part@journal.db@UPDATE record SET jwt = CAST(substr(jwt, 1, 40) || x'7a' || substr(jwt, 42) AS BLOB) WHERE seq = 5@record
what a record says@journal.db@UPDATE record SET sealed = CAST(substr(sealed, 1, 60) || x'7a00ff' || substr(sealed, 64) AS BLOB) WHERE seq = 5@record
when it was filed@journal.db@UPDATE record SET filed_ms = filed_ms + 1 WHERE seq = 5@record
its thread@journal.db@UPDATE record SET thread = 'AAAAAAAAAAAAAAAAAAAAAA' WHERE seq = 5@record
a leaf@journal.db@UPDATE leaf SET entry = CAST(substr(entry, 1, 9) || x'00ff' || substr(entry, 12) AS BLOB) WHERE idx = 5@leaf
a release that waits@journal.db@UPDATE outbox SET not_before_ms = not_before_ms + 1 WHERE number = 1@outbox
a document@journal.db@UPDATE shelf SET text = CAST(substr(text, 1, 30) || x'7a' || substr(text, 32) AS BLOB) WHERE class = 'policy'@shelf
the station's own keys@journal.db@UPDATE shelf SET text = CAST(substr(text, 1, 30) || x'7a' || substr(text, 32) AS BLOB) WHERE class = 'key' AND name LIKE 'a/%' AND version = (SELECT max(version) FROM shelf WHERE class = 'key' AND name LIKE 'a/%')@journal.db: row hash of shelf key
the member list@journal.db@UPDATE shelf SET text = CAST(substr(text, 1, 30) || x'7a' || substr(text, 32) AS BLOB) WHERE class = 'members' AND version = (SELECT max(version) FROM shelf WHERE class = 'members')@journal.db: row hash of shelf members
the key of the log@journal.db@UPDATE epoch SET vkey = substr(vkey, 1, 40) || 'z' || substr(vkey, 42) WHERE epoch = 1@journal.db: epoch 1
a record that is missing@journal.db@DELETE FROM record WHERE seq = 7@
a key of a record@keys.db@UPDATE key SET secret = zeroblob(length(secret)) WHERE rowid = (SELECT min(rowid) + 3 FROM key)@
END
}

try "a home is made" "$drive" make h
sed -i 's/^beat_ms .*/beat_ms 300/' h/seam.conf
start_station h
try "records are filed" "$drive" file h ids 300
sleep 1
stop_station h
try "the home is sound" seam verify h
cp -a h sound

while IFS=@ read -r name file sql place; do
	rm -rf h && cp -a sound h && rm -f h/home.place
	if [ "$file" = keys.db ]; then
		table=$(sqlite3 h/keys.db "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name LIMIT 1")
		column=$(sqlite3 h/keys.db "SELECT name FROM pragma_table_info('$table') WHERE type = 'BLOB' ORDER BY cid DESC LIMIT 1")
		sql="UPDATE $table SET $column = zeroblob(length($column)) WHERE rowid = (SELECT max(rowid) - 3 FROM $table)"
	fi
	if ! changed=$(sqlite3 "h/$file" "$sql; SELECT changes();" 2>sql.err) || [ "$changed" != 1 ]; then
		not_ok "$name: was not changed ($changed)" sql.err
		continue
	fi
	refuse "$name" seam verify h
	cat out err >told
	[ -z "$place" ] || holds "$name: the place is named" "$place" told
done < <(rows)

for file in log/1/checkpoint log/1/tile/0/000 log/1/tile/entries/000; do
	rm -rf h && cp -a sound h && rm -f h/home.place
	at=$file
	[ -e "h/$at" ] || at=$(cd h && ls -d "$(dirname "$file")"/*/* 2>/dev/null | tail -n 1)
	[ -f "h/$at" ] || {
		skip "$file is not there"
		continue
	}
	flip "h/$at" $(($(stat -c %s "h/$at") / 2))
	refuse "a bit of $at" seam verify h
	cat out err >told
	holds "a bit of $file: the place is named" "$(basename "$(dirname "$at")")|tile|checkpoint|bundle" told
done

rm -rf h && cp -a sound h && rm -f h/home.place
sqlite3 h/head.db .dump >head.sql
table=$(sqlite3 h/head.db "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%root%' LIMIT 1")
sqlite3 h/head.db "UPDATE $table SET root = zeroblob(32)" 2>sql.err
refuse "the root in head.db" seam verify h
rm -rf h && cp -a sound h && rm -f h/home.place
try "put right, the home is sound" seam verify h

# Below the rows: the text of the schema, and a file that is too short.
broken() { # TEXT PLACE: h was broken; verify names the place, recover says what to do
	refuse "$1" seam verify h
	cat out err >told
	holds "$1: the place is named" "the first: $2" told
	lacks "$1: no fault of the program" 'fault in this program' told
}
for pair in 'shelf(class|shelf(clasr' 'TABLE record(|TABLE rfcord(' 'INDEX sent_record|INDEX sent_recorf' 'text BLOB|texu BLOB'; do
	rm -rf h && cp -a sound h && rm -f h/home.place
	python3 - h/journal.db "${pair%|*}" "${pair#*|}" <<'END'
import sys
name, old, new = sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode()
with open(name, "rb") as f:
    held = f.read()
assert old in held
with open(name, "wb") as f:
    f.write(held.replace(old, new)) # also where an earlier page of the schema was left behind
END
	broken "the schema: ${pair#*|}" 'journal.db: (page structure or schema|schema of)'
done
for size in 50000 8192 0 1000; do
	rm -rf h && cp -a sound h && rm -f h/home.place
	truncate -s $size h/journal.db
	rm -f h/journal.db-wal h/journal.db-shm
	broken "a journal cut to $size bytes" 'journal.db: '
done
refuse "recover cannot mend that" seam recover h
holds "and says what to do" 'seam recover NEW --from BACKUP' err

# Confirmed, and killed before a head was signed: the records lie in the write-ahead logs alone, and
# SQLite drops without a word what lies behind a frame that does not hold.
try "another home is made" "$drive" make k
sed -i 's/^beat_ms .*/beat_ms 60000/' k/seam.conf
start_station k
try "records are filed" "$drive" file k kept 30
kill_station k
rm -rf killed && cp -a k killed
rm -f killed/*-shm
try "a killed home is sound" seam verify k
holds "no log ends in half a commit" '^ +0 unfinished$' out
for log in journal.db-wal keys.db-wal; do
	size=$(stat -c %s killed/$log)
	for part in 3 20 1000 $((size / 4)) $((size / 2)) $((size - 5000)) $((size - 1)); do
		rm -rf k && cp -a killed k && rm -f k/home.place
		flip k/$log "$part"
		refuse "$log, a bit of byte $part" seam verify k
		cat out err >told
		holds "$log, byte $part: the place is named" "the first: $log: (frame [0-9]+ is|its head is) damaged" told
	done
done
refuse "a look has not taken it away" seam verify k
rm -rf k && cp -a killed k && rm -f k/home.place
flip k/journal.db-wal $(($(stat -c %s k/journal.db-wal) / 2))
seam --home k list >out 2>err
refuse "nor has a list" seam verify k
start_station k
stop_station k
holds "the station starts, and its log names the place" 'journal.db-wal: frame [0-9]+ is damaged' k.out
# A commit that was cut off while it was written is no fault.
rm -rf k && cp -a killed k && rm -f k/home.place
truncate -s -1500 k/journal.db-wal
try "a commit that power loss cut off is no fault" seam verify k
holds "and is told" '^ +1 unfinished$' out
holds "in words" 'ends in a commit that is not whole' out
