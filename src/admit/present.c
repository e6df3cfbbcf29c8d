/*
 * Promises that a delivery holds the chosen disclosures of our own record, what they stand under,
 * and nothing else.  Does not decide who may get what, and does not sign.
 */
#include "admit/present.h"

#include "base/b64.h"
#include "model/claim.h"

#include <string.h>

/* A disclosure that issue.c wrote begins ["SALT","NAME" with a salt of 22 characters, so that its
 * name lies within the first 64 characters of its text. */
enum { HEAD_TEXT = 64, NAME_AT = 2 + 22 + 3 };

static bool
read_name(struct span disclosure, char bytes[HEAD_TEXT], struct span *name)
{
	struct span head = disclosure;
	ptrdiff_t end;
	size_t n;

	if (head.n > HEAD_TEXT)
		head.n = HEAD_TEXT;
	if (!b64url_read(head, bytes, HEAD_TEXT, &n) || n <= NAME_AT ||
	    memcmp(bytes, "[\"", 2) != 0 || memcmp(bytes + NAME_AT - 3, "\",\"", 3) != 0)
		return false;
	*name = span_make(bytes + NAME_AT, n - NAME_AT);
	end = span_find(*name, '"');
	if (end <= 0)
		return false;
	name->n = (size_t)end;
	return true;
}

static unsigned
find_level(enum field field, struct span name)
{
	unsigned level = field_levels(field);

	while (level && !span_is(name, claim_level_name(field, level)))
		level--;
	return level;
}

enum err
present_index(struct span disclosures, struct present_index *index)
{
	struct span rest = disclosures;
	struct span one;
	enum field field = FIELD_NONE;

	memset(index, 0, sizeof *index);
	while (rest.n && span_split(&rest, '~', &one)) {
		char bytes[HEAD_TEXT];
		struct span name;
		unsigned level;

		if (!rest.p || !read_name(one, bytes, &name))
			goto broken;
		level = find_level(field, name);
		if (level == 0)
			field = field_find(name);
		if (field == FIELD_NONE || index->disclosure[field][level].p)
			goto broken;
		index->disclosure[field][level] = one;
	}
	return ERR_OK;
broken:
	memset(index, 0, sizeof *index);
	return ERR_FORMAT;
}

static void
write_one(struct out *out, struct span disclosure)
{
	if (disclosure.n) {
		out_span(out, disclosure);
		out_char(out, '~');
	}
}

static unsigned
levels_held(const struct span disclosure[FIELD_LEVELS])
{
	unsigned mask = 0;

	for (unsigned level = 0; level < FIELD_LEVELS; level++)
		mask |= disclosure[level].n ? 1u << level : 0;
	return mask;
}

void
present_cut(struct out *out, struct span jwt, const struct present_index *index,
	    const struct field_set *set)
{
	out_span(out, jwt);
	out_char(out, '~');
	for (enum field field = 1; field < FIELD_COUNT; field++) {
		const struct field_row *row = field_row(field);
		unsigned mask = set->mask[field] & levels_held(index->disclosure[field]);

		if (row->is_sealed || (mask == 0 && !row->is_always))
			continue;
		write_one(out, index->disclosure[field][0]);
		for (unsigned level = 1; level < FIELD_LEVELS; level++)
			if (mask & 1u << level)
				write_one(out, index->disclosure[field][level]);
	}
}

static void
write_hash(struct out *out, const char *name, const struct hash *hash)
{
	char text[HASH_TEXT_SIZE];

	hash_text(text, hash);
	out_text(out, name);
	out_char(out, '"');
	out_text(out, text);
	out_char(out, '"');
}

void
present_binding(struct out *out, struct span cut, const struct present_terms *terms)
{
	struct out payload = out_new(JWS_HEADER_MAX * 8);
	struct hash sd_hash = hash_of(cut);

	out_format(&payload, "{\"iat\":%lld,\"aud\":\"%s\",\"nonce\":\"%016lld\"",
		   (long long)(terms->now_ms / 1000), terms->to.name, (long long)terms->counter);
	write_hash(&payload, ",\"sd_hash\":", &sd_hash);
	write_hash(&payload, ",\"prev\":", &terms->prev);
	if (terms->until_ms)
		out_format(&payload, ",\"exp\":%lld", (long long)(terms->until_ms / 1000));
	out_text(&payload, ",\"onward\":[");
	for (size_t i = 0; i < terms->onward_n; i++)
		out_format(&payload, "%s\"%s\"", i ? "," : "", terms->onward[i].name);
	out_text(&payload, "]}");
	if (out_err(&payload) == ERR_OK)
		jws_write(out, JWS_TYP_BINDING, &terms->kid, out_view(&payload));
	else
		out->err = out_err(&payload);
	out_free(&payload);
}

void
present_finish(struct out *out, struct span cut, struct span binding,
	       const struct signature *signature)
{
	out_span(out, cut);
	out_span(out, binding);
	jws_attach(out, signature);
}
