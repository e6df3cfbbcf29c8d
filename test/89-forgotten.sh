#!/bin/bash
# An erasure among four parties, one of them with two stations: each says with its signature that it is done, the
# asker sees who has not, and no byte is left at any of them, though one was away and one died meanwhile.
. "$(dirname "$0")/links.sh"

network a/one b/one c/one d/one b/two
policy a-one <<P
party a b c d
release incident to b, c, d : type, severity, place@1km, when@minute, unit
P
mesh a/one b/one c/one d/one
link b/one b/two
links_up a/one b/one c/one d/one b/two
mark=zq-four-parties
id=$(file a-one incident type=atk.ambush when=now place=38SMD470654 severity=red unit=$mark)
for party in b c d; do
	try "$party has it" wait_for 20 arrives a-one "$id" $party
done
try "b's second station has it from its sister" wait_for 20 holds_id b-two "$id"
for home in a-one b-one b-two c-one d-one; do
	shows "its words are at $home" $mark $home-run
done

stop_station d-one
kill_station c-one
try "a erases it" seam --home a-one erase "$id" --yes
who() {
	seam --home a-one --json show "$id" | pick - '"%s | %s" % (" ".join(sorted(c["station"] for c in d["kept"]["confirmed"])), " ".join(sorted(d["kept"]["missing"])))'
}
is_said() { [ "$(who)" = "$1" ]; }
without() { # STATION...: these have confirmed, among others perhaps; d is missing
	local said station
	said=$(who)
	for station in "$@"; do
		case " ${said%%|*} " in *" $station "*) ;; *) return 1 ;; esac
	done
	case " ${said##*|} " in *" d/one "*) ;; *) return 1 ;; esac
}
try "b's first station confirms; d is missing" wait_for 20 without b/one
seam --home a-one status >status 2>err
holds "the status names it" "missing: .*d/one" status
start_station c-one
try "c confirms after its death" wait_for 60 without b/one c/one
start_station d-one
nobody() { case "$(who)" in *"| ") ;; *) return 1 ;; esac; }
try "d back, nobody is missing" wait_for 60 nobody
who >said
holds "each signed for itself" "b/one.* c/one d/one" said
gone() { ! seam --home b-two show "$id" 2>/dev/null | grep -q $mark && [ "$(seam --home b-two --json show "$id" | pick - 'd["record"]["erased"]')" = true ]; }
try "the sister knows the id alone" wait_for 20 gone
for home in a-one b-one b-two c-one d-one; do
	hides "no byte is left at $home" $mark $home $home-run
	stop_station $home
	hides "nor when it has stopped" $mark $home $home-run
	try "$home is sound, every leaf of it" seam --home $home verify
done
