#!/bin/bash
# What b may not see does not change what b gets. The same afternoon is filed twice at the same time, in two networks of
# three parties each: in the second, everything of a's and c's that no line grants to b and no condition, cap or coarsening
# of a grant to b reads says something else. All content that came to b's station is compared: deliveries, disclosure by
# disclosure; the picture and its history; what its page answers; its files. Then a record that only c may have:
# of that b learns nothing but how long a's log is.
. "$(dirname "$0")/links.sh"

LIST="--exercise-start 2027-05-03T03:00:00Z --exercise-epoch $(date -u +%Y-%m-%dT%H:%M:%SZ) --rate 1"
QUORUM=1
RUN=one
home_of() {
	echo "$RUN-${1/\//-}"
}
for RUN in one two; do
	links_late=
	network a/one b/one c/one
	# Another station of b, never started: what b would hand it is every delivery as it came.
	links_make $RUN-b-two b/two --join
	lib_run seam --home $RUN-b-two join && cp out request && lib_run seam --home $RUN-b-one join sign request &&
	    cp out welcome && lib_run seam --home $RUN-b-one members install welcome || not_ok "b has another site" err
	stop_station $RUN-b-one
	port=$(links_port)
	sed -i "s|^web_listen.*|web_listen 127.0.0.1:$port|" $RUN-b-one/seam.conf
	echo "$port" >$RUN.port
	for party in a b c; do
		cp "$SEAM_SOURCE"/exercise/line.geojson "$SEAM_SOURCE"/exercise/areas.geojson $RUN-$party-one/layers/
	done
	start_station $RUN-b-one || exit 1
	stop_station $RUN-a-one
	stop_station $RUN-c-one
	start_station $RUN-a-one || exit 1
	start_station $RUN-c-one || exit 1
	for party in a b c; do
		# c alone is given what has no other reader.
		{ cat "$SEAM_SOURCE/exercise/policy-$party.policy"; [ $party != a ] || cat <<P
release civil, assessment, coverage to c : window@hour, vehicles, grade, place@10km
P
		} | sed '/^test \(civil\|coverage\)/d' | policy $RUN-$party-one
	done
	lib_run seam --home $RUN-b-one user add shilan watch || not_ok "an account at b" err
	cp out $RUN.token
	mesh a/one b/one c/one
done
for RUN in one two; do links_up a/one b/one c/one; done
ok "two networks of three stations each, by the same policies"

cat >afternoon.py <<'P'
"""Files the afternoon in both networks. A row: station, kind or command, what both say, what only the first says, what
only the second says; the mark zqmark stands in words that no byte at b may hold."""
import json, re, subprocess, sys, threading, time

WORDS = [dict(summary="zqmarkfirst summary", detail="zqmarkfirst detail", source="zqmarkfirst source", unit="zqmarkA-1", typed="zqmarktyped 1", sensor="eye"),
         dict(summary="zqmarksecond, and much longer words of a summary", detail="zqmarksecond", source="zqmarksecond source, another one", unit="zqmarkA-17/long", typed="zqmarktyped number 2", sensor="ear")]
def words(*names):
    return [{n: w[n] for n in names} for w in WORDS]
def both(names, one, two):
    first, second = words(*names.split())
    return dict(first, **one), dict(second, **two)
