/* Who may do what: every duty has exactly its rights, a token leads to its account until its end,
 * and what is kept makes no token. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/sign.h"
#include "seamd/duty.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
	char dir[64];
	char path[FILE_PATH_MAX];
	struct duty *duty;
};

static void
open_place(struct place *place)
{
	(void)snprintf(place->dir, sizeof place->dir, "/tmp/seam-duty-XXXXXX");
	assert_int_equal(sign_start(), ERR_OK);
	assert_non_null(mkdtemp(place->dir));
	assert_int_equal(file_path(place->path, sizeof place->path, place->dir, "duty.db"), ERR_OK);
	assert_int_equal(duty_open(place->path, &place->duty), ERR_OK);
}

static void
close_place(struct place *place)
{
	struct dirent *entry;
	DIR *dir = opendir(place->dir);
	char path[FILE_PATH_MAX];

	duty_close(place->duty);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    file_path(path, sizeof path, place->dir, entry->d_name) == ERR_OK)
			(void)unlink(path);
	(void)closedir(dir);
	assert_int_equal(rmdir(place->dir), 0);
}

static enum why
check(struct place *place, const char *token, const char *duty, unsigned right, int64_t now)
{
	char account[DUTY_NAME_MAX];
	char chosen[DUTY_NAME_MAX];
	enum why why =
	    duty_check(place->duty, span_of(token), span_of(duty), right, now, account, chosen);

	assert_true((why == WHY_NONE) == (chosen[0] != '\0'));
	return why;
}

/* Written a second time and by hand, as a person would read it in the manual. */
/* clang-format off */
static const struct {
	const char *duty;
	bool report, assess, send, trade, direct, admin;
} table[] = {
	{"watch",    true,  false, false, true,  false, false},
	{"liaison",  true,  false, true,  true,  false, false},
	{"director", true,  true,  true,  true,  true,  false},
	{"analyst",  false, true,  false, false, false, false},
	{"admin",    false, false, false, true,  false, true},
};
/* clang-format on */

static void
every_duty_has_its_rights(void **state)
{
	static const unsigned rights[] = {DUTY_REPORT, DUTY_ASSESS, DUTY_SEND,
					  DUTY_TRADE,  DUTY_DIRECT, DUTY_ADMIN};
	struct place place;
	char token[DUTY_TOKEN_TEXT];

	(void)state;
	open_place(&place);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const bool may[] = {table[i].report, table[i].assess, table[i].send,
				    table[i].trade,  table[i].direct, table[i].admin};

		assert_int_equal(
		    duty_add(place.duty, span_of(table[i].duty), span_of(table[i].duty), token),
		    ERR_OK);
		assert_int_equal(strlen(token), DUTY_TOKEN_TEXT - 1);
		for (size_t r = 0; r < sizeof rights / sizeof *rights; r++) {
			enum why why = check(&place, token, table[i].duty, rights[r], 1);

			if (why != (may[r] ? WHY_NONE : WHY_NO_DUTY))
				fail_msg("%s right %zu: %s", table[i].duty, r, why_text(why));
			assert_int_equal(check(&place, token, "", rights[r], 1), why);
		}
		/* Two rights at once are two rights. */
		assert_int_equal(check(&place, token, "", DUTY_REPORT | DUTY_ADMIN, 1),
				 WHY_NO_DUTY);
	}
	assert_int_equal(duty_rights(SPAN("chair")), 0);
	assert_int_equal(duty_rights(SPAN("")), 0);
	close_place(&place);
}

static void
the_duty_is_the_named_or_the_first_that_may(void **state)
{
	char token[DUTY_TOKEN_TEXT];
	char account[DUTY_NAME_MAX];
	char chosen[DUTY_NAME_MAX];
	char lack[DUTY_LACK_MAX];
	struct place place;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("rebin"), SPAN("analyst,watch,director"), token),
			 ERR_OK);
	assert_int_equal(
	    duty_check(place.duty, span_of(token), SPAN(""), DUTY_REPORT, 1, account, chosen),
	    WHY_NONE);
	assert_string_equal(account, "rebin");
	assert_string_equal(chosen, "watch");
	assert_int_equal(duty_check(place.duty, span_of(token), SPAN("director"), DUTY_REPORT, 1,
				    account, chosen),
			 WHY_NONE);
	assert_string_equal(chosen, "director");
	assert_int_equal(check(&place, token, "analyst", DUTY_REPORT, 1), WHY_NO_DUTY);
	assert_int_equal(check(&place, token, "liaison", DUTY_REPORT, 1), WHY_NO_DUTY);
	assert_int_equal(check(&place, token, "", DUTY_ADMIN, 1), WHY_NO_DUTY);
	duty_lack(place.duty, SPAN("rebin"), SPAN("analyst"), DUTY_SEND, lack);
	assert_string_equal(lack, "liaison or director may; this account holds "
				  "analyst,watch,director, asked for was analyst");
	duty_lack(place.duty, SPAN("rebin"), SPAN(""), DUTY_ADMIN, lack);
	assert_string_equal(lack, "admin may; this account holds analyst,watch,director");
	close_place(&place);
}

