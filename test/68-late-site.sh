#!/bin/bash
# In an exercise with a clock of its own one party leaves; then a further site of another joins by its party's root. It
# takes the clock of the list, passes over the keys of who left, and files by the time of the others.
. "$(dirname "$0")/links.sh"

INIT="--exercise-start 2027-05-03T18:00:00Z --exercise-epoch $(date -u +%Y-%m-%dT%H:%M:%SZ) --rate 20"
LIST=$INIT
network a/one b/one c/one
for party in a b; do
	policy $party-one <<P
party a b c
release incident to $(echo a b | tr -d $party | xargs) : type, severity, place@1km, when@minute
P
done
link a/one b/one
links_up a/one

lib_run seam members new --invite a-one.invite --invite b-one.invite --purpose EXERCISE --quorum 1 --version 3 --exercise ||
    not_ok "a list without c" err
cp out shorter
sed -i "s/^exercise .*/$(grep '^exercise ' list)/" shorter
for home in a-one b-one; do
	lib_run seam --home $home members sign shorter || not_ok "$home signs it" err
done
lists_two() {
	seam --home "$1" members install shorter >install.out 2>&1
	[ "$(seam --home "$1" --json members show | pick - 'len(d["parties"])')" = 2 ]
}
for home in a-one b-one; do
	try "$home has the list without c in force" wait_for 30 lists_two $home
done

# As doc/join.md has it: the new home is told of no clock.
clock() { grep '^exercise_' "$1/seam.conf"; }
INIT=
links_make a-two a/two --join
same "a new home goes by real time" 0 "$(clock a-two | sed -n 's/^exercise_start //p')"
try "a/two asks" seam --home a-two join
cp out two.request
try "a's root signs it" seam --home a-one join sign two.request
cp out two.welcome
holds "what c's keys were stands in the welcome too" "^=== key c/one" two.welcome
try "a/two takes it all the same" seam --home a-two join two.welcome
same "and with it the clock of the others" "$(clock a-one)" "$(clock a-two)"
same "the keys of c are not among those it knows" 0 "$(stored a-two "SELECT count(*) FROM shelf WHERE name = 'c/one'")"
start_station a-two || exit 1
for home in a-one b-one; do
	try "$home knows it" seam --home $home members install two.welcome
done
link a/one a/two
links_up a/two
first=$(file b-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
held() { seam --home a-two show "$1" >shown 2>&1; }
try "what b files reaches it" wait_for 30 held "$first"
late=$(file a-two incident type=atk.ambush when=now place=38SMD47056541 severity=red ask=b:30m)
year() { seam --home a-two --json show "$1" | pick - "str(d['record']['fields'].get('$2'))"; }
holds "what it files has the time of the exercise" '03.*MAY 27' <(year "$late" when)
holds "and asks for an answer by then" '2027-05-03T' <(year "$late" ask)
for home in a-one b-one a-two; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
