#!/bin/bash
# A command that writes a file never puts it in the place of a device, a pipe, a socket, a link or a folder.
. "$(dirname "$0")/lib.sh"

printf 'long enough to keep\n' >pass
try "a home" seam init a --station a/x --exercise --passphrase-file pass
lib_run seam init b --station b/x --exercise
try "an invitation to a file that is not there yet" seam --home a invite plain
try "and over one that is" seam --home a invite plain
cp plain before
mkdir folder
mkfifo pipe
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
ln -s plain link
ln -s nowhere loose
kinds="folder pipe socket link loose"
if mknod device c 1 3 2>/dev/null; then
	kinds="$kinds device"
else
	skip "no device may be made here"
fi
for kind in $kinds; do
	looks=$(stat -c %F:%N "$kind")
	refuse "a copy is not put over a $kind" seam --home a backup "$kind" --passphrase-file pass
	holds "and the reason given" "^seam: $kind: there is a device, pipe, socket, link or folder of that name" err
	refuse "nor an invitation" timeout 20 seam --home a invite "$kind"
	holds "for the same reason" "^seam: $kind: there is a device" err
	refuse "nor a bundle" timeout 20 seam --home a export bundle b "$kind"
	holds "and it is said before anything is cut" "^seam: $kind: there is a device" err
	refuse "nor labels, which are written last" timeout 20 seam --home a import exercise plain --labels "$kind"
	holds "and it is said before anything is filed" "^seam: $kind: there is a device" err
	same "the $kind is what it was" "$looks" "$(stat -c %F:%N "$kind")"
done
try "what a link led to is what it was" cmp plain before
for kind in $kinds; do
	cp -a "$kind" "copy.part"
	refuse "nor is a $kind written through that stands beside the name" timeout 20 seam --home a backup copy --passphrase-file pass
	lacks "nothing else went wrong" 'fault in this program' err
	rm -rf copy.part
done
try "it still is" cmp plain before
same "and no copy was made" no "$([ -e copy ] && echo yes || echo no)"
