#ifndef SEAM_JOURNAL_WITNESS_H
#define SEAM_JOURNAL_WITNESS_H

#include "base/note.h"
#include "journal/merkle.h"

struct journal;
struct fork;

/*
 * C2SP tlog-witness, both ends, without the carrying and the signing.  As witness: the request of
 * another log is read, checked against the head last countersigned, made durable, and only then is
 * there something to sign.  As log: the request for our newest head, and what the answer means.
 */
enum { WITNESS_BODY_MAX = 65536, WITNESS_PROOF_MAX = 63 };

/* Of a 409: the body is a size. */
#define WITNESS_SIZE_TYPE "text/x.tlog.size"

struct witness_request {
	uint64_t old_size;
	struct merkle_path path;
	struct span note;   /* borrowed from the body; well-formed */
	struct span origin; /* its first line: whose log, for finding the key */
	struct note_head head;
};

/* The body of add-checkpoint: "old N", up to WITNESS_PROOF_MAX hashes, an empty line, a checkpoint.
 * ERR_FORMAT for anything else.  Form only: no signature is looked at. */
MUST_USE enum err witness_read_request(struct span body, struct witness_request *request);

struct witness_answer {
	int status;       /* HTTP: 200, 400, 403, 404, 409, 422 */
	uint64_t size;    /* 409: of the head last countersigned; 200: of the head to countersign */
	uint64_t time_s;  /* 200: of the countersignature */
	bool is_own;      /* it was a head of our own log: have journal_head_shown() look at it */
	bool is_doubtful; /* a head signed by the log, larger or smaller than the one held, that is
			     not countersigned: let the mirror find out which history it is of */
	bool has_forked;  /* *fork holds two heads that contradict each other */
	struct note_head head; /* 200 */
};

/*
 * One request.  `key` is the log key of the origin that the request names, or NULL when that log is
 * not witnessed here.  time_s (not 0) is the moment of the countersignature, in the time that
 * countersignatures go by.
 *
 * 200: the head is durable in head.db before this returns, and *message gets the bytes that the
 * witness key signs; witness_finish() makes the body.  Any other status: the body is
 * witness_write_refusal().  Two requests at once cannot roll back: the row is compared and swapped.
 * After has_forked: keep the evidence, then witness_distrust(); that log is answered 403 from then
 * on. A failure (ERR_IO, ERR_CORRUPT …) is our own: answer 500.
 */
MUST_USE enum err witness_serve(struct journal *journal, const struct note_key *key,
				struct span body, uint64_t time_s, int64_t now_ms,
				struct witness_answer *answer, struct out *message,
				struct fork *fork);

/* After 200: checks the signature against the own witness key, puts it beside the head (for
 * journal_witnessed()) and appends its line, the body of the answer.  ERR_REFUSED when the
 * signature does not hold. */
MUST_USE enum err witness_finish(struct journal *journal, const struct note_key *witness,
				 const struct witness_answer *answer,
				 const struct signature *signature, int64_t now_ms,
				 struct out *body);

/* The body of any other status: the size for 409, else a line for people. */
void witness_write_refusal(const struct witness_answer *answer, struct out *body);

/* A contradiction was found elsewhere (mirror, bundle): nothing of that log is countersigned any
 * more.  Twice is fine; a log never witnessed is noted all the same. */
MUST_USE enum err witness_distrust(struct journal *journal, struct span origin, int64_t now_ms);
bool witness_is_distrusted(struct journal *journal, struct span origin);

/* Each foreign log with a head last countersigned here, by origin; false stops. */
MUST_USE enum err witness_each(struct journal *journal,
			       bool (*each)(void *context, const struct note_head *head,
					    struct span note, bool is_distrusted),
			       void *context);

/*
 * As log: the body of add-checkpoint for our newest signed head, for a witness that has
 * countersigned `old_size` of it so far (0 when that is not known: its 409 tells).  ERR_NOT_FOUND
 * before the first head, ERR_LIMIT for an old_size above the head.
 */
MUST_USE enum err witness_write_request(struct journal *journal, uint64_t old_size,
					struct out *body);

enum witness_outcome {
	WITNESS_COSIGNED, /* kept; when the head is still the newest, published with the commit */
	WITNESS_RETRY,    /* it last countersigned another size: ask again with *size as old size */
	WITNESS_AHEAD,    /* it claims to hold more than we signed: have it show that head, and give
			     it to journal_head_shown(): a rollback, unless it cannot show one */
	WITNESS_DISAGREES, /* it holds another history, it says: as WITNESS_AHEAD */
	WITNESS_STRANGER,  /* it does not know our log or key: exchange key notes */
	WITNESS_USELESS    /* an answer that is none: broken, or a signature that does not hold */
};

/*
 * What a witness answered to the request for our head of `size` (journal_head_size() when it was
 * written), which named *old_size.  `key` is its witness key.  Within a batch; only
 * WITNESS_COSIGNED writes anything.  Unsigned words of a witness stop nothing: *outcome says what
 * to ask for, and *old_size is what to name next time.
 */
MUST_USE enum err witness_take(struct journal *journal, const struct note_key *key, uint64_t size,
			       int status, struct span body, enum witness_outcome *outcome,
			       uint64_t *old_size);

/*
 * Quorum.  One row for each witness of another party: stations of one party count once, the own
 * party is not among them.
 */
struct witness_member {
	const char *party;
	const struct note_key *key;
};

/* The head up to which at least k parties have countersigned, each this head or a larger one. */
struct witness_quorum {
	bool is_reached;
	uint64_t size;       /* leaves below it are countersigned */
	int64_t reached_ms;  /* when that came to be: the latest of the earliest k */
	int64_t freshest_ms; /* when k parties had last countersigned anything of this log */
};
MUST_USE enum err witness_quorum(struct journal *journal, const struct witness_member *members,
				 size_t n, unsigned k, struct witness_quorum *quorum);

/* How far a leaf of the log of an epoch has come. */
enum witness_state { WITNESS_SIGNED, WITNESS_LOGGED, WITNESS_COUNTERSIGNED };
struct witness_leaf {
	enum witness_state state;
	unsigned parties;   /* that countersigned a head over it */
	int64_t before_ms;  /* countersigned: it was there at this moment, say k parties */
	uint64_t best_size; /* the earliest head over it that most parties countersigned; 0: none */
};
MUST_USE enum err witness_leaf(struct journal *journal, const struct witness_member *members,
			       size_t n, unsigned k, int64_t epoch, uint64_t index,
			       struct witness_leaf *leaf);

/* "signed", "logged", "countersigned". */
const char *witness_state_label(enum witness_state state);

#endif
