/*
 * Promises that whoever follows the picture hears of every version once, and is told when it cannot
 * be known.  Versions keep their number for the life of the file, erased ones too; a file made anew
 * may number them otherwise, so a place is a number and the id there.
 */
#include "picture/picture_store.h"

#include <string.h>

static enum err
read_point(sqlite3_stmt *statement, struct picture_point *point, bool *has_row)
{
	enum err err = db_step(statement, has_row);

	if (err == ERR_OK && *has_row) {
		point->number = db_int(statement, 0);
		point->id = picture_row_hash(statement, 1);
	}
	return err;
}

enum err
picture_newest(struct picture *picture, struct picture_point *point)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = picture_store_sql(picture, PICTURE_SQL_NEWEST, &statement);

	memset(point, 0, sizeof *point);
	if (err == ERR_OK)
		err = read_point(statement, point, &has_row);
	if (has_row)
		db_reset(statement);
	return err;
}

/* Whether the version of that number is the one it was. */
static enum err
check_point(struct picture *picture, const struct picture_point *point)
{
	struct picture_point found = {.number = 0};
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err;

	if (point->number == 0)
		return ERR_OK;
	err = picture_store_sql(picture, PICTURE_SQL_NEWS, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, point->number - 1);
	db_bind_int(statement, 2, 1);
	err = read_point(statement, &found, &has_row);
	if (has_row)
		db_reset(statement);
	if (err == ERR_OK && (found.number != point->number || !hash_equal(&found.id, &point->id)))
		err = ERR_NOT_FOUND;
	return err;
}

enum err
picture_news(struct picture *picture, const struct picture_point *from, size_t max,
	     struct arena *arena, struct hash **ids, size_t *n, struct picture_point *to)
{
	sqlite3_stmt *statement;
	bool has_row = true;
	enum err err = from->number < 0 ? ERR_NOT_FOUND : check_point(picture, from);

	*to = *from;
	*n = 0;
	*ids = arena_array(arena, max ? max : 1, sizeof **ids);
	if (err == ERR_OK && !*ids)
		err = ERR_NOMEM;
	if (err == ERR_OK)
		err = picture_store_sql(picture, PICTURE_SQL_NEWS, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, from->number);
	db_bind_int(statement, 2, (int64_t)max);
	while (err == ERR_OK && has_row && *n < max) {
		err = read_point(statement, to, &has_row);
		if (err == ERR_OK && has_row)
			(*ids)[(*n)++] = to->id;
	}
	db_reset(statement);
	return err;
}
