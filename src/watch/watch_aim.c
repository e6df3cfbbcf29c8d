/*
 * Promises what a path of sightings leads to: a line in force on the day, a town or zone, in from a
 * border, an own post ahead.  Lines and zones are the party's own layers and judge nothing.
 */
#include "watch/watch_chain.h"

#include "model/area.h"
#include "model/ground.h"

#include <math.h>

enum {
	LINES = 8,
	NAME = 40,
	AHEAD_DEG = 45, /* to either side of the way that counts as ahead */
	CLAIM_REACH = 3,
	E7_PER_KM = 90000 /* of latitude, rounded up */
};

static bool
is_crossing(const struct watch_sighting *sighting)
{
	return sighting->type == TYPE_MOV_CROSSING || sighting->type == TYPE_MOV_INFILTRATION;
}

static void
copy_name(char *dst, size_t size, const char *name, const char *otherwise)
{
	struct out out = out_new(size - 1);

	watch_say_short(&out, span_of(name[0] ? name : otherwise), NAME);
	(void)span_copy(dst, size, out_view(&out));
	out_free(&out);
}

/* A crossing that nobody is seen to follow is a report like others: it takes as many sightings
 * after it as make a chain. */
static bool
is_from_border(const struct watch_run *run, const struct watch_path *path, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (is_crossing(path->at[i]))
			return n - 1 - i >= run->question->settings->watch_chain_links;
	return false;
}

static bool
is_across(const struct boundary_hit *a, const struct boundary_hit *b)
{
	return a->side != b->side && a->side != BOUNDARY_ON && b->side != BOUNDARY_ON &&
	       !a->is_past_end && !b->is_past_end;
}

static void
aim_at_lines(const struct watch_run *run, const struct watch_sighting *first,
	     const struct watch_sighting *last, struct watch_aim *aim)
{
	struct boundary_hit hits[LINES];
	double limit_m = (double)run->question->settings->watch_chain_line_m;
	bool is_reached = false;
	size_t n = ground_boundary_on(run->question->ground, last->from_ms, last->outline.centre,
				      hits, LINES);

	for (size_t i = 0; i < n && !is_reached; i++) {
		struct boundary_hit before;
		bool is_crossed;

		boundary_measure(hits[i].line, first->outline.centre, &before);
		is_crossed = is_across(&before, &hits[i]);
		is_reached = is_crossed || (hits[i].distance_m < before.distance_m &&
					    hits[i].distance_m - last->outline.radius_m <= limit_m);
		if (i > 0 && !is_reached)
			continue;
		copy_name(aim->line, sizeof aim->line, boundary_name(hits[i].line), "a line");
		aim->is_crossed = is_crossed;
		aim->line_m = hits[i].distance_m;
		aim->line_first_m = before.distance_m;
	}
	aim->is_alert = aim->is_alert || is_reached;
}

/* A zone is as far as its box; inside is told exactly, for the middle of the square. */
static double
to_zone_m(const struct ground_unit *zone, const struct watch_sighting *sighting)
{
	struct geo_box box = area_box(zone->area);
	struct outline outline;

	if (area_holds(zone->area, sighting->outline.centre))
		return 0;
	outline_of_box(&box, &outline);
	/* Inside the box but not in the zone is near, not there. */
	return fmax(outline_near_m(&outline, &sighting->outline), 1);
}

static void
aim_at_zones(const struct watch_run *run, const struct watch_sighting *first,
	     const struct watch_sighting *last, struct watch_aim *aim)
{
	double best_m = (double)run->question->settings->watch_chain_line_m;
	const struct ground_unit *zone;

	for (size_t i = 0; (zone = ground_at(run->question->ground, GROUND_ZONE, i)); i++) {
		double far_m;

		if (last->from_ms < zone->from_ms || last->from_ms >= zone->to_ms)
			continue;
		far_m = to_zone_m(zone, last);
		if (far_m > best_m || (aim->zone[0] && far_m == best_m) ||
		    far_m >= to_zone_m(zone, first))
			continue;
		copy_name(aim->zone, sizeof aim->zone, zone->name, zone->code);
		aim->zone_m = best_m = far_m;
		aim->is_alert = true;
	}
}

