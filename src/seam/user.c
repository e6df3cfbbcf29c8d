/* Promises accounts by name, their duties and their tokens, all kept by the station. */
#include "seam/command.h"
#include "seam/reach.h"

#include "base/json.h"
#include "base/sign.h"
#include "seamd/keyfile.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_TEXT = 32768 };

/* The answer of core is a token, lines of "name duty,duty", or nothing. */
static void
write_json(struct out *out, const char *verb, const char *name, struct span answer)
{
	bool is_first = true;
	struct span line;

	if (strcmp(verb, "list") != 0) {
		out_text(out, "{\"account\":");
		out_json(out, span_of(name));
		if (answer.n) {
			out_text(out, ",\"token\":");
			out_json(out, span_trim(answer));
		}
		out_text(out, "}\n");
		return;
	}
	out_char(out, '[');
	while (answer.n && span_split(&answer, '\n', &line)) {
		struct span duties = line;
		struct span account;

		if (line.n == 0 || !span_split(&duties, ' ', &account))
			continue;
		out_text(out, is_first ? "{\"account\":" : ",{\"account\":");
		out_json(out, account);
		out_text(out, ",\"duties\":");
		out_json(out, duties);
		out_char(out, '}');
		is_first = false;
	}
	out_text(out, "]\n");
}

static int
ask(struct app *app, const char *verb, const char *name, const char *duties, struct span pass)
{
	struct reach *reach = reach_open(app);
	struct wire_message message;
	struct out text = out_new((size_t)ANSWER_TEXT * 6);
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
		if (app->is_json)
			write_json(&text, verb, name, cursor_span(&cursor, ANSWER_TEXT));
		else
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
	const char *file = args_get(app->args, "passphrase-file");
	size_t n = 0;
	enum err err;
	int code;

	if (app->args->n != 1)
		return app_usage(app, "user pass NAME [--passphrase-file F]");
	err = keyfile_passphrase(file, "new passphrase of the account: ", pass, &n);
	if (err == ERR_KEY && !file)
		return app_say_no(app, "there is no terminal to ask for the new passphrase: name a "
				       "file with --passphrase-file");
	if (err == ERR_OK && n == 0)
		return app_say_no(app, "the passphrase is empty");
	code = err == ERR_OK ? ask(app, "pass", app->args->words[0], "", span_make(pass, n))
			     : app_fail(app, err, file ? file : "passphrase");
	sign_wipe(pass, sizeof pass);
	return code;
}
