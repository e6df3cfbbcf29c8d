/*
 * Promises that every delivery that came is kept as it came, once, and that missing numbers are
 * found, and told from those that a recovery left out.
 */
#include "journal/inbox.h"

#include "base/sign.h"
#include "journal/inside.h"
#include "journal/tables.h"
#include "model/party.h"

#include <string.h>

/* clang-format off */
#define COLUMNS \
	"SELECT station, counter, record, whole, sealed, prev, came_ms, until_ms, onward, way, receipt, " \
	"row IS " TABLES_HASH("inbox", TABLES_INBOX) " FROM inbox "

static const char sql_add[] =
    "INSERT INTO inbox VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
    "rowhash('inbox', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))";
static const char sql_has[] = "SELECT whole FROM inbox WHERE station = ?1 AND counter = ?2";
static const char sql_receipt[] =
    "UPDATE inbox SET receipt = ?3, row = rowhash('inbox', station, counter, record, whole, sealed, prev, "
    "came_ms, until_ms, onward, way, ?3) WHERE station = ?1 AND counter = ?2 "
    "AND row IS " TABLES_HASH("inbox", TABLES_INBOX);
static const char sql_get[] = COLUMNS "WHERE station = ?1 AND counter = ?2";
static const char sql_get_whole[] = COLUMNS "WHERE whole = ?1";
static const char sql_each[] =
    COLUMNS "WHERE (?1 = '' OR station = ?1) AND counter > ?2 ORDER BY station, counter";
static const char sql_each_of[] = COLUMNS "WHERE record = ?1 ORDER BY station, counter";
static const char sql_counters[] =
    "SELECT counter FROM inbox WHERE station = ?1 AND counter > ?2 ORDER BY counter";
static const char sql_joined[] =
    "SELECT a.prev = zeroblob(32) OR EXISTS(SELECT 1 FROM inbox b WHERE b.whole = a.prev AND "
    "b.station = a.station AND b.counter < a.counter) FROM inbox a WHERE station = ?1 AND counter = ?2";
/* clang-format on */

static enum err
check(struct journal *journal, const struct inbox *inbox, const struct hash *whole)
{
	sqlite3_stmt *statement;
	struct hash held;
	bool has_row;
	enum err err = inside_may_write(journal);

	if (err != ERR_OK)
		return err;
	if (!inside_text_is_fine(inbox->station) || inbox->onward.n >= JOURNAL_TEXT_MAX ||
	    inbox->way.n >= JOURNAL_TEXT_MAX || inbox->counter < 1 || inbox->bytes.n == 0)
		return ERR_FORMAT;
	if (inbox->bytes.n > JOURNAL_BLOB_MAX || inbox->receipt.n > JOURNAL_JWT_MAX)
		return ERR_LIMIT;
	err = inside_db(journal, sql_has, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, inbox->station);
	db_bind_int(statement, 2, inbox->counter);
	err = db_step(statement, &has_row);
	if (err == ERR_OK && has_row)
		err = inside_hash(statement, 0, &held) && hash_equal(&held, whole) ? ERR_EXISTS
										   : ERR_REFUSED;
	db_reset(statement);
	return err;
}

static void
bind_optional(sqlite3_stmt *statement, int index, struct span bytes)
{
	if (bytes.n)
		db_bind_blob(statement, index, bytes);
	else
		db_bind_null(statement, index);
}

enum err
inbox_add(struct journal *journal, const struct inbox *inbox)
{
	char place[INSIDE_PLACE_MAX];
	struct hash whole = hash_of(inbox->bytes);
	sqlite3_stmt *statement;
	enum err err = check(journal, inbox, &whole);

	out_reset(&journal->scratch);
	if (err == ERR_OK)
		err = inside_seal(journal, &inbox->record,
				  inside_place(place, "inbox", inbox->station, inbox->counter),
				  inbox->bytes, &journal->scratch);
	if (err == ERR_KEY)
		err = ERR_REFUSED; /* of an erased record nothing is taken back in */
	if (err == ERR_OK)
		err = inside_db(journal, sql_add, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, inbox->station);
	db_bind_int(statement, 2, inbox->counter);
	db_bind_blob(statement, 3, span_make(inbox->record.b, HASH_SIZE));
	db_bind_blob(statement, 4, span_make(whole.b, HASH_SIZE));
	db_bind_blob(statement, 5, out_view(&journal->scratch));
	db_bind_blob(statement, 6, span_make(inbox->prev.b, HASH_SIZE));
	db_bind_int(statement, 7, inbox->came_ms);
	db_bind_int(statement, 8, inbox->until_ms);
	db_bind_text(statement, 9, inbox->onward);
	db_bind_text(statement, 10, inbox->way);
	bind_optional(statement, 11, inbox->receipt);
	return inside_do(journal, statement);
}

