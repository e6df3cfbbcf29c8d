#!/bin/bash
# A second station of a party gets what its sister filed whole, except what is sealed, and what others
# delivered with the receipt it gave; nothing is receipted twice, and no counter is used twice.
. "$(dirname "$0")/between.sh"

parties a/one b/one
rules() {
	cat <<P
party a b
release incident to b : type, severity, place@1km, when@minute
P
}
rules | policy a
policy b <<P
party b a
release incident to a : type, severity, place@1km, when@minute
P
first=$(file a incident type=atk.ambush when=032115C place=38SMD47056541 severity=red unit=zq-unit-1 \
	"summary=zqsummary words" "source=zqsource words")
trade a b
theirs=$(file b incident type=atk.ambush when=032115C place=38SMD480654 severity=red)
trade b a

try "a second station of a" seam init s --station a/makhmour --exercise --join
sed -i "s|^run_dir.*|run_dir $work/s-run|" s/seam.conf
try "asks" seam --home s join
cp out request
try "a's root signs it" seam --home a join sign request
cp out welcome
try "it joins" seam --home s join welcome
try "its sister knows it" seam --home a members install welcome
sed -i '/^post /d' s/seam.conf
echo 'post yes' >>s/seam.conf
start_station s

# What a filed before and after goes to it: whole, but for what is sealed.
second=$(file a incident type=atk.ambush when=032116C place=38SMD47056541 severity=red unit=zq-unit-2 \
	"summary=zqsummary words" "source=zqsource words")
seam --home a export bundle a/makhmour as 2>err
try "the sister takes a's stick" seam --home s --json import bundle as
same "with nothing refused" 0 "$(pick out 'd["refused"]')"
for id in $first $second; do
	seam --home a --json show "$id" >at_a
	seam --home s --json show "$id" >at_s
	same "a's own record is whole there" "$(pick at_a '{k: v for k, v in d["record"]["fields"].items() if k != "source"}')" \
		"$(pick at_s 'd["record"]["fields"]')"
	same "and the same bytes were signed" "$(stored a "SELECT jwt FROM record WHERE id = x'$(python3 -c "
import base64, sys; print(base64.urlsafe_b64decode('$id=').hex())")'")" "$(stored s "SELECT jwt FROM record WHERE id = x'$(python3 -c "
import base64, sys; print(base64.urlsafe_b64decode('$id=').hex())")'")"
done
shows "a keeps the sealed field" zqsource a-run
hides "which left its station in no byte" zqsource as s s-run
shows "words that b never got are at the sister" zqsummary s-run

# b's delivery came along with a's receipt for it.
same "b's delivery is there" 1 "$(stored s "SELECT count(*) FROM inbox WHERE station = 'b/one'")"
same "by way of the sister" sister "$(stored s "SELECT way FROM inbox WHERE station = 'b/one'")"
same "with the very receipt that a gave" "$(stored a "SELECT receipt FROM inbox WHERE station = 'b/one'")" \
	"$(stored s "SELECT receipt FROM inbox WHERE station = 'b/one'")"
same "it shows b's record" atk.ambush "$(seam --home s --json show "$theirs" | pick - 'd["record"]["fields"]["type"]')"
seam --home s export bundle b sb 2>err
same "it gives no second receipt" 0 "$(grep -c ^receipt sb)"
seam --home b export bundle a ba 2>err
try "the same stick of b reaches it too" seam --home s --json import bundle ba
seam --home s export bundle b sb 2>err
same "and still there is no second receipt" 0 "$(grep -c ^receipt sb)"
receipts=$(stored b "SELECT count(*) FROM sent WHERE receipt IS NOT NULL")
seam --home b members install welcome >out 2>&1 || not_ok "b knows the new station" out
try "b takes what the sister has for it" seam --home b import bundle sb
same "b has one receipt for one delivery" "1 1" "$receipts $(stored b "SELECT count(*) FROM sent WHERE receipt IS NOT NULL")"

# The sister files under the party's policy, with counters of its own.
same "the party's policy is in force at the sister" "$(seam --home a policy show 2>&1)" "$(seam --home s policy show 2>&1)"
third=$(file s incident type=atk.ambush when=now place=38SMD490654 severity=red)
same "what the sister files is queued for b" queued "$(state s "$third" b)"
stick s b
same "and new to b" 1 "$(pick taken 'd["new"]')"
seam --home b --json status >status
same "b counts each station of a by itself, and nothing is missing" '[["a/makhmour", 1, []], ["a/one", 2, []]]' \
	"$(stick a b; seam --home b --json status | pick - 'sorted([s["station"], s["came"], s["gaps"]] for s in d["stations"] if s["station"].startswith("a/"))')"
try "what the sister filed reaches the first station" seam --home s export bundle a/one sa
try "is taken" seam --home a import bundle sa
same "whole" 38SMD490654 "$(seam --home a --json show "$third" | pick - 'd["record"]["fields"]["place"]')"
until_of() { # HOME ID: kept for so many days; 0: for ever
	seam --home "$1" --json show "$2" | pick - 'round((d["kept"]["until_ms"] - d["record"]["arrived_ms"]) / 86400000) if d["kept"]["until_ms"] else 0'
}
same "a post keeps what it did not file for 30 days, what it filed as others do" "30 30 0" \
	"$(until_of s "$first") $(until_of s "$theirs") $(until_of s "$third")"
same "its sister keeps all of it for ever" "0 0 0" "$(until_of a "$first") $(until_of a "$theirs") $(until_of a "$third")"
refuse "only the station that signed a record may amend it" seam --home a report incident severity=green --amend "$third"

# What is erased is erased at sisters too, and each says so; the word goes whichever way there is.
who() { # HOME ID: who confirmed | who is missing
	seam --home "$1" --json show "$2" | pick - '"%s | %s" % (" ".join(sorted(c["station"] for c in d["kept"]["confirmed"])), " ".join(sorted(d["kept"]["missing"])))'
}
try "the sister erases what it filed" seam --home s erase "$third" --yes
same "it waits for b and for its own sister" " | a/one b/one" "$(who s "$third")"
stick s b
seam --home s export bundle a/one sa 2>err
seam --home a --json import bundle sa >taken 2>refused
same "b's word for it goes by the stick to a" 1 "$(stick b a ba; grep -c '^erased ' ba)"
seam --home a export bundle a/makhmour as 2>err
same "which has its own to say too" 2 "$(grep -c '^erased ' as)"
seam --home s --json import bundle as >taken 2>refused
same "the sister has both" "a/one b/one | " "$(who s "$third")"
seam --home s --json status | pick - 'd["unconfirmed"]' >unconfirmed
same "and waits for nobody" "[]" "$(cat unconfirmed)"
for home in a b s; do
	stop_station $home
	try "$home is sound" seam verify $home
done
