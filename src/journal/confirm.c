/*
 * Promises that the word of a station about an erasure is kept once, and logged where it is ours.
 */
#include "journal/confirm.h"

#include "journal/inside.h"
#include "journal/tables.h"

#include <string.h>

/* clang-format off */
#define COLUMNS \
	"SELECT number, erasure, record, station, toward, text, at_ms, told, epoch, leaf, " \
	"row IS " TABLES_HASH("confirm", TABLES_CONFIRM) " FROM confirm "

static const char sql_next[] = "SELECT coalesce(max(number), 0) + 1 FROM confirm";
static const char sql_has[] = "SELECT text IS NOT NULL FROM confirm WHERE erasure = ?1 AND station = ?2";
static const char sql_drop[] = "DELETE FROM confirm WHERE erasure = ?1 AND station = ?2 AND text IS NULL";
static const char sql_add[] =
    "INSERT INTO confirm VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, "
    "rowhash('confirm', ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9))";
static const char sql_told[] =
    "UPDATE confirm SET told = 1, row = rowhash('confirm', number, erasure, record, station, toward, text, "
    "at_ms, 1, epoch, leaf) WHERE number = ?1 AND text IS NOT NULL"
    " AND row IS " TABLES_HASH("confirm", TABLES_CONFIRM);
static const char sql_each[] = COLUMNS "WHERE number > ?1 AND text IS NOT NULL ORDER BY number";
static const char sql_owed[] = COLUMNS "WHERE number > ?1 AND text IS NULL ORDER BY number";
static const char sql_of[] = COLUMNS "WHERE erasure = ?1 AND text IS NOT NULL ORDER BY number";
/* clang-format on */

/* ERR_NOT_FOUND; ERR_OK for an owed row; ERR_EXISTS for one with a text. */
static enum err
look_up(struct journal *journal, const struct confirm *confirm)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_has, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(confirm->erasure.b, HASH_SIZE));
	db_bind_text(statement, 2, confirm->station);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && !has_row)
		err = ERR_NOT_FOUND;
	else if (err == ERR_OK && db_int(statement, 0))
		err = ERR_EXISTS;
	db_reset(statement);
	return err;
}

static enum err
next_number(struct journal *journal, int64_t *number)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_next, &statement);

	if (err != ERR_OK)
		return err;
	err = db_step(statement, &has_row);
	*number = err == ERR_OK && has_row ? db_int(statement, 0) : 0;
	db_reset(statement);
	return err;
}

static enum err
insert(struct journal *journal, const struct confirm *confirm, int64_t leaf)
{
	sqlite3_stmt *statement;
	int64_t number;
	enum err err = next_number(journal, &number);

	if (err == ERR_OK)
		err = inside_db(journal, sql_add, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, number);
	db_bind_blob(statement, 2, span_make(confirm->erasure.b, HASH_SIZE));
	db_bind_blob(statement, 3, span_make(confirm->record.b, HASH_SIZE));
	db_bind_text(statement, 4, confirm->station);
	db_bind_text(statement, 5, confirm->toward);
	if (confirm->text.n)
		db_bind_blob(statement, 6, confirm->text);
	else
		db_bind_null(statement, 6);
	db_bind_int(statement, 7, confirm->at_ms);
	db_bind_int(statement, 8, leaf < 0 ? 0 : journal->epoch);
	db_bind_int(statement, 9, leaf);
	return inside_do(journal, statement);
}

static enum err
check(struct journal *journal, const struct confirm *confirm)
{
	enum err err = inside_may_write(journal);

	if (err == ERR_OK &&
	    (!inside_text_is_fine(confirm->station) || !inside_text_is_fine(confirm->toward)))
		err = ERR_FORMAT;
	if (err == ERR_OK && confirm->text.n > JOURNAL_JWT_MAX)
		err = ERR_LIMIT;
	return err;
}

enum err
confirm_owe(struct journal *journal, const struct confirm *confirm)
{
	struct confirm owed = *confirm;
	enum err err = check(journal, confirm);

	owed.text.n = 0;
	if (err == ERR_OK)
		err = look_up(journal, confirm);
	if (err == ERR_NOT_FOUND)
		return insert(journal, &owed, -1);
	return err == ERR_EXISTS ? ERR_OK : err;
}

static enum err
drop_owed(struct journal *journal, const struct confirm *confirm)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_drop, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(confirm->erasure.b, HASH_SIZE));
	db_bind_text(statement, 2, confirm->station);
	return inside_do(journal, statement);
}

enum err
confirm_add(struct journal *journal, const struct confirm *confirm, bool is_logged, int64_t *leaf)
{
	struct hash hash = hash_of(confirm->text);
	enum err err = check(journal, confirm);

	*leaf = -1;
	if (err == ERR_OK && confirm->text.n == 0)
		err = ERR_FORMAT;
	if (err == ERR_OK)
		err = look_up(journal, confirm);
	if (err == ERR_OK)
		err = drop_owed(journal, confirm);
	else if (err == ERR_NOT_FOUND)
		err = ERR_OK;
	if (err == ERR_OK && is_logged)
		err = inside_add_leaf(journal, JOURNAL_ENTRY_RECEIPT, &hash, leaf);
	return err == ERR_OK ? insert(journal, confirm, *leaf) : err;
}

enum err
confirm_told(struct journal *journal, int64_t number)
{
	sqlite3_stmt *statement;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK)
		err = inside_db(journal, sql_told, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, number);
	err = inside_do(journal, statement);
	if (err == ERR_OK && sqlite3_changes(journal->db) != 1)
		err = ERR_NOT_FOUND;
	return err;
}

static enum err
take_row(sqlite3_stmt *row, struct confirm *confirm)
{
	memset(confirm, 0, sizeof *confirm);
	if (!db_int(row, 10) || !inside_hash(row, 1, &confirm->erasure) ||
	    !inside_hash(row, 2, &confirm->record))
		return ERR_CORRUPT;
	confirm->number = db_int(row, 0);
	confirm->station = db_text(row, 3);
	confirm->toward = db_text(row, 4);
	confirm->text = db_blob(row, 5);
	confirm->at_ms = db_int(row, 6);
	confirm->is_told = db_int(row, 7) != 0;
	confirm->epoch = db_int(row, 8);
	confirm->leaf = db_int(row, 9);
	return ERR_OK;
}

/* Takes the statement, which is bound. */
static enum err
walk_rows(sqlite3_stmt *statement, const struct confirm_walk *walk)
{
	struct confirm confirm;
	bool has_row;
	enum err err;

	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_row(statement, &confirm);
		if (err != ERR_OK || !walk->each(walk->context, &confirm))
			break;
	}
	(void)sqlite3_finalize(statement);
	return err;
}

static enum err
walk_after(struct journal *journal, const char *sql, int64_t after, const struct confirm_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, after);
	return walk_rows(statement, walk);
}

enum err
confirm_each(struct journal *journal, int64_t after, const struct confirm_walk *walk)
{
	return walk_after(journal, sql_each, after, walk);
}

enum err
confirm_each_owed(struct journal *journal, int64_t after, const struct confirm_walk *walk)
{
	return walk_after(journal, sql_owed, after, walk);
}

enum err
confirm_each_of(struct journal *journal, const struct hash *erasure,
		const struct confirm_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_of, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(erasure->b, HASH_SIZE));
	return walk_rows(statement, walk);
}
