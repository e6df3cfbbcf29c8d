#!/bin/bash
# Yesterday's store is put back under a station, all of it: its neighbours have seen more of its log than it knows.
# It signs no more heads and says why; one command begins a new log, with which the
# others go on, and what was lost here they still hold.
. "$(dirname "$0")/links.sh"

QUORUM=2
network a/one b/one c/one
for party in a b c; do
	rest=$(echo a b c | tr -d "$party" | xargs | sed 's/ /, /')
	policy $party-one <<P
party a b c
release incident to $rest : type, severity, place@1km, when@minute
P
done
mesh a/one b/one c/one
links_up a/one b/one c/one
incident() { # HOME SEVERITY
	file "$1" incident type=atk.ambush when=now place=38SMD47056541 severity="$2"
}
is_log() { [ "$(seam --home "$1" --json show "$2" | pick - "d['log'].get('state')")" = "$3" ]; }
kept=$(incident c-one red)
try "what c filed is countersigned" wait_for 30 is_log c-one "$kept" countersigned
try "and arrives" wait_for 20 arrives c-one "$kept" a
stop_station c-one
mkdir yesterday
cp -a c-one/journal.db* c-one/keys.db* c-one/head.db* c-one/log yesterday/
start_station c-one
links_up c/one
lost=$(incident c-one yellow)
try "more is filed and countersigned" wait_for 30 is_log c-one "$lost" countersigned
try "and arrives at a" wait_for 20 arrives c-one "$lost" a
try "and at b" wait_for 20 arrives c-one "$lost" b
stop_station c-one

# ---- yesterday ----
rm -rf c-one/journal.db* c-one/keys.db* c-one/head.db* c-one/log c-one-run
cp -a yesterday/. c-one/
head=$(sed -n 2p c-one/log/1/checkpoint)
rm -f c-one/home.place # a snapshot of the whole machine would not show it
start_station c-one
is_stopped() { [ "$(status_of c-one 'd["stopped"]')" = true ]; }
try "c learns from its neighbours that it is old" wait_for 30 is_stopped
holds "and says so" "ahead of ours or contradicts it: this is an older copy" c-one.out
seam --home c-one status >status 2>err
holds "its status says so too" "THIS LOG HAS STOPPED.*seam recover" status
alarmed() { [ -n "$(alert_of c-one rollback)" ]; }
try "its director has an alarm" wait_for 20 alarmed
sleep 1
same "no head was signed over the old ones" "$head" "$(sed -n 2p c-one/log/1/checkpoint)"
lacks "a has nothing against it: it signed nothing" "c/one told two histories" a-one.out
stop_station c-one
status=0
timeout 20 seamd -H c-one >again.out 2>&1 </dev/null || status=$?
same "it does not even start again" 78 $status
holds "and says why" "cannot start" again.out

# ---- a new log ----
try "one command recovers" seam recover c-one
start_station c-one
links_up c/one
number=$(sed 's|.*/log/||; s|+.*||' c-one/log.vkey)
[ "$number" -gt 1 ] || not_ok "the new log has another number ($number)"
try "with a log of its own" wait_for 20 grep -q "^seam/c/one/log/$number\$" "c-one/log/$number/checkpoint"
refuse "what was filed since is not here" seam --home c-one show "$lost"
try "but a holds it" seam --home a-one show "$lost"
next=$(incident c-one green)
try "what c files now is countersigned by both" wait_for 40 is_log c-one "$next" countersigned
try "and arrives at a" wait_for 30 arrives c-one "$next" a
try "and at b" wait_for 30 arrives c-one "$next" b
try "and so does all that has no receipt" wait_for 30 settled c-one
try "a's copy follows the new log" wait_for 40 is_log a-one "$next" copied
theirs=$(incident b-one green)
try "what b files arrives at c" wait_for 30 arrives b-one "$theirs" c
for home in a-one b-one; do
	same "$home has no evidence: a loss is no fork" "[]" "$(seam --home $home evidence list --json)"
done
for home in a-one b-one c-one; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
