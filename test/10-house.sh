#!/bin/bash
# A home is made whole or not at all, a first record is filed without anybody starting a station, and
# wrong use is told apart from refusal.
. "$(dirname "$0")/lib.sh"

try "a home is made" seam init a --station a/makhmour --exercise
same "the home is for its owner alone" 700 "$(stat -c %a a)"
same "so are the keys" 600 "$(stat -c %a a/station.key)"
try "seamd reads its configuration" seamd -n -H a
refuse "a home is never overwritten" seam init a --station a/makhmour --exercise
usage "a station's name has a party and a site" seam init x --station makhmour
refuse "a profile that is none leaves nothing behind" seam init x --station a/x --exercise --profile none --with b
holds "and is named with those there are" "none: there is no such profile; there are: .*joint-incident" err
refuse "a home that is no exercise needs a passphrase" setsid seam init x --station a/x
holds "that somebody types or a file holds" 'no terminal' err
same "nothing was left behind" a "$(ls | grep -v -e '^out$' -e '^err$')"

try "a record is filed at a station that is started for it" seam --home a report sighting \
	type=mov.sighting when=032115C place=38SMD470654 persons=5
id=$(cat out)
same "its id has 43 characters" 43 "${#id}"
same "one record is held" 1 "$(seam --home a count)"
try "it is shown by the beginning of its id" seam --home a show "${id:0:8}"
holds "with its fields" 'place +38SMD470654' out
try "a place without its zone is taken" seam --home a report sighting type=mov.sighting when=now place=MD470654
holds "and the assumed zone is said" 'grid zone assumed: 38S' err
refuse "a kind that is none is refused" seam --home a report nonsense
refuse "so is a field that is none" seam --home a report sighting type=mov.sighting when=now place=38SMD470654 name=x
refuse "and a code that is none" seam --home a report sighting type=none when=now place=38SMD470654
refuse "and a place off the grid" seam --home a report sighting type=mov.sighting when=now place=nowhere
holds "which says a form that would do" '38SMD470654 or ' err
refuse "so is a time that is none" seam --home a report sighting type=mov.sighting when=soon place=38SMD470654
holds "with a form of a time" '040215C MAY 27' err
refuse "and a number that is none" seam --home a report sighting type=mov.sighting when=now place=38SMD470654 persons=few
holds "with a form of a number" '~10' err
refuse "an id that nobody has is refused" seam --home a show zzzzzzzz
usage "an id too short is wrong use" seam --home a show zz
usage "no home is wrong use" seam list
usage "an unknown command is wrong use" seam nonsense
usage "what was typed" seam "$(printf 'non\033[31msense')"
lacks "does not command the terminal" "$(printf '\033')" err
try "it says its version" seam --version
usage "an unknown option is wrong use" seam --home a list --nonsense
usage "a half command is wrong use" seam import
same "refusals file nothing" 2 "$(seam --home a count)"

try "it is amended" seam --home a report sighting persons=6 --amend "$id"
newest=$(head -1 out)
refuse "the older one is not amended by oversight" seam --home a report sighting animals=2 --amend "$id"
holds "the one in force is named" "older version.*the one in force is $newest" err
lacks "nothing was filed" 'animals' <(seam --home a --json list)
same "an amendment is no second report" 2 "$(seam --home a count)"
holds "and is in force" '"persons":"6"' <(seam --home a list --json)
try "it is taken back" seam --home a retract "$newest"
same "and no longer counted" 1 "$(seam --home a count)"

try "an account is added" seam --home a user add officer liaison
token=$(cat out)
SEAM_TOKEN=$token refuse "its duty may not add accounts" seam --home a user add other watch
SEAM_TOKEN=$token try "its duty may report" seam --home a report sighting type=mov.sighting when=now place=38SMD470654
SEAM_TOKEN=nonsense refuse "a token that is none is refused" seam --home a report sighting type=mov.sighting when=now \
	place=38SMD470654
try "doctor finds no fault" seam --home a doctor
try "everything verifies" seam verify a

mkfifo never
printf 'kind,type,when,place\n' >never.part
seam --home a import csv never >out 2>err </dev/null &
killed=$!
exec 9>never
cat never.part >&9
wait_for 20 test -S a/ctl.sock
station=$(cat a/seamd.pid)
kill -KILL "$killed"
wait "$killed" 2>/dev/null
try "a station started for a command that is killed ends with it" wait_for 20 lib_gone "$station"
same "and leaves no socket" no "$([ -e a/ctl.sock ] && echo yes || echo no)"
exec 9>&-

start_station a
try "the same commands speak to a station that runs" seam --home a report sighting type=mov.sighting when=now \
	place=38SMD470655
same "and read its picture" 3 "$(seam --home a count)"
stop_station a

deep=$work/$(printf 'a-long-name-%.0s' $(seq 12))
mkdir "$deep"
try "a home behind a long path works" seam init "$deep/a" --station a/x --exercise
try "its socket is reached" seam --home "$deep/a" report sighting type=mov.sighting when=now place=38SMD470654
