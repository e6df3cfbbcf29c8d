#!/bin/bash
# Stations of three parties, one of them with two sites, over links: what is released crosses by itself, receipts and
# answers come back, a cut link holds nobody up, what waited comes once and is marked late, the log of each
# is countersigned by the others, and a second site holds what its sister holds.
. "$(dirname "$0")/links.sh"

# An hour passes in six seconds, so that what waited is late.
LIST="--exercise-start 2027-05-04T00:00:00Z --rate 600"
QUORUM=2
network a/one b/one c/one a/two
rules() { # OWN OTHER THIRD
	cat <<Q
party $1 $2 $3
release incident, sighting to $2, $3 : type, severity, place@1km, when@minute, filed
release answer to $2, $3 : re, answer
Q
}
rules a b c | policy a-one
rules b a c | policy b-one
rules c a b | policy c-one
before=$(file a-one incident type=atk.ambush when='040030C MAY 27' place=38SMD47056541 severity=yellow)
mesh a/one b/one c/one a/two
links_up a/one b/one c/one a/two
ok "every link is up"

try "what waited before there was a link arrives at b" wait_for 20 arrives a-one "$before" b
try "and at c" wait_for 20 arrives a-one "$before" c
now=$(file a-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
try "what is filed now arrives" wait_for 20 arrives a-one "$now" b
try "b answers over the link" seam --home b-one answer "$now" seen
answered() { [ "$(state a-one "$now" b)" = answered ]; }
try "and a sees it" wait_for 20 answered
try "the sister holds what a filed, whole" wait_for 20 holds_id a-two "$now"
theirs=$(file b-one sighting type=mov.sighting when=now place=38SMD47056541 severity=yellow)
try "b's report reaches one station of a" wait_for 20 arrives b-one "$theirs" a
try "the first site holds it" wait_for 20 holds_id a-one "$theirs"
try "and the second" wait_for 20 holds_id a-two "$theirs"
id_hex() { python3 -c "import base64, sys; print(base64.urlsafe_b64decode(sys.argv[1] + chr(61)).hex())" "$1"; }
same "with one receipt" 1 "$(stored b-one "SELECT count(*) FROM sent WHERE party = 'a' AND receipt IS NOT NULL AND record = x'$(id_hex "$theirs")'")"

# Cut: both go on, and what waited comes once.
cut_link a/one b/one
cut_link b/one a/two

try "the link is gone" wait_for 20 grep -q "the link with b/one is down" a-one.out
while_a=()
for n in 1 2 3 4 5; do
	while_a+=("$(file a-one sighting type=mov.sighting when=now place=38SMD47056541 severity=green)")
done
urgent=$(file a-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
same "a goes on while b is away" queued "$(state a-one "$urgent" b)"
try "c gets it meanwhile" wait_for 20 arrives a-one "$urgent" c
while_b=$(file b-one incident type=exp.ied_found when=now place=38SMD47056541 severity=yellow)
sleep 2
link a/one b/one
links_up b/one
try "what a filed arrives when the link is back" wait_for 30 arrives a-one "${while_a[4]}" b
try "what b filed too" wait_for 30 arrives b-one "$while_b" a
try "everything that waited" wait_for 30 settled a-one b-one
late() { seam --home b-one --json show "$urgent" | pick - 'd["record"]["late"]'; }
same "it is marked late" true "$(late)"
came_as() { stored b-one "SELECT counter FROM inbox WHERE station = 'a/one' AND record = x'$(id_hex "$1")'"; }
try "the urgent one went first" test "$(came_as "$urgent")" -lt "$(came_as "${while_a[0]}")"
same "nothing came twice" "$(stored b-one "SELECT count(DISTINCT record) FROM inbox WHERE station = 'a/one'")" \
    "$(stored b-one "SELECT count(*) FROM inbox WHERE station = 'a/one'")"
same "no number is missing" '[]' "$(status_of b-one "next(s['gaps'] for s in d['stations'] if s['station'] == 'a/one')")"

# Countersigned by two other parties.
signed() { [ "$(status_of "$1" 'd["countersigned"] == d["headed"] > 0')" = true ]; }
for home in a-one b-one c-one; do
	try "the log of $home is countersigned by two parties" wait_for 30 signed $home
done
try "a link is removed" seam --home b-one link remove a/one
try "its end is told as it was" wait_for 20 grep -q "the link with a/one is down: its gate has ended" b-one.out
lacks "not as one that was never tried" "is down: not tried yet" b-one.out
for home in a-one b-one c-one a-two; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
