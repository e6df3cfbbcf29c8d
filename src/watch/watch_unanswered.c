/*
 * Promises to find records that ask for an answer and got none in time: those of other parties that
 * this party owes an answer, and own ones that another party owes one, there told apart by whether
 * it has arrived at all.  `seen` stops the clock as every answer does; what the answer says is not
 * this rule's business.
 */
#include "watch/watch_rule.h"

#include "model/label.h"

enum {
	SCAN = 4000, /* records looked at, newest event first */
	/* An event may lie so long before the day it is told of; records about older ones are not
	 * looked at: a list that is imported is no alarm. */
	BACK_DAYS = 7,
	HEADLINE = 160,
	HEADLINE_MAX = 8192
};

/* A record that may be waiting for an answer. */
struct matter {
	const struct picture_row *row;
	const struct record *record;
	enum vocab_severity severity;
	int64_t end_ms; /* it is over, or no longer looked at */
	bool is_read;   /* the notes are */
	const struct picture_row *notes;
	size_t n_notes;
};

/* How an own record stands with one party. */
struct way {
	bool is_known; /* false: a sister's record, whose way only the sister knows */
	enum picture_state state;
	int64_t at_ms;
	enum why why;
	int64_t older_ms; /* an earlier version arrived then; 0: none */
	const struct picture_row *told;
};

static bool
is_foreign_to(const struct picture_row *row, const struct party *party)
{
	struct party signer = station_party(&row->station);

	return !party_equal(&signer, party);
}

static bool
is_need(const struct matter *matter, enum vocab_need need)
{
	return matter->row->kind == KIND_REQUEST &&
	       watch_code(matter->record, FIELD_NEED) == (int)need;
}

/* Kinds whose window is the time in which they hold; elsewhere it is a period they speak of. */
static int64_t
holds_until(const struct matter *matter)
{
	const struct value *window = &matter->record->field[FIELD_WINDOW];
	enum kind kind = matter->row->kind;
	bool is_bound = kind == KIND_MOVEMENT || kind == KIND_CIVIL || kind == KIND_WARNING ||
			kind == KIND_DECISION || kind == KIND_AGREEMENT;

	return is_bound && window->is_set ? watch_end_of(&window->when, true) : INT64_MAX;
}

static int64_t
seen_until(const struct watch_run *run, const struct picture_row *row)
{
	return watch_row_end(row) + run->question->settings->watch_expire_min * WATCH_MINUTE_MS +
	       BACK_DAYS * WATCH_DAY_MS;
}

/* False for what never alerts: ended or green. */
static bool
make_matter(const struct watch_run *run, const struct picture_row *row, struct matter *matter)
{
	const struct value *needed = &row->record->field[FIELD_NEEDED_BY];
	int state = watch_code(row->record, FIELD_STATE);
	int64_t seen_ms = seen_until(run, row), holds_ms;

	*matter = (struct matter){.row = row, .record = row->record, .severity = SEVERITY_YELLOW};
	holds_ms = holds_until(matter);
	matter->end_ms = holds_ms < seen_ms ? holds_ms : seen_ms;
	if (state == STATE_CLOSED || state == STATE_EXPIRED || row->severity == SEVERITY_GREEN)
		return false;
	if (row->severity == SEVERITY_RED || is_need(matter, NEED_MEDEVAC) ||
	    (needed->is_set && needed->at_ms <= run->question->now_ms))
		matter->severity = SEVERITY_RED;
	return run->question->now_ms < matter->end_ms;
}

/* Minutes to answer what does not say by when; 0: no clock. */
static int64_t
default_min(const struct watch_run *run, const struct matter *matter)
{
	const struct watch_settings *settings = run->question->settings;

	if (is_need(matter, NEED_MEDEVAC))
		return settings->watch_life_min;
	if (matter->row->severity == SEVERITY_RED)
		return settings->watch_red_min;
	return matter->row->severity == SEVERITY_YELLOW ? settings->watch_yellow_min : 0;
}

