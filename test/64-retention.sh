#!/bin/bash
# What is kept for a time is erased when it is over, here and where a copy was sent, also when the station
# died over it; not what is held with a reason, and not harm to civilians while its item is open.
. "$(dirname "$0")/between.sh"

# One second of the clock on the wall is about 17 minutes of the exercise.
now=$(date +%s)
INIT="--exercise-start 2027-05-03T00:00:00Z --exercise-epoch $(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ) --rate 1000"
LIST=$INIT
parties a/one b/one
policy a <<P
party a b
release sighting to b : type, place@1km
release civil to b : window@day, place@1km
keep sighting 5h
keep incident 5h
keep casualty 5h
keep civil 300d
P
policy b <<P
party a b
keep sighting 1000d
P
kept() { # HOME ID: until when, in hours after it was filed or came; 0 for ever
	seam --home "$1" --json show "$2" >shown
	pick shown 'round((d["kept"]["until_ms"] - (d["record"]["filed_ms"] or d["record"]["arrived_ms"])) / 3600000) if d["kept"]["until_ms"] else 0'
}
gone() {
	[ "$(seam --home "$1" --json show "$2" | pick - 'd["record"]["erased"]')" = true ]
}
is_there() {
	[ "$(seam --home "$1" --json show "$2" | pick - 'd["record"]["erased"]')" = false ]
}
# What an erased record must leave nowhere: its key, and the bytes that it opened.
secrets() { # HOME ID: their hexadecimal, a line each
	python3 - "$1" "$2" <<'P'
import base64, sqlite3, sys
home, id = sys.argv[1:]
id = base64.urlsafe_b64decode(id + "=")
keys = sqlite3.connect(f"file:{home}/keys.db?mode=ro", uri=True)
print(keys.execute("SELECT hex(key) FROM key WHERE id = ?", (id,)).fetchone()[0])
rows = sqlite3.connect(f"file:{home}/journal.db?mode=ro", uri=True)
for table, name in (("record", "id"), ("sent", "record"), ("inbox", "record"), ("outbox", "record")):
    for (sealed,) in rows.execute(f"SELECT hex(substr(sealed, 1, 40)) FROM {table} WHERE {name} = ? AND sealed IS NOT NULL", (id,)):
        print(sealed)
P
}
left() { # FILE OF SECRETS, HOME...: how many of them still lie somewhere
	python3 - "$@" <<'P'
import os, sys
marks = [bytes.fromhex(line) for line in open(sys.argv[1])]
found = set()
for home in sys.argv[2:]:
    for folder, _, names in os.walk(home):
        for name in names:
            path = os.path.join(folder, name)
            try:
                data = open(path, "rb").read() if os.path.isfile(path) else b""
            except FileNotFoundError:
                continue
            found |= {mark for mark in marks if mark in data}
print(len(found))
P
}

filed=$SECONDS
seen=$(file a sighting type=mov.sighting when=now place=38SMD470654 "summary=zqseen two on foot")
wanted=$(file a sighting type=mov.sighting when=now place=38SMD480654 "summary=zqwanted by the canal")
harm=$(file a incident type=atk.civilians when=now place=38SMD470654 "summary=zqharm at the market")
loss=$(file a casualty group=civilian killed=2 when=now place=38SMD470654 "incident=$harm")
civil=$(file a civil window=2027-09-01..2027-09-02 place=38SMD470654)
same "a sighting stays as long as the policy says" 5 "$(kept a "$seen")"
seam --home a show "$seen" >shown
holds "and that is said" 'kept until' shown
same "a humanitarian notice three days behind its window, whatever the policy says" 2027-09-06 \
	"$(seam --home a --json show "$civil" | pick - '__import__("datetime").datetime.fromtimestamp(d["kept"]["until_ms"] / 1000, __import__("datetime").timezone.utc).date()')"
same "an answer for ever" 0 "$(kept a "$(file a answer "re=$wanted" answer=seen)")"
try "they go to b" stick a b
got=$(kept b "$seen")
same "b keeps its copy no longer than the kind, whatever its own policy says" 1 "$((got >= 8700 && got <= 8760))"
same "b knows the end of the notice too" 2027-09-06 \
	"$(seam --home b --json show "$civil" | pick - '__import__("datetime").datetime.fromtimestamp(d["kept"]["until_ms"] / 1000, __import__("datetime").timezone.utc).date()')"

