#!/bin/bash
# The desk of a watch: what is asked of others from asked to done, a question by a time, the nine lines in
# two parts, what needs consent, what must be told by voice, alerts that never leave, and a watch that is
# handed over with nothing red unseen and signed by two.
. "$(dirname "$0")/between.sh"

INIT="--exercise-start 2027-05-04T00:00:00Z --exercise-epoch $(date -u +%Y-%m-%dT%H:%M:%SZ) --rate 1"
LIST=$INIT
parties a/one b/one c/one
for home in a b c; do
	others=$(printf '%s\n' a b c | grep -v $home | paste -sd,)
	policy $home <<P
party a b c
release request to $others : need, severity, effect, call, needed_by, urgent, priority, litter, ambulatory, security, marking, state, place@10m, window@minute
release movement to $others : movement, crosses, width_m, state, vehicles, place@1km, window@minute
release warning to $others : type, severity, advice, place@1km, window@minute
release answer to $others : re, answer, eta, window@minute
release told to $others : re, told_party, told_by
$([ $home != a ] || echo release request to b : question  manual 1)
P
done

# The rules are silent until their turn: what they find would stand among the rest. A start reads it.
rules() { # HOME 0|1
	stop_station "$1"
	for rule in unanswered conflict chain; do
		sed -i "/^watch_$rule /d" "$1/seam.conf"
		echo "watch_$rule $2" >>"$1/seam.conf"
	done
	start_station "$1" || exit 1
}
for home in a b c; do rules $home 0; done

# jump HOME MINUTES: its commands look at everything so much later; the station itself goes by the clock of
# the member list.
jump() {
	local start
	start=$(awk '$1 == "exercise_start" { print $2 }' "$1/seam.conf")
	sed -i "s/^exercise_start .*/exercise_start $((start + $2 * 60000))/" "$1/seam.conf"
}
# course HOME ID EXPRESSION: of the course c that HOME sees of it
course() {
	seam --home "$1" --json show "$2" 2>err | pick - "(lambda c: $3)(d['course'])"
}
# says HOME ID WORDS...: an answer; prints its id
says() {
	local home=$1
	shift
	seam --home "$home" --json answer "$@" >answered 2>err </dev/null || { not_ok "$home answers $*" err >&2; return 1; }
	pick answered 'd["id"]'
}
newest() { # HOME ID: the version of that thread that is in force
	seam --home "$1" --json show "$2" | pick - '[v["id"] for v in d["versions"] if v["current"]][0]'
}
row_of() { # HOME ID EXPRESSION: of the row r that `seam requests` shows
	seam --home "$1" --json requests 2>err | pick - "[(lambda r: $3)(r) for r in d if r['id'] == '$2']"
}

# ---- the nine lines, in two parts ----
usage "a medevac without a place and without a radio is none" seam --home a medevac urgent=1 litter=1
refuse "a code that is none is refused" seam --home a medevac place=38SND11020762 security=q
holds "with the number of its line" 'line 6 of the nine' err
refuse "line 3 and line 5 count the same patients" seam --home a medevac place=38SND11020762 urgent=2 litter=1
holds "both are named" 'lines 3 and 5' err
usage "line 4 is one of four words" seam --home a medevac place=38SND11020762 special=rope
try "lines 1 to 5 go at once" seam --home a medevac place=38SND11020762 'call=37.500, A-3' urgent=1 priority=1 \
	litter=1 ambulatory=1 special=hoist --ask c