enum err
inbox_receipt(struct journal *journal, struct span station, int64_t counter, struct span receipt)
{
	sqlite3_stmt *statement;
	enum err err = inside_may_write(journal);

	if (err == ERR_OK && (receipt.n == 0 || receipt.n > JOURNAL_JWT_MAX))
		err = ERR_LIMIT;
	if (err == ERR_OK)
		err = inside_db(journal, sql_receipt, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, station);
	db_bind_int(statement, 2, counter);
	db_bind_blob(statement, 3, receipt);
	err = inside_do(journal, statement);
	if (err == ERR_OK && sqlite3_changes(journal->db) != 1)
		err = ERR_NOT_FOUND;
	return err;
}

static enum err
take_row(struct journal *journal, sqlite3_stmt *row, struct inbox *inbox, struct out *plain)
{
	char place[INSIDE_PLACE_MAX];
	enum err err;

	memset(inbox, 0, sizeof *inbox);
	if (!db_int(row, 11) || !inside_hash(row, 2, &inbox->record) ||
	    !inside_hash(row, 3, &inbox->whole) || !inside_hash(row, 5, &inbox->prev))
		return ERR_CORRUPT;
	inbox->station = db_text(row, 0);
	inbox->counter = db_int(row, 1);
	inbox->came_ms = db_int(row, 6);
	inbox->until_ms = db_int(row, 7);
	inbox->onward = db_text(row, 8);
	inbox->way = db_text(row, 9);
	inbox->receipt = db_blob(row, 10);
	out_reset(plain);
	err = inside_open(journal, &inbox->record,
			  inside_place(place, "inbox", inbox->station, inbox->counter),
			  db_blob(row, 4), plain);
	inbox->bytes = out_view(plain);
	return err;
}

static enum err
copy(struct arena *arena, struct inbox *inbox)
{
	struct span *const spans[] = {&inbox->station, &inbox->bytes, &inbox->onward, &inbox->way,
				      &inbox->receipt};

	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		struct span made = arena_copy(arena, *spans[i]);

		if (spans[i]->n && !made.p)
			return ERR_NOMEM;
		*spans[i] = made;
	}
	return ERR_OK;
}

static enum err
take_one(struct journal *journal, sqlite3_stmt *statement, struct arena *arena, struct inbox *inbox)
{
	bool has_row;
	enum err err = db_step(statement, &has_row);

	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = take_row(journal, statement, inbox, &journal->scratch);
	if (err == ERR_OK)
		err = copy(arena, inbox);
	db_reset(statement);
	if (err != ERR_OK)
		memset(inbox, 0, sizeof *inbox);
	return err;
}

enum err
inbox_get(struct journal *journal, struct span station, int64_t counter, struct arena *arena,
	  struct inbox *inbox)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_get, &statement);

	memset(inbox, 0, sizeof *inbox);
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, station);
	db_bind_int(statement, 2, counter);
	return take_one(journal, statement, arena, inbox);
}

enum err
inbox_get_whole(struct journal *journal, const struct hash *whole, struct arena *arena,
		struct inbox *inbox)
{
	sqlite3_stmt *statement;
	enum err err = inside_db(journal, sql_get_whole, &statement);

	memset(inbox, 0, sizeof *inbox);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(whole->b, HASH_SIZE));
	return take_one(journal, statement, arena, inbox);
}

