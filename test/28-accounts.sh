#!/bin/bash
# Bits are flipped in duty.db, where accounts, duties and sessions are kept: `seam verify` ends with 1 and names the row
# or the page, `seam doctor` says what mends it, and whoever the row is about may do nothing until then.
. "$(dirname "$0")/lib.sh"
need sqlite3 python3

try "a home is made" seam init h --station a/makhmour --exercise
start_station h
seam --home h user add omar watch >omar 2>err || not_ok "an account for omar" err
seam --home h user add sara director >sara 2>err || not_ok "an account for sara" err
report() { # TOKEN FILE
	SEAM_TOKEN=$(cat "$1") seam --home h report incident type=atk.ambush when=now place=38SMD470654
}
try "omar files" report omar
echo "a passphrase" >pass
try "the running station is copied" seam --home h backup copy --passphrase-file pass
stop_station h
try "the home is sound" seam verify h
cp -a h sound
put_back() { rm -rf h && cp -a sound h && rm -f h/home.place; }
bare() { lacks "$1" "$(cat omar)|$(cat sara)|$(cat h/ctl.token)|[0-9A-Fa-f]{64}" told; }

# Rows of NAME @ SQL that changes one row @ what the fault names
while IFS=@ read -r name sql place; do
	put_back
	changed=$(sqlite3 h/duty.db "$sql; SELECT changes();" 2>sql.err)
	[ "$changed" = 1 ] || not_ok "$name: was not changed ($changed)" sql.err
	refuse "$name" seam verify h
	cat out err >told
	holds "$name: the place is named" "the first: duty.db: row hash of $place" told
	bare "$name: no token is"
	refuse "$name: the doctor sees it" seam --home h doctor
	holds "$name: and says what mends it" "FAULT *accounts *duty.db: row hash of $place" out
	holds "$name: in words" "user remove.*move duty.db away" out
done <<'END'
more duties@UPDATE account SET duties = 'watch,admin' WHERE name = 'omar'@account omar
a passphrase@UPDATE account SET pass = 'x' WHERE name = 'sara'@account sara
a token's account@UPDATE session SET account = 'sara' WHERE account = 'omar'@session of sara until 0
a token's end@UPDATE session SET until_ms = 4102444800000 WHERE account = 'omar'@session of omar until 4102444800000
the station's secret@UPDATE secret SET bytes = zeroblob(32)@secret 1
END

# ---- in use ----
put_back
sqlite3 h/duty.db "UPDATE account SET duties = 'watch,admin' WHERE name = 'omar'"
start_station h
refuse "omar does nothing with it" report omar
holds "and is told why" "damaged: seam verify names the place" err
refuse "nor with his new duty" env SEAM_TOKEN="$(cat omar)" seam --home h --duty admin user list
try "sara goes on" report sara
refuse "no passphrase puts a good hash over it" seam --home h user pass omar --passphrase-file pass
holds "and that is said" "damaged" err
refuse "the accounts are not listed as if all were well" seam --home h user list
try "he is removed" seam --home h user remove omar
try "and added again" seam --home h user add omar watch
cp out omar
try "omar files again" report omar
try "the accounts are listed" seam --home h user list
holds "omar among them" "^omar watch$" out
stop_station h
try "the home is sound again" seam verify h

# ---- a station that cannot start with it, and goes on without ----
put_back
sqlite3 h/duty.db "UPDATE secret SET bytes = zeroblob(32)"
status=0
timeout 20 seamd -H h >refused.out 2>&1 </dev/null || status=$?
[ "$status" -ne 0 ] && ok "with a damaged secret nothing starts" || not_ok "with a damaged secret nothing starts"
holds "and it says where to look" "cannot start.*duty.db: seam verify" refused.out
mkdir away && mv h/duty.db* away/
refuse "a home without accounts does not verify" seam verify h
holds "and that is said" "duty.db: not found" err
start_station h
holds "a start makes them anew, and says so" "duty.db was not there" h.out
try "whoever owns the home goes on" seam --home h user add omar watch
same "nobody else is there" "local watch,liaison,director,analyst,admin
omar watch" "$(seam --home h user list)"
stop_station h
same "the token is its owner's" 600 "$(stat -c %a h/ctl.token)"
try "the home is sound" seam verify h

# ---- pages ----
size=$(stat -c %s sound/duty.db)
pages=0
named=0
dump=$(sqlite3 sound/duty.db .dump)
for ((at = 40; at < size; at += 211)); do
	python3 - sound/duty.db flipped "$at" <<'END'
import sys
b = bytearray(open(sys.argv[1], 'rb').read())
b[int(sys.argv[3])] ^= 4
open(sys.argv[2], 'wb').write(b)
END
	[ "$(sqlite3 flipped .dump 2>&1)" = "$dump" ] && continue
	pages=$((pages + 1))
	put_back
	rm -f h/duty.db-wal h/duty.db-shm
	cp flipped h/duty.db
	lib_status 1 "byte $at" seam verify h >/dev/null && cat out err >told && grep -q 'the first: duty.db' told && named=$((named + 1)) ||
	    { not_ok "a bit of byte $at that changes what is said is found" err; break; }
done
[ "$pages" -gt 3 ] && ok "of the bits tried some change what is said" || not_ok "of the bits tried some change what is said ($pages)"
same "verify names each of them" "$pages" "$named"
for cut in 0 1000 8192; do
	put_back
	truncate -s $cut h/duty.db
	rm -f h/duty.db-wal h/duty.db-shm
	refuse "duty.db cut to $cut bytes" seam verify h
	holds "is named" "the first: duty.db" err
done
put_back
try "put right, the home is sound" seam verify h

# ---- the copy ----
cp h/passphrase h/root.key .
rm -rf h
try "it comes back from the copy" seam recover h --from copy --passphrase-file pass --root root.key --root-passphrase-file passphrase
cp passphrase h/
try "and verifies, accounts too" seam verify h
start_station h
same "with who was added while it ran" "local omar sara" "$(seam --home h user list | cut -d' ' -f1 | xargs)"

# ---- the end ----
kill_station h
try "a station that was killed is destroyed" seam --home h destroy --yes
same "and nothing of its accounts is left" no "$([ -e h ] && echo yes || echo no)"
