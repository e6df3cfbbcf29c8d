/* duty.db with damage in it: what does not match its hash gives nobody anything, verification names
 * the place, and no single bit can change what is said there unseen. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/sign.h"
#include "journal/verify.h"
#include "seamd/duty.h"
#include "seamd/duty_table.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, FLIP_STEP = TEST_SLOW ? 5 : 29 };

#define NOW INT64_C(1000)

static const struct hash harmed = {{7}};

struct place {
	char dir[64];
	char path[FILE_PATH_MAX];
	char standing[DUTY_TOKEN_TEXT], session[DUTY_TOKEN_TEXT];
	struct out sound; /* the bytes of the file with a row or more in each table */
};

static void
remove_files(const char *dir)
{
	struct dirent *entry;
	DIR *open_dir = opendir(dir);
	char path[FILE_PATH_MAX];

	while (open_dir && (entry = readdir(open_dir)))
		if (entry->d_name[0] != '.' &&
		    file_path(path, sizeof path, dir, entry->d_name) == ERR_OK)
			(void)unlink(path);
	(void)closedir(open_dir);
}

static int
open_place(void **state)
{
	struct place *place = calloc(1, sizeof *place);
	struct duty *duty;
	bool is_second;

	assert_non_null(place);
	(void)snprintf(place->dir, sizeof place->dir, "/tmp/seam-duty-XXXXXX");
	assert_int_equal(sign_start(), ERR_OK);
	assert_non_null(mkdtemp(place->dir));
	assert_int_equal(file_path(place->path, sizeof place->path, place->dir, "duty.db"), ERR_OK);
	assert_int_equal(duty_open(place->path, &duty), ERR_OK);
	assert_int_equal(duty_add(duty, SPAN("rebin"), SPAN("director"), place->standing), ERR_OK);
	assert_int_equal(duty_set_pass(duty, SPAN("rebin"), SPAN("$argon2id$x")), ERR_OK);
	assert_int_equal(duty_session(duty, SPAN("rebin"), NOW, place->session), ERR_OK);
	assert_int_equal(duty_second(duty, &harmed, SPAN("rebin"), NOW, &is_second), ERR_OK);
	assert_int_equal(duty_hand_over(duty, SPAN("thread"), SPAN("rebin"), true), ERR_OK);
	duty_close(duty);
	place->sound = out_new(FILE_MAX);
	assert_int_equal(file_read(place->path, &place->sound), ERR_OK);
	*state = place;
	return 0;
}

static int
close_place(void **state)
{
	struct place *place = *state;

	remove_files(place->dir);
	assert_int_equal(rmdir(place->dir), 0);
	out_free(&place->sound);
	free(place);
	return 0;
}

static void
put_back(const struct place *place)
{
	remove_files(place->dir);
	assert_int_equal(file_write(place->path, out_view(&place->sound), 0600), ERR_OK);
}

static enum err
verify(const struct place *place, char fault[VERIFY_FAULT_MAX])
{
	struct verify_counts counts = {0};
	enum err err;

	fault[0] = '\0';
	err = verify_database(place->dir, "duty.db", duty_table, duty_table_make, &counts, fault);
	assert_int_equal(err == ERR_CORRUPT, counts.faults > 0);
	assert_int_equal(err == ERR_OK, fault[0] == '\0');
	return err;
}

/* ---- rows ---- */

enum use { STANDING, SESSION, PASS, NEW_PASS, MAY, LIST, SECOND, HANDED, OPEN };

static bool
is_used(const struct place *place, enum use use)
{
	struct out list = out_new(4096);
	struct duty *duty;
	char account[DUTY_NAME_MAX], chosen[DUTY_NAME_MAX], text[64];
	bool did = false;
	enum why why = WHY_NONE;
	enum err err = duty_open(place->path, &duty);

	if (use == OPEN || err != ERR_OK) {
		assert_true(err == ERR_OK || err == ERR_CORRUPT);
		duty_close(duty);
		out_free(&list);
		return err == ERR_OK;
	}
	switch (use) {
	case STANDING:
	case SESSION:
		why = duty_check(duty, span_of(use == SESSION ? place->session : place->standing),
				 SPAN(""), DUTY_DIRECT, NOW + 1, account, chosen);
		assert_true(why == WHY_NONE || why == WHY_ACCOUNTS_DAMAGED);
		assert_true((why == WHY_NONE) == (account[0] != '\0'));
		break;
	case PASS:
		err = duty_get_pass(duty, SPAN("rebin"), text, sizeof text);
		assert_true((err == ERR_OK) == (text[0] != '\0'));
		break;
	case NEW_PASS:
		err = duty_set_pass(duty, SPAN("rebin"), SPAN("$argon2id$y"));
		break;
	case MAY:
		why = duty_may(duty, SPAN("rebin"), DUTY_DIRECT) ? WHY_NONE : WHY_NO_DUTY;
		break;
	case LIST:
		err = duty_list(duty, &list);
		break;
	case SECOND:
		err = duty_second(duty, &harmed, SPAN("karzan"), NOW + 1, &did);
		assert_true((err == ERR_OK) == did);
		break;
	case HANDED:
		err = duty_handed_over(duty, SPAN("thread"), SPAN("rebin"), &did);
		assert_true((err == ERR_OK) == did);
		break;
	case OPEN:
		break;
	}
	assert_true(err == ERR_OK || err == ERR_CORRUPT);
	duty_close(duty);
	out_free(&list);
	return err == ERR_OK && why == WHY_NONE;
}

