/*
 * Promises to find records that ask for an answer and got none in time: those of other parties that
 * this party owes an answer, and own ones that another party owes one, there told apart by whether
 * it has arrived at all.  `seen` stops the clock as every answer does; what the answer says is not
 * this rule's business.
 */
#include "watch/watch_matter.h"

#include "model/label.h"

enum {
	SCAN = 4000, /* records of one reading looked at, newest event first */
	LOOKS = 500, /* of them, how many are asked for their answers */
	/* An event may lie so long before the day it is told of: what asks somebody, and what only
	 * has a colour.  Older ones are not looked at: a list that is imported is no alarm. */
	ASKING_DAYS = 7,
	COLOURED_DAYS = 1,
	HEADLINE = 160,
	HEADLINE_MAX = 8192
};

/* "warning: crossing · …".  Of a humanitarian notice nothing is copied but that there is one. */
static void
say_headline(const struct watch_run *run, const struct watch_matter *matter, struct out *text)
{
	const char *kind = kind_row(matter->row->kind)->label;
	struct out line = out_new(HEADLINE_MAX);

	if (matter->row->kind != KIND_CIVIL)
		label_headline(&line, matter->record, LANG_EN, run->question->zone_min);
	if (!span_starts(out_view(&line), kind))
		out_format(text, line.n ? "%s: " : "%s", kind);
	watch_say_short(text, out_view(&line), HEADLINE);
	out_free(&line);
}

static void
say_clock(struct watch_run *run, const struct watch_matter *matter, const struct ask *ask,
	  struct out *text)
{
	const struct value *needed = &matter->record->field[FIELD_NEEDED_BY];

	if (ask) {
		out_text(text, "asked for an answer by ");
		watch_say_moment(run, text, ask->by_ms);
	} else {
		out_format(text, "to be answered within %lld min",
			   (long long)watch_matter_default_min(run, matter));
	}
	if (needed->is_set) {
		out_text(text, ", needed by ");
		watch_say_moment(run, text, needed->at_ms);
	}
}

