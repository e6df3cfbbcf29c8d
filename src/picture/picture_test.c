#define _GNU_SOURCE /* memmem */

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/db.h"
#include "base/file.h"
#include "model/label.h"
#include "picture/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Items are told as rows: number (its id is a hash of it), station, thread, kind, position, fields.
 * "@7" in a field stands for the id of item 7.
 */
struct told {
	int number;
	const char *station, *thread, *kind;
	int position;
	const char *fields;
};

/* 2027-05-04 00:00 UTC; the night of the exercise. */
enum { ITEMS_MAX = 64, HOUR = 3600000 };
#define NIGHT INT64_C(1809475200000)

static struct hash
id_of(int number)
{
	char text[16];

	(void)snprintf(text, sizeof text, "item %d", number);
	return hash_of(span_of(text));
}

struct items {
	struct arena *arena;
	struct record records[ITEMS_MAX];
	struct picture_item items[ITEMS_MAX];
	size_t n;
};

static void
set_field(struct items *items, struct record *record, struct span name, struct span typed)
{
	const struct record_typing typing = {.now_ms = NIGHT, .zone_min = 180};
	char id[HASH_TEXT_SIZE];
	enum why why;

	if (typed.n > 1 && typed.p[0] == '@') {
		struct hash hash;
		int64_t number;

		assert_true(span_int(span_make(typed.p + 1, typed.n - 1), 1, 100000, &number));
		hash = id_of((int)number);

		hash_text(id, &hash);
		typed = arena_copy(items->arena, span_of(id));
	}
	why = record_set(record, items->arena, field_find(name), typed, &typing);
	if (why != WHY_NONE)
		fail_msg("%.*s=%.*s: %s", (int)name.n, name.p, (int)typed.n, typed.p,
			 why_text(why));
}

static void
tell(struct items *items, const struct told *told)
{
	struct record *record = &items->records[items->n];
	struct picture_item *item = &items->items[items->n++];
	struct span rest = span_of(told->fields), pair;
	char thread[32];

	record_init(record, kind_find(span_of(told->kind)));
	assert_int_not_equal(record->kind, KIND_NONE);
	assert_true(station_read(span_of(told->station), &record->station));
	(void)snprintf(thread, sizeof thread, "%sAAAAAAAAAAAAAAAAAAAAAA", told->thread);
	record->thread = arena_copy(items->arena, span_make(thread, 22));
	record->filed_ms = NIGHT + told->position * INT64_C(60000);
	while (span_split(&rest, ';', &pair)) {
		ptrdiff_t equals = span_find(pair, '=');

		if (equals > 0)
			set_field(items, record, span_make(pair.p, (size_t)equals),
				  span_make(pair.p + equals + 1, pair.n - (size_t)equals - 1));
	}
	*item = (struct picture_item){.id = id_of(told->number),
				      .record = record,
				      .position = told->position,
				      .filed_ms = record->filed_ms,
				      .arrived_ms = record->filed_ms};
}

static struct items *
items_of(const struct told *told, size_t n)
{
	struct items *items = calloc(1, sizeof *items);

	assert_non_null(items);
	items->arena = arena_new(1 << 20);
	for (size_t i = 0; i < n; i++)
		tell(items, &told[i]);
	return items;
}

static void
items_free(struct items *items)
{
	arena_free(items->arena);
	free(items);
}

/* A folder of its own per test. */
static char folder[64];

static int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/picture-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int
drop_folder(void **state)
{
	(void)state;
	assert_int_equal(picture_remove(folder), ERR_OK);
	return rmdir(folder);
}

static struct picture *
open_picture(void)
{
	struct station own;
	struct picture *picture;

	assert_true(station_read(SPAN("a/makhmour"), &own));
	assert_int_equal(picture_open(folder, PICTURE_WRITE, &own, &picture), ERR_OK);
	return picture;
}

static void
put(struct picture *picture, const struct picture_item *item)
{
	assert_int_equal(picture_put(picture, item), ERR_OK);
}

static void
put_all(struct picture *picture, const struct items *items)
{
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (size_t i = 0; i < items->n; i++)
		put(picture, &items->items[i]);
	assert_int_equal(picture_commit(picture), ERR_OK);
}

static struct picture *
picture_of(const struct told *told, size_t n)
{
	struct items *items = items_of(told, n);
	struct picture *picture = open_picture();

	put_all(picture, items);
	items_free(items);
	return picture;
}

static struct out
dump(struct picture *picture)
{
	struct out out = out_new(64 << 20);

	assert_int_equal(picture_dump(picture, &out), ERR_OK);
	return out;
}

/* Numbers of the items in rows, as text: "3 1 ". */
static const char *
numbers(const struct picture_row *rows, size_t n, char text[400])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		for (int number = 1; number < 1000; number++) {
			struct hash id = id_of(number);

			if (hash_equal(&id, &rows[i].id))
				used += (size_t)snprintf(text + used, 400 - used, "%d ", number);
		}
	return text;
}

