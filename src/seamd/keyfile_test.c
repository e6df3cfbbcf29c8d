/* Keys at rest: they come back with the passphrase, and with nothing else; a changed byte anywhere
 * gives no key. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/b64.h"
#include "base/file.h"
#include "seamd/keyfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char pass[] = "correct horse battery staple";

struct place {
	char dir[64];
	char path[FILE_PATH_MAX];
};

static void
open_place(struct place *place)
{
	(void)snprintf(place->dir, sizeof place->dir, "/tmp/seam-keyfile-XXXXXX");
	assert_int_equal(sign_start(), ERR_OK);
	assert_non_null(mkdtemp(place->dir));
	assert_int_equal(file_path(place->path, sizeof place->path, place->dir, "station.key"),
			 ERR_OK);
}

static void
close_place(struct place *place)
{
	(void)unlink(place->path);
	assert_int_equal(rmdir(place->dir), 0);
}

static void
fill(struct keyfile *file)
{
	memset(file, 0, sizeof *file);
	assert_int_equal(keyfile_add(file, "record", 1), ERR_OK);
	assert_int_equal(keyfile_add(file, "log", 1), ERR_OK);
	assert_int_equal(keyfile_add(file, "witness", 1), ERR_OK);
}

static bool
is_empty(const struct keyfile *file)
{
	static const struct keyfile none;

	return memcmp(file, &none, sizeof none) == 0;
}

static void
keys_come_back(void **state)
{
	struct keyfile file, again;
	struct place place;
	struct stat stat_of;

	(void)state;
	open_place(&place);
	fill(&file);
	assert_int_equal(keyfile_write(place.path, &file, span_of(pass), true), ERR_OK);
	assert_int_equal(stat(place.path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0600);
	assert_int_equal(keyfile_read(place.path, span_of(pass), &again), ERR_OK);
	assert_memory_equal(&file, &again, sizeof file);
	keyfile_wipe(&again);
	assert_true(is_empty(&again));
	close_place(&place);
}

/* The real setting costs what it should; it is tried once. */
static void
real_stations_use_the_dearer_setting(void **state)
{
	struct keyfile file, again;
	struct place place;
	struct out text = out_new(16384);

	(void)state;
	open_place(&place);
	fill(&file);
	assert_int_equal(keyfile_write(place.path, &file, span_of(pass), false), ERR_OK);
	assert_int_equal(file_read(place.path, &text), ERR_OK);
	assert_non_null(strstr(text.p, "\nops 3\nmem 268435456\n"));
	assert_int_equal(keyfile_read(place.path, span_of(pass), &again), ERR_OK);
	assert_memory_equal(&file, &again, sizeof file);
	out_free(&text);
	close_place(&place);
}

static void
no_seed_stands_in_the_file(void **state)
{
	struct out text = out_new(16384);
	struct out seed = out_new(128);
	struct keyfile file;
	struct place place;

	(void)state;
	open_place(&place);
	fill(&file);
	assert_int_equal(keyfile_write(place.path, &file, span_of(pass), true), ERR_OK);
	assert_int_equal(file_read(place.path, &text), ERR_OK);
	for (size_t i = 0; i < file.n; i++) {
		out_reset(&seed);
		b64_write(&seed, span_make(file.keys[i].seed, SIGN_SEED_SIZE));
		assert_null(strstr(text.p, seed.p));
		assert_null(memmem(text.p, text.n, file.keys[i].seed, 8));
	}
	assert_null(strstr(text.p, "record"));
	out_free(&seed);
	out_free(&text);
	close_place(&place);
}

static void
another_passphrase_opens_nothing(void **state)
{
	/* clang-format off */
	static const char *const wrong[] = {"", "correct horse battery stapl",
		"correct horse battery staple ", "Correct horse battery staple", "x"};
	/* clang-format on */
	struct keyfile file, again;
	struct place place;

	(void)state;
	open_place(&place);
	fill(&file);
	assert_int_equal(keyfile_write(place.path, &file, span_of(pass), true), ERR_OK);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(keyfile_read(place.path, span_of(wrong[i]), &again), ERR_KEY);
		assert_true(is_empty(&again));
	}
	close_place(&place);
}

static void
refuse_bytes(const struct place *place, struct span bytes, const char *what, size_t at)
{
	struct keyfile again;
	enum err err;

	assert_int_equal(file_write(place->path, bytes, 0600), ERR_OK);
	err = keyfile_read(place->path, span_of(pass), &again);
	if (err == ERR_OK || !is_empty(&again))
		fail_msg("%s at byte %zu of %zu: %s", what, at, bytes.n, err_text(err));
}

