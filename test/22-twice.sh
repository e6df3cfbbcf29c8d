#!/bin/bash
# Two instances: the second in one home refuses; a home that was copied and started twice cannot
# make two heads that another station would both believe without the fork being shown.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive"

try "a home is made" "$drive" make h
sed -i 's/^beat_ms .*/beat_ms 200/' h/seam.conf
start_station h
try "records are filed" "$drive" file h ids 50

status=0
timeout 20 seamd -H h >second.out 2>&1 || status=$?
same "a second station in the same home ends with 1" 1 $status
holds "and says why" "runs in .*h already" second.out
try "the first still serves" "$drive" file h ids 50
ln -s h other
timeout 20 seamd -H other >second.out 2>&1
holds "another name of the same home is the same home" "already" second.out

# While it runs, and with its databases in use, the store itself refuses another writer.
seamd_pid=$(cat h.pid)
kill -STOP "$seamd_pid"
rm -f h/seamd.pid
timeout 20 seamd -H h >third.out 2>&1 &
third=$!
sleep 1.5
kill -CONT "$seamd_pid"
wait $third
holds "without keeper's lock file the journal's own lock holds" "in use by another process" third.out
same "the first still serves behind its socket" 0 "$(
	"$drive" status h >/dev/null 2>&1
	test -d /proc/"$seamd_pid" && echo 0
)"
kill_station h
rm -f h/ctl.sock

# A copy of the home does not start: one log would get two histories.
cp -a h copy
status=0
timeout 20 seamd -H copy >copied.out 2>&1 || status=$?
same "a copied home does not start" 78 $status
holds "and says what it is and what to do" "is a copy.*seam recover" copied.out

# Who takes the mark away on purpose gets a fork: each home alone is sound, and whoever sees both heads sees
# that they contradict.
rm copy/home.place
start_station h
start_station copy
try "one files" "$drive" file h ids_h 40
try "the copy files something else" "$drive" file copy ids_copy 41
sleep 1
stop_station h
stop_station copy
origin=$(head -n 1 h/log/1/checkpoint)
same "both name one origin" "$origin" "$(head -n 1 copy/log/1/checkpoint)"
if [ "$(sed -n 2,3p h/log/1/checkpoint)" != "$(sed -n 2,3p copy/log/1/checkpoint)" ]; then
	ok "their heads differ, so that a witness who has one refuses the other"
else
	not_ok "their heads differ" h/log/1/checkpoint
fi
cp copy/head.db copy/head.db-wal h/ 2>/dev/null || cp copy/head.db h/
rm -f h/head.db-shm
status=0
timeout 20 seamd -H h >forked.out 2>&1 || status=$?
same "a home whose head is of the other history does not start" 78 $status
holds "and says that storage and head disagree" "cannot start" forked.out
