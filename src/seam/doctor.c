/* Promises to look for what stops a station or makes it unsafe, and to say what mends each. */
#include "seam/command.h"
#include "seam/doctor.h"
#include "seam/reach.h"
#include "seam/view.h"

#include "admit/keyring.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "journal/verify.h"
#include "release/policy.h"
#include "seamd/duty_table.h"
#include "seamd/homeplace.h"
#include "seamd/keyfile.h"
#include "seamd/ring.h"

#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	DISK_WARN_MB = 1024,
	DISK_FAULT_MB = 100,
	UNHEADED_WARN = 1000,
	CLOCK_SKEW_MS = 5 * 60 * 1000
};

void
doctor_say(struct doctor *doctor, enum doctor_word word, const char *what, const char *found,
	   const char *fix)
{
	static const char *const words[] = {"ok", "look", "FAULT"};
	static const enum app_colour colours[] = {APP_GREEN, APP_YELLOW, APP_RED};
	size_t begin = doctor->out.n;

	doctor->faults += word == DOCTOR_FAULT;
	if (doctor->app->is_json) {
		out_format(&doctor->out, "%s{\"is\":\"%s\",\"what\":\"%s\",\"found\":",
			   doctor->is_first ? "[" : ",\n", words[word], what);
		out_json(&doctor->out, span_of(found));
		out_text(&doctor->out, ",\"fix\":");
		out_json(&doctor->out, span_of(fix));
		out_char(&doctor->out, '}');
		doctor->is_first = false;
		return;
	}
	app_colour(doctor->app, &doctor->out, colours[word]);
	out_text(&doctor->out, words[word]);
	app_colour(doctor->app, &doctor->out, APP_PLAIN);
	app_column(&doctor->out, begin, 7);
	out_text(&doctor->out, what);
	app_column(&doctor->out, begin, 18);
	out_text(&doctor->out, found);
	if (fix[0])
		out_format(&doctor->out, "\n                  -> %s", fix);
	out_char(&doctor->out, '\n');
}

static void
look_at_files(struct doctor *doctor)
{
	static const char *const secret[] = {"station.key", "root.key", "ctl.token",
					     "duty.db",     "keys.db",  "passphrase"};
	const struct config *config = &doctor->app->config;
	char path[FILE_PATH_MAX];
	char found[FILE_PATH_MAX + 64];
	struct stat stat_;

	if (stat(config->home, &stat_) == 0 && stat_.st_mode & 077)
		doctor_say(doctor, DOCTOR_FAULT, "home", "others may look into it",
			   "chmod 700 on the home");
	else
		doctor_say(doctor, DOCTOR_OK, "home", config->home, "");
	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
		if (config_path(config, secret[i], path, sizeof path) != ERR_OK ||
		    stat(path, &stat_) != 0 || !(stat_.st_mode & 077))
			continue;
		(void)snprintf(found, sizeof found, "%s may be read by others", secret[i]);
		doctor_say(doctor, DOCTOR_FAULT, "files", found, "chmod 600 on the file");
	}
	if (config_path(config, "root.key", path, sizeof path) == ERR_OK && file_is_there(path) &&
	    !config->exercise)
		doctor_say(
		    doctor, DOCTOR_WARN, "root key", "the party's root key lies on this machine",
		    "move root.key to a safe place off the machine; --root FILE names it when it "
		    "is needed");
	if (config->passphrase_file.text[0] && !file_is_there(config->passphrase_file.text))
		doctor_say(
		    doctor, DOCTOR_FAULT, "passphrase",
		    "passphrase_file names a file that is not there",
		    "write the passphrase there, or take the line out of seam.conf to be asked");
}

/* Whether the file opens with the passphrase that the station starts with; without one only its
 * form can be judged. */
static enum err
try_keyfile(const struct config *config, const char *path)
{
	char passphrase[KEYFILE_PASSPHRASE_MAX] = "";
	const char *file = config->passphrase_file.text;
	struct keyfile *keys = calloc(1, sizeof *keys);
	bool has = file[0] && file_is_there(file);
	size_t n = 0;
	enum err err = keys ? ERR_OK : ERR_NOMEM;

	if (err == ERR_OK && has)
		err = keyfile_passphrase(file, "", passphrase, &n);
	if (err == ERR_OK)
		err = keyfile_read(path, span_make(passphrase, n), keys);
	if (err == ERR_KEY && !has)
		err = ERR_OK;
	sign_wipe(passphrase, sizeof passphrase);
	if (keys)
		keyfile_wipe(keys);
	free(keys);
	return err;
}

