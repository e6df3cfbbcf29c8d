#!/bin/bash
# A party leaves while its station does not run: the links to it say that it left and what to do, from the moment the
# list without it is in force, after a restart, and when its station comes back; what waited for it says that it goes
# nowhere.
. "$(dirname "$0")/links.sh"

network a/one b/one c/one
for party in a b c; do
	rest=$(echo a b c | tr -d "$party" | xargs | sed 's/ /, /')
	policy $party-one <<P
party a b c
release incident to $rest : type, severity, place@1km, when@minute
P
done
mesh a/one b/one c/one
links_up a/one b/one c/one
incident() { # HOME
	file "$1" incident type=atk.ambush when=now place=38SMD47056541 severity=red
}
had=$(incident a-one)
try "what a files arrives at c" wait_for 20 arrives a-one "$had" c
stop_station c-one
is_down() { case $(link_state "$1" "$2") in up | left) return 1 ;; esac; }
try "its station is away: the link is down, as at any other time" wait_for 20 is_down a-one c/one
kept=$(incident a-one)
same "what is filed waits for it" queued "$(state a-one "$kept" c)"

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
	try "its link with c says that it left" wait_for 30 is_link $home c/one left
	seam --home $home link list >links 2>&1
	holds "and what to do" "c/one .*left" links
	holds "by its command" 'seam link remove' links
done
why_of() { seam --home a-one --json show "$1" | pick - '" ".join("%s %s" % (p["state"], p["why"]) for p in d["parties"] if p["party"] == "c")'; }
same "what waited goes nowhere, and says so" "held_back party_left" "$(why_of "$kept")"
seam --home a-one show "$kept" >shown 2>err
holds "in words" 'c +held back .*member list no more' shown
lacks "and is not queued" 'c +queued' shown
same "what arrived has arrived" "arrived none" "$(why_of "$had")"

stop_station a-one
start_station a-one
try "after a restart too" wait_for 30 is_link a-one c/one left
same "also what waited" "held_back party_left" "$(why_of "$kept")"
start_station c-one
try "c comes back, and stays outside" wait_for 20 is_down c-one a/one
sleep 4
for home in a-one b-one; do
	same "and is not let in: it left" left "$(link_state $home c/one)"
done
refuse "what waited for it did not go" seam --home c-one show "$kept"

# ---- a list that has it again ----
lib_run seam members new --invite a-one.invite --invite b-one.invite --invite c-one.invite --purpose EXERCISE --quorum 1 --version 4 \
    --exercise || not_ok "a list with c" err
cp out longer
sed -i "s/^exercise .*/$(grep '^exercise ' list)/" longer
for home in a-one b-one c-one; do
	lib_run seam --home $home members sign longer || not_ok "$home signs it" err
done
lists_three() {
	seam --home "$1" members install longer c-one.invite >install.out 2>&1
	[ "$(seam --home "$1" --json members show | pick - 'd["version"], len(d["parties"])')" = "(4, 3)" ]
}
for home in a-one b-one c-one; do
	try "$home has the list with c in force" wait_for 30 lists_three $home
done
try "the link stands again" wait_for 60 is_link a-one c/one up
try "and what waited goes" wait_for 20 arrives a-one "$kept" c
try "a link that nobody needs is removed" seam --home b-one link remove c/one
for home in a-one b-one c-one; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
