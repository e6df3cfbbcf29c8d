#ifndef SEAM_SEAMD_WIRE_H
#define SEAM_SEAMD_WIRE_H

#include "base/cursor.h"
#include "base/out.h"

/*
 * What processes of one station say to each other, and what `seam` says to a station: one row per
 * message. On the wire: u16 kind, u16 zero, u32 payload length, u64 id, payload; big-endian; at
 * most WIRE_MAX in all. An answer carries the id of its request.  A message is read field by field
 * and must be consumed to its last byte; an unknown kind, a wrong length or a message from a side
 * that may not send it ends the connection.
 *
 * Senders: K keeper, C core, S seal, L clerk, G a gate on behalf of a client (every act of a
 * person), X a gate itself. Payloads name their parts: t = sized text, b = sized bytes, 1 2 4 8 =
 * integer of so many bytes, h = 32-byte hash, r = record (record_write), * = repeated u16 times
 * what stands in brackets. Acts begin with t token, t duty.
 */

/* clang-format off */
#define WIRE_ROWS(X) \
	/* keeper to core and back */ \
	X(PEER,      "K",  "1 role, 4 number, t station of a link; one descriptor comes along: a new channel") \
	X(DIAL,      "X",  "the link's address is to be connected to") \
	X(DIALED,    "K",  "1 cause (enum link_cause), t text; with cause 0 the connected descriptor comes along") \
	X(STOP,      "KG", "finish what is begun and end; from a client: t token, t duty") \
	X(CLERK,     "C",  "a clerk is needed: its channel comes as a PEER") \
	X(READY,     "CSXL", "the role is behind its wall and serves; t which walls hold") \
	X(SHOWS,     "X",  "b SHA-256 of the TLS key that this gate shows, to core; none when it serves in the clear") \
	/* core and seal */ \
	X(SIGN,      "C",  "1 form, b bytes") \
	X(SIGNED,    "S",  "b signature") \
	X(UNSIGNED,  "S",  "t why the bytes are in no known form") \
	/* core and clerk */ \
	X(HASH_PASS, "C",  "b passphrase") \
	X(TEST_PASS, "C",  "b passphrase, t hash text") \
	X(PASS_HASH, "L",  "t hash text") \
	X(PASS_GOOD, "L",  "1 whether it holds") \
	/* core and the gate of a link: it carries lines, and knows nothing of what they mean.  The id of \
	 * UP, DOWN and LINE is the connection's number: UP names a new one, LINE of another is dropped. */ \
	X(LINK,      "C",  "t own station, t other station, b its TLS pin: 32 bytes, or none when no key note has one") \
	X(UP,        "X",  "1 whether this side dialled, t address and cipher, for people") \
	X(DOWN,      "CX", "1 cause (enum link_cause), t text; from core: the connection is to be closed") \
	X(KNOCKED,   "X",  "8 strangers that this gate has turned away, t the last: address and why, for people") \
	X(LINE,      "CX", "t one line of the link, without its end") \
	X(GET,       "X",  "t method, t path, b body: an object of the log, or a request to this witness") \
	X(GOT,       "C",  "2 HTTP status, t content type, b body") \
	/* core and the web gate */ \
	X(CHANGED,   "C",  "8 sequence: the picture shows something new; 1 whether its file was made anew, " \
	                   "8 records held that it lacks, 1 why (enum err; 0 it is being folded)") \
	/* acts of people, through a gate */ \
	X(FILE,      "G",  "t token, t duty, 1 flags, t thread, r record") \
	X(PREVIEW,   "G",  "t token, t duty, t thread, r record") \
	X(CONFIRM,   "G",  "t token, t duty, h preview") \
	X(SEND,      "G",  "t token, t duty, h id, t party, *[2 field, 2 levels]") \
	X(TAKE,      "G",  "t token, t duty, b item: one line of a bundle") \
	X(EXPORT,    "G",  "t token, t duty, t party or station") \
	X(EXPORTED,  "G",  "t token, t duty, t party or station, 8 highest counter that is on the stick") \
	X(INSTALL,   "G",  "t token, t duty, t document: member list, key note or revocation") \
	X(ACCOUNT,   "G",  "t token, t duty, t verb (add, remove, list, pass), t name, t duties, b passphrase") \
	X(LOGIN,     "G",  "t account, b passphrase, t duty") \
	X(LOGOUT,    "G",  "t token: a session ends") \
	X(WHO,       "G",  "t token, t duty: whose token it is; DONE with 0 and ACCOUNT DUTY, the first that it holds or the named one") \
	X(STATUS,    "G",  "t token, t duty") \
	X(HOLD,      "G",  "t token, t duty, h id, t reason, 8 until: what would be erased by its date is kept until then") \
	X(REPLAY,    "G",  "t token, t duty, t party, 1 whether to do it: cuts records filed before a change of policy once more") \
	X(HEAD,      "G",  "t token, t duty: sign a head now") \
	/* answers */ \
	X(FILED,     "C",  "h id, t thread, 8 leaf, *[t party, 1 state, t why]") \
	X(DUPLICATE, "C",  "h id: a record with this origin is held") \
	X(PREVIEWED, "C",  "h preview, b signing input, *[t party, b disclosures, 8 not before, 8 until, t onward, 1 approvals, t why]") \
	X(SENT,      "C",  "1 approvals given, 1 approvals needed, 1 state") \
	X(TAKEN,     "C",  "1 outcome, 2 why, h id, t text") \
	X(ITEM,      "C",  "b one line of a bundle") \
	X(DONE,      "C",  "8 number, t text") \
	X(REFUSED,   "C",  "2 why, 2 field, t text") \
	X(FAILED,    "C",  "2 err, t text")
/* clang-format on */

enum wire_kind {
	WIRE_NONE,
#define X(name, senders, payload) WIRE_##name,
	WIRE_ROWS(X)
#undef X
	    WIRE_COUNT
};

enum {
	WIRE_HEADER = 16,
	WIRE_MAX = 65536,
	WIRE_PAYLOAD = WIRE_MAX - WIRE_HEADER,
	WIRE_TOKEN_SIZE = 64,
	/* flags of FILE */
	WIRE_FILE_UNLESS_HELD = 1, /* answer DUPLICATE when the record's origin is held */
	WIRE_FILE_ALONE = 2 /* nobody else is there to take the watch over: the record says so */
};

/* Outcome in TAKEN. */
enum wire_taken { TAKEN_NEW, TAKEN_KNOWN, TAKEN_REFUSED, TAKEN_IGNORED };

struct wire_message {
	enum wire_kind kind;
	uint64_t id;
	struct span payload; /* borrowed from the input */
};

const char *wire_name(enum wire_kind kind);

/* Whether a side named by its letter may send this kind. */
bool wire_may_send(enum wire_kind kind, char sender);

/* Begins a message in `out`; returns the position that wire_end() needs.  Write the payload with
 * out_*. */
size_t wire_begin(struct out *out, enum wire_kind kind, uint64_t id);

/* Fills in the length; a payload over the limit fails the writer with ERR_LIMIT. */
void wire_end(struct out *out, size_t begun);

/* Takes one whole message from the front of *input.  ERR_OK and it was taken; ERR_BUSY: more bytes
 * are needed; ERR_FORMAT: the other side broke the rules and the connection must end. */
MUST_USE enum err wire_take(struct span *input, struct wire_message *message);

/* Words for people from a side that may be owned, as one line that a terminal only shows: as much
 * as fits; empty when they are no plain text. */
void wire_words(struct span text, char *to, size_t size);

#endif
