/* Promises that copies of other logs are what those signed, and that evidence proves what it says.
 */
#include "seam/others.h"

#include "seam/view.h"

#include "admit/keyring.h"
#include "journal/journal.h"
#include "journal/mirror.h"
#include "journal/shelf.h"
#include "journal/witness.h"
#include "seamd/misdeed.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MAX = 1 << 20 };

struct looking {
	struct app *app;
	struct view *view;
	struct others *others;
	struct misdeed *misdeed;
	enum err err;
	struct note_key key; /* of the log at hand */
	struct mirror_point *point;
	size_t n, size;
};

static void
fault(struct looking *looking, const char *format, ...)
{
	va_list arguments;

	if (looking->others->faults++ > 0)
		return;
	va_start(arguments, format);
	(void)vsnprintf(looking->others->fault, OTHERS_FAULT_MAX, format, arguments);
	va_end(arguments);
}

bool
others_find_key(const struct keyring *keyring, struct span name, struct note_key *key)
{
	const struct note_key *log = keyring_log(keyring, name);

	if (log) {
		*key = *log;
		return true;
	}
	for (size_t i = 0; i < keyring_count(keyring); i++) {
		const struct note_key *witness = &keyring_at(keyring, i)->witness;

		if (!span_is(name, witness->name))
			continue;
		*key = *witness;
		return true;
	}
	return false;
}

/* --- heads that are held of a log */

static bool
add_point(struct looking *looking, const struct note_head *head)
{
	size_t size = looking->size ? 2 * looking->size : 256;
	struct mirror_point *grown;

	if (looking->n == looking->size) {
		grown = looking->n < POINTS_MAX ? reallocarray(looking->point, size, sizeof *grown)
						: NULL;
		if (!grown) {
			looking->err = looking->n < POINTS_MAX ? ERR_NOMEM : ERR_LIMIT;
			return false;
		}
		looking->point = grown;
		looking->size = size;
	}
	looking->point[looking->n++] = (struct mirror_point){head->size, head->root};
	return true;
}

static bool
add_shelved(void *context, const struct shelf *shelf)
{
	struct looking *looking = context;
	struct note_head head;

	if (!span_is(shelf->name, looking->key.name))
		return true;
	if (note_head_open(shelf->text, &looking->key, &head) == ERR_OK)
		return add_point(looking, &head);
	fault(looking, "journal.db: shelf: a head of %s was not signed by it", looking->key.name);
	return true;
}

static bool
add_witnessed(void *context, const struct note_head *head, struct span note, bool is_distrusted)
{
	struct looking *looking = context;

	(void)note;
	(void)is_distrusted;
	if (strcmp(head->origin, looking->key.name) != 0 || head->size == 0)
		return true;
	return add_point(looking, head);
}

static int
by_size(const void *a, const void *b)
{
	const struct mirror_point *one = a;
	const struct mirror_point *other = b;

	return one->size < other->size ? -1 : one->size > other->size;
}

/* Of a log that told two histories heads of both may be held: its evidence says so. */
static enum err
gather(struct looking *looking)
{
	struct journal *journal = view_journal(looking->view);
	enum err err = ERR_OK;

	looking->n = 0;
	if (witness_is_distrusted(journal, span_of(looking->key.name)))
		return ERR_OK;
	err = shelf_each(journal, SPAN("head"), &(struct shelf_walk){add_shelved, looking});
	if (err == ERR_OK)
		err = witness_each(journal, add_witnessed, looking);
	if (err == ERR_OK)
		err = looking->err;
	if (err == ERR_OK && looking->n)
		qsort(looking->point, looking->n, sizeof *looking->point, by_size);
	return err;
}

/* --- copies */

static bool
verify_copy(void *context, struct span origin)
{
	struct looking *looking = context;
	const struct note_key *key = keyring_log(view_ring(looking->view), origin);
	struct mirror_counts counts;
	char text[MIRROR_FAULT_MAX];
	enum err err;

	if (!key) {
		app_remark(looking->app,
			   "The copy of %.*s was not verified: no key note here names that log.",
			   (int)(origin.n < 200 ? origin.n : 200), origin.p);
		return true;
	}
	looking->key = *key;
	err = gather(looking);
	if (err == ERR_OK)
		err = mirror_verify(looking->app->config.home, key, looking->point, looking->n,
				    &counts, text);
	if (err == ERR_CORRUPT && text[0])
		fault(looking, "%s", text);
	else if (err != ERR_OK)
		looking->err = err;
	if (err == ERR_OK || err == ERR_CORRUPT) {
		looking->others->mirrors++;
		looking->others->mirrored += counts.leaves;
	}
	return looking->err == ERR_OK;
}

/* --- evidence */

static bool
verify_evidence(void *context, const char *name, struct span text)
{
	struct looking *looking = context;
	char why[MISDEED_WHY_MAX];

	if (misdeed_read(text, looking->misdeed, why))
		looking->others->evidence++;
	else
		fault(looking, "evidence/%.80s: %s", name, why);
	return true;
}

enum err
others_verify(struct app *app, struct view *view, struct others *others)
{
	struct looking looking = {.app = app, .view = view, .others = others};
	enum err err = ERR_NOMEM;

	memset(others, 0, sizeof *others);
	looking.misdeed = calloc(1, sizeof *looking.misdeed);
	if (looking.misdeed)
		err = mirror_each(app->config.home, verify_copy, &looking);
	if (err == ERR_OK)
		err = looking.err;
	if (err == ERR_OK)
		err = misdeed_each(app->config.home, verify_evidence, &looking);
	free(looking.point);
	free(looking.misdeed);
	return err;
}
