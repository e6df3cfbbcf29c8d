/* Promises what the journal says of the end of a record: when, why later, and who has done it too.
 */
#include "seam/kept.h"

#include "seam/row.h"
#include "seam/view.h"

#include "journal/journal.h"
#include "seamd/confirmed.h"
#include "seamd/hold.h"

struct keeping {
	struct app *app;
	struct out *out;
	const struct hash *id; /* NULL: all that somebody has not confirmed */
	struct journal_record row;
	struct hold hold;
	bool is_asked; /* an erasure of it is held */
	size_t n;
};

static void
write_id(struct out *out, const struct hash *id)
{
	char text[HASH_TEXT_SIZE];

	hash_text(text, id);
	out_text(out, text);
}

static const char *
name_of(const struct confirmed_by *by)
{
	return by->station.name[0] ? by->station.name : by->party.name;
}

/* ", confirmed by b/kirkuk (DATE), c/tuz (DATE); missing: b/dibis" */
static void
write_who(const struct app *app, struct out *out, const struct confirmed *confirmed)
{
	for (size_t i = 0; i < confirmed->n; i++) {
		const struct confirmed_by *by = &confirmed->by[i];
		bool is_first = i == 0 || (by->at_ms == 0 && confirmed->by[i - 1].at_ms != 0);

		if (is_first)
			out_text(out, by->at_ms ? ", confirmed by " : "; missing: ");
		else
			out_text(out, ", ");
		out_text(out, name_of(by));
		if (by->at_ms) {
			out_text(out, " (");
			app_write_moment(app, out, by->at_ms);
			out_char(out, ')');
		}
	}
}

static void
write_who_json(struct out *out, const struct confirmed *confirmed)
{
	const char *comma = "";

	out_text(out, "\"confirmed\":[");
	for (size_t i = 0; i < confirmed->n && confirmed->by[i].at_ms; i++) {
		out_format(out, "%s{\"station\":\"%s\",\"at_ms\":%lld}", comma,
			   confirmed->by[i].station.name, (long long)confirmed->by[i].at_ms);
		comma = ",";
	}
	comma = "";
	out_text(out, "],\"missing\":[");
	for (size_t i = confirmed->n - confirmed->missing; i < confirmed->n; i++) {
		out_format(out, "%s\"%s\"", comma, name_of(&confirmed->by[i]));
		comma = ",";
	}
	out_char(out, ']');
}

/* ---- of one record ---- */

static bool
tell_erasure(void *context, const struct confirmed *confirmed)
{
	struct keeping *keeping = context;
	struct out *out = keeping->out;

	if (!hash_equal(&confirmed->record, keeping->id))
		return true;
	keeping->is_asked = true;
	if (keeping->app->is_json) {
		out_text(out, ",\"asked\":\"");
		out_format(out, "%s\",\"erasure\":\"", confirmed->asked.name);
		write_id(out, &confirmed->erasure);
		out_text(out, "\",");
		write_who_json(out, confirmed);
		return false;
	}
	out_format(out, "  %s on the word of %s, ",
		   keeping->row.is_erased ? "erased" : "to be erased", confirmed->asked.name);
	app_write_moment(keeping->app, out, confirmed->asked_ms);
	write_who(keeping->app, out, confirmed);
	out_char(out, '\n');
	return false;
}

static enum err
load(struct app *app, struct view *view, const struct hash *id, struct keeping *keeping)
{
	enum err err = journal_get(view_journal(view), id, app->arena, &keeping->row);

	if (err == ERR_KEY) { /* being erased at this moment */
		keeping->row.is_erased = true;
		err = ERR_OK;
	}
	return err == ERR_OK ? hold_of(view_journal(view), id, app->arena, &keeping->hold) : err;
}

static enum err
tell_erasures(struct app *app, struct view *view, struct keeping *keeping)
{
	return confirmed_each(view_journal(view), view_ring(view), &app->config.station,
			      tell_erasure, keeping);
}

enum err
kept_text(struct app *app, struct view *view, const struct hash *id, struct out *out)
{
	struct keeping keeping = {.app = app, .out = out, .id = id};
	const struct hold *hold = &keeping.hold;
	enum err err = load(app, view, id, &keeping);

	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	if (err == ERR_OK)
		err = tell_erasures(app, view, &keeping);
	if (err != ERR_OK || keeping.is_asked)
		return err;
	if (keeping.row.is_erased) {
		out_text(out, "  erased: its time was over\n");
		return ERR_OK;
	}
	if (keeping.row.keep_until_ms) {
		out_text(out, "  kept until ");
		app_write_moment(app, out, keeping.row.keep_until_ms);
		out_char(out, '\n');
	}
	if (hold->until_ms > app_now(app)) {
		out_text(out, "  held until ");
		app_write_moment(app, out, hold->until_ms);
		out_format(out, " by the %.*s: %.*s\n", (int)hold->duty.n, hold->duty.p,
			   (int)hold->reason.n, hold->reason.p);
	}
	return ERR_OK;
}

static void
hold_json(struct out *out, const struct hold *hold)
{
	out_format(out, "{\"until_ms\":%lld,\"duty\":", (long long)hold->until_ms);
	out_json(out, hold->duty);
	out_text(out, ",\"reason\":");
	out_json(out, hold->reason);
	out_char(out, '}');
}

enum err
kept_json(struct app *app, struct view *view, const struct hash *id, struct out *out)
{
	struct keeping keeping = {.app = app, .out = out, .id = id};
	enum err err = load(app, view, id, &keeping);

	if (err == ERR_NOT_FOUND)
		out_text(out, "null");
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	out_format(out, "{\"until_ms\":%lld,\"held\":", (long long)keeping.row.keep_until_ms);
	if (keeping.hold.until_ms > app_now(app))
		hold_json(out, &keeping.hold);
	else
		out_text(out, "null");
	out_format(out, ",\"erased\":%s", keeping.row.is_erased ? "true" : "false");
	err = tell_erasures(app, view, &keeping);
	out_char(out, '}');
	return err;
}

/* ---- of all ---- */

static bool
tell_missing(void *context, const struct confirmed *confirmed)
{
	struct keeping *keeping = context;
	struct out *out = keeping->out;

	if (confirmed->missing == 0)
		return true;
	if (keeping->app->is_json) {
		out_text(out, keeping->n ? ",{\"record\":\"" : "{\"record\":\"");
		write_id(out, &confirmed->record);
		out_text(out, "\",");
		write_who_json(out, confirmed);
		out_char(out, '}');
	} else {
		out_text(out, keeping->n ? "  " : "erased, and not confirmed by all\n  ");
		row_id(out, &confirmed->record);
		write_who(keeping->app, out, confirmed);
		out_char(out, '\n');
	}
	keeping->n++;
	return true;
}

enum err
kept_missing(struct app *app, struct view *view, struct out *out)
{
	struct keeping keeping = {.app = app, .out = out};

	return confirmed_each(view_journal(view), view_ring(view), &app->config.station,
			      tell_missing, &keeping);
}
