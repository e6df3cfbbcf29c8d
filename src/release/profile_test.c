/*
 * Every shipped profile reads, holds its own tests, and prints and reads back the same.
 */
#include "base/json.h"
#include "release/check.h"
#include "release/profile.h"
#include "release/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct policy *
read_text(struct span text)
{
	struct policy_faults faults;
	struct policy *policy;
	enum err err = policy_read(text, &policy, &faults);

	if (err)
		fail_msg("%u:%u %s", faults.fault[0].line, faults.fault[0].column,
			 faults.fault[0].text);
	return policy;
}

static void
tests_hold(const struct policy *policy)
{
	struct policy_faults faults;

	if (check_tests(policy, &faults) != ERR_OK)
		fail_msg("%u:%u %s", faults.fault[0].line, faults.fault[0].column,
			 faults.fault[0].text);
}

static void
each_profile_holds(void **state)
{
	const struct party own = {"a"};
	const struct party others[] = {{"b"}, {"c"}, {"d-1"}};

	(void)state;
	for (unsigned i = 0; profile_name(i); i++)
		for (size_t n = 1; n <= 3; n++) {
			struct out text = out_new(POLICY_TEXT_MAX),
				   again = out_new(POLICY_TEXT_MAX);
			struct policy *policy, *back;

			assert_int_equal(
			    profile_text(span_of(profile_name(i)), &own, others, n, &text), ERR_OK);
			policy = read_text(out_view(&text));
			tests_hold(policy);
			assert_true(policy_count(policy).tests >= 4);
			out_reset(&text);
			policy_write(&text, policy);
			back = read_text(out_view(&text));
			tests_hold(back);
			policy_write(&again, back);
			assert_string_equal(text.p, again.p);
			policy_free(policy);
			policy_free(back);
			out_free(&text);
			out_free(&again);
		}
}

static void
alone_or_odd_parties(void **state)
{
	const struct party a = {"a"}, twice[] = {{"b"}, {"b"}};
	struct party many[LIMIT_PARTIES];
	struct out text = out_new(POLICY_TEXT_MAX);
	struct policy *policy;

	(void)state;
	for (unsigned i = 0; i < LIMIT_PARTIES; i++)
		many[i] = (struct party){{'p', (char)('a' + i), '\0'}};
	for (unsigned i = 0; profile_name(i); i++) {
		out_reset(&text);
		assert_int_equal(profile_text(span_of(profile_name(i)), &a, NULL, 0, &text),
				 ERR_OK);
		policy = read_text(out_view(&text));
		assert_int_equal(policy_count(policy).rules, 0);
		policy_free(policy);
		assert_non_null(profile_about(i));
	}
	assert_null(profile_about(99));
	assert_int_equal(profile_text(SPAN("all"), &a, NULL, 0, &text), ERR_NOT_FOUND);
	assert_int_equal(profile_text(SPAN("nothing"), &a, twice, 2, &text), ERR_REFUSED);
	assert_int_equal(profile_text(SPAN("nothing"), &a, &a, 1, &text), ERR_REFUSED);
	assert_int_equal(profile_text(SPAN("nothing"), &a, many, LIMIT_PARTIES, &text),
			 ERR_REFUSED);
	out_free(&text);
}

/* A test line that is false is found, named and told. */
static void
a_false_test_is_told(void **state)
{
	struct policy *policy = read_text(SPAN("party a b\nrelease incident to b : type\n"
					       "test incident{} to b = type\n"
					       "test incident{} to b = nothing\n"
					       "test incident{type=atk.none} to b = type\n"
					       "test incident{age=soon} to b = type\n"));
	struct policy_faults faults;

	(void)state;
	assert_int_equal(check_tests(policy, &faults), ERR_REFUSED);
	assert_int_equal(faults.n, 3);
	assert_int_equal(faults.fault[0].line, 4);
	assert_non_null(strstr(faults.fault[0].text, "to b goes kind, thread, type"));
	assert_int_equal(faults.fault[1].line, 5);
	assert_int_equal(faults.fault[1].column, 15);
	assert_int_equal(faults.fault[2].line, 6);
	policy_free(policy);
}

