/*
 * Promises that what a request says is understood in one way or not at all.
 */
#include "seamd/web_read.h"

#include "edge/httphead.h"

#include <string.h>
#include <strings.h>

enum { WEIGHT_ONE = 1000 };

static bool
equals_any_case(struct span text, const char *other)
{
	return text.n == strlen(other) && strncasecmp(text.p, other, text.n) == 0;
}

static bool
decode(struct span text, bool plus_is_blank, struct arena *arena, struct span *decoded)
{
	char *dst = arena_take(arena, text.n + 1);
	size_t n;

	*decoded = (struct span){NULL, 0};
	if (!dst || !httphead_decode(text, plus_is_blank, dst, &n))
		return false;
	*decoded = span_make(dst, n);
	return true;
}

/* ---- target ---- */

bool
web_read_path(struct span path, struct arena *arena, struct span part[WEB_PATH_PARTS_MAX],
	      unsigned *n)
{
	struct span rest = path;
	struct span one;

	*n = 0;
	if (!span_split(&rest, '/', &one) || one.n || !rest.p)
		return false;
	if (rest.n == 0)
		return true;
	while (span_split(&rest, '/', &one)) {
		if (*n == WEB_PATH_PARTS_MAX || (one.n == 0 && rest.p) ||
		    !decode(one, false, arena, &part[*n]))
			return false;
		one = part[(*n)++];
		if (span_is(one, ".") || span_is(one, "..") || span_find(one, '/') >= 0 ||
		    !span_is_plain_text(one))
			return false;
	}
	return true;
}

bool
web_read_match(const char *pattern, const struct span *part, unsigned n,
	       struct span wild[WEB_PARTS_MAX], unsigned *fixed)
{
	struct span rest = span_of(pattern + 1);
	struct span one;
	unsigned i = 0;
	unsigned wilds = 0;

	*fixed = 0;
	if (rest.n == 0)
		return n == 0;
	while (span_split(&rest, '/', &one)) {
		if (i == n)
			return false;
		if (span_is(one, "*") && part[i].n && wilds < WEB_PARTS_MAX)
			wild[wilds++] = part[i];
		else if (span_equal(one, part[i]))
			++*fixed;
		else
			return false;
		i++;
	}
	return i == n;
}

/* Forms send lines with CR LF (WHATWG URL section 5.1, RFC 1866). */
static void
drop_returns(struct span *text, char *bytes)
{
	size_t to = 0;

	for (size_t i = 0; i < text->n; i++)
		if (!(bytes[i] == '\r' && i + 1 < text->n && bytes[i + 1] == '\n'))
			bytes[to++] = bytes[i];
	text->n = to;
}

static bool
read_pair(struct span text, struct arena *arena, struct web_pair *pair)
{
	struct span rest = text;
	struct span name;
	char *bytes;

	if (!span_split(&rest, '=', &name) || !decode(name, true, arena, &pair->name))
		return false;
	bytes = arena_take(arena, rest.n + 1);
	if (!bytes || !httphead_decode(rest, true, bytes, &pair->value.n))
		return false;
	pair->value.p = bytes;
	drop_returns(&pair->value, bytes);
	return pair->name.n > 0 && span_is_plain_text(pair->name) &&
	       span_is_plain_text(pair->value);
}

bool
web_read_pairs(struct span text, struct arena *arena, struct web_pair pair[WEB_QUERY_MAX],
	       unsigned *n)
{
	struct span one;

	*n = 0;
	if (text.n == 0)
		return true;
	while (span_split(&text, '&', &one)) {
		if (one.n == 0)
			continue;
		if (*n == WEB_QUERY_MAX || !read_pair(one, arena, &pair[*n]))
			return false;
		for (unsigned i = 0; i < *n; i++)
			if (span_equal(pair[i].name, pair[*n].name))
				return false;
		++*n;
	}
	return true;
}

/* ---- fields ---- */