/* clang-format off */
static const struct told story[] = {
	{1, "a/makhmour", "att", "incident", 10, "type=atk.assault_position;when=2027-05-03T23:15Z;place=38SMD653786;governorate=Kirkuk;summary=هێرش بۆ سەر خاڵی A-21"},
	{2, "a/makhmour", "los", "casualty", 11, "group=own;when=2027-05-03T23:15Z;incident=@1;killed=3;wounded=2;grade=A3"},
	{3, "b/kirkuk", "bcas", "casualty", 12, "group=other;when=2027-05-03T23:15Z;incident=@1;killed=2;grade=B3"},
	{4, "a/makhmour", "see", "sighting", 5, "type=mov.sighting;when=2027-05-03T18:15Z;place=38SMD470654;persons=5;governorate=Kirkuk"},
	{5, "b/kirkuk", "hear", "sighting", 6, "type=mov.suspicious;when=2027-05-03T18:50Z;place=38SMD525715;governorate=Kirkuk"},
	{6, "a/makhmour", "lnk", "link", 20, "re=@5;link=duplicate_of;link_to=@4"},
	{7, "b/kirkuk", "blnk", "link", 21, "re=@4;link=part_of;link_to=@1"},
	{8, "a/makhmour", "req", "request", 13, "need=medevac;when=2027-05-03T23:30Z;place=38SMD653786;incident=@1;urgent=2;litter=2"},
	{9, "c/erbil", "ans", "answer", 14, "re=@8;answer=committed"},
	{10, "a/makhmour", "los", "casualty", 15, "group=own;when=2027-05-03T23:15Z;incident=@1;killed=3;critical=2;grade=A3"},
	{11, "a/kirkuk", "atk2", "casualty", 3, "group=attacker;when=2027-05-03T23:15Z;incident=@1;killed=several;grade=C3"},
	{12, "b/kirkuk", "near", "incident", 30, "type=fri.near_miss;when=2027-05-04T00:10Z;place=38SMD635753"},
	{13, "b/kirkuk", "ret", "retract", 31, "re=@12"},
	{14, "a/makhmour", "dis", "dispute", 32, "re=@3;killed=3"},
	{15, "c/erbil", "warn", "warning", 1, "window=2027-05-04;place=38SMD67;advice=prepare"},
	{16, "a/makhmour", "tld", "told", 2, "re=@15;told_party=b;told_by=voice"},
};
/* clang-format on */

enum { STORY = sizeof story / sizeof *story };

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

/* Puts the items in a random order, some twice, in batches of random size. */
static void
put_shuffled(struct picture *picture, const struct items *items, uint32_t seed)
{
	size_t order[2 * ITEMS_MAX], n = 0;

	for (size_t i = 0; i < items->n; i++) {
		order[n++] = i;
		if (next_random(&seed) % 3 == 0)
			order[n++] = i;
	}
	for (size_t i = n; i > 1; i--) {
		size_t k = next_random(&seed) % i, held = order[i - 1];

		order[i - 1] = order[k];
		order[k] = held;
	}
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		put(picture, &items->items[order[i]]);
		if (next_random(&seed) % 4 == 0) {
			assert_int_equal(picture_commit(picture), ERR_OK);
			assert_int_equal(picture_begin(picture), ERR_OK);
		}
	}
	assert_int_equal(picture_commit(picture), ERR_OK);
}

/* The tree of boxes and the word index are whole by their own checks. */
static void
is_sound(void)
{
	char path[FILE_PATH_MAX];
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(file_path(path, sizeof path, folder, PICTURE_FILE), ERR_OK);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT rtreecheck('area')", -1, &statement, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(statement, 0), "ok");
	(void)sqlite3_finalize(statement);
	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(statement, 0), "ok");
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
}

/* Any order, any batches, things told twice: one picture, and the same again from nothing. */
static void
does_not_hang_on_order(void **state)
{
	struct items *items = items_of(story, STORY);
	struct picture *picture = open_picture();
	struct out first;

	(void)state;
	put_all(picture, items);
	first = dump(picture);
	assert_true(first.n > 1000);
	picture_close(picture);
	is_sound();
	for (uint32_t seed = 1; seed <= (TEST_SLOW ? 2000 : 60); seed++) {
		struct out again;

		assert_int_equal(picture_remove(folder), ERR_OK);
		picture = open_picture();
		put_shuffled(picture, items, seed);
		again = dump(picture);
		if (!span_equal(out_view(&first), out_view(&again))) {
			(void)fprintf(stderr, "%s\n-- seed %u --\n%s\n", first.p, seed, again.p);
			fail();
		}
		out_free(&again);
		picture_close(picture);
	}
	is_sound();
	out_free(&first);
	items_free(items);
}

/* Random threads, amendments, links, retractions and erasures: the same property where nobody has
 * thought of the case. */
static void
tell_random(struct items *items, uint32_t seed)
{
	static const char *const stations[] = {"a/makhmour", "a/kirkuk", "b/kirkuk", "c/erbil"};
	static const char *const links[] = {"duplicate_of", "part_of", "not_same", "follows"};

	for (int number = 1; number <= 24; number++) {
		const char *station = stations[next_random(&seed) % 4];
		int target = 1 + (int)(next_random(&seed) % 24),
		    other = 1 + (int)(next_random(&seed) % 24);
		char thread[8], fields[160];
		struct told told = {
		    number, station, thread, "incident", (int)(next_random(&seed) % 9), fields};

		(void)snprintf(thread, sizeof thread, "t%u", next_random(&seed) % 14);
		switch (next_random(&seed) % 10) {
		case 0:
			told.kind = "retract";
			(void)snprintf(fields, sizeof fields, "re=@%d", target);
			break;
		case 1:
			told.kind = "erase";
			(void)snprintf(fields, sizeof fields, "re=@%d", target);
			break;
		case 2:
		case 3:
		case 4:
			told.kind = "link";
			(void)snprintf(fields, sizeof fields, "re=@%d;link=%s;link_to=@%d", target,
				       links[next_random(&seed) % 4], other);
			break;
		case 5:
		case 6:
			told.kind = "casualty";
			(void)snprintf(fields, sizeof fields,
				       "group=own;when=2027-05-03;killed=%u;incident=@%d",
				       next_random(&seed) % 5, target);
			break;
		default:
			(void)snprintf(fields, sizeof fields,
				       "type=atk.ambush;when=2027-05-%02u;summary=word%d",
				       1 + next_random(&seed) % 28, number);
		}
		tell(items, &told);
	}
}

