/*
 * Promises that a configuration is read whole, each key at most once, within its bounds, or refused
 * with the line.
 */
#define _GNU_SOURCE
#include "seamd/config.h"

#include "seamd/links.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONFIG_BYTES_MAX = 65536 };

enum key {
#define X(member, type, preset, low, high, help) KEY_##member,
	CONFIG_ROWS(X)
#undef X
	    KEY_COUNT
};

static const char *const jail_words[] = {"strict", "warn", "off"};

static const struct {
	const char *name;
	const char *preset;
	const char *help;
} keys[KEY_COUNT] = {
#define X(member, type, preset, low, high, help) {#member, preset, help},
    CONFIG_ROWS(X)
#undef X
};

static bool
read_STATION(struct span value, int64_t low, int64_t high, struct station *station)
{
	(void)low;
	(void)high;
	return value.n == 0 || station_read(value, station);
}

static bool
read_FLAG(struct span value, int64_t low, int64_t high, bool *flag)
{
	(void)low;
	(void)high;
	*flag = span_is(value, "yes");
	return *flag || span_is(value, "no");
}

static bool
read_NUMBER(struct span value, int64_t low, int64_t high, int64_t *number)
{
	return span_int(value, low, high, number);
}

static bool
read_TEXT(struct span value, int64_t low, int64_t high, struct config_text *text)
{
	struct span trimmed = span_trim(value);

	(void)low;
	(void)high;
	/* One line, whole: what is printed must be read back the same. */
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
			return false;
	return trimmed.n == value.n && span_copy(text->text, sizeof text->text, value);
}

static bool
read_ADDRESS(struct span value, int64_t low, int64_t high, struct config_text *text)
{
	char host[LINKS_ADDRESS];
	char port[8];

	return (value.n == 0 || links_split_own(value, host, port)) &&
	       read_TEXT(value, low, high, text);
}

static bool
read_JAIL(struct span value, int64_t low, int64_t high, enum config_jail *jail)
{
	(void)low;
	(void)high;
	for (unsigned i = 0; i < sizeof jail_words / sizeof *jail_words; i++) {
		if (span_is(value, jail_words[i])) {
			*jail = (enum config_jail)i;
			return true;
		}
	}
	return false;
}

static bool
set_key(struct config *config, enum key key, struct span value)
{
	switch (key) {
#define X(member, type, preset, low, high, help)                                                   \
	case KEY_##member:                                                                         \
		return read_##type(value, low, high, &config->member);
		CONFIG_ROWS(X)
#undef X
	case KEY_COUNT:
		break;
	}
	return false;
}

static enum key
find_key(struct span name)
{
	for (enum key key = 0; key < KEY_COUNT; key++)
		if (span_is(name, keys[key].name))
			return key;
	return KEY_COUNT;
}

enum err
config_set(struct config *config, struct span name, struct span value, char why[CONFIG_WHY_MAX])
{
	enum key key = find_key(name);

	why[0] = '\0';
	if (key == KEY_COUNT) {
		(void)snprintf(why, CONFIG_WHY_MAX, "unknown key '%.*s'", (int)(name.n & 63),
			       name.p);
		return ERR_CONFIG;
	}
	if (set_key(config, key, value))
		return ERR_OK;
	(void)snprintf(why, CONFIG_WHY_MAX, "wrong value for '%s' (%s)", keys[key].name,
		       keys[key].help);
	return ERR_CONFIG;
}

static enum err
set_line(struct config *config, struct span line, bool seen[KEY_COUNT], char why[CONFIG_WHY_MAX])
{
	struct span value = line;
	struct span name;
	enum key key;

	(void)span_split(&value, ' ', &name);
	key = find_key(name);
	if (key != KEY_COUNT && seen[key]) {
		(void)snprintf(why, CONFIG_WHY_MAX, "'%s' is set twice", keys[key].name);
		return ERR_CONFIG;
	}
	if (key != KEY_COUNT)
		seen[key] = true;
	return config_set(config, name, span_trim(value), why);
}

static void
preset(struct config *config)
{
	memset(config, 0, sizeof *config);
	for (enum key key = 0; key < KEY_COUNT; key++)
		(void)set_key(config, key, span_of(keys[key].preset));
}

enum err
config_parse(struct span text, struct config *config, char why[CONFIG_WHY_MAX])
{
	bool seen[KEY_COUNT] = {false};
	char reason[CONFIG_WHY_MAX];
	struct span line;
	int number = 0;

	preset(config);
	why[0] = '\0';
	while (span_split(&text, '\n', &line)) {
		number++;
		line = span_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (set_line(config, line, seen, reason) != ERR_OK) {
			(void)snprintf(why, CONFIG_WHY_MAX, "line %d: %.200s", number, reason);
			return ERR_CONFIG;
		}
	}
	if (config->station.name[0])
		return ERR_OK;
	(void)snprintf(why, CONFIG_WHY_MAX, "the key 'station' is missing");
	return ERR_CONFIG;
}

