/*
 * Promises that deliveries to one party are numbered without gap in the row of numbers of their
 * log, each naming the one before, and that a receipt is kept together with its leaf in the log.
 */
#include "journal/sent.h"

#include "base/sign.h"
#include "journal/inside.h"
#include "journal/tables.h"
#include "model/party.h"

#include <string.h>

/* clang-format off */
#define COLUMNS \
	"SELECT party, counter, record, whole, sealed, prev, made_ms, until_ms, onward, state, changed_ms, " \
	"receipt, epoch, leaf, row IS " TABLES_HASH("sent", TABLES_SENT) " FROM sent "
#define WHOLE " AND row IS " TABLES_HASH("sent", TABLES_SENT)

static const char sql_last[] =
    "SELECT counter, whole FROM sent WHERE party = ?1 ORDER BY counter DESC LIMIT 1";
static const char sql_add[] =
    "INSERT INTO sent VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULL, 0, -1, "
    "rowhash('sent', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, NULL, 0, -1))";
static const char sql_mark[] =
    "UPDATE sent SET state = ?3, changed_ms = ?4, row = rowhash('sent', party, counter, record, whole, "
    "sealed, prev, made_ms, until_ms, onward, ?3, ?4, receipt, epoch, leaf) "
    "WHERE party = ?1 AND counter = ?2 AND leaf < 0" WHOLE;
static const char sql_arrived[] =
    "UPDATE sent SET state = ?3, changed_ms = ?4, receipt = ?5, epoch = ?6, leaf = ?7, "
    "row = rowhash('sent', party, counter, record, whole, sealed, prev, made_ms, until_ms, onward, "
    "?3, ?4, ?5, ?6, ?7) WHERE party = ?1 AND counter = ?2 AND leaf < 0" WHOLE;
static const char sql_has[] = "SELECT leaf FROM sent WHERE party = ?1 AND counter = ?2";
static const char sql_get[] = COLUMNS "WHERE party = ?1 AND counter = ?2";
static const char sql_get_whole[] = COLUMNS "WHERE whole = ?1";
static const char sql_each[] =
    COLUMNS "WHERE (?1 = '' OR party = ?1) AND counter > ?2 ORDER BY party, counter";
static const char sql_open[] = COLUMNS
    "WHERE party = ?1 AND counter > ?2 AND receipt IS NULL AND sealed IS NOT NULL ORDER BY counter LIMIT 1";
static const char sql_each_of[] = COLUMNS "WHERE record = ?1 ORDER BY party, counter";
/* clang-format on */

const char *
sent_state_text(enum sent_state state)
{
	static const char *const texts[] = {
#define X(name, text) [SENT_##name] = text,
	    SENT_STATE_ROWS(X)
#undef X
	};

	return state < SENT_STATE_COUNT ? texts[state] : "?";
}

enum err
sent_next(struct journal *journal, struct span party, int64_t *counter, struct hash *prev)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_last, &statement);

	*counter = station_row_first(journal->epoch);
	memset(prev, 0, sizeof *prev);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, party);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row) {
		if (db_int(statement, 0) >= *counter)
			*counter = db_int(statement, 0) + 1;
		err = inside_hash(statement, 1, prev) ? ERR_OK : ERR_CORRUPT;
	}
	db_reset(statement);
	return err;
}

static enum err
check(struct journal *journal, const struct sent *sent)
{
	int64_t counter;
	struct hash prev;
	enum err err = inside_may_write(journal);

	if (err != ERR_OK)
		return err;
	if (!inside_text_is_fine(sent->party) || sent->onward.n >= JOURNAL_TEXT_MAX ||
	    sent->bytes.n == 0)
		return ERR_FORMAT;
	if (sent->bytes.n > JOURNAL_BLOB_MAX)
		return ERR_LIMIT;
	err = sent_next(journal, sent->party, &counter, &prev);
	if (err != ERR_OK)
		return err;
	return sent->counter == counter && hash_equal(&sent->prev, &prev) ? ERR_OK : ERR_REFUSED;
}

