/*
 * Promises that a person files no record that is not a person's: an alert is what a rule found, a
 * key note or a revocation what was signed by the root. What comes by the page's gate is no policy
 * and no key note at all: they are put in force on the station itself.
 */
#include "seamd/core.h"

#include "journal/shelf.h"
#include "seamd/ring.h"

static bool
is_of_web(const struct core *core, const struct act *act)
{
	for (size_t i = 0; i < CORE_LINES_MAX; i++)
		if (core->lines[i].line && core->lines[i].line == act->line)
			return core->lines[i].is_web;
	return true; /* its gate has gone: nothing says that it was the other one */
}

/* The record of a key note follows the note that is in force. */
static void
check_key(struct core *core, struct take *take)
{
	const struct value *number = &take->record->field[FIELD_NUMBER];
	struct shelf shelf = {.version = 0};
	enum err err = shelf_get(core->journal, SPAN(RING_KEY), span_of(core->kid.station.name),
				 number->is_set ? number->number : 0, core->arena, &shelf);

	if (err != ERR_OK && err != ERR_NOT_FOUND)
		take->err = err;
	else if (err == ERR_NOT_FOUND ||
		 !span_equal(shelf.text, take->record->field[FIELD_DOCUMENT].text))
		take_refuse(take, WHY_NOT_BY_HAND, FIELD_DOCUMENT,
			    "this is no key note in force: seam key rotate or seam link key files "
			    "one");
}

void
hand_check(struct core *core, struct take *take)
{
	enum kind kind = take->record->kind;

	if (kind == KIND_ALERT)
		take_refuse(take, WHY_NOT_BY_HAND, FIELD_KIND,
			    "an alert is what a rule found: it is answered (seen, done, decline); "
			    "what a person saw is a report");
	else if (kind == KIND_REVOKE)
		take_refuse(take, WHY_NOT_BY_HAND, FIELD_KIND,
			    "a key is revoked by seam key revoke and seam members install");
	else if ((kind == KIND_POLICY || kind == KIND_KEY) && is_of_web(core, take->act))
		take_refuse(take, WHY_NOT_BY_HAND, FIELD_KIND,
			    kind == KIND_POLICY
				? "a policy is put in force on the station: seam policy use"
				: "a key note is put in force on the station: seam key rotate");
	else if (kind == KIND_KEY && take->why == WHY_NONE)
		check_key(core, take);
}
