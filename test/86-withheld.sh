#!/bin/bash
# What a neighbour owes and does not give: a number that is missing among its deliveries, a record that it delivered
# but whose leaf never comes into its log, a log that stands still. A copy of its home signs what the station itself
# never files; the waiting is shortened by turning the clocks on the wall, all of them together.
. "$(dirname "$0")/links.sh"
need cc
cc -shared -fPIC -O1 -o clock.so "$SEAM_SOURCE/test/clock.c" 2>err || { not_ok "the clock is made" err; exit 1; }
set_clock() { printf '%-15s' "$1" | dd of=clock bs=16 conv=notrunc status=none; }
printf '%-16s' 0 >clock
export SEAM_TEST_CLOCK="$work/clock" LD_PRELOAD="$work/clock.so"
if nm "$SEAM_BUILD/seamd" 2>/dev/null | grep -q __asan_init; then
	skip "a sanitizer must come first in a process: no clock can be put before it"
	exit 0
fi

network a/one b/one
policy a-one <<P
party a b
release incident to b : type, severity, place@1km, when@minute
P
policy b-one <<P
party b a
release incident to a : type, severity, place@1km, when@minute
P
incident() { # HOME SEVERITY
	file "$1" incident type=atk.ambush when=now place=38SMD47056541 severity="$2"
}
link a/one b/one
links_up a/one b/one
first=$(incident b-one red)
try "what b files arrives at a" wait_for 20 arrives b-one "$first" a
is_log() { [ "$(seam --home "$1" --json show "$2" | pick - "d['log'].get('state')")" = "$3" ]; }
try "a's copy of b's log has it" wait_for 20 is_log a-one "$first" copied

# ---- the copy: it files three, and they are not in the log that b shows ----
stop_station b-one
cp -a b-one copy
rm copy/home.place copy/links
sed -i "s|^run_dir.*|run_dir $work/copy-run|" copy/seam.conf
start_station copy
never=$(incident copy yellow)
skipped=$(incident copy green)
last=$(incident copy red)
lib_run seam --home copy export bundle a words || not_ok "the copy writes a stick" err
stop_station copy
grep '^delivery ' words >deliveries
same "the copy cut three deliveries" 3 "$(wc -l <deliveries)"
at=$(awk '$2 == "b/one" { print $4 }' a-one/links)
{ sed -n 1p deliveries | sed 's/^/put /'; sed -n 3p deliveries | sed 's/^/put /'; } >lines
timeout 30 python3 "$SEAM_SOURCE/test/line.py" b-one "$at" <lines >heard 2>err || not_ok "somebody speaks with b's keys" err
same "two of them are put over the link" "did new -
did new -" "$(cat heard)"
try "a holds the first" seam --home a-one show "$never"
try "and the third" seam --home a-one show "$last"
refuse "not the second" seam --home a-one show "$skipped"
same "its number is missing, and a says so" '[[3, 3]]' "$(status_of a-one "next(s['gaps'] for s in d['stations'] if s['station'] == 'b/one')")"
seam --home a-one status >status 2>err
holds "also to people" "missing: 3" status

# ---- b itself comes back: it knows nothing of these, and its log has no leaf for them ----
start_station b-one
links_up a/one b/one
same "nobody is accused before a minute has passed" "" "$(alert_of a-one withheld_leaf)"
set_clock 100
second=$(incident b-one green)
try "b goes on, and its log with it" wait_for 30 is_log b-one "$second" countersigned
accused() { [ -n "$(alert_of a-one withheld_leaf)" ]; }
if wait_for 30 accused; then
	ok "then a's director has an alarm"
else
	not_ok "then a's director has an alarm" a-one.out
fi
holds "which names the record" "b/one delivered the record ($never|$last), but its log has no leaf for it" a-one.out
lacks "and not the one that is in the log" "record $first" a-one.out

# ---- a log that stands still: linked, and for an hour no head ----
stop_station b-one
same "a log that moves is not accused" "" "$(alert_of a-one frozen_log)"
{
	echo "wait 3"
	for ((n = 0; n < 60; n++)); do
		echo "say beat 1"
		echo "wait 0.5"
	done
} >lines
python3 "$SEAM_SOURCE/test/line.py" b-one "$at" <lines >heard 2>err &
beating=$!
try "somebody with b's keys is linked and shows no head" wait_for 20 is_link a-one b/one up
set_clock 4000
stands_still() { [ -n "$(alert_of a-one frozen_log)" ]; }
if wait_for 30 stands_still; then
	ok "after an hour a's director has an alarm"
else
	not_ok "after an hour a's director has an alarm" a-one.out
fi
kill $beating 2>/dev/null
wait $beating 2>/dev/null
stop_station a-one
try "a is sound" seam --home a-one verify
