/*
 * Promises that a token leads to one account and its duties, that nothing kept here lets anybody
 * make a token, and that a row which does not match its hash gives nobody anything.
 */
#include "seamd/duty.h"

#include "base/b64.h"
#include "base/db.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sign.h"
#include "journal/rowhash.h"
#include "seamd/duty_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct duty {
	sqlite3 *db;
	sqlite3_stmt *find;
	unsigned char secret[32];
};

static const struct {
	const char *name;
	unsigned rights;
} rows[] = {
#define X(id, text, rights) {text, rights},
    DUTY_ROWS(X)
#undef X
};

#define ACCOUNT_HOLDS "row IS " TABLES_HASH("account", DUTY_TABLE_ACCOUNT)
#define SESSION_HOLDS "row IS " TABLES_HASH("session", DUTY_TABLE_SESSION)

/* clang-format off */
static const char sql_find[] =
    "SELECT a.name, a.duties, s.until_ms, a.whole AND s.whole"
    " FROM (SELECT account, until_ms, " SESSION_HOLDS " AS whole FROM session WHERE token = ?1) s"
    " LEFT JOIN (SELECT name, duties, " ACCOUNT_HOLDS " AS whole FROM account) a ON a.name = s.account";
static const char sql_account[] = "SELECT duties, pass, " ACCOUNT_HOLDS " FROM account WHERE name = ?1";
static const char sql_list[] = "SELECT name, duties, " ACCOUNT_HOLDS " FROM account ORDER BY name";
static const char sql_add[] = "INSERT INTO account VALUES(?1, ?2, '', rowhash('account', ?1, ?2, ''))";
static const char sql_pass[] =
    "UPDATE account SET pass = ?2, row = rowhash('account', name, duties, ?2) WHERE name = ?1 AND " ACCOUNT_HOLDS;
static const char sql_token[] = "INSERT INTO session VALUES(?1, ?2, ?3, rowhash('session', ?1, ?2, ?3))";
static const char sql_secret[] =
    "INSERT OR IGNORE INTO secret VALUES(1, ?1, rowhash('secret', 1, ?1))";
static const char sql_wish[] =
    "INSERT OR REPLACE INTO wish VALUES(?1, ?2, ?3, rowhash('wish', ?1, ?2, ?3))";
static const char sql_wishes[] =
    "SELECT count(*) FILTER (WHERE account <> ?2 AND at_ms > ?3),"
    " count(*) FILTER (WHERE row IS NOT " TABLES_HASH("wish", DUTY_TABLE_WISH) ") FROM wish WHERE record = ?1";
static const char sql_hand[] = "INSERT OR IGNORE INTO handed VALUES(?1, ?2, rowhash('handed', ?1, ?2))";
static const char sql_handed[] =
    "SELECT count(*) FILTER (WHERE thread = ?1 AND account = ?2),"
    " count(*) FILTER (WHERE row IS NOT " TABLES_HASH("handed", DUTY_TABLE_HANDED) ") FROM handed";
/* clang-format on */

unsigned
duty_rights(struct span name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (span_is(name, rows[i].name))
			return rows[i].rights;
	return 0;
}

void
duty_names(unsigned right, struct out *out)
{
	const char *last = NULL;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if ((rows[i].rights & right) != right)
			continue;
		if (last)
			out_format(out, "%s%s", out->n ? ", " : "", last);
		last = rows[i].name;
	}
	if (last)
		out_format(out, "%s%s", out->n ? " or " : "", last);
}

static enum err
load_secret(struct duty *duty)
{
	unsigned char fresh[32];
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(duty->db, sql_secret, &statement);

	if (err != ERR_OK)
		return err;
	sign_random(fresh, sizeof fresh);
	db_bind_blob(statement, 1, span_make(fresh, sizeof fresh));
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	if (err == ERR_OK)
		err = db_prepare(duty->db,
				 "SELECT bytes, row IS " TABLES_HASH(
				     "secret", DUTY_TABLE_SECRET) " FROM secret WHERE id = 1",
				 &statement);
	if (err != ERR_OK)
		return err;
	err = db_step(statement, &has_row);
	if (err == ERR_OK &&
	    (!has_row || db_blob(statement, 0).n != sizeof duty->secret || !db_int(statement, 1)))
		err = ERR_CORRUPT;
	if (err == ERR_OK)
		memcpy(duty->secret, db_blob(statement, 0).p, sizeof duty->secret);
	(void)sqlite3_finalize(statement);
	return err;
}

void
duty_secret(struct duty *duty, unsigned char secret[32])
{
	memcpy(secret, duty->secret, sizeof duty->secret);
}