cp out lines
holds "line 3 is read back" '^  3  patients by precedence +urgent 1, priority 1$' lines
holds "line 4 too" '^  4  special equipment +special equipment: hoist$' lines
holds "line 6 is missing" '^  6  security at the site +missing: security=' lines
holds "the command for the rest stands there" '^then: seam medevac --more .* security=.* marking=' lines
first=$(head -1 lines)
stick a c
same "c holds the first part" "2 patients" "$(seam --home c --json show "$first" | pick - '"%d patients" % (int(d["record"]["fields"]["litter"]) + int(d["record"]["fields"]["ambulatory"]))')"
same "asked within 5 minutes: the clock for what saves lives" 5 "$(course a "$first" 'round((c["parties"][0]["by_ms"] - c["asked_ms"]) / 60000)')"
refuse "nobody else adds to it" seam --home c medevac --more "$first" security=n
try "lines 6 to 9 follow" seam --home a medevac --more "$first" security=n marking=panels
second=$(head -1 out)
lacks "nothing is missing then but words" '^then:|[1-8]  .*missing' out
stick a c
same "under one request" "1 n panels" "$(seam --home c --json show "$second" | pick - '"%d %s %s" % (len({v["thread"] for v in d["versions"]}), d["record"]["fields"]["security"], d["record"]["fields"]["marking"])')"
refuse "to an earlier version nothing is added" seam --home a medevac --more "$first" security=e
seam --home a --json medevac --more "$second" >lines 2>err
same "one may only look" "null [9]" "$(pick lines '"%s %s" % ("null" if d["filed"] is None else "filed", [l["line"] for l in d["lines"] if l["missing"]])')"

# ---- from asked to done ----
same "it is asked" "asked True c answer" "$(course a "$second" '"%s %s %s %s" % (c["state"], c["open"], c["due"]["party"], c["due"]["step"])')"
says c "$second" seen >/dev/null
says c "$second" on_the_way --eta 30m >/dev/null
stick c a
same "on the way, with its time" "on_the_way c come" "$(course a "$second" '"%s %s %s" % (c["state"], c["due"]["party"], c["due"]["step"])')"
seam --home a requests --open >out 2>err
holds "the list says so" 'c on the way, expected .*due: c to arrive, in' out
jump a 45
seam --home a requests --open >out 2>err
holds "and that it is late" 'late by 1[456] min' out
says c "$second" done >/dev/null
stick c a
same "done, and closed" "done False None" "$(course a "$second" '"%s %s %s" % (c["state"], c["open"], c["due"])')"
lacks "open no more" "${second:0:8}" <(seam --home a requests --open)
holds "but kept in the whole list" "${second:0:8}" <(seam --home a requests)

eod=$(file a request need=eod severity=yellow place=38SND11020762 ask=b:30m,c:30m)
trade a b
trade a c
says b "$eod" offered >/dev/null
stick b a
same "one offer does not close the other's part" "offered asked" "$(course a "$eod" '" ".join(p["state"] for p in c["parties"])')"
same "each party sees its own row" "c" "$(course c "$eod" '" ".join(p["party"] for p in c["parties"])')"
offer=$(pick answered 'd["id"]')
says a "$offer" concur >/dev/null
same "the offer is taken" "True" "$(course a "$eod" 'c["parties"][0]["taken"]' | sed s/true/True/)"
stick a b
same "and who offered knows it" "b commit" "$(course b "$eod" '"%s %s" % (c["due"]["party"], c["due"]["step"])')"
says b "$eod" committed >/dev/null
says b "$eod" withdrawn >/dev/null
odd=$(says b "$eod" committed)
stick b a
same "committed after withdrawn is odd, and stands" "committed 1" "$(course a "$eod" '"%s %d" % (c["parties"][0]["state"], c["odd"])')"
seam --home a show "$eod" >out 2>err
holds "it is said which" "odd: .*b/one said committed.*${odd:0:8}" out
for word in seen offered committed on_the_way on_site done withdrawn decline cannot; do
	seam --home a --json answer "$eod" $word >/dev/null 2>err || not_ok "the word $word" err
done
ok "every word of support is taken"

