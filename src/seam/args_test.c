/* What a command line is taken apart into. */
#include "seam/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char list[] = "kind= preview";
static const char more[] = "home= json";

static const struct {
	const char *name;
	const char *words[6]; /* NULL behind the last */
	bool is_read;
	const char *first; /* first argument, NULL: none */
	const char *kind;  /* value of --kind, NULL: not given */
	bool has_json;
} rows[] = {
    {"nothing", {NULL}, true, NULL, NULL, false},
    {"a word", {"x", NULL}, true, "x", NULL, false},
    {"a value behind", {"--kind", "incident", "x", NULL}, true, "x", "incident", false},
    {"a value with =", {"x", "--kind=incident", "--json", NULL}, true, "x", "incident", true},
    {"an empty value", {"--kind=", NULL}, true, NULL, "", false},
    {"the last counts", {"--kind", "a", "--kind", "b", NULL}, true, NULL, "b", false},
    {"a value that begins with -", {"--kind", "--json", NULL}, true, NULL, "--json", false},
    {"an id that begins with -", {"-aBcDeF", NULL}, true, "-aBcDeF", NULL, false},
    {"an id that begins with --", {"--95rhO-", "--json", NULL}, true, "--95rhO-", NULL, true},
    {"an option with a letter too many", {"--previeW=1", NULL}, false, NULL, NULL, false},
    {"too short for an id", {"--A_1", NULL}, false, NULL, NULL, false},
    {"only words behind --", {"--", "--json", NULL}, true, "--json", NULL, false},
    {"an unknown option", {"--nonsense", NULL}, false, NULL, NULL, false},
    {"a missing value", {"--kind", NULL}, false, NULL, NULL, false},
    {"a needless value", {"--json=1", NULL}, false, NULL, NULL, false},
    {"no name", {"--=1", NULL}, false, NULL, NULL, false},
};

static void
same(const char *want, const char *got)
{
	if (want && got)
		assert_string_equal(want, got);
	else
		assert_true(!want && !got);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct args args;
		char words[6][32];
		char *argv[6];
		char why[ARGS_WHY_MAX];
		int argc = 0;

		for (; rows[i].words[argc]; argc++) {
			assert_true(span_copy(words[argc], sizeof words[argc],
					      span_of(rows[i].words[argc])));
			argv[argc] = words[argc];
		}
		assert_int_equal(args_read(&args, argc, argv, list, more, why), rows[i].is_read);
		assert_int_equal(why[0] == '\0', rows[i].is_read);
		if (!rows[i].is_read)
			continue;
		same(rows[i].first, args_word(&args, 0));
		same(rows[i].kind, args_get(&args, "kind"));
		assert_int_equal(args_has(&args, "json"), rows[i].has_json);
	}
}

static void
test_repeated(void **state)
{
	char a[] = "--kind=a";
	char b[] = "--kind=b";
	char *argv[] = {a, b};
	struct args args;
	char why[ARGS_WHY_MAX];

	(void)state;
	assert_true(args_read(&args, 2, argv, list, more, why));
	assert_string_equal(args_nth(&args, "kind", 0), "a");
	assert_string_equal(args_nth(&args, "kind", 1), "b");
	assert_null(args_nth(&args, "kind", 2));
}

static void
test_pairs(void **state)
{
	struct span name;
	struct span value;

	(void)state;
	assert_true(args_pair("when=032115C MAY 27", &name, &value));
	assert_true(span_is(name, "when") && span_is(value, "032115C MAY 27"));
	assert_true(args_pair("text=a=b", &name, &value));
	assert_true(span_is(name, "text") && span_is(value, "a=b"));
	assert_true(args_pair("text=", &name, &value));
	assert_int_equal(value.n, 0);
	assert_false(args_pair("=b", &name, &value));
	assert_false(args_pair("text", &name, &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_repeated),
	    cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
