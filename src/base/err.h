#ifndef SEAM_BASE_ERR_H
#define SEAM_BASE_ERR_H

/*
 * The one table of failures.  A failure is ours or the machine's (no memory, no disk, a broken
 * file); a refusal of somebody's input is no failure and travels as a reason (model/why.h) instead.
 */

/* clang-format off */
#define ERR_ROWS(X) \
	X(OK,        "done") \
	X(NOMEM,     "out of memory") \
	X(IO,        "reading or writing failed") \
	X(FULL,      "no space left on the disk") \
	X(LIMIT,     "larger than the limit") \
	X(FORMAT,    "not in the expected form") \
	X(NOT_FOUND, "not found") \
	X(EXISTS,    "exists already") \
	X(REFUSED,   "refused") \
	X(LOCKED,    "in use by another process") \
	X(CORRUPT,   "stored data does not match its hash") \
	X(BUSY,      "busy, try again") \
	X(CONFIG,    "wrong configuration") \
	X(KEY,       "a key is missing or does not open") \
	X(CLOSED,    "the other side has closed") \
	X(SYSTEM,    "the system refused a call") \
	X(INTERNAL,  "a fault in this program") \
	X(NOT_PLAIN, "there is a device, pipe, socket, link or folder of that name, and it was left as " \
		     "it is: give the name of a plain file")
/* clang-format on */

enum err {
#define X(name, text) ERR_##name,
	ERR_ROWS(X)
#undef X
	    ERR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

/* The text for people; never NULL, also for a value outside the table. */
const char *err_text(enum err err);

/* The failure that a system call's errno stands for; unknown ones are ERR_SYSTEM. */
enum err err_from_errno(int number);

#endif
