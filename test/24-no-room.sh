#!/bin/bash
# A home is made where there is no room for one: that is what is said, wherever in the making the room ends.
. "$(dirname "$0")/lib.sh"
need mount umount

if [ "$(id -u)" -ne 0 ]; then
	skip "24-no-room: only root may mount a small disk"
	exit 0
fi
mkdir disk
for size in 40k 100k 200k 280k 300k 340k 400k; do
	if ! mount -t tmpfs -o size=$size none disk 2>mount.err; then
		skip "24-no-room: $(cat mount.err)"
		exit 0
	fi
	refuse "$size: no home is made" seam init disk/h --station a/makhmour --exercise
	cp err said
	umount disk
	holds "$size: for want of room" "no space left on the disk" said
done
