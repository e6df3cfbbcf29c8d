/*
 * Promises that what the rules find becomes an alert record, that it climbs while nobody answers,
 * and that it ends: acted on or declined by a person, closed when the matter is over, or expired.
 * Alarms about logs, keys and links are alerts of the same kind. An alert never leaves the party.
 */
#include "seamd/core.h"

#include "journal/journal.h"
#include "model/value.h"
#include "picture/picture.h"
#include "picture/picture_unseen.h"
#include "watch/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALERTS_OPEN = 1000,
	WATCH_ARENA = 64 << 20,
	MINUTE_MS = 60 * 1000,
	ORIGIN_MAX = 128,
	ALARMS_MAX = 32,
	SHARE = 20,       /* a run of the rules rests twenty times as long as it took … */
	SHARE_SLOW = 200, /* … and one that is felt by whoever files, two hundred times */
	SLOW_MS = 20
};

/* An alarm waits for the end of whatever found it. */
struct core_alarm {
	struct core_alarm *next;
	char rule[32];
	char about[LIMIT_STATION_TEXT];
	char text[WATCH_TEXT];
	int64_t at_ms;
};

/* An alert record of this station that is in force. */
struct open_alert {
	struct span origin;
	struct span thread;
	struct hash id;
	const struct record *record;
	bool is_answered; /* acted on, or declined */
	bool is_ended;    /* closed or expired already */
	bool is_wanted;   /* the rules still find it */
};

struct watching {
	struct core *core;
	struct arena *arena;
	struct open_alert *open;
	size_t n;
	struct watch_settings settings;
};

/* ---- what stands ---- */

static bool
is_ending(int answer)
{
	return answer == ANSWER_DONE || answer == ANSWER_DECLINE || answer == ANSWER_WITHDRAWN;
}

static enum err
look_at_answers(struct watching *watching, struct open_alert *alert)
{
	struct picture_answer *answers;
	size_t n;
	enum err err =
	    picture_answers(watching->core->picture, &alert->id, watching->arena, &answers, &n);

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct party party = station_party(&answers[i].station);
		bool is_so = false;

		if (party_equal(&party, &watching->core->own) && is_ending(answers[i].answer))
			err = picture_alert_answered(watching->core->picture, &alert->id,
						     alert->record, &answers[i].re, watching->arena,
						     &is_so);
		alert->is_answered = alert->is_answered || is_so;
	}
	return err;
}

static enum err
find_open(struct watching *watching)
{
	struct picture_query query = {.kinds = picture_kind(KIND_ALERT),
				      .station = watching->core->kid.station,
				      .with_records = true,
				      .limit = PICTURE_ROWS_MAX};
	struct picture_row *rows;
	size_t n;
	enum err err = picture_query(watching->core->picture, &query, watching->arena, &rows, &n,
				     &query.after);

	if (err == ERR_OK)
		watching->open = arena_array(watching->arena, n + 1, sizeof *watching->open);
	if (err == ERR_OK && !watching->open)
		err = ERR_NOMEM;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct open_alert *alert = &watching->open[watching->n];
		const struct value *state;

		if (!rows[i].record || !rows[i].record->field[FIELD_ORIGIN].is_set)
			continue;
		state = &rows[i].record->field[FIELD_STATE];
		*alert = (struct open_alert){
		    .origin = rows[i].record->field[FIELD_ORIGIN].text,
		    .thread = rows[i].thread,
		    .id = rows[i].id,
		    .record = rows[i].record,
		    .is_ended = state->is_set && state->code != STATE_OPEN,
		};
		err = look_at_answers(watching, alert);
		watching->n++;
	}
	return err;
}

/* ---- records ---- */

static void
put(struct record *record, enum field field, struct value value)
{
	value.is_set = true;
	value.levels = value_levels(field, &value);
	record->field[field] = value;
}

