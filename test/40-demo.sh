#!/bin/bash
# ./demo --night --once: the night is told by three real stations, every claim holds, the page is whole in
# itself, nothing is left running, and with a UCDP GED file it ends with that file's counts.
. "$(dirname "$0")/lib.sh"
need python3

demo=$SEAM_SOURCE/demo
run=("$demo" --night --once --folder "$work/night")

data=$SEAM_SOURCE/../shared/data/ucdp-ged-19.1-iraq-2014-2018.csv
if [ -r "$data" ]; then
	try "the night is told to its end, and then real events" "${run[@]}" --data "$data"
	cp "$work/out" told
	holds "Kirkuk by year, as the file's own notes say" 'Kirkuk +55 +43 +30 +23 +44' told
	holds "all of it by year: 3,061 events" 'all +796 +686 +725 +600 +254 ' told
	holds "and the best estimate of deaths" '51,196' told
else
	skip "../shared/data/$(basename "$data") not present: the night alone is told"
	try "the night is told to its end" "${run[@]}"
	cp "$work/out" told
fi
holds "it counts its claims" 'claims +2[0-9] tried' told
same "every claim that was tried held" "$(sed -n 's/^ *claims *\([0-9]*\) tried, [0-9]* held$/\1/p' told)" \
    "$(sed -n 's/^ *claims *[0-9]* tried, \([0-9]*\) held$/\1/p' told)"
same "each of them is shown" "$(sed -n 's/^ *claims *\([0-9]*\) tried.*/\1/p' told)" "$(grep -c '^  proved ' told)"
holds "A holds the square of 100 m, B that of 1 km, C that of 10 km" \
    'place +38SMD470654 +38SMD4765 .*38SMD46 ' told
holds "killed is a range while two sources differ" 'killed +2 to 3$' told
holds "and closes when A confirms its own" 'killed +3, confirmed' told
holds "attackers killed is a word" 'attackers killed +several' told
holds "the flipped bit is named by its place" 'journal\.db: .*leaf [0-9]+' told
holds "changed evidence is refused" 'evidence proves nothing' told
lacks "no colour goes to a file" $'\033' told

page=$work/night/demo.html
holds "the page carries the mark of an exercise" 'EXERCISE · EXERCISE · EXERCISE' "$page"
lacks "it needs no script, no other file and no network" '<script|<link|<img|@import|url\(|https?://' "$page"
holds "Arabic stands there from the right" 'lang="ar" dir="rtl"' "$page"
holds "Sorani too" 'lang="ckb" dir="rtl"' "$page"
holds "a grid inside them is set apart" '<bdi dir="ltr">38S MD 6 7</bdi>' "$page"
same "what was withheld is a dash and nothing else: B and C got no words" 2 \
    "$(grep '>In words<' "$page" | grep -o '<td class="none"><span aria-label="not given">—</span></td>' | wc -l)"
same "the same bytes were previewed and carried" 1 \
    "$(sed -n 's/.*<dt>\(previewed at A\|carried by the stick\)<.*hash">\([0-9a-f]\{64\}\)<.*/\2/p' "$page" | sort -u | wc -l)"
python3 - "$page" >wellformed 2>&1 <<'P' && ok "every element of the page is closed" || not_ok "every element of the page is closed" wellformed
import html.parser, sys
class Look(html.parser.HTMLParser):
    stack = []
    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.stack.append(tag)
    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            sys.exit(f"line {self.getpos()[0]}: </{tag}> closes nothing")
look = Look()
look.feed(open(sys.argv[1], encoding="utf-8").read())
sys.exit(f"left open: {look.stack}" if look.stack else 0)
P

left=0
for pid in $(cat night/pids); do
	kill -0 "$pid" 2>/dev/null && left=$((left + 1))
done
same "no station is left running" 0 $left

mkdir mine && echo precious >mine/file
refuse "a folder that is not of an earlier demo is left alone" "$demo" --once --folder "$work/mine"
same "and nothing in it is lost" precious "$(cat mine/file)"
usage "a rate that is none is refused" "$demo" --once --rate 5000
usage "nor is 0 one" "$demo" --once --rate 0
usage "a word that it does not know plays nothing" "$demo" --nonsense
usage "an option of the close-up is not one of the day" "$demo" --day --keep

three_run() {
	[ "$(wc -w <night/pids)" -eq 3 ]
}
rm -f night/pids
"${run[@]}" >interrupted 2>&1 </dev/null &
pid=$!
wait_for 60 three_run
same "three stations run in the middle of the story" 3 "$(wc -w <night/pids)"
kill -TERM $pid
wait $pid
same "ended by a signal, it says so" 143 $?
left=0
for pid in $(cat night/pids); do
	kill -0 "$pid" 2>/dev/null && left=$((left + 1))
done
same "and leaves no station behind" 0 $left
