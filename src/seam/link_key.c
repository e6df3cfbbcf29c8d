/*
 * Promises that the TLS key of the links is replaced by one that the party's root has certified,
 * that the old one serves until that is in force here, and that nothing here uses the old one any
 * more when the command returns.
 */
#include "seam/link.h"

#include "base/b64.h"
#include "seam/command.h"
#include "seam/renew.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The station looks at its keys once a second, and a gate may have 5 s to end. */
enum { SETTLE_MS = 10000, STEP_MS = 200, SHOWN_MS = 60000, NAMES_MAX = 512 };

/* ---- until no gate shows the old one ---- */

struct awaited {
	struct link_looks looks;
	struct links links;
	char pin[LINK_PIN_TEXT];
	char late[NAMES_MAX]; /* who does not show the new key yet, for people */
};

static bool
read_pin(const struct config *config, enum tlsfile which, char text[LINK_PIN_TEXT])
{
	struct out out = out_new(LINK_PIN_TEXT);
	struct tlsfile_look look;
	bool is_read = tlsfile_look(config->home, which, &look) == ERR_OK;

	if (is_read)
		b64_write(&out, span_make((const char *)look.pin, sizeof look.pin));
	is_read =
	    is_read && out_err(&out) == ERR_OK && span_copy(text, LINK_PIN_TEXT, out_view(&out));
	out_free(&out);
	return is_read;
}

static void
add_late(struct awaited *awaited, const char *name)
{
	size_t n = strlen(awaited->late);

	(void)snprintf(awaited->late + n, sizeof awaited->late - n, "%s%s", n ? ", " : "", name);
}

/* A link whose gate has not said what it shows may have one that has read the old key. */
static bool
is_shown(struct awaited *awaited, const struct config *config, enum tlsfile which)
{
	const struct link_looks *looks = &awaited->looks;

	awaited->late[0] = '\0';
	for (unsigned i = 0; i < awaited->links.n && which == TLSFILE_PEER; i++) {
		const struct station *station = &awaited->links.row[i].station;
		const struct link_look *look = link_find(looks, station);

		if (!look || strcmp(look->shows, awaited->pin) != 0)
			add_late(awaited, station->name);
	}
	if (which == TLSFILE_WEB && config->web_listen.text[0] &&
	    !(looks->has_page &&
	      (!looks->page_shows[0] || strcmp(looks->page_shows, awaited->pin) == 0)))
		add_late(awaited, "the page");
	return !awaited->late[0];
}

/* No process of the station shakes hands or goes on with the old key when the command returns. */
static int
await_shown(struct app *app, enum tlsfile which)
{
	struct awaited *awaited = calloc(1, sizeof *awaited);
	int code = awaited ? link_read(app, &awaited->links) : app_fail(app, ERR_NOMEM, "links");
	int left_ms = SHOWN_MS;

	if (code == APP_OK && !read_pin(&app->config, which, awaited->pin))
		code = app_say_no(app, "the new TLS key cannot be read: seam doctor says why");
	while (code == APP_OK && left_ms > 0 && reach_is_running(app)) {
		code = link_ask(app, &awaited->looks);
		if (code != APP_OK || is_shown(awaited, &app->config, which))
			break;
		(void)poll(NULL, 0, STEP_MS);
		left_ms -= STEP_MS;
	}
	if (code == APP_OK && left_ms <= 0)
		code =
		    app_say_no(app,
			       "the new TLS key is in its place, but the station does not use it "
			       "everywhere yet (%s): seam doctor, or start it again",
			       awaited->late);
	free(awaited);
	return code;
}

/* ---- the page ---- */

/* The page is believed by its users, not by key notes. */
static int
renew_page(struct app *app)
{
	enum err err = link_make_tls(&app->config, app->config.home, TLSFILE_WEB);
	int code;

	if (err != ERR_OK)
		return app_fail(app, err, "the TLS key of the page");
	code = await_shown(app, TLSFILE_WEB);
	if (code != APP_OK)
		return code;
	app_remark(app, "The page has a new TLS key: browsers will ask whether they may trust it.");
	return APP_OK;
}

/* ---- the links ---- */

static bool
has_settled(const struct link_looks *looks)
{
	for (unsigned i = 0; i < looks->n; i++)
		if (strcmp(looks->look[i].state, link_cause_code(LINK_CAUSE_UP)) == 0 &&
		    looks->look[i].unanswered > 0)
			return false;
	return true;
}

/* The new note goes over the links that stand; who has it lets the new key in. */
static void
let_it_cross(struct app *app)
{
	struct link_looks *looks = calloc(1, sizeof *looks);

	for (int left_ms = SETTLE_MS; looks && left_ms > 0; left_ms -= STEP_MS) {
		(void)poll(NULL, 0, STEP_MS);
		if (link_ask(app, looks) != APP_OK || has_settled(looks))
			break;
	}
	free(looks);
}

static int
put_in_force(struct app *app, struct span note, int64_t version)
{
	struct reach *reach = reach_open(app);
	int code = reach ? renew_install(reach, note) : APP_NO;

	if (code == APP_OK)
		code = renew_file(app, reach, note, version);
	if (code == APP_OK)
		let_it_cross(app);
	reach_close(reach);
	if (code == APP_OK) {
		enum err err = tlsfile_use_next(app->config.home, TLSFILE_PEER);

		if (err != ERR_OK)
			code = app_fail(app, err, "putting the new TLS key in its place");
	}
	if (code == APP_OK)
		code = await_shown(app, TLSFILE_PEER);
	return code;
}

static int
renew_link(struct app *app, const struct root *root, struct out *note)
{
	struct keynote *held = calloc(1, sizeof *held);
	struct keynote *next = calloc(1, sizeof *next);
	struct config *config = &app->config;
	int code = held && next ? renew_held(app, held) : app_fail(app, ERR_NOMEM, "key note");
	enum err err = ERR_OK;

	if (code == APP_OK)
		err = renew_next(held, NULL, config->home, app_utc(), next);
	if (code == APP_OK && err == ERR_OK) {
		next->has_tls = true;
		err = tlsfile_make_next(config->home, TLSFILE_PEER, config->station.name,
					(struct span){NULL, 0}, app_utc(), next->tls);
	}
	if (code == APP_OK && err == ERR_OK)
		err = renew_sign(root, next, note);
	if (code == APP_OK && err != ERR_OK)
		code = app_fail(app, err, "the TLS key of the links");
	if (code == APP_OK)
		code = put_in_force(app, out_view(note), next->version);
	if (code == APP_OK)
		app_remark(app,
			   "The links have a new TLS key, key note version %lld. Over links that "
			   "stood it went by itself; who is cut off needs it on a stick: seam "
			   "--home %s invite FILE",
			   (long long)next->version, config->home);
	free(next);
	free(held);
	return code;
}

int
link_key(struct app *app)
{
	struct party own = station_party(&app->config.station);
	struct root root = {.public = {{0}}};
	struct out note = out_new(NOTE_MAX);
	int code = APP_OK;

	if (app->args->n != 0)
		return app_usage(app, "link key [--root FILE], or link key --page");
	if (args_has(app->args, "page"))
		return renew_page(app);
	code = root_open_known(app, &own, &root);
	if (code == APP_OK)
		code = renew_link(app, &root, &note);
	root_wipe(&root);
	if (code == APP_OK)
		return app_print(app, &note);
	out_free(&note);
	return code;
}
