/*
 * Folds records into a picture, opens it again, and asks it for box and time; beside it, in the
 * same run, the same boxes and the same questions on a bare R*Tree of SQLite.  Prints a table; the
 * numbers are this machine's, the ratio is what is compared.
 *
 *   picture-bench [RECORDS [FOLDER]]      default 100000, a folder of its own under /dev/shm or
 * /tmp
 */
#include "base/db.h"
#include "base/file.h"
#include "picture/picture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { QUERIES = 2000, ROWS = 100, BATCH = 256, BOX_E7 = 2000000, DAYS = 30, PLACES = 30000 };

#define DAY_MS   INT64_C(86400000)
#define FIRST_MS INT64_C(1388534400000) /* 2014-01-01; five years of days follow */

static double
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

static void
must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_text(err));
	exit(1);
}

static const char *const governorates[] = {"Kirkuk", "Diyala", "Salah al-Din", "Nineveh", "Erbil"};
static const char *const words[] = {"five",  "men",  "on",      "foot",  "near", "the",
				    "canal", "road", "heading", "north", "east", "lights",
				    "seen",  "from", "post",    "truck"};

/* Made beforehand: the grid is not what is measured. */
static struct place places[PLACES];

static void
make_places(void)
{
	uint32_t seed = 3;

	for (int i = 0; i < PLACES; i++)
		(void)place_of_point((int32_t)(340000000 + next_random(&seed) % 300 * 100000),
				     (int32_t)(420000000 + next_random(&seed) % 400 * 100000),
				     PLACE_100M, &places[i]);
}

/* One record as it comes from the journal: ten fields, a sentence, a place of its own. */
static void
make_record(struct record *record, uint32_t *seed, char text[200], char thread[32], int64_t number)
{
	size_t n = 0;
	struct value *field = record->field;

	record_init(record, KIND_INCIDENT);
	(void)snprintf(thread, 32, "%021" PRId64 "A", number * 7919 % 1000000007);
	record->thread = span_make(thread, 22);
	(void)station_read(SPAN("a/makhmour"), &record->station);
	record->filed_ms = FIRST_MS + number * 1000;
	field[FIELD_TYPE].is_set = true;
	field[FIELD_TYPE].code = (uint16_t)(next_random(seed) % TYPE_COUNT);
	field[FIELD_WHEN].is_set = true;
	field[FIELD_WHEN].levels = 0xf;
	field[FIELD_WHEN].when.from_ms =
	    FIRST_MS + (int64_t)(next_random(seed) % (5 * 365 * 1440)) * 60000;
	field[FIELD_WHEN].when.to_ms = field[FIELD_WHEN].when.from_ms;
	field[FIELD_PLACE].is_set = true;
	field[FIELD_PLACE].levels = 0x3f;
	field[FIELD_PLACE].place = places[next_random(seed) % PLACES];
	field[FIELD_GOVERNORATE].is_set = true;
	field[FIELD_GOVERNORATE].text = span_of(governorates[next_random(seed) % 5]);
	field[FIELD_DEATHS].is_set = true;
	field[FIELD_DEATHS].quantity = (struct quantity){1, 2, 4, QUANTITY_EXACT};
	for (int i = 0; i < 10; i++)
		n += (size_t)snprintf(text + n, 200 - n, "%s ", words[next_random(seed) % 16]);
	field[FIELD_SUMMARY].is_set = true;
	field[FIELD_SUMMARY].text = span_make(text, n);
}

static void
fold(struct picture *picture, int64_t from, int64_t records, uint32_t seed)
{
	static struct record record;
	char text[200], thread[32];

	must(picture_begin(picture), "begin");
	for (int64_t i = from; i < from + records; i++) {
		struct picture_item item = {.record = &record, .position = i};

		make_record(&record, &seed, text, thread, i);
		item.id = hash_of(span_make(&i, sizeof i));
		item.filed_ms = item.arrived_ms = record.filed_ms;
		must(picture_put(picture, &item), "put");
	}
	must(picture_commit(picture), "commit");
}

