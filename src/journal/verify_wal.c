/*
 * Promises that damage in a write-ahead log is named by its frame before SQLite passes over it, and
 * that a commit which never ended is told from one.
 */
#include "journal/verify_log.h"

#include "base/file.h"

#include <string.h>

static const char *const log_names[VERIFY_WALS] = {"journal.db", "keys.db", "head.db"};

void
verify_wal_one(struct verify_check *check, const char *dir, const char *name,
	       struct wal_found *found)
{
	char path[FILE_PATH_MAX];
	char text[WAL_TEXT_MAX];
	enum err err = file_path(path, sizeof path, dir, name);

	memset(found, 0, sizeof *found);
	if (err == ERR_OK)
		err = wal_look(path, found);
	if (err != ERR_OK)
		verify_fail(check, name, err);
	if (found->state != WAL_DAMAGED)
		return;
	wal_say(text, name, found);
	verify_fault(check, "%s", text);
}

void
verify_wal_look(struct verify_check *check, const char *dir, struct wal_found found[VERIFY_WALS])
{
	for (size_t i = 0; i < VERIFY_WALS; i++)
		verify_wal_one(check, dir, log_names[i], &found[i]);
}

void
verify_wal_count(struct verify_check *check, const char *dir,
		 const struct wal_found before[VERIFY_WALS])
{
	for (size_t i = 0; i < VERIFY_WALS; i++) {
		char path[FILE_PATH_MAX];
		struct wal_found now;

		if (before[i].state == WAL_UNFINISHED &&
		    file_path(path, sizeof path, dir, log_names[i]) == ERR_OK &&
		    wal_look(path, &now) == ERR_OK && now.state == WAL_UNFINISHED &&
		    now.frame == before[i].frame)
			check->counts->unfinished++;
	}
}
