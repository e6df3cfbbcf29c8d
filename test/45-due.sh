#!/bin/bash
# What is released later waits, through restarts and deaths of the station; when it is due it is cut by what
# both the policy at filing and the policy of that moment allow; what is too late never goes.
. "$(dirname "$0")/between.sh"

# One second of the clock on the wall is one minute of the exercise.
now=$(date +%s)
INIT="--exercise-start 2027-05-03T18:00:00Z --exercise-epoch $(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ) --rate 60"
LIST=$INIT
parties a/one b/one
policy a <<P
party a b
release incident to b : type, severity, place@1km, when@hour  after 8m
release sighting to b : type, place@1km  after 8m until 9m
release warning to b : type, severity  after 240h
P
waits() {
	seam --home a --json status | pick - 'd["parties"][0]["waiting"]'
}
is_due() {
	[ "$(stored a "SELECT count(*) FROM outbox WHERE record = x'$1' AND state IN (1, 2)")" = 1 ]
}
went() { # STICK: how many deliveries are on it
	grep -c ^delivery "$1"
}
moment() {
	seam --home a --json show "$1" | pick - 'd["record"]["filed_ms"]'
}

id=$(file a incident type=atk.ambush when=now place=38SMD470654 severity=red)
late=$(file a sighting type=mov.sighting when=now place=38SMD470654)
never=$(file a warning type=atk.ambush severity=red window=now place=38SMD470654)
filed=$SECONDS
same "all wait" 3 "$(waits)"
same "they are held back" "held_back held_back held_back" "$(state a "$id" b) $(state a "$late" b) $(state a "$never" b)"
holds "with the reason" 'later' filed
seam --home a export bundle b early 2>err
same "nothing goes before it is due" 0 "$(went early)"
refuse "nor may it be said" seam --home a say "$id" b

# Neither a restart nor a death loses or hastens it. The policy gets narrower meanwhile, and wider.
stop_station a
start_station a
same "it waits after a restart" 3 "$(waits)"
kill_station a
rm -f a/seamd.pid
start_station a
same "and after a death" 3 "$(waits)"
policy a <<P
party a b
release incident to b : type, place@10km, when@minute, unit
release sighting to b : type, place@1km
P
seam --home a export bundle b early 2>err
if [ $((SECONDS - filed)) -lt 7 ]; then
	same "a policy that asks for no wait does not hasten what was filed before" 0 "$(went early)"
else
	skip "this machine is too slow to look before eight seconds have passed"
fi

# The sighting's window of one second passes while the station is down.
stop_station a
while [ $((SECONDS - filed)) -lt 11 ]; do sleep 0.2; done
start_station a
is_queued() { [ "$(state a "$id" b)" = queued ]; }
wait_for 5 is_queued
same "due, it is queued without anybody's doing" queued "$(state a "$id" b)"
try "it goes" stick a b due
same "alone" 1 "$(went due)"
seam --home b --json show "$id" >shown
same "with what both policies allow: the coarser place, the coarser time, no more" \
	'{"place": "38SMD46", "type": "atk.ambush"}' \
	"$(pick shown '{k: v for k, v in d["record"]["fields"].items() if k not in ("when", "kind", "thread")}')"
same "the hour" hour "$(pick shown 'd["record"]["precision"]')"
same "the severity went with the narrower policy" no "$(pick shown '"yes" if "severity" in d["record"]["fields"] else "no"')"
same "what came too late never goes" held_back "$(state a "$late" b)"
holds "and says why" '"why":"too_late"' <(seam --home a --json show "$late")
same "nor what the policy of now no longer grants" held_back "$(state a "$never" b)"
stick b a
seam --home a export bundle b again 2>err
same "not on any later stick" 0 "$(went again)"
same "the one that went has arrived" arrived "$(state a "$id" b)"
# Where each record stands is the same when the picture is folded anew from the journal.
standings() {
	for one in "$id" "$late" "$never" "$none"; do
		seam --home a --json show "$one" | pick - '[[p["party"], p["state"], p["why"]] for p in d["parties"]]'
	done
}
none=$(file a coverage window=now place=38SMD470654)
standings >before
stop_station a
rm -rf a-run
start_station a
standings >after
same "a new fold of the picture says the same of each" "$(cat before)" "$(cat after)"
same "no rule gives the coverage claim away" '[["b", "held_back", "no_rule"]]' "$(tail -1 after)"
stop_station a
try "a is sound" seam verify a
