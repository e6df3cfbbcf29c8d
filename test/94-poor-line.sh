#!/bin/bash
# A line of 64 kbit/s, 800 ms there and back, pieces held up as if lost, cut again and again: nothing is lost or
# doubled, each cut is taken up where it broke, and what is urgent overtakes what waits. Where the kernel has
# netem the same goes through a real lossy network; else a proxy makes the line poor above TCP.
. "$(dirname "$0")/links.sh"

waiting=$(count 25 300)
cut_s=$(count 12 60)
network a/one b/one
policy a-one <<Q
party a b
release incident, sighting to b : type, severity, place@1km, when@minute
Q
policy b-one <<Q
party b a
release incident to a : type, severity, place@1km, when@minute
Q
ids=()
for n in $(seq "$waiting"); do
	ids+=("$(file a-one sighting type=mov.sighting when=now place=38SMD47056541 severity=green)")
done
near=$(links_port)
far=$(links_port)
python3 "$SEAM_SOURCE/test/poor_line.py" "$near" "$far" 64000 400 5 "$cut_s" >line.out 2>&1 &
line=$!
trap 'kill $line 2>/dev/null || true; lib_end' EXIT
lib_run seam --home a-one link add b/one --listen "127.0.0.1:$far" || not_ok "a listens" err
lib_run seam --home b-one link add a/one --connect "127.0.0.1:$near" || not_ok "b connects" err
some() { [ "$(stored b-one "SELECT count(*) FROM inbox")" -gt 2 ]; }
try "records begin to cross" wait_for 60 some
urgent=$(file a-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
their=$(file b-one incident type=exp.ied_found when=now place=38SMD47056541 severity=red)
try "an urgent one arrives while others wait" wait_for 60 arrives a-one "$urgent" b
left=$(seam --home a-one --json status | pick - "sum(p['queued'] + p['exported'] for p in d['parties'])")
try "others were waiting then" test "$left" -gt 0
try "the other way too" wait_for 60 arrives b-one "$their" a
all_there() { [ "$(stored a-one "SELECT count(*) FROM sent WHERE receipt IS NOT NULL")" = $((waiting + 1)) ]; }
try "in the end everything has its receipt" wait_for "$(count 120 1200)" all_there
same "nothing came twice" $((waiting + 1)) "$(stored b-one "SELECT count(DISTINCT record) FROM inbox WHERE station = 'a/one'")"
same "no number is missing" '[]' "$(status_of b-one "next(s['gaps'] for s in d['stations'] if s['station'] == 'a/one')")"
kill $line
wait $line 2>/dev/null
cuts=$(grep -c '^connection' line.out)
try "the line was cut at least once ($cuts connections)" test "$cuts" -gt 1
for home in a-one b-one; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
printf '# carried there and back: %s bytes\n' "$(sed -n 's/^carried //p' line.out)"
