#!/bin/bash
# A station gets a further record key and a new TLS key while its neighbour goes on believing it: what the old key
# signed stays valid, what is revoked does not, and the link comes back with the new key without anybody carrying
# anything; who was cut off meanwhile takes the new note from a file.
. "$(dirname "$0")/links.sh"

need openssl
network a/makhmour b/qaraj
a=$(home_of a/makhmour)
b=$(home_of b/qaraj)
policy "$a" <<P
party a b
release incident to b : type, severity, place@1km, when@minute
P
link a/makhmour b/qaraj
links_up a/makhmour b/qaraj

of_note() { # HOME EXPRESSION over the key note k that this home has of a/makhmour
	seam --home "$1" key show --json 2>/dev/null </dev/null | pick - "next($2 for k in d if k['station'] == 'a/makhmour')"
}
knows() { # HOME EXPRESSION VALUE, for wait_for
	[ "$(of_note "$1" "$2")" = "$3" ]
}
signer() { # HOME ID: the kid in the head of the JWS
	stored "$1" "SELECT jwt FROM record WHERE lower(hex(id)) = lower('$(hex_of "$2")')" | head -n 1 | python3 -c '
import base64, json, sys
head = sys.stdin.read().split(".")[0]
print(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])'
}
hex_of() {
	python3 -c 'import base64, sys; print(base64.urlsafe_b64decode(sys.argv[1] + "=").hex())' "$1"
}
pin_at() { # HOST:PORT: the key that is shown there, as a key note names it
	openssl s_client -connect "$1" </dev/null 2>/dev/null | openssl x509 -noout -pubkey 2>/dev/null |
	    openssl pkey -pubin -outform DER 2>/dev/null | openssl dgst -sha256 -binary | base64
}
incident() {
	file "$a" incident type=atk.ambush when=now place=38SMD470654 severity=red
}
crosses() { # TEXT ID
	wait_for 30 arrives "$a" "$2" b && ok "$1" || not_ok "$1 ($(state "$a" "$2" b))" "$a.out"
}

first=$(incident)
crosses "a record crosses the link" "$first"
same "signed with key 1" a/makhmour#1 "$(signer "$b" "$first")"

# ---- a further record key ----
refuse "a running station gets no key under its feet" seam --home "$a" key rotate
stop_station "$a"
refuse "nor one that another party's root certifies" seam --home "$a" key rotate --root "$b/root.key" \
    --root-passphrase-file "$b/passphrase"
holds "and that is said" 'this is not the root of party a' err
refuse "nor a TLS key" seam --home "$a" link key --root "$b/root.key" --root-passphrase-file "$b/passphrase"
holds "and that is said" 'this is not the root of party a' err
same "the note is the old one" 1 "$(of_note "$a" "k['version']")"
leaves=$(stored "$a" "SELECT count(*) FROM record WHERE leaf >= 0")
try "its own party's root certifies one" seam --home "$a" key rotate
same "key 2: the one that was refused before" 2 "$(of_note "$a" "k['record'][-1]['number']")"
same "the log has a record of it" 1 "$(stored "$a" "SELECT count(*) FROM record WHERE kind = 'key'")"
same "signed by the new key" a/makhmour#2 "$(stored "$a" "SELECT lower(hex(id)) FROM record WHERE kind = 'key'" |
    python3 -c 'import base64, sys; print(base64.urlsafe_b64encode(bytes.fromhex(sys.stdin.read().strip())).decode().rstrip("="))' |
    { read -r id; signer "$a" "$id"; })"
start_station "$a"
wait_for 30 knows "$b" "k['version']" 2 && ok "the note crosses the link" || not_ok "the note crosses the link" "$b.out"
second=$(incident)
crosses "a record crosses the link" "$second"
same "signed with key 2" a/makhmour#2 "$(signer "$b" "$second")"
try "what is stored there holds" seam verify "$b"
try "what is stored here holds" seam verify "$a"

