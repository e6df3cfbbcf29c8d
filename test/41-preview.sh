#!/bin/bash
# What the sender was shown is what the other party holds, byte for byte; and nothing that it may not
# see lies anywhere in its home, its picture or on the stick.
. "$(dirname "$0")/between.sh"

# Marks that occur nowhere else. B gets the square of 10 km and no word of the rest.
unit=zq-unit-7431
summary='zqsummary the wall by the canal'
detail='zqdetail second gate'
source='zqsource under the third stone'
place=38SMD4719365482

parties a/makhmour b/dibis
policy a <<P
party a b
release sighting to b : type, severity, persons, place@10km, when@hour
P

refuse "a person sees a preview, and nothing is filed without a yes" seam --home a report sighting type=mov.sighting \
	severity=red when=032115C place=$place persons=5-7 --preview
holds "each party by name" '^b would get now$' err
holds "a figure as one reads it" '^  persons +5-7$' err
holds "the place as it goes" '^  place +38SMD46$' err
lacks "nothing for programs" '[]{}"[]' err

try "a report is previewed, and filed as it was shown" seam --home a --json report sighting type=mov.sighting \
	severity=red when=032115C place=$place persons=7317 unit=$unit "summary=$summary" "detail=$detail" \
	"source=$source" --preview --yes
sed -n 1p out >preview
sed -n 2p out >filed
id=$(pick filed 'd["id"]')
python3 - <<'P' >previewed
import json
print(next(p["cut"] for p in json.load(open("preview")) if p["party"] == "b"), end="")
P
same "the preview is not empty" 1 "$([ "$(wc -c <previewed)" -gt 500 ] && echo 1)"
try "it goes by stick" stick a b ab
same "one record is new" 1 "$(pick taken 'd["new"]')"
try "the receipt comes back" stick b a
same "with the proof that it arrived" arrived "$(state a "$id" b)"

# The stick against the preview, and B's store against the stick.
grep '^delivery ' ab | cut -d' ' -f2 >delivery
same "one delivery was made" 1 "$(wc -l <delivery)"
python3 - <<'P' >facts
import hashlib
whole = open("delivery").read().strip()
jwt, *disclosures, binding = whole.split("~")
print("~".join([jwt.rsplit(".", 1)[0], *disclosures, ""]))
print(hashlib.sha256(whole.encode()).hexdigest())
print(jwt)
P
same "signing input and disclosures on the stick are those of the preview" "$(cat previewed)" "$(sed -n 1p facts)"
same "b's store holds these very bytes" "$(sed -n 2p facts)" "$(stored b 'SELECT lower(hex(whole)) FROM inbox')"
same "and the record as a signed it" "$(sed -n 3p facts)" "$(stored b "SELECT jwt FROM record WHERE own = 0")"
same "which is what a holds itself" "$(sed -n 3p facts)" "$(stored a "SELECT jwt FROM record WHERE kind = 'sighting'")"
# The receipt's leaf is under a head at the next beat.
wait_for 20 seam --home a proof "$id" --to b
try "a proves offline that b has it" seam --home a proof "$id" --to b
cp out evidence
try "from the evidence alone" seam verify evidence --members list
shows "which carries that very delivery" "$(tail -c 60 delivery)" evidence

# B's own view of it: these fields and no other.
seam --home b --json show "$id" >shown
same "b sees the fields that were granted and no other" \
	'["persons", "place", "severity", "type", "when"]' \
	"$(pick shown 'sorted(f for f in d["record"]["fields"])')"
same "the place is the square of 10 km" 38SMD46 "$(pick shown 'd["record"]["fields"]["place"]')"
same "the time is the hour" hour "$(pick shown 'd["record"]["precision"]')"

# Raw bytes. What b may see is found by the same search, so that the search itself is tried.
bytes=("$work/b" "$work/b-run" "$work/ab")
shows "the search finds what b may see in b's picture" 38SMD46 "$work/b-run"
shows "and on the stick, inside base64" 38SMD "$work/ab"
shows "and what a alone holds, in a's picture" "$unit" "$work/a-run"
while IFS='|' read -r name mark; do
	hides "$name is in no raw byte that b has" "$mark" "${bytes[@]}"
done <<M
the unit|$unit
the summary|${summary%% *}
the detail|${detail%% *}
the source|${source%% *}
the fine grid|4719365482
the grid of 1 km|38SMD4765
the fine easting|47193
the minute|2115
M
stop_station b
hides "nor after b has stopped" "${summary%% *}" "${bytes[@]}"
try "b verifies" seam verify b
