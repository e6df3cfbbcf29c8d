#!/bin/bash
# An erasure crosses live links, and so does each party's signed word that it was carried out; who is away is
# listed as missing until it is back.
. "$(dirname "$0")/links.sh"

network a/one b/one c/one
for home in a-one b-one c-one; do
	policy $home <<P
party a b c
group partners = $(echo a b c | tr -d "${home%%-*}")
release incident to partners : type, place@1km, when@minute, unit
P
done
mesh a/one b/one c/one
try "the links stand" wait_for 30 links_up a/one b/one c/one
mark=zq-linked-9
id=$(file a-one incident type=atk.ambush when=now place=38SMD470654 severity=red unit=$mark)
try "b has it" wait_for 20 arrives a-one "$id" b
try "c has it" wait_for 20 arrives a-one "$id" c
shows "with the unit" $mark b-one-run

stop_station c-one
try "a erases it" seam --home a-one erase "$id" --yes
who() { # HOME ID: who confirmed | who is missing
	seam --home "$1" --json show "$2" | pick - '"%s | %s" % (" ".join(sorted(c["station"] for c in d["kept"]["confirmed"])), " ".join(sorted(d["kept"]["missing"])))'
}
is_said() {
	[ "$(who a-one "$id")" = "$1" ]
}
try "b's word comes back over the link, c is missing" wait_for 20 is_said "b/one | c/one"
seam --home a-one status >status
holds "the status names whom" "^  ${id:0:8}, confirmed by b/one .*; missing: c/one$" status
hides "nothing is left at b" $mark b-one b-one-run
shows "c has it yet" $mark c-one-run
start_station c-one
try "c back, its word comes too" wait_for 90 is_said "b/one c/one | "
hides "nothing is left at c" $mark c-one c-one-run
seam --home a-one status >status
lacks "nobody is missing any more" 'missing: ' status
same "a word that was given over is not said again" "1 1" \
	"$(stored b-one "SELECT told FROM confirm") $(stored c-one "SELECT told FROM confirm")"
for home in a-one b-one c-one; do
	stop_station $home
	try "$home verifies" seam verify $home
done
