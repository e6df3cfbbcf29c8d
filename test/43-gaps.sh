#!/bin/bash
# Deliveries are numbered per party: one that is missing is seen, sticks may come in any order, and what
# comes late fills the gap.
. "$(dirname "$0")/between.sh"

parties a/one b/one
policy a <<P
party a b
release incident to b : type, severity, place@1km
P
gaps() {
	seam --home b --json status | pick - "next([s['came'], s['gaps']] for s in d['stations'] if s['station'] == 'a/one')"
}
# Each stick with what is new on it alone.
for n in 1 2 3 4 5 6; do
	file a incident type=atk.ambush when=now "place=38SMD4${n}0654" severity=red >"id$n"
	seam --home a export bundle b "whole$n" 2>err
	rebundle "whole$n" "stick$n" 'items[:] = [i for i in items if i.startswith("delivery ")][-1:]'
	same "delivery $n goes on its own stick" 2 "$(grep -c -e '^delivery' -e '^end' "stick$n")"
done

try "the first comes" seam --home b import bundle stick1
same "nothing is missing" '[1, []]' "$(gaps)"
try "the second is lost, the third comes" seam --home b import bundle stick3
same "the gap is seen" '[3, [[2, 2]]]' "$(gaps)"
seam --home b status >out
holds "and said" 'a/one: deliveries up to number 3; missing: 2' out
try "the sixth comes" seam --home b import bundle stick6
same "and makes a second gap" '[6, [[2, 2], [4, 5]]]' "$(gaps)"
stop_station b
start_station b
same "the gaps outlive a restart" '[6, [[2, 2], [4, 5]]]' "$(gaps)"
try "the fifth comes before the fourth" seam --home b import bundle stick5
same "which narrows it" '[6, [[2, 2], [4, 4]]]' "$(gaps)"
try "then the fourth" seam --home b import bundle stick4
try "and the second at last" seam --home b import bundle stick2
same "no gap is left" '[6, []]' "$(gaps)"
same "all six stand in the picture" 6 "$(seam --home b count)"
same "in the order of their numbers" '1 2 3 4 5 6' "$(stored b 'SELECT counter FROM inbox ORDER BY counter' | xargs)"

# What has no receipt goes again on every stick; what has one does not.
same "the last stick held all six" 6 "$(grep -c '^delivery' whole6)"
try "the receipts go back" stick b a
seam --home a export bundle b again 2>err
same "then nothing goes twice" 0 "$(grep -c '^delivery' again)"
same "a knows that all arrived" 6 "$(seam --home a --json status | pick - 'd["parties"][0]["arrived"]')"

# A delivery that would stand at its number, but after another history, is no filler.
stop_station a
cp -a a twin
rm -f twin/home.place # a thief would
sed -i -e "s|$work/a-run|$work/twin-run|" -e "s|$work/a\b|$work/twin|" twin/seam.conf
start_station a
for n in 7 8; do
	file a incident type=atk.ambush when=now "place=38SMD4${n}0654" severity=red >"id$n"
	seam --home a export bundle b "whole$n" 2>err
done
rebundle whole8 stick8 'items[:] = [i for i in items if i.startswith("delivery ")][-1:]'
try "the eighth comes" seam --home b import bundle stick8
start_station twin
file twin incident type=atk.ambush when=now place=38SMD400654 severity=green >id
seam --home twin export bundle b twin7 2>err
stop_station twin
rebundle twin7 stick7 'items[:] = [i for i in items if i.startswith("delivery ")][-1:]'
refuse "another seventh does not fill the gap" seam --home b --json import bundle stick7
holds "since the eighth names the one before it" '"refused":"bad_previous"' err
same "the gap stays" '[8, [[7, 7]]]' "$(gaps)"
try "the true seventh fills it" seam --home b import bundle whole7
same "and nothing is missing" '[8, []]' "$(gaps)"
stop_station b
try "b is sound" seam verify b
