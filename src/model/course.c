/*
 * Promises how the whole stands and who is due next, from the rows of the parties (course_row.c)
 * and the clock.  Decides nothing for anybody.
 */
#include "model/course.h"

#include "model/course_row.h"

#include <string.h>

enum { MINUTE_MS = 60000 };

static const char *const way_codes[] = {
#define X(name, code) code,
    COURSE_WAY_ROWS(X)
#undef X
};

struct word {
	const char *code, *label;
};

/* clang-format off */
#define X(name, code, label) {code, label},
static const struct word states[] = {COURSE_STATE_ROWS(X)};
static const struct word steps[] = {COURSE_STEP_ROWS(X)};
#undef X

/* clang-format on */

const char *
course_way_code(enum course_way way)
{
	return (unsigned)way < COURSE_WAY_COUNT ? way_codes[way] : NULL;
}

const char *
course_state_code(enum course_state state)
{
	return (unsigned)state < COURSE_STATE_COUNT ? states[state].code : NULL;
}

const char *
course_state_label(enum course_state state)
{
	return (unsigned)state < COURSE_STATE_COUNT ? states[state].label : NULL;
}

const char *
course_step_code(enum course_step step)
{
	return (unsigned)step < COURSE_STEP_COUNT ? steps[step].code : NULL;
}

const char *
course_step_label(enum course_step step)
{
	return (unsigned)step < COURSE_STEP_COUNT ? steps[step].label : NULL;
}

static bool
has_code(const struct record *record, enum field field, unsigned code)
{
	return record->field[field].is_set && record->field[field].code == code;
}

static bool
crosses(const struct record *record)
{
	return has_code(record, FIELD_CROSSES, YESNO_YES) ||
	       has_code(record, FIELD_NEED, NEED_CORRIDOR);
}

enum course_way
course_way_of(const struct record *record)
{
	enum kind_nature nature = kind_row(record->kind)->nature;

	if (record->kind == KIND_REQUEST && has_code(record, FIELD_NEED, NEED_INFORMATION))
		return COURSE_WAY_QUESTION;
	if (record->kind == KIND_REQUEST && !has_code(record, FIELD_NEED, NEED_CORRIDOR))
		return COURSE_WAY_SUPPORT;
	if (crosses(record) || record->kind == KIND_DECISION || record->kind == KIND_AGREEMENT ||
	    record->kind == KIND_STATEMENT)
		return COURSE_WAY_CONSENT;
	if (record->kind == KIND_NONE || nature == KIND_NATURE_NOTE || nature == KIND_NATURE_HOUSE)
		return COURSE_WAY_NONE;
	return COURSE_WAY_NOTICE;
}

int64_t
course_answer_ms(const struct record *record, const struct course_clocks *clocks)
{
	if (record->kind == KIND_REQUEST && has_code(record, FIELD_NEED, NEED_MEDEVAC))
		return clocks->life_min * MINUTE_MS;
	if (has_code(record, FIELD_SEVERITY, SEVERITY_RED))
		return clocks->red_min * MINUTE_MS;
	if (has_code(record, FIELD_SEVERITY, SEVERITY_YELLOW))
		return clocks->yellow_min * MINUTE_MS;
	return 0;
}

static int64_t
end_of(const struct value *window)
{
	static const int64_t lengths[WHEN_PRECISION_COUNT] = {
	    [WHEN_MINUTE] = 0,
	    [WHEN_HOUR] = INT64_C(3600000),
	    [WHEN_PART] = INT64_C(3600000),
	    [WHEN_DAY] = INT64_C(86400000),
	    [WHEN_WEEK] = INT64_C(86400000),
	    [WHEN_MONTH] = INT64_C(86400000),
	    [WHEN_YEAR] = INT64_C(86400000),
	};

	if (!window->is_set || (unsigned)window->when.precision >= WHEN_PRECISION_COUNT)
		return 0;
	return window->when.to_ms + lengths[window->when.precision];
}

int64_t
course_window_end(const struct record *record)
{
	return end_of(&record->field[FIELD_WINDOW]);
}

bool
course_is_final(enum course_state state)
{
	return !COURSE_HAS(COURSE_PENDING | COURSE_UNDER_WAY | COURSE_BIT(OFFERED), state);
}

const struct course_row *
course_row_of(const struct course *course, const struct party *party)
{
	for (unsigned i = 0; i < course->n; i++)
		if (party_equal(&course->row[i].party, party))
			return &course->row[i];
	return NULL;
}