static void
a_session_ends(void **state)
{
	char standing[DUTY_TOKEN_TEXT];
	char token[DUTY_TOKEN_TEXT];
	struct place place;
	int64_t now = 1000000;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("shilan"), SPAN("watch"), standing), ERR_OK);
	assert_int_equal(duty_session(place.duty, SPAN("shilan"), now, token), ERR_OK);
	assert_string_not_equal(standing, token);
	assert_int_equal(check(&place, token, "", DUTY_REPORT, now), WHY_NONE);
	assert_int_equal(check(&place, token, "", DUTY_REPORT, now + DUTY_SESSION_MS - 1),
			 WHY_NONE);
	assert_int_equal(check(&place, token, "", DUTY_REPORT, now + DUTY_SESSION_MS),
			 WHY_NO_ACCOUNT);
	assert_int_equal(check(&place, standing, "", DUTY_REPORT, INT64_MAX), WHY_NONE);
	/* Who signed on with a passphrase that is no longer true is signed off; ended ones go. */
	assert_int_equal(duty_session(place.duty, SPAN("shilan"), now + DUTY_SESSION_MS, token),
			 ERR_OK);
	assert_int_equal(duty_set_pass(place.duty, SPAN("shilan"), SPAN("$argon2id$new")), ERR_OK);
	assert_int_equal(check(&place, token, "", DUTY_REPORT, now + DUTY_SESSION_MS),
			 WHY_NO_ACCOUNT);
	assert_int_equal(check(&place, standing, "", DUTY_REPORT, now), WHY_NONE);
	close_place(&place);
}

static void
who_signs_off_is_off(void **state)
{
	char standing[DUTY_TOKEN_TEXT];
	char here[DUTY_TOKEN_TEXT];
	char there[DUTY_TOKEN_TEXT];
	struct place place;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("shilan"), SPAN("watch"), standing), ERR_OK);
	assert_int_equal(duty_session(place.duty, SPAN("shilan"), 1, here), ERR_OK);
	assert_int_equal(duty_session(place.duty, SPAN("shilan"), 1, there), ERR_OK);
	assert_int_equal(duty_logout(place.duty, span_of(here)), ERR_OK);
	assert_int_equal(check(&place, here, "", 0, 2), WHY_NO_ACCOUNT);
	assert_int_equal(duty_logout(place.duty, span_of(here)), ERR_NOT_FOUND);
	/* Signed on at two places, one is left; what programs have is not a session. */
	assert_int_equal(check(&place, there, "", 0, 2), WHY_NONE);
	assert_int_equal(duty_logout(place.duty, span_of(standing)), ERR_NOT_FOUND);
	assert_int_equal(check(&place, standing, "", 0, 2), WHY_NONE);
	assert_int_equal(duty_logout(place.duty, SPAN("")), ERR_NOT_FOUND);
	close_place(&place);
}

/* A session must not outlive its account, nor come to life with another of that name. */
static void
who_is_removed_is_gone(void **state)
{
	char token[DUTY_TOKEN_TEXT];
	char fresh[DUTY_TOKEN_TEXT];
	struct place place;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("x"), SPAN("watch"), token), ERR_OK);
	assert_int_equal(duty_remove(place.duty, SPAN("x")), ERR_OK);
	assert_int_equal(duty_remove(place.duty, SPAN("x")), ERR_NOT_FOUND);
	assert_int_equal(check(&place, token, "", DUTY_REPORT, 1), WHY_NO_ACCOUNT);
	assert_int_equal(duty_add(place.duty, SPAN("x"), SPAN("director"), fresh), ERR_OK);
	assert_int_equal(check(&place, token, "", DUTY_REPORT, 1), WHY_NO_ACCOUNT);
	assert_int_equal(check(&place, fresh, "", DUTY_DIRECT, 1), WHY_NONE);
	assert_int_not_equal(duty_session(place.duty, SPAN("nobody"), 1, token), ERR_OK);
	close_place(&place);
}

