#ifndef SEAM_JOURNAL_SHELF_H
#define SEAM_JOURNAL_SHELF_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct journal;

/*
 * Signed documents a station keeps by class, name and version, and countersignatures.
 * The classes: policy (name: party), members (name: exercise or ""), key (name: kid), revoke (name:
 * kid), head (name: foreign origin; version: size), or whatever else core files here.
 */
struct shelf {
	struct span class;
	struct span name;
	int64_t version;
	struct span text;
	int64_t at_ms;
};

struct shelf_walk {
	bool (*each)(void *context, const struct shelf *shelf);
	void *context;
};

/* Within a batch.  The same text again is fine; another text under the same version is ERR_EXISTS.
 */
MUST_USE enum err shelf_put(struct journal *journal, const struct shelf *shelf);

/* The highest version; ERR_NOT_FOUND when there is none. */
MUST_USE enum err shelf_newest(struct journal *journal, struct span class, struct span name,
			       struct arena *arena, struct shelf *shelf);
MUST_USE enum err shelf_get(struct journal *journal, struct span class, struct span name,
			    int64_t version, struct arena *arena, struct shelf *shelf);

/* All of a class by name, then version. */
MUST_USE enum err shelf_each(struct journal *journal, struct span class,
			     const struct shelf_walk *walk);

/* A countersignature of our own head: checked against `key` (NOTE_COSIGNATURE) and the head of that
 * size; the log's own line in the note is kept beside it.  Of one witness and size the earliest and
 * the latest are kept.  Within a batch. */
struct note_key;
MUST_USE enum err shelf_cosign(struct journal *journal, const struct note_key *key,
			       struct span note, int64_t now_ms);

/* Countersignatures of the head of `size` of the current log by witness (name), then time: one or
 * two of each. */
MUST_USE enum err shelf_each_cosign(struct journal *journal, uint64_t size,
				    void (*each)(void *context, struct span witness, int64_t at_ms,
						 struct span line),
				    void *context);

#endif
