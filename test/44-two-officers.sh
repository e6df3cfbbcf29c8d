#!/bin/bash
# What a rule leaves to officers goes when as many accounts have said so as it asks, and free words only
# without what nobody meant to send.
. "$(dirname "$0")/between.sh"

parties a/one b/one
policy a <<P
party a b
release incident to b : type, severity, place@1km  manual 2
release statement to b : text, lang, incident  manual 1
release decision to b : text, place@10km  manual 1
release request to b : need, severity, place@1km  manual 2
P
seam --home a user add second liaison >second.token 2>err
seam --home a user add third watch >third.token 2>err
chmod 600 ./*.token
approve() { # ACCOUNT ID: prints "given needed state"
	local account=()
	[ "$1" = first ] || account=(--token-file "$1.token")
	seam --home a --json send "$2" b --yes "${account[@]}" 2>err | pick - '"%d %d %s" % (d["given"], d["needed"], d["state"])'
}

id=$(file a incident type=atk.ambush when=now place=38SMD470654 severity=red)
same "it is held back" held_back "$(state a "$id" b)"
holds "for officers" 'decisions by officers' filed
seam --home a export bundle b none 2>err
same "nothing goes on the stick" 0 "$(grep -c ^delivery none)"
same "one officer is not enough" "1 2 held_back" "$(approve first "$id")"
same "nor the same one twice" "1 2 held_back" "$(approve first "$id")"
refuse "a duty that may not send does not count" seam --home a send "$id" b --yes --token-file third.token
holds "by its name" 'duty' err
seam --home a export bundle b none 2>err
same "still nothing goes" 0 "$(grep -c ^delivery none)"
stop_station a
start_station a
same "it is still held back after a restart" held_back "$(state a "$id" b)"
same "the second account is enough, the first was not forgotten" "2 2 queued" "$(approve second "$id")"
same "and it is queued" queued "$(state a "$id" b)"
try "it goes" stick a b ab
same "once" 1 "$(grep -c ^delivery ab)"
same "and b has it" 1 "$(pick taken 'd["new"]')"
refuse "there is nothing left to approve" seam --home a send "$id" b --yes

# Who is gone decides nothing any more.
seam --home a user add fourth liaison >fourth.token 2>err
chmod 600 fourth.token
id=$(file a incident type=atk.ambush when=now place=38SMD480664 severity=red)
same "an officer says yes" "1 2 held_back" "$(approve fourth "$id")"
try "and leaves" seam --home a user remove fourth
same "with that, another one is the first" "1 2 held_back" "$(approve second "$id")"
seam --home a export bundle b none 2>err
same "nothing goes but what went before" 0 "$(grep ^delivery none | grep -vxFf ab | grep -c ^delivery)"
same "the second who is there is enough" "2 2 queued" "$(approve first "$id")"
stick a b
stick b a

# Lives first: what saves a life goes at once, the second signature follows.
life=$(file a request need=medevac when=now place=38SMD470654 severity=red)
same "a medevac waits for nobody" queued "$(state a "$life" b)"

# Words.
words() {
	file a statement "text=$1" lang=en
}
while IFS='|' read -r name text; do
	id=$(words "$text")
	refuse "words with $name do not leave" seam --home a send "$id" b --yes
	holds "words with $name: the field and the finding are named" "text holds.*$name" err
	same "words with $name: held back" held_back "$(state a "$id" b)"
done <<W
a telephone number|we can be called on 0770 123 4567 at night
a telephone number|من ٠٧٧٠١٢٣٤٥٦٧ كل ليلة
grid|the post lies at 38SMD4706565412
position|the post lies at 35.46812, 44.39123
plate|the white car 21A12345 was there
W
seam --home a export bundle b none 2>err
same "of these nothing went" 0 "$(for d in $(grep ^delivery none | cut -d' ' -f2); do tr '~' '\n' <<<"$d" | base64 -d 2>/dev/null; done | grep -c 'called on')"
hides "not on the stick" "called on" none
# A grid in words may be as fine as the place that goes with them, not as fine as the place held.
id=$(file a decision "text=meet at 38SMD47056541" place=38SMD47056541)
refuse "a grid finer than the place that goes does not leave" seam --home a send "$id" b --yes
id=$(file a decision "text=meet in 38SMD46" place=38SMD47056541)
same "one as coarse does" "1 1 queued" "$(approve first "$id")"
# What stays here is not looked at.
id=$(file a incident type=atk.ambush when=now place=38SMD470654 severity=red "summary=call 0770 123 4567")
same "words that stay here hold nothing back" "1 2 held_back" "$(approve first "$id")"
id=$(words "we regret the shots over the canal and have moved the post")
same "words that are clean go with one officer" "1 1 queued" "$(approve second "$id")"
try "they go" stick a b ab
seam --home b --json show "$id" >shown
same "b reads them" "we regret the shots over the canal and have moved the post" "$(pick shown 'd["record"]["fields"]["text"]')"
same "in their language" en "$(pick shown 'd["record"]["fields"]["lang"]')"
