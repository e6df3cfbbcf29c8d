#ifndef SEAM_SEAMD_LINK_H
#define SEAM_SEAMD_LINK_H

#include "seamd/core.h"

/*
 * The links of a station as core sees them: what is said on each (doc/link.md), what is put next,
 * what the other end has answered.  link.c: connections and lines that come; link_pump.c: what goes
 * next; link_log.c: heads, countersignatures; link_mirror.c: copies of logs; order.c: versions in
 * the order of a log.  For core's own files only.
 */
enum {
	LINK_LINE_MAX = 65000,
	LINK_FLIGHTS = 256,
	LINK_WINDOW_FIRST = 16 << 10,
	LINK_WINDOW_LEAST = 8 << 10,
	LINK_WINDOW_MOST = 256 << 10,
	LINK_QUICK_MS = 300,  /* answers faster than this widen the window */
	LINK_SLOW_MS = 3000,  /* slower ones narrow it */
	LINK_BEAT_MS = 60000, /* of silence before a beat is sent */
	LINK_DEAD_MS = 150000,
	LINK_SKEW_MS = 60000, /* clocks that differ more are said to */
	LINK_NOTES_MAX = 512
};

enum link_item { LINK_NOTE, LINK_HEAD, LINK_RECEIPT, LINK_DELIVERY, LINK_RELAY, LINK_WORD };

/* A record that came, whose leaf must show in its station's log. */
enum { LINK_AWAITED = 256, LINK_RENUMBERED_MOST = 4096 };
struct link_awaited {
	struct hash id;
	int64_t since_ms; /* real time */
};

/* A version whose place in the log of the other station is not known. */
struct link_leafless {
	struct hash id;
	int64_t seq;      /* in our journal */
	int64_t since_ms; /* real time */
};

/* Put and not answered yet. */
struct link_flight {
	uint64_t n;
	size_t bytes;
	int64_t at_ms; /* real time */
	enum link_item item;
	int64_t counter; /* of a delivery; number of a word about an erasure */
};

/* A row of the inbox that is owed to the other end: its receipt, or to a sister the whole. */
struct link_owed {
	struct link_owed *next;
	enum link_item item;
	struct station station;
	int64_t counter;
};

/* A row of the outbox that may go when there is room. */
struct link_waiting {
	int64_t number;
	unsigned rank;   /* 0 goes first */
	uint64_t thread; /* how its thread's name begins; 0: not known */
};

enum { LINK_MISSING_MAX = 16 };

/* How far a sister holds what one station delivered. */
struct link_relay {
	struct station station;
	int64_t after;   /* looked at up to here */
	int64_t highest; /* it holds up to here … */
	unsigned n;      /* … except these */
	int64_t first[LINK_MISSING_MAX], last[LINK_MISSING_MAX];
};

struct link {
	struct station station;
	struct party party;
	bool is_sister;
	struct bufferevent *line; /* to its gate; NULL while that is away */
	/* ---- the connection ---- */
	uint64_t connection; /* counts; 0: none yet */
	bool is_up, is_greeted;
	enum link_cause cause;
	int64_t since_ms;          /* real time: of the state */
	char text[160];            /* for people */
	int64_t heard_ms, said_ms; /* real time */
	int64_t skew_ms, rtt_ms;
	uint64_t next_put;
	struct link_flight flights[LINK_FLIGHTS];
	size_t flights_n, flying, window;
	/* ---- what may go ---- */
	struct link_owed *owed, **owed_end;
	struct link_waiting *waiting;
	size_t waiting_n, waiting_size;
	int64_t looked_ms;   /* real time of the last whole look */
	bool is_primary;     /* deliveries for its party go over this one */
	int64_t open_after;  /* deliveries made earlier and not receipted, looked at up to here */
	int64_t words_after; /* words about erasures, looked at up to here */
	bool notes_due;
	struct hash notes[LINK_NOTES_MAX]; /* documents and heads said in this connection */
	size_t notes_n;
	struct link_relay relays[LIMIT_STATIONS];
	size_t relays_n;
	/* ---- the log ---- */
	uint64_t cosigned;     /* largest size of our log that this witness is known to have */
	uint64_t cosign_asked; /* size in a request that is not answered yet; 0: none */
	int64_t cosigned_ms;   /* real time of the last answer */
	bool cosign_due, asks; /* an object of its log is asked for */
	bool ask_own;          /* it is to show the head of our own log that it countersigned */
	struct mirror *mirror;
	int64_t mirror_after_ms; /* real time before which nothing more is asked for it */
	uint64_t known;          /* leaves of its log that were known when the connection began */
	int64_t head_seen_ms;    /* real time of its last head */
	bool has_shrunk, is_frozen;
	bool gossip_due;
	int64_t gossip_ms;
	struct {
		struct hash origin;
		int64_t size;
	} gossip[LIMIT_HEADS];
	struct link_awaited awaited[LINK_AWAITED];
	size_t awaited_n;
	struct link_leafless *leafless;
	size_t leafless_n, leafless_size, leafless_at;
	int64_t leafless_read_ms; /* role_tick_ms() when all of them were read; 0: never */
	uint64_t strangers;       /* that its gate has turned away … */
	char stranger[160];       /* … the last, for people */
	unsigned renumbered;      /* deliveries queued anew: the other end had their numbers */
	int64_t counted_put, counted_came, counted_refused;
};

