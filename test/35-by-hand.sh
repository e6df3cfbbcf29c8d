#!/bin/bash
# What the station keeps, whichever way somebody comes: the command for it, a record filed as any other, a program. No
# watch is handed over or closed with something red unseen; no alert, key note or policy is filed as if it were a
# report; nobody outside the member list was told anything.
. "$(dirname "$0")/between.sh"
need curl

parties a/one b/one
stop_station a
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s|^web_listen.*|web_listen 127.0.0.1:$port|" a/seam.conf
start_station a || exit 1
policy b <<P
party a b
release warning to a : type, severity, advice, place@1km, window@minute
P
for row in "watch watch" "second watch" "chief director"; do
	# shellcheck disable=SC2086
	seam --home a user add $row >"${row%% *}.token" 2>err || not_ok "an account" err
	chmod 600 "${row%% *}.token"
done
as() { # ACCOUNT WORDS...
	local account=$1
	shift
	seam --home a --token-file "$account.token" "$@"
}
call() { # ACCOUNT PATH JSON [HEADER]: the status; the answer is in body
	curl -s -m 20 -o body -w '%{http_code}' -H "Authorization: Bearer $(cat "$1.token")" ${4:+-H "$4"} \
	    ${3:+-H 'Content-Type: application/json' -d "$3"} "http://127.0.0.1:$port/api/v1/$2"
}
state() { as watch --json shift show | pick - '"%s %s" % (d["shift"]["state"], d["shift"]["id"])'; }
shift_of() { # STATE THREAD
	printf '{"kind":"shift","fields":{"state":"%s","when":"now"}%s}' "$1" "${2:+,\"thread\":\"$2\"}"
}
window=$(date -u +%Y-%m-%dT%H:%MZ)..$(date -u -d '+9 hours' +%Y-%m-%dT%H:%MZ)
warned() { # what b warns of, held at a
	local id
	id=$(file b warning type=mov.infiltration severity=red window="$window" place=38SMD67 "$@") && stick b a && echo "$id"
}

# ---- something red came and nobody saw it ----
try "the watch opens" as watch shift open
open=$(state | cut -d' ' -f2)
thread=$(as watch --json show "$open" | pick - 'd["record"]["thread"]')
red=$(warned)
try "a holds what b warned of" as watch show "$red"
for state in handover closed; do
	refuse "as a record it is not made $state" as watch report shift state=$state when=now --thread "$thread"
	holds "the reason stands there" 'seen by nobody' err
	holds "with the item" "$red" err
	holds "and what to do" 'seam answer ID seen' err
	refuse "nor by amending" as watch report shift --amend "$open" state=$state when=now
	same "nor by a program" 409 "$(call watch records "$(shift_of $state "$thread")")"
	same "which is told why" unseen "$(pick body 'd["why"]')"
	holds "and of what" "$red" body
	same "nor as a watch of its own" 422 "$(call watch records "$(shift_of $state)")"
done
same "the watch is open" "open $open" "$(state)"
try "somebody sees it" as watch answer "$red" seen
same "then it is handed over" 201 "$(call watch records "$(shift_of handover "$thread")")"

# ---- what comes while it is handed over is not passed by either ----
red=$(warned)
same "not by handing over once more" 409 "$(call second records "$(shift_of handover "$thread")")"
same "nor by closing it" 409 "$(call second records "$(shift_of closed "$thread")")"
same "which says why" unseen "$(pick body 'd["why"]')"
try "it is taken over all the same: the next one has it to see" as second shift open
refuse "and does not get rid of it" as second shift close
try "but by seeing it" as second answer "$red" seen
try "and then" as second shift close
same "nobody is on watch" closed "$(state | cut -d' ' -f1)"

