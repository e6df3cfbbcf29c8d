/* The wire: every row is framed and read back, every wrong header is refused, and whatever bytes
 * come, nothing is read that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/wire.h"

#include <stdlib.h>
#include <string.h>

static const char sides[] = "KCSLGX";

/* Written a second time and by hand: who may say what. A message that moves to another side must be
 * moved here too. */
/* clang-format off */
static const struct {
	enum wire_kind kind;
	const char *senders;
} who[] = {
	{WIRE_PEER, "K"}, {WIRE_STOP, "KG"}, {WIRE_CLERK, "C"}, {WIRE_READY, "CSXL"}, {WIRE_SHOWS, "X"}, {WIRE_KNOCKED, "X"},
	{WIRE_DIAL, "X"}, {WIRE_DIALED, "K"}, {WIRE_LINK, "C"}, {WIRE_UP, "X"}, {WIRE_DOWN, "CX"},
	{WIRE_LINE, "CX"}, {WIRE_GET, "X"}, {WIRE_GOT, "C"}, {WIRE_CHANGED, "C"},
	{WIRE_SIGN, "C"}, {WIRE_SIGNED, "S"}, {WIRE_UNSIGNED, "S"},
	{WIRE_HASH_PASS, "C"}, {WIRE_TEST_PASS, "C"}, {WIRE_PASS_HASH, "L"}, {WIRE_PASS_GOOD, "L"},
	{WIRE_FILE, "G"}, {WIRE_PREVIEW, "G"}, {WIRE_CONFIRM, "G"}, {WIRE_SEND, "G"},
	{WIRE_TAKE, "G"}, {WIRE_EXPORT, "G"}, {WIRE_EXPORTED, "G"}, {WIRE_INSTALL, "G"},
	{WIRE_ACCOUNT, "G"}, {WIRE_LOGIN, "G"}, {WIRE_LOGOUT, "G"}, {WIRE_STATUS, "G"}, {WIRE_WHO, "G"},
	{WIRE_HOLD, "G"}, {WIRE_REPLAY, "G"}, {WIRE_HEAD, "G"},
	{WIRE_FILED, "C"}, {WIRE_DUPLICATE, "C"}, {WIRE_PREVIEWED, "C"}, {WIRE_SENT, "C"},
	{WIRE_TAKEN, "C"}, {WIRE_ITEM, "C"}, {WIRE_DONE, "C"}, {WIRE_REFUSED, "C"},
	{WIRE_FAILED, "C"},
};

static const struct {
	const char *name;
	unsigned char header[WIRE_HEADER];
	enum err expected;
} headers[] = {
	{"no kind",        {0, 0, 0, 0, 0, 0, 0, 0},                      ERR_FORMAT},
	{"beyond the rows",{0, WIRE_COUNT, 0, 0, 0, 0, 0, 0},             ERR_FORMAT},
	{"high kind",      {0x80, 1, 0, 0, 0, 0, 0, 0},                   ERR_FORMAT},
	{"largest kind",   {0xff, 0xff, 0, 0, 0, 0, 0, 0},                ERR_FORMAT},
	{"zero is not",    {0, WIRE_FILE, 0, 1, 0, 0, 0, 0},              ERR_FORMAT},
	{"one too long",   {0, WIRE_FILE, 0, 0, 0, 0, 0xff, 0xf1},        ERR_FORMAT},
	{"far too long",   {0, WIRE_FILE, 0, 0, 0xff, 0xff, 0xff, 0xff},  ERR_FORMAT},
	{"longest",        {0, WIRE_FILE, 0, 0, 0, 0, 0xff, 0xf0},        ERR_BUSY},
	{"empty",          {0, WIRE_FILE, 0, 0, 0, 0, 0, 0},              ERR_OK},
};
/* clang-format on */

static const char *
senders_of(enum wire_kind kind)
{
	for (size_t i = 0; i < sizeof who / sizeof *who; i++)
		if (who[i].kind == kind)
			return who[i].senders;
	return "";
}

static void
every_row_has_its_senders(void **state)
{
	(void)state;
	assert_int_equal(sizeof who / sizeof *who, WIRE_COUNT - 1);
	for (unsigned kind = 0; kind <= WIRE_COUNT + 1; kind++) {
		const char *may = senders_of((enum wire_kind)kind);

		assert_int_equal(kind > 0 && kind < WIRE_COUNT,
				 wire_name((enum wire_kind)kind)[0] != '\0');
		assert_false(wire_may_send((enum wire_kind)kind, '\0'));
		for (const char *side = sides; *side; side++)
			if (wire_may_send((enum wire_kind)kind, *side) !=
			    (strchr(may, *side) != NULL))
				fail_msg("%s from %c", wire_name((enum wire_kind)kind), *side);
	}
}

static void
frame(struct out *out, enum wire_kind kind, uint64_t id, size_t n, char fill)
{
	size_t begun = wire_begin(out, kind, id);

	for (size_t i = 0; i < n; i++)
		out_char(out, fill);
	wire_end(out, begun);
}

