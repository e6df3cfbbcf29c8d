#!/bin/bash
# What a rule leaves to officers waits for two accounts; what was said is what may go; an erased record
# is gone here and at its recipient; a policy's faults are named by line.
. "$(dirname "$0")/lib.sh"

for station in a/one b/two; do
	try "a home for $station" seam init "${station%%/*}" --station $station --exercise
	try "its invitation" seam --home "${station%%/*}" invite "${station%%/*}.invite"
done
seam members new --invite a.invite --invite b.invite --purpose test --quorum 1 --exercise >list
for party in a b; do try "$party signs" seam --home $party members sign list; done
for party in a b; do try "$party joins" seam --home $party members install list a.invite b.invite; done

printf 'party a b\nrelease incident to b : tpye\n' >bad.policy
refuse "a policy with a fault is refused" seam policy check bad.policy
holds "by line and column" '^bad.policy:2:[0-9]+: ' err
refuse "and not used" seam --home a policy use bad.policy
printf 'party a b\nrelease incident to b : type, place@1km manual 2\n' >two.policy
try "a policy is checked without a home" seam policy check two.policy
holds "a party that gets nothing at all is named once" '^warning: nothing at all is released to a \(unless it is the own party\)$' out
same "what each does not get is one warning, what nobody gets another" 3 "$(grep -c '^warning: ' out)"
try "at length" seam policy check two.policy --verbose
holds "each is a line" '^warning: nothing of sighting is released to a$' out
try "in a home" seam --home a policy check two.policy
holds "what the other party does not get" '^warning: to b nothing is released of: sighting, casualty' out
holds "and what nobody gets" '^warning: no rule releases: ' out
lacks "nothing is missed that goes to oneself" 'to a( |$)' out
same "no line is wider than a page" 0 "$(grep -c '^.\{101,\}' out)"
try "at length there" seam --home a policy check two.policy --verbose
holds "what the other party does not get" '^warning: nothing of sighting is released to b$' out
lacks "nothing is missed that goes to oneself" 'to a( |$|:)' out
seam --home a --json policy check two.policy >out
lacks "nor for programs" 'released to a"' out
holds "who have every line" '"nothing of sighting is released to b"' out
try "two officers decide" seam --home a policy use two.policy
try "what b would get" seam --home a policy preview incident type=atk.ambush when=now place=38SMD470654
holds "waits" 'decisions by officers' out
holds "of a field that goes coarser only the rest is held" '  place finer than 1km: no rule' out
lacks "not the field" 'not place' out

try "a report of words, of which no line gives anything" seam --home a report request need=eod "summary=two shells by the road"
holds "is held back for that, not for what it holds" '^  b +held back +no rule of the policy gives' out
try "a report" seam --home a report incident type=atk.ambush when=now place=38SMD470654 deaths=1
id=$(head -1 out)
holds "is held back with the reason" '^  b +held back +the rule asks for decisions' out
refuse "nothing of it may be said" seam --home a say "$id" b
try "a second account" seam --home a user add second liaison
token=$(cat out)
refuse "nobody approves without a yes" seam --home a send "$id" b
try "the first approves" seam --home a send "$id" b --yes
holds "one of two" '1 of 2' out
try "twice is once" seam --home a send "$id" b --yes
holds "still one of two" '1 of 2' out
SEAM_TOKEN=$token try "the second approves" seam --home a send "$id" b --yes
holds "now it goes" '^queued: 2 of 2' out
try "and may be said" seam --home a say "$id" b
holds "as coarse as granted" '38S MD 47 65, a square of 1 km' out
lacks "not finer" '470' out
try "the stick" seam --home a export bundle b ab
try "is taken" seam --home b import bundle ab
seam --home b show "$id" >shown
holds "b sees the square" 'place +38SMD4765$' shown
lacks "no finer one" '470654' shown

refuse "where nothing waits nobody is asked" seam --home a send "$id" b
holds "but told" 'nothing of this record waits for an officer' err
lacks "no question" 'Approve' err
printf 'party a b\nrelease incident to b : type, place@1km manual 2\nrelease statement to b : text, lang manual 1\nrelease statement to b : state\n' >words.policy
try "words leave by one officer" seam --home a policy use words.policy
try "a statement" seam --home a report statement state=draft "text=we regret it, says Mr Karim"
words=$(head -1 out)
refuse "it is shown before anybody is asked" seam --home a send "$words" b
holds "each part on a line of its own" '^to b: .*text; line 3; ' err
lacks "no line runs into the next" '[?]to b:' err
holds "its words" '^    we regret it, says Mr Karim$' err
holds "what the check finds" '^  it holds .*: .*Karim' err
holds "then the question" 'Approve that this goes to them[?]' err
try "a statement with a number in it" seam --home a report statement state=draft "text=call 0770 123 4567"
refuse "is not asked about" seam --home a send "$(head -1 out)" b
holds "the check says why" '^seam: refused: text: .*telephone' err
lacks "no question" 'Approve' err

refuse "nothing is erased without a yes" seam --home a erase "$id"
try "it is erased" seam --home a erase "$id" --yes
seam --home a show "$id" >shown
lacks "its place is gone" '38SMD' shown
try "the next stick" seam --home a export bundle b ab
try "is taken" seam --home b import bundle ab
seam --home b show "$id" >shown
lacks "and its place is gone there too" '38SMD' shown
for party in a b; do try "$party is sound" seam verify $party; done
