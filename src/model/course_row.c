/*
 * Promises that each answer moves its own party's row by two tables: what an answer means on this
 * way, and what may follow what.  The last word of a party stands; one that does not follow is
 * marked.
 */
#include "model/course_row.h"

#include <string.h>

enum { ODD = COURSE_STATE_COUNT };

/* clang-format off */
#define BIT COURSE_BIT
/* What an answer makes of its party's part, by way: none, support, question, consent, notice. */
static const uint8_t effects[ANSWER_COUNT][COURSE_WAY_COUNT] = {
	[ANSWER_SEEN]       = {ODD, COURSE_SEEN,       COURSE_SEEN,      COURSE_SEEN,      COURSE_SEEN},
	[ANSWER_NOTED]      = {ODD, COURSE_NOTED,      COURSE_NOTED,     COURSE_NOTED,     COURSE_NOTED},
	[ANSWER_CONCUR]     = {ODD, ODD,               ODD,              COURSE_AGREED,    COURSE_AGREED},
	[ANSWER_OBJECT]     = {ODD, COURSE_OBJECTED,   COURSE_OBJECTED,  COURSE_OBJECTED,  COURSE_OBJECTED},
	[ANSWER_DECLINE]    = {ODD, COURSE_DECLINED,   COURSE_DECLINED,  COURSE_DECLINED,  COURSE_DECLINED},
	[ANSWER_OFFERED]    = {ODD, COURSE_OFFERED,    ODD,              ODD,              ODD},
	[ANSWER_COMMITTED]  = {ODD, COURSE_COMMITTED,  COURSE_COMMITTED, ODD,              ODD},
	[ANSWER_ON_THE_WAY] = {ODD, COURSE_ON_THE_WAY, ODD,              ODD,              ODD},
	[ANSWER_ON_SITE]    = {ODD, COURSE_ON_SITE,    ODD,              ODD,              ODD},
	[ANSWER_DONE]       = {ODD, COURSE_DONE,       ODD,              ODD,              COURSE_DONE},
	[ANSWER_WITHDRAWN]  = {ODD, COURSE_WITHDRAWN,  COURSE_WITHDRAWN, COURSE_WITHDRAWN, COURSE_WITHDRAWN},
	[ANSWER_ANSWERED]   = {ODD, ODD,               COURSE_ANSWERED,  ODD,              ODD},
	[ANSWER_NOTHING]    = {ODD, ODD,               COURSE_NOTHING,   ODD,              ODD},
	[ANSWER_CANNOT]     = {ODD, COURSE_CANNOT,     COURSE_CANNOT,    ODD,              ODD},
};

/* What may follow what; saying the same again always may, seen and noted change nothing later. */
#define FIRST_WORD (BIT(OFFERED) | BIT(COMMITTED) | BIT(ON_THE_WAY) | BIT(ON_SITE) | BIT(DONE) | \
	BIT(ANSWERED) | BIT(NOTHING) | BIT(CANNOT) | BIT(DECLINED) | BIT(OBJECTED) | BIT(AGREED))
static const uint32_t follows[COURSE_STATE_COUNT] = {
	[COURSE_ASKED]      = FIRST_WORD,
	[COURSE_SEEN]       = FIRST_WORD,
	[COURSE_NOTED]      = FIRST_WORD,
	[COURSE_OFFERED]    = BIT(COMMITTED) | BIT(ON_THE_WAY) | BIT(ON_SITE) | BIT(DONE) | BIT(WITHDRAWN),
	[COURSE_COMMITTED]  = BIT(ON_THE_WAY) | BIT(ON_SITE) | BIT(DONE) | BIT(WITHDRAWN) |
		BIT(ANSWERED) | BIT(NOTHING) | BIT(CANNOT),
	[COURSE_ON_THE_WAY] = BIT(ON_SITE) | BIT(DONE) | BIT(WITHDRAWN),
	[COURSE_ON_SITE]    = BIT(DONE) | BIT(WITHDRAWN),
	[COURSE_NOTHING]    = BIT(ANSWERED) | BIT(CANNOT),
	[COURSE_CANNOT]     = BIT(ANSWERED) | BIT(NOTHING) | BIT(OFFERED) | BIT(COMMITTED),
	[COURSE_DECLINED]   = BIT(OFFERED) | BIT(COMMITTED) | BIT(ANSWERED) | BIT(AGREED) | BIT(OBJECTED),
	[COURSE_OBJECTED]   = BIT(AGREED) | BIT(DECLINED) | BIT(OFFERED),
	[COURSE_NOT_TAKEN]  = BIT(OFFERED) | BIT(COMMITTED),
	[COURSE_WITHDRAWN]  = BIT(OFFERED) | BIT(AGREED),
	[COURSE_AGREED]     = BIT(OBJECTED) | BIT(DECLINED) | BIT(WITHDRAWN),
};
/* clang-format on */

