/*
 * Promises one text per member list, and that a list counts only when every root in it signed it.
 * Who is asked to sign, and who believes the list, people decide.
 */
#include "admit/members.h"

#include "admit/lines.h"

#include <stdio.h>
#include <string.h>

#define FIRST_LINE "seam members 1"

/* Milliseconds this far from 1970 are no time anybody means; keeps the arithmetic exact. */
#define TIME_MAX_MS ((int64_t)1 << 45)

static void
write_rate(struct out *out, int64_t rate_milli)
{
	char digits[32];
	int n = snprintf(digits, sizeof digits, "%lld.%03lld", (long long)(rate_milli / 1000),
			 (long long)(rate_milli % 1000));

	while (digits[n - 1] == '0')
		n--;
	if (digits[n - 1] == '.')
		n--;
	out_bytes(out, digits, (size_t)n);
}

void
members_write(struct out *out, const struct members *members)
{
	out_format(out, FIRST_LINE "\nversion %lld\npurpose %s\n", (long long)members->version,
		   members->purpose);
	if (members->is_exercise) {
		out_format(out, "exercise %lld %lld ", (long long)members->start_ms,
			   (long long)members->epoch_ms);
		write_rate(out, members->rate_milli);
		out_char(out, '\n');
	}
	for (unsigned i = 0; i < members->n; i++) {
		out_format(out, "party %s ", members->member[i].party.name);
		lines_write_key(out, &members->member[i].root);
		out_text(out, members->member[i].is_joint ? " j\n" : "\n");
	}
	out_format(out, "quorum %u\n", members->quorum);
}

static bool
read_rate(struct span text, int64_t *rate_milli)
{
	struct span rest = text;
	struct span whole;
	int64_t units;
	int64_t part = 0;

	if (!span_split(&rest, '.', &whole) || !span_int(whole, 0, MEMBERS_RATE_MAX / 1000, &units))
		return false;
	if (rest.p && (rest.n < 1 || rest.n > 3 || !span_int(rest, 0, 999, &part)))
		return false;
	for (size_t n = rest.n; n < 3; n++)
		part *= 10;
	*rate_milli = units * 1000 + part;
	return *rate_milli >= 1 && *rate_milli <= MEMBERS_RATE_MAX;
}

static bool
read_exercise(struct span tail, struct members *members)
{
	members->is_exercise = true;
	return lines_number(&tail, 0, TIME_MAX_MS, &members->start_ms) &&
	       lines_number(&tail, 0, TIME_MAX_MS, &members->epoch_ms) &&
	       read_rate(tail, &members->rate_milli);
}

/* Names rise, so none stands twice; nor does a root, which would then count twice. */
static bool
is_new(const struct members *members, const struct member *member)
{
	for (unsigned i = 0; i < members->n; i++)
		if (memcmp(&members->member[i].root, &member->root, sizeof member->root) == 0)
			return false;
	return members->n == 0 ||
	       strcmp(members->member[members->n - 1].party.name, member->party.name) < 0;
}

static enum why
read_party(struct span tail, struct members *members)
{
	struct member *member = &members->member[members->n];
	struct span name;

	if (members->n == LIMIT_PARTIES)
		return WHY_TOO_LARGE;
	if (!span_split(&tail, ' ', &name) || !party_read(name, &member->party) ||
	    !lines_key(&tail, &member->root))
		return WHY_BAD_VALUE;
	member->is_joint = span_is(tail, "j");
	if (tail.p && !member->is_joint)
		return WHY_BAD_FORM;
	if (!is_new(members, member))
		return WHY_BAD_VALUE;
	members->n++;
	return WHY_NONE;
}

static enum why
read_head(struct lines *lines, struct members *members)
{
	struct span tail;

	if (!lines_take_exactly(lines, FIRST_LINE))
		return WHY_BAD_FORM;
	if (!lines_take_number(lines, "version", 1, INT32_MAX, &members->version))
		return WHY_BAD_VALUE;
	if (!lines_take(lines, "purpose", &tail) || !span_is_plain_text(tail) ||
	    !span_copy(members->purpose, sizeof members->purpose, tail))
		return WHY_BAD_VALUE;
	members->rate_milli = 1000;
	if (lines_take(lines, "exercise", &tail) && !read_exercise(tail, members))
		return WHY_BAD_VALUE;
	return WHY_NONE;
}

