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
row_value(const struct app *app, struct out *out, const struct record *record, enum field field)
{
	const struct value *value = &record->field[field];
	bool is_first = true;

	if (field_row(field)->type == FIELD_TYPE_INSTANT) {
		app_write_moment(app, out, value->at_ms);
		return;
	}
	if (field_row(field)->type != FIELD_TYPE_ASKS) {
		record_field_text(out, record, field, (int)app->config.zone_minutes);
		return;
	}
	for (unsigned i = 0; i < value->asks.n; i++) {
		if (!value->asks.ask[i].party.name[0])
			continue;
		out_format(out, "%s%s:", is_first ? "" : ",", value->asks.ask[i].party.name);
		app_write_moment(app, out, value->asks.ask[i].by_ms);
		is_first = false;
	}
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
		row_value(app, out, record, field);
		out_char(out, '\n');
	}
}
