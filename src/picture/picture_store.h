#ifndef SEAM_PICTURE_STORE_H
#define SEAM_PICTURE_STORE_H

#include "base/db.h"
#include "base/file.h"
#include "picture/picture.h"

/*
 * Inside of the picture room: the open file, its statements, what a batch has touched.
 *
 * Tables of picture.db (user_version PICTURE_FORM):
 *   item   one row per version, everything lists filter by
 *   body   n → record_write(); the only place with whole records
 *   ref    target id, field (re, incident, link_to), source n
 *   figure n * 256 + field → low, best, high, word
 *   area   R*Tree: box of the square or shape in 1e-7 degree, minutes from and to; current ones
 * only, those without a place in a corner that no query reaches words  FTS5 without content: folded
 * words of every version that is not erased state  id, party, state → at, why
 */
enum { PICTURE_FORM = 3 };

/* clang-format off */
#define PICTURE_SQL_ROWS(X) \
	X(FIND, "SELECT n, thread, station, kind, position, filed_ms, arrived_ms, is_late, is_erased FROM item WHERE id = ?") \
	X(FIND_ROW, "SELECT n, thread, station, kind, position, filed_ms, arrived_ms, is_late, is_erased FROM item WHERE n = ?1" \
	       " AND id = ?2") \
	X(ADD, "INSERT INTO item VALUES (NULL,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23," \
	       "?24,?25,?26,?27,?28,?29,?30,?31,?32,NULL,0)") \
	X(CHANGE, "UPDATE item SET kind=?5, position=?6, filed_ms=?7, arrived_ms=?8, is_late=?10, is_erased=?11, is_asking=?14," \
	       " link=?15, type=?16, severity=?17, from_ms=?18, to_ms=?19, precision=?20, level=?21, mgrs=?22, lat=?23, lon=?24," \
	       " south=?25, west=?26, north=?27, east=?28, governorate=?29, district=?30, people=?31, information=?32 WHERE n=?1") \
	X(MOVE, "UPDATE item SET position=?2 WHERE n=?1") \
	X(BODY, "SELECT record FROM body WHERE n = ?") \
	X(BODY_PUT, "INSERT OR REPLACE INTO body VALUES (?,?)") \
	X(BODY_DROP, "DELETE FROM body WHERE n = ?") \
	X(REF_PUT, "INSERT OR IGNORE INTO ref VALUES (?,?,?)") \
	X(REF_DROP, "DELETE FROM ref WHERE source = ?") \
	X(REFS_TO, "SELECT r.field, r.source, s.kind, s.station FROM ref r JOIN item s ON s.n = r.source WHERE r.target = ?") \
	X(REFS_OF, "SELECT field, target FROM ref WHERE source = ?") \
	X(FIGURE_PUT, "INSERT OR REPLACE INTO figure VALUES (?,?,?,?,?,?)") \
	X(FIGURE_DROP, "DELETE FROM figure WHERE n = ?") \
	X(WORDS_PUT, "INSERT INTO words(rowid, text) VALUES (?,?)") \
	X(WORDS_DROP, "INSERT INTO words(words, rowid, text) VALUES ('delete',?,?)") \
	X(THREAD_IS_HELD, "SELECT 1 FROM item WHERE thread = ? LIMIT 1") \
	X(VERSIONS, "SELECT n, id, kind, is_erased, is_current, is_retracted, grp FROM item WHERE thread = ? AND station = ?" \
	       " ORDER BY position DESC, filed_ms DESC, id DESC") \
	X(NODE_OF, "SELECT thread, station FROM item WHERE n = ?") \
	X(IS_RETRACTED, "SELECT 1 FROM ref r JOIN item s ON s.n = r.source WHERE r.target = ?1 AND r.field = ?2 AND s.kind = ?3" \
	       " AND s.station = ?4 AND s.is_erased = 0 LIMIT 1") \
	X(SET_CURRENT, "UPDATE item SET is_current=?2, is_retracted=?3, grp=CASE WHEN ?2 THEN grp END, rank=CASE WHEN ?2 THEN" \
	       " rank ELSE 0 END WHERE n=?1") \
	X(CURRENT_OF, "SELECT c.n FROM item v JOIN item c ON c.thread = v.thread AND c.station = v.station WHERE v.id = ?" \
	       " AND c.is_current = 1") \
	X(ID_OF, "SELECT id FROM item WHERE n = ?") \
	X(GROUP_OF, "SELECT grp FROM item WHERE n = ?") \
	X(MEMBERS, "SELECT n FROM item WHERE grp = ?") \
	X(TOUCHES, "SELECT r.field, s.n, s.kind, s.is_own, ifnull(s.link, -1) FROM item u JOIN item v ON v.thread = u.thread AND" \
	       " v.station = u.station JOIN ref r ON r.target = v.id JOIN item s ON s.n = r.source WHERE u.n = ? AND" \
	       " s.is_current = 1") \
	X(RANKING, "SELECT is_current, kind, is_own, from_ms, id FROM item WHERE n = ?") \
	X(SET_GROUP, "UPDATE item SET grp=?2, rank=?3 WHERE n=?1 AND (grp IS NOT ?2 OR rank <> ?3)") \
	X(BOX_OF, "SELECT is_current, south, west, north, east, from_ms, to_ms FROM item WHERE n = ?") \
	X(FIGURE_OF, "SELECT low, best, high, word FROM figure WHERE n = ? AND field = ?") \
	X(AREA_PUT, "INSERT OR REPLACE INTO area VALUES (?,?,?,?,?,?,?)") \
	X(AREA_DROP, "DELETE FROM area WHERE n = ?") \
	X(STATE_PUT, "INSERT INTO state VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET at_ms=excluded.at_ms, why=excluded.why WHERE" \
	       " (excluded.at_ms, excluded.why) > (at_ms, why)") \
	X(NEWEST, "SELECT n, id FROM item ORDER BY n DESC LIMIT 1") \
	X(NEWS, "SELECT n, id FROM item WHERE n > ? ORDER BY n LIMIT ?") \
	X(MARK_PUT, "UPDATE meta SET mark = ?") \
	X(RECORD, "SELECT " PICTURE_ROW_COLUMNS " FROM item WHERE id = ?") \
	X(LATEST, "SELECT " PICTURE_ROW_COLUMNS " FROM item WHERE is_current = 1 AND kind = ?1 AND station = ?2" \
	       " ORDER BY position DESC, filed_ms DESC LIMIT 1") \
	X(RED, "SELECT i.n, i.id, i.kind FROM item i WHERE i.n > ?1 AND i.is_current = 1 AND i.severity = 0 AND" \
	       " (i.is_own = 1 AND i.kind = ?2 OR i.is_own = 0 AND (?3 >> i.kind) & 1 AND NOT EXISTS (SELECT 1 FROM item v" \
	       " JOIN ref r ON r.target = v.id AND r.field = ?5 JOIN item s ON s.n = r.source WHERE v.thread = i.thread AND" \
	       " v.station = i.station AND s.is_current = 1 AND s.is_own = 1 AND s.kind = ?4)) ORDER BY i.n") \
	X(THREAD, "SELECT " PICTURE_ROW_COLUMNS " FROM item WHERE thread = ? ORDER BY station, position, filed_ms, id") \
	X(INCIDENT, "SELECT " PICTURE_ROW_COLUMNS " FROM item v JOIN item c ON c.thread = v.thread AND c.station = v.station AND" \
	       " c.is_current = 1 JOIN item ON item.n = c.n OR item.grp = c.grp WHERE v.id = ? ORDER BY item.rank, item.id") \
	X(NOTES, "SELECT DISTINCT " PICTURE_ROW_COLUMNS " FROM item u JOIN item v ON v.thread = u.thread AND v.station = u.station" \
	       " JOIN ref r ON r.target = v.id JOIN item ON item.n = r.source WHERE u.id = ?1 AND item.is_current = 1 AND r.field <> ?2" \
	       " AND (?3 >> item.kind) & 1 ORDER BY CASE item.filed_ms WHEN 0 THEN item.arrived_ms ELSE item.filed_ms END," \
	       " item.station, item.position, item.id") \
	X(STATES, "SELECT party, state, at_ms, why FROM state WHERE id = ? ORDER BY party, state")
