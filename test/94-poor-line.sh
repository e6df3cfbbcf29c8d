#!/bin/bash
# A line of 64 kbit/s, 800 ms there and back, of whose packets one in twenty is lost, dead for a while again and again:
# nothing is lost or doubled, each cut is taken up where it broke, and what is urgent overtakes what waits. Two networks
# with that line between them stand in for the world (bad_line.py). Where none can be made, a proxy makes the line
# poor above TCP (poor_line.py).
here=$(dirname "$0")
for way in -n -rn; do
	if [ -z "${SEAM_INSIDE-}" ] && unshare $way python3 "$here/bad_line.py" --try 2>/dev/null; then
		SEAM_INSIDE=1 exec unshare $way bash "$0"
	fi
done
. "$here/links.sh"

waiting=$(count 12 300)
line_end() {
	local status=$?
	[ -z "${line-}" ] || kill "$line" 2>/dev/null
	(exit $status)
	lib_end
}
trap line_end EXIT
is_ready() { grep -q '^ready' line.out || lib_gone "$line"; }
if [ -n "${SEAM_INSIDE-}" ]; then
	# The longest cut is one that only the stations' own patience ends.
	python3 "$SEAM_SOURCE/test/bad_line.py" 64000 400 5 30 "$(count 7 60)" "$(count 3r,2,- 5r,8,90)" >line.out 2>&1 &
	line=$!
	wait_for 20 is_ready && grep -q '^ready' line.out || { not_ok "a line between two networks" line.out; exit 1; }
	listen=192.0.2.1:7094
	connect=$listen
else
	skip "lost packets: no tun device or no network of its own can be had here; a proxy holds pieces up instead"
	listen=127.0.0.1:$(links_port)
	connect=127.0.0.1:$(links_port)
	python3 "$SEAM_SOURCE/test/poor_line.py" "${connect#*:}" "${listen#*:}" 64000 400 5 "$(count 8 60)" >line.out 2>&1 &
	line=$!
fi
# The station a/one lives at the far end, and dials.
seamd() {
	if [ -n "${SEAM_INSIDE-}" ] && [ "${!#}" = a-one ]; then
		exec nsenter --net="/proc/$line/ns/net" seamd "$@"
	fi
	exec seamd "$@"
}
network a/one b/one
policy a-one <<Q
party a b
release incident, sighting to b : type, severity, place@1km, when@minute
Q
policy b-one <<Q
party b a
release incident to a : type, severity, place@1km, when@minute
Q
for _ in $(seq "$waiting"); do
	file a-one sighting type=mov.sighting when=now place=38SMD47056541 severity=green >/dev/null
done
lib_run seam --home b-one link add a/one --listen "$listen" || not_ok "b listens" err
lib_run seam --home a-one link add b/one --connect "$connect" || not_ok "a connects" err
some() { [ "$(stored b-one "SELECT count(*) FROM inbox")" -gt 2 ]; }
try "records begin to cross" wait_for 120 some
urgent=$(file a-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
their=$(file b-one incident type=exp.ied_found when=now place=38SMD47056541 severity=red)
try "an urgent one arrives" wait_for 120 arrives a-one "$urgent" b
try "the other way too" wait_for 120 arrives b-one "$their" a
all_there() { [ "$(stored a-one "SELECT count(*) FROM sent WHERE receipt IS NOT NULL")" = $((waiting + 1)) ]; }
try "in the end everything has its receipt" wait_for "$(count 150 3600)" all_there
same "nothing came twice" "$((waiting + 1)) $((waiting + 1))" \
    "$(stored b-one "SELECT count(*) || ' ' || count(DISTINCT record) FROM inbox WHERE station = 'a/one'")"
hex=$(python3 -c 'import base64, sys; print(base64.urlsafe_b64decode(sys.argv[1] + "=").hex())' "$urgent")
overtaken=$(stored b-one "SELECT count(*) FROM inbox WHERE station = 'a/one' AND
    came_ms > (SELECT came_ms FROM inbox WHERE record = x'$hex')")
try "the urgent one overtook what waited ($overtaken)" test "${overtaken:-0}" -gt 0
same "no number is missing" '[]' "$(status_of b-one "next(s['gaps'] for s in d['stations'] if s['station'] == 'a/one')")"
again=$(cat /proc/net/snmp "/proc/$line/net/snmp" | awk '$1 == "Tcp:" && $13 ~ /^[0-9]+$/ {printf "%s ", $13}')
kill "$line"
wait "$line" 2>/dev/null
ups=$(grep -c 'the link with b/one is up' a-one.out)
of_line() { sed -nE "s/^$1 ([0-9])/\\1/p" line.out; }
some_each_way() {
	local near far
	read -r near far < <(of_line "$1")
	[ "$near" -gt 0 ] && [ "$far" -gt 0 ]
}
if [ -n "${SEAM_INSIDE-}" ]; then
	try "packets were lost both ways ($(of_line lost))" some_each_way lost
	try "and the line was cut ($(of_line cuts) times, $(of_line cut) packets)" test "$(of_line cuts)" -gt 0
	printf '# packets each way: '
	sed -nE 's/^((sent|lost|full|cut|reset|came|bytes) [0-9].*)/\1/p' line.out | paste -sd, | sed 's/,/, /g'
	printf '# segments that the kernels sent again: %s\n' "$again"
	# Each reset breaks a connection once; what broke besides, the stations gave up by themselves.
	resets=$(grep -c 'then reset' line.out)
	[ "${SEAM_SLOW:-0}" = 0 ] || try "a line dead without a word was given up" test "$ups" -gt $((resets + 1))
else
	printf '# carried there and back: %s bytes\n' "$(of_line carried)"
fi
try "the link broke and came back ($ups times up)" test "$ups" -gt 1
for home in a-one b-one; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
