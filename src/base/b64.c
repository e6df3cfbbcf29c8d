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

/* A letter's mark, and that of each in a group. */
enum { GOOD = 64, MARKS = GOOD << 18 | GOOD << 12 | GOOD << 6 | GOOD };

/* GOOD and the value of each letter of an alphabet, 0 for all else. */
/* clang-format off */
#define LETTERS \
	['A'] = 64, ['B'] = 65, ['C'] = 66, ['D'] = 67, ['E'] = 68, ['F'] = 69, ['G'] = 70, ['H'] = 71, \
	['I'] = 72, ['J'] = 73, ['K'] = 74, ['L'] = 75, ['M'] = 76, ['N'] = 77, ['O'] = 78, ['P'] = 79, \
	['Q'] = 80, ['R'] = 81, ['S'] = 82, ['T'] = 83, ['U'] = 84, ['V'] = 85, ['W'] = 86, ['X'] = 87, \
	['Y'] = 88, ['Z'] = 89, ['a'] = 90, ['b'] = 91, ['c'] = 92, ['d'] = 93, ['e'] = 94, ['f'] = 95, \
	['g'] = 96, ['h'] = 97, ['i'] = 98, ['j'] = 99, ['k'] = 100, ['l'] = 101, ['m'] = 102, ['n'] = 103, \
	['o'] = 104, ['p'] = 105, ['q'] = 106, ['r'] = 107, ['s'] = 108, ['t'] = 109, ['u'] = 110, ['v'] = 111, \
	['w'] = 112, ['x'] = 113, ['y'] = 114, ['z'] = 115, ['0'] = 116, ['1'] = 117, ['2'] = 118, ['3'] = 119, \
	['4'] = 120, ['5'] = 121, ['6'] = 122, ['7'] = 123, ['8'] = 124, ['9'] = 125
static const unsigned char url_values[256] = {LETTERS, ['-'] = 126, ['_'] = 127};
static const unsigned char plain_values[256] = {LETTERS, ['+'] = 126, ['/'] = 127};
/* clang-format on */

/* Three bytes; *good loses its mark when a letter was none. */
static void
decode_group(const unsigned char *values, const unsigned char letters[4], unsigned char bytes[3],
	     uint32_t *good)
{
	uint32_t a = values[letters[0]];
	uint32_t b = values[letters[1]];
	uint32_t c = values[letters[2]];
	uint32_t d = values[letters[3]];
	uint32_t bits = a << 18 ^ b << 12 ^ c << 6 ^ d ^ MARKS;

	*good &= a & b & c & d;
	bytes[0] = (unsigned char)(bits >> 16);
	bytes[1] = (unsigned char)(bits >> 8);
	bytes[2] = (unsigned char)bits;
}

/* Two or three letters at the end; the bits that they have beyond whole bytes must be zero. */
static bool
decode_rest(const unsigned char *values, const unsigned char *letters, size_t n, unsigned char *to)
{
	unsigned char group[4] = {'A', 'A', 'A', 'A'};
	unsigned char bytes[3];
	uint32_t good = GOOD;

	if (n == 1)
		return false;
	memcpy(group, letters, n);
	decode_group(values, group, bytes, &good);
	if (!good || bytes[n - 1] != 0)
		return false;
	memcpy(to, bytes, n - 1);
	return true;
}

static bool
decode(struct span text, const unsigned char *values, unsigned char *dst, size_t size, size_t *n)
{
	const unsigned char *from = (const unsigned char *)text.p;
	size_t groups = text.n / 4;
	size_t rest = text.n % 4;
	size_t length = 3 * groups + (rest ? rest - 1 : 0);
	uint32_t good = GOOD;

	*n = 0;
	if (length > size)
		return false;
	for (size_t i = 0; i < groups; i++)
		decode_group(values, from + 4 * i, dst + 3 * i, &good);
	if (!good || (rest && !decode_rest(values, from + 4 * groups, rest, dst + 3 * groups)))
		return false;
	*n = length;
	return true;
}

bool
b64url_read(struct span text, void *dst, size_t size, size_t *n)
{
	return decode(text, url_values, dst, size, n);
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
	return decode(text, plain_values, dst, size, n);
}