# ---- the old one is revoked from the position of the rotation on ----
refuse "another party's root revokes nothing" seam --home "$a" key revoke a/makhmour#1 --from "$leaves" --root "$b/root.key" \
    --root-passphrase-file "$b/passphrase"
holds "and that is said" 'this is not the root of party a' err
try "the root revokes key 1" seam --home "$a" key revoke a/makhmour#1 --from "$leaves"
cp out revocation
try "also there" seam --home "$b" members install revocation
try "what it signed before stays" seam --home "$b" show "$first"
try "and holds" seam verify "$b"
third=$(incident)
crosses "key 2 goes on" "$third"

# ---- a new TLS key, where the station is slow to take it up ----
echo "backup of a" >pass
try "a backup before" seam --home "$a" backup copy --passphrase-file pass
before=$(of_note "$b" "k['tls']")
at=127.0.0.1:$(sed -n 's/^link b.qaraj listen .*:\([0-9]*\)$/\1/p' "$a/links")
same "the key of its note is shown" "$before" "$(pin_at "$at")"
kill -STOP "$(cat "$a.pid")" # who starts the gates looks at nothing for a while
{ sleep 4; kill -CONT "$(cat "$a.pid")"; } &
slow=$!
try "a new TLS key, over the link that stands" seam --home "$a" link key
shown=$(pin_at "$at")
wait $slow
after=$(of_note "$a" "k['tls']")
same "when the command returns, nothing shows the old one" "$after" "$shown"
[ "$before" != "$after" ] && ok "it is another" || not_ok "it is another"
wait_for 30 knows "$b" "k['tls']" "$after" && ok "the other end knows it" || not_ok "the other end knows it" "$b.out"
links_up a/makhmour b/qaraj
fourth=$(incident)
crosses "a record crosses with the new key" "$fourth"

# ---- the same while the other end is cut off ----
stop_station "$b"
try "a new TLS key while nobody is there" seam --home "$a" link key
start_station "$b"
wait_for 60 is_link "$b" a/makhmour key && ok "it is not believed" || not_ok "it is not believed ($(link_state "$b" a/makhmour))" "$b.out"
lib_run seam --home "$a" invite "$a.invite"
try "the note comes in a file" seam --home "$b" members install "$a.invite"
touch "$b/tls/peer.crt" # tries at once
links_up b/qaraj
fifth=$(incident)
crosses "a record crosses again" "$fifth"

# ---- a station from its backup has keys of its own, also where the backup is older than its newest note ----
stop_station "$a"
cp "$a/root.key" "$a/passphrase" .
try "comes back" seam recover again --from copy --passphrase-file pass --root root.key --root-passphrase-file passphrase
same "with the mode of a secret" 600 "$(stat -c %a again/tls/peer.key)"
again=$(seam --home again key show --json | pick - "next(k['tls'] for k in d if k['station'] == 'a/makhmour')")
[ -n "$again" ] && [ "$again" != "$(of_note "$b" "k['tls']")" ] && ok "and a TLS key of its own in its note" ||
    not_ok "and a TLS key of its own in its note ($again)"
held=$(of_note "$b" "k['version']")
version=$(seam --home again key show --json | pick - "next(k['version'] for k in d if k['station'] == 'a/makhmour')")
[ "$version" -gt "$held" ] && ok "its note is newer than any that others hold" ||
    not_ok "its note is newer than any that others hold ($version, not above $held)"
lib_run seam --home again invite again.invite
try "who held a newer one than the backup takes it" seam --home "$b" members install again.invite
same "and believes the new key" "$again" "$(of_note "$b" "k['tls']")"
start_station again
wait_for 60 is_link "$b" a/makhmour up && ok "the link stands again" || not_ok "the link stands again ($(link_state "$b" a/makhmour))" "$b.out"
stop_station again
seam --home again link list >links 2>/dev/null
holds "its links came along" "b/qaraj .*listens on" links
rm -rf again/tls/peer.key
seam --home again doctor >doctor 2>&1
holds "a key that is gone is found" "FAULT *link key" doctor
try "the page gets a new key without the root" seam --home again link key --page