# ---- what needs consent ----
cross=$(file b movement movement=reaction crosses=yes window=2027-05-04T00:50Z..2027-05-04T06:00Z vehicles=5 width_m=2000 place=38SMD5973 ask=a:10m)
stick b a
says a "$cross" seen >/dev/null
says a "$cross" noted >/dev/null
stick a b
same "seen and noted are not agreed" "not_agreed noted" "$(course b "$cross" '"%s %s" % (c["state"], c["parties"][0]["state"])')"
seam --home b requests --open >out 2>err
holds "the list says so" 'not agreed until they concur: a noted \(not permission\); due: a to concur or object' out
says a "$cross" concur >/dev/null
stick a b
same "concur is" "agreed True" "$(course b "$cross" '"%s %s" % (c["state"], c["agreed"])')"
seam --home b --json report movement --amend "$cross" state=active >filed 2>err || not_ok "an amendment" err
active=$(pick filed 'd["id"]')
same "an amendment in other things leaves it" agreed "$(course b "$active" 'c["state"]')"
seam --home b --json report movement --amend "$active" width_m=4000 >filed 2>err || not_ok "an amendment" err
wider=$(pick filed 'd["id"]')
same "a wider corridor is to be agreed anew" "not_agreed True" "$(course b "$wider" '"%s %s" % (c["state"], c["parties"][0]["behind"])')"
jump b 600
same "the window ends it by itself" "over False" "$(course b "$wider" '"%s %s" % (c["state"], c["open"])')"

# ---- a question by a time ----
usage "a question has a time" seam --home a ask b "Any patrols?"
refuse "and goes to somebody else" seam --home a ask a "Any patrols?" --by 3h
try "a question is asked" seam --home a ask b "Any patrols of yours in this square tonight?" --by 3h --place 38SMD45
rfi=$(head -1 out)
holds "its words wait for an officer" "the question waits for 1 officer: seam send ${rfi:0:8} b" out
stick a b
hides "until then they stay" "Any patrols of yours" stick
same "what may go is there" "information" "$(seam --home b --json show "$rfi" | pick - 'd["record"]["fields"]["need"]')"
seam --home a send "$rfi" b --yes >out 2>err || not_ok "an officer approves" err
stick a b
same "then b reads them" "Any patrols of yours in this square tonight?" "$(seam --home b --json show "$rfi" | pick - 'd["record"]["fields"]["question"]')"
try "words that cannot leave are named when they are typed" seam --home a ask b "call 0770 123 4567 about it" --by 3h
holds "which" 'telephone number.*will not leave' err
try "where no line gives the words, it is said how" seam --home a ask c "And yours?" --by 3h
holds "by voice" 'no line of the policy gives the question to c: ask it by voice' out
same "to b it is due by its clock" "asked b answer" "$(course a "$rfi" '"%s %s %s" % (c["state"], c["due"]["party"], c["due"]["step"])')"
says b "$rfi" nothing >/dev/null
stick b a
same "nothing held is an answer" "nothing False" "$(course a "$rfi" '"%s %s" % (c["state"], c["open"])')"
late=$(seam --home a --json ask b "Tomorrow?" --by 2h 2>err | pick - 'd["filed"]["id"]')
jump a 121
same "unanswered by its time it is over, and for who asked to close" "expired True a close" "$(course a "$late" '"%s %s %s %s" % (c["state"], c["open"], c["due"]["party"], c["due"]["step"])')"
jump a -121

# ---- the directory, and what must be told ----
refuse "no person stands in the directory" seam --home c directory set b/one liaison phone Dr Karim
holds "it is said why" 'speaks of a person' err
usage "an address is needed" seam --home c directory set b/one liaison phone
try "an office does" seam --home c directory set b/one liaison phone exchange 0770 555 1234 --lang ckb
try "an own post with its place" seam --home a directory set a A-21 radio channel 5 --place 38SMD653786
try "a far one" seam --home a directory set a A-99 radio channel 6 --place 38SLE750476
seam --home c directory >out 2>err
holds "it was never tested" 'b/one liaison by telephone: exchange 0770 555 1234 \(Sorani Kurdish\), never tested' out
try "it is tested" seam --home c directory tested b/one liaison
holds "now it was" 'tested 04[0-9]*C MAY 27' <(seam --home c directory)
refuse "a row that is not there is not tested" seam --home c directory tested b/one watch
same "as programs get it" "b/one phone ckb" "$(seam --home c --json directory list | pick - '"%s %s %s" % (d[0]["who"], d[0]["means"], d[0]["lang"])')"

