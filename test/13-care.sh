#!/bin/bash
# A station is copied, lost, recovered with one command, joined by a sister, revoked and destroyed.
. "$(dirname "$0")/lib.sh"

echo "a passphrase" >pass
try "a home" seam init a --station a/one --exercise --passphrase-file pass
try "a record" seam --home a report incident type=atk.ambush when=now place=38SMD470654 deaths=1
try "an encrypted copy" seam --home a backup copy --passphrase-file pass
lacks "with nothing to read in it" 'atk.ambush|a/one' copy
echo "another" >other
refuse "a wrong passphrase opens nothing" seam recover b --from copy --passphrase-file other
same "and leaves no folder" no "$([ -e b ] && echo yes || echo no)"
echo short >few
refuse "a short passphrase is refused" seam --home a backup copy2 --passphrase-file few
holds "and said to be short" 'fewer than 8' err
refuse "without a terminal or file there is no passphrase" setsid seam --home a backup copy2
holds "and it says that" 'no terminal' err
try "the station comes back from it" seam recover b --from copy --passphrase-file pass --root-passphrase-file pass
same "with its record" 1 "$(seam --home b count)"
try "and works on" seam --home b report incident type=atk.ambush when=now place=38SMD470655
refuse "where a home is none is put" seam recover b --from copy --passphrase-file pass
holds "and it is named" '^seam: b: ' err
holds "in a new log" 'log/2' <(seam --home b status)
try "that verifies" seam verify b
rm -rf b

rm -f a/head.db*
refuse "without its head a home does not verify" seam verify a
refuse "and its station signs nothing" seam --home a report incident type=atk.ambush when=now place=38SMD470654
try "one command brings it back" seam recover a --root-passphrase-file pass
try "it works on" seam --home a report incident type=atk.ambush when=now place=38SMD470656
try "and verifies" seam verify a

try "a further station" seam init s --station a/two --exercise --passphrase-file pass --join
refuse "cannot start by itself" seam --home s report incident type=atk.ambush when=now
try "asks" seam --home s join
cp out request
refuse "only its own party may sign" seam --home s join sign request
try "is signed by its root" seam --home a join sign request
cp out welcome
try "and joins" seam --home s join welcome
try "and works" seam --home s report incident type=atk.ambush when=now
try "the first station knows it" seam --home a members install welcome
try "a record for it" seam --home a report incident type=atk.ambush when=now place=38SMD470657
try "on a stick" seam --home a export bundle a as
try "is taken" seam --home s import bundle as
same "and stands beside its own, with what was filed before it joined" 4 "$(seam --home s count)"
try "the root revokes the key of the first" seam --home s key revoke a/one#1 --root a/root.key --root-passphrase-file pass
try "what it signs now" seam --home a report incident type=atk.ambush when=now place=38SMD470658
try "on the next stick" seam --home a export bundle a as
refuse "is refused" seam --home s import bundle as
holds "with the reason" 'revoked key' err

entries=$(find a/log/2 -type f -path '*entries*' | sort -V | tail -1) # of the newest head; older part tiles are not read
printf '\001' | dd of="$entries" bs=1 seek=20 conv=notrunc 2>err
refuse "one changed byte is found" seam verify a
holds "and its place named" 'log/2/tile/entries' err
refuse "nothing is destroyed without a yes" seam --home s destroy
start_station s
try "a post that is overrun" seam --home s destroy --yes
lacks "stops its station first" 'answer|still runs' err
holds "says what is gone" '^Removed: ' err
same "and nothing of it is left" no "$([ -e s ] && echo yes || echo no)"
stop_station s
