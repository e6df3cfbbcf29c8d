#ifndef SEAM_SEAMD_CORE_H
#define SEAM_SEAMD_CORE_H

#include "admit/jws.h"
#include "base/arena.h"
#include "model/record.h"
#include "seamd/client.h"
#include "seamd/duty.h"
#include "seamd/links.h"
#include "seamd/often.h"
#include "seamd/role.h"
#include "seamd/seal.h"
#include "seamd/tlsfile.h"
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
	CORE_LINES_MAX = 32,    /* channels to gates */
	CORE_QUEUE_MAX = 20000, /* acts that wait */
	CORE_QUEUE_BYTES = 256 << 20,
	CORE_BATCH_ARENA = 192 << 20,
	CORE_POLICIES = 16, /* versions kept compiled */
	CORE_GUESSES = 64   /* accounts whose passphrase was guessed at */
};

/* The largest head that a record may name: a whole number in JSON. */
#define CORE_HEAD_SIZE_MAX ((uint64_t)1 << 53)

struct link;

/* A channel to a gate. */
struct core_line {
	struct bufferevent *line; /* NULL: a free row */
	char sender;              /* what it may send: a letter of WIRE_ROWS */
	bool is_web;
	struct link *link; /* of the gate of a link */
	bool has_shown;    /* it has said which TLS key it shows … */
	unsigned shown_n;  /* … none, in the clear, or all of … */
	char shown[TLS_PIN_BYTES];
};

/* An act that waits for its turn. */
struct act {
	struct act *next;
	struct bufferevent *line; /* NULL when its gate has gone */
	struct link *link; /* a line that came over this link, in its connection number … */
	uint64_t connection;
	uint64_t id;
	enum wire_kind kind;
	size_t n;
	char payload[];
};

struct core_policy {
	int64_t version;
	struct policy *policy;
};

struct core_guess {
	struct hash account; /* of its name; zero: a free row */
	int64_t until_ms;    /* real time */
	unsigned n;
};

