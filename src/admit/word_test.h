/*
 * What the tests of signed words share (a receipt, the word of an erasure): written, read back, and
 * refused when a claim, a key or a bit is another.
 */
#ifndef SEAM_ADMIT_WORD_TEST_H
#define SEAM_ADMIT_WORD_TEST_H

#include "admit/kit_test.h"

enum { WORD_MAX = 1024 /* of either */ };

struct word_form {
	const char *typ;
	/* The sample's bytes to sign, by that key of b/dibis. */
	void (*write)(struct out *text, unsigned number);
	/* Also asserts that what was read is the sample, or nothing at all. */
	enum why (*read)(struct span text, const struct keyring *keyring, bool *is_revoked);
};

struct word_row {
	const char *name, *from, *to;
	enum why why;
};

static inline struct kid
word_kid(unsigned number)
{
	struct kid kid;

	assert_true(jws_kid_read(SPAN("b/dibis#1"), &kid));
	kid.number = number;
	return kid;
}

static inline enum why
word_read(const struct word_form *form, const struct kit *kit, const struct out *text)
{
	bool is_revoked;

	return form->read(out_view(text), kit->keyring, &is_revoked);
}

static inline void
word_reads_back(const struct word_form *form)
{
	struct kit kit;
	struct out text = out_new(WORD_MAX);
	bool is_revoked;

	kit_open(&kit);
	form->write(&text, 1);
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(form->read(out_view(&text), kit.keyring, &is_revoked), WHY_NONE);
	assert_false(is_revoked);
	assert_int_equal(
	    kit_revoke(&kit, 1, "seam revoke 1\nkey b/dibis#1\nfrom seam/b/dibis/log/1 3\n"),
	    WHY_NONE);
	assert_int_equal(form->read(out_view(&text), kit.keyring, &is_revoked), WHY_NONE);
	assert_true(is_revoked);
	out_free(&text);
	kit_close(&kit);
}

static inline void
word_change(struct out *text, const char *from, const char *to)
{
	struct out changed = out_new(4 * WORD_MAX);
	const char *at = strstr(text->p, from);

	assert_non_null(at);
	out_bytes(&changed, text->p, (size_t)(at - text->p));
	out_text(&changed, to);
	out_text(&changed, at + strlen(from));
	out_reset(text);
	out_span(text, out_view(&changed));
	out_free(&changed);
}

/* The sample, one claim changed, signed by the right key all the same. */
static inline void
word_row_is_refused(const struct word_form *form, const struct kit *kit, const struct word_row *row)
{
	struct kid kid = word_kid(1);
	struct out text = out_new(WORD_MAX);
	struct out payload = out_new(WORD_MAX);
	char bytes[WORD_MAX];
	struct span rest;
	struct span part;
	size_t n;
	enum why why;

	form->write(&text, 1);
	rest = out_view(&text);
	(void)span_split(&rest, '.', &part);
	assert_true(b64url_read(rest, bytes, sizeof bytes, &n));
	out_bytes(&payload, bytes, n);
	word_change(&payload, row->from, row->to);
	out_reset(&text);
	jws_write(&text, form->typ, &kid, out_view(&payload));
	kit_sign(&text, &kit->record[1].secret);
	why = word_read(form, kit, &text);
	if (why != row->why)
		fail_msg("%s: %s", row->name, why_code(why));
	out_free(&text);
	out_free(&payload);
}

static inline void
word_rows_are_refused(const struct word_form *form, const struct word_row *rows, size_t n)
{
	struct kit kit;

	kit_open(&kit);
	for (size_t i = 0; i < n; i++)
		word_row_is_refused(form, &kit, &rows[i]);
	kit_close(&kit);
}

/* Somebody else's key, an unknown key, another type, too many bytes, one bit. */
static inline void
word_forged_is_refused(const struct word_form *form)
{
	struct kit kit;
	struct kid kid = word_kid(1);
	struct out text = out_new(2 * WORD_MAX);

	kit_open(&kit);
	form->write(&text, 1);
	kit_sign(&text, &kit.record[2].secret);
	assert_int_equal(word_read(form, &kit, &text), WHY_BAD_SIGNATURE);
	out_reset(&text);
	form->write(&text, 7);
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(word_read(form, &kit, &text), WHY_UNKNOWN_KEY);
	out_reset(&text);
	jws_write(&text, JWS_TYP_BINDING, &kid, SPAN("{}"));
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(word_read(form, &kit, &text), WHY_BAD_TYP);
	out_reset(&text);
	jws_write(&text, form->typ, &kid, SPAN("[]"));
	kit_sign(&text, &kit.record[1].secret);
	assert_int_equal(word_read(form, &kit, &text), WHY_NOT_JSON);
	while (text.n <= WORD_MAX)
		out_char(&text, 'A');
	assert_int_equal(word_read(form, &kit, &text), WHY_TOO_LARGE);
	out_reset(&text);
	form->write(&text, 1);
	kit_sign(&text, &kit.record[1].secret);
	for (size_t i = 0; i < text.n * 8; i++) {
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
		assert_int_not_equal(word_read(form, &kit, &text), WHY_NONE);
		text.p[i / 8] = (char)(text.p[i / 8] ^ (1 << i % 8));
	}
	out_free(&text);
	kit_close(&kit);
}

static inline void
word_writer_is_bounded(const struct word_form *form)
{
	struct out text = out_new(16);

	form->write(&text, 1);
	assert_int_equal(out_err(&text), ERR_LIMIT);
	out_free(&text);
}

#endif
