/*
 * Promises how many parties stand behind a leaf, and since when at the latest.  Counts what is kept
 * of countersignatures, which were checked when they came; `seam verify` checks them again.
 */
#include "journal/witness.h"

#include "journal/inside.h"
#include "journal/tables.h"
#include "model/limits.h"

#include <string.h>

enum { SCAN_ROWS = 4096 };

/* clang-format off */
#define ROW_HOLDS "row IS " TABLES_HASH("cosign", TABLES_COSIGN)

static const char sql_last[] =
    "SELECT size, at_ms, " ROW_HOLDS " FROM cosign WHERE epoch = ?1 AND witness = ?2 "
    "ORDER BY size DESC, at_ms DESC LIMIT 1";
static const char sql_first_over[] =
    "SELECT size, at_ms, " ROW_HOLDS " FROM cosign WHERE epoch = ?1 AND witness = ?2 AND size > ?3 "
    "ORDER BY size, at_ms LIMIT 1";
static const char sql_over[] =
    "SELECT size, witness, " ROW_HOLDS " FROM cosign WHERE epoch = ?1 AND size > ?2 "
    "ORDER BY size LIMIT ?3";
/* clang-format on */

/* One number for each party: the best of its witnesses'. */
struct votes {
	const char *party[LIMIT_PARTIES];
	int64_t value[LIMIT_PARTIES];
	size_t n;
};

static void
vote(struct votes *votes, const char *party, int64_t value, bool is_small_better)
{
	size_t i = 0;

	while (i < votes->n && strcmp(votes->party[i], party) != 0)
		i++;
	if (i == LIMIT_PARTIES)
		return;
	if (i == votes->n) {
		votes->party[votes->n++] = party;
		votes->value[i] = value;
	} else if (is_small_better ? value < votes->value[i] : value > votes->value[i]) {
		votes->value[i] = value;
	}
}

/* The k-th best, k from 1 to n. */
static int64_t
kth(struct votes *votes, unsigned k, bool is_small_better)
{
	for (size_t i = 1; i < votes->n; i++) {
		int64_t value = votes->value[i];
		size_t at = i;

		for (; at > 0 && (is_small_better ? value < votes->value[at - 1]
						  : value > votes->value[at - 1]);
		     at--)
			votes->value[at] = votes->value[at - 1];
		votes->value[at] = value;
	}
	return votes->value[k - 1];
}

/* A countersignature of one witness: size and time.  ERR_NOT_FOUND when it made none. */
static enum err
one_row(struct journal *journal, const char *sql, int64_t epoch, const char *witness,
	uint64_t above, int64_t *size, int64_t *at_ms)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = inside_db(journal, sql, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, epoch);
	db_bind_text(statement, 2, span_of(witness));
	if (sql == sql_first_over)
		db_bind_int(statement, 3, (int64_t)above);
	err = db_step(statement, &has_row);
	if (err == ERR_OK)
		err = !has_row ? ERR_NOT_FOUND : db_int(statement, 2) ? ERR_OK : ERR_CORRUPT;
	if (err == ERR_OK) {
		*size = db_int(statement, 0);
		*at_ms = db_int(statement, 1);
	}
	db_reset(statement);
	return err;
}

/* When each party first countersigned a head over the leaf. */
static enum err
first_over(struct journal *journal, const struct witness_member *members, size_t n, int64_t epoch,
	   uint64_t index, struct votes *votes)
{
	votes->n = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t size;
		int64_t at_ms;
		enum err err = one_row(journal, sql_first_over, epoch, members[i].key->name, index,
				       &size, &at_ms);

		if (err == ERR_OK)
			vote(votes, members[i].party, at_ms, true);
		else if (err != ERR_NOT_FOUND)
			return err;
	}
	return ERR_OK;
}

enum err
witness_quorum(struct journal *journal, const struct witness_member *members, size_t n, unsigned k,
	       struct witness_quorum *quorum)
{
	struct votes sizes = {.n = 0};
	struct votes times = {.n = 0};
	enum err err;