struct core {
	const struct config *config;
	char run_dir[FILE_PATH_MAX];
	struct kid kid;
	struct party own;
	struct event_base *base;
	struct event *tick;
	struct event *beat;
	struct event *fold;
	struct event *keeper;
	struct event *term;
	struct journal *journal;
	struct picture *picture; /* NULL when it could not be opened: folded later */
	struct keyring *keyring;
	struct ground *ground;
	struct duty *duty;
	struct client *seal; /* NULL while it is away */
	uint64_t seal_asked, seal_collected;
	struct client *clerk; /* for the length of one request */
	struct core_policy policies[CORE_POLICIES];
	int64_t policy_now;    /* version in force; 0: none */
	int64_t policy_next;   /* version that the batch at hand puts in force */
	struct relief *relief; /* how the batch at hand leaves the watch; NULL: as it was */
	struct value heads;    /* newest foreign heads seen, as a record names them */
	struct arena *heads_arena;
	struct core_line lines[CORE_LINES_MAX];
	struct link *links[LINKS_MAX];
	struct event *pump;      /* what may go over links is looked at soon */
	struct event *link_beat; /* links that are silent */
	struct event *next;      /* what has its moment: due releases, clocks of rules */
	int64_t due_ms;          /* when the next release falls due */
	struct act *first, *last;
	size_t waiting, waiting_bytes;
	int64_t written_seq; /* newest record written */
	int64_t widened_seq; /* oldest record that the batch at hand shows more of; 0: none */
	int64_t folded_seq;  /* picture holds everything up to it */
	uint64_t behind;     /* records held that readers of the picture do not see, as last told */
	enum err behind_why; /* why folding fails; ERR_OK: it goes on */
	bool is_folding;
	bool has_missed;  /* states of records already folded may have changed while it folds */
	bool is_new_file; /* the picture lies in a file that gates do not have open */
	bool is_bulk;     /* a transaction of the picture is open over many turns */
	bool is_stopping;
	bool is_settled; /* the first policy was filed, or tried */
	bool is_frozen; /* signs no heads: storage and head disagree, or somebody holds more of this
			   log */
	bool is_confirmed;     /* somebody has said that no more of this log is known */
	int64_t hold_until_ms; /* real time until which witnesses may say that they hold more */
	int64_t watched_seq;   /* the rules have seen the picture so far … */
	int64_t watch_ms; /* … and are asked again then at the latest, in the station's time */
	int64_t watch_after_ms; /* real time: the rules have a twentieth of core's time at most */
	struct core_alarm *alarms;
	bool owes_words;         /* that an erasure was carried out: may be to be said */
	int64_t words_after;     /* looked at up to this one of them */
	bool is_half_erased;     /* a reader held old pages of … */
	struct hash half_erased; /* … this record when its time was over */
	struct preview *previews;
	struct core_guess guesses[CORE_GUESSES];
	unsigned char pool[8192]; /* random bytes not yet used */
	size_t pool_left;
	struct arena *arena; /* of the batch or act at hand */
	struct {
		int64_t filed, taken, refused, commits;
	} counted;
	struct often refused_lines[WHY_COUNT]; /* in the log, by reason */
	bool does_count_lines;                 /* a timer will say how many more there were */
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

/* Ends a batch that was begun in the journal (and the picture, unless it is folding): commits both
 * when err is ERR_OK, else rolls both back and returns err. */
MUST_USE enum err core_close_batch(struct core *core, enum err err);

/* core_seal.c: seal is gone; asks fail until keeper hands over a new channel. */
void core_lose_seal(struct core *core);

/* core_queue.c: plans the next turn; stops or resumes reading gates; takes a new gate's channel. */
void core_schedule(struct core *core);
void core_hold_lines(struct core *core);
bool core_is_unread(const struct act *act); /* its gate leaves very much unread */
void core_add_gate(struct core *core, int fd, enum role role, const struct station *link);
MUST_USE enum err core_queue_act(struct core *core, struct bufferevent *line,
				 const struct wire_message *message, struct link *link);

/* ,"shows":"…": the SHA-256 of the TLS key (base64) that the gate of a link shows, or (NULL) that
 * of the page; "" in the clear; null while there is no gate that has said. */
void core_write_shown(const struct core *core, const struct link *link, struct out *json);

/* core_peer.c: an event of keeper's channel. */
void core_from_keeper(evutil_socket_t socket, short what, void *cookie);

/* core_load.c */
MUST_USE enum err core_load_heads(struct core *core);

/* After a failure between asking and collecting: forgets answers that are still to come. */
void core_drop_seal(struct core *core);

/* Removes the first act of the queue. */
void core_drop_act(struct core *core);

/* The compiled policy of a version (0: the one in force); NULL when there is none. */
const struct policy *core_policy(struct core *core, int64_t version);

/* Who asks: reads token and duty from the cursor and checks the right.  WHY_NONE or why not. */
struct core_who {
	char account[DUTY_NAME_MAX];
	char duty[DUTY_NAME_MAX];
	char lack[DUTY_LACK_MAX]; /* with WHY_NO_DUTY: what is needed and what is held; else "" */
};
enum why core_who(struct core *core, struct cursor *cursor, unsigned right, struct core_who *who);

/* Who gives a line of a bundle: an account with the right to trade, or a link, which needs none
 * since every line is verified. */
enum why core_trader(struct core *core, const struct act *act, struct cursor *cursor,
		     struct core_who *who);

/* Has clerk hash a passphrase (Argon2id), or test one against its hash.  ERR_CLOSED when clerk
 * cannot be had. */
MUST_USE enum err core_hash_pass(struct core *core, struct span pass, char *text, size_t size);
MUST_USE enum err core_test_pass(struct core *core, struct span pass, const char *text,
				 bool *is_good);

/* What waits until seal is there: the first policy, the queue. */
void core_settle(struct core *core);

/* Builds keyring and foreign heads anew from the shelf. */
MUST_USE enum err core_reload(struct core *core);

/* Signs and publishes a head when leaves are not yet under one. */
MUST_USE enum err core_head(struct core *core);

/* One record on its way through the flow; plain, in the batch's arena. */
struct take {
	const struct act *act; /* NULL: the station's own filing */
	struct record *record;
	struct hash id;
	enum why why; /* WHY_NONE while it may come in */
	unsigned field;
	const char *text; /* for people; may be NULL */
	enum err err;     /* our own failure */
	bool is_own;
	bool is_amending;  /* in a thread that was there before */
	bool is_alone;     /* who files says that nobody else is there to take the watch over */
	bool is_duplicate; /* held already: nothing is written */
	const struct take
	    *twin;      /* the same, earlier in this batch: what becomes of it, does here */
	unsigned given; /* again_given() */
	bool is_new;
	bool is_receipt;
	bool is_word; /* of another station about an erasure; is_receipt as well */
	struct core_who who;
	struct span signing; /* own: what seal signs */
	struct span disclosures;
	struct span jwt;
	int64_t leaf;
	int64_t position;
	int64_t received_ms;             /* the same in journal and picture */
	struct admit_delivery *delivery; /* foreign */
	struct span bytes;               /* foreign: the whole delivery */
	struct span given_receipt;       /* foreign, by a sister: the receipt that was given */
	struct span receipt_signing;
	const struct receipt *receipt; /* one that came, verified */
	struct order_leaf *leaves;     /* foreign: versions of its statement whose leaf was found */
	size_t leaves_n;
	struct take_party *parties;
	size_t parties_n;
};

/* Where a foreign record lies in its station's log. */
struct order_leaf {
	struct hash id;
	int64_t epoch;
	uint64_t index;
};

/* order.c, within a batch: looks for what is not known of the order of the statement that a foreign
 * record belongs to, and notes it; then the picture shows it. */
MUST_USE enum err order_came(struct core *core, struct take *take);
MUST_USE enum err order_show(struct core *core, const struct order_leaf *leaves, size_t n);

/* Where a record filed now stands with one party. */
struct take_party {
	struct party party;
	int state; /* enum picture_state */
	enum why why;
};

/* cut.c: asks release for every other party and puts what may go into the outbox; within a batch.
 */
MUST_USE enum err cut_file(struct core *core, struct take *take);

/* The same for one party about an own record that was filed before the party's station came. */
MUST_USE enum err cut_later(struct core *core, struct record *record, const struct hash *id,
			    const struct party *party);

/* One question to release about an own record; the answer lives in the core's arena. */
struct release_answer;
struct field_set;
struct cut {
	const struct record *record;
	const struct hash *id; /* NULL: it is being filed */
	const struct party *party;
	int64_t policy_filed;          /* version in force then */
	const struct field_set *given; /* of this record; NULL: nothing */
	unsigned approvals;
	bool looks_back; /* earlier records of its thread may have shown the party the same place */
};
MUST_USE enum err cut_ask(struct core *core, const struct cut *cut, struct release_answer *answer);

/* A set of levels as text for the outbox, and back. */
void cut_write_set(struct out *out, const struct field_set *set);
bool cut_read_set(struct span text, struct field_set *set);

/* Cuts again what is due to a party and makes its deliveries, in a batch of its own; *made counts
 * them. */
MUST_USE enum err deliver_to(struct core *core, const struct party *party, size_t *made);

/* The same for some rows of the outbox, in a batch of their own; the counters of the deliveries
 * made go to counters[], which has room for n. */
MUST_USE enum err deliver_rows(struct core *core, const struct party *party, const int64_t *numbers,
			       size_t n, int64_t *counters, size_t *made);

/* How many of the accounts that approved (one a line) are still there and may still approve. */
unsigned deliver_approvals(struct core *core, struct span given);

/* What a party was given of a record so far. */
MUST_USE enum err deliver_given(struct core *core, const struct hash *id, const struct party *party,
				struct field_set *given);

/* replay.c: the act REPLAY */
void replay_act(struct core *core, const struct act *act, const struct party *party, bool does);

/* Tells the web gates that the picture shows something new, or lies in a new file, and what it
 * lacks. */
void core_tell_web(struct core *core, bool is_anew);

/* The party refused the number of a delivery that has no receipt: what it was made from waits
 * again, as the row *number; -1 when nothing does.  Its own batch. */
MUST_USE enum err deliver_again(struct core *core, const struct party *party, int64_t counter,
				int64_t *number);

/* Cuts own records for sisters that were filed before there was one. */
MUST_USE enum err deliver_catch_up(struct core *core);

/* Moves what fell due from waiting to queued; returns when to look again (INT64_MAX: nothing
 * waits). */
int64_t deliver_due(struct core *core);

/* Reads an own stored record back: jwt, disclosures and struct record, in the core's arena. */
struct journal_record;
MUST_USE enum err core_read(struct core *core, const struct hash *id, struct journal_record *row,
			    struct record *record);

/* trade.c: lines of bundles.  take_line() admits one into a take; trade_is_document() tells lines
 * that are no flow. */
void trade_admit(struct core *core, struct take *take, struct span line);
MUST_USE enum err trade_settle(struct core *core, struct take *batch,
			       size_t n); /* receipts that came */
bool trade_is_document(struct span line);
void trade_keep_head(struct core *core, struct span note); /* of a foreign log */
void trade_document(struct core *core, const struct act *act, struct span line);

/* trade_export.c: the lines of a bundle for a party, one item each; then where it was carried. */
void trade_export(struct core *core, const struct act *act, struct span addressee);
void trade_exported(struct core *core, const struct act *act, struct span addressee,
		    int64_t counter);

/* preview.c: what was shown before it is sent; held ten minutes. */
void preview_make(struct core *core, const struct act *act, struct cursor *cursor);
void preview_confirm(struct core *core, struct take *take, const struct hash *preview);
void preview_free(struct core *core);

/* take.c, for preview.c: an own record made ready and issued; take->why says if it may not. */
void take_read(struct core *core, struct take *take, struct cursor *cursor, bool has_flags,
	       struct span *thread, unsigned *flags);
void take_refuse(struct take *take, enum why why, enum field field, const char *text);

/* erase.c: within a batch, what it will erase is noted in the home; after it is durable, the keys,
 * copies and previews go; at start, what a crash left to be erased. */
MUST_USE enum err erase_note(struct core *core, const struct take *batch, size_t n);
void erase_now(struct core *core, const struct take *batch, size_t n);
void erase_finish(struct core *core);

/* Outside a batch: nothing of the record is left here, or false: later. */
bool erase_record(struct core *core, const struct hash *target);

/* erased.c: words about erasures carried out.  A word is owed from within the batch that brings an
 * erasure; given on the beat and before a bundle is written; what comes is admitted and kept. */
MUST_USE enum err erased_owe(struct core *core, const struct take *take);
void erased_give(struct core *core);
void erased_take(struct core *core, struct take *take, struct span text);
MUST_USE enum err erased_settle(struct core *core, const struct take *take);

/* Whether a word is to go to a party, or a station of it (NULL: by stick). */
struct confirm;
bool erased_is_for(const struct core *core, const struct confirm *confirm,
		   const struct party *party, const struct station *station);

/* retain.c: how long a record stays that comes in now; on the beat, what has stayed long enough
 * goes, a few at a time; an act that holds one longer. */
int64_t retain_until(struct core *core, const struct take *take);
void retain_due(struct core *core);
void retain_hold(struct core *core, const struct act *act, struct cursor *cursor);

/* own.c: completes, checks and issues an own record; is_import derives its thread from its origin.
 */
void own_ready(struct core *core, struct take *take, struct span thread, bool is_import);

/* Refuses a record whose origin stands for another (held, or earlier in the batch: NULL). */
void own_refuse_other(struct core *core, struct take *take, const struct hash *held,
		      enum field differs);

/* Of a record with an origin, whose thread follows from that: whether it is held (is_duplicate and
 * its id), or another is (refused). */
void own_find_origin(struct core *core, struct take *take);

/* hand.c: refuses what is not a person's to file (WHY_NOT_BY_HAND). */
void hand_check(struct core *core, struct take *take);

/* relief.c: whether a record of the watch (KIND_SHIFT) may follow the one before it, with nothing
 * red unseen where it hands over or closes, and, once it will be filed, who handed over. */
void relief_check(struct core *core, struct take *take, struct span thread);
void relief_note(struct core *core, struct take *take);

/* Whether a record tells of civilians harmed. */
bool own_tells_of_harm(const struct record *record);

/* fold.c: what shows more of a record that the fold has passed already is folded once more. */
void fold_back(struct core *core);

/* fold.c: brings the picture up to the journal, a part at a time; false when it is. */
void fold_start(struct core *core);
bool fold_some(struct core *core);
uint64_t fold_behind(struct core *core); /* records held that readers of the picture do not see */
void fold_failed(struct core *core, enum err err); /* readers are told what it keeps from them */
void fold_again(struct core *core); /* throws away what is half folded, and an old picture */

/* Within a batch: a record and its ways into the picture. */
MUST_USE enum err fold_put(struct core *core, const struct record *record, const struct hash *id,
			   int64_t position, int64_t arrived_ms);

/* take.c: the flow.  Takes up to LIMIT_BATCH acts of kind FILE, CONFIRM and TAKE from the front of
 * the queue. */
void core_take(struct core *core);

/* reply.c: the answer to the act that a take came from; nothing when there is none. */
void reply_take(struct core *core, const struct take *take);

/* state.c: what `seam status` and the page ask for, one JSON object without its end checked. */
void state_write(struct core *core, const struct core_who *who, struct out *json);

/* act.c: one act of another kind. */
void core_act(struct core *core, const struct act *act);

/* alarm.c: something is wrong with a log, a key or a link: an alert record, once for the same
 * matter while it is open. */
void core_alarm(struct core *core, const char *rule, const char *about, const char *text);
void core_flush_alarms(struct core *core);
void core_drop_alarms(struct core *core);

/* alert.c: asks the rules when something changed or its moment has come, and files, raises and ends
 * alerts. */
void core_watch(struct core *core);

/* take.c: the batch through all stages, then each is answered. */
void take_flow(struct core *core, struct take *batch, size_t n);

/* Files a record of the station itself (a policy, a key note) outside any client's act. */
MUST_USE enum err core_file_own(struct core *core, struct record *record, struct hash *id);

/* The same, as an amendment of a thread, or (empty thread) as the one record of its origin, in
 * whose thread it amends when one is held. */
MUST_USE enum err core_file_record(struct core *core, struct record *record, struct span thread,
				   struct hash *id);

#endif