static void
put_text(struct record *record, enum field field, const char *text)
{
	if (text[0])
		put(record, field, (struct value){.text = span_of(text)});
}

/* `began_ms` is when the alert was raised first: it stays through all its steps. */
static void
write_alert(struct record *record, const struct watch_alert *alert, const char *origin,
	    int64_t began_ms)
{
	record_init(record, KIND_ALERT);
	put_text(record, FIELD_ORIGIN, origin);
	put_text(record, FIELD_RULE, watch_rule_code(alert->rule));
	put(record, FIELD_SEVERITY, (struct value){.code = (uint16_t)alert->severity});
	put(record, FIELD_STATE, (struct value){.code = STATE_OPEN});
	put(record, FIELD_NUMBER, (struct value){.number = alert->step});
	put_text(record, FIELD_TOLD_DUTY, alert->duty);
	if (alert->due_ms > 0)
		put(record, FIELD_DUE, (struct value){.at_ms = alert->due_ms});
	put_text(record, FIELD_TEXT, alert->text);
	put(record, FIELD_LANG, (struct value){.code = LANG_EN});
	put(record, FIELD_CIVILIANS, (struct value){.code = (uint16_t)alert->civilians});
	put(record, FIELD_WHEN, (struct value){.when = {began_ms, began_ms, WHEN_MINUTE}});
	if (alert->place.level)
		put(record, FIELD_PLACE, (struct value){.place = alert->place});
	if (alert->n)
		put(record, FIELD_CITES, (struct value){.ids = {(uint16_t)alert->n, alert->cites}});
	if (alert->party.name[0])
		put(record, FIELD_PARTIES, (struct value){.parties = {1, &alert->party}});
}

static void
file(struct core *core, struct record *record, struct span thread)
{
	struct hash id;
	enum err err;

	arena_reset(core->arena);
	err = core_file_record(core, record, thread, &id);
	if (err != ERR_OK)
		role_log("core", "alert", "an alert could not be filed: %s", err_text(err));
}

/* An alert that ends by itself says how. */
static void
end(struct core *core, const struct open_alert *alert, enum vocab_state state)
{
	struct record *record = calloc(1, sizeof *record);

	if (!record)
		return;
	*record = *alert->record;
	put(record, FIELD_STATE, (struct value){.code = (uint16_t)state});
	record->field[FIELD_DUE] = (struct value){0};
	file(core, record, alert->thread);
	free(record);
}

/* ---- what the rules want against what stands ---- */

/* While nobody of the own party answers an alert it is called to the next duty, as any record that
 * asks would be. */
static void
climb(const struct watching *watching, const struct open_alert *alert, struct watch_alert *wanted)
{
	const struct watch_settings *settings = &watching->settings;
	int64_t first_ms = (wanted->severity == SEVERITY_RED ? settings->watch_red_min
							     : settings->watch_yellow_min) *
			   MINUTE_MS;
	int64_t began_ms =
	    alert ? alert->record->field[FIELD_WHEN].when.from_ms : core_now(watching->core);
	int64_t passed_ms = core_now(watching->core) - began_ms - first_ms;
	int64_t step2_ms = settings->watch_step2_min * MINUTE_MS;
	int64_t step3_ms = settings->watch_step3_min * MINUTE_MS;

	if (wanted->rule == WATCH_UNANSWERED)
		return;
	wanted->step = passed_ms >= step3_ms ? 3 : passed_ms >= step2_ms ? 2 : 1;
	wanted->duty = passed_ms >= step3_ms   ? "director"
		       : passed_ms >= step2_ms ? "liaison"
					       : wanted->duty;
	wanted->due_ms = passed_ms < step2_ms   ? began_ms + first_ms + step2_ms
			 : passed_ms < step3_ms ? began_ms + first_ms + step3_ms
						: 0;
}

static bool
is_same_ids(const struct value *cites, const struct watch_alert *wanted)
{
	return cites->is_set && cites->ids.n == wanted->n &&
	       memcmp(cites->ids.id, wanted->cites, wanted->n * sizeof *wanted->cites) == 0;
}

