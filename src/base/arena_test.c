#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 1 << 20 };

static void
what_it_gives_is_zero_and_apart(void **state)
{
	struct arena *arena = arena_new(LIMIT);
	unsigned char *before = NULL;
	size_t before_n = 0;

	(void)state;
	assert_non_null(arena);
	for (int turn = 0; turn < 3; turn++) {
		for (size_t n = 1; n < 400; n += 7) {
			unsigned char *p = arena_take(arena, n);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xff, n);
			if (before)
				assert_true(p + n <= before || before + before_n <= p);
			before = p;
			before_n = n;
		}
		arena_reset(arena);
		before = NULL;
	}
	arena_free(arena);
}

static void
the_limit_holds(void **state)
{
	struct arena *arena = arena_new(LIMIT);
	size_t given = 0;

	(void)state;
	assert_null(arena_take(arena, LIMIT + 1));
	assert_null(arena_take(arena, SIZE_MAX));
	assert_null(arena_array(arena, SIZE_MAX / 2, 3));
	while (arena_take(arena, 1000))
		given += 1000;
	assert_true(given > 0 && given <= LIMIT);
	arena_reset(arena);
	assert_non_null(arena_take(arena, 1000));
	arena_free(arena);
	arena_free(NULL);
}

static void
copies_end_with_nul(void **state)
{
	struct arena *arena = arena_new(LIMIT);
	struct span copy = arena_copy(arena, SPAN("text"));

	(void)state;
	assert_string_equal(copy.p, "text");
	assert_int_equal(copy.n, 4);
	copy = arena_copy(arena, span_make("x", (size_t)LIMIT * 2));
	assert_null(copy.p);
	assert_int_equal(copy.n, 0);
	arena_free(arena);
}

static void
what_came_after_a_mark_goes(void **state)
{
	struct arena *arena = arena_new(LIMIT);
	struct span kept = arena_copy(arena, SPAN("kept"));
	const size_t sizes[] = {1, 1000, 70000, 200000}; /* in the block, in others, in its own */
	struct arena_mark empty;

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		struct arena_mark mark = arena_mark(arena);

		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			unsigned char *p = arena_take(arena, sizes[k]);

			assert_non_null(p);
			for (size_t at = 0; at < sizes[k]; at++)
				assert_int_equal(p[at], 0);
			memset(p, 0xff, sizes[k]);
		}
		arena_back(arena, mark);
		assert_string_equal(kept.p, "kept");
	}
	assert_true(arena_take(arena, 1) == (const char *)kept.p + _Alignof(max_align_t));
	arena_reset(arena);
	empty = arena_mark(arena);
	assert_non_null(arena_take(arena, LIMIT));
	assert_null(arena_take(arena, 1));
	arena_back(arena, empty);
	assert_non_null(arena_take(arena, LIMIT));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_it_gives_is_zero_and_apart),
	    cmocka_unit_test(the_limit_holds),
	    cmocka_unit_test(copies_end_with_nul),
	    cmocka_unit_test(what_came_after_a_mark_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