void
watch_aim(const struct watch_run *run, const struct watch_path *path, unsigned n,
	  struct watch_aim *aim)
{
	*aim = (struct watch_aim){.is_border = is_from_border(run, path, n)};
	aim->is_alert = aim->is_border;
	if (!run->question->ground)
		return;
	aim_at_lines(run, path->at[0], path->at[n - 1], aim);
	aim_at_zones(run, path->at[0], path->at[n - 1], aim);
}

/* The way of the last step, and what was stated at its end. */
static bool
is_ahead(const struct watch_path *path, struct point point)
{
	const struct watch_sighting *last = path->at[path->n - 1], *before = path->at[path->n - 2];
	double bearing = geo_bearing_deg(last->outline.centre, point);
	double way = geo_bearing_deg(before->outline.centre, last->outline.centre);
	double turn = fabs(bearing - way);

	if (fmin(turn, 360 - turn) <= AHEAD_DEG)
		return true;
	turn = fabs(bearing - last->direction * 360.0 / GEO_DIRECTION_COUNT);
	return last->direction >= 0 && fmin(turn, 360 - turn) <= AHEAD_DEG;
}

struct ahead {
	const struct watch_path *path;
	struct watch_aim *aim;
};

static enum err
take_claim(struct watch_run *run, void *owner, const struct picture_row *row)
{
	const struct value *shape = &row->record->field[FIELD_SHAPE];
	const struct value *unit = &row->record->field[FIELD_UNIT];
	const struct ahead *ahead = owner;
	const struct watch_sighting *last = ahead->path->at[ahead->path->n - 1];
	struct watch_aim *aim = ahead->aim;
	char name[LIMIT_NAME_TEXT] = "";
	struct outline outline;
	double far_m;

	if (shape->is_set)
		outline_of_shape(shape->shape, 0, &outline);
	else if (!outline_of_place(&row->place, &outline))
		return ERR_OK;
	far_m = outline_near_m(&outline, &last->outline);
	if (far_m > (double)run->question->settings->watch_chain_line_m ||
	    (aim->post[0] && far_m >= aim->post_m) || !is_ahead(ahead->path, outline.centre) ||
	    watch_code(row->record, FIELD_STATE) == STATE_CLOSED)
		return ERR_OK;
	if (unit->is_set)
		(void)span_copy(name, sizeof name, unit->text);
	copy_name(aim->post, sizeof aim->post, name, "an own post");
	aim->post_m = far_m;
	return ERR_OK;
}

enum err
watch_aim_post(struct watch_run *run, const struct watch_path *path, struct watch_aim *aim)
{
	const struct watch_sighting *last = path->at[path->n - 1];
	/* A claim is found by its square, which may lie far inside the area it claims. */
	int64_t reach =
	    run->question->settings->watch_chain_line_m * CLAIM_REACH * E7_PER_KM / 1000;
	double wide =
	    (double)reach / fmax(0.05, cos(last->outline.centre.lat_e7 / 1e7 * 0.0174533));
	struct point at = last->outline.centre;
	struct ahead ahead = {path, aim};
	struct picture_query query = {.with_records = true,
				      .kinds = picture_kind(KIND_COVERAGE),
				      .party = run->question->own,
				      .from_ms = last->from_ms,
				      .to_ms = last->end_ms - 1,
				      .has_box = true};

	query.box.low.lat_e7 = (int32_t)fmax(-9e8, (double)at.lat_e7 - (double)reach);
	query.box.low.lon_e7 = (int32_t)fmax(-18e8, (double)at.lon_e7 - wide);
	query.box.high.lat_e7 = (int32_t)fmin(9e8, (double)at.lat_e7 + (double)reach);
	query.box.high.lon_e7 = (int32_t)fmin(18e8, (double)at.lon_e7 + wide);
	return watch_scan(run, WATCH_CHAIN, &query, WATCH_SIGHTINGS, take_claim, &ahead);
}
