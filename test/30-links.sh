#!/bin/bash
# A link that does not stand says why, and what mends it: each cause is brought about between real stations and
# read back from seam link list and seam doctor. What is wrong with a link before that is refused when it is typed.
. "$(dirname "$0")/links.sh"
need openssl

network a/makhmour b/qaraj c/zab
a=$(home_of a/makhmour)
b=$(home_of b/qaraj)
c=$(home_of c/zab)

# What seam link list says of a link: state, or another member.
look() {
	seam --home "$1" link list --json 2>/dev/null </dev/null |
	    pick - "next((l.get('${3-state}') for l in d if l['station'] == '$2'), 'none')" 2>/dev/null
}
is_state() {
	[ "$(look "$1" "$2")" = "$3" ]
}
# becomes TEXT SECONDS HOME STATION STATE: and the doctor names the remedy of that row of the table.
becomes() {
	if wait_for "$2" is_state "$3" "$4" "$5"; then
		ok "$1"
	else
		not_ok "$1 (it is '$(look "$3" "$4")', not '$5': $(look "$3" "$4" text))" "$3.out"
	fi
}
# A gate that was nudged may be started anew in the moment of the question.
finds_remedy() {
	seam --home "$1" doctor >doctor 2>&1 </dev/null
	[ $? -eq 1 ] && grep -q -- "$2" doctor
}
remedy() {
	wait_for 20 finds_remedy "$1" "$2" && ok "the doctor finds the fault, and says what mends it: $2" ||
	    not_ok "the doctor finds the fault, and says what mends it: $2" doctor
}
relink() { # HOME STATION ARGUMENTS OF ADD
	local home=$1 station=$2
	shift 2
	seam --home "$home" link add "$station" "$@" >out 2>err </dev/null || not_ok "a link to $station" err
}
# A gate waits longer each time before it tries again; one that is started anew tries at once.
nudge() {
	touch "$1/tls/peer.crt"
}
gates() {
	# shellcheck disable=SC2046
	ps -o args= -p $(lib_family "$(cat "$1.pid")" | paste -sd,) | grep -c -- "--role peer"
}
has_gates() {
	[ "$(gates "$1")" = "$2" ]
}

# ---- what is typed ----
usage "a link needs an address" seam --home "$a" link add b/qaraj
usage "and a station" seam --home "$a" link add b --connect 127.0.0.1:7
usage "a port is a number" seam --home "$a" link add b/qaraj --connect 127.0.0.1:http
usage "IPv6 stands in brackets" seam --home "$a" link add b/qaraj --connect ::1:7
usage "what is listened on is no name" seam --home "$a" link add b/qaraj --listen host.example:7001
refuse "no link leads to the station itself" seam --home "$a" link add a/makhmour --connect 127.0.0.1:7
refuse "what is no link cannot be removed" seam --home "$a" link remove b/qaraj
port=$(links_port)
python3 -c 'import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(1); print(flush=True); time.sleep(600)' "$port" >holder &
holder=$!
wait_for 10 test -s holder
refuse "a port that another program has is refused" seam --home "$a" link add b/qaraj --listen "127.0.0.1:$port"
holds "and named" "another program" "$work/err"
refuse "so is an address of another machine" seam --home "$a" link add b/qaraj --listen 192.0.2.1:7001
same "nothing of it was kept" "[]" "$(seam --home "$a" link list --json)"

# ---- the row is there when the key note is not ----
try "a link may be set up before the other end is known" seam --home "$a" link add z/far --listen "127.0.0.1:$(links_port)"
holds "that its party is no member is said" "not on the member list" "$work/err"
becomes "and it waits for the key note" 20 "$a" z/far no_note
remedy "$a" "seam members install"
try "it is removed" seam --home "$a" link remove z/far
wait_for 10 has_gates "$a" 0 && ok "and its gate with it" || not_ok "its gate ends" "$a.out"

