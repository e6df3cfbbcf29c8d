#!/bin/bash
# The plain page: whole in less than 30,000 bytes whatever is on it, in three languages, and an officer signs on,
# reports, looks first, answers and signs off with nothing but forms. What somebody wrote never becomes a page.
. "$(dirname "$0")/between.sh"
need curl

parties a/one b/one
stop_station a
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s|^web_listen.*|web_listen 127.0.0.1:$port|" a/seam.conf
start_station a || exit 1
for home in a b; do
	policy $home <<P
party a b
release incident, sighting to $(tr ab ba <<<$home) : type, severity, place@1km, when@minute
release request to $(tr ab ba <<<$home) : need, severity, place@100m, when@minute, urgent
release movement to $(tr ab ba <<<$home) : movement, window@minute, place@1km, crosses
release answer to $(tr ab ba <<<$home) : re, answer, eta
P
done
seam --home a user add shilan watch,liaison >token 2>err || not_ok "an account" err
echo 'nobody guesses this one' >pass
chmod 600 pass
seam --home a user pass shilan --passphrase-file pass >out 2>err || not_ok "a passphrase" err

url=http://127.0.0.1:$port
page() { # PATH [CURL ARGUMENTS...]: the page in body, its head in head; prints the status
	local path=$1
	shift
	curl -s -m 30 -D head -o body -b jar -c jar -H 'Accept: text/html' -H "Origin: $url" -w '%{http_code}' "$@" "$url$path"
}
hidden() { # NAME [FILE]: a hidden field of the page that home kept
	python3 "$SEAM_SOURCE/test/page_check.py" field "${2-home}" "$1"
}
send() { # PATH FIELD=VALUE...: a form of the page that home kept; of two values of a field the last counts
	local path=$1 field fields=()
	shift
	for field in form duty; do
		hidden $field >hidden.value && fields+=(--data-urlencode "$field@hidden.value.$field") &&
		    tr -d '\n' <hidden.value >hidden.value.$field
	done
	while IFS= read -r field; do
		fields+=(--data-urlencode "$field")
	done < <(printf '%s\n' "$@" | tac | awk -F= '!seen[$1]++')
	page "$path" "${fields[@]}"
}
sound() { # TEXT LANG: the page in body is what a page must be
	if python3 "$SEAM_SOURCE/test/page_check.py" head body "$2" >faults 2>&1; then ok "$1"; else not_ok "$1" faults; fi
}
reads() { # what a reader sees of body
	python3 "$SEAM_SOURCE/test/page_check.py" text body
}
where() {
	tr -d '\r' <head | sed -n 's/^Location: //p'
}
home() { # [QUERY]: loads the page, keeps it
	page "/${1-}" >status
	cp body home
}
records() { # KIND
	seam --home a --json list --kind "$1" --limit 200 | pick - 'len(d)'
}

# ---- nobody is signed on ----
for lang in en ar ckb; do
	same "the page without a session" 200 "$(page "/?lang=$lang")"
	sound "signing on, $lang" $lang
done
same "a browser's language is asked for" 200 "$(page / -H 'Accept-Language: ckb,en;q=0.5')"
sound "and given" ckb
same "a record needs a session" 303 "$(page "/record/x")"
home
same "a wrong passphrase" 401 "$(send '/sign-on?lang=ar' account=shilan passphrase=wrong)"
sound "is said on the page, in its language" ar
sleep 0.7
same "the right one" 303 "$(send '/sign-on?lang=ckb' account=shilan 'passphrase=nobody guesses this one' duty=liaison)"
same "leads home, language and duty kept" '/?lang=ckb&duty=liaison' "$(where)"
same "the session is not for scripts, nor for other sites" 2 "$(grep -oE 'HttpOnly|SameSite=Strict' head | wc -l)"
home
holds "nothing is there yet" 'No records' home

# ---- a report ----
report=(kind=incident type=atk.ambush severity=red place=38SME448251 when=now persons=2-3
	'summary=quoted "words" <b>bold</b> & هجوم')
nonce=$(hidden nonce)
same "a report is filed" 303 "$(send /report nonce="$nonce" step=file "${report[@]}")"
first=$(where)
same "the same form once more" 303 "$(send /report nonce="$nonce" step=file "${report[@]}")"
same "is the same record" "$first" "$(where)"
same "there is one" 1 "$(records incident)"
same "the form sent again with other words" 303 "$(send /report nonce="$nonce" step=file "${report[@]}" persons=9 when=0215)"
home
same "another form with the same words" 303 \
    "$(send /report nonce="$(hidden nonce)" step=file "${report[@]}")"
same "are others" 3 "$(records incident)"
same "what was filed is shown" 200 "$(page "${first}&lang=en")"
sound "as a page" en
reads >text
holds "its words as they were written" 'quoted "words" <b>bold</b> & هجوم' text
holds "and where it stands" 'queued' text

