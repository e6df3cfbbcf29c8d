/*
 * Promises that a client which follows hears of every version that came into the picture, once, by
 * its id, or is told to look anew.  What is in a record it asks for itself.
 */
#include "seamd/api.h"

#include "seamd/web_route.h"

enum { IDS_MAX = 100, EVENTS_MAX = 20 };

struct following {
	struct picture_point point;
	bool has_begun;
	bool is_lost; /* the point it came back with is not to be had */
};

/* "12.ID" */
static void
write_point(struct out *out, const struct picture_point *point)
{
	char id[HASH_TEXT_SIZE];

	hash_text(id, &point->id);
	out_format(out, "%lld.%s", (long long)point->number, id);
}

static bool
read_point(struct span text, struct picture_point *point)
{
	struct span number;

	return span_split(&text, '.', &number) && span_int(number, 0, INT64_MAX, &point->number) &&
	       hash_read(text, &point->id);
}

static void
say(struct web_request *request, const char *name, const struct picture_point *point,
    const struct hash *ids, size_t n)
{
	struct out at = out_new(256);
	struct out data = out_new(65536);
	char id[HASH_TEXT_SIZE];

	write_point(&at, point);
	out_format(&data, "{\"sequence\":%lld,\"ids\":[", (long long)point->number);
	for (size_t i = 0; i < n; i++) {
		hash_text(id, &ids[i]);
		out_format(&data, "%s\"%s\"", i ? "," : "", id);
	}
	out_text(&data, "]}");
	if (out_err(&at) == ERR_OK && out_err(&data) == ERR_OK)
		web_stream_event(request, name, out_view(&at), out_view(&data));
	out_free(&at);
	out_free(&data);
}

/* From here on: where it stands now. */
static void
begin_anew(struct web_request *request, struct picture *picture, struct following *following,
	   const char *name)
{
	if (picture_newest(picture, &following->point) != ERR_OK)
		return;
	following->has_begun = true;
	following->is_lost = false;
	say(request, name, &following->point, NULL, 0);
}

/* What came since, in several events; too much of it is to be looked at anew.  Standing, answers
 * and erasure change without a new version: there is an event each time, ids or not. */
static void
go_on(struct web_request *request, struct picture *picture, struct following *following)
{
	for (unsigned i = 0; i < EVENTS_MAX; i++) {
		struct picture_point to;
		struct hash *ids;
		size_t n;
		enum err err = picture_news(picture, &following->point, IDS_MAX,
					    web_stream_arena(request), &ids, &n, &to);

		if (err == ERR_NOT_FOUND)
			break;
		if (err != ERR_OK)
			return; /* the next turn tries again from the same place */
		following->point = to;
		say(request, "change", &following->point, ids, n);
		if (n < IDS_MAX)
			return;
	}
	begin_anew(request, picture, following, "anew");
}

static void
turn(struct web_request *request, bool is_anew, void *context)
{
	struct following *following = context;
	struct picture *picture;

	following->is_lost = following->is_lost || is_anew;
	if (web_picture(request, &picture) != ERR_OK)
		return; /* made anew just now: it is said when it is there */
	if (following->is_lost)
		begin_anew(request, picture, following, "anew");
	else if (!following->has_begun)
		begin_anew(request, picture, following, "begin");
	else
		go_on(request, picture, following);
}

void
api_stream(struct web_request *request)
{
	struct following *following = arena_take(request->arena, sizeof *following);

	if (!following) {
		web_reply_err(request, ERR_NOMEM);
		return;
	}
	if (request->last_event.n) {
		following->has_begun = read_point(request->last_event, &following->point);
		following->is_lost = !following->has_begun;
	}
	web_stream_start(request, turn, following);
}