/* clang-format on */

enum picture_sql {
#define X(name, text) PICTURE_SQL_##name,
	PICTURE_SQL_ROWS(X)
#undef X
	    PICTURE_SQL_COUNT
};

/* South, west, north, east in 1e-7 degree, then from and to in minutes since 1970. */
struct picture_box {
	int64_t n;
	int32_t at[6];
};

/* A growing list of row numbers. */
struct picture_list {
	int64_t *n;
	size_t count, size;
};

/* A set of row numbers (never 0). */
struct picture_set {
	int64_t *n;
	size_t count, size;
};

MUST_USE enum err picture_set_add(struct picture_set *set, int64_t n, bool *is_new);
bool picture_set_has(const struct picture_set *set, int64_t n);
void picture_set_free(struct picture_set *set);

/* Row numbers by the first bytes of their ids; the first of equal keys stays. */
struct picture_map {
	struct picture_slot {
		uint64_t key;
		int64_t n;
	} * slots;
	size_t count, size;
};

MUST_USE enum err picture_map_add(struct picture_map *map, uint64_t key, int64_t n);
int64_t picture_map_get(const struct picture_map *map, uint64_t key); /* 0: none */
void picture_map_free(struct picture_map *map);

struct picture {
	sqlite3 *db;
	struct station own;
	struct party party;
	bool is_writer;
	bool is_in_batch;
	bool has_erased; /* in this batch */
	bool is_untidy;  /* traces of something erased may be in the file */
	/* A new file has no indexes on its items until the first batch ends: made at once they cost
	 * a third.  Until then these two stand in: ids, and hashes of threads. */
	bool is_bare;
	struct picture_map ids;
	struct picture_set threads;
	sqlite3_stmt *sql[PICTURE_SQL_COUNT];
	struct arena *arena; /* of one put */
	struct out blob, words;
	struct record one, other; /* of one put: a few kB each, too much for the stack */
	/* Of the batch: rows whose statement must be folded again; rows whose incident must; boxes
	 * of versions that were current from the start. */
	struct picture_list dirty, loose;
	struct picture_list moved; /* rows whose box must be set again */
	unsigned steps;            /* thousands left to a query that is limited */
	struct picture_box *boxes;
	size_t n_boxes, boxes_size;
};

