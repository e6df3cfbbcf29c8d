/*
 * Promises sentences to read out and headlines, made of fields alone.  Free text never enters: a
 * field of that type has no sentence.  Sentences are whole templates (phrase.h); none is put
 * together from halves.
 */
#include "model/label.h"

#include "model/phrase.h"

#include <string.h>

enum { VALUE_MAX = 8192, SENTENCE_ARGS = 4, SHORT_ID = 8 };

/* clang-format off */
/* The sentence that opens a record of each kind; its places are fields. */
static const enum phrase openings[KIND_COUNT] = {
	[KIND_INCIDENT] = PHRASE_INCIDENT,     [KIND_SIGHTING] = PHRASE_SIGHTING,
	[KIND_CASUALTY] = PHRASE_CASUALTY,     [KIND_MOVEMENT] = PHRASE_MOVEMENT,
	[KIND_CIVIL] = PHRASE_CIVIL,           [KIND_COVERAGE] = PHRASE_COVERAGE,
	[KIND_REQUEST] = PHRASE_REQUEST,       [KIND_WARNING] = PHRASE_WARNING,
	[KIND_DECISION] = PHRASE_DECISION,     [KIND_AGREEMENT] = PHRASE_AGREEMENT,
	[KIND_ASSESSMENT] = PHRASE_ASSESSMENT, [KIND_SITREP] = PHRASE_SITREP,
	[KIND_ANSWER] = PHRASE_ANSWER,         [KIND_TOLD] = PHRASE_TOLD,
	[KIND_LINK] = PHRASE_LINK,             [KIND_DISPUTE] = PHRASE_DISPUTE,
	[KIND_RETRACT] = PHRASE_RETRACT,       [KIND_ERASE] = PHRASE_ERASE,
};

/* Sentences over several fields, tried in this order; each says its fields once. */
static const enum phrase joint[] = {
	PHRASE_REGION, PHRASE_ACTOR, PHRASE_ACTOR_CLAIM, PHRASE_ACTOR_ALONE, PHRASE_FIGURES,
};

/* What a "yes" in these fields is said as. */
static const struct {
	enum field field;
	enum phrase phrase;
} said_when_yes[] = {
	{FIELD_CROSSES, PHRASE_CROSSES}, {FIELD_EMBARGO, PHRASE_EMBARGO},
};

static const enum phrase sizes[] = {
	PHRASE_NONE, PHRASE_KM100, PHRASE_KM10, PHRASE_KM1, PHRASE_M100, PHRASE_M10,
};

/* What a headline counts, in this order. */
static const enum field counted[] = {
	FIELD_PERSONS, FIELD_VEHICLES, FIELD_ANIMALS, FIELD_KILLED, FIELD_WOUNDED, FIELD_CRITICAL,
	FIELD_MISSING, FIELD_DETAINED, FIELD_ABDUCTED, FIELD_DEATHS,
};

/* What a headline names first. */
static const enum field named[] = {FIELD_TYPE, FIELD_NEED, FIELD_MOVEMENT, FIELD_ANSWER, FIELD_GROUP};
/* clang-format on */

struct say {
	struct out *out;
	const struct record *record;
	enum vocab_lang lang;
	int zone_min;
	bool is_said[FIELD_COUNT];
};

/* Whether a field may be said at all: it is there, and no free text. */
static bool
is_sayable(const struct say *say, enum field field)
{
	const struct field_row *row = field_row(field);

	return field != FIELD_NONE && say->record->field[field].is_set && !row->is_free &&
	       !row->is_sealed && row->type != FIELD_TYPE_FREE && row->type != FIELD_TYPE_DOC &&
	       row->type != FIELD_TYPE_HEADS;
}

/* A label that opens a sentence is written in small letters in its table; only Latin script has
 * others. */
static void
begin_large(struct out *out, size_t at)
{
	if (out_err(out) == ERR_OK && at < out->n && out->p[at] >= 'a' && out->p[at] <= 'z')
		out->p[at] = (char)(out->p[at] - 'a' + 'A');
}

static void
say_phrase(struct say *say, enum phrase phrase, const struct phrase_arg *args, unsigned n)
{
	phrase_write(say->out, say->lang, phrase, args, n);
	out_char(say->out, '\n');
}

/* A sentence whose places are fields; false, and nothing said, when one of them is not there or was
 * said before. */
static bool
say_fields(struct say *say, enum phrase phrase)
{
	struct span rest = span_of(phrase_english(phrase));
	struct out text[SENTENCE_ARGS];
	struct phrase_arg args[SENTENCE_ARGS];
	enum field used[SENTENCE_ARGS];
	unsigned n = 0;

	while (rest.n) {
		struct span literal, name;

		phrase_next(&rest, &literal, &name);
		if (name.n == 0)
			continue;
		used[n] = field_find(name);
		if (n == SENTENCE_ARGS - 1 || !is_sayable(say, used[n]) || say->is_said[used[n]])
			return false;
		n++;
	}
	for (unsigned i = 0; i < n; i++) {
		text[i] = out_new(VALUE_MAX);
		label_value(&text[i], say->record, used[i], say->lang, say->zone_min, true);
		args[i] = (struct phrase_arg){field_row(used[i])->name, out_view(&text[i])};
		say->is_said[used[i]] = true;
	}
	say_phrase(say, phrase, args, n);
	for (unsigned i = 0; i < n; i++)
		out_free(&text[i]);
	return true;
}

