/*
 * Promises that a record comes into the picture once: by its id, merged with what other deliveries
 * of it showed, its content gone for good once erased.  What it means for others is left to
 * picture_settle.c; here only what is about itself.
 */
#include "picture/picture_store.h"

/* The version that `id` names, when held, is looked at again. */
static enum err
soil_target(struct picture *picture, const struct hash *id)
{
	struct picture_version target;
	enum err err = picture_version_find(picture, id, &target);

	if (err != ERR_OK || target.n == 0)
		return err;
	return picture_list_add(&picture->dirty, target.n);
}

static enum err
soil_targets_of(struct picture *picture, int64_t n)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_REFS_OF, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		struct hash target = picture_row_hash(statement, 1);

		err = soil_target(picture, &target);
		if (err != ERR_OK) {
			db_reset(statement);
			return err;
		}
	}
	return err;
}

enum err
picture_put_blank(struct picture *picture, int64_t n, const struct hash *id)
{
	struct picture_version version;
	struct picture_box box;
	struct span blob;
	enum err err = picture_version_find(picture, id, &version);

	if (err != ERR_OK || version.is_erased)
		return err;
	err = picture_version_read(picture, n, &blob, &picture->other);
	if (err == ERR_OK)
		err = soil_targets_of(picture, n);
	if (err == ERR_OK)
		err = picture_version_unwrite(picture, n, &picture->other);
	if (err == ERR_OK)
		err = picture_version_drop_body(picture, n);
	version.is_erased = true;
	picture->has_erased = true;
	if (err == ERR_OK)
		err = picture_version_write_row(picture, &version, &box);
	return err == ERR_OK ? picture_list_add(&picture->dirty, n) : err;
}

/* What is held already and names this id: an erasure by its own signer, or anything. */
static enum err
look_who_waits(struct picture *picture, const struct picture_version *version, bool *is_named,
	       bool *is_erased)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_REFS_TO, &statement);

	*is_named = *is_erased = false;
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(version->id.b, HASH_SIZE));
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		*is_named = true;
		if (db_int(statement, 0) == FIELD_RE && db_int(statement, 2) == KIND_ERASE &&
		    span_is(db_text(statement, 3), version->station.name))
			*is_erased = true;
	}
	return err;
}

static uint64_t
hash_thread(struct span thread)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < thread.n; i++)
		hash = (hash ^ (unsigned char)thread.p[i]) * 0x100000001b3U;
	return hash | 1;
}

static enum err
is_thread_held(struct picture *picture, struct span thread, bool *is_held)
{
	sqlite3_stmt *statement;
	enum err err;

	*is_held = false;
	if (picture->is_bare) {
		bool is_new;

		err = picture_set_add(&picture->threads, (int64_t)hash_thread(thread), &is_new);
		*is_held = !is_new; /* two that hash alike are only settled the longer way */
		return err;
	}
	err = picture_store_sql(picture, PICTURE_SQL_THREAD_IS_HELD, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, thread);
	err = db_step(statement, is_held);
	db_reset(statement);
	return err;
}

/* An erasure or a retraction reaches the record it names, if it is its signer's own.  An erasure is
 * not itself erased: it says nothing but an id, and of two that name each other the first would
 * win. */
static enum err
reach_target(struct picture *picture, const struct picture_version *version)
{
	struct picture_version target;
	enum err err;

	if (!version->record || !version->record->field[FIELD_RE].is_set ||
	    (version->kind != KIND_ERASE && version->kind != KIND_RETRACT))
		return ERR_OK;
	err = picture_version_find(picture, &version->record->field[FIELD_RE].id, &target);
	if (err != ERR_OK || target.n == 0 || !station_equal(&target.station, &version->station))
		return err;
	if (version->kind == KIND_ERASE && target.kind == KIND_ERASE)
		return ERR_OK;
	if (version->kind == KIND_ERASE)
		return picture_put_blank(picture, target.n, &target.id);
	return picture_list_add(&picture->dirty, target.n);
}

static enum err
write_blob(struct picture *picture, const struct record *record)
{
	out_reset(&picture->blob);
	record_write(&picture->blob, record);
	return out_err(&picture->blob);
}

