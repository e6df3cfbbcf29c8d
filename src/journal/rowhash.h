#ifndef SEAM_JOURNAL_ROWHASH_H
#define SEAM_JOURNAL_ROWHASH_H

#include "base/db.h"

/*
 * Gives SQL the function rowhash(TABLE, COLUMN…): SHA-256 over "seam/row/1", the table's name and
 * each value with its type and length.  Finds flipped bits, not forgers: it has no key; forging is
 * what the log is for.
 */
MUST_USE enum err rowhash_install(sqlite3 *db);

#endif
