/*
 * Promises the casualties of an incident as its live reports state them, with every source listed.
 */
#include "picture/picture_store.h"

#include "picture/people.h"

#include <stdlib.h>
#include <string.h>

static const enum field figures[] = {FIELD_KILLED,   FIELD_WOUNDED,  FIELD_CRITICAL, FIELD_MISSING,
				     FIELD_DETAINED, FIELD_ABDUCTED, FIELD_DEATHS};

enum { FIGURES = sizeof figures / sizeof *figures };

struct speech {
	struct people_statement *statements;
	const struct picture_row **sources; /* of each statement */
	size_t n, size, sources_size;
	size_t reports;
};

static enum err
add(struct speech *speech, struct arena *arena, const struct people_statement *statement,
    const struct picture_row *source)
{
	speech->statements = picture_row_grow(arena, speech->statements, speech->n, &speech->size,
					      sizeof *speech->statements);
	if (!speech->statements)
		return ERR_NOMEM;
	speech->sources = picture_row_grow(arena, speech->sources, speech->n, &speech->sources_size,
					   sizeof(struct picture_row *));
	if (!speech->sources)
		return ERR_NOMEM;
	speech->statements[speech->n] = *statement;
	speech->sources[speech->n++] = source;
	return ERR_OK;
}

/* All figures of one record; `speaker` and `group` say whose words they are. */
static enum err
add_record(struct speech *speech, struct arena *arena, const struct picture_row *source,
	   const struct party *speaker, enum vocab_group group)
{
	const struct record *record = source->record;
	struct people_statement one = {.group = group,
				       .speaker = *speaker,
				       .signer = station_party(&source->station),
				       .filed_ms = source->filed_ms,
				       .id = source->id};
	size_t before = speech->n;

	if (record->field[FIELD_GRADE].is_set)
		one.is_confirmed = record->field[FIELD_GRADE].grade.information == '1';
	for (size_t i = 0; i < FIGURES; i++) {
		enum err err;

		if (!record->field[figures[i]].is_set)
			continue;
		one.figure = figures[i];
		one.quantity = record->field[figures[i]].quantity;
		err = add(speech, arena, &one, source);
		if (err != ERR_OK)
			return err;
	}
	speech->reports += speech->n > before;
	return ERR_OK;
}

static enum vocab_group
group_of(const struct record *record)
{
	if (record->field[FIELD_GROUP].is_set)
		return (enum vocab_group)record->field[FIELD_GROUP].code;
	return record->kind == KIND_CASUALTY ? GROUP_UNKNOWN : GROUP_ALL;
}

/* A member's figures, then those of the records that dispute it: they speak of the same people. */
static enum err
add_member(struct picture *picture, struct speech *speech, struct arena *arena,
	   const struct picture_row *member)
{
	struct party speaker = station_party(&member->station);
	struct picture_row *disputes;
	enum vocab_group group;
	size_t n;
	enum err err;

	if (!member->record)
		return ERR_OK;
	group = group_of(member->record);
	err = add_record(speech, arena, member, &speaker, group);
	if (err == ERR_OK)
		err = picture_notes(picture, &member->id, picture_kind(KIND_DISPUTE), arena,
				    &disputes, &n);
	for (size_t i = 0; err == ERR_OK && i < n; i++)
		if (disputes[i].record)
			err = add_record(speech, arena, &disputes[i], &speaker, group);
	return err;
}

static int
by_station(const void *a, const void *b)
{
	const struct picture_statement *x = a, *y = b;
	int sign = strcmp(x->station.name, y->station.name);

	return sign ? sign : memcmp(x->id.b, y->id.b, HASH_SIZE);
}

static void
show(const struct people_statement *statement, const struct picture_row *source,
     struct picture_statement *shown)
{
	const struct value *field = source->record->field;

	*shown = (struct picture_statement){.id = source->id,
					    .station = source->station,
					    .quantity = statement->quantity,
					    .filed_ms = source->filed_ms,
					    .is_dispute = source->kind == KIND_DISPUTE,
					    .is_differing = statement->is_differing,
					    .is_best = statement->is_best};
	if (field[FIELD_STATED_BY].is_set)
		shown->stated_by = field[FIELD_STATED_BY].text;
	if (field[FIELD_GRADE].is_set)
		shown->grade = field[FIELD_GRADE].grade;
}

static enum err
show_row(const struct people *people, size_t row, const struct speech *speech, struct arena *arena,
	 struct picture_loss *loss)
{
	*loss = (struct picture_loss){.group = people->group,
				      .party = people->party,
				      .figure = people->figure,
				      .range = people->range,
				      .is_closed = people->is_closed,
				      .is_several = people->is_several};
	loss->statements = arena_array(arena, people->n, sizeof *loss->statements);
	if (!loss->statements)
		return ERR_NOMEM;
	for (size_t i = 0; i < speech->n; i++)
		if (speech->statements[i].row == row)
			show(&speech->statements[i], speech->sources[i],
			     &loss->statements[loss->n++]);
	qsort(loss->statements, loss->n, sizeof *loss->statements, by_station);
	return ERR_OK;
}

enum err
picture_losses(struct picture *picture, const struct hash *id, struct arena *arena,
	       struct picture_loss **losses, size_t *n, size_t *reports)
{
	struct speech speech = {0};
	struct picture_row *members;
	struct people *people;
	size_t count, rows;
	enum err err = picture_incident(picture, id, arena, &members, &count);

	*losses = NULL;
	*n = *reports = 0;
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = add_member(picture, &speech, arena, &members[i]);
	if (err != ERR_OK || speech.n == 0)
		return err;
	people = people_of(speech.statements, speech.n, arena, &rows);
	*losses = people ? arena_array(arena, rows, sizeof **losses) : NULL;
	if (!*losses)
		return ERR_NOMEM;
	for (size_t row = 0; err == ERR_OK && row < rows; row++)
		err = show_row(&people[row], row, &speech, arena, &(*losses)[row]);
	*n = err == ERR_OK ? rows : 0;
	*reports = speech.reports;
	return err;
}
