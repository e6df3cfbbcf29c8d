/*
 * Promises that the R*Tree holds exactly the current versions, with the box of their square or
 * shape and their time.  Many at once (a refold) are packed by sort-tile-recursive order straight
 * into the tables of the tree, whose form SQLite documents in ext/rtree/rtree.c: a node is two
 * bytes of depth (root only), two of count, then cells of an 8-byte number and 4-byte coordinates,
 * all big-endian.  One by one, 100,000 inserts cost a second; packed, a tenth of it.
 */
#include "picture/picture_store.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	DIMENSIONS = 6,
	CELL = 8 + 4 * DIMENSIONS,
	NODE_CELLS = 51, /* of the tree's own node size for this cell, RTREE_MAXCELLS */
	FILL = 48,       /* packed nodes leave room for a few more */
	NODE_SIZE = 4 + NODE_CELLS * CELL,
	DEPTH_MAX = 8,
	MANY = 2000,       /* below this the tree's own insert is as good */
	E7_PER_METRE = 91, /* 1e7 / 110,574 rounded up: a metre of latitude is never more */
	MINUTE_MS = 60000,
};

/* Columns of area: south, north, west, east, from, to; boxes have south, west, north, east. */
static const int order[DIMENSIONS] = {0, 2, 1, 3, 4, 5};

int32_t
picture_area_minute(int64_t at_ms)
{
	int64_t minute = at_ms / MINUTE_MS - (at_ms % MINUTE_MS < 0);

	if (minute > INT32_MAX)
		return INT32_MAX;
	return minute < INT32_MIN ? INT32_MIN : (int32_t)minute;
}

/* 1 / cos at the upper end of each five degrees, rounded up. */
int64_t
picture_area_widening(int32_t lat_e7)
{
	static const int16_t percent[] = {101, 102, 104, 107, 111, 116, 123, 131, 142,
					  156, 175, 200, 237, 293, 387, 576, 1148};
	int64_t band = llabs((long long)lat_e7) / GEO_E7 / 5;

	return band < 17 ? percent[band] : 3000;
}

static int32_t
clamp(int64_t value, int64_t limit)
{
	return (int32_t)(value > limit ? limit : value < -limit ? -limit : value);
}

/* The square lies turned by the grid's convergence (at most 3 degrees away from its meridian): its
 * half side grows by a tenth. */
static void
box_of_square(const struct place *place, int32_t at[4])
{
	int64_t half = (int64_t)place_size_m(place->level) * E7_PER_METRE * 11 / 20;
	int64_t wide = half * picture_area_widening(place->lat_e7) / 100;

	at[0] = clamp(place->lat_e7 - half, 900000000);
	at[1] = clamp(place->lon_e7 - wide, 1800000000);
	at[2] = clamp(place->lat_e7 + half, 900000000);
	at[3] = clamp(place->lon_e7 + wide, 1800000000);
}

static void
box_of_shape(const struct shape *shape, int32_t at[4])
{
	for (uint16_t i = 0; i < shape->n; i++) {
		const struct shape_point *point = &shape->points[i];

		if (i == 0 || point->lat_e7 < at[0])
			at[0] = point->lat_e7;
		if (i == 0 || point->lon_e7 < at[1])
			at[1] = point->lon_e7;
		if (i == 0 || point->lat_e7 > at[2])
			at[2] = point->lat_e7;
		if (i == 0 || point->lon_e7 > at[3])
			at[3] = point->lon_e7;
	}
}

void
picture_area_box(const struct record *record, int64_t from_ms, int64_t to_ms,
		 int32_t at[DIMENSIONS])
{
	const struct value *place = record ? &record->field[FIELD_PLACE] : NULL;
	const struct value *shape = record ? &record->field[FIELD_SHAPE] : NULL;

	for (int i = 0; i < 4; i++)
		at[i] = PICTURE_NOWHERE_E7;
	if (place && place->is_set && place->place.level > 0)
		box_of_square(&place->place, at);
	else if (shape && shape->is_set && shape->shape && shape->shape->n > 0)
		box_of_shape(shape->shape, at);
	at[4] = picture_area_minute(from_ms);
	at[5] = picture_area_minute(to_ms);
}

enum err
picture_area_wait(struct picture *picture, const struct picture_box *box)
{
	if (picture->n_boxes == picture->boxes_size) {
		size_t size = picture->boxes_size ? 2 * picture->boxes_size : 256;
		struct picture_box *more = realloc(picture->boxes, size * sizeof *more);

		if (!more)
			return ERR_NOMEM;
		picture->boxes = more;
		picture->boxes_size = size;
	}
	picture->boxes[picture->n_boxes++] = *box;
	return ERR_OK;
}

static enum err
put_one(struct picture *picture, const struct picture_box *box)
{
	sqlite3_stmt *statement;
	enum err err = picture_store_sql(picture, PICTURE_SQL_AREA_PUT, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, box->n);
	for (int i = 0; i < DIMENSIONS; i++)
		db_bind_int(statement, 2 + i, box->at[order[i]]);
	return db_do(statement);
}