static bool
has_changed(const struct open_alert *alert, const struct watch_alert *wanted)
{
	const struct record *record = alert->record;

	return record->field[FIELD_NUMBER].number != (int64_t)wanted->step ||
	       record->field[FIELD_SEVERITY].code != (uint16_t)wanted->severity ||
	       !is_same_ids(&record->field[FIELD_CITES], wanted);
}

static void
want(struct watching *watching, struct watch_alert *wanted)
{
	struct core *core = watching->core;
	struct open_alert *alert = NULL;
	struct record *record;
	char origin[ORIGIN_MAX];
	char key[HASH_TEXT_SIZE];
	int64_t began_ms;

	hash_text(key, &wanted->key);
	(void)snprintf(origin, sizeof origin, "%s:%s", watch_rule_code(wanted->rule), key);
	for (size_t i = 0; i < watching->n && !alert; i++)
		if (span_is(watching->open[i].origin, origin))
			alert = &watching->open[i];
	climb(watching, alert, wanted);
	if (alert)
		alert->is_wanted = true;
	/* What a person ended stays ended until something new joins it. */
	if (alert && (alert->is_answered || alert->is_ended)
		? is_same_ids(&alert->record->field[FIELD_CITES], wanted)
		: alert && !has_changed(alert, wanted))
		return;
	record = calloc(1, sizeof *record);
	if (!record)
		return;
	began_ms = alert && !alert->is_answered && !alert->is_ended
		       ? alert->record->field[FIELD_WHEN].when.from_ms
		       : core_now(core);
	began_ms -= began_ms % MINUTE_MS;
	write_alert(record, wanted, origin, began_ms);
	if (!alert || wanted->step != alert->record->field[FIELD_NUMBER].number)
		role_log("core", "note", "alert %s, step %u, for the duty %s",
			 watch_rule_code(wanted->rule), wanted->step, wanted->duty);
	file(core, record, alert ? alert->thread : (struct span){NULL, 0});
	free(record);
}

static void
end_rest(struct watching *watching)
{
	struct core *core = watching->core;
	int64_t expire_ms = watching->settings.watch_expire_min * MINUTE_MS;
	enum watch_rule rule;

	for (size_t i = 0; i < watching->n; i++) {
		const struct open_alert *alert = &watching->open[i];
		int64_t began_ms = alert->record->field[FIELD_WHEN].when.from_ms;
		bool is_old = core_now(core) - began_ms >= expire_ms;

		if (alert->is_ended || alert->is_answered)
			continue;
		if (is_old)
			end(core, alert, STATE_EXPIRED);
		else if (!alert->is_wanted &&
			 watch_rule_find(alert->record->field[FIELD_RULE].text, &rule))
			end(core, alert, STATE_CLOSED);
	}
}

static void
take_settings(const struct config *config, struct watch_settings *settings)
{
#define X(member, type, preset, low, high, help) settings->member = config->member;
	WATCH_SETTING_ROWS(X)
#undef X
}

static enum err
watch_all(struct watching *watching)
{
	struct core *core = watching->core;
	struct watch_question question = {.picture = core->picture,
					  .ground = core->ground,
					  .settings = &watching->settings,
					  .own = core->own,
					  .now_ms = core_now(core)};
	struct watch_alert *alerts;
	size_t n;
	enum err err = watch_run(&question, watching->arena, &alerts, &n, &core->watch_ms);

	if (err == ERR_OK)
		err = find_open(watching);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		want(watching, &alerts[i]);
	if (err == ERR_OK)
		end_rest(watching);
	for (size_t i = 0; i < watching->n && err == ERR_OK; i++) {
		const struct value *due = &watching->open[i].record->field[FIELD_DUE];

		if (!watching->open[i].is_ended && !watching->open[i].is_answered && due->is_set &&
		    due->at_ms > question.now_ms && due->at_ms < core->watch_ms)
			core->watch_ms = due->at_ms;
	}
	return err;
}