/* The statement, prepared at its first use. */
MUST_USE enum err picture_store_sql(struct picture *picture, enum picture_sql which,
				    sqlite3_stmt **statement);

MUST_USE enum err picture_list_add(struct picture_list *list, int64_t n);
void picture_list_sort(struct picture_list *list);                 /* and drops what is twice */
bool picture_list_has(const struct picture_list *list, int64_t n); /* of a sorted list */
void picture_list_free(struct picture_list *list);

/* A box that no place is in, for versions without a place. */
enum { PICTURE_NOWHERE_E7 = 2000000000 };

/* Box of a place, a shape, or nowhere, and the two minutes. */
void picture_area_box(const struct record *record, int64_t from_ms, int64_t to_ms, int32_t at[6]);

/* Percent by which a degree of latitude must grow to cover one of longitude at that latitude; too
 * wide is right, too narrow is not. */
int64_t picture_area_widening(int32_t lat_e7);

/* Minutes since 1970 as far as they fit. */
int32_t picture_area_minute(int64_t at_ms);

/* A version as its row will be. */
struct picture_version {
	int64_t n; /* 0: not held yet */
	struct hash id;
	struct span thread;
	struct station station;
	enum kind kind;
	int64_t position, filed_ms, arrived_ms;
	bool is_late, is_erased, is_current;
	const struct record *record; /* NULL when erased */
};

/* The row of an id; n is 0 when it is not held. */
MUST_USE enum err picture_version_find(struct picture *picture, const struct hash *id,
				       struct picture_version *version);

/* Its record, and the bytes it was read from. */
MUST_USE enum err picture_version_read(struct picture *picture, int64_t n, struct span *blob,
				       struct record *record);

