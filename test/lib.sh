# Helpers for the scenarios test/NN-*.sh (bash). A scenario is a small story told with real programs:
#
#   #!/bin/bash
#   # What this scenario shows, in a sentence.
#   . "$(dirname "$0")/lib.sh"
#   try "a home is made" seam init a --station a/makhmour --exercise
#   start_station a
#   refuse "a kind that is none is refused" seam --home a report nonsense
#   same "one record is held" 1 "$(seam --home a count)"
#
# ./check runs each scenario by itself with a time limit and counts its lines; by hand it runs as
# `bash test/NN-x.sh` after tools/build. It starts in an empty folder of its own ($work), which is
# removed at the end unless something failed; stations are stopped by their process id in any case.
#
#   ok TEXT                    says that TEXT was seen
#   not_ok TEXT [FILE]         says that it was not, with the end of FILE
#   skip TEXT                  says why something could not be tried; never counts as a failure
#   try TEXT COMMAND...        ok when the command succeeds
#   refuse TEXT COMMAND...     ok when the command exits 1 and says why (not by a signal, not 2)
#   usage TEXT COMMAND...      ok when the command exits 2
#   same TEXT WANT GOT         ok when both are the same text
#   holds TEXT PATTERN FILE    ok when a line of FILE matches the extended regular expression
#   lacks TEXT PATTERN FILE    ok when none does
#   need COMMAND...            skips the whole scenario unless all are there
#   need_data FILE             skips it unless ../shared/data/FILE is beside the checkout; sets $data
#   wait_for SECONDS COMMAND.. tries the command until it succeeds, at most every 50 ms
#   start_station HOME [ARG..] starts seamd on HOME and waits until it serves; HOME.pid, HOME.out
#   stop_station HOME          ends it (TERM) and waits
#   kill_station HOME          ends it (KILL), the station and its roles
#   count N_IN_CHECK N_IN_LONG prints the first, or the second under ./check --long
#
# try, refuse and usage leave what the command printed in $work/out and $work/err.

set -u

SEAM_SOURCE=${SEAM_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
SEAM_BUILD=${SEAM_BUILD:-$SEAM_SOURCE/build}
export SEAM_SOURCE SEAM_BUILD
# What Debian installs comes first: wrappers of other sources that stand before it cost a start each time.
export PATH="$SEAM_BUILD:/usr/bin:/bin:$PATH"
export TZ=UTC0 LC_ALL=C.UTF-8
unset SEAM_HOME
if [ ! -x "$SEAM_BUILD/seam" ]; then
	echo "not ok - $SEAM_BUILD/seam is not built (run tools/build)"
	exit 1
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/seam-test.XXXXXX") || exit 1
cd "$work" || exit 1
lib_failed=0
lib_homes=()

ok() {
	printf 'ok - %s\n' "$1"
}

not_ok() {
	printf 'not ok - %s\n' "$1"
	if [ -n "${2-}" ] && [ -s "$2" ]; then
		tail -n 20 "$2" | sed 's/^/#   /'
	fi
	lib_failed=$((lib_failed + 1))
}

skip() {
	printf 'skipped: %s\n' "$1"
}

lib_run() {
	"$@" >"$work/out" 2>"$work/err" </dev/null
}

lib_tell() {
	tail -n 5 "$work/out" | sed 's/^/#   /'
	tail -n 10 "$work/err" | sed 's/^/#   /'
}

try() {
	local text=$1 status=0
	shift
	lib_run "$@" || status=$?
	if [ $status -eq 0 ]; then
		ok "$text"
	else
		not_ok "$text (exit $status: $*)"
		lib_tell
		return 1
	fi
}

lib_status() {
	local want=$1 text=$2 status=0
	shift 2
	lib_run "$@" || status=$?
	if [ $status -ne "$want" ]; then
		not_ok "$text (exit $status, not $want: $*)"
		lib_tell
		return 1
	elif [ ! -s "$work/err" ] && [ ! -s "$work/out" ]; then
		not_ok "$text (no reason given: $*)"
		return 1
	fi
	ok "$text"
}

refuse() {
	lib_status 1 "$@"
}

usage() {
	lib_status 2 "$@"
}

same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		printf 'wanted: %s\ngot:    %s\n' "$2" "$3" | sed 's/^/#   /'
		return 1
	fi
}