/* Whether this flip only asks for more work or memory than a test should spend. */
static bool
is_costly(const char *text, size_t at)
{
	const char *mem = strstr(text, "mem ");
	const char *salt = strstr(text, "salt ");

	return mem && salt && text + at >= mem && text + at < salt;
}

static void
a_flipped_bit_gives_no_key(void **state)
{
	struct out text = out_new(16384);
	struct keyfile file;
	struct place place;

	(void)state;
	open_place(&place);
	fill(&file);
	assert_int_equal(keyfile_write(place.path, &file, span_of(pass), true), ERR_OK);
	assert_int_equal(file_read(place.path, &text), ERR_OK);
	for (size_t i = 0; i < text.n; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			char was = text.p[i];

			if ((!TEST_SLOW && bit != i % 7) || (is_costly(text.p, i) && bit == 6))
				continue;
			text.p[i] = (char)(was ^ (char)(1u << bit));
			refuse_bytes(&place, out_view(&text), "a flipped bit", i);
			text.p[i] = was;
		}
	}
	for (size_t n = 0; n < text.n; n++)
		refuse_bytes(&place, span_make(text.p, n), "a cut", n);
	out_char(&text, '\n');
	refuse_bytes(&place, out_view(&text), "one byte more", text.n);
	out_free(&text);
	close_place(&place);
}

