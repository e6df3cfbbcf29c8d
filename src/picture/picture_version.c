/*
 * Promises the rows of one version: written whole, read back, taken away again.  What they mean for
 * other versions is not its business.
 */
#include "picture/picture_store.h"

#include "model/region.h"
#include "picture/word.h"

#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

/* What the last named minute, hour or day adds to a time's end. */
static int64_t
step_ms(enum when_precision precision)
{
	if (precision == WHEN_MINUTE)
		return MINUTE_MS;
	return precision == WHEN_HOUR || precision == WHEN_PART ? HOUR_MS : DAY_MS;
}

bool
picture_version_when(const struct record *record, int64_t filed_ms, int64_t arrived_ms,
		     struct when *when)
{
	if (record && record->field[FIELD_WHEN].is_set)
		*when = record->field[FIELD_WHEN].when;
	else if (record && record->field[FIELD_WINDOW].is_set)
		*when = record->field[FIELD_WINDOW].when;
	else {
		int64_t at_ms = filed_ms ? filed_ms : arrived_ms;

		*when = (struct when){at_ms, at_ms, WHEN_MINUTE};
		return false;
	}
	when->to_ms += step_ms(when->precision) - 1;
	return true;
}

static uint64_t
key_of(const struct hash *id)
{
	uint64_t key;

	memcpy(&key, id->b, sizeof key);
	return key;
}

/* With indexes or, in the first batch of a new file, without. */
static enum err
look_up(struct picture *picture, const struct hash *id, sqlite3_stmt **statement, bool *has_row)
{
	int64_t n = picture->is_bare ? picture_map_get(&picture->ids, key_of(id)) : 0;
	enum err err;

	*has_row = false;
	if (picture->is_bare && n == 0)
		return ERR_OK;
	if (n) {
		err = picture_store_sql(picture, PICTURE_SQL_FIND_ROW, statement);
		if (err != ERR_OK)
			return err;
		db_bind_int(*statement, 1, n);
		db_bind_blob(*statement, 2, span_make(id->b, HASH_SIZE));
		err = db_step(*statement, has_row);
		if (err != ERR_OK || *has_row)
			return err;
	}
	/* Also where two ids begin with the same bytes, which somebody could bring about. */
	err = picture_store_sql(picture, PICTURE_SQL_FIND, statement);
	if (err != ERR_OK)
		return err;
	db_bind_blob(*statement, 1, span_make(id->b, HASH_SIZE));
	return db_step(*statement, has_row);
}

enum err
picture_version_find(struct picture *picture, const struct hash *id,
		     struct picture_version *version)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = look_up(picture, id, &statement, &has_row);

	*version = (struct picture_version){.id = *id};
	if (err != ERR_OK || !has_row)
		return err;
	version->n = db_int(statement, 0);
	version->thread = arena_copy(picture->arena, db_text(statement, 1));
	if (!span_copy(version->station.name, sizeof version->station.name,
		       db_text(statement, 2)) ||
	    !version->thread.p)
		err = ERR_CORRUPT;
	version->kind = (enum kind)db_int(statement, 3);
	version->position = db_int(statement, 4);
	version->filed_ms = db_int(statement, 5);
	version->arrived_ms = db_int(statement, 6);
	version->is_late = db_int(statement, 7) != 0;
	version->is_erased = db_int(statement, 8) != 0;
	db_reset(statement);
	return err;
}

enum err
picture_version_read(struct picture *picture, int64_t n, struct span *blob, struct record *record)
{
	sqlite3_stmt *statement;
	struct cursor cursor;
	bool has_row;
	enum err err = picture_store_sql(picture, PICTURE_SQL_BODY, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err != ERR_OK ? err : ERR_CORRUPT;
	*blob = arena_copy(picture->arena, db_blob(statement, 0));
	db_reset(statement);
	if (!blob->p)
		return ERR_NOMEM;
	cursor = cursor_over(*blob);
	return record_read(&cursor, picture->arena, record) ? ERR_OK : ERR_CORRUPT;
}

static void
fold_words(struct out *out, const struct record *record)
{
	const struct value *type = &record->field[FIELD_TYPE];

	out_reset(out);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		const struct field_row *row = field_row(f);
		bool is_text = row->type == FIELD_TYPE_FREE || row->type == FIELD_TYPE_LINE ||
			       row->type == FIELD_TYPE_NAME;

		if (is_text && record->field[f].is_set && !row->is_sealed)
			word_fold(out, record->field[f].text);
	}
	if (type->is_set)
		word_fold(out, span_of(vocab_label(VOCAB_TYPE, type->code)));
}

