/*
 * Promises one writer for everything a party holds: the loop that gives batches, heads, due
 * releases and the picture their turns.  No network, no foreign format.
 */
#define _GNU_SOURCE
#include "seamd/core.h"

#include "admit/keyring.h"
#include "base/sign.h"
#include "journal/journal.h"
#include "model/ground.h"
#include "picture/picture.h"
#include "release/policy.h"
#include "release/profile.h"
#include "seamd/homeplace.h"
#include "seamd/jail.h"
#include "seamd/link.h"
#include "seamd/ring.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* How long a station that has links waits, before it signs a head, for a witness that holds more.
 */
enum { HEADS_ARENA = 1 << 20, HOLD_MS = 10000, NEXT_LEAST_MS = 20, NEXT_MOST_MS = 10000 };

int64_t
core_now(const struct core *core)
{
	return members_time(keyring_members(core->keyring), role_now_ms());
}

/* ---- turns ---- */

static void
on_tick(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;

	(void)fd;
	(void)what;
	if (core->seal || (core->first && core->first->kind != WIRE_FILE &&
			   core->first->kind != WIRE_CONFIRM && core->first->kind != WIRE_TAKE))
		core_take(core);
	core_hold_lines(core);
	if (core->is_stopping && !core->first)
		(void)event_base_loopexit(core->base, NULL);
	core_schedule(core);
}

static void
on_beat(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;

	(void)fd;
	(void)what;
	if (core->seal && core_head(core) == ERR_FULL)
		role_log("core", "alert", "no head was signed: the disk is full");
	(void)deliver_due(core);
	erased_give(core);
	retain_due(core);
	if (core->picture && !core->is_folding)
		(void)!picture_tidy(core->picture); /* BUSY: at a later beat */
	core_watch(core);
}

static void
on_fold(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;
	struct timeval soon = {0, 1000};
	struct timeval later = {1, 0};

	(void)fd;
	(void)what;
	(void)event_add(core->fold, fold_some(core) ? &soon : &later);
}

/* What has its moment is looked at when that comes, however fast the exercise's clock runs. */
static void
wait_for_next(struct core *core)
{
	const struct members *members = keyring_members(core->keyring);
	int64_t next_ms = core->due_ms < core->watch_ms ? core->due_ms : core->watch_ms;
	int64_t wait_ms = next_ms - core_now(core);
	struct timeval wait;

	if (wait_ms > NEXT_MOST_MS * (members->rate_milli / 1000 + 1))
		wait_ms = NEXT_MOST_MS;
	else if (wait_ms > 0)
		wait_ms = wait_ms * 1000 / members->rate_milli + 1;
	if (core->watched_seq != core->folded_seq && core->watch_after_ms - role_now_ms() < wait_ms)
		wait_ms = core->watch_after_ms - role_now_ms();
	if (wait_ms < NEXT_LEAST_MS)
		wait_ms = NEXT_LEAST_MS;
	wait = (struct timeval){wait_ms / 1000, wait_ms % 1000 * 1000};
	(void)event_add(core->next, &wait);
}

static void
on_next(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;

	(void)fd;
	(void)what;
	core->due_ms = deliver_due(core);
	core_watch(core);
	wait_for_next(core);
}

static void
on_pump(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;

	(void)fd;
	(void)what;
	core_watch(core);
	link_pump_all(core);
	core->due_ms = deliver_due(core);
	wait_for_next(core);
}

static void
on_link_beat(evutil_socket_t fd, short what, void *cookie)
{
	struct core *core = cookie;

	(void)fd;
	(void)what;
	link_beat_all(core);
	if (!core->first)
		(void)malloc_trim(0); /* what a rush of records took goes back */
}

static void
on_signal(evutil_socket_t number, short what, void *cookie)
{
	struct core *core = cookie;

	(void)number;
	(void)what;
	core->is_stopping = true;
	(void)event_base_loopexit(core->base, NULL);
}

/* ---- start and end ---- */

static enum err
file_policy(struct core *core, struct span text)
{
	struct record *record = calloc(1, sizeof *record);
	struct hash id;
	enum err err;

	if (!record)
		return ERR_NOMEM;
	arena_reset(core->arena);
	record_init(record, KIND_POLICY);
	record->field[FIELD_NUMBER] = (struct value){.is_set = true, .levels = 1, .number = 1};
	record->field[FIELD_DOCUMENT] = (struct value){.is_set = true, .levels = 1, .text = text};
	err = core_file_own(core, record, &id);
	free(record);
	return err;
}

/* A station without a policy starts with the one that init left, or with the one that releases
 * nothing. */
static enum err
first_policy(struct core *core)
{
	struct out text = out_new(LIMIT_DOCUMENT);
	char path[FILE_PATH_MAX];
	enum err err = config_path(core->config, "policy.initial", path, sizeof path);

	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_NOT_FOUND)
		err = profile_text(SPAN("nothing"), &core->own, NULL, 0, &text);
	if (err == ERR_OK)
		err = file_policy(core, out_view(&text));
	out_free(&text);
	return err;
}

