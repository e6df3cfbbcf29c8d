#ifndef SEAM_SEAMD_OUTCOME_H
#define SEAM_SEAMD_OUTCOME_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/out.h"
#include "model/party.h"
#include "picture/picture.h"

/*
 * What a station says became of an act, read from its message: for `seam` and for the web gate.
 * Each reader is false when the payload is not in its form.
 */
enum { OUTCOME_WHY = 256, OUTCOME_THREAD = 64 };

/* FILED: a record, and where it stands with each other party. */
struct outcome_way {
	struct party party;
	enum picture_state state;
	char why[OUTCOME_WHY]; /* "" none */
};

struct outcome_filed {
	struct hash id;
	char thread[OUTCOME_THREAD];
	uint64_t leaf;
	size_t n;
	struct outcome_way ways[LIMIT_PARTIES];
};

bool outcome_read_filed(struct span payload, struct outcome_filed *filed);

/* PREVIEWED: what each other party would get. */
struct outcome_shown {
	struct party party;
	struct span cut; /* signing input, then "~" and each disclosure; empty: nothing now;
			    borrowed */
	int64_t not_before_ms, until_ms; /* 0: none */
	char onward[OUTCOME_WHY];
	unsigned approvals;
	char why[OUTCOME_WHY]; /* "" none */
};

struct outcome_preview {
	struct hash name;
	size_t n;
	struct outcome_shown shown[LIMIT_PARTIES];
};

bool outcome_read_preview(struct span payload, struct outcome_preview *preview);

/* The record as a party would see it from its cut; texts in the arena.  ERR_CORRUPT: no cut. */
struct record;
MUST_USE enum err outcome_read_cut(struct span cut, struct arena *arena, struct record *record);

/* SENT: an approval. */
struct outcome_sent {
	unsigned given, needed;
	enum picture_state state;
};

bool outcome_read_sent(struct span payload, struct outcome_sent *sent);

/* ,"heard":["assumed_zone"]: what was assumed or odd (heard.h), a member for whoever typed it. */
void outcome_json_heard(struct out *out, unsigned heard);

/* As JSON, one object each; the preview with what each party would see as fields. */
void outcome_json_filed(struct out *out, const struct outcome_filed *filed, unsigned heard);
void outcome_json_sent(struct out *out, const struct outcome_sent *sent);
MUST_USE enum err outcome_json_preview(struct out *out, const struct outcome_preview *preview,
				       int zone_min, struct arena *arena);

#endif
