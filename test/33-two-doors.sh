#!/bin/bash
# Two stations that both listen and both connect keep one connection and the same one, whatever dies; and a member
# reads the other's log, and asks its witness, over the same port with a program that knows nothing of Seam.
. "$(dirname "$0")/links.sh"
need curl openssl ps

network a/one b/two c/three
policy a-one <<P
party a b c
release incident to b : type, severity, place@1km, when@minute
P
a_port=$(links_port)
b_port=$(links_port)
seam --home a-one link add b/two --listen "127.0.0.1:$a_port" --connect "127.0.0.1:$b_port" >out 2>err || not_ok "a's link" err
seam --home b-two link add a/one --listen "127.0.0.1:$b_port" --connect "127.0.0.1:$a_port" >out 2>err || not_ok "b's link" err
links_up a/one b/two
ok "both listen, both connect: the link stands"
sleep 3
stood() { status_of "$1" "next(l['since_ms'] for l in d['links'] if l['station'] == '$2')"; }
since="$(stood a-one b/two) $(stood b-two a/one)"
sleep 3
same "and stays as it is" "$since" "$(stood a-one b/two) $(stood b-two a/one)"

gate_of() { # HOME: the process of its gate
	local pid
	for pid in $(lib_family "$(cat "$1.pid")"); do
		tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- '--role peer' && echo "$pid"
	done
}
# Descriptors of the gate that are connections of TCP: each end of them has the port of a listener.
connections() {
	python3 -c 'import os, sys
pid, ports = sys.argv[1], {int(p) for p in sys.argv[2:]}
inodes = {os.readlink(f"/proc/{pid}/fd/{f}") for f in os.listdir(f"/proc/{pid}/fd")}
rows = [r.split() for r in open("/proc/net/tcp").readlines()[1:]]
print(sum(1 for r in rows if r[3] == "01" and f"socket:[{r[9]}]" in inodes and
    ports & {int(r[1].split(":")[1], 16), int(r[2].split(":")[1], 16)}))' "$(gate_of "$1")" "$a_port" "$b_port"
}
is_one() { [ "$(connections a-one)" = 1 ] && [ "$(connections b-two)" = 1 ]; }
try "by one connection" wait_for 10 is_one
for ((n = 0; n < $(count 4 40); n++)); do
	home=$([ $((n % 2)) = 0 ] && echo a-one || echo b-two)
	kill -KILL "$(gate_of "$home")"
	sleep "0.$((n * 7 % 10))"
	links_up a/one b/two
done
ok "its gates were killed in turn, and each time it came back"
try "by one connection again" wait_for 20 is_one
id=$(file a-one incident type=atk.ambush when=now place=38SMD47056541 severity=red)
try "what is filed arrives" wait_for 20 arrives a-one "$id" b

# ---- the log, read from outside ----
ask() { # STATION'S HOME WHOSE KEY CURL'S WORDS: status on standard output, body in file body
	curl -sk --max-time 20 --cert "$2/tls/peer.crt" --key "$2/tls/peer.key" -o body -w '%{http_code}' "${@:3}"
}
at_a=https://127.0.0.1:$a_port
signed() { [ "$(ask a-one b-two "$at_a/checkpoint")" = 200 ] && [ "$(sed -n 2p body)" = "$(status_of a-one "d['leaves']")" ]; }
try "b reads a's checkpoint: all its leaves are under it" wait_for 20 signed
cp body checkpoint
size=$(sed -n 2p checkpoint)
holds "signed by a's log" '^— [^ ]+ [A-Za-z0-9+/=]+$' checkpoint
same "the tile of its leaves" 200 "$(ask a-one b-two "$at_a/tile/0/000.p/$size")"
same "is as wide as the log is long" $((32 * size)) "$(stat -c %s body)"
cp body tile
root_of() {
	python3 - "$size" <<'Q'
import base64, hashlib, sys
leaves = open('tile', 'rb').read()
def root(i, j):
    if j - i == 1:
        return leaves[32 * i:32 * j]
    k = 1
    while 2 * k < j - i:
        k *= 2
    return hashlib.sha256(b'\1' + root(i, i + k) + root(i + k, j)).digest()
print(base64.b64encode(root(0, int(sys.argv[1]))).decode())
Q
}
same "and its root is the checkpoint's" "$(sed -n 3p checkpoint)" "$(root_of)"
same "the entries behind it" 200 "$(ask a-one b-two "$at_a/tile/entries/000.p/$size")"
same "hash to its leaves" "$(sha256sum <tile)" "$(python3 -c 'import hashlib, sys
data, out = open("body", "rb").read(), b""
while data:
    n = int.from_bytes(data[:2], "big")
    out += hashlib.sha256(b"\0" + data[2:2 + n]).digest()
    data = data[2 + n:]
sys.stdout.buffer.write(out)' | sha256sum)"
same "a tile that is not there" 404 "$(ask a-one b-two "$at_a/tile/0/x001/000")"
same "a file of the home" 404 "$(ask a-one b-two "$at_a/journal.db")"
ask a-one c-three "$at_a/checkpoint" >status
same "a member whose link this is not reads nothing" "000" "$(cat status)"
ask a-one a-one "$at_a/checkpoint" >status
same "nor does a's own key" "000" "$(cat status)"

# ---- the witness, asked from outside ----
at_b=https://127.0.0.1:$b_port
{ printf 'old 0\n\n'; cat checkpoint; } >request
conflict() { [ "$(ask b-two a-one --data-binary @request "$at_b/add-checkpoint") $(cat body)" = "409 $size" ]; }
try "b has countersigned that head over the link: an old size is a conflict, and it says which it has" wait_for 20 conflict
{ printf 'old %d\n\n' "$size"; cat checkpoint; } >request
same "the same head again is countersigned again" 200 "$(ask b-two a-one --data-binary @request "$at_b/add-checkpoint")"
holds "in a line of b's witness" '^— ' body
{ printf 'old %d\n\n' "$size"; sed '3s/^./#/' checkpoint; } >request
status=$(ask b-two a-one --data-binary @request "$at_b/add-checkpoint")
[ "$status" = 400 ] || [ "$status" = 403 ] && ok "a head that was changed is refused ($status)" || not_ok "a head that was changed is refused ($status)" body
same "no checkpoint at all" 400 "$(ask b-two a-one --data-binary 'old' "$at_b/add-checkpoint")"
origin=$(sed -n 1p checkpoint | tr -d '\n' | sha256sum | cut -d' ' -f1)
same "what b has countersigned last of a" 200 "$(ask b-two a-one "$at_b/$origin/checkpoint")"
same "is that head" "$(head -n 3 checkpoint)" "$(head -n 3 body)"
same "and of an origin it does not know there is nothing" 404 "$(ask b-two a-one "$at_b/$(printf '%064d' 7)/checkpoint")"
same "the link stands all the while" "up up" "$(link_state a-one b/two) $(link_state b-two a/one)"
stop_station a-one
stop_station b-two
lacks "no gate tried what its wall forbids" "what its wall forbids" a-one.out
lacks "nor there" "what its wall forbids" b-two.out
