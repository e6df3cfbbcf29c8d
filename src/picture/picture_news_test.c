/* Whoever follows hears of every version once; a file made anew is noticed. */
#include "picture/told_test.h"

static const struct told told[] = {
    {1, "a/makhmour", "att", "incident", 10, "type=atk.ambush;when=2027-05-03T23:15Z"},
    {2, "a/makhmour", "att", "incident", 11, "type=atk.clash;when=2027-05-03T23:15Z"},
    {3, "b/kirkuk", "x", "answer", 1, "re=@1;answer=noted"},
};

/* Numbers of the items behind a point, as text, and the point after them. */
static const char *
news(struct picture *picture, struct picture_point *point, size_t max, enum err expected)
{
	static char text[400];
	struct arena *arena = arena_new(1 << 16);
	struct picture_point to;
	struct picture_row rows[8];
	struct hash *ids;
	size_t n;

	memset(rows, 0, sizeof rows);
	assert_int_equal(picture_news(picture, point, max, arena, &ids, &n, &to), expected);
	assert_true(n <= 8);
	for (size_t i = 0; i < n; i++)
		rows[i].id = ids[i];
	(void)numbers(rows, n, text);
	*point = to;
	arena_free(arena);
	return text;
}

static void
test_follow(void **state)
{
	struct picture_point point = {.number = 0};
	struct picture *picture = open_picture();
	struct items *items = items_of(told, 3);
	struct picture_point newest;

	(void)state;
	assert_int_equal(picture_newest(picture, &newest), ERR_OK);
	assert_int_equal(newest.number, 0);
	assert_string_equal(news(picture, &point, 8, ERR_OK), "");
	assert_int_equal(point.number, 0);
	put_all(picture, items);
	assert_string_equal(news(picture, &point, 2, ERR_OK), "1 2 ");
	assert_string_equal(news(picture, &point, 2, ERR_OK), "3 ");
	assert_string_equal(news(picture, &point, 2, ERR_OK), "");
	assert_int_equal(picture_newest(picture, &newest), ERR_OK);
	assert_int_equal(newest.number, point.number);
	assert_true(hash_equal(&newest.id, &point.id));
	/* what was put already is no news, erased or not */
	put_all(picture, items);
	assert_int_equal(picture_erase(picture, &items->items[2].id), ERR_OK);
	assert_string_equal(news(picture, &point, 8, ERR_OK), "");
	items_free(items);
	picture_close(picture);
}

static void
test_anew(void **state)
{
	struct picture *picture = picture_of(told, 3);
	struct picture_point point;
	struct items *items = items_of(told + 1, 2);

	(void)state;
	assert_int_equal(picture_newest(picture, &point), ERR_OK);
	picture_close(picture);
	assert_int_equal(picture_remove(folder), ERR_OK);
	picture = open_picture();
	(void)news(picture, &point, 8, ERR_NOT_FOUND);
	put_all(picture, items);
	(void)news(picture, &point, 8, ERR_NOT_FOUND);
	point.number = 2; /* there is such a number, and it is another version */
	point.id = id_of(1);
	(void)news(picture, &point, 8, ERR_NOT_FOUND);
	point.number = -1;
	(void)news(picture, &point, 8, ERR_NOT_FOUND);
	items_free(items);
	picture_close(picture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_follow, make_folder, drop_folder),
	    cmocka_unit_test_setup_teardown(test_anew, make_folder, drop_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
