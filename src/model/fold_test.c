#include "model/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
spellings_meet(void **state)
{
	static const struct {
		const char *one, *other;
		bool is_same;
	} rows[] = {
	    {"Kirkuk", "KIRKUK", true},
	    {"Kirk\xc5\xabk", "Kirkuk", true}, /* u with a macron */
	    {"Salah al-Din", "salah aldin", true},
	    {"Qa'im", "Qaim", true},
	    {"Al-Anbar", "Anbar", false},
	    {"Erbil", "Arbil", false},
	    {"كركوك", "کرکوک", true},  /* both forms of kaf */
	    {"كـركوك", "كركوك", true}, /* tatweel */
	    {"كَركوك", "كركوك", true},  /* a vowel mark */
	    {"أربيل", "اربيل", true},
	    {"ديالى", "ديالي", true},
	    {"أربيل", "هەولێر", false},
	    {"", "", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char one[100], other[100];

		assert_true(fold_text(span_of(rows[i].one), one, sizeof one));
		assert_true(fold_text(span_of(rows[i].other), other, sizeof other));
		if ((strcmp(one, other) == 0) != rows[i].is_same)
			fail_msg("%s and %s: '%s', '%s'", rows[i].one, rows[i].other, one, other);
	}
}

static void
it_fits_or_fails(void **state)
{
	char folded[5] = "xxxx";

	(void)state;
	assert_true(fold_text(SPAN("A-b c-d"), folded, sizeof folded));
	assert_string_equal(folded, "abcd");
	assert_false(fold_text(SPAN("abcde"), folded, sizeof folded));
	assert_string_equal(folded, "");
	assert_false(fold_text(SPAN("\xff"), folded, sizeof folded));
	assert_string_equal(folded, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spellings_meet),
	    cmocka_unit_test(it_fits_or_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
