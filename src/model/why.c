/*
 * Promises a code and a sentence for every reason.
 */
#include "model/why.h"

#include <string.h>

static const struct {
	const char *code;
	const char *text;
} rows[WHY_COUNT] = {
#define X(name, code, text) [WHY_##name] = {code, text},
    WHY_ROWS(X)
#undef X
};

const char *
why_code(enum why why)
{
	return (unsigned)why < WHY_COUNT ? rows[why].code : "unknown";
}

const char *
why_text(enum why why)
{
	return (unsigned)why < WHY_COUNT ? rows[why].text : "unknown reason";
}

enum why
why_find_text(const char *text, size_t n, enum why otherwise)
{
	for (enum why why = WHY_NONE + 1; why < WHY_COUNT; why++)
		if (strlen(rows[why].text) == n && memcmp(rows[why].text, text, n) == 0)
			return why;
	return otherwise;
}