static void
look_at_key_files(struct doctor *doctor)
{
	const struct config *config = &doctor->app->config;
	char path[FILE_PATH_MAX];
	char found[FILE_PATH_MAX + 64];
	enum err err = config_path(config, "station.key", path, sizeof path);

	if (err == ERR_OK)
		err = try_keyfile(config, path);
	(void)snprintf(found, sizeof found, "station.key: %s", err_text(err));
	if (err != ERR_OK)
		doctor_say(
		    doctor, DOCTOR_FAULT, "key file", found,
		    "the passphrase is another, or the file is damaged or missing: put it back "
		    "from a copy, or seam recover NEW --from BACKUP");
	err = config_path(config, "root.key", path, sizeof path);
	if (err != ERR_OK || !file_is_there(path))
		return;
	err = try_keyfile(config, path);
	(void)snprintf(found, sizeof found, "root.key: %s", err_text(err));
	if (err == ERR_FORMAT || (err == ERR_KEY && config->exercise))
		doctor_say(doctor, DOCTOR_FAULT, "key file", found,
			   "the passphrase is another, or the file is damaged: put it back from a "
			   "copy; without the root no new key can be certified");
}

/* What keeps a station from starting, in the words that it would say. */
static void
look_at_start(struct doctor *doctor)
{
	const char *home = doctor->app->config.home;
	char why[JOURNAL_WHY_MAX];
	char fix[FILE_PATH_MAX + 64];
	char fault[HOMEPLACE_FAULT_MAX];
	struct journal *journal = NULL;
	enum err err = journal_open(home, JOURNAL_READ, why, &journal);
	bool is_stopped = err == ERR_OK && journal_is_stopped(journal);
	enum homeplace is;

	(void)snprintf(fix, sizeof fix, "seam recover %s", home);
	if (is_stopped)
		doctor_say(doctor, DOCTOR_FAULT, "log", why[0] ? why : "it is signed no more", fix);
	else if (homeplace_fault(home, fault) || err != ERR_OK)
		doctor_say(doctor, DOCTOR_FAULT, "journal", fault[0] ? fault : why,
			   "seam verify names the place; seam recover NEW --from BACKUP brings the "
			   "station back");
	if (err == ERR_OK && homeplace_look(home, journal_epoch(journal), &is) == ERR_OK &&
	    homeplace_text(is)[0])
		doctor_say(doctor, DOCTOR_FAULT, "home", homeplace_text(is), fix);
	journal_close(journal);
}

static void
look_at_disk(struct doctor *doctor)
{
	struct statvfs disk;
	uint64_t free_mb;
	char found[64];

	if (statvfs(doctor->app->config.home, &disk) != 0)
		return;
	free_mb = (uint64_t)disk.f_bavail * disk.f_frsize >> 20;
	(void)snprintf(found, sizeof found, "%llu MB free", (unsigned long long)free_mb);
	doctor_say(doctor,
		   free_mb < DISK_FAULT_MB  ? DOCTOR_FAULT
		   : free_mb < DISK_WARN_MB ? DOCTOR_WARN
					    : DOCTOR_OK,
		   "disk", found,
		   free_mb < DISK_WARN_MB ? "make room: a full disk stops filing, it loses nothing"
					  : "");
}

struct newest {
	int64_t at_ms;
};

static bool
note_newest(void *context, const struct journal_record *row)
{
	struct newest *newest = context;

	if (row->is_own && row->filed_ms > newest->at_ms)
		newest->at_ms = row->filed_ms;
	return true;
}

static void
look_at_clock(struct doctor *doctor, struct view *view)
{
	struct newest newest = {0};
	struct journal_counts counts;
	int64_t now = app_now(doctor->app);

	if (journal_count(view_journal(view), &counts) != ERR_OK ||
	    journal_each(view_journal(view), 0, &(struct journal_walk){note_newest, &newest}) !=
		ERR_OK)
		return;
	if (newest.at_ms > now + CLOCK_SKEW_MS)
		doctor_say(doctor, DOCTOR_FAULT, "clock", "a record was filed later than it is now",
			   "the clock stands too early, or stood too late: set it (timedatectl)");
	else
		doctor_say(doctor, DOCTOR_OK, "clock",
			   doctor->app->config.exercise ? "exercise time"
							: "not before the newest record",
			   "");
}

static void
look_at_log(struct doctor *doctor, struct view *view)
{
	uint64_t behind = journal_size(view_journal(view)) - journal_head_size(view_journal(view));
	struct journal_counts counts = {0};
	char found[128];

	(void)snprintf(found, sizeof found, "%llu leaves, %llu not under a head",
		       (unsigned long long)journal_size(view_journal(view)),
		       (unsigned long long)behind);
	doctor_say(doctor, behind > UNHEADED_WARN ? DOCTOR_WARN : DOCTOR_OK, "log", found,
		   behind > UNHEADED_WARN
		       ? "a running station signs a head at each beat: is it running?"
		       : "");
	if (journal_count(view_journal(view), &counts) == ERR_OK && counts.quarantined) {
		(void)snprintf(found, sizeof found, "%llu refused items are kept",
			       (unsigned long long)counts.quarantined);
		doctor_say(doctor, DOCTOR_WARN, "quarantine", found,
			   "seam quarantine lists them with the reason of each; ask their senders");
	}
}

