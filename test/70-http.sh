#!/bin/bash
# The page's gate meets what no browser sends: heads that two readers could take in two ways, clients that are
# slow, many or deaf, forms of other pages, guessed passphrases. Each is answered with its status, and the
# station serves on.
. "$(dirname "$0")/lib.sh"
need python3 curl

printf 'the passphrase of a station\n' >pass
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
try "a home" seam init a --station a/one --exercise --passphrase-file pass
sed -i -e "s|^run_dir.*|run_dir $work/a-run|" -e "s|^web_listen.*|web_listen 127.0.0.1:$port|" \
    -e "s|^web_host.*|web_host seam.example|" a/seam.conf
start_station a
url=http://127.0.0.1:$port
probe() { # the lines of test/probe.py, counted here
	local line
	while IFS= read -r line; do
		case $line in
		"ok - "*) ok "${line#ok - }" ;;
		*) not_ok "${line#not ok - }" ;;
		esac
	done < <(python3 "$SEAM_SOURCE/test/probe.py" "$@" 2>&1)
}
status() { # CURL ARGUMENTS...: the status alone; head and body are in head and body
	curl -s -m 20 -D head -o body -w '%{http_code}' "$@"
}
field() { # NAME: of the last head
	tr -d '\r' <head | sed -n "s/^$1: //Ip"
}
json=(-H 'Content-Type: application/json')

# ---- health, and the headers of every answer ----
same "health answers before anybody signed on" 200 "$(status "$url/api/v1/health")"
if grep -q 'no walls\|missing' body; then
	skip "what stands around it: $(grep -o 'no walls[^"]*\|[^"]*missing[^"]*' body)"
