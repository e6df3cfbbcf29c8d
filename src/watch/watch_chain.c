/*
 * Promises to find sightings that may be one movement, by time, distance and speed, and those of
 * them that lead to a line, a town, or in from a border.  It follows squares, never persons:
 * nothing is kept, and what it says is a doubt, not an accusation.
 */
#include "watch/watch_chain.h"

#include "model/vocab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	SCAN = 1000,
	/* Pauses that a chain may hold before its beginning is no longer looked at. */
	BACK_PAUSES = 3,
	TURN_DEG = 90 /* from the heading stated that the next sighting may lie */
};

struct sightings {
	struct watch_sighting *at[WATCH_SIGHTINGS];
	size_t n;
};

static int64_t
pause_ms(const struct watch_run *run)
{
	return run->question->settings->watch_chain_hours * WATCH_HOUR_MS;
}

static int64_t
back_ms(const struct watch_run *run)
{
	return run->question->settings->watch_expire_min * WATCH_MINUTE_MS +
	       BACK_PAUSES * pause_ms(run);
}

/* On foot or with animals only where it is said, and nothing else is. */
static bool
is_vehicle(const struct record *record)
{
	const struct value *means = &record->field[FIELD_MEANS];
	bool is_slow = means->is_set && means->codes.n > 0;

	for (unsigned i = 0; means->is_set && i < means->codes.n; i++) {
		struct span code = span_of(vocab_code(VOCAB_MEANS, means->codes.code[i]));

		is_slow = is_slow && (span_is(code, "foot") || span_is(code, "animal"));
	}
	return !is_slow;
}

static enum vocab_yesno
civilians_of(const struct record *record, enum vocab_type type)
{
	int code = watch_code(record, FIELD_CIVILIANS);

	if (type == TYPE_MOV_DISPLACEMENT)
		return YESNO_YES;
	return code < 0 ? YESNO_UNKNOWN : (enum vocab_yesno)code;
}

/* Known well enough to speak of a way and a speed, and not found to be nothing. */
static bool
is_usable(const struct watch_run *run, const struct picture_row *row)
{
	int outcome = watch_code(row->record, FIELD_OUTCOME);

	return row->place.level >= PLACE_10KM && row->type >= 0 &&
	       watch_row_end(row) - row->when.from_ms <= pause_ms(run) &&
	       outcome != OUTCOME_CIVILIANS && outcome != OUTCOME_NOT_CONFIRMED;
}

static enum err
take_sighting(struct watch_run *run, void *owner, const struct picture_row *row)
{
	struct sightings *sightings = owner;
	struct watch_sighting *one;

	if (!is_usable(run, row))
		return ERR_OK;
	if (sightings->n == WATCH_SIGHTINGS) {
		watch_leave_out(run, WATCH_CHAIN);
		return ERR_OK;
	}
	one = arena_take(run->arena, sizeof *one);
	if (!one)
		return ERR_NOMEM;
	one->id = row->id;
	one->statement = watch_statement(row);
	one->from_ms = row->when.from_ms;
	one->end_ms = watch_row_end(row);
	one->known_ms = watch_known_ms(row);
	one->type = (enum vocab_type)row->type;
	one->direction = watch_code(row->record, FIELD_DIRECTION);
	one->is_vehicle = is_vehicle(row->record);
	one->civilians = civilians_of(row->record, one->type);
	one->is_grouped = row->is_grouped;
	one->incident = row->incident;
	one->place = row->place;
	if (outline_of_place(&row->place, &one->outline))
		sightings->at[sightings->n++] = one;
	return ERR_OK;
}

int64_t
watch_sighting_ms(const struct watch_sighting *sighting)
{
	return sighting->from_ms + (sighting->end_ms - sighting->from_ms) / 2;
}

double
watch_sighting_apart_m(const struct watch_sighting *a, const struct watch_sighting *b)
{
	return geo_distance_m(a->outline.centre, b->outline.centre);
}

static int
by_time(const void *a, const void *b)
{
	const struct watch_sighting *x = *(struct watch_sighting *const *)a;
	const struct watch_sighting *y = *(struct watch_sighting *const *)b;

	if (watch_sighting_ms(x) != watch_sighting_ms(y))
		return watch_sighting_ms(x) < watch_sighting_ms(y) ? -1 : 1;
	return memcmp(x->id.b, y->id.b, HASH_SIZE);
}

