#!/bin/bash
# The interface is what its description says: every operation of api/openapi.yaml on a real station, what is
# sent and what is answered held against the schemas; and nothing is there that it does not describe.
. "$(dirname "$0")/between.sh"

parties a/one b/one
stop_station a
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s|^web_listen.*|web_listen 127.0.0.1:$port|" a/seam.conf
start_station a || exit 1
policy a <<P
party a b
release incident to b : type, severity, place@1km, when@minute
release sighting to b : type, place@1km, when@minute
release casualty to b : group, killed
release statement to b : text, lang  manual 1
release answer to b : re, answer
P
seam --home a user add shilan watch,liaison,analyst >token 2>err || not_ok "an account" err
echo 'nobody guesses this one' >pass
chmod 600 pass
seam --home a user pass shilan --passphrase-file pass >out 2>err || not_ok "a passphrase" err
echo 'shilan nobody guesses this one' >jar

try "the description has the rows of the tables and of the routes" "$SEAM_SOURCE/tools/gen-openapi" --check
while IFS= read -r line; do
	case $line in
	"ok - "*) ok "${line#ok - }" ;;
	*) not_ok "${line#not ok - }" ;;
	esac
done < <(python3 "$SEAM_SOURCE/test/openapi.py" "$SEAM_SOURCE" "$port" jar 2>&1)
same "a token works as well as a cookie" 200 \
    "$(curl -s -o body -w '%{http_code}' -H "Authorization: Bearer $(cat token)" "http://127.0.0.1:$port/api/v1/records")"
hides "no token and no passphrase is in what the station said" 'nobody guesses' a.out
hides "nor a token" "$(cat token)" a.out
