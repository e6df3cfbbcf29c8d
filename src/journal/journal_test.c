/* The store as its users see it: append, read, heads, proofs, erasure; two writers, lost heads, old
 * copies. */
#include "base/db.h"
#include "journal/proof.h"
#include "journal/testhome.h"

static int
set_up(void **state)
{
	struct testhome *home = calloc(1, sizeof *home);

	testhome_make(home, "/tmp");
	*state = home;
	return 0;
}

static int
tear_down(void **state)
{
	testhome_drop(*state);
	free(*state);
	return 0;
}

static void
reopen(struct testhome *home)
{
	journal_close(home->journal);
	testhome_open(home);
}

static void
appends_and_reads(void **state)
{
	struct testhome *home = *state;
	struct arena *arena = arena_new(1 << 20);
	struct journal_record record;
	struct testrecord t;

	testhome_append(home, 0, 10);
	reopen(home);
	assert_int_equal(journal_size(home->journal), 11);
	for (int i = 0; i < 10; i++) {
		struct hash id;

		testhome_record(&t, i, true);
		id = hash_of(span_of(t.jwt));
		assert_int_equal(journal_get(home->journal, &id, arena, &record), ERR_OK);
		assert_true(span_is(record.jwt, t.jwt));
		assert_true(span_is(record.disclosures, t.disclosures));
		assert_true(span_is(record.thread, t.thread));
		assert_int_equal(record.leaf, i + 1);
		assert_int_equal(record.seq, i + 1);
		assert_int_equal(record.filed_ms, 1000000 + i);
		assert_int_equal(
		    journal_get_leaf(home->journal, 1, (uint64_t)i + 1, arena, &record), ERR_OK);
		assert_true(hash_equal(&record.id, &id));
	}
	arena_free(arena);
}

static void
same_record_again_is_refused(void **state)
{
	struct testhome *home = *state;
	struct testrecord t;
	bool is_new;

	testhome_append(home, 0, 1);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	testhome_record(&t, 0, true);
	assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_EXISTS);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
	assert_int_equal(journal_size(home->journal), 2);
}

static void
foreign_disclosures_unite(void **state)
{
	static const struct {
		int number;
		const char *given;
		const char *held;
		bool is_new;
	} rows[] = {
	    {5, "D1~D2", "D1~D2", true},
	    {5, "D2~D3", "D1~D2~D3", false},
	    {5, "D1", "D1~D2~D3", false},
	    {5, "", "D1~D2~D3", false},
	    {5, "D4", "D1~D2~D3~D4", false},
	    /* as they stand in a delivery, with the mark behind each */
	    {6, "D1~D2~", "D1~D2~", true},
	    {6, "D2~D3~", "D1~D2~D3~", false},
	    {6, "D1~D3~", "D1~D2~D3~", false},
	    {6, "D4~D5~", "D1~D2~D3~D4~D5~", false},
	};
	struct testhome *home = *state;
	struct arena *arena = arena_new(1 << 20);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct journal_record got;
		struct testrecord t;
		bool is_new;

		testhome_record(&t, rows[i].number, false);
		t.record.disclosures = span_of(rows[i].given);
		assert_int_equal(journal_begin(home->journal), ERR_OK);
		assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_OK);
		assert_int_equal(is_new, rows[i].is_new);
		assert_int_equal(journal_commit(home->journal), ERR_OK);
		assert_int_equal(journal_get(home->journal, &t.record.id, arena, &got), ERR_OK);
		assert_true(span_is(got.disclosures, rows[i].held));
		assert_int_equal(got.leaf, -1);
		assert_int_equal(journal_size(home->journal), 1);
	}
	arena_free(arena);
}

static void
rollback_leaves_nothing(void **state)
{
	struct testhome *home = *state;
	struct testrecord t;
	bool is_new;

	testhome_append(home, 0, 3);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	testhome_record(&t, 50, true);
	assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_OK);
	journal_rollback(home->journal);
	assert_false(journal_has(home->journal, &t.record.id));
	testhome_append(home, 3, 3);
	reopen(home);
	assert_int_equal(journal_size(home->journal), 7);
	assert_false(journal_has(home->journal, &t.record.id));
}