void
core_watch(struct core *core)
{
	struct watching watching = {.core = core};
	int64_t began_ms;
	int64_t took_ms;
	enum err err;

	core_flush_alarms(core);
	if (role_now_ms() < core->watch_after_ms)
		return;
	if (!core->picture || core->is_folding || !core->seal || core->is_stopping ||
	    (core->watched_seq == core->folded_seq && core_now(core) < core->watch_ms))
		return;
	began_ms = role_now_ms();
	watching.arena = arena_new(WATCH_ARENA);
	take_settings(core->config, &watching.settings);
	core->watch_ms = INT64_MAX;
	err = watching.arena ? watch_all(&watching) : ERR_NOMEM;
	core->watched_seq = core->folded_seq;
	if (err != ERR_OK) {
		role_log("core", "warn", "the rules could not be asked: %s", err_text(err));
		core->watch_ms = core_now(core) + MINUTE_MS;
	} else if (core->watch_ms > core_now(core) + MINUTE_MS * 60) {
		core->watch_ms = core_now(core) + MINUTE_MS * 60;
	}
	arena_free(watching.arena);
	took_ms = role_now_ms() - began_ms;
	core->watch_after_ms = role_now_ms() + took_ms * (took_ms > SLOW_MS ? SHARE_SLOW : SHARE);
}

/* ---- alarms ---- */

void
core_alarm(struct core *core, const char *rule, const char *about, const char *text)
{
	struct core_alarm *alarm;
	size_t n = 0;

	role_log("core", "alert", "%s", text);
	for (struct core_alarm *other = core->alarms; other; other = other->next)
		n++;
	alarm = n < ALARMS_MAX ? calloc(1, sizeof *alarm) : NULL;
	if (!alarm)
		return;
	(void)snprintf(alarm->rule, sizeof alarm->rule, "%s", rule);
	(void)snprintf(alarm->about, sizeof alarm->about, "%s", about);
	(void)snprintf(alarm->text, sizeof alarm->text, "%s", text);
	alarm->next = core->alarms;
	core->alarms = alarm;
}

static void
file_alarm(struct core *core, const struct core_alarm *alarm)
{
	struct record *record = calloc(1, sizeof *record);
	char origin[ORIGIN_MAX];
	int64_t now_ms = core_now(core);

	if (!record)
		return;
	(void)snprintf(origin, sizeof origin, "%s:%s", alarm->rule, alarm->about);
	record_init(record, KIND_ALERT);
	put_text(record, FIELD_ORIGIN, origin);
	put_text(record, FIELD_RULE, alarm->rule);
	put(record, FIELD_SEVERITY, (struct value){.code = SEVERITY_RED});
	put(record, FIELD_STATE, (struct value){.code = STATE_OPEN});
	put(record, FIELD_NUMBER, (struct value){.number = 1});
	put_text(record, FIELD_TOLD_DUTY, "director");
	put_text(record, FIELD_TEXT, alarm->text);
	put(record, FIELD_LANG, (struct value){.code = LANG_EN});
	now_ms -= now_ms % MINUTE_MS;
	put(record, FIELD_WHEN, (struct value){.when = {now_ms, now_ms, WHEN_MINUTE}});
	file(core, record, (struct span){NULL, 0});
	free(record);
}

void
core_flush_alarms(struct core *core)
{
	while (core->alarms && core->seal && !core->is_stopping) {
		struct core_alarm *alarm = core->alarms;

		core->alarms = alarm->next;
		file_alarm(core, alarm);
		free(alarm);
	}
}

void
core_drop_alarms(struct core *core)
{
	while (core->alarms) {
		struct core_alarm *alarm = core->alarms;

		core->alarms = alarm->next;
		free(alarm);
	}
}
