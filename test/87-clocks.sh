#!/bin/bash
# Machines whose clocks are a day off, one ahead and one behind: the links stand and say by how much, everything
# passes, order goes by the logs, and between the heads that a record knew of and the countersignatures over it lies
# the real moment, as far as the honest clocks go.
. "$(dirname "$0")/links.sh"
need cc
if nm "$SEAM_BUILD/seamd" 2>/dev/null | grep -q __asan_init; then
	skip "a sanitizer must come first in a process: no clock can be put before it"
	exit 0
fi
cc -shared -fPIC -O1 -o clock.so "$SEAM_SOURCE/test/clock.c" 2>err || { not_ok "the clock is made" err; exit 1; }
DAY=86400
printf '%-16s' $DAY >fast
printf '%-16s' -$DAY >slow
QUORUM=2
network a/one b/one c/one
stations() { # COMMAND: a's clock is right, b's a day ahead, c's a day behind
	local home
	for home in a-one b-one c-one; do
		case $home in
		b-one) SEAM_TEST_CLOCK=$work/fast LD_PRELOAD=$work/clock.so $1 $home ;;
		c-one) SEAM_TEST_CLOCK=$work/slow LD_PRELOAD=$work/clock.so $1 $home ;;
		*) $1 $home ;;
		esac
	done
}
for party in a b c; do
	rest=$(echo a b c | tr -d "$party" | xargs | sed 's/ /, /')
	policy $party-one <<P
party a b c
release incident to $rest : type, severity, place@1km, when@minute
release answer to $rest : re, answer
P
	stop_station $party-one
done
stations start_station
mesh a/one b/one c/one
links_up a/one b/one c/one
ok "the links stand"
skew() { # HOME STATION: in hours
	status_of "$1" "round(next(l['skew_ms'] for l in d['links'] if l['station'] == '$2') / 3600000)"
}
same "a says how far each is off" "24 -24" "$(skew a-one b/one) $(skew a-one c/one)"
seam --home a-one status >status 2>err
holds "also to people: the one" "ahead of ours" status
holds "and the other" "behind ours" status
seam --home a-one doctor >doctor 2>&1
holds "doctor finds it" "its clock and this one differ by 86[0-9]{3} seconds" doctor

from_ms=$(date +%s%3N)
incident() { # HOME: the time of the event is a's, so that the clocks judge nothing but the filing
	file "$1" incident type=atk.ambush when=now place=38SMD47056541 severity=red
}
of_a=$(incident a-one)
of_b=$(SEAM_TEST_CLOCK=$work/fast LD_PRELOAD=$work/clock.so incident b-one)
of_c=$(SEAM_TEST_CLOCK=$work/slow LD_PRELOAD=$work/clock.so incident c-one)
for party in b c; do try "a's record arrives at $party" wait_for 30 arrives a-one "$of_a" $party; done
for party in a c; do try "b's, a day ahead, at $party" wait_for 30 arrives b-one "$of_b" $party; done
for party in a b; do try "c's, a day behind, at $party" wait_for 30 arrives c-one "$of_c" $party; done
try "b answers a" seam --home b-one answer "$of_a" seen
answered() { [ "$(state a-one "$of_a" b)" = answered ]; }
try "and a sees it" wait_for 20 answered
is_signed() { [ "$(seam --home "$1" --json show "$2" | pick - "d['log'].get('parties', 0)")" = 2 ]; }
try "a's record is countersigned by both" wait_for 30 is_signed a-one "$of_a"
try "b's too" wait_for 30 is_signed b-one "$of_b"
try "and c's" wait_for 30 is_signed c-one "$of_c"
until_ms=$(date +%s%3N)

# ---- order, and the real moment between ----
first=$(incident c-one)
try "c files another" wait_for 30 holds_id a-one "$first"
leaf() { seam --home "$1" --json show "$2" | pick - "d['log'].get('leaf')"; }
later=$(leaf c-one "$first")
earlier=$(leaf c-one "$of_c")
[ "$later" -gt "$earlier" ] && ok "in c's log the later one stands later, whatever its clock says" || not_ok "in c's log the later one stands later ($earlier, $later)"
head_of_a() { # HOME ID: the size of a's log that the record knew of when it was filed
	seam --home "$1" --json show "$2" | pick - "next(h.split(' ')[1] for h in d['record']['fields']['heads'].split(',') if h.startswith('seam/a/one/log/1 '))"
}
known=$(head_of_a c-one "$first")
now=$(sed -n 2p a-one/log/1/checkpoint)
# Under that head lies a's record, which had come before; a's log has gone no further than now.
[ "${known:-0}" -gt "$(leaf a-one "$of_a")" ] && [ "$known" -le "$now" ] &&
    ok "c's record says which head of a's log was there before it" ||
    not_ok "c's record says which head of a's log was there before it ($known of $now)" pick.err
signed_at() { # HOME WITNESS: ms of the first countersignature of that witness
	stored "$1" "SELECT min(at_ms) FROM cosign WHERE witness LIKE '%$2%'"
}
for home in b-one c-one; do
	seen=$(signed_at $home a/one)
	[ -n "$seen" ] && [ "$seen" != None ] || { not_ok "a has countersigned for $home"; continue; }
	python3 - "$(sed -n 1p <<<"$seen")" "$from_ms" "$until_ms" <<'P' && ok "by a's clock, which is right, $home's log was there at the real time" || not_ok "by a's clock $home's log was there at the real time ($seen, $from_ms to $until_ms)"
import sys
at, low, high = map(int, sys.argv[1:])
at *= 1000 if at < 10**11 else 1
sys.exit(not low - 120000 <= at <= high + 120000)
P
done
for home in a-one b-one c-one; do stop_station $home; done
for home in a-one b-one c-one; do
	try "$home is sound" seam --home $home verify
	same "$home holds nothing against anybody" "[]" "$(seam --home $home evidence list --json)"
done
