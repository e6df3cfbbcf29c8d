/*
 * Promises views over bytes that never write, never allocate and never read past their end.
 */
#include "base/span.h"

#include <string.h>

struct span
span_of(const char *text)
{
	return (struct span){text, text ? strlen(text) : 0};
}

struct span
span_make(const void *bytes, size_t n)
{
	return (struct span){bytes, n};
}

bool
span_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
span_is(struct span a, const char *text)
{
	return span_equal(a, span_of(text));
}

bool
span_starts(struct span a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && memcmp(a.p, prefix, n) == 0;
}

int
span_compare(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order != 0)
		return order;
	return a.n < b.n ? -1 : a.n > b.n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
span_trim(struct span a)
{
	while (a.n && is_blank(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n && is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

ptrdiff_t
span_find(struct span a, char mark)
{
	const char *at = a.n ? memchr(a.p, mark, a.n) : NULL;

	return at ? at - a.p : -1;
}

bool
span_split(struct span *rest, char mark, struct span *part)
{
	ptrdiff_t at;

	*part = (struct span){NULL, 0};
	if (!rest->p)
		return false;
	at = span_find(*rest, mark);
	if (at < 0) {
		*part = *rest;
		*rest = (struct span){NULL, 0};
		return true;
	}
	*part = (struct span){rest->p, (size_t)at};
	rest->p += at + 1;
	rest->n -= (size_t)at + 1;
	return true;
}

bool
span_copy(char *dst, size_t size, struct span a)
{
	if (size == 0)
		return false;
	dst[0] = '\0';
	if (a.n >= size)
		return false;
	if (a.n)
		memcpy(dst, a.p, a.n);
	dst[a.n] = '\0';
	return true;
}

bool
span_int(struct span a, int64_t low, int64_t high, int64_t *value)
{
	bool is_negative = a.n && a.p[0] == '-';
	int64_t sum = 0;

	*value = 0;
	if (is_negative) {
		a.p++;
		a.n--;
	}
	if (a.n == 0 || a.n > 18)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (a.p[i] < '0' || a.p[i] > '9')
			return false;
		sum = sum * 10 + (a.p[i] - '0');
	}
	if (is_negative)
		sum = -sum;
	if (sum < low || sum > high)
		return false;
	*value = sum;
	return true;
}

size_t
span_rune(struct span a, uint32_t *rune)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first;
	uint32_t r;
	size_t n;

	*rune = 0;
	if (a.n == 0)
		return 0;
	first = (unsigned char)a.p[0];
	if (first < 0x80) {
		*rune = first;
		return 1;
	}
	n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || n > a.n)
		return 0;
	r = first & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		unsigned char next = (unsigned char)a.p[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		r = r << 6 | (next & 0x3fu);
	}
	if (r < least[n] || r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff))
		return 0;
	*rune = r;
	return n;
}

static bool
is_refused_control(uint32_t r)
{
	if (r < 0x20)
		return r != '\n' && r != '\t';
	return (r >= 0x7f && r < 0xa0) || r == 0x061c || r == 0x200e || r == 0x200f ||
	       (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069);
}

static bool
every_rune(struct span a, bool plain_only)
{
	while (a.n) {
		uint32_t r;
		size_t n = span_rune(a, &r);

		if (n == 0 || r == 0 || (plain_only && is_refused_control(r)))
			return false;
		a.p += n;
		a.n -= n;
	}
	return true;
}

bool
span_is_utf8(struct span a)
{
	return every_rune(a, false);
}

bool
span_is_plain_text(struct span a)
{
	return every_rune(a, true);
}
