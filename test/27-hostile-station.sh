#!/bin/bash
# What comes is hostile: bytes that are no messages, thousands of damaged deliveries, a table with
# broken text and a line of 100 MB. The station refuses, does not grow, and keeps serving.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive" python3

rss() { # ROLE
	local pid
	for pid in $(cat /proc/"$(cat h.pid)"/task/*/children); do
		grep -qz "^$1\$" "/proc/$pid/cmdline" 2>/dev/null && awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
	done
}

try "a home is made" "$drive" make h
start_station h
try "records are filed" "$drive" file h ids 100

same "whoever breaks the rules of the wire is cut off, each time" 200 "$("$drive" rude h 200 2>&1)"
try "and others are served" "$drive" status h

# Real deliveries to this station's neighbours, which are not for it: well formed, and refused.
try "a stick is written" seam --home h export bundle b stick
grep -a '^delivery ' stick >lines
printf 'nonsense\n{"x":1}\ndelivery \nreceipt x\n' >>lines
before=$(rss core)
try "damaged deliveries are answered" "$drive" take h lines 2000
sed 's/^/# /' out
holds "none came in" "^new 0 " out
middle=$(rss core)
try "thousands more" "$drive" take h lines "$(count 8000 200000)"
holds "none of them came in" "^new 0 " out
after=$(rss core)
if grep -q "no walls: sanitizer build" h.log 2>/dev/null || nm "$SEAM_BUILD/seamd" 2>/dev/null | grep -q __asan_init; then
	skip "a sanitizer keeps what is freed: growth cannot be judged"
elif [ "$after" -lt $((middle + 16384)) ]; then
	ok "core does not grow with them ($before, $middle, $after KiB)"
else
	not_ok "core grows with them ($before, $middle, $after KiB)"
fi

python3 - <<'END'
with open("table.csv", "wb") as f:
    f.write(b"when,type,lat,lon\n")
    f.write(b"2027-05-03,atk.ambush,35.77,43.58\xff\xfe\n")
    f.write(b"\xc3\x28,\x00,\x80,\xed\xa0\x80\n")
    f.write(b"x" * (100 << 20) + b"\n")
    f.write(b"2027-05-03,\"never closed,1,2\n")
END
cat >map <<'END'
kind incident
origin table
date YYYY-MM-DD
zone +03:00
column when = when
column type = type
column lat, lon = place@1km
set severity = yellow
END
timeout 60 seam --home h import csv table.csv --map map >import.out 2>&1
same "a table with broken text and a line of 100 MB is read to its end, and its refusals show in the exit" 1 $?
holds "broken text is refused by its line" "^line 2: not valid UTF-8" import.out
holds "the line of 100 MB is refused by its line" "^line 4: larger than the limit" import.out
holds "the quote that never ends is refused by its line" "^line 5: " import.out
holds "nothing of it came in" "4 read, 0 new, 0 held already, 4 refused" import.out
try "the station still files" "$drive" file h ids 100
lacks "no role died of it" "died of signal" h.out
stop_station h
try "the home is sound" seam verify h
