/* Lines of a link: whatever pieces they come in, the same lines come out, and what is no line is
 * none for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/peer_line.h"

#include <string.h>

/* clang-format off */
#define BYTES(literal) {"" literal, sizeof(literal) - 1} /* SPAN() is no constant */

/* `shown`: each line in brackets, then "..." for a line that is begun, or "!" for what is none. */
static const struct {
	const char *name;
	struct span input;
	const char *shown;
} rows[] = {
	{"nothing",           BYTES(""),                  ""},
	{"one",               BYTES("hello 1\n"),          "[hello 1]"},
	{"begun",             BYTES("hel"),                "..."},
	{"two and a begin",   BYTES("a\nbb\nc"),           "[a][bb]..."},
	{"an empty line",     BYTES("a\n\nb\n"),           "[a]!"},
	{"a first empty one", BYTES("\nb\n"),              "!"},
	{"a NUL",             BYTES("a\nb\0c\nd\n"),       "[a]!"},
	{"a lone NUL",        BYTES("\0"),                 "!"},
	{"a carriage return", BYTES("a\r\nb\n"),           "!"},
	{"blanks are kept",   BYTES("  a b \n\t\n"),       "[  a b ][\t]"},
	{"not UTF-8 passes",  BYTES("\xff\xfe\n"),         "[\xff\xfe]"},
	{"letters",           BYTES("\xd8\xb4\xd8\xa7\n"), "[\xd8\xb4\xd8\xa7]"},
};
/* clang-format on */

static void
show(struct peer_line *reader, struct span input, size_t step, struct out *shown)
{
	enum peer_line_answer answer = PEER_LINE_PART;
	struct span line;

	while (input.n > 0 && answer != PEER_LINE_BAD) {
		struct span piece = span_make(input.p, input.n < step ? input.n : step);

		input = span_make(input.p + piece.n, input.n - piece.n);
		while ((answer = peer_line_take(reader, &piece, &line)) == PEER_LINE_WHOLE) {
			out_char(shown, '[');
			out_span(shown, line);
			out_char(shown, ']');
		}
		assert_true(answer == PEER_LINE_BAD || piece.n == 0);
	}
	if (answer == PEER_LINE_BAD)
		out_text(shown, "!");
	else if (reader->held.n > 0 && !reader->is_given)
		out_text(shown, "...");
	assert_int_equal(reader->bad != NULL, answer == PEER_LINE_BAD);
}

static void
every_row_in_pieces_of_every_size(void **state)
{
	struct out shown = out_new(4096);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t step = 1; step <= rows[i].input.n + 1; step++) {
			struct peer_line reader = peer_line_new();

			out_reset(&shown);
			show(&reader, rows[i].input, step, &shown);
			if (!span_is(out_view(&shown), rows[i].shown))
				fail_msg("%s in pieces of %zu: %.*s", rows[i].name, step,
					 (int)shown.n, shown.p);
			peer_line_free(&reader);
		}
	out_free(&shown);
}

/* The longest line, and one byte more, with and without its newline in sight. */
static void
the_longest_line_and_one_more(void **state)
{
	static const size_t steps[] = {1,      7, 4096, 16384, PEER_LINE_MAX, PEER_LINE_MAX + 1,
				       1 << 20};
	static char text[2 * PEER_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof steps / sizeof *steps; i++) {
		size_t step = steps[i / 2];
		size_t n = PEER_LINE_MAX + i % 2;
		struct peer_line reader = peer_line_new();
		struct span line = {NULL, 0};
		enum peer_line_answer answer = PEER_LINE_PART;

		memset(text, 'x', sizeof text);
		text[n] = '\n';
		for (size_t at = 0; at <= n && answer == PEER_LINE_PART; at += step) {
			struct span piece =
			    span_make(text + at, n + 1 - at < step ? n + 1 - at : step);

			answer = peer_line_take(&reader, &piece, &line);
		}
		assert_int_equal(answer, i % 2 ? PEER_LINE_BAD : PEER_LINE_WHOLE);
		if (answer == PEER_LINE_WHOLE)
			assert_int_equal(line.n, PEER_LINE_MAX);
		peer_line_free(&reader);
	}
}

/* What was bad is never good again, and takes nothing more. */
static void
bad_stays_bad(void **state)
{
	struct peer_line reader = peer_line_new();
	struct span first = SPAN("a\rb\n");
	struct span second = SPAN("fine\n");
	struct span line;

	(void)state;
	assert_int_equal(peer_line_take(&reader, &first, &line), PEER_LINE_BAD);
	assert_int_equal(peer_line_take(&reader, &second, &line), PEER_LINE_BAD);
	assert_int_equal(second.n, 5);
	assert_non_null(reader.bad);
	peer_line_free(&reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_in_pieces_of_every_size),
	    cmocka_unit_test(the_longest_line_and_one_more),
	    cmocka_unit_test(bad_stays_bad),
	};

	return cmocka_run_group_tests_name("seamd/peer_line", tests, NULL, NULL);
}
