#!/bin/bash
# A station with two faces: its home was copied, and the copy, under the same keys, talks to one neighbour while the
# first talks to the others. Each neighbour countersigns what it is shown and nothing else; when they meet each has it
# in hand, in a file that anybody can check who has nothing else.
. "$(dirname "$0")/links.sh"
need curl

network a/one b/one c/one d/one
policy c-one <<P
party c a b d
release incident to a, b : type, severity, place@1km, when@minute
P
link a/one c/one
link b/one c/one
link d/one c/one
links_up c/one
first=$(file c-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
signed_by() { # HOME ID PARTIES: so many have countersigned a head that covers the record
	[ "$(seam --home "$1" --json show "$2" | pick - "d['log'].get('parties', 0)")" = "$3" ]
}
try "three neighbours countersign one history" wait_for 30 signed_by c-one "$first" 3

# ---- two faces ----
stop_station c-one
cp -a c-one c-two
rm c-two/home.place
sed -i "s|^run_dir.*|run_dir $work/c-two-run|" c-two/seam.conf
unlink_from() { # HOME STATION
	lib_run seam --home "$1" link remove "$2" || not_ok "$1 does not know $2" err
}
unlink_from c-one b/one
unlink_from c-two a/one
unlink_from c-two d/one
start_station c-one
start_station c-two
to_a=$(file c-one incident type=exp.ied_found when=now place=38SMD47056541 severity=green)
to_b=$(file c-two incident type=atk.ambush when=now place=38SMD47056541 severity=yellow)
try "a and d countersign the one" wait_for 30 signed_by c-one "$to_a" 2
try "b the other" wait_for 30 signed_by c-two "$to_b" 1
try "a has the one record" wait_for 20 holds_id a-one "$to_a"
refuse "and not the other" seam --home a-one show "$to_b"
try "b has the other" wait_for 20 holds_id b-one "$to_b"
same "nobody has noticed" "[] []" "$(seam --home a-one evidence list --json) $(seam --home b-one evidence list --json)"

# ---- what a witness says to the face that it has not seen ----
ask() { # HOME OLD CHECKPOINT: the status; what was said is in body
	{ printf 'old %s\n\n' "$2"; cat "$3"; } >request
	curl -sk --max-time 20 --cert c-two/tls/peer.crt --key c-two/tls/peer.key -o body -w '%{http_code}' \
	    --data-binary @request "https://$(awk '$2 == "c/one" { print $4 }' "$1/links")/add-checkpoint"
}
held=$(sed -n 2p c-one/log/1/checkpoint)
same "heads of one size are shown" "$held" "$(sed -n 2p c-two/log/1/checkpoint)"
same "where it was not shown, an old size is a conflict (409)" "409 $held" \
    "$(ask a-one $((held - 1)) c-one/log/1/checkpoint) $(cat body)"
same "the other head of that size is not signed (422)" 422 "$(ask d-one "$held" c-two/log/1/checkpoint)"
same "nor from then on any of that log (403)" 403 "$(ask d-one "$held" c-one/log/1/checkpoint)"

# ---- the neighbours meet ----
link a/one b/one
has_evidence() { [ "$(seam --home "$1" evidence list --json | pick - 'len(d)')" -ge 1 ] 2>/dev/null; }
for home in d-one a-one b-one; do
	try "$home has the evidence" wait_for 40 has_evidence $home
done
alarmed() { [ -n "$(alert_of "$1" two_histories)" ]; }
try "a's director is told" wait_for 20 alarmed a-one
try "b's too" wait_for 20 alarmed b-one
same "a signs for that log no more" 403 "$(ask a-one "$(sed -n 2p c-one/log/1/checkpoint)" c-one/log/1/checkpoint)"
same "nor does b" 403 "$(ask b-one "$(sed -n 2p c-two/log/1/checkpoint)" c-two/log/1/checkpoint)"

# ---- anybody can check it ----
mkdir clean
cp "$(find a-one/evidence -name '*.txt' | head -1)" clean/fork
cp "$(find b-one/evidence -name '*.txt' | head -1)" clean/other
for home in a-one b-one d-one c-one c-two; do stop_station $home; done
verify_bare() { # FILE: with nothing but the file
	(cd clean && env -i PATH="$PATH" HOME="$work/clean" seam verify "$1")
}
try "a's file is checked where there is nothing else" verify_bare fork
holds "and names who it was" "c/one told two histories" "$work/out"
try "and b's" verify_bare other
size=$(stat -c %s clean/fork)
python3 - <<'P'
data = open('clean/fork', 'rb').read()
for i in range(24):
    at = i * len(data) // 24
    open(f'clean/flip{i}', 'wb').write(data[:at] + bytes([data[at] ^ 1 << i % 7]) + data[at + 1:])
P
believed=""
for ((i = 0; i < 24; i++)); do
	verify_bare flip$i >out 2>err </dev/null && believed="$believed $((i * size / 24))"
done
same "no copy of it with one bit flipped, at 24 places, is believed" "" "$believed"
for home in a-one b-one d-one; do
	try "$home is sound" seam --home $home verify
done
