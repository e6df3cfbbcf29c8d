#!/bin/bash
# Harm to civilians is not closed without an outcome, and no one person makes it disappear.
. "$(dirname "$0")/between.sh"

parties a/one b/one
seam --home a user add second director >second.token 2>err
chmod 600 second.token

id=$(file a casualty group=civilian killed=2 when=now place=38SMD470654)
other=$(file a casualty group=attacker killed=2 when=now place=38SMD470654)
attack=$(file a incident type=atk.civilians when=now place=38SMD470654)
refuse "an attack on civilians is not closed without an outcome" \
	seam --home a report incident --amend "$attack" state=closed
holds "and that is said" 'outcome' err
try "with one it is" seam --home a report incident --amend "$attack" state=closed outcome=closed
refuse "one officer cannot erase it" seam --home a erase "$id" --yes
holds "a second is asked for" 'second officer' err
refuse "nor by asking twice" seam --home a erase "$id" --yes
seam --home a --json show "$id" >shown 2>err
holds "it is still there" '"killed"' shown
try "a second officer with another account can" seam --home a erase "$id" --yes --token-file second.token
seam --home a --json show "$id" >shown 2>err
lacks "then it is gone" '"killed"' shown
try "other losses need one" seam --home a erase "$other" --yes
try "the log still holds" seam --home a verify