static void
say_line(struct say *say, enum field field)
{
	struct out value = out_new(VALUE_MAX);
	const char *label = label_text(say->lang, field_row(field)->label);
	size_t at = say->out->n;

	label_value(&value, say->record, field, say->lang, say->zone_min, true);
	say->is_said[field] = true;
	say_phrase(say, PHRASE_LINE,
		   (struct phrase_arg[]){{"label", span_of(label)}, {"value", out_view(&value)}},
		   2);
	begin_large(say->out, at);
	out_free(&value);
}

static void
say_from(struct say *say)
{
	const char *open = phrase_is_rtl(say->lang) ? PHRASE_ISOLATE_LTR : NULL;
	struct out station = out_new(VALUE_MAX);
	struct out moment = out_new(VALUE_MAX);
	struct out filed = out_new(VALUE_MAX);

	phrase_isolate(&station, span_of(say->record->station.name), open);
	when_write_dtg(&moment, say->record->filed_ms, say->zone_min);
	phrase_isolate(&filed, out_view(&moment), open);
	if (say->record->station.name[0])
		say_phrase(say, say->record->filed_ms ? PHRASE_FROM : PHRASE_FROM_STATION,
			   (struct phrase_arg[]){{"station", out_view(&station)},
						 {"filed", out_view(&filed)}},
			   2);
	out_free(&station);
	out_free(&moment);
	out_free(&filed);
}

static void
say_opening(struct say *say)
{
	enum kind kind = (unsigned)say->record->kind < KIND_COUNT ? say->record->kind : KIND_NONE;
	const char *label = label_text(say->lang, kind_row(kind)->label);

	if (openings[kind] != PHRASE_NONE && say_fields(say, openings[kind]))
		return;
	if (kind != KIND_NONE)
		say_phrase(say, PHRASE_KIND, (struct phrase_arg[]){{"kind", span_of(label)}}, 1);
}

static void
say_where(struct say *say)
{
	const struct value *place = &say->record->field[FIELD_PLACE];
	const struct value *shape = &say->record->field[FIELD_SHAPE];
	struct out text = out_new(VALUE_MAX);

	if (place->is_set && place->place.level >= PLACE_100KM && place->place.level <= PLACE_10M) {
		const char *size = phrase_text(say->lang, sizes[place->place.level]);

		label_value(&text, say->record, FIELD_PLACE, say->lang, say->zone_min, true);
		say_phrase(
		    say, PHRASE_PLACE,
		    (struct phrase_arg[]){{"place", out_view(&text)}, {"size", span_of(size)}}, 2);
		out_reset(&text);
	}
	if (shape->is_set) {
		label_value(&text, say->record, FIELD_SHAPE, say->lang, say->zone_min, true);
		out_span(say->out, out_view(&text));
		out_char(say->out, '\n');
	}
	say->is_said[FIELD_PLACE] = say->is_said[FIELD_SHAPE] = true;
	out_free(&text);
}

static void
say_rest(struct say *say)
{
	for (unsigned i = 0; i < sizeof joint / sizeof *joint; i++)
		(void)say_fields(say, joint[i]);
	for (unsigned i = 0; i < sizeof said_when_yes / sizeof *said_when_yes; i++) {
		enum field field = said_when_yes[i].field;
		const struct value *value = &say->record->field[field];

		if (value->is_set && value->code == YESNO_YES) {
			say_phrase(say, said_when_yes[i].phrase, NULL, 0);
			say->is_said[field] = true;
		}
	}
	/* The language is that of free text, which is not said. */
	say->is_said[FIELD_LANG] = say->is_said[FIELD_CIVILIANS] = say->is_said[FIELD_ASK] = true;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (!say->is_said[f] && is_sayable(say, f))
			say_line(say, f);
}

static void
say_asks(struct say *say)
{
	const struct value *value = &say->record->field[FIELD_ASK];
	const char *open = phrase_is_rtl(say->lang) ? PHRASE_ISOLATE_LTR : NULL;

	if (!value->is_set)
		return;
	for (unsigned i = 0; i < value->asks.n && i < LIMIT_ASKS; i++) {
		const struct ask *ask = &value->asks.ask[i];
		struct out party = out_new(VALUE_MAX);
		struct out moment = out_new(VALUE_MAX);
		struct out by = out_new(VALUE_MAX);

		phrase_isolate(&party, span_of(ask->party.name), open);
		when_write_dtg(&moment, ask->by_ms, say->zone_min);
		phrase_isolate(&by, out_view(&moment), open);
		if (ask->party.name[0])
			say_phrase(say, PHRASE_ASK,
				   (struct phrase_arg[]){{"party", out_view(&party)},
							 {"by", out_view(&by)}},
				   2);
		out_free(&party);
		out_free(&moment);
		out_free(&by);
	}
}

