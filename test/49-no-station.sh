#!/bin/bash
# A party without a station: what it may know is cut and waits, is read out and written down as told; when its
# station comes, everything that waited goes to it.
. "$(dirname "$0")/between.sh"

# c has keys on paper and signs the list; its station is not there yet.
parties a/one b/one c/one
stop_station c
policy a <<P
party a b c
release warning to b, c : type, severity, window@minute, place@10km, direction
release incident to c : type, place@1km
release sighting to c : type, when@hour, place@1km
P
first=$(file a warning type=atk.ambush severity=red window='032115C MAY 27' place=38SMD470654 direction=n "summary=zqwords")
second=$(file a incident type=atk.ambush when=032115C place=38SMD480654)
same "what c may know is cut and waits" "queued queued" "$(state a "$first" c) $(state a "$second" c)"
same "it is counted" 2 "$(seam --home a --json status | pick - 'next(p["queued"] for p in d["parties"] if p["party"] == "c")')"

try "what may be said to c" seam --home a say "$first" c
cp out said
holds "begins with the exercise" '^EXERCISE EXERCISE EXERCISE' said
holds "names the square it may know" '38S MD 4 6' said
lacks "no finer one" '470|654' said
lacks "and no words" zqwords said
for lang in ar ckb; do
	try "the same in $lang" seam --home a say "$first" c --lang $lang
	# The marks that keep a grid from being turned around stand between its parts.
	sed 's/\xe2\x81[\xa6-\xa9]//g' out >plain
	holds "with the same square in $lang" '38S MD 4 6' plain
done

same "nothing was told yet" queued "$(state a "$first" c)"
usage "how it was told must be said" seam --home a told "$first" c
refuse "by a means that is one" seam --home a told "$first" c --by pigeon
refuse "to a party that is one" seam --home a told "$first" zz --by voice
try "it is read out on the telephone" seam --home a told "$first" c --by voice --to watch --read-back
same "then it is told" told "$(state a "$first" c)"
same "the other still waits" queued "$(state a "$second" c)"
same "and b was told nothing" queued "$(state a "$first" b)"
seam --home a --json review "$first" >reviewed
holds "the review has it" 'told' reviewed
stop_station a
start_station a
same "a restart does not forget it" "told queued" "$(state a "$first" c) $(state a "$second" c)"
seam --home a --json list --kind told >tolds
same "the record of it names means, duty and reading back" 'voice watch yes' \
	"$(pick tolds '"%(told_by)s %(told_duty)s %(read_back)s" % d[0]["fields"]')"

# c's station comes.
start_station c
try "a's stick for c" stick a c ac
same "brings all that waited" 2 "$(grep -c ^delivery ac)"
same "and it is new" 2 "$(pick taken 'd["new"]')"
same "as coarse as it was read out" 38SMD46 "$(seam --home c --json show "$first" | pick - 'd["record"]["fields"]["place"]')"
try "its receipts come back" stick c a
same "told stays beside arrived" 2 "$(stored a "SELECT count(*) FROM sent WHERE party = 'c' AND receipt IS NOT NULL")"
same "the incident has arrived" arrived "$(state a "$second" c)"

# A second station of c, much later: from its sister it has everything.
try "another station of c" seam init d --station c/two --exercise --join
sed -i "s|^run_dir.*|run_dir $work/d-run|" d/seam.conf
seam --home d join >request
seam --home c join sign request >welcome
try "joins" seam --home d join welcome
try "c knows it" seam --home c members install welcome
start_station d
seam --home c export bundle c/two cd 2>err
try "takes its sister's stick" seam --home d import bundle cd
same "and holds both of a's records" "$(printf '%s\n' "$first" "$second" | sort | xargs)" \
	"$(stored d "SELECT hex(id) FROM record WHERE origin = 'a/one'" | python3 -c 'import base64, sys
print(*sorted(base64.urlsafe_b64encode(bytes.fromhex(l)).decode().rstrip("=") for l in sys.stdin))')"
stop_station d
try "and is sound" seam verify d

# What was withheld is not read out as something else.
seen=$(file a sighting type=mov.sighting when=032115C place=38SMD470654 persons=5 civilians=yes)
try "what is withheld about civilians" seam --home a say "$seen" c
holds "is said as what it may be" '^These may be civilians' out
lacks "not as unknown" 'not known' out
holds "and the time with how well it is known" '^Time: 032100C [A-Z]{3} [0-9]{2}, known to the hour' out
