#!/bin/bash
# Beyond the machine itself the page is TLS or is not: with the page's own key, for the names it has, in a wall that
# holds whoever connects. A network of its own stands in for the world.
if [ -z "${SEAM_INSIDE-}" ] && unshare -rn true 2>/dev/null; then
	SEAM_INSIDE=1 exec unshare -rn bash "$0"
fi
. "$(dirname "$0")/lib.sh"
need python3 curl openssl ip
if [ -z "${SEAM_INSIDE-}" ]; then
	skip "$(basename "$0"): no network of its own can be made here"
	exit 0
fi
ip link set lo up && ip addr add 10.77.0.1/32 dev lo && ip -6 addr add fe80::1/64 dev lo

printf 'the passphrase of a station\n' >pass
printf 'nobody guesses this one\n' >officer
try "a home" seam init a --station a/one --exercise --passphrase-file pass
sed -i -e "s|^run_dir.*|run_dir $work/a-run|" -e "s|^web_listen.*|web_listen 10.77.0.1:8443|" \
    -e "s|^web_host.*|web_host station.example|" a/seam.conf
if [ ! -s a/tls/web.key ]; then
	skip "$(basename "$0"): a home has no key of the page"
	exit 0
fi
start_station a
seam --home a user add shilan watch >token 2>err || not_ok "an account" err
try "a passphrase" seam --home a user pass shilan --passphrase-file officer
url=https://10.77.0.1:8443
status() {
	curl -ks -m 20 -D head -o body -w '%{http_code}' "$@"
}
same "health over TLS" 200 "$(status "$url/api/v1/health")"
same "under another name of ours" 200 "$(status -H 'Host: station.example' "$url/api/v1/health")"
same "and not under others" 421 "$(status -H 'Host: evil.example' "$url/api/v1/health")"
same "signing on" 200 "$(status -H 'Content-Type: application/json' -H "Origin: $url" \
    -d '{"account":"shilan","passphrase":"nobody guesses this one"}' "$url/api/v1/session")"
cp head signed-on
holds "the cookie never goes in the clear" '^Set-Cookie: seam-a-one=.*; HttpOnly; SameSite=Strict; Secure.?$' head
same "a page in the clear is another page" 403 "$(status -H 'Content-Type: application/json' \
    -H 'Origin: http://10.77.0.1:8443' -d '{}' "$url/api/v1/session")"
if curl -s -m 5 "http://10.77.0.1:8443/api/v1/health" >out 2>err; then
	not_ok "nothing is said in the clear" out
else
	ok "nothing is said in the clear"
fi
tls() { # how a handshake ends
	openssl s_client -connect 10.77.0.1:8443 "$@" </dev/null 2>&1
}
holds "TLS 1.3" 'TLSv1.3' <(tls -tls1_3)
holds "TLS 1.2" 'Protocol *: TLSv1.2' <(tls -tls1_2)
lacks "nothing older" 'Cipher *: [A-Z]{3}' <(tls -tls1_1 -cipher 'ALL:@SECLEVEL=0' >tls11; cat tls11)
lacks "no cipher without forward secrecy" 'Cipher *: AES' <(tls -tls1_2 -cipher 'kRSA' >rsa; cat rsa)
holds "HTTP/1.1 is what is spoken" 'ALPN protocol: http/1.1' <(tls -alpn http/1.1)
holds "and nothing else" 'no application protocol|alert' <(tls -alpn h2)
own=$(openssl x509 -in a/tls/web.crt -noout -pubkey)
same "the key is the page's own" "$own" "$(tls -tls1_3 | openssl x509 -noout -pubkey)"
[ "$own" != "$(openssl x509 -in a/tls/peer.crt -noout -pubkey)" ] && ok "and not that of the links" || not_ok "and not that of the links"
pid=$(cat a.pid)
kill -STOP "$pid" # who starts the gates looks at nothing for a while
{ sleep 4; kill -CONT "$pid"; } &
slow=$!
try "the page gets a new key" seam --home a link key --page
shown=$(tls -tls1_3 | openssl x509 -noout -pubkey)
wait $slow
same "when the command returns, the page shows it" "$(openssl x509 -in a/tls/web.crt -noout -pubkey)" "$shown"
[ "$own" != "$shown" ] && ok "it is another" || not_ok "it is another"
probe() {
	local line
	while IFS= read -r line; do
		case $line in
		"ok - "*) ok "TLS: ${line#ok - }" ;;
		*) not_ok "TLS: ${line#not ok - }" ;;
		esac
	done < <(PROBE_TLS=1 PROBE_HOST=10.77.0.1 python3 "$SEAM_SOURCE/test/probe.py" "$@" 2>&1)
}
probe raw 8443
probe cut 8443
cookie=$(sed -n 's/^Set-Cookie: \([^;]*\).*/\1/Ip' signed-on)
probe storm 8443 "$(count 6 300)" $RANDOM "$cookie"
same "after a storm health answers" 200 "$(status "$url/api/v1/health")"
lacks "and nobody died of it" 'died|alert' a.out

# A neighbour on the same cable: to name its address the C library asks for the card behind it.
stop_station a
sed -i "s|^web_listen.*|web_listen [::]:8443|" a/seam.conf
start_station a
same "a neighbour without an address of the network is served" 200 \
    "$(status -H 'Host: station.example' "https://[fe80::1%25lo]:8443/api/v1/health")"
lacks "and nobody died of it" 'died|alert' a.out
stop_station a

# Without its key, or with one that others may read, nothing is shown.
refused() { # TEXT PATTERN
	seamd -H a >refused.out 2>&1 </dev/null &
	local pid=$!
	if wait_for 10 grep -Eq "$2" refused.out; then
		ok "$1"
	else
		not_ok "$1" refused.out
	fi
	kill $pid 2>/dev/null
	wait $pid 2>/dev/null
}
chmod 644 a/tls/web.key
refused "a key that others may read is not used" 'web.key can be read by others'
chmod 600 a/tls/web.key
mv a/tls/web.key kept
refused "without a key it does not listen in the clear" 'has no TLS key'
cp a/tls/peer.key a/tls/web.key
refused "nor with a key of another certificate" 'do not belong together'
mv kept a/tls/web.key
start_station a
same "with its key it is there again" 200 "$(status -H 'Host: station.example' "$url/api/v1/health")"
stop_station a