static enum err
put_words(struct picture *picture, enum picture_sql which, int64_t n, const struct record *record)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, which, &statement);

	if (err != ERR_OK)
		return err;
	fold_words(&picture->words, record);
	err = out_err(&picture->words);
	if (err != ERR_OK || picture->words.n == 0)
		return err;
	db_bind_int(statement, 1, n);
	db_bind_text(statement, 2, out_view(&picture->words));
	return db_do(statement);
}

static enum err
put_refs(struct picture *picture, int64_t n, const struct record *record)
{
	static const enum field fields[] = {FIELD_INCIDENT, FIELD_RE, FIELD_LINK_TO};
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_REF_PUT, &statement);

	for (size_t i = 0; i < sizeof fields / sizeof *fields && err == ERR_OK; i++) {
		const struct value *value = &record->field[fields[i]];

		if (!value->is_set)
			continue;
		db_bind_blob(statement, 1, span_make(value->id.b, HASH_SIZE));
		db_bind_int(statement, 2, fields[i]);
		db_bind_int(statement, 3, n);
		err = db_do(statement);
	}
	return err;
}

static enum err
put_figures(struct picture *picture, int64_t n, const struct record *record)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_FIGURE_PUT, &statement);

	for (enum field f = 1; f < FIELD_COUNT && err == ERR_OK; f++) {
		const struct quantity *quantity = &record->field[f].quantity;

		if (!record->field[f].is_set || field_row(f)->type != FIELD_TYPE_QUANTITY)
			continue;
		db_bind_int(statement, 1, n);
		db_bind_int(statement, 2, f);
		db_bind_int(statement, 3, quantity->low);
		db_bind_int(statement, 4, quantity->best);
		db_bind_int(statement, 5, quantity->high);
		db_bind_int(statement, 6, quantity->word);
		err = db_do(statement);
	}
	return err;
}

static enum err
run_for(struct picture *picture, enum picture_sql which, int64_t n)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, which, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	return db_do(statement);
}

static enum err
put_body(struct picture *picture, int64_t n, struct span blob)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_BODY_PUT, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	db_bind_blob(statement, 2, blob);
	return db_do(statement);
}

static void
bind_code(sqlite3_stmt *statement, int index, const struct record *record, enum field field)
{
	if (record && record->field[field].is_set)
		db_bind_int(statement, index, record->field[field].code);
}

static void
bind_text(sqlite3_stmt *statement, int index, const struct record *record, enum field field)
{
	if (record && record->field[field].is_set)
		db_bind_text(statement, index, record->field[field].text);
}

static void
bind_place(sqlite3_stmt *statement, const struct record *record)
{
	const struct value *value = record ? &record->field[FIELD_PLACE] : NULL;

	db_bind_int(statement, 21, value && value->is_set ? value->place.level : 0);
	if (!value || !value->is_set || value->place.level == 0)
		return;
	db_bind_text(statement, 22, span_of(value->place.mgrs));
	db_bind_int(statement, 23, value->place.lat_e7);
	db_bind_int(statement, 24, value->place.lon_e7);
}

/* In the one spelling, so that what others write otherwise is counted with the rest. */
static void
bind_region(sqlite3_stmt *statement, int index, const struct record *record, enum field field,
	    const char *known(struct span))
{
	const char *name =
	    record && record->field[field].is_set ? known(record->field[field].text) : NULL;

	if (name)
		db_bind_text(statement, index, span_of(name));
	else
		bind_text(statement, index, record, field);
}

/* Whether it waits for answers: acts of coordination always do. */
static bool
is_asking(const struct picture_version *version)
{
	return version->record && (version->record->field[FIELD_ASK].is_set ||
				   kind_row(version->kind)->nature == KIND_NATURE_ACT);
}

