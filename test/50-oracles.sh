#!/bin/bash
# What stations wrote between them is accepted by readers that are not ours: the logs by Go's sumdb/note and
# tlog, the deliveries by an SD-JWT library, the digests and receipts by a few lines of Python.
. "$(dirname "$0")/between.sh"

parties a/one b/one c/one
for party in a b c; do
	others=$(echo a b c | tr -d "$party" | xargs)
	policy $party <<P
party $party $others
release incident to ${others/ /, } : type, severity, place@1km, when@minute, persons
release answer to ${others/ /, } : re, answer
P
done
for n in 1 2 3; do
	file a incident type=atk.ambush when=now "place=38SMD4${n}0654" severity=red persons=$n "summary=words $n" >"id$n"
	file b incident type=atk.ambush when=now "place=38SMD5${n}0654" severity=red >/dev/null
done
stick a b ab
stick b a ba
stick b c
try "b answers" seam --home b answer "$(cat id1)" noted
stick b a ba2
stick a c ac
for party in a b c; do stop_station $party; done

# The logs.
if ! command -v go >/dev/null 2>&1; then
	skip "go is not there to read the logs"
elif [ ! -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; then
	skip "golang-golang-x-mod-dev is not there to read the logs"
else
	if GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$work/go go build -o log_check "$SEAM_SOURCE/test/oracle/log_check.go" >out 2>&1; then
		for party in a b c; do
			vkey=$(stored $party "SELECT vkey FROM epoch ORDER BY epoch DESC LIMIT 1")
			try "another reader accepts $party's log" ./log_check $party "$vkey"
			holds "leaf by leaf" "^log_check: $(stored $party "SELECT count(*) FROM leaf") leaves included" out
		done
		cp -a a broken
		# A partial bundle of an earlier head may still lie there unread: every one is changed.
		find broken/log -path '*entries*' -type f | while read -r entries; do
			printf '\377' | dd of="$entries" bs=1 seek=40 conv=notrunc 2>err
		done
		refuse "and refuses one changed byte" ./log_check broken "$(stored a "SELECT vkey FROM epoch")"
	else
		not_ok "the other reader is built" out
	fi
fi

# The deliveries: ours.tsv is what the SD-JWT library is asked about; openssl is asked about every signature.
mkdir sdjwt jws
python3 - ab ac ba ba2 <<'P' >facts 2>&1
import base64, hashlib, json, re, sys
def b64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def text_of(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
keys, station = {}, ""
for home in "abc":
    for line in open(f"{home}.invite"):
        words = line.split()
        if words[:1] == ["station"]:
            station = words[1]
        if words[:1] == ["record"]:
            keys[f"{station}#{words[1]}"] = base64.b64decode(words[2])
def jws(name, token):
    """A signature for openssl, and what it is about."""
    header, claims, signature = token.split(".")
    kid = json.loads(b64(header))["kid"]
    open(f"jws/{name}.der", "wb").write(bytes.fromhex("302a300506032b6570032100") + keys[kid])
    open(f"jws/{name}.sig", "wb").write(b64(signature))
    open(f"jws/{name}.txt", "w").write(f"{header}.{claims}")
    return kid, json.loads(b64(claims))
ours, deliveries, receipts, n = open("sdjwt/ours.tsv", "w"), {}, [], 0
for stick in sys.argv[1:]:
    for line in open(stick).read().splitlines()[1:-1]:
        word, *rest = line.split()
        n += 1
        if word == "receipt":
            receipts.append(jws(f"receipt{n}", rest[0])[1])
        if word != "delivery":
            continue
        token = rest[0]
        issued, *shown, binding = token.split("~")
        kid, claims = jws(f"record{n}", issued)
        _, bound = jws(f"binding{n}", binding)
        want = text_of(hashlib.sha256(token[:token.rindex("~") + 1].encode()).digest())
        assert bound["sd_hash"] == want, "the binding is not about these bytes"
        by = {text_of(hashlib.sha256(d.encode()).digest()): json.loads(b64(d)) for d in shown}
        used = set()
        def open_(value):
            if isinstance(value, list):
                return [open_(v) for v in value]
            if not isinstance(value, dict):
                return value
            out = {k: open_(v) for k, v in value.items() if k not in ("_sd", "_sd_alg")}
            for digest in value.get("_sd", []):
                if digest in by:
                    used.add(digest)
                    out[by[digest][1]] = open_(by[digest][2])
            return out
        seen = open_(claims)
        assert used == set(by), "a disclosure that belongs to nothing"
        assert "summary" not in seen and "words" not in json.dumps(seen), "free words went along"
        deliveries[text_of(hashlib.sha256(token.encode()).digest())] = seen
        x = text_of(keys[kid])
        print(x, x, bound["nonce"], token, json.dumps(seen), sep="\t", file=ours)
proved = {r["delivery"] for r in receipts} & set(deliveries)
print(f"{len(deliveries)} deliveries, {len(proved)} of them receipted")
P
# Three of a for b and three for c, three of b and its answer for a; b receipted the first three.
same "every digest and binding is what it says" "10 deliveries, 3 of them receipted" "$(tail -1 facts)"
if command -v openssl >/dev/null 2>&1; then
	good=0 bad=0
	for key in jws/*.der; do
		one=${key%.der}
		if openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$key" -sigfile "$one.sig" \
			-in "$one.txt" >>openssl.out 2>&1; then
			good=$((good + 1))
		else
			bad=$((bad + 1))
		fi
	done
	same "openssl holds every signature of them for true" "0 yes" "$bad $([ $good -ge 23 ] && echo yes)"
	sed -i 's/./~/40' "$one.txt"
	if openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$key" -sigfile "$one.sig" \
		-in "$one.txt" >>openssl.out 2>&1; then
		not_ok "and none over other bytes"
	else
		ok "and none over other bytes"
	fi
else
	skip "openssl is not there to look at the signatures"
fi
status=0
"$SEAM_SOURCE/test/oracle/sdjwt" "$work/sdjwt" >out 2>err || status=$?
if [ $status -eq 77 ]; then
	skip "$(head -1 out)"
elif [ $status -eq 0 ]; then
	ok "an SD-JWT library shows the same claims in each: $(head -1 out)"
	sed -i '1s/"red"/"green"/' sdjwt/ours.tsv
	if "$SEAM_SOURCE/test/oracle/sdjwt" "$work/sdjwt" >out 2>err; then
		not_ok "and not others"
	else
		ok "and not others"
	fi
else
	not_ok "an SD-JWT library shows the same claims in each" err
fi
