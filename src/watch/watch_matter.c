/*
 * Promises what a record asks for: by when, of whom, and whether it got an answer.
 */
#include "watch/watch_matter.h"

static bool
is_foreign_to(const struct picture_row *row, const struct party *party)
{
	struct party signer = station_party(&row->station);

	return !party_equal(&signer, party);
}

static bool
is_medevac(const struct watch_matter *matter)
{
	return matter->row->kind == KIND_REQUEST &&
	       watch_code(matter->record, FIELD_NEED) == NEED_MEDEVAC;
}

/* Kinds whose window is the time in which they hold; elsewhere it is a period they speak of. */
static int64_t
holds_until(const struct watch_matter *matter)
{
	const struct value *window = &matter->record->field[FIELD_WINDOW];
	enum kind kind = matter->row->kind;
	bool is_bound = kind == KIND_MOVEMENT || kind == KIND_CIVIL || kind == KIND_WARNING ||
			kind == KIND_DECISION || kind == KIND_AGREEMENT;

	return is_bound && window->is_set ? watch_end_of(&window->when, true) : INT64_MAX;
}

bool
watch_matter_make(const struct watch_run *run, const struct picture_row *row, int64_t back_ms,
		  struct watch_matter *matter)
{
	const struct value *needed = &row->record->field[FIELD_NEEDED_BY];
	int state = watch_code(row->record, FIELD_STATE);
	int64_t holds_ms;

	*matter = (struct watch_matter){
	    .row = row,
	    .record = row->record,
	    .severity = SEVERITY_YELLOW,
	    .end_ms = watch_row_end(row) +
		      run->question->settings->watch_expire_min * WATCH_MINUTE_MS + back_ms};
	holds_ms = holds_until(matter);
	if (holds_ms < matter->end_ms)
		matter->end_ms = holds_ms;
	if (state == STATE_CLOSED || state == STATE_EXPIRED || row->severity == SEVERITY_GREEN)
		return false;
	if (row->severity == SEVERITY_RED || is_medevac(matter) ||
	    (needed->is_set && needed->at_ms <= run->question->now_ms))
		matter->severity = SEVERITY_RED;
	return run->question->now_ms < matter->end_ms;
}

int64_t
watch_matter_default_min(const struct watch_run *run, const struct watch_matter *matter)
{
	const struct watch_settings *settings = run->question->settings;

	if (is_medevac(matter))
		return settings->watch_life_min;
	if (matter->row->severity == SEVERITY_RED)
		return settings->watch_red_min;
	return matter->row->severity == SEVERITY_YELLOW ? settings->watch_yellow_min : 0;
}

const struct ask *
watch_matter_ask(const struct record *record, const struct party *party)
{
	const struct value *ask = &record->field[FIELD_ASK];

	for (unsigned i = 0; ask->is_set && i < ask->asks.n && i < LIMIT_ASKS; i++)
		if (party_equal(&ask->asks.ask[i].party, party) && ask->asks.ask[i].by_ms)
			return &ask->asks.ask[i];
	return NULL;
}

/* More notes or versions than there is room for: the rule goes on without them, so that a flood of
 * them keeps nothing quiet, and says that it left something out. */
static enum err
forgive(struct watch_run *run, enum err err, size_t *n)
{
	if (err != ERR_NOMEM)
		return err;
	watch_leave_out(run, WATCH_UNANSWERED);
	*n = 0;
	return ERR_OK;
}

enum err
watch_matter_versions(struct watch_run *run, const struct watch_matter *matter,
		      struct picture_row **rows, size_t *n)
{
	enum err err;

	arena_reset(run->versions);
	err = picture_thread(run->question->picture, matter->row->thread, run->versions, rows, n);
	return forgive(run, err, n);
}

/* When the first version of this statement came or was filed: amending starts no new clock. */
static enum err
first_known(struct watch_run *run, const struct watch_matter *matter, int64_t *at_ms)
{
	struct picture_row *rows;
	size_t n;
	enum err err = watch_matter_versions(run, matter, &rows, &n);

	*at_ms = watch_known_ms(matter->row);
	for (size_t i = 0; i < n; i++) {
		int64_t known_ms = watch_known_ms(&rows[i]);

		if (station_equal(&rows[i].station, &matter->row->station) && known_ms < *at_ms)
			*at_ms = known_ms;
	}
	return err;
}

static int64_t
wait_ms(const struct watch_run *run, const struct watch_matter *matter)
{
	return watch_matter_default_min(run, matter) * WATCH_MINUTE_MS;
}

enum err
watch_matter_since(struct watch_run *run, const struct watch_matter *matter, const struct ask *ask,
		   int64_t *since_ms)
{
	int64_t known_ms = watch_known_ms(matter->row);
	enum err err;

	if (ask) {
		*since_ms = ask->by_ms > known_ms ? ask->by_ms : known_ms;
		return ERR_OK;
	}
	err = first_known(run, matter, &known_ms);
	*since_ms = known_ms + wait_ms(run, matter);
	return err;
}

bool
watch_matter_is_past(const struct watch_run *run, const struct watch_matter *matter,
		     const struct ask *ask)
{
	int64_t expire_ms = run->question->settings->watch_expire_min * WATCH_MINUTE_MS;
	int64_t latest_ms = watch_known_ms(matter->row);

	if (!ask)
		latest_ms += wait_ms(run, matter);
	else if (ask->by_ms > latest_ms)
		latest_ms = ask->by_ms;
	return run->question->now_ms >= latest_ms + expire_ms;
}

enum err
watch_matter_notes(struct watch_run *run, struct watch_matter *matter)
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

bool
watch_matter_is_answered(const struct watch_matter *matter, const struct party *party)
{
	for (size_t i = 0; i < matter->n_notes; i++)
		if (matter->notes[i].kind == KIND_ANSWER &&
		    !is_foreign_to(&matter->notes[i], party))
			return true;
	return false;
}

bool
watch_matter_is_helped(const struct watch_matter *matter)
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