/* What a batch remembers of its records and of the outbox goes with it. */
static void
rollback_forgets(void **state)
{
	struct testhome *home = *state;
	struct outbox outbox = {.party = SPAN("b"), .reason = SPAN("line 1"), .counter = -1};
	struct testrecord t;
	int64_t number[3];
	bool is_new;

	testhome_append(home, 0, 1);
	testhome_record(&t, 50, true);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_OK);
	outbox.record = t.record.id;
	for (int i = 0; i < 2; i++)
		assert_int_equal(outbox_add(home->journal, &outbox, &number[i]), ERR_OK);
	assert_int_equal(number[1], number[0] + 1);
	journal_rollback(home->journal);

	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_not_equal(outbox_add(home->journal, &outbox, &number[2]), ERR_OK);
	journal_rollback(home->journal);

	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_OK);
	assert_int_equal(outbox_add(home->journal, &outbox, &number[2]), ERR_OK);
	assert_int_equal(number[2], number[0]);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
}

static void
writes_only_in_a_batch(void **state)
{
	struct testhome *home = *state;
	struct testrecord t;
	bool is_new;

	testhome_record(&t, 1, true);
	assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_REFUSED);
	assert_int_equal(journal_commit(home->journal), ERR_REFUSED);
	assert_int_equal(journal_begin(home->journal), ERR_OK);
	assert_int_equal(journal_begin(home->journal), ERR_REFUSED);
	t.record.jwt = span_make(NULL, 0);
	assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_LIMIT);
	testhome_record(&t, 1, true);
	t.record.kind = SPAN("");
	assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_FORMAT);
	assert_int_equal(journal_commit(home->journal), ERR_OK);
}

static void
heads_cover_and_prove(void **state)
{
	struct testhome *home = *state;
	struct out proof = out_new(PROOF_MAX);
	unsigned char entry[JOURNAL_ENTRY_SIZE];
	struct note_head head;
	struct testrecord t;

	for (int round = 0; round < 6; round++) {
		testhome_append(home, round * 100, 100);
		assert_int_equal(testhome_beat(home), ERR_OK);
		assert_int_equal(journal_head_size(home->journal), 101 + round * 100);
	}
	reopen(home);
	assert_int_equal(journal_repairs(home->journal), 0);
	for (int i = 0; i < 600; i += 37) {
		struct hash id;

		testhome_record(&t, i, true);
		id = hash_of(span_of(t.jwt));
		out_reset(&proof);
		assert_int_equal(journal_prove_record(home->journal, &id, &proof), ERR_OK);
		journal_entry(JOURNAL_ENTRY_RECORD, &id, entry);
		assert_int_equal(proof_check(out_view(&proof), span_make(entry, sizeof entry),
					     &home->key, &head),
				 ERR_OK);
		assert_int_equal(head.size, 601);
		entry[5] ^= 1;
		assert_int_equal(proof_check(out_view(&proof), span_make(entry, sizeof entry),
					     &home->key, &head),
				 ERR_REFUSED);
	}
	out_free(&proof);
}

static void
wrong_heads_are_refused(void **state)
{
	struct testhome *home = *state;
	struct note_head head;
	struct out text = out_new(4096);
	struct out note = out_new(8192);

	testhome_append(home, 0, 5);
	assert_int_equal(journal_head_due(home->journal, &text), ERR_OK);
	assert_int_equal(note_head_read(out_view(&text), &head), ERR_OK);
	assert_int_equal(head.size, 6);
	head.root.b[3] ^= 4;
	out_reset(&text);
	note_head_write(&text, &head);
	testhome_sign(home, out_view(&text), &note);
	assert_int_equal(journal_head_accept(home->journal, out_view(&note), 1), ERR_REFUSED);
	assert_int_equal(journal_head_size(home->journal), 0);
	assert_int_equal(testhome_beat(home), ERR_OK);
	/* the same head a second time brings nothing */
	out_reset(&note);
	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(journal_head_accept(home->journal, out_view(&note), 1), ERR_REFUSED);
	out_free(&note);
	out_free(&text);
}

static void
copy_file(const char *from_dir, const char *to_dir, const char *name)
{
	char from[FILE_PATH_MAX];
	char to[FILE_PATH_MAX];
	struct out bytes = out_new(64 << 20);

	assert_int_equal(file_path(from, sizeof from, from_dir, name), ERR_OK);
	assert_int_equal(file_path(to, sizeof to, to_dir, name), ERR_OK);
	assert_int_equal(file_read(from, &bytes), ERR_OK);
	assert_int_equal(file_write(to, out_view(&bytes), 0600), ERR_OK);
	out_free(&bytes);
}