static void
does_not_hang_on_order_at_random(void **state)
{
	(void)state;
	for (uint32_t world = 1; world <= (TEST_SLOW ? 1000 : 40); world++) {
		struct items *items = items_of(NULL, 0);
		struct out first = {0};

		tell_random(items, world);
		for (uint32_t seed = 0; seed < 4; seed++) {
			struct picture *picture = open_picture();
			struct out again;

			if (seed == 0)
				put_all(picture, items);
			else
				put_shuffled(picture, items, world * 16 + seed);
			again = dump(picture);
			if (seed == 0)
				first = again;
			else if (!span_equal(out_view(&first), out_view(&again))) {
				(void)fprintf(stderr, "%s\n-- world %u seed %u --\n%s\n", first.p,
					      world, seed, again.p);
				fail();
			} else
				out_free(&again);
			picture_close(picture);
			assert_int_equal(picture_remove(folder), ERR_OK);
		}
		out_free(&first);
		items_free(items);
	}
}

/* Two deliveries of one record, each a part: together they show what the whole shows. */
static void
merges_deliveries(void **state)
{
	struct items *items = items_of(story, 1);
	struct picture *picture;
	struct picture_item part = items->items[0];
	struct record coarse, fine;
	struct field_set levels;
	struct arena *arena = arena_new(1 << 20);
	struct picture_row row;
	struct picture_query query = {.text = SPAN("هێرش")};
	struct picture_row *rows;
	struct picture_cursor next;
	size_t n;

	(void)state;
	assert_true(station_read(SPAN("b/kirkuk"), &items->records[0].station));
	record_levels(&items->records[0], &levels);
	levels.mask[FIELD_PLACE] &= 0x7; /* the field, 100 km, 10 km */
	levels.mask[FIELD_SUMMARY] = 0;
	record_narrow(&items->records[0], &levels, &coarse);
	record_levels(&items->records[0], &levels);
	levels.mask[FIELD_GOVERNORATE] = 0;
	record_narrow(&items->records[0], &levels, &fine);
	picture = open_picture();
	assert_int_equal(picture_begin(picture), ERR_OK);
	part.record = &coarse;
	put(picture, &part);
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(picture_record(picture, &part.id, arena, &row), ERR_OK);
	assert_string_equal(row.place.mgrs, "38SMD67");
	assert_int_equal(picture_query(picture, &query, arena, &rows, &n, &next), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(picture_begin(picture), ERR_OK);
	part.record = &fine;
	part.position = 99;
	put(picture, &part);
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(picture_record(picture, &part.id, arena, &row), ERR_OK);
	assert_string_equal(row.place.mgrs, "38SMD653786");
	assert_true(span_is(row.governorate, "Kirkuk"));
	assert_int_equal(row.position, 10);
	assert_false(row.is_own);
	assert_int_equal(picture_query(picture, &query, arena, &rows, &n, &next), ERR_OK);
	assert_int_equal(n, 1);
	picture_close(picture);
	arena_free(arena);
	items_free(items);
}

static void
folds_the_story(void **state)
{
	struct picture *picture = picture_of(story, STORY);
	struct arena *arena = arena_new(8 << 20);
	struct hash attack = id_of(1), amended = id_of(2), warning = id_of(15), request = id_of(8);
	struct picture_row *rows, row;
	struct picture_answer *answers;
	struct picture_moment *moments;
	struct picture_size size;
	char text[400];
	size_t n;

	(void)state;
	assert_int_equal(picture_incident(picture, &attack, arena, &rows, &n), ERR_OK);
	assert_int_equal(n, 5);
	assert_true(hash_equal(&rows[0].id, &attack));
	/* B's link is a suggestion, so what A saw before stands apart. */
	attack = id_of(5);
	assert_int_equal(picture_incident(picture, &attack, arena, &rows, &n), ERR_OK);
	assert_string_equal(numbers(rows, n, text), "4 5 ");
	assert_int_equal(picture_record(picture, &amended, arena, &row), ERR_OK);
	assert_false(row.is_current);
	assert_non_null(row.record);
	assert_int_equal(picture_thread(picture, row.thread, arena, &rows, &n), ERR_OK);
	assert_string_equal(numbers(rows, n, text), "2 10 ");
	amended = id_of(12);
	assert_int_equal(picture_record(picture, &amended, arena, &row), ERR_OK);
	assert_true(row.is_retracted && !row.is_current);
	assert_int_equal(picture_answers(picture, &request, arena, &answers, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(answers[0].answer, ANSWER_COMMITTED);
	assert_true(hash_equal(&answers[0].re, &request));
	assert_int_equal(picture_review(picture, &warning, arena, &moments, &n), ERR_OK);
	assert_int_equal(n, 3);
	assert_int_equal(moments[0].event, PICTURE_EVENT_FILED);
	assert_int_equal(moments[1].event, PICTURE_EVENT_CAME);
	assert_int_equal(moments[2].event, PICTURE_EVENT_TOLD);
	assert_int_equal(moments[2].code, TOLD_VOICE);
	assert_string_equal(moments[2].party.name, "b");
	assert_int_equal(picture_size(picture, &size), ERR_OK);
	assert_int_equal(size.records, STORY);
	assert_int_equal(size.current, STORY - 2); /* one amended, one retracted */
	assert_int_equal(size.incidents, 2);
	picture_close(picture);
	arena_free(arena);
}

/* Losses as text: "figure group party low/best/high flags; …". */
static void
losses_text(struct picture *picture, int number, char *text, size_t size)
{
	struct arena *arena = arena_new(8 << 20);
	struct hash id = id_of(number);
	struct picture_loss *losses;
	size_t n, reports, used = 0;

	assert_int_equal(picture_losses(picture, &id, arena, &losses, &n, &reports), ERR_OK);
	text[0] = '\0';
	for (size_t i = 0; i < n && used < size; i++) {
		const struct picture_loss *loss = &losses[i];

		used += (size_t)snprintf(text + used, size - used, "%s%s %s%s%s ", i ? "; " : "",
					 field_row(loss->figure)->name,
					 vocab_code(VOCAB_GROUP, loss->group),
					 loss->party.name[0] ? ":" : "", loss->party.name);
		if (loss->range.word == QUANTITY_EXACT)
			used +=
			    (size_t)snprintf(text + used, size - used, "%d/%d/%d", loss->range.low,
					     loss->range.best, loss->range.high);
		else
			used += (size_t)snprintf(text + used, size - used, "%s",
						 loss->range.word == QUANTITY_SEVERAL ? "several"
										      : "unknown");
		for (size_t k = 0; k < loss->n && used < size; k++)
			used += (size_t)snprintf(text + used, size - used, " %s%s%s%s",
						 loss->statements[k].station.name,
						 loss->statements[k].is_best ? "!" : "",
						 loss->statements[k].is_differing ? "~" : "",
						 loss->statements[k].is_dispute ? "?" : "");
		if (loss->is_closed && used < size)
			used += (size_t)snprintf(text + used, size - used, " closed");
	}
	if (used < size)
		(void)snprintf(text + used, size - used, " (%zu)", reports);
	arena_free(arena);
}

/* clang-format off */
#define ATTACK {1, "a/makhmour", "att", "incident", 10, "type=atk.assault_position;when=2027-05-03T23:15Z"}
#define CAS(number, station, thread, position, fields) \
	{number, station, thread, "casualty", position, "when=2027-05-03T23:15Z;incident=@1;" fields}
static const struct { const char *name; struct told told[6]; const char *losses; } loss_rows[] = {
	{"nobody says anything", {ATTACK}, " (0)"},
	{"one statement", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3")},
	    "killed own:a 3/3/3 a/makhmour! (1)"},
	{"two differ: a range, the best is the one whose losses they are",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2")},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
	{"repeated without confirming: still a range",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"),
	     CAS(4, "a/makhmour", "x", 3, "group=own;killed=3;grade=A2")},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
	{"confirmed: it closes, the other stays listed as differing; several stays a word",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3;grade=A3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"),
	     CAS(4, "a/makhmour", "x", 3, "group=own;killed=3;grade=A1"), CAS(5, "a/makhmour", "z", 4, "group=attacker;killed=several")},
	    "killed own:a 3/3/3 a/makhmour! b/kirkuk~ closed; killed attacker several a/makhmour (3)"},
	{"the other comes round: it closes by itself",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"),
	     CAS(4, "b/kirkuk", "y", 3, "group=other;killed=3")},
	    "killed own:a 3/3/3 a/makhmour! b/kirkuk (2)"},
	{"others confirming does not close what is not theirs",
	    {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"), CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2;grade=A1")},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
	{"two own: another party is not clear", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     CAS(3, "c/erbil", "y", 2, "group=own;killed=1"), CAS(4, "b/kirkuk", "z", 3, "group=other;killed=4")},
	    "killed own:a 3/3/3 a/makhmour!; killed own:c 1/1/1 c/erbil!; killed other 4/4/4 b/kirkuk (3)"},
	{"at least five is open above", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=civilian;killed=>=5"),
	     CAS(3, "b/kirkuk", "y", 2, "group=civilian;killed=3-4")},
	    "killed civilian 3/-1/-1 a/makhmour b/kirkuk (2)"},
	{"nobody's best for others' losses unless they agree", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=civilian;killed=4"),
	     CAS(3, "b/kirkuk", "y", 2, "group=civilian;killed=4")},
	    "killed civilian 4/4/4 a/makhmour b/kirkuk (2)"},
	{"unknown is no zero", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=unknown;wounded=2")},
	    "killed own:a unknown a/makhmour!; wounded own:a 2/2/2 a/makhmour! (1)"},
	{"a dispute stands beside", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     {3, "b/kirkuk", "y", "dispute", 2, "re=@2;killed=2"}},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk? (2)"},
	{"a retracted statement is not live", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"), {4, "b/kirkuk", "r", "retract", 3, "re=@3"}},
	    "killed own:a 3/3/3 a/makhmour! (1)"},
	{"only the signer retracts", {ATTACK, CAS(2, "a/makhmour", "x", 1, "group=own;killed=3"),
	     CAS(3, "b/kirkuk", "y", 2, "group=other;killed=2"), {4, "a/makhmour", "r", "retract", 3, "re=@3"}},
	    "killed own:a 2/3/3 a/makhmour! b/kirkuk (2)"},
};
/* clang-format on */

