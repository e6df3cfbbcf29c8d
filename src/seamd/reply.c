/*
 * Promises that whoever gave an act of the flow is told what became of it, in one message.
 */
#include "seamd/core.h"
#include "seamd/link.h"

static void
answer_filed(struct core *core, const struct take *take)
{
	struct out out = out_new(WIRE_MAX);
	size_t begun = wire_begin(&out, WIRE_FILED, take->act->id);

	out_bytes(&out, take->id.b, HASH_SIZE);
	out_sized(&out, take->record->thread);
	out_i64(&out, take->leaf);
	out_u16(&out, (uint16_t)take->parties_n);
	for (size_t i = 0; i < take->parties_n; i++) {
		out_sized(&out, span_of(take->parties[i].party.name));
		out_u8(&out, (uint8_t)take->parties[i].state);
		out_sized(&out, span_of(take->parties[i].why == WHY_NONE
					    ? ""
					    : why_text(take->parties[i].why)));
	}
	wire_end(&out, begun);
	core_send(core, take->act, &out);
	out_free(&out);
}

static void
answer_taken(struct core *core, const struct take *take, enum wire_taken outcome)
{
	struct out out = out_new(4096);
	size_t begun = wire_begin(&out, WIRE_TAKEN, take->act->id);

	out_u8(&out, (uint8_t)outcome);
	out_u16(&out, (uint16_t)take->why);
	out_bytes(&out, take->id.b, HASH_SIZE);
	out_sized(&out, span_of(take->text ? take->text : ""));
	wire_end(&out, begun);
	core_send(core, take->act, &out);
	out_free(&out);
}

static void
answer_duplicate(struct core *core, const struct take *take)
{
	struct out out = out_new(4096);
	size_t begun = wire_begin(&out, WIRE_DUPLICATE, take->act->id);

	out_bytes(&out, take->id.b, HASH_SIZE);
	wire_end(&out, begun);
	core_send(core, take->act, &out);
	out_free(&out);
}

/* Our own trouble is not the other end's: the connection ends, and the line comes again. */
static void
reply_link(struct core *core, const struct take *take)
{
	if (take->why != WHY_NONE)
		core->counted.refused++;
	if (take->err != ERR_OK)
		link_close(core, take->act->link, LINK_CAUSE_LOST, err_text(take->err));
	else
		link_did(core, take->act,
			 take->why != WHY_NONE ? TAKEN_REFUSED
			 : take->is_duplicate  ? TAKEN_KNOWN
					       : TAKEN_NEW,
			 take->why, &take->id);
}

void
reply_take(struct core *core, const struct take *take)
{
	bool is_line;

	if (!take->act)
		return;
	if (take->act->link) {
		reply_link(core, take);
		return;
	}
	is_line = take->act->kind == WIRE_TAKE;
	if (take->why != WHY_NONE)
		core->counted.refused++;
	if (take->err != ERR_OK)
		core_fail(core, take->act, take->err, NULL);
	else if (is_line && take->why != WHY_NONE)
		answer_taken(core, take, TAKEN_REFUSED);
	else if (is_line)
		answer_taken(core, take, take->is_duplicate ? TAKEN_KNOWN : TAKEN_NEW);
	else if (take->why != WHY_NONE)
		core_refuse(core, take->act, take->why, take->field, take->text);
	else if (take->is_duplicate)
		answer_duplicate(core, take);
	else
		answer_filed(core, take);
}