/* A file without tables becomes ours.  One that has others, or lacks a column, is damaged or of
 * another time. */
static enum err
settle_tables(struct duty *duty)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	bool is_new = false;
	enum err err = db_prepare(duty->db, "SELECT count(*) FROM sqlite_schema", &statement);

	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	if (err == ERR_OK)
		is_new = has_row && db_int(statement, 0) == 0;
	(void)sqlite3_finalize(statement);
	if (err == ERR_OK && is_new)
		err = duty_table_make(duty->db);
	for (const struct tables_row *row = duty_table; err == ERR_OK && row->name; row++) {
		err = db_prepare(duty->db, row->check, &statement);
		(void)sqlite3_finalize(statement);
	}
	return err == ERR_INTERNAL ? ERR_CORRUPT : err;
}

enum err
duty_open(const char *path, struct duty **duty)
{
	struct duty *made = calloc(1, sizeof *made);
	enum err err = made ? db_open(path, DB_CREATE, &made->db) : ERR_NOMEM;

	*duty = NULL;
	if (err == ERR_OK)
		err = rowhash_install(made->db);
	if (err == ERR_OK)
		err = settle_tables(made);
	if (err == ERR_OK)
		err = load_secret(made);
	if (err == ERR_OK)
		err = db_prepare(made->db, sql_find, &made->find);
	if (err == ERR_OK)
		*duty = made;
	else
		duty_close(made);
	return err;
}

void
duty_close(struct duty *duty)
{
	if (!duty)
		return;
	(void)sqlite3_finalize(duty->find);
	db_close(duty->db);
	free(duty);
}

static bool
is_name(struct span name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      (i > 0 && (c == '-' || c == '.'))))
			return false;
	}
	return name.n > 0 && name.n < DUTY_NAME_MAX;
}

static enum why
choose(struct span held, struct span wanted, unsigned right, char chosen[DUTY_NAME_MAX])
{
	struct span one;

	while (span_split(&held, ',', &one)) {
		if (wanted.n && !span_equal(one, wanted))
			continue;
		if ((duty_rights(one) & right) != right)
			continue;
		return span_copy(chosen, DUTY_NAME_MAX, one) ? WHY_NONE : WHY_NO_DUTY;
	}
	return WHY_NO_DUTY;
}

/* Until then a session leads to its account; one that is damaged, or whose account is not there, to
 * none. */
static enum why
look_at_session(sqlite3_stmt *row, int64_t now_ms)
{
	int64_t until_ms = db_int(row, 2);

	if (!db_int(row, 3)) /* NULL without an account */
		return WHY_ACCOUNTS_DAMAGED;
	return until_ms == 0 || until_ms > now_ms ? WHY_NONE : WHY_NO_ACCOUNT;
}

enum why
duty_check(struct duty *duty, struct span token, struct span name, unsigned right, int64_t now_ms,
	   char account[DUTY_NAME_MAX], char chosen[DUTY_NAME_MAX])
{
	struct hash hash = hash_of(token);
	enum why why;
	enum err err;
	bool has_row;

	account[0] = chosen[0] = '\0';
	db_bind_blob(duty->find, 1, span_make(hash.b, HASH_SIZE));
	err = db_step(duty->find, &has_row);
	if (err != ERR_OK || !has_row)
		return err == ERR_CORRUPT ? WHY_ACCOUNTS_DAMAGED : WHY_NO_ACCOUNT;
	why = look_at_session(duty->find, now_ms);
	if (why == WHY_NONE && !span_copy(account, DUTY_NAME_MAX, db_text(duty->find, 0)))
		why = WHY_NO_ACCOUNT;
	if (why == WHY_NONE)
		why = choose(db_text(duty->find, 1), name, right, chosen);
	db_reset(duty->find);
	return why;
}

/* The row of an account, at `statement` until that is finalized: ERR_NOT_FOUND; ERR_CORRUPT when it
 * does not match its hash. */
