#!/bin/bash
# Of the versions of a statement that one is in force which its station filed last, not the one that came last: an original
# that an officer held back, or that was due later, does not push out the amendment that went first. Over a link the order
# is that of the other's log; by stick that of the filing times where they are released. It is the same after a
# restart, in a picture made anew, and once a log is known that was not known when the records came.
. "$(dirname "$0")/links.sh"

# One second of the clock on the wall is one minute of the exercise.
now=$(date +%s)
INIT="--exercise-start 2027-05-03T08:00:00Z --exercise-epoch $(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ) --rate 60"
LIST=$INIT
network a/one b/one c/one
policy a-one <<P
party a b c
release incident to b : type, severity  manual 1  if severity = red
release incident to b : type, severity  after 3m  if severity = green
release incident to b : type, severity  if severity = yellow
release sighting to b, c : type, severity, filed  manual 1  if severity = red
release sighting to b, c : type, severity, filed  if severity = yellow
P
report() { # KIND SEVERITY [THREAD-OF]
	local kind=$1 severity=$2 type=atk.ambush
	shift 2
	[ "$kind" = incident ] || type=mov.sighting
	[ $# -eq 0 ] || set -- --thread "$(seam --home a-one --json show "$1" | pick - 'd["record"]["thread"]')"
	file a-one "$kind" type=$type when=now place=38SMD470654 severity="$severity" "$@"
}
in_force() { # HOME KIND: severities
	seam --home "$1" --json list --kind "$2" 2>/dev/null | pick - "' '.join(sorted(r['fields']['severity'] for r in d))"
}
shows() { # HOME KIND SEVERITIES: for wait_for
	[ "$(in_force "$1" "$2")" = "$3" ]
}
order_of() { # HOME ID: its thread, oldest first
	seam --home "$1" --json show "$2" | pick - "' '.join(v['id'] for v in d['versions'])"
}
hears() { # HOME ID: for wait_for: the copy of the log reaches it
	[ "$(seam --home "$1" --json show "$2" | pick - "d['log'].get('state')")" = copied ]
}
same_anew() { # HOME KIND WANT TEXT: after a restart, in a picture made anew, and read without the station
	stop_station "$1"
	same "$4: without the station" "$3" "$(in_force "$1" "$2")"
	start_station "$1"
	try "$4: after a restart" wait_for 10 shows "$1" "$2" "$3"
	stop_station "$1"
	rm -rf "${1:?}-run"
	start_station "$1"
	try "$4: in a picture made anew" wait_for 10 shows "$1" "$2" "$3"
}

# ---- over a link ----
link a/one b/one
links_up a/one b/one
held=$(report incident red)
went=$(report incident yellow "$held")
try "the amendment goes first" wait_for 20 arrives a-one "$went" b
try "and lies in b's copy of the log" wait_for 20 hears b-one "$went"
try "an officer lets the original go" seam --home a-one send "$held" b --yes
try "and it comes behind it" wait_for 20 holds_id b-one "$held"
same "the amendment stays in force" yellow "$(in_force b-one incident)"
same "the original stands before it" "$held $went" "$(order_of b-one "$went")"

due=$(report incident green)
more=$(report incident yellow "$due")
try "one due later: its amendment goes first" wait_for 20 holds_id b-one "$more"
try "the original when it is due" wait_for 20 holds_id b-one "$due"
try "the amendments are in force" wait_for 20 shows b-one incident "yellow yellow"
same_anew b-one incident "yellow yellow" "the amendments are in force"
same "in the same order" "$due $more" "$(order_of b-one "$due")"
try "the store holds" seam verify b-one

# ---- by stick ----
held=$(report sighting red)
went=$(report sighting yellow "$held")
stick_c() {
	lib_run seam --home a-one export bundle c ac && lib_run seam --home c-one import bundle ac
}
try "a stick to c" stick_c
same "with the amendment" yellow "$(in_force c-one sighting)"
lib_run seam --home a-one send "$held" c --yes || not_ok "an officer lets the original go" err
try "another stick" stick_c
try "with the original" holds_id c-one "$held"
same "by stick, filing times decide" yellow "$(in_force c-one sighting)"
same "the original stands before it" "$held $went" "$(order_of c-one "$went")"
same_anew c-one sighting yellow "by stick"

# ---- a log that is known later ----
policy a-one <<P
party a b c
release incident to c : type, severity  manual 1  if severity = red
release incident to c : type, severity  if severity = yellow
P
held=$(report incident red)
went=$(report incident yellow "$held")
try "neither filing time nor log: a stick" stick_c
lib_run seam --home a-one send "$held" c --yes || not_ok "an officer lets the original go" err
try "and another" stick_c
same "what was delivered last is taken for the newest" red "$(in_force c-one incident)"
link a/one c/one
links_up c/one
try "over a link c learns the log, and with it the order" wait_for 30 shows c-one incident yellow
same "the original stands before it" "$held $went" "$(order_of c-one "$went")"
same_anew c-one incident yellow "since then"
cut_link a/one c/one
rm -rf c-one/mirror
same_anew c-one incident yellow "without the link and the copy"
try "the store holds" seam verify c-one
