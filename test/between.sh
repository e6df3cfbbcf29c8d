# Helpers for the scenarios between parties (test/41-*.sh and on), on top of lib.sh.
#
#   parties PARTY/SITE...        makes a home per station (folder: its party), one member list that all
#                                sign and install, and starts them; INIT holds more words for seam
#                                init, LIST for the list; the picture of HOME is in HOME-run
#   policy HOME                  puts the policy on standard input in force
#   file HOME WORDS...           files a record; prints its id
#   stick FROM TO [FILE]         a bundle of FROM's home for party TO (the folder TO), and its import there
#   trade ONE OTHER              there, back, and there again: receipts come home
#   pick FILE EXPRESSION         Python over the JSON document d in FILE ("-": standard input)
#   state HOME ID PARTY          where a record stands with a party: queued, exported, arrived ...
#   stored HOME SQL              the first column of what the store of a home answers, a row a line
#   rebundle IN OUT CODE         a bundle whose items (the list `items`, one line each) were changed by
#                                Python CODE; its last line is right again
#   hides TEXT MARK FILE...      ok when no file, and no file under a folder, holds MARK: neither as it
#                                is nor inside anything that decodes as base64
#   shows TEXT MARK FILE...      ok when one does

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need python3

parties() {
	local station home others=()
	for station in "$@"; do
		home=${station%%/*}
		# shellcheck disable=SC2086
		lib_run seam init "$home" --station "$station" --exercise ${INIT-} &&
		    lib_run seam --home "$home" invite "$home.invite" || { not_ok "a home for $station" err; exit 1; }
		# The picture is where these scenarios can look into it: HOME-run.
		sed -i "s|^run_dir.*|run_dir $work/$home-run|" "$home/seam.conf"
		others+=("$home.invite")
	done
	# shellcheck disable=SC2046
	lib_run seam members new $(printf -- '--invite %s ' "${others[@]}") --purpose "EXERCISE" --quorum 2 \
		--exercise ${LIST-} || { not_ok "a member list" err; exit 1; }
	cp out list
	for station in "$@"; do
		lib_run seam --home "${station%%/*}" members sign list || not_ok "$station signs the list" err
	done
	for station in "$@"; do
		home=${station%%/*}
		start_station "$home" || exit 1
		lib_run seam --home "$home" members install list "${others[@]}" || not_ok "$home installs the list" err
	done
}

policy() {
	cat >"$1.policy"
	lib_run seam --home "$1" policy use "$1.policy" || { not_ok "$1 puts its policy in force" err; cat "$1.policy" err; }
}

file() {
	local home=$1
	shift
	seam --home "$home" --json report "$@" >filed 2>err </dev/null || { not_ok "$home files: $*" err >&2; return 1; }
	pick filed 'd["id"]'
}

stick() {
	local name=${3:-$work/stick}
	seam --home "$1" export bundle "$2" "$name" >/dev/null 2>err || { not_ok "$1 writes a stick for $2" err; return 1; }
	seam --home "$2" --json import bundle "$name" >taken 2>refused
}

trade() {
	stick "$1" "$2" && stick "$2" "$1" && stick "$1" "$2"
}

# Asked hundreds of times: Python without the site's modules, and of json only the reader written in C.
pick() {
	python3 -I -S 2>"$work/pick.err" -c 'import sys
from _json import make_scanner
class Strict:
    strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant, memo = True, None, None, float, int, float, {}
t = sys.stdin.read() if sys.argv[1] == "-" else open(sys.argv[1]).read()
d, end = make_scanner(Strict)(t, len(t) - len(t.lstrip(" \t\n\r")))
if t[end:].strip(" \t\n\r"):
    raise ValueError("more than one document")
if "json." in sys.argv[2]:
    import json
v = eval(sys.argv[2])
if v is None or v is True or v is False:
    print({None: "null", True: "true", False: "false"}[v])
elif isinstance(v, (dict, list)):
    import json
    print(json.dumps(v, sort_keys=True))
else:
    print(v)' "$1" "$2"
}

state() {
	seam --home "$1" --json show "$2" 2>/dev/null | pick - "next((p['state'] for p in d['parties'] if p['party'] == '$3'), 'none')"
}

stored() {
	python3 -I -S -c 'import sys, _sqlite3
db = _sqlite3.connect(f"file:{sys.argv[1]}/{sys.argv[3]}?mode=ro", uri=True)
for row in db.execute(sys.argv[2]):
    print(row[0].decode() if isinstance(row[0], bytes) else row[0])' "$1" "$2" "${3:-journal.db}"
}

rebundle() {
	python3 - "$@" <<'P'
import base64, hashlib, sys
lines = open(sys.argv[1]).read().splitlines()
first, items = lines[0], lines[1:-1]
def flip(text, at):
    """Another character of the alphabet in its place."""
    return text[:at] + ("B" if text[at] == "A" else "A") + text[at + 1:]
scope = {"items": items, "first": first, "flip": flip, "base64": base64}
exec(sys.argv[3], scope)
text = "".join(line + "\n" for line in [scope["first"], *scope["items"]])
end = f"end {len(scope['items'])} {hashlib.sha256(text.encode()).hexdigest()}\n"
open(sys.argv[2], "w").write(text + end)
P
}

lib_find() {
	python3 - "$@" <<'P'
import base64, os, re, sys
mark = sys.argv[1].encode()
def files(paths):
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                yield from (os.path.join(folder, n) for n in names)
        else:
            yield path
def seen(data, depth):
    if mark in data:
        return True
    if depth == 0:
        return False
    for word in re.findall(rb"[A-Za-z0-9_+/-]{8,}", data):
        word = word.replace(b"+", b"-").replace(b"/", b"_")
        # A word may have grown together with what stood before it: each alignment is tried.
        for start in range(4):
            part = word[start:]
            part = part[:len(part) - (len(part) % 4 == 1)]
            if seen(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)), depth - 1):
                return True
    return False
found = False
for path in files(sys.argv[2:]):
    try:
        data = open(path, "rb").read() if os.path.isfile(path) else b""
    except FileNotFoundError:
        continue
    if seen(data, 2 if len(data) < 1 << 20 else 1):
        print(path)
        found = True
sys.exit(found)
P
}

hides() {
	local text=$1 mark=$2
	shift 2
	if lib_find "$mark" "$@" >found 2>&1; then
		ok "$text"
	else
		not_ok "$text" found
	fi
}

shows() {
	local text=$1 mark=$2
	shift 2
	if lib_find "$mark" "$@" >found 2>&1; then
		not_ok "$text (it is nowhere)"
	elif [ -s found ] && ! grep -q Traceback found; then
		ok "$text"
	else
		not_ok "$text" found
	fi
}
