#!/bin/bash
# A watch that was handed over is taken over by somebody else, whoever asks and by which way: the command line, a
# record filed as any other, a program over HTTP. One person alone may, and the record says so.
. "$(dirname "$0")/lib.sh"
need python3 curl

printf 'the passphrase of a station\n' >pass
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
try "a home" seam init a --station a/one --exercise --passphrase-file pass
sed -i -e "s|^run_dir.*|run_dir $work/a-run|" -e "s|^web_listen.*|web_listen 127.0.0.1:$port|" a/seam.conf
start_station a
for name in first second; do
	seam --home a user add $name watch >$name.token 2>err || not_ok "an account" err
	chmod 600 $name.token
done
seam --home a user add officer director >officer.token 2>err || not_ok "an account" err
chmod 600 officer.token
as() { # ACCOUNT WORDS...
	local account=$1
	shift
	seam --home a --token-file "$account.token" "$@"
}
filed() { # ACCOUNT WORDS...: the id of what is filed
	as "$@" --json >answer 2>err </dev/null || { not_ok "it is filed: $*" err >&2; return 1; }
	python3 -c 'import json, sys; d = json.load(sys.stdin); print(d.get("filed", d)["id"])' <answer
}
state() {
	as first --json shift show 2>/dev/null | python3 -c 'import json, sys; d = json.load(sys.stdin)["shift"]; print(d["state"], d["id"])'
}
thread_of() { # ID
	as first --json show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["record"]["thread"])'
}
post() { # ACCOUNT JSON: the status; the answer is in body
	curl -s -m 20 -o body -w '%{http_code}' -H "Authorization: Bearer $(cat "$1.token")" \
	    -H 'Content-Type: application/json' -d "$2" "http://127.0.0.1:$port/api/v1/records"
}
shift_of() { # STATE [CITES] [THREAD]
	printf '{"kind":"shift","fields":{"state":"%s","when":"now"%s}%s}' "$1" "${2:+,\"cites\":\"$2\"}" "${3:+,\"thread\":\"$3\"}"
}

open=$(filed first report shift state=open when=now)
thread=$(thread_of "$open")
refuse "a watch that is open is not opened" as second report shift state=open when=now
holds "it says why" "handed over or closed first" err
same "nor by a program" 422 "$(post second "$(shift_of open)")"
same "a watch is not suspended" 422 "$(post first "$(shift_of suspended "" "$thread")")"
handover=$(filed first report shift --amend "$open" state=handover when=now)
same "it is handed over" "handover $handover" "$(state)"

# ---- who handed over takes over by no way ----
refuse "not by the command" as first shift open
holds "it says why" "second officer" err
refuse "not as a record" as first report shift state=open when=now cites="$handover"
holds "it says why" "second officer" err
same "not by a program" 409 "$(post first "$(shift_of open "$handover")")"
holds "it is told why" '"two_accounts"' body
same "not by taking it back" 409 "$(post first "$(shift_of open "" "$thread")")"
same "nor by closing it" 409 "$(post first "$(shift_of closed "" "$thread")")"
same "nor by beginning another" 422 "$(post first "$(shift_of closed)")"
refuse "nor by retracting the handover" as first report retract re="$handover"
holds "it says why" "does not follow from what stands: a watch is not taken back" err
refuse "nor by retracting the beginning" as second report retract re="$open"
same "by a program neither" 422 "$(post first "{\"kind\":\"retract\",\"fields\":{\"re\":\"$handover\"}}")"
refuse "nor by erasing it" as officer report erase re="$handover"
holds "it says why" "stands so" err
same "it is still handed over" "handover $handover" "$(state)"
stop_station a
start_station a
same "also after a restart" 409 "$(post first "$(shift_of open "$handover")")"

# ---- who takes over names what was handed over ----
same "a second who names nothing is refused" 422 "$(post second "$(shift_of open)")"
holds "and told what is missing" "names the handover" body
same "an amendment of the handover by the second" 201 "$(post second "$(shift_of handover "" "$thread")")"
handover=$(state | cut -d' ' -f2)
same "makes the second one who handed over" 409 "$(post second "$(shift_of open "$handover")")"
seam --home a user add third watch >third.token 2>err || not_ok "an account" err
chmod 600 third.token
same "a third takes over" 201 "$(post third "$(shift_of open "$handover")")"
same "and the watch is open" open "$(state | cut -d' ' -f1)"
same "the old one is over" 409 "$(post first "$(shift_of open "" "$thread")")"

# ---- alone ----
try "the next handover" as third shift handover
refuse "who handed over" as third shift open
try "may when alone" as third shift open "quiet" --alone
now=$(state | cut -d' ' -f2)
as first --json show "$now" >shown
holds "and the record says so" '"text": ?"[^"]*quiet; taken over by the account that handed over"' shown
try "a second" as third shift handover
try "may say that too" as first shift open --alone
as first --json show "$(state | cut -d' ' -f2)" >shown
lacks "and then it is not said" 'account that handed over' shown
now=$(state | cut -d' ' -f2)
refuse "how the watch stands is not erased" as officer report erase re="$now"
try "a watch that is over is" as officer report erase re="$handover"

# ---- however many watches there were, and whatever they say of their time ----
python3 - "http://127.0.0.1:$port/api/v1/records" first.token "$(thread_of "$now")" <<'END' >err 2>&1 || not_ok "many watches" err
import json, sys, urllib.request
url, token, thread = sys.argv[1:]
def post(fields, **more):
    request = urllib.request.Request(url, json.dumps({"kind": "shift", "fields": fields, **more}).encode(), {
        "Authorization": "Bearer " + open(token).read().strip(), "Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=20))["id"]
post({"state": "closed", "when": "now"}, thread=thread)
for i in range(1001):
    post({"state": "closed", "when": "now"})
END
handover=$(filed first report shift state=handover "when=090600Z NOV 20" --yes)
same "the command says so" "handover $handover" "$(state)"
same "a handover of long ago by its own words is the newest" "409" "$(post first "$(shift_of open "$handover")")"
same "which a second takes over" 201 "$(post second "$(shift_of open "$handover")")"
try "the log is sound" seam --home a verify
