/* The configuration: every key with its bounds, each at most once, and what is printed is read back
 * the same. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
static const struct {
	const char *name, *input;
	enum err expected;
	const char *why; /* stands in the reason */
} rows[] = {
	{"least", "station a/makhmour\n", ERR_OK, ""},
	{"no last newline", "station a/makhmour", ERR_OK, ""},
	{"comment, blanks", "# x\n\n  station   a/makhmour  \n", ERR_OK, ""},
	{"carriage returns", "station a/makhmour\r\njail warn\r\n", ERR_OK, ""},
	{"empty text is none", "station a/makhmour\nrun_dir\n", ERR_OK, ""},
	{"nothing", "", ERR_CONFIG, "'station' is missing"},
	{"only comments", "# station a/makhmour\n", ERR_CONFIG, "'station' is missing"},
	{"empty station", "station \n", ERR_CONFIG, "'station' is missing"},
	{"no station's name", "station A/Makhmour\n", ERR_CONFIG, "line 1: wrong value for 'station'"},
	{"party alone", "station a\n", ERR_CONFIG, "line 1: wrong value for 'station'"},
	{"twice", "station a/x\nbeat_ms 500\nbeat_ms 500\n", ERR_CONFIG, "line 3: 'beat_ms' is set twice"},
	{"unknown", "station a/x\nfrobnicate yes\n", ERR_CONFIG, "line 2: unknown key 'frobnicate'"},
	{"key in capitals", "Station a/x\n", ERR_CONFIG, "line 1: unknown key 'Station'"},
	{"equals sign", "station=a/x\n", ERR_CONFIG, "line 1: unknown key"},
	{"flag word", "station a/x\nexercise true\n", ERR_CONFIG, "wrong value for 'exercise'"},
	{"jail word", "station a/x\njail none\n", ERR_CONFIG, "wrong value for 'jail'"},
	{"jail strict", "station a/x\njail strict\n", ERR_OK, ""},
	{"beat low", "station a/x\nbeat_ms 99\n", ERR_CONFIG, "beat_ms"},
	{"beat lowest", "station a/x\nbeat_ms 100\n", ERR_OK, ""},
	{"beat highest", "station a/x\nbeat_ms 3600000\n", ERR_OK, ""},
	{"beat high", "station a/x\nbeat_ms 3600001\n", ERR_CONFIG, "beat_ms"},
	{"batch none", "station a/x\nbatch_records 0\n", ERR_CONFIG, "batch_records"},
	{"batch high", "station a/x\nbatch_records 257\n", ERR_CONFIG, "batch_records"},
	{"zone west", "station a/x\nzone_minutes -720\n", ERR_OK, ""},
	{"zone beyond", "station a/x\nzone_minutes -721\n", ERR_CONFIG, "zone_minutes"},
	{"number with more", "station a/x\nbeat_ms 500ms\n", ERR_CONFIG, "beat_ms"},
	{"number beyond 64 bits", "station a/x\nbeat_ms 99999999999999999999\n", ERR_CONFIG, "beat_ms"},
	{"no number", "station a/x\nbeat_ms\n", ERR_CONFIG, "beat_ms"},
	{"control in a text", "station a/x\nrun_dir /x\x01y\n", ERR_CONFIG, "run_dir"},
	{"page nowhere", "station a/x\nweb_listen\n", ERR_OK, ""},
	{"page", "station a/x\nweb_listen 127.0.0.1:8080\n", ERR_OK, ""},
	{"page, IPv6", "station a/x\nweb_listen [::1]:8080\n", ERR_OK, ""},
	{"page without a port", "station a/x\nweb_listen 127.0.0.1\n", ERR_CONFIG, "web_listen"},
	{"page by a name", "station a/x\nweb_listen seam.example:443\n", ERR_CONFIG, "web_listen"},
	{"long key", "station a/x\nkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk 1\n",
	 ERR_CONFIG, "unknown key 'kkkk"},
};
/* clang-format on */

static void
rows_are_read(void **state)
{
	static struct config config;
	char why[CONFIG_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum err err = config_parse(span_of(rows[i].input), &config, why);

		if (err != rows[i].expected || !strstr(why, rows[i].why) ||
		    (err == ERR_OK) != (why[0] == '\0'))
			fail_msg("%s: %s, '%s'", rows[i].name, err_text(err), why);
	}
}

