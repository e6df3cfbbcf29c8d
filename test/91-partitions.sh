#!/bin/bash
# Four stations of four parties, split in two in every way there is, half an hour of exercise time each, with reports
# filed on both sides meanwhile. Each side goes on; together again everybody holds what it may, nothing is lost and nothing
# came twice; the copies of one another's logs are whole prefixes, and every log is countersigned again.
. "$(dirname "$0")/links.sh"

# Half an hour passes in three seconds.
LIST="--exercise-start 2027-05-04T00:00:00Z --rate 600"
HALF_HOUR_S=3
QUORUM=2
all="a/one b/one c/one d/one"
# shellcheck disable=SC2086
network $all
others() { # PARTY [SEPARATOR]
	echo a b c d | tr ' ' '\n' | grep -v "$1" | paste -sd"${2- }"
}
for party in a b c d; do
	policy $party-one <<P
party $party $(others $party)
release incident, sighting to $(others $party ,) : type, severity, place@1km, when@minute
P
done
# shellcheck disable=SC2086
{ mesh $all; links_up $all; }
ok "four stations, a link between each two"

for party in a b c d; do : >ids.$party; done
report() { # PARTY: prints the id, and keeps it
	local id
	id=$(file $1-one sighting type=mov.sighting when=now place=38SMD47056541 severity=yellow) || return
	echo "$id" >>ids.$1
	echo "$id"
}
between_sides() { # COMMAND SIDE SIDE: for each two stations on different sides
	local one other
	for one in $2; do
		for other in $3; do
			$1 "$one/one" "$other/one"
		done
	done
}
are_apart() {
	wait_for 20 is_link "$(home_of "$1")" "$2" none && wait_for 20 is_link "$(home_of "$2")" "$1" none ||
	    not_ok "$1 and $2 are apart"
}
vouched() { # HOME: countersigned by as many as the list asks, up to its newest head
	[ "$(status_of "$1" 'd["countersigned"] == d["headed"] > 0')" = true ]
}
vouched_beyond() { # HOME SIZE
	[ "$(status_of "$1" "d['countersigned'] > $2")" = true ]
}
all_hold() { # PARTY...: whatever these filed is held by each of these
	python3 - "$@" <<'P'
import sqlite3, sys
for me in sys.argv[1:]:
    db = sqlite3.connect(f"file:{me}-one/journal.db?mode=ro", uri=True)
    held = {bytes(r[0]) for r in db.execute("SELECT record FROM inbox")}
    import base64
    for other in sys.argv[1:]:
        if other != me:
            for line in open(f"ids.{other}"):
                if base64.urlsafe_b64decode(line.strip() + "=") not in held:
                    sys.exit(f"{me} lacks {line.strip()} of {other}")
P
}

split() { # SIDE / SIDE
	local one=${1% /*} two=${1#*/ } side party first id other size
	between_sides cut_link "$one" "$two"
	between_sides are_apart "$one" "$two"
	for party in a b c d; do
		first=$(report $party)
		eval "mark_$party=$first"
	done
	size=$(status_of "${one%% *}-one" 'd["countersigned"]')
	sleep $HALF_HOUR_S
	for side in "$one" "$two"; do
		for party in $side; do
			id=$(report "$party")
		done
		# shellcheck disable=SC2086
		try "$1: $side hold what each of them filed" wait_for 20 all_hold $side
	done
	# Nothing crossed: what was filed on one side is held by nobody on the other.
	crossed=""
	for party in $one; do
		for other in $two; do
			eval "id=\$mark_$party first=\$mark_$other"
			holds_id "$other-one" "$id" && crossed="$crossed $party>$other"
			holds_id "$party-one" "$first" && crossed="$crossed $other>$party"
		done
	done
	same "$1: and nothing of the others" "" "$crossed"
	if [ "${two%% *}" = "$two" ]; then
		try "$1: three go on vouching for each other" wait_for 20 vouched_beyond "${one%% *}-one" "$size"
	fi
	refuse_vouched "$1" "$two"
	between_sides link "$one" "$two"
}
# Fewer than three together have nobody to reach the quorum of two others.
refuse_vouched() {
	if vouched "${2%% *}-one"; then
		not_ok "$1: ${2%% *} has no quorum alone"
	else
		ok "$1: ${2%% *} has no quorum alone"
	fi
}