static void
shows_losses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof loss_rows / sizeof *loss_rows; i++) {
		struct picture *picture;
		char text[600];
		size_t n = 0;

		while (n < 6 && loss_rows[i].told[n].number)
			n++;
		picture = picture_of(loss_rows[i].told, n);
		losses_text(picture, 1, text, sizeof text);
		if (strcmp(text, loss_rows[i].losses) != 0)
			fail_msg("%s: %s", loss_rows[i].name, text);
		picture_close(picture);
		assert_int_equal(picture_remove(folder), ERR_OK);
	}
}

/* clang-format off */
#define TEXT(literal) {literal, sizeof(literal) - 1}
static const struct told searched[] = {
	{1, "a/makhmour", "a", "incident", 1, "type=atk.ambush;when=2018-03-09;place=38SME448251;governorate=Kirkuk;district=Daquq;summary=Five men near کەرکووک road"},
	{2, "b/kirkuk", "b", "incident", 2, "type=atk.drone;when=2018-03-10;place=38SMD498886;governorate=Kirkuk;district=Hawija;summary=اطلاق نار قرب المدرسة ٣"},
	{3, "a/kirkuk", "c", "sighting", 3, "type=mov.sighting;when=2018-03;place=38SLE71;governorate=Erbil;summary=men with lights"},
	{4, "a/makhmour", "d", "incident", 4, "type=exp.uxo;when=2018-03-09T22:30Z;place=37SGA696103;governorate=Nineveh;detail=كه‌ركووك"},
	{5, "c/erbil", "e", "warning", 5, "window=2018-03-12..2018-03-14;place=38SMD67;advice=avoid;summary=avoid road"},
	{6, "a/makhmour", "f", "casualty", 6, "group=civilian;when=2018;killed=2-4;governorate=Kirkuk"},
	{7, "a/makhmour", "g", "request", 7, "need=eod;when=2018-03-20"},
	{8, "c/erbil", "h", "answer", 8, "re=@7;answer=seen"},
	{9, "a/makhmour", "a", "incident", 9, "type=atk.ambush;when=2018-03-09;place=38SME448251;governorate=Kirkuk;district=Daquq;summary=Six men near کەرکووک road"},
};
#define MARCH(day) (INT64_C(1519862400000) + ((day) - 1) * INT64_C(86400000))
static const struct { const char *name; struct picture_query query; const char *found; } query_rows[] = {
	{"all", {.limit = 0}, "7 5 2 4 9 3 6 "},
	{"history", {.with_history = true}, "7 5 2 4 1 9 3 6 "},
	{"kind", {.kinds = 1U << KIND_INCIDENT}, "2 4 9 "},
	{"two kinds", {.kinds = 1U << KIND_WARNING | 1U << KIND_ANSWER}, "8 5 "},
	{"type", {.type = TEXT("atk.drone")}, "2 "},
	{"family", {.type = TEXT("atk")}, "2 9 "},
	{"governorate", {.governorate = TEXT("Kirkuk")}, "2 9 6 "},
	{"district", {.district = TEXT("Hawija")}, "2 "},
	{"party", {.party = {"a"}}, "7 4 9 3 6 "},
	{"station", {.station = {"a/kirkuk"}}, "3 "},
	{"from", {.from_ms = MARCH(13)}, "7 5 3 6 "},
	{"to", {.to_ms = MARCH(9) - 1}, "3 6 "},
	{"a day touches what is known to the month or year", {.from_ms = MARCH(10), .to_ms = MARCH(11) - 1}, "2 3 6 "},
	{"box", {.has_box = true, .box = {{354000000, 443000000}, {355000000, 445000000}}}, "9 "},
	{"box over the zone edge", {.has_box = true, .box = {{360000000, 419000000}, {363000000, 421000000}}}, "4 "},
	{"box inside a coarse square", {.has_box = true, .box = {{353700000, 436200000}, {353710000, 436210000}}}, "3 "},
	{"near", {.has_near = true, .near = {354500000, 443900000}, .near_m = 5000}, "9 "},
	{"near and wide", {.has_near = true, .near = {354500000, 443900000}, .near_m = 50000}, "5 2 9 "},
	{"words", {.text = TEXT("men near")}, "9 "},
	{"superseded words are history", {.text = TEXT("five")}, ""},
	{"superseded words with history", {.text = TEXT("five"), .with_history = true}, "1 "},
	{"Kurdish letters from an Arabic keyboard", {.text = TEXT("كەركوك")}, "4 9 "},
	{"Arabic teh marbuta, article kept", {.text = TEXT("المدرسه")}, "2 "},
	{"Arabic digit", {.text = TEXT("3 نار")}, "2 "},
	{"phrase", {.text = TEXT("\"men near\"")}, "9 "},
	{"phrase in the wrong order", {.text = TEXT("\"near men\"")}, ""},
	{"beginning", {.text = TEXT("ligh*")}, "3 "},
	{"label of the type", {.text = TEXT("ambush")}, "9 "},
	{"user text is never syntax", {.text = TEXT("men OR road")}, ""},
	{"quotes alone", {.text = TEXT("\"\"")}, ""},
	{"words and a box", {.text = TEXT("men"), .has_box = true, .box = {{354000000, 443000000}, {355000000, 445000000}}}, "9 "},
	{"not answered", {.answered = PICTURE_ANSWERED_NO}, "5 "},
	{"answered", {.answered = PICTURE_ANSWERED_YES}, "7 "},
	{"answered by somebody else", {.answered = PICTURE_ANSWERED_YES, .answered_by = {"b"}}, ""},
	{"all together", {.kinds = 1U << KIND_INCIDENT, .type = TEXT("atk"), .from_ms = MARCH(1), .to_ms = MARCH(30), .has_near = true,
	    .near = {354500000, 443900000}, .near_m = 50000, .governorate = TEXT("Kirkuk"), .party = {"b"}, .text = TEXT("نار")}, "2 "},
};
/* clang-format on */