enum err
sent_add(struct journal *journal, const struct sent *sent)
{
	char place[INSIDE_PLACE_MAX];
	struct hash whole = hash_of(sent->bytes);
	sqlite3_stmt *statement;
	enum err err = check(journal, sent);

	out_reset(&journal->scratch);
	if (err == ERR_OK)
		err = inside_seal(journal, &sent->record,
				  inside_place(place, "sent", sent->party, sent->counter),
				  sent->bytes, &journal->scratch);
	if (err == ERR_KEY)
		err = ERR_REFUSED; /* an erased record is delivered to nobody */
	if (err == ERR_OK)
		err = inside_db(journal, sql_add, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, sent->party);
	db_bind_int(statement, 2, sent->counter);
	db_bind_blob(statement, 3, span_make(sent->record.b, HASH_SIZE));
	db_bind_blob(statement, 4, span_make(whole.b, HASH_SIZE));
	db_bind_blob(statement, 5, out_view(&journal->scratch));
	db_bind_blob(statement, 6, span_make(sent->prev.b, HASH_SIZE));
	db_bind_int(statement, 7, sent->made_ms);
	db_bind_int(statement, 8, sent->until_ms);
	db_bind_text(statement, 9, sent->onward);
	db_bind_int(statement, 10, sent->state);
	db_bind_int(statement, 11, sent->made_ms);
	return inside_do(journal, statement);
}

/* ERR_EXISTS when it has arrived already. */
static enum err
check_open(struct journal *journal, struct span party, int64_t counter)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK)
		err = inside_db(journal, sql_has, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, party);
	db_bind_int(statement, 2, counter);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && !has_row)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK && db_int(statement, 0) >= 0)
		err = ERR_EXISTS;
	db_reset(statement);
	return err;
}

/* A row that is there but was not changed does not match its hash. */
static enum err
change(struct journal *journal, sqlite3_stmt *statement)
{
	enum err err = inside_do(journal, statement);

	if (err == ERR_OK && sqlite3_changes(journal->db) != 1)
		err = inside_note(journal, ERR_CORRUPT);
	return err;
}

enum err
sent_mark(struct journal *journal, struct span party, int64_t counter, enum sent_state state,
	  int64_t now_ms)
{
	sqlite3_stmt *statement;
	enum err err = check_open(journal, party, counter);

	if (err == ERR_EXISTS)
		return ERR_OK;
	if (err == ERR_OK && state == SENT_ARRIVED)
		err = ERR_REFUSED; /* only a receipt says so */
	if (err == ERR_OK)
		err = inside_db(journal, sql_mark, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, party);
	db_bind_int(statement, 2, counter);
	db_bind_int(statement, 3, state);
	db_bind_int(statement, 4, now_ms);
	return change(journal, statement);
}

enum err
sent_arrived(struct journal *journal, struct span party, int64_t counter, struct span receipt,
	     int64_t now_ms, int64_t *leaf)
{
	struct hash hash = hash_of(receipt);
	sqlite3_stmt *statement;
	enum err err = check_open(journal, party, counter);

	*leaf = -1;
	if (err == ERR_OK && (receipt.n == 0 || receipt.n > JOURNAL_JWT_MAX))
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = inside_db(journal, sql_arrived, &statement);
	if (err == ERR_OK)
		err = inside_add_leaf(journal, JOURNAL_ENTRY_RECEIPT, &hash, leaf);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, party);
	db_bind_int(statement, 2, counter);
	db_bind_int(statement, 3, SENT_ARRIVED);
	db_bind_int(statement, 4, now_ms);
	db_bind_blob(statement, 5, receipt);
	db_bind_int(statement, 6, journal->epoch);
	db_bind_int(statement, 7, *leaf);
	return change(journal, statement);
}

