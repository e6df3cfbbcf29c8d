#!/bin/bash
# The folder of the picture is full: what is filed is confirmed and held, and nobody who reads is shown
# less than that without a word. With room again the picture comes up by itself.
. "$(dirname "$0")/lib.sh"
drive=$SEAM_BUILD/bench/seam-drive
need "$drive" mount umount curl python3

if [ "$(id -u)" -ne 0 ]; then
	skip "29-behind: only root may mount a small disk"
	exit 0
fi
mkdir disk
if ! mount -t tmpfs -o size=2m none disk 2>mount.err; then
	skip "29-behind: $(cat mount.err)"
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

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
try "a home is made" "$drive" make h
mkdir -m 700 disk/run
sed -i -e '/^run_dir/d' -e '/^web_listen/d' h/seam.conf
printf 'run_dir %s\nweb_listen 127.0.0.1:%s\n' "$PWD/disk/run" "$port" >>h/seam.conf
start_station h
seam --home h user add shilan watch,liaison >token 2>err || not_ok "an account" err
get() { curl -s --max-time 10 -D head -o out -H "Authorization: Bearer $(cat token)" "http://127.0.0.1:$port$1"; }
try "records are filed" "$drive" file h ids 20
same "all are counted" 20 "$(seam --home h count)"
dd if=/dev/zero of=disk/ballast bs=4k 2>dd.err
try "with the picture's folder full they are filed all the same" "$drive" file h more 400
behind() { "$drive" status h 2>/dev/null | sed -n 's/.*"behind":\([0-9]*\).*/\1/p'; }
sees() { [ "$(behind)" -ge 1 ]; }
wait_for 15 sees && ok "status says how far the picture is behind" || not_ok "status says how far the picture is behind" h.out
"$drive" status h >told 2>&1
holds "and why" '"behind_why":"no space' told
looks() { # what everybody is told, whatever state the picture is in
	seam --home h status >out 2>err
	holds "$1: seam status says it" 'THE PICTURE (IS BEHIND: [0-9]+ of these|CANNOT BE READ)' out
	seam --home h status --json >out 2>err
	lacks "$1: and as JSON" '"behind":0,' out
	seam --home h count >out 2>err
	same "$1: a count is of all that is held" 420 "$(cat out)"
	holds "$1: and says that the station's picture is not" "picture (lacks|cannot be read)" err
	same "$1: a list too" 420 "$(seam --home h list --all 2>err | grep -c .)"
	holds "$1: and says it" "picture (lacks|cannot be read)" err
	curl -s --max-time 10 "http://127.0.0.1:$port/api/v1/health" >out 2>err
	holds "$1: health is not ok" '"state":"fail"' out
	holds "$1: and names the reason" 'no space' out
	get /api/v1/records
	if [ "$has_picture" = no ]; then
		holds "$1: there is no answer to a program" '"status":503' out
	else
		holds "$1: a program is told in the answer" '"behind":[0-9]+,"behind_why":"no space' out
	fi
	holds "$1: and in its head" '^Seam-Behind: [0-9]+' head
	get /api/v1/count
	[ "$has_picture" = no ] || holds "$1: a count too" '"behind":[0-9]+' out
	get /
	[ "$has_picture" = no ] || holds "$1: and on the page" 'This is not everything: (<[^>]*>)*[0-9]+' out
	get /api/v1/station
	holds "$1: the station's state has it" '"behind":[0-9]+,"behind_why":"no space' out
	holds "$1: the log says it" 'the picture is behind by [0-9]+ records: no space' h.out
	[ "$(grep -c 'the picture is behind by' h.out)" -le 2 ] &&
	    ok "$1: once for a reason" || not_ok "$1: once for a reason" h.out
}
has_picture=yes
looks "a picture that stopped"
stop_station h
rm -f disk/run/*
dd if=/dev/zero of=disk/more bs=4k 2>dd.err
start_station h
wait_for 15 sees && ok "a picture that was never made is behind too" || not_ok "a picture that was never made is behind too" h.out
has_picture=no
looks "a picture that was never made"
rm -f disk/ballast disk/more
mount -o remount,size=64m disk
whole() { [ "$(behind)" = 0 ]; }
wait_for 30 whole && ok "with room the picture comes up by itself" || not_ok "with room the picture comes up by itself" h.out
same "all are counted" 420 "$(seam --home h count 2>err)"
lacks "and nothing is said any more" "picture" err
curl -s --max-time 10 "http://127.0.0.1:$port/api/v1/health" >out 2>err
holds "health is ok again" '"check":"picture","state":"ok"' out
get /api/v1/records
lacks "a program is told nothing any more" 'behind' out
lacks "nor in its head" '^Seam-Behind' head
