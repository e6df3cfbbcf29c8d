#!/bin/bash
# What the picture makes of amendments and disputes: one incident whose figures grow precise, with its history;
# a range over several reports that closes; another party's version beside one's own, never instead of it.
. "$(dirname "$0")/between.sh"

parties a/one b/one
policy a <<P
party a b
release incident to b : type, severity, place@1km, when@minute, outcome
release casualty to b : group, incident, stated_by, killed, wounded, families
P
policy b <<P
party b a
release dispute to a : re, disputed, killed, outcome, stated_by
release casualty to a : group, incident, stated_by, killed, families
P
# Lines of `seam show` about losses: "killed 2-3".
losses() {
	seam --home "$1" show "$2" | sed -n 's/^  own force.*, killed: \([^ ]*\).*/\1/p'
}

# Refinement: three versions of one report in one thread.
one=$(file a incident type=atk.clash when=032115C place=38SMD4765 severity=yellow)
try "it is seen more exactly" seam --home a --json report incident place=38SMD470654 severity=red --amend "$one"
two=$(pick out 'd["id"]')
same "in the same thread" "$(seam --home a --json show "$one" | pick - 'd["record"]["thread"]')" "$(pick out 'd["thread"]')"
try "and corrected" seam --home a --json report incident type=atk.ambush --amend "$two"
three=$(pick out 'd["id"]')
same "it stays one incident" 1 "$(seam --home a count)"
seam --home a --json show "$one" >shown
same "three versions are held, oldest first" "$(printf '["%s", "%s", "%s"]' "$one" "$two" "$three")" \
	"$(pick shown '[v["id"] for v in d["versions"]]')"
same "only the newest is current" '[false, false, true]' "$(pick shown '[v["current"] for v in d["versions"]]')"
same "each keeps what it said" '["atk.clash yellow", "atk.clash red", "atk.ambush red"]' \
	"$(pick shown '["%s %s" % (v["fields"]["type"], v["fields"]["severity"]) for v in d["versions"]]')"
same "the list shows the newest" atk.ambush "$(seam --home a list --json | pick - 'd[0]["fields"]["type"]')"
stick a b
same "b is given the chain" 1 "$(seam --home b count)"
same "with its newest" atk.ambush "$(seam --home b --json show "$three" | pick - 'd["record"]["fields"]["type"]')"
refuse "an amendment of another kind is none" seam --home a report sighting type=mov.sighting --amend "$one"
refuse "b amends no record of a" seam --home b report incident severity=green --amend "$three"

# A range over the reports of one incident; the confirmed figure closes it.
first=$(file a casualty group=own when=032130C incident="$three" killed=2-3 stated_by=a-1 families=yes)
same "two or three" 2-3 "$(losses a "$three")"
second=$(file a casualty group=own when=032140C incident="$three" killed=4 stated_by=a-2 families=yes)
same "a second report widens the range, and adds nothing up" 2-4 "$(losses a "$three")"
seam --home a show "$three" >shown
holds "it says on how many reports" 'based on 2 reports held' shown
lacks "six are nowhere" 'killed: (6|7)' shown
try "one is corrected" seam --home a report casualty killed=3 --amend "$second"
same "the range narrows" 2-3 "$(losses a "$three")"
try "the first too" seam --home a report casualty killed=3 --amend "$first"
same "and closes" 3 "$(losses a "$three")"
stick a b
same "b has the same figure" 3 "$(seam --home b show "$three" | sed -n 's/^  own force.*, killed: \([^ ]*\).*/\1/p')"

# b disputes: its version stands beside.
stick b a
theirs=$(seam --home b --json list --kind casualty | pick - 'd[0]["id"]')
try "b disputes a's figure" seam --home b --json dispute "$theirs" disputed=killed killed=5 stated_by=b
dispute=$(pick out 'd["id"]')
stick b a
same "it comes to a" 1 "$(pick taken 'd["new"]')"
seam --home a show "$theirs" >shown
holds "a sees the dispute" '^disputes' shown
holds "with b's figure" 'killed +5' shown
holds "and its own, unchanged" '^  killed +3$' shown
same "a's record itself is as it was" 3 "$(seam --home a --json show "$theirs" | pick - 'd["record"]["fields"]["killed"]')"
same "nothing was counted twice" 1 "$(seam --home a count --kind incident)"
seam --home a show "$three" >shown
holds "the range says that it differs" '5 stated by .*dispute' shown
try "b takes its dispute back" seam --home b retract "$dispute"
stick b a
seam --home a show "$three" >shown
lacks "then it no longer differs" '5 stated by' shown

# The picture is a fold: taken away, it comes back the same.
for home in a b; do
	seam --home $home list --json --all --history >$home.before
	seam --home $home --json show "$three" >>$home.before
	stop_station $home
	rm -rf $home-run
	start_station $home
	seam --home $home list --json --all --history >$home.after
	seam --home $home --json show "$three" >>$home.after
	same "the picture of $home is rebuilt the same" "$(cat $home.before)" "$(cat $home.after)"
done
