#ifndef SEAM_SEAM_ARGS_H
#define SEAM_SEAM_ARGS_H

#include "base/span.h"

/*
 * The words of a command line, sorted into options and the rest.  Options are long ones,
 * "--name VALUE", "--name=VALUE" or "--name"; the list of a command is one text, "kind= preview":
 * a name with "=" takes a value.  A word that begins with one "-" is no option, since ids may; one
 * that begins with two is none when it can only be the beginning of an id.
 * Behind "--" everything is a word.
 */
enum { ARGS_WORDS_MAX = 160, ARGS_OPTIONS_MAX = 64, ARGS_WHY_MAX = 160 };

struct args {
	const char *words[ARGS_WORDS_MAX];
	size_t n;
	struct {
		struct span name;
		const char *value; /* "" for one that takes none */
	} options[ARGS_OPTIONS_MAX];
	size_t n_options;
};

/* Sorts; the words are borrowed.  False with a sentence in `why` for an unknown option, a missing
 * or a needless value, or too many words.  `more` is a second list (the options of every command).
 */
bool args_read(struct args *args, int argc, char *const *argv, const char *list, const char *more,
	       char why[ARGS_WHY_MAX]);

/* The value of an option, the last where it stands twice; NULL when it was not given. */
const char *args_get(const struct args *args, const char *name);

/* The i-th value of an option that may be repeated; NULL past the last. */
const char *args_nth(const struct args *args, const char *name, size_t i);

bool args_has(const struct args *args, const char *name);

/* The i-th word, NULL past the last. */
const char *args_word(const struct args *args, size_t i);

/* "name=value" taken apart; false when there is no "=" or nothing before it. */
bool args_pair(const char *word, struct span *name, struct span *value);

#endif