/* Two reports that this party has joined and that speak of one time are one sighting. */
static bool
is_told_twice(const struct watch_sighting *a, const struct watch_sighting *b)
{
	return a->is_grouped && b->is_grouped && hash_equal(&a->incident, &b->incident) &&
	       a->from_ms < b->end_ms && b->from_ms < a->end_ms;
}

/* Of what was told twice the finer square stays. */
static void
drop_doubles(struct sightings *sightings)
{
	size_t kept = 0;

	for (size_t i = 0; i < sightings->n; i++) {
		struct watch_sighting *one = sightings->at[i];
		bool is_double = false;

		for (size_t k = 0; k < kept && !is_double; k++) {
			if (!is_told_twice(sightings->at[k], one))
				continue;
			is_double = true;
			if (one->place.level > sightings->at[k]->place.level)
				sightings->at[k] = one;
		}
		if (!is_double)
			sightings->at[kept++] = one;
	}
	sightings->n = kept;
	if (kept > 1)
		qsort(sightings->at, kept, sizeof(struct watch_sighting *), by_time);
}

/* Whether b lies behind somebody who was seen at a and heading another way. */
static bool
turns_back(const struct watch_sighting *a, const struct watch_sighting *b)
{
	double bearing, turn;

	if (a->direction < 0)
		return false;
	bearing = geo_bearing_deg(a->outline.centre, b->outline.centre);
	turn = fabs(bearing - a->direction * 360.0 / GEO_DIRECTION_COUNT);
	return fmin(turn, 360 - turn) > TURN_DEG;
}

/* Whether who was seen at a can have been seen at b: at best, from the nearest edges, with all the
 * time there is. */
static bool
may_follow(const struct watch_run *run, const struct watch_sighting *a,
	   const struct watch_sighting *b)
{
	const struct watch_settings *settings = run->question->settings;
	bool is_fast = a->is_vehicle || b->is_vehicle;
	int64_t kmh = is_fast ? settings->watch_chain_car_kmh : settings->watch_chain_foot_kmh;
	double hours = (double)(b->end_ms - a->from_ms) / WATCH_HOUR_MS;
	double reach_m = (double)kmh * 1000 * hours, near_m;

	if (b->from_ms - a->end_ms > pause_ms(run) || hours <= 0 ||
	    watch_sighting_apart_m(a, b) - a->outline.radius_m - b->outline.radius_m > reach_m)
		return false;
	near_m = outline_near_m(&a->outline, &b->outline);
	/* One time and one place: seen by two, not gone from one to the other. */
	if (near_m <= 0)
		return b->from_ms >= a->end_ms;
	return near_m <= reach_m && !turns_back(a, b);
}

/* Each sighting follows the nearest one it can: what comes later never changes that. */
static void
join(const struct watch_run *run, const struct sightings *sightings)
{
	for (size_t i = 0; i < sightings->n; i++) {
		struct watch_sighting *one = sightings->at[i];
		double best_m = INFINITY;

		for (size_t k = i; k-- > 0;) {
			struct watch_sighting *other = sightings->at[k];
			double apart_m = watch_sighting_apart_m(other, one);

			if (apart_m < best_m && may_follow(run, other, one)) {
				best_m = apart_m;
				one->before = other;
			}
		}
		one->first = one->before ? one->before->first : one;
		one->depth = one->before ? one->before->depth + 1 : 1;
		if (one->before)
			one->before->is_followed = true;
	}
}

static void
path_to(const struct watch_sighting *last, struct watch_path *path)
{
	path->n = last->depth;
	for (unsigned i = path->n; i-- > 0; last = last->before)
		path->at[i] = last;
}

/* The moment at which enough of the path was known here to be an alert; false: not so far. */
static bool
since_of(const struct watch_run *run, const struct watch_path *path, int64_t *since_ms)
{
	*since_ms = INT64_MIN;
	for (unsigned n = 1; n <= path->n; n++) {
		struct watch_aim aim;

		if (path->at[n - 1]->known_ms > *since_ms)
			*since_ms = path->at[n - 1]->known_ms;
		if (n < run->question->settings->watch_chain_links)
			continue;
		watch_aim(run, path, n, &aim);
		if (aim.is_alert)
			return true;
	}
	return false;
}