/* More notes or versions than there is room for: the rule goes on without them, so that a flood of
 * them keeps nothing quiet, and says that it left something out. */
static enum err
forgive(struct watch_run *run, enum err err, size_t *n)
{
	if (err != ERR_NOMEM)
		return err;
	run->cut |= 1U << WATCH_UNANSWERED;
	*n = 0;
	return ERR_OK;
}

static enum err
read_versions(struct watch_run *run, const struct matter *matter, struct picture_row **rows,
	      size_t *n)
{
	enum err err;

	arena_reset(run->versions);
	err = picture_thread(run->question->picture, matter->row->thread, run->versions, rows, n);
	return forgive(run, err, n);
}

/* When the first version of this statement came or was filed: amending starts no new clock. */
static enum err
first_known(struct watch_run *run, const struct matter *matter, int64_t *at_ms)
{
	struct picture_row *rows;
	size_t n;
	enum err err = read_versions(run, matter, &rows, &n);

	*at_ms = watch_known_ms(matter->row);
	for (size_t i = 0; i < n; i++) {
		int64_t known_ms = watch_known_ms(&rows[i]);

		if (station_equal(&rows[i].station, &matter->row->station) && known_ms < *at_ms)
			*at_ms = known_ms;
	}
	return err;
}

/* When a matter becomes an alert: at the moment asked for, but never before it was here. */
static enum err
since_of(struct watch_run *run, const struct matter *matter, const struct ask *ask,
	 int64_t *since_ms)
{
	int64_t known_ms = watch_known_ms(matter->row);
	enum err err;

	if (ask) {
		*since_ms = ask->by_ms > known_ms ? ask->by_ms : known_ms;
		return ERR_OK;
	}
	err = first_known(run, matter, &known_ms);
	*since_ms = known_ms + default_min(run, matter) * WATCH_MINUTE_MS;
	return err;
}

static bool
is_past(const struct watch_run *run, const struct matter *matter, int64_t since_ms)
{
	int64_t expire_ms = run->question->settings->watch_expire_min * WATCH_MINUTE_MS;

	return run->question->now_ms >= matter->end_ms ||
	       run->question->now_ms >= since_ms + expire_ms;
}

static enum err
read_notes(struct watch_run *run, struct matter *matter)
{
	struct picture_row *rows;
	enum err err;

	if (matter->is_read)
		return ERR_OK;
	err = picture_notes(run->question->picture, &matter->row->id,
			    picture_kind(KIND_ANSWER) | picture_kind(KIND_TOLD), run->notes, &rows,
			    &matter->n_notes);
	matter->notes = rows;
	matter->is_read = true;
	return forgive(run, err, &matter->n_notes);
}

static bool
is_answered_by(const struct matter *matter, const struct party *party)
{
	for (size_t i = 0; i < matter->n_notes; i++)
		if (matter->notes[i].kind == KIND_ANSWER &&
		    !is_foreign_to(&matter->notes[i], party))
			return true;
	return false;
}

/* A request that does not ask us by name is in good hands when another party helps. */
static bool
is_helped(const struct matter *matter)
{
	static const enum vocab_answer helping[] = {ANSWER_OFFERED,    ANSWER_COMMITTED,
						    ANSWER_ON_THE_WAY, ANSWER_ON_SITE,
						    ANSWER_DONE,       ANSWER_ANSWERED};
	struct party asker = station_party(&matter->row->station);

	for (size_t i = 0; i < matter->n_notes && matter->row->kind == KIND_REQUEST; i++) {
		const struct picture_row *note = &matter->notes[i];

		if (note->kind != KIND_ANSWER || !note->record || !is_foreign_to(note, &asker))
			continue;
		for (size_t k = 0; k < sizeof helping / sizeof *helping; k++)
			if (watch_code(note->record, FIELD_ANSWER) == (int)helping[k])
				return true;
	}
	return false;
}

static const struct ask *
ask_of(const struct record *record, const struct party *party)
{
	const struct value *ask = &record->field[FIELD_ASK];

	for (unsigned i = 0; ask->is_set && i < ask->asks.n && i < LIMIT_ASKS; i++)
		if (party_equal(&ask->asks.ask[i].party, party) && ask->asks.ask[i].by_ms)
			return &ask->asks.ask[i];
	return NULL;
}

