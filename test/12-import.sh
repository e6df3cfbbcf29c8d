#!/bin/bash
# Real reports come in once, with their facts; what cannot be read is named by line and reason.
. "$(dirname "$0")/lib.sh"

try "a home" seam init a --station a/x --exercise
printf 'kind,type,when,place,origin\n' >good.csv
printf 'sighting,mov.sighting,2018-03-04,38SMD470654,one:1\n' >>good.csv
printf 'sighting,mov.sighting,2018-03-05,38SMD480654,one:2\n' >>good.csv
try "a table is imported" seam --home a import csv good.csv
holds "both rows are new" '^2 read, 2 new, 0 held already, 0 refused' out
try "again" seam --home a import csv good.csv
holds "none is" '^2 read, 0 new, 2 held already, 0 refused' out
sed 's/470654/470655/' good.csv >later.csv
refuse "a later edition that says something else is not passed over" seam --home a import csv later.csv
holds "it is counted apart from what is held" '^2 read, 0 new, 1 held already, 0 refused, 1 changed$' out
holds "the row is named with what differs" '^line 2: place: its origin stands for a record' err
holds "and what to do" 'seam report KIND --amend ID' err
refuse "for programs too" seam --home a import csv later.csv --json
holds "in the sum" '"held":1,"refused":0,"changed":1' out
same "nothing was added, nothing lost" 2 "$(seam --home a count)"
printf 'kind,type,when,place,origin\n' >twice.csv
printf 'sighting,mov.sighting,2018-03-04,38SMD470654,two:1\n' >>twice.csv
printf 'sighting,mov.sighting,2018-03-04,38SMD470659,two:1\n' >>twice.csv
refuse "one file that says two things of one origin" seam --home a import csv twice.csv
holds "has its second row named" '^line 3: place: ' err
holds "and the first filed" '^2 read, 1 new, 0 held already, 0 refused, 1 changed$' out
printf 'kind,type,when,place\nsighting,nonsense,2018-03-04,38SMD470654\nsighting,mov.sighting,2018-03-06,38SMD490654\n' >half.csv
refuse "a bad row does not stop the good one, and shows in the exit" seam --home a import csv half.csv
holds "it is counted" '^2 read, 1 new, 0 held already, 1 refused' out
holds "and named" '^line 2: ' err

printf 'Kind;Type;When;Place\nsighting;mov.sighting;2018-03-06;38SMD490654\n' >foreign.csv
refuse "a table with other columns" seam --home a import csv foreign.csv
holds "is told what the first line must be" 'the first line names the columns, separated by commas' err
printf '\357\273\277{"type":"FeatureCollection","features":[]}' >mark.geojson
try "a byte order mark before a map is passed over" seam --home a import geojson mark.geojson

head -c 3000000 /dev/urandom >noise
for format in ucdp-ged csv geojson exercise; do
	refuse "noise is no $format" seam --home a import $format noise
done
refuse "a file that is not there" seam --home a import csv nowhere.csv
refuse "a folder" seam --home a import csv .
refuse "noise is no bundle" seam --home a import bundle noise
{ printf 'kind,type,when,place\n'; head -c "$(count 5000000 100000000)" /dev/zero | tr '\0' x; printf '\n'; } >long.csv
seam --home a import csv long.csv >out 2>err </dev/null
holds "a line without end is refused, not kept" '1 refused' out
# What never ends is read to the bound and no further; without it each of these would be killed by its time.
for format in ucdp-ged csv geojson exercise; do
	lib_status 1 "$format: NUL bytes without end" timeout 60 seam --home a import $format /dev/zero
done
for format in csv ucdp-ged; do
	lib_status 1 "$format: a line without end" timeout 60 seam --home a import $format <(tr '\0' x </dev/zero)
	holds "is refused by its number" '^line 1: no end of the line: larger than the limit' err