static enum vocab_yesno
civilians_among(const struct watch_path *path)
{
	enum vocab_yesno all = YESNO_NO;

	for (unsigned i = 0; i < path->n; i++) {
		if (path->at[i]->civilians == YESNO_YES)
			return YESNO_YES;
		if (path->at[i]->civilians == YESNO_UNKNOWN)
			all = YESNO_UNKNOWN;
	}
	return all;
}

static void
fill(struct watch_run *run, const struct watch_path *path, struct watch_alert *alert)
{
	const struct watch_sighting *first = path->at[0], *last = path->at[path->n - 1];
	unsigned skipped = path->n > WATCH_CITES_MAX ? path->n - WATCH_CITES_MAX : 0;
	int64_t end_ms = last->end_ms - 1;

	alert->rule = WATCH_CHAIN;
	alert->key = watch_key(WATCH_CHAIN, &first->statement, NULL, NULL);
	alert->civilians = civilians_among(path);
	alert->severity = alert->civilians == YESNO_YES ? SEVERITY_YELLOW : SEVERITY_RED;
	for (unsigned i = 0; i < path->n; i++)
		if (i == 0 || i > skipped)
			alert->cites[alert->n++] = path->at[i]->id;
	if (skipped)
		run->cut |= 1U << WATCH_CHAIN;
	alert->place = last->place;
	alert->when = (struct when){first->from_ms - first->from_ms % WATCH_MINUTE_MS,
				    end_ms - end_ms % WATCH_MINUTE_MS, WHEN_MINUTE};
}

static enum err
raise(struct watch_run *run, const struct watch_path *path, int64_t since_ms)
{
	struct watch_alert alert = {0};
	struct watch_aim aim;
	enum err err;

	if (!watch_climb(run, &alert, since_ms, INT64_MAX))
		return ERR_OK;
	watch_aim(run, path, path->n, &aim);
	err = watch_aim_post(run, path, &aim);
	if (err != ERR_OK)
		return err;
	fill(run, path, &alert);
	err = watch_chain_say(path, &aim, &alert);
	if (err == ERR_OK)
		watch_put(run, &alert);
	return err;
}

/* One alert for one tree: its longest path that leads anywhere, of equals the one seen last. */
static enum err
look_at_tree(struct watch_run *run, const struct sightings *sightings,
	     const struct watch_sighting *first)
{
	struct watch_path path, best = {.n = 0};
	int64_t since_ms, best_ms = 0;

	for (size_t i = 0; i < sightings->n; i++) {
		const struct watch_sighting *one = sightings->at[i];

		if (one->first != first || one->is_followed || one->depth < best.n ||
		    one->depth < run->question->settings->watch_chain_links)
			continue;
		path_to(one, &path);
		if (!since_of(run, &path, &since_ms))
			continue;
		best = path;
		best_ms = since_ms;
	}
	return best.n ? raise(run, &best, best_ms) : ERR_OK;
}

enum err
watch_chain(struct watch_run *run)
{
	struct sightings sightings = {.n = 0};
	struct picture_query query = {.with_records = true,
				      .kinds =
					  picture_kind(KIND_SIGHTING) | picture_kind(KIND_INCIDENT),
				      .type = SPAN("mov"),
				      .from_ms = run->question->now_ms - back_ms(run)};
	enum err err = watch_scan(run, WATCH_CHAIN, &query, SCAN, take_sighting, &sightings);

	if (err != ERR_OK)
		return err;
	if (sightings.n > 1)
		qsort(sightings.at, sightings.n, sizeof(struct watch_sighting *), by_time);
	drop_doubles(&sightings);
	join(run, &sightings);
	for (size_t i = 0; i < sightings.n && err == ERR_OK; i++) {
		const struct watch_sighting *one = sightings.at[i];

		/* Forgotten with time, a member leaves another chain behind. */
		if (one->before || one->is_followed)
			watch_note(run, one->end_ms + back_ms(run));
		if (!one->before && one->is_followed)
			err = look_at_tree(run, &sightings, one);
	}
	return err;
}
