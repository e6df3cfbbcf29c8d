/* Countersignatures as they are kept, published and counted by party. */
#define _GNU_SOURCE
#include "journal/testscene.h"

#include "journal/proof.h"
#include "journal/rowhash.h"
#include "journal/tables.h"

static void
count_line(void *context, struct span witness, int64_t at_ms, struct span line)
{
	int64_t *sum = context;
	uint64_t time_s;

	assert_true(span_is(witness, "seam/c/erbil/witness"));
	assert_true(span_starts(line, "\xe2\x80\x94 seam/c/erbil/witness "));
	assert_true(note_line_time(line, &time_s) && at_ms == 1000 * (int64_t)time_s);
	*sum = *sum * 10 + at_ms / 1000 - 1700000000;
}

/* The newest head with a countersignature of that time beside what it has already. */
static enum err
cosign_at(struct testhome *home, uint64_t time_s)
{
	struct sign_secret secret;
	struct note_key witness;
	struct out message = out_new(8192);
	struct out note = out_new(8192);
	struct signature signature;
	struct note read;
	enum err err;

	testhome_key("seam/c/erbil/witness", NOTE_COSIGNATURE, 11, &secret, &witness);
	out_reset(&note);
	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
	note_cosign_message(&message, time_s, read.text);
	sign_make(&secret, out_view(&message), &signature);
	note.n =
	    read.text.n + 1 +
	    (size_t)((const char *)memchr(read.lines.p, '\n', read.lines.n) + 1 - read.lines.p);
	note_write_line(&note, &witness, time_s, &signature);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(shelf_cosign(home->journal, &home->key, out_view(&note), 1), ERR_REFUSED);
	err = shelf_cosign(home->journal, &witness, out_view(&note), 1);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	out_free(&note);
	out_free(&message);
	return err;
}

static int64_t
times_kept(struct testhome *home, uint64_t size)
{
	int64_t sum = 0;

	assert_int_equal(shelf_each_cosign(home->journal, size, count_line, &sum), ERR_OK);
	return sum;
}

static void
countersignatures_are_published(void **state)
{
	struct testhome *home = &((struct scene *)*state)->log;
	struct sign_secret secret;
	struct note_key witness;
	struct out note = out_new(8192);
	struct note read;
	uint64_t time_s;

	testhome_key("seam/c/erbil/witness", NOTE_COSIGNATURE, 11, &secret, &witness);
	testhome_append(home, 0, 4);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(cosign_at(home, 1700000002), ERR_OK);
	assert_int_equal(times_kept(home, 5), 2);
	assert_int_equal(cosign_at(home, 1700000002), ERR_OK);
	assert_int_equal(times_kept(home, 5), 2);
	assert_int_equal(cosign_at(home, 1700000004), ERR_OK);
	assert_int_equal(times_kept(home, 5), 24);
	/* only the earliest and the latest stay, in whatever order they come */
	assert_int_equal(cosign_at(home, 1700000005), ERR_OK);
	assert_int_equal(cosign_at(home, 1700000003), ERR_OK);
	assert_int_equal(times_kept(home, 5), 25);
	assert_int_equal(cosign_at(home, 1700000001), ERR_OK);
	assert_int_equal(times_kept(home, 5), 15);
	assert_int_equal(cosign_at(home, 0), ERR_REFUSED);
	journal_close(home->journal);
	testhome_open(home);
	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
	assert_int_equal(note_count(&read), 2);
	assert_int_equal(note_check(&read, &witness, &time_s), NOTE_HOLDS);
	assert_int_equal(time_s, 1700000005);
	assert_int_equal(note_check(&read, &home->key, &time_s), NOTE_HOLDS);
	testhome_assert_verifies(home);
	out_free(&note);
}

/* A proof under a head that is no longer the newest carries what was countersigned first. */
static void
proofs_under_countersigned_heads(void **state)
{
	struct testhome *home = &((struct scene *)*state)->log;
	struct sign_secret secret;
	struct note_key witness;
	struct out text = out_new(PROOF_MAX);
	struct note_head head;
	struct proof proof;
	struct note read;
	struct testrecord t;
	unsigned char entry[JOURNAL_ENTRY_SIZE];
	uint64_t time_s;

	testhome_key("seam/c/erbil/witness", NOTE_COSIGNATURE, 11, &secret, &witness);
	testhome_append(home, 0, 4);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(cosign_at(home, 1700000002), ERR_OK);
	assert_int_equal(cosign_at(home, 1700000009), ERR_OK);
	testhome_append(home, 4, 3);
	assert_int_equal(testhome_beat(home), ERR_OK);
	testhome_record(&t, 2, true);
	t.record.id = hash_of(t.record.jwt);
	journal_entry(JOURNAL_ENTRY_RECORD, &t.record.id, entry);
	assert_int_equal(journal_prove_under(home->journal, 3, 5, &text), ERR_OK);
	assert_int_equal(
	    proof_check(out_view(&text), span_make(entry, sizeof entry), &home->key, &head),
	    ERR_OK);
	assert_int_equal(head.size, 5);
	assert_int_equal(proof_read(out_view(&text), &proof), ERR_OK);
	assert_int_equal(note_read(proof.note, &read), ERR_OK);
	assert_int_equal(note_check(&read, &witness, &time_s), NOTE_HOLDS);
	assert_int_equal(time_s, 1700000002);
	/* a head that nobody countersigned, a leaf above it, a head above ours */
	assert_int_equal(journal_prove_under(home->journal, 3, 6, &text), ERR_NOT_FOUND);
	assert_int_equal(journal_prove_under(home->journal, 6, 5, &text), ERR_NOT_FOUND);
	assert_int_equal(journal_prove_under(home->journal, 3, 9, &text), ERR_NOT_FOUND);
	out_free(&text);
}

