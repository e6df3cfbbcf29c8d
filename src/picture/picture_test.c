#define _GNU_SOURCE /* memmem */
#include "picture/told_test.h"

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
	    cmocka_unit_test_setup_teardown(keeps_states, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(erases_without_trace, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(refuses_other_files, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(rolls_back, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
