/* What a station answers is read whole or not at all, and said the same to people and programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/b64.h"
#include "model/heard.h"
#include "model/record.h"
#include "seamd/outcome.h"

#include <stdlib.h>
#include <string.h>

static const struct hash id = {{1, 2, 3}};

static void
write_filed(struct out *out, unsigned n, unsigned state)
{
	out_bytes(out, id.b, HASH_SIZE);
	out_sized(out, SPAN("AAAAAAAAAAAAAAAAAAAAAA"));
	out_i64(out, 7);
	out_u16(out, (uint16_t)n);
	for (unsigned i = 0; i < n; i++) {
		out_sized(out, SPAN("b"));
		out_u8(out, (uint8_t)state);
		out_sized(out, SPAN("not \"yet\""));
	}
}

static void
test_filed(void **state)
{
	struct outcome_filed *filed = calloc(1, sizeof *filed);
	struct out out = out_new(65536);
	struct out json = out_new(65536);

	(void)state;
	write_filed(&out, 1, PICTURE_STATE_HELD_BACK);
	assert_true(outcome_read_filed(out_view(&out), filed));
	outcome_json_filed(&json, filed, HEARD_ASSUMED_ZONE | HEARD_AHEAD);
	assert_string_equal(json.p,
			    "{\"id\":\"AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"thread\":"
			    "\"AAAAAAAAAAAAAAAAAAAAAA\",\"leaf\":7,\"parties\":[{\"party\":\"b\","
			    "\"state\":\"held_back\",\"why\":\"not \\\"yet\\\"\"}],\"heard\":["
			    "\"assumed_zone\",\"ahead\"]}");
	for (size_t n = 0; n < out.n; n++)
		assert_false(outcome_read_filed(span_make(out.p, n), filed));
	out_char(&out, 'x');
	assert_false(outcome_read_filed(out_view(&out), filed));
	out_reset(&out);
	write_filed(&out, 1, PICTURE_STATE_COUNT);
	assert_false(outcome_read_filed(out_view(&out), filed));
	out_reset(&out);
	write_filed(&out, LIMIT_PARTIES + 1, PICTURE_STATE_QUEUED);
	assert_false(outcome_read_filed(out_view(&out), filed));
	out_free(&json);
	out_free(&out);
	free(filed);
}

static void
test_sent(void **state)
{
	struct outcome_sent sent;
	struct out json = out_new(256);

	(void)state;
	assert_true(outcome_read_sent(span_make("\x01\x02\x00", 3), &sent));
	outcome_json_sent(&json, &sent);
	assert_string_equal(json.p, "{\"given\":1,\"needed\":2,\"state\":\"held_back\"}");
	assert_false(outcome_read_sent(span_make("\x01\x02", 2), &sent));
	assert_false(outcome_read_sent(span_make("\x01\x02\x00\x00", 4), &sent));
	assert_false(outcome_read_sent(span_make("\x01\x02\x63", 3), &sent));
	out_free(&json);
}

static void
disclose(struct out *out, const char *json)
{
	char text[1024];

	b64url_text(text, sizeof text, (const unsigned char *)json, strlen(json));
	out_format(out, "%s~", text);
}

static void
write_cut(struct out *out)
{
	out_text(out, "header.payload~");
	disclose(out, "[\"salt\",\"kind\",\"incident\"]");
	disclose(out, "[\"salt\",\"thread\",\"AAAAAAAAAAAAAAAAAAAAAA\"]");
	disclose(out, "[\"salt\",\"type\",\"atk.ambush\"]");
}

static void
test_preview(void **state)
{
	struct outcome_preview *preview = calloc(1, sizeof *preview);
	struct arena *arena = arena_new(1 << 20);
	struct out out = out_new(65536);
	struct out cut = out_new(65536);
	struct out json = out_new(65536);

	(void)state;
	write_cut(&cut);
	out_bytes(&out, id.b, HASH_SIZE);
	out_sized(&out, SPAN("signing input"));
	out_u16(&out, 1);
	out_sized(&out, SPAN("b"));
	out_sized(&out, out_view(&cut));
	out_i64(&out, 5);
	out_i64(&out, 0);
	out_sized(&out, SPAN(""));
	out_u8(&out, 2);
	out_sized(&out, SPAN("why"));
	assert_true(outcome_read_preview(out_view(&out), preview));
	assert_int_equal(outcome_json_preview(&json, preview, 180, arena), ERR_OK);
	assert_non_null(strstr(json.p,
			       "{\"party\":\"b\",\"now\":true,\"kind\":\"incident\","
			       "\"fields\":{\"type\":\"atk.ambush\"},\"not_before_ms\":5,"
			       "\"approvals\":2,\"why\":\"why\",\"cut\":\"header.payload~"));
	for (size_t n = 0; n < out.n; n++)
		assert_false(outcome_read_preview(span_make(out.p, n), preview));
	out_free(&json);
	out_free(&cut);
	out_free(&out);
	arena_free(arena);
	free(preview);
}

/* A cut that is none is no record. */
static void
test_cut(void **state)
{
	static const char *const wrong[] = {"",
					    "~",
					    "header.payload",
					    "header.payload~",
					    "header.payload~!!~",
					    "header.payload~W10~"};
	struct record *record = calloc(1, sizeof *record);
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(outcome_read_cut(span_of(wrong[i]), arena, record), ERR_CORRUPT);
	arena_free(arena);
	free(record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_filed),
	    cmocka_unit_test(test_sent),
	    cmocka_unit_test(test_preview),
	    cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
