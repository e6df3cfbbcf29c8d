/*
 * Promises to find movement notices of different parties that may be nearer to each other than they
 * should, at times that overlap, taken at their worst: anywhere in their squares.  Says nothing of
 * who should give way.  Humanitarian notices are looked at by no rule of this kind.
 */
#include "watch/watch_rule.h"

#include "watch/outline.h"

enum { SCAN = 400, KEPT = 256, NAME = 60 };

/* A notice that may still be moving, with what is needed of it. */
struct notice {
	struct hash id, statement;
	struct party party;
	bool is_own, is_joint;
	int64_t from_ms, to_ms, end_ms; /* as stated; end: after the last minute or hour named */
	int64_t known_ms;
	struct place place;
	struct outline outline;
	char name[2 * NAME];  /* "patrol A-1" */
	char where[2 * NAME]; /* "38SLE7843" */
};

struct notices {
	struct notice *at[KEPT];
	size_t n;
};

static bool
is_moving(const struct record *record)
{
	int state = watch_code(record, FIELD_STATE);

	return state != STATE_CLOSED && state != STATE_SUSPENDED && state != STATE_EXPIRED &&
	       record->field[FIELD_WINDOW].is_set;
}

/* The route or area where it says one, else the square. */
static bool
outline_of(const struct record *record, struct outline *outline)
{
	const struct value *shape = &record->field[FIELD_SHAPE];
	const struct value *place = &record->field[FIELD_PLACE];
	const struct value *width = &record->field[FIELD_WIDTH_M];

	if (shape->is_set) {
		outline_of_shape(shape->shape, width->is_set ? width->number : 0, outline);
		return true;
	}
	return place->is_set && outline_of_place(&place->place, outline);
}

static void
name_it(const struct record *record, struct notice *notice)
{
	struct out out = out_new(2 * NAME - 1);
	int movement = watch_code(record, FIELD_MOVEMENT);

	out_text(&out, movement < 0 ? "movement" : vocab_label(VOCAB_MOVEMENT, (unsigned)movement));
	if (record->field[FIELD_UNIT].is_set) {
		out_char(&out, ' ');
		watch_say_short(&out, record->field[FIELD_UNIT].text, NAME);
	}
	(void)span_copy(notice->name, sizeof notice->name, out_view(&out));
	out_free(&out);
}

static enum err
take_notice(struct watch_run *run, void *owner, const struct picture_row *row)
{
	struct notices *notices = owner;
	const struct record *record = row->record;
	int movement = watch_code(record, FIELD_MOVEMENT);
	struct notice *notice;
	struct outline outline;

	if (!is_moving(record) || !outline_of(record, &outline))
		return ERR_OK;
	if (notices->n == KEPT) {
		watch_leave_out(run, WATCH_CONFLICT);
		return ERR_OK;
	}
	notice = arena_take(run->arena, sizeof *notice);
	if (!notice)
		return ERR_NOMEM;
	notice->id = row->id;
	notice->statement = watch_statement(row);
	notice->party = station_party(&row->station);
	notice->is_own = row->is_own;
	notice->is_joint =
	    movement >= 0 &&
	    span_is(span_of(vocab_code(VOCAB_MOVEMENT, (unsigned)movement)), "joint");
	notice->from_ms = record->field[FIELD_WINDOW].when.from_ms;
	notice->to_ms = record->field[FIELD_WINDOW].when.to_ms;
	notice->end_ms = watch_end_of(&record->field[FIELD_WINDOW].when, true);
	notice->known_ms = watch_known_ms(row);
	notice->place = row->place;
	notice->outline = outline;
	name_it(record, notice);
	(void)span_copy(
	    notice->where, sizeof notice->where,
	    span_of(record->field[FIELD_SHAPE].is_set ? "its route or area" : row->place.mgrs));
	notices->at[notices->n++] = notice;
	return ERR_OK;
}

/* Between two other parties we hold hours where they hold minutes: what is stated counts, or every
 * patrol that ends in the hour in which the next begins would be in its way. */
static int64_t
end_of(const struct notice *notice, bool is_ours)
{
	return is_ours || notice->to_ms == notice->from_ms ? notice->end_ms : notice->to_ms;
}

static bool
overlap(const struct notice *a, const struct notice *b, int64_t *from_ms, int64_t *end_ms)
{
	bool is_ours = a->is_own || b->is_own;
	int64_t end_a = end_of(a, is_ours), end_b = end_of(b, is_ours);

	*from_ms = a->from_ms > b->from_ms ? a->from_ms : b->from_ms;
	*end_ms = end_a < end_b ? end_a : end_b;
	return *from_ms < *end_ms;
}

static double
apart_m(const struct notice *a, const struct notice *b, double limit_m)
{
	double least = geo_distance_m(a->outline.centre, b->outline.centre) - a->outline.radius_m -
		       b->outline.radius_m;

	return least > limit_m ? least : outline_near_m(&a->outline, &b->outline);
}

