/* Deliveries made and come, due releases, quarantine and documents: what survives, what is refused,
 * what is counted. */
#include "journal/inside.h"
#include "journal/testhome.h"
#include "model/party.h"

static int
set_up(void **state)
{
	struct testhome *home = calloc(1, sizeof *home);

	testhome_make(home, "/tmp");
	testhome_append(home, 0, 5);
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

static struct hash
record_id(int n, bool is_own)
{
	struct testrecord t;

	testhome_record(&t, n, is_own);
	return hash_of(span_of(t.jwt));
}

static struct sent
delivery(struct testhome *home, const char *party, int record, const char *bytes)
{
	struct sent sent;

	memset(&sent, 0, sizeof sent);
	sent.party = span_of(party);
	sent.record = record_id(record, true);
	sent.bytes = span_of(bytes);
	sent.made_ms = 10;
	sent.until_ms = 20;
	sent.onward = SPAN("c");
	assert_int_equal(sent_next(home->journal, sent.party, &sent.counter, &sent.prev), ERR_OK);
	return sent;
}

static bool
count_one(void *context, const struct sent *sent)
{
	(void)sent;
	++*(int *)context;
	return true;
}

static void
deliveries_are_chained(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct arena *arena = arena_new(1 << 20);
	struct sent_walk walk = {count_one, NULL};
	struct sent sent;
	struct sent got;
	struct hash first;
	int64_t leaf;
	int n = 0;

	assert_int_equal(journal_begin(j), ERR_OK);
	sent = delivery(home, "b", 0, "first bytes");
	assert_int_equal(sent.counter, 1);
	assert_int_equal(sent_add(j, &sent), ERR_OK);
	assert_int_equal(sent_add(j, &sent), ERR_REFUSED); /* the number is used up */
	first = hash_of(SPAN("first bytes"));
	sent = delivery(home, "b", 1, "second bytes");
	assert_int_equal(sent.counter, 2);
	assert_true(hash_equal(&sent.prev, &first));
	sent.prev.b[0] ^= 1;
	assert_int_equal(sent_add(j, &sent), ERR_REFUSED);
	sent.prev.b[0] ^= 1;
	sent.counter = 3;
	assert_int_equal(sent_add(j, &sent), ERR_REFUSED);
	sent.counter = 2;
	assert_int_equal(sent_add(j, &sent), ERR_OK);
	sent = delivery(home, "c", 99, "of nothing");
	assert_int_equal(sent.counter, 1);
	assert_int_equal(sent_add(j, &sent), ERR_NOT_FOUND);
	sent = delivery(home, "c", 1, "to c");
	assert_int_equal(sent_add(j, &sent), ERR_OK);
	assert_int_equal(sent_mark(j, SPAN("b"), 1, SENT_ARRIVED, 11), ERR_REFUSED);
	assert_int_equal(sent_mark(j, SPAN("b"), 1, SENT_EXPORTED, 11), ERR_OK);
	assert_int_equal(sent_mark(j, SPAN("b"), 9, SENT_EXPORTED, 11), ERR_NOT_FOUND);
	assert_int_equal(sent_arrived(j, SPAN("b"), 1, SPAN("the receipt"), 12, &leaf), ERR_OK);
	assert_int_equal(leaf, 6);
	assert_int_equal(sent_arrived(j, SPAN("b"), 1, SPAN("another"), 13, &leaf), ERR_EXISTS);
	assert_int_equal(sent_mark(j, SPAN("b"), 1, SENT_EXPORTED, 14), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(journal_size(j), 7);

	assert_int_equal(sent_get(j, SPAN("b"), 1, arena, &got), ERR_OK);
	assert_true(span_is(got.bytes, "first bytes"));
	assert_true(span_is(got.receipt, "the receipt"));
	assert_int_equal(got.state, SENT_ARRIVED);
	assert_int_equal(got.changed_ms, 12);
	assert_int_equal(got.leaf, 6);
	assert_int_equal(sent_get_whole(j, &first, arena, &got), ERR_OK);
	assert_int_equal(got.counter, 1);
	assert_int_equal(sent_get(j, SPAN("b"), 3, arena, &got), ERR_NOT_FOUND);
	walk.context = &n;
	assert_int_equal(sent_each(j, SPAN(""), 0, &walk), ERR_OK);
	assert_int_equal(n, 3);
	n = 0;
	assert_int_equal(sent_each(j, SPAN("b"), 1, &walk), ERR_OK);
	assert_int_equal(n, 1);
	n = 0;
	first = record_id(1, true);
	assert_int_equal(sent_each_of(j, &first, &walk), ERR_OK);
	assert_int_equal(n, 2);
	assert_string_equal(sent_state_text(SENT_EXPORTED), "exported");
	arena_free(arena);
}

struct gaps {
	int64_t at[8];
	enum inbox_gap what; /* of the last */
	int n;
};

static void
note_gap(void *context, enum inbox_gap what, int64_t first, int64_t last)
{
	struct gaps *gaps = context;

	gaps->what = what;
	assert_true(gaps->n < 8);
	gaps->at[gaps->n++] = first;
	gaps->at[gaps->n++] = last;
}

static void
deliveries_come_once(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct arena *arena = arena_new(1 << 20);
	struct testrecord t;
	struct inbox inbox;
	struct inbox got;
	struct gaps gaps = {.n = 0};
	int64_t highest;
	char bytes[32];
	bool is_new;

	assert_int_equal(journal_begin(j), ERR_OK);
	testhome_record(&t, 7, false);
	assert_int_equal(journal_add(j, &t.record, &is_new), ERR_OK);
	memset(&inbox, 0, sizeof inbox);
	inbox.station = SPAN("b/qayyara");
	inbox.record = t.record.id;
	inbox.way = SPAN("link");
	inbox.came_ms = 3;
	for (int64_t counter = 2; counter <= 8; counter += counter == 4 ? 3 : 1) {
		(void)snprintf(bytes, sizeof bytes, "bytes %d", (int)counter);
		inbox.counter = counter;
		inbox.bytes = span_of(bytes);
		assert_int_equal(inbox_add(j, &inbox), ERR_OK);
	}
	assert_int_equal(inbox_add(j, &inbox), ERR_EXISTS);
	inbox.bytes = SPAN("other bytes");
	assert_int_equal(inbox_add(j, &inbox), ERR_REFUSED);
	inbox.counter = 0;
	assert_int_equal(inbox_add(j, &inbox), ERR_FORMAT);
	inbox.counter = 9;
	inbox.record = record_id(77, false);
	assert_int_equal(inbox_add(j, &inbox), ERR_NOT_FOUND);
	assert_int_equal(inbox_receipt(j, SPAN("b/qayyara"), 2, SPAN("ours")), ERR_OK);
	assert_int_equal(inbox_receipt(j, SPAN("b/qayyara"), 1, SPAN("ours")), ERR_NOT_FOUND);
	assert_int_equal(journal_commit(j), ERR_OK);

	assert_int_equal(inbox_get(j, SPAN("b/qayyara"), 2, arena, &got), ERR_OK);
	assert_true(span_is(got.bytes, "bytes 2"));
	assert_true(span_is(got.receipt, "ours"));
	assert_int_equal(inbox_gaps(j, SPAN("b/qayyara"), &highest, note_gap, &gaps), ERR_OK);
	assert_int_equal(highest, 8);
	assert_int_equal(gaps.n, 4);
	assert_int_equal(gaps.at[0], 1);
	assert_int_equal(gaps.at[1], 1);
	assert_int_equal(gaps.at[2], 5);
	assert_int_equal(gaps.at[3], 6);
	/* of an erased record nothing comes back in */
	assert_int_equal(journal_erase(j, &t.record.id), ERR_OK);
	assert_int_equal(journal_begin(j), ERR_OK);
	testhome_record(&t, 7, false);
	assert_int_equal(journal_add(j, &t.record, &is_new), ERR_REFUSED);
	inbox.record = t.record.id;
	assert_int_equal(inbox_add(j, &inbox), ERR_REFUSED);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(inbox_get(j, SPAN("b/qayyara"), 2, arena, &got), ERR_OK);
	assert_int_equal(got.bytes.n, 0);
	arena_free(arena);
}

/* One delivery of b's that names `prev` as the one before; its own bytes are its number. */
static void
come_after(struct journal *j, int64_t counter, int64_t prev)
{
	struct testrecord t;
	struct inbox inbox;
	char bytes[32];
	bool is_new;

	memset(&inbox, 0, sizeof inbox);
	(void)snprintf(bytes, sizeof bytes, "%lld", (long long)prev);
	if (prev)
		inbox.prev = hash_of(span_of(bytes));
	assert_int_equal(journal_begin(j), ERR_OK);
	testhome_record(&t, 7, false);
	assert_int_equal(journal_add(j, &t.record, &is_new), ERR_OK);
	inbox.station = SPAN("b/qayyara");
	inbox.record = t.record.id;
	inbox.way = SPAN("link");
	(void)snprintf(bytes, sizeof bytes, "%lld", (long long)counter);
	inbox.counter = counter;
	inbox.bytes = span_of(bytes);
	assert_int_equal(inbox_add(j, &inbox), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
}

static void
ask_gaps(struct journal *j, struct gaps *gaps)
{
	int64_t highest;

	memset(gaps, 0, sizeof *gaps);
	assert_int_equal(inbox_gaps(j, SPAN("b/qayyara"), &highest, note_gap, gaps), ERR_OK);
}

/* What came, in this order, and what is then said of the gap behind number 2; asked after each, so
 * that what was kept of the answers before is part of it. */
static void
a_new_row_leaves_no_gap(void **state)
{
	enum { FIRST = 7 * STATION_ROW + 1 };
	static const struct {
		const char *name;
		struct {
			int64_t counter, prev;
		} came[6];
		int n;
		enum inbox_gap what;
		int64_t at[2];
	} rows[] = {
	    {"it goes on", {{1, 0}, {2, 1}, {3, 2}}, 0, INBOX_MISSING, {0, 0}},
	    {"anew after what is held",
	     {{1, 0}, {2, 1}, {FIRST, 2}},
	     2,
	     INBOX_BEGUN,
	     {3, FIRST - 1}},
	    {"after less than is held",
	     {{1, 0}, {2, 1}, {FIRST, 1}},
	     2,
	     INBOX_BEGUN,
	     {3, FIRST - 1}},
	    {"after none", {{1, 0}, {2, 1}, {FIRST, 0}}, 2, INBOX_BEGUN, {3, FIRST - 1}},
	    {"after one that is not held",
	     {{1, 0}, {2, 1}, {FIRST, 3}},
	     2,
	     INBOX_SOME,
	     {3, FIRST - 1}},
	    {"which comes", {{1, 0}, {2, 1}, {FIRST, 3}, {3, 2}}, 2, INBOX_BEGUN, {4, FIRST - 1}},
	    {"its first is missing", {{1, 0}, {2, 1}, {FIRST + 1, 4}}, 2, INBOX_SOME, {3, FIRST}},
	    {"and comes",
	     {{1, 0}, {2, 1}, {FIRST + 1, FIRST}, {FIRST, 2}},
	     2,
	     INBOX_BEGUN,
	     {3, FIRST - 1}},
	    {"it goes on behind that",
	     {{1, 0}, {2, 1}, {FIRST, 2}, {FIRST + 1, FIRST}},
	     2,
	     INBOX_BEGUN,
	     {3, FIRST - 1}},
	    {"no row begins there", {{1, 0}, {2, 1}, {9, 0}}, 2, INBOX_MISSING, {3, 8}},
	    {"nobody names himself",
	     {{1, 0}, {2, 1}, {FIRST, FIRST}},
	     2,
	     INBOX_SOME,
	     {3, FIRST - 1}},
	};
	struct gaps gaps = {.n = 0};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct testhome *home = *state;

		for (size_t k = 0; k < 6 && rows[i].came[k].counter; k++) {
			come_after(home->journal, rows[i].came[k].counter, rows[i].came[k].prev);
			ask_gaps(home->journal, &gaps);
		}
		if (gaps.n != rows[i].n || gaps.at[0] != rows[i].at[0] ||
		    gaps.at[1] != rows[i].at[1] || (gaps.n && gaps.what != rows[i].what))
			fail_msg("%s: %d, %d from %lld to %lld", rows[i].name, gaps.n, gaps.what,
				 (long long)gaps.at[0], (long long)gaps.at[1]);
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
}

struct seen {
	int64_t number[8];
	int n;
};

static bool
note_outbox(void *context, const struct outbox *outbox)
{
	struct seen *seen = context;

	assert_true(seen->n < 8);
	seen->number[seen->n++] = outbox->number;
	return true;
}

static void
releases_wait_and_survive(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct arena *arena = arena_new(1 << 20);
	struct seen seen = {.n = 0};
	struct outbox_walk walk = {note_outbox, &seen, false};
	struct outbox outbox;
	int64_t number[3];
	int64_t count;
	int64_t at_ms;

	assert_int_equal(outbox_next(j, &at_ms), ERR_OK);
	assert_true(at_ms == INT64_MAX);
	assert_int_equal(journal_begin(j), ERR_OK);
	memset(&outbox, 0, sizeof outbox);
	outbox.record = record_id(2, true);
	outbox.party = SPAN("b");
	outbox.items = SPAN("kind place@1km");
	outbox.needed = 2;
	outbox.counter = -1;
	outbox.reason = SPAN("rule 3");
	outbox.policy = 4;
	outbox.not_before_ms = 2000;
	assert_int_equal(outbox_add(j, &outbox, &number[0]), ERR_OK);
	outbox.not_before_ms = 1000;
	assert_int_equal(outbox_add(j, &outbox, &number[1]), ERR_OK);
	outbox.state = OUTBOX_HELD;
	assert_int_equal(outbox_add(j, &outbox, &number[2]), ERR_OK);
	assert_int_equal(outbox_approve(j, number[2], SPAN("rebin"), 5, &count), ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(outbox_approve(j, number[2], SPAN("rebin"), 6, &count), ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(outbox_approve(j, number[2], SPAN("dara"), 7, &count), ERR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(outbox_approve(j, 99, SPAN("dara"), 7, &count), ERR_NOT_FOUND);
	assert_int_equal(outbox_approve(j, number[2], SPAN("a\nb"), 7, &count), ERR_FORMAT);
	assert_int_equal(journal_commit(j), ERR_OK);
	journal_close(home->journal);
	testhome_open(home);
	j = home->journal;

	assert_int_equal(outbox_next(j, &at_ms), ERR_OK);
	assert_int_equal(at_ms, 1000);
	assert_int_equal(outbox_each_due(j, 999, &walk), ERR_OK);
	assert_int_equal(seen.n, 0);
	assert_int_equal(outbox_each_due(j, 5000, &walk), ERR_OK);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.number[0], number[1]);
	assert_int_equal(seen.number[1], number[0]);
	assert_int_equal(outbox_get(j, number[2], arena, &outbox), ERR_OK);
	assert_true(span_is(outbox.given, "rebin\ndara"));
	assert_true(span_is(outbox.items, "kind place@1km"));
	assert_true(span_is(outbox.reason, "rule 3"));
	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(outbox_move(j, number[1], OUTBOX_QUEUED, 17, SPAN(""), 9), ERR_OK);
	assert_int_equal(outbox_move(j, number[0], OUTBOX_DROPPED, -1, SPAN("too late"), 9),
			 ERR_OK);
	assert_int_equal(outbox_move(j, 99, OUTBOX_DROPPED, -1, SPAN(""), 9), ERR_NOT_FOUND);
	assert_int_equal(journal_commit(j), ERR_OK);
	seen.n = 0;
	assert_int_equal(outbox_each_due(j, 5000, &walk), ERR_OK);
	assert_int_equal(seen.n, 0);
	assert_int_equal(outbox_get(j, number[1], arena, &outbox), ERR_OK);
	assert_int_equal(outbox.counter, 17);
	assert_true(span_is(outbox.reason, "rule 3"));
	assert_int_equal(outbox_get(j, number[0], arena, &outbox), ERR_OK);
	assert_true(span_is(outbox.reason, "too late"));
	assert_int_equal(outbox_each_in(j, OUTBOX_HELD, &walk), ERR_OK);
	assert_int_equal(seen.n, 1);
	assert_string_equal(outbox_state_text(OUTBOX_TOLD), "told");
	arena_free(arena);
}

static bool
count_bad(void *context, const struct quarantine *quarantine)
{
	int *n = context;

	if (*n == 0) /* the newest first */
		assert_int_equal(quarantine->total, QUARANTINE_ROWS_MAX + 50);
	assert_true(quarantine->bytes.n <= JOURNAL_BLOB_MAX);
	(*n)++;
	return true;
}

static void
quarantine_is_bounded(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct quarantine_walk walk = {count_bad, NULL};
	struct journal_counts counts;
	struct quarantine bad;
	char *bytes = calloc(1, 3 * JOURNAL_BLOB_MAX);
	int n = 0;

	assert_non_null(bytes);
	memset(bytes, 'q', 3 * JOURNAL_BLOB_MAX);
	memset(&bad, 0, sizeof bad);
	bad.source = SPAN("stick");
	bad.reason = SPAN("no such key");
	assert_int_equal(journal_begin(j), ERR_OK);
	for (int i = 1; i <= QUARANTINE_ROWS_MAX + 50; i++) {
		bad.bytes = span_make(bytes, (size_t)i);
		assert_int_equal(quarantine_add(j, &bad), ERR_OK);
	}
	assert_int_equal(journal_commit(j), ERR_OK);
	walk.context = &n;
	assert_int_equal(quarantine_each(j, &walk), ERR_OK);
	assert_int_equal(n, QUARANTINE_ROWS_MAX);
	assert_int_equal(journal_count(j, &counts), ERR_OK);
	assert_int_equal(counts.quarantine_dropped, 50);
	assert_int_equal(journal_begin(j), ERR_OK);
	bad.bytes = span_make(bytes, 3 * JOURNAL_BLOB_MAX);
	for (int i = 0; i < QUARANTINE_BYTES_MAX / JOURNAL_BLOB_MAX + 3; i++)
		assert_int_equal(quarantine_add(j, &bad), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(journal_count(j, &counts), ERR_OK);
	assert_int_equal(counts.quarantined, QUARANTINE_BYTES_MAX / JOURNAL_BLOB_MAX);
	free(bytes);
}

static bool
count_shelf(void *context, const struct shelf *shelf)
{
	int *n = context;

	(*n)++;
	assert_int_equal(shelf->version, *n);
	return true;
}

static void
documents_by_version(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct arena *arena = arena_new(1 << 20);
	struct shelf_walk walk = {count_shelf, NULL};
	struct shelf shelf = {SPAN("policy"), SPAN("a"), 1, SPAN("one"), 5};
	struct shelf got;
	int n = 0;

	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(shelf_put(j, &shelf), ERR_OK);
	assert_int_equal(shelf_put(j, &shelf), ERR_OK);
	shelf.text = SPAN("other");
	assert_int_equal(shelf_put(j, &shelf), ERR_EXISTS);
	shelf.version = 2;
	assert_int_equal(shelf_put(j, &shelf), ERR_OK);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(shelf_newest(j, SPAN("policy"), SPAN("a"), arena, &got), ERR_OK);
	assert_int_equal(got.version, 2);
	assert_true(span_is(got.text, "other"));
	assert_int_equal(shelf_get(j, SPAN("policy"), SPAN("a"), 1, arena, &got), ERR_OK);
	assert_true(span_is(got.text, "one"));
	assert_int_equal(shelf_newest(j, SPAN("policy"), SPAN("b"), arena, &got), ERR_NOT_FOUND);
	walk.context = &n;
	assert_int_equal(shelf_each(j, SPAN("policy"), &walk), ERR_OK);
	assert_int_equal(n, 2);
	arena_free(arena);
}

static bool
note_record(void *context, const struct journal_record *record)
{
	struct seen *seen = context;

	assert_true(seen->n < 8);
	assert_int_equal(record->disclosures.n, 0);
	seen->number[seen->n++] = record->seq;
	return true;
}

static void
expired_records_are_found(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct seen seen = {.n = 0};
	struct journal_walk walk = {note_record, &seen};
	struct hash second = record_id(1, true);
	struct hash third = record_id(2, true);
	struct hash nothing = hash_of(SPAN("nothing"));

	assert_int_equal(journal_begin(j), ERR_OK);
	assert_int_equal(journal_keep(j, &second, 500), ERR_OK);
	assert_int_equal(journal_keep(j, &third, 700), ERR_OK);
	assert_int_equal(journal_keep(j, &nothing, 700), ERR_NOT_FOUND);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(journal_each_expired(j, 499, &walk), ERR_OK);
	assert_int_equal(seen.n, 0);
	assert_int_equal(journal_each_expired(j, 600, &walk), ERR_OK);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.number[0], 2);
	assert_int_equal(journal_erase(j, &second), ERR_OK);
	seen.n = 0;
	assert_int_equal(journal_each_expired(j, 900, &walk), ERR_OK);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.number[0], 3);
}

/* ---- where foreign records lie in their station's log ---- */

struct leafless {
	int n;
	int64_t seq[40];
};

static bool
note_leafless(void *context, const struct journal_record *row)
{
	struct leafless *found = context;

	assert_int_equal(row->leaf, -1);
	assert_int_equal(row->disclosures.n, 0);
	found->seq[found->n++] = row->seq;
	return true;
}

static struct leafless
leafless(struct journal *journal, const char *origin, const char *thread)
{
	struct leafless found = {.n = 0};
	struct journal_walk walk = {note_leafless, &found};

	assert_int_equal(journal_each_leafless(journal, span_of(origin), span_of(thread), &walk),
			 ERR_OK);
	return found;
}

static void
add_version(struct journal *journal, int n, const char *origin, const char *thread)
{
	struct testrecord t;
	bool is_new;

	testhome_record(&t, n, false);
	t.record.origin = span_of(origin);
	t.record.thread = span_of(thread);
	assert_int_equal(journal_add(journal, &t.record, &is_new), ERR_OK);
	assert_int_equal(t.record.leaf, -1);
	assert_int_equal(t.record.seq, n - 44);
}

/* Own records are 0 to 4, seq 1 to 5 and leaf 1 to 5. */
static void
foreign_leaves_are_kept_apart_from_our_own(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct arena *arena = arena_new(1 << 20);
	struct hash own = record_id(1, true), first = record_id(50, false);
	struct hash second = record_id(52, false), missing = record_id(99, false);
	struct journal_record got;
	struct leafless found;

	assert_int_equal(journal_begin(j), ERR_OK);
	add_version(j, 50, "b/qayyara", "amended");                 /* seq 6 */
	assert_int_equal(leafless(j, "b/qayyara", "amended").n, 0); /* alone: it does not matter */
	add_version(j, 51, "b/qayyara", "alone");
	add_version(j, 52, "b/qayyara", "amended"); /* seq 8 */
	add_version(j, 53, "c/erbil", "amended");
	found = leafless(j, "b/qayyara", "amended");
	assert_int_equal(found.n, 2);
	assert_int_equal(found.seq[0], 8);
	assert_int_equal(found.seq[1], 6);
	found = leafless(j, "b/qayyara", "");
	assert_int_equal(found.n, 2);
	assert_int_equal(found.seq[0], 6);
	assert_int_equal(leafless(j, "b/erbil", "").n, 0);

	/* the same place as a leaf of our own log, and any order */
	assert_int_equal(journal_note_leaf(j, &second, 1, 3), ERR_OK);
	assert_int_equal(journal_note_leaf(j, &second, 1, 4), ERR_NOT_FOUND);
	assert_int_equal(journal_note_leaf(j, &first, 1, 0), ERR_OK);
	assert_int_equal(journal_note_leaf(j, &own, 1, 9), ERR_NOT_FOUND);
	assert_int_equal(journal_note_leaf(j, &missing, 1, 9), ERR_NOT_FOUND);
	assert_int_equal(journal_note_leaf(j, &missing, 0, 9), ERR_LIMIT);
	assert_int_equal(journal_note_leaf(j, &missing, 1, UINT64_MAX), ERR_LIMIT);
	for (int n = 60; n < 80; n++) {
		struct testrecord t;
		bool is_new;

		testhome_record(&t, n, false);
		t.record.thread = SPAN("many");
		assert_int_equal(journal_add(j, &t.record, &is_new), ERR_OK);
	}
	assert_int_equal(leafless(j, "b/qayyara", "many").n, JOURNAL_LEAFLESS_MAX);
	assert_int_equal(leafless(j, "b/qayyara", "amended").n, 0);
	assert_int_equal(leafless(j, "b/qayyara", "").n, 20);
	assert_int_equal(journal_commit(j), ERR_OK);
	assert_int_equal(journal_note_leaf(j, &missing, 1, 9), ERR_REFUSED);

	assert_int_equal(journal_get(j, &second, arena, &got), ERR_OK);
	assert_int_equal(got.epoch, 1);
	assert_int_equal(got.leaf, 3);
	assert_int_equal(journal_get(j, &first, arena, &got), ERR_OK);
	assert_int_equal(got.leaf, 0);
	assert_int_equal(journal_get_leaf(j, 1, 3, arena, &got), ERR_OK);
	assert_true(got.is_own);
	testhome_beat(home);
	journal_close(j);
	home->journal = NULL;
	testhome_assert_verifies(home);
	testhome_open(home);
	assert_int_equal(journal_get(home->journal, &second, arena, &got), ERR_OK);
	assert_int_equal(got.leaf, 3);
	arena_free(arena);
}

/* What a later delivery shows of the filing time is kept as well. */
static void
filing_time_is_kept_when_it_comes_later(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	struct arena *arena = arena_new(1 << 20);
	static const int64_t shown[] = {0, 7000, 8000}, kept[] = {0, 7000, 7000};
	struct journal_record got;

	for (size_t i = 0; i < 3; i++) {
		struct testrecord t;
		bool is_new;

		testhome_record(&t, 50, false);
		(void)snprintf(t.disclosures, sizeof t.disclosures, "PART%zu~", i);
		t.record.disclosures = span_of(t.disclosures);
		t.record.filed_ms = shown[i];
		assert_int_equal(journal_begin(j), ERR_OK);
		assert_int_equal(journal_add(j, &t.record, &is_new), ERR_OK);
		assert_int_equal(is_new, i == 0);
		assert_int_equal(journal_commit(j), ERR_OK);
		assert_int_equal(journal_get(j, &t.record.id, arena, &got), ERR_OK);
		assert_int_equal(got.filed_ms, kept[i]);
	}
	arena_free(arena);
}

static int
on_step(void *context)
{
	(*(int *)context)++;
	return 0;
}

static void
ignore_gap(void *context, enum inbox_gap what, int64_t first, int64_t last)
{
	(void)what;
	(void)first;
	(void)last;
	(*(int *)context)++;
}

/* More new rows than are kept in mind: all are still told of, each once. */
static void
many_new_rows_are_told_of(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	int n = 0;
	int64_t highest;

	come_after(j, 1, 0);
	for (int64_t i = 1; i <= 2 * INSIDE_BEGUN; i++) {
		come_after(j, i * STATION_ROW + 1, 1);
		n = 0;
		assert_int_equal(inbox_gaps(j, SPAN("b/qayyara"), &highest, ignore_gap, &n),
				 ERR_OK);
		assert_int_equal(n, i);
		assert_int_equal(highest, i * STATION_ROW + 1);
	}
}

static void
come(struct journal *j, int first, int last)
{
	struct testrecord t;
	struct inbox inbox;
	char bytes[32];
	bool is_new;

	for (int n = first; n <= last; n++) {
		testhome_record(&t, 1000 + n, false);
		assert_int_equal(journal_add(j, &t.record, &is_new), ERR_OK);
		memset(&inbox, 0, sizeof inbox);
		inbox.station = SPAN("b/qayyara");
		inbox.record = t.record.id;
		inbox.way = SPAN("link");
		inbox.came_ms = 3;
		(void)snprintf(bytes, sizeof bytes, "came %d", n);
		inbox.counter = n;
		inbox.bytes = span_of(bytes);
		assert_int_equal(inbox_add(j, &inbox), ERR_OK);
	}
}

static void
counts_are(struct journal *j, uint64_t came, int64_t highest, int gaps)
{
	struct journal_counts counts;
	int64_t found;
	int found_gaps = 0;

	assert_int_equal(journal_count(j, &counts), ERR_OK);
	assert_int_equal(counts.records, 5 + came);
	assert_int_equal(counts.own, 5);
	assert_int_equal(counts.foreign, came);
	assert_int_equal(counts.came, came);
	assert_int_equal(counts.leaves, journal_size(j));
	assert_int_equal(inbox_gaps(j, SPAN("b/qayyara"), &found, ignore_gap, &found_gaps), ERR_OK);
	assert_int_equal(found, highest);
	assert_int_equal(found_gaps, gaps);
}

/* Whoever asks how a station stands does not have it read all it holds. */
static void
what_was_counted_is_not_looked_at_again(void **state)
{
	struct testhome *home = *state;
	struct journal *j = home->journal;
	int steps = 0;

	counts_are(j, 0, 0, 0);
	assert_int_equal(journal_begin(j), ERR_OK);
	come(j, 1, 300);
	assert_int_equal(journal_commit(j), ERR_OK);
	counts_are(j, 300, 300, 0);
	sqlite3_progress_handler(j->db, 1, on_step, &steps);
	counts_are(j, 300, 300, 0);
	sqlite3_progress_handler(j->db, 0, NULL, NULL);
	assert_true(steps > 0);
	assert_true(steps < 300);

	/* what a batch wrote that is undone counts no more */
	assert_int_equal(journal_begin(j), ERR_OK);
	come(j, 301, 303);
	counts_are(j, 303, 303, 0);
	journal_rollback(j);
	counts_are(j, 300, 300, 0);
	assert_int_equal(journal_begin(j), ERR_OK);
	come(j, 303, 304);
	assert_int_equal(journal_commit(j), ERR_OK);
	counts_are(j, 302, 304, 1);
	assert_int_equal(journal_begin(j), ERR_OK);
	come(j, 301, 301);
	assert_int_equal(journal_commit(j), ERR_OK);
	counts_are(j, 303, 304, 1);
	assert_int_equal(journal_begin(j), ERR_OK);
	come(j, 302, 302);
	assert_int_equal(journal_commit(j), ERR_OK);
	counts_are(j, 304, 304, 0);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    ROW(deliveries_are_chained),
	    ROW(deliveries_come_once),
	    ROW(a_new_row_leaves_no_gap),
	    ROW(many_new_rows_are_told_of),
	    ROW(what_was_counted_is_not_looked_at_again),
	    ROW(releases_wait_and_survive),
	    ROW(quarantine_is_bounded),
	    ROW(documents_by_version),
	    ROW(expired_records_are_found),
	    ROW(foreign_leaves_are_kept_apart_from_our_own),
	    ROW(filing_time_is_kept_when_it_comes_later),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