static void
remove_file(const char *dir, const char *name)
{
	char path[FILE_PATH_MAX];

	assert_int_equal(file_path(path, sizeof path, dir, name), ERR_OK);
	(void)unlink(path);
}

static void
two_writers_exclude_each_other(void **state)
{
	struct testhome *home = *state;
	struct journal *second;
	char why[JOURNAL_WHY_MAX];

	assert_int_equal(journal_open(home->dir, JOURNAL_WRITE, why, &second), ERR_LOCKED);
	assert_null(second);
	assert_int_equal(journal_open(home->dir, JOURNAL_READ, why, &second), ERR_OK);
	assert_int_equal(journal_begin(second), ERR_REFUSED);
	journal_close(second);
}

/* Who reads sees one moment: a head signed meanwhile changes neither its notes nor its proofs. */
static void
a_reader_keeps_its_head(void **state)
{
	struct testhome *home = *state;
	struct out before = out_new(1 << 14);
	struct out after = out_new(1 << 14);
	struct out proof = out_new(1 << 14);
	struct journal *reader;

	testhome_append(home, 0, 3);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(journal_open(home->dir, JOURNAL_READ, home->why, &reader), ERR_OK);
	assert_int_equal(journal_head_note(reader, &before), ERR_OK);
	testhome_append(home, 3, 4);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(journal_head_note(reader, &after), ERR_OK);
	assert_true(before.n > 0 && span_equal(out_view(&before), out_view(&after)));
	assert_int_equal(journal_prove(reader, 2, &proof), ERR_OK);
	assert_int_equal(journal_prove(reader, 5, &proof), ERR_NOT_FOUND);
	journal_close(reader);
	assert_int_equal(journal_open(home->dir, JOURNAL_READ, home->why, &reader), ERR_OK);
	assert_int_equal(journal_prove(reader, 5, &proof), ERR_OK);
	journal_close(reader);
	out_free(&before);
	out_free(&after);
	out_free(&proof);
}

/* The same key in two homes that share head.db, as when a machine was cloned: one of them signs,
 * the other never. */
static void
two_instances_on_one_key(void **state)
{
	struct testhome *home = *state;
	struct testhome twin;
	char target[FILE_PATH_MAX];
	char link_path[FILE_PATH_MAX];

	testhome_append(home, 0, 3);
	assert_int_equal(testhome_beat(home), ERR_OK);
	journal_close(home->journal);
	twin = *home;
	(void)snprintf(twin.dir, sizeof twin.dir, "/tmp/seam-journal-XXXXXX");
	assert_non_null(mkdtemp(twin.dir));
	copy_file(home->dir, twin.dir, "journal.db");
	copy_file(home->dir, twin.dir, "keys.db");
	assert_int_equal(file_path(target, sizeof target, home->dir, "head.db"), ERR_OK);
	assert_int_equal(file_path(link_path, sizeof link_path, twin.dir, "head.db"), ERR_OK);
	assert_int_equal(symlink(target, link_path), 0);
	testhome_open(home);
	testhome_open(&twin);
	testhome_append(home, 10, 2);
	testhome_append(&twin, 20, 2);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(testhome_beat(&twin), ERR_LOCKED);
	/* and it does not try again */
	testhome_append(&twin, 30, 2);
	assert_int_equal(testhome_beat(&twin), ERR_CORRUPT);
	testhome_drop(&twin);
}

static void
old_copy_is_refused(void **state)
{
	struct testhome *home = *state;
	char keep[] = "/tmp/seam-journal-XXXXXX";

	testhome_append(home, 0, 20);
	assert_int_equal(testhome_beat(home), ERR_OK);
	journal_close(home->journal);
	home->journal = NULL;
	assert_non_null(mkdtemp(keep));
	copy_file(home->dir, keep, "journal.db");
	testhome_open(home);
	testhome_append(home, 20, 20);
	assert_int_equal(testhome_beat(home), ERR_OK);
	journal_close(home->journal);
	home->journal = NULL;
	copy_file(keep, home->dir, "journal.db");
	remove_file(home->dir, "journal.db-wal");
	remove_file(home->dir, "journal.db-shm");
	assert_int_equal(journal_open(home->dir, JOURNAL_WRITE, home->why, &home->journal),
			 ERR_CORRUPT);
	assert_non_null(strstr(home->why, "seam recover"));
	/* it may be looked at */
	assert_int_equal(journal_open(home->dir, JOURNAL_READ, home->why, &home->journal), ERR_OK);
	testhome_wipe(keep);
}