void
core_settle(struct core *core)
{
	if (core->policy_now == 0 && core->seal && !core->is_settled) {
		core->is_settled = true;
		if (first_policy(core) != ERR_OK)
			role_log("core", "alert", "no policy is in force: nothing is released");
	}
	core_schedule(core);
}

/* One log must not get two histories: homeplace.h. */
static enum err
judge_place(const struct core *core, int64_t epoch, enum homeplace *is)
{
	enum err err = homeplace_look(core->config->home, epoch, is);

	if (err == ERR_FORMAT)
		role_log("core", "alert",
			 "home.place is not in its form: where nobody put this home back or copied "
			 "it, remove the file");
	if (err == ERR_OK && homeplace_text(*is)[0]) {
		role_log("core", "alert", "%s", homeplace_text(*is));
		err = ERR_EXISTS;
	}
	return err;
}

/*
 * Before anything is written: of files of different ages the newer would be fitted to the older,
 * keys of records thrown away.  Whether a recovery explains the difference is in the journal; where
 * that or the mark cannot be read, the journal's opening or know_place() says why.
 */
static enum err
look_at_place(const struct core *core)
{
	char why[JOURNAL_WHY_MAX];
	struct journal *journal = NULL;
	enum homeplace is;
	enum err err = ERR_OK;

	if (homeplace_look(core->config->home, 0, &is) != ERR_OK || !homeplace_text(is)[0])
		return ERR_OK;
	if (journal_open(core->config->home, JOURNAL_READ, why, &journal) == ERR_OK &&
	    !journal_is_stopped(journal))
		err = judge_place(core, journal_epoch(journal), &is);
	journal_close(journal);
	return err;
}

static enum err
know_place(struct core *core)
{
	int64_t epoch = journal_epoch(core->journal);
	enum homeplace is;
	enum err err = judge_place(core, epoch, &is);

	return err == ERR_OK && is == HOMEPLACE_NEW ? homeplace_note(core->config->home, epoch)
						    : err;
}

/* A home without accounts is one whose damaged ones were moved away: its owner has to be able to go
 * on. */
static enum err
open_duties(struct core *core, char reason[RING_WHY_MAX])
{
	char path[FILE_PATH_MAX];
	enum err err = config_path(core->config, "duty.db", path, sizeof path);

	if (err == ERR_OK && !file_is_there(path)) {
		role_log("core", "alert",
			 "duty.db was not there: it was made anew with the account local alone, "
			 "whose token is in ctl.token");
		err = duty_begin(core->config->home);
	}
	if (err == ERR_OK)
		err = duty_open(path, &core->duty);
	if (err == ERR_CORRUPT)
		(void)snprintf(reason, RING_WHY_MAX,
			       "duty.db: seam verify names the place, seam doctor what mends it");
	return err;
}

/* What is stored and broken does not come back from itself; the journal's own words name a remedy.
 */
static void
say_why_not(const struct core *core, enum err err, const char *why)
{
	const char *home = core->config->home;
	char fault[HOMEPLACE_FAULT_MAX];
	bool is_named = why[0] && strcmp(why, err_text(err)) != 0;

	if (err == ERR_EXISTS && !is_named)
		return; /* judge_place() has said it */
	if (!is_named && homeplace_fault(home, fault))
		role_log("core", "alert", "cannot start: %s", fault);
	else
		role_log("core", "alert", "cannot start: %s%s%s", err_text(err),
			 is_named ? ": " : "", is_named ? why : "");
	if ((err == ERR_CORRUPT || err == ERR_FORMAT || err == ERR_NOT_FOUND) &&
	    !strstr(why, "seam recover"))
		role_log("core", "alert",
			 "'seam verify %s' names the file and the place; where it cannot be put "
			 "right, bring the station back from its backup: seam recover NEW --from "
			 "BACKUP",
			 home);
}

static enum err
open_all(struct core *core)
{
	char why[JOURNAL_WHY_MAX] = "";
	char reason[RING_WHY_MAX] = "";
	struct policy *policy = NULL;
	enum err err = config_run_dir(core->config, core->run_dir, sizeof core->run_dir);

	if (err == ERR_OK)
		err = look_at_place(core);
	if (err == ERR_OK)
		err = journal_open(core->config->home, JOURNAL_WRITE, why, &core->journal);
	if (err == ERR_OK)
		err = know_place(core);
	if (err == ERR_OK)
		err = ring_load(core->journal, &core->keyring, reason);
	if (err == ERR_OK)
		err = core_load_heads(core);
	if (err == ERR_OK)
		err = ring_ground(core->config->home, &core->ground, reason);
	if (err == ERR_OK)
		err = open_duties(core, reason);
	if (err == ERR_OK) {
		err = ring_policy(core->journal, &core->own, 0, &policy, &core->policy_now);
		policy_free(policy);
		if (err == ERR_NOT_FOUND)
			err = ERR_OK;
	}
	if (err != ERR_OK)
		say_why_not(core, err, why[0] ? why : reason);
	return err;
}

