/*
 * Promises what core has loaded besides its records: policies by version, keys and members, the
 * newest foreign heads.
 */
#include "seamd/core.h"

#include "admit/keyring.h"
#include "journal/journal.h"
#include "journal/shelf.h"
#include "release/policy.h"
#include "seamd/link.h"
#include "seamd/reread.h"
#include "seamd/ring.h"

#include <string.h>

const struct policy *
core_policy(struct core *core, int64_t version)
{
	struct core_policy *free_row = &core->policies[0];
	int64_t found;

	if (version == 0)
		version = core->policy_now;
	if (version == 0)
		return NULL;
	for (size_t i = 0; i < CORE_POLICIES; i++) {
		if (core->policies[i].version == version)
			return core->policies[i].policy;
		if (core->policies[i].version < free_row->version)
			free_row = &core->policies[i]; /* the oldest gives way */
	}
	policy_free(free_row->policy);
	*free_row = (struct core_policy){0};
	if (ring_policy(core->journal, &core->own, version, &free_row->policy, &found) != ERR_OK)
		return NULL;
	free_row->version = version;
	return free_row->policy;
}

struct head_list {
	struct core *core;
	struct seen_head *heads;
	uint16_t n;
};

/* Versions of one origin follow one another: the last is the newest. */
static bool
add_head(void *context, const struct shelf *shelf)
{
	struct head_list *list = context;
	struct note_head head;
	struct note note;
	struct seen_head *at;

	if (note_read(shelf->text, &note) != ERR_OK || note_head_read(note.text, &head) != ERR_OK)
		return true;
	/* What no record may name would keep every record of ours from being filed. */
	if (head.size > CORE_HEAD_SIZE_MAX || shelf->name.n > LIMIT_LINE_TEXT ||
	    !span_is_plain_text(shelf->name))
		return true;
	at = list->n && span_equal(list->heads[list->n - 1].origin, shelf->name)
		 ? &list->heads[list->n - 1]
		 : NULL;
	if (!at && list->n == LIMIT_HEADS)
		return false;
	if (!at) {
		struct span origin = arena_copy(list->core->heads_arena, shelf->name);

		if (!origin.p)
			return false;
		at = &list->heads[list->n++];
		at->origin = origin;
	}
	at->size = (int64_t)head.size;
	at->root = head.root;
	return true;
}

enum err
core_load_heads(struct core *core)
{
	struct head_list list = {.core = core};
	enum err err;

	arena_reset(core->heads_arena);
	memset(&core->heads, 0, sizeof core->heads);
	list.heads = arena_array(core->heads_arena, LIMIT_HEADS, sizeof *list.heads);
	if (!list.heads)
		return ERR_NOMEM;
	err = shelf_each(core->journal, SPAN("head"), &(struct shelf_walk){add_head, &list});
	if (err == ERR_OK && list.n) {
		core->heads.is_set = true;
		core->heads.levels = 1;
		core->heads.heads.n = list.n;
		core->heads.heads.head = list.heads;
	}
	return err;
}

enum err
core_reload(struct core *core)
{
	struct keyring *keyring;
	char why[RING_WHY_MAX];
	enum err err = ring_load(core->journal, &keyring, why);

	if (err != ERR_OK) {
		role_log("core", "alert", "keys and members could not be loaded: %s",
			 why[0] ? why : err_text(err));
		return err;
	}
	keyring_free(core->keyring);
	core->keyring = keyring;
	link_keys_changed(core);
	return core_load_heads(core);
}

enum err
core_read(struct core *core, const struct hash *id, struct journal_record *row,
	  struct record *record)
{
	enum err err = journal_get(core->journal, id, core->arena, row);

	if (err == ERR_OK && row->is_erased)
		err = ERR_NOT_FOUND;
	return err == ERR_OK ? reread_record(row, core->keyring, core->arena, record) : err;
}
