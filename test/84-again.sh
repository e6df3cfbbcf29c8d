#!/bin/bash
# Everything that a station ever said is said again by somebody who has its keys: deliveries, receipts, heads, requests
# for a countersignature and countersignatures. Nothing counts twice, nothing goes back, and what is forged besides
# (another key, other bytes, a party that it does not concern) is refused, kept apart and shown.
. "$(dirname "$0")/links.sh"
export PYTHONPATH="$SEAM_SOURCE/test"

network a/one b/one c/one
for party in a b c; do
	rest=$(echo a b c | tr -d "$party" | xargs | sed 's/ /, /')
	policy $party-one <<P
party a b c
release incident, sighting to $rest : type, severity, place@1km, when@minute
release answer to $rest : re, answer
P
done
incident() { # HOME SEVERITY
	file "$1" incident type=atk.ambush when=now place=38SMD47056541 severity="$2"
}
said=$(incident b-one red)
lib_run seam --home b-one export bundle a spoken || not_ok "b's words for a" err
link a/one b/one
link a/one c/one
links_up a/one b/one c/one
try "what b filed is at a" wait_for 20 holds_id a-one "$said"
mine=$(incident a-one yellow)
try "what a filed is at b" wait_for 20 arrives a-one "$mine" b
try "and at c" wait_for 20 arrives a-one "$mine" c
try "b answers" seam --home b-one answer "$mine" seen
answered() { [ "$(state a-one "$mine" "$1")" = answered ]; }
try "a has the answer" wait_for 20 answered b
early=$(cat b-one/log/1/checkpoint)
later=$(incident b-one green)
try "b goes on" wait_for 20 holds_id a-one "$later"
seam_head() { sed -n 2p "$1/log/1/checkpoint"; }
moved() { [ "$(seam_head b-one)" -gt "$(sed -n 2p <<<"$early")" ]; }
wait_for 10 moved || not_ok "b's log goes on"
try "nothing is on its way" wait_for 20 settled a-one
for home in b-one c-one; do stop_station $home; done