/* The record key in force is the newest that the own key note certifies. */
static enum err
find_kid(struct core *core)
{
	const struct keynote *note = keyring_station(core->keyring, &core->config->station);

	core->kid.station = core->config->station;
	core->own = station_party(&core->kid.station);
	if (!note || note->records == 0) {
		role_log("core", "alert", "no key note of this station is on its shelf");
		return ERR_KEY;
	}
	core->kid.number = note->record[note->records - 1].number;
	return ERR_OK;
}

static enum err
start_loop(struct core *core)
{
	struct timeval beat = {core->config->beat_ms / 1000, core->config->beat_ms % 1000 * 1000};
	struct timeval soon = {0, 1000};
	struct timeval watch = {5, 0};

	core->base = event_base_new();
	if (!core->base)
		return ERR_NOMEM;
	core->keeper =
	    event_new(core->base, ROLE_FD_KEEPER, EV_READ | EV_PERSIST, core_from_keeper, core);
	core->term = evsignal_new(core->base, SIGTERM, on_signal, core);
	core->tick = evtimer_new(core->base, on_tick, core);
	core->beat = event_new(core->base, -1, EV_PERSIST, on_beat, core);
	core->fold = evtimer_new(core->base, on_fold, core);
	core->pump = evtimer_new(core->base, on_pump, core);
	core->next = evtimer_new(core->base, on_next, core);
	core->link_beat = event_new(core->base, -1, EV_PERSIST, on_link_beat, core);
	if (!core->keeper || !core->term || !core->tick || !core->beat || !core->fold ||
	    !core->pump || !core->next || !core->link_beat)
		return ERR_NOMEM;
	if (event_add(core->keeper, NULL) != 0 || event_add(core->term, NULL) != 0 ||
	    event_add(core->beat, &beat) != 0 || event_add(core->fold, &soon) != 0 ||
	    event_add(core->link_beat, &watch) != 0 || event_add(core->next, &soon) != 0)
		return ERR_SYSTEM;
	return ERR_OK;
}

static void
close_loop(struct core *core)
{
	struct event *events[] = {core->next,   core->tick, core->beat, core->fold,
				  core->keeper, core->term, core->pump, core->link_beat};

	for (size_t i = 0; i < CORE_LINES_MAX; i++)
		if (core->lines[i].line)
			bufferevent_free(core->lines[i].line);
	for (size_t i = 0; i < LINKS_MAX; i++)
		link_free(core, core->links[i]);
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (events[i])
			event_free(events[i]);
	if (core->base)
		event_base_free(core->base);
}

/* Also of a core that was opened in part. */
static void
close_all(struct core *core)
{
	while (core->first)
		core_drop_act(core);
	close_loop(core);
	picture_close(core->picture);
	journal_close(core->journal);
	duty_close(core->duty);
	preview_free(core);
	core_drop_alarms(core);
	for (size_t i = 0; i < CORE_POLICIES; i++)
		policy_free(core->policies[i].policy);
	keyring_free(core->keyring);
	ground_free(core->ground);
	client_close(core->seal);
	client_close(core->clerk);
	arena_free(core->arena);
	arena_free(core->heads_arena);
	sign_wipe(core, sizeof *core);
	free(core);
}

static enum err
open_core(struct core *core)
{
	enum err err;

	core->arena = arena_new(CORE_BATCH_ARENA);
	core->heads_arena = arena_new(HEADS_ARENA);
	core->own = station_party(&core->config->station);
	err = core->arena && core->heads_arena ? open_all(core) : ERR_NOMEM;
	if (err == ERR_OK)
		err = find_kid(core);
	if (err == ERR_OK)
		err = start_loop(core);
	return err;
}

/* Behind the wall until told to stop. */
static int
serve(struct core *core)
{
	struct jail_paths paths = {{core->config->home, core->run_dir, NULL}, {NULL}};
	char report[JAIL_REPORT_MAX] = "";
	char why[LINKS_WHY_MAX];
	struct links links;

	fold_start(core);
	erase_finish(core);
	if (links_read(core->config->home, &links, why) == ERR_OK && links.n > 0)
		core->hold_until_ms = role_now_ms() + HOLD_MS;
	core->owes_words = true;
	if (jail_enter(JAIL_CORE, &paths, core->config->jail, report) != ERR_OK) {
		role_log("core", "alert", "no wall: %s; set 'jail warn' to run without it", report);
		return ROLE_EXIT_CONFIG;
	}
	if (role_say_ready(report) == ERR_OK)
		(void)event_base_dispatch(core->base);
	if (core->seal && core_head(core) != ERR_OK)
		role_log("core", "note", "the last leaves will be under the next start's head");
	return ROLE_EXIT_OK;
}

int
core_run(const struct config *config)
{
	struct core *core = calloc(1, sizeof *core);
	enum err err = core ? role_prepare() : ERR_NOMEM;
	int code;

	if (err != ERR_OK) {
		free(core);
		return ROLE_EXIT_FAULT;
	}
	core->config = config;
	err = open_core(core);
	if (err == ERR_OK)
		code = serve(core);
	else
		code = err == ERR_NOMEM ? ROLE_EXIT_FAULT : ROLE_EXIT_CONFIG;
	close_all(core);
	return code;
}
