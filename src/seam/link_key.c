/*
 * Promises that the TLS key of the links is replaced by one that the party's root has certified,
 * and that the old one serves until that is in force here.
 */
#include "seam/link.h"

#include "seam/command.h"
#include "seam/renew.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { SETTLE_MS = 10000, STEP_MS = 200 };

/* The page is believed by its users, not by key notes. */
static int
renew_page(struct app *app)
{
	enum err err = link_make_tls(&app->config, app->config.home, TLSFILE_WEB);

	if (err != ERR_OK)
		return app_fail(app, err, "the TLS key of the page");
	app_remark(app, "The page has a new TLS key: browsers will ask whether they may trust it.");
	return APP_OK;
}

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
	code = root_open(app, args_get(app->args, "root"), &own, &root);
	if (code == APP_OK)
		code = renew_link(app, &root, &note);
	root_wipe(&root);
	if (code == APP_OK)
		return app_print(app, &note);
	out_free(&note);
	return code;
}
