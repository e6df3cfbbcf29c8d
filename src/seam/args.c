/*
 * Promises that every word of a command line is either a known option, its value or an argument in
 * order.
 */
#include "seam/args.h"

#include <stdio.h>
#include <string.h>

enum { ID_LEAST = 6, ID_WHOLE = 43 }; /* characters of an id that may stand for it */

/* Whether a list has the option; *takes tells whether with a value. */
static bool
find(const char *list, struct span name, bool *takes)
{
	struct span rest = span_of(list);
	struct span one;

	while (span_split(&rest, ' ', &one)) {
		bool is_valued = one.n && one.p[one.n - 1] == '=';

		if (is_valued)
			one.n--;
		if (one.n && span_equal(one, name)) {
			*takes = is_valued;
			return true;
		}
	}
	return false;
}

static bool
refuse(char why[ARGS_WHY_MAX], const char *what, struct span name)
{
	(void)snprintf(why, ARGS_WHY_MAX, "%s: --%.*s", what, (int)(name.n < 60 ? name.n : 60),
		       name.p);
	return false;
}

/* Takes one option from the front of argv; *used is how many words it took. */
static bool
take_option(struct args *args, int argc, char *const *argv, const char *list, const char *more,
	    int *used, char why[ARGS_WHY_MAX])
{
	struct span name = span_of(argv[0] + 2);
	const char *value = strchr(argv[0], '=');
	bool takes = false;

	*used = 1;
	if (value)
		name.n = (size_t)(value++ - name.p);
	if (!find(list, name, &takes) && !find(more, name, &takes))
		return refuse(why, "no such option here", name);
	if (!takes && value)
		return refuse(why, "this option takes no value", name);
	if (takes && !value) {
		if (argc < 2)
			return refuse(why, "this option needs a value", name);
		value = argv[1];
		*used = 2;
	}
	if (args->n_options == ARGS_OPTIONS_MAX)
		return refuse(why, "too many options", name);
	args->options[args->n_options].name = name;
	args->options[args->n_options++].value = value ? value : "";
	return true;
}

/* A beginning of an id may be that of an option: one time in 4096.  Names of options are small
 * letters and
 * "-"; what has another letter of an id in it is one. */
static bool
is_id(const char *word)
{
	size_t n = strlen(word);
	bool is_named = true;

	for (size_t i = 0; i < n; i++) {
		bool is_small = (word[i] >= 'a' && word[i] <= 'z') || word[i] == '-';

		if (!is_small && !(word[i] >= 'A' && word[i] <= 'Z') &&
		    !(word[i] >= '0' && word[i] <= '9') && word[i] != '_')
			return false;
		is_named = is_named && is_small;
	}
	return n >= ID_LEAST && n <= ID_WHOLE && !is_named;
}

bool
args_read(struct args *args, int argc, char *const *argv, const char *list, const char *more,
	  char why[ARGS_WHY_MAX])
{
	bool only_words = false;

	memset(args, 0, sizeof *args);
	why[0] = '\0';
	for (int i = 0, used = 1; i < argc; i += used) {
		used = 1;
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && strncmp(argv[i], "--", 2) == 0 && !is_id(argv[i])) {
			if (!take_option(args, argc - i, argv + i, list, more, &used, why))
				return false;
		} else if (args->n == ARGS_WORDS_MAX) {
			(void)snprintf(why, ARGS_WHY_MAX, "too many words");
			return false;
		} else {
			args->words[args->n++] = argv[i];
		}
	}
	return true;
}

const char *
args_nth(const struct args *args, const char *name, size_t i)
{
	for (size_t at = 0; at < args->n_options; at++)
		if (span_is(args->options[at].name, name) && i-- == 0)
			return args->options[at].value;
	return NULL;
}

const char *
args_get(const struct args *args, const char *name)
{
	for (size_t at = args->n_options; at > 0; at--)
		if (span_is(args->options[at - 1].name, name))
			return args->options[at - 1].value;
	return NULL;
}

bool
args_has(const struct args *args, const char *name)
{
	return args_get(args, name) != NULL;
}

const char *
args_word(const struct args *args, size_t i)
{
	return i < args->n ? args->words[i] : NULL;
}

bool
args_pair(const char *word, struct span *name, struct span *value)
{
	struct span all = span_of(word);
	ptrdiff_t at = span_find(all, '=');

	*name = *value = (struct span){NULL, 0};
	if (at <= 0)
		return false;
	*name = span_make(all.p, (size_t)at);
	*value = span_make(all.p + at + 1, all.n - (size_t)at - 1);
	return true;
}