static struct course_row *
row_for(struct course *course, const struct party *party)
{
	for (unsigned i = 0; i < course->n; i++)
		if (party_equal(&course->row[i].party, party))
			return &course->row[i];
	if (course->n == LIMIT_PARTIES)
		return NULL;
	course->row[course->n] = (struct course_row){.party = *party, .state = COURSE_ASKED};
	return &course->row[course->n++];
}

static void
ask(struct course_following *following, const struct party *party, int64_t by_ms)
{
	struct course_row *row;

	if (!party->name[0]) {
		following->course->is_partial = true;
		return;
	}
	row = row_for(following->course, party);
	if (!row)
		return;
	row->is_asked = true;
	if (by_ms)
		row->by_ms = by_ms;
}

/* Who is asked: by the rows of ASK; of what is decided together, the parties it names besides. */
static void
ask_all(struct course_following *following)
{
	const struct value *asks = &following->record->field[FIELD_ASK];
	const struct value *parties = &following->record->field[FIELD_PARTIES];
	int64_t within = course_answer_ms(following->record, &following->question->clocks);
	int64_t by_ms = within ? following->course->asked_ms + within : 0;

	for (unsigned i = 0; asks->is_set && i < asks->asks.n && i < LIMIT_ASKS; i++)
		ask(following, &asks->asks.ask[i].party, asks->asks.ask[i].by_ms);
	if (following->course->way != COURSE_WAY_CONSENT || !parties->is_set)
		return;
	for (unsigned i = 0; i < parties->parties.n && i < LIMIT_PARTIES; i++) {
		const struct party *party = &parties->parties.party[i];

		if (!party_equal(party, &following->course->party) &&
		    !course_row_of(following->course, party))
			ask(following, party, by_ms);
	}
}

/* ---- answers ---- */

static const struct course_version *
version_of(const struct course_question *question, const struct hash *id)
{
	for (size_t i = 0; i < question->versions_n; i++)
		if (hash_equal(&question->versions[i].id, id))
			return &question->versions[i];
	return NULL;
}

static struct course_answer *
answer_of(const struct course_question *question, const struct hash *id)
{
	for (size_t i = 0; i < question->answers_n; i++)
		if (hash_equal(&question->answers[i].id, id))
			return &question->answers[i];
	return NULL;
}

/* Whoever agreed to one version agreed to another that says the same of these. */
static bool
says_the_same(const struct record *a, const struct record *b)
{
	static const enum field fields[] = {FIELD_WINDOW,  FIELD_PLACE,    FIELD_SHAPE,
					    FIELD_WIDTH_M, FIELD_CROSSES,  FIELD_VEHICLES,
					    FIELD_PERSONS, FIELD_MOVEMENT, FIELD_NEED,
					    FIELD_TEXT,    FIELD_PARTIES,  FIELD_DUE};
	struct field_set levels_a;
	struct field_set levels_b;
	struct record one;
	struct record other;

	record_levels(a, &levels_a);
	record_levels(b, &levels_b);
	record_init(&one, a->kind);
	record_init(&other, a->kind);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		/* Both are parts of what was written: a version shown less is not another one. */
		if (!levels_a.mask[fields[i]] || !levels_b.mask[fields[i]]) {
			if (levels_a.mask[fields[i]] != levels_b.mask[fields[i]])
				return false;
			continue;
		}
		one.field[fields[i]] = a->field[fields[i]];
		other.field[fields[i]] = b->field[fields[i]];
	}
	return record_equal(&one, &other);
}

static bool
is_behind(const struct course_following *following, const struct course_answer *answer)
{
	const struct course_version *version = version_of(following->question, &answer->re);
	const struct course_version *newest = &following->question->versions[following->newest];

	if (version == newest)
		return false;
	return !version || !version->record || !says_the_same(version->record, newest->record);
}

/* The asker's word on an offer. */
static void
take_offer(struct course_following *following, struct course_answer *answer)
{
	struct course_answer *offer = answer_of(following->question, &answer->re);
	struct party party = station_party(&offer->station);
	struct course_row *row = row_for(following->course, &party);

	if (!row)
		return;
	if (row->state == COURSE_OFFERED && answer->answer == ANSWER_CONCUR)
		row->is_taken = true;
	else if (row->state == COURSE_OFFERED && answer->answer == ANSWER_DECLINE)
		row->state = COURSE_NOT_TAKEN;
	else
		answer->is_odd = answer->answer != ANSWER_SEEN && answer->answer != ANSWER_NOTED;
	answer->state = row->state;
}

/* The asker's word on its own record: it takes it back or says that it is done. */
static void
hear_asker(struct course_following *following, struct course_answer *answer)
{
	if (answer->answer == ANSWER_WITHDRAWN)
		following->asker = COURSE_WITHDRAWN;
	else if (answer->answer == ANSWER_DONE)
		following->asker = COURSE_DONE;
	else
		answer->is_odd = answer->answer != ANSWER_SEEN && answer->answer != ANSWER_NOTED;
	answer->state = following->asker;
}