/* clang-format off */
static const struct {
	const char *account, *duties;
	enum err expected;
} names[] = {
	{"rebin", "watch", ERR_OK},
	{"rebin", "watch", ERR_EXISTS},
	{"r-2.b", "watch,admin", ERR_OK},
	{"", "watch", ERR_FORMAT},
	{"-x", "watch", ERR_FORMAT},
	{".x", "watch", ERR_FORMAT},
	{"Rebin", "watch", ERR_FORMAT},
	{"a b", "watch", ERR_FORMAT},
	{"a\nb", "watch", ERR_FORMAT},
	{"a/b", "watch", ERR_FORMAT},
	{"ڕێبین", "watch", ERR_FORMAT},
	{"x1", "", ERR_FORMAT},
	{"x1", "chair", ERR_FORMAT},
	{"x1", "watch,chair", ERR_FORMAT},
	{"x1", "watch,", ERR_FORMAT},
	{"x1", "watch admin", ERR_FORMAT},
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "watch", ERR_OK},     /* 63 */
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "watch", ERR_FORMAT}, /* 64 */
};
/* clang-format on */

static void
names_are_strict(void **state)
{
	char token[DUTY_TOKEN_TEXT];
	struct place place;

	(void)state;
	open_place(&place);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		enum err err = duty_add(place.duty, span_of(names[i].account),
					span_of(names[i].duties), token);

		if (err != names[i].expected || (err == ERR_OK) != (token[0] != '\0'))
			fail_msg("row %zu '%s' '%s': %s", i, names[i].account, names[i].duties,
				 err_text(err));
	}
	close_place(&place);
}

static void
other_tokens_lead_nowhere(void **state)
{
	char token[DUTY_TOKEN_TEXT];
	char wrong[DUTY_TOKEN_TEXT];
	struct place place;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("x"), SPAN("watch"), token), ERR_OK);
	assert_int_equal(check(&place, "", "", 0, 1), WHY_NO_ACCOUNT);
	for (size_t i = 0; token[i]; i++) {
		memcpy(wrong, token, sizeof wrong);
		wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
		assert_int_equal(check(&place, wrong, "", 0, 1), WHY_NO_ACCOUNT);
		wrong[i] = '\0';
		assert_int_equal(check(&place, wrong, "", 0, 1), WHY_NO_ACCOUNT);
	}
	assert_int_equal(check(&place, "' OR 1=1 --", "", 0, 1), WHY_NO_ACCOUNT);
	assert_int_equal(check(&place, token, "", 0, 1), WHY_NONE);
	close_place(&place);
}

static bool
holds(const char *dir, const char *text)
{
	struct dirent *entry;
	DIR *open_dir = opendir(dir);
	bool is_there = false;

	while (open_dir && (entry = readdir(open_dir))) {
		struct out out = out_new(1 << 24);
		char path[FILE_PATH_MAX];

		if (entry->d_name[0] != '.' &&
		    file_path(path, sizeof path, dir, entry->d_name) == ERR_OK &&
		    file_read(path, &out) == ERR_OK && out.n)
			is_there |= memmem(out.p, out.n, text, strlen(text)) != NULL;
		out_free(&out);
	}
	(void)closedir(open_dir);
	return is_there;
}

static void
no_token_is_kept(void **state)
{
	char token[DUTY_TOKEN_TEXT];
	struct place place;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("rebin"), SPAN("watch"), token), ERR_OK);
	assert_true(holds(place.dir, "rebin"));
	assert_false(holds(place.dir, token));
	assert_int_equal(duty_session(place.duty, SPAN("rebin"), 1, token), ERR_OK);
	assert_false(holds(place.dir, token));
	close_place(&place);
}

static void
hashes_and_the_secret_are_kept(void **state)
{
	unsigned char secret[32];
	unsigned char again[32];
	char token[DUTY_TOKEN_TEXT];
	char text[64];
	struct place place;
	struct out list = out_new(4096);

	(void)state;
	open_place(&place);
	duty_secret(place.duty, secret);
	assert_int_equal(duty_add(place.duty, SPAN("b"), SPAN("watch"), token), ERR_OK);
	assert_int_equal(duty_add(place.duty, SPAN("a"), SPAN("watch,admin"), token), ERR_OK);
	assert_int_equal(duty_get_pass(place.duty, SPAN("a"), text, sizeof text), ERR_OK);
	assert_string_equal(text, "");
	assert_int_equal(duty_set_pass(place.duty, SPAN("a"), SPAN("$argon2id$x")), ERR_OK);
	assert_int_equal(duty_set_pass(place.duty, SPAN("c"), SPAN("$argon2id$x")), ERR_NOT_FOUND);
	duty_close(place.duty);
	assert_int_equal(duty_open(place.path, &place.duty), ERR_OK);
	duty_secret(place.duty, again);
	assert_memory_equal(secret, again, sizeof secret);
	assert_int_equal(duty_get_pass(place.duty, SPAN("a"), text, sizeof text), ERR_OK);
	assert_string_equal(text, "$argon2id$x");
	assert_int_equal(duty_get_pass(place.duty, SPAN("a"), text, 5), ERR_LIMIT);
	assert_int_equal(duty_get_pass(place.duty, SPAN("c"), text, sizeof text), ERR_NOT_FOUND);
	assert_int_equal(check(&place, token, "", DUTY_ADMIN, 1), WHY_NONE);
	assert_int_equal(duty_list(place.duty, &list), ERR_OK);
	assert_string_equal(list.p, "a watch,admin\nb watch\n");
	out_free(&list);
	close_place(&place);
}