static enum err
walk_rows(struct journal *journal, sqlite3_stmt *statement, const struct inbox_walk *walk)
{
	struct out plain = out_new(JOURNAL_BLOB_MAX + 1);
	struct inbox inbox;
	bool has_row;
	enum err err;

	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		err = take_row(journal, statement, &inbox, &plain);
		if (err != ERR_OK || !walk->each(walk->context, &inbox))
			break;
	}
	(void)sqlite3_finalize(statement);
	if (plain.p)
		sign_wipe(plain.p, plain.size);
	out_free(&plain);
	return err;
}

enum err
inbox_each(struct journal *journal, struct span station, int64_t after,
	   const struct inbox_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_each, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, station);
	db_bind_int(statement, 2, after);
	return walk_rows(journal, statement, walk);
}

enum err
inbox_each_of(struct journal *journal, const struct hash *record, const struct inbox_walk *walk)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(journal->db, sql_each_of, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(record->b, HASH_SIZE));
	return walk_rows(journal, statement, walk);
}

/* Where the station's numbers were last found whole; a station that is new here takes the place of
 * another when there are very many. */
static struct inside_whole *
whole_of(struct journal *journal, struct span station)
{
	struct inside_whole *whole;

	for (size_t i = 0; i < INSIDE_WHOLES; i++)
		if (span_is(station, journal->wholes[i].station))
			return &journal->wholes[i];
	whole = &journal->wholes[journal->next_whole++ % INSIDE_WHOLES];
	*whole = (struct inside_whole){.upto = 0};
	return span_copy(whole->station, sizeof whole->station, station) ? whole : NULL;
}

/* Whether what the first of a row names as the one before is held; or it names none. */
static enum err
is_joined(struct journal *journal, struct span station, int64_t counter, bool *is)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql_joined, &statement);

	*is = false;
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, station);
	db_bind_int(statement, 2, counter);
	err = db_step(statement, &has_row);
	*is = err == ERR_OK && has_row && db_int(statement, 0);
	db_reset(statement);
	return err;
}

/* What lies between two numbers that came. */
static enum err
judge_gap(struct journal *journal, struct span station, int64_t before, int64_t counter,
	  enum inbox_gap *what)
{
	int64_t row = (counter - 1) / STATION_ROW * STATION_ROW + 1;
	bool is = false;
	enum err err = ERR_OK;

	*what = row > before + 1 ? INBOX_SOME : INBOX_MISSING;
	if (station_row_begins(counter))
		err = is_joined(journal, station, counter, &is);
	if (is)
		*what = INBOX_BEGUN;
	return err;
}

static bool
add_begun(struct inside_whole *whole, int64_t first, int64_t last)
{
	if (whole->begun == INSIDE_BEGUN)
		return false;
	whole->first[whole->begun] = first;
	whole->last[whole->begun++] = last;
	return true;
}

enum err
inbox_gaps(struct journal *journal, struct span station, int64_t *highest, inbox_gap_fn *gap,
	   void *context)
{
	struct inside_whole *held = whole_of(journal, station);
	struct inside_whole whole = held ? *held : (struct inside_whole){.upto = 0};
	bool is_whole = true;
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(journal->db, sql_counters, &statement);

	*highest = whole.upto;
	if (err != ERR_OK)
		return err;
	for (unsigned i = 0; i < whole.begun; i++)
		gap(context, INBOX_BEGUN, whole.first[i], whole.last[i]);
	db_bind_text(statement, 1, station);
	db_bind_int(statement, 2, whole.upto);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		int64_t counter = db_int(statement, 0);
		enum inbox_gap what;

		if (counter > *highest + 1) {
			err = judge_gap(journal, station, *highest, counter, &what);
			if (err != ERR_OK)
				break;
			gap(context, what, *highest + 1, counter - 1);
			is_whole = is_whole && what == INBOX_BEGUN &&
				   add_begun(&whole, *highest + 1, counter - 1);
		}
		if (is_whole)
			whole.upto = counter;
		*highest = counter;
	}
	(void)sqlite3_finalize(statement);
	/* No number is taken back, but by a batch that is undone. */
	if (err == ERR_OK && held && !journal->is_in_batch)
		*held = whole;
	return err;
}
