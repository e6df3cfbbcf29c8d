#!/bin/bash
# What rests on another party's record goes no further than its originator allowed; a single reference is
# dropped where its target is not held.
. "$(dirname "$0")/between.sh"

parties a/one b/one c/one
policy a <<P
party a b c
release incident to b : type, severity, place@1km, when@minute  onward c
release sighting to b : type, place@1km, when@minute
P
policy b <<P
party b a c
release warning to c : type, severity, window@minute, place@1km, cites
release assessment to c : grade, cites, place@1km
release incident to c : type, place@1km, incident
release movement to c : movement, window@minute, incident
P
further=$(file a incident type=atk.ambush when=now place=38SMD470654 severity=red)
closed=$(file a sighting type=mov.sighting when=now place=38SMD480654)
try "b is given both" stick a b ab
same "two records" 2 "$(pick taken 'd["new"]')"
same "one may be passed on, as its delivery says" 'c ' "$(stored b 'SELECT onward FROM inbox ORDER BY counter' | xargs -d '\n')"

warn=$(file b warning type=atk.ambush severity=red window=now place=38SMD470654 "cites=$further")
same "a warning that rests on what may be passed on goes to c" queued "$(state b "$warn" c)"
held=$(file b warning type=mov.sighting severity=red window=now place=38SMD480654 "cites=$closed")
same "one that rests on what may not is held back" held_back "$(state b "$held" c)"
holds "with the reason" '"why":"it cites a record whose originator did not allow' filed
both=$(file b assessment grade=B2 place=38SMD470654 "cites=$further,$closed")
same "so is one that rests on both" held_back "$(state b "$both" c)"
seam --home b --json policy explain "$both" c >explained
holds "and the explanation names it" 'cites_held_back' explained
reason='it cites a record whose originator did not allow passing on'
seam --home b policy explain "$both" c >explained
holds "in words too" "the whole record: $reason" explained
for how in show review; do
	seam --home b "$how" "$both" >told
	holds "$how says the same reason" "$reason" told
	lacks "$how: and not that officers decide" 'decisions by officers' told
done
stop_station b
seam --home b show "$both" >told
holds "so it does without a running station" "$reason" told
lacks "and there not that officers decide" 'decisions by officers' told
start_station b
refuse "nor may it be said" seam --home b say "$held" c
refuse "nor sent by an officer" seam --home b send "$both" c --yes
same "it stays held back" held_back "$(state b "$both" c)"
try "the stick for c" stick b c bc
same "carries the one" 1 "$(grep -c ^delivery bc)"
same "which c takes" 1 "$(pick taken 'd["new"]')"
seam --home c --json show "$warn" >shown
same "without the reference to what c does not hold" no "$(pick shown '"yes" if "cites" in d["record"]["fields"] else "no"')"
hides "no name of a's record is on the stick" "$further" bc
hides "nor of the other" "$closed" bc
same "c holds nothing of the others" "none" "$(seam --home c --json show "$held" >/dev/null 2>&1 && echo some || echo none)"

# A single reference: the movement is told, that it belongs to a's incident is not, until c holds that.
first=$(file b movement movement=patrol window=now "incident=$further")
stick b c
seam --home c --json show "$first" >shown
same "a reference beside what is said is dropped, the rest goes" 'patrol no' \
	"$(pick shown '"%s %s" % (d["record"]["fields"]["movement"], "yes" if "incident" in d["record"]["fields"] else "no")')"
own=$(file b incident type=atk.ambush when=now place=38SMD470654)
stick b c
stick c b
second=$(file b movement movement=patrol window=now "incident=$own")
stick b c
seam --home c --json show "$second" >shown
same "one whose target c holds goes" "$own" "$(pick shown 'd["record"]["fields"].get("incident", "none")')"

# a allows it afterwards: a wider policy of a gives the sighting anew, with onward.
policy a <<P
party a b c
release incident to b : type, severity, place@1km, when@minute  onward c
release sighting to b, c : type, place@1km, when@minute  onward c
P
later=$(file a sighting type=mov.sighting when=now place=38SMD490654)
stick a b
stick a c
stick c a
warn=$(file b warning type=mov.sighting severity=red window=now place=38SMD490654 "cites=$later")
same "what a allowed goes" queued "$(state b "$warn" c)"
stick b c
seam --home c --json show "$warn" >shown
same "c does not learn from b that it holds the same record: the reference is dropped" no \
	"$(pick shown '"yes" if "cites" in d["record"]["fields"] else "no"')"
same "while what was held back stays so" held_back "$(state b "$held" c)"
