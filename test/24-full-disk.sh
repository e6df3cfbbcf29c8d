#!/bin/bash
# The disk is full: what is filed is refused by name, nothing confirmed is lost, and with room again
# the station goes on by itself.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive" mount umount

if [ "$(id -u)" -ne 0 ]; then
	skip "24-full-disk: only root may mount a small disk"
	exit 0
fi
mkdir disk
if ! mount -t tmpfs -o size=12m none disk 2>mount.err; then
	skip "24-full-disk: $(cat mount.err)"
	exit 0
fi
end_disk() {
	for home in ${lib_homes[@]+"${lib_homes[@]}"}; do
		stop_station "$home"
	done
	umount disk 2>/dev/null || umount -l disk
	lib_end
}
trap 'end_disk' EXIT

try "a home is made on a small disk" "$drive" make disk/h
ln -s disk/h h
start_station disk/h
status=0
"$drive" file disk/h ids 20000 >drive.out 2>drive.err || status=$?
same "filing ends with a refusal" 1 $status
holds "the refusal names the disk" "disk_full|no space left" drive.err
"$drive" status disk/h >status 2>&1
same "the station still answers" 0 $?
try "what was confirmed is held ($(wc -l <ids) records)" "$drive" held disk/h ids
mount -o remount,size=64m disk
again() {
	"$drive" file disk/h ids 100
}
wait_for 15 again && ok "with room it files again" || not_ok "with room it files again" disk/h.out
stop_station disk/h
try "everything confirmed is held" "$drive" held disk/h ids
try "the home is sound" seam verify disk/h
