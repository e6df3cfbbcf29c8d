#ifndef SEAM_SEAMD_CONFIG_H
#define SEAM_SEAMD_CONFIG_H

#include "base/file.h"
#include "model/party.h"
#include "watch/setting.h"

/*
 * The configuration of a station: seam.conf in its home, one "key value" a line, # begins a
 * comment. One row each: member, key, type, default, bounds (numbers) or choices (words), help.
 */

/* clang-format off */
#define CONFIG_ROWS(X) \
	X(station,        STATION, "",      0, 0,           "name of this station: party/site") \
	X(exercise,       FLAG,    "no",    0, 0,           "an exercise station: its records never mix with real ones") \
	X(exercise_start, NUMBER,  "0",     0, 4102444800000, "exercise time at the epoch, ms since 1970 (0: real time)") \
	X(exercise_epoch, NUMBER,  "0",     0, 4102444800000, "real moment at which exercise time begins, ms since 1970") \
	X(exercise_rate,  NUMBER,  "1000",  1, 100000000,   "exercise time per real time, in thousandths") \
	X(zone_minutes,   NUMBER,  "180",  -720, 840,       "zone of typed times, minutes east of UTC (180: letter C)") \
	X(default_grid,   TEXT,    "38S",   0, 0,           "grid zone assumed, and said so, when only a square is typed") \
	X(run_dir,        TEXT,    "",      0, 0,           "folder for the picture; default below /run, /dev/shm or the home") \
	X(passphrase_file,TEXT,    "",      0, 0,           "file that opens the keys; else the service credential, else a prompt") \
	X(jail,           JAIL,    "strict",0, 0,           "strict: refuse to run without every wall; warn: say which is missing") \
	X(beat_ms,        NUMBER,  "10000", 100, 3600000,   "how often a head is signed when anything is new") \
	X(batch_ms,       NUMBER,  "2",     0, 1000,        "longest wait of a record for its commit") \
	X(batch_records,  NUMBER,  "256",   1, 256,         "records of one commit") \
	X(post,           FLAG,    "no",    0, 0,           "a post: keeps 30 days of its sisters' records") \
	X(web_listen,     ADDRESS, "",      0, 0,           "address:port of the page and API; empty: none; TLS unless it is loopback") \
	X(web_host,       TEXT,    "",      0, 0,           "further names browsers may use for it, separated by blanks") \
	WATCH_SETTING_ROWS(X)
/* clang-format on */

enum config_jail { CONFIG_JAIL_STRICT, CONFIG_JAIL_WARN, CONFIG_JAIL_OFF };

#define CONFIG_C_STATION struct station
#define CONFIG_C_FLAG    bool
#define CONFIG_C_NUMBER  int64_t
#define CONFIG_C_TEXT    struct config_text
#define CONFIG_C_ADDRESS struct config_text /* "", or as links_split_own() takes it */
#define CONFIG_C_JAIL    enum config_jail

struct config_text {
	char text[256];
};

struct config {
	char home[FILE_PATH_MAX]; /* absolute */
#define X(member, type, preset, low, high, help) CONFIG_C_##type member;
	CONFIG_ROWS(X)
#undef X
};

enum { CONFIG_WHY_MAX = 256 };

/* Reads HOME/seam.conf.  On refusal `why` names the line, the key and what is allowed. */
MUST_USE enum err config_read(const char *home, struct config *config, char why[CONFIG_WHY_MAX]);

/* From text, for tests and for -n. */
MUST_USE enum err config_parse(struct span text, struct config *config, char why[CONFIG_WHY_MAX]);

/* Prints every key with its value and help; config_parse() takes it back to the same. */
void config_write(struct out *out, const struct config *config);

/* Sets one key as if it stood in the file. */
MUST_USE enum err config_set(struct config *config, struct span key, struct span value,
			     char why[CONFIG_WHY_MAX]);

/* Exercise time for real time (both ms since 1970): start + rate * (real - epoch); real time itself
 * otherwise. */
int64_t config_clock(const struct config *config, int64_t real_ms);

/* The folder of the picture, made when missing: run_dir, else /run/seam/…, /dev/shm/seam-UID/…,
 * else HOME/run. */
MUST_USE enum err config_run_dir(const struct config *config, char *dir, size_t size);

/* HOME/name. */
MUST_USE enum err config_path(const struct config *config, const char *name, char *path,
			      size_t size);

#endif
