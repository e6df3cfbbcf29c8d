#!/bin/bash
# Somebody owns the web gate: the process that strangers speak to now says what it likes. It sees the picture and
# rides the sessions that pass through it; it cannot act as another duty, have anything signed, read a key, change
# a file or reach the network.
. "$(dirname "$0")/lib.sh"
need python3

printf 'the passphrase of a station\n' >pass
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
try "a home" seam init a --station a/one --exercise --passphrase-file pass
sed -i -e "s|^run_dir.*|run_dir $work/a-run|" -e "s|^web_listen.*|web_listen 127.0.0.1:$port|" a/seam.conf
start_station a
seam --home a user add shilan watch >token 2>err || not_ok "an account" err
seam --home a user list >accounts.before

# ---- what the process holds ----
gate=$(lib_family "$(cat a.pid)" | while read -r pid; do
	tr '\0' ' ' </proc/"$pid"/cmdline | grep -q 'role web' && echo "$pid"
done)
python3 - "$port" <<'P' >out 2>err || not_ok "the page is asked" err
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
answer = s.recv(65536).decode()
assert " 200 " in answer
print(answer)
P
cp out health
ls -l "/proc/$gate/fd" >open 2>err
lacks "it holds no file of the home open" "$work/a/" open
holds "of the picture it does" "$work/a-run/picture.db" open
grep -q 'no walls\|missing' health && walls=no || walls=yes
[ $walls = yes ] && for fd in $(sed -n "s|.* \([0-9]*\) -> $work/a-run/.*|\1|p" open); do
	# O_ACCMODE of the flags, which are octal: 0 is to read only
	flags=$(awk '/^flags/ {print $2}' "/proc/$gate/fdinfo/$fd")
	same "to read only ($fd)" 0 $((8#$flags & 3))
done
if [ $walls = no ]; then
	skip "the walls of the process: $(grep -o 'no walls[^"]*\|[^"]*missing[^"]*' health)"
else
	same "a list of system calls stands around it" 2 "$(awk '/^Seccomp:/ {print $2}' "/proc/$gate/status")"
	same "and it can gain nothing" 1 "$(awk '/^NoNewPrivs:/ {print $2}' "/proc/$gate/status")"
fi
stop_station a

# ---- what it can say to core ----
sum() {
	cat a/*.key a/tls/* a/ctl.token a/seam.conf a/policy.initial | sha256sum
}
before=$(sum)
while IFS= read -r line; do
	case $line in
	"ok - "*) ok "${line#ok - }" ;;
	"not ok - "*) not_ok "${line#not ok - }" owned.err ;;
	esac
done < <("$SEAM_BUILD/bench/seam-owned" "$work/a" "$SEAM_BUILD/seamd" "$(cat token)" 2>owned.err || echo "not ok - the program ends well")
same "keys and configuration are as they were" "$before" "$(sum)"
start_station a
same "so are the accounts" "$(cat accounts.before)" "$(seam --home a user list)"
same "one record was filed: the one its session may" 1 "$(seam --home a count)"
same "beside it stands the first policy alone" 2 "$(seam --home a --json status | python3 -c 'import json, sys; print(json.load(sys.stdin)["records"])')"
stop_station a
try "the station is sound" seam verify a
