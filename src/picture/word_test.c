/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "picture/word.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct { const char *name, *input, *folded; } folds[] = {
	{"case", "Patrol NEAR Daquq", "patrol near daquq "},
	{"nothing", "", ""},
	{"only signs", " -- !? \"", ""},
	{"parts", "Al-Hawija,(2nd)", "al hawija 2nd "},
	{"apostrophe", "Tall 'Afar's", "tall afars "},
	{"accents", "Şingal, Köysancaq, Ḥawīja", "singal koysancaq hawija "},
	{"Arabic digits", "٣ قتلى", "3 قتلي "},
	{"Persian digits", "۱۲", "12 "},
	{"alef, yeh, teh marbuta", "أنبار إلى مدرسة", "انبار الي مدرسه "},
	{"vowels and tatweel", "كَـركـوكُ", "كركوك "},
	{"Arabic comma", "كركوك،ديالى؟", "كركوك ديالي "},
	{"Sorani with its own letters", "کەرکووک", "كهركوك "},
	{"Sorani on an Arabic keyboard", "كەركوك", "كهركوك "},
	{"Sorani with heh and non-joiner", "كه‌ركووك", "كهركوك "},
	{"Sorani reh and lam", "گوڵ ڕێگا", "گول ريگا "},
	{"torn UTF-8 parts", "ab\xff" "cd", "ab cd "},
};

static const struct { const char *name, *typed, *match; } matches[] = {
	{"all words", "five Men", "\"five\" \"men\""},
	{"phrase", "\"five men\" foot", "\"five men\" \"foot\""},
	{"unclosed phrase", "foot \"five men", "\"foot\" \"five men\""},
	{"beginning", "kirk*", "\"kirk\"*"},
	{"star in a phrase is no syntax", "\"kirk* up\"", "\"kirk up\""},
	{"operators are words", "a OR NOT b NEAR(c)", "\"a\" \"or\" \"not\" \"b\" \"near\" \"c\""},
	{"column filter is words", "words:x -y ^z", "\"words\" \"x\" \"y\" \"z\""},
	{"two phrases", "\"a b\" \"c\"", "\"a b\" \"c\""},
	{"empty phrase", "\"\" a", "\"a\""},
	{"nothing", "*** \"\" '", ""},
};
/* clang-format on */

static void
folds_as_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
		struct out out = out_new(1000);

		word_fold(&out, span_of(folds[i].input));
		out_char(&out, '\0');
		if (strcmp(out.p, folds[i].folded) != 0)
			fail_msg("%s: \"%s\"", folds[i].name, out.p);
		out_free(&out);
	}
}

static void
matches_as_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
		struct out out = out_new(1000);
		bool has = word_match(&out, span_of(matches[i].typed), 32);

		assert_int_equal(has, matches[i].match[0] != '\0');
		out_char(&out, '\0');
		if (strcmp(out.p, matches[i].match) != 0)
			fail_msg("%s: %s", matches[i].name, out.p);
		out_free(&out);
	}
}

/* Folding twice is folding once, and long text takes the same way as short. */
static void
is_settled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
		struct out once = out_new(1000), twice = out_new(1000), longer = out_new(4000);
		char text[2000];

		word_fold(&once, span_of(folds[i].input));
		word_fold(&twice, out_view(&once));
		assert_true(span_equal(out_view(&once), out_view(&twice)));
		(void)snprintf(text, sizeof text, "%s %300s", folds[i].input, "");
		word_fold(&longer, span_of(text));
		assert_true(span_equal(out_view(&once), out_view(&longer)));
		out_free(&once);
		out_free(&twice);
		out_free(&longer);
	}
}

/* Whatever is typed, FTS5 takes it without an error. */
static void
is_never_syntax(void **state)
{
	static const char signs[] = "ab \"*():^-+{}'\\,.ANDORTE\xd9\x88\xff\xe2\x80\x8c"
				    "9";
	uint32_t seed = 1;
	sqlite3_stmt *statement;
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "CREATE VIRTUAL TABLE words USING fts5(t, content='', "
				      "tokenize=\"ascii\")",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT rowid FROM words WHERE words MATCH ?", -1,
					    &statement, NULL),
			 SQLITE_OK);
	for (int round = 0; round < (TEST_SLOW ? 200000 : 5000); round++) {
		struct out out = out_new(10000);
		char typed[40];
		size_t n;

		seed = seed * 1664525U + 1013904223U;
		n = seed >> 16 & 31;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525U + 1013904223U;
			typed[i] = signs[(seed >> 16) % (sizeof signs - 1)];
		}
		if (word_match(&out, span_make(typed, n), 8)) {
			(void)sqlite3_bind_text(statement, 1, out.p, (int)out.n, SQLITE_STATIC);
			assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
			(void)sqlite3_reset(statement);
		}
		out_free(&out);
	}
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(folds_as_written),
	    cmocka_unit_test(matches_as_written),
	    cmocka_unit_test(is_settled),
	    cmocka_unit_test(is_never_syntax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
