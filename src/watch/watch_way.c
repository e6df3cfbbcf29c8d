/*
 * Promises how an own record stands with a party: held back, waiting, sent, arrived or told.  That
 * it arrived is not that somebody saw it.
 */
#include "watch/watch_matter.h"

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
look_back(struct watch_run *run, const struct watch_matter *matter, const struct party *party,
	  struct watch_way *way)
{
	struct picture_row *rows;
	size_t n;
	enum err err = watch_matter_versions(run, matter, &rows, &n);

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

enum err
watch_way_find(struct watch_run *run, const struct watch_matter *matter, const struct party *party,
	       struct watch_way *way)
{
	struct picture_standing standing = {0};
	enum err err;

	*way = (struct watch_way){.is_known = false};
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

bool
watch_way_is_delivered(const struct watch_way *way)
{
	return way->state >= PICTURE_STATE_ARRIVED || way->older_ms || way->told;
}

static void
say_told(const struct watch_run *run, const struct watch_way *way, struct out *text)
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

void
watch_way_say(const struct watch_run *run, const struct watch_way *way, const struct party *party,
	      struct out *text)
{
	bool is_queued = way->state == PICTURE_STATE_QUEUED;

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
		out_text(text,
			 is_queued ? "NOT DELIVERED, waiting since " : "NOT DELIVERED, sent ");
		watch_say_moment(run, text, way->at_ms);
		out_text(text, is_queued ? "" : " without a receipt");
		out_text(text, "; call them: it has not arrived");
	}
}

enum err
watch_way_parties(struct watch_run *run, const struct hash *id, struct party parties[LIMIT_PARTIES],
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
