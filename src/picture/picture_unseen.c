/*
 * Promises one meaning of "red and unseen" for whoever hands a watch over and for whoever shows
 * what is open.
 */
#include "picture/picture_unseen.h"

#include "picture/picture_course.h"
#include "picture/picture_store.h"

#include <string.h>

enum { SCRATCH = 16 << 20 };

_Static_assert(SEVERITY_RED == 0, "the statement and its index say so");

struct looking {
	struct picture *picture;
	const struct course_clocks *clocks;
	int64_t now_ms;
	struct arena *scratch;
	struct hash *ids;
	size_t n;
};

/* ---- alerts ---- */

enum err
picture_alert_answered(struct picture *picture, const struct hash *id, const struct record *alert,
		       const struct hash *re, struct arena *arena, bool *is_so)
{
	const struct value *now = &alert->field[FIELD_CITES];
	const struct value *then;
	struct picture_row version = {0};
	enum err err;

	*is_so = hash_equal(re, id);
	if (*is_so)
		return ERR_OK;
	err = picture_record(picture, re, arena, &version);
	if (err != ERR_OK || !version.record)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	then = &version.record->field[FIELD_CITES];
	*is_so = then->is_set == now->is_set &&
		 (!now->is_set ||
		  (then->ids.n == now->ids.n &&
		   memcmp(then->ids.id, now->ids.id, now->ids.n * sizeof *now->ids.id) == 0));
	return ERR_OK;
}

static enum err
look_at_alert(const struct looking *looking, const struct hash *id, bool *is_unseen)
{
	struct picture_row row;
	struct picture_row *notes;
	const struct value *state;
	size_t n = 0;
	enum err err = picture_record(looking->picture, id, looking->scratch, &row);

	*is_unseen = false;
	if (err != ERR_OK || !row.record)
		return err;
	state = &row.record->field[FIELD_STATE];
	if (state->is_set && (state->code == STATE_CLOSED || state->code == STATE_EXPIRED))
		return ERR_OK;
	err = picture_notes(looking->picture, id, picture_kind(KIND_ANSWER), looking->scratch,
			    &notes, &n);
	*is_unseen = err == ERR_OK;
	for (size_t i = 0; err == ERR_OK && i < n && *is_unseen; i++) {
		bool is_so = false;

		if (notes[i].is_own && notes[i].record &&
		    notes[i].record->field[FIELD_ANSWER].is_set)
			err = picture_alert_answered(looking->picture, id, row.record,
						     &notes[i].record->field[FIELD_RE].id,
						     looking->scratch, &is_so);
		*is_unseen = !is_so;
	}
	return err;
}

/* ---- what others filed ---- */

static enum err
look_at_foreign(const struct looking *looking, const struct hash *id, bool *is_unseen)
{
	struct picture_course found;
	enum err err = picture_course(looking->picture, id, looking->clocks, looking->now_ms,
				      looking->scratch, &found);
	enum course_state state = found.course.state;

	*is_unseen = err == ERR_OK && found.row.record && state != COURSE_CLOSED &&
		     state != COURSE_OVER && state != COURSE_EXPIRED && state != COURSE_WITHDRAWN;
	return err;
}

/* ---- all ---- */

static uint32_t
foreign_kinds(void)
{
	uint32_t kinds = 0;

	for (enum kind kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
		if (kind_row(kind)->nature == KIND_NATURE_REPORT ||
		    kind_row(kind)->nature == KIND_NATURE_ACT)
			kinds |= picture_kind(kind);
	return kinds;
}

/* Candidates behind row number *after: their ids and kinds, at most PICTURE_ROWS_MAX. */
static enum err
next_page(const struct looking *looking, int64_t *after, struct hash *ids, enum kind *kinds,
	  size_t *n)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = picture_store_sql(looking->picture, PICTURE_SQL_RED, &statement);

	*n = 0;
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, *after);
	db_bind_int(statement, 2, KIND_ALERT);
	db_bind_int(statement, 3, foreign_kinds());
	db_bind_int(statement, 4, KIND_ANSWER);
	db_bind_int(statement, 5, FIELD_RE);
	while (*n < PICTURE_ROWS_MAX && (err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		*after = db_int(statement, 0);
		ids[*n] = picture_row_hash(statement, 1);
		kinds[(*n)++] = (enum kind)db_int(statement, 2);
	}
	db_reset(statement);
	return err;
}

static enum err
look(struct looking *looking, const struct hash *id, enum kind kind)
{
	bool is_unseen = false;
	enum err err;

	arena_reset(looking->scratch);
	err = kind == KIND_ALERT ? look_at_alert(looking, id, &is_unseen)
				 : look_at_foreign(looking, id, &is_unseen);
	if (err == ERR_OK && is_unseen)
		looking->ids[looking->n++] = *id;
	return err;
}

enum err
picture_unseen(struct picture *picture, const struct course_clocks *clocks, int64_t now_ms,
	       struct arena *arena, struct hash **ids, size_t *n)
{
	struct looking looking = {.picture = picture,
				  .clocks = clocks,
				  .now_ms = now_ms,
				  .scratch = arena_new(SCRATCH),
				  .ids = arena_array(arena, PICTURE_ROWS_MAX, sizeof **ids)};
	struct hash *page = arena_array(arena, PICTURE_ROWS_MAX, sizeof *page);
	enum kind *kinds = arena_array(arena, PICTURE_ROWS_MAX, sizeof *kinds);
	enum err err = looking.scratch && looking.ids && page && kinds ? ERR_OK : ERR_NOMEM;
	int64_t after = 0;
	size_t count = PICTURE_ROWS_MAX;

	while (err == ERR_OK && count == PICTURE_ROWS_MAX && looking.n < PICTURE_ROWS_MAX) {
		err = next_page(&looking, &after, page, kinds, &count);
		for (size_t i = 0; err == ERR_OK && i < count && looking.n < PICTURE_ROWS_MAX; i++)
			err = look(&looking, &page[i], kinds[i]);
	}
	arena_free(looking.scratch);
	*ids = looking.ids;
	*n = err == ERR_OK ? looking.n : 0;
	return err;
}
