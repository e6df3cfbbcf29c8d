#!/bin/bash
# Three linked stations file without a pause while one process after another is killed: a whole station, its core,
# its seal, the gate of the command line, the gate of a link. At the end every confirmed record is held, and the pictures
# are those of three stations that filed the same and were left in peace.
. "$(dirname "$0")/links.sh"

kills=$(count 10 100)
QUORUM=1
PEACE=
# Homes of the run in peace have names of their own.
home_of() {
	echo "$PEACE${1/\//-}"
}
# Alerts rest on when things came, which a death delays: what is compared is what people filed.
stations() {
	local party
	network a/one b/one c/one
	for party in a b c; do
		policy "$PEACE$party-one" <<P
party $party $(echo a b c | tr -d "$party")
release incident, sighting to $(echo a b c | tr -d "$party" | xargs | sed 's/ /, /') : type, severity, unit, place@1km, when@minute
release answer to $(echo a b c | tr -d "$party" | xargs | sed 's/ /, /') : re, answer
P
	done
	mesh a/one b/one c/one
	links_up a/one b/one c/one
}

cat >file.py <<'P'
"""Files N records at each of three stations, in order; each that is confirmed goes into HOME.ids as "UNIT ID" at once.

    file.py PREFIX PAUSE STOP NOTE

It goes on until the file STOP is there, then writes how many each filed into NOTE; where NOTE is there already, as many. A
station that is down is waited for. What was not confirmed is looked for before it is filed again.
"""
import json, os, subprocess, sys, threading, time

prefix, pause, stop, note = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
FLOOR = 8
wanted = json.load(open(note)) if os.path.exists(note) else {}
count, failed, lost = {}, [], {}

