/*
 * Promises the rules one after another over one picture and one moment, their alerts in one order,
 * and the moment from which the answer may be another.  Keeps nothing, reads no clock.
 */
#include "watch/watch_rule.h"

#include <string.h>

enum {
	PAGE = PICTURE_ROWS_MAX,
	PAGE_ARENA = 64 << 20,
	ROW_ARENA = 16 << 20,
	STEPS = 1000 /* thousands of the picture's machine for one page: some 10,000 rows */
};

#define LEAST_BACK_MS WATCH_HOUR_MS

static const struct {
	const char *code, *label;
} rules[] = {
#define X(name, code, label) {code, label},
    WATCH_RULE_ROWS(X)
#undef X
};

/* The ladder: who is called at each step. */
static const char *const duties[WATCH_STEPS] = {"watch", "liaison", "director"};

const char *
watch_rule_code(enum watch_rule rule)
{
	return (unsigned)rule < WATCH_RULE_COUNT ? rules[rule].code : NULL;
}

const char *
watch_rule_label(enum watch_rule rule)
{
	return (unsigned)rule < WATCH_RULE_COUNT ? rules[rule].label : NULL;
}

bool
watch_rule_find(struct span code, enum watch_rule *rule)
{
	for (unsigned i = 0; i < WATCH_RULE_COUNT; i++)
		if (span_is(code, rules[i].code)) {
			*rule = (enum watch_rule)i;
			return true;
		}
	return false;
}

void
watch_note(struct watch_run *run, int64_t at_ms)
{
	if (at_ms > run->question->now_ms && at_ms < run->next_ms)
		run->next_ms = at_ms;
}

void
watch_leave_out(struct watch_run *run, enum watch_rule rule)
{
	run->cut |= 1U << rule;
	watch_note(run, run->question->now_ms + WATCH_MINUTE_MS);
}

/* One page; a smaller one where the records are too large for many. */
static enum err
read_page(struct watch_run *run, struct picture_query *query, struct picture_row **rows, size_t *n)
{
	struct picture_cursor next;
	enum err err;

	do {
		arena_reset(run->page);
		err = picture_query(run->question->picture, query, run->page, rows, n, &next);
	} while (err == ERR_NOMEM && (query->limit /= 2) > 0);
	if (err == ERR_OK)
		query->after = next;
	return err;
}

/* The first page.  Where so much lies between from_ms and now that it takes too long, a shorter
 * time is looked at; at last as long as it takes. */
static enum err
read_first(struct watch_run *run, enum watch_rule rule, struct picture_query *query,
	   struct picture_row **rows, size_t *n)
{
	int64_t back_ms = run->question->now_ms - query->from_ms;
	enum err err;

	query->steps = back_ms > 0 ? STEPS : 0;
	while ((err = read_page(run, query, rows, n)) == ERR_LIMIT) {
		back_ms /= 2;
		query->from_ms = run->question->now_ms - back_ms;
		query->steps = back_ms > LEAST_BACK_MS ? STEPS : 0;
		watch_leave_out(run, rule);
	}
	return err;
}

