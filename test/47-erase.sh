#!/bin/bash
# An erased record leaves no byte of its content: not where it was filed, not where it was sent; the leaves
# stay and verify. A retracted one stays as history.
. "$(dirname "$0")/between.sh"

parties a/one b/one c/one
policy a <<P
party a b c
release statement to b : text, lang  manual 1
release incident to b : type, place@1km, when@minute, unit
P
mark=zqmark
gone=$(file a statement "text=$mark of the bridge at night" lang=en)
kept=$(file a incident type=atk.ambush when=now place=38SMD470654 unit=zq-kept-17 severity=red)
unsent=$(file a coverage window=now place=38SMD480654 unit=zqunsent-5 "summary=zqsecret words")
try "an officer lets the words go" seam --home a send "$gone" b --yes
same "what the marks are for: they are found now" "1" "$(lib_find $mark a a-run b b-run >found; wc -l <found | tr -d ' ' | sed 's/^[1-9][0-9]*$/1/')"
try "they go to b" stick a b ab
stick b a
same "b holds both" 2 "$(seam --home b --json status | pick - 'd["foreign"]')"
shows "the words are on the stick" "$mark" ab
shows "and in b's picture" "$mark" b-run
same "a fresh preview holds them too" 0 "$(seam --home a --json report statement "text=$mark again" lang=en --preview </dev/null >preview 2>err; grep -c '"id"' preview)"

refuse "b may not erase what a filed" seam --home b erase "$gone" --yes
holds "since it is not its own" "only the station that signed" err
seam --home a user add watcher watch >watch.token 2>err
chmod 600 watch.token
refuse "nor may the watch at a" seam --home a erase "$gone" --yes --token-file watch.token
holds "for want of the duty" "duty" err
size=$(stored a "SELECT count(*) FROM leaf")
try "a's director erases it" seam --home a erase "$gone" --yes
hides "no byte of the words lies in a's home or picture" "$mark" a a-run
same "the record is known by its id alone" true "$(seam --home a --json show "$gone" | pick - 'd["record"]["erased"]')"
same "its leaf stays" $((size + 1)) "$(stored a "SELECT count(*) FROM leaf")"
try "a proves the leaf still" seam --home a proof "$gone"
seam --home a show "$gone" >shown
holds "a says on whose word it went and who has not confirmed it" 'erased on the word of a/one, .*; missing: b/one$' shown
shows "b has them yet" "$mark" b-run
try "the erasure goes by stick" stick a b second
hides "no byte of the words is on that stick" "$mark" second
hides "none lies in b's home or picture" "$mark" b b-run
same "b knows the id alone" true "$(seam --home b --json show "$gone" | pick - 'd["record"]["erased"]')"
# b dies before it has told a; the word is owed all the same.
kill_station b
start_station b
try "b confirms" stick b a word
same "with a signed word" 1 "$(grep -c '^erased ' word)"
hides "in which there is nothing but hashes" "$mark" word
seam --home a show "$gone" >shown
holds "a says who has" 'erased on the word of a/one, .*, confirmed by b/one \([^)]*\)$' shown
same "and keeps the word in its log" 1 "$(stored a "SELECT count(*) FROM confirm c JOIN leaf l ON l.epoch = c.epoch AND l.idx = c.leaf WHERE c.station = 'b/one'")"
seam --home a --json import bundle word >taken 2>refused
same "the same word again is known" 0 "$(pick taken 'd["new"]')"
forge() { # NAME CODE: the stick with its word changed by Python CODE over `word` is refused
	rebundle word forged "
def change(word): $2
items[:] = [('erased ' + change(i[7:])) if i.startswith('erased ') else i for i in items]"
	seam --home a --json import bundle forged >taken 2>refused
	same "a word with $1 is refused" 1 "$(pick taken 'd["refused"]')"
}
forge "another bit" 'return flip(word, len(word) - 20)'
forge "another time" 'return ".".join([word.split(".")[0], base64.urlsafe_b64encode(base64.urlsafe_b64decode(word.split(".")[1] + "==").replace(b"\"iat\":1", b"\"iat\":2")).decode().rstrip("="), word.split(".")[2]])'
seam --home c --json import bundle word >taken 2>refused
same "a word for a is nothing to c" 0 "$(stored c "SELECT count(*) FROM confirm")"
same "a has b's receipt for the erasure" 1 "$(stored a "SELECT count(*) FROM sent WHERE receipt IS NOT NULL AND record IN (SELECT id FROM record WHERE kind = 'erase')")"
same "c, which never had it, is told nothing" 0 "$(seam --home a export bundle c ac 2>err; grep -c ^delivery ac)"

try "the old stick is tried again" seam --home b import bundle ab
hides "and brings nothing back" "$mark" b b-run

# What was never sent goes too.
try "an unsent record is erased" seam --home a erase "$unsent" --yes
hides "with its words" zqsecret a a-run
hides "and its unit" zqunsent a a-run
for home in a b; do
	stop_station $home
	hides "nothing is left in $home when it has stopped" "$mark" $home $home-run
	try "$home verifies, every leaf of it" seam verify $home
	rm -rf $home-run
	start_station $home
	hides "nor does a new picture of $home know it" "$mark" $home $home-run
done

# A retraction is no erasure.
before=$(seam --home b count)
try "the other report is taken back" seam --home a retract "$kept"
same "a counts it no more" 0 "$(seam --home a count)"
stick a b
same "nor does b" $((before - 1)) "$(seam --home b count)"
seam --home b --json show "$kept" >shown
same "but it stays readable as history" 'True zq-kept-17' \
	"$(pick shown '"%s %s" % (d["record"]["retracted"], d["record"]["fields"]["unit"])')"
same "c is told nothing of that either" 0 "$(seam --home a export bundle c ac 2>err; grep -c ^delivery ac)"
for home in a b; do
	stop_station $home
	try "$home still verifies" seam verify $home
done
