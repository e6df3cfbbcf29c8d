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
	while (n) {
		size_t take = n < 3 ? n : 3;
		char quad[4];
		size_t wrote = encode3(quad, b, take, url_alphabet);

		memcpy(to, quad, wrote);
		to += wrote;
		b += take;
		n -= take;
	}
	*to = '\0';
}

static int
digit(unsigned char c, const char *alphabet)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (unsigned char)alphabet[62])
		return 62;
	return c == (unsigned char)alphabet[63] ? 63 : -1;
}

static bool
decode(struct span text, const char *alphabet, unsigned char *dst, size_t size, size_t *n)
{
	uint32_t bits = 0;
	size_t done = 0;
	unsigned held = 0;

	*n = 0;
	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int d = digit((unsigned char)text.p[i], alphabet);

		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (done == size)
			return false;
		dst[done++] = (unsigned char)(bits >> held);
		bits &= (1u << held) - 1;
	}
	if (bits != 0)
		return false;
	*n = done;
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