static enum err
take_row(struct journal *journal, sqlite3_stmt *row, struct sent *sent, struct out *plain)
{
	char place[INSIDE_PLACE_MAX];
	int64_t state = db_int(row, 9);
	enum err err;

	memset(sent, 0, sizeof *sent);
	if (!db_int(row, 14) || !inside_hash(row, 2, &sent->record) ||
	    !inside_hash(row, 3, &sent->whole) || !inside_hash(row, 5, &sent->prev) || state < 0 ||
	    state >= SENT_STATE_COUNT)
		return ERR_CORRUPT;
	sent->party = db_text(row, 0);
	sent->counter = db_int(row, 1);
	sent->made_ms = db_int(row, 6);
	sent->until_ms = db_int(row, 7);
	sent->onward = db_text(row, 8);
	sent->state = (enum sent_state)state;
	sent->changed_ms = db_int(row, 10);
	sent->receipt = db_blob(row, 11);
	sent->epoch = db_int(row, 12);
	sent->leaf = db_int(row, 13);
	out_reset(plain);
	err = inside_open(journal, &sent->record,
			  inside_place(place, "sent", sent->party, sent->counter), db_blob(row, 4),
			  plain);
	sent->bytes = out_view(plain);
	return err;
}

static enum err
copy(struct arena *arena, struct sent *sent)
{
	struct span *const spans[] = {&sent->party, &sent->bytes, &sent->onward, &sent->receipt};

	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		struct span made = arena_copy(arena, *spans[i]);

		if (spans[i]->n && !made.p)
			return ERR_NOMEM;
		*spans[i] = made;
	}
	return ERR_OK;
}

static enum err
take_one(struct journal *journal, sqlite3_stmt *statement, struct arena *arena, struct sent *sent)
{
	bool has_row;
	enum err err = db_step(statement, &has_row);

	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = take_row(journal, statement, sent, &journal->scratch);
	if (err == ERR_OK)
		err = copy(arena, sent);
	db_reset(statement);
	if (err != ERR_OK)
		memset(sent, 0, sizeof *sent);
	return err;
}

enum err
sent_get(struct journal *journal, struct span party, int64_t counter, struct arena *arena,
	 struct sent *sent)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_get, &statement);

	memset(sent, 0, sizeof *sent);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, party);
	db_bind_int(statement, 2, counter);
	return take_one(journal, statement, arena, sent);
}

enum err
sent_next_open(struct journal *journal, struct span party, int64_t after, struct arena *arena,
	       struct sent *sent)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_open, &statement);

	memset(sent, 0, sizeof *sent);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, party);
	db_bind_int(statement, 2, after);
	return take_one(journal, statement, arena, sent);
}

enum err
sent_get_whole(struct journal *journal, const struct hash *whole, struct arena *arena,
	       struct sent *sent)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_get_whole, &statement);

	memset(sent, 0, sizeof *sent);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(whole->b, HASH_SIZE));
	return take_one(journal, statement, arena, sent);
}

static enum err
walk_rows(struct journal *journal, sqlite3_stmt *statement, const struct sent_walk *walk)
{
	struct out plain = out_new(JOURNAL_BLOB_MAX + 1);
	struct sent sent;
	bool has_row;
	enum err err;

	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_row(journal, statement, &sent, &plain);
		if (err != ERR_OK || !walk->each(walk->context, &sent))
			break;
	}
	(void)sqlite3_finalize(statement);
	if (plain.p)
		sign_wipe(plain.p, plain.size);
	out_free(&plain);
	return err;
}

enum err
sent_each(struct journal *journal, struct span party, int64_t after, const struct sent_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_each, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, party);
	db_bind_int(statement, 2, after);
	return walk_rows(journal, statement, walk);
}

enum err
sent_each_of(struct journal *journal, const struct hash *record, const struct sent_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_each_of, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(record->b, HASH_SIZE));
	return walk_rows(journal, statement, walk);
}