done
lib_status 1 "geojson: a feature without end" timeout 60 seam --home a import geojson <(printf '{"features":[{"a":"'; tr '\0' x </dev/zero)
holds "is refused by its line" '^line 1, feature 1: no end of a feature: larger than the limit' err
lib_status 1 "geojson: blanks without end" timeout 60 seam --home a import geojson <(tr '\0' ' ' </dev/zero)
printf 'kind,type\0,when' >nul.csv
refuse "a NUL byte in the first line" seam --home a import csv nul.csv
holds "is named by its line" '^line 1: a NUL byte, as no text has one \(saved as UTF-16\?\): ' err
holds "and that it ended there" 'reading ended there' err
printf 'kind,type,when,place,origin\nsighting,mov.sighting,2018-03-04,38SMD470654,nul:1\nsighting,\0\nsighting,mov.sighting,2018-03-04,38SMD470654,nul:3\n' >nul.csv
seam --home a import csv nul.csv >out 2>err </dev/null
holds "one in a later line is that row's alone" '^line 3: ' err
holds "and the reading goes on" '^3 read, 2 new, 0 held already, 1 refused' out
same "nothing else of it was filed" 6 "$(seam --home a count)"

# Columns of degrees: a comma inside a cell is a decimal mark, and the square is the one another reader finds.
printf 'separator ;\nkind incident\nset type = atk.clash\nset when = 2018-05-02\norigin comma\ncolumn No = origin\ncolumn Lat, Lon = place@1km\n' >comma.map
printf 'No;Lat;Lon\n1;35,4683;44,3917\n2;36,335;43,118889\n3;44,3917;35,4683\n4;35,4,6;44,3\n' >comma.csv
refuse "a table with decimal commas" seam --home a import csv comma.csv --map comma.map
holds "is read, but for two rows" '^4 read, 2 new, 0 held already, 2 refused' out
holds "one has the longitude in the other column" '^line 4: Lat: latitude and longitude seem exchanged$' err
holds "and one no number" '^line 5: Lat: place is not on the grid$' err
if command -v GeoConvert >/dev/null 2>&1; then
	printf '35.4683 44.3917\n36.335 43.118889\n' | GeoConvert -m -p -3 | sort >squares
	seam --home a list --kind incident --json | grep -o '"place":"[^"]*"' | cut -d'"' -f4 | sort -u >ours
	same "the squares are those of GeoConvert" "$(paste -sd' ' squares)" "$(paste -sd' ' ours)"
else
	skip "GeoConvert is not there to compare squares"
fi

