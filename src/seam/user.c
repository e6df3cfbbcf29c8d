/* Promises accounts by name, their duties and their tokens, all kept by the station. */
#include "seam/command.h"
#include "seam/reach.h"

#include "base/sign.h"
#include "seamd/keyfile.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_TEXT = 32768 };

static int
ask(struct app *app, const char *verb, const char *name, const char *duties, struct span pass)
{
	struct reach *reach = reach_open(app);
	struct wire_message message;
	struct out text = out_new(ANSWER_TEXT);
	struct out *out;
	int code;

	if (!reach)
		return APP_NO;
	out = reach_begin(reach, WIRE_ACCOUNT, 1);
	out_sized(out, span_of(verb));
	out_sized(out, span_of(name));
	out_sized(out, span_of(duties));
	out_sized(out, pass);
	code = reach_ask(reach, WIRE_DONE, &message);
	if (code == APP_OK) {
		struct cursor cursor = cursor_over(message.payload);

		(void)cursor_u64(&cursor);
		out_span(&text, cursor_span(&cursor, ANSWER_TEXT));
		if (text.n && text.p[text.n - 1] != '\n')
			out_char(&text, '\n');
		code = app_print(app, &text);
	}
	reach_close(reach);
	return code;
}

int
user_add(struct app *app)
{
	int code;

	if (app->args->n != 2)
		return app_usage(
		    app,
		    "user add NAME DUTY,...: duties are watch, liaison, director, analyst, admin");
	code = ask(app, "add", app->args->words[0], app->args->words[1], SPAN(""));
	if (code == APP_OK)
		app_remark(app,
			   "This token stands for %s. It is kept nowhere else: give it to them, as "
			   "SEAM_TOKEN or in a file for --token-file.",
			   app->args->words[0]);
	return code;
}

int
user_remove(struct app *app)
{
	if (app->args->n != 1)
		return app_usage(app, "user remove NAME");
	return ask(app, "remove", app->args->words[0], "", SPAN(""));
}

int
user_list(struct app *app)
{
	return app->args->n ? app_usage(app, "user list") : ask(app, "list", "", "", SPAN(""));
}

int
user_pass(struct app *app)
{
	char pass[KEYFILE_PASSPHRASE_MAX];
	size_t n = 0;
	enum err err;
	int code;

	if (app->args->n != 1)
		return app_usage(app, "user pass NAME");
	err = keyfile_passphrase(args_get(app->args, "passphrase-file"),
				 "new passphrase of the account: ", pass, &n);
	code = err == ERR_OK && n > 0
		   ? ask(app, "pass", app->args->words[0], "", span_make(pass, n))
		   : app_fail(app, err == ERR_OK ? ERR_FORMAT : err, "passphrase");
	sign_wipe(pass, sizeof pass);
	return code;
}
