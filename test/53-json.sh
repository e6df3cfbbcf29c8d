#!/bin/bash
# Whatever a command says to a program is JSON that any reader reads: what it found, that it found nothing,
# and why it refused; with every kind of record, quotes, line ends and letters of three languages in it.
. "$(dirname "$0")/between.sh"

parties a/one b/one
policy a <<P
party a b
release incident to b : type, severity, place@1km, when@minute
release casualty to b : group, incident, killed
release statement to b : text, lang  manual 1
release answer to b : re, answer
P
one=$(file a incident type=atk.ambush when=032115C place=38SMD470654 severity=red persons=several \
	'summary="quoted" \back\ <tag> & هجوم على السيطرة هێرش بۆ سەر بازگە' unit=a-1 deaths=2-3)
two=$(file a incident type=exp.ied_explosion when=now place=38SMD480654 deaths=unknown)
file a sighting type=mov.sighting when=now place=38SMD470654 persons=5 vehicles=several lights=no >/dev/null
file a casualty group=own when=now incident="$one" killed=2-3 stated_by=a-1 >/dev/null
file a casualty group=own when=now incident="$one" killed=3 stated_by=a-2 >/dev/null
file a movement movement=patrol window=now vehicles=2 >/dev/null
file a request need=medevac when=now place=38SMD470654 urgent=2 >medevac
words=$(file a statement $'text=first line\nsecond line\ttab' lang=en)
file a warning type=atk.ambush severity=red window=now place=38SMD470654 "ask=b:2h" >/dev/null 2>&1
seam --home a report incident severity=green --amend "$two" >out 2>err || not_ok "an amendment" err
stick a b
stick b a
seam --home b answer "$one" noted >out 2>err || not_ok "an answer" err
seam --home b dispute "$one" disputed=deaths deaths=1 >out 2>err || not_ok "a dispute" err
seam --home a link "$one" not_same "$two" >out 2>err || not_ok "a link" err
seam --home a told "$one" b --by voice --to watch >out 2>err || not_ok "a told" err
stick a b stick

# json: standard output is one JSON document, or one a line; nothing else stands beside it.
json() {
	local text=$1 want=$2 status=0
	shift 2
	seam --json "$@" >out 2>err </dev/null || status=$?
	if [ $status -ne "$want" ]; then
		not_ok "$text: exit $want" err
	fi
	if [ "$want" -eq 0 ]; then cp out said; else cat out err >said; fi
	if [ ! -s said ]; then
		not_ok "$text: something is said"
	elif python3 -m json.tool said >/dev/null 2>err.json || python3 -m json.tool --json-lines said >/dev/null 2>err.json; then
		ok "$text"
	else
		{ head -c 400 said; echo; } >>err.json
		not_ok "$text" err.json
	fi
}
for home in a b; do
	for words_of in "status" "doctor" "list" "list --all --history" "list --kind incident --limit 1" "list --kind coverage" \
		"list --text هجوم" "list --unanswered" "list --near 38SMD470654,5000" "count" "count --by kind" \
		"count --by governorate,year --sum deaths" "count --by week" "show $one" "show $two" "review $one" \
		"requests" "requests --open" "alerts --all" "quarantine" "tasks" "directory" "shift show" \
		"policy show" "policy check" "key show" "members show" "user list" "policy profiles"; do
		# shellcheck disable=SC2086
		json "$home: $words_of" 0 --home $home $words_of
	done
done
json "proof" 0 --home a proof "$one"
json "proof of another's record" 1 --home b proof "$one"
json "an act that nobody confirmed" 1 --home a erase "$two"
json "user add" 0 --home a user add new watch
json "user remove" 0 --home a user remove new
json "explain" 0 --home a policy explain "$one" b
json "policy preview" 0 --home a policy preview incident type=atk.ambush when=now place=38SMD470654
echo 'party a b' >less.policy
json "policy diff" 0 --home a policy diff less.policy
json "say" 0 --home a say "$one" b
json "say in Arabic" 0 --home a say "$one" b --lang ar
json "verify of a home that runs" 0 verify a
json "verify a member list" 0 members verify list
json "proof for b" 0 --home a proof "$one" --to b
json "report" 0 --home a report incident type=atk.ambush when=now place=38SMD470654
json "preview and report" 0 --home a report incident type=atk.ambush when=now place=38SMD470654 --preview --yes
json "send" 0 --home a send "$words" b --yes
json "retract" 0 --home a retract "$two"
json "export" 0 --home a export bundle b stick
json "import" 0 --home b import bundle stick

# Refusals are JSON too.
json "a record that is not held" 1 --home a show zzzzzzzzzz
json "a value that is none" 1 --home a report incident type=none when=now
json "a field that is none" 1 --home a report incident type=atk.ambush when=now name=x
json "a party that is none" 1 --home a export bundle zz stick2
json "a policy with a fault" 1 --home a policy check <(echo nonsense)
head -c 99 stick >torn
json "a torn stick" 1 --home b import bundle torn
json "wrong use" 2 --home a show
json "an option that is none" 2 --home a list --nonsense

# What is said means what it says.
same "letters of three languages come back as they were typed" \
	'"quoted" \back\ <tag> & هجوم على السيطرة هێرش بۆ سەر بازگە' \
	"$(seam --home a --json show "$one" | pick - 'd["record"]["fields"]["summary"]')"
same "line ends too" '"first line\nsecond line\ttab"' \
	"$(seam --home a --json show "$words" | pick - 'json.dumps(d["record"]["fields"]["text"])')"
same "every row of a list is one record" "$(seam --home a list --all --limit 1000 2>/dev/null | grep -c .)" \
	"$(seam --home a --json list --all --limit 1000 | pick - 'len(d)')"
