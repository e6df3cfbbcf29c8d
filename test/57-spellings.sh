#!/bin/bash
# A governorate is counted once, however a layer, a table, a neighbour or a person spells it.
. "$(dirname "$0")/between.sh"

parties a/one b/one
square='"geometry":{"type":"Polygon","coordinates":[[[43,36],[44,36],[44,37],[43,37],[43,36]]]}'
mkdir -p a/layers
printf '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ADM1_EN":"Ninewa","ADM1_PCODE":"IQG15"},%s}]}' "$square" >a/layers/governorate.geojson
stop_station a
start_station a || exit 1

# 36.5 N 43.5 E lies in the layer's "Ninewa"
file a sighting type=mov.sighting when=now place=36.51234,43.51234 >/dev/null
same "what the layer says of a place" Nineveh "$(seam --home a --json list | pick - 'd[0]["fields"].get("governorate")')"
for name in Nineveh Ninawa ninewa 'Nīnawá province' 'نينوى' 'نەینەوا'; do
	file a sighting type=mov.sighting when=now place=38SMD470654 "governorate=$name" >/dev/null
done
printf 'kind,type,when,place,governorate\nsighting,mov.sighting,2018-03-04,38SMD470654,Ninevah\n' >rows.csv
try "a table with a spelling of its own" seam --home a import csv rows.csv
seam --home a count --by governorate >counted
same "all are one governorate" "Nineveh 8" "$(awk '$1 ~ /^N|^ن/ { print $1, $2 }' counted)"
for name in Ninewa Nineveh 'نينوى'; do
	same "asked for as $name" 8 "$(seam --home a count --governorate "$name")"
	same "and as an area of the layer" 8 "$(seam --home a count --area "$name")"
done
file a sighting type=mov.sighting when=now place=38SMD470654 "governorate=Somewhere New" >/dev/null
same "a name that no row knows is left as it was written" 1 "$(seam --home a count --governorate 'Somewhere New')"
