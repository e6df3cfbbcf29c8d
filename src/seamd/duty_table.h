#ifndef SEAM_SEAMD_DUTY_TABLE_H
#define SEAM_SEAMD_DUTY_TABLE_H

#include "journal/tables.h"

/*
 * The tables of duty.db, each with a row hash over the columns named here.  X(name, key, hashed):
 * the key names a row to people; it holds no token and no hash of one.
 */
#define DUTY_TABLE_ACCOUNT "name, duties, pass"
#define DUTY_TABLE_SESSION "token, account, until_ms"
#define DUTY_TABLE_SECRET  "id, bytes"
#define DUTY_TABLE_WISH    "record, account, at_ms"
#define DUTY_TABLE_HANDED  "thread, account"

/* clang-format off */
#define DUTY_TABLE_ROWS(X) \
	X(account, "name",                                        DUTY_TABLE_ACCOUNT) \
	X(session, "'of '||account||' until '||until_ms",         DUTY_TABLE_SESSION) \
	X(secret,  "id",                                          DUTY_TABLE_SECRET) \
	X(wish,    "'of '||account||' of the record '||hex(record)", DUTY_TABLE_WISH) \
	X(handed,  "'of '||account||' of the thread '||thread",   DUTY_TABLE_HANDED)
/* clang-format on */

extern const struct tables_row duty_table[]; /* ends with a NULL name */

/* The schema of a new file. */
MUST_USE enum err duty_table_make(sqlite3 *db);

#endif
