/* The file is read whole or refused with its line, and comes back the same. */
#include "seam/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* clang-format off */
static const struct {
	const char *name, *text, *expected; /* what is written again, without its two comments; or "! why" */
} rows[] = {
	{"nothing", "", ""},
	{"comments and empty lines", "# whom\n\n  # call\n", ""},
	{"one", "b/kirkuk liaison radio channel 5\n", "b/kirkuk liaison radio channel 5\n"},
	{"a whole party", "b liaison phone 0770 123 4567", "b liaison phone 0770 123 4567\n"},
	{"all that may be said", "a/kirkuk A-21 radio lang=ckb tested=2027-05-03T06:00:00Z place=38SMD653786 channel 5, call sign A-21\n",
	    "a/kirkuk A-21 radio lang=ckb tested=2027-05-03T06:00:00Z place=38SMD653786 channel 5, call sign A-21\n"},
	{"in another order, with tabs", "a\tA-21\tradio\tplace=38SMD65\tlang=ar\tchannel 5\n", "a A-21 radio lang=ar place=38SMD65 channel 5\n"},
	{"an authority that is no party", "hospital desk phone exchange, ward 3\n", "hospital desk phone exchange, ward 3\n"},
	{"several ways to one post stay in order", "b x radio one\nb x phone two\n", "b x radio one\nb x phone two\n"},
	{"the same again takes its place", "b x radio one\nb y radio two\nb x radio three\n", "b x radio three\nb y radio two\n"},
	{"Arabic in an address", "b x radio القناة ٥\n", "b x radio القناة ٥\n"},
	{"an option behind the address belongs to it", "b x radio channel lang=ar\n", "b x radio channel lang=ar\n"},
	{"no whom", "B/Kirkuk x radio one\n", "! line 1: whom: PARTY or PARTY/SITE, in small letters"},
	{"no means", "\nb x shout one\n", "! line 2: means: voice, radio, phone, paper, stick or hand"},
	{"no post", "b - radio one\n", "! line 1: the post is a duty or the code of a post, as liaison or A-21"},
	{"too few words", "b x\n", "! line 1: a line is PARTY[/SITE] POST MEANS [lang=L] [tested=TIME] [place=GRID] ADDRESS"},
	{"no address", "b x radio lang=ar\n", "! line 1: an address is missing: a channel, or the number of an office"},
	{"no language", "b x radio lang=fr one\n", "! line 1: lang is en, ar or ckb"},
	{"no moment", "b x radio tested=today one\n", "! line 1: tested is a moment as 2027-05-03T06:00:00Z"},
	{"no grid", "b x radio place=35.1,44.2 one\n", "! line 1: place is a grid as 38SMD653786"},
	{"a person", "b x phone Dr Karim, 0770 123 4567\n", "! line 1: the address speaks of a person: name the office, the post or the channel"},
	{"a person in Arabic", "b x phone السيد كريم\n", "! line 1: the address speaks of a person: name the office, the post or the channel"},
	{"bytes that are no text", "b x phone \xff\xfe\n", "! line 1: not UTF-8"},
	{"controls that turn text around", "b x phone one \xe2\x80\xae two\n", "! line 1: the address is one line of plain text"},
};
/* clang-format on */

static void
test_rows(void **state)
{
	static struct directory directory;
	char why[DIRECTORY_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum err err = directory_parse(span_of(rows[i].text), &directory, why);
		struct out out = out_new(DIRECTORY_BYTES_MAX);
		const char *got;

		directory_text(&out, &directory);
		out_char(&out, '\0');
		assert_int_equal(out_err(&out), ERR_OK);
		got = strchr(strchr(out.p, '\n') + 1, '\n') + 1;
		if (err != ERR_OK) {
			assert_int_equal(err, ERR_FORMAT);
			assert_int_equal(directory.n, 0);
			assert_true(rows[i].expected[0] == '!');
			assert_string_equal(why, rows[i].expected + 2);
		} else if (strcmp(got, rows[i].expected) != 0) {
			fail_msg("%s: got %s", rows[i].name, got);
		}
		out_free(&out);
	}
}

static void
test_addresses(void **state)
{
	struct directory_row row;
	char text[DIRECTORY_ADDRESS + 1];

	(void)state;
	memset(text, 'x', sizeof text);
	assert_non_null(directory_make(&row, SPAN("b"), SPAN("x"), SPAN("radio"),
				       span_make(text, DIRECTORY_ADDRESS)));
	assert_null(directory_make(&row, SPAN("b"), SPAN("x"), SPAN("radio"),
				   span_make(text, DIRECTORY_ADDRESS - 1)));
	assert_non_null(
	    directory_make(&row, SPAN("b"), SPAN("x"), SPAN("radio"), SPAN("lang=ar one")));
	assert_non_null(directory_make(&row, SPAN("b"), SPAN("x"), SPAN("radio"), SPAN("a\nb")));
}

static void
test_full(void **state)
{
	static struct directory directory;
	struct directory_row row;
	char post[16];

	(void)state;
	for (int i = 0; i < DIRECTORY_MAX; i++) {
		(void)snprintf(post, sizeof post, "p%d", i);
		assert_null(
		    directory_make(&row, SPAN("b"), span_of(post), SPAN("radio"), SPAN("one")));
		assert_true(directory_put(&directory, &row));
	}
	assert_true(directory_put(&directory, &row));
	assert_null(directory_make(&row, SPAN("b"), SPAN("more"), SPAN("radio"), SPAN("one")));
	assert_false(directory_put(&directory, &row));
	directory_drop(&directory, DIRECTORY_MAX - 1);
	directory_drop(&directory, DIRECTORY_MAX);
	assert_int_equal(directory.n, DIRECTORY_MAX - 1);
	assert_true(directory_put(&directory, &row));
}

static void
test_whom(void **state)
{
	static const char text[] = "b watch phone 1\nb/kirkuk liaison radio 2\na A-21 radio "
				   "place=38SMD653786 3\nb watch radio 4\na watch phone 5\n";
	static struct directory directory;
	const struct party a = {"a"};
	const struct party b = {"b"};
	char why[DIRECTORY_WHY_MAX];
	unsigned at = 0;

	(void)state;
	assert_int_equal(directory_parse(span_of(text), &directory, why), ERR_OK);
	assert_string_equal(directory_of(&directory, &b, "", 0)->address, "1");
	assert_string_equal(directory_of(&directory, &b, "", 1)->address, "2");
	assert_string_equal(directory_of(&directory, &b, "watch", 1)->address, "4");
	assert_null(directory_of(&directory, &b, "watch", 2));
	assert_true(directory_is_post(&directory.row[2], &a));
	assert_false(directory_is_post(&directory.row[2], &b));
	assert_false(directory_is_post(&directory.row[4], &a));
	assert_string_equal(
	    directory_next(&directory, SPAN("b"), SPAN("watch"), TOLD_RADIO, &at)->address, "4");
	assert_null(directory_next(&directory, SPAN("b"), SPAN("watch"), TOLD_RADIO, &at));
	at = 0;
	assert_null(directory_next(&directory, SPAN("b/mosul"), SPAN("watch"), -1, &at));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_whom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