static void
look_at_keys(struct doctor *doctor, struct view *view)
{
	const struct keynote *note = keyring_station(view_ring(view), &doctor->app->config.station);
	struct keyring_key key;
	struct kid kid = {.station = doctor->app->config.station};
	char found[128];

	if (!note) {
		doctor_say(doctor, DOCTOR_FAULT, "keys", "no key note of this station",
			   "seam join, or seam init anew");
		return;
	}
	kid.number = note->record[note->records - 1].number;
	(void)snprintf(found, sizeof found, "key note version %lld, record key %u",
		       (long long)note->version, kid.number);
	if (keyring_find(view_ring(view), &kid, &key) && key.is_revoked)
		doctor_say(doctor, DOCTOR_FAULT, "keys",
			   "the record key of this station was revoked",
			   "its party's root must certify a new one");
	else
		doctor_say(doctor, DOCTOR_OK, "keys", found, "");
	(void)snprintf(found, sizeof found, "version %lld, %u parties",
		       (long long)keyring_members(view_ring(view))->version,
		       keyring_members(view_ring(view))->n);
	doctor_say(doctor, DOCTOR_OK, "members", found, "");
}

static void
look_at_accounts(struct doctor *doctor)
{
	struct verify_counts counts = {0};
	char fault[VERIFY_FAULT_MAX] = "";
	enum err err = verify_database(doctor->app->config.home, "duty.db", duty_table,
				       duty_table_make, &counts, fault);

	if (err == ERR_OK)
		doctor_say(doctor, DOCTOR_OK, "accounts", "every row is what was written", "");
	else
		doctor_say(
		    doctor, DOCTOR_FAULT, "accounts", fault[0] ? fault : err_text(err),
		    "an account: seam user remove it and add it again; else stop the station "
		    "and move duty.db away: its next start makes one with the account local, "
		    "which adds the others");
}

static void
look_at_policy(struct doctor *doctor, struct view *view)
{
	struct party own = station_party(&doctor->app->config.station);
	struct policy *policy = NULL;
	struct policy_count count;
	int64_t version;
	char found[64];

	if (ring_policy(view_journal(view), &own, 0, &policy, &version) != ERR_OK) {
		doctor_say(doctor, DOCTOR_WARN, "policy", "none is in force yet",
			   "it starts with the station; or seam policy use FILE");
		return;
	}
	count = policy_count(policy);
	(void)snprintf(found, sizeof found, "version %lld, %u release lines", (long long)version,
		       count.rules);
	doctor_say(doctor, count.rules ? DOCTOR_OK : DOCTOR_WARN, "policy", found,
		   count.rules
		       ? ""
		       : "nothing is given to anybody: seam policy profiles shows ready ones");
	policy_free(policy);
}

static void
look_at_walls(struct doctor *doctor)
{
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0)
		doctor_say(doctor, DOCTOR_OK, "walls", "the kernel has Landlock", "");
	else
		doctor_say(
		    doctor, DOCTOR_WARN, "walls", "the kernel has no Landlock",
		    "a real station refuses to run without (jail strict): take a kernel that "
		    "has it, with landlock in its lsm= list");
}

static void
look_at_station(struct doctor *doctor)
{
	if (reach_is_running(doctor->app))
		doctor_say(doctor, DOCTOR_OK, "station", "running", "");
	else
		doctor_say(doctor, DOCTOR_WARN, "station", "not running",
			   "seamd -H HOME; commands start it for their length");
}

int
doctor_look(struct app *app)
{
	struct doctor doctor = {.app = app, .out = out_new(1 << 20), .is_first = true};
	struct view *view;
	int code;

	look_at_files(&doctor);
	look_at_key_files(&doctor);
	look_at_disk(&doctor);
	look_at_walls(&doctor);
	look_at_accounts(&doctor);
	look_at_station(&doctor);
	view = view_open(app, VIEW_JOURNAL | VIEW_RING);
	look_at_start(&doctor);
	if (view) {
		look_at_clock(&doctor, view);
		look_at_log(&doctor, view);
		look_at_keys(&doctor, view);
		doctor_look_at_tls(&doctor, view);
		look_at_policy(&doctor, view);
		doctor_look_at_links(&doctor, view);
	}
	view_close(view);
	if (app->is_json)
		out_text(&doctor.out, "]\n");
	code = app_print(app, &doctor.out);
	return doctor.faults ? APP_NO : code;
}