NOW = "when=now"
WINDOW = "window=031500C MAY 27..031800C MAY 27"
ROWS = [
    ("a", "incident", "ambush", ["type=atk.ambush", "when=031400C MAY 27", "severity=red", "grade=B2", "target=convoy", "civilians=no"],
     both("summary detail source unit typed sensor", dict(place="38SMD47056541", actor="unknown", ask="c:15m"), dict(place="38SMD47086546", ask="c:3h", loads="yes"))),
    ("a", "sighting", "near", ["type=mov.sighting", "when=031410C MAY 27", "persons=5", "vehicles=2", "direction=ne", "means=motorbike", "severity=yellow"],
     both("summary detail source unit typed sensor", dict(place="38SMD47006540"), dict(place="38SMD47096549", lang="ar"))),
    ("a", "sighting", "cross", ["type=mov.crossing", "when=031420C MAY 27", "persons=~6", "severity=yellow"],
     both("summary source unit sensor", dict(place="37SGA153254"), dict(place="37SGA154253"))),
    ("a", "casualty", "losses", ["group=own", "when=031425C MAY 27", "incident=@ambush", "killed=1-2", "stated_by=A-2", "families=no", "place=38SMD4765"],
     both("summary detail unit typed", dict(severity="red", missing="3", medical="zqmarkmedical"), dict(severity="yellow", missing="14", detained="2"))),
    ("a", "movement", "patrol", ["movement=patrol", WINDOW, "vehicles=4", "crosses=no", "unit=A-9"],
     both("summary detail typed", dict(place="38SMD47006540", call="zqmarkcall 1", persons="12"), dict(place="38SMD47996590", call="zqmarkcall other", persons="30"))),
    ("a", "request", "medevac", ["need=medevac", "severity=red", "incident=@ambush"],
     both("summary detail typed unit", dict(place="38SMD47056541", urgent="2", litter="2", call="zqmarkcall", security="e", marking="smoke", effect="zqmarkeffect"),
          dict(place="38SMD40156049", urgent="1", priority="4", ambulatory="5", call="zqmarkanother call", security="n", marking="panels", purpose="protect_people"))),
    ("a", "request", "rfi", ["need=information", "needed_by=031800C MAY 27", WINDOW, "severity=green"],
     both("summary detail", dict(place="38SMD450600", question="zqmarkquestion one"), dict(place="38SMD459699", question="zqmarka wholly other question"))),
    ("a", "warning", "warn", ["type=mov.infiltration", WINDOW, "basis=drone", "grade=C3", "advice=prepare", "severity=yellow", "direction=e"],
     both("summary detail typed", dict(place="38SMD65017801"), dict(place="38SMD65997899", lang="ckb"))),
    ("a", "coverage", "cover", [], both("summary unit typed", dict(window="031500C MAY 27..031800C MAY 27", place="38SMD653786"),
                                       dict(window="031600C MAY 27..032300C MAY 27", place="38SMD411711"))),
    ("a", "civil", "civil", [], both("summary typed", dict(window="031500C MAY 27..031800C MAY 27", place="38SMD653786", vehicles="3", call="zqmarkcall"),
                                    dict(window="031700C MAY 27..031900C MAY 27", place="38SMD553586", vehicles="30", call="zqmarkcall 2"))),
    ("a", "assessment", "think", [], both("", dict(grade="B2", text="zqmarkthought", place="38SMD653786", window="031500C MAY 27..031800C MAY 27"),
                                         dict(grade="F6", text="zqmarkthought again and longer", place="38SMD152211", window="031600C MAY 27..031900C MAY 27"))),
    ("a", "statement", "words", ["incident=@ambush", "parties=a,c", "state=draft"], both("", dict(text="zqmarkdraft one"), dict(text="zqmarkdraft two, with more words in it", lang="ar"))),
    ("a", "sitrep", "sitrep", [], both("", dict(number="1", text="zqmarkquiet", window="030600C MAY 27..031400C MAY 27"),
                                      dict(number="7", text="zqmarknot quiet at all", window="030800C MAY 27..031200C MAY 27"))),
    ("a", "decision", "joint", ["incident=@ambush", WINDOW, "parties=a,b", "state=active", "width_m=2000"], both("typed", dict(place="38SMD47056541", text="zqmarkdecided"), dict(place="38SMD47156549", text="zqmarkdecided otherwise"))),
    ("a", "shift", "shift", ["when=031400C MAY 27"], both("", dict(state="open", text="zqmarkon"), dict(state="handover", text="zqmarkgone away"))),
    ("a", "told", "told", ["re=@warn", "told_party=c", "told_by=phone"], both("", dict(text="zqmarktold", told_duty="watch"), dict(text="zqmarktold at length", read_back="yes"))),
    ("a", "incident", "second", ["--amend", "@ambush", "outcome=ongoing"], both("summary detail unit", {}, dict(place="38SMD47026549", loads="no"))),
    ("b", "movement", "theirs", ["movement=patrol", WINDOW, "place=38SMD47306530", "vehicles=2", "crosses=no", "unit=B-1"], ({}, {})),
    ("b", "answer", "yes", ["re=@ambush", "answer=seen"], ({}, {})),
    ("a", "answer", "noted", ["re=@theirs", "answer=noted"], both("", dict(text="zqmarkwords"), dict(text="zqmarkother and longer words", lang="ckb"))),
    ("c", "warning", "dawn", ["type=mov.infiltration", WINDOW, "basis=drone", "grade=C3", "advice=prepare", "severity=yellow"],
     both("summary detail typed", dict(place="38SMD6071"), dict(place="38SMD6978"))),
    ("c", "answer", "come", ["re=@medevac", "answer=on_the_way", "eta=031830C MAY 27"], both("", dict(text="zqmarkcoming"), dict(text="zqmarkwe come, with two aircraft"))),
    ("c", "sighting", "drone", ["type=mov.suspicious", "when=031430C MAY 27", "persons=unknown", "severity=green"],
     both("summary source unit sensor", dict(place="38SMD47056541"), dict(place="38SMD47076542"))),
]