/* clang-format off */
static const struct {
	const char *name, *input;
	enum err expected;
} forms[] = {
	{"empty", "", ERR_FORMAT},
	{"other first line", "seam key file 2\n", ERR_FORMAT},
	{"no work", "seam key file 1\nops 0\nmem 8388608\nsalt AAAAAAAAAAAAAAAAAAAAAA==\n", ERR_FORMAT},
	{"endless work", "seam key file 1\nops 101\nmem 8388608\nsalt AAAAAAAAAAAAAAAAAAAAAA==\n"
	 "nonce AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbox AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ERR_FORMAT},
	{"no memory", "seam key file 1\nops 1\nmem 8191\nsalt AAAAAAAAAAAAAAAAAAAAAA==\n"
	 "nonce AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbox AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ERR_FORMAT},
	{"all memory", "seam key file 1\nops 1\nmem 2147483649\nsalt AAAAAAAAAAAAAAAAAAAAAA==\n"
	 "nonce AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbox AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ERR_FORMAT},
	{"short salt", "seam key file 1\nops 1\nmem 8192\nsalt AAAAAAAAAAAAAAAAAAAA\n"
	 "nonce AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbox AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ERR_FORMAT},
	{"box of nothing", "seam key file 1\nops 1\nmem 8192\nsalt AAAAAAAAAAAAAAAAAAAAAA==\n"
	 "nonce AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbox AAAAAAAAAAAAAAAAAAAAAA==\n", ERR_FORMAT},
	{"well formed, not ours", "seam key file 1\nops 1\nmem 8192\nsalt AAAAAAAAAAAAAAAAAAAAAA==\n"
	 "nonce AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbox AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ERR_KEY},
};
/* clang-format on */

static void
forms_are_strict(void **state)
{
	struct keyfile again;
	struct place place;

	(void)state;
	open_place(&place);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		assert_int_equal(file_write(place.path, span_of(forms[i].input), 0600), ERR_OK);
		if (keyfile_read(place.path, span_of(pass), &again) != forms[i].expected)
			fail_msg("%s", forms[i].name);
		assert_true(is_empty(&again));
	}
	(void)unlink(place.path);
	assert_int_equal(keyfile_read(place.path, span_of(pass), &again), ERR_NOT_FOUND);
	close_place(&place);
}

static void
keys_are_found_by_number(void **state)
{
	struct keyfile file = {.n = 0};

	(void)state;
	assert_int_equal(keyfile_add(&file, "record", 1), ERR_OK);
	assert_int_equal(keyfile_add(&file, "record", 3), ERR_OK);
	assert_int_equal(keyfile_add(&file, "record", 2), ERR_OK);
	assert_int_equal(keyfile_add(&file, "record", 3), ERR_EXISTS);
	assert_int_equal(keyfile_find(&file, "record", 0)->number, 3);
	assert_int_equal(keyfile_find(&file, "record", 2)->number, 2);
	assert_null(keyfile_find(&file, "record", 4));
	assert_null(keyfile_find(&file, "log", 0));
	assert_int_equal(keyfile_add(&file, "a-name-too-long-for-a-key", 1), ERR_LIMIT);
	assert_int_equal(file.n, 3);
	while (file.n < KEYFILE_KEYS_MAX)
		assert_int_equal(keyfile_add(&file, "log", (uint32_t)file.n), ERR_OK);
	assert_int_equal(keyfile_add(&file, "log", 99), ERR_LIMIT);
}

/* A full file with the longest names still goes into the box. */
static void
a_full_file_comes_back(void **state)
{
	struct keyfile file = {.n = 0}, again;
	struct place place;

	(void)state;
	open_place(&place);
	while (file.n < KEYFILE_KEYS_MAX)
		assert_int_equal(
		    keyfile_add(&file, "fifteen-letters", UINT32_MAX - (uint32_t)file.n), ERR_OK);
	assert_int_equal(keyfile_write(place.path, &file, span_of(pass), true), ERR_OK);
	assert_int_equal(keyfile_read(place.path, span_of(pass), &again), ERR_OK);
	assert_memory_equal(&file, &again, sizeof file);
	close_place(&place);
}

static void
the_passphrase_is_found(void **state)
{
	char text[KEYFILE_PASSPHRASE_MAX];
	struct place place;
	char credential[FILE_PATH_MAX];
	size_t n;

	(void)state;
	open_place(&place);
	assert_int_equal(file_write(place.path, SPAN("one\n"), 0600), ERR_OK);
	assert_int_equal(keyfile_passphrase(place.path, NULL, text, &n), ERR_OK);
	assert_int_equal(n, 3);
	assert_string_equal(text, "one");
	assert_int_equal(file_write(place.path, SPAN("two\n\n"), 0600), ERR_OK);
	assert_int_equal(keyfile_passphrase(place.path, NULL, text, &n), ERR_OK);
	assert_int_equal(n, 4); /* one newline is dropped, no more */
	assert_int_equal(file_path(credential, sizeof credential, place.dir, "seam-passphrase"),
			 ERR_OK);
	assert_int_equal(file_write(credential, SPAN("from the service"), 0600), ERR_OK);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", place.dir, 1), 0);
	assert_int_equal(keyfile_passphrase("", NULL, text, &n), ERR_OK);
	assert_string_equal(text, "from the service");
	assert_int_equal(keyfile_passphrase(place.path, NULL, text, &n), ERR_OK);
	assert_int_equal(n, 4); /* a named file goes first */
	assert_int_equal(unlink(place.path), 0);
	assert_int_equal(keyfile_passphrase(place.path, NULL, text, &n), ERR_NOT_FOUND);
	assert_int_equal(unlink(credential), 0);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	close_place(&place);
}

/* Of one name the newest stay, and nothing of the others is touched. */
static void
older_keys_are_forgotten(void **state)
{
	struct keyfile file = {.n = 0};
	struct keyfile_key newest;

	(void)state;
	for (uint32_t number = 1; number <= 5; number++)
		assert_int_equal(keyfile_add(&file, "record", number), ERR_OK);
	assert_int_equal(keyfile_add(&file, "log", 1), ERR_OK);
	newest = *keyfile_find(&file, "record", 0);
	keyfile_keep(&file, "record", 5);
	assert_int_equal(file.n, 6);
	keyfile_keep(&file, "record", 2);
	assert_int_equal(file.n, 3);
	assert_memory_equal(keyfile_find(&file, "record", 0), &newest, sizeof newest);
	assert_non_null(keyfile_find(&file, "record", 4));
	assert_null(keyfile_find(&file, "record", 3));
	assert_non_null(keyfile_find(&file, "log", 1));
	for (size_t i = file.n; i < KEYFILE_KEYS_MAX; i++)
		assert_int_equal(file.keys[i].name[0], '\0');
	keyfile_keep(&file, "record", 0);
	assert_int_equal(file.n, 1);
	assert_null(keyfile_find(&file, "record", 0));
	keyfile_wipe(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_come_back),
	    cmocka_unit_test(real_stations_use_the_dearer_setting),
	    cmocka_unit_test(no_seed_stands_in_the_file),
	    cmocka_unit_test(another_passphrase_opens_nothing),
	    cmocka_unit_test(a_flipped_bit_gives_no_key),
	    cmocka_unit_test(forms_are_strict),
	    cmocka_unit_test(keys_are_found_by_number),
	    cmocka_unit_test(a_full_file_comes_back),
	    cmocka_unit_test(the_passphrase_is_found),
	    cmocka_unit_test(older_keys_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
