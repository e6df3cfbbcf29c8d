/* Promises that every filter is understood or refused, never passed over. */
#include "seam/filter.h"

#include "model/ground.h"
#include "seam/typed.h"
#include "seam/view.h"
#include "seamd/asking.h"

/* The reasons that are said with what was typed; others with what the option takes. */
static int
refuse(struct app *app, enum why why, const char *name, const char *value)
{
	if (why == WHY_UNKNOWN_KIND || why == WHY_BAD_TIME)
		return app_refused(app, why, 0, value);
	return app_usage(app, "--%s %s: %s", name, value, asking_help(span_of(name)));
}

static int
read_options(struct app *app, struct picture_query *query)
{
	/* answered and history are options without a value here, for seam list alone */
	static const char *const names[] = {"kind",  "type",    "from",        "to",
					    "bbox",  "near",    "governorate", "district",
					    "party", "station", "text"};
	struct record_typing typing = typed_typing(app);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = args_get(app->args, names[i]);
		enum why why = value ? asking_set(query, span_of(names[i]), span_of(value), &typing)
				     : WHY_NONE;

		if (why != WHY_NONE)
			return refuse(app, why, names[i], value);
	}
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

int
filter_read(struct app *app, struct view *view, struct picture_query *query)
{
	int code = read_options(app, query);

	return code == APP_OK ? read_area(app, view, query) : code;
}