/* The box of a row that was folded again, or none when it is no longer current. */
static enum err
move_one(struct picture *picture, int64_t n)
{
	struct picture_box box = {.n = n};
	sqlite3_stmt *statement;
	bool has_row, is_current;
	enum err err = picture_store_sql(picture, PICTURE_SQL_BOX_OF, &statement);

	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	err = db_step(statement, &has_row);
	if (err != ERR_OK || !has_row)
		return err;
	is_current = db_int(statement, 0) != 0;
	for (int i = 0; i < 4; i++)
		box.at[i] = (int32_t)db_int(statement, 1 + i);
	box.at[4] = picture_area_minute(db_int(statement, 5));
	box.at[5] = picture_area_minute(db_int(statement, 6));
	db_reset(statement);
	if (is_current)
		return picture_area_wait(picture, &box);
	err = picture_store_sql(picture, PICTURE_SQL_AREA_DROP, &statement);
	if (err != ERR_OK)
		return err;
	db_bind_int(statement, 1, n);
	return db_do(statement);
}

/* Packing: nodes of one level are written as they fill; their boxes become the cells of the next.
 */
struct cell {
	int64_t n;
	int32_t at[DIMENSIONS];
};

struct leaf {
	int64_t n, node;
};

struct packing {
	sqlite3_stmt *node, *rowid, *parent;
	struct leaf *leaves; /* written in the order of rows, which is far cheaper */
	size_t n_leaves;
	int64_t next; /* number of the next node; 1 is the root */
};

static int
compare(int32_t a, int32_t b)
{
	return (a > b) - (a < b);
}

#define BY(name, index)                                                                            \
	static int by_##name(const void *a, const void *b)                                         \
	{                                                                                          \
		const struct cell *x = a, *y = b;                                                  \
		int sign = compare(x->at[index], y->at[index]);                                    \
                                                                                                   \
		return sign ? sign : (x->n > y->n) - (x->n < y->n);                                \
	}
BY(south, 0)
BY(west, 1)
BY(time, 4)
#undef BY

/* Slabs of latitude, in them columns of longitude, in them time. */
static void
tile(struct cell *cells, size_t n)
{
	size_t nodes = (n + FILL - 1) / FILL, cut = 1, slab, column;

	while (cut * cut * cut < nodes)
		cut++;
	slab = (n + cut - 1) / cut;
	column = (slab + cut - 1) / cut;
	qsort(cells, n, sizeof *cells, by_south);
	for (size_t i = 0; i < n; i += slab) {
		size_t slab_n = n - i < slab ? n - i : slab;

		qsort(cells + i, slab_n, sizeof *cells, by_west);
		for (size_t k = 0; k < slab_n; k += column)
			qsort(cells + i + k, slab_n - k < column ? slab_n - k : column,
			      sizeof *cells, by_time);
	}
}

static void
put_u32(unsigned char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (24 - 8 * i));
}

static void
write_cell(unsigned char *at, const struct cell *cell)
{
	put_u32(at, (uint32_t)((uint64_t)cell->n >> 32));
	put_u32(at + 4, (uint32_t)((uint64_t)cell->n & 0xffffffffU));
	for (int i = 0; i < DIMENSIONS; i++)
		put_u32(at + 8 + 4 * i, (uint32_t)cell->at[order[i]]);
}

static void
grow(struct cell *hull, const struct cell *cell)
{
	for (int i = 0; i < DIMENSIONS; i++) {
		bool is_low = i == 0 || i == 1 || i == 4;

		if (is_low ? cell->at[i] < hull->at[i] : cell->at[i] > hull->at[i])
			hull->at[i] = cell->at[i];
	}
}

static enum err
put_pair(sqlite3_stmt *statement, int64_t key, int64_t value)
{
	db_bind_int(statement, 1, key);
	db_bind_int(statement, 2, value);
	return db_do(statement);
}

/* Writes cells as one node of that number; tells each child where it hangs; *hull covers them. */
static enum err
write_node(struct packing *packing, int64_t number, unsigned depth, unsigned level,
	   const struct cell *cells, size_t n, struct cell *hull)
{
	unsigned char node[NODE_SIZE] = {0};
	enum err err;

	assert(n <= NODE_CELLS && depth <= DEPTH_MAX);
	node[1] = (unsigned char)depth;
	node[3] = (unsigned char)n;
	*hull = cells[0];
	hull->n = number;
	for (size_t i = 0; i < n; i++) {
		write_cell(node + 4 + i * CELL, &cells[i]);
		grow(hull, &cells[i]);
		if (level == 0) {
			packing->leaves[packing->n_leaves++] = (struct leaf){cells[i].n, number};
			continue;
		}
		err = put_pair(packing->parent, cells[i].n, number);
		if (err != ERR_OK)
			return err;
	}
	db_bind_int(packing->node, 1, number);
	db_bind_blob(packing->node, 2, span_make(node, sizeof node));
	return db_do(packing->node);
}