static enum course_state
furthest(const struct course *course)
{
	enum course_state state = course->n ? COURSE_OBJECTED : COURSE_ASKED;

	for (unsigned i = 0; i < course->n; i++)
		if (course->row[i].state > state)
			state = course->row[i].state;
	return state;
}

static uint32_t
states_of(const struct course *course, bool only_asked)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < course->n; i++)
		if (course->row[i].is_asked || !only_asked)
			set |= UINT32_C(1) << course->row[i].state;
	return set;
}

/* Done by one closes it unless another is under way too. */
static void
sum_support(struct course *course)
{
	uint32_t set = states_of(course, false);
	bool concurs = false;

	course->state = furthest(course);
	if (course->state == COURSE_DONE && (set & COURSE_UNDER_WAY))
		course->state = set & COURSE_BIT(ON_SITE)      ? COURSE_ON_SITE
				: set & COURSE_BIT(ON_THE_WAY) ? COURSE_ON_THE_WAY
							       : COURSE_COMMITTED;
	course->is_open = course->state != COURSE_DONE;
	for (unsigned i = 0; i < course->n; i++)
		concurs = concurs || (course->row[i].concurs && !course->row[i].is_behind);
	course->is_agreed = course->needs_consent && concurs && !(set & COURSE_BIT(OBJECTED));
}

static void
sum_question(struct course *course)
{
	uint32_t asked = states_of(course, true);
	uint32_t got = COURSE_BIT(ANSWERED) | COURSE_BIT(NOTHING) | COURSE_BIT(CANNOT);

	course->state = furthest(course);
	course->is_open = (asked & (COURSE_PENDING | COURSE_UNDER_WAY | COURSE_BIT(OFFERED))) ||
			  !(states_of(course, false) & got);
}

static void
sum_consent(struct course *course)
{
	uint32_t set = states_of(course, false);
	uint32_t asked = states_of(course, true);

	course->is_open = true;
	course->state = COURSE_NOT_AGREED;
	if (set & COURSE_REFUSED)
		course->state = set & COURSE_BIT(OBJECTED)   ? COURSE_OBJECTED
				: set & COURSE_BIT(DECLINED) ? COURSE_DECLINED
							     : COURSE_WITHDRAWN;
	else if ((set & COURSE_BIT(AGREED)) && !(asked & ~COURSE_BIT(AGREED))) {
		course->state = COURSE_AGREED;
		course->is_agreed = true;
		course->is_open = false;
	}
}

static void
sum_notice(struct course *course)
{
	uint32_t set = states_of(course, false);

	course->state = furthest(course);
	course->is_open =
	    (states_of(course, true) & COURSE_BIT(ASKED)) || (set & COURSE_BIT(OBJECTED));
	if (set & COURSE_REFUSED)
		course->state = set & COURSE_BIT(OBJECTED) ? COURSE_OBJECTED : COURSE_DECLINED;
	else if (states_of(course, true) & COURSE_BIT(ASKED))
		course->state = COURSE_ASKED;
}

/* Ended by who asked, or by its time. */
static bool
sum_ended(const struct course_following *following)
{
	struct course *course = following->course;
	const struct record *record = following->record;
	bool is_closed = has_code(record, FIELD_STATE, STATE_CLOSED) ||
			 has_code(record, FIELD_STATE, STATE_RELEASED);
	bool is_over = course->until_ms && following->question->now_ms > course->until_ms;

	if (following->question->is_taken_back || following->asker == COURSE_WITHDRAWN)
		course->state = COURSE_WITHDRAWN;
	else if (following->asker == COURSE_DONE)
		course->state = COURSE_DONE;
	else if (is_closed)
		course->state = course->n && furthest(course) >= COURSE_ANSWERED ? furthest(course)
										 : COURSE_CLOSED;
	else if (has_code(record, FIELD_STATE, STATE_EXPIRED))
		course->state = COURSE_EXPIRED;
	else if (is_over && (course->way == COURSE_WAY_CONSENT || course->way == COURSE_WAY_NOTICE))
		course->state = COURSE_OVER;
	else
		return false;
	course->is_agreed = false;
	course->is_open = false;
	return true;
}

