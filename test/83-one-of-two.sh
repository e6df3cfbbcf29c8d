#!/bin/bash
# One key, one station: of many instances started on one home at once exactly one signs; a copy of a home does not
# start; and a thief's copy that is made to start, and calls the same neighbour, is refused every head it signs.
. "$(dirname "$0")/links.sh"

network a/one b/one
policy b-one <<P
party b a
release incident to a : type, severity, place@1km, when@minute
P
link a/one b/one
links_up a/one b/one
incident() { # HOME SEVERITY
	file "$1" incident type=atk.ambush when=now place=38SMD47056541 severity="$2"
}
first=$(incident b-one red)
is_log() { [ "$(seam --home "$1" --json show "$2" | pick - "d['log'].get('state')")" = "$3" ]; }
try "what b files is countersigned" wait_for 30 is_log b-one "$first" countersigned
stop_station b-one

# ---- many at once ----
pids=()
for n in 1 2 3 4 5; do
	timeout 60 seamd -H b-one >race$n.out 2>&1 </dev/null &
	pids+=($!)
done
one_ready() { grep -l '^ready: ' race?.out; }
try "of five started at once one serves" wait_for 30 one_ready
few_left() { [ "$(for pid in "${pids[@]}"; do lib_gone "$pid" || echo x; done 2>/dev/null | wc -l)" = 1 ]; }
try "the other four end" wait_for 30 few_left
same "one said that it is ready" 1 "$(grep -l '^ready: ' race?.out | wc -l)"
same "four said why they are not" 4 "$(grep -lE 'runs in .* already|in use by another process' race?.out | wc -l)"
second=$(incident b-one yellow)
try "what it files is countersigned" wait_for 30 is_log b-one "$second" countersigned
for pid in "${pids[@]}"; do
	lib_gone "$pid" 2>/dev/null || kill -TERM "$(pgrep -P "$pid" -x seamd | head -1)" 2>/dev/null
done
wait "${pids[@]}" 2>/dev/null

# ---- a copy ----
cp -a b-one thief
sed -i "s|^run_dir.*|run_dir $work/thief-run|" thief/seam.conf
status=0
timeout 30 seamd -H thief >copied.out 2>&1 </dev/null || status=$?
same "a copied home does not start" 78 $status
holds "and says what it is" "this home is a copy" copied.out
start_station b-one
links_up b/one
third=$(incident b-one green)
try "b goes on" wait_for 30 is_log b-one "$third" countersigned
rm thief/home.place
start_station thief
try "a thief makes it start; it is shown b's newer head and signs no more" wait_for 40 grep -q "ahead of ours or contradicts" thief.out
before=$(sed -n 2p thief/log/1/checkpoint)
incident thief red >unheard
sleep 2
same "whatever it files, no head covers it" "$before" "$(sed -n 2p thief/log/1/checkpoint)"
stop_station thief
links_up b/one
last=$(incident b-one red)
try "b, back on its line, is countersigned as before" wait_for 40 is_log b-one "$last" countersigned
same "a holds no evidence against b: one history was signed" "[]" "$(seam --home a-one evidence list --json)"
for home in a-one b-one; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