/* clang-format off */
static const struct {
	const char *name, *sql, *place;
	enum use use[5];
	size_t n;
} rows[] = {
	{"more duties", "UPDATE account SET duties = 'director,admin'", "row hash of account rebin",
	 {STANDING, SESSION, MAY, LIST, NEW_PASS}, 5},
	{"another passphrase", "UPDATE account SET pass = '$argon2id$z'", "row hash of account rebin",
	 {STANDING, PASS, MAY, LIST, NEW_PASS}, 5},
	{"no row hash", "UPDATE account SET row = x''", "row hash of account rebin", {STANDING, PASS, MAY, LIST}, 4},
	{"another name", "PRAGMA foreign_keys = OFF; UPDATE account SET name = 'rebim'", "row hash of account rebim",
	 {STANDING, SESSION, LIST}, 3},
	{"a session without end", "UPDATE session SET until_ms = 0 WHERE until_ms > 0", "row hash of session of rebin until 0",
	 {SESSION}, 1},
	{"a session that is over", "UPDATE session SET until_ms = 1 WHERE until_ms > 0", "row hash of session of rebin until 1",
	 {SESSION}, 1},
	{"a session of another", "INSERT INTO account SELECT 'karzan', duties, pass, row FROM account;"
	 " UPDATE session SET account = 'karzan'", "row hash of account karzan", {STANDING, SESSION}, 2},
	{"a session of nobody", "PRAGMA foreign_keys = OFF; UPDATE session SET account = 'nobody'", "row hash of session of nobody",
	 {STANDING, SESSION}, 2},
	{"another secret", "UPDATE secret SET bytes = zeroblob(32)", "row hash of secret 1", {OPEN, STANDING}, 2},
	{"an older wish", "UPDATE wish SET at_ms = at_ms + 1", "row hash of wish of rebin of the record 07", {SECOND}, 1},
	{"a wish of another", "PRAGMA foreign_keys = OFF; UPDATE wish SET account = 'karzan'", "row hash of wish of karzan",
	 {SECOND}, 1},
	{"a watch of another", "UPDATE handed SET account = 'karzan'", "row hash of handed of karzan of the thread thread",
	 {HANDED}, 1},
	{"another watch", "UPDATE handed SET thread = 'threae'", "row hash of handed of rebin of the thread threae", {HANDED}, 1},
	{"no such column", "ALTER TABLE handed RENAME COLUMN row TO rov", "schema of table handed is another", {OPEN}, 1},
	{"no such table", "DROP TABLE wish", "schema of table wish is another", {OPEN}, 1},
};
/* clang-format on */

static void
damaged_rows_are_named_and_not_used(void **state)
{
	const struct place *place = *state;
	char fault[VERIFY_FAULT_MAX];
	sqlite3 *db;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		put_back(place);
		assert_int_equal(verify(place, fault), ERR_OK);
		for (size_t k = 0; k < rows[i].n; k++) {
			if (!is_used(place, rows[i].use[k]))
				fail_msg("%s: use %d does not work of itself", rows[i].name,
					 (int)rows[i].use[k]);
			put_back(place);
		}
		assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
		if (sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL) != SQLITE_OK)
			fail_msg("%s: %s", rows[i].name, sqlite3_errmsg(db));
		(void)sqlite3_close(db);
		if (verify(place, fault) != ERR_CORRUPT || !strstr(fault, rows[i].place) ||
		    strncmp(fault, "duty.db: ", 9) != 0)
			fail_msg("%s: '%s'", rows[i].name, fault);
		for (size_t k = 0; k < rows[i].n; k++)
			if (is_used(place, rows[i].use[k]))
				fail_msg("%s: use %d is not refused", rows[i].name,
					 (int)rows[i].use[k]);
		if (verify(place, fault) != ERR_CORRUPT || !strstr(fault, rows[i].place))
			fail_msg("%s: it was covered up: '%s'", rows[i].name, fault);
	}
}

