#!/bin/bash
# A station lost its newest head and began a new log. What it filed under the old one stands before what it files under
# the new one, whichever comes first; and what it hands over late is not said to be missing in its log: it lies in the old one.
# The waiting is shortened by turning the clocks on the wall, all of them together.
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
release incident to b : type, severity  manual 1  if severity = red
release incident to b : type, severity  if severity = yellow
P
report() { # SEVERITY [WORDS...]
	local severity=$1
	shift
	file a-one incident type=atk.ambush when=now severity="$severity" "$@"
}
in_force() {
	seam --home b-one --json list --kind incident 2>/dev/null | pick - "' '.join(sorted(r['fields']['severity'] for r in d))"
}
copied() { # ID: for wait_for: b's copies hold its leaf
	[ "$(seam --home b-one --json show "$1" | pick - "d['log'].get('state')")" = copied ]
}
link a/one b/one
links_up a/one b/one
held=$(report red)
first=$(report yellow)
try "what a files goes to b" wait_for 20 arrives a-one "$first" b
try "b's copy of a's log has it" wait_for 20 copied "$first"
stop_station a-one
rm a-one/head.db*
try "a begins a new log" seam recover a-one
start_station a-one
links_up a/one b/one
amended=$(report yellow --thread "$(seam --home a-one --json show "$held" | pick - 'd["record"]["thread"]')")
try "the amendment goes first" wait_for 20 arrives a-one "$amended" b
try "b's copy of the new log has it" wait_for 30 copied "$amended"
same "it is leaf 1 there or further" true "$(seam --home b-one --json show "$amended" | pick - "d['log']['leaf'] > 0")"
try "an officer lets the original go" seam --home a-one send "$held" b --yes
try "it comes behind it" wait_for 20 arrives a-one "$held" b
same "the amendment stays in force" "yellow yellow" "$(in_force)"
try "the original lies in the old log, which b has" copied "$held"
set_clock 100
last=$(report yellow)
try "a goes on, and its log with it" wait_for 30 copied "$last"
sleep 3
same "nobody is accused" "" "$(alert_of b-one withheld_leaf)"
lacks "nor in the log" "has no leaf for it" b-one.out
