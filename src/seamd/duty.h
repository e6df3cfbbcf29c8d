#ifndef SEAM_SEAMD_DUTY_H
#define SEAM_SEAMD_DUTY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/out.h"
#include "model/why.h"

/*
 * Who may do what: accounts, their duties and sessions, in duty.db of the home, held by core alone
 * and never in the journal or the picture.  A token is 32 random bytes in base64url; only its hash
 * is kept.  Every row carries a row hash (duty_table.h): one that does not match it is used for
 * nothing, WHY_ACCOUNTS_DAMAGED or ERR_CORRUPT.
 */
struct duty;

/* What a duty allows. */
/* clang-format off */
#define DUTY_RIGHT_ROWS(X) \
	X(REPORT,  "file reports, notes and answers") \
	X(ASSESS,  "file assessments") \
	X(SEND,    "approve what a rule leaves to officers") \
	X(TRADE,   "export and import bundles") \
	X(DIRECT,  "put a policy in force, erase, decide for the party") \
	X(ADMIN,   "accounts, members, keys")
#define DUTY_ROWS(X) \
	X(WATCH,    "watch",    DUTY_REPORT | DUTY_TRADE) \
	X(LIAISON,  "liaison",  DUTY_REPORT | DUTY_SEND | DUTY_TRADE) \
	X(DIRECTOR, "director", DUTY_REPORT | DUTY_ASSESS | DUTY_SEND | DUTY_TRADE | DUTY_DIRECT) \
	X(ANALYST,  "analyst",  DUTY_ASSESS) \
	X(ADMIN_OFFICE, "admin", DUTY_TRADE | DUTY_ADMIN)
/* clang-format on */

enum duty_right_number {
#define X(name, help) DUTY_NUMBER_##name,
	DUTY_RIGHT_ROWS(X)
#undef X
};

enum duty_right {
#define X(name, help) DUTY_##name = 1u << DUTY_NUMBER_##name,
	DUTY_RIGHT_ROWS(X)
#undef X
};

enum {
	DUTY_TOKEN_TEXT = 44,
	DUTY_NAME_MAX = 64,
	DUTY_LACK_MAX = 256,
	DUTY_SESSION_MS = 12 * 3600 * 1000,
	DUTY_WISH_MS = 24 * 3600 * 1000
};

/* Makes the tables in an empty file.  ERR_CORRUPT also when the tables are others. */
MUST_USE enum err duty_open(const char *path, struct duty **duty);
void duty_close(struct duty *duty);

/*
 * The account behind a token, if it holds the named duty ("" = the first it holds) and that duty
 * has the right. WHY_NONE, WHY_NO_ACCOUNT, WHY_NO_DUTY or WHY_ACCOUNTS_DAMAGED.
 */
enum why duty_check(struct duty *duty, struct span token, struct span name, unsigned right,
		    int64_t now_ms, char account[DUTY_NAME_MAX], char chosen[DUTY_NAME_MAX]);

/* What an account that was refused a right lacks, for people: which duties may do it, which it was
 * used with ("": any), which it holds. */
void duty_lack(struct duty *duty, struct span account, struct span name, unsigned right,
	       char text[DUTY_LACK_MAX]);

/* Whether there is an account of that name that holds a duty with the right. */
bool duty_may(struct duty *duty, struct span account, unsigned right);

/* Adds an account with a comma-separated list of duties and a standing token (no end).  ERR_EXISTS,
 * ERR_FORMAT. */
MUST_USE enum err duty_add(struct duty *duty, struct span account, struct span duties,
			   char token[DUTY_TOKEN_TEXT]);
MUST_USE enum err duty_remove(struct duty *duty, struct span account);

/* A new duty.db in a home, in which whoever owns the home ("local") holds every duty, and its token
 * in ctl.token.  ERR_EXISTS when that account is there. */
MUST_USE enum err duty_begin(const char *home);

/* Keeps the hash of a passphrase that clerk made, and ends the account's sessions; reads it back
 * ("" when there is none). */
MUST_USE enum err duty_set_pass(struct duty *duty, struct span account, struct span hash_text);
MUST_USE enum err duty_get_pass(struct duty *duty, struct span account, char *hash_text,
				size_t size);

/* A session of DUTY_SESSION_MS for an account whose passphrase held. */
MUST_USE enum err duty_session(struct duty *duty, struct span account, int64_t now_ms,
			       char token[DUTY_TOKEN_TEXT]);

/* Ends the session of a token.  ERR_NOT_FOUND when there is none; a standing token has no session
 * and stays. */
MUST_USE enum err duty_logout(struct duty *duty, struct span token);

/*
 * What two officers must want: notes that an account wants it done to a record, and tells whether
 * another account wanted the same within the last day.  The wishes are forgotten when it did.
 */
struct hash;
MUST_USE enum err duty_second(struct duty *duty, const struct hash *record, struct span account,
			      int64_t now_ms, bool *is_second);

/* Notes that an account handed over the watch of a thread, and tells whether it did.  is_only: what
 * was noted of other threads is over. */
MUST_USE enum err duty_hand_over(struct duty *duty, struct span thread, struct span account,
				 bool is_only);
MUST_USE enum err duty_handed_over(struct duty *duty, struct span thread, struct span account,
				   bool *did);

/* 32 secret bytes of this station, made once: for names that only it can derive. */
void duty_secret(struct duty *duty, unsigned char secret[32]);

/* One line per account: name, duties. */
MUST_USE enum err duty_list(struct duty *duty, struct out *out);

/* The names of the duties that have all these rights (0: every duty), as "liaison or director". */
void duty_names(unsigned right, struct out *out);

/* The rights of a duty by name; 0 when there is none of that name. */
unsigned duty_rights(struct span name);

#endif
