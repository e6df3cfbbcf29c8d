/*
 * Promises the text of a chain: its steps with distance, time and speed, where it leads, and the
 * doubt.  The doubt and the aim always fit; of the steps as many of the last ones as do.
 */
#include "watch/watch_chain.h"

#include <math.h>

enum { HOP_MAX = 160, HOPS_MAX = 8 };

/* A speed in a text needs at least this much time, ms. */
static const double LEAST_MS = 60000;

static double
kmh(double metres, double ms)
{
	return metres / fmax(ms, LEAST_MS) * 3600;
}

static bool
is_fine(const struct watch_sighting *sighting)
{
	return sighting->place.level >= PLACE_1KM;
}

/* "6.9 km in 1 h 25 min (5 km/h)"; of coarse squares the nearest and farthest, and the least speed.
 */
static void
say_hop(struct out *out, const struct watch_sighting *a, const struct watch_sighting *b)
{
	int64_t apart_ms = watch_sighting_ms(b) - watch_sighting_ms(a);
	double apart_m = watch_sighting_apart_m(a, b);

	if (is_fine(a) && is_fine(b)) {
		watch_say_metres(out, apart_m);
		out_text(out, " in ");
		watch_say_duration(out, apart_ms);
		out_format(out, " (%.0f km/h)", kmh(apart_m, (double)apart_ms));
		return;
	}
	apart_m = outline_near_m(&a->outline, &b->outline);
	watch_say_metres(out, apart_m);
	out_text(out, " to ");
	watch_say_metres(out, outline_far_m(&a->outline, &b->outline));
	out_text(out, " in about ");
	watch_say_duration(out, apart_ms);
	out_format(out, " (at least %.0f km/h)", kmh(apart_m, (double)(b->end_ms - a->from_ms)));
}

static void
say_line(struct out *out, const struct watch_aim *aim)
{
	if (!aim->line[0])
		return;
	out_text(out, aim->is_crossed ? " It has crossed " : " It is ");
	if (aim->is_crossed)
		out_format(out, "%s and is ", aim->line);
	watch_say_metres(out, aim->line_m);
	out_text(out, " from ");
	out_text(out, aim->is_crossed ? "it" : aim->line);
	out_text(out, ", at first ");
	watch_say_metres(out, aim->line_first_m);
	out_char(out, '.');
}

static void
say_aim(struct out *out, const struct watch_path *path, const struct watch_aim *aim)
{
	if (aim->is_border)
		out_text(out, " It began with a crossing.");
	say_line(out, aim);
	if (aim->zone[0] && aim->zone_m <= 0) {
		out_format(out, " It is in %s.", aim->zone);
	} else if (aim->zone[0]) {
		out_text(out, " It is ");
		watch_say_metres(out, aim->zone_m);
		out_format(out, " from %s.", aim->zone);
	}
	out_format(
	    out, " Heading %s",
	    geo_direction_code(geo_direction(geo_bearing_deg(
		path->at[path->n - 2]->outline.centre, path->at[path->n - 1]->outline.centre))));
	if (aim->post[0]) {
		out_format(out, "; own %s is ", aim->post);
		watch_say_metres(out, aim->post_m);
		out_text(out, " ahead");
	}
	out_char(out, '.');
}

static const char *
doubt(enum vocab_yesno civilians)
{
	if (civilians == YESNO_YES)
		return " May be civilians, and flagged so: for the protection duty.";
	return civilians == YESNO_NO ? "" : " May be civilians: not known.";
}

/* Of the steps, the last ones that fit into `room` bytes, in their order. */
static void
say_hops(struct out *out, const struct watch_path *path, size_t room)
{
	struct out hops[HOPS_MAX];
	unsigned all = path->n - 1, n = 0;
	size_t used = 0;

	while (n < all && n < HOPS_MAX) {
		unsigned at = path->n - 1 - n;

		hops[n] = out_new(HOP_MAX);
		say_hop(&hops[n], path->at[at - 1], path->at[at]);
		used += hops[n].n + 2;
		n++;
		if (used > room) {
			out_free(&hops[--n]);
			break;
		}
	}
	if (n < all)
		out_format(out, "… ");
	for (unsigned i = n; i-- > 0;) {
		out_span(out, out_view(&hops[i]));
		out_text(out, i ? ", " : ".");
		out_free(&hops[i]);
	}
}

enum err
watch_chain_say(const struct watch_path *path, const struct watch_aim *aim,
		struct watch_alert *alert)
{
	const struct watch_sighting *first = path->at[0], *last = path->at[path->n - 1];
	struct out text = watch_text_new(), tail = watch_text_new();
	enum err err;

	say_aim(&tail, path, aim);
	out_text(&tail, doubt(alert->civilians));
	out_format(&text, "%u sightings in ", path->n);
	watch_say_duration(&text, watch_sighting_ms(last) - watch_sighting_ms(first));
	out_text(&text, " may be one movement: ");
	say_hops(&text, path, WATCH_TEXT - 1 - text.n - tail.n - sizeof "… .");
	out_span(&text, out_view(&tail));
	err = out_err(&tail);
	out_free(&tail);
	if (err != ERR_OK) {
		out_free(&text);
		return err;
	}
	return watch_text_end(&text, alert);
}