/* Of a humanitarian notice nothing is copied but that there is one. */
static void
say_headline(const struct watch_run *run, const struct matter *matter, struct out *text)
{
	struct out line = out_new(HEADLINE_MAX);

	if (matter->row->kind == KIND_CIVIL)
		out_text(&line, kind_row(KIND_CIVIL)->label);
	else
		label_headline(&line, matter->record, LANG_EN, run->question->zone_min);
	watch_say_short(text, out_view(&line), HEADLINE);
	out_free(&line);
}

static void
say_clock(struct watch_run *run, const struct matter *matter, const struct ask *ask,
	  struct out *text)
{
	const struct value *needed = &matter->record->field[FIELD_NEEDED_BY];

	if (ask) {
		out_text(text, "asked for an answer by ");
		watch_say_moment(run, text, ask->by_ms);
	} else {
		out_format(text, "to be answered within %lld min",
			   (long long)default_min(run, matter));
	}
	if (needed->is_set) {
		out_text(text, ", needed by ");
		watch_say_moment(run, text, needed->at_ms);
	}
}

static void
fill(const struct matter *matter, const struct party *party, int64_t since_ms,
     struct watch_alert *alert)
{
	const struct picture_row *row = matter->row;
	struct hash statement = watch_statement(row);
	int civilians = watch_code(matter->record, FIELD_CIVILIANS);
	int64_t minute_ms = since_ms - since_ms % WATCH_MINUTE_MS;

	alert->rule = WATCH_UNANSWERED;
	alert->key = watch_key(WATCH_UNANSWERED, &statement, NULL, party);
	alert->severity = matter->severity;
	alert->party = *party;
	alert->n = 1;
	alert->cites[0] = row->id;
	alert->civilians = civilians < 0 ? YESNO_UNKNOWN : (enum vocab_yesno)civilians;
	alert->when = (struct when){minute_ms, minute_ms, WHEN_MINUTE};
	if (row->kind == KIND_CIVIL)
		return;
	alert->place = row->place;
	if (row->has_when)
		alert->when = row->when;
}

/* It turns red by itself when the moment comes by which it is needed. */
static void
note_needed(struct watch_run *run, const struct matter *matter)
{
	if (matter->record->field[FIELD_NEEDED_BY].is_set)
		watch_note(run, matter->record->field[FIELD_NEEDED_BY].at_ms);
}

static enum err
look_at_foreign(struct watch_run *run, struct matter *matter)
{
	const struct party *own = &run->question->own;
	const struct ask *ask = ask_of(matter->record, own);
	struct party signer = station_party(&matter->row->station);
	struct watch_alert alert = {0};
	struct out text;
	int64_t since_ms;
	enum err err;

	if (!ask && default_min(run, matter) == 0)
		return ERR_OK;
	err = since_of(run, matter, ask, &since_ms);
	if (err == ERR_OK && !is_past(run, matter, since_ms))
		err = read_notes(run, matter);
	if (err != ERR_OK || is_past(run, matter, since_ms) || is_answered_by(matter, own) ||
	    (!ask && is_helped(matter)))
		return err;
	if (!watch_climb(run, &alert, since_ms, matter->end_ms))
		return ERR_OK;
	note_needed(run, matter);
	fill(matter, own, since_ms, &alert);
	text = watch_text_new();
	say_headline(run, matter, &text);
	out_format(&text, ", from %s, came here ", signer.name);
	watch_say_moment(run, &text, watch_known_ms(matter->row));
	out_text(&text, ": ");
	say_clock(run, matter, ask, &text);
	out_text(&text, "; this party has NOT ANSWERED");
	err = watch_text_end(&text, &alert);
	if (err == ERR_OK)
		watch_put(run, &alert);
	return err;
}

static enum err
standing_of(struct watch_run *run, const struct hash *id, const struct party *party,
	    struct picture_standing *standing, bool *is_there)
{
	struct picture_standing *rows;
	size_t n;
	enum err err;

