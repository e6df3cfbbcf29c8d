#include "model/vocab.h"

#include "model/field.h"
#include "model/why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Every code is found again as itself, in its own list; so no list has one twice. */
static void
codes_lead_back(void **state)
{
	(void)state;
	for (enum vocab vocab = VOCAB_NONE + 1; vocab < VOCAB_COUNT; vocab++) {
		assert_true(vocab_size(vocab) > 0);
		for (unsigned i = 0; i < vocab_size(vocab); i++) {
			const char *code = vocab_code(vocab, i);
			unsigned found = 999;

			assert_true(code[0] && vocab_label(vocab, i)[0]);
			if (!vocab_find(vocab, span_of(code), &found) || found != i)
				fail_msg("%s", code);
			/* A code stands unquoted on a command line, in JSON and in a policy. */
			for (const char *c = code; *c; c++)
				if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
				      *c == '.' || *c == '_' || *c == '-'))
					fail_msg("%s", code);
		}
	}
}

static void
nothing_outside(void **state)
{
	unsigned found;

	(void)state;
	assert_false(vocab_find(VOCAB_YESNO, SPAN("maybe"), &found));
	assert_false(vocab_find(VOCAB_YESNO, SPAN(""), &found));
	assert_false(vocab_find(VOCAB_YESNO, SPAN("YES"), &found));
	assert_int_equal(vocab_size(VOCAB_COUNT), 0);
}

static void
fields_lead_back(void **state)
{
	(void)state;
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		const struct field_row *row = field_row(field);

		assert_int_equal(field_find(span_of(row->name)), field);
		for (unsigned level = 1; level <= field_levels(field); level++) {
			const char *name = field_level_name(field, level);

			if (name)
				assert_int_equal(field_level_find(field, span_of(name)), level);
		}
	}
	assert_int_equal(field_find(SPAN("name")), FIELD_NONE);
	assert_int_equal(field_find(SPAN("")), FIELD_NONE);
}

/* Each reason has words and a code of its own. */
static void
reasons_are_apart(void **state)
{
	(void)state;
	for (enum why why = WHY_NONE + 1; why < WHY_COUNT; why++) {
		assert_true(why_code(why)[0] && why_text(why)[0]);
		for (enum why other = WHY_NONE + 1; other < why; other++)
			if (strcmp(why_code(why), why_code(other)) == 0)
				fail_msg("%s", why_code(why));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_lead_back),
	    cmocka_unit_test(nothing_outside),
	    cmocka_unit_test(fields_lead_back),
	    cmocka_unit_test(reasons_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
