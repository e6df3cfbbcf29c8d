/* Promises to show which keys this station knows, and to void one by its party's root. */
#include "seam/app.h"
#include "seam/command.h"

#include "admit/keyring.h"
#include "base/b64.h"
#include "seam/reach.h"
#include "seam/root.h"
#include "seam/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
write_record_key(struct out *out, const struct keyring *keyring, const struct keynote *note,
		 unsigned i)
{
	struct kid kid = {.station = note->station, .number = note->record[i].number};
	struct keyring_key key;

	out_format(out, "  record %s#%u ", note->station.name, note->record[i].number);
	b64_write(out, span_make(note->record[i].public.b, SIGN_PUBLIC_SIZE));
	if (keyring_find(keyring, &kid, &key) && key.is_revoked)
		out_format(out, " REVOKED from leaf %lld of %s", (long long)key.revocation.size,
			   key.revocation.origin);
	out_char(out, '\n');
}

static void
json_station(struct out *out, const struct keyring *keyring, const struct keynote *note)
{
	const struct note_key *logs[KEYRING_LOGS];
	size_t n = keyring_logs(keyring, &note->station, logs);
	struct kid kid = {.station = note->station};
	struct keyring_key key;

	out_format(out, "{\"station\":\"%s\",\"version\":%lld,\"post\":%s,\"record\":[",
		   note->station.name, (long long)note->version, note->is_post ? "true" : "false");
	for (unsigned i = 0; i < note->records; i++) {
		kid.number = note->record[i].number;
		out_format(out, "%s{\"number\":%u,\"key\":\"", i ? "," : "", kid.number);
		b64_write(out, span_make(note->record[i].public.b, SIGN_PUBLIC_SIZE));
		out_format(out, "\",\"revoked\":%s}",
			   keyring_find(keyring, &kid, &key) && key.is_revoked ? "true" : "false");
	}
	out_text(out, "],\"log\":[");
	for (size_t i = n; i-- > 0;) {
		out_text(out, i + 1 < n ? ",\"" : "\"");
		note_key_write(out, logs[i]);
		out_char(out, '"');
	}
	out_text(out, "],\"witness\":\"");
	note_key_write(out, &note->witness);
	out_text(out, "\",\"tls\":\"");
	if (note->has_tls)
		b64_write(out, span_make(note->tls, sizeof note->tls));
	out_text(out, "\"}");
}

/* All that are known, also those of older notes, the oldest first. */
static void
write_logs(struct out *out, const struct keyring *keyring, const struct station *station)
{
	const struct note_key *logs[KEYRING_LOGS];
	size_t n = keyring_logs(keyring, station, logs);

	while (n-- > 0) {
		out_text(out, "  log ");
		note_key_write(out, logs[n]);
		out_char(out, '\n');
	}
}

int
key_show(struct app *app)
{
	struct view *view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	struct out out = out_new(APP_OUT_MAX);

	if (!view)
		return APP_NO;
	for (size_t i = 0; i < keyring_count(view_ring(view)); i++) {
		const struct keynote *note = keyring_at(view_ring(view), i);

		if (app->is_json) {
			out_text(&out, i ? ",\n" : "[");
			json_station(&out, view_ring(view), note);
			continue;
		}
		out_format(&out, "%s (key note version %lld)%s\n", note->station.name,
			   (long long)note->version, note->is_post ? ", a post" : "");
		for (unsigned r = 0; r < note->records; r++)
			write_record_key(&out, view_ring(view), note, r);
		write_logs(&out, view_ring(view), &note->station);
		out_text(&out, "  witness ");
		note_key_write(&out, &note->witness);
		out_char(&out, '\n');
		if (note->has_tls) {
			out_text(&out, "  tls ");
			b64_write(&out, span_make(note->tls, sizeof note->tls));
			out_char(&out, '\n');
		}
	}
	if (app->is_json)
		out_text(&out, out.n ? "]\n" : "[]\n");
	view_close(view);
	return app_print(app, &out);
}

