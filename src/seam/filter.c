/* Promises that every filter is understood or refused, never passed over. */
#include "seam/filter.h"

#include "model/ground.h"
#include "seam/typed.h"
#include "seam/view.h"

static int
read_kinds(struct app *app, const char *text, struct picture_query *query)
{
	struct span rest = span_of(text);
	struct span one;

	while (span_split(&rest, ',', &one)) {
		enum kind kind = kind_find(one);

		if (kind == KIND_NONE)
			return app_refused(app, WHY_UNKNOWN_KIND, 0, text);
		query->kinds |= picture_kind(kind);
	}
	return APP_OK;
}

static int
read_times(struct app *app, struct picture_query *query)
{
	const char *from = args_get(app->args, "from");
	const char *to = args_get(app->args, "to");

	if (from && !typed_moment(app, from, false, &query->from_ms))
		return app_refused(app, WHY_BAD_TIME, 0, from);
	if (to && !typed_moment(app, to, true, &query->to_ms))
		return app_refused(app, WHY_BAD_TIME, 0, to);
	return APP_OK;
}

static int
read_places(struct app *app, struct picture_query *query)
{
	const char *box = args_get(app->args, "bbox");
	const char *near = args_get(app->args, "near");

	if (box && !(query->has_box = typed_box(box, &query->box)))
		return app_usage(app, "--bbox %s: west,south,east,north in degrees", box);
	if (near && !(query->has_near = typed_near(app, near, &query->near, &query->near_m)))
		return app_usage(app, "--near %s: a place, a comma, metres", near);
	return APP_OK;
}

/* A name that people use for a governorate, a district or a zone of the loaded layers. */
static int
read_area(struct app *app, struct view *view, struct picture_query *query)
{
	const char *area = args_get(app->args, "area");
	const struct ground_unit *unit = NULL;

	if (!area)
		return APP_OK;
	if ((unit = ground_unit(view_ground(view), GROUND_GOVERNORATE, span_of(area))))
		query->governorate = span_of(unit->name);
	else if ((unit = ground_unit(view_ground(view), GROUND_DISTRICT, span_of(area))))
		query->district = span_of(unit->name);
	else
		return app_refused(
		    app, WHY_AREA_UNKNOWN, 0,
		    "--area names a governorate or district of the layers in the home; see "
		    "--governorate and --district for names as written in the records");
	return APP_OK;
}

static int
read_signers(struct app *app, struct picture_query *query)
{
	const char *party = args_get(app->args, "party");
	const char *station = args_get(app->args, "station");

	if (party && !party_read(span_of(party), &query->party))
		return app_usage(app, "--party %s: no name of a party", party);
	if (station && !station_read(span_of(station), &query->station))
		return app_usage(app, "--station %s: no name of a station", station);
	return APP_OK;
}

int
filter_read(struct app *app, struct view *view, struct picture_query *query)
{
	const char *kinds = args_get(app->args, "kind");
	int code = kinds ? read_kinds(app, kinds, query) : APP_OK;

	query->type = span_of(args_get(app->args, "type"));
	query->text = span_of(args_get(app->args, "text"));
	query->governorate = span_of(args_get(app->args, "governorate"));
	query->district = span_of(args_get(app->args, "district"));
	if (code == APP_OK)
		code = read_times(app, query);
	if (code == APP_OK)
		code = read_places(app, query);
	if (code == APP_OK)
		code = read_area(app, view, query);
	return code == APP_OK ? read_signers(app, query) : code;
}
