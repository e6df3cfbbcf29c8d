#!/bin/bash
# A record key is stolen with a copy of its home and revoked: what the thief signs is refused, what was signed before
# stays, and the party goes on with its next key over the link that stands. Then a party leaves: what was to go to it
# stops at once, its link says why, and what it ever signed still holds.
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
incident() { # HOME SEVERITY
	file "$1" incident type=atk.ambush when=now place=38SMD47056541 severity="$2"
}
first=$(incident a-one red)
try "what a files arrives at b" wait_for 20 arrives a-one "$first" b
try "and at c" wait_for 20 arrives a-one "$first" c
waits() { [ "$(seam --home b-one --json show "$1" | pick - "d['log'].get('state')")" = copied ]; }
try "b's copy of a's log has it" wait_for 30 waits "$first"

# ---- a copy of the home is stolen; the party finds out ----
stop_station a-one
cp -a a-one thief
rm thief/home.place thief/links
sed -i "s|^run_dir.*|run_dir $work/thief-run|" thief/seam.conf
leaves=$(stored a-one "SELECT count(*) FROM leaf")
try "a gets a further record key" seam --home a-one key rotate
start_station a-one
links_up a/one
try "a's root revokes the first from here on" seam --home a-one key revoke a/one#1 --from "$leaves"
cp out revocation
for home in b-one c-one; do
	try "$home hears of it" seam --home $home members install revocation
done
second=$(incident a-one yellow)
try "what the new key signed arrives" wait_for 30 arrives a-one "$second" b
try "what the old one signed before stays" seam --home b-one show "$first"

start_station thief
forged=$(incident thief red)
lib_run seam --home thief export bundle b stolen || not_ok "the thief writes a stick" err
seam --home b-one --json import bundle stolen >taken 2>refused </dev/null
holds "what the thief signs is refused at b" revoked_key refused
refuse "and is not held" seam --home b-one show "$forged"
seam --home b-one status >status 2>err
holds "it is kept apart, and the status says so" "[1-9][0-9]* kept in quarantine" status
# The thief has the key of the log as well, and tells another history of it.
has_evidence() { [ "$(seam --home b-one evidence list --json | pick - 'len(d)')" -gt 0 ]; }
try "b has evidence that a key of a's tells two histories" wait_for 60 has_evidence
stop_station thief

# ---- c leaves ----
theirs=$(incident c-one green)
try "what c files arrives at a" wait_for 20 arrives c-one "$theirs" a
lib_run seam --home a-one proof "$first" --to c || not_ok "a has a proof of what c had" err
cp out proven
lib_run seam members new --invite a-one.invite --invite b-one.invite --purpose EXERCISE --quorum 1 --version 3 --exercise ||
    not_ok "a list without c" err
cp out shorter
sed -i "s/^exercise .*/$(grep '^exercise ' list)/" shorter
for home in a-one b-one; do
	lib_run seam --home $home members sign shorter || not_ok "$home signs it" err
done
links_before=$(link_state a-one c/one)
same "until then the link stands" up "$links_before"
# The link may bring it to b before b's own officer does.
lists_two() {
	seam --home "$1" members install shorter >install.out 2>&1
	[ "$(seam --home "$1" --json members show | pick - 'len(d["parties"])')" = 2 ]
}
for home in a-one b-one; do
	try "$home has the list without c in force" wait_for 30 lists_two $home
done
try "a's link with c is down: it left" wait_for 30 is_link a-one c/one left
try "b's too" wait_for 30 is_link b-one c/one left
seam --home a-one link list >links 2>&1
holds "people are told why" "c/one .*left" links
urgent=$(incident a-one red)
try "what is filed now goes to b" wait_for 20 arrives a-one "$urgent" b
same "and not to c: it is not even queued" none "$(state a-one "$urgent" c)"
refuse "nor by stick" seam --home a-one export bundle c stick
sleep 3
refuse "c does not have it" seam --home c-one show "$urgent"
same "c is not let in again" left "$(link_state a-one c/one)"
try "what c filed before is still here" seam --home a-one show "$theirs"
for home in a-one b-one c-one; do
	stop_station $home
	try "$home is sound, with all that c signed" seam --home $home verify
done
try "the proof that c had a's record holds as before" seam verify proven --members list
