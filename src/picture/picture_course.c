/*
 * Promises what model/course needs of the picture, and nothing of its own.
 */
#include "picture/picture_course.h"

#include <stdlib.h>
#include <string.h>

struct gathering {
	struct picture *picture;
	struct arena *arena;
	struct picture_course *found;
	struct course_version *versions;
	size_t versions_n;
	bool is_in_force;
};

/* Versions by their own station, oldest first. */
static enum err
gather_versions(struct gathering *gathering)
{
	struct picture_course *found = gathering->found;
	struct picture_row *rows;
	size_t n;
	enum err err =
	    picture_thread(gathering->picture, found->row.thread, gathering->arena, &rows, &n);

	if (err != ERR_OK)
		return err;
	gathering->versions = arena_array(gathering->arena, n, sizeof *gathering->versions);
	if (!gathering->versions)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (!station_equal(&rows[i].station, &found->row.station))
			continue;
		gathering->versions[gathering->versions_n++] = (struct course_version){
		    .id = rows[i].id,
		    .record = rows[i].record,
		    .filed_ms = rows[i].filed_ms ? rows[i].filed_ms : rows[i].arrived_ms,
		};
		gathering->is_in_force = gathering->is_in_force || rows[i].is_current;
		if (rows[i].is_current || !gathering->is_in_force)
			found->row = rows[i];
	}
	return ERR_OK;
}

static struct course_answer
answer_of(const struct picture_row *row)
{
	const struct value *field = row->record ? row->record->field : NULL;
	struct course_answer answer = {
	    .id = row->id,
	    .station = row->station,
	    .answer = -1,
	    .position = row->position,
	    .at_ms = row->filed_ms ? row->filed_ms : row->arrived_ms,
	};

	if (!field)
		return answer;
	answer.re = field[FIELD_RE].id;
	if (field[FIELD_ANSWER].is_set)
		answer.answer = field[FIELD_ANSWER].code;
	if (field[FIELD_ETA].is_set)
		answer.eta_ms = field[FIELD_ETA].at_ms;
	answer.until_ms = course_window_end(row->record);
	return answer;
}

/* The current answers to a record, behind those found so far. */
static enum err
gather_answers(struct gathering *gathering, const struct hash *id)
{
	struct picture_course *found = gathering->found;
	struct course_answer *all;
	struct picture_row *rows;
	size_t n;
	enum err err = picture_notes(gathering->picture, id, picture_kind(KIND_ANSWER),
				     gathering->arena, &rows, &n);

	if (err != ERR_OK || n == 0)
		return err;
	all = arena_array(gathering->arena, found->n + n, sizeof *all);
	if (!all)
		return ERR_NOMEM;
	if (found->n)
		memcpy(all, found->answers, found->n * sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[found->n + i] = answer_of(&rows[i]);
	found->answers = all;
	found->n += n;
	return ERR_OK;
}

static int
by_time(const void *a, const void *b)
{
	const struct course_answer *x = a;
	const struct course_answer *y = b;

	int stations = strcmp(x->station.name, y->station.name);

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	if (stations != 0)
		return stations;
	if (x->position != y->position)
		return x->position < y->position ? -1 : 1;
	return memcmp(x->id.b, y->id.b, HASH_SIZE);
}

enum err
picture_course(struct picture *picture, const struct hash *id, const struct course_clocks *clocks,
	       int64_t now_ms, struct arena *arena, struct picture_course *found)
{
	struct gathering gathering = {.picture = picture, .arena = arena, .found = found};
	struct course_question question = {.clocks = *clocks, .now_ms = now_ms};
	size_t first;
	enum err err;

	*found = (struct picture_course){.n = 0};
	err = picture_record(picture, id, arena, &found->row);
	if (err == ERR_OK)
		err = gather_versions(&gathering);
	if (err == ERR_OK)
		err = gather_answers(&gathering, &found->row.id);
	first = found->n;
	/* An answer is a record that may be answered: an offer is taken so. */
	for (size_t i = 0; i < first && err == ERR_OK; i++)
		if (found->answers[i].answer == ANSWER_OFFERED)
			err = gather_answers(&gathering, &found->answers[i].id);
	if (err != ERR_OK)
		return err;
	if (found->n > 1)
		qsort(found->answers, found->n, sizeof *found->answers, by_time);
	question.station = found->row.station;
	question.is_whole = found->row.is_own;
	question.is_taken_back = !gathering.is_in_force;
	question.versions = gathering.versions;
	question.versions_n = gathering.versions_n;
	question.answers = found->answers;
	question.answers_n = found->n;
	course_follow(&question, &found->course);
	return ERR_OK;
}

static const char *
flag(bool is_so)
{
	return is_so ? "true" : "false";
}

static void
write_moment(struct out *out, const char *name, int64_t at_ms)
{
	if (at_ms)
		out_format(out, ",\"%s\":%lld", name, (long long)at_ms);
	else
		out_format(out, ",\"%s\":null", name);
}

static int64_t
late(int64_t by_ms, int64_t at_ms)
{
	return by_ms && at_ms > by_ms ? at_ms - by_ms : 0;
}

static void
write_row(struct out *out, const struct course_row *row, int64_t now_ms)
{
	out_format(out, "{\"party\":\"%s\",\"asked\":%s,\"state\":\"%s\"", row->party.name,
		   flag(row->is_asked), course_state_code(row->state));
	write_moment(out, "by_ms", row->by_ms);
	write_moment(out, "first_ms", row->first_ms);
	out_format(out, ",\"late_ms\":%lld",
		   (long long)late(row->by_ms, row->first_ms ? row->first_ms : now_ms));
	write_moment(out, "at_ms", row->at_ms);
	write_moment(out, "eta_ms", row->eta_ms);
	out_format(out, ",\"taken\":%s,\"concurs\":%s,\"behind\":%s,\"odd\":%s}",
		   flag(row->is_taken), flag(row->concurs), flag(row->is_behind),
		   flag(row->is_odd));
}

void
picture_course_json(struct out *out, const struct course *course, int64_t now_ms)
{
	out_format(out,
		   "{\"way\":\"%s\",\"state\":\"%s\",\"open\":%s,\"partial\":%s,\"consent\":%s,"
		   "\"agreed\":%s",
		   course_way_code(course->way), course_state_code(course->state),
		   flag(course->is_open), flag(course->is_partial), flag(course->needs_consent),
		   flag(course->is_agreed));
	write_moment(out, "asked_ms", course->asked_ms);
	write_moment(out, "until_ms", course->until_ms);
	out_format(out, ",\"odd\":%u,\"due\":", course->odd);
	if (course->due.step == COURSE_STEP_NONE) {
		out_text(out, "null");
	} else {
		out_format(out, "{\"party\":\"%s\",\"step\":\"%s\"", course->due.party.name,
			   course_step_code(course->due.step));
		write_moment(out, "at_ms", course->due.at_ms);
		out_format(out, ",\"late_ms\":%lld}", (long long)late(course->due.at_ms, now_ms));
	}
	out_text(out, ",\"parties\":[");
	for (unsigned i = 0; i < course->n; i++) {
		out_text(out, i ? "," : "");
		write_row(out, &course->row[i], now_ms);
	}
	out_text(out, "]}");
}