same "looking first" 200 "$(send '/report?lang=en' nonce=x step=look "${report[@]}")"
sound "is a page" en
reads >text
holds "nothing is filed" 'Nothing is filed yet' text
holds "b would get a square of a kilometre" '38S ME 44 25 \(1 km\)' text
preview=$(hidden preview body)
same "nothing was filed" 3 "$(records incident)"
same "and back to change it" 200 "$(send /report nonce=x step=change "${report[@]}")"
holds "with what was typed" 'value="38SME448251"' body
same "what was shown is filed" 303 "$(send /confirm preview="$preview")"
same "once" 4 "$(records incident)"
same "the button pressed twice" 422 "$(send '/confirm?lang=en' preview="$preview")"
reads >text
holds "files nothing, and says what may have been" 'filed already' text
same "still" 4 "$(records incident)"

same "a place with its zone left out is not filed at once" 200 \
    "$(send '/report?lang=en' nonce=y step=file kind=sighting type=mov.sighting place=ME448251 when=now)"
reads >text
holds "it is said what was assumed" 'the grid zone was not typed and was assumed' text
same "nothing was filed" 0 "$(records sighting)"
same "nor is a time far ahead" 200 "$(send '/report?lang=en' nonce=y step=file kind=sighting type=mov.sighting \
    place=38SME448251 when="$(date -u -d '+40 days' +%Y-%m-%d)")"
reads >text
holds "it is said that it is" '^time: a time lies far ahead' text
same "nothing was filed" 0 "$(records sighting)"
for wrong in 'place=by the bridge' 'when=soon' 'persons=-1' 'type=zz' 'kind=policy' 'when='; do
	same "not with $wrong" 422 "$(send '/report?lang=ar' nonce=z step=file kind=sighting type=mov.sighting place=38SME448251 \
	    when=now "$wrong" | tail -c 3)"
	sound "the form is shown again after $wrong" ar
done

# ---- forms of others ----
same "a form without its token" 403 "$(page /report --data-urlencode step=file)"
same "one from another page" 403 "$(curl -s -o body -w '%{http_code}' -b jar -H 'Origin: http://evil.example' \
    --data-urlencode "form=$(hidden form)" --data-urlencode step=file "$url/report")"
same "an act is no address" 405 "$(page /report)"

# ---- what waits ----
request=$(file b request need=medevac severity=red when=now place=38SMD653786 urgent=2 ask=a:5m)
movement=$(file b movement movement=patrol window=today place=38SMD5973 crosses=yes ask=a:30m)
stick b a
home '?lang=en&duty=liaison'
holds "a request waits for our answer" "name=answer value=\"$request:seen\"" home
lacks "a yes to a patrol is not one press away" "$movement:concur" home
same "seen, from the list" 303 "$(send /answer "answer=$request:seen")"
same "leads back to it" '/?duty=liaison' "$(where)"
home '?lang=en&duty=liaison'
holds "seen is no decision: it waits on" "$request" home
same "the record itself" 200 "$(page "/record/$movement?lang=en")"
sound "has a page" en
holds "there the whole choice is" "$movement:concur" body
same "an answer with words" 303 "$(send /answer "answer=$movement:concur" 'text=go ahead')"
same "leads back to the record" "/record/$movement?duty=liaison" "$(where)"
same "an answer to nothing" 422 "$(send /answer answer=x:seen)"
same "a word that is none" 422 "$(send /answer "answer=$movement:maybe")"
home '?lang=en'
lacks "what was agreed waits no more" "name=answer value=\"$movement" home
trade a b
same "b has the answer" concur "$(seam --home b --json show "$movement" | pick - 'd["answers"][-1]["answer"]')"
same "in the duty that was chosen" liaison "$(seam --home a --json list --kind answer | pick - 'd[0]["fields"]["duty"]')"
home '?duty=director'
same "a duty that the account does not hold is not kept" / "$(where)"

# ---- many records, long words, slow lines ----
for i in $(seq 1 60); do
	echo "{\"kind\":\"sighting\",\"fields\":{\"type\":\"per.false_checkpoint\",\"when\":\"now\",\"place\":\"38SMD$((600 + i))7$((10 + i))\",
\"persons\":{\"low\":1$i,\"best\":2$i,\"high\":3$i},\"severity\":\"red\",\"unit\":\"$(printf 'وە%.0s' $(seq 15))\"}}"
done >many
i=0
while IFS= read -r line; do
	IFS= read -r more
	i=$((i + 1))
	[ "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $(cat token)" -H 'Content-Type: application/json' \
	    -d "$line$more" "$url/api/v1/records")" = 201 ] || not_ok "sighting $i is filed"
done <many
for i in $(seq 1 12); do
	file b request need=medevac severity=red when=now place=38SMD653786 "urgent=$i" "ask=a:5m" >/dev/null
