#ifndef SEAM_SEAM_SHIFT_ITEMS_H
#define SEAM_SEAM_SHIFT_ITEMS_H

#include "picture/picture.h"
#include "seam/app.h"

struct view;

/*
 * Where we stand: everything that is open at a change of the watch, in the order in which it is
 * read out.  What is red and unseen keeps a watch from being handed over.
 */
/* clang-format off */
/* Code, heading, how the party stands behind an item. */
#define SHIFT_ITEM_ROWS(X) \
	X(UNSEEN,     "unseen",     "red and not seen by anybody here",  "from") \
	X(ALERT,      "alert",      "open alerts",                       "about") \
	X(REQUEST,    "request",    "open requests",                     "due from") \
	X(UNANSWERED, "unanswered", "records that wait for an answer",   "due from") \
	X(TASK,       "task",       "to be told by voice",               "to") \
	X(OFFICERS,   "officers",   "held back for officers",            "for")
/* clang-format on */

enum shift_what {
#define X(name, code, label, party) SHIFT_ITEM_##name,
	SHIFT_ITEM_ROWS(X)
#undef X
	    SHIFT_ITEM_COUNT
};

struct shift_item {
	enum shift_what what;
	struct hash id;
	int severity;       /* -1 none */
	struct party party; /* who is due, is to be told or would get it; "" nobody by name */
	int64_t due_ms;     /* 0: no clock */
	const char *text;
};

struct shift_items {
	struct shift_item *item;
	size_t n;
	size_t count[SHIFT_ITEM_COUNT];
};

const char *shift_item_code(enum shift_what what);
const char *shift_item_label(enum shift_what what);

/* In the app's arena; the view has picture and journal. */
MUST_USE enum err shift_items_gather(struct app *app, struct view *view, struct shift_items *items);

/* Under headings, or as an array of objects; with a limit to one kind unless what is COUNT. */
void shift_items_write(const struct app *app, struct out *out, const struct shift_items *items,
		       enum shift_what only);
void shift_items_json(struct out *out, const struct shift_items *items);

#endif
