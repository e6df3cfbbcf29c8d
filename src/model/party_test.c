#include "model/party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
names_are_judged(void **state)
{
	static const struct {
		const char *text;
		bool is_party, is_station;
	} rows[] = {
	    {"a", true, false},
	    {"joint-centre", true, false},
	    {"abcdefghijklmno", true, false},
	    {"abcdefghijklmnop", false, false}, /* 16 */
	    {"a/makhmour", false, true},
	    {"abcdefghijklmno/makhmour", false, true},
	    {"abcdefghijklmnop/makhmour", false, false},
	    {"", false, false},
	    {"/", false, false},
	    {"a/", false, false},
	    {"/makhmour", false, false},
	    {"a/b/c", false, false},
	    {"A", false, false},
	    {"1a", false, false},
	    {"-a", false, false},
	    {"a b", false, false},
	    {"a/Makhmour", false, false},
	    {"a/1", false, false},
	    {"a_b", false, false},
	    {"\xc3\xa9", false, false},
	    {"a\n", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct party party;
		struct station station;

		memset(&party, 'x', sizeof party);
		memset(&station, 'x', sizeof station);
		if (party_read(span_of(rows[i].text), &party) != rows[i].is_party ||
		    station_read(span_of(rows[i].text), &station) != rows[i].is_station)
			fail_msg("'%s'", rows[i].text);
		assert_string_equal(party.name, rows[i].is_party ? rows[i].text : "");
		assert_string_equal(station.name, rows[i].is_station ? rows[i].text : "");
	}
}

static void
a_station_serves_its_party(void **state)
{
	struct station station, other;
	struct party party, own;

	(void)state;
	assert_true(station_read(SPAN("ab/makhmour"), &station));
	assert_true(station_read(SPAN("ab/makhmou"), &other));
	assert_true(party_read(SPAN("ab"), &party));
	own = station_party(&station);
	assert_true(party_equal(&own, &party));
	assert_true(party_read(SPAN("a"), &party));
	assert_false(party_equal(&own, &party));
	assert_false(station_equal(&station, &other));
	assert_true(station_equal(&station, &station));
}

static void
a_log_has_a_number(void **state)
{
	static const struct {
		const char *origin;
		int64_t number;
	} rows[] = {
	    {"seam/b/kirkuk/log/1", 1},
	    {"seam/b/kirkuk/log/217362300", 217362300},
	    {"seam/b/kirkuk/log/2147483647", INT32_MAX},
	    {"seam/b/kirkuk/log/2147483648", 0},
	    {"seam/b/kirkuk/log/99999999999999999999", 0},
	    {"seam/b/kirkuk/log/0", 0},
	    {"seam/b/kirkuk/log/-1", 0},
	    {"seam/b/kirkuk/log/02", 0},
	    {"seam/b/kirkuk/log/2/", 0},
	    {"seam/b/kirkuk/log/", 0},
	    {"seam/b/kirkuk/witness", 0},
	    {"7", 7},
	    {"", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (station_log_number(span_of(rows[i].origin)) != rows[i].number)
			fail_msg("'%s': %lld", rows[i].origin,
				 (long long)station_log_number(span_of(rows[i].origin)));
}

static void
a_row_of_numbers_begins_with_a_log(void **state)
{
	static const struct {
		int64_t log, first;
	} rows[] = {{1, 1}, {2, 513}, {217362300, 55644748801}, {INT32_MAX, 549755813633}};
	static const int64_t others[] = {0, 1, 2, 256, 258, 512, 55644748800, 55644748802};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(station_row_first(rows[i].log), rows[i].first);
		assert_int_equal(station_row_begins(rows[i].first), i > 0);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(station_row_begins(others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_judged),
	    cmocka_unit_test(a_station_serves_its_party),
	    cmocka_unit_test(a_log_has_a_number),
	    cmocka_unit_test(a_row_of_numbers_begins_with_a_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
