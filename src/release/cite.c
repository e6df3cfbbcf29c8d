/*
 * Promises that a record never tells of a foreign record further than its originator allowed.
 */
#include "release/cite.h"

/* clang-format off */
static const struct {
	enum field field;
	bool is_binding; /* what is said derives from the other record, not only stands beside it */
} ROWS[] = {
	{FIELD_CITES,    true},
	{FIELD_RE,       true},
	{FIELD_LINK_TO,  true},
	{FIELD_INCIDENT, false},
};
/* clang-format on */

enum { ROWS_N = sizeof ROWS / sizeof ROWS[0] };

static bool
is_inside(const struct release_parties *parties, const struct party *party)
{
	for (unsigned i = 0; i < parties->n && i < LIMIT_PARTIES; i++)
		if (party_equal(&parties->party[i], party))
			return true;
	return false;
}

static size_t
references(const struct record *record, enum field field)
{
	const struct value *value = &record->field[field];

	if (!value->is_set)
		return 0;
	return field == FIELD_CITES ? value->ids.n : 1;
}

static bool
may_hear(const struct release_question *question, const struct release_cite *cite)
{
	return cite->is_own || party_equal(&cite->origin, &question->recipient) ||
	       is_inside(&cite->onward, &question->recipient);
}

enum why
cite_refuses(const struct release_question *question, enum field *field)
{
	for (size_t r = 0; r < ROWS_N; r++) {
		size_t told = 0;

		*field = ROWS[r].field;
		if (!ROWS[r].is_binding)
			continue;
		for (size_t i = 0; i < question->cites_n; i++) {
			if (question->cites[i].field != ROWS[r].field)
				continue;
			told++;
			if (question->cites[i].stays_home)
				return WHY_STAYS_HOME;
			if (!may_hear(question, &question->cites[i]))
				return WHY_CITES_HELD_BACK;
		}
		if (told < references(question->record, ROWS[r].field))
			return WHY_CITES_HELD_BACK;
	}
	*field = FIELD_NONE;
	return WHY_NONE;
}

bool
cite_drop(const struct release_question *question, struct field_set *give, enum field *field)
{
	bool is_dropped = false;

	for (size_t r = 0; r < ROWS_N; r++) {
		size_t held = 0;

		if (!give->mask[ROWS[r].field])
			continue;
		for (size_t i = 0; i < question->cites_n; i++)
			held +=
			    question->cites[i].field == ROWS[r].field && question->cites[i].is_held;
		if (held >= references(question->record, ROWS[r].field))
			continue;
		give->mask[ROWS[r].field] = 0;
		*field = ROWS[r].field;
		is_dropped = true;
	}
	return is_dropped;
}

bool
cite_stays_home(enum field field, enum kind kind)
{
	return kind_row(kind)->nature == KIND_NATURE_HOUSE &&
	       (field == FIELD_RE || field == FIELD_LINK_TO);
}