# Longitude first: read as report reads it and named, or refused where the order is fixed.
printf 'kind,type,when,place,origin\nsighting,mov.sighting,2018-03-04,"44.3917, 35.4683",first:1\n' >first.csv
printf 'sighting,mov.sighting,2018-03-04,"35.4683, 44.3917",first:2\n' >>first.csv
try "a place typed with the longitude first is filed" seam --home a import csv first.csv
holds "and its row named" '^line 2: longitude stood before latitude: read as 38SME44802' err
holds "with how many there are" 'rows whose place had the longitude first: 1; is it right' err
lacks "and no other row" '^line 3' err
same "what was typed is kept" '44.3917, 35.4683' "$(seam --home a list --json | grep -o '"typed":"44[^"]*"' | cut -d'"' -f4)"
try "for programs" seam --home a import csv first.csv --json
holds "the row" '^\{"line":2,"heard":"swapped","place":"38SME[0-9]*"\}$' err
holds "and the sum" '"swapped":1[,}]' out
head -n 1 "$SEAM_SOURCE/test/golden/ucdp-reduced.in" >ucdp.csv
printf '1,2014,2014-02-03,2014-02-03,1,1,x,x,G,IS,1,1,1,Kirkuk,Kirkuk province,,43.77,35.325,,,,,1,1,1\n' >>ucdp.csv
refuse "a row of UCDP GED whose degrees are exchanged" seam --home a import ucdp-ged ucdp.csv
holds "is refused by its line" '^line 2: latitude: latitude and longitude seem exchanged$' err
member() {
	printf '{"type":"Feature","id":"%s","properties":{"kind":"incident","type":"%s","when":"2018-05-02","origin":"%s"},"geometry":{"type":"Point","coordinates":[%s]}}' "$@"
}
printf '{"type":"FeatureCollection","features":[%s,%s,%s]}' "$(member one atk.clash map:1 44.39,35.47)" \
	"$(member two rumour map:2 44.39,35.47)" "$(member three atk.clash map:3 35.47,44.39)" >map.geojson
refuse "features that all stand on one line" seam --home a import geojson map.geojson
holds "are named by number and id" '^line 1, feature 2 \(id two\): type: code is not in the list' err
holds "also one whose order is another" '^line 1, feature 3 \(id three\): geometry: latitude and longitude seem exchanged$' err
sed 's/atk.clash/atk.ambush/' map.geojson >later.geojson
refuse "for programs" seam --home a import geojson later.geojson --json
holds "too" '^\{"line":1,"feature":2,"id":"two","why":"bad_code"\}$' err
holds "and what the station answers" '^\{"feature":1,"why":"origin_taken"\}$' err
try "the home is sound" seam verify a

need_data ucdp-ged-19.1-iraq-2014-2018.csv
try "a home for real data" seam init u --station u/data --exercise
try "five years of UCDP GED" seam --home u import ucdp-ged "$data"
holds "every event is read" '^3061 read, 3061 new, 0 held already, 0 refused' out
try "again" seam --home u import ucdp-ged "$data"
holds "adds nothing" '^3061 read, 0 new, 3061 held already, 0 refused' out
start_station u
seam --home u count --by year --sum deaths >years
same "events per year" "796 686 725 600 254" "$(awk '/^20/ {print $2}' years | paste -sd' ')"
same "best estimate of deaths" 51196 "$(awk '/^all/ {print $3}' years)"
seam --home u count --by governorate,year >places
same "Kirkuk" "55 43 30 23 44" "$(awk '/^Kirkuk/ {print $3}' places | paste -sd' ')"
same "Diyala" "95 20 11 10 25" "$(awk '/^Diyala/ {print $3}' places | paste -sd' ')"
same "Nineveh" "112 146 309 414 33" "$(awk '/^Nineveh/ {print $3}' places | paste -sd' ')"
# Points are those that the source states, of every row: also where it knows no more than the governorate.
seam --home u count --by place >points
same "distinct coordinates" 309 "$(grep -c '^[0-9]' points)"
same "the most on one point, in Mosul" "36.335,43.118889 678" "$(awk '/^[0-9]/ {print $2, $1}' points | sort -n | tail -n 1 | awk '{print $2, $1}')"
same "none without" 3061 "$(awk '/^[0-9]/ {n += $2} END {print n}' points)"
seam --home u count --by zone --json >zones
same "west of 42 degrees" 226 "$(grep -o '"zone":"37","incidents":[0-9]*' zones | cut -d: -f3)"
same "none without a zone" 3061 "$(grep -o '"zone":"[0-9]*","incidents":[0-9]*' zones | awk -F: '{n += $3} END {print n}')"
lacks "and no square was made up for those rows: a place is a square or nothing" '"place":"3[0-9][A-Z]{3}"' <(seam --home u list --all --json)
refuse "what is no number is not summed" seam --home u count --sum place
holds "and what can be is named" "^seam: --sum place: only numbers can be summed, one of .*deaths" err
usage "what cannot be counted by" seam --home u count --by sorrow
holds "is answered with what can" "^seam: --by sorrow: governorate, .*place, zone" err
stop_station u
same "without a station the answer is the same" 51196 "$(seam --home u count --sum deaths --json | grep -o '"sum":[0-9]*' | cut -d: -f2)"
try "and everything verifies" seam verify u
