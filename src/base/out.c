/*
 * Promises that a writer either holds everything that was written to it or says that it does not.
 */
#include "base/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct out
out_new(size_t limit)
{
	return (struct out){.limit = limit};
}

void
out_free(struct out *out)
{
	free(out->p);
	*out = out_new(out->limit);
}

void
out_reset(struct out *out)
{
	out->n = 0;
	out->err = ERR_OK;
	if (out->p)
		out->p[0] = '\0';
}

static bool
make_room(struct out *out, size_t n)
{
	size_t size = out->size ? out->size : 256;
	char *grown;

	if (out->err != ERR_OK)
		return false;
	if (n > out->limit || out->n > out->limit - n) {
		out->err = ERR_LIMIT;
		return false;
	}
	if (out->n + n + 1 <= out->size)
		return true;
	while (size < out->n + n + 1)
		size *= 2;
	grown = realloc(out->p, size);
	if (!grown) {
		out->err = ERR_NOMEM;
		return false;
	}
	out->p = grown;
	out->size = size;
	return true;
}

void
out_bytes(struct out *out, const void *bytes, size_t n)
{
	if (!make_room(out, n))
		return;
	if (n)
		memcpy(out->p + out->n, bytes, n);
	out->n += n;
	out->p[out->n] = '\0';
}

void
out_span(struct out *out, struct span span)
{
	out_bytes(out, span.p, span.n);
}

void
out_text(struct out *out, const char *text)
{
	out_bytes(out, text, strlen(text));
}

void
out_char(struct out *out, char c)
{
	out_bytes(out, &c, 1);
}

void
out_int(struct out *out, int64_t value)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%lld", (long long)value);

	out_bytes(out, digits, (size_t)n);
}

void
out_format(struct out *out, const char *format, ...)
{
	va_list arguments;
	va_list again;
	int n;

	va_start(arguments, format);
	va_copy(again, arguments);
	n = vsnprintf(NULL, 0, format, arguments);
	if (n >= 0 && make_room(out, (size_t)n)) {
		(void)vsnprintf(out->p + out->n, (size_t)n + 1, format, again);
		out->n += (size_t)n;
	} else if (n < 0) {
		out->err = ERR_INTERNAL;
	}
	va_end(again);
	va_end(arguments);
}

static void
big_endian(struct out *out, uint64_t value, size_t n)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)(value >> (8 * (n - 1 - i)));
	out_bytes(out, bytes, n);
}

void
out_u8(struct out *out, uint8_t value)
{
	big_endian(out, value, 1);
}

void
out_u16(struct out *out, uint16_t value)
{
	big_endian(out, value, 2);
}

void
out_u32(struct out *out, uint32_t value)
{
	big_endian(out, value, 4);
}

void
out_u64(struct out *out, uint64_t value)
{
	big_endian(out, value, 8);
}

void
out_i32(struct out *out, int32_t value)
{
	out_u32(out, (uint32_t)value);
}

void
out_i64(struct out *out, int64_t value)
{
	out_u64(out, (uint64_t)value);
}

void
out_flag(struct out *out, bool value)
{
	out_u8(out, value ? 1 : 0);
}

void
out_sized(struct out *out, struct span span)
{
	if (span.n > UINT32_MAX) {
		out->err = ERR_LIMIT;
		return;
	}
	out_u32(out, (uint32_t)span.n);
	out_span(out, span);
}

static void
json_escape(struct out *out, unsigned char c)
{
	switch (c) {
	case '"':
		out_text(out, "\\\"");
		break;
	case '\\':
		out_text(out, "\\\\");
		break;
	case '\n':
		out_text(out, "\\n");
		break;
	case '\t':
		out_text(out, "\\t");
		break;
	case '\r':
		out_text(out, "\\r");
		break;
	default:
		out_format(out, "\\u%04x", c);
	}
}

void
out_json(struct out *out, struct span text)
{
	size_t start = 0;

	out_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		out_bytes(out, text.p + start, i - start);
		json_escape(out, c);
		start = i + 1;
	}
	if (text.n)
		out_bytes(out, text.p + start, text.n - start);
	out_char(out, '"');
}

void
out_html(struct out *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '&':
			out_text(out, "&amp;");
			break;
		case '<':
			out_text(out, "&lt;");
			break;
		case '>':
			out_text(out, "&gt;");
			break;
		case '"':
			out_text(out, "&quot;");
			break;
		case '\'':
			out_text(out, "&#39;");
			break;
		default:
			out_char(out, text.p[i]);
		}
	}
}

enum err
out_err(const struct out *out)
{
	return out->err;
}

struct span
out_view(const struct out *out)
{
	return (struct span){out->p ? out->p : "", out->n};
}