seam --home a user add watcher watch >watch.token 2>err
chmod 600 watch.token
refuse "the watch holds nothing" seam --home a hold "$wanted" --until 60h why not --token-file watch.token
holds "for want of the duty" duty err
refuse "nor is anything held without a reason" seam --home a hold "$wanted" --until 60h
holds "which is asked for" 'say why' err
refuse "nor for ever" seam --home a hold "$wanted" --until 3000d inquiry
holds "but for a year" 'within a year' err
refuse "nor with what should stand nowhere" seam --home a hold "$wanted" --until 60h call 0770 123 4567
holds "by its name" 'telephone' err
refuse "nor what is not there" seam --home a hold AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA --until 60h inquiry
usage "nor without an end" seam --home a hold "$wanted" inquiry
try "the director holds one" seam --home a hold "$wanted" --until 90h inquiry into the shots
holds "until then" 'held until' out
seam --home a hold >held
holds "it stands in the list with its reason" "^${wanted:0:8}.*director: inquiry into the shots" held
seam --home a show "$wanted" >shown
holds "and beside the record" 'held until .* by the director: inquiry into the shots' shown
seam --home a --json hold --due 6h >due
same "what goes within six hours is listed" 1 "$(pick due "int('$seen' in [r['id'] for r in d])")"
if is_there a "$seen"; then
	secrets a "$seen" >seen.secrets
	same "its key and bytes are found while it is kept" "$(wc -l <seen.secrets | tr -d ' ')" "$(left seen.secrets a)"
else
	skip "this machine is too slow to look within twenty seconds"
	: >seen.secrets
fi

try "its time over, it goes by itself" wait_for 60 gone a "$seen"
same "not before that" 1 $((SECONDS - filed >= 16))
hides "no byte of its words is left" zqseen a a-run
same "nor of its key and of what that opened" 0 "$(left seen.secrets a)"
seam --home a show "$seen" >shown
holds "and why is said" 'erased: its time was over' shown
same "b keeps its copy until its own end" false "$(seam --home b --json show "$seen" | pick - 'd["record"]["erased"]')"
try "what is held stays" is_there a "$wanted"
shows "with its words" zqwanted a-run
try "so does harm whose item is open" is_there a "$harm"
try "and its losses" is_there a "$loss"
same "the station says what it did" 1 "$(grep -c 'were erased: their time was over' a.out | sed 's/^[1-9][0-9]*$/1/')"

# A new picture knows no more than the journal; the hold is not forgotten.
stop_station a
try "a verifies" seam verify a
rm -rf a-run
start_station a
hides "a new picture knows nothing of it" zqseen a-run
try "what is held is still there" is_there a "$wanted"
try "the hold ends by decision" seam --home a hold "$wanted" --until now
holds "which is said" 'held no longer' out
try "and the record goes" wait_for 30 gone a "$wanted"
hides "with its words" zqwanted a a-run
same "nothing is held any more" 0 "$(seam --home a --json hold | pick - 'len(d)')"
refuse "what is erased is held no more" seam --home a hold "$wanted" --until 60h inquiry
holds "for that reason" erased err

# Harm: closed with an outcome it goes like the rest.
try "the item is closed with an outcome" seam --home a report incident --amend "$harm" state=closed outcome=closed
try "then the harm goes when its time is over" wait_for 60 gone a "$harm"
try "and the losses with it" wait_for 60 gone a "$loss"

# Many at once, and the station dies over them.
n=$(count 40 400)
{
	echo kind,origin,type,when,place,summary
	for i in $(seq "$n"); do
		echo "sighting,$i,mov.sighting,2027-05-02T10:00Z,38SMD470654,zqmany $i"
	done
} >rows.csv
try "many are filed" seam --home a import csv rows.csv
same "all of them" "$n" "$(seam --home a --json list --all --text zqmany | pick - 'len(d["rows"] if isinstance(d, dict) else d)')"
stop_station a
sleep 21
for _ in 1 2 3; do
	start_station a
	sleep "0.$((RANDOM % 9))"
	kill_station a
done
start_station a
none_left() {
	[ "$(stored a "SELECT count(*) FROM record WHERE kind = 'sighting' AND erased = 0")" = 0 ]
}
try "though the station was killed again and again, all go" wait_for 120 none_left
hides "with every word" zqmany a a-run
same "and every key" "$(stored a "SELECT count(*) FROM record WHERE erased = 0")" "$(stored a "SELECT count(*) FROM key" keys.db)"
for home in a b; do
	stop_station $home
	hides "nothing is left in $home when it has stopped" zqmany $home $home-run
	try "$home verifies, every leaf of it" seam verify $home
done
hides "and nothing in a of what went first" zqseen a a-run