static int
read_revocation(struct app *app, struct revocation *revocation)
{
	const char *word = args_word(app->args, 0);
	const char *from = args_get(app->args, "from");
	const char *origin = args_get(app->args, "origin");

	if (app->args->n != 1 || !jws_kid_read(span_of(word), &revocation->kid))
		return app_usage(app, "key revoke STATION#NUMBER [--from SIZE [--origin LOG]]");
	revocation->size = 0;
	if (from && !span_int(span_of(from), 0, INT64_MAX, &revocation->size))
		return app_usage(app, "--from %s: the number of leaves whose records stay valid",
				 from);
	if (!span_copy(revocation->origin, sizeof revocation->origin,
		       origin ? span_of(origin) : SPAN("")))
		return app_usage(app, "--origin is too long");
	return APP_OK;
}

static int
install(struct app *app, struct span note)
{
	struct reach *reach = reach_open(app);
	struct wire_message message;
	int code = APP_NO;

	if (reach) {
		out_sized(reach_begin(reach, WIRE_INSTALL, 1), note);
		code = reach_ask(reach, WIRE_DONE, &message);
	}
	reach_close(reach);
	return code;
}

/* A revocation of a key that no note has voids nothing, and is a slip of the fingers.  Where no log
 * was named it is the newest. */
static int
check_known(struct app *app, struct revocation *revocation)
{
	const struct kid *kid = &revocation->kid;
	struct view *view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	const struct note_key *logs[KEYRING_LOGS];
	const struct keynote *note;
	struct keyring_key key;
	struct out known = out_new(NOTE_MAX);
	int code = view ? APP_OK : APP_NO;

	if (view && !keyring_find(view_ring(view), kid, &key)) {
		note = keyring_station(view_ring(view), &kid->station);
		for (unsigned i = 0; note && i < note->records; i++)
			out_format(&known, "%s%s#%u", i ? ", " : "", note->station.name,
				   note->record[i].number);
		out_char(&known, '\0');
		code = note && out_err(&known) == ERR_OK
			   ? app_say_no(app, "no key note has %s#%u: there is %s",
					kid->station.name, kid->number, known.p)
			   : app_say_no(app, "there is no key note of %s here", kid->station.name);
	}
	if (code == APP_OK && !revocation->origin[0] &&
	    keyring_logs(view_ring(view), &kid->station, logs))
		(void)span_copy(revocation->origin, sizeof revocation->origin,
				span_of(logs[0]->name));
	out_free(&known);
	view_close(view);
	return code;
}

static int
confirm_all(const struct app *app, const struct kid *kid)
{
	char question[LIMIT_STATION_TEXT + 160];

	if (args_get(app->args, "from"))
		return APP_OK;
	(void)snprintf(question, sizeof question,
		       "Void everything that %s#%u has ever signed? --from SIZE says how many "
		       "leaves of its log stay valid.",
		       kid->station.name, kid->number);
	return app_confirm(app, question) ? APP_OK : APP_NO;
}

int
key_revoke(struct app *app)
{
	struct revocation revocation = {.size = 0};
	struct root root = {.public = {{0}}};
	struct out text = out_new(NOTE_MAX);
	struct out note = out_new(NOTE_MAX);
	struct party party;
	int code = read_revocation(app, &revocation);

	if (code == APP_OK)
		code = check_known(app, &revocation);
	if (code == APP_OK)
		code = confirm_all(app, &revocation.kid);
	if (code == APP_OK) {
		party = station_party(&revocation.kid.station);
		code = root_open_known(app, &party, &root);
	}
	if (code == APP_OK) {
		keynote_write_revocation(&text, &revocation);
		root_sign(&note, &root, out_view(&text));
		code = out_err(&note) == ERR_OK ? install(app, out_view(&note)) : APP_NO;
	}
	root_wipe(&root);
	out_free(&text);
	if (code == APP_OK)
		return app_print(app, &note);
	out_free(&note);
	return code;
}