static void
fill(const struct watch_matter *matter, const struct party *party, int64_t since_ms,
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

/* Whether it is an alert now: the steps, and the moment at which it turns red by itself. */
static bool
climb(struct watch_run *run, const struct watch_matter *matter, const struct party *party,
      int64_t since_ms, struct watch_alert *alert)
{
	const struct value *needed = &matter->record->field[FIELD_NEEDED_BY];

	*alert = (struct watch_alert){0};
	if (!watch_climb(run, alert, since_ms, matter->end_ms))
		return false;
	if (needed->is_set)
		watch_note(run, needed->at_ms);
	fill(matter, party, since_ms, alert);
	return true;
}

/* False, and that it was left out, when enough were asked for their answers in this run. */
static bool
may_look(struct watch_run *run, unsigned *looks)
{
	if (*looks == 0) {
		watch_leave_out(run, WATCH_UNANSWERED);
		return false;
	}
	--*looks;
	return true;
}

static enum err
look_at_foreign(struct watch_run *run, struct watch_matter *matter, unsigned *looks)
{
	const struct party *own = &run->question->own;
	const struct ask *ask = watch_matter_ask(matter->record, own);
	struct party signer = station_party(&matter->row->station);
	struct watch_alert alert;
	struct out text;
	int64_t since_ms = 0;
	enum err err;

	if ((!ask && watch_matter_default_min(run, matter) == 0) ||
	    watch_matter_is_past(run, matter, ask) || !may_look(run, looks))
		return ERR_OK;
	err = watch_matter_notes(run, matter);
	if (err != ERR_OK || watch_matter_is_answered(matter, own) ||
	    (!ask && watch_matter_is_helped(matter)))
		return err;
	err = watch_matter_since(run, matter, ask, &since_ms);
	if (err != ERR_OK || !climb(run, matter, own, since_ms, &alert))
		return err;
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

/* One party that owes an answer to an own record. */
static enum err
look_at_owing(struct watch_run *run, struct watch_matter *matter, const struct party *party,
	      const struct ask *ask, unsigned *looks)
{
	struct watch_alert alert;
	struct watch_way way;
	struct out text;
	int64_t since_ms = 0;
	enum err err;

	if (watch_matter_is_past(run, matter, ask) || !may_look(run, looks))
		return ERR_OK;
	err = watch_matter_notes(run, matter);
	if (err != ERR_OK || watch_matter_is_answered(matter, party))
		return err;
	err = watch_way_find(run, matter, party, &way);
	if (err == ERR_OK)
		err = watch_matter_since(run, matter, ask, &since_ms);
	if (err != ERR_OK || !way.is_known || way.state == PICTURE_STATE_ANSWERED ||
	    !climb(run, matter, party, since_ms, &alert))
		return err;
	/* To call them about what the policy holds back would be to give it. */
	if (!watch_way_is_delivered(&way))
		alert.by_voice = way.state != PICTURE_STATE_HELD_BACK;
	text = watch_text_new();
	say_headline(run, matter, &text);
	out_text(&text, ", ours of ");
	watch_say_moment(run, &text, watch_known_ms(matter->row));
	out_format(&text, ", %s: ", party->name);
	say_clock(run, matter, ask, &text);
	out_text(&text, "; ");
	watch_way_say(run, &way, party, &text);
	err = watch_text_end(&text, &alert);
	if (err == ERR_OK)
		watch_put(run, &alert);
	return err;
}

/* Who was asked by name; else, where its colour starts a clock, everybody it was sent to. */
static enum err
look_at_own(struct watch_run *run, struct watch_matter *matter, unsigned *looks)
{
	const struct value *ask = &matter->record->field[FIELD_ASK];
	struct party parties[LIMIT_PARTIES];
	size_t n = 0;
	enum err err = ERR_OK;

	for (unsigned i = 0; ask->is_set && i < ask->asks.n && i < LIMIT_ASKS; i++) {
		const struct ask *one = &ask->asks.ask[i];

		if (err == ERR_OK && one->by_ms && !party_equal(&one->party, &run->question->own))
			err = look_at_owing(run, matter, &one->party, one, looks);
	}
	if (err != ERR_OK || ask->is_set || watch_matter_default_min(run, matter) == 0)
		return err;
	err = watch_way_parties(run, &matter->row->id, parties, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = look_at_owing(run, matter, &parties[i], NULL, looks);
	return err;
}

static enum err
look_at(struct watch_run *run, const struct picture_row *row, int64_t back_ms, unsigned *looks)
{
	struct watch_matter matter;

	if (!watch_matter_make(run, row, back_ms, &matter))
		return ERR_OK;
	return row->is_own ? look_at_own(run, &matter, looks)
			   : look_at_foreign(run, &matter, looks);
}

static bool
is_asking(const struct picture_row *row)
{
	return kind_row(row->kind)->nature == KIND_NATURE_ACT ||
	       row->record->field[FIELD_ASK].is_set;
}

static enum err
take_asking(struct watch_run *run, void *owner, const struct picture_row *row)
{
	return look_at(run, row, ASKING_DAYS * WATCH_DAY_MS, owner);
}

/* A report that asks nobody: its record is read only when its colour and its age say so. */
static enum err
take_coloured(struct watch_run *run, void *owner, const struct picture_row *row)
{
	const struct watch_settings *settings = run->question->settings;
	int64_t minutes =
	    row->severity == SEVERITY_RED ? settings->watch_red_min : settings->watch_yellow_min;
	struct picture_row whole;
	enum err err;

	if ((row->severity != SEVERITY_RED && row->severity != SEVERITY_YELLOW) ||
	    run->question->now_ms >=
		watch_known_ms(row) + (minutes + settings->watch_expire_min) * WATCH_MINUTE_MS)
		return ERR_OK;
	err = picture_record(run->question->picture, &row->id, run->page, &whole);
	if (err != ERR_OK || !whole.record || is_asking(&whole))
		return err;
	return look_at(run, &whole, COLOURED_DAYS * WATCH_DAY_MS, owner);
}

static uint32_t
coloured_kinds(void)
{
	uint32_t kinds = 0;

	for (enum kind k = 1; k < KIND_COUNT; k++)
		if (kind_row(k)->nature == KIND_NATURE_REPORT && kind_has(k, FIELD_SEVERITY))
			kinds |= picture_kind(k);
	return kinds;
}

/* What asks somebody and has no answer of this party (an own record that a sister has answered is
 * in hand), and reports that have only a colour. */
enum err
watch_unanswered(struct watch_run *run)
{
	int64_t from_ms =
	    run->question->now_ms - run->question->settings->watch_expire_min * WATCH_MINUTE_MS;
	struct picture_query asking = {.from_ms = from_ms - ASKING_DAYS * WATCH_DAY_MS,
				       .answered = PICTURE_ANSWERED_NO,
				       .answered_by = run->question->own,
				       .with_records = true};
	struct picture_query coloured = {.kinds = coloured_kinds(),
					 .from_ms = from_ms - COLOURED_DAYS * WATCH_DAY_MS};
	unsigned looks = LOOKS;
	enum err err = watch_scan(run, WATCH_UNANSWERED, &asking, SCAN, take_asking, &looks);

	if (err == ERR_OK)
		err = watch_scan(run, WATCH_UNANSWERED, &coloured, SCAN, take_coloured, &looks);
	return err;
}