# From here on somebody else speaks with the keys of b, then of c.
at() { # STATION: where a listens for it
	awk -v who="$1" '$2 == who { print $4 }' a-one/links
}
speak() { # HOME WORDS...: as that station, to a
	local home=$1 station=${1/-//}
	shift
	printf '%s\n' "$@" >words
	timeout 30 python3 "$SEAM_SOURCE/test/line.py" "$home" "$(at "$station")" <words >heard 2>heard.err || not_ok "$station speaks" heard.err
}
counts() {
	stored a-one "SELECT count(*) || ' ' || (SELECT count(*) FROM inbox) || ' ' || (SELECT count(receipt) FROM sent) FROM record WHERE kind != 'alert'"
}
line_of() { # WORD FILE
	grep "^$1 " "$2" | head -1
}
before=$(counts)
receipt=receipt\ $(stored b-one "SELECT receipt FROM inbox WHERE station = 'a/one' ORDER BY counter LIMIT 1")
speak b-one "put $(line_of delivery spoken)" "put $(line_of delivery spoken)"
same "a delivery again is known, and again" "did known -
did known -" "$(cat heard)"
speak b-one "put $receipt" "put $receipt"
same "a receipt again is known" "did known -
did known -" "$(cat heard)"
speak b-one "put $(line_of head spoken)" "put head $(base64 -w0 <<<"$early")"
lacks "a head again is no news of anything wrong" "refused" heard
speak b-one "put $(line_of note spoken)"
same "a note again is known" 1 "$(grep -c 'did known\|did new' heard)"
speak b-one "say cosign $(printf 'old 0\n\n%s\n' "$early" | base64 -w0)" "hear cosigned"
# The last that a saw of b's log, which is not b's last where b stopped in between.
held=$(stored a-one "SELECT size FROM head WHERE origin = 'seam/b/one/log/1'" head.db)
same "a holds a newer one" 1 "$((held > $(sed -n 2p <<<"$early")))"
holds "for an old head there is no countersignature: a has a newer one (409)" "^cosigned 409 $(base64 <<<"$held")$" heard
line=$(stored a-one "SELECT line FROM cosign WHERE witness LIKE '%b/one%' LIMIT 1")
[ -n "$line" ] || not_ok "a has a countersignature of b"
later=$(incident a-one red)
sleep 1
speak b-one "answer cosign cosigned 200 $(base64 -w0 <<<"$line")" "wait 1"
same "an old countersignature is not one of the new head" 0 "$(seam --home a-one --json show "$later" | pick - "d['log'].get('parties', 0)")"
speak b-one "say cosigned 200 $(base64 -w0 <<<"$line")" "wait 1" "say beat 1" "put $receipt"
holds "one that nobody asked for ends nothing" "did known" heard
same "of all that nothing was counted" "$before" "$(counts | awk '{ print $1 - 1, $2, $3 }')" # one was filed

# ---- forged ----
quarantined() { status_of a-one 'd["quarantined"]'; }
apart=$(quarantined)
forge() { # TEXT WHY HOME PYTHON...: a line made by Python over k (keys of a home), line, receipt, delivery, answer
	local text=$1 why=$2 home=$3
	python3 - "$4" >forged 2>forged.err <<'P' || { not_ok "$text" forged.err; return; }
import sys, time
from line import *
receipt = open('receipt').read().strip()
delivery = next(l for l in open('spoken') if l.startswith('delivery ')).split()[1]
b, c = keys('b-one')[('record', 1)], keys('c-one')[('record', 1)]
def resign(changes, seed, header=None):
    head, body = parts(receipt)
    head.update(header or {})
    body.update(changes)
    return 'receipt ' + jws(head, body, seed)
exec(sys.argv[1])
P
	speak "$home" "put $(cat forged)"
	same "$text" "did refused $why" "$(cat heard)"
	apart=$((apart + 1))
	same "and kept apart" "$apart" "$(quarantined)"
}
# The receipt of b for what a filed last before.
echo "${receipt#* }" >receipt
forge "a receipt under b's name with c's key" bad_signature c-one 'print(resign({"iat": int(time.time())}, c))'
forge "a receipt of b for other bytes" no_target b-one 'print(resign({"delivery": b64u(bytes(32))}, b))'
forge "c's receipt for what went to b" bad_issuer c-one 'print(resign({"iss": "c/one"}, c, {"kid": "c/one#1"}))'
forge "a receipt of b for another number" bad_issuer b-one 'print(resign({"nonce": "%016d" % 77}, b))'
forge "a receipt of b for another station" not_for_us b-one 'print(resign({"aud": "c/one"}, b))'
forge "a delivery of b, bound anew by c" bad_issuer c-one '
jwt, _, binding = delivery.rpartition("~")
head, body = parts(binding)
head["kid"] = "c/one#1"
body["nonce"] = "%016d" % 40
print("delivery " + jwt + "~" + jws(head, body, c))'
forge "b's own number for other bytes" replayed b-one '
jwt, _, binding = delivery.rpartition("~")
head, body = parts(binding)
body["iat"] += 1
print("delivery " + jwt + "~" + jws(head, body, b))'
forge "a delivery of b that follows another" bad_previous b-one '
jwt, _, binding = delivery.rpartition("~")
head, body = parts(binding)
body["nonce"] = "%016d" % 4
body["prev"] = b64u(bytes(31) + b"x")
print("delivery " + jwt + "~" + jws(head, body, b))'
forge "a delivery for another party" not_for_us b-one '
jwt, _, binding = delivery.rpartition("~")
head, body = parts(binding)
body["aud"] = "c"
body["nonce"] = "%016d" % 41
print("delivery " + jwt + "~" + jws(head, body, b))'
forge "an answer with one bit changed" bad_signature b-one '
print("delivery " + delivery[:len(delivery.split("~")[0]) - 9] + ("A" if delivery[len(delivery.split("~")[0]) - 9] != "A" else "B") + delivery[len(delivery.split("~")[0]) - 8:])'
seam --home a-one status >status 2>err
holds "the status says how much is kept apart" "$apart kept in quarantine" status
same "and nothing of it was counted" "$before" "$(counts | awk '{ print $1 - 1, $2, $3 }')"
stop_station a-one
try "a is sound" seam --home a-one verify
