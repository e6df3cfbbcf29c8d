#!/bin/bash
# A party leaves: the others go on with a new list, their stations start with its notes on the shelf, and a
# picture that is folded anew does not stop at its records. Nobody makes a list who holds none of the roots.
. "$(dirname "$0")/between.sh"

parties a/one b/one c/one
policy c <<P
party c a b
release incident to a, b : type, severity, place@1km, when@minute
P
file c incident type=atk.ambush when=now place=38SMD470654 severity=red >id1
stick c a
file a incident type=atk.ambush when=now place=38SMD480654 severity=red >id2
same "a holds both" 2 "$(seam --home a count)"

lib_run seam members new --invite a.invite --invite b.invite --purpose EXERCISE --quorum 1 --version 3 --exercise
cp out two
sed -i "s/^exercise .*/$(grep '^exercise ' list)/" two
for home in a b; do
	try "$home signs the list without c" seam --home $home members sign two
done
for home in a b; do
	try "$home installs it" seam --home $home members install two
done
stop_station a
rm -rf a-run
start_station a
folded() {
	[ "$(seam --home a --json status | pick - 'd["folding"]')" = false ]
}
wait_for 20 folded
holds "what cannot be read is said" "1 records cannot be read" a.out
try "a serves on" seam --home a report incident type=atk.ambush when=now place=38SMD490654 severity=red
same "its picture goes on" 2 "$(seam --home a count)"

# A stranger: three new homes that take the parties' names, and a list of a higher version.
for party in a b; do
	lib_run seam init fake-$party --station $party/one --exercise && lib_run seam --home fake-$party invite fake-$party.invite
done
lib_run seam members new --invite fake-a.invite --invite fake-b.invite --purpose EXERCISE --quorum 1 --version 1000 --exercise
cp out forged
for party in a b; do
	try "a stranger signs as $party" seam --home fake-$party members sign forged
done
refuse "whose list is not installed" seam --home a members install forged
holds "because of its roots" "key" err
printf 'note %s\n' "$(base64 -w0 forged)" >line
seam --home b export bundle a carried 2>err
rebundle carried forged-stick "items[:] = [open('line').read().rstrip()]"
refuse "nor taken from a stick" seam --home a import bundle forged-stick
same "the list in force is theirs" 1 "$(seam --home a members show | grep -c "version 3")"