static enum err
find_account(struct duty *duty, struct span account, sqlite3_stmt **statement)
{
	bool has_row = false;
	enum err err = db_prepare(duty->db, sql_account, statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(*statement, 1, account);
	err = db_step(*statement, &has_row);
	if (err == ERR_OK && !has_row)
		return ERR_NOT_FOUND;
	return err == ERR_OK && !db_int(*statement, 2) ? ERR_CORRUPT : err;
}

void
duty_lack(struct duty *duty, struct span account, struct span name, unsigned right,
	  char text[DUTY_LACK_MAX])
{
	struct out may = out_new(DUTY_LACK_MAX);
	sqlite3_stmt *statement;
	struct span held = SPAN("none");

	text[0] = '\0';
	if (find_account(duty, account, &statement) == ERR_OK)
		held = db_text(statement, 0);
	duty_names(right, &may);
	if (out_err(&may) == ERR_OK && may.n)
		(void)snprintf(text, DUTY_LACK_MAX, "%.*s may; this account holds %.*s%s%.*s",
			       (int)may.n, may.p, (int)held.n, held.p,
			       name.n ? ", asked for was " : "", (int)name.n, name.n ? name.p : "");
	out_free(&may);
	(void)sqlite3_finalize(statement);
}

bool
duty_may(struct duty *duty, struct span account, unsigned right)
{
	sqlite3_stmt *statement;
	char chosen[DUTY_NAME_MAX];
	bool may = find_account(duty, account, &statement) == ERR_OK &&
		   choose(db_text(statement, 0), (struct span){NULL, 0}, right, chosen) == WHY_NONE;

	(void)sqlite3_finalize(statement);
	return may;
}

static enum err
run_bound(struct duty *duty, const char *sql, struct span a, struct span b, struct span c)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(duty->db, sql, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, a);
	if (b.p)
		db_bind_text(statement, 2, b);
	if (c.p)
		db_bind_text(statement, 3, c);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	return err;
}

static enum err
add_token(struct duty *duty, struct span account, int64_t until_ms, char token[DUTY_TOKEN_TEXT])
{
	unsigned char secret[32];
	sqlite3_stmt *statement;
	struct hash hash;
	enum err err;

	sign_random(secret, sizeof secret);
	b64url_text(token, DUTY_TOKEN_TEXT, secret, sizeof secret);
	sign_wipe(secret, sizeof secret);
	hash = hash_of(span_of(token));
	err = db_prepare(duty->db, sql_token, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(hash.b, HASH_SIZE));
	db_bind_text(statement, 2, account);
	db_bind_int(statement, 3, until_ms);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
duty_add(struct duty *duty, struct span account, struct span duties, char token[DUTY_TOKEN_TEXT])
{
	struct span rest = duties;
	struct span one;
	enum err err;

	token[0] = '\0';
	if (!is_name(account) || duties.n == 0)
		return ERR_FORMAT;
	while (span_split(&rest, ',', &one))
		if (duty_rights(one) == 0)
			return ERR_FORMAT;
	err = run_bound(duty, sql_add, account, duties, (struct span){NULL, 0});
	return err == ERR_OK ? add_token(duty, account, 0, token) : err;
}

enum err
duty_begin(const char *home)
{
	struct out all = out_new(DUTY_LACK_MAX);
	char path[FILE_PATH_MAX];
	char token[DUTY_TOKEN_TEXT] = "";
	struct duty *duty = NULL;
	enum err err = file_path(path, sizeof path, home, "duty.db");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		out_format(&all, "%s%s", i ? "," : "", rows[i].name);
	if (err == ERR_OK)
		err = out_err(&all);
	if (err == ERR_OK)
		err = duty_open(path, &duty);
	if (err == ERR_OK)
		err = duty_add(duty, SPAN("local"), out_view(&all), token);
	duty_close(duty);
	if (err == ERR_OK)
		err = file_path(path, sizeof path, home, "ctl.token");
	if (err == ERR_OK)
		err = file_write(path, span_of(token), 0600);
	sign_wipe(token, sizeof token);
	out_free(&all);
	return err;
}

enum err
duty_remove(struct duty *duty, struct span account)
{
	enum err err = run_bound(duty, "DELETE FROM account WHERE name = ?1", account,
				 (struct span){NULL, 0}, (struct span){NULL, 0});

	if (err == ERR_OK && sqlite3_changes(duty->db) == 0)
		return ERR_NOT_FOUND;
	return err;
}

/* What is damaged is not written anew: that would put a good hash over it. */
enum err
duty_set_pass(struct duty *duty, struct span account, struct span hash_text)
{
	struct span none = {NULL, 0};
	sqlite3_stmt *statement;
	enum err err = find_account(duty, account, &statement);

	(void)sqlite3_finalize(statement);
	if (err == ERR_OK)
		err = run_bound(duty, sql_pass, account, hash_text, none);
	/* Whoever knew the old one is signed off. */
	return err != ERR_OK
		   ? err
		   : run_bound(duty, "DELETE FROM session WHERE account = ?1 AND until_ms > 0",
			       account, none, none);
}

enum err
duty_get_pass(struct duty *duty, struct span account, char *hash_text, size_t size)
{
	sqlite3_stmt *statement;
	enum err err = find_account(duty, account, &statement);

	hash_text[0] = '\0';
	if (err == ERR_OK && !span_copy(hash_text, size, db_text(statement, 1)))
		err = ERR_LIMIT;
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
duty_session(struct duty *duty, struct span account, int64_t now_ms, char token[DUTY_TOKEN_TEXT])
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(
	    duty->db, "DELETE FROM session WHERE until_ms > 0 AND until_ms <= ?1", &statement);

	token[0] = '\0';
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, now_ms);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	return err == ERR_OK ? add_token(duty, account, now_ms + DUTY_SESSION_MS, token) : err;
}