static void
presets_are_those_of_the_table(void **state)
{
	static struct config config;
	char why[CONFIG_WHY_MAX];

	(void)state;
	assert_int_equal(config_parse(SPAN("station b/dibis\n"), &config, why), ERR_OK);
	assert_string_equal(config.station.name, "b/dibis");
	assert_false(config.exercise);
	assert_int_equal(config.jail, CONFIG_JAIL_STRICT);
	assert_int_equal(config.beat_ms, 10000);
	assert_int_equal(config.batch_ms, 2);
	assert_int_equal(config.batch_records, 256);
	assert_int_equal(config.zone_minutes, 180);
	assert_string_equal(config.default_grid.text, "38S");
	assert_false(config.post);
}

/* A text of the longest length is kept, one byte more is refused. */
static void
texts_have_an_end(void **state)
{
	static struct config config;
	char why[CONFIG_WHY_MAX];
	char text[300];

	(void)state;
	memset(text, 'p', sizeof text);
	assert_int_equal(config_set(&config, SPAN("run_dir"), span_make(text, 255), why), ERR_OK);
	assert_int_equal(strlen(config.run_dir.text), 255);
	assert_int_equal(config_set(&config, SPAN("run_dir"), span_make(text, 256), why),
			 ERR_CONFIG);
}

/* Nothing that is set could be read as another line of the file. */
static void
a_value_is_one_line(void **state)
{
	/* clang-format off */
	static const char *const values[] = {"/x\njail off", "/x\r", " /x", "/x ", "\t", "/x\x7f"};
	/* clang-format on */
	static struct config config;
	char why[CONFIG_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (config_set(&config, SPAN("passphrase_file"), span_of(values[i]), why) !=
		    ERR_CONFIG)
			fail_msg("row %zu", i);
}

static int64_t
pick(unsigned *seed, int64_t low, int64_t high)
{
	uint64_t value = 0;

	for (int i = 0; i < 4; i++) {
		*seed = *seed * 1103515245u + 12345u;
		value = value << 16 | (*seed >> 16 & 0xffff);
	}
	return low + (int64_t)(value % (uint64_t)(high - low + 1));
}

static void
fill_STATION(unsigned *seed, int64_t low, int64_t high, struct station *station)
{
	static const char *const names[] = {"a/makhmour", "b/dibis", "j/k-1", "c/x"};

	(void)low;
	(void)high;
	assert_true(station_read(span_of(names[pick(seed, 0, 3)]), station));
}

static void
fill_FLAG(unsigned *seed, int64_t low, int64_t high, bool *flag)
{
	(void)low;
	(void)high;
	*flag = pick(seed, 0, 1) == 1;
}

static void
fill_NUMBER(unsigned *seed, int64_t low, int64_t high, int64_t *number)
{
	*number = pick(seed, low, high);
}

static void
fill_TEXT(unsigned *seed, int64_t low, int64_t high, struct config_text *text)
{
	static const char letters[] = "/abc xyz#-._~\"'\\%=:";
	size_t n = (size_t)pick(seed, 0, (int64_t)sizeof text->text - 1);

	(void)low;
	(void)high;
	for (size_t i = 0; i < n; i++)
		text->text[i] = letters[pick(seed, 0, sizeof letters - 2)];
	if (n && text->text[0] == ' ')
		text->text[0] = '/';
	if (n && text->text[n - 1] == ' ')
		text->text[n - 1] = '/';
}

static void
fill_ADDRESS(unsigned *seed, int64_t low, int64_t high, struct config_text *text)
{
	(void)low;
	(void)high;
	if (pick(seed, 0, 3) > 0)
		(void)snprintf(text->text, sizeof text->text, "127.0.0.%d:%d",
			       (int)pick(seed, 0, 255), (int)pick(seed, 1, 65535));
}

static void
fill_JAIL(unsigned *seed, int64_t low, int64_t high, enum config_jail *jail)
{
	(void)low;
	(void)high;
	*jail = (enum config_jail)pick(seed, 0, 2);
}

static bool
same_STATION(const struct station *a, const struct station *b)
{
	return strcmp(a->name, b->name) == 0;
}

static bool
same_FLAG(const bool *a, const bool *b)
{
	return *a == *b;
}

static bool
same_NUMBER(const int64_t *a, const int64_t *b)
{
	return *a == *b;
}

static bool
same_TEXT(const struct config_text *a, const struct config_text *b)
{
	return strcmp(a->text, b->text) == 0;
}

static bool
same_ADDRESS(const struct config_text *a, const struct config_text *b)
{
	return same_TEXT(a, b);
}

static bool
same_JAIL(const enum config_jail *a, const enum config_jail *b)
{
	return *a == *b;
}

static void
what_is_printed_is_read_back(void **state)
{
	static struct config config, again;
	char why[CONFIG_WHY_MAX];
	unsigned seed = 7;

	(void)state;
	for (int run = 0; run < (TEST_SLOW ? 200000 : 2000); run++) {
		struct out out = out_new(65536);
		struct out once_more = out_new(65536);

		memset(&config, 0, sizeof config);
#define X(member, type, preset, low, high, help) fill_##type(&seed, low, high, &config.member);
		CONFIG_ROWS(X)
#undef X
		config_write(&out, &config);
		assert_int_equal(out_err(&out), ERR_OK);
		if (config_parse(out_view(&out), &again, why) != ERR_OK)
			fail_msg("%s in\n%s", why, out.p);
#define X(member, type, preset, low, high, help)                                                   \
	assert_true(same_##type(&config.member, &again.member));
		CONFIG_ROWS(X)
#undef X
		config_write(&once_more, &again);
		assert_string_equal(out.p, once_more.p);
		out_free(&out);
		out_free(&once_more);
	}
}

/* clang-format off */
static const struct {
	const char *name;
	bool is_exercise;
	int64_t start, epoch, rate, real, expected;
} clocks[] = {
	{"real",             false, 5000, 0,   1000, 77, 77},
	{"no start",         true,  0,    0,   2000, 77, 77},
	{"at the epoch",     true,  5000, 100, 1000, 100, 5000},
	{"same pace",        true,  5000, 100, 1000, 1100, 6000},
	{"twice as fast",    true,  5000, 100, 2000, 1100, 7000},
	{"half as fast",     true,  5000, 100, 500,  1101, 5500},
	{"before the epoch", true,  5000, 100, 1000, 0, 4900},
	{"a day in a second",true,  0 + 1, 0, 86400000, 1000, 86400001},
	{"fastest, latest",  true,  1, 0, 100000000, 4102444800000, INT64_C(410244480000000001)},
};
/* clang-format on */

static void
the_clock_runs_as_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		static struct config config;

		config.exercise = clocks[i].is_exercise;
		config.exercise_start = clocks[i].start;
		config.exercise_epoch = clocks[i].epoch;
		config.exercise_rate = clocks[i].rate;
		if (config_clock(&config, clocks[i].real) != clocks[i].expected)
			fail_msg("%s: %lld", clocks[i].name,
				 (long long)config_clock(&config, clocks[i].real));
	}
}