/* Real time now, ms. */
#define LINK_NOW role_now_ms()

/* link.c */
struct link *link_of(struct core *core, const struct station *station); /* NULL: none */
void link_free(struct core *core, struct link *link);
void link_from_gate(struct core *core, struct link *link, const struct wire_message *message);
void link_send(struct core *core, struct link *link, struct out *line); /* one line, taken whole */
void link_close(struct core *core, struct link *link, enum link_cause cause, const char *text);
void link_tell_gate(struct core *core, struct link *link); /* whom it may let in */
void link_did(struct core *core, const struct act *act, enum wire_taken outcome, enum why why,
	      const struct hash *id);
void link_beat_all(struct core *core);
void link_status(struct core *core, struct out *json);

/* link_pump.c */
void link_pump_soon(struct core *core);
void link_pump_all(struct core *core);
void link_start_pump(struct core *core, struct link *link); /* at hello */
void link_take_over(struct core *core,
		    struct link *link);  /* deliveries for its party go here now */
void link_look_again(struct core *core); /* what was held back may go by now */
void link_answered(struct core *core, struct link *link, struct span line); /* did */
void link_read_have(struct core *core, struct link *link, struct span rest);
void link_owe(struct core *core, struct link *link, enum link_item item,
	      const struct station *station, int64_t counter);
void link_put(struct core *core, struct link *link, enum link_item item, int64_t counter,
	      const char *word, struct span text, struct span more);
bool link_has_room(const struct link *link);
/* Of the rows of the outbox: this one may go now; record may be NULL. */
void link_queued(struct core *core, const struct party *party, int64_t number,
		 const struct record *record);
/* A delivery came and is durable. */
void link_arrived(struct core *core, const struct take *take);
struct sent;
void link_put_sent(struct core *core, struct link *link, const struct sent *sent);

/* link_sister.c */
void link_say_have(struct core *core, struct link *link);
bool link_put_relay(struct core *core, struct link *link); /* false: it lacks nothing */

void link_forget(struct link *link); /* all that belongs to a connection */

/* erased.c: puts the next word about an erasure; the other end has one now */
bool erased_put(struct core *core, struct link *link);
void erased_told(struct core *core, const struct link *link, int64_t number);

/* link.c: keys or members changed */
void link_keys_changed(struct core *core);

/* link_log.c */
void link_head_changed(struct core *core); /* a head of our own was signed */
bool link_put_log(struct core *core,
		  struct link *link); /* one line about logs; false: nothing to say */
void link_take_log(struct core *core, struct link *link, struct span word, struct span rest);
void link_ask(struct core *core, struct link *link, const char *path); /* "file PATH …" answers */

/* link_mirror.c */
struct fork;
bool link_ask_mirror(struct core *core, struct link *link); /* false: nothing is needed */
void link_give_mirror(struct core *core, struct link *link, struct span path, int status,
		      struct span bytes);
void link_keep_fork(struct core *core, const char *who, struct span origin,
		    const struct fork *fork);
void link_our_head(struct core *core, const char *who, struct span note); /* one of our own log */
void link_show_head(struct core *core, struct span origin, struct span note);
void link_know_log(struct core *core, struct link *link); /* a connection begins */
void link_own_head(struct core *core, struct link *link, struct span origin,
		   uint64_t size); /* the other end shows its own log so long */
struct note_key;
void link_two_heads(struct core *core, const struct note_key *key, struct span note,
		    struct span other); /* of one size */
void link_await_leaf(struct core *core, struct link *link, const struct hash *id);
void link_look_at_logs(struct core *core);
struct witness_quorum;
MUST_USE enum err link_quorum(struct core *core, struct witness_quorum *quorum);
void link_write_quorum(struct core *core, struct out *json);
void link_close_log(struct link *link);
struct mirror *link_open_log(struct core *core, struct link *link); /* NULL: no copy is kept */

/* order.c: a connection begins; a copy has reached its head */
void order_begin(struct core *core, struct link *link);
void order_look(struct core *core, struct link *link);

void link_get(struct core *core, struct link *link, const struct wire_message *message);

#endif