splits=("a b c / d" "a b / c d" "a c d / b" "a c / b d" "b c d / a" "a d / b c" "a b d / c")
rounds=$(count 2 7)
began=$SECONDS
for ((round = 0; round < rounds; round++)); do
	split "${splits[$round]}"
	# shellcheck disable=SC2086
	links_up $all
	try "${splits[$round]}: together again everybody holds everything" wait_for 40 all_hold a b c d
done
try "nothing waits anywhere" wait_for 40 settled a-one b-one c-one d-one

for party in a b c d; do
	home=$party-one
	try "the log of $party is countersigned to its end again" wait_for 40 vouched $home
	for other in $(others $party); do
		want=$(wc -l <ids.$other)
		same "$party has the $want records of $other, each once" "$want $want $want" \
		    "$(stored $home "SELECT count(*) || ' ' || count(DISTINCT record) || ' ' || max(counter) FROM inbox WHERE station = '$other/one'")"
	done
	same "$party has one receipt for each of its deliveries" "$((3 * $(wc -l <ids.$party)))" \
	    "$(stored $home "SELECT count(*) FROM sent WHERE receipt IS NOT NULL")"
	same "$party: no number is missing" '[]' "$(status_of $home "[s for s in d['stations'] if s['gaps']]")"
	same "$party: no log is suspected" "" "$(alert_of $home fork)"
	same "$party has no evidence against anybody" "[]" "$(seam --home $home evidence list --json)"
done

# Each log and the three copies of it: the copies are prefixes, hash for hash, and of the countersigned whole.
prefixes() {
	python3 - <<'P'
import hashlib, pathlib, sys
def leaves(folder):
    note = (folder / "checkpoint").read_text().split("\n")
    return note[0], int(note[1]), note[2]
def bundle(folder, size):
    got = b""
    for n in range((size + 255) // 256):
        width = min(256, size - 256 * n)
        whole = folder / "tile" / "0" / f"{n:03}"
        data = whole.read_bytes() if whole.exists() else b""
        if len(data) < 32 * width:
            partial = [p for p in (folder / "tile" / "0" / f"{n:03}.p").glob("*") if int(p.name) >= width]
            data = partial[0].read_bytes() if partial else b""
        got += data[:32 * width]
    return got
for log in "abcd":
    size_of = {}
    origin = f"seam/{log}/one/log/1"
    name = hashlib.sha256(origin.encode()).hexdigest()
    copies = {}
    for other in "abcd":
        if other != log:
            folder = pathlib.Path(f"{other}-one/mirror/{name}")
            said, size, root = leaves(folder)
            if said != origin:
                sys.exit(f"{other}'s copy is of {said}")
            copies[other] = (size, root, bundle(folder, size))
    shortest = min(size for size, _, _ in copies.values())
    for other, (size, root, tiles) in copies.items():
        if len(tiles) != 32 * size:
            sys.exit(f"{other}'s copy of {log}: {len(tiles)} bytes of {size} leaves")
        if tiles[:32 * shortest] != next(iter(copies.values()))[2][:32 * shortest]:
            sys.exit(f"{other}'s copy of {log} differs")
        if [r for s, r, _ in copies.values() if s == size].count(root) != len([s for s, _, _ in copies.values() if s == size]):
            sys.exit(f"two roots at {size} of {log}")
    print(log, sorted(size for size, _, _ in copies.values()))
P
}
copied_all() { # every copy reaches the head of its log
	prefixes >sizes || return 1
	local party
	for party in a b c d; do
		[ "$(sed -n "s/^$party //p" sizes)" = "$(status_of $party-one "[d['headed']] * 3")" ] || return 1
	done
}
try "every copy of a log is the whole of it" wait_for 60 copied_all
try "and equal, hash for hash" prefixes
for party in a b c d; do
	stop_station $party-one
	try "$party is sound, the copies it keeps too" seam --home $party-one verify
done
echo "# $rounds splits in $((SECONDS - began)) s"
