/* Rows of separated values: RFC 4180, bounds, and any cut of the input gives the same rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/out.h"
#include "edge/csv.h"

#include <stdlib.h>
#include <string.h>

struct csv_row {
	const char *name, *input;
	const char *expected; /* line:cell|cell; or line!reason; */
};

/* clang-format off */
static const struct csv_row rows[] = {
	{"plain", "a,b\nc,d\n", "1:a|b;2:c|d;"},
	{"crlf", "a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
	{"no last end", "a,b\nc,d", "1:a|b;2:c|d;"},
	{"quotes", "\"a,\"\"x\"\"\",\"b\nc\"\nd,e\n", "1:a,\"x\"|b\nc;3:d|e;"},
	{"empty cells", ",,\n", "1:||;"},
	{"empty quoted", "\"\"\n", "1:;"},
	{"blank lines", "\n\na\n\n", "3:a;"},
	{"byte order mark", "\xef\xbb\xbf" "a,b\n", "1:a|b;"},
	{"half a mark", "\xef\xbb" "a\nb\n", "1!not_utf8;2:b;"},
	{"lone cr is text", "a\rb,c\n", "1:a\rb|c;"},
	{"text behind a quote", "\"a\"x,b\nc\n", "1!bad_form;2:c;"},
	{"cr behind a quote", "\"a\"\rx\nc\n", "1!bad_form;2:c;"},
	{"quote inside plain", "a\"b,c\n", "1:a\"b|c;"},
	{"open quote at the end", "x\n\"a,b\n", "1:x;2!bad_form;"},
	{"broken UTF-8", "a,\xff\nb\n", "1!not_utf8;2:b;"},
	{"overlong UTF-8", "\xc0\xaf\nb\n", "1!not_utf8;2:b;"},
	{"Arabic and Sorani", "هجوم,هێرش بۆ سەر A-21\n", "1:هجوم|هێرش بۆ سەر A-21;"},
	{"nothing", "", ""},
};
/* clang-format on */

static enum err
on_row(void *arg, uint64_t line, const struct span *cells, unsigned n)
{
	struct out *out = arg;

	out_format(out, "%llu:", (unsigned long long)line);
	for (unsigned i = 0; i < n; i++) {
		out_text(out, i ? "|" : "");
		out_span(out, cells[i]);
	}
	out_char(out, ';');
	return ERR_OK;
}

static enum err
on_refuse(void *arg, uint64_t line, enum why why)
{
	out_format(arg, "%llu!%s;", (unsigned long long)line, why_code(why));
	return ERR_OK;
}

static void
read_in(struct span input, size_t step, struct out *out)
{
	struct csv *csv = csv_new(',', &(struct csv_sink){out, on_row, on_refuse});

	assert_non_null(csv);
	for (size_t i = 0; i < input.n; i += step)
		assert_int_equal(
		    csv_feed(csv,
			     (struct span){input.p + i, input.n - i < step ? input.n - i : step}),
		    ERR_OK);
	assert_int_equal(csv_finish(csv), ERR_OK);
	csv_free(csv);
}

static void
rows_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t step = 1; step < 6; step++) {
			struct out out = out_new(65536);

			read_in(span_of(rows[i].input), step, &out);
			if (!span_is(out_view(&out), rows[i].expected))
				fail_msg("%s in steps of %zu: %s", rows[i].name, step, out.p);
			out_free(&out);
		}
	}
}

/* A line of 100 MB is refused by its number; what comes behind it is read. */
static void
a_huge_line_is_refused(void **state)
{
	struct out out = out_new(65536);
	struct csv *csv = csv_new(',', &(struct csv_sink){&out, on_row, on_refuse});
	char *chunk = malloc(1 << 16);

	(void)state;
	assert_non_null(csv);
	assert_non_null(chunk);
	memset(chunk, 'x', 1 << 16);
	assert_int_equal(csv_feed(csv, SPAN("a\n\"")), ERR_OK);
	for (int i = 0; i < 1600; i++)
		assert_int_equal(csv_feed(csv, span_make(chunk, 1 << 16)), ERR_OK);
	assert_int_equal(csv_feed(csv, SPAN("\nb\n")), ERR_OK);
	assert_int_equal(csv_finish(csv), ERR_OK);
	assert_string_equal(out.p, "1:a;2!too_large;3:b;");
	out_reset(&out);
	csv_free(csv);
	csv = csv_new(',', &(struct csv_sink){&out, on_row, on_refuse});
	for (int i = 0; i < CSV_COLUMNS_MAX; i++)
		assert_int_equal(csv_feed(csv, SPAN(",")), ERR_OK);
	assert_int_equal(csv_feed(csv, SPAN("\nb\n")), ERR_OK);
	assert_int_equal(csv_finish(csv), ERR_OK);
	assert_string_equal(out.p, "1!too_large;2:b;");
	csv_free(csv);
	free(chunk);
	out_free(&out);
}

static void
cells_are_written(void **state)
{
	struct out out = out_new(1024);

	(void)state;
	csv_write(&out, SPAN("plain"));
	out_char(&out, ',');
	csv_write(&out, SPAN("a,\"b\"\n"));
	assert_string_equal(out.p, "plain,\"a,\"\"b\"\"\n\"");
	out_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_read),
	    cmocka_unit_test(a_huge_line_is_refused),
	    cmocka_unit_test(cells_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
