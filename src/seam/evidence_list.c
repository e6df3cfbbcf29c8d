/* Promises a line for each file of evidence kept here, and what it proves. */
#include "seam/command.h"

#include "seam/app.h"

#include "base/b64.h"
#include "seamd/misdeed.h"

#include <stdlib.h>

struct listing {
	struct app *app;
	struct out out;
	struct misdeed *misdeed;
	size_t n;
};

static void
write_json(struct listing *listing, const char *name, bool holds, const char *why)
{
	const struct misdeed *misdeed = listing->misdeed;
	struct out *out = &listing->out;

	out_text(out, listing->n ? "," : "[");
	out_text(out, "{\"file\":");
	out_json(out, span_is_utf8(span_of(name)) ? span_of(name) : SPAN("?"));
	out_format(out, ",\"holds\":%s", holds ? "true" : "false");
	if (!holds) {
		out_text(out, ",\"why\":");
		out_json(out, span_of(why));
	} else {
		out_format(out, ",\"station\":\"%s\",\"origin\":\"%s\",\"heads\":[",
			   misdeed->station.name, misdeed->head[0].origin);
		for (int i = 0; i < 2; i++) {
			out_format(out, "%s{\"size\":%llu,\"root\":\"", i ? "," : "",
				   (unsigned long long)misdeed->head[i].size);
			b64_write(out, span_make(misdeed->head[i].root.b, HASH_SIZE));
			out_text(out, "\"}");
		}
		out_char(out, ']');
	}
	out_char(out, '}');
}

static void
write_line(struct listing *listing, const char *name, bool holds, const char *why)
{
	const struct misdeed *misdeed = listing->misdeed;

	if (holds)
		out_format(&listing->out,
			   "%s  %s told two histories, at %llu and %llu leaves of %s\n", name,
			   misdeed->station.name, (unsigned long long)misdeed->head[0].size,
			   (unsigned long long)misdeed->head[1].size, misdeed->head[0].origin);
	else
		out_format(&listing->out, "%s  proves nothing: %s\n", name, why);
}

static bool
list_one(void *context, const char *name, struct span text)
{
	struct listing *listing = context;
	char why[MISDEED_WHY_MAX];
	bool holds = misdeed_read(text, listing->misdeed, why);

	if (listing->app->is_json)
		write_json(listing, name, holds, why);
	else
		write_line(listing, name, holds, why);
	listing->n++;
	return out_err(&listing->out) == ERR_OK;
}

int
evidence_list(struct app *app)
{
	struct listing listing = {.app = app, .out = out_new(APP_OUT_MAX)};
	int code = app->args->n == 0 ? APP_OK : app_usage(app, "evidence list");
	enum err err = ERR_OK;

	if (code == APP_OK && !app_config(app))
		code = APP_NO;
	if (code == APP_OK) {
		listing.misdeed = calloc(1, sizeof *listing.misdeed);
		err = listing.misdeed ? misdeed_each(app->config.home, list_one, &listing)
				      : ERR_NOMEM;
		if (app->is_json)
			out_text(&listing.out, listing.n ? "]\n" : "[]\n");
		else if (!listing.n)
			out_text(&listing.out, "No evidence is kept here.\n");
		code = err == ERR_OK ? app_print(app, &listing.out)
				     : app_fail(app, err, "reading the evidence");
	}
	free(listing.misdeed);
	out_free(&listing.out);
	return code;
}