# ---- an alert is what a rule found ----
red=$(warned ask=a:2020-01-01T00:00Z --yes)
found() { as watch --json alerts >alerts && [ "$(pick alerts 'len([r for r in d if "'"$red"'" in r["cites"]])')" = 1 ]; }
try "a rule finds what waits" wait_for 60 found
alert=$(pick alerts 'next(r["id"] for r in d if "'"$red"'" in r["cites"])')
refuse "nobody files one" as watch report alert rule=chain when=now severity=red state=open
holds "the reason stands there" 'not filed by hand' err
refuse "nor changes one" as chief report alert --amend "$alert" state=closed
holds "the reason stands there" 'not filed by hand' err
refuse "nor takes it back" as chief retract "$alert"
holds "the reason stands there" 'acted on' err
refuse "nor erases what nobody saw" as chief erase "$alert" --yes
holds "the reason stands there" 'seam answer ID seen' err
for account in watch chief; do
	same "nor does a program as $account" 422 "$(call $account records '{"kind":"alert","fields":{"rule":"chain","when":"now","severity":"red","state":"open"}}')"
	same "which is told why" not_by_hand "$(pick body 'd["why"]')"
done
same "it stands as it was" open "$(as watch --json alerts --all | pick - 'next(r["end"] for r in d if r["id"] == "'"$alert"'")')"
try "a watch begins" as watch shift open
thread=$(as watch --json show "$(state | cut -d' ' -f2)" | pick - 'd["record"]["thread"]')
refuse "the alert keeps it" as watch shift handover
same "also from a program" 409 "$(call watch records "$(shift_of handover "$thread")")"
holds "by its id" "$alert" body
try "it is answered" as watch answer "$alert" done "called by voice"
same "what it is about keeps it still" 409 "$(call watch records "$(shift_of handover "$thread")")"
holds "by its id" "$red" body
lacks "and the alert no more" "$alert" body
as watch answer "$red" seen >out 2>err || not_ok "that is seen as well" err
same "and the watch goes on" 201 "$(call watch records "$(shift_of handover "$thread")")"
try "what was answered may be erased" as chief erase "$alert" --yes

# ---- nor what is put in force by commands of its own ----
document='{"kind":"%s","fields":{"document":"party a b\\n","number":7}}'
for kind in policy key revoke; do
	# shellcheck disable=SC2059
	same "no $kind by a program" 422 "$(call chief records "$(printf "$document" $kind)")"
	same "which is told why" not_by_hand "$(pick body 'd["why"]')"
	# shellcheck disable=SC2059
	same "nor after a look" 422 "$(call chief previews "$(printf "$document" $kind)")"
done
for kind in key revoke; do
	refuse "no $kind as a record" as chief report $kind document=nothing number=7
	holds "it says how" 'seam key' err
done
printf 'party a b\nrelease warning to b : type\n' >next
try "a policy has its command" as chief policy use next
stop_station a
try "a key note too" seam --home a key rotate
start_station a || exit 1
same "which is a record" 2 "$(stored a "SELECT count(*) FROM record WHERE kind IN ('key','policy') AND leaf > 2")"

# ---- nobody outside the list was told ----
own=$(as watch --json report sighting type=mov.sighting when=now place=38SME448251 persons=3 2>err | pick - 'd["id"]')
same "a party of no list was not told" 404 "$(call watch "records/$own/told" '{"told_party":"zz","told_by":"radio"}')"
same "it says which field" "unknown_party told_party" "$(pick body '"%s %s" % (d["why"], d["field"])')"
refuse "nor in a record" as watch report told re="$own" told_party=zz told_by=radio
same "b was" 201 "$(call watch "records/$own/told" '{"told_party":"b","told_by":"radio"}')"
same "and the own post" 201 "$(call watch "records/$own/told" '{"told_party":"a","told_by":"radio","told_duty":"watch"}')"

# ---- a duty that is none ----
for path in records station waiting count "records/$own" session; do
	same "no $path in a duty that is none" 403 "$(call watch "$path" "" 'Seam-Duty: nonsense')"
	same "which is told why" no_duty "$(pick body 'd["why"]')"
	same "nor in one that another has" 403 "$(call watch "$path" "" 'Seam-Duty: director')"
	same "but in the own one" 200 "$(call watch "$path" "" 'Seam-Duty: watch')"
done
same "no stream either" 403 "$(call watch stream "" 'Seam-Duty: nonsense')"
same "nobody files so" 403 "$(call watch records '{"kind":"sighting","fields":{}}' 'Seam-Duty: nonsense')"
try "the log is sound" seam --home a verify
