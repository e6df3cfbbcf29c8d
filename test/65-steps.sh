#!/bin/bash
# A movement is released at fixed moments only, and where it enters a zone: what was amended before the moment came
# is never sent, through restarts; what left the zone by then is not shown either.
. "$(dirname "$0")/between.sh"

# One second of the clock on the wall is one minute of the exercise; slots are ten minutes of it.
now=$(date +%s)
INIT="--exercise-start 2027-05-03T18:00:00Z --exercise-epoch $(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ) --rate 60"
LIST=$INIT
parties a/one b/one
policy a <<P
party a b
zone strip = 38SMD46 38SMD47
release movement to b : movement, place@1km, window@hour  if enters strip  step 10m
release movement to b : unit  if enters strip  step 10m  until 20m
test movement{place=38SMD4066, age=10m} to b = movement, place@1km, window@hour, unit
test movement{place=38SMD5066, age=10m} to b = nothing
test movement{place=38SMD4066, age=20m, newer=9m} to b = nothing
P
went() { # STICK: how many deliveries are on it
	grep -c ^delivery "$1"
}
clock() { # ms of the exercise
	echo $(((($(date +%s%3N)) - now * 1000) * 60 + $(date -u -d 2027-05-03T18:00:00Z +%s) * 1000))
}
into_slot() { # waits until no more than SECONDS of a slot are over
	while [ $(($(clock) % 600000)) -gt $(($1 * 60000)) ]; do sleep 0.1; done
}
next_slot() {
	local at=$(($(clock) / 600000))
	while [ $(($(clock) / 600000)) -eq $at ]; do sleep 0.1; done
}
why() { # ID: why it is held back from b
	seam --home a --json show "$1" | pick - '[p["why"] for p in d["parties"] if p["party"] == "b"][0]'
}

into_slot 2
begun=$(($(clock) / 600000))
first=$(file a movement movement=patrol window=now place=38SMD401660 unit=zq-1)
same "it waits for its moment" "held_back not_yet" "$(state a "$first" b) $(why "$first")"
same "and says for how long, both parts of it" 2 "$(seam --home a policy explain "$first" b | grep -c 'in steps of 10m; the rule releases it later, not before 2027-05-03T1[89]:.0:00Z')"
second=$(file a movement movement=patrol window=now place=38SMD421670 unit=zq-1 --thread "$(seam --home a --json show "$first" | pick - 'd["record"]["thread"]')")
seam --home a export bundle b early 2>err
if [ $(($(clock) / 600000)) -eq $begun ]; then
	same "nothing goes before" 0 "$(went early)"
else
	skip "this machine is too slow to look within ten seconds"
fi
stop_station a
next_slot
start_station a
is_queued() { [ "$(state a "$second" b)" = queued ]; }
wait_for 10 is_queued
try "at its moment it goes" stick a b due
same "in two deliveries, since one ends sooner" 2 "$(went due)"
same "the newest alone" 1 "$(seam --home b --json status | pick - 'd["foreign"]')"
same "the older one is never sent" "held_back superseded" "$(state a "$first" b) $(why "$first")"
same "explain says so" 1 "$(seam --home a policy explain "$first" b | grep -c '^the whole record: a newer version of it goes at that moment instead')"
same "b sees where it was then" 38SMD4267 "$(seam --home b --json show "$second" | pick - 'd["record"]["fields"]["place"]')"
seam --home b show "$first" >shown 2>&1
holds "and does not know of the other" 'no record|not held|is held' shown

# It moves out of the zone, and in again.
thread=$(seam --home a --json show "$first" | pick - 'd["record"]["thread"]')
into_slot 2
third=$(file a movement movement=patrol window=now place=38SMD431670 unit=zq-1 --thread "$thread")
out=$(file a movement movement=patrol window=now place=38SMD531670 unit=zq-1 --thread "$thread")
next_slot
sleep 1
seam --home a export bundle b later 2>err
same "what has left the zone at that moment does not show" 0 "$(grep ^delivery later | grep -vxFf due | grep -c ^delivery)"
same "neither the way out" superseded "$(why "$third")"
same "nor where it is" no_rule "$(why "$out")"
stop_station a
try "a is sound" seam verify a
