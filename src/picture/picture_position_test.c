/* The order of the versions of one statement: which is newer, as far as it is known, and that
 * neither the order of coming nor the moment at which more becomes known can show. */
#include "picture/told_test.h"

#define DAY    INT64_C(86400000)
#define COUNTS INT64_C(1) << 39

/* clang-format off */
static const struct {
	const char *name;
	struct picture_order order;
} rising[] = {
	{"own, restored without a leaf", {.is_own = true, .leaf = -1, .filed_ms = 9 * DAY}},
	{"epoch 1", {.epoch = 1, .leaf = 7}},
	{"a later leaf, though filed earlier", {.epoch = 1, .leaf = 8, .filed_ms = 3}},
	{"own ones alike", {.is_own = true, .epoch = 1, .leaf = 9}},
	{"a large leaf", {.epoch = 1, .leaf = (INT64_C(1) << 31) - 1}},
	{"epoch 2", {.epoch = 2, .leaf = 1, .counter = 1}},
	{"a log begun in 2020", {.epoch = 31622399, .leaf = 900}},
	{"one begun in 2026", {.epoch = 217362300, .leaf = 9}},
	{"one a second later", {.epoch = 217362301, .leaf = 1}},
	{"one begun in 2087", {.epoch = 2145916799, .leaf = 1}},
	{"the last there can be", {.epoch = INT32_MAX, .leaf = (INT64_C(1) << 31) - 1}},
	{"no leaf: the day", {.leaf = -1, .day_ms = 5 * DAY, .counter = 900}},
	{"the next day", {.leaf = -1, .filed_ms = 6 * DAY + 1, .counter = 901}},
	{"the moment", {.leaf = -1, .filed_ms = 6 * DAY + 2, .day_ms = 6 * DAY, .counter = 12}},
	{"the last of that day", {.leaf = -1, .filed_ms = 7 * DAY - 1, .counter = 3}},
	{"one without, behind those that show it", {.leaf = -1, .day_ms = 6 * DAY, .counter = 11}},
	{"the counter", {.leaf = -1, .day_ms = 6 * DAY, .counter = 12}},
	{"a large one", {.leaf = -1, .day_ms = 6 * DAY, .counter = COUNTS}},
	{"the day before all", {.leaf = -1, .day_ms = 7 * DAY, .counter = 1}},
	{"a day that is none", {.leaf = -1, .day_ms = INT64_MAX, .counter = INT64_MAX}},
};
/* clang-format on */

static void
test_rising(void **state)
{
	(void)state;
	for (size_t i = 1; i < sizeof rising / sizeof *rising; i++) {
		int64_t before = picture_position(&rising[i - 1].order);
		int64_t after = picture_position(&rising[i].order);

		if (before < 0 || before >= after)
			fail_msg("%s: %lld is not below %lld", rising[i].name, (long long)before,
				 (long long)after);
	}
}

/* What is learnt later only lowers it: so the least of what several deliveries say is the best. */
static void
test_lower(void **state)
{
	struct picture_order order = {.leaf = -1, .day_ms = 6 * DAY, .counter = 9};
	int64_t last = picture_position(&order), now;

	(void)state;
	order.counter = 4;
	now = picture_position(&order);
	assert_true(now < last);
	last = now;
	order.filed_ms = 6 * DAY + 500;
	now = picture_position(&order);
	assert_true(now < last);
	last = now;
	order.epoch = 1;
	order.leaf = 12;
	assert_true(picture_position(&order) < last);
}

/* ---- a statement of some versions, each told in two deliveries, whose leaves are learnt late ----
 */

enum { VERSIONS = 5, EVENTS = 3 * VERSIONS, WORLDS = 24, ORDERS = 6 };

struct world {
	struct items *items;
	struct picture_order known[VERSIONS], late[VERSIONS]; /* by either delivery */
	bool has_leaf[VERSIONS];
	int taken_back; /* number of the version that a retraction names; 0: none */
	bool is_erased;
};

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