enum err
duty_logout(struct duty *duty, struct span token)
{
	struct hash hash = hash_of(token);
	sqlite3_stmt *statement;
	enum err err = db_prepare(duty->db, "DELETE FROM session WHERE token = ?1 AND until_ms > 0",
				  &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(hash.b, HASH_SIZE));
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	if (err == ERR_OK && sqlite3_changes(duty->db) == 0)
		return ERR_NOT_FOUND;
	return err;
}

enum err
duty_list(struct duty *duty, struct out *out)
{
	sqlite3_stmt *statement;
	bool has_row = true;
	enum err err = db_prepare(duty->db, sql_list, &statement);

	while (err == ERR_OK && has_row) {
		err = db_step(statement, &has_row);
		if (err != ERR_OK || !has_row)
			break;
		if (!db_int(statement, 2)) {
			err = ERR_CORRUPT;
			break;
		}
		out_span(out, db_text(statement, 0));
		out_char(out, ' ');
		out_span(out, db_text(statement, 1));
		out_char(out, '\n');
	}
	(void)sqlite3_finalize(statement);
	return err == ERR_OK ? out_err(out) : err;
}

static enum err
wish_run(struct duty *duty, const char *sql, const struct hash *record, struct span account,
	 int64_t ms)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(duty->db, sql, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(record->b, HASH_SIZE));
	db_bind_text(statement, 2, account);
	db_bind_int(statement, 3, ms);
	err = db_do(statement);
	(void)sqlite3_finalize(statement);
	return err;
}

/* The first column of one row; the second counts damaged rows, of which none may be. */
static enum err
count_whole(sqlite3_stmt *statement, int64_t *n)
{
	bool has_row = false;
	enum err err = db_step(statement, &has_row);

	*n = 0;
	if (err == ERR_OK && (!has_row || db_int(statement, 1)))
		err = ERR_CORRUPT;
	if (err == ERR_OK)
		*n = db_int(statement, 0);
	return err;
}

static enum err
count_wishes(struct duty *duty, const struct hash *record, struct span account, int64_t since_ms,
	     int64_t *others)
{
	sqlite3_stmt *statement;
	enum err err = db_prepare(duty->db, sql_wishes, &statement);

	*others = 0;
	if (err != ERR_OK)
		return err;
	db_bind_blob(statement, 1, span_make(record->b, HASH_SIZE));
	db_bind_text(statement, 2, account);
	db_bind_int(statement, 3, since_ms);
	err = count_whole(statement, others);
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
duty_second(struct duty *duty, const struct hash *record, struct span account, int64_t now_ms,
	    bool *is_second)
{
	int64_t others;
	enum err err = count_wishes(duty, record, account, now_ms - DUTY_WISH_MS, &others);

	*is_second = err == ERR_OK && others > 0;
	if (err != ERR_OK)
		return err;
	if (*is_second)
		return wish_run(duty, "DELETE FROM wish WHERE record = ?1 AND ?2 = ?2 AND ?3 = ?3",
				record, account, 0);
	return wish_run(duty, sql_wish, record, account, now_ms);
}

enum err
duty_hand_over(struct duty *duty, struct span thread, struct span account, bool is_only)
{
	struct span none = {NULL, 0};
	enum err err = ERR_OK;

	if (is_only)
		err = run_bound(duty, "DELETE FROM handed WHERE thread <> ?1", thread, none, none);

	return err == ERR_OK ? run_bound(duty, sql_hand, thread, account, none) : err;
}

enum err
duty_handed_over(struct duty *duty, struct span thread, struct span account, bool *did)
{
	sqlite3_stmt *statement;
	int64_t n;
	enum err err = db_prepare(duty->db, sql_handed, &statement);

	*did = false;
	if (err != ERR_OK)
		return err;
	db_bind_text(statement, 1, thread);
	db_bind_text(statement, 2, account);
	err = count_whole(statement, &n);
	*did = n > 0;
	(void)sqlite3_finalize(statement);
	return err;
}