/* --- quorum */

enum { WITNESSES = 6 };

/* Witnesses of four parties; b and d have two stations each. */
static const char *const witness_of[WITNESSES][2] = {
    {"b", "seam/b/qayyara/witness"}, {"b", "seam/b/mosul/witness"}, {"c", "seam/c/erbil/witness"},
    {"d", "seam/d/one/witness"},     {"d", "seam/d/two/witness"},   {"e", "seam/e/five/witness"},
};

struct bench {
	struct note_key key[WITNESSES];
	struct sign_secret secret[WITNESSES];
	struct witness_member member[WITNESSES];
};

static void
make_bench(struct bench *bench)
{
	for (int i = 0; i < WITNESSES; i++) {
		testhome_key(witness_of[i][1], NOTE_COSIGNATURE, (unsigned char)(40 + i),
			     &bench->secret[i], &bench->key[i]);
		bench->member[i] = (struct witness_member){witness_of[i][0], &bench->key[i]};
	}
}

/* The newest head, countersigned by one. */
static void
cosign_by(struct testhome *home, struct bench *bench, int who, uint64_t time_s)
{
	struct out message = out_new(NOTE_MAX), body = out_new(NOTE_MAX), note = out_new(NOTE_MAX);
	struct signature signature;
	struct note read;
	enum witness_outcome outcome;
	uint64_t old = 0;

	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
	note_cosign_message(&message, time_s, read.text);
	sign_make(&bench->secret[who], out_view(&message), &signature);
	note_write_line(&body, &bench->key[who], time_s, &signature);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(witness_take(home->journal, &bench->key[who],
				      journal_head_size(home->journal), 200, out_view(&body),
				      &outcome, &old),
			 ERR_OK);
	assert_int_equal(outcome, WITNESS_COSIGNED);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	out_free(&message);
	out_free(&body);
	out_free(&note);
}

/* Heads of 3, 5, 7, 9 leaves.  Time runs from 100 s; who countersigned what, and when. */
static void
countersign_four_heads(struct testhome *home, struct bench *bench)
{
	static const struct {
		int head, who;
		uint64_t time_s;
	} rows[] = {
	    {3, 0, 101}, {3, 2, 103}, {5, 1, 104}, {5, 3, 99},
	    {5, 0, 106}, {7, 0, 107}, {7, 4, 108}, {7, 0, 120},
	};

	for (int head = 3; head <= 9; head += 2) {
		grow(home, head, 2);
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
			if (rows[i].head == head)
				cosign_by(home, bench, rows[i].who, rows[i].time_s);
	}
}

static void
quorum_is_counted_by_party(void **state)
{
	static const struct {
		const char *name;
		size_t n; /* of the witnesses that are members */
		unsigned k;
		bool is_reached;
		uint64_t size;
		int64_t reached_s, freshest_s;
	} rows[] = {
	    {"one of all", WITNESSES, 1, true, 7, 107, 120},
	    {"two", WITNESSES, 2, true, 7, 108, 108},
	    {"three: c saw no more than 3", WITNESSES, 3, true, 3, 103, 103},
	    {"four: e never did", WITNESSES, 4, false, 0, 0, 0},
	    {"nobody asked for", WITNESSES, 0, false, 0, 0, 0},
	    {"two stations of b are one party", 2, 2, false, 0, 0, 0},
	    {"b and c", 3, 2, true, 3, 103, 103},
	    {"no members", 0, 1, false, 0, 0, 0},
	};
	struct testhome *home = &((struct scene *)*state)->log;
	struct bench bench;

	make_bench(&bench);
	countersign_four_heads(home, &bench);
	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct witness_quorum quorum;

			assert_int_equal(witness_quorum(home->journal, bench.member, rows[i].n,
							rows[i].k, &quorum),
					 ERR_OK);
			if (quorum.is_reached != rows[i].is_reached ||
			    quorum.size != rows[i].size ||
			    quorum.reached_ms != 1000 * rows[i].reached_s ||
			    quorum.freshest_ms != 1000 * rows[i].freshest_s)
				fail_msg("%s: %d %d %d %d", rows[i].name, quorum.is_reached,
					 (int)quorum.size, (int)quorum.reached_ms,
					 (int)quorum.freshest_ms);
		}
		journal_close(home->journal);
		testhome_open(home);
	}
	testhome_assert_verifies(home);
}