/* The row alone; *box is where it now lies. */
MUST_USE enum err picture_version_write_row(struct picture *picture,
					    const struct picture_version *version,
					    struct picture_box *box);

/* Row, body (picture->blob), words, references and figures; fills n for a new one. */
MUST_USE enum err picture_version_write(struct picture *picture, struct picture_version *version);

/* Takes words, references and figures away again; `held` is the record they came from. */
MUST_USE enum err picture_version_unwrite(struct picture *picture, int64_t n,
					  const struct record *held);

/* And the body. */
MUST_USE enum err picture_version_drop_body(struct picture *picture, int64_t n);

/* Keeps a box until the batch is folded. */
MUST_USE enum err picture_area_wait(struct picture *picture, const struct picture_box *box);

/* Brings the R*Tree up to date with the batch. */
MUST_USE enum err picture_area_flush(struct picture *picture);

/* Decides for every dirty row what is current, then for every loose one its incident. */
MUST_USE enum err picture_settle(struct picture *picture);

/* Removes the content of a version; part of a batch. */
MUST_USE enum err picture_put_blank(struct picture *picture, int64_t n, const struct hash *id);

/* The time a version stands at: its when, else its window, else (false) the moment it was filed or
 * came. */
bool picture_version_when(const struct record *record, int64_t filed_ms, int64_t arrived_ms,
			  struct when *when);

/* The columns every list shows, in the order picture_row_read() expects. */
#define PICTURE_ROW_COLUMNS                                                                        \
	"item.n, item.id, item.thread, item.station, item.kind, item.position, item.filed_ms, "    \
	"item.arrived_ms, item.is_own, item.is_current, item.is_retracted, item.is_erased, "       \
	"item.is_late, item.grp, item.from_ms, item.to_ms, item.precision, item.level, "           \
	"item.mgrs, "                                                                              \
	"item.lat, item.lon, item.type, item.severity, item.governorate, item.district"

/* Reads the columns above; with its record when asked. */
MUST_USE enum err picture_row_read(struct picture *picture, sqlite3_stmt *statement,
				   bool with_record, struct arena *arena, struct picture_row *row);

/* The whole record of row `n`, in the arena.  ERR_CORRUPT where there is none. */
MUST_USE enum err picture_row_record(struct picture *picture, int64_t n, struct arena *arena,
				     const struct record **record);

/* All rows of a statement (which it finishes), up to `max`. */
MUST_USE enum err picture_row_collect(struct picture *picture, sqlite3_stmt *statement,
				      bool with_records, struct arena *arena,
				      struct picture_row **rows, size_t *n);

/* Room for one more in an arena array that doubles; NULL without memory. */
void *picture_row_grow(struct arena *arena, void *rows, size_t n, size_t *size, size_t each);

struct hash picture_row_hash(sqlite3_stmt *statement, int column);

/* Conditions of a query as SQL after "WHERE", with what is bound to them. */
struct picture_filter {
	struct out sql;
	struct {
		bool is_text;
		int64_t number;
		struct span text;
	} bound[40];
	int n;
	char match[4096];
	bool is_empty; /* the text has no word in it: nothing is found */
	bool has_area; /* box, circle or time: worth the R*Tree */
	struct geo_box box;
};

MUST_USE enum err picture_query_filter(const struct picture_query *query, uint32_t kinds,
				       bool only_current, struct picture_filter *filter);
void picture_query_bind(const struct picture_filter *filter, sqlite3_stmt *statement);
void picture_query_free(struct picture_filter *filter);

/* "FROM …" for the cheapest way to the rows of a filter. */
MUST_USE enum err picture_query_from(struct picture *picture, const struct picture_query *query,
				     const struct picture_filter *filter, const char **from);

/* Whether a row found really touches the circle asked for; sets row->distance_m. */
bool picture_query_is_near(const struct picture_query *query, struct picture_row *row);

/* Reads low, best, high, word. */
struct quantity picture_row_quantity(sqlite3_stmt *statement, int column);

/* Starts and ends the limit on steps; ERR_LIMIT then comes from db_step(). */
void picture_query_guard(struct picture *picture, unsigned thousands);

#endif
