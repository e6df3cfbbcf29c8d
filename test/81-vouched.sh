#!/bin/bash
# What countersignatures and copies are good for: a record says how far its place in the log is beyond doubt, a proof
# carries who vouched for it and when, and what is held of other logs is verified and mended.
. "$(dirname "$0")/links.sh"

QUORUM=2
network a/one b/one c/one
policy c-one <<P
party c a b
release incident to a, b : type, severity, place@1km, when@minute
P
log_of() { # HOME ID MEMBER
	seam --home "$1" --json show "$2" 2>/dev/null | pick - "d['log'].get('$3')" 2>/dev/null
}
is_log() {
	[ "$(log_of "$1" "$2" state)" = "$3" ]
}
id=$(file c-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
try "what c filed is logged" wait_for 20 is_log c-one "$id" logged
same "and nobody vouches for it" "0 2" "$(log_of c-one "$id" parties) $(log_of c-one "$id" needed)"
seam --home c-one show "$id" >out 2>err </dev/null
holds "people are told" "log: leaf [0-9]* of seam/c/one/log/1, logged; countersigned by 0 of 2 parties" out

# ---- countersigned ----
link a/one c/one
links_up c/one
counted() { [ "$(log_of c-one "$id" parties)" = "$1" ]; }
try "one party countersigns" wait_for 30 counted 1
same "which is not enough" logged "$(log_of c-one "$id" state)"
link b/one c/one
links_up c/one
try "two do" wait_for 30 is_log c-one "$id" countersigned
seam --home c-one show "$id" >out 2>err </dev/null
holds "people are told by how many, and since when" "countersigned by 2 parties; was there at" out
try "it arrives at a" wait_for 20 arrives c-one "$id" a
try "and a's copy of c's log has its leaf" wait_for 30 is_log a-one "$id" copied
same "at the same place" "$(log_of c-one "$id" leaf)" "$(log_of a-one "$id" leaf)"

# ---- worth something elsewhere ----
covered() { seam --home c-one proof "$id" --to a >proven 2>err </dev/null; }
try "there is a proof that a has it" wait_for 20 covered
try "which is checked without a home" seam verify proven --members list
holds "and says who vouched for the head, and when" "countersigned by a/one at 20[0-9TZ:-]*, b/one at 20[0-9TZ:-]*: 2 of the 2 parties" "$work/out"
sed 's/^\(. seam.a.one.witness .\{40\}\)[^A]/\1A/' proven >touched
refuse "a countersignature that was touched spoils it" seam verify touched --members list
refuse "evidence is of one form or another" seam verify list
same "nobody has told two histories" "[]" "$(seam --home a-one evidence list --json)"

# ---- what is held of others is verified, and mended ----
link a/one b/one
links_up a/one b/one
copies() { [ "$(seam --home a-one --json verify 2>/dev/null | pick - "d['mirrors'], d['witnessed'], d['faults']")" = "(2, 2, 0)" ]; }
try "a has copies of both other logs" wait_for 60 copies
stop_station a-one
damaged=$(find a-one/mirror -path '*entries*' -type f | head -1)
printf '\377' | dd of="$damaged" bs=1 seek=40 conv=notrunc 2>err
refuse "one byte in a copy of another log is found" seam --home a-one verify
holds "and its place named" "mirror/[0-9a-f]*/tile" "$work/err"
start_station a-one
links_up a/one
try "it is fetched again" wait_for 30 copies
stop_station a-one
mkdir -p a-one/evidence
echo "seam evidence 1" >a-one/evidence/fork-made-up.txt
refuse "a file that proves nothing is found among the evidence" seam --home a-one verify
holds "and named" "evidence/fork-made-up.txt" "$work/err"
rm a-one/evidence/fork-made-up.txt
for home in b-one c-one; do stop_station $home; done
for home in a-one b-one c-one; do
	try "$home is sound" seam --home $home verify
done