/* The overlap as people would say it: to the end stated, not to the end of its last minute. */
static int64_t
stated_end(const struct notice *const pair[2], int64_t from_ms, int64_t end_ms)
{
	int64_t stated_ms = pair[0]->to_ms < pair[1]->to_ms ? pair[0]->to_ms : pair[1]->to_ms;

	return stated_ms > from_ms ? stated_ms : end_ms;
}

static void
say_one(const struct notice *notice, struct out *text)
{
	out_format(text, "%s of %s (%s)", notice->name, notice->party.name, notice->where);
}

static enum err
say(struct watch_run *run, const struct notice *const pair[2], double near_m, int64_t from_ms,
    int64_t end_ms, struct watch_alert *alert)
{
	struct out text = watch_text_new();
	double limit_m = (double)run->question->settings->watch_conflict_m;
	double far_m = outline_far_m(&pair[0]->outline, &pair[1]->outline);

	say_one(pair[0], &text);
	out_text(&text, " and ");
	say_one(pair[1], &text);
	out_text(&text, ": both on the move ");
	watch_say_moment(run, &text, from_ms);
	out_text(&text, " to ");
	watch_say_moment(run, &text, stated_end(pair, from_ms, end_ms));
	if (near_m > 0) {
		out_text(&text, ", between ");
		watch_say_metres(&text, near_m);
		out_text(&text, " and ");
	} else {
		out_text(&text, ", touching and at most ");
	}
	watch_say_metres(&text, far_m);
	out_text(&text, " apart; less than ");
	watch_say_metres(&text, limit_m);
	out_text(&text, " is too near");
	return watch_text_end(&text, alert);
}

/* Own first, then by party and statement: the same way round at every run. */
static bool
is_swapped(const struct notice *a, const struct notice *b)
{
	int sign = span_compare(span_of(a->party.name), span_of(b->party.name));

	if (a->is_own != b->is_own)
		return b->is_own;
	return sign > 0;
}

static void
fill(const struct notice *const pair[2], int64_t from_ms, int64_t end_ms, struct watch_alert *alert)
{
	const struct notice *first = pair[0]->from_ms <= pair[1]->from_ms ? pair[0] : pair[1];
	const struct notice *second = first == pair[0] ? pair[1] : pair[0];
	int sign = span_compare(span_make(pair[0]->statement.b, HASH_SIZE),
				span_make(pair[1]->statement.b, HASH_SIZE));

	alert->rule = WATCH_CONFLICT;
	alert->key = watch_key(WATCH_CONFLICT, &pair[sign > 0]->statement,
			       &pair[sign <= 0]->statement, NULL);
	alert->severity = SEVERITY_YELLOW;
	alert->party = pair[pair[0]->is_own]->party;
	alert->n = 2;
	alert->cites[0] = first->id;
	alert->cites[1] = second->id;
	alert->place = pair[0]->place.level ? pair[0]->place : pair[1]->place;
	alert->when = (struct when){from_ms, end_ms - WATCH_MINUTE_MS, WHEN_MINUTE};
}

static enum err
look_at(struct watch_run *run, const struct notice *a, const struct notice *b)
{
	const struct notice *const pair[2] = {is_swapped(a, b) ? b : a, is_swapped(a, b) ? a : b};
	double limit_m = (double)run->question->settings->watch_conflict_m, near_m;
	int64_t since_ms = a->known_ms > b->known_ms ? a->known_ms : b->known_ms;
	struct watch_alert alert = {0};
	int64_t from_ms, end_ms;
	enum err err;

	if (party_equal(&a->party, &b->party) || (a->is_joint && b->is_joint) ||
	    !overlap(a, b, &from_ms, &end_ms))
		return ERR_OK;
	near_m = apart_m(a, b, limit_m);
	if (near_m >= limit_m || !watch_climb(run, &alert, since_ms, end_ms))
		return ERR_OK;
	fill(pair, from_ms, end_ms, &alert);
	err = say(run, pair, near_m, from_ms, end_ms, &alert);
	if (err == ERR_OK)
		watch_put(run, &alert);
	return err;
}

enum err
watch_conflict(struct watch_run *run)
{
	struct notices notices = {.n = 0};
	struct picture_query query = {.with_records = true,
				      .kinds = picture_kind(KIND_MOVEMENT),
				      .from_ms = run->question->now_ms};
	enum err err = watch_scan(run, WATCH_CONFLICT, &query, SCAN, take_notice, &notices);

	for (size_t i = 0; i < notices.n && err == ERR_OK; i++)
		for (size_t k = i + 1; k < notices.n && err == ERR_OK; k++)
			err = look_at(run, notices.at[i], notices.at[k]);
	return err;
}