enum err
watch_scan(struct watch_run *run, enum watch_rule rule, struct picture_query *query, unsigned most,
	   watch_take *take, void *owner)
{
	struct picture_row *rows;
	unsigned seen = 0;
	size_t n;
	enum err err;

	query->limit = PAGE;
	err = read_first(run, rule, query, &rows, &n);
	while (err == ERR_OK) {
		for (size_t i = 0; i < n && err == ERR_OK; i++) {
			arena_reset(run->notes);
			if (!query->with_records || rows[i].record)
				err = take(run, owner, &rows[i]);
		}
		seen += (unsigned)n;
		if (err != ERR_OK || !query->after.is_set)
			return err;
		err = seen < most ? read_page(run, query, &rows, &n) : ERR_LIMIT;
	}
	if (err != ERR_LIMIT)
		return err;
	watch_leave_out(run, rule);
	return ERR_OK;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool
watch_climb(struct watch_run *run, struct watch_alert *alert, int64_t since_ms, int64_t end_ms)
{
	const struct watch_settings *settings = run->question->settings;
	const int64_t wait_min[WATCH_STEPS] = {0, settings->watch_step2_min,
					       settings->watch_step3_min};
	int64_t now_ms = run->question->now_ms;

	end_ms = earlier(end_ms, since_ms + settings->watch_expire_min * WATCH_MINUTE_MS);
	if (now_ms >= end_ms || since_ms >= end_ms)
		return false;
	watch_note(run, since_ms);
	if (now_ms < since_ms)
		return false;
	watch_note(run, end_ms);
	alert->since_ms = since_ms;
	alert->due_ms = 0;
	for (unsigned i = 0; i < WATCH_STEPS; i++) {
		int64_t at_ms = since_ms + wait_min[i] * WATCH_MINUTE_MS;

		if (at_ms <= now_ms)
			alert->step = i + 1;
	}
	/* A later step may be set to come first: then the one between never comes. */
	for (unsigned i = alert->step; i < WATCH_STEPS; i++) {
		int64_t at_ms = since_ms + wait_min[i] * WATCH_MINUTE_MS;

		if (at_ms < end_ms && (alert->due_ms == 0 || at_ms < alert->due_ms))
			alert->due_ms = at_ms;
	}
	if (alert->due_ms)
		watch_note(run, alert->due_ms);
	alert->duty = duties[alert->step - 1];
	alert->by_voice = alert->step == WATCH_STEPS;
	return true;
}

static int
compare(const struct watch_alert *a, const struct watch_alert *b)
{
	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	return memcmp(a->key.b, b->key.b, HASH_SIZE);
}

void
watch_put(struct watch_run *run, const struct watch_alert *alert)
{
	size_t at = run->n;

	if (run->n == WATCH_ALERTS_MAX) {
		run->cut |= 1U << alert->rule;
		if (compare(alert, &run->alerts[run->n - 1]) >= 0)
			return;
		run->cut |= 1U << run->alerts[run->n - 1].rule;
		at--;
	} else {
		run->n++;
	}
	for (; at > 0 && compare(alert, &run->alerts[at - 1]) < 0; at--)
		run->alerts[at] = run->alerts[at - 1];
	run->alerts[at] = *alert;
}

struct hash
watch_statement(const struct picture_row *row)
{
	struct hash station = hash_of(span_of(row->station.name));

	return hash_prefixed('s', span_make(station.b, HASH_SIZE), row->thread);
}

struct hash
watch_key(enum watch_rule rule, const struct hash *a, const struct hash *b,
	  const struct party *party)
{
	static const struct hash none;
	struct hash head =
	    hash_prefixed('r', span_of(watch_rule_code(rule)), (struct span){NULL, 0});
	struct hash matter =
	    hash_prefixed('m', span_make(a->b, HASH_SIZE), span_make(b ? b->b : none.b, HASH_SIZE));

	head = hash_prefixed('k', span_make(head.b, HASH_SIZE), span_make(matter.b, HASH_SIZE));
	return hash_prefixed('p', span_make(head.b, HASH_SIZE), span_of(party ? party->name : ""));
}

int64_t
watch_known_ms(const struct picture_row *row)
{
	if (row->is_own)
		return row->filed_ms ? row->filed_ms : row->arrived_ms;
	return row->arrived_ms ? row->arrived_ms : row->filed_ms;
}

int64_t
watch_end_of(const struct when *when, bool has_when)
{
	if (!has_when)
		return when->to_ms + 1;
	if (when->precision == WHEN_MINUTE)
		return when->to_ms + WATCH_MINUTE_MS;
	if (when->precision == WHEN_HOUR || when->precision == WHEN_PART)
		return when->to_ms + WATCH_HOUR_MS;
	return when->to_ms + WATCH_DAY_MS;
}

int64_t
watch_row_end(const struct picture_row *row)
{
	return watch_end_of(&row->when, row->has_when);
}

int
watch_code(const struct record *record, enum field field)
{
	return record->field[field].is_set ? record->field[field].code : -1;
}

static enum err
run_rules(struct watch_run *run)
{
	const struct watch_settings *settings = run->question->settings;
	enum err err = ERR_OK;

	if (settings->watch_unanswered)
		err = watch_unanswered(run);
	if (err == ERR_OK && settings->watch_conflict)
		err = watch_conflict(run);
	if (err == ERR_OK && settings->watch_chain)
		err = watch_chain(run);
	return err;
}

static enum err
open_arenas(struct watch_run *run)
{
	run->page = arena_new(PAGE_ARENA);
	run->notes = arena_new(ROW_ARENA);
	run->versions = arena_new(ROW_ARENA);
	run->scratch = arena_new(ROW_ARENA);
	return run->page && run->notes && run->versions && run->scratch ? ERR_OK : ERR_NOMEM;
}

static void
close_arenas(struct watch_run *run)
{
	arena_free(run->page);
	arena_free(run->notes);
	arena_free(run->versions);
	arena_free(run->scratch);
}

enum err
watch_run(const struct watch_question *question, struct arena *arena, struct watch_alert **alerts,
	  size_t *n, int64_t *next_ms)
{
	struct watch_run run = {.question = question, .arena = arena, .next_ms = INT64_MAX};
	enum err err;

	*alerts = NULL;
	*n = 0;
	*next_ms = INT64_MAX;
	if (question->cut)
		*question->cut = 0;
	run.alerts = arena_array(arena, WATCH_ALERTS_MAX, sizeof *run.alerts);
	err = run.alerts ? open_arenas(&run) : ERR_NOMEM;
	if (err == ERR_OK)
		err = run_rules(&run);
	close_arenas(&run);
	if (err != ERR_OK)
		return err;
	*alerts = run.alerts;
	*n = run.n;
	*next_ms = run.next_ms;
	if (question->cut)
		*question->cut = run.cut;
	return ERR_OK;
}