warning=$(file c warning type=mov.infiltration severity=red advice=prepare window=2027-05-04T00:00Z..2027-05-04T09:00Z place=38SMD67 ask=a:15m,b:15m)
same "nothing is to be told yet" 0 "$(seam --home c --json tasks | pick - 'len(d)')"
stick c a
seam --home a --json tasks >tasks 2>err
same "the post that is near is to be told, the far one is not" "post A-21" "$(pick tasks '" ".join(t["why"] + " " + t["post"] for t in d)')"
seam --home a say "$warning" a >out 2>err || not_ok "what came may be read out to an own post" err
holds "from the fields" 'Warning, valid' out
try "it is told" seam --home a told "$warning" a --by radio --to A-21
same "told is not read back" "read_back" "$(seam --home a --json tasks | pick - 'd[0]["why"]')"
try "and read back" seam --home a told "$warning" a --by radio --to A-21 --read-back
same "that ends it" 0 "$(seam --home a --json tasks | pick - 'len(d)')"
refuse "to the own party without a duty nothing is told" seam --home a told "$warning" a --by radio
jump c 10
seam --home c tasks >out 2>err
holds "what does not arrive in half of its time is told by voice" "b: has not arrived, to answer by" out
holds "whom to call" 'call b/one liaison by telephone: exchange 0770 555 1234' out
holds "and what to type" "seam say ${warning:0:8} b --lang ckb; then seam told ${warning:0:8} b --by phone --to liaison --read-back" out
seam --home c say "$warning" b --lang ckb >out 2>err
holds "the script names whom to call" 'call b/one liaison' err
stick a c # receipts
same "a has it: nobody is called yet" "b" "$(seam --home c --json tasks | pick - '" ".join(t["party"] for t in d)')"
try "b is told and reads back" seam --home c told "$warning" b --by phone --to liaison --read-back
same "that is done" 0 "$(seam --home c --json tasks | pick - 'len(d)')"
jump c 30
same "a has it and does not answer" "unanswered a" "$(seam --home c --json tasks | pick - '" ".join(t["why"] + " " + t["party"] for t in d)')"
says a "$warning" seen >/dev/null
stick a c
same "an answer ends it" 0 "$(seam --home c --json tasks | pick - 'len(d)')"
stick c b
hides "the directory goes nowhere" "555 1234" stick b a c-run

# ---- alerts ----
for step in 2 3; do
	sed -i "/^watch_step${step}_min /d" a/seam.conf
	echo "watch_step${step}_min 1" >>a/seam.conf
done
rules a 1
overdue() { # SEVERITY BY: a warning of c's that a was to answer by then; its id
	local id
	id=$(file c warning type=mov.infiltration severity="$1" advice=prepare window=2027-05-04T00:00Z..2027-05-05T09:00Z \
	    place=38SMD67 ask="a:$2" --yes) && stick c a && echo "$id"
}
alert_about() { # ID EXPRESSION: of the alert r about it
	seam --home a --json alerts --all | pick - '[(lambda r: '"$2"')(r) for r in d if "'"$1"'" in r["cites"]][0]'
}
raised_about() { [ -n "$(alert_about "$1" 'r["id"]' 2>/dev/null)" ]; }
unread=$(overdue red 2027-05-03T22:00Z)
lesser=$(overdue yellow 2027-05-03T23:59Z)
past=$(overdue yellow 2027-05-03T23:58Z)
for id in "$unread" "$lesser" "$past"; do
	wait_for 30 raised_about "$id" || not_ok "a rule finds what waits"