static void
a_home_is_read(void **state)
{
	char dir[] = "/tmp/seam-config-XXXXXX";
	static struct config config;
	char why[CONFIG_WHY_MAX];
	char path[FILE_PATH_MAX];
	struct stat stat_of;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(config_read("/nowhere/at/all", &config, why), ERR_NOT_FOUND);
	assert_non_null(strstr(why, "seam init"));
	assert_int_equal(config_read(dir, &config, why), ERR_NOT_FOUND);
	assert_int_equal(file_path(path, sizeof path, dir, "seam.conf"), ERR_OK);
	assert_int_equal(file_write(path, SPAN("station a/x\nrun_dir "), 0600), ERR_OK);
	assert_int_equal(config_read(dir, &config, why), ERR_OK);
	assert_string_equal(config.home, dir);
	assert_int_equal(config_path(&config, "duty.db", path, sizeof path), ERR_OK);
	assert_non_null(strstr(path, "/duty.db"));
	(void)snprintf(config.run_dir.text, sizeof config.run_dir.text, "%s/run/deep", dir);
	assert_int_equal(config_run_dir(&config, path, sizeof path), ERR_OK);
	assert_string_equal(path, config.run_dir.text);
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0700); /* nobody else sees the picture */
	assert_int_equal(rmdir(path), 0);
	(void)snprintf(path, sizeof path, "%s/run", dir);
	assert_int_equal(rmdir(path), 0);
	(void)snprintf(path, sizeof path, "%s/seam.conf", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_read),
	    cmocka_unit_test(presets_are_those_of_the_table),
	    cmocka_unit_test(texts_have_an_end),
	    cmocka_unit_test(a_value_is_one_line),
	    cmocka_unit_test(what_is_printed_is_read_back),
	    cmocka_unit_test(the_clock_runs_as_told),
	    cmocka_unit_test(a_home_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
