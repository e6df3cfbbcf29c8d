/*
 * Promises that a release which is due later, or waits for somebody, is neither lost nor done
 * twice.
 */
#include "journal/outbox.h"

#include "base/sign.h"
#include "journal/inside.h"
#include "journal/tables.h"

#include <string.h>

enum { GIVEN_MAX = 4096 };

/* clang-format off */
#define WHOLE " row IS " TABLES_HASH("outbox", TABLES_OUTBOX)
#define COLUMNS \
	"SELECT number, record, party, sealed, not_before_ms, until_ms, onward, needed, given, policy, " \
	"reason, state, counter, changed_ms," WHOLE " FROM outbox "

static const char sql_last[] = "SELECT coalesce(max(number), 0) FROM outbox";
static const char sql_add[] =
    "INSERT INTO outbox VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
    "rowhash('outbox', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14))";
static const char sql_given[] = "SELECT given," WHOLE " FROM outbox WHERE number = ?1";
static const char sql_approve[] =
    "UPDATE outbox SET given = ?2, changed_ms = ?3, row = rowhash('outbox', number, record, party, sealed, "
    "not_before_ms, until_ms, onward, needed, ?2, policy, reason, state, counter, ?3) "
    "WHERE number = ?1 AND" WHOLE;
static const char sql_move[] =
    "UPDATE outbox SET state = ?2, counter = coalesce(?3, counter), reason = coalesce(?4, reason), "
    "changed_ms = ?5, row = rowhash('outbox', number, record, party, sealed, not_before_ms, until_ms, "
    "onward, needed, given, policy, coalesce(?4, reason), ?2, coalesce(?3, counter), ?5) "
    "WHERE number = ?1 AND" WHOLE;
static const char sql_get[] = COLUMNS "WHERE number = ?1";
static const char sql_due[] =
    COLUMNS "WHERE state = 0 AND not_before_ms <= ?1 ORDER BY not_before_ms, number";
static const char sql_of[] = COLUMNS "WHERE record = ?1 ORDER BY number";
static const char sql_in[] = COLUMNS "WHERE state = ?1 ORDER BY number";
static const char sql_next[] = "SELECT min(not_before_ms) FROM outbox WHERE state = 0";
/* clang-format on */

const char *
outbox_state_text(enum outbox_state state)
{
	static const char *const texts[] = {
#define X(name, text) [OUTBOX_##name] = text,
	    OUTBOX_STATE_ROWS(X)
#undef X
	};

	return state < OUTBOX_STATE_COUNT ? texts[state] : "?";
}

static enum err
next_number(struct journal *journal, int64_t *number)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = ERR_OK;

	if (journal->next_number == 0) {
		err = inside_db(journal, sql_last, &statement);
		if (err == ERR_OK)
			err = db_step(statement, &has_row);
		if (err == ERR_OK)
			journal->next_number = db_int(statement, 0) + 1;
		if (err == ERR_OK)
			db_reset(statement);
	}
	*number = journal->next_number;
	return err;
}

static enum err
check(struct journal *journal, const struct outbox *outbox)
{
	enum err err = inside_may_write(journal);

	if (err != ERR_OK)
		return err;
	if (!inside_text_is_fine(outbox->party) || outbox->onward.n >= JOURNAL_TEXT_MAX ||
	    outbox->needed < 0 || outbox->state >= OUTBOX_STATE_COUNT)
		return ERR_FORMAT;
	if (outbox->items.n > JOURNAL_BLOB_MAX || outbox->given.n > GIVEN_MAX ||
	    outbox->reason.n > JOURNAL_BLOB_MAX)
		return ERR_LIMIT;
	return ERR_OK;
}

