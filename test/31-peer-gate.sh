#!/bin/bash
# The gate of a link, the real program behind its real wall, with a test at all its ends: who is let in and who
# is turned away, which of two connections stays, lines to the byte, ends that break, crowd, or take nothing,
# and the log over HTTP.
. "$(dirname "$0")/lib.sh"
need python3 openssl curl

try "a home" seam init a --station a/one --exercise
mkdir keys
if command -v cc >/dev/null && ! nm "$SEAM_BUILD/seamd" 2>/dev/null | grep -q __asan_init; then
	cc -shared -fPIC -O1 -o clock.so "$SEAM_SOURCE/test/clock.c" 2>err || not_ok "the clock is made" err
	export CLOCK_SO=$work/clock.so
fi
PYTHONPATH=$SEAM_SOURCE/test PYTHONDONTWRITEBYTECODE=1 python3 "$SEAM_SOURCE/test/peer_gate.py" "$work/a" "$work/keys" "$@" \
    2>gate.err || lib_failed=1
sed 's/^/# /' gate.err | tail -n 40
