#ifndef SEAM_SEAMD_CORE_H
#define SEAM_SEAMD_CORE_H

#include "admit/jws.h"
#include "base/arena.h"
#include "model/record.h"
#include "seamd/client.h"
#include "seamd/duty.h"
#include "seamd/role.h"
#include "seamd/seal.h"
#include "seamd/wire.h"

#include <event2/bufferevent.h>
#include <event2/event.h>

/*
 * The inside of the process core, for its own files only: core.c (the loop), take.c (the flow of
 * records), cut.c (what is due to whom), trade.c (bundles), act.c (every other act), fold.c (the
 * picture at start), preview.c.
 */
struct journal;
struct picture;
struct keyring;
struct ground;
struct policy;

enum {
	CORE_LINES_MAX = 16,    /* channels to gates */
	CORE_QUEUE_MAX = 20000, /* acts that wait */
	CORE_QUEUE_BYTES = 256 << 20,
	CORE_BATCH_ARENA = 192 << 20,
	CORE_POLICIES = 16 /* versions kept compiled */
};

/* An act that waits for its turn. */
struct act {
	struct act *next;
	struct bufferevent *line; /* NULL when its gate has gone */
	uint64_t id;
	enum wire_kind kind;
	size_t n;
	char payload[];
};

struct core_policy {
	int64_t version;
	struct policy *policy;
};

struct core {
	const struct config *config;
	char run_dir[FILE_PATH_MAX];
	struct kid kid;
	struct party own;
	struct event_base *base;
	struct event *tick;
	struct event *beat;
	struct journal *journal;
	struct picture *picture; /* NULL when it could not be opened: folded later */
	struct keyring *keyring;
	struct ground *ground;
	struct duty *duty;
	struct client *seal; /* NULL while it is away */
	uint64_t seal_id;
	struct core_policy policies[CORE_POLICIES];
	int64_t policy_now;
	struct bufferevent *lines[CORE_LINES_MAX];
	struct act *first, *last;
	size_t waiting, waiting_bytes;
	int64_t folded_seq; /* picture holds everything up to it */
	bool is_folding;
	bool is_stopping;
	bool is_frozen; /* signs no heads: storage and head disagree */
	struct preview *previews;
	struct arena *arena; /* of the batch or act at hand */
	struct {
		int64_t filed, taken, refused, commits;
	} counted;
};

/* Exercise or real time now. */
int64_t core_now(const struct core *core);

/* Answers.  Each writes one message to the act's gate, if it is still there. */
void core_send(struct core *core, const struct act *act, struct out *message);
void core_refuse(struct core *core, const struct act *act, enum why why, unsigned field,
		 const char *text);
void core_fail(struct core *core, const struct act *act, enum err err, const char *text);
void core_done(struct core *core, const struct act *act, int64_t number, const char *text);

/* Has seal sign: ask many, then collect in the same order.  ERR_CLOSED while seal is away,
 * ERR_REFUSED when it does not know the form. */
MUST_USE enum err core_ask_seal(struct core *core, enum seal_form form, struct span bytes);
MUST_USE enum err core_collect_seal(struct core *core, struct signature *signature);
MUST_USE enum err core_sign(struct core *core, enum seal_form form, struct span bytes,
			    struct signature *signature);

/* The compiled policy of a version (0: the one in force); NULL when there is none. */
const struct policy *core_policy(struct core *core, int64_t version);

/* Who asks: reads token and duty from the cursor and checks the right.  WHY_NONE or why not. */
struct core_who {
	char account[DUTY_NAME_MAX];
	char duty[DUTY_NAME_MAX];
};
enum why core_who(struct core *core, struct cursor *cursor, unsigned right, struct core_who *who);

/* Signs and publishes a head when leaves are not yet under one. */
MUST_USE enum err core_head(struct core *core);

/* take.c: the flow.  Takes up to LIMIT_BATCH acts of kind FILE, CONFIRM and TAKE from the front of
 * the queue. */
void core_take(struct core *core);

/* act.c: one act of another kind. */
void core_act(struct core *core, const struct act *act);

/* Files a record of the station itself (a policy, a key note) outside any client's act. */
MUST_USE enum err core_file_own(struct core *core, struct record *record, struct hash *id);

#endif