enum err
outbox_add(struct journal *journal, const struct outbox *outbox, int64_t *number)
{
	char place[INSIDE_PLACE_MAX];
	sqlite3_stmt *statement;
	enum err err = check(journal, outbox);

	*number = 0;
	if (err == ERR_OK)
		err = next_number(journal, number);
	out_reset(&journal->scratch);
	if (err == ERR_OK)
		err = inside_seal(journal, &outbox->record,
				  inside_place(place, "outbox", outbox->party, *number),
				  outbox->items, &journal->scratch);
	if (err == ERR_KEY)
		err = ERR_REFUSED;
	if (err == ERR_OK)
		err = inside_db(journal, sql_add, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, *number);
	db_bind_blob(statement, 2, span_make(outbox->record.b, HASH_SIZE));
	db_bind_text(statement, 3, outbox->party);
	db_bind_blob(statement, 4, out_view(&journal->scratch));
	db_bind_int(statement, 5, outbox->not_before_ms);
	db_bind_int(statement, 6, outbox->until_ms);
	db_bind_text(statement, 7, outbox->onward);
	db_bind_int(statement, 8, outbox->needed);
	db_bind_text(statement, 9, outbox->given);
	db_bind_int(statement, 10, outbox->policy);
	db_bind_text(statement, 11, outbox->reason);
	db_bind_int(statement, 12, outbox->state);
	db_bind_int(statement, 13, outbox->counter);
	db_bind_int(statement, 14, outbox->changed_ms);
	err = inside_do(journal, statement);
	if (err == ERR_OK)
		journal->next_number = *number + 1;
	return err;
}

static enum err
read_given(struct journal *journal, int64_t number, struct out *given)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_given, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, number);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK && !db_int(statement, 1))
		err = ERR_CORRUPT;
	if (err == ERR_OK) {
		out_span(given, db_text(statement, 0));
		err = out_err(given);
	}
	db_reset(statement);
	return err;
}

/* Counts the accounts and tells whether this one is among them. */
static int64_t
count_given(struct span given, struct span account, bool *is_there)
{
	struct span one;
	int64_t n = 0;

	*is_there = false;
	while (given.n && span_split(&given, '\n', &one)) {
		n++;
		*is_there = *is_there || span_equal(one, account);
	}
	return n;
}

static enum err
write_given(struct journal *journal, int64_t number, struct span given, int64_t now_ms)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_approve, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, number);
	db_bind_text(statement, 2, given);
	db_bind_int(statement, 3, now_ms);
	return inside_do(journal, statement);
}

enum err
outbox_approve(struct journal *journal, int64_t number, struct span account, int64_t now_ms,
	       int64_t *count)
{
	struct out given = out_new(GIVEN_MAX);
	bool is_there = false;
	enum err err = inside_may_write(journal);

	*count = 0;
	if (err == ERR_OK && (!inside_text_is_fine(account) || span_find(account, '\n') >= 0))
		err = ERR_FORMAT;
	if (err == ERR_OK)
		err = read_given(journal, number, &given);
	if (err != ERR_OK)
		goto done;
	*count = count_given(out_view(&given), account, &is_there);
	if (is_there)
		goto done;
	if (given.n)
		out_char(&given, '\n');
	out_span(&given, account);
	err = out_err(&given);
	if (err == ERR_OK)
		err = write_given(journal, number, out_view(&given), now_ms);
	if (err == ERR_OK)
		(*count)++;
done:
	out_free(&given);
	return err;
}

enum err
outbox_move(struct journal *journal, int64_t number, enum outbox_state state, int64_t counter,
	    struct span reason, int64_t now_ms)
{
	sqlite3_stmt *statement;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK && (state >= OUTBOX_STATE_COUNT || reason.n > JOURNAL_BLOB_MAX))
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = inside_db(journal, sql_move, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, number);
	db_bind_int(statement, 2, state);
	if (counter >= 0)
		db_bind_int(statement, 3, counter);
	if (reason.n)
		db_bind_text(statement, 4, reason);
	db_bind_int(statement, 5, now_ms);
	err = inside_do(journal, statement);
	if (err == ERR_OK && sqlite3_changes(journal->db) != 1)
		err = ERR_NOT_FOUND;
	return err;
}

