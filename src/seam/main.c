/*
 * Promises that what is typed is one row of the table in command.h, and prints that table as help.
 */
#include "seam/app.h"
#include "seam/command.h"

#include "base/sign.h"
#include "seamd/duty.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char common[] = "home= duty= token-file= json verbose yes help";

static const struct command {
	const char *name;
	const char *options;
	const char *arguments;
	enum command_needs needs;
	int (*function)(struct app *app);
	const char *help;
} commands[] = {
#define X(name, options, arguments, needs, function, help)                                         \
	{name, options, arguments, COMMAND_##needs, function, help},
    COMMAND_ROWS(X)
#undef X
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static const char head[] =
    "usage: seam [--home DIR] [--duty DUTY] [--json] COMMAND ARGUMENT...\n"
    "       seam help COMMAND\n\n"
    "Seam files records at a station, asks its picture, gives other parties what the policy of "
    "this\n"
    "party grants them, and proves afterwards what was written and who was given it.\n\n";

static const char tail[] =
    "\nEvery command: --home DIR (else SEAM_HOME), --duty DUTY, --json, --verbose, --yes,\n"
    "--token-file FILE (else SEAM_TOKEN, else ctl.token in the home).\n"
    "Exit: 0 done, 1 refused, not found or failed with the reason, 2 wrong usage.\n";

static const char *const needs_text[] = {
    [COMMAND_NONE] = "needs no running station and no --home",
    [COMMAND_READ] = "reads the home's own files; no running station is needed",
    [COMMAND_ACT] = "an act at the station; where none runs one is started for the command"};

/* Prints the rows whose name begins with these words; how many there were. */
static size_t
print_rows(const char *words, bool with_needs)
{
	size_t n = strlen(words);
	size_t found = 0;

	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *row = &commands[i];

		if (strncmp(row->name, words, n) != 0 || (n && row->name[n] && row->name[n] != ' '))
			continue;
		(void)printf("  %s %s\n      - %s\n", row->name, row->arguments, row->help);
		if (with_needs) {
			(void)printf("      - (%s)\n", needs_text[row->needs]);
			if (row->options[0])
				(void)printf("      - options: %s\n", row->options);
		}
		found++;
	}
	return found;
}

static int
help(int argc, char **argv)
{
	char words[64];
	int n = snprintf(words, sizeof words, "%s%s%s", argc > 0 ? argv[0] : "",
			 argc > 1 ? " " : "", argc > 1 ? argv[1] : "");

	if (argc == 0) {
		(void)fputs(head, stdout);
		(void)print_rows("", false);
		(void)fputs(tail, stdout);
		return APP_OK;
	}
	if (n > 0 && (size_t)n < sizeof words && print_rows(words, true) > 0)
		return APP_OK;
	app_remark(&(struct app){.home = ""}, "seam: there is no command '%s': see seam help",
		   words);
	return APP_USAGE;
}

/* The row whose words stand at the front; *words is how many. */
static const struct command *
find(int argc, char **argv, int *words)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		const char *blank = strchr(commands[i].name, ' ');
		size_t first =
		    blank ? (size_t)(blank - commands[i].name) : strlen(commands[i].name);

		if (strlen(argv[0]) != first || strncmp(argv[0], commands[i].name, first) != 0)
			continue;
		*words = blank ? 2 : 1;
		if (!blank || (argc > 1 && strcmp(argv[1], blank + 1) == 0))
			return &commands[i];
	}
	return NULL;
}

/* Options that stand before the command are moved behind it. */
static int
command_at(int argc, char **argv)
{
	static const char *const valued[] = {"--home", "--duty", "--token-file"};
	int i = 1;

	while (i < argc && strncmp(argv[i], "--", 2) == 0 && argv[i][2]) {
		for (size_t v = 0; v < sizeof valued / sizeof *valued; v++)
			if (strcmp(argv[i], valued[v]) == 0)
				i++;
		i++;
	}
	return i < argc ? i : argc;
}

static void
fill(struct app *app, struct args *args)
{
	const char *home = args_get(args, "home");
	const char *duty = args_get(args, "duty");

	if (!home)
		home = getenv("SEAM_HOME");
	app->home = home ? home : "";
	app->duty = duty ? duty : "";
	app->token_file = args_get(args, "token-file");
	app->is_json = args_has(args, "json");
	app->is_verbose = args_has(args, "verbose");
	app->is_sure = args_has(args, "yes");
	app->has_colour = !app->is_json && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	app->has_counter = isatty(STDERR_FILENO);
	app->args = args;
}

static int
no_such_duty(const struct app *app)
{
	struct out names = out_new(DUTY_LACK_MAX);
	int code;

	duty_names(0, &names);
	code = app_usage(app, "there is no duty '%s': it is %.*s", app->duty, (int)names.n,
			 names.p ? names.p : "");
	out_free(&names);
	return code;
}

static int
run(const struct command *command, int argc, char **argv)
{
	static struct app app;
	static struct args args;
	char why[ARGS_WHY_MAX];
	int code;

	if (!args_read(&args, argc, argv, command->options, common, why)) {
		for (int i = 0; i < argc; i++)
			app.is_json = app.is_json || strcmp(argv[i], "--json") == 0;
		return app_usage(&app, "%s: %s", command->name, why);
	}
	if (args_has(&args, "help"))
		return print_rows(command->name, true) ? APP_OK : APP_USAGE;
	fill(&app, &args);
	app.arena = arena_new(APP_ARENA);
	if (!app.arena || sign_start() != ERR_OK)
		return app_fail(&app, ERR_SYSTEM, "starting");
	if (app.duty[0] && duty_rights(span_of(app.duty)) == 0)
		return no_such_duty(&app);
	code = command->needs == COMMAND_NONE || app_config(&app) ? command->function(&app)
	       : app.home[0]                                      ? APP_NO
								  : APP_USAGE;
	arena_free(app.arena);
	return code;
}

int
main(int argc, char **argv)
{
	const struct command *command;
	char *moved[ARGS_WORDS_MAX + 2 * ARGS_OPTIONS_MAX];
	int at = command_at(argc, argv);
	int words = 0;
	int n = 0;

	(void)signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0))
		return printf("seam %s\n", SEAM_VERSION) < 0;
	if (at == argc || strcmp(argv[at], "help") == 0)
		return argc == 1 ? (void)help(0, argv),
		       APP_USAGE : help(argc - at - (at < argc), argv + at + (at < argc));
	command = find(argc - at, argv + at, &words);
	if (!command) {
		if (print_rows(argv[at], false) == 0)
			app_remark(&(struct app){.home = ""},
				   "seam: there is no command '%s': see seam help", argv[at]);
		else
			app_remark(&(struct app){.home = ""}, "seam: %s: say which of these",
				   argv[at]);
		return APP_USAGE;
	}
	for (int i = 1; i < argc && n < (int)(sizeof moved / sizeof *moved); i++)
		if (i < at || i >= at + words)
			moved[n++] = argv[i];
	return run(command, n, moved);
}
