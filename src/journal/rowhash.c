/*
 * Promises one hash per stored row, separated by table, computed where the row is: inside SQL.
 */
#include "journal/rowhash.h"

#include "base/hash.h"

#include <string.h>

static void
add_sized(struct hash_run *run, char type, const void *bytes, int n)
{
	unsigned char head[9];
	uint64_t length = n > 0 ? (uint64_t)n : 0;

	head[0] = (unsigned char)type;
	for (size_t i = 0; i < 8; i++)
		head[1 + i] = (unsigned char)(length >> (56 - 8 * i));
	hash_run_add(run, span_make(head, sizeof head));
	hash_run_add(run, span_make(bytes, (size_t)length));
}

static void
add_integer(struct hash_run *run, int64_t value)
{
	unsigned char bytes[9];

	bytes[0] = 'i';
	for (size_t i = 0; i < 8; i++)
		bytes[1 + i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
	hash_run_add(run, span_make(bytes, sizeof bytes));
}

static void
add_value(struct hash_run *run, sqlite3_value *value)
{
	const void *bytes;

	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		add_integer(run, sqlite3_value_int64(value));
		break;
	case SQLITE_TEXT:
		bytes = sqlite3_value_text(value);
		add_sized(run, 't', bytes, sqlite3_value_bytes(value));
		break;
	case SQLITE_BLOB:
		bytes = sqlite3_value_blob(value);
		add_sized(run, 'b', bytes, sqlite3_value_bytes(value));
		break;
	default:
		add_sized(run, 'n', NULL, 0);
	}
}

static void
rowhash(sqlite3_context *context, int count, sqlite3_value **value)
{
	struct hash_run *run = sqlite3_user_data(context);
	struct hash hash;

	hash_run_add(run, SPAN("seam/row/1"));
	for (int i = 0; i < count; i++)
		add_value(run, value[i]);
	hash = hash_run_end(run);
	sqlite3_result_blob(context, hash.b, HASH_SIZE, SQLITE_TRANSIENT);
}

static void
give_back(void *run)
{
	hash_run_free(run);
}

enum err
rowhash_install(sqlite3 *db)
{
	struct hash_run *run = hash_run_new();

	if (!run)
		return ERR_NOMEM;
	return db_err(sqlite3_create_function_v2(
	    db, "rowhash", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, run, rowhash,
	    NULL, NULL, give_back));
}
