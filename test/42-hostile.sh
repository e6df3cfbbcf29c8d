#!/bin/bash
# Sticks from hostile hands: forged, replayed, misaddressed, by a revoked key, torn and shuffled. Each line
# is refused with its reason and kept apart, nothing grows but the quarantine, and the station serves on.
. "$(dirname "$0")/between.sh"

parties a/one b/one c/one
policy a <<P
party a b c
release incident to b, c : type, severity, place@1km, when@minute
P
report() {
	file a incident type=atk.ambush when=now "place=$1" severity=red
}
leaves() {
	seam --home "${1:-b}" --json status | pick - '(d["leaves"], d["records"])'
}
apart() {
	seam --home "${1:-b}" --json status | pick - 'd["quarantined"]'
}
# A bundle is refused, line by line; the reason is the last one in quarantine.
hostile() { # TEXT REASON FILE [STATION]
	local to=${4:-b} before_size before_apart
	before_size=$(leaves "$to")
	before_apart=$(apart "$to")
	refuse "$1" seam --home "$to" --json import bundle "$3"
	holds "$1: the reason" "\"refused\":\"$2\"" err
	same "$1: kept apart" $((before_apart + 1)) "$(apart "$to")"
	same "$1: under its reason" "$2" "$(stored "$to" "SELECT reason FROM quarantine ORDER BY number DESC LIMIT 1")"
	same "$1: nothing grew" "$before_size" "$(leaves "$to")"
}

report 38SMD470654 >id1
seam --home a export bundle b first 2>err
try "a good bundle comes in" seam --home b import bundle first
before=$(leaves)
try "a second time" seam --home b --json import bundle first
same "it adds nothing" '[0, 1, 0]' "$(pick out '[d["new"], d["held"], d["refused"]]')"
same "to no log" "$before" "$(leaves)"

report 38SMD480654 >id2
seam --home a export bundle b second 2>err
only='items[:] = [i for i in items if i.startswith("delivery ")][-1:]; d = items[0].split(" ")[1]; p = d.split("~")'

rebundle second forged "$only; h, c, s = p[0].split('.'); items[0] = 'delivery ' + '~'.join(['.'.join([h, c, flip(s, 9)])] + p[1:])"
hostile "a record's signature with one bit flipped" bad_signature forged
rebundle second forged "$only; h, c, s = p[-1].split('.'); items[0] = 'delivery ' + '~'.join(p[:-1] + ['.'.join([h, c, flip(s, 9)])])"
hostile "a binding's signature with one bit flipped" bad_signature forged
rebundle second forged "$only
items[0] = 'delivery ' + '~'.join(x for x in p if b'\"severity\"' not in base64.urlsafe_b64decode(x.split('.')[0] + '==='))"
hostile "a delivery that lost a disclosure" bad_sd_hash forged
rebundle second forged "$only; items[0] = 'delivery ' + '~'.join([p[0], p[2], p[1]] + p[3:])"
hostile "a delivery whose disclosures were shuffled" bad_sd_hash forged
rebundle second forged "$only; items[0] = 'delivery ' + d[:len(d) // 2]"
hostile "a delivery that breaks off" bad_form forged
rebundle second forged "$only; items[0] = 'nonsense ' + d"
hostile "a line that is none" bad_form forged

# For c, at b: whether the stick or the delivery is misaddressed.
seam --home a export bundle c third 2>err
rebundle third misaddressed "items[:] = [i for i in items if i.startswith('delivery ')][:1]"
hostile "a delivery for c" not_for_us misaddressed
rebundle second misaddressed "$only"
hostile "a delivery for b, carried to c" not_for_us misaddressed c

# Torn and shuffled bundles: nothing of them is taken, and they are not blamed on their sender.
before=$(leaves) kept=$(apart)
head -c "$(($(stat -c %s second) * 2 / 3))" second >torn
refuse "a stick that breaks off" seam --home b import bundle torn
sed '2{h;d};3{G}' second >shuffled
refuse "a stick whose lines were shuffled" seam --home b import bundle shuffled
head -c 60 /dev/urandom >noise
refuse "a stick of noise" seam --home b import bundle noise
: >nothing
refuse "an empty stick" seam --home b import bundle nothing
same "leave nothing behind" "$before $kept" "$(leaves) $(apart)"

# The same counter with other bytes: a home that was copied makes it, with its true keys.
stop_station a
cp -a a twin
rm -f twin/home.place # a thief would
sed -i -e "s|$work/a-run|$work/twin-run|" -e "s|$work/a\b|$work/twin|" twin/seam.conf
start_station twin
file twin incident type=atk.ambush when=now place=38SMD490654 severity=green >id3
seam --home twin export bundle b replay 2>err
stop_station twin
start_station a
try "what the true station sends comes in" seam --home b import bundle second
report 38SMD500654 >id4
seam --home a export bundle b fifth 2>err
try "and the next" seam --home b import bundle fifth
rebundle replay replayed "$only"
hostile "another delivery under a counter that was used" replayed replayed
report 38SMD510654 >id5
stop_station a
rm -rf twin twin-run
cp -a a twin
rm -f twin/home.place # a thief would
sed -i -e "s|$work/a-run|$work/twin-run|" -e "s|$work/a\b|$work/twin|" twin/seam.conf
start_station a

# Receipts: for bytes that were never sent, and with a signature that does not hold.
seam --home b export bundle a back 2>err
only_receipt='items[:] = [i for i in items if i.startswith("receipt ")][-1:]; r = items[0].split(" ")[1]'
rebundle back forged "$only_receipt; h, c, s = r.split('.'); items[0] = 'receipt ' + '.'.join([h, c, flip(s, 9)])"
hostile "a forged receipt" bad_signature forged a
rebundle back forged "$only_receipt"
hostile "a receipt at the wrong station" not_for_us forged c
before=$(state a "$(cat id1)" b)
same "nothing arrived by them" exported "$before"
try "true receipts come in" seam --home a import bundle back
same "and prove it" arrived "$(state a "$(cat id1)" b)"
# A receipt for other bytes: c's true receipt, for what another history of a delivered to it.
start_station twin
seam --home twin report incident type=atk.ambush when=now place=38SMD520654 severity=red >out 2>err
seam --home twin export bundle c other 2>err
stop_station twin
try "c takes what a twin of a delivered" seam --home c import bundle other
seam --home c export bundle a back 2>err
refuse "its receipts come to a" seam --home a --json import bundle back
holds "which made no delivery of these bytes" '"refused":"no_target"' err

# A key that was revoked; the revocation is installed first.
try "a's root revokes its station's key" seam --home b key revoke "a/one#1" --root a/root.key \
	--root-passphrase-file a/passphrase --yes
report 38SMD530654 >id6
seam --home a export bundle b sixth 2>err
rebundle sixth revoked "$only"
hostile "a delivery signed by a revoked key" revoked_key revoked

# After all of it b serves, takes what is good, and is sound.
policy c <<P
party c a b
release warning to a, b : type, severity, place@10km, window@minute
P
file c warning type=atk.ambush severity=red window=now place=38SMD470654 >id7
stick c b
same "a good bundle of c comes in afterwards" '[1, 0]' "$(pick taken '[d["new"], d["refused"]]')"
try "b files a record itself" seam --home b report incident type=atk.ambush when=now place=38SMD470654
stop_station b
try "b is sound" seam verify b
