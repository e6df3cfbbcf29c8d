#!/bin/bash
# ./demo --day --once: 24 hours of the exercise through three real stations over links; per record and addressee it
# is told what was cut and why, the receipt and the answer; each expected reaction that the programs can show comes
# out, every log verifies, also from a copy; nothing is left running.
. "$(dirname "$0")/lib.sh"
need python3

try "the day is played to its end" "$SEAM_SOURCE/demo" --day --once --folder "$work/exercise"
cp "$work/out" told
tr -s ' \n' ' ' <told >words
given=$work/exercise.day/given.csv

# look ITEM KIND PARTY FIELD COLUMN...: of the first such row of the table
look() {
	python3 - "$given" "$@" <<'P'
import csv, sys
file, item, kind, party, field, *columns = sys.argv[1:]
for row in csv.DictReader(open(file, encoding="utf-8")):
    if [row[k] for k in ("item", "kind", "party", "field")] == [item, kind, party, field]:
        print(*(row[c] or "-" for c in columns), sep="|")
        break
P
}
# line_of PARTY PATTERN: where its policy has it, so that the expectation is the policy's and not the program's
line_of() {
	grep -nE "$2" "$SEAM_SOURCE/exercise/policy-$1.policy" | head -1 | cut -d: -f1
}

holds "every claim that was tried held" '^[0-9]+ tried, [0-9]+ held$' told
same "as many as were tried" "$(sed -n 's/^\([0-9]*\) tried, [0-9]* held$/\1/p' told)" \
    "$(sed -n 's/^[0-9]* tried, \([0-9]*\) held$/\1/p' told)"

# ---- what was cut and why, of records that are known ----
none="no rule of the policy gives anything of this to the party"
near=$(line_of a '^release sighting to b .*place@1km.*within 20km of seam')
coarse=$(line_of a '^release sighting to c ')
cap=$(line_of a '^cap sighting to c : place@10km')
same "the five men to B: a square of 1 km" "38SMD470654|place@1km|38SMD4765" \
    "$(look 29 sighting b place "filed as" given "held as")"
holds "by the line for what is near the line" "(^| )$near( |$)" <(look 29 sighting b place lines)
same "to C a square of 10 km, by the line for C and its cap" "38SMD470654|place@10km|38SMD46|$coarse $cap" \
    "$(look 29 sighting c place "filed as" given "held as" lines)"
same "and the hour, not the minute" "when@hour" "$(look 29 sighting c when given)"
same "vehicles to B" "2" "$(look 29 sighting b vehicles "held as")"
same "none to C: no line gives them" "2|-|-|$none" "$(look 29 sighting c vehicles "filed as" given "held as" "why not")"
same "the words to nobody: they leave by hand" "-|-|free text leaves by hand only" \
    "$(look 29 sighting b summary given "held as" "why not")"
same "the crossing to A: 10 km" "37SGA153254|place@10km|37SGA12" "$(look 5 sighting a place "filed as" given "held as")"
same "without its source" "-|-|sealed: it never leaves its station" "$(look 5 sighting a source given "held as" "why not")"
same "a look from above, asked of C: 10 m of it is all that was filed" "38SMD6578" "$(look 36 request c place "held as")"
same "to B only that it was asked: 10 km" "38SMD67" "$(look 36 request b place "held as")"
same "coverage to nobody, and why" "held_back|-|$none" "$(look 2 coverage c place state receipt "why not")"
same "a situation report waits for officers" "the rule asks for decisions by officers" \
    "$(look 27 sitrep b text "why not")"
same "an answer to A's notice does not go on to C, and why" \
    "it cites a record whose originator did not allow passing on" "$(look 7 answer c answer "why not")"

# ---- receipts and answers ----
holds "the receipt of what waited in the night came when the links were back" '^arrived[|]04[0-9]{4}C MAY 27[|]none asked$' \
    <(look 29 sighting b place state receipt answers)
holds "that of the morning in the morning" '^arrived[|]03[0-9]{4}C MAY 27[|]' <(look 5 sighting a place state receipt answers)
holds "what was asked and not answered is said" 'NO ANSWER' <(look 5 sighting a place answers)
holds "B's answer stands at the warning, with its receipt from before it" '^answered[|]03[0-9]{4}C MAY 27[|]seen 03[0-9]{4}C$' \
    <(look 15 warning b place state receipt answers)

# ---- and on the terminal ----
holds "the five men to B: what, by which line, what not, the receipt, the answer" \
    "to b when@minute 032115C, place@1km 38SMD4765 of 38SMD470654, [^;]* by line $near; not unit \(no line gives it\); receipt 04[0-9]{4}C; answer: none asked" words
holds "the crossing, which nobody answered" 'to a when@minute 030640C, place@10km 37SGA12 of 37SGA153254, [^;]*; not unit [^;]*; receipt 03[0-9]{4}C; NO ANSWER' words
holds "what went to nobody, with the reason" "to b nothing: $none" words
holds "an answer with its time" 'answer: seen 03[0-9]{4}C' words
holds "where the rest is" 'field by field: .*given\.csv' words
holds "what the addressees hold was held against it" 'proved what the addressees hold is what those lines give' words
holds "the alerts of each station" 'b/kirkuk red unanswered \(' words

# ---- what came of it ----
holds "two patrols are warned off" '8 +two patrols in each other' told
holds "the chain over 42 E is one alert" '15 +the chain 5-13-14' told
holds "the late answer climbs its ladder" '18 +B late, in [0-9]+ \(the script has 34\)' told
holds "a question nobody answered is red at its hour" 'proved 20 a question that is needed by 1800' words
holds "a watch with something red and unseen is kept" "proved 25 A's handover is refused" words
holds "the links stand while the cables are cut, and say why and since when" 'c/erbil to a/kirkuk: [a-z]+ since 03[0-9]{4}C: [a-z]' words
holds "what was cut off flows once" '32 +the 8 deliveries of 4 records flowed both ways' told
holds "one report refines another" 'proved 42 two wounded, both critical' words
holds "a table says what waits for later work" 'waits for later work' told
holds "and of what is shown in part, the part that waits" ' 17 watch shown in part .* Waits: step 2 is the liaison' words
holds "it says whether the day kept its schedule" '^The day (kept its schedule|was LATE)' told
left=0
for pid in $(cat "$work/exercise.day/pids" 2>/dev/null); do
	kill -0 "$pid" 2>/dev/null && left=$((left + 1))
done
same "no station is left running" 0 $left