/* Columns of item, numbered as in the table; a column without a value stays NULL. */
enum err
picture_version_write_row(struct picture *picture, const struct picture_version *version,
			  struct picture_box *box)
{
	struct party party = station_party(&version->station);
	const struct record *record = version->record;
	struct when when;
	sqlite3_stmt *s;
	bool has_when;
	enum err err =
	    picture_store_sql(picture, version->n ? PICTURE_SQL_CHANGE : PICTURE_SQL_ADD, &s);

	if (err != ERR_OK)
		return err;
	has_when = picture_version_when(record, version->filed_ms, version->arrived_ms, &when);
	db_bind_int(s, 1, version->n);
	db_bind_blob(s, 2, span_make(version->id.b, HASH_SIZE));
	db_bind_text(s, 3, version->thread);
	db_bind_text(s, 4, span_of(version->station.name));
	db_bind_int(s, 5, version->kind);
	db_bind_int(s, 6, version->position);
	db_bind_int(s, 7, version->filed_ms);
	db_bind_int(s, 8, version->arrived_ms);
	db_bind_int(s, 9, party_equal(&party, &picture->party));
	db_bind_int(s, 10, version->is_late);
	db_bind_int(s, 11, version->is_erased);
	db_bind_int(s, 12, version->is_current);
	db_bind_int(s, 13, false);
	db_bind_int(s, 14, is_asking(version));
	bind_code(s, 15, record, FIELD_LINK);
	bind_code(s, 16, record, FIELD_TYPE);
	bind_code(s, 17, record, FIELD_SEVERITY);
	db_bind_int(s, 18, when.from_ms);
	db_bind_int(s, 19, when.to_ms);
	if (has_when)
		db_bind_int(s, 20, when.precision);
	bind_place(s, record);
	picture_area_box(record, when.from_ms, when.to_ms, box->at);
	for (int i = 0; i < 4; i++)
		db_bind_int(s, 25 + i, box->at[i]);
	bind_region(s, 29, record, FIELD_GOVERNORATE, region_known_governorate);
	bind_region(s, 30, record, FIELD_DISTRICT, region_known_district);
	bind_code(s, 31, record, FIELD_GROUP);
	if (record && record->field[FIELD_GRADE].is_set)
		db_bind_int(s, 32, record->field[FIELD_GRADE].grade.information);
	return db_do(s);
}

/* Row, body, words, references and figures of a version whose blob is ready. */
enum err
picture_version_write(struct picture *picture, struct picture_version *version)
{
	bool is_new = version->n == 0;
	struct picture_box box;
	enum err err = picture_version_write_row(picture, version, &box);

	if (err != ERR_OK)
		return err;
	if (is_new)
		version->n = sqlite3_last_insert_rowid(picture->db);
	box.n = version->n;
	if (is_new && picture->is_bare) {
		err = picture_map_add(&picture->ids, key_of(&version->id), version->n);
		if (err != ERR_OK)
			return err;
	}
	if (version->record) {
		err = put_body(picture, version->n, out_view(&picture->blob));
		if (err == ERR_OK)
			err = put_refs(picture, version->n, version->record);
		if (err == ERR_OK)
			err = put_figures(picture, version->n, version->record);
		if (err == ERR_OK)
			err =
			    put_words(picture, PICTURE_SQL_WORDS_PUT, version->n, version->record);
	}
	if (err != ERR_OK)
		return err;
	return version->is_current ? picture_area_wait(picture, &box)
				   : picture_list_add(&picture->dirty, version->n);
}

enum err
picture_version_unwrite(struct picture *picture, int64_t n, const struct record *held)
{
	enum err err = put_words(picture, PICTURE_SQL_WORDS_DROP, n, held);

	if (err == ERR_OK)
		err = run_for(picture, PICTURE_SQL_REF_DROP, n);
	if (err == ERR_OK)
		err = run_for(picture, PICTURE_SQL_FIGURE_DROP, n);
	return err;
}

enum err
picture_version_drop_body(struct picture *picture, int64_t n)
{
	return run_for(picture, PICTURE_SQL_BODY_DROP, n);
}