static void
sum_up(const struct course_following *following)
{
	struct course *course = following->course;
	bool is_past = course->until_ms && following->question->now_ms > course->until_ms;

	switch (course->way) {
	case COURSE_WAY_SUPPORT:
		sum_support(course);
		break;
	case COURSE_WAY_QUESTION:
		sum_question(course);
		break;
	case COURSE_WAY_CONSENT:
		sum_consent(course);
		break;
	case COURSE_WAY_NOTICE:
		sum_notice(course);
		break;
	case COURSE_WAY_NONE:
	case COURSE_WAY_COUNT:
		break;
	}
	if (sum_ended(following))
		return;
	if (course->n == 0 && is_past)
		course->state = COURSE_EXPIRED;
	/* What came to nothing is for who asked to end; nobody else has anything to do. */
	if (!following->question->is_whole &&
	    COURSE_HAS(COURSE_REFUSED | COURSE_BIT(EXPIRED) | COURSE_BIT(NOT_TAKEN), course->state))
		course->is_open = false;
}

/* ---- who is due ---- */

static struct course_due
due_of(const struct course_following *following, const struct course_row *row)
{
	const struct course *course = following->course;
	struct course_due due = {.party = row->party};
	const struct value *window = &following->record->field[FIELD_WINDOW];
	int64_t starts_ms = window->is_set ? window->when.from_ms : 0;

	if (row->state == COURSE_ASKED) {
		due.step = row->is_asked ? COURSE_STEP_ANSWER : COURSE_STEP_NONE;
		due.at_ms = row->by_ms;
	} else if (course->way == COURSE_WAY_CONSENT &&
		   COURSE_HAS(COURSE_PENDING | COURSE_BIT(EXPIRED), row->state)) {
		due.step = row->is_asked ? COURSE_STEP_CONCUR : COURSE_STEP_NONE;
		due.at_ms = starts_ms > row->by_ms ? starts_ms : row->by_ms;
	} else if (course->way != COURSE_WAY_NOTICE && COURSE_HAS(COURSE_PENDING, row->state)) {
		due.step = row->is_asked ? COURSE_STEP_DECIDE : COURSE_STEP_NONE;
		due.at_ms = course->until_ms;
	} else if (row->state == COURSE_OFFERED) {
		due.step = row->is_taken ? COURSE_STEP_COMMIT : COURSE_STEP_TAKE;
		due.party = row->is_taken ? row->party : course->party;
		due.at_ms = course->until_ms;
	} else if (row->state == COURSE_COMMITTED || row->state == COURSE_ON_THE_WAY) {
		due.step =
		    course->way == COURSE_WAY_SUPPORT ? COURSE_STEP_COME : COURSE_STEP_ANSWER;
		due.at_ms = row->eta_ms ? row->eta_ms : course->until_ms;
	} else if (row->state == COURSE_ON_SITE) {
		due.step = COURSE_STEP_FINISH;
	}
	return due;
}

/* The next of all: the earliest clock, else the first without one. */
static void
look_for_due(const struct course_following *following)
{
	struct course *course = following->course;

	course->due = (struct course_due){.step = COURSE_STEP_NONE};
	if (!course->is_open)
		return;
	for (unsigned i = 0; i < course->n; i++) {
		struct course_due due = due_of(following, &course->row[i]);

		if (due.step == COURSE_STEP_NONE)
			continue;
		if (course->due.step == COURSE_STEP_NONE ||
		    (due.at_ms && (!course->due.at_ms || due.at_ms < course->due.at_ms)))
			course->due = due;
	}
	if (course->due.step == COURSE_STEP_NONE &&
	    COURSE_HAS(COURSE_REFUSED | COURSE_BIT(EXPIRED) | COURSE_BIT(NOT_TAKEN), course->state))
		course->due =
		    (struct course_due){.step = COURSE_STEP_CLOSE, .party = course->party};
}

void
course_follow(struct course_question *question, struct course *course)
{
	struct course_following following = {question, course, NULL, 0, COURSE_ASKED};

	memset(course, 0, sizeof *course);
	for (size_t i = 0; i < question->versions_n; i++)
		if (question->versions[i].record) {
			following.record = question->versions[i].record;
			following.newest = i;
		}
	course->state = COURSE_ASKED;
	course->party = station_party(&question->station);
	if (!following.record)
		return;
	course->way = course_way_of(following.record);
	if (course->way == COURSE_WAY_NONE)
		return;
	course->asked_ms = question->versions[0].filed_ms;
	course->is_partial = !question->is_whole;
	course->needs_consent = course->way == COURSE_WAY_CONSENT || crosses(following.record);
	course_row_fill(&following);
	sum_up(&following);
	look_for_due(&following);
}
