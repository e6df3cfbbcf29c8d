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
refuse "a copy that is not there" setsid seam recover b --from nofile
holds "is named before a passphrase is asked for" '^seam: nofile: not found' err
refuse "a wrong passphrase of the copy" seam recover b --from copy --passphrase-file other
holds "is called that" 'passphrase does not open it' err

try "another party" seam init z --station z/one --exercise
refuse "its root does not bring a station back" seam recover b --from copy --passphrase-file pass --root z/root.key \
	--root-passphrase-file z/passphrase
holds "and that is said" 'z/root.key: this is not the root of party a' err
same "no half home stands in the way" no "$([ -e b ] && echo yes || echo no)"
refuse "a root key that is not there" seam recover b --from copy --passphrase-file pass --root nokey
holds "is named" '^seam: nokey is not there' err
refuse "a wrong passphrase of the root" seam recover b --from copy --passphrase-file pass --root-passphrase-file other
holds "is called that" 'root.key: the passphrase does not open it' err
same "and leaves no home either" no "$([ -e b ] && echo yes || echo no)"
mkdir b
refuse "a folder that was there" seam recover b --from copy --passphrase-file pass --root nokey
holds "is not tidied away" '^seam: nokey' err
same "and nothing was put into it" 0 "$(find b -type f | wc -l)"
refuse "with a root of another party" seam recover b --from copy --passphrase-file pass --root z/root.key \
	--root-passphrase-file z/passphrase
holds "it says how to go on" 'seam recover b .*without --from' err
try "and so it goes on" seam recover b --passphrase-file pass --root-passphrase-file pass
rm -rf b
try "the station comes back from it" seam recover b --from copy --passphrase-file pass --root-passphrase-file pass
same "with its record" 1 "$(seam --home b count)"
try "and works on" seam --home b report incident type=atk.ambush when=now place=38SMD470655
refuse "where a home is none is put" seam recover b --from copy --passphrase-file pass
holds "and it is named" '^seam: b: ' err
holds "in a new log" 'log/[0-9]{9}' <(seam --home b status)
try "that verifies" seam verify b
refuse "an account's passphrase needs a terminal or a file" setsid seam --home b user pass officer
holds "and it says which option" '--passphrase-file' err
rm -rf b

try "an exercise with a passphrase of its own" seam init x --station a/three --exercise
try "is copied" seam --home x backup x.copy --passphrase-file pass
cp x/passphrase x.pass
cp x/root.key x-root.key
rm -rf x
refuse "with its home gone" setsid seam recover y --from x.copy --passphrase-file pass --root x-root.key
holds "the file that is missing is named" 'x/passphrase.* passphrase_file, is not there' err
lacks "not one that is there" 'x-root.key: not found' err
same "and no half home is left" no "$([ -e y ] && echo yes || echo no)"
try "its passphrase brings it back" setsid seam recover y --from x.copy --passphrase-file pass --root x-root.key --root-passphrase-file x.pass
holds "and the file to put right is named" 'passphrase_file' err
sed -i "s,^passphrase_file.*,passphrase_file $work/x.pass," y/seam.conf
try "then it works on" seam --home y report incident type=atk.ambush when=now place=38SMD470655
try "and verifies" seam verify y

refuse "a sound log is not ended without a yes" seam recover a --root-passphrase-file pass
holds "and is said to be sound" 'is sound.*ends? it.*--yes' err
same "it is the old one" 1 "$(find a/log -mindepth 1 -maxdepth 1 | wc -l)"
rm -f a/head.db*
refuse "another party's root does not begin a log" seam recover a --root z/root.key --root-passphrase-file z/passphrase
holds "and that is said" 'not the root of party a' err
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
refuse "not by another party's root" seam --home a join sign request --root z/root.key --root-passphrase-file z/passphrase
holds "and that is said" 'not the root of party a' err
try "is signed by its root" seam --home a join sign request
cp out welcome
try "and joins" seam --home s join welcome
try "and works" seam --home s report incident type=atk.ambush when=now
try "the first station knows it" seam --home a members install welcome
try "a record for it" seam --home a report incident type=atk.ambush when=now place=38SMD470657
try "on a stick" seam --home a export bundle a as
try "is taken" seam --home s import bundle as
same "and stands beside its own, with what was filed before it joined" 4 "$(seam --home s count)"
refuse "a key that nobody has is not revoked" seam --home s key revoke a/two#9 --root a/root.key --root-passphrase-file pass --yes
holds "and the keys there are are named" 'a/two#1' err
refuse "nor one of a station that nobody knows" seam --home s key revoke a/nine#1 --root a/root.key --root-passphrase-file pass --yes
holds "and that is said" 'a/nine' err
refuse "everything that a key signed is not voided without a yes" seam --home s key revoke a/one#1 --root a/root.key --root-passphrase-file pass
holds "and it says what would be" 'everything.*a/one#1.*--from' err
try "the root revokes the key of the first" seam --home s key revoke a/one#1 --root a/root.key --root-passphrase-file pass --yes
try "what it signs now" seam --home a report incident type=atk.ambush when=now place=38SMD470658
try "on the next stick" seam --home a export bundle a as
refuse "is refused" seam --home s import bundle as
holds "with the reason" 'revoked key' err

entries=$(find "a/log/$(ls a/log | sort -n | tail -n 1)" -type f -path '*entries*' | sort -V | tail -1) # of the newest head; older part tiles are not read
printf '\001' | dd of="$entries" bs=1 seek=20 conv=notrunc 2>err
refuse "one changed byte is found" seam verify a
holds "and its place named" 'log/[0-9]{9}/tile/entries' err
refuse "nothing is destroyed without a yes" seam --home s destroy
start_station s
try "a post that is overrun" seam --home s destroy --yes
lacks "stops its station first" 'answer|still runs' err
holds "says what is gone" '^Removed: ' err
same "and nothing of it is left" no "$([ -e s ] && echo yes || echo no)"
stop_station s