# ---- nobody there ----
p=$(links_port)
relink "$b" a/makhmour --connect "127.0.0.1:$p"
becomes "nobody listens: refused" 20 "$b" a/makhmour refused
remedy "$b" "start its station"
holds "with the address" "127.0.0.1 port $p: Connection refused" doctor
relink "$b" a/makhmour --connect "255.255.255.255:$p"
becomes "no way leads there: unreachable" 20 "$b" a/makhmour unreachable
remedy "$b" "cable, radio and route"
relink "$b" a/makhmour --connect "no-such-host.invalid:$p"
becomes "no such name: name" 40 "$b" a/makhmour name
remedy "$b" "mend the name"
# A queue that is full takes no more, and says nothing: what a firewall does.
python3 -c 'import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(0)
guests = []
for _ in range(6):
    g = socket.socket(); g.setblocking(False); g.connect_ex(("127.0.0.1", int(sys.argv[1]))); guests.append(g)
print(flush=True); time.sleep(600)' "$p" >silent &
silent=$!
wait_for 10 test -s silent
relink "$b" a/makhmour --connect "127.0.0.1:$p"
becomes "no answer: timeout" 40 "$b" a/makhmour timeout
kill "$silent"
wait "$silent" 2>/dev/null

# ---- somebody else there ----
python3 -c 'import socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(8); print(flush=True)
while True:
    g = s.accept()[0]
    try:
        g.sendall(b"220 mail.example ESMTP\r\n"); g.recv(2000)
    except OSError:
        pass
    g.close()' "$p" >mail &
mail=$!
wait_for 10 test -s mail
relink "$b" a/makhmour --connect "127.0.0.1:$p"
becomes "a port of another service: tls" 40 "$b" a/makhmour tls
remedy "$b" "a station's link port"
kill "$mail"
wait "$mail" 2>/dev/null

# ---- a port of one's own that is taken ----
# The file is written as by hand: seam link add would not take it.
echo "link b/qaraj listen 127.0.0.1:$port" >"$a/links"
becomes "its own port is taken: address" 20 "$a" b/qaraj address
remedy "$a" "end the program that holds the port"
kill "$holder"
wait "$holder" 2>/dev/null
becomes "when it is free it listens by itself" 20 "$a" b/qaraj listening
echo "link b/qaraj listen everywhere" >"$a/links"
wait_for 10 grep -q 'links: line 1' "$a.out" && ok "a line that cannot be read is named" || not_ok "the line is named" "$a.out"
same "and what runs goes on" 1 "$(gates "$a")"
seam --home "$a" doctor >doctor 2>&1 </dev/null
holds "the doctor names it too" "line 1" doctor

# ---- the link itself ----
rm "$a/links"
p=$(links_port)
relink "$a" b/qaraj --listen "127.0.0.1:$p"
relink "$b" a/makhmour --connect "127.0.0.1:$p"
becomes "the link stands" 30 "$a" b/qaraj up
becomes "at both ends" 30 "$b" a/makhmour up
holds "the status says so" '"state":"up"' <(seam --home "$a" status --json)
try "the doctor is content" seam --home "$a" doctor
for role in "peer -H" core; do
	old=$(pgrep -P "$(cat "$a.pid")" -f -- "--role $role")
	kill -KILL "$old"
	becomes "it stands again after ${role%% *} was killed" 30 "$a" b/qaraj up
	same "with one gate" 1 "$(gates "$a")"
	lib_gone "$old" 2>/dev/null && ok "a new one" || not_ok "a new one"
done
for i in 1 2 3 4 5 6; do
	seam --home "$c" link add "d/s$i" --connect "127.0.0.1:$i" >/dev/null 2>&1 &
	adding[i]=$!
done
wait "${adding[@]}"
same "links that are added at once are all there" 6 "$(seam --home "$c" link list --json | pick - 'len(d)')"
wait_for 20 has_gates "$c" 6 && ok "each with its gate" || not_ok "each with its gate" "$c.out"
rm "$c/links"
wait_for 20 has_gates "$c" 0 && ok "and none without the file" || not_ok "and none without the file" "$c.out"
stop_station "$b"
becomes "its other end has gone" 20 "$a" b/qaraj lost
start_station "$b"
becomes "it comes back by itself" 30 "$a" b/qaraj up