	*is_there = false;
	arena_reset(run->scratch);
	err = picture_states(run->question->picture, id, run->scratch, &rows, &n);
	for (size_t i = 0; i < n; i++)
		if (party_equal(&rows[i].party, party)) {
			*standing = rows[i];
			*is_there = true;
		}
	return err;
}

/* Of the versions before the current one, whether any arrived. */
static enum err
look_back(struct watch_run *run, const struct matter *matter, const struct party *party,
	  struct way *way)
{
	struct picture_row *rows;
	size_t n;
	enum err err = read_versions(run, matter, &rows, &n);

	for (size_t i = 0; err == ERR_OK && i < n; i++) {
		struct picture_standing standing;
		bool is_there = false;

		if (!station_equal(&rows[i].station, &matter->row->station))
			continue;
		err = standing_of(run, &rows[i].id, party, &standing, &is_there);
		if (is_there && standing.state >= PICTURE_STATE_ARRIVED)
			way->older_ms = standing.at_ms;
	}
	return err;
}

static enum err
find_way(struct watch_run *run, const struct matter *matter, const struct party *party,
	 struct way *way)
{
	struct picture_standing standing = {0};
	enum err err;

	*way = (struct way){.is_known = false};
	err = standing_of(run, &matter->row->id, party, &standing, &way->is_known);
	way->state = standing.state;
	way->at_ms = standing.at_ms;
	way->why = standing.why;
	for (size_t i = 0; i < matter->n_notes; i++) {
		const struct picture_row *note = &matter->notes[i];

		if (note->kind == KIND_TOLD && note->is_own && note->record &&
		    note->record->field[FIELD_TOLD_PARTY].is_set &&
		    party_equal(&note->record->field[FIELD_TOLD_PARTY].party, party))
			way->told = note;
	}
	if (err == ERR_OK && way->is_known && way->state < PICTURE_STATE_ARRIVED)
		err = look_back(run, matter, party, way);
	return err;
}

static bool
is_delivered(const struct way *way)
{
	return way->state >= PICTURE_STATE_ARRIVED || way->older_ms || way->told;
}

static void
say_told(struct watch_run *run, const struct way *way, struct out *text)
{
	const struct record *told = way->told ? way->told->record : NULL;
	int by = told ? watch_code(told, FIELD_TOLD_BY) : -1;
	const char *label = by < 0 ? NULL : vocab_label(VOCAB_TOLD, (unsigned)by);
	int64_t at_ms = way->told ? watch_known_ms(way->told) : way->at_ms;

	/* People speak first and write it down afterwards. */
	if (told && told->field[FIELD_WHEN].is_set)
		at_ms = told->field[FIELD_WHEN].when.from_ms;
	out_format(text, "told %s ", label ? label : "by voice");
	watch_say_moment(run, text, at_ms);
	out_text(text, ", NOT ANSWERED");
}

static void
say_way(struct watch_run *run, const struct party *party, const struct way *way, struct out *text)
{
	if (way->state == PICTURE_STATE_TOLD || (way->told && way->state < PICTURE_STATE_ARRIVED)) {
		say_told(run, way, text);
	} else if (way->state >= PICTURE_STATE_ARRIVED) {
		out_text(text, "arrived there ");
		watch_say_moment(run, text, way->at_ms);
		out_text(text, ", NOT SEEN by a person as far as known");
	} else if (way->older_ms) {
		out_text(text, "an earlier version arrived ");
		watch_say_moment(run, text, way->older_ms);
		out_text(text, ", the newest has not; NOT SEEN by a person as far as known");
	} else if (way->state == PICTURE_STATE_HELD_BACK) {
		out_format(text, "NOT GIVEN to %s: %s; nobody there knows of it", party->name,
			   why_text(way->why));
	} else {
		out_text(text, way->state == PICTURE_STATE_QUEUED ? "NOT DELIVERED, waiting since "
								  : "NOT DELIVERED, sent ");
		watch_say_moment(run, text, way->at_ms);
		out_text(text, way->state == PICTURE_STATE_QUEUED
				   ? "; call them: it has not arrived"
				   : " without a receipt; call them: it has not arrived");
	}
}

