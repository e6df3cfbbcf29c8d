#!/bin/bash
# What was refused can be looked at: when it came, from where, why and how large; the status says that there is something.
# The words of one command say the same thing by one name, and its times stand in one zone.
. "$(dirname "$0")/between.sh"

parties a/one b/one
policy a <<P
party a b
release incident to b : type, place@1km
P
try "nothing is kept apart" seam --home b quarantine
holds "and it says so" '^nothing is kept in quarantine$' err
same "for programs too" '[]' "$(seam --home b --json quarantine)"
seam --home b status >status
lacks "the status names no way to look" 'see seam quarantine' status

first=$(file a incident type=atk.ambush when=now place=38SMD470654 severity=red ask=b:2h)
seam --home a export bundle b good 2>err
rebundle good forged 'items[:] = [i for i in items if i.startswith("delivery ")][-1:]; d = items[0].split(" ")[1]; p = d.split("~")
h, c, s = p[0].split("."); items[0] = "delivery " + "~".join([".".join([h, c, flip(s, 9)])] + p[1:])'
rebundle good nonsense 'items[:] = ["delivery \u202enonsense"]'
refuse "a forged line" seam --home b import bundle forged
refuse "and one that is none" seam --home b import bundle nonsense

try "what was refused is listed" seam --home b quarantine
same "each of it, the newest first" "2 1" "$(awk '{ print $1 }' out | paste -sd' ')"
holds "with when it came, from where, how large, and why" \
	'^1 +[0-9]{6}C [A-Z]{3} [0-9]{2} +bundle +[0-9]+ bytes +signature does not hold$' out
lacks "nothing of a stranger's that a terminal obeys" $'\u202e' out
try "for programs" seam --home b --json quarantine list --limit 1
same "as many as were asked for" '[2, "bundle"]' "$(pick out '[d[0]["number"], d[0]["from"]]')"
try "one of them" seam --home b quarantine show 1
holds "with its bytes" '^eyJ' out
same "all of them" "$(sed -n 's/^delivery //p' forged)" "$(sed 1,3d out)"
try "one that is no plain text" seam --home b quarantine show 2
lacks "is not shown as it is" $'\u202e' out
holds "but as base64url" '^no plain text; in base64url:$' out
seam --home b --json quarantine show 2 >one
same "for programs as it came" true "$(pick one '__import__("base64").urlsafe_b64decode(d["content"] + "===").decode() == "\u202enonsense"')"
refuse "one that is not there" seam --home b quarantine show 9
usage "one that is none" seam --home b quarantine show x
seam --home b status >status
holds "the status says how many and how to look" '; 2 kept in quarantine \(see seam quarantine\)$' status

policy b <<P
party b a
release incident to a : type, place@1km  manual 1
P
held=$(file b incident type=atk.ambush when=now place=38SMD480654)
seam --home b status >status
seam --home b show "$held" >show
holds "what is held back is called so by show" 'held back' show
holds "and by status" '^  a +1 held back for a decision, ' status
seam --home a show "$first" >show
holds "a moment that was typed as a distance" '^  ask +b:[0-9]{6}C [A-Z]{3} [0-9]{2}$' show
lacks "no time stands in another zone beside it" '[0-9]T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|[0-9]{6}Z ' show

# A stick full of nonsense does not fill the log: each line is kept, one of a reason is said.
rebundle good many 'items[:] = ["delivery nonsense%d" % i for i in range(400)]'
before=$(seam --home b --json quarantine list --limit 1 | pick - 'd[0]["number"]')
refuse "a bundle of 400 lines that are none" seam --home b import bundle many
same "each of them is kept" 400 "$(($(seam --home b --json quarantine list --limit 1 | pick - 'd[0]["number"]') - before))"
said=$(grep -c 'was refused and kept apart' b.out)
[ "$said" -ge 1 ] && [ "$said" -le 4 ] && ok "and said once for a reason" || not_ok "said $said times" b.out