# ---- dates: the same key, so the pin holds, and another certificate ----
cat >ca.cnf <<END
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
[any]
commonName = supplied
END
certify() { # HOME FROM UNTIL
	: >index
	echo 01 >serial
	openssl req -new -key "$1/tls/peer.key" -subj "/CN=a" -out csr 2>err &&
	    openssl ca -batch -selfsign -config ca.cnf -keyfile "$1/tls/peer.key" -in csr -startdate "$2" \
	        -enddate "$3" -notext -out crt >out 2>err || not_ok "a certificate from $2 to $3" err
	chmod 600 crt
	mv crt "$1/tls/peer.crt"
	nudge "$b"
}
cp -a "$a/tls" kept
certify "$a" 20200101000000Z 20210101000000Z
becomes "a certificate that has run out: certificate" 40 "$b" a/makhmour certificate
remedy "$b" "seam link key"
remedy "$a" "seam link key"
holds "what the other end says of it is in the log" "turned away: .*certificate has run out" "$a.out"
own_state() {
	[ "$(link_state "$a" b/qaraj)" = own_certificate ]
}
wait_for 20 own_state && ok "and its own end says that it is its own" || not_ok "and its own end says that it is its own" "$a.out"
certify "$a" 20990101000000Z 20991231000000Z
becomes "one that is not valid yet: clock" 40 "$b" a/makhmour clock
remedy "$b" "set the clocks"
certify "$a" 20200101000000Z "$(date -u -d '+9 days' +%Y%m%d%H%M%SZ)"
becomes "one that will run out soon is one" 90 "$b" a/makhmour up
seam --home "$a" doctor >doctor 2>&1 </dev/null
holds "the doctor warns days before" "look +link key +the certificate runs out within a month" doctor
holds "and says what is to be done" "seam link key" doctor
cp kept/peer.crt "$a/tls/peer.crt"
nudge "$b"
becomes "with the right one it stands again" 90 "$b" a/makhmour up

# ---- keys ----
cp "$c/tls/peer.key" "$c/tls/peer.crt" "$a/tls/"
nudge "$b"
becomes "another key: key" 40 "$b" a/makhmour key
remedy "$b" "newest key note"
seam --home "$a" doctor >doctor 2>&1 </dev/null
holds "the doctor there sees it before anybody connects" "names another TLS key" doctor
cp kept/peer.key kept/peer.crt "$a/tls/"
nudge "$b"
becomes "with its own it stands again" 90 "$b" a/makhmour up

cp -a "$b/tls" kept-b
cp "$c/tls/peer.key" "$c/tls/peer.crt" "$b/tls/"
becomes "the end that connects has another key: it is turned away" 40 "$b" a/makhmour turned_away
remedy "$b" "this station's newest key note"
knocked() {
	[ "$(look "$a" b/qaraj strangers)" -gt 0 ] && [[ $(look "$a" b/qaraj stranger) == *"another key" ]]
}
wait_for 40 knocked && ok "the end that listens counts it, with the reason" ||
    not_ok "the end that listens counts it, with the reason ($(look "$a" b/qaraj stranger))" "$a.out"
state_now=$(look "$a" b/qaraj)
[ "$state_now" != key ] && ok "and says nothing of its neighbour by it ($state_now)" || not_ok "a stranger's key is its neighbour's"
seam --home "$a" doctor >doctor 2>&1 </dev/null
holds "the doctor says what it may be" "install its newest key note" doctor
seam --home "$a" link list >listed 2>&1
holds "the list shows it" "turned away at its port: [0-9]+, the last .*another key" listed
cp kept-b/peer.key kept-b/peer.crt "$b/tls/"
becomes "with its own it stands again" 90 "$b" a/makhmour up

# ---- another station that has somehow got the key ----
relink "$a" b/qaraj --connect "127.0.0.1:9"
p=$(links_port)
cp kept/peer.key kept/peer.crt "$c/tls/"
relink "$c" b/qaraj --listen "127.0.0.1:$p"
relink "$b" a/makhmour --connect "127.0.0.1:$p"
becomes "another station behind the right key: stranger" 60 "$b" a/makhmour stranger
remedy "$b" "mend the address"
same "only what was killed here has died" 2 "$(grep -c "died of signal" "$a.out")"
lacks "and nothing there" "died of signal" "$b.out"