def seam(home, *words):
    done = subprocess.run(["seam", "--home", home, "--json", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    try:
        return json.loads(done.stdout) if done.returncode == 0 else None
    except json.JSONDecodeError:
        return None

def fence(home):
    """What was sent before and is not held when this is confirmed, never will be: what comes in is committed in order."""
    return seam(home, "report", "coverage", "window=now", "place=38SMD480654") is not None

def serves(home):
    return not os.path.exists(home + ".down")

def find(home, unit):
    rows = seam(home, "list", "--all", "--history")
    if rows is None:
        return None
    return [r["id"] for r in rows if r["fields"].get("unit") == unit and r["station"].startswith(home[len(prefix)])]

def file(home, unit, words):
    for attempt in range(200):
        while not serves(home):
            time.sleep(0.02)
        if attempt:
            found = find(home, unit) if fence(home) else None
            if found is None:
                time.sleep(0.05)
                continue
            if found:
                return found[0]
        filed = seam(home, "report", *words, "unit=" + unit, "--yes")
        if filed:
            return filed["id"]
        lost[home] = lost.get(home, 0) + 1
        time.sleep(0.05)
    failed.append((home, unit))
    return None

def answer(home, re, unit):
    """An answer has no unit: it is found again by what it is about."""
    for attempt in range(200):
        while not serves(home):
            time.sleep(0.02)
        if attempt:
            rows = seam(home, "list", "--all", "--kind", "answer") if fence(home) else None
            if rows is None:
                time.sleep(0.05)
                continue
            mine = [r["id"] for r in rows if r["fields"].get("re") in (re, [re]) and r["station"].startswith(home[len(prefix)])]
            if mine:
                return mine[0]
        filed = seam(home, "answer", re, "noted")
        if filed:
            return filed["id"]
        time.sleep(0.05)
    failed.append((home, unit))
    return None

def work(party):
    home = f"{prefix}{party}-one"
    first = previous = None
    n = 0
    with open(home + ".ids", "w") as ids:
        while (n < wanted[party]) if wanted else (n < FLOOR or not os.path.exists(stop)):
            unit = f"{party}{n}"
            digit = n % 10
            if n % 4 == 3 and previous:
                words = ["incident", "severity=red", f"place=38SMD4{digit}056541", "--amend", previous]
            elif n % 4 == 1:
                words = ["sighting", "type=mov.sighting", "when=040030C MAY 27", f"place=38SMD47056{digit}41", f"persons={n}"]
            else:
                words = ["incident", "type=atk.ambush", "when=040031C MAY 27", f"place=38SMD47{digit}56541", "severity=yellow", f"summary=number {n}"]
            id_ = file(home, unit, words)
            if not id_:
                break
            if n % 4 == 2:
                previous = id_
            ids.write(f"{unit} {id_}\n")
            ids.flush()
            n += 1
            # Every eighth record of the party before it is answered, once it is here.
            if n % 8 == 0:
                other = "cab"["abc".index(party)]
                re = theirs(other, n - 8)
                if re:
                    until = time.monotonic() + 60
                    while not seam(home, "show", re) and time.monotonic() < until:
                        time.sleep(0.1)
                    id_ = answer(home, re, f"{party}answer{n}")
                    if id_:
                        ids.write(f"{party}answer{n} {id_}\n")
                        ids.flush()
            time.sleep(pause)
    count[party] = n

def theirs(other, n):
    """The id of another's record, when it is confirmed; of a party that stopped earlier there may be none."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for line in open(f"{prefix}{other}-one.ids"):
            unit, id_ = line.split()
            if unit == f"{other}{n}":
                return id_
        if other in count:
            return None
        time.sleep(0.1)
    failed.append((other, f"waited for {other}{n}"))
    return None

for party in "abc":
    open(f"{prefix}{party}-one.ids", "w").close()
threads = [threading.Thread(target=work, args=(party,)) for party in "abc"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if not wanted:
    json.dump(count, open(note, "w"))
print("filed", count, "cut off", lost)
for home, unit in failed:
    print("failed", home, unit)
sys.exit(1 if failed else 0)
P

cat >final.py <<'P'
"""The picture of one station, with names for ids: `final.py PREFIX PARTY`. A line for each record held, in any version."""
import json, subprocess, sys
prefix, party = sys.argv[1:]
name = {}
for other in "abc":
    for line in open(f"{prefix}{other}-one.ids"):
        unit, id_ = line.split()
        name[id_] = unit
home = f"{prefix}{party}-one"
rows = json.loads(subprocess.run(["seam", "--home", home, "--json", "list", "--all", "--history"],
                                 capture_output=True, text=True, check=True).stdout)
lines = []
for row in rows:
    if row["kind"] in ("alert", "coverage", "policy", "key"):
        continue
    fields = {k: v for k, v in row["fields"].items() if k not in ("filed", "heads")}
    if "re" in fields:
        fields["re"] = [name.get(i, "?") for i in ([fields["re"]] if isinstance(fields["re"], str) else fields["re"])]
    lines.append(json.dumps([name.get(row["id"], "unconfirmed"), row["kind"], row["station"], row.get("current"), fields], sort_keys=True))
print("\n".join(sorted(lines)))
P

role_pids() { # HOME ROLE: of one station; "peer" may be several
	local pid
	for pid in $(cat /proc/"$(cat "$1.pid")"/task/*/children 2>/dev/null); do
		grep -qz "^$2\$" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
	done
}
serves_again() { # HOME: seam asks the station, and it is the same one or the one after it
	[ -s "$1.pid" ] && seam --home "$1" --json status 2>/dev/null | grep -q headed
}
# A command that ran while its station died may have started one of its own for a moment.
start_again() {
	local home=$1 until=$((SECONDS + 30))
	while [ $SECONDS -lt $until ]; do
		cat "$home.out" >>"$home.said"
		: >"$home.out"
		seamd -H "$home" >"$home.out" 2>&1 </dev/null &
		echo $! >"$home.pid"
		wait_for 20 lib_ready_or_gone "$home" "$!"
		if lib_ready "$home" && ! lib_gone "$!" 2>/dev/null; then
			return 0
		fi
		sleep 0.1
	done
	not_ok "$home starts again" "$home.out"
	return 1
}

stations
python3 file.py "" "$(count 0.02 0.3)" stop amount >filing 2>&1 </dev/null &
filer=$!
roles=(keeper core seal gate peer)
declare -A died
for ((n = 0; n < kills; n++)); do
	sleep "0.$((RANDOM % 6))$((RANDOM % 10))"
	party=$(echo a b c | cut -d' ' -f$((1 + RANDOM % 3)))
	home=$party-one
	# Each role comes equally often; which station and when is chance.
	role=${roles[$((n % 5))]}
	died[$role]=$((${died[$role]-0} + 1))
	if [ "$role" = keeper ]; then
		: >$home.down
		kill_station $home
		start_again $home || break
		rm -f $home.down
	else
		wait_for 20 serves_again $home
		mapfile -t pids < <(role_pids $home $role)
		if [ ${#pids[@]} -eq 0 ]; then
			not_ok "round $n: $home has a process $role" $home.out
			continue
		fi
		kill -KILL "${pids[$((RANDOM % ${#pids[@]}))]}"
	fi
	if ! wait_for 30 serves_again $home; then
		not_ok "round $n: $home serves after $role was killed" $home.out
		break
	fi
done
: >stop
wait $filer && ok "$kills deaths: everything could be filed ($(head -1 filing))" || not_ok "$kills deaths: everything could be filed" filing
for role in "${roles[@]}"; do
	same "$role died as often as meant" $((kills / 5)) "${died[$role]-0}"
done
links_up a/one b/one c/one
try "everything that waited has gone" wait_for 60 settled a-one b-one c-one
for party in a b c; do
	try "$party gave everything away" wait_for 60 test "$(stored $party-one "SELECT count(*) FROM sent WHERE receipt IS NULL")" = 0
	for other in a b c; do
		[ $other != $party ] || continue
		same "$party has nothing of $other twice, and no number is missing" '[true, []]' \
		    "$(printf '[%s, %s]' \
		        "$([ "$(stored $party-one "SELECT count(*) - count(DISTINCT record) FROM inbox WHERE station = '$other/one'")" = 0 ] && echo true)" \
		        "$(status_of $party-one "next(s['gaps'] for s in d['stations'] if s['station'] == '$other/one')")")"
	done
done

PEACE=peace-
stations
try "the same is filed in peace" python3 file.py peace- 0 none amount
links_up a/one b/one c/one
try "and has gone" wait_for 60 settled peace-a-one peace-b-one peace-c-one
for party in a b c; do
	python3 final.py "" $party >"final.$party" 2>err || not_ok "the picture of $party" err
	python3 final.py peace- $party >"peace.$party" 2>err || not_ok "the picture of $party in peace" err
	lacks "no record at $party is one that nobody was told of" unconfirmed "final.$party"
	if [ -s "final.$party" ] && diff "peace.$party" "final.$party" >differ; then
		ok "$party: the same picture of $(wc -l <"final.$party") records as without a death"
	else
		not_ok "$party: the same picture as without a death" differ
	fi
	missing=$(while read -r unit id; do holds_id $party-one "$id" || echo "$unit"; done <$party-one.ids)
	same "$party holds all $(wc -l <$party-one.ids) that it confirmed" "" "$missing"
	cat $party-one.said $party-one.out >said 2>/dev/null
	lacks "$party suspects no log" 'smaller|two histories|no leaf|contradicts|distrust|old copy' said
	same "$party has no evidence against anybody" "[]" "$(seam --home $party-one evidence list --json)"
done
PEACE=
for party in a b c; do
	stop_station $party-one
	try "$party is sound" seam --home $party-one verify
	stop_station peace-$party-one
done