static void
set_state(struct course_row *row, const struct course_answer *answer, enum course_state state)
{
	if (state == COURSE_OFFERED)
		row->is_taken = false;
	row->state = state;
	row->at_ms = answer->at_ms;
	row->answer = answer->id;
	if (answer->eta_ms || course_is_final(state))
		row->eta_ms = answer->eta_ms;
}

/* Beside help that crosses the line, to concur and to object is about the crossing. */
static bool
hear_crossing(struct course_following *following, struct course_row *row,
	      const struct course_answer *answer)
{
	if (following->course->way != COURSE_WAY_SUPPORT || !following->course->needs_consent)
		return false;
	if (answer->answer == ANSWER_OBJECT || answer->answer == ANSWER_WITHDRAWN)
		row->concurs = false;
	if (answer->answer != ANSWER_CONCUR)
		return false;
	row->concurs = true;
	row->is_behind = is_behind(following, answer);
	if (row->state == COURSE_ASKED || row->state == COURSE_OBJECTED)
		set_state(row, answer, COURSE_SEEN);
	return true;
}

static void
hear(struct course_following *following, struct course_row *row, struct course_answer *answer)
{
	unsigned effect = ODD;

	if (!row->first_ms)
		row->first_ms = answer->at_ms;
	if (answer->answer >= 0 && answer->answer < ANSWER_COUNT)
		effect = effects[answer->answer][following->course->way];
	else
		effect = COURSE_SEEN; /* somebody has it; what was said was not released to us */
	if (hear_crossing(following, row, answer))
		row->is_odd = false;
	else if (effect == ODD) {
		answer->is_odd = row->is_odd = true;
		if (row->state == COURSE_ASKED)
			set_state(row, answer, COURSE_SEEN);
	} else if (effect == COURSE_SEEN || effect == COURSE_NOTED) {
		if (row->state == COURSE_ASKED ||
		    (row->state == COURSE_SEEN && effect == COURSE_NOTED))
			set_state(row, answer, (enum course_state)effect);
	} else {
		row->is_odd = effect != row->state && !COURSE_HAS(follows[row->state], effect);
		answer->is_odd = row->is_odd;
		set_state(row, answer, (enum course_state)effect);
	}
	answer->state = row->state;
}

static void
hear_all(struct course_following *following)
{
	struct course_question *question = following->question;

	for (size_t i = 0; i < question->answers_n; i++) {
		struct course_answer *answer = &question->answers[i];
		struct party party = station_party(&answer->station);
		const struct course_row *row = course_row_of(following->course, &party);
		bool is_asker = party_equal(&party, &following->course->party);

		answer->is_odd = false;
		answer->state = COURSE_ASKED;
		if (answer_of(question, &answer->re)) {
			if (is_asker)
				take_offer(following, answer);
		} else if (is_asker && !(row && row->is_asked)) {
			hear_asker(following, answer);
		} else if (row_for(following->course, &party)) {
			hear(following, row_for(following->course, &party), answer);
		}
		following->course->odd += answer->is_odd;
	}
}

/* ---- what time and amendments make of it ---- */

static void
look_at_consent(struct course_following *following, struct course_row *row)
{
	const struct course_answer *answer = answer_of(following->question, &row->answer);

	if (row->state != COURSE_AGREED || !answer)
		return;
	row->is_behind = is_behind(following, answer);
	if (row->is_behind)
		row->state = COURSE_SEEN;
	else if (answer->until_ms && following->question->now_ms > answer->until_ms)
		row->state = COURSE_EXPIRED;
	row->concurs = row->state == COURSE_AGREED;
}

static void
look_at_time(struct course_following *following)
{
	struct course *course = following->course;
	const struct value *needed = &following->record->field[FIELD_NEEDED_BY];
	int64_t needed_ms = needed->is_set ? needed->at_ms : 0;
	int64_t end_ms = course_window_end(following->record);
	bool is_help = course->way == COURSE_WAY_SUPPORT || course->way == COURSE_WAY_QUESTION;
	bool is_past;

	course->until_ms = is_help ? needed_ms : end_ms;
	if (!course->until_ms)
		course->until_ms = is_help ? end_ms : needed_ms;
	is_past = course->until_ms && following->question->now_ms > course->until_ms;
	for (unsigned i = 0; i < course->n; i++) {
		struct course_row *row = &course->row[i];

		if (course->way == COURSE_WAY_CONSENT)
			look_at_consent(following, row);
		if (is_past && is_help &&
		    COURSE_HAS(COURSE_PENDING | COURSE_BIT(OFFERED), row->state))
			row->state = COURSE_EXPIRED;
	}
}

void
course_row_fill(struct course_following *following)
{
	ask_all(following);
	hear_all(following);
	look_at_time(following);
}
