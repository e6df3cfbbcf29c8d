/* Promises that what waits for this party is found among the newest; judges no course itself. */
#include "seamd/waiting.h"

#include <stdlib.h>

enum { SCRATCH = 8 << 20 };

struct looking {
	const struct waiting_question *question;
	struct arena *arena;   /* of the rows */
	struct arena *scratch; /* of one course */
	struct picture_course *course;
	struct waiting *rows;
	size_t n;
	bool is_cut;
};

/* Nobody here has answered what another party sent as an act: a person should see it, asked by name
 * or not. */
static bool
is_unseen(const struct picture_row *row, const struct course_row *own)
{
	return !row->is_own && kind_row(row->kind)->nature == KIND_NATURE_ACT &&
	       (!own || own->first_ms == 0);
}

/* Ended by who asked or by its time. */
static bool
is_ended(enum course_state state)
{
	return state == COURSE_WITHDRAWN || state == COURSE_DONE || state == COURSE_CLOSED ||
	       state == COURSE_EXPIRED || state == COURSE_OVER;
}

static bool
judge(const struct waiting_question *question, const struct course *course, struct waiting *waiting)
{
	const struct course_row *own = course_row_of(course, &question->own);

	waiting->way = course->way;
	waiting->state = course->state;
	waiting->step = course->due.step;
	waiting->party = course->due.party;
	waiting->by_ms = course->due.at_ms;
	waiting->is_ours = party_equal(&course->due.party, &question->own);
	if (course->is_open && waiting->is_ours && waiting->step != COURSE_STEP_NONE)
		return true;
	if (is_ended(course->state))
		return false;
	if (is_unseen(&waiting->row, own) || (own && own->is_asked && own->first_ms == 0)) {
		waiting->step = COURSE_STEP_ANSWER;
		waiting->party = question->own;
		waiting->by_ms = own ? own->by_ms : 0;
		waiting->is_ours = true;
		return true;
	}
	return course->is_open && waiting->row.is_own && waiting->step != COURSE_STEP_NONE;
}

static enum err
look_at(struct looking *looking, const struct picture_row *row)
{
	struct waiting waiting = {.row = *row};
	enum err err;

	arena_reset(looking->scratch);
	err = picture_course(looking->question->picture, &row->id, &looking->question->clocks,
			     looking->question->now_ms, looking->scratch, looking->course);
	if (err != ERR_OK || !judge(looking->question, &looking->course->course, &waiting))
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	looking->rows[looking->n++] = waiting;
	return ERR_OK;
}

static enum err
look(struct looking *looking, enum picture_answered answered, unsigned limit)
{
	struct picture_query query = {.answered = answered,
				      .answered_by = looking->question->own,
				      .with_records = true,
				      .limit = limit,
				      .steps = looking->question->steps};
	struct picture_cursor next;
	struct picture_row *rows;
	size_t n;
	enum err err =
	    picture_query(looking->question->picture, &query, looking->arena, &rows, &n, &next);

	looking->is_cut = looking->is_cut || next.is_set;
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = look_at(looking, &rows[i]);
	return err;
}

static int
compare(const void *a, const void *b)
{
	const struct waiting *left = a;
	const struct waiting *right = b;

	if (left->is_ours != right->is_ours)
		return left->is_ours ? -1 : 1;
	if ((left->by_ms == 0) != (right->by_ms == 0))
		return left->by_ms ? -1 : 1;
	if (left->by_ms != right->by_ms)
		return left->by_ms < right->by_ms ? -1 : 1;
	if (left->row.arrived_ms != right->row.arrived_ms)
		return left->row.arrived_ms > right->row.arrived_ms ? -1 : 1;
	return span_compare(span_make(left->row.id.b, HASH_SIZE),
			    span_make(right->row.id.b, HASH_SIZE));
}

enum err
waiting_read(const struct waiting_question *question, struct arena *arena, struct waiting **rows,
	     size_t *n, bool *is_cut)
{
	size_t room = WAITING_LOOKED_AT + WAITING_LOOKED_AT / 2;
	struct looking looking = {.question = question,
				  .arena = arena,
				  .scratch = arena_new(SCRATCH),
				  .course = arena_take(arena, sizeof *looking.course),
				  .rows = arena_array(arena, room, sizeof *looking.rows)};
	enum err err = looking.scratch && looking.course && looking.rows ? ERR_OK : ERR_NOMEM;

	if (err == ERR_OK)
		err = look(&looking, PICTURE_ANSWERED_NO, WAITING_LOOKED_AT);
	if (err == ERR_OK)
		err = look(&looking, PICTURE_ANSWERED_YES, WAITING_LOOKED_AT / 2);
	arena_free(looking.scratch);
	if (err == ERR_OK)
		qsort(looking.rows, looking.n, sizeof *looking.rows, compare);
	*rows = looking.rows;
	*n = err == ERR_OK ? looking.n : 0;
	if (*n > WAITING_MAX) {
		*n = WAITING_MAX;
		looking.is_cut = true;
	}
	*is_cut = looking.is_cut;
	return err;
}