static enum err
take_row(struct journal *journal, sqlite3_stmt *row, struct outbox *outbox, struct out *plain)
{
	char place[INSIDE_PLACE_MAX];
	int64_t state = db_int(row, 11);
	enum err err;

	memset(outbox, 0, sizeof *outbox);
	if (!db_int(row, 14) || !inside_hash(row, 1, &outbox->record) || state < 0 ||
	    state >= OUTBOX_STATE_COUNT)
		return ERR_CORRUPT;
	outbox->number = db_int(row, 0);
	outbox->party = db_text(row, 2);
	outbox->not_before_ms = db_int(row, 4);
	outbox->until_ms = db_int(row, 5);
	outbox->onward = db_text(row, 6);
	outbox->needed = db_int(row, 7);
	outbox->given = db_text(row, 8);
	outbox->policy = db_int(row, 9);
	outbox->reason = db_text(row, 10);
	outbox->state = (enum outbox_state)state;
	outbox->counter = db_int(row, 12);
	outbox->changed_ms = db_int(row, 13);
	if (!plain)
		return ERR_OK;
	out_reset(plain);
	err = inside_open(journal, &outbox->record,
			  inside_place(place, "outbox", outbox->party, outbox->number),
			  db_blob(row, 3), plain);
	outbox->items = out_view(plain);
	return err;
}

static enum err
copy(struct arena *arena, struct outbox *outbox)
{
	struct span *const spans[] = {&outbox->party, &outbox->items, &outbox->onward,
				      &outbox->given, &outbox->reason};

	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		struct span made = arena_copy(arena, *spans[i]);

		if (spans[i]->n && !made.p)
			return ERR_NOMEM;
		*spans[i] = made;
	}
	return ERR_OK;
}

enum err
outbox_get(struct journal *journal, int64_t number, struct arena *arena, struct outbox *outbox)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_get, &statement);

	memset(outbox, 0, sizeof *outbox);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, number);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = take_row(journal, statement, outbox, &journal->scratch);
	if (err == ERR_OK)
		err = copy(arena, outbox);
	db_reset(statement);
	if (err != ERR_OK)
		memset(outbox, 0, sizeof *outbox);
	return err;
}

static enum err
walk_rows(struct journal *journal, sqlite3_stmt *statement, const struct outbox_walk *walk)
{
	struct out plain = out_new(JOURNAL_BLOB_MAX + 1);
	struct outbox outbox;
	bool has_row;
	enum err err;

	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_row(journal, statement, &outbox, walk->without_items ? NULL : &plain);
		if (err != ERR_OK || !walk->each(walk->context, &outbox))
			break;
	}
	db_reset(statement);
	if (plain.p)
		sign_wipe(plain.p, plain.size);
	out_free(&plain);
	return err;
}

static enum err
walk_by_int(struct journal *journal, const char *sql, int64_t value, const struct outbox_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, value);
	err = walk_rows(journal, statement, walk);
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
outbox_each_due(struct journal *journal, int64_t now_ms, const struct outbox_walk *walk)
{
	return walk_by_int(journal, sql_due, now_ms, walk);
}

enum err
outbox_each_in(struct journal *journal, enum outbox_state state, const struct outbox_walk *walk)
{
	return walk_by_int(journal, sql_in, state, walk);
}

enum err
outbox_each_of(struct journal *journal, const struct hash *record, const struct outbox_walk *walk)
{
	sqlite3_stmt *kept;
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_of, &kept);

	statement = kept;
	if (err == ERR_OK && sqlite3_stmt_busy(kept)) /* a walk inside a walk has its own */
		err = db_prepare(journal->db, sql_of, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(record->b, HASH_SIZE));
	err = walk_rows(journal, statement, walk);
	if (statement != kept)
		(void)sqlite3_finalize(statement);
	return err;
}

enum err
outbox_next(struct journal *journal, int64_t *at_ms)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_next, &statement);

	*at_ms = INT64_MAX;
	if (err != ERR_OK)
		return err;
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*at_ms = db_int(statement, 0);
	db_reset(statement);
	return err;
}
