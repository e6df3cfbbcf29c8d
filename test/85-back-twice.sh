#!/bin/bash
# A station comes back twice from one old copy. Neither return knows of the other, and each begins a log of its own:
# the neighbour takes the second as it took the first, knows it as the newer, and keeps what the first one proved.
. "$(dirname "$0")/links.sh"

network a/one b/one
for party in a b; do
	rest=$(echo a b | tr -d "$party" | xargs)
	policy $party-one <<P
party a b
release incident to $rest : type, severity, place@1km, when@minute
P
done
link a/one b/one
links_up a/one b/one
incident() { # SEVERITY [WORDS...]
	local severity=$1
	shift
	file a-one incident type=atk.ambush when=now place=38SMD47056541 severity="$severity" "$@"
}
of_log() { # HOME ID EXPRESSION
	seam --home "$1" --json show "$2" 2>/dev/null | pick - "d['log'].get('$3')"
}
copied() { [ "$(of_log b-one "$1" state)" = copied ]; }
countersigned() { [ "$(of_log a-one "$1" state)" = countersigned ]; }
crosses() { # TEXT ID
	try "$1: it arrives" wait_for 30 arrives a-one "$2" b
	try "$1: it is countersigned" wait_for 30 countersigned "$2"
	try "$1: b's copy of the log has it" wait_for 30 copied "$2"
}

first=$(incident green)
crosses "before the copy" "$first"
thread=$(seam --home a-one --json show "$first" | pick - "d['record']['thread']")
echo "a passphrase" >pass
try "a is copied" seam --home a-one backup copy --passphrase-file pass
after=$(incident red)
crosses "after the copy" "$after"
stop_station a-one
cp a-one/root.key a-one/passphrase .

comes_back() { # TEXT COPY: the home of before lies in $1 afterwards
	mv a-one "$1"
	rm -rf a-one-run
	try "$1: the copy brings a back" seam recover a-one --from "$2" --passphrase-file pass --root root.key --root-passphrase-file passphrase
	cp err "$1.said"
	cp passphrase a-one/
	number=$(sed 's|.*/log/||; s|+.*||' a-one/log.vkey)
	lib_run seam --home a-one invite "$1.invite" || not_ok "$1: a invites" err
	try "$1: b takes its new keys" seam --home b-one members install "$1.invite"
	start_station a-one
	links_up a/one b/one
	amended=$(incident yellow --thread "$thread")
	crosses "$1" "$amended"
	same "$1: it lies in the log that began" "seam/a/one/log/$number" "$(of_log b-one "$amended" origin)"
	same "$1: that version is in force at b" "$amended" "$(seam --home b-one --json list --kind incident | pick - "next(r['id'] for r in d if r['thread'] == '$thread')")"
	proven() { seam --home a-one proof "$amended" --to b >"$1.evidence" 2>err; }
	try "$1: what b got is proven, once a head covers it" wait_for 20 proven "$1"
	try "$1: the evidence holds" seam verify "$1.evidence"
	stop_station a-one
	try "$1: a is sound" seam verify a-one
}
comes_back once copy
once=$number
early=$amended
comes_back twice copy
twice=$number
late=$amended
[ "$once" -gt 1 ] && [ "$twice" -gt "$once" ] && ok "each return has a log of its own, the later the newer" ||
    not_ok "each return has a log of its own, the later the newer ($once, $twice)"
lacks "nobody is told of a log begun twice" 'twice' twice.said

# ---- and once more, from a copy of the second return ----
try "a is copied again" seam --home a-one backup later --passphrase-file pass
comes_back thrice later
thrice=$number
last=$amended
same "a keeps its logs but the one it never knew" "1 $twice $thrice" "$(stored a-one "SELECT epoch FROM epoch ORDER BY epoch" | xargs)"

# ---- what b holds of all four ----
for pair in "$first 1" "$after 1" "$early $once" "$late $twice" "$last $thrice"; do
	same "b: log ${pair#* } holds what was filed in it" "copied seam/a/one/log/${pair#* }" "$(of_log b-one "${pair% *}" state) $(of_log b-one "${pair% *}" origin)"
done
same "b: all are named" "1 $once $twice $thrice" "$(seam --home b-one key show --json | pick - "' '.join(l.split('+')[0].split('/')[-1] for k in d if k['station'] == 'a/one' for l in k['log'])")"
same "b: no evidence against a" "[]" "$(seam --home b-one evidence list --json)"
for rule in two_histories withheld_leaf shrunk_log rollback; do
	same "b: no alarm ($rule)" "" "$(alert_of b-one $rule)"
done
lacks "b: no key was refused" 'another key|does not fit its head|told two histories' b-one.out
same "b: nothing was refused: no return gives a number a second time" "" "$(stored b-one "SELECT DISTINCT reason FROM quarantine")"
stop_station b-one
start_station b-one
same "b: after a restart the same is in force" "$last" "$(seam --home b-one --json list --kind incident | pick - "next(r['id'] for r in d if r['thread'] == '$thread')")"
stop_station b-one
try "b is sound" seam --home b-one --json verify
same "b: with the copies of all four logs" 4 "$(pick out 'd["mirrors"]')"
for home in once twice thrice; do
	try "the home before it came back ($home) is sound" seam verify $home
	try "and the evidence from then holds ($home)" seam verify $home.evidence
done
