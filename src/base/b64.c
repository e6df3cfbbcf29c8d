/*
 * Promises one text per byte string: what the readers accept, the writers would write again.
 */
#include "base/b64.h"

#include <assert.h>
#include <string.h>

static const char url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char plain_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
b64url_length(size_t n)
{
	return n / 3 * 4 + (n % 3 ? n % 3 + 1 : 0);
}

static size_t
encode3(char quad[4], const unsigned char *b, size_t n, const char *alphabet)
{
	uint32_t bits = (uint32_t)b[0] << 16;

	if (n > 1)
		bits |= (uint32_t)b[1] << 8;
	if (n > 2)
		bits |= b[2];
	for (size_t i = 0; i < 4; i++)
		quad[i] = alphabet[bits >> (18 - 6 * i) & 63];
	return n + 1;
}

static void
encode(struct out *out, struct span bytes, const char *alphabet, bool is_padded)
{
	const unsigned char *b = (const unsigned char *)bytes.p;
	size_t left = bytes.n;

	while (left) {
		size_t take = left < 3 ? left : 3;
		char quad[4];
		size_t n = encode3(quad, b, take, alphabet);

		out_bytes(out, quad, n);
		for (; is_padded && n < 4; n++)
			out_char(out, '=');
		b += take;
		left -= take;
	}
}

void
b64url_write(struct out *out, struct span bytes)
{
	char text[256];
	size_t step = sizeof text / 4 * 3 - 3;

	while (bytes.n) {
		size_t n = bytes.n < step ? bytes.n : step;

		b64url_text(text, sizeof text, bytes.p, n);
		out_bytes(out, text, b64url_length(n));
		bytes.p += n;
		bytes.n -= n;
	}
}

void
b64_write(struct out *out, struct span bytes)
{
	encode(out, bytes, plain_alphabet, true);
}

void
b64url_text(char *dst, size_t size, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	char *to = dst;

	assert(size > b64url_length(n));
	for (; n >= 3; n -= 3, b += 3, to += 4) {
		uint32_t bits = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];

		to[0] = url_alphabet[bits >> 18];
		to[1] = url_alphabet[bits >> 12 & 63];
		to[2] = url_alphabet[bits >> 6 & 63];
		to[3] = url_alphabet[bits & 63];
	}
	if (n) {
		char quad[4];
		size_t wrote = encode3(quad, b, n, url_alphabet);

		memcpy(to, quad, wrote);
		to += wrote;
	}
	*to = '\0';
}

/* Value + 1 of each character of both alphabets, 0 for none; '-' '_' and '+' '/' are told apart by
 * decode(). */
static const unsigned char values[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,
};

static uint32_t
value_of(unsigned char c, const char *alphabet)
{
	if (values[c])
		return values[c] - 1u;
	if (c == (unsigned char)alphabet[62])
		return 62;
	return c == (unsigned char)alphabet[63] ? 63 : 64;
}

/* Four characters are three bytes; what is left at the end are two or three characters whose spare
 * bits must be zero. */
static bool
decode(struct span text, const char *alphabet, unsigned char *dst, size_t size, size_t *n)
{
	size_t whole = text.n / 4;
	size_t rest = text.n % 4;
	size_t length = whole * 3 + (rest ? rest - 1 : 0);
	uint32_t bits = 0;
	uint32_t bad = 0;

	*n = 0;
	if (rest == 1 || length > size)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint32_t value = value_of((unsigned char)text.p[i], alphabet);

		bad |= value;
		bits = bits << 6 | (value & 63);
		if (i % 4 != 3)
			continue;
		*dst++ = (unsigned char)(bits >> 16);
		*dst++ = (unsigned char)(bits >> 8);
		*dst++ = (unsigned char)bits;
		bits = 0;
	}
	if (bad & 64)
		return false;
	if (rest == 2 && (bits & 15))
		return false;
	if (rest == 3 && (bits & 3))
		return false;
	if (rest == 2)
		*dst = (unsigned char)(bits >> 4);
	if (rest == 3) {
		dst[0] = (unsigned char)(bits >> 10);
		dst[1] = (unsigned char)(bits >> 2);
	}
	*n = length;
	return true;
}

bool
b64url_read(struct span text, void *dst, size_t size, size_t *n)
{
	return decode(text, url_alphabet, dst, size, n);
}

bool
b64_read(struct span text, void *dst, size_t size, size_t *n)
{
	size_t pads = 0;

	*n = 0;
	if (text.n % 4 != 0)
		return false;
	while (pads < 2 && text.n > pads && text.p[text.n - 1 - pads] == '=')
		pads++;
	text.n -= pads;
	return decode(text, plain_alphabet, dst, size, n);
}