static void
make_world(struct world *world, uint32_t seed)
{
	bool shows_filed = next_random(&seed) % 2;
	uint32_t leaves = next_random(&seed) % 4;

	*world = (struct world){.items = items_of(NULL, 0)};
	for (int i = 0; i < VERSIONS; i++) {
		char fields[80];
		struct picture_order *known = &world->known[i];

		(void)snprintf(fields, sizeof fields, "type=atk.ambush;when=2027-05-03;summary=w%d",
			       i);
		tell(world->items, &(struct told){i + 1, "b/kirkuk", "t", "incident", 1, fields});
		*known = (struct picture_order){
		    .leaf = -1, .day_ms = NIGHT, .counter = 1 + next_random(&seed) % 40};
		world->late[i] = *known;
		world->late[i].counter += 40;
		if (shows_filed) /* only the second delivery does */
			world->late[i].filed_ms = NIGHT + i * 1000;
		world->has_leaf[i] = leaves == 0 || (leaves == 1 && i < 3);
	}
	if (next_random(&seed) % 2) {
		char fields[20];

		world->taken_back = 1 + (int)(next_random(&seed) % VERSIONS);
		world->is_erased = next_random(&seed) % 2;
		(void)snprintf(fields, sizeof fields, "re=@%d", world->taken_back);
		tell(world->items,
		     &(struct told){9, "b/kirkuk", "r", world->is_erased ? "erase" : "retract", 1,
				    fields});
	}
}

static int64_t
leaf_position(int version)
{
	return picture_position(&(struct picture_order){.epoch = 1, .leaf = 10 + version});
}

static void
happen(struct picture *picture, struct world *world, size_t event)
{
	size_t version = event / 3;
	struct picture_item item;
	enum err err;

	if (version >= VERSIONS) {
		put(picture, &world->items->items[VERSIONS]);
		return;
	}
	item = world->items->items[version];
	item.filed_ms = NIGHT;
	if (event % 3 == 2) {
		if (!world->has_leaf[version])
			return;
		err = picture_move(picture, &item.id, leaf_position((int)version));
		assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
		if (err == ERR_OK)
			return;
		item.position = leaf_position((int)version); /* known when it comes */
	} else {
		item.position =
		    picture_position(event % 3 ? &world->late[version] : &world->known[version]);
	}
	put(picture, &item);
}

static struct out
tell_world(struct world *world, uint32_t seed)
{
	size_t n = EVENTS + (world->taken_back ? 3 : 0), order[EVENTS + 3];
	struct picture *picture = open_picture();
	struct out text;

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; seed && i > 1; i--) {
		size_t k = next_random(&seed) % i, held = order[i - 1];

		order[i - 1] = order[k];
		order[k] = held;
	}
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		happen(picture, world, order[i]);
		if (next_random(&seed) % 3 == 0) {
			assert_int_equal(picture_commit(picture), ERR_OK);
			assert_int_equal(picture_begin(picture), ERR_OK);
		}
	}
	assert_int_equal(picture_commit(picture), ERR_OK);
	text = dump(picture);
	picture_close(picture);
	assert_int_equal(picture_remove(folder), ERR_OK);
	return text;
}

/* The version in force: 0 none. */
static int
in_force(struct world *world)
{
	struct picture *picture = open_picture();
	struct arena *arena = arena_new(1 << 20);
	int found = 0;

	assert_int_equal(picture_begin(picture), ERR_OK);
	for (size_t i = 0; i < EVENTS + (world->taken_back ? 3 : 0); i++)
		happen(picture, world, i);
	assert_int_equal(picture_commit(picture), ERR_OK);
	for (int i = 1; i <= VERSIONS; i++) {
		struct hash id = id_of(i);
		struct picture_row row;

		assert_int_equal(picture_record(picture, &id, arena, &row), ERR_OK);
		if (row.is_current) {
			assert_int_equal(found, 0);
			found = i;
		}
	}
	picture_close(picture);
	assert_int_equal(picture_remove(folder), ERR_OK);
	arena_free(arena);
	return found;
}

static void
test_any_order(void **state)
{
	(void)state;
	for (uint32_t number = 1; number <= (TEST_SLOW ? 20 * WORLDS : WORLDS); number++) {
		struct world world;
		struct out first;
		int newest = 0;

		make_world(&world, number);
		first = tell_world(&world, 0);
		for (uint32_t seed = 1; seed < ORDERS; seed++) {
			struct out again = tell_world(&world, number * 16 + seed);

			if (!span_equal(out_view(&first), out_view(&again)))
				fail_msg("world %u seed %u:\n%s\n--\n%s", number, seed, first.p,
					 again.p);
			out_free(&again);
		}
		if (world.has_leaf[0] && world.has_leaf[VERSIONS - 1]) {
			newest = world.taken_back == VERSIONS ? 0 : VERSIONS;
			assert_int_equal(in_force(&world), newest);
		}
		out_free(&first);
		items_free(world.items);
	}
}