def seam(home, *args, ok=True):
    done = subprocess.run(["seam", "--home", home, "--json", *args], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode and ok:
        sys.exit(f"seam --home {home} {' '.join(args)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout) if done.returncode == 0 else None

ids = [{}, {}]
def file(n, row):
    party, kind, label, same, differ = row
    args = same + [f"{k}={v}" for k, v in differ[n].items()]
    for i, a in enumerate(args):
        for name in re.findall(r"@(\w+)", a) if a.startswith(("@", "re=", "incident=")) else []:
            args[i] = args[i].replace("@" + name, ids[n][name])
            until = time.monotonic() + 30
            while not seam(f"{('one', 'two')[n]}-{party}-one", "show", ids[n][name], ok=False):
                if time.monotonic() > until:
                    sys.exit(f"{label}: {party} does not hold {name}")
                time.sleep(0.05)
    ids[n][label] = seam(f"{('one', 'two')[n]}-{party}-one", "report", kind, *args)["id"]

failed = []
for row in ROWS:
    threads = [threading.Thread(target=file, args=(n, row)) for n in (0, 1)]
    for t in threads: t.start()
    for t in threads: t.join()
    if any(row[2] not in ids[n] for n in (0, 1)):
        sys.exit(f"{row[2]} was not filed")
json.dump(ids, open("ids.json", "w"))
print(len(ROWS), "records of", len({r[1] for r in ROWS}), "kinds")
P
try "the afternoon is filed twice" python3 afternoon.py
sed 's/^/# /' out

cat >content.py <<'P'
"""All content at b's station of one network, with labels for ids and threads, and without salts, keys, hashes and times.
    content.py RUN WHAT      WHAT: deliveries, picture, page, files"""
import base64, json, os, pathlib, re, sqlite3, subprocess, sys, urllib.request
run, what = sys.argv[1:]
home = f"{run}-b-one"
ids = json.load(open("ids.json"))[("one", "two").index(run)] if os.path.exists("ids.json") else {}
name = {v: k for k, v in ids.items()}
threads = {}
MOMENTS = {"filed", "iat", "arrived_ms", "filed_ms", "arrived", "at", "at_ms", "from_ms", "to_ms", "until_ms", "countersigned_at"}

def plain(value, key=""):
    if isinstance(value, dict):
        return {k: plain(v, k) for k, v in value.items() if k not in MOMENTS and k not in ("heads", "log", "digests")}
    if isinstance(value, list):
        return [plain(v, key) for v in value]
    if isinstance(value, str):
        if key == "thread":
            return threads.get(value, "a thread")
        if key == "id" and value not in name:
            return "an id"
        for id_, label in name.items():
            value = value.replace(id_, "@" + label)
        return value
    return value

def unpack(word):
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))

