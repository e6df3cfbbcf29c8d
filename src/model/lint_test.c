#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/lint.h"

#include <string.h>

static const struct {
	const char *text;
	unsigned level;
	const char
	    *found; /* kinds as letters in order: t(elephone) l(plate) g(rid) d(egrees) p(erson) */
} rows[] = {
    {"", 0, ""},
    {"Five men on two motorbikes, heading north-east", 0, ""},
    {"call 0750 123 4567 tonight", 0, "t"},
    {"اتصل على ٠٧٥٠١٢٣٤٥٦٧", 0, "t"},
    {"ژمارەی ۰۷۵۰ ۱۲۳ ۴۵۶۷", 0, "t"},
    {"+964-750-123-45-67", 0, "t"},
    {"about 10 attackers, 3 killed, 040215C MAY 27", 0, ""},
    {"post A-21, route 80", 0, ""},
    {"at 38SMD65347865", 0, "g"},
    {"at 38SMD65347865", 4, "g"},
    {"at 38SMD65347865", 5, ""},
    {"at 38SMD67", 2, ""},
    {"at 38SMD67", 0, "g"},
    {"at MD 6534 7865 by the ditch", 3, "g"},
    {"at MD 653 786", 4, ""},
    {"position 35.468, 44.392", 0, "dd"},
    {"3.5 km south", 0, ""},
    {"white pick-up 21A34567", 0, "l"},
    {"white pick-up 21A3456", 0, "l"},
    {"plate 12345", 0, "l"},
    {"لوحة ٤٥٦٧٨", 0, "l"},
    {"12345 people", 0, ""},
    {"told by Mr Karim", 0, "p"},
    {"told by Abu Ali at the market", 0, "p"},
    {"کاک ئازاد هات", 0, "p"},
    {"السيد كريم", 0, "p"},
};

static void
finds_forms(void **state)
{
	static const char letters[LINT_KIND_COUNT] = {'t', 'l', 'g', 'd', 'p'};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct lint found[LINT_MAX];
		char kinds[LINT_MAX + 1] = "";
		size_t n = lint_text(span_of(rows[i].text), rows[i].level, found);

		for (size_t k = 0; k < n; k++)
			kinds[k] = letters[found[k].kind];
		kinds[n] = '\0';
		if (strcmp(kinds, rows[i].found) != 0)
			fail_msg("'%s' gives '%s', expected '%s'", rows[i].text, kinds,
				 rows[i].found);
	}
}

static void
stays_inside_and_bounded(void **state)
{
	char text[512];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct lint found[LINT_MAX];
		size_t n;

		for (size_t i = 0; i < sizeof text; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = "0123456789 .-ABMDSme/\xd9\xa3"[seed >> 24 & 15];
		}
		n = lint_text(span_make(text, sizeof text), 0, found);
		assert_true(n <= LINT_MAX);
		for (size_t k = 0; k < n; k++) {
			assert_true(found[k].text.p >= text);
			assert_true(found[k].text.p + found[k].text.n <= text + sizeof text);
		}
	}
}

static void
persons_are_only_pointed_out(void **state)
{
	(void)state;
	for (enum lint_kind kind = 0; kind < LINT_KIND_COUNT; kind++) {
		assert_int_equal(lint_stops(kind), kind != LINT_PERSON);
		assert_true(lint_words(kind)[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_forms),
	    cmocka_unit_test(stays_inside_and_bounded),
	    cmocka_unit_test(persons_are_only_pointed_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