enum err
config_read(const char *home, struct config *config, char why[CONFIG_WHY_MAX])
{
	struct out text = out_new(CONFIG_BYTES_MAX);
	char absolute[PATH_MAX];
	char path[FILE_PATH_MAX];
	enum err err = ERR_OK;

	memset(config, 0, sizeof *config);
	(void)snprintf(why, CONFIG_WHY_MAX, "no station home there: make one with 'seam init'");
	if (!realpath(home, absolute) ||
	    file_path(path, sizeof path, absolute, "seam.conf") != ERR_OK)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_OK)
		err = config_parse(out_view(&text), config, why);
	if (err == ERR_OK && !span_copy(config->home, sizeof config->home, span_of(absolute)))
		err = ERR_LIMIT;
	out_free(&text);
	return err;
}

static void
write_STATION(struct out *out, const struct station *station)
{
	out_text(out, station->name);
}

static void
write_FLAG(struct out *out, const bool *flag)
{
	out_text(out, *flag ? "yes" : "no");
}

static void
write_NUMBER(struct out *out, const int64_t *number)
{
	out_int(out, *number);
}

static void
write_TEXT(struct out *out, const struct config_text *text)
{
	out_text(out, text->text);
}

static void
write_ADDRESS(struct out *out, const struct config_text *text)
{
	out_text(out, text->text);
}

static void
write_JAIL(struct out *out, const enum config_jail *jail)
{
	out_text(out, jail_words[*jail]);
}

void
config_write(struct out *out, const struct config *config)
{
#define X(member, type, preset, low, high, help)                                                   \
	out_text(out, "# " help "\n" #member " ");                                                 \
	write_##type(out, &config->member);                                                        \
	out_char(out, '\n');
	CONFIG_ROWS(X)
#undef X
}

int64_t
config_clock(const struct config *config, int64_t real_ms)
{
	int64_t passed = real_ms - config->exercise_epoch;

	if (!config->exercise || config->exercise_start == 0)
		return real_ms;
	return config->exercise_start + passed / 1000 * config->exercise_rate +
	       passed % 1000 * config->exercise_rate / 1000;
}

/* Our own folder and nobody else's: under a place where all may write, another user may have made
 * it first. */
static bool
is_private(const char *dir)
{
	struct stat status;

	return lstat(dir, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
	       (status.st_mode & 077) == 0;
}

static bool
try_dir(const struct config *config, const char *base, char *dir, size_t size)
{
	char name[LIMIT_STATION_TEXT];
	unsigned long sum = 5381;
	int n;

	(void)span_copy(name, sizeof name, span_of(config->station.name));
	for (char *at = name; *at; at++)
		*at = (char)(*at == '/' ? '-' : *at);
	for (const char *at = config->home; *at; at++)
		sum = sum * 33 + (unsigned char)*at;
	n = snprintf(dir, size, "%s/%s-%08lx", base, name, sum & 0xffffffffUL);
	return n > 0 && (size_t)n < size && file_make_dirs(dir, 0700) == ERR_OK &&
	       is_private(dir) && access(dir, R_OK | W_OK | X_OK) == 0;
}

enum err
config_run_dir(const struct config *config, char *dir, size_t size)
{
	char base[64];

	if (config->run_dir.text[0]) {
		if (!span_copy(dir, size, span_of(config->run_dir.text)))
			return ERR_LIMIT;
		return file_make_dirs(dir, 0700);
	}
	/* What an exercise shows is no secret, and a folder that goes with its home leaves nothing
	 * behind. */
	if (config->exercise) {
		enum err err = file_path(dir, size, config->home, "run");

		return err == ERR_OK ? file_make_dirs(dir, 0700) : err;
	}
	if (access("/run/seam", W_OK) == 0 && try_dir(config, "/run/seam", dir, size))
		return ERR_OK;
	(void)snprintf(base, sizeof base, "/dev/shm/seam-%lu", (unsigned long)geteuid());
	if (access("/dev/shm", W_OK) == 0 && file_make_dirs(base, 0700) == ERR_OK &&
	    is_private(base) && try_dir(config, base, dir, size))
		return ERR_OK;
	return try_dir(config, config->home, dir, size) ? ERR_OK : ERR_IO;
}

enum err
config_path(const struct config *config, const char *name, char *path, size_t size)
{
	return file_path(path, size, config->home, name);
}
