#!/bin/bash
# Seal dies: nothing is signed while it is away, nothing is lost, and filing goes on when it is back.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive"

seal_pid() {
	local pid
	for pid in $(cat /proc/"$(cat h.pid)"/task/*/children); do
		grep -qz '^seal$' "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
	done
}
signs() {
	"$drive" status h >status 2>/dev/null && grep -q '"signs":true' status
}
is_back() {
	local now
	now=$(seal_pid)
	[ -n "$now" ] && [ "$now" != "$1" ] && signs
}

try "a home is made" "$drive" make h
start_station h
try "records are filed" "$drive" file h ids 300
for round in 1 2 3; do
	old=$(seal_pid)
	"$drive" file h ids 4000 >drive.out 2>drive.err &
	driver=$!
	sleep "0.$((RANDOM % 4 + 1))"
	kill -KILL "$old"
	wait_for 10 is_back "$old" && ok "seal is started again and signs ($round)" ||
	    not_ok "seal is started again and signs ($round)" h.out
	wait $driver
	status=$?
	# A batch that stood between asking and collecting may be refused by name; never silently.
	if [ $status -eq 0 ] || grep -q '^FAILED: ' drive.err; then
		ok "who filed meanwhile was told ($round: $status)"
	else
		not_ok "who filed meanwhile was told ($round: $status)" drive.err
	fi
	before=$(wc -l <ids)
	try "filing goes on ($round)" "$drive" file h ids 200
	same "and each is confirmed ($round)" $((before + 200)) "$(wc -l <ids)"
done
stop_station h
try "every confirmed record is held" "$drive" held h ids
try "the home is sound" seam verify h
