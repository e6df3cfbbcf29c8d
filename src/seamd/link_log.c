/*
 * Promises that stations keep one another's logs honest: each shows its newest head, countersigns
 * the largest that it has seen grow consistently, and serves its own log to members.
 */
#include "seamd/link.h"

#include "base/b64.h"
#include "journal/journal.h"

#include <stdio.h>
#include <string.h>

void
link_head_changed(struct core *core)
{
	for (size_t i = 0; i < LINKS_MAX; i++)
		if (core->links[i])
			core->links[i]->cosign_due = true;
	link_pump_soon(core);
}

bool
link_put_log(struct core *core, struct link *link)
{
	struct out note = out_new(NOTE_MAX);
	struct out text = out_new(LINK_LINE_MAX);
	bool is_put = false;

	if (link->cosign_due && journal_head_note(core->journal, &note) == ERR_OK && note.n) {
		b64_write(&text, out_view(&note));
		link_put(core, link, LINK_HEAD, 0, "head", out_view(&text), SPAN(""));
		is_put = true;
	}
	link->cosign_due = false;
	out_free(&note);
	out_free(&text);
	return is_put;
}

void
link_take_log(struct core *core, struct link *link, struct span word, struct span rest)
{
	(void)core;
	(void)link;
	(void)word;
	(void)rest;
}

void
link_get(struct core *core, struct link *link, const struct wire_message *message)
{
	(void)core;
	(void)link;
	(void)message;
}