static void
lost_head_is_refused(void **state)
{
	struct testhome *home = *state;

	testhome_append(home, 0, 4);
	assert_int_equal(testhome_beat(home), ERR_OK);
	journal_close(home->journal);
	home->journal = NULL;
	remove_file(home->dir, "head.db");
	remove_file(home->dir, "head.db-wal");
	remove_file(home->dir, "head.db-shm");
	assert_int_equal(journal_open(home->dir, JOURNAL_WRITE, home->why, &home->journal),
			 ERR_CORRUPT);
	assert_non_null(strstr(home->why, "head.db"));
}

static void
larger_head_elsewhere_stops_signing(void **state)
{
	struct testhome *home = *state;
	struct out text = out_new(4096);
	struct out note = out_new(8192);
	struct note_head head;

	testhome_append(home, 0, 4);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(journal_head_note(home->journal, &note), ERR_OK);
	assert_int_equal(journal_head_shown(home->journal, out_view(&note)), ERR_OK);
	memset(&head, 0, sizeof head);
	(void)span_copy(head.origin, sizeof head.origin, span_of(home->key.name));
	head.size = 9;
	note_head_write(&text, &head);
	out_reset(&note);
	testhome_sign(home, out_view(&text), &note);
	assert_int_equal(journal_head_shown(home->journal, out_view(&note)), ERR_CORRUPT);
	testhome_append(home, 4, 1);
	assert_int_equal(testhome_beat(home), ERR_CORRUPT);
	journal_close(home->journal);
	home->journal = NULL;
	assert_int_equal(journal_open(home->dir, JOURNAL_WRITE, home->why, &home->journal),
			 ERR_CORRUPT);
	out_free(&note);
	out_free(&text);
}

/* A bit that flips after the first hashing, played by a trigger inside the database: the batch is
 * refused and no head is ever given out over it. */
static void
second_hashing_sees_a_flip(void **state)
{
	static const char *const flips[] = {
	    "UPDATE leaf SET entry = CAST(substr(entry, 1, 31) || x'0000' AS BLOB) WHERE idx = "
	    "new.idx;",
	    "UPDATE leaf SET hash = CAST(substr(hash, 1, 30) || x'0000' AS BLOB) WHERE idx = "
	    "new.idx;",
	    "UPDATE leaf SET idx = idx + 1 WHERE idx = new.idx;",
	};
	struct testhome *home = *state;

	for (size_t i = 0; i < sizeof flips / sizeof flips[0]; i++) {
		struct testrecord t;
		char path[FILE_PATH_MAX];
		char sql[512];
		bool is_new;
		sqlite3 *db;

		testhome_drop(home);
		testhome_make(home, "/tmp");
		testhome_append(home, 0, 3);
		assert_int_equal(file_path(path, sizeof path, home->dir, "journal.db"), ERR_OK);
		assert_int_equal(db_open(path, DB_WRITE, &db), ERR_OK);
		(void)snprintf(sql, sizeof sql,
			       "CREATE TRIGGER flip AFTER INSERT ON leaf BEGIN %s END", flips[i]);
		assert_int_equal(db_run(db, sql), ERR_OK);
		db_close(db);
		assert_int_equal(journal_begin(home->journal), ERR_OK);
		testhome_record(&t, 10, true);
		assert_int_equal(journal_add(home->journal, &t.record, &is_new), ERR_OK);
		assert_int_equal(journal_commit(home->journal), ERR_CORRUPT);
		assert_int_equal(testhome_beat(home), ERR_IO);
		assert_int_equal(journal_begin(home->journal), ERR_IO);
		journal_close(home->journal);
		assert_int_equal(journal_open(home->dir, JOURNAL_WRITE, home->why, &home->journal),
				 ERR_CORRUPT);
		assert_non_null(strstr(home->why, "leaf 4"));
	}
}

static void
damaged_tiles_are_rebuilt(void **state)
{
	struct testhome *home = *state;
	char path[FILE_PATH_MAX];

	testhome_append(home, 0, 256);
	testhome_append(home, 256, 100);
	assert_int_equal(testhome_beat(home), ERR_OK);
	assert_int_equal(file_path(path, sizeof path, journal_log_dir(home->journal), "tile/0/000"),
			 ERR_OK);
	assert_int_equal(file_write(path, SPAN("rubbish"), 0644), ERR_OK);
	assert_int_equal(
	    file_path(path, sizeof path, journal_log_dir(home->journal), "tile/entries/001.p/101"),
	    ERR_OK);
	assert_int_equal(unlink(path), 0);
	reopen(home);
	assert_int_equal(journal_repairs(home->journal), 2);
	reopen(home);
	assert_int_equal(journal_repairs(home->journal), 0);
}