static enum why
read_all(struct span text, struct members *members)
{
	struct lines lines;
	struct span tail;
	int64_t quorum;
	enum why why;

	if (text.n > NOTE_MAX)
		return WHY_TOO_LARGE;
	if (!lines_over(text, &lines))
		return WHY_BAD_FORM;
	why = read_head(&lines, members);
	while (why == WHY_NONE && lines_take(&lines, "party", &tail))
		why = read_party(tail, members);
	if (why != WHY_NONE)
		return why;
	if (!lines_take_number(&lines, "quorum", 1, members->n, &quorum))
		return WHY_BAD_VALUE;
	members->quorum = (unsigned)quorum;
	return lines_are_done(&lines) ? WHY_NONE : WHY_BAD_FORM;
}

enum why
members_read(struct span text, struct members *members)
{
	struct out again = out_new(NOTE_MAX);
	enum why why;

	memset(members, 0, sizeof *members);
	why = read_all(text, members);
	if (why == WHY_NONE) {
		members_write(&again, members);
		if (out_err(&again) != ERR_OK)
			why = WHY_NO_MEMORY;
		else if (!span_equal(out_view(&again), text))
			why = WHY_BAD_FORM;
	}
	out_free(&again);
	if (why != WHY_NONE)
		memset(members, 0, sizeof *members);
	return why;
}

enum err
members_root_key(const struct party *party, const struct sign_public *root, struct note_key *key)
{
	char name[LIMIT_PARTY_TEXT + 16];
	int n = snprintf(name, sizeof name, "seam/%s/root", party->name);

	return note_key_make(span_make(name, (size_t)n), NOTE_ED25519, root, key);
}

static enum why
count_signatures(const struct note *note, const struct members *members, unsigned *signed_n)
{
	for (unsigned i = 0; i < members->n; i++) {
		struct note_key key;
		uint64_t time_s;
		enum note_answer answer;

		if (members_root_key(&members->member[i].party, &members->member[i].root, &key) !=
		    ERR_OK)
			return WHY_BAD_VALUE;
		answer = note_check(note, &key, &time_s);
		if (answer == NOTE_BAD)
			return WHY_BAD_SIGNATURE;
		*signed_n += answer == NOTE_HOLDS;
	}
	return *signed_n == members->n ? WHY_NONE : WHY_MISSING_SIGNATURE;
}

enum why
members_open(struct span bytes, struct members *members, unsigned *signed_n)
{
	struct note note;
	unsigned n = 0;
	enum why why;

	memset(members, 0, sizeof *members);
	if (signed_n)
		*signed_n = 0;
	if (note_read(bytes, &note) != ERR_OK)
		return WHY_BAD_FORM;
	why = members_read(note.text, members);
	if (why == WHY_NONE)
		why = count_signatures(&note, members, &n);
	if (signed_n)
		*signed_n = n;
	if (why != WHY_NONE)
		memset(members, 0, sizeof *members);
	return why;
}

enum why
members_follow(const struct members *held, const struct members *next, const struct party *own)
{
	if (next->version <= held->version)
		return WHY_OLD_VERSION;
	if (next->is_exercise != held->is_exercise)
		return WHY_EXERCISE;
	if (!members_find(next, own))
		return WHY_UNKNOWN_PARTY;
	/* A list is signed by the roots that it names: only roots that were known before make it
	 * more than what a stranger says of himself. */
	for (unsigned i = 0; i < next->n; i++) {
		const struct member *before = members_find(held, &next->member[i].party);

		if (before &&
		    memcmp(&before->root, &next->member[i].root, sizeof before->root) != 0)
			return WHY_KEY_CHANGED;
	}
	return WHY_NONE;
}

const struct member *
members_find(const struct members *members, const struct party *party)
{
	for (unsigned i = 0; i < members->n; i++)
		if (party_equal(&members->member[i].party, party))
			return &members->member[i];
	return NULL;
}

int64_t
members_time(const struct members *members, int64_t utc_ms)
{
	int64_t since = utc_ms - members->epoch_ms;

	if (!members->is_exercise)
		return utc_ms;
	return members->start_ms + since / 1000 * members->rate_milli +
	       since % 1000 * members->rate_milli / 1000;
}