static enum err
put_new(struct picture *picture, const struct picture_item *item, struct picture_version *version)
{
	bool is_named, is_held, is_erased;
	const struct record *record = item->record;
	enum err err;

	version->thread = record->thread;
	version->station = record->station;
	version->kind = record->kind;
	version->position = item->position;
	version->filed_ms = item->filed_ms;
	version->arrived_ms = item->arrived_ms;
	version->is_late = (item->flags & PICTURE_LATE) != 0;
	err = look_who_waits(picture, version, &is_named, &is_erased);
	if (err == ERR_OK)
		err = is_thread_held(picture, version->thread, &is_held);
	if (err != ERR_OK)
		return err;
	version->is_erased =
	    (is_erased && version->kind != KIND_ERASE) || (item->flags & PICTURE_ERASED) != 0;
	version->record = version->is_erased ? NULL : record;
	/* Most records are the only one of their thread and named by nothing: nothing to settle. */
	version->is_current = !version->is_erased && !is_named && !is_held &&
			      !record->field[FIELD_INCIDENT].is_set &&
			      kind_row(record->kind)->nature != KIND_NATURE_NOTE;
	if (version->record)
		err = write_blob(picture, record);
	if (err == ERR_OK)
		err = picture_version_write(picture, version);
	return err == ERR_OK ? reach_target(picture, version) : err;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

/* Leaves the blob of what two deliveries show together in picture->blob.  Signed bytes cannot
 * contradict each other; if ever, the choice must not hang on which came first. */
static enum err
merge(struct picture *picture, struct span held, const struct record *more)
{
	enum err err;

	if (record_merge(&picture->one, more)) {
		picture->one.filed_ms = earlier(picture->one.filed_ms, more->filed_ms);
		return write_blob(picture, &picture->one);
	}
	err = write_blob(picture, more);
	if (err == ERR_OK && span_compare(held, out_view(&picture->blob)) < 0) {
		out_reset(&picture->blob);
		out_span(&picture->blob, held);
		err = out_err(&picture->blob);
	}
	return err;
}

static enum err
put_merged(struct picture *picture, const struct picture_item *item,
	   struct picture_version *version)
{
	struct cursor cursor;
	struct span held;
	enum err err = picture_version_read(picture, version->n, &held, &picture->one);

	if (err != ERR_OK)
		return err;
	picture->other = picture->one;
	err = merge(picture, held, item->record);
	if (err != ERR_OK)
		return err;
	if (span_equal(held, out_view(&picture->blob))) {
		struct picture_box box;

		version->record = &picture->other;
		err = picture_version_write_row(picture, version, &box);
		return err == ERR_OK ? picture_list_add(&picture->dirty, version->n) : err;
	}
	err = soil_targets_of(picture, version->n);
	if (err == ERR_OK)
		err = picture_version_unwrite(picture, version->n, &picture->other);
	if (err != ERR_OK)
		return err;
	cursor = cursor_over(out_view(&picture->blob));
	if (!record_read(&cursor, picture->arena, &picture->other))
		return ERR_INTERNAL;
	version->record = &picture->other;
	version->kind = picture->other.kind;
	err = picture_version_write(picture, version);
	return err == ERR_OK ? reach_target(picture, version) : err;
}

static enum err
put_again(struct picture *picture, const struct picture_item *item, struct picture_version *version)
{
	struct picture_version before = *version;
	struct picture_box box;
	enum err err;

	if (item->position < version->position)
		version->position = item->position;
	version->filed_ms = earlier(version->filed_ms, item->filed_ms);
	version->arrived_ms = earlier(version->arrived_ms, item->arrived_ms);
	version->is_late = version->is_late && (item->flags & PICTURE_LATE);
	if (version->kind == KIND_NONE)
		version->kind = item->record->kind;
	if (!before.is_erased && (item->flags & PICTURE_ERASED)) {
		err = picture_put_blank(picture, version->n, &version->id);
		if (err != ERR_OK)
			return err;
		version->is_erased = true;
	}
	if (!version->is_erased)
		return put_merged(picture, item, version);
	err = picture_version_write_row(picture, version, &box);
	return err == ERR_OK ? picture_list_add(&picture->dirty, version->n) : err;
}

enum err
picture_put(struct picture *picture, const struct picture_item *item)
{
	struct picture_version version;
	enum err err;

	if (!picture->is_in_batch)
		return ERR_INTERNAL;
	if (item->record->thread.n == 0 || item->record->station.name[0] == '\0')
		return ERR_FORMAT;
	arena_reset(picture->arena);
	err = picture_version_find(picture, &item->id, &version);
	if (err != ERR_OK)
		return err;
	if (version.n == 0)
		return put_new(picture, item, &version);
	if (!span_equal(version.thread, item->record->thread) ||
	    !station_equal(&version.station, &item->record->station))
		return ERR_FORMAT;
	return put_again(picture, item, &version);
}

enum err
picture_move(struct picture *picture, const struct hash *id, int64_t position)
{
	struct picture_version version = {0};
	sqlite3_stmt *statement;
	enum err err = picture->is_in_batch ? ERR_OK : ERR_INTERNAL;

	arena_reset(picture->arena);
	if (err == ERR_OK)
		err = picture_version_find(picture, id, &version);
	if (err == ERR_OK && version.n == 0)
		err = ERR_NOT_FOUND;
	if (err != ERR_OK || version.position <= position)
		return err;
	err = picture_store_sql(picture, PICTURE_SQL_MOVE, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, version.n);
	db_bind_int(statement, 2, position);
	err = db_do(statement);
	return err == ERR_OK ? picture_list_add(&picture->dirty, version.n) : err;
}

enum err
picture_erase(struct picture *picture, const struct hash *id)
{
	struct picture_version version;
	enum err err = picture_begin(picture);

	if (err != ERR_OK)
		return err;
	arena_reset(picture->arena);
	err = picture_version_find(picture, id, &version);
	if (err == ERR_OK && version.n == 0)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = picture_put_blank(picture, version.n, id);
	if (err == ERR_OK)
		err = picture_commit(picture);
	if (err != ERR_OK) {
		picture_rollback(picture);
		return err;
	}
	return picture_tidy(picture);
}
