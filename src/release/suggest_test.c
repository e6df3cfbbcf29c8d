#include "release/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
the_nearest_is_named(void **state)
{
	static const char *const names[] = {"incident", "sighting", "casualty", "warning", "armed"};
	static const struct {
		const char *typed, *text;
	} rows[] = {
	    {"incidnt", ", did you mean `incident`?"},
	    {"incidetn", ", did you mean `incident`?"},
	    {"sightings", ", did you mean `sighting`?"},
	    {"warming", ", did you mean `warning`?"},
	    {"arme", ", did you mean `armed`?"},
	    {"ar", ""},
	    {"entirely-else", ""},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct suggest suggest = suggest_for(span_of(rows[i].typed));
		char text[80];

		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			suggest_offer(&suggest, names[k]);
		suggest_text(&suggest, text, sizeof text);
		if (strcmp(text, rows[i].text) != 0)
			fail_msg("%s: '%s'", rows[i].typed, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_nearest_is_named)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