static void
witness_takes_only_extensions(void **state)
{
	struct testhome *home = *state;
	struct testhome other;
	struct out note = out_new(8192);
	struct merkle_path path;
	uint64_t known;

	testhome_make(&other, "/tmp");
	journal_close(other.journal);
	testhome_wipe(other.dir);
	(void)mkdir(other.dir, 0700);
	testhome_key("seam/b/qayyara/log/1", NOTE_ED25519, 9, &other.secret, &other.key);
	out_reset(&note);
	note_key_write(&note, &other.key);
	assert_int_equal(
	    journal_create(other.dir, SPAN("b/qayyara"), out_view(&note), SPAN("x"), 1), ERR_OK);
	testhome_open(&other);
	testhome_append(&other, 0, 9);
	assert_int_equal(testhome_beat(&other), ERR_OK);
	out_reset(&note);
	assert_int_equal(journal_head_note(other.journal, &note), ERR_OK);
	path.n = 0;
	assert_int_equal(
	    journal_witness(home->journal, &other.key, 0, &path, out_view(&note), 1, &known),
	    ERR_OK);
	assert_int_equal(known, 0);
	/* the old size must be the one held */
	assert_int_equal(
	    journal_witness(home->journal, &other.key, 0, &path, out_view(&note), 1, &known),
	    ERR_BUSY);
	assert_int_equal(known, 10);
	testhome_append(&other, 20, 30);
	assert_int_equal(testhome_beat(&other), ERR_OK);
	out_reset(&note);
	assert_int_equal(journal_head_note(other.journal, &note), ERR_OK);
	assert_int_equal(journal_prove_extension(other.journal, 10, 40, &path), ERR_OK);
	path.hash[0].b[0] ^= 1;
	assert_int_equal(
	    journal_witness(home->journal, &other.key, 10, &path, out_view(&note), 1, &known),
	    ERR_REFUSED);
	path.hash[0].b[0] ^= 1;
	assert_int_equal(
	    journal_witness(home->journal, &home->key, 10, &path, out_view(&note), 1, &known),
	    ERR_REFUSED);
	assert_int_equal(
	    journal_witness(home->journal, &other.key, 10, &path, out_view(&note), 1, &known),
	    ERR_OK);
	out_reset(&note);
	assert_int_equal(journal_witnessed(home->journal, SPAN("seam/b/qayyara/log/1"), &note),
			 ERR_OK);
	out_free(&note);
	testhome_drop(&other);
}

static void
unknown_things_are_not_found(void **state)
{
	struct testhome *home = *state;
	struct arena *arena = arena_new(1 << 16);
	struct hash id = hash_of(SPAN("nothing"));
	struct journal_record record;
	struct journal *none;
	struct out proof = out_new(4096);

	assert_int_equal(journal_get(home->journal, &id, arena, &record), ERR_NOT_FOUND);
	assert_int_equal(journal_get_leaf(home->journal, 1, 77, arena, &record), ERR_NOT_FOUND);
	assert_int_equal(journal_prove_record(home->journal, &id, &proof), ERR_NOT_FOUND);
	assert_int_equal(journal_erase(home->journal, &id), ERR_NOT_FOUND);
	assert_int_equal(journal_open("/nowhere", JOURNAL_READ, home->why, &none), ERR_NOT_FOUND);
	out_free(&proof);
	arena_free(arena);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(appends_and_reads),
	    ROW(same_record_again_is_refused),
	    ROW(foreign_disclosures_unite),
	    ROW(rollback_leaves_nothing),
	    ROW(rollback_forgets),
	    ROW(writes_only_in_a_batch),
	    ROW(heads_cover_and_prove),
	    ROW(wrong_heads_are_refused),
	    ROW(two_writers_exclude_each_other),
	    ROW(a_reader_keeps_its_head),
	    ROW(two_instances_on_one_key),
	    ROW(old_copy_is_refused),
	    ROW(lost_head_is_refused),
	    ROW(larger_head_elsewhere_stops_signing),
	    ROW(second_hashing_sees_a_flip),
	    ROW(damaged_tiles_are_rebuilt),
	    ROW(witness_takes_only_extensions),
	    ROW(unknown_things_are_not_found),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
