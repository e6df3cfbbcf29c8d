/* Documents in one file come out as they went in. */
#include "seamd/sheaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *name;
	const char *text;
	const char *parts[4]; /* name, body, name, body */
} rows[] = {
    {"empty", "", {NULL}},
    {"no part", "seam invite 1\nwords\n", {NULL}},
    {"one", "=== a\nx\n", {"a", "x\n"}},
    {"two", "=== a\nx\n\ny\n=== b\nz\n", {"a", "x\n\ny\n", "b", "z\n"}},
    {"words before", "hello\n=== a\nx\n", {"a", "x\n"}},
    {"an empty body", "=== a\n=== b\nz", {"a", "", "b", "z"}},
    {"a mark inside a line is none", "=== a\nx === b\n", {"a", "x === b\n"}},
    {"cut off in the name", "=== a", {"a", ""}},
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span rest = span_of(rows[i].text);
		struct span name;
		struct span body;
		size_t n = 0;

		while (sheaf_next(&rest, &name, &body)) {
			assert_true(n + 1 < 4 && rows[i].parts[n]);
			assert_true(span_is(name, rows[i].parts[n++]));
			assert_true(span_is(body, rows[i].parts[n++]));
		}
		assert_true(n == 4 || !rows[i].parts[n]);
	}
}

static void
test_there_and_back(void **state)
{
	struct out out = out_new(SHEAF_MAX);
	struct span rest;
	struct span body;

	(void)state;
	sheaf_begin(&out, SHEAF_INVITE);
	sheaf_add(&out, "members", SPAN("text\n\n\xe2\x80\x94 seam/a/root x\n"));
	sheaf_add(&out, "key a/x", SPAN("one line"));
	rest = out_view(&out);
	assert_false(sheaf_open(&rest, SHEAF_EVIDENCE));
	assert_true(sheaf_open(&rest, SHEAF_INVITE));
	assert_true(sheaf_find(rest, "members", &body));
	assert_true(span_is(body, "text\n\n\xe2\x80\x94 seam/a/root x\n"));
	assert_true(sheaf_find(rest, "key a/x", &body));
	assert_true(span_is(body, "one line\n"));
	assert_false(sheaf_find(rest, "key", &body));
	out_free(&out);
}

static void
test_parts_that_belong(void **state)
{
#define HEAD "=== members\nm\n=== key a/x\nk\n=== key b/y\nk\n=== record\nr\n=== proof\np\n"
#define TAIL "=== receipt\nt\n=== receipt-proof\nq\n"
	static const struct {
		const char *text;
		const char *why; /* NULL: nothing is wrong */
	} checks[] = {
	    {HEAD "=== delivery\nd\n" TAIL, NULL},
	    {HEAD "=== eelivery\nd\n" TAIL,
	     "this part is not known, or not in its place: 'eelivery'"},
	    {HEAD TAIL, "this part is not known, or not in its place: 'receipt'"},
	    {HEAD "=== delivery\nd\n=== delivery\nd\n" TAIL,
	     "this part is not known, or not in its place: 'delivery'"},
	    {HEAD "=== delivery\nd\n=== receipt\nt\n", "this part is missing: 'receipt-proof'"},
	    {HEAD, "this part is missing: 'delivery'"},
	    {HEAD "=== delivery\nd\n" TAIL "=== more\nx\n",
	     "this part is not known, or not in its place: 'more'"},
	    {HEAD "=== delivery\nd\n" TAIL "=== key a/x\nx\n",
	     "this part is not known, or not in its place: 'key a/x'"},
	    {HEAD "===  delivery\nd\n" TAIL,
	     "this part is not written as Seam writes it: 'delivery'"},
	    {HEAD "=== delivery \nd\n" TAIL,
	     "this part is not written as Seam writes it: 'delivery'"},
	    {HEAD "=== delivery\n" TAIL, "this part is not written as Seam writes it: 'delivery'"},
	    {HEAD "=== delivery\nd\n=== receipt\nt\n=== receipt-proof\nq",
	     "this part is not written as Seam writes it: 'receipt-proof'"},
	    {HEAD "=== de\033[ivery\nd\n" TAIL, "this part is not known, or not in its place: '?'"},
	    {"words\n" HEAD "=== delivery\nd\n" TAIL,
	     "what is before the first part belongs to none: 'words'"},
	    {"=== members\nm\n=== key \nk\n=== record\nr\n",
	     "this part is not known, or not in its place: 'key'"},
	    {"", "what is before the first part belongs to none: ''"},
	};
#undef HEAD
#undef TAIL
	char why[SHEAF_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		assert_int_equal(sheaf_check(span_of(checks[i].text), sheaf_evidence_rows, why),
				 checks[i].why == NULL);
		assert_string_equal(why, checks[i].why ? checks[i].why : "");
	}
	assert_true(sheaf_check(
	    span_of(
		"=== root\nr\n=== members\nm\n=== key a/x\nk\n=== revoke k\nv\n=== key a/y\nn\n"),
	    sheaf_invite_rows, why));
	assert_true(sheaf_check(span_of("=== root\nr\n=== members\nm\n"), sheaf_invite_rows, why));
	assert_false(sheaf_check(span_of("=== root\nr\n=== members\nm\n=== kez a/x\nk\n"),
				 sheaf_invite_rows, why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_parts_that_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
