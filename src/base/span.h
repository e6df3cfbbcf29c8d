#ifndef SEAM_BASE_SPAN_H
#define SEAM_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes: not NUL-terminated, valid as long as their owner says. {NULL, 0} is the empty
 * span. */
struct span {
	const char *p;
	size_t n;
};

/* clang-format off */
#define SPAN(literal) ((struct span){ "" literal, sizeof(literal) - 1 })
/* clang-format on */

/* A span over a NUL-terminated string; NULL gives the empty span. */
struct span span_of(const char *text);

/* A span over n bytes. */
struct span span_make(const void *bytes, size_t n);

bool span_equal(struct span a, struct span b);
bool span_is(struct span a, const char *text);
bool span_starts(struct span a, const char *prefix);

/* Bytewise order, shorter first on a tie: <0, 0, >0. */
int span_compare(struct span a, struct span b);

/* Without ASCII white space at both ends. */
struct span span_trim(struct span a);

/* Takes from *rest everything before the first `mark`, drops the mark; at the end the whole rest.
 * Returns false when *rest was exhausted before the call (rest->p is NULL then). */
bool span_split(struct span *rest, char mark, struct span *part);

/* Position of the first `mark`, or -1. */
ptrdiff_t span_find(struct span a, char mark);

/* Copies whole and NUL-terminates, or leaves dst empty and returns false: nothing truncates. */
bool span_copy(char *dst, size_t size, struct span a);

/* Whole span is a decimal integer in [low, high] (optional leading '-', no '+', no blanks). */
bool span_int(struct span a, int64_t low, int64_t high, int64_t *value);

/* Whole span is valid UTF-8 (no surrogates, no overlong forms, no NUL). */
bool span_is_utf8(struct span a);

/* As span_is_utf8 and free of controls other than \n and \t, and of bidirectional controls
 * (U+061C, U+200E, U+200F, U+202A-202E, U+2066-2069), which could make text read as another. */
bool span_is_plain_text(struct span a);

/* Decodes the character at a.p; returns its length in bytes, 0 at the end or on invalid UTF-8. */
size_t span_rune(struct span a, uint32_t *rune);

#endif
