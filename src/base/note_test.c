#include "base/note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The example of golang.org/x/mod/sumdb/note, written and signed by others. */
#define NEUMANN "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define TEXT                                                                                       \
	"If you think cryptography is the answer to your problem,\n"                               \
	"then you don't know what your problem is.\n"
#define LINE                                                                                       \
	"\xe2\x80\x94 PeterNeumann "                                                               \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJ" \
	"nAM=\n"

static void
a_note_of_others_holds(void **state)
{
	struct note_key key;
	struct note note;
	struct out text = out_new(200);
	uint64_t time_s = 9;

	(void)state;
	assert_int_equal(note_key_read(SPAN(NEUMANN), &key), ERR_OK);
	assert_string_equal(key.name, "PeterNeumann");
	note_key_write(&text, &key);
	assert_true(span_is(out_view(&text), NEUMANN));
	assert_int_equal(note_read(SPAN(TEXT "\n" LINE), &note), ERR_OK);
	assert_true(span_is(note.text, TEXT));
	assert_int_equal(note_count(&note), 1);
	assert_int_equal(note_check(&note, &key, &time_s), NOTE_HOLDS);
	assert_int_equal(time_s, 0);
	out_free(&text);
}

static void
another_text_does_not(void **state)
{
	struct note_key key;
	struct note note;
	uint64_t time_s;

	(void)state;
	assert_int_equal(note_key_read(SPAN(NEUMANN), &key), ERR_OK);
	assert_int_equal(note_read(SPAN("then\n\n" LINE), &note), ERR_OK);
	assert_int_equal(note_check(&note, &key, &time_s), NOTE_BAD);
	memcpy(key.name, "PeterNeumanm", sizeof "PeterNeumanm");
	assert_int_equal(note_check(&note, &key, &time_s), NOTE_ABSENT);
}

static void
forms_are_judged(void **state)
{
	static const struct {
		const char *bytes;
		enum err err;
	} rows[] = {
	    {TEXT "\n" LINE LINE, ERR_OK},
	    {"", ERR_FORMAT},
	    {TEXT LINE, ERR_FORMAT},
	    {TEXT "\n", ERR_FORMAT},
	    {"no newline", ERR_FORMAT},
	    {TEXT "\n\xe2\x80\x94 x\n", ERR_FORMAT},
	    {TEXT "\n- PeterNeumann x08go/ZJ\n", ERR_FORMAT},
	    {"a\rb\n\n" LINE, ERR_FORMAT},
	    {"a\xff\n\n" LINE, ERR_FORMAT},
	};
	static const char *const keys[] = {
	    "",
	    "PeterNeumann",
	    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
	    NEUMANN "x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note note;

		if (note_read(span_of(rows[i].bytes), &note) != rows[i].err)
			fail_msg("note %zu", i);
	}
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct note_key key;

		if (note_key_read(span_of(keys[i]), &key) == ERR_OK)
			fail_msg("key %zu", i);
	}
}

/* A head signed here is read back; any other spelling of its text is refused. */
static void
heads_have_one_text(void **state)
{
	static const char *const others[] = {
	    "seam/a/x/log/1\n03\n", "seam/a/x/log/1\n-3\n", "seam/a/x/log/1\n3 \n", "\n3\n",
	    "seam/a/x/log/1\n",
	};
	struct note_head head = {.origin = "seam/a/x/log/1", .size = 3, .root = hash_of(SPAN("r"))};
	struct note_head again;
	struct out text = out_new(1000);
	struct span root;

	(void)state;
	note_head_write(&text, &head);
	assert_int_equal(note_head_read(out_view(&text), &again), ERR_OK);
	assert_string_equal(again.origin, head.origin);
	assert_int_equal(again.size, 3);
	assert_true(hash_equal(&again.root, &head.root));
	root = span_make(text.p + strlen("seam/a/x/log/1\n3\n"),
			 text.n - strlen("seam/a/x/log/1\n3\n"));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct out other = out_new(1000);

		out_text(&other, others[i]);
		out_span(&other, root);
		if (note_head_read(out_view(&other), &again) == ERR_OK)
			fail_msg("head %zu", i);
		out_free(&other);
	}
	out_text(&text, "an extension line\n");
	assert_int_not_equal(note_head_read(out_view(&text), &again), ERR_OK);
	out_free(&text);
}

/* C2SP tlog-cosignature: the time is signed with the text. */
static void
countersignatures_carry_their_time(void **state)
{
	static const unsigned char seed[SIGN_SEED_SIZE] = {7};
	struct sign_public public;
	struct sign_secret secret;
	struct signature signature;
	struct note_key key;
	struct note note;
	struct out message = out_new(1000), bytes = out_new(1000);
	struct span line;
	uint64_t time_s = 0;

	(void)state;
	sign_from_seed(seed, &public, &secret);
	assert_int_equal(note_key_make(SPAN("witness"), NOTE_COSIGNATURE, &public, &key), ERR_OK);
	note_cosign_message(&message, 1700000000, SPAN("log\n1\nroot\n"));
	assert_true(span_is(out_view(&message), "cosignature/v1\ntime 1700000000\nlog\n1\nroot\n"));
	sign_make(&secret, out_view(&message), &signature);
	for (int late = 0; late < 2; late++) {
		out_reset(&bytes);
		out_text(&bytes, "log\n1\nroot\n\n");
		note_write_line(&bytes, &key, 1700000000 + (uint64_t)late, &signature);
		assert_int_equal(note_read(out_view(&bytes), &note), ERR_OK);
		assert_int_equal(note_check(&note, &key, &time_s), late ? NOTE_BAD : NOTE_HOLDS);
		assert_true(note_line_time(note.lines, &time_s));
		assert_int_equal(time_s, 1700000000 + late);
		assert_int_equal(note_find_line(&note, &key, &line), !late);
		assert_true(late ? line.n == 0 : span_equal(line, note.lines));
		assert_false(note_line_time(span_make(note.lines.p, note.lines.n - 1), &time_s));
		assert_false(note_line_time(note.text, &time_s));
	}
	out_free(&message);
	out_free(&bytes);
}

static int
start(void **state)
{
	(void)state;
	return sign_start() == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_note_of_others_holds),
	    cmocka_unit_test(another_text_does_not),
	    cmocka_unit_test(forms_are_judged),
	    cmocka_unit_test(heads_have_one_text),
	    cmocka_unit_test(countersignatures_carry_their_time),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
