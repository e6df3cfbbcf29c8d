/*
 * Promises one manner of speaking for all commands: results on standard output, reasons and
 * progress on standard error, both also for programs.
 */
#include "seam/app.h"

#include "model/field.h"
#include "model/when.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool
app_config(struct app *app)
{
	char why[CONFIG_WHY_MAX];

	if (app->config.home[0])
		return true;
	if (!app->home[0]) {
		(void)app_usage(app,
				"which station? name its home with --home DIR or in SEAM_HOME");
		return false;
	}
	if (config_read(app->home, &app->config, why) == ERR_OK)
		return true;
	(void)app_say_no(app, "%s: %s", app->home, why);
	return false;
}

int64_t
app_utc(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
app_now(const struct app *app)
{
	return config_clock(&app->config, app_utc());
}

/* What was typed comes back in a reason, and a terminal obeys what it is shown. */
static void
make_harmless(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
		else if ((unsigned char)*text == 0xc2 && (unsigned char)text[1] >= 0x80 &&
			 (unsigned char)text[1] < 0xa0)
			text[0] = text[1] = '?'; /* C1 controls */
}

static void
complain(const struct app *app, const char *word, const char *code, char *text)
{
	struct out out = out_new(65536);

	make_harmless(text);
	if (app->is_json) {
		out_text(&out, "{\"error\":");
		out_json(&out, span_of(code));
		out_text(&out, ",\"text\":");
		out_json(&out, span_is_utf8(span_of(text)) ? span_of(text) : SPAN("not UTF-8"));
		out_text(&out, "}\n");
	} else {
		out_format(&out, "seam: %s%s\n", word, text);
	}
	(void)fwrite(out.p, 1, out.n, stderr);
	out_free(&out);
}

int
app_fail(const struct app *app, enum err err, const char *what)
{
	char text[512];

	(void)snprintf(text, sizeof text, "%s: %s", what, err_text(err));
	complain(app, "", "failed", text);
	return APP_NO;
}

int
app_refused(const struct app *app, enum why why, unsigned field, const char *text)
{
	const char *name = field_row((enum field)field)->name;
	char all[768];

	(void)snprintf(all, sizeof all, "%s%s%s%s%s", name, name[0] ? ": " : "", why_text(why),
		       text[0] ? ": " : "", text);
	complain(app, "refused: ", why_code(why), all);
	return APP_NO;
}

int
app_say_no(const struct app *app, const char *format, ...)
{
	char text[1024];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	complain(app, "", "refused", text);
	return APP_NO;
}

int
app_usage(const struct app *app, const char *format, ...)
{
	char text[1024];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	complain(app, "", "usage", text);
	return APP_USAGE;
}

void
app_remark(const struct app *app, const char *format, ...)
{
	char text[4096];
	va_list list;

	if (app->is_json)
		return;
	va_start(list, format);
	(void)vsnprintf(text, sizeof text, format, list);
	va_end(list);
	make_harmless(text);
	(void)fprintf(stderr, "%s\n", text);
}

/* A document in a format of its own (a proof, a policy, a script to read out) is one text. */
static void
wrap_text(struct out *out)
{
	struct out wrapped = out_new(out->n * 6 + 64);

	out_text(&wrapped, "{\"text\":");
	out_json(&wrapped, span_is_utf8(out_view(out)) ? out_view(out) : SPAN("not UTF-8"));
	out_text(&wrapped, "}\n");
	out_free(out);
	*out = wrapped;
}

int
app_print(const struct app *app, struct out *out)
{
	int code = APP_OK;

	if (app->is_json && out_err(out) == ERR_OK && out->n && out->p[0] != '{' &&
	    out->p[0] != '[')
		wrap_text(out);

	if (out_err(out) != ERR_OK)
		code = app_fail(app, out_err(out), "writing the answer");
	else if (out->n && (fwrite(out->p, 1, out->n, stdout) != out->n || fflush(stdout) != 0))
		code = APP_NO;
	out_free(out);
	return code;
}

bool
app_confirm(const struct app *app, const char *question)
{
	char answer[16] = "";

	if (app->is_sure)
		return true;
	if (!isatty(STDIN_FILENO)) {
		(void)app_say_no(app, "%s Not confirmed: nothing was done. Add --yes to confirm.",
				 question);
		return false;
	}
	(void)fprintf(stderr, "%s [y/N] ", question);
	return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

void
app_colour(const struct app *app, struct out *out, enum app_colour colour)
{
	static const char *const codes[] = {"\033[0m",  "\033[1m",  "\033[2m",
					    "\033[31m", "\033[32m", "\033[33m"};

	if (app->has_colour)
		out_text(out, codes[colour]);
}

/* Characters since `begin`, escape sequences aside. */
static size_t
width(const struct out *out, size_t begin)
{
	size_t n = 0;
	bool is_escape = false;

	for (size_t i = begin; i < out->n; i++) {
		unsigned char c = (unsigned char)out->p[i];

		if (c == 033)
			is_escape = true;
		else if (is_escape)
			is_escape = c != 'm';
		else
			n += (c & 0xc0) != 0x80;
	}
	return n;
}

void
app_column(struct out *out, size_t begin, size_t column)
{
	size_t at = width(out, begin);

	do
		out_char(out, ' ');
	while (++at < column);
}

void
app_write_moment(const struct app *app, struct out *out, int64_t at_ms)
{
	if (at_ms == 0)
		out_text(out, "time not known");
	else
		when_write_dtg(out, at_ms, (int)app->config.zone_minutes);
}

void
app_progress(const struct app *app, const char *format, ...)
{
	va_list list;

	if (!app->has_counter || app->is_json)
		return;
	(void)fputs("\r\033[K", stderr);
	va_start(list, format);
	(void)vfprintf(stderr, format, list);
	va_end(list);
	(void)fflush(stderr);
}
