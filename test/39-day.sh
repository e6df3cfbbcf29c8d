#!/bin/bash
# ./demo --day --once: 24 hours of the exercise through three real stations over links; each expected reaction that
# the programs can show comes out, every log verifies, also from a copy; nothing is left running.
. "$(dirname "$0")/lib.sh"
need python3

try "the day is played to its end" "$SEAM_SOURCE/demo" --day --once --folder "$work/exercise"
cp "$work/out" told
holds "every claim that was tried held" '^[0-9]+ tried, [0-9]+ held$' told
same "as many as were tried" "$(sed -n 's/^\([0-9]*\) tried, [0-9]* held$/\1/p' told)" \
    "$(sed -n 's/^[0-9]* tried, \([0-9]*\) held$/\1/p' told)"
holds "per record and party it says what went" 'sighting +a: queued, c: queued' told
holds "and why not" 'held back \(' told
holds "two patrols are warned off" '8 +two patrols in each other' told
holds "the chain over 42 E is one alert" '15 +the chain 5-13-14' told
holds "the late answer climbs its ladder" 'B late in about 34' told
holds "what was cut off flows once" 'deliveries that waited flowed both ways' told
holds "a table says what waits for later work" 'waits for later work' told
left=0
for pid in $(cat "$work/exercise.day/pids" 2>/dev/null); do
	kill -0 "$pid" 2>/dev/null && left=$((left + 1))
done
same "no station is left running" 0 $left