holds() {
	if grep -Eq -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1 (no line matches: $2)" "$3"
		return 1
	fi
}

lacks() {
	if [ ! -r "$3" ]; then
		not_ok "$1 ($3 cannot be read)"
		return 1
	elif grep -Eq -- "$2" "$3"; then
		not_ok "$1 (a line matches: $2)"
		grep -En -m 3 -- "$2" "$3" | sed 's/^/#   /'
		return 1
	fi
	ok "$1"
}

need() {
	local tool
	for tool in "$@"; do
		if ! command -v "$tool" >/dev/null 2>&1; then
			skip "$(basename "$0"): $tool is not there"
			exit 0
		fi
	done
}

need_data() {
	data=$SEAM_SOURCE/../shared/data/$1
	if [ ! -r "$data" ]; then
		skip "$(basename "$0"): ../shared/data/$1 not present"
		exit 0
	fi
}

# Between two looks it rests twice as long as a look took: on a busy machine who waits leaves it to who works.
wait_for() {
	local until=$((SECONDS + $1)) began rest_us rest
	shift
	while began=${EPOCHREALTIME/./} && ! "$@" >/dev/null 2>&1 </dev/null; do
		[ $SECONDS -lt $until ] || return 1
		rest_us=$((2 * (${EPOCHREALTIME/./} - began)))
		[ $rest_us -ge 50000 ] || rest_us=50000
		[ $rest_us -le 500000 ] || rest_us=500000
		printf -v rest '0.%06d' $rest_us
		sleep "$rest"
	done
}

count() {
	if [ "${SEAM_SLOW:-0}" = 1 ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# The processes of a station: the one that was started, and its children.
lib_family() {
	local pid child
	for pid in "$@"; do
		echo "$pid"
		# shellcheck disable=SC2046
		lib_family $(cat /proc/"$pid"/task/*/children 2>/dev/null)
	done
}

start_station() {
	local home=$1 pid
	shift
	: >"$home.out" # an earlier life may have said that it is ready
	seamd "$@" -H "$home" >"$home.out" 2>&1 </dev/null &
	pid=$!
	echo "$pid" >"$home.pid"
	lib_homes+=("$home")
	if ! wait_for 30 lib_ready_or_gone "$home" "$pid" || ! lib_ready "$home"; then
		not_ok "station $home starts" "$home.out"
		return 1
	fi
}

# A station says when all its roles stand behind their walls and it serves; one that died never will.
lib_ready() {
	[[ $'\n'$(<"$1.out") == *$'\n''ready: '* ]]
}

lib_ready_or_gone() {
	lib_ready "$1" || lib_gone "$2"
}

stop_station() {
	local home=$1 pid
	[ -s "$home.pid" ] || return 0
	pid=$(<"$home.pid")
	rm -f "$home.pid"
	kill -TERM "$pid" 2>/dev/null
	if ! wait_for 20 lib_gone "$pid"; then
		not_ok "station $home ends when it is asked to" "$home.out"
		# shellcheck disable=SC2046
		kill -KILL $(lib_family "$pid") 2>/dev/null
	fi
	wait "$pid" 2>/dev/null
	return 0
}

lib_gone() {
	local stat
	! kill -0 "$1" || ! read -r stat <"/proc/$1/stat" || [[ ${stat##*) } == Z* ]]
}

kill_station() {
	local home=$1 pid
	[ -s "$home.pid" ] || return 0
	pid=$(<"$home.pid")
	rm -f "$home.pid"
	# shellcheck disable=SC2046
	kill -KILL $(lib_family "$pid") 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}

lib_end() {
	local status=$? home
	trap - EXIT
	for home in ${lib_homes[@]+"${lib_homes[@]}"}; do
		stop_station "$home"
	done
	if [ $lib_failed -eq 0 ] && [ $status -eq 0 ]; then
		cd / && rm -rf "$work"
		exit 0
	fi
	echo "# what was left behind: $work"
	[ $status -ne 0 ] || status=1
	exit $status
}
trap lib_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