else
	same "and says that all is well" '"serves"' "$(grep -o '"serves[^"]*"' body)"
	same "behind its walls" landlock\ seccomp "$(grep -o 'landlock seccomp' body)"
fi
lacks "it names no account, no key and no number of records" 'account|token|records|leaves|pass' body
same "no answer is kept" no-store "$(field Cache-Control)"
same "no answer is framed" DENY "$(field X-Frame-Options)"
holds "no answer loads from elsewhere" "^Content-Security-Policy: default-src 'self';" head
lacks "nobody else's page may read it" 'Access-Control' head
same "HEAD is GET without a body" 200 "$(status -I "$url/api/v1/health")"

# ---- bytes ----
probe raw "$port"
probe cut "$port"

# ---- names ----
same "a name of seam.conf is ours" 200 "$(status -H 'Host: seam.example' "$url/api/v1/health")"
same "in any case, with any port" 200 "$(status -H 'Host: SEAM.example:1' "$url/api/v1/health")"
same "another is not" 421 "$(status -H 'Host: seam.example.evil' "$url/api/v1/health")"
same "nor is an address that is not listened on" 421 "$(status -H 'Host: 10.0.0.1' "$url/api/v1/health")"

# ---- who asks ----
seam --home a user add shilan watch,liaison >token 2>err || not_ok "an account" err
printf 'nobody guesses this one\n' >officer
try "a passphrase" seam --home a user pass shilan --passphrase-file officer
same "content needs a session" 401 "$(status "$url/api/v1/records")"
same "and says how to ask" 'Bearer realm="seam"' "$(field WWW-Authenticate)"
same "as a problem" application/problem+json "$(field Content-Type)"
same "a browser is sent to sign on" 303 "$(status -H 'Accept: text/html' "$url/record/x")"
same "a token that nobody has" 401 "$(status -H 'Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' "$url/api/v1/records")"
# The gate asks core whose token it is, and for nothing else that the station knows.
whose() { # TOKEN
	PYTHONPATH=$SEAM_SOURCE/test PYTHONDONTWRITEBYTECODE=1 python3 -c 'import socket, sys, peer_rig
ctl = socket.socket(socket.AF_UNIX)
ctl.connect("a/ctl.sock")
core = peer_rig.Channel(ctl)
core.send("WHO", 7, peer_rig.sized(sys.argv[1]) + peer_rig.sized(""))
kind, number, payload = core.read(20)
print(kind, number, payload[12:].decode() if kind == "DONE" else "")' "$1"
}
same "a token is somebody's" "DONE 7 shilan watch" "$(whose "$(cat token)")"
same "or nobody's" "REFUSED 7 " "$(whose AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA)"
same "a program shows its token" 200 "$(status -H "Authorization: Bearer $(cat token)" "$url/api/v1/records")"
same "signing on" 200 "$(status "${json[@]}" -d '{"account":"shilan","passphrase":"nobody guesses this one"}' "$url/api/v1/session")"
cookie=$(field Set-Cookie)
same "gives a cookie named for this station" seam-a-one "${cookie%%=*}"
same "that no script reads and no other page sends" "Path=/ Max-Age=43200 HttpOnly SameSite=Strict" \
    "$(sed 's/^[^;]*; //; s/; / /g' <<<"$cookie")"
cookie=${cookie%%;*}
lacks "the token is not in the answer" "${cookie#*=}" body
same "the cookie opens the records" 200 "$(status -b "$cookie" "$url/api/v1/records")"
same "beside those of other stations" 200 "$(status -b "seam-b-one=x; $cookie" "$url/api/v1/records")"
same "another station's cookie does not" 401 "$(status -b "seam-b-one=${cookie#*=}" "$url/api/v1/records")"
same "two of one name are none" 401 "$(status -b "$cookie; seam-a-one=x" "$url/api/v1/records")"

# ---- what another page could send ----
record='{"kind":"sighting","fields":{"type":"mov.sighting","when":"now","place":"38SMD470654"}}'
post=(-b "$cookie" -d "$record" "$url/api/v1/records")
before=$(seam --home a count)
same "a form of another page" 403 "$(status "${json[@]}" -H 'Origin: http://evil.example' "${post[@]}")"
same "one from another port" 403 "$(status "${json[@]}" -H 'Origin: http://127.0.0.1:1' "${post[@]}")"
same "one whose origin is hidden" 403 "$(status "${json[@]}" -H 'Origin: null' "${post[@]}")"
same "what a browser calls cross-site" 403 "$(status "${json[@]}" -H 'Sec-Fetch-Site: cross-site' "${post[@]}")"
same "what it calls same-site" 403 "$(status "${json[@]}" -H 'Sec-Fetch-Site: same-site' "${post[@]}")"
same "JSON that pretends to be text" 415 "$(status -H 'Content-Type: text/plain' "${post[@]}")"
same "a form where JSON is wanted" 415 "$(status "${post[@]}")"
same "an act by GET" 401 "$(status "$url/api/v1/records?kind=sighting")"
form=(-b "$cookie" -H "Origin: $url" --data-urlencode 're=x')
same "a form without its hidden token" 403 "$(status "${form[@]}" "$url/answer")"
same "with another session's" 403 "$(status "${form[@]}" -d form=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "$url/answer")"
same "signing on by a form of nowhere" 403 "$(status -d 'account=shilan&passphrase=x' "$url/sign-on")"
same "none of it was done" "$before" "$(seam --home a count)"
same "our own page may" 201 "$(status "${json[@]}" -H "Origin: $url" -H 'Sec-Fetch-Site: same-origin' "${post[@]}")"
[ "$before" = "$(seam --home a count)" ] && not_ok "and it was filed" || ok "and it was filed"

# ---- signing off ----
python3 "$SEAM_SOURCE/test/probe.py" stream "$port" "$cookie" 8 >stream &
stream=$!
sleep 1
seam --home a report sighting type=mov.sighting when=now place=38SMD480654 >filed 2>err
sleep 2
same "signing off" 204 "$(status -b "$cookie" -X DELETE "$url/api/v1/session")"
same "takes the cookie away" "Max-Age=0" "$(field Set-Cookie | grep -o 'Max-Age=[0-9]*')"
same "at once, not when memory fades" 401 "$(status -b "$cookie" "$url/api/v1/records")"
wait $stream
holds "a stream tells what came, by its id" "\"ids\":\[\"$(head -n 1 filed)\"\]" stream
lacks "and nothing else" 'event: anew' stream
same "and ends with its session" 0 "$(tr -d '\r' <stream | grep -v '^$' | tail -n 2 | head -n 1)"
same "what programs have stays" 200 "$(status -H "Authorization: Bearer $(cat token)" "$url/api/v1/records")"

# ---- guessing ----
guess() {
	status "${json[@]}" -d '{"account":"nobody","passphrase":"x"}' "$url/api/v1/session"
}
got=
for _ in 1 2 3 4 5 6 7 8 9 10; do
	got="$got $(guess)"
done
holds "wrong guesses are refused, then slowed" ' 401.* 429$' <(echo "$got")
wait_s=$(field Retry-After)
if [ "${wait_s:-0}" -ge 1 ] && [ "$wait_s" -le 60 ]; then
	ok "with the time to wait"
else
	not_ok "with the time to wait ($wait_s)"
fi
same "who is signed on is not slowed" 200 "$(status -H "Authorization: Bearer $(cat token)" "$url/api/v1/records")"

# ---- slow, many, deaf ----
role() { # NAME: the process id of a role
	lib_family "$(cat a.pid)" | while read -r pid; do
		tr '\0' ' ' </proc/"$pid"/cmdline | grep -q "role $1" && echo "$pid"
	done
}
counted() { # FILE: lines that a probe has left there
	local line
	while IFS= read -r line; do
		case $line in
		"ok - "*) ok "${line#ok - }" ;;
		"open "*) ;;
		*) not_ok "${line#not ok - }" ;;
		esac
	done <"$1"
}
first=$(role web)
same "signing on anew" 200 "$(sleep 8; status "${json[@]}" -d '{"account":"shilan","passphrase":"nobody guesses this one"}' "$url/api/v1/session")"
cookie=$(field Set-Cookie)
cookie=${cookie%%;*}
python3 "$SEAM_SOURCE/test/probe.py" slow "$port" 200 >slow.lines 2>&1 &
slow=$!
python3 "$SEAM_SOURCE/test/probe.py" deaf "$port" 50 >deaf.lines 2>&1 &
deaf=$!
python3 "$SEAM_SOURCE/test/probe.py" stream "$port" "$cookie" 20 >quiet &
quiet=$!
sleep 2
same "while 200 are slow and 50 deaf, health answers" 200 "$(status "$url/api/v1/health")"
try "and a report is filed" seam --home a report sighting type=mov.sighting when=now place=38SMD490654
wait $slow $deaf $quiet
counted slow.lines
counted deaf.lines
same "a stream without news is kept alive" : "$(tr -d '\r' <quiet | grep -m 1 '^:')"
probe streams "$port" "$cookie"
probe full "$port"
python3 "$SEAM_SOURCE/test/probe.py" flood "$port" 1000 4 >flood.out 2>&1 &
flood=$!
wait_for 10 grep -q open flood.out
same "1,000 connections are open at once" "open 1000" "$(cat flood.out)"
same "health answers one more" 200 "$(status "$url/api/v1/health")"
try "and a report is filed" seam --home a report sighting type=mov.sighting when=now place=38SMD500654
same "and the records are listed" 200 "$(status -H "Authorization: Bearer $(cat token)" "$url/api/v1/records")"
wait $flood
seed=$RANDOM
echo "# storm with seed $seed"
probe storm "$port" "$(count 8 300)" $seed "$cookie"
same "after it, health answers" 200 "$(status "$url/api/v1/health")"
same "it is the same process all the time" "$first" "$(role web)"
lacks "that tried nothing its wall forbids" 'died|alert' a.out
grep -q 'sanitizer' body && skip "its memory: that of a sanitizer build is another"
memory=$(grep -q 'sanitizer' body && echo 0 || awk '/^VmHWM/ {print int($2 / 1024)}' "/proc/$first/status")
if [ "$memory" -le 128 ]; then
	ok "in little memory"
else
	not_ok "in little memory ($memory MB)"
fi

# ---- ends ----
if [ "$(count 0 1)" = 1 ]; then
	kill -STOP "$(role core)"
	same "a core that does not answer is not waited for without end" 504 \
	    "$(curl -s -m 50 -o body -w '%{http_code}' -H "Authorization: Bearer AAAA" "$url/api/v1/records")"
	kill -CONT "$(role core)"
fi
token=$(cat token)
back() {
	[ "$(status -H "Authorization: Bearer $token" "$url/api/v1/records")" = 200 ]
}
kill -KILL "$first"
try "a gate that is killed is back" wait_for 20 back
kill -KILL "$(role core)"
try "and after core was killed, too" wait_for 30 back
stop_station a
