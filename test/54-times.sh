#!/bin/bash
# A time that can hardly be meant is read back and asked about before it is filed, and never filed without a word; what
# others deliver is not refused for its time.
. "$(dirname "$0")/between.sh"

# Their time is 040800C MAY 27.
INIT="--exercise-start 2027-05-04T05:00:00Z --exercise-epoch $(date -u +%Y-%m-%dT%H:%M:%SZ) --rate 1"
LIST=$INIT
parties a/one b/one
sighting="sighting type=mov.sighting place=38SMD470654 persons=5"

try "a report of now needs no yes" seam --home a report $sighting when=now
id=$(head -1 out)
holds "and is read back" '^when: 04080[0-9]C MAY 27$' err
try "nor does one of yesterday" seam --home a report $sighting when=030200C
refuse "a month ahead is asked about" seam --home a report $sighting when=2027-06-04
holds "with how it is read and how far that is" 'when is read as 04 JUN 27, in 30 d: is it right\?' err
holds "and how to say yes" 'Add --yes' err
refuse "so is a year that was mistyped" seam --home a report $sighting when=2017-05-04
holds "with how far back" 'when is read as 04 MAY 17, 36[0-9][0-9] d ago' err
refuse "for programs too" seam --home a --json report $sighting when=2027-06-04
holds "with the reason" '"text":"when is read as 04 JUN 27' err
same "nothing of it was filed" 2 "$(seam --home a count)"
try "a yes files it" seam --home a report $sighting when=2027-06-04 --yes
holds "and says it all the same" '^when: 04 JUN 27, in 30 d: is it right\?$' err
try "for a program" seam --home a --json report $sighting when=2027-06-04 --yes
holds "it stands with the id" '"heard":\["ahead"\]' out
try "a warning may lie ahead" seam --home a report warning type=mov.infiltration window=2027-06-04 place=38SMD470654 severity=red advice=prepare
refuse "not by years" seam --home a report warning type=mov.infiltration window=2029-06-04 place=38SMD470654 severity=red advice=prepare

refuse "an arrival that is tomorrow's" seam --home a answer "$id" on_the_way --eta 0700
holds "is asked about" 'eta is read as 050700C MAY 27, in 2[23] h: is it right\?' err
try "one of today is not" seam --home a answer "$id" on_the_way --eta 0900
holds "but read back" '^eta: 040900C MAY 27$' err
try "nor one with its day" seam --home a answer "$id" on_the_way --eta '050700C MAY 27'
try "a yes is heard there too" seam --home a --json answer "$id" on_the_way --eta 0700 --yes
holds "with the id" '"heard":\["next_day"\]' out

refuse "a question for tomorrow by the clock alone" seam --home a ask b "is the road open" --by 0600
holds "is asked about" 'needed_by is read as 050600C MAY 27, in 2[12] h' err
try "for today it is not" seam --home a ask b "is the road open" --by 1000
holds "it is read back" '^needed_by: 041000C MAY 27$' err
holds "with by when they answer" '^ask: b by 0410[0-9]{2}C MAY 27$|^ask: b by 040[89][0-9]{2}C MAY 27$' err

printf 'kind,type,when,place,origin\nsighting,mov.sighting,2018-03-04,38SMD470654,t:1\nsighting,mov.sighting,2028-03-04,38SMD470654,t:2\n' >rows.csv
try "a table is taken as it stands" seam --home a import csv rows.csv
holds "and the row that lies ahead is named" '^rows with a time far ahead: 1, the first in line 3; is it right' err
try "for programs" seam --home a import csv rows.csv --json
holds "in the sum" '"held":2,.*"ahead":1}' out

policy b <<'P'
party b a
release sighting to a : type, when@day, place@1km
P
far=$(file b $sighting when=2027-06-04 --yes)
trade b a
try "what another party dates so is taken" seam --home a show "$far"
