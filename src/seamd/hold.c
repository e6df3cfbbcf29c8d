/*
 * Promises the text of a hold and which one counts.
 */
#include "seamd/hold.h"

#include "journal/shelf.h"

#include <string.h>

void
hold_write(struct out *out, const struct hold *hold)
{
	out_format(out, "until %lld\nduty ", (long long)hold->until_ms);
	out_span(out, hold->duty);
	out_text(out, "\nreason ");
	out_span(out, hold->reason);
	out_char(out, '\n');
}

/* "WORD rest of the line" from the front of *text. */
static bool
take_line(struct span *text, const char *word, struct span *rest)
{
	struct span name;

	return span_split(text, '\n', rest) && span_split(rest, ' ', &name) && span_is(name, word);
}

bool
hold_read(struct span text, struct hold *hold)
{
	struct span until;

	return take_line(&text, "until", &until) &&
	       span_int(until, INT64_MIN, INT64_MAX, &hold->until_ms) &&
	       take_line(&text, "duty", &hold->duty) && take_line(&text, "reason", &hold->reason) &&
	       text.n == 0;
}

enum err
hold_of(struct journal *journal, const struct hash *id, struct arena *arena, struct hold *hold)
{
	char name[HASH_TEXT_SIZE];
	struct shelf shelf;
	enum err err;

	*hold = (struct hold){.id = *id};
	hash_text(name, id);
	err = shelf_newest(journal, SPAN(HOLD_CLASS), span_of(name), arena, &shelf);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	hold->version = shelf.version;
	return hold_read(shelf.text, hold) ? ERR_OK : ERR_CORRUPT;
}

struct walking {
	bool (*each)(void *context, const struct hold *hold);
	void *context;
	struct hold last; /* its texts in `text` */
	struct out text;
	enum err err;
	bool is_over;
};

static void
give_last(struct walking *walking)
{
	int64_t version = walking->last.version;

	if (version == 0 || walking->is_over)
		return;
	if (!hold_read(out_view(&walking->text), &walking->last))
		walking->err = ERR_CORRUPT;
	else if (!walking->each(walking->context, &walking->last))
		walking->is_over = true;
	walking->last.version = 0;
}

/* Rows come by name, then version: the last of a name counts. */
static bool
take_row(void *context, const struct shelf *shelf)
{
	struct walking *walking = context;
	struct hash id;

	if (!hash_read(shelf->name, &id)) {
		walking->err = ERR_CORRUPT;
		return false;
	}
	if (walking->last.version && !hash_equal(&id, &walking->last.id))
		give_last(walking);
	out_reset(&walking->text);
	out_span(&walking->text, shelf->text);
	walking->last = (struct hold){.id = id, .version = shelf->version};
	if (walking->err == ERR_OK)
		walking->err = out_err(&walking->text);
	return walking->err == ERR_OK && !walking->is_over;
}

enum err
hold_each(struct journal *journal, bool (*each)(void *context, const struct hold *hold),
	  void *context)
{
	struct walking walking = {
	    .each = each, .context = context, .text = out_new(HOLD_TEXT_MAX * 2)};
	enum err err =
	    shelf_each(journal, SPAN(HOLD_CLASS), &(struct shelf_walk){take_row, &walking});

	if (err == ERR_OK && walking.err == ERR_OK)
		give_last(&walking);
	out_free(&walking.text);
	return err == ERR_OK ? walking.err : err;
}