/* An original that comes behind its amendment, and its leaf then or later. */
static void
test_late_original(void **state)
{
	static const char fields[] = "type=atk.ambush;when=2027-05-03";
	static const struct told told[] = {{1, "b/kirkuk", "t", "incident", 1, fields},
					   {2, "b/kirkuk", "t", "incident", 1, fields}};
	struct items *items = items_of(told, 2);
	struct picture *picture = open_picture();
	struct arena *arena = arena_new(1 << 20);
	struct hash missing = id_of(3);
	struct picture_row *rows;
	struct picture_row row;
	size_t n;

	(void)state;
	items->items[1].position =
	    picture_position(&(struct picture_order){.leaf = -1, .day_ms = NIGHT, .counter = 1});
	items->items[0].position =
	    picture_position(&(struct picture_order){.leaf = -1, .day_ms = NIGHT, .counter = 2});
	put_all(picture, items);
	assert_int_equal(picture_record(picture, &items->items[0].id, arena, &row), ERR_OK);
	assert_true(row.is_current); /* nothing better is known */
	assert_int_equal(picture_move(picture, &row.id, leaf_position(1)), ERR_INTERNAL);
	assert_int_equal(picture_begin(picture), ERR_OK);
	assert_int_equal(picture_move(picture, &missing, leaf_position(1)), ERR_NOT_FOUND);
	assert_int_equal(picture_move(picture, &items->items[0].id, leaf_position(1)), ERR_OK);
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(picture_record(picture, &items->items[1].id, arena, &row), ERR_OK);
	assert_true(row.is_current); /* its leaf is not in the copy yet: it is newer */
	assert_int_equal(picture_begin(picture), ERR_OK);
	assert_int_equal(picture_move(picture, &items->items[1].id, leaf_position(2)), ERR_OK);
	assert_int_equal(picture_move(picture, &items->items[1].id, leaf_position(3)), ERR_OK);
	assert_int_equal(picture_commit(picture), ERR_OK);
	assert_int_equal(picture_thread(picture, row.thread, arena, &rows, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_true(rows[1].is_current && !rows[0].is_current);
	assert_int_equal(rows[1].position, leaf_position(2));
	picture_close(picture);
	arena_free(arena);
	items_free(items);
}

/* The last in the log, whatever it says of its time. */
static void
test_latest(void **state)
{
	static const struct told told[] = {
	    {1, "b/kirkuk", "one", "shift", 1, "state=handover;when=2027-05-03"},
	    {2, "b/kirkuk", "two", "shift", 3, "state=handover;when=2020-01-01"},
	    {3, "b/kirkuk", "three", "shift", 2, "state=open;when=2027-05-04"},
	    {4, "b/erbil", "four", "shift", 4, "state=open;when=2027-05-04"},
	    {5, "b/kirkuk", "five", "incident", 5, "type=atk.ambush;when=2027-05-04"},
	    {6, "b/kirkuk", "six", "shift", 6, "state=open;when=2027-05-04"},
	    {7, "b/kirkuk", "r", "retract", 7, "re=@6"},
	};
	struct items *items = items_of(told, sizeof told / sizeof *told);
	struct picture *picture;
	struct arena *arena = arena_new(1 << 20);
	struct station station;
	struct hash wanted = id_of(2);
	struct picture_row row;

	(void)state;
	assert_int_equal(picture_remove(folder), ERR_OK); /* what another test left */
	picture = open_picture();
	assert_true(station_read(SPAN("b/kirkuk"), &station));
	assert_int_equal(picture_latest(picture, KIND_SHIFT, &station, arena, &row), ERR_NOT_FOUND);
	put_all(picture, items);
	assert_int_equal(picture_latest(picture, KIND_SHIFT, &station, arena, &row), ERR_OK);
	assert_true(hash_equal(&row.id, &wanted));
	assert_int_equal(row.record->field[FIELD_STATE].code, STATE_HANDOVER);
	assert_int_equal(picture_latest(picture, KIND_SITREP, &station, arena, &row),
			 ERR_NOT_FOUND);
	picture_close(picture);
	arena_free(arena);
	items_free(items);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rising),    cmocka_unit_test(test_lower),
	    cmocka_unit_test(test_any_order), cmocka_unit_test(test_late_original),
	    cmocka_unit_test(test_latest),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
