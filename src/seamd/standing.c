/* Promises the furthest that is known; that something was told or answered follows from records. */
#include "seamd/standing.h"

#include "admit/members.h"

#include <string.h>

/* Sets a state where it is further than the one there. */
static void
advance(struct picture_standing *rows, size_t *n, const struct party *party,
	enum picture_state state, int64_t at_ms)
{
	size_t i = 0;

	while (i < *n && !party_equal(&rows[i].party, party))
		i++;
	if (i == *n) {
		if (*n == LIMIT_PARTIES)
			return;
		rows[(*n)++] = (struct picture_standing){.party = *party};
	} else if (rows[i].state >= state) {
		return;
	}
	rows[i].state = state;
	rows[i].at_ms = at_ms;
	rows[i].why = WHY_NONE;
}

static enum err
add_told(struct picture *picture, const struct hash *id, const struct party *own,
	 struct arena *arena, struct picture_standing *rows, size_t *n)
{
	struct picture_row *told;
	size_t told_n;
	enum err err = picture_notes(picture, id, picture_kind(KIND_TOLD), arena, &told, &told_n);

	for (size_t i = 0; err == ERR_OK && i < told_n; i++) {
		struct party signer = station_party(&told[i].station);
		const struct value *value =
		    told[i].record ? &told[i].record->field[FIELD_TOLD_PARTY] : NULL;

		if (value && value->is_set && party_equal(&signer, own))
			advance(rows, n, &value->party, PICTURE_STATE_TOLD, told[i].filed_ms);
	}
	return err;
}

static enum err
add_answers(struct picture *picture, const struct hash *id, const struct party *own,
	    struct arena *arena, struct picture_standing *rows, size_t *n)
{
	struct picture_answer *answers;
	size_t answers_n;
	enum err err = picture_answers(picture, id, arena, &answers, &answers_n);

	for (size_t i = 0; err == ERR_OK && i < answers_n; i++) {
		struct party party = station_party(&answers[i].station);

		if (!party_equal(&party, own))
			advance(rows, n, &party, PICTURE_STATE_ANSWERED, answers[i].at_ms);
	}
	return err;
}

enum err
standing_read(struct picture *picture, const struct hash *id, const struct party *own,
	      struct arena *arena, struct picture_standing **rows, size_t *n)
{
	struct picture_standing *held;
	struct picture_standing *all = arena_array(arena, LIMIT_PARTIES, sizeof *all);
	size_t held_n = 0;
	enum err err = all ? picture_states(picture, id, arena, &held, &held_n) : ERR_NOMEM;

	*rows = all;
	*n = held_n < LIMIT_PARTIES ? held_n : LIMIT_PARTIES;
	if (err == ERR_OK && *n)
		memcpy(all, held, *n * sizeof *all);
	if (err == ERR_OK)
		err = add_told(picture, id, own, arena, all, n);
	return err == ERR_OK ? add_answers(picture, id, own, arena, all, n) : err;
}

void
standing_left(const struct members *members, struct picture_standing *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].state > PICTURE_STATE_QUEUED || members_find(members, &rows[i].party))
			continue;
		rows[i].state = PICTURE_STATE_HELD_BACK;
		rows[i].why = WHY_PARTY_LEFT;
	}
}
