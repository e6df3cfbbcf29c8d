# Helpers for the scenarios over links (test/8*-*.sh), on top of between.sh.
#
#   network PARTY/SITE...        homes (folder: PARTY-SITE), one member list of all parties, every station
#                                joined and started, no link yet; LIST holds more words for the list
#                                (--exercise-start …), INIT for each seam init, CONF lines for each seam.conf
#   home_of PARTY/SITE           its folder
#   link ONE OTHER               a link between two stations: the first listens, the second connects
#   mesh PARTY/SITE...           a link between each two
#   links_up PARTY/SITE...       waits until every link of these is up
#   link_state HOME STATION      up, refused, key …
#   is_link HOME STATION STATE   for wait_for
#   cut_link ONE OTHER           the link is taken away at both ends; link … brings it back
#   arrives HOME ID PARTY        for wait_for: the record has arrived there
#   holds_id HOME ID             for wait_for: the station holds the record
#   alert_of HOME RULE           ids of open alerts of a rule, a line each
#   status_of HOME EXPRESSION    of `seam status --json`
#   settled HOME...              for wait_for: nothing waits, nothing is unanswered on links that are up

. "$(dirname "${BASH_SOURCE[0]}")/between.sh"

home_of() {
	echo "${1/\//-}"
}

# A port that nobody has at this moment; of this run no port twice.
links_port() {
	python3 -I -S -c 'import _socket
try:
    used = set(open("ports").read().split())
except FileNotFoundError:
    used = set()
while True:
    s = _socket.socket(); s.bind(("127.0.0.1", 0)); port = str(s.getsockname()[1]); s.close()
    if port not in used:
        open("ports", "a").write(port + "\n"); print(port); break'
}

links_make() { # HOME STATION [--join]
	# shellcheck disable=SC2086
	lib_run seam init "$1" --station "$2" --exercise ${INIT-} ${3-} || { not_ok "a home for $2" err; exit 1; }
	sed -i "s|^run_dir.*|run_dir $work/$1-run|; s|^beat_ms.*|beat_ms 500|" "$1/seam.conf"
	printf '%s\n' "${CONF-}" >>"$1/seam.conf"
}

network() {
	local station home party firsts=() others=() invites=()
	for station in "$@"; do
		party=${station%%/*}
		home=$(home_of "$station")
		case " ${firsts[*]-} " in
		*" $party/"*) others+=("$station") ;;
		*)
			firsts+=("$station")
			links_make "$home" "$station"
			lib_run seam --home "$home" invite "$home.invite" || not_ok "$station invites" err
			invites+=("$home.invite")
			;;
		esac
	done
	# shellcheck disable=SC2046,SC2086
	lib_run seam members new $(printf -- '--invite %s ' "${invites[@]}") --purpose "EXERCISE" \
	    --quorum "${QUORUM-1}" --exercise ${LIST-} || { not_ok "a member list" err; exit 1; }
	cp out list
	for station in "${firsts[@]}"; do
		lib_run seam --home "$(home_of "$station")" members sign list || not_ok "$station signs" err
	done
	for station in "${firsts[@]}"; do
		home=$(home_of "$station")
		start_station "$home" || exit 1
		lib_run seam --home "$home" members install list "${invites[@]}" || not_ok "$home installs the list" err
	done
	for station in ${others[@]+"${others[@]}"}; do
		links_join "$station" "${firsts[@]}"
	done
}

# A further station of a party: asks, is signed by its party's root, and is made known to all.
links_join() { # STATION FIRST...
	local station=$1 home sister first
	home=$(home_of "$station")
	shift
	for first in "$@"; do
		[ "${first%%/*}" = "${station%%/*}" ] && sister=$(home_of "$first")
	done
	links_make "$home" "$station" --join
	lib_run seam --home "$home" join && cp out "$home.request" &&
	    lib_run seam --home "$sister" join sign "$home.request" && cp out "$home.welcome" &&
	    lib_run seam --home "$home" join "$home.welcome" || not_ok "$station joins" err
	for first in "$@" ${links_late-}; do
		lib_run seam --home "$(home_of "$first")" members install "$home.welcome" || not_ok "$first knows $station" err
	done
	start_station "$home" || exit 1
	links_late="${links_late-} $station"
}

link() {
	local one two port
	one=$(home_of "$1")
	two=$(home_of "$2")
	port=$(links_port)
	lib_run seam --home "$one" link add "$2" --listen "127.0.0.1:$port" || not_ok "$1 listens for $2" err
	lib_run seam --home "$two" link add "$1" --connect "127.0.0.1:$port" || not_ok "$2 connects to $1" err
}

mesh() {
	local i j
	for ((i = 1; i <= $#; i++)); do
		for ((j = i + 1; j <= $#; j++)); do
			link "${!i}" "${!j}"
		done
	done
}

cut_link() {
	lib_run seam --home "$(home_of "$1")" link remove "$2" || not_ok "$1 gives up its link with $2" err
	lib_run seam --home "$(home_of "$2")" link remove "$1" || not_ok "$2 gives up its link with $1" err
}

status_of() {
	seam --home "$1" --json status 2>/dev/null | pick - "$2" 2>/dev/null
}

link_state() {
	status_of "$1" "next((l['state'] for l in d['links'] if l['station'] == '$2'), 'none')"
}

is_link() {
	[ "$(link_state "$1" "$2")" = "$3" ]
}

links_all_up() {
	[ "$(status_of "$1" "all(l['state'] == 'up' for l in d['links']) and len(d['links']) > 0")" = true ]
}

links_up() {
	local station
	for station in "$@"; do
		wait_for 60 links_all_up "$(home_of "$station")" || {
			not_ok "the links of $station come up" "$(home_of "$station").out"
			seam --home "$(home_of "$station")" link list | sed 's/^/#   /'
		}
	done
}

arrives() {
	[ "$(state "$1" "$2" "$3")" = arrived ]
}

holds_id() {
	seam --home "$1" --json show "$2" >/dev/null 2>&1
}

alert_of() {
	seam --home "$1" --json list --kind alert --limit 1000 2>/dev/null |
	    pick - "'\n'.join(r['id'] for r in d if r['fields'].get('rule') == '$2' and r['fields'].get('state') == 'open')"
}

settled() {
	local home
	for home in "$@"; do
		[ "$(status_of "$home" "all(l['state'] != 'up' or (l['waiting'] == 0 and l['unanswered'] == 0) for l in d['links'])")" = true ] || return 1
	done
}