/* What mends an account: it is removed, damaged as it is, and added again. */
static void
a_damaged_account_is_replaced(void **state)
{
	const struct place *place = *state;
	char fault[VERIFY_FAULT_MAX], token[DUTY_TOKEN_TEXT];
	struct duty *duty;
	sqlite3 *db;

	put_back(place);
	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE account SET duties = 'admin'", NULL, NULL, NULL),
			 SQLITE_OK);
	(void)sqlite3_close(db);
	assert_int_equal(duty_open(place->path, &duty), ERR_OK);
	assert_int_equal(duty_remove(duty, SPAN("rebin")), ERR_OK);
	assert_int_equal(duty_add(duty, SPAN("rebin"), SPAN("watch"), token), ERR_OK);
	duty_close(duty);
	assert_int_equal(verify(place, fault), ERR_OK);
}

/* ---- bits ---- */

/* All that the tables say, or that they cannot be read. */
static void
tell_all(const struct place *place, struct out *out)
{
	static const char *const sql[] = {
	    "SELECT quote(name)||quote(duties)||quote(pass) FROM account ORDER BY 1",
	    "SELECT quote(token)||quote(account)||quote(until_ms) FROM session ORDER BY 1",
	    "SELECT quote(id)||quote(bytes) FROM secret ORDER BY 1",
	    "SELECT quote(record)||quote(account)||quote(at_ms) FROM wish ORDER BY 1",
	    "SELECT quote(thread)||quote(account) FROM handed ORDER BY 1",
	};
	sqlite3_stmt *statement = NULL;
	sqlite3 *db;
	bool has_row;
	enum err err = db_open(place->path, DB_READ, &db);

	for (size_t i = 0; err == ERR_OK && i < sizeof sql / sizeof *sql; i++) {
		err = db_prepare(db, sql[i], &statement);
		while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row) {
			out_span(out, db_text(statement, 0));
			out_char(out, '\n');
		}
		(void)sqlite3_finalize(statement);
	}
	if (err != ERR_OK)
		out_text(out, "it cannot be read\n");
	db_close(db);
}

static void
no_bit_changes_it_unseen(void **state)
{
	const struct place *place = *state;
	struct out sound = out_new(FILE_MAX), told = out_new(FILE_MAX), bytes = out_new(FILE_MAX);
	char fault[VERIFY_FAULT_MAX];
	unsigned seen = 0, changed = 0;

	put_back(place);
	tell_all(place, &sound);
	assert_non_null(strstr(sound.p, "rebin"));
	out_span(&bytes, out_view(&place->sound));
	for (size_t at = 0; at < bytes.n; at += FLIP_STEP) {
		enum err err;
		char flip = (char)(1 << (at * 5 % 8));

		bytes.p[at] = (char)(bytes.p[at] ^ flip);
		remove_files(place->dir);
		assert_int_equal(file_write(place->path, out_view(&bytes), 0600), ERR_OK);
		err = verify(place, fault);
		if (err != ERR_OK && (err != ERR_CORRUPT || strncmp(fault, "duty.db", 7) != 0))
			fail_msg("byte %zu: %s: '%s'", at, err_text(err), fault);
		out_reset(&told);
		tell_all(place, &told);
		if (!span_equal(out_view(&told), out_view(&sound))) {
			changed++;
			if (err == ERR_OK)
				fail_msg("byte %zu: not seen:\n%.*s", at, (int)told.n, told.p);
		}
		seen += err != ERR_OK;
		bytes.p[at] = (char)(bytes.p[at] ^ flip);
	}
	assert_true(changed > 5 && seen >= changed);
	out_free(&sound);
	out_free(&told);
	out_free(&bytes);
}

/* ---- a file that is not there ---- */

static void
a_home_begins_with_its_owner(void **state)
{
	const struct place *place = *state;
	char fault[VERIFY_FAULT_MAX], path[FILE_PATH_MAX];
	char account[DUTY_NAME_MAX], chosen[DUTY_NAME_MAX];
	struct out token = out_new(128);
	struct duty *duty;

	remove_files(place->dir);
	assert_int_equal(verify(place, fault), ERR_CORRUPT);
	assert_string_equal(fault, "duty.db: not found");
	assert_int_equal(duty_begin(place->dir), ERR_OK);
	assert_int_equal(verify(place, fault), ERR_OK);
	assert_int_equal(file_path(path, sizeof path, place->dir, "ctl.token"), ERR_OK);
	assert_int_equal(file_read(path, &token), ERR_OK);
	assert_int_equal(duty_open(place->path, &duty), ERR_OK);
	for (unsigned right = 1; right <= DUTY_ADMIN; right <<= 1)
		assert_int_equal(
		    duty_check(duty, out_view(&token), SPAN(""), right, NOW, account, chosen),
		    WHY_NONE);
	assert_string_equal(account, "local");
	duty_close(duty);
	assert_int_equal(duty_begin(place->dir), ERR_EXISTS);
	out_free(&token);
}

int
main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)
	const struct CMUnitTest tests[] = {
	    ROW(damaged_rows_are_named_and_not_used),
	    ROW(a_damaged_account_is_replaced),
	    ROW(no_bit_changes_it_unseen),
	    ROW(a_home_begins_with_its_owner),
	};
#undef ROW

	return cmocka_run_group_tests(tests, NULL, NULL);
}
