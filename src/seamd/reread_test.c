/* Where a stored version stands, from what is stored of it alone. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/b64.h"
#include "journal/journal.h"
#include "model/record.h"
#include "picture/picture.h"
#include "seamd/reread.h"

#include <stdlib.h>

#define DAY INT64_C(86400000)

/* clang-format off */
static const struct {
	const char *name, *payload;
	int64_t leaf, row_filed_ms, filed_ms, counter;
	struct picture_order as;
} rows[] = {
	{"a leaf decides alone", "{\"iat\":864000}", 7, 5, 6, 3, {.epoch = 2, .leaf = 7}},
	{"the filing time released", "{\"iat\":864000}", -1, 0, 3 * DAY + 5, 3, {.leaf = -1, .filed_ms = 3 * DAY + 5}},
	{"of one erased since", "{\"iat\":864000}", -1, 3 * DAY + 5, 0, 3, {.leaf = -1, .filed_ms = 3 * DAY + 5}},
	{"the day, then the counter", "{\"iss\":\"b/one\",\"v\":1,\"exercise\":true,\"iat\":864000,\"cnf\":1}", -1, 0, 0, 3,
	    {.leaf = -1, .day_ms = 10 * DAY, .counter = 3}},
	{"first in its text", "{\"iat\":864000,\"iss\":\"b/one\"}", -1, 0, 0, 3, {.leaf = -1, .day_ms = 10 * DAY, .counter = 3}},
	{"no day", "{\"iss\":\"b/one\"}", -1, 0, 0, 3, {.leaf = -1, .counter = 3}},
	{"a day that ends the text", "{\"iat\":8640", -1, 0, 0, 3, {.leaf = -1, .day_ms = 8640000, .counter = 3}},
	{"no number", "{\"iat\":\"864000\"}", -1, 0, 0, 3, {.leaf = -1, .counter = 3}},
	{"a number that is none", "{\"iat\":99999999999999999999}", -1, 0, 0, 3, {.leaf = -1, .counter = 3}},
	{"spelled in another way", "{\"i\\u0061t\":864000}", -1, 0, 0, 3, {.leaf = -1, .counter = 3}},
	{"no payload", NULL, -1, 0, 0, 3, {.leaf = -1, .counter = 3}},
};
/* clang-format on */

static void
test_position(void **state)
{
	struct record *record = calloc(1, sizeof *record);
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out jwt = out_new(4096);
		struct journal_record row = {
		    .epoch = 2, .leaf = rows[i].leaf, .filed_ms = rows[i].row_filed_ms};

		out_text(&jwt, "e30.");
		if (rows[i].payload)
			b64url_write(&jwt, span_of(rows[i].payload));
		else
			out_text(&jwt, "!");
		out_text(&jwt, ".e30");
		row.jwt = out_view(&jwt);
		record->filed_ms = rows[i].filed_ms;
		if (reread_position(&row, record, rows[i].counter, arena) !=
		    picture_position(&rows[i].as))
			fail_msg("%s", rows[i].name);
		out_free(&jwt);
	}
	arena_free(arena);
	free(record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
