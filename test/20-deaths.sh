#!/bin/bash
# A role that dies is started again alone; and whatever was confirmed is there after core, or the
# whole station, was killed in the middle of filing.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive"

role_pid() { # HOME ROLE
	local pid
	for pid in $(cat /proc/"$(cat "$1.pid")"/task/*/children); do
		grep -qz "^$2\$" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
	done
}
serves() {
	"$drive" status "$1" >"$1.status" 2>/dev/null
}
is_new_role() { # HOME ROLE OLD_PID
	local now
	now=$(role_pid "$1" "$2")
	[ -n "$now" ] && [ "$now" != "$3" ]
}

try "a home is made" "$drive" make h
start_station h
core=$(role_pid h core)
seal=$(role_pid h seal)
for signal in KILL SYS; do
	gate=$(role_pid h gate)
	kill -$signal "$gate"
	wait_for 10 is_new_role h gate "$gate" && ok "a gate that died of SIG$signal is started again" ||
	    not_ok "a gate that died of SIG$signal is started again" h.out
	wait_for 10 serves h && ok "and the station serves" || not_ok "and the station serves" h.out
done
same "core was left alone" "$core" "$(role_pid h core)"
same "seal was left alone" "$seal" "$(role_pid h seal)"
holds "keeper names the wall" "gate died of signal 31 .it tried what its wall forbids" h.out
stop_station h

# After each death the home is verified and every confirmed id is read back, hash and all.
rounds=$(count 20 200)
: >ids
lost=0
went=0
for round in $(seq "$rounds"); do
	start_station h || break
	"$drive" file h ids 100000 >drive.out 2>drive.err &
	driver=$!
	sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
	if [ $((round % 2)) -eq 0 ]; then
		core=$(role_pid h core)
		kill -KILL "$core"
		wait $driver
		[ $? -eq 3 ] && went=$((went + 1))
		wait_for 10 is_new_role h core "$core" && wait_for 10 serves h ||
		    not_ok "round $round: core is started again and serves" h.out
		stop_station h
	else
		kill_station h
		wait $driver
		[ $? -eq 3 ] && went=$((went + 1))
	fi
	if ! "$drive" held h ids >held.out 2>&1; then
		not_ok "round $round: what was confirmed is held" held.out
		lost=$((lost + 1))
	fi
	# The whole home is recomputed now and then: it costs more the more was filed.
	if [ $((round % 5)) -eq 0 ] && ! seam verify h >verify.out 2>&1; then
		not_ok "round $round: the home is sound" verify.out
		lost=$((lost + 1))
	fi
	[ $lost -lt 3 ] || break
done
same "each death cut the driver off" "$rounds" "$went"
same "nothing confirmed was lost in $rounds deaths ($(wc -l <ids) records)" 0 $lost
try "the home is sound after all of it" seam verify h
