#!/bin/bash
# Who may do what: a duty limits the acts, a token is an account, and an account that is gone is gone at once.
. "$(dirname "$0")/between.sh"

parties a/one b/one
cat >rules <<P
party a b
release incident to b : type, severity, place@1km
release statement to b : text, lang  manual 1
P
for duty in watch liaison director analyst admin; do
	seam --home a user add "the-$duty" $duty >$duty.token 2>err || not_ok "an account for $duty" err
	chmod 600 $duty.token
done
as() { # DUTY WORDS...
	local duty=$1
	shift
	seam --home a --token-file $duty.token "$@"
}
policy a <rules
words=$(file a statement "text=we have moved the post" lang=en)
own=$(file a incident type=atk.ambush when=now place=38SMD470654)
incident=(report incident type=atk.ambush when=now place=38SMD470654)
assessment=(report assessment grade=B2 "text=it is so" place=38SMD470654)
size=$(stored a "SELECT count(*) FROM leaf")

# may: who may; what each other is refused names the duty.
may() { # TEXT "DUTY..." WORDS...
	local text=$1 duties=$2 duty
	shift 2
	for duty in watch liaison director analyst admin; do
		if grep -qw $duty <<<"$duties"; then
			try "$duty may $text" as $duty "$@"
		else
			refuse "$duty may not $text" as $duty "$@"
			holds "and is told so: $duty, $text" "does not hold a duty that may do this: .* may; this account holds $duty" err
		fi
	done
}
may "file an incident" "watch liaison director" "${incident[@]}"
may "file an assessment" "director analyst" "${assessment[@]}"
may "write a stick" "watch liaison director admin" export bundle b stick
may "add an account" "admin" user list
sed '1i # once more' rules >again
for duty in watch liaison analyst admin; do
	refuse "$duty may not put a policy in force" as $duty policy use again
	holds "and is told so: $duty, put a policy in force" 'does not hold a duty' err
done
try "director may put a policy in force" as director policy use again
refuse "watch may not let words go" as watch send "$words" b --yes
refuse "analyst may not let words go" as analyst send "$words" b --yes
same "they stay" held_back "$(state a "$words" b)"
for duty in watch liaison analyst admin; do
	refuse "$duty may not erase" as $duty erase "$own" --yes
done
same "and it is there" false "$(seam --home a --json show "$own" | pick - 'd["record"]["erased"]')"
same "what was refused wrote nothing: 3 incidents, 2 assessments, a policy" $((size + 6)) \
	"$(stored a "SELECT count(*) FROM leaf WHERE hex(substr(entry, 1, 1)) = '01'" | awk -v s="$(stored a "SELECT count(*) FROM leaf WHERE hex(substr(entry, 1, 1)) != '01'")" '{print $1 + s}')"

# A duty is one that the account holds.
usage "a duty that is none" seam --home a --duty chair list
holds "is answered with those there are" "no duty 'chair': it is watch, liaison, director, analyst or admin" err
refuse "an account has no duty that it was not given" as watch --duty director policy use rules
usage "nor one that is none" as watch --duty king "${incident[@]}"
try "an account with two duties chooses" seam --home a user add both watch,analyst
cp out both.token
chmod 600 both.token
try "as analyst" as both --duty analyst "${assessment[@]}"
try "as watch" as both --duty watch "${incident[@]}"
refuse "not the other way around" as both --duty analyst "${incident[@]}"
same "the record names the duty" analyst "$(seam --home a --json list --kind assessment --limit 1 |
	pick - 'd[0]["fields"]["duty"]')"
hides "the name of an account is in no record and no picture" the-analyst a/journal.db a/journal.db-wal a-run

# Tokens.
printf '%s\n' AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA >unknown.token
: >empty.token
head -c 500 /dev/zero | tr '\0' A >long.token
for token in unknown empty long; do
	refuse "a token that is $token is refused" as $token "${incident[@]}"
done
hides "a token itself is kept nowhere" "$(cat watch.token)" a a-run a.out

# An account that is removed.
try "watch files before" as watch "${incident[@]}"
try "the admin removes the account" as admin user remove the-watch
refuse "at once it files nothing" as watch "${incident[@]}"
holds "nobody has that token" 'nobody is signed on' err
stop_station a
start_station a
refuse "nor after a restart" as watch "${incident[@]}"
refuse "the same name is free again, the old token is not" sh -c '
	seam --home a user add the-watch watch >new.token 2>err || exit 0
	seam --home a --token-file watch.token report incident type=atk.ambush when=now place=38SMD470654'
chmod 600 new.token
try "the new one works" as new "${incident[@]}"
refuse "an account is added once" seam --home a user add the-watch watch
refuse "with duties that are some" seam --home a user add king king
refuse "a party's own admin is no officer of it" as admin "${incident[@]}"