/* A movement that stays on its side asks nobody; one that crosses the line says so by itself. */
static void
say_notice(struct say *say)
{
	const struct value *crosses = &say->record->field[FIELD_CROSSES];

	if (say->record->kind == KIND_MOVEMENT && !(crosses->is_set && crosses->code == YESNO_YES))
		say_phrase(say, PHRASE_NOTICE, NULL, 0);
}

/* Persons that somebody saw are possible civilians until the field says no.  Where it is not there
 * it may have been withheld: the sender may well know, so that it is not known is not said. */
static void
say_civilians(struct say *say)
{
	const struct value *value = &say->record->field[FIELD_CIVILIANS];
	bool is_of_persons = say->record->kind == KIND_SIGHTING;

	if (value->is_set ? value->code == YESNO_YES : is_of_persons)
		say_phrase(say, PHRASE_CIVILIANS, NULL, 0);
	else if (value->is_set && value->code == YESNO_UNKNOWN)
		say_phrase(say, PHRASE_CIVILIANS_ASK, NULL, 0);
}

static void
say_end(struct say *say, struct span id)
{
	struct out text = out_new(VALUE_MAX);

	if (id.n > SHORT_ID)
		id.n = SHORT_ID;
	phrase_isolate(&text, id, phrase_is_rtl(say->lang) ? PHRASE_ISOLATE_LTR : NULL);
	say_phrase(say, id.n ? PHRASE_END : PHRASE_END_ALONE,
		   (struct phrase_arg[]){{"id", out_view(&text)}}, 1);
	out_free(&text);
}

void
label_say_id(struct out *out, const struct record *record, struct span id, enum vocab_lang lang,
	     int zone_min)
{
	struct say say = {.out = out, .record = record, .lang = lang, .zone_min = zone_min};

	if (record->is_exercise)
		say_phrase(&say, PHRASE_EXERCISE, NULL, 0);
	say_from(&say);
	say_opening(&say);
	say_where(&say);
	say_rest(&say);
	say_notice(&say);
	say_asks(&say);
	say_civilians(&say);
	say_end(&say, id);
}

void
label_say(struct out *out, const struct record *record, enum vocab_lang lang, int zone_min)
{
	label_say_id(out, record, record->thread, lang, zone_min);
}

static void
headline_part(struct out *out, struct span text)
{
	if (text.n == 0)
		return;
	if (out->n)
		out_text(out, " \xc2\xb7 ");
	out_span(out, text);
}

static void
headline_value(struct out *line, const struct say *say, enum field field, bool is_labelled)
{
	struct out value = out_new(VALUE_MAX);
	struct out part = out_new(VALUE_MAX);

	label_value(&value, say->record, field, say->lang, say->zone_min, true);
	if (is_labelled)
		phrase_write(&part, say->lang, PHRASE_TALLY,
			     (struct phrase_arg[]){
				 {"label", span_of(label_text(say->lang, field_row(field)->label))},
				 {"value", out_view(&value)}},
			     2);
	headline_part(line, is_labelled ? out_view(&part) : out_view(&value));
	out_free(&value);
	out_free(&part);
}

/* The first of the naming fields that is set, else the kind. */
static void
headline_name(struct out *line, const struct say *say)
{
	for (unsigned i = 0; i < sizeof named / sizeof *named; i++) {
		if (say->record->field[named[i]].is_set) {
			if (named[i] != FIELD_TYPE)
				headline_part(
				    line, span_of(label_text(say->lang,
							     kind_row(say->record->kind)->label)));
			headline_value(line, say, named[i], false);
			return;
		}
	}
	headline_part(line, span_of(label_text(say->lang, kind_row(say->record->kind)->label)));
}

void
label_headline(struct out *out, const struct record *record, enum vocab_lang lang, int zone_min)
{
	struct say say = {.record = record, .lang = lang, .zone_min = zone_min};
	struct out line = out_new(VALUE_MAX);

	if (record->is_exercise)
		headline_part(&line, span_of(phrase_text(lang, PHRASE_EXERCISE_MARK)));
	headline_name(&line, &say);
	for (unsigned i = 0; i < sizeof counted / sizeof *counted; i++)
		if (record->field[counted[i]].is_set)
			headline_value(&line, &say, counted[i], true);
	if (record->field[FIELD_PLACE].is_set)
		headline_value(&line, &say, FIELD_PLACE, false);
	else if (record->field[FIELD_GOVERNORATE].is_set)
		headline_value(&line, &say, FIELD_GOVERNORATE, false);
	out_span(out, out_view(&line));
	out_free(&line);
}
