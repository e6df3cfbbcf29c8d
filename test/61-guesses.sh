#!/bin/bash
# Who guesses passphrases at the control socket waits longer each time, right or wrong; what comes without
# an account is kept nowhere; a preview is sent by whoever looked at it.
. "$(dirname "$0")/lib.sh"
need python3

try "a home is made" seam init a --station a/one --exercise
start_station a
try "an account is added" seam --home a user add officer watch
cat >guess.py <<'PY'
import re, socket, struct, sys, time, os
names = re.findall(r"^\tX\(([A-Z_]+),", open(os.environ["SEAM_SOURCE"] + "/src/seamd/wire.h").read(), re.M)
kind = {name: i + 1 for i, name in enumerate(names)}
line = socket.socket(socket.AF_UNIX)
line.connect("a/ctl.sock")
def sized(b):
    return struct.pack(">I", len(b)) + b
def ask(name, payload):
    line.sendall(struct.pack(">HHIQ", kind[name], 0, len(payload), 1) + payload)
    head = b""
    while len(head) < 16:
        head += line.recv(16 - len(head))
    answer, _, n, _ = struct.unpack(">HHIQ", head)
    body = b""
    while len(body) < n:
        body += line.recv(n - len(body))
    return names[answer - 1], body
token = open("a/ctl.token", "rb").read().strip()
def login(word):
    return ask("LOGIN", sized(b"officer") + sized(word) + sized(b"watch"))[0]
what = sys.argv[1]
if what == "pass":
    print(ask("ACCOUNT", sized(token) + sized(b"") + sized(b"pass") + sized(b"officer") + sized(b"") + sized(b"true words"))[0])
elif what == "login":
    print(login(b"true words"))
elif what == "guess":
    print(login(b"false words"), login(b"true words"))
elif what == "wait":
    end = time.time() + 10
    while time.time() < end and login(b"true words") != "DONE":
        time.sleep(0.2)
    print(login(b"true words"))
elif what == "bare":
    print(*{ask("TAKE", b"")[0] for _ in range(50)}, *{ask("TAKE", sized(b"x" * 43) + sized(b"") + sized(b"nonsense"))[0] for _ in range(50)})
PY
same "a passphrase is set" DONE "$(python3 guess.py pass)"
same "it signs on" DONE "$(python3 guess.py login)"
same "right after a wrong one, the right one is not looked at" "REFUSED REFUSED" "$(python3 guess.py guess)"
same "later it is" DONE "$(python3 guess.py wait)"
python3 guess.py bare >bare
same "what nobody sent is answered" "TAKEN TAKEN" "$(cat bare)"
same "and not kept" 0 "$(seam --home a --json status | python3 -c 'import json, sys; print(json.load(sys.stdin)["quarantined"])')"
