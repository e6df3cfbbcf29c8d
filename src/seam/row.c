/* Promises one look for records wherever they are listed. */
#include "seam/row.h"

#include "model/label.h"

#include <string.h>

enum { COLUMN_WHEN = 10, COLUMN_WHO = 32, COLUMN_WHAT = 45, COLUMN_FIELD = 18, UNNAMED = 3 };

void
row_id(struct out *out, const struct hash *id)
{
	char text[HASH_TEXT_SIZE];

	hash_text(text, id);
	out_bytes(out, text, ROW_ID_SHOWN);
}

static void
write_marks(const struct app *app, struct out *out, const struct picture_row *row)
{
	if (row->is_erased)
		out_text(out, " [erased]");
	else if (row->is_retracted)
		out_text(out, " [retracted]");
	else if (!row->is_current)
		out_text(out, " [amended]");
	if (row->is_grouped)
		out_text(out, " [one of several]");
	if (row->is_late)
		out_text(out, " [came late]");
	if (row->distance_m >= 0)
		out_format(out, " [%lld m away]", (long long)row->distance_m);
	(void)app;
}

void
row_line(const struct app *app, struct out *out, const struct picture_row *row)
{
	static const enum app_colour colours[] = {APP_RED, APP_YELLOW, APP_GREEN};
	size_t begin = out->n;
	int zone = (int)app->config.zone_minutes;

	app_colour(app, out, APP_BOLD);
	row_id(out, &row->id);
	app_colour(app, out, APP_PLAIN);
	app_column(out, begin, COLUMN_WHEN);
	if (row->has_when)
		when_write(out, &row->when, zone);
	else
		app_write_moment(app, out, row->filed_ms);
	app_column(out, begin, COLUMN_WHO);
	out_text(out, row->station.name);
	app_column(out, begin, COLUMN_WHAT);
	if (row->severity >= 0 && row->severity < UNNAMED)
		app_colour(app, out, colours[row->severity]);
	if (row->record)
		label_headline(out, row->record, LANG_EN, zone);
	else
		out_text(out, kind_row(row->kind)->label);
	app_colour(app, out, APP_PLAIN);
	write_marks(app, out, row);
	out_char(out, '\n');
}

void
row_fields(const struct app *app, struct out *out, const struct record *record)
{
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		size_t begin = out->n;

		if (!record->field[field].is_set)
			continue;
		out_format(out, "  %s", field_row(field)->name);
		app_column(out, begin, COLUMN_FIELD);
		record_field_text(out, record, field, (int)app->config.zone_minutes);
		out_char(out, '\n');
	}
}

static void
json_fields(const struct app *app, struct out *out, const struct record *record)
{
	struct out value = out_new(LIMIT_RECORD_WIRE * 4);
	bool is_first = true;

	out_text(out, ",\"fields\":{");
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		if (!record->field[field].is_set)
			continue;
		out_reset(&value);
		record_field_text(&value, record, field, (int)app->config.zone_minutes);
		out_format(out, "%s\"%s\":", is_first ? "" : ",", field_row(field)->name);
		out_json(out, out_view(&value));
		is_first = false;
	}
	out_char(out, '}');
	out_free(&value);
}

void
row_json(const struct app *app, struct out *out, const struct picture_row *row)
{
	char id[HASH_TEXT_SIZE];
	char incident[HASH_TEXT_SIZE];

	hash_text(id, &row->id);
	hash_text(incident, &row->incident);
	out_format(out, "{\"id\":\"%s\",\"thread\":", id);
	out_json(out, row->thread);
	out_format(
	    out,
	    ",\"station\":\"%s\",\"kind\":\"%s\",\"filed_ms\":%lld,\"arrived_ms\":%lld,\"own\":%s,"
	    "\"current\":%s,\"retracted\":%s,\"erased\":%s,\"incident\":\"%s\"",
	    row->station.name, kind_row(row->kind)->name, (long long)row->filed_ms,
	    (long long)row->arrived_ms, row->is_own ? "true" : "false",
	    row->is_current ? "true" : "false", row->is_retracted ? "true" : "false",
	    row->is_erased ? "true" : "false", incident);
	if (row->has_when)
		out_format(out, ",\"from_ms\":%lld,\"to_ms\":%lld,\"precision\":\"%s\"",
			   (long long)row->when.from_ms, (long long)row->when.to_ms,
			   when_precision_name(row->when.precision));
	if (row->place.level)
		out_format(out, ",\"place\":\"%s\",\"lat_e7\":%d,\"lon_e7\":%d", row->place.mgrs,
			   row->place.lat_e7, row->place.lon_e7);
	if (row->record)
		json_fields(app, out, row->record);
	out_char(out, '}');
}