static void
finds_what_is_asked(void **state)
{
	struct picture *writer = picture_of(searched, sizeof searched / sizeof *searched), *picture;
	struct arena *arena = arena_new(8 << 20);

	(void)state;
	assert_int_equal(picture_open(folder, PICTURE_READ, NULL, &picture), ERR_OK);
	for (size_t i = 0; i < sizeof query_rows / sizeof *query_rows; i++) {
		struct picture_row *rows;
		struct picture_cursor next;
		char text[400];
		size_t n;

		assert_int_equal(
		    picture_query(picture, &query_rows[i].query, arena, &rows, &n, &next), ERR_OK);
		assert_false(next.is_set);
		if (strcmp(numbers(rows, n, text), query_rows[i].found) != 0)
			fail_msg("%s: %s", query_rows[i].name, text);
		arena_reset(arena);
	}
	picture_close(picture);
	picture_close(writer);
	arena_free(arena);
}

/* Pages of every size give the whole list once. */
static void
pages_by_key(void **state)
{
	struct picture *picture = picture_of(searched, sizeof searched / sizeof *searched);
	struct arena *arena = arena_new(8 << 20);

	(void)state;
	for (unsigned limit = 1; limit <= 8; limit++) {
		struct picture_query query = {.limit = limit, .with_history = true};
		char all[400] = "";

		do {
			struct picture_row *rows;
			char text[400];
			size_t n;

			assert_int_equal(
			    picture_query(picture, &query, arena, &rows, &n, &query.after), ERR_OK);
			assert_true(n <= limit);
			numbers(rows, n, text);
			(void)snprintf(all + strlen(all), sizeof all - strlen(all), "%s", text);
		} while (query.after.is_set);
		assert_string_equal(all, "7 5 2 4 1 9 3 6 ");
	}
	picture_close(picture);
	arena_free(arena);
}