static void
leaves_have_a_state(void **state)
{
	static const struct {
		int leaf;
		unsigned k;
		enum witness_state state;
		unsigned parties;
		int64_t before_s;
		uint64_t best;
	} rows[] = {
	    /* of leaf 0: b at 101, c at 103, d at 99 */
	    {0, 1, WITNESS_COUNTERSIGNED, 3, 99, 3},
	    {0, 2, WITNESS_COUNTERSIGNED, 3, 101, 3},
	    {2, 3, WITNESS_COUNTERSIGNED, 3, 103, 3},
	    {2, 4, WITNESS_LOGGED, 3, 0, 3},
	    /* of leaf 3: b at 104, d at 99; c not */
	    {3, 2, WITNESS_COUNTERSIGNED, 2, 104, 5},
	    {4, 1, WITNESS_COUNTERSIGNED, 2, 99, 5},
	    {3, 3, WITNESS_LOGGED, 2, 0, 5},
	    {5, 2, WITNESS_COUNTERSIGNED, 2, 108, 7},
	    /* under a head that nobody countersigned, then under none */
	    {7, 1, WITNESS_LOGGED, 0, 0, 0},
	    {9, 1, WITNESS_SIGNED, 0, 0, 0},
	    {1000000, 1, WITNESS_SIGNED, 0, 0, 0},
	};
	struct testhome *home = &((struct scene *)*state)->log;
	struct witness_leaf leaf;
	struct bench bench;
	struct out proof = out_new(PROOF_MAX);

	make_bench(&bench);
	countersign_four_heads(home, &bench);
	testhome_append(home, 50, 3);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(witness_leaf(home->journal, bench.member, WITNESSES, rows[i].k, 1,
					      (uint64_t)rows[i].leaf, &leaf),
				 ERR_OK);
		if (leaf.state != rows[i].state || leaf.parties != rows[i].parties ||
		    leaf.before_ms != 1000 * rows[i].before_s || leaf.best_size != rows[i].best)
			fail_msg("leaf %d by %u: %s %u %d %d", rows[i].leaf, rows[i].k,
				 witness_state_label(leaf.state), leaf.parties, (int)leaf.before_ms,
				 (int)leaf.best_size);
		if (leaf.best_size)
			assert_int_equal(journal_prove_under(home->journal, (uint64_t)rows[i].leaf,
							     leaf.best_size, &proof),
					 ERR_OK);
		out_reset(&proof);
	}
	/* of a log that is not there */
	assert_int_equal(witness_leaf(home->journal, bench.member, WITNESSES, 1, 7, 0, &leaf),
			 ERR_OK);
	assert_int_equal(leaf.state, WITNESS_SIGNED);
	out_free(&proof);
}

/* A countersignature over these bytes of a head, without the log's own line beside it. */
static enum err
cosign_text(struct testhome *home, struct bench *bench, int who, struct span text)
{
	struct out message = out_new(NOTE_MAX), note = out_new(NOTE_MAX);
	struct signature signature;
	enum err err;

	note_cosign_message(&message, 150, text);
	sign_make(&bench->secret[who], out_view(&message), &signature);
	out_span(&note, text);
	out_char(&note, '\n');
	note_write_line(&note, &bench->key[who], 150, &signature);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	err = shelf_cosign(home->journal, &bench->key[who], out_view(&note), 1);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	out_free(&message);
	out_free(&note);
	return err;
}

static void
heads_without_their_own_line(void **state)
{
	struct testhome *home = &((struct scene *)*state)->log;
	struct out note = out_new(NOTE_MAX), text = out_new(NOTE_MAX);
	struct note_head head;
	struct witness_leaf leaf;
	struct bench bench;
	struct note read;

	make_bench(&bench);
	grow(home, 0, 4);
	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(note_read(out_view(&note), &read), ERR_OK);
	assert_int_equal(cosign_text(home, &bench, 0, read.text), ERR_OK);
	/* it counts, but no proof can be made under it once it is not the newest */
	assert_int_equal(witness_leaf(home->journal, bench.member, WITNESSES, 1, 1, 2, &leaf),
			 ERR_OK);
	assert_int_equal(leaf.state, WITNESS_COUNTERSIGNED);
	assert_int_equal(leaf.best_size, 0);
	cosign_by(home, &bench, 2, 160);
	assert_int_equal(witness_leaf(home->journal, bench.member, WITNESSES, 1, 1, 2, &leaf),
			 ERR_OK);
	assert_int_equal(leaf.best_size, 5);
	/* another root, another log, more leaves than we signed */
	assert_int_equal(note_head_read(read.text, &head), ERR_OK);
	for (int i = 0; i < 3; i++) {
		struct note_head other = head;

		other.root.b[3] ^= (unsigned char)(i == 0);
		other.origin[6] = i == 1 ? 'x' : other.origin[6];
		other.size += i == 2;
		out_reset(&text);
		note_head_write(&text, &other);
		assert_int_equal(cosign_text(home, &bench, 0, out_view(&text)), ERR_REFUSED);
	}
	out_free(&note);
	out_free(&text);
}

