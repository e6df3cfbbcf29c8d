#!/bin/bash
# The policies of EXERCISE SEAM 72 hold their own test lines, and a finer release is found out.
. "$(dirname "$0")/lib.sh"
for party in a b c; do
	try "a home of party $party" seam init "$party" --station "$party/kirkuk" --exercise
	try "policy-$party holds its test lines" seam --home "$party" policy check "$SEAM_SOURCE/exercise/policy-$party.policy"
done
sed '/^release sighting to b/s/place@10km/place@100m/' "$SEAM_SOURCE/exercise/policy-a.policy" >finer.policy
refuse "a release that became finer breaks a test line" seam --home a policy check finer.policy
holds "the message says what came out: 1 km at best, as persons are protected above any policy" 'to b goes .*place@1km' err