static void
limits_steps(void **state)
{
	struct items *items = items_of(NULL, 0);
	struct picture *picture = open_picture();
	struct arena *arena = arena_new(8 << 20);
	struct picture_query query = {.governorate = SPAN("nowhere"), .steps = 1};
	struct picture_row *rows;
	struct picture_cursor next;
	struct told told = {1, "a/makhmour", "x", "incident", 1, "type=civ.fire;when=2018-03-09"};
	size_t n;

	(void)state;
	tell(items, &told);
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (int i = 1; i < 2000; i++) {
		char thread[32];

		(void)snprintf(thread, sizeof thread, "%021dA", i);
		items->records[0].thread = span_of(thread);
		items->items[0].id = id_of(i);
		put(picture, &items->items[0]);
	}
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(picture_query(picture, &query, arena, &rows, &n, &next), ERR_LIMIT);
	query.steps = 100;
	assert_int_equal(picture_query(picture, &query, arena, &rows, &n, &next), ERR_OK);
	picture_close(picture);
	is_sound(); /* many at once are packed */
	arena_free(arena);
	items_free(items);
}

/* Cells as text: "key/key incidents records sum low high without; …". */
static const char *
cells_text(struct picture *picture, const struct picture_tally *tally, char text[1000])
{
	struct arena *arena = arena_new(8 << 20);
	struct picture_cell *cells;
	size_t n, used = 0;

	assert_int_equal(picture_count(picture, tally, arena, &cells, &n), ERR_OK);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < tally->n_by; k++)
			used += (size_t)snprintf(text + used, 1000 - used, "%s%.*s", k ? "/" : "",
						 (int)cells[i].key[k].n, cells[i].key[k].p);
		used += (size_t)snprintf(text + used, 1000 - used, " %d", (int)cells[i].incidents);
		if (tally->sum)
			used += (size_t)snprintf(text + used, 1000 - used, " %d %d-%d %d %d",
						 (int)cells[i].sum, (int)cells[i].sum_low,
						 (int)cells[i].sum_high, (int)cells[i].without,
						 (int)cells[i].several);
		used += (size_t)snprintf(text + used, 1000 - used, "; ");
	}
	arena_free(arena);
	return text;
}

