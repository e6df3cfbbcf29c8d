#!/bin/bash
# A station joins by the page doc/join.md and by nothing else: its commands are read from it and run. A further site of a
# party, and then the first of a new party, take over what there is, every record verified; how long that took is told.
. "$(dirname "$0")/links.sh"

records=$(count 2000 10000)
QUORUM=1
LIST=
network a/one b/one
rules() { # OWN OTHERS
	cat <<P
party $1 ${2//,/ }
release incident to $2 : type, severity, place@1km, when@minute, unit
P
}
rules a b | policy a-one
rules b a | policy b-one

python3 - "$records" >many.csv <<'P'
import sys
print("kind,type,when,place,severity,unit,summary,origin")
for n in range(int(sys.argv[1])):
    day, hour, minute = 1 + n // 1440 % 28, n // 60 % 24, n % 60
    print(f"incident,atk.ambush,2027-04-{day:02}T{hour:02}:{minute:02}:00Z,38SMD{n * 7 % 10000:04}{n * 13 % 10000:04},yellow,"
          f"unit-{n % 50},Report number {n} of a long spring,many:{n}")
P
head -51 many.csv | sed 's/many:/theirs:/' >theirs.csv
link a/one b/one
links_up a/one b/one
try "a/one files $records records" seam --home a-one import csv many.csv
holds "all of them" "^$records read, $records new, 0 held already, 0 refused" out
try "b/one files 50" seam --home b-one import csv theirs.csv
moved() { # HOME STATION: how many deliveries of a station it holds
	stored "$1" "SELECT count(*) FROM inbox WHERE station = '$2'"
}
has() { # HOME STATION NUMBER
	[ "$(moved "$1" "$2")" = "$3" ]
}
try "b/one has a's records" wait_for 200 has b-one a/one "$records"
try "a/one has b's" wait_for 60 has a-one b/one 50

# ---- the page ----
page=$SEAM_SOURCE/doc/join.md
try "the page is short" test "$(wc -l <"$page")" -lt 70
sed -n '/^## A further/,/^## A new/s/^    //p' "$page" >site.commands
sed -n '/^## A new/,$s/^    //p' "$page" >party.commands
port_site=$(links_port)
port_party=$(links_port)
follow() { # COMMANDS: runs each as it stands; only addresses are of this machine, and stations start as in every scenario
	local line home
	while IFS= read -r line; do
		line=${line/10.1.0.1:7601/127.0.0.1:$port_site}
		line=${line/10.1.0.1:7602/127.0.0.1:$port_party}
		case $line in
		"seamd -H "*)
			home=${line#seamd -H }
			sed -i "s|^run_dir.*|run_dir $work/$home-run|; s|^beat_ms.*|beat_ms 500|" "$home/seam.conf"
			start_station "$home" && ok "the page: $line"
			;;
		*) try "the page: ${line/127.0.0.1:*/…}" bash -c "$line" || { not_ok "the page cannot be followed"; exit 1; } ;;
		esac
	done <"$1"
}
cpu_s() { # HOME...: what its processes have used so far, in seconds
	local home total=0 pid
	for home in "$@"; do
		for pid in $(lib_family "$(cat "$home.pid")"); do
			total=$((total + $(awk '{print $14 + $15}' "/proc/$pid/stat" 2>/dev/null || echo 0)))
		done
	done
	awk "BEGIN {printf \"%.1f\", $total / $(getconf CLK_TCK)}"
}
wire() { # PORT: bytes that went over a link, both ways, by the kernel's count; nothing where ss is not there
	ss -tinH "sport = :$1" 2>/dev/null | tr ' ' '\n' | awk -F: '/^bytes_(acked|received):/ {n += $2} END {print n + 0}'
}
now_ms() {
	date +%s%3N
}
say_speed() { # WHO BEGAN_MS PORT NUMBER CPU_BEFORE CPU_AFTER
	local took=$(($(now_ms) - $2)) bytes
	bytes=$(wire "$3")
	echo "# $1: $4 records in $((took / 1000)).$(printf %03d $((took % 1000))) s, $(($4 * 1000 / took)) a second, $((bytes / $4)) bytes on the wire for each, $(awk "BEGIN {printf \"%.1f\", $6 - $5}") s of CPU at both ends"
}

# ---- a further site ----
own() { # HOME: records of a/one that it holds whole
	stored "$1" "SELECT count(*) FROM record WHERE station = 'a/one' AND kind = 'incident'"
}
held() { # HOME NUMBER
	[ "$(seam --home "$1" count)" = "$2" ]
}
before=$(cpu_s a-one)
began=$(now_ms)
follow site.commands
try "a/two holds what a filed and what b delivered" wait_for 200 held a-two $((records + 50))
say_speed "a further site" "$began" "$port_site" "$records" "$before" "$(cpu_s a-one a-two)"
copied() { # HOME OTHER: its copy of the other's log reaches the other's head
	[ "$(seam --home "$1" verify --json 2>/dev/null | pick - 'd["mirrored"]')" -ge "$(status_of "$2" 'd["headed"]')" ]
}
try "a/two has a copy of a/one's log, to its head" wait_for 60 copied a-two a-one
same "b's deliveries are there as they came" 50 "$(moved a-two b/one)"
dump() { # HOME: every record held, with all its fields and without the moment it came
	python3 - "$1" <<'P'
import json, subprocess, sys
seen, rows, after = set(), [], []
done = subprocess.run(["seam", "--home", sys.argv[1], "--json", "list", "--all", "--limit", "1000", "--kind", "incident"], capture_output=True, text=True)
for row in json.loads(done.stdout):
    rows.append((row["id"], row["station"], {k: v for k, v in row["fields"].items()}))
print(json.dumps(sorted(rows, key=lambda r: r[0]), sort_keys=True))
P
}
try "the thousand newest are read at a/one" test "$(dump a-one | wc -c)" -gt 100000
same "and are the same at a/two" "$(dump a-one | sha256sum)" "$(dump a-two | sha256sum)"
try "a/two may file for its party" seam --home a-two report incident type=atk.ambush when=now place=38SMD47056541
link a/two b/one
try "and b/one takes it" wait_for 60 has b-one a/two 1

# ---- a new party ----
rules a b,c >a-and-c.policy
before=$(cpu_s a-one)
began=$(now_ms)
follow party.commands
try "c/one holds what a's policy gives it of before" wait_for 300 has c-one a/one "$records"
say_speed "a new party" "$began" "$port_party" "$records" "$before" "$(cpu_s a-one c-one)"
try "a/one has a receipt for each" wait_for 60 test "$(stored a-one "SELECT count(*) FROM sent WHERE party = 'c' AND receipt IS NOT NULL")" = "$records"
same "each came once, by its number" "$records $records $records" \
    "$(stored c-one "SELECT count(*) || ' ' || count(DISTINCT record) || ' ' || max(counter) FROM inbox WHERE station = 'a/one'")"
seam --home c-one --json list --all --limit 1000 >list.c
same "c has of each what the policy names, and no word more" '["filed", "place", "severity", "type", "unit", "when"]' \
    "$(pick list.c 'sorted({f for r in d if r["kind"] == "incident" for f in r["fields"]} | {"filed"})')"
try "c/one has a copy of a/one's log, to its head" wait_for 60 copied c-one a-one
for home in a-one b-one a-two c-one; do
	stop_station $home
	try "$home is sound" seam --home $home verify
done
