/* Notes, heads, cosignatures and proofs: the published vectors of C2SP and Go, and what must be
 * refused. */
#include "journal/proof.h"

#include "base/b64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DASH     "\xe2\x80\x94 "
#define SPEC_KEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define SPEC_LINE                                                                                  \
	DASH "example.com/foo "                                                                    \
	     "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu7" \
	     "2IneyaQM=\n"
#define SPEC_NOTE "This is an example message.\n\n" SPEC_LINE
#define PETER_KEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_LINE                                                                                 \
	DASH "PeterNeumann "                                                                       \
	     "x08go/ZJkuBS9UG/"                                                                    \
	     "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define GO_TEXT                                                                                    \
	"If you think cryptography is the answer to your problem,\n"                               \
	"then you don't know what your problem is.\n"

static int
set_up(void **state)
{
	(void)state;
	return sign_start() == ERR_OK ? 0 : -1;
}

static void
published_notes_hold(void **state)
{
	static const struct {
		const char *key;
		const char *note;
		enum note_answer answer;
	} rows[] = {
	    {SPEC_KEY, SPEC_NOTE, NOTE_HOLDS},
	    {PETER_KEY, GO_TEXT "\n" PETER_LINE, NOTE_HOLDS},
	    {SPEC_KEY, GO_TEXT "\n" PETER_LINE, NOTE_ABSENT},
	    {PETER_KEY, GO_TEXT "\n" SPEC_LINE PETER_LINE, NOTE_HOLDS},
	    {SPEC_KEY, GO_TEXT "\n" SPEC_LINE PETER_LINE, NOTE_BAD},
	    {SPEC_KEY, "This is an Example message.\n\n" SPEC_LINE, NOTE_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note_key key;
		struct note note;
		struct out vkey = out_new(1024);
		uint64_t time_s;

		assert_int_equal(note_key_read(span_of(rows[i].key), &key), ERR_OK);
		note_key_write(&vkey, &key);
		assert_string_equal(vkey.p, rows[i].key);
		assert_int_equal(note_read(span_of(rows[i].note), &note), ERR_OK);
		assert_int_equal(note_check(&note, &key, &time_s), rows[i].answer);
		assert_int_equal(time_s, 0);
		out_free(&vkey);
	}
}

static void
broken_notes_are_refused(void **state)
{
	static const char *const rows[] = {
	    "",
	    "\n",
	    "\n\n",
	    "text\n",
	    "text\n\n",
	    "text\n\nline\n",
	    "text\n" SPEC_LINE,
	    "text\n\n" DASH "example.com/foo\n",
	    "text\n\n" DASH "example.com/foo AAAA\n",
	    "text\n\n" DASH "exa+mple AAAAAAAAAAA=\n",
	    "text\n\n" DASH " AAAAAAAAAAA=\n",
	    "text\n\n" DASH "name AAAAAAAAAAA\n",
	    "text\n\n- name AAAAAAAAAAA=\n",
	    "te\rxt\n\n" SPEC_LINE,
	    "te\x01xt\n\n" SPEC_LINE,
	    "te\xffxt\n\n" SPEC_LINE,
	    "text\n\n" SPEC_LINE "rest",
	    "text\n\n" SPEC_LINE "\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note note;

		if (note_read(span_of(rows[i]), &note) == ERR_OK)
			fail_msg("row %zu was accepted", i);
		assert_int_equal(note.text.n, 0);
	}
}

static void
broken_keys_are_refused(void **state)
{
	static const char *const rows[] = {
	    "",
	    "name",
	    "name+530d903a",
	    "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U",
	    "example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "exam ple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note_key key;

		if (note_key_read(span_of(rows[i]), &key) == ERR_OK)
			fail_msg("row %zu was accepted", i);
	}
}

static void
heads_are_read_strictly(void **state)
{
#define ROOT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	static const struct {
		const char *text;
		enum err err;
	} rows[] = {
	    {"origin\n0\n" ROOT "\n", ERR_OK},
	    {"seam/a/makhmour/log/1\n123456789\n" ROOT "\n", ERR_OK},
	    {"origin\n00\n" ROOT "\n", ERR_FORMAT},
	    {"origin\n01\n" ROOT "\n", ERR_FORMAT},
	    {"origin\n-1\n" ROOT "\n", ERR_FORMAT},
	    {"origin\n-0\n" ROOT "\n", ERR_FORMAT},
	    {"origin\n+1\n" ROOT "\n", ERR_FORMAT},
	    {"origin\n\n" ROOT "\n", ERR_FORMAT},
	    {"origin\n99999999999999999999\n" ROOT "\n", ERR_FORMAT},
	    {"\n1\n" ROOT "\n", ERR_FORMAT},
	    {"ori gin\n1\n" ROOT "\n", ERR_FORMAT},
	    {"origin\n1\n" ROOT "\nextension\n", ERR_FORMAT},
	    {"origin\n1\n" ROOT, ERR_FORMAT},
	    {"origin\n1\nAAAA\n", ERR_FORMAT},
	    {"origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", ERR_FORMAT},
	    {"origin\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ERR_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note_head head;
		struct out again = out_new(1024);

		assert_int_equal(note_head_read(span_of(rows[i].text), &head), rows[i].err);
		if (rows[i].err != ERR_OK)
			continue;
		note_head_write(&again, &head);
		assert_string_equal(again.p, rows[i].text);
		out_free(&again);
	}
}

static void
make_key(const char *name, unsigned char type, unsigned char fill, struct sign_secret *secret,
	 struct note_key *key)
{
	unsigned char seed[SIGN_SEED_SIZE];
	struct sign_public public;

	memset(seed, fill, sizeof seed);
	sign_from_seed(seed, &public, secret);
	assert_int_equal(note_key_make(span_of(name), type, &public, key), ERR_OK);
}

static void
cosignatures(void **state)
{
	struct sign_secret secret;
	struct note_key key;
	struct note_key as_log;
	struct signature signature;
	struct out message = out_new(8192);
	struct out bytes = out_new(8192);
	struct note note;
	uint64_t time_s;

	(void)state;
	make_key("witness.example", NOTE_COSIGNATURE, 3, &secret, &key);
	note_cosign_message(&message, 1679315147, SPAN("origin\n9\nroot\n"));
	assert_string_equal(message.p, "cosignature/v1\ntime 1679315147\norigin\n9\nroot\n");
	sign_make(&secret, out_view(&message), &signature);
	out_text(&bytes, "origin\n9\nroot\n\n");
	note_write_line(&bytes, &key, 1679315147, &signature);
	assert_int_equal(note_read(out_view(&bytes), &note), ERR_OK);
	assert_int_equal(note_check(&note, &key, &time_s), NOTE_HOLDS);
	assert_int_equal(time_s, 1679315147);
	/* the same key under the other type has another id, so the line is not its */
	make_key("witness.example", NOTE_ED25519, 3, &secret, &as_log);
	assert_int_not_equal(as_log.id, key.id);
	assert_int_equal(note_check(&note, &as_log, &time_s), NOTE_ABSENT);
	/* another time breaks it */
	out_reset(&bytes);
	out_text(&bytes, "origin\n9\nroot\n\n");
	note_write_line(&bytes, &key, 1679315148, &signature);
	assert_int_equal(note_read(out_view(&bytes), &note), ERR_OK);
	assert_int_equal(note_check(&note, &key, &time_s), NOTE_BAD);
	out_free(&message);
	out_free(&bytes);
}

/* The layout of the specification's example, with a head that we sign ourselves. */
static void
proofs_stand_alone(void **state)
{
	static const char entry[] = "one entry";
	struct sign_secret secret;
	struct note_key key;
	struct note_key other;
	struct signature signature;
	struct note_head head;
	struct out text = out_new(4096);
	struct out note = out_new(4096);
	struct out bytes = out_new(PROOF_MAX);
	struct out wanted = out_new(PROOF_MAX);
	struct proof proof;
	struct proof read;

	(void)state;
	make_key("example.com/log", NOTE_ED25519, 5, &secret, &key);
	make_key("example.com/log", NOTE_ED25519, 6, &secret, &other);
	make_key("example.com/log", NOTE_ED25519, 5, &secret, &key);
	memset(&proof, 0, sizeof proof);
	memset(&head, 0, sizeof head);
	proof.index = 1;
	proof.path.n = 1;
	proof.path.hash[0] = merkle_leaf(SPAN("left"));
	proof.extra = SPAN("YWJj");
	(void)span_copy(head.origin, sizeof head.origin, SPAN("example.com/log"));
	head.size = 2;
	head.root = merkle_leaf(SPAN("one entry"));
	head.root = merkle_node(&proof.path.hash[0], &head.root);
	note_head_write(&text, &head);
	sign_make(&secret, out_view(&text), &signature);
	out_span(&note, out_view(&text));
	out_char(&note, '\n');
	note_write_line(&note, &key, 0, &signature);
	proof.note = out_view(&note);
	proof_write(&bytes, &proof);
	out_text(&wanted, "c2sp.org/tlog-proof@v1\nextra YWJj\nindex 1\n");
	b64_write(&wanted, span_make(proof.path.hash[0].b, HASH_SIZE));
	out_text(&wanted, "\n\n");
	out_span(&wanted, out_view(&note));
	assert_string_equal(bytes.p, wanted.p);
	assert_int_equal(proof_read(out_view(&bytes), &read), ERR_OK);
	assert_true(span_is(read.extra, "YWJj"));
	assert_int_equal(proof_check(out_view(&bytes), span_of(entry), &key, &head), ERR_OK);
	assert_int_equal(head.size, 2);
	assert_int_equal(proof_check(out_view(&bytes), SPAN("other entry"), &key, &head),
			 ERR_REFUSED);
	assert_int_equal(proof_check(out_view(&bytes), span_of(entry), &other, &head), ERR_REFUSED);
	/* any single byte changed: broken or refused, never accepted; but `extra` is not covered */
	for (size_t i = 0; i < bytes.n; i++) {
		if (i >= 29 && i < 33)
			continue;
		bytes.p[i] = (char)(bytes.p[i] ^ 1);
		if (proof_check(out_view(&bytes), span_of(entry), &key, &head) == ERR_OK)
			fail_msg("byte %zu may be changed", i);
		bytes.p[i] = (char)(bytes.p[i] ^ 1);
	}
	out_free(&text);
	out_free(&note);
	out_free(&bytes);
	out_free(&wanted);
}

static void
broken_proofs_are_refused(void **state)
{
#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	static const struct {
		const char *text;
		enum err err;
	} rows[] = {
	    {"c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n", ERR_OK},
	    {"c2sp.org/tlog-proof@v1\nindex 5\n" HASH HASH "\ncheckpoint\n", ERR_OK},
	    {"c2sp.org/tlog-proof@v2\nindex 0\n\ncheckpoint\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nindex 00\n\ncheckpoint\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nindex -1\n\ncheckpoint\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\ncheckpoint\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\ncheckpoint\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nindex 0\n\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\nindex 0\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1\n", ERR_FORMAT},
	    {"c2sp.org/tlog-proof@v1", ERR_FORMAT},
	    {"", ERR_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct proof proof;

		if (proof_read(span_of(rows[i].text), &proof) != rows[i].err)
			fail_msg("row %zu", i);
	}
}

static void
paths_of_a_witness(void **state)
{
	struct merkle_path path;
	struct merkle_path again;
	struct out out = out_new(65536);

	(void)state;
	for (path.n = 0; path.n < 63; path.n++)
		path.hash[path.n] = merkle_leaf(span_make(&path.n, sizeof path.n));
	proof_write_path(&out, &path);
	assert_int_equal(proof_read_path(out_view(&out), &again), ERR_OK);
	assert_int_equal(again.n, 63);
	assert_memory_equal(again.hash, path.hash, 63 * sizeof path.hash[0]);
	out_text(&out, HASH);
	assert_int_equal(proof_read_path(out_view(&out), &again), ERR_FORMAT);
	assert_int_equal(proof_read_path(SPAN("\n"), &again), ERR_FORMAT);
	assert_int_equal(proof_read_path(SPAN("AAAA\n"), &again), ERR_FORMAT);
	assert_int_equal(proof_read_path(SPAN(""), &again), ERR_OK);
	assert_int_equal(again.n, 0);
	out_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_notes_hold),
	    cmocka_unit_test(broken_notes_are_refused),
	    cmocka_unit_test(broken_keys_are_refused),
	    cmocka_unit_test(heads_are_read_strictly),
	    cmocka_unit_test(cosignatures),
	    cmocka_unit_test(proofs_stand_alone),
	    cmocka_unit_test(broken_proofs_are_refused),
	    cmocka_unit_test(paths_of_a_witness),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