static void
make_query(struct picture_query *query, uint32_t *seed)
{
	int32_t south = (int32_t)(340000000 + next_random(seed) % 280 * 100000);
	int32_t west = (int32_t)(420000000 + next_random(seed) % 380 * 100000);

	*query = (struct picture_query){.has_box = true, .limit = ROWS};
	query->box = (struct geo_box){{south, west}, {south + BOX_E7, west + BOX_E7}};
	query->from_ms = FIRST_MS + (int64_t)(next_random(seed) % (5 * 365 - DAYS)) * DAY_MS;
	query->to_ms = query->from_ms + DAYS * DAY_MS;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
print_times(const char *what, double times[QUERIES], int64_t found)
{
	qsort(times, QUERIES, sizeof *times, by_size);
	(void)printf("%-34s p50 %8.3f ms   p99 %8.3f ms   %6.1f rows\n", what,
		     times[QUERIES / 2] * 1e3, times[QUERIES * 99 / 100] * 1e3,
		     (double)found / QUERIES);
}

static double
ask_picture(struct picture *picture)
{
	struct arena *arena = arena_new(64 << 20);
	double times[QUERIES];
	int64_t found = 0;
	uint32_t seed = 7;

	for (int i = 0; i < QUERIES; i++) {
		struct picture_query query;
		struct picture_row *rows;
		struct picture_cursor next;
		size_t n;
		double start;

		make_query(&query, &seed);
		start = seconds();
		must(picture_query(picture, &query, arena, &rows, &n, &next), "query");
		times[i] = seconds() - start;
		found += (int64_t)n;
		arena_reset(arena);
	}
	arena_free(arena);
	print_times("query, box 0.2 deg x 30 days", times, found);
	return times[QUERIES * 99 / 100];
}

/* The same boxes in nothing but an R*Tree: numbers alone, no order, no limit of ours. */
static sqlite3 *
make_bare(const char *dir)
{
	char path[FILE_PATH_MAX], sql[FILE_PATH_MAX + 200];
	sqlite3 *db;

	must(file_path(path, sizeof path, dir, "bare.db"), "path");
	must(db_open(path, DB_VOLATILE, &db), "bare");
	(void)snprintf(sql, sizeof sql, "ATTACH '%s/" PICTURE_FILE "' AS p", dir);
	must(db_run(db, sql), "attach");
	must(db_run(db, "CREATE VIRTUAL TABLE bare USING rtree_i32 (n, south, north, west, east, "
			"from_min, to_min); INSERT INTO bare SELECT * FROM p.area"),
	     "fill");
	must(db_run(db, "DETACH p"), "detach");
	return db;
}

static double
ask_bare(sqlite3 *db)
{
	double times[QUERIES];
	int64_t found = 0;
	uint32_t seed = 7;
	sqlite3_stmt *statement;

	must(db_prepare(db,
			"SELECT n FROM bare WHERE north >= ? AND south <= ? AND east >= ? AND "
			"west <= ? AND to_min >= ? AND from_min <= ?",
			&statement),
	     "bare query");
	for (int i = 0; i < QUERIES; i++) {
		struct picture_query query;
		bool has_row = true;
		double start;

		make_query(&query, &seed);
		start = seconds();
		db_bind_int(statement, 1, query.box.low.lat_e7);
		db_bind_int(statement, 2, query.box.high.lat_e7);
		db_bind_int(statement, 3, query.box.low.lon_e7);
		db_bind_int(statement, 4, query.box.high.lon_e7);
		db_bind_int(statement, 5, query.from_ms / 60000);
		db_bind_int(statement, 6, query.to_ms / 60000);
		while (has_row) {
			must(db_step(statement, &has_row), "bare step");
			found += has_row;
		}
		times[i] = seconds() - start;
	}
	(void)sqlite3_finalize(statement);
	print_times("bare R*Tree, the same questions", times, found);
	return times[QUERIES * 99 / 100];
}

static void
time_counts(struct picture *picture)
{
	struct arena *arena = arena_new(64 << 20);
	struct picture_tally tally = {.by = {PICTURE_BY_GOVERNORATE, PICTURE_BY_MONTH},
				      .n_by = 2,
				      .sum = FIELD_DEATHS,
				      .zone_min = 180};
	struct picture_cell *cells;
	size_t n;
	double start = seconds();

	must(picture_count(picture, &tally, arena, &cells, &n), "count");
	(void)printf("%-34s %.3f s, %zu cells\n", "count by governorate, month", seconds() - start,
		     n);
	arena_free(arena);
}

static void
time_text(struct picture *picture)
{
	struct arena *arena = arena_new(64 << 20);
	struct picture_query query = {.text = SPAN("canal lights"), .limit = ROWS};
	struct picture_row *rows;
	struct picture_cursor next;
	size_t n;
	double start = seconds();

	must(picture_query(picture, &query, arena, &rows, &n, &next), "text");
	(void)printf("%-34s %.3f ms, %zu rows\n", "words that many records have",
		     (seconds() - start) * 1e3, n);
	arena_free(arena);
}

static void
time_batches(struct picture *picture, int64_t records)
{
	double start = seconds(), took;

	for (int i = 0; i < 20; i++)
		fold(picture, records + i * BATCH, BATCH, (uint32_t)i);
	took = seconds() - start;
	(void)printf("%-34s %.2f ms each, %.0f records/s\n", "20 batches of 256 on top",
		     took / 20 * 1e3, 20 * BATCH / took);
}

static void
time_erase(struct picture *picture)
{
	int64_t number = 5;
	struct hash id = hash_of(span_make(&number, sizeof number));
	double start = seconds();

	must(picture_erase(picture, &id), "erase");
	(void)printf("%-34s %.3f s\n", "one erased without trace", seconds() - start);
}

static void
bench(const char *dir, int64_t records)
{
	struct station own;
	struct picture *picture, *reader;
	double start = seconds(), took, ours, theirs;
	sqlite3 *bare;

	(void)station_read(SPAN("a/makhmour"), &own);
	must(picture_open(dir, PICTURE_WRITE, &own, &picture), "open");
	fold(picture, 0, records, 1);
	took = seconds() - start;
	(void)printf("%-34s %.3f s, %.0f records/s\n", "fold from nothing", took,
		     (double)records / took);
	must(picture_open(dir, PICTURE_READ, NULL, &reader), "reader");
	ours = ask_picture(reader);
	time_counts(reader);
	time_text(reader);
	picture_close(reader);
	bare = make_bare(dir);
	theirs = ask_bare(bare);
	db_close(bare);
	(void)printf("%-34s %.2f\n", "p99 picture / bare", ours / theirs);
	time_batches(picture, records);
	time_erase(picture);
	picture_close(picture);
}

int
main(int argc, char **argv)
{
	char dir[FILE_PATH_MAX] = "/dev/shm/picture-bench-XXXXXX", path[FILE_PATH_MAX];
	int64_t records = 100000;

	if (argc > 1 && !span_int(span_of(argv[1]), 1, 10000000, &records)) {
		(void)fprintf(stderr, "usage: picture-bench [RECORDS [FOLDER]]\n");
		return 2;
	}
	if (argc > 2)
		(void)snprintf(dir, sizeof dir, "%s/picture-bench-XXXXXX", argv[2]);
	else if (access("/dev/shm", W_OK) != 0)
		(void)snprintf(dir, sizeof dir, "/tmp/picture-bench-XXXXXX");
	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	(void)printf("%" PRId64 " records in %s\n", records, dir);
	make_places();
	bench(dir, records);
	must(picture_remove(dir), "remove");
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"bare.db", "bare.db-wal", "bare.db-shm"};

		if (file_path(path, sizeof path, dir, names[i]) == ERR_OK)
			(void)unlink(path);
	}
	(void)rmdir(dir);
	return 0;
}
