#!/bin/bash
# Breaks one line of the release decision at a time, in a copy, and sees the laws and the
# noninterference test fail each time. Needs a build ($SEAM_BUILD) for the libraries below release.
# Usage: test/mutate_cut.sh          prints one line per break; exit 1 when one goes unnoticed
set -u

source=${SEAM_SOURCE:-$(cd "$(dirname "$0")/.." && pwd)}
build=${SEAM_BUILD:-$source/build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unnoticed=0

if [ ! -f "$build/src/libseam-model.a" ]; then
	echo "skipped: $build holds no libraries (ninja -C $build)"
	exit 0
fi

build_tests() {
	local test flags=(-std=gnu17 -O1 -w -DTEST_SLOW=0 -I"$work" -I"$source/src")
	(cd "$work/release" && ${CC:-cc} "${flags[@]}" -c "${files[@]}" && ar rc "$work/broken.a" ./*.o) ||
		return 1
	for test in law noninterference; do
		${CC:-cc} "${flags[@]}" -o "$work/$test" "$source/src/release/${test}_test.c" \
			"$work/broken.a" "$build/src/libseam-model.a" "$build/src/libseam-base.a" \
			-lcmocka -ljansson -lsodium -lcrypto -lsqlite3 -lm || return 1
	done
}

# try TEXT FILE OLD NEW: the line that holds OLD gets NEW in its place; "" OLD builds the unbroken copy
try() {
	local text=$1 file=$2 old=$3 new=$4
	rm -rf "$work/release"
	cp -r "$source/src/release" "$work/release"
	if [ -n "$old" ]; then
		if ! OLD="$old" NEW="$new" perl -0pi -e \
			'BEGIN { $o = $ENV{OLD}; $n = $ENV{NEW} } $hits += s/\Q$o\E/$n/; END { exit !$hits }' \
			"$work/release/$file"; then
			echo "not ok: $text: the line to break is not there any more"
			unnoticed=$((unnoticed + 1))
			return
		fi
	fi
	local files=()
	for one in "$work"/release/*.c; do
		case $one in *_test.c) ;; *) files+=("$one") ;; esac
	done
	rm -f "$work/broken.a"
	if ! build_tests >"$work/log" 2>&1; then
		echo "not ok: $text: does not build"
		head -5 "$work/log"
		unnoticed=$((unnoticed + 1))
		return
	fi
	if timeout 120 "$work/noninterference" >"$work/log" 2>&1 &&
		timeout 120 "$work/law" >>"$work/log" 2>&1; then
		seen=passes
	else
		seen=fails
	fi
	if [ "$seen" = "$([ -n "$old" ] && echo fails || echo passes)" ]; then
		echo "ok: $text: the test $seen"
	else
		echo "not ok: $text: the test $seen"
		unnoticed=$((unnoticed + 1))
	fi
}

try "nothing broken" cut.c "" ""
try "caps are ignored" cut.c 'field_set_keep(&part->give, left);' ';'
try "another party's lines apply" cut.c \
	'int party = rules_party(policy, &cut->question->recipient);' 'int party = 2;'
try "a grant gives everything" cut.c 'struct field_set items = grant->items, words;' \
	'struct field_set items = cut->present, words;'
try "the policy at filing is forgotten" cut.c \
	'question->policy_filed == question->policy_now' 'true'
try "foreign rows of ask go along" cut.c \
	'if (party_equal(&ask->asks.ask[i].party, &cut->question->recipient))' 'if (i == 0)'
try "the order of lines shows" cut.c 'parts_sort(parts);' ';'
try "a secret decides the moment" cut.c \
	'.not_before_ms = slot_of(grant, cut->delay_ms, filed_ms),' \
	'.not_before_ms = filed_ms + (cut->question->record->field[FIELD_GRADE].is_set ? 60000 : 0),'
try "a step is no step" slot.c 'if (grant->step_ms == 0)' 'if (grant->step_ms >= 0)'
try "a step counts from filing" slot.c 'filed_ms + delay_ms + 1);' \
	'delay_ms) + filed_ms;'
try "an older version goes too" slot.c 'question->newer_ms != 0' 'false'
try "a newer version shows before its slot" slot.c \
	'slot_of(grant, delay_ms, question->newer_ms) <= question->now_ms' \
	'question->newer_ms <= question->now_ms'
try "a newer version shows without a step" slot.c 'return grant->step_ms > 0 && question' \
	'return question'
try "a secret opens a zone" enter.c 'if (shape->is_set && shape->shape) {' \
	'if (record->field[FIELD_GRADE].is_set) return true; if (shape->is_set && shape->shape) {'
try "a zone on a layer is entered by what was filed when" enter.c \
	'if (is_called(unit, name) &&' 'if (filed_ms % 2000 < 1000 && is_called(unit, name) &&'
try "the half-area rule looks at finer digits" halfarea.c \
	'struct place square = place_at_level(view->place, level);' 'struct place square = *view->place;'
try "an unknown name is guessed" halfarea.c \
	'ground ? ground_area(ground, NAME[i].layer, record->field[field].text) : NULL;' \
	'ground ? ground_area(ground, NAME[i].layer, record->field[FIELD_DISTRICT].text) : NULL;'

[ "$unnoticed" -eq 0 ]