/* --- verification */

static bool
key_of(void *context, struct span name, struct note_key *key)
{
	struct bench *bench = context;

	for (int i = 0; i < WITNESSES; i++)
		if (span_is(name, bench->key[i].name)) {
			*key = bench->key[i];
			return true;
		}
	return false;
}

/* Changed together with the rows' hashes, as by somebody who can write the file. */
static void
change(const struct testhome *home, const char *sql)
{
	char path[FILE_PATH_MAX];
	sqlite3 *db;

	assert_int_equal(file_path(path, sizeof path, home->dir, "journal.db"), ERR_OK);
	assert_int_equal(db_open(path, DB_WRITE, &db), ERR_OK);
	assert_int_equal(rowhash_install(db), ERR_OK);
	assert_int_equal(db_run(db, sql), ERR_OK);
	assert_int_equal(
	    db_run(db, "UPDATE cosign SET row = " TABLES_HASH("cosign", TABLES_COSIGN)), ERR_OK);
	db_close(db);
}

static enum err
verify(const struct testhome *home, struct bench *bench, struct verify_counts *counts, char *fault)
{
	struct verify_options options = {
	    .key = &home->key, .find_key = bench ? key_of : NULL, .context = bench};

	return verify_home(home->dir, &options, counts, fault);
}

static void
countersignatures_are_verified(void **state)
{
	static const struct {
		const char *sql, *fault;
	} rows[] = {
	    {"UPDATE cosign SET line = (SELECT line FROM cosign WHERE size = 5 AND witness LIKE "
	     "'%qayyara%') WHERE size = 3 AND witness LIKE '%qayyara%'",
	     "countersignature of log 1 at 3 leaves by seam/b/qayyara/witness does not hold"},
	    {"UPDATE cosign SET at_ms = at_ms - 1000 WHERE size = 3 AND witness LIKE '%qayyara%'",
	     "at 3 leaves by seam/b/qayyara/witness does not hold"},
	    {"UPDATE cosign SET size = 4 WHERE size = 3 AND witness LIKE '%erbil%'",
	     "at 4 leaves by seam/c/erbil/witness does not hold"},
	    {"UPDATE cosign SET size = 40 WHERE size = 3 AND witness LIKE '%erbil%'",
	     "at 40 leaves by seam/c/erbil/witness is over leaves that are not there"},
	    {"UPDATE cosign SET line = (SELECT line FROM cosign WHERE size = 5 AND at_ms = 0) "
	     "WHERE size = 3 AND at_ms = 0",
	     "at 3 leaves by seam/a/makhmour/log/1 does not hold"},
	};
	struct testhome *home = &((struct scene *)*state)->log;
	char keep[] = "/tmp/seam-journal-XXXXXX";
	struct verify_counts counts;
	char fault[VERIFY_FAULT_MAX];
	struct bench bench;

	make_bench(&bench);
	countersign_four_heads(home, &bench);
	assert_int_equal(verify(home, &bench, &counts, fault), ERR_OK);
	assert_int_equal(counts.cosigns, 8);
	assert_int_equal(verify(home, NULL, &counts, fault), ERR_OK);
	assert_int_equal(counts.cosigns, 0);
	journal_close(home->journal);
	home->journal = NULL;
	assert_non_null(mkdtemp(keep));
	copy_home(home->dir, keep);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		change(home, rows[i].sql);
		if (verify(home, &bench, &counts, fault) != ERR_CORRUPT ||
		    !strstr(fault, rows[i].fault))
			fail_msg("row %zu: %s", i, fault);
		testhome_wipe(home->dir);
		assert_int_equal(mkdir(home->dir, 0700), 0);
		copy_home(keep, home->dir);
	}
	assert_int_equal(verify(home, &bench, &counts, fault), ERR_OK);
	testhome_wipe(keep);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(countersignatures_are_published), ROW(proofs_under_countersigned_heads),
	    ROW(quorum_is_counted_by_party),      ROW(leaves_have_a_state),
	    ROW(heads_without_their_own_line),    ROW(countersignatures_are_verified),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