	memset(quorum, 0, sizeof *quorum);
	for (size_t i = 0; i < n; i++) {
		int64_t size;
		int64_t at_ms;

		err = one_row(journal, sql_last, journal->epoch, members[i].key->name, 0, &size,
			      &at_ms);
		if (err == ERR_NOT_FOUND)
			continue;
		if (err != ERR_OK)
			return err;
		vote(&sizes, members[i].party, size, false);
		vote(&times, members[i].party, at_ms, false);
	}
	if (k == 0 || sizes.n < k)
		return ERR_OK;
	quorum->is_reached = true;
	quorum->size = (uint64_t)kth(&sizes, k, false);
	quorum->freshest_ms = kth(&times, k, false);
	err = first_over(journal, members, n, journal->epoch, quorum->size - 1, &times);
	if (err == ERR_OK && times.n >= k)
		quorum->reached_ms = kth(&times, k, true);
	return err;
}

/* --- one leaf */

static const char *
party_of(const struct witness_member *members, size_t n, struct span witness)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(witness, members[i].key->name))
			return members[i].party;
	return NULL;
}

struct scan {
	const struct witness_member *members;
	size_t n;
	unsigned k;
	const char *origin;
	uint64_t size; /* the head whose rows are being read */
	struct votes votes;
	bool has_own;
	size_t best;
	uint64_t best_size;
};

/* The rows of one head are through. */
static void
close_head(struct scan *scan)
{
	if (scan->has_own && scan->votes.n > scan->best) {
		scan->best = scan->votes.n;
		scan->best_size = scan->size;
	}
	scan->votes.n = 0;
	scan->has_own = false;
}

static void
add_row(struct scan *scan, sqlite3_stmt *row)
{
	struct span witness = db_text(row, 1);
	const char *party = party_of(scan->members, scan->n, witness);

	if ((uint64_t)db_int(row, 0) != scan->size)
		close_head(scan);
	scan->size = (uint64_t)db_int(row, 0);
	if (party)
		vote(&scan->votes, party, 0, true);
	scan->has_own = scan->has_own || span_is(witness, scan->origin);
}

/* The earliest head that k parties countersigned; where there is none, the one that most did. */
static enum err
find_best(struct journal *journal, struct scan *scan, int64_t epoch, uint64_t index)
{
	sqlite3_stmt *statement;
	bool has_row = true;
	enum err err = inside_db(journal, sql_over, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, epoch);
	db_bind_int(statement, 2, (int64_t)index);
	db_bind_int(statement, 3, SCAN_ROWS);
	while ((err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		if (!db_int(statement, 2))
			err = ERR_CORRUPT;
		else
			add_row(scan, statement);
		if (err != ERR_OK || (scan->k && scan->best >= scan->k)) {
			db_reset(statement);
			return err;
		}
	}
	close_head(scan);
	return err;
}

/* Is the leaf under a signed head of that epoch's log? */
static enum err
is_logged(struct journal *journal, const char *origin, int64_t epoch, uint64_t index, bool *logged)
{
	struct head head;
	enum err err = ERR_OK;

	if (epoch == journal->epoch)
		head.at = journal->head;
	else
		err = journal->heads ? head_get(journal->heads, span_of(origin), &head, NULL)
				     : ERR_NOT_FOUND;
	*logged = err == ERR_OK && index < head.at.size;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err
witness_leaf(struct journal *journal, const struct witness_member *members, size_t n, unsigned k,
	     int64_t epoch, uint64_t index, struct witness_leaf *leaf)
{
	struct scan scan = {.members = members, .n = n, .k = k};
	struct votes times;
	char origin[NOTE_NAME_MAX];
	bool logged = false;
	enum err err = inside_origin(origin, span_of(journal->station), epoch);

	memset(leaf, 0, sizeof *leaf);
	if (err == ERR_OK)
		err = is_logged(journal, origin, epoch, index, &logged);
	if (err != ERR_OK || !logged)
		return err;
	leaf->state = WITNESS_LOGGED;
	err = first_over(journal, members, n, epoch, index, &times);
	if (err != ERR_OK)
		return err;
	leaf->parties = (unsigned)times.n;
	if (k && times.n >= k) {
		leaf->state = WITNESS_COUNTERSIGNED;
		leaf->before_ms = kth(&times, k, true);
	}
	scan.origin = origin;
	err = times.n ? find_best(journal, &scan, epoch, index) : ERR_OK;
	leaf->best_size = scan.best_size;
	return err;
}

const char *
witness_state_label(enum witness_state state)
{
	static const char *const labels[] = {[WITNESS_SIGNED] = "signed",
					     [WITNESS_LOGGED] = "logged",
					     [WITNESS_COUNTERSIGNED] = "countersigned"};

	return labels[state];
}