/* One level: the cells shared out evenly, since a node of the tree should be a third full. */
static enum err
write_level(struct packing *packing, unsigned level, struct cell *cells, size_t *n)
{
	size_t nodes = (*n + FILL - 1) / FILL, done = 0;

	for (size_t i = 0; i < nodes; i++) {
		size_t share = (*n - done) / (nodes - i);
		struct cell hull;
		enum err err =
		    write_node(packing, packing->next++, 0, level, cells + done, share, &hull);

		if (err != ERR_OK)
			return err;
		done += share;
		cells[i] = hull;
	}
	*n = nodes;
	return ERR_OK;
}

static int
by_row(const void *a, const void *b)
{
	const struct leaf *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

static enum err
write_leaves(struct packing *packing)
{
	enum err err = ERR_OK;

	qsort(packing->leaves, packing->n_leaves, sizeof *packing->leaves, by_row);
	for (size_t i = 0; i < packing->n_leaves && err == ERR_OK; i++)
		err = put_pair(packing->rowid, packing->leaves[i].n, packing->leaves[i].node);
	return err;
}

static enum err
write_tree(struct picture *picture, struct cell *cells, size_t n)
{
	struct packing packing = {.next = 2, .leaves = calloc(n, sizeof(struct leaf))};
	struct cell hull;
	unsigned level = 0;
	enum err err = packing.leaves ? ERR_OK : ERR_NOMEM;

	if (err == ERR_OK)
		err = db_run(picture->db, "DELETE FROM area_node; DELETE FROM area_rowid; "
					  "DELETE FROM area_parent");

	if (err == ERR_OK)
		err = db_prepare(picture->db, "INSERT INTO area_node VALUES (?,?)", &packing.node);
	if (err == ERR_OK)
		err =
		    db_prepare(picture->db, "INSERT INTO area_rowid VALUES (?,?)", &packing.rowid);
	if (err == ERR_OK)
		err = db_prepare(picture->db, "INSERT INTO area_parent VALUES (?,?)",
				 &packing.parent);
	for (; err == ERR_OK && n > FILL; level++)
		err = write_level(&packing, level, cells, &n);
	if (err == ERR_OK)
		err = write_node(&packing, 1, level, level, cells, n, &hull);
	if (err == ERR_OK)
		err = write_leaves(&packing);
	free(packing.leaves);
	(void)sqlite3_finalize(packing.node);
	(void)sqlite3_finalize(packing.rowid);
	(void)sqlite3_finalize(packing.parent);
	return err;
}

/* The boxes waiting replace the whole tree, which is empty. */
static enum err
pack(struct picture *picture)
{
	struct cell *cells = calloc(picture->n_boxes, sizeof *cells);
	enum err err;

	if (!cells)
		return ERR_NOMEM;
	for (size_t i = 0; i < picture->n_boxes; i++) {
		cells[i].n = picture->boxes[i].n;
		memcpy(cells[i].at, picture->boxes[i].at, sizeof cells[i].at);
	}
	tile(cells, picture->n_boxes);
	/* Defensive mode keeps SQL away from a virtual table's own tables; this once we mean it. */
	(void)sqlite3_db_config(picture->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	err = write_tree(picture, cells, picture->n_boxes);
	(void)sqlite3_db_config(picture->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	free(cells);
	return err;
}

static enum err
is_tree_empty(struct picture *picture, bool *is_empty)
{
	sqlite3_stmt *statement;
	bool has_row = false;
	enum err err = db_prepare(picture->db, "SELECT 1 FROM area_rowid LIMIT 1", &statement);

	if (err == ERR_OK)
		err = db_step(statement, &has_row);
	(void)sqlite3_finalize(statement);
	*is_empty = !has_row;
	return err;
}

enum err
picture_area_flush(struct picture *picture)
{
	size_t kept = 0;
	bool is_empty;
	enum err err = is_tree_empty(picture, &is_empty);

	/* What was current when it came and was folded again since has its box set by move_one().
	 */
	picture_list_sort(&picture->moved);
	for (size_t i = 0; i < picture->n_boxes; i++)
		if (!picture_list_has(&picture->moved, picture->boxes[i].n))
			picture->boxes[kept++] = picture->boxes[i];
	picture->n_boxes = kept;
	for (size_t i = 0; i < picture->moved.count && err == ERR_OK; i++)
		err = move_one(picture, picture->moved.n[i]);
	if (err == ERR_OK && is_empty && picture->n_boxes >= MANY)
		return pack(picture);
	for (size_t i = 0; i < picture->n_boxes && err == ERR_OK; i++)
		err = put_one(picture, &picture->boxes[i]);
	return err;
}