/* clang-format off */
static const struct told counted[] = {
	{1, "a/makhmour", "a", "incident", 1, "type=atk.ambush;when=2018-03-09;governorate=Kirkuk;deaths=2-5 best 3"},
	{2, "a/makhmour", "b", "incident", 2, "type=atk.ambush;when=2018-03-10;governorate=Kirkuk;deaths=4"},
	{3, "b/kirkuk", "c", "incident", 3, "type=exp.uxo;when=2018-03-16T20:59Z;governorate=Kirkuk"},
	{4, "b/kirkuk", "d", "incident", 4, "type=exp.uxo;when=2018-03-16T21:00Z;governorate=Diyala;deaths=several"},
	{5, "a/makhmour", "e", "incident", 5, "type=civ.fire;when=2018-04;deaths=1"},
	{6, "a/makhmour", "f", "incident", 6, "type=civ.fire;when=2017;governorate=Diyala;deaths=1"},
	/* a duplicate of 2 by another party: one incident, a range */
	{7, "b/kirkuk", "g", "incident", 7, "type=atk.clash;when=2018-03-11;governorate=Kirkuk;deaths=6"},
	{8, "a/makhmour", "h", "link", 8, "re=@7;link=duplicate_of;link_to=@2"},
	/* casualties of 2 */
	{9, "a/makhmour", "i", "casualty", 9, "when=2018-03-10;group=own;incident=@2;killed=3"},
	{10, "b/kirkuk", "j", "casualty", 10, "when=2018-03-10;group=other;incident=@2;killed=2"},
	{11, "b/kirkuk", "k", "casualty", 11, "when=2018-03-10;group=civilian;incident=@2;killed=1"},
};
static const struct { const char *name; struct picture_tally tally; const char *cells; } count_rows[] = {
	{"one cell", {.n_by = 0}, " 6; "},
	{"year", {.by = {PICTURE_BY_YEAR}, .n_by = 1}, "2017 1; 2018 5; "},
	{"month; what is known to the year stands apart", {.by = {PICTURE_BY_MONTH}, .n_by = 1}, "2017 1; 2018-03 4; 2018-04 1; "},
	{"weeks begin on Saturday, moments in the zone", {.by = {PICTURE_BY_WEEK}, .n_by = 1, .zone_min = 180},
	    "2017 1; 2018-03-03 1; 2018-03-10 2; 2018-03-17 1; 2018-04 1; "},
	{"the same in UTC", {.by = {PICTURE_BY_WEEK}, .n_by = 1}, "2017 1; 2018-03-03 1; 2018-03-10 3; 2018-04 1; "},
	{"a day is a day in any zone", {.by = {PICTURE_BY_DAY}, .n_by = 1, .zone_min = -300, .which = {.type = TEXT("atk")}},
	    "2018-03-09 1; 2018-03-10 1; "},
	{"governorate and type", {.by = {PICTURE_BY_GOVERNORATE, PICTURE_BY_TYPE}, .n_by = 2},
	    "/civ.fire 1; Diyala/civ.fire 1; Diyala/exp.uxo 1; Kirkuk/atk.ambush 2; Kirkuk/exp.uxo 1; "},
	{"party, of the main record", {.by = {PICTURE_BY_PARTY}, .n_by = 1}, "a 4; b 2; "},
	{"kind", {.by = {PICTURE_BY_KIND}, .n_by = 1}, "incident 6; "},
	{"kind asked for: members that match", {.by = {PICTURE_BY_KIND}, .n_by = 1, .which = {.kinds = 1U << KIND_CASUALTY}}, "casualty 1; "},
	{"deaths: a range for what is joined", {.by = {PICTURE_BY_YEAR}, .n_by = 1, .sum = FIELD_DEATHS},
	    "2017 1 1 1-1 0 0; 2018 5 8 7-12 2 1; "},
	{"killed: nobody twice, groups apart added", {.n_by = 0, .sum = FIELD_KILLED}, " 6 4 3-4 5 0; "},
	{"filters narrow", {.n_by = 0, .which = {.governorate = TEXT("Kirkuk"), .from_ms = MARCH(10)}}, " 2; "},
	{"text", {.n_by = 0, .which = {.text = TEXT("ambush")}}, " 2; "},
	{"text without a word", {.n_by = 0, .which = {.text = TEXT("-")}}, ""},
};
/* clang-format on */

static void
counts_incidents(void **state)
{
	struct picture *picture = picture_of(counted, sizeof counted / sizeof *counted);

	(void)state;
	for (size_t i = 0; i < sizeof count_rows / sizeof *count_rows; i++) {
		char text[1000];

		cells_text(picture, &count_rows[i].tally, text);
		if (strcmp(text, count_rows[i].cells) != 0)
			fail_msg("%s: %s", count_rows[i].name, text);
	}
	picture_close(picture);
}

static void
keeps_states(void **state)
{
	static const struct {
		enum picture_state state;
		int at;
	} rows[] = {
	    {PICTURE_STATE_HELD_BACK, 1}, {PICTURE_STATE_QUEUED, 2}, {PICTURE_STATE_EXPORTED, 4},
	    {PICTURE_STATE_HELD_BACK, 5}, {PICTURE_STATE_TOLD, 3},
	};
	static const enum picture_state stands[] = {PICTURE_STATE_HELD_BACK, PICTURE_STATE_QUEUED,
						    PICTURE_STATE_EXPORTED, PICTURE_STATE_EXPORTED,
						    PICTURE_STATE_TOLD};
	struct picture *picture = open_picture();
	struct arena *arena = arena_new(1 << 20);
	struct hash id = id_of(1);
	struct party b = {"b"}, c = {"c"};

	(void)state;
	assert_int_equal(picture_state_put(picture, &id, &b, PICTURE_STATE_TOLD, 1, WHY_NONE),
			 ERR_INTERNAL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct picture_standing *standing;
		size_t n;

		assert_int_equal(picture_begin(picture), ERR_OK);
		assert_int_equal(
		    picture_state_put(picture, &id, &b, rows[i].state, rows[i].at, WHY_NOT_YET),
		    ERR_OK);
		assert_int_equal(
		    picture_state_put(picture, &id, &c, PICTURE_STATE_HELD_BACK, 9, WHY_NO_RULE),
		    ERR_OK);
		assert_int_equal(picture_commit(picture), ERR_OK);
		assert_int_equal(picture_states(picture, &id, arena, &standing, &n), ERR_OK);
		assert_int_equal(n, 2);
		assert_int_equal(standing[0].state, stands[i]);
		assert_string_equal(standing[1].party.name, "c");
		assert_int_equal(standing[1].why, WHY_NO_RULE);
	}
	picture_close(picture);
	arena_free(arena);
}

