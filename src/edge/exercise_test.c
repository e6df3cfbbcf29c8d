/* The script of an exercise: its forms, and EXERCISE SEAM 72 whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "edge/csv.h"
#include "edge/exercise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "n,time,station,duty,action,fields,thread,text,note\n"
#define TEN    "2027-05-04T10:00:00+03:00"

struct exercise_row {
	const char *name, *input, *expected;
};

/* clang-format off */
static const struct exercise_row rows[] = {
	{"a report", HEADER "29," TEN ",a/kirkuk,watch,report sighting,type=mov.sighting | when=now | place=38SMD470654 | persons=5,@five-men,5 men,seen\n",
	 "29 a/kirkuk watch report sighting @five-men type=mov.sighting when=041000C MAY 27 place=38SMD470654 summary=5 men persons=5\n"},
	{"an amendment and a reference", HEADER
	 "1," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now,@x,,\n"
	 "2," TEN ",a/kirkuk,watch,amend,outcome=repelled,@x,,\n"
	 "3," TEN ",b/kirkuk,liaison,report answer,re=@x | answer=seen,,,\n",
	 "1 a/kirkuk watch report incident @x type=atk.ambush when=041000C MAY 27\n"
	 "2 a/kirkuk watch amend incident @x outcome=repelled\n"
	 "3 b/kirkuk liaison report answer answer=seen re->x\n"},
	{"several references", HEADER
	 "1," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now,@x,,\n"
	 "2," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now,@y,,\n"
	 "3," TEN ",c/erbil,watch,report warning,\"window=now | cites=@x,@y\",,,\n",
	 "1 a/kirkuk watch report incident @x type=atk.ambush when=041000C MAY 27\n"
	 "2 a/kirkuk watch report incident @y type=atk.ambush when=041000C MAY 27\n"
	 "3 c/erbil watch report warning window=041000C MAY 27 cites->x cites->y\n"},
	{"an inject", HEADER "28," TEN ",,,inject link-down,,,,all links down\n", "28 inject link-down\n"},
	{"Sorani text with Latin inside", HEADER "34," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now | lang=ckb,,هێرش بۆ سەر خاڵی A-21،\n", "2!  bad_form\n"},
	{"Sorani text", HEADER "34," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now | lang=ckb,,هێرش بۆ سەر خاڵی A-21،,\n",
	 "34 a/kirkuk watch report incident type=atk.ambush when=041000C MAY 27 summary=هێرش بۆ سەر خاڵی A-21، lang=ckb\n"},
	{"text that hides text", HEADER "34," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now,,a\u202e" "b,\n", "2! text not_utf8\n"},
	{"a question", HEADER "20," TEN ",a/kirkuk,watch,report request,need=information,,Any patrols?,\n",
	 "20 a/kirkuk watch report request need=information question=Any patrols?\n"},
	{"unknown kind", HEADER "1," TEN ",a/kirkuk,watch,report rumour,,,,\n", "2! action unknown_kind\n"},
	{"unknown field", HEADER "1," TEN ",a/kirkuk,watch,report incident,colour=red,,,\n", "2! fields unknown_field\n"},
	{"not of the kind", HEADER "1," TEN ",a/kirkuk,watch,report incident,answer=seen,,,\n", "2! fields not_in_kind\n"},
	{"required field", HEADER "1," TEN ",a/kirkuk,watch,report incident,type=atk.ambush,,,\n", "2! fields missing_field\n"},
	{"a field twice", HEADER "1," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | type=exp.uxo,,,\n", "2! fields name_taken\n"},
	{"no such thread", HEADER "1," TEN ",a/kirkuk,watch,amend,outcome=repelled,@x,,\n", "2! thread no_target\n"},
	{"no such reference", HEADER "1," TEN ",a/kirkuk,watch,report answer,re=@x | answer=seen,,,\n", "2! fields no_target\n"},
	{"label twice", HEADER
	 "1," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now,@x,,\n"
	 "2," TEN ",a/kirkuk,watch,report incident,type=atk.ambush | when=now,@x,,\n",
	 "1 a/kirkuk watch report incident @x type=atk.ambush when=041000C MAY 27\n3! thread name_taken\n"},
	{"time goes back", HEADER "1," TEN ",,,inject end,,,,\n2,2027-05-04T09:00:00+03:00,,,inject end,,,,\n", "1 inject end\n3! time bad_order\n"},
	{"no time", HEADER "1,soon,,,inject end,,,,\n", "2! time bad_time\n"},
	{"no station", HEADER "1," TEN ",kirkuk,watch,report incident,type=atk.ambush | when=now,,,\n", "2! station bad_value\n"},
};
/* clang-format on */

static void
write_event(struct out *out, const struct exercise_event *event)
{
	static const char *const actions[] = {"report", "amend", "inject"};

	if (event->action == EXERCISE_INJECT) {
		out_format(out, "%d inject %.*s\n", event->number, (int)event->word.n,
			   event->word.p);
		return;
	}
	out_format(out, "%d %s %.*s %s %s", event->number, event->station.name, (int)event->duty.n,
		   event->duty.p, actions[event->action], kind_row(event->record.kind)->name);
	if (event->label[0])
		out_format(out, " @%s", event->label);
	for (enum field f = 1; f < FIELD_COUNT; f++) {
		if (!event->record.field[f].is_set)
			continue;
		out_format(out, " %s=", field_row(f)->name);
		record_field_text(out, &event->record, f, 180);
	}
	for (unsigned i = 0; i < event->n_refs; i++)
		out_format(out, " %s->%s", field_row(event->refs[i].field)->name,
			   event->refs[i].label);
	out_char(out, '\n');
}

static enum err
on_event(void *arg, const struct exercise_event *event)
{
	assert_int_equal(event->record.is_exercise, true);
	write_event(arg, event);
	return ERR_OK;
}

static enum err
on_refuse(void *arg, const struct sink_refusal *refusal)
{
	out_format(arg, "%llu! %s %s\n", (unsigned long long)refusal->line, refusal->column,
		   why_code(refusal->reason.why));
	return ERR_OK;
}

static void
rows_become_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct out out = out_new(65536);
		struct exercise *exercise =
		    exercise_new(&(struct exercise_sink){&out, on_event, on_refuse});

		assert_non_null(exercise);
		assert_int_equal(exercise_feed(exercise, span_of(rows[i].input)), ERR_OK);
		assert_int_equal(exercise_finish(exercise), ERR_OK);
		if (!span_is(out_view(&out), rows[i].expected))
			fail_msg("%s:\n%s", rows[i].name, out.p ? out.p : "");
		exercise_free(exercise);
		out_free(&out);
	}
}

/* ---- the whole script ---- */

enum { NUMBERS = 63, LABELS = 128 };

/* What became of a thread when all of its amendments are in. */
struct whole {
	char label[EXERCISE_LABEL_TEXT];
	struct record record;
};

struct story {
	bool has[NUMBERS];
	unsigned events, refusals, injects;
	struct arena *arena; /* for texts that outlive a row */
	struct whole *wholes;
	unsigned n;
};

static struct whole *
whole_of(struct story *story, const char *label)
{
	for (unsigned i = 0; i < story->n; i++)
		if (strcmp(story->wholes[i].label, label) == 0)
			return &story->wholes[i];
	return NULL;
}

/* Copies the values by their typed form into the story's own arena. */
static void
keep_values(struct story *story, struct record *into, const struct exercise_event *event)
{
	struct record_typing typing = {event->at_ms, 180, "38S"};

	for (enum field f = 1; f < FIELD_COUNT; f++) {
		struct out text = out_new(65536);

		if (event->record.field[f].is_set) {
			record_field_text(&text, &event->record, f, 180);
			assert_int_equal(
			    record_set(into, story->arena, f, out_view(&text), &typing), WHY_NONE);
		}
		out_free(&text);
	}
	for (unsigned i = 0; i < event->n_refs; i++) {
		struct value *value = &into->field[event->refs[i].field];
		struct hash *id = arena_take(story->arena, sizeof *id);

		*id = hash_of(span_of(event->refs[i].label));
		value->is_set = true;
		value->levels = 1;
		if (field_row(event->refs[i].field)->type == FIELD_TYPE_ID)
			value->id = *id;
		else
			value->ids.id = id, value->ids.n = 1;
	}
}

static enum err
tell(void *arg, const struct exercise_event *event)
{
	struct story *story = arg;
	struct whole *whole = event->label[0] ? whole_of(story, event->label) : NULL;
	struct reason reason;

	assert_in_range(event->number, 1, NUMBERS - 1);
	story->has[event->number] = true;
	story->events++;
	if (event->action == EXERCISE_INJECT) {
		story->injects++;
		return ERR_OK;
	}
	if (!whole) {
		assert_true(story->n < LABELS);
		whole = &story->wholes[story->n++];
		assert_true(span_copy(whole->label, sizeof whole->label, span_of(event->label)));
		record_init(&whole->record, event->record.kind);
	}
	keep_values(story, &whole->record, event);
	reason = record_check(&whole->record);
	if (reason.why != WHY_NONE)
		fail_msg("event %d: %s: %s", event->number,
			 field_row((enum field)reason.field)->name, why_text(reason.why));
	return ERR_OK;
}

static enum err
count_refusal(void *arg, const struct sink_refusal *refusal)
{
	struct story *story = arg;

	story->refusals++;
	print_message("line %llu: %s, %s: %s\n", (unsigned long long)refusal->line, refusal->column,
		      field_row((enum field)refusal->reason.field)->name,
		      why_text(refusal->reason.why));
	return ERR_OK;
}

static bool
read_source(const char *name, struct out *bytes)
{
	const char *source = getenv("SEAM_SOURCE");
	char path[FILE_PATH_MAX];

	assert_int_equal(file_path(path, sizeof path, source ? source : ".", name), ERR_OK);
	return file_is_there(path) && file_read(path, bytes) == ERR_OK;
}

static enum err
mark_expected(void *arg, uint64_t line, const struct span *cells, unsigned n)
{
	struct story *story = arg;
	int64_t number;

	if (line == 1)
		return ERR_OK;
	assert_int_equal(n, 3);
	assert_true(span_int(cells[0], 1, NUMBERS - 1, &number));
	assert_true(cells[1].n > 0 && cells[2].n > 0);
	story->has[number] = true;
	return ERR_OK;
}

static enum err
refuse_row(void *arg, uint64_t line, enum why why)
{
	(void)arg;
	fail_msg("line %llu: %s", (unsigned long long)line, why_text(why));
	return ERR_OK;
}

static struct quantity
figure(struct story *story, const char *label, enum field field)
{
	struct whole *whole = whole_of(story, label);

	assert_non_null(whole);
	assert_true(whole->record.field[field].is_set);
	return whole->record.field[field].quantity;
}

/* The numbers that the acceptance of the exercise names. */
static void
judge_numbers(struct story *story)
{
	struct quantity three = {3, 3, 3, QUANTITY_EXACT};
	struct quantity two = {2, 2, 2, QUANTITY_EXACT};
	struct quantity q = figure(story, "losses", FIELD_KILLED);

	assert_true(quantity_equal(&q, &three));
	q = figure(story, "losses-b", FIELD_KILLED);
	assert_true(quantity_equal(&q, &two));
	q = quantity_hull(&two, &three);
	assert_true(q.low == 2 && q.high == 3);
	q = figure(story, "attackers", FIELD_KILLED);
	assert_int_equal(q.word, QUANTITY_SEVERAL);
	q = figure(story, "critical", FIELD_CRITICAL);
	assert_true(quantity_equal(&q, &two));
	q = figure(story, "attack", FIELD_PERSONS);
	assert_true(q.low == -1 && q.best == 10 && q.high == -1);
	assert_string_equal(whole_of(story, "on-foot")->record.field[FIELD_PLACE].place.mgrs,
			    "37SGA656123");
	assert_int_equal(whole_of(story, "losses")->record.field[FIELD_GRADE].grade.information,
			 '1');
}

static void
seam_72_is_whole(void **state)
{
	struct story story = {.arena = arena_new(4 << 20)};
	struct out bytes = out_new(4 << 20);
	struct exercise *exercise;
	struct csv *csv;

	(void)state;
	if (!read_source("exercise/events.csv", &bytes)) {
		print_message("skipped: exercise/ not present\n");
		arena_free(story.arena);
		out_free(&bytes);
		return;
	}
	story.wholes = calloc(LABELS, sizeof *story.wholes);
	exercise = exercise_new(&(struct exercise_sink){&story, tell, count_refusal});
	assert_int_equal(exercise_feed(exercise, out_view(&bytes)), ERR_OK);
	assert_int_equal(exercise_finish(exercise), ERR_OK);
	assert_int_equal(story.refusals, 0);
	judge_numbers(&story);
	out_reset(&bytes);
	assert_true(read_source("exercise/expected.csv", &bytes));
	csv = csv_new(',', &(struct csv_sink){&story, mark_expected, refuse_row});
	assert_int_equal(csv_feed(csv, out_view(&bytes)), ERR_OK);
	assert_int_equal(csv_finish(csv), ERR_OK);
	for (unsigned i = 1; i < NUMBERS; i++)
		if (!story.has[i])
			fail_msg("item %u is neither filed nor expected", i);
	csv_free(csv);
	exercise_free(exercise);
	free(story.wholes);
	arena_free(story.arena);
	out_free(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_become_events),
	    cmocka_unit_test(seam_72_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