def seam(*args):
    done = subprocess.run(["seam", "--home", home, "--json", *args], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{args}: {done.stderr}")
    return json.loads(done.stdout)

# A thread is called after the first of its records, whatever came first.
for row in sorted(seam("list", "--all", "--history", "--limit", "1000"), key=lambda r: name.get(r["id"], "~")):
    threads.setdefault(row["thread"], "thread of " + name.get(row["id"], "a record of b's own"))

def delivery(line):
    jwt, *disclosures, kb = line.split("~")
    claims = json.loads(unpack(jwt.split(".")[1]))
    bound = json.loads(unpack(kb.split(".")[1]))
    parts = []
    for word in disclosures:
        salt, field, value = json.loads(unpack(word))
        value = len(value["_sd"]) if isinstance(value, dict) and "_sd" in value else plain(value, field)
        parts.append([field, None if field in MOMENTS or field == "heads" else value, len(salt)])
    return {"iss": claims["iss"], "claims": sorted(claims), "digests": len(claims["_sd"]), "aud": bound["aud"],
            "onward": bound.get("onward"), "bound": sorted(bound), "parts": sorted(parts, key=json.dumps)}

if what == "deliveries":
    # Unknown to the other site: all of it goes on the stick, as it came.
    stick = f"{run}.stick"
    if os.path.exists(stick):
        os.unlink(stick)
    subprocess.run(["seam", "--home", home, "export", "bundle", "b/two", stick], check=True, capture_output=True)
    found = []
    for line in open(stick):
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "relay":
            whole = next((w for w in rest.split(" ") if "~" in w), None)
            if whole is None:
                sys.exit("no delivery in " + line[:80])
            found.append(delivery(whole))
    if len(found) < 10:
        sys.exit(f"only {len(found)} deliveries")
    # What is urgent overtakes what still waits: the order is of the moment.
    for line in sorted(json.dumps(d, sort_keys=True, ensure_ascii=False) for d in found):
        print(line)
elif what == "picture":
    rows = sorted(seam("list", "--all", "--history", "--limit", "1000"), key=lambda r: (name.get(r["id"], ""), r["kind"], json.dumps(plain(r["fields"]), sort_keys=True)))
    for row in rows:
        if row["kind"] in ("policy", "key"):
            continue
        print(json.dumps(plain(row), sort_keys=True, ensure_ascii=False))
        if row["id"] in name:
            shown = seam("show", row["id"])
            print(json.dumps(plain({k: shown[k] for k in shown if k in ("record", "versions", "links", "losses", "parties", "answers")}), sort_keys=True, ensure_ascii=False))
elif what == "page":
    port = open(f"{run}.port").read().strip()
    url = f"http://127.0.0.1:{port}"
    token = open(f"{run}.token").read().split()[-1]
    def ask(path):
        request = urllib.request.Request(url + path, headers={"Authorization": "Bearer " + token})
        return json.loads(urllib.request.urlopen(request, timeout=20).read())
    answer = ask("/api/v1/records?limit=100")
    rows = answer["records"]
    if len(rows) < 8:
        sys.exit(f"only {len(rows)} records")
    for row in sorted(rows, key=lambda r: name.get(r["id"], r["id"])):
        if row["id"] in name:
            print(json.dumps(plain(row), sort_keys=True, ensure_ascii=False))
            print(json.dumps(plain(ask("/api/v1/records/" + row["id"])), sort_keys=True, ensure_ascii=False))
    counts = ask("/api/v1/count?by=kind")
    print(json.dumps(plain(counts), sort_keys=True))
elif what == "files":
    # Which files there are, and what the stores hold: rows, and for content that is encrypted at rest its length.
    for path in sorted(p.relative_to(home) for p in pathlib.Path(home).rglob("*")):
        if not {"mirror", "log"} & set(path.parts) and not re.search(r"-(wal|shm)$", path.name):
            print(path)
    db = sqlite3.connect(f"file:{home}/journal.db?mode=ro", uri=True)
    for column in ("length(sealed)", "length(bytes)", "length(receipt)"):
        try:
            for row in db.execute(f"SELECT station, {column} FROM inbox ORDER BY station, {column}"):
                print("inbox", column, *row)
        except sqlite3.OperationalError:
            pass
    for table in ("record", "inbox", "outbox", "sent", "quarantine"):
        print(table, *db.execute(f"SELECT count(*) FROM {table} " + ("WHERE kind NOT IN ('alert')" if table == "record" else "")).fetchone())
P
everything() { # RUN FOLDER
	local what
	mkdir -p "$2"
	for what in deliveries picture page files; do
		python3 content.py "$1" $what >"$2/$what" 2>err || { not_ok "$what at b ($1)" err; return 1; }
	done
}
for RUN in one two; do
	try "everything has gone ($RUN)" wait_for 40 settled $RUN-a-one $RUN-b-one $RUN-c-one
done
# What the rules of b's station find is there after a look of each: two patrols in each other's way.
has_alert() { [ "$(stored "$1" "SELECT count(*) FROM record WHERE kind = 'alert'")" -gt 0 ]; }
for RUN in one two; do
	try "b's rules have looked ($RUN)" wait_for 60 has_alert $RUN-b-one
done
for RUN in one two; do wait_for 40 settled $RUN-b-one; done
for RUN in one two; do everything $RUN at-b-$RUN; done
for what in deliveries picture page files; do
	if [ -s at-b-one/$what ] && diff at-b-one/$what at-b-two/$what >differ; then
		ok "the same $what came to b ($(wc -l <at-b-one/$what) lines)"
	else
		not_ok "the same $what came to b" differ
	fi
done
for RUN in one two; do
	hides "no byte at b holds a word that it may not see ($RUN)" zqmark $RUN-b-one $RUN-b-one-run $RUN.stick
	shows "they are at a ($RUN)" zqmark $RUN-a-one-run
done
lacks "nor do the deliveries" zqmark at-b-one/deliveries
if cmp -s <(seam --home one-c-one --json list --all | tr , '\n' | grep -c grade) <(echo 0); then not_ok "c has something to read"; fi
same "c, who may see more, sees a difference" yes "$(python3 - <<'P'
import json, subprocess
def at(run):
    rows = json.loads(subprocess.run(["seam", "--home", f"{run}-c-one", "--json", "list", "--all", "--limit", "1000"], capture_output=True, text=True).stdout)
    return sorted(json.dumps([r["kind"], r["fields"].get("vehicles"), r["fields"].get("grade"), r["fields"].get("marking")]) for r in rows)
print("no" if at("one") == at("two") else "yes")
P
)"

# ---- a record more, for c alone ----
head_of_a() { # what b knows of the length of a's log
	seam --home one-b-one --json verify 2>/dev/null | pick - 'd["mirrored"]'
}
was=$(head_of_a)
more=$(file one-a-one civil "window=031500C MAY 27..031800C MAY 27" place=38SMD653786 vehicles=3 "summary=zqmarkfor c alone")
try "a record for c alone arrives at c" wait_for 20 arrives one-a-one "$more" c
longer() { [ "$(head_of_a)" -gt "$was" ]; }
try "b sees that a's log is longer" wait_for 30 longer
sleep 1
everything one at-b-after
for what in deliveries picture page files; do
	if [ -s at-b-after/$what ] && diff at-b-one/$what at-b-after/$what >differ; then
		ok "and nothing else: $what"
	else
		not_ok "and nothing else: $what" differ
	fi
done
for RUN in one two; do
	for party in a b c; do
		stop_station $RUN-$party-one
	done
done