static bool
file_has(const char *name, const char *text)
{
	struct out out = out_new(256 << 20);
	char path[FILE_PATH_MAX];
	bool has = false;

	assert_int_equal(file_path(path, sizeof path, folder, name), ERR_OK);
	if (file_is_there(path)) {
		assert_int_equal(file_read(path, &out), ERR_OK);
		has = out.n > 0 && memmem(out.p, out.n, text, strlen(text)) != NULL;
	}
	out_free(&out);
	return has;
}

/* Fills the file with neighbours, erases some, and looks for what was theirs in the raw bytes. */
static void
erases_without_trace(void **state)
{
	struct items *items = items_of(NULL, 0);
	struct picture *picture = open_picture();
	struct arena *arena = arena_new(1 << 20);
	struct picture_row row;
	struct hash gone = id_of(77), missing = id_of(7777);

	(void)state;
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (int i = 1; i <= 1500; i++) {
		char fields[600], thread[8];
		struct told told = {i, "a/makhmour", thread, "incident", i, fields};

		(void)snprintf(thread, sizeof thread, "x%d", i);
		(void)snprintf(fields, sizeof fields,
			       "type=civ.fire;when=2018-03-09;summary=secretword%d %*sqq "
			       "zurückhaltend%d;district=quarter%d",
			       i, i * 37 % 400, "z", i, i);
		items->n = 0;
		tell(items, &told);
		put(picture, &items->items[0]);
		if (i % 100 == 0) {
			assert_int_equal(picture_commit(picture), ERR_OK);
			assert_int_equal(picture_begin(picture), ERR_OK);
			arena_reset(items->arena);
		}
	}
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_true(file_has(PICTURE_FILE, "secretword77 ") ||
		    file_has(PICTURE_FILE "-wal", "secretword77 "));
	assert_int_equal(picture_erase(picture, &missing), ERR_NOT_FOUND);
	for (int i = 77; i <= 1500; i += 100) {
		char word[40];
		struct hash id = id_of(i);

		assert_int_equal(picture_erase(picture, &id), ERR_OK);
		for (int k = 77; k <= i; k += 100) {
			(void)snprintf(word, sizeof word, "secretword%d ", k);
			assert_false(file_has(PICTURE_FILE, word));
			assert_false(file_has(PICTURE_FILE "-wal", word));
			(void)snprintf(word, sizeof word, "quarter%d", k);
			assert_false(k > 999 && file_has(PICTURE_FILE, word));
			(void)snprintf(word, sizeof word, "haltend%d", k);
			assert_false(k > 999 && file_has(PICTURE_FILE, word));
		}
	}
	assert_int_equal(picture_record(picture, &gone, arena, &row), ERR_OK);
	assert_true(row.is_erased && !row.is_current && !row.record);
	assert_int_equal(row.district.n, 0);
	/* Delivered again, it stays erased. */
	items->n = 0;
	tell(items, &(struct told){77, "a/makhmour", "x77", "incident", 77,
				   "type=civ.fire;when=2018-03-09;summary=secretword77 again"});
	put_all(picture, items);
	assert_false(file_has(PICTURE_FILE "-wal", "secretword77 "));
	assert_int_equal(picture_record(picture, &gone, arena, &row), ERR_OK);
	assert_true(row.is_erased && !row.record);
	picture_close(picture);
	is_sound();
	arena_free(arena);
	items_free(items);
}

static void
refuses_other_files(void **state)
{
	struct picture *picture;
	struct station other;

	(void)state;
	assert_int_equal(picture_open(folder, PICTURE_READ, NULL, &picture), ERR_NOT_FOUND);
	assert_null(picture);
	picture_close(open_picture());
	assert_true(station_read(SPAN("b/kirkuk"), &other));
	assert_int_equal(picture_open(folder, PICTURE_WRITE, &other, &picture), ERR_FORMAT);
	assert_int_equal(picture_open(folder, PICTURE_READ, NULL, &picture), ERR_OK);
	assert_int_equal(picture_begin(picture), ERR_INTERNAL);
	assert_int_equal(picture_mark_put(picture, 1), ERR_INTERNAL);
	picture_close(picture);
}

static void
rolls_back(void **state)
{
	struct items *items = items_of(story, STORY);
	struct picture *picture = open_picture();
	struct out before, after;
	int64_t mark;

	(void)state;
	before = dump(picture);
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (size_t i = 0; i < items->n; i++)
		put(picture, &items->items[i]);
	assert_int_equal(picture_mark_put(picture, 7), ERR_OK);
	picture_rollback(picture);
	assert_int_equal(picture_mark(picture, &mark), ERR_OK);
	assert_int_equal(mark, 0);
	after = dump(picture);
	assert_true(span_equal(out_view(&before), out_view(&after)));
	assert_int_equal(picture_begin(picture), ERR_OK);
	assert_int_equal(picture_mark_put(picture, 7), ERR_OK);
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(picture_mark(picture, &mark), ERR_OK);
	assert_int_equal(mark, 7);
	out_free(&before);
	out_free(&after);
	picture_close(picture);
	items_free(items);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(does_not_hang_on_order, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(does_not_hang_on_order_at_random, make_folder,
					    drop_folder),
	    cmocka_unit_test_setup_teardown(merges_deliveries, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(folds_the_story, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(shows_losses, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(finds_what_is_asked, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(pages_by_key, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(limits_steps, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(counts_incidents, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(keeps_states, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(erases_without_trace, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(refuses_other_files, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(rolls_back, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