done
seam --home a alerts >out 2>err
holds "who is called, and until when" 'step 1: watch is called, next step' out
holds "its members" "rests on ${unread:0:8}" out
climbed() { seam --home a alerts >out 2>err && [ "$(alert_about "$unread" 'r["step"]')" = 3 ]; }
try "while nobody answers it climbs" wait_for 120 climbed
open=$(alert_about "$unread" 'r["id"]')
other=$(alert_about "$lesser" 'r["id"]')
holds "to the director, by voice" 'step 3: director is called by voice' out
holds "an alert at the last step is told by voice" 'a director: the alert calls for voice' <(seam --home a tasks)
usage "an alert is not agreed with" seam --home a answer "$open" concur
usage "it is not declined without a reason" seam --home a answer "$other" decline
try "it is declined with one" seam --home a answer "$other" decline "known to both"
done_id=$(says a "$open" done "patrol sent")
says a "$past" noted >/dev/null
over() { [ "$(alert_about "$past" 'r["end"]')" = closed ]; }
try "what is over ends by itself" wait_for 30 over
same "all ended" "acted declined closed" "$(alert_about "$unread" 'r["end"]') $(alert_about "$lesser" 'r["end"]') $(alert_about "$past" 'r["end"]')"
lacks "none of them is open" "$open|$other" <(seam --home a --json alerts)
holds "with --all its end says why" 'declined .*: known to both' <(seam --home a alerts --all)
rules a 0
# The answers are granted to b by the policy; what they are about is not: they stay.
same "the answer to an alert goes to nobody" "held_back held_back" "$(state a "$done_id" b) $(state a "$done_id" c)"
why_of() { seam --home a --json show "$1" | pick - 'next(p["why"] for p in d["parties"] if p["party"] == "b")'; }
same "since an alert never leaves the party" stays_home "$(why_of "$done_id")"
seam --home a report told re="$open" told_party=b told_by=voice >out 2>err || not_ok "told" err
seam --home a report link re="$open" link=follows link_to="$cross" >out 2>err || not_ok "a link" err
about=$(stored a "SELECT count(*) FROM record WHERE kind IN ('told','link') AND origin = 'a/one'")
[ "${about:-0}" -ge 2 ] || not_ok "the records about the alert are there ($about)"
stick a b
stick a c
same "nothing about it comes to b" 0 "$(seam --home b --json list --kind answer,told,link --party a --all | pick - "len([r for r in d if r['id'] == '$done_id'])")"
for home in b c; do
	hides "no id of an alert is at $home" "$open" $home $home-run
	hides "nor of its answer at $home" "$done_id" $home $home-run
done
warned=$(file a warning type=mov.infiltration severity=green window=now place=38SMD67 cites="$open")
same "a warning that rests on one may go" queued "$(state a "$warned" b)"
stick a b
same "without saying on what" None "$(seam --home b --json show "$warned" | pick - 'str(d["record"]["fields"].get("cites"))')"

# ---- the watch ----
seam --home b user add second watch >second.token 2>err
chmod 600 second.token
jump b -600
refuse "no watch is open" seam --home b shift handover
holds "it is said so" 'seam shift open' err
try "the watch opens" seam --home b shift open
refuse "once" seam --home b shift open
attack=$(file c warning type=atk.assault_position severity=red advice=prepare window=2027-05-04T00:00Z..2027-05-05T09:00Z place=38SMD65 ask=b:5m)
stick c b
seam --home b shift show >out 2>err
holds "where we stand: red and unseen" 'red and not seen by anybody here: [1-9]' out
holds "and what waits" 'held back for officers|open requests|records that wait' out
refuse "what is red and unseen keeps the watch" seam --home b shift handover
holds "it is listed" "${attack:0:8}" out
holds "and counted" 'nobody here has seen: seam answer ID seen' err
for id in $(seam --home b --json shift show | pick - '" ".join(i["id"] for i in d["items"] if i["what"] == "unseen")'); do
	says b "$id" seen >/dev/null
