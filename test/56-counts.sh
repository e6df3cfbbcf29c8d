#!/bin/bash
# Every count that verify prints is explained in the manual, and the manual explains none that is not printed.
. "$(dirname "$0")/lib.sh"

try "a home" seam init a --station a/x --exercise
lib_run seam --home a report sighting type=mov.sighting when=now place=38SMD470654 persons=5
try "it is verified" seam verify a
awk '$1 ~ /^[0-9]+$/ { print $2 }' out | sort >printed
sed -n '/^\.Sh COUNTS OF VERIFY/,/^\.Sh STATES/s/^\.It Cm //p' "$SEAM_SOURCE/man/seam.1" | sort >explained
same "all of them, and no other, are in the manual" "$(paste -sd' ' printed)" "$(paste -sd' ' explained)"
same "which has something to say of each" "$(wc -l <printed)" \
	"$(sed -n '/^\.Sh COUNTS OF VERIFY/,/^\.Sh STATES/p' "$SEAM_SOURCE/man/seam.1" | grep -A1 '^\.It Cm ' | grep -c '^[A-Z].*\.$\|^[A-Z].*,$')"
try "help says where" seam help verify
holds "in a line" 'man seam explains the counts' out
