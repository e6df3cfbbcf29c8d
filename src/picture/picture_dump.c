/*
 * Promises the picture as text that hangs on nothing but the set of items and states: ids instead
 * of row numbers, everything sorted by what it says.
 */
#include "picture/picture_store.h"

/* Each statement gives lines of text columns; a blob is shown in hexadecimal. */
static const char *const parts[] = {
    "SELECT 'item', hex(i.id), i.thread, i.station, i.kind, i.position, i.filed_ms, i.arrived_ms, "
    "i.is_own, i.is_late, i.is_erased, i.is_current, i.is_retracted, i.is_asking, i.link, i.type, "
    "i.severity, i.from_ms, i.to_ms, i.precision, i.level, i.mgrs, i.lat, i.lon, i.south, i.west, "
    "i.north, i.east, i.governorate, i.district, i.people, i.information, hex(g.id), i.rank "
    "FROM item i LEFT JOIN item g ON g.n = i.grp ORDER BY i.id",
    "SELECT 'body', hex(i.id), hex(b.record) FROM body b JOIN item i ON i.n = b.n ORDER BY i.id",
    "SELECT 'ref', hex(r.target), r.field, hex(i.id) FROM ref r JOIN item i ON i.n = r.source "
    "ORDER BY r.target, r.field, i.id",
    "SELECT 'figure', hex(i.id), f.field, f.low, f.best, f.high, f.word FROM figure f JOIN item i "
    "ON i.n = f.n ORDER BY i.id, f.field",
    "SELECT 'area', hex(i.id), a.south, a.north, a.west, a.east, a.from_min, a.to_min FROM area a "
    "LEFT JOIN item i ON i.n = a.n ORDER BY i.id",
    "SELECT 'words', hex(i.id), w.term, w.\"offset\" FROM temp.dump_words w LEFT JOIN item i ON "
    "i.n = w.doc ORDER BY i.id, w.\"offset\", w.term",
    "SELECT 'state', hex(id), party, state, at_ms, why FROM state ORDER BY id, party, state",
};

static enum err
dump_part(struct picture *picture, const char *sql, struct out *out)
{
	sqlite3_stmt *statement;
	bool has_row;
	enum err err = db_prepare(picture->db, sql, &statement);

	while (err == ERR_OK && (err = db_step(statement, &has_row)) == ERR_OK && has_row) {
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			if (i > 0)
				out_char(out, ' ');
			if (sqlite3_column_type(statement, i) == SQLITE_NULL)
				out_char(out, '-');
			else
				out_span(out, db_text(statement, i));
		}
		out_char(out, '\n');
	}
	(void)sqlite3_finalize(statement);
	return err;
}

enum err
picture_dump(struct picture *picture, struct out *out)
{
	enum err err;

	/* A reader is query_only, which also forbids tables of its own. */
	err = db_run(picture->db,
		     "PRAGMA query_only=OFF; CREATE VIRTUAL TABLE IF NOT EXISTS temp.dump_words "
		     "USING fts5vocab(main, words, instance)");
	for (size_t i = 0; err == ERR_OK && i < sizeof parts / sizeof *parts; i++)
		err = dump_part(picture, parts[i], out);
	if (!picture->is_writer && err == ERR_OK)
		err = db_run(picture->db, "PRAGMA query_only=ON");
	return err != ERR_OK ? err : out_err(out);
}