/* One party that owes an answer to an own record. */
static enum err
look_at_owing(struct watch_run *run, struct matter *matter, const struct party *party,
	      const struct ask *ask)
{
	struct watch_alert alert = {0};
	struct out text;
	struct way way;
	int64_t since_ms;
	enum err err = since_of(run, matter, ask, &since_ms);

	if (err != ERR_OK || is_past(run, matter, since_ms))
		return err;
	err = read_notes(run, matter);
	if (err == ERR_OK)
		err = find_way(run, matter, party, &way);
	if (err != ERR_OK || !way.is_known || way.state == PICTURE_STATE_ANSWERED ||
	    is_answered_by(matter, party))
		return err;
	if (!watch_climb(run, &alert, since_ms, matter->end_ms))
		return ERR_OK;
	note_needed(run, matter);
	fill(matter, party, since_ms, &alert);
	/* To call them about what the policy holds back would be to give it. */
	if (!is_delivered(&way))
		alert.by_voice = way.state != PICTURE_STATE_HELD_BACK;
	text = watch_text_new();
	say_headline(run, matter, &text);
	out_text(&text, ", ours of ");
	watch_say_moment(run, &text, watch_known_ms(matter->row));
	out_format(&text, ", %s: ", party->name);
	say_clock(run, matter, ask, &text);
	out_text(&text, "; ");
	say_way(run, party, &way, &text);
	err = watch_text_end(&text, &alert);
	if (err == ERR_OK)
		watch_put(run, &alert);
	return err;
}

/* The parties to whom something of a record was given, or is on its way. */
static enum err
sent_to(struct watch_run *run, const struct hash *id, struct party parties[LIMIT_PARTIES],
	size_t *n)
{
	struct picture_standing *rows;
	size_t found;
	enum err err;

	arena_reset(run->scratch);
	err = picture_states(run->question->picture, id, run->scratch, &rows, &found);
	*n = 0;
	for (size_t i = 0; i < found && *n < LIMIT_PARTIES; i++)
		if (rows[i].state != PICTURE_STATE_HELD_BACK &&
		    !party_equal(&rows[i].party, &run->question->own))
			parties[(*n)++] = rows[i].party;
	return err;
}

/* Who was asked by name; else, where its colour starts a clock, everybody it was sent to. */
static enum err
look_at_own(struct watch_run *run, struct matter *matter)
{
	const struct value *ask = &matter->record->field[FIELD_ASK];
	struct party parties[LIMIT_PARTIES];
	size_t n = 0;
	enum err err = ERR_OK;

	for (unsigned i = 0; ask->is_set && i < ask->asks.n && i < LIMIT_ASKS; i++) {
		const struct ask *one = &ask->asks.ask[i];

		if (err == ERR_OK && one->by_ms && !party_equal(&one->party, &run->question->own))
			err = look_at_owing(run, matter, &one->party, one);
	}
	if (err != ERR_OK || ask->is_set || default_min(run, matter) == 0)
		return err;
	err = sent_to(run, &matter->row->id, parties, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = look_at_owing(run, matter, &parties[i], NULL);
	return err;
}

static enum err
look_at(struct watch_run *run, void *owner, const struct picture_row *row)
{
	struct matter matter;

	(void)owner;
	if (!make_matter(run, row, &matter))
		return ERR_OK;
	return row->is_own ? look_at_own(run, &matter) : look_at_foreign(run, &matter);
}

enum err
watch_unanswered(struct watch_run *run)
{
	int64_t expire_ms = run->question->settings->watch_expire_min * WATCH_MINUTE_MS;
	struct picture_query query = {.from_ms = run->question->now_ms - expire_ms -
						 BACK_DAYS * WATCH_DAY_MS};

	return watch_scan(run, WATCH_UNANSWERED, &query, SCAN, look_at, NULL);
}