/* Steps and areas in test lines: one that holds and one that does not of each. */
static void
tests_speak_of_steps_and_areas(void **state)
{
	struct policy *policy =
	    read_text(SPAN("party a b\nzone z = 38SMD45\n"
			   "release movement to b : movement step 30m if enters z\n"
			   "release movement to b : vehicles if enters zone \"Box 4\"\n"
			   "test movement{place=38SMD4255, age=30m} to b = movement\n"
			   "test movement{place=38SMD4255, age=29m} to b = nothing\n"
			   "test movement{place=38SMD4255, age=1h, newer=29m} to b = nothing\n"
			   "test movement{place=38SMD4255, age=59m, newer=30m} to b = movement\n"
			   "test movement{place=38SMD5525, enters=Box 4} to b = vehicles\n"
			   "test movement{place=38SMD5525, enters=Box 5} to b = nothing\n"
			   "test movement{place=38SMD4255, age=1h, newer=29m} to b = movement\n"
			   "test movement{place=38SMD5525, enters=Box 5} to b = vehicles\n"
			   "test movement{newer=later} to b = nothing\n"
			   "test movement{approvals=many} to b = nothing\n"));
	struct policy_faults faults;

	(void)state;
	assert_int_equal(check_tests(policy, &faults), ERR_REFUSED);
	assert_int_equal(faults.n, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(faults.fault[i].line, 11 + i);
	policy_free(policy);
}

static void
the_report_names_gaps(void **state)
{
	struct policy *policy = read_text(
	    SPAN("party a b\nrelease incident to b : type, place@1km after 2h onward a\n"));
	struct party own = {.name = "a"};
	struct out text = out_new(1 << 20);
	json_t *json;

	(void)state;
	assert_int_equal(check_report(policy, NULL, CHECK_FULL, &text), ERR_OK);
	assert_non_null(
	    strstr(text.p, "incident to b\n    line 2    type, place@1km after 2h onward a\n"));
	assert_non_null(strstr(text.p, "warning: nothing of incident is released to a\n"));
	assert_non_null(strstr(text.p, "warning: no rule releases severity\n"));
	assert_null(strstr(text.p, "no rule releases type"));
	assert_null(strstr(text.p, "no rule releases source")); /* sealed: nobody forgot it */
	assert_null(strstr(text.p, "alert"));
	out_reset(&text);
	assert_int_equal(check_report(policy, NULL, CHECK_SHORT, &text), ERR_OK);
	assert_non_null(
	    strstr(text.p, "warning: nothing at all is released to a (unless it is the own party)\n"
			   "warning: to b nothing is released of: sighting, casualty, "));
	assert_non_null(
	    strstr(text.p, "warning: no rule releases: filed, heads, duty, unit, severity, "));
	assert_null(strstr(text.p, "to a\n"));
	out_reset(&text);
	assert_int_equal(check_report(policy, &own, CHECK_SHORT, &text), ERR_OK);
	assert_null(strstr(text.p, " to a"));
	out_reset(&text);
	assert_int_equal(check_report(policy, NULL, CHECK_JSON, &text), ERR_OK);
	assert_non_null(
	    strstr(text.p, "\"items\":\"type, place@1km\",\"conditions\":\"after 2h onward a\""));
	assert_non_null(strstr(text.p, "\"no rule releases severity\""));
	json = json_read_strict(out_view(&text));
	assert_non_null(json);
	json_decref(json);
	out_free(&text);
	policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_profile_holds),
	    cmocka_unit_test(alone_or_odd_parties),
	    cmocka_unit_test(a_false_test_is_told),
	    cmocka_unit_test(tests_speak_of_steps_and_areas),
	    cmocka_unit_test(the_report_names_gaps),
	};

	return cmocka_run_group_tests_name("release/profile", tests, NULL, NULL);
}
