#ifndef SEAM_PICTURE_TOLD_TEST_H
#define SEAM_PICTURE_TOLD_TEST_H

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

/* clang-format off */
/* A span as a constant, and a day of March 2018. */
#define TEXT(literal) {literal, sizeof(literal) - 1}
#define MARCH(day) (INT64_C(1519862400000) + ((day) - 1) * INT64_C(86400000))
/* clang-format on */

static inline struct hash
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

static inline void
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

static inline void
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

static inline struct items *
items_of(const struct told *told, size_t n)
{
	struct items *items = calloc(1, sizeof *items);

	assert_non_null(items);
	items->arena = arena_new(1 << 20);
	for (size_t i = 0; i < n; i++)
		tell(items, &told[i]);
	return items;
}

static inline void
items_free(struct items *items)
{
	arena_free(items->arena);
	free(items);
}

/* A folder of its own per test. */
static char folder[64];

static inline int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/picture-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static inline int
drop_folder(void **state)
{
	(void)state;
	assert_int_equal(picture_remove(folder), ERR_OK);
	return rmdir(folder);
}

static inline struct picture *
open_picture(void)
{
	struct station own;
	struct picture *picture;

	assert_true(station_read(SPAN("a/makhmour"), &own));
	assert_int_equal(picture_open(folder, PICTURE_WRITE, &own, &picture), ERR_OK);
	return picture;
}

static inline void
put(struct picture *picture, const struct picture_item *item)
{
	assert_int_equal(picture_put(picture, item), ERR_OK);
}

static inline void
put_all(struct picture *picture, const struct items *items)
{
	assert_int_equal(picture_begin(picture), ERR_OK);
	for (size_t i = 0; i < items->n; i++)
		put(picture, &items->items[i]);
	assert_int_equal(picture_commit(picture), ERR_OK);
}

static inline struct picture *
picture_of(const struct told *told, size_t n)
{
	struct items *items = items_of(told, n);
	struct picture *picture = open_picture();

	put_all(picture, items);
	items_free(items);
	return picture;
}

static inline struct out
dump(struct picture *picture)
{
	struct out out = out_new(64 << 20);

	assert_int_equal(picture_dump(picture, &out), ERR_OK);
	return out;
}

/* Numbers of the items in rows, as text: "3 1 ". */
static inline const char *
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

/* The tree of boxes and the word index are whole by their own checks. */
static inline void
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

#endif
