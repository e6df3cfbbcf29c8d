#!/bin/bash
# A station comes back from a copy that is older than what it had delivered. Its first deliveries afterwards arrive, by
# stick and by link: they begin a row of numbers of their own, and nobody waits for the numbers between.
. "$(dirname "$0")/links.sh"

network a/one b/one
for party in a b; do
	rest=$(echo a b | tr -d "$party" | xargs)
	policy $party-one <<P
party a b
release incident to $rest : type, severity, place@1km, when@minute
P
done
incident() { # SEVERITY
	file a-one incident type=atk.ambush when=now place=38SMD47056541 severity="$1"
}
carry() { # FROM TO: a stick, named by what came of it
	seam --home "$1-one" export bundle "$2" carried >/dev/null 2>err || { echo "not written"; return; }
	seam --home "$2-one" --json import bundle carried >taken 2>refused
	echo "$? $(grep -c refused refused)"
}
of_a() { # EXPRESSION over what b's status says of a/one
	seam --home b-one --json status | pick - "next($1 for s in d['stations'] if s['station'] == 'a/one')"
}
quarantined() { stored "$1" "SELECT count(*) FROM quarantine"; }

# ---- what was there before, in the copy, and after it ----
known=$(incident green)
same "a delivery goes to b on a stick" "0 0" "$(carry a b)"
unsent=$(incident yellow) # cut and put on a stick that is lost: in the copy without a receipt
seam --home a-one export bundle b lost >/dev/null 2>err || not_ok "a stick is written" err
queued=$(incident green) # in the copy not yet cut
echo "a passphrase" >pass
try "a is copied" seam --home a-one backup copy --passphrase-file pass
gone=$(incident red) # in no copy: only b has it
same "more goes to b after the copy" "0 0" "$(carry a b)"
same "and b's receipts go back" "0 0" "$(carry b a)"
same "b has four, none missing" "[4, []]" "$(of_a "[s['came'], s['gaps']]")"
stop_station a-one
cp a-one/root.key a-one/passphrase .
mv a-one before
rm -rf a-one-run
try "one command brings a back" seam recover a-one --from copy --passphrase-file pass --root root.key --root-passphrase-file passphrase
cp passphrase a-one/
number=$(sed 's|.*/log/||; s|+.*||' a-one/log.vkey)
lib_run seam --home a-one invite again.invite || not_ok "a invites" err
try "b takes its new keys" seam --home b-one members install again.invite
start_station a-one

# ---- by stick ----
reds=()
for n in 1 2 3; do
	reds+=("$(incident red)")
	same "alarm $n goes over, and nothing is refused" "0 0" "$(carry a b)"
	try "b has alarm $n" holds_id b-one "${reds[-1]}"
done
same "the receipts come home; for what a lost they are no fault" "0 0" "$(carry b a)"
for id in "$known" "$unsent" "$queued" "${reds[@]}"; do
	same "all that a holds has arrived ($id)" arrived "$(state a-one "$id" b)"
done
same "the next stick carries no delivery" "0 0 0" "$(carry a b) $(grep -c ^delivery carried)"
same "b has a row of numbers that begins with the new log" $((number * 256 + 1)) "$(of_a "s['begun'][0][1] + 1")"
same "behind the last of before" 4 "$(of_a "s['begun'][0][0] - 1")"
same "nothing is missing" "[]" "$(of_a "s['gaps']")"
seam --home b-one status >out
holds "and that is said in words" "a/one: deliveries up to number $((number * 256 + 4)); after 4 it began anew with $((number * 256 + 1))$" out
try "b holds what a lost" holds_id b-one "$gone"
same "nothing lies in b's quarantine" 0 "$(quarantined b-one)"
same "nor in a's" 0 "$(quarantined a-one)"

# ---- a stick that is lost in the new row of numbers is seen as before ----
incident red >missed
seam --home a-one export bundle b all >/dev/null 2>err || not_ok "a stick is written" err
incident red >next
seam --home a-one export bundle b all >/dev/null 2>err || not_ok "a stick is written" err
rebundle all last 'items[:] = [i for i in items if i.startswith("delivery ")][-1:]'
try "one is lost, the next comes" seam --home b-one import bundle last
same "the one is missing" "[[$((number * 256 + 5)), $((number * 256 + 5))]]" "$(of_a "s['gaps']")"
same "it comes" "0 0" "$(carry a b)"
same "and is missing no more" "[]" "$(of_a "s['gaps']")"

# ---- once more from the same copy, now by link ----
stop_station a-one
mv a-one between
rm -rf a-one-run
try "one command brings a back once more" seam recover a-one --from copy --passphrase-file pass --root root.key --root-passphrase-file passphrase
cp passphrase a-one/
later=$(sed 's|.*/log/||; s|+.*||' a-one/log.vkey)
lib_run seam --home a-one invite third.invite || not_ok "a invites" err
try "b takes its new keys again" seam --home b-one members install third.invite
start_station a-one
link a/one b/one
links_up a/one b/one
reds=()
for n in 1 2 3; do
	reds+=("$(incident red)")
done
for id in "${reds[@]}" "$known" "$unsent" "$queued"; do
	try "over the link all of it arrives ($id)" wait_for 30 arrives a-one "$id" b
done
same "under numbers of a third row" $((later * 256 + 4)) "$(of_a "s['came']")"
same "nothing is missing of either" "[]" "$(of_a "s['gaps']")"
same "two new rows are named" "[[5, $((number * 256))], [$((number * 256 + 7)), $((later * 256))]]" "$(of_a "s['begun']")"
same "b refused nothing" 0 "$(quarantined b-one)"
lacks "nor said so" "was refused" b-one.out
stop_station b-one
start_station b-one
same "after a restart b sees the same" "[[5, $((number * 256))], [$((number * 256 + 7)), $((later * 256))]] []" "$(of_a "s['begun']") $(of_a "s['gaps']")"
stop_station a-one
stop_station b-one
try "a is sound" seam verify a-one
try "b is sound" seam verify b-one
for home in before between; do
	try "so is the home of before ($home)" seam verify $home
done
