#ifndef SEAM_SEAM_APP_H
#define SEAM_SEAM_APP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/out.h"
#include "model/why.h"
#include "seam/args.h"
#include "seamd/config.h"

/*
 * One run of `seam`: where the home is, who asks, in which form answers are wanted.  Commands
 * return the exit code: APP_OK done, APP_NO refused, not found or failed with the reason printed,
 * APP_USAGE.
 */
enum { APP_OK, APP_NO, APP_USAGE };
enum { APP_OUT_MAX = 256 << 20, APP_ARENA = 64 << 20 };

struct app {
	const char *home;       /* as given, else $SEAM_HOME; "" when neither */
	const char *duty;       /* "" the first that may */
	const char *token_file; /* NULL: HOME/ctl.token */
	bool is_json;
	bool is_verbose;
	bool is_sure;         /* --yes */
	unsigned heard;       /* heard.h: of what was typed, told with the record's id */
	bool has_colour;      /* standard output is a terminal and NO_COLOR is not set */
	bool has_counter;     /* standard error is a terminal: progress is shown */
	struct config config; /* after app_config() */
	struct arena *arena;
	struct args *args;
};

/* Reads the configuration of the home once.  On failure the reason was printed. */
bool app_config(struct app *app);

/* Real time and the station's own (an exercise's) time, ms since 1970. */
int64_t app_utc(void);
int64_t app_now(const struct app *app);

/* Print the reason for people, or {"error": ...} for programs, and return APP_NO or APP_USAGE. */
int app_fail(const struct app *app, enum err err, const char *what);
int app_refused(const struct app *app, enum why why, unsigned field, const char *text);
int app_say_no(const struct app *app, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int app_usage(const struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A remark for people on standard error; nothing with --json. */
void app_remark(const struct app *app, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints what was written to standard output; APP_OK, or APP_NO when it could not be.  With --json
 * a text that is no JSON becomes {"text": …}. */
int app_print(const struct app *app, struct out *out);

/* Asks on the terminal; --yes answers it; without a terminal the answer is no, and it is said how
 * to give it. */
bool app_confirm(const struct app *app, const char *question);

/* Turns "--" colour on and off in text for a terminal; nothing elsewhere. */
enum app_colour { APP_PLAIN, APP_BOLD, APP_DIM, APP_RED, APP_GREEN, APP_YELLOW };
void app_colour(const struct app *app, struct out *out, enum app_colour colour);

/* Pads with blanks up to a column of the line that began at `begin`, counted in characters. */
void app_column(struct out *out, size_t begin, size_t column);

/* "1d 2h" since then, for people. */
void app_write_moment(const struct app *app, struct out *out, int64_t at_ms);

/* Progress: a counter on a terminal, rewritten in place; an empty text ends it. */
void app_progress(const struct app *app, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