static void
take_back(struct span *input, enum wire_kind kind, uint64_t id, size_t n, char fill)
{
	struct wire_message message;

	assert_int_equal(wire_take(input, &message), ERR_OK);
	assert_int_equal(message.kind, kind);
	assert_true(message.id == id);
	assert_int_equal(message.payload.n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(message.payload.p[i], fill);
}

static void
every_row_is_framed(void **state)
{
	static const size_t sizes[] = {0, 1, 255, 256, WIRE_PAYLOAD};

	(void)state;
	for (unsigned kind = 1; kind < WIRE_COUNT; kind++) {
		for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
			struct out out = out_new(2 * WIRE_MAX);
			uint64_t id = UINT64_C(0xfedcba9876543210) ^ kind;
			struct span input;

			frame(&out, (enum wire_kind)kind, id, sizes[s], 'x');
			frame(&out, WIRE_STOP, 7, 0, 'y');
			assert_int_equal(out_err(&out), ERR_OK);
			input = out_view(&out);
			assert_int_equal(input.n, 2 * WIRE_HEADER + sizes[s]);
			take_back(&input, (enum wire_kind)kind, id, sizes[s], 'x');
			take_back(&input, WIRE_STOP, 7, 0, 'y');
			assert_int_equal(input.n, 0);
			out_free(&out);
		}
	}
}

/* What has not all come yet is left where it is. */
static void
a_part_waits(void **state)
{
	struct out out = out_new(WIRE_MAX);

	(void)state;
	frame(&out, WIRE_FILE, 1, 300, 'z');
	for (size_t n = 0; n < out.n; n++) {
		char *part =
		    malloc(n ? n : 1); /* of that size, so that a sanitizer sees overruns */
		struct span input = span_make(part, n);
		struct wire_message message;

		assert_non_null(part);
		memcpy(part, out.p, n);
		assert_int_equal(wire_take(&input, &message), ERR_BUSY);
		assert_ptr_equal(input.p, part);
		assert_int_equal(input.n, n);
		free(part);
	}
	out_free(&out);
}

static void
wrong_headers_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		struct span input = span_make(headers[i].header, WIRE_HEADER);
		struct wire_message message;

		if (wire_take(&input, &message) != headers[i].expected)
			fail_msg("%s", headers[i].name);
		if (headers[i].expected != ERR_OK)
			assert_int_equal(input.n, WIRE_HEADER);
	}
}

static void
too_much_fails_the_writer(void **state)
{
	struct out out = out_new(2 * WIRE_MAX);

	(void)state;
	frame(&out, WIRE_ITEM, 1, WIRE_PAYLOAD, 'a');
	assert_int_equal(out_err(&out), ERR_OK);
	out_reset(&out);
	frame(&out, WIRE_ITEM, 1, WIRE_PAYLOAD + 1, 'a');
	assert_int_equal(out_err(&out), ERR_LIMIT);
	out_free(&out);
}

static unsigned
next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33);
}

/* Bytes of which many look like a header, so that the inside is reached too. */
static size_t
make_bytes(uint64_t *seed, unsigned char *bytes, size_t size)
{
	size_t n = next(seed) % size;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)(next(seed) % 4 ? 0 : next(seed) % 64);
	return n;
}

static void
random_bytes_stay_inside(void **state)
{
	int runs = TEST_SLOW ? 20000000 : 200000;
	uint64_t seed = 20170504;
	int whole = 0;

	(void)state;
	for (int run = 0; run < runs; run++) {
		unsigned char bytes[96];
		size_t n = make_bytes(&seed, bytes, sizeof bytes);
		struct span input = span_make(bytes, n);
		struct wire_message message;
		struct out again = out_new(256);

		if (wire_take(&input, &message) == ERR_OK) {
			size_t begun = wire_begin(&again, message.kind, message.id);

			whole++;
			out_span(&again, message.payload);
			wire_end(&again, begun);
			assert_int_equal(out_err(&again), ERR_OK);
			assert_int_equal(again.n + input.n, n);
			assert_memory_equal(again.p, bytes, again.n);
		} else {
			assert_ptr_equal(input.p, bytes);
		}
		out_free(&again);
	}
	assert_true(whole > runs / 1000);
}

static void
words_are_one_line_that_a_terminal_only_shows(void **state)
{
	static const struct {
		const char *given, *kept;
	} rows[] = {
	    {"", ""},
	    {"192.0.2.1: another key", "192.0.2.1: another key"},
	    {"one\nkirkuk up\tnow", "one kirkuk up now"},
	    {"\033[2Jall is well", ""},
	    {"\302\2332Jall is well", ""},
	    {"not UTF-8: \377", ""},
	    {"\342\200\256 backwards", ""},
	    {"fifteen letters and more", "fifteen letters and mor"},
	    {"fifteen letters and mo\303\251", "fifteen letters and mo"},
	};
	char words[24];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		wire_words(span_of(rows[i].given), words, sizeof words);
		assert_string_equal(words, rows[i].kept);
	}
	wire_words((struct span){NULL, 0}, words, sizeof words);
	assert_string_equal(words, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_has_its_senders),
	    cmocka_unit_test(every_row_is_framed),
	    cmocka_unit_test(a_part_waits),
	    cmocka_unit_test(wrong_headers_are_refused),
	    cmocka_unit_test(too_much_fails_the_writer),
	    cmocka_unit_test(random_bytes_stay_inside),
	    cmocka_unit_test(words_are_one_line_that_a_terminal_only_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
