#!/bin/bash
# Sticks crafted by a partner with good keys: the same line twice, two histories on one stick, an erasure
# that comes before what it erases. Nothing of it keeps the rest out or brings back what was erased.
. "$(dirname "$0")/between.sh"

parties a/one b/one
policy a <<P
party a b
release incident to b : type, severity, place@1km, when@minute
P
report() {
	file a incident type=atk.ambush when=now "place=$1" severity=red
}
reports='[i for i in items if i.startswith("delivery ")]'
noted() {
	test -e a/erasing && echo there || echo absent
}

report 38SMD470654 >id1
report 38SMD480654 >id2
seam --home a export bundle b first 2>err
rebundle first twice "d = $reports; items[:] = [i for i in items if i not in d] + [x for i in d for x in (i, i)]"
try "a stick that says each thing twice comes in" seam --home b --json import bundle twice
same "each once" '[2, 2, 0]' "$(pick out '[d["new"], d["held"], d["refused"]]')"

# Two histories of one station, both signed by its true key, on one stick.
stop_station a
cp -a a twin
rm -f twin/home.place # a thief would
sed -i -e "s|$work/a-run|$work/twin-run|" -e "s|$work/a\b|$work/twin|" twin/seam.conf
start_station twin
file twin incident type=atk.ambush when=now place=38SMD490654 severity=green >id3
seam --home twin export bundle b other 2>err
stop_station twin
start_station a
report 38SMD500654 >id4
seam --home a export bundle b second 2>err
rebundle other more "items[:] = $reports[-1:]"
sed -n '2p' more >line
rebundle second both "d = $reports[-1]; items[:] = [d, open('line').read().rstrip()]"
refuse "a stick with two histories is not taken as a whole" seam --home b --json import bundle both
holds "the second is a replay" '"refused":"replayed"' err
try "the first came in" seam --home b show "$(cat id4)"

# The erasure is on the stick that comes first.
report 38SMD510654 >id5
seam --home a export bundle b target 2>err
try "a record is erased after its delivery was made" seam --home a erase "$(cat id5)" --yes
same "nothing is left to be erased" absent "$(noted)"
seam --home a export bundle b erasure 2>err
try "the erasure comes first" seam --home b --json import bundle erasure
try "and then what it erases" seam --home b --json import bundle target
same "of which nothing is kept" '[1, true]' "$(python3 - "$(cat id5)" <<'PY'
import base64, json, sqlite3, sys
db = sqlite3.connect("file:b/journal.db?mode=ro", uri=True)
row = db.execute("SELECT erased, sealed IS NULL FROM record WHERE id = ?", [base64.urlsafe_b64decode(sys.argv[1] + "=")]).fetchone()
print(json.dumps([row[0], bool(row[1])]))
PY
)"

# While somebody reads old pages an erasure cannot be finished; the next start finishes it.
report 38SMD520654 >id6
python3 - >holding <<'PY' &
import sqlite3, time
db = sqlite3.connect("file:a/journal.db?mode=ro", uri=True, isolation_level=None)
db.execute("BEGIN"); db.execute("SELECT count(*) FROM record").fetchone()
print("holding", flush=True)
time.sleep(120)
PY
reader=$!
wait_for 10 grep -q holding holding
try "a record is erased under a reader's hands" seam --home a erase "$(cat id6)" --yes
same "it is noted as not finished" there "$(noted)"
kill $reader
wait $reader 2>/dev/null
stop_station a
start_station a
same "the next start finishes it" absent "$(noted)"
stop_station a
stop_station b
try "a is sound" seam verify a
try "b is sound" seam verify b
