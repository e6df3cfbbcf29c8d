#!/bin/bash
# The head is lost, or an old copy of the store was put back: the station refuses to start and says
# why; one command has it working again in a new log, with everything that is held.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive"

refuses() { # TEXT PATTERN
	local status=0
	timeout 20 seamd -H h >refused.out 2>&1 || status=$?
	same "$1" 78 $status
	holds "and says why" "$2" refused.out
}

recovers() { # TEXT
	try "one command recovers ($1)" seam recover h
	start_station h
	try "the station files again ($1)" "$drive" file h ids 30
	sleep 1.5
	stop_station h
	try "what was confirmed is held ($1)" "$drive" held h ids
	try "the home is sound ($1)" seam verify h
}

try "a home is made" seam init h --station a/makhmour --exercise
start_station h
try "records are filed" "$drive" file h ids 60
sleep 1.5
stop_station h
try "the home is sound" seam verify h

rm -f h/head.db h/head.db-wal h/head.db-shm
refuses "a lost head.db stops the station" "head"
recovers "lost head"
newest=$(ls h/log | sort -n | tail -n 1)
try "the log is a new one" test "$newest" -gt 1 -a -f "h/log/$newest/checkpoint"

# A store from yesterday under today's head.
start_station h
sleep 1.2
stop_station h
cp h/journal.db yesterday.db
cp h/keys.db yesterday-keys.db
start_station h
try "more is filed" "$drive" file h later 40
sleep 1.5
stop_station h
cp yesterday.db h/journal.db
cp yesterday-keys.db h/keys.db
rm -f h/journal.db-wal h/journal.db-shm h/keys.db-wal h/keys.db-shm
refuses "an old copy of the store stops the station" "cannot start"
recovers "old store"
refuse "what was filed after the copy is gone, and that is seen" "$drive" held h later