done
stick b a
for lang in en ar ckb; do
	home "?lang=$lang"
	sound "a full page, $lang: $(wc -c <home) bytes" $lang
	older=$(grep -o '/?after=[^"]*' home | sed 's/&amp;/\&/g')
	same "older ones are on another" 200 "$(page "$older")"
	sound "that is as sound" $lang
done
python3 - "$SEAM_SOURCE" "$port" jar <<'P' >walk 2>&1
import http.client, re, sys
cookie = '; '.join('%s=%s' % tuple(l.rstrip('\n').split('\t')[5:7]) for l in open(sys.argv[3]) if l.count('\t') >= 6)
seen, path = [], '/?lang=ckb'
while path:
    line = http.client.HTTPConnection('127.0.0.1', int(sys.argv[2]))
    line.request('GET', path, headers={'Cookie': cookie})
    text = line.getresponse().read().decode()
    newest = text[text.index('id=newest'):]
    seen += re.findall(r'<li>.*?/record/([\w-]{43})', newest)
    more = re.search(r'href="(/\?after=[^"]*)"', newest)
    path = more and more.group(1).replace('&amp;', '&')
print(len(seen), len(set(seen)))
P
same "page by page every record is there once" "$(seam --home a --json list --all | pick - 'f"{len(d)} {len(d)}"')" "$(cat walk)"
same "over a line of 64 kbit/s it comes whole" 200 "$(page '/?lang=ckb' --limit-rate 8000)"
sound "and sound" ckb

# ---- words that want to be a page ----
hostile='"></bdi></option><script>alert(1)</script><x-evil onclick=alert(1) style=x>&#60;b&amp;'
home '?lang=en'
token=$(hidden form)
for field in place when persons summary nonce kind type severity; do
	page "/report?lang=en" --data-urlencode "form=$token" --data-urlencode "$field=$hostile" --data-urlencode "step=look" >status
	sound "a form with it in $field" en
done
for query in lang duty after filed wrong; do
	page "/" -G --data-urlencode "$query=$hostile" >status
	sound "an address with it in $query" en
done
text=$(python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$hostile")
for field in summary detail unit governorate district actor typed; do
	short=$text
	[ $field = summary ] || [ $field = detail ] || [ $field = typed ] || short='"\"><x-evil>&<b>"'
	curl -s -H "Authorization: Bearer $(cat token)" -H 'Content-Type: application/json' -o filed "$url/api/v1/records" \
	    -d "{\"kind\":\"sighting\",\"fields\":{\"type\":\"mov.sighting\",\"when\":\"now\",\"place\":\"38SME448251\",\"$field\":$short}}"
	id=$(pick filed 'd["id"]') || not_ok "a record with it in $field" filed
	same "a record with it in $field" 200 "$(page "/record/$id?lang=ckb")"
	sound "is shown as it was written" ckb
	reads >text
	holds "letter by letter" '<x-evil' text
done
home '?lang=ar'
sound "a list with them" ar
python3 -c 'import json; print(json.dumps({"kind": "sighting", "fields": {"type": "mov.sighting", "when": "now",
    "place": "38SME448251", "summary": "\"" * 4000, "detail": "<" * 4000, "typed": "&" * 4000}}))' >long
curl -s -H "Authorization: Bearer $(cat token)" -H 'Content-Type: application/json' -o filed -d @long "$url/api/v1/records"
same "a record longer than a page" 200 "$(page "/record/$(pick filed 'd["id"]')?lang=en")"
sound "has one" en
reads >text
holds "that says what it leaves out" 'too long for this page' text
same "so has a policy" 200 "$(page "/record/$(seam --home a --json list --kind policy --limit 1 | pick - 'd[0]["id"]')?lang=ckb")"
sound "of any length" ckb

# ---- in a browser ----
if command -v chromium >/dev/null 2>&1; then
	cookie=$(awk -F'\t' 'NF >= 7 { print $6 "=" $7 }' jar)
	while IFS= read -r line; do
		case $line in
		"ok - "*) ok "${line#ok - }" ;;
		*) not_ok "${line#not ok - }" ;;
		esac
	done < <(python3 "$SEAM_SOURCE/test/page_look.py" "$port" "$cookie" "$work" '/?lang=en' '/?lang=ar' '/?lang=ckb' \
	    "/record/$request?lang=ckb" 2>&1)
else
	skip "the page in a browser: chromium is not there"
fi

# ---- gone ----
home
same "signing off" 303 "$(send /sign-off)"
same "a record needs a session again" 303 "$(page "/record/$request")"
home
lacks "nothing of the party is on the page" 'medical|MD|/record/' home
same "the form of the old session" 403 "$(page /report --data-urlencode "form=$token" --data-urlencode step=file)"
hides "no passphrase and no session is in what the station said" 'nobody guesses' a.out
