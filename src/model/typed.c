/*
 * Promises one plain spelling of what was typed on any keyboard; judges no meaning.
 */
#include "model/typed.h"

#include <string.h>

static const struct {
	uint32_t rune;
	const char *plain;
} signs[] = {
    {0x00a0, " "}, {0x060c, ","},  {0x066b, "."},  {0x066c, ","}, {0x2010, "-"},
    {0x2011, "-"}, {0x2012, "-"},  {0x2013, "-"},  {0x2014, "-"}, {0x202f, " "},
    {0x2212, "-"}, {0x2264, "<="}, {0x2265, ">="},
};

static struct span
plain_sign(uint32_t rune, struct span as_is)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (signs[i].rune == rune)
			return span_of(signs[i].plain);
	return as_is;
}

static struct span
plain_rune(uint32_t rune, struct span as_is, char *one)
{
	*one = '\0';
	if (rune >= 'A' && rune <= 'Z')
		*one = (char)(rune - 'A' + 'a');
	else if (rune >= 0x0660 && rune <= 0x0669)
		*one = (char)('0' + (rune - 0x0660));
	else if (rune >= 0x06f0 && rune <= 0x06f9)
		*one = (char)('0' + (rune - 0x06f0));
	else if (rune == '\t' || rune == '\n' || rune == '\r')
		*one = ' ';
	return *one ? span_make(one, 1) : plain_sign(rune, as_is);
}

bool
typed_plain(struct span text, char *plain, size_t size)
{
	size_t n = 0;

	if (size)
		plain[0] = '\0';
	for (size_t i = 0; i < text.n;) {
		uint32_t rune;
		size_t length = span_rune((struct span){text.p + i, text.n - i}, &rune);
		char one;
		struct span add;

		if (length == 0 || rune == 0)
			goto fail;
		add = plain_rune(rune, (struct span){text.p + i, length}, &one);
		i += length;
		if (span_is(add, " ") && (n == 0 || plain[n - 1] == ' '))
			continue;
		if (n + add.n >= size)
			goto fail;
		memcpy(plain + n, add.p, add.n);
		n += add.n;
	}
	if (n && plain[n - 1] == ' ')
		n--;
	if (n >= size)
		goto fail;
	plain[n] = '\0';
	return true;
fail:
	if (size)
		plain[0] = '\0';
	return false;
}

bool
typed_digits(struct span *rest, size_t min, size_t max, int64_t *value)
{
	size_t n = 0;

	*value = 0;
	while (n < rest->n && n < max && rest->p[n] >= '0' && rest->p[n] <= '9')
		*value = *value * 10 + (rest->p[n++] - '0');
	if (n < min || n == 0) {
		*value = 0;
		return false;
	}
	*rest = (struct span){rest->p + n, rest->n - n};
	return true;
}

bool
typed_take(struct span *rest, const char *text)
{
	size_t n = strlen(text);

	if (!span_starts(*rest, text))
		return false;
	*rest = (struct span){rest->p + n, rest->n - n};
	return true;
}