static void
two_accounts_must_want_it(void **state)
{
	static const struct {
		const char *account;
		unsigned char record;
		int64_t at_ms;
		bool is_second;
	} rows[] = {
	    {"rebin", 1, 0, false},
	    {"rebin", 1, 1, false},                /* twice the same is one */
	    {"karzan", 2, 2, false},               /* another record */
	    {"karzan", 1, 3, true},                /* two accounts */
	    {"karzan", 1, 4, false},               /* forgotten when it was done */
	    {"rebin", 1, 4 + DUTY_WISH_MS, false}, /* a day later the wish is old */
	    {"karzan", 1, 5 + DUTY_WISH_MS, true},
	};
	char token[DUTY_TOKEN_TEXT];
	struct place place;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("rebin"), SPAN("director"), token), ERR_OK);
	assert_int_equal(duty_add(place.duty, SPAN("karzan"), SPAN("director"), token), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hash record = {{rows[i].record}};
		bool is_second = !rows[i].is_second;

		assert_int_equal(duty_second(place.duty, &record, span_of(rows[i].account),
					     rows[i].at_ms, &is_second),
				 ERR_OK);
		if (is_second != rows[i].is_second)
			fail_msg("row %zu", i);
	}
	assert_int_equal(duty_remove(place.duty, SPAN("karzan")), ERR_OK);
	close_place(&place);
}

static void
an_account_may_by_its_duties(void **state)
{
	char token[DUTY_TOKEN_TEXT];
	struct place place;

	(void)state;
	open_place(&place);
	assert_int_equal(duty_add(place.duty, SPAN("rebin"), SPAN("watch,liaison"), token), ERR_OK);
	assert_true(duty_may(place.duty, SPAN("rebin"), DUTY_SEND));
	assert_false(duty_may(place.duty, SPAN("rebin"), DUTY_DIRECT));
	assert_false(duty_may(place.duty, SPAN("karzan"), DUTY_SEND));
	assert_int_equal(duty_remove(place.duty, SPAN("rebin")), ERR_OK);
	assert_false(duty_may(place.duty, SPAN("rebin"), DUTY_SEND));
	close_place(&place);
}

static bool
handed_over(struct place *place, const char *thread, const char *account)
{
	bool did = false;

	assert_int_equal(duty_handed_over(place->duty, span_of(thread), span_of(account), &did),
			 ERR_OK);
	return did;
}

static void
who_handed_over_is_known_of_one_watch(void **state)
{
	struct place place;

	(void)state;
	open_place(&place);
	assert_false(handed_over(&place, "one", "rebin"));
	assert_int_equal(duty_hand_over(place.duty, SPAN("one"), SPAN("rebin"), true), ERR_OK);
	assert_int_equal(duty_hand_over(place.duty, SPAN("one"), SPAN("rebin"), true), ERR_OK);
	assert_int_equal(duty_hand_over(place.duty, SPAN("one"), SPAN("karzan"), true), ERR_OK);
	assert_true(handed_over(&place, "one", "rebin"));
	assert_true(handed_over(&place, "one", "karzan"));
	assert_false(handed_over(&place, "one", "shilan"));
	assert_false(handed_over(&place, "two", "rebin"));
	assert_int_equal(duty_hand_over(place.duty, SPAN("two"), SPAN("shilan"), false), ERR_OK);
	assert_true(handed_over(&place, "one", "rebin"));
	assert_true(handed_over(&place, "two", "shilan"));
	assert_int_equal(duty_hand_over(place.duty, SPAN("two"), SPAN("shilan"), true), ERR_OK);
	assert_false(handed_over(&place, "one", "rebin"));
	assert_true(handed_over(&place, "two", "shilan"));
	close_place(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_duty_has_its_rights),
	    cmocka_unit_test(the_duty_is_the_named_or_the_first_that_may),
	    cmocka_unit_test(a_session_ends),
	    cmocka_unit_test(who_signs_off_is_off),
	    cmocka_unit_test(who_is_removed_is_gone),
	    cmocka_unit_test(names_are_strict),
	    cmocka_unit_test(other_tokens_lead_nowhere),
	    cmocka_unit_test(no_token_is_kept),
	    cmocka_unit_test(hashes_and_the_secret_are_kept),
	    cmocka_unit_test(two_accounts_must_want_it),
	    cmocka_unit_test(an_account_may_by_its_duties),
	    cmocka_unit_test(who_handed_over_is_known_of_one_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