done
jump b 1440
seam --home b --json shift handover "quiet, but for the canal" >handover 2>err || not_ok "the watch is handed over" err
seam --home b --json show "$(pick handover 'd["filed"]["id"]')" >shown
same "what is open is named in it" "$(pick handover 'len({i["id"] for i in d["items"]})')" "$(pick shown 'len(d["record"]["fields"]["cites"].split(","))')"
same "it says handed over" handover "$(pick shown 'd["record"]["fields"]["state"]')"
pick shown 'd["record"]["fields"]["text"]' >text
holds "a missing situation report is mentioned" 'a situation report is missing' text
holds "with the words of who hands over" 'quiet, but for the canal' text
refuse "who handed over does not take over" seam --home b shift open
holds "a second officer does" 'second officer' err
try "another account takes over" seam --home b --token-file second.token shift open
tail -3 out >taken_over
seam --home b --json shift show >shown
same "the next watch is open" "open 2" "$(pick shown '"%s %s" % (d["shift"]["state"], d["shift"]["number"])')"
seam --home b --json show "$(pick shown 'd["shift"]["id"]')" >shown
same "and names the handover" "$(pick handover 'd["filed"]["id"]')" "$(pick shown 'd["record"]["fields"]["cites"]')"
same "it is signed by the same station, a watch" "b/one watch" "$(pick shown '"%s %s" % (d["record"]["station"], d["record"]["fields"]["duty"])')"
file b sitrep number=1 window=2027-05-04T00:00Z..2027-05-04T23:00Z >/dev/null
same "a situation report is there now" False "$(seam --home b --json shift show | pick - 'str(d["sitrep"]["missed"])')"
try "alone: the same account hands over" seam --home b shift handover
refuse "and is refused" seam --home b shift open
try "unless it says so" seam --home b shift open --alone
seam --home b --json show "$(seam --home b --json shift show | pick - 'd["shift"]["id"]')" >shown
holds "which is written down" 'taken over by the account that handed over' shown
try "a watch is closed" seam --home b shift close
same "then none is open" closed "$(seam --home b --json shift show | pick - 'd["shift"]["state"]')"
stick b a
hides "no watch leaves its party" "$(pick handover 'd["filed"]["id"]')" stick a a-run

# ---- what a rule finds by itself ----
late=$(file c warning type=mov.infiltration severity=red advice=prepare window=2027-05-04T00:00Z..2027-05-05T09:00Z place=38SMD67 ask=b:2027-05-03T23:00Z)
rules c 1
raised() {
	seam --home c --json alerts >alerts && grep -q "$late" alerts
}
wait_for 30 raised || not_ok "the rule finds it"
same "an answer that is missing raises an alert, and the watch is called" "unanswered watch" \
	"$(pick alerts 'next("%s %s" % (r["rule"], r["duty"]) for r in d if "'"$late"'" in r["cites"])')"
raised=$(pick alerts 'next(r["id"] for r in d if "'"$late"'" in r["cites"])')
seam --home c shift open >out 2>err || not_ok "c opens its watch" err
refuse "red and unseen, it keeps the watch" seam --home c shift close
holds "it is listed" "${raised:0:8}" out
try "it is acted on" seam --home c answer "$raised" done "the director called theirs"
same "that ends it" "acted" "$(seam --home c --json alerts --all | pick - 'next(r["end"] for r in d if "'"$late"'" in r["cites"])')"

# ---- all of it is whole ----
for home in a b c; do
	try "$home is sound" seam --home $home verify
done
stop_station c
try "a post that is overrun leaves no directory" seam --home c destroy --yes
if [ -e c/directory ]; then not_ok "the directory is gone"; else ok "the directory is gone"; fi
