#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	bool is_strict, is_foreign;
} rows[] = {
    {"{}", true, true},
    {" [ 1 , -2 , 0 , -0 , 9007199254740992 ] ", true, true},
    {"\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\n\\\\\\/\\\"\xc3\xa9\"", true, true},
    {"{\"\\u006b\":\"\xda\xa9\"}", true, true},
    {"true", true, true},
    {"null", true, true},
    {"1.5", false, true},
    {"1e2", false, true},
    {"9007199254740993", false, true},
    {"-9007199254740993", false, true},
    {"[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", true, true},
    {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", false, false},
    {"\"[[[[[[[[[[[[[[[[[[\"", true, true},
    {"{\"a\":1,\"a\":2}", false, false},
    {"{\"a\":1,\"\\u0061\":2}", false, false},
    {"\"\\u0000\"", false, false},
    {"\"\\ud800\"", false, false},
    {"\"\xff\"", false, false},
    {"\"\\u00\"", false, false},
    {"\"\\", false, false},
    {"01", false, false},
    {"1 2", false, false},
    {"", false, false},
    {"[1,]", false, false},
};

static void
texts_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *strict = json_read_strict(span_of(rows[i].text));
		json_t *foreign = json_read_foreign(span_of(rows[i].text));

		if ((strict != NULL) != rows[i].is_strict ||
		    (foreign != NULL) != rows[i].is_foreign)
			fail_msg("%s", rows[i].text);
		json_decref(strict);
		json_decref(foreign);
	}
	assert_null(json_read_strict((struct span){NULL, 0}));
}

static void
looks_are_typed(void **state)
{
	static const char *const names[] = {"text", "number", "flag", NULL};
	json_t *object = json_read_strict(SPAN("{\"text\":\"x\",\"number\":7,\"flag\":true}"));
	struct span text;
	int64_t number;
	bool flag;

	(void)state;
	assert_true(json_take_text(object, "text", &text) && span_is(text, "x"));
	assert_true(json_take_int(object, "number", &number) && number == 7);
	assert_true(json_take_flag(object, "flag", &flag) && flag);
	assert_false(json_take_text(object, "number", &text));
	assert_false(json_take_int(object, "flag", &number));
	assert_false(json_take_flag(object, "nothing", &flag));
	assert_true(json_has_only(object, names));
	assert_false(json_has_only(object, names + 1));
	json_decref(object);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_judged),
	    cmocka_unit_test(looks_are_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