struct span
web_read_cookie(struct span cookies, const char *name)
{
	struct span found = {NULL, 0};
	struct span one;

	while (span_split(&cookies, ';', &one)) {
		struct span value = span_trim(one);
		struct span key;

		if (!span_split(&value, '=', &key) || !span_is(key, name) || !value.p)
			continue;
		if (found.p) /* somebody put one of theirs beside it: neither is believed */
			return (struct span){NULL, 0};
		found = value;
	}
	return found;
}

struct span
web_read_bearer(struct span authorization)
{
	struct span rest = authorization;
	struct span scheme;

	if (!span_split(&rest, ' ', &scheme) || !equals_any_case(scheme, "bearer"))
		return (struct span){NULL, 0};
	rest = span_trim(rest);
	return rest.n ? rest : (struct span){NULL, 0};
}

bool
web_read_is_type(struct span content_type, const char *type)
{
	struct span rest = content_type;
	struct span first;

	return span_split(&rest, ';', &first) && equals_any_case(span_trim(first), type);
}

/* ";q=0.5" in thousandths (RFC 9110 section 12.4.2); what is no weight weighs nothing. */
static int
weight_of(struct span parameters)
{
	struct span one;
	int64_t whole = 0;
	int64_t part = 0;

	while (span_split(&parameters, ';', &one)) {
		struct span digits = span_trim(one);
		struct span name;
		int64_t scale = WEIGHT_ONE;

		if (!span_split(&digits, '=', &name) || !equals_any_case(span_trim(name), "q"))
			continue;
		digits = span_trim(digits);
		if (digits.n == 0 || digits.n > 5 ||
		    !span_int(span_make(digits.p, 1), 0, 1, &whole))
			return 0;
		if (digits.n <= 2)
			return (int)whole * WEIGHT_ONE;
		if (digits.p[1] != '.' ||
		    !span_int(span_make(digits.p + 2, digits.n - 2), 0, 999, &part))
			return 0;
		for (size_t i = 2; i < digits.n; i++)
			scale /= 10;
		if (whole)
			return part ? 0 : WEIGHT_ONE;
		return (int)(part * scale);
	}
	return WEIGHT_ONE;
}

bool
web_read_accepts(struct span accept, const char *type)
{
	struct span one;

	while (span_split(&accept, ',', &one)) {
		struct span rest = one;
		struct span name;

		if (span_split(&rest, ';', &name) && equals_any_case(span_trim(name), type))
			return weight_of(rest) > 0;
	}
	return false;
}

bool
web_read_language_name(struct span name, enum vocab_lang *lang)
{
	static const struct {
		const char *name;
		enum vocab_lang lang;
	} rows[] = {{"en", LANG_EN}, {"ar", LANG_AR}, {"ckb", LANG_CKB}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!equals_any_case(name, rows[i].name))
			continue;
		*lang = rows[i].lang;
		return true;
	}
	return false;
}

enum vocab_lang
web_read_language(struct span accept_language)
{
	enum vocab_lang best = LANG_EN;
	int most = 0;
	struct span one;

	while (span_split(&accept_language, ',', &one)) {
		struct span rest = one;
		struct span range;
		struct span tag;
		enum vocab_lang lang;

		(void)span_split(&rest, ';', &range);
		range = span_trim(range);
		if (!span_split(&range, '-', &tag) || !web_read_language_name(tag, &lang) ||
		    weight_of(rest) <= most)
			continue;
		most = weight_of(rest);
		best = lang;
	}
	return best;
}

/* ---- where from ---- */

bool
web_read_is_host(struct span host, const char *name)
{
	if (host.n > 1 && host.p[host.n - 1] == '.')
		host.n--;
	return equals_any_case(host, name);
}

bool
web_read_is_own(struct span origin, struct span fetch_site, bool is_tls, struct span host)
{
	const char *scheme = is_tls ? "https://" : "http://";
	size_t n = strlen(scheme);

	if (fetch_site.p && !span_is(fetch_site, "same-origin") && !span_is(fetch_site, "none"))
		return false;
	if (!origin.p)
		return true;
	return origin.n == n + host.n && strncasecmp(origin.p, scheme, n) == 0 && host.n &&
	       strncasecmp(origin.p + n, host.p, host.n) == 0;
}
