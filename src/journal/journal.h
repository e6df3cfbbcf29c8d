#ifndef SEAM_JOURNAL_JOURNAL_H
#define SEAM_JOURNAL_JOURNAL_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/out.h"

#include "journal/merkle.h"
#include "base/note.h"

/*
 * "It is written": the one durable store of a station.  It knows bytes, hashes, parties and times;
 * it does not know SD-JWT or kinds, and it never signs: who calls gets the bytes to sign and hands
 * the note back.
 *
 * The home holds journal.db, head.db, keys.db, log.vkey, journal.lock and log/EPOCH/ (C2SP
 * tlog-tiles: tiles, entry bundles, checkpoint).  One writer per home (flock); readers may be many.
 *
 * Log entry = 33 bytes: a type, then a SHA-256.
 */
enum {
	JOURNAL_ENTRY_SIZE = 33,
	JOURNAL_ENTRY_GENESIS = 0x00, /* of the epoch's founding text; always leaf 0 */
	JOURNAL_ENTRY_RECORD = 0x01,  /* of the issuer-signed JWT */
	JOURNAL_ENTRY_RECEIPT = 0x02, /* of the whole receipt */
	JOURNAL_BATCH_MAX = 256,      /* records a group commit should gather */
	JOURNAL_JWT_MAX = 65536,
	JOURNAL_BLOB_MAX = 131072, /* disclosures, deliveries, quarantined bytes */
	JOURNAL_TEXT_MAX = 256,    /* station, party, kind, thread, account */
	JOURNAL_WHY_MAX = 256
};

enum journal_mode { JOURNAL_READ, JOURNAL_WRITE };

struct journal;

/*
 * A new home's store: databases, epoch 1 with origin "seam/STATION/log/1", leaf 0 =
 * SHA-256(genesis). vkey names that origin (it is also written to log.vkey).  ERR_EXISTS when a
 * journal is there already, ERR_CONFIG when vkey is for another origin.
 */
MUST_USE enum err journal_create(const char *dir, struct span station, struct span vkey,
				 struct span genesis, int64_t now_ms);

/*
 * Opens a home.  For writing: takes the lock (ERR_LOCKED), then storage and head.db must agree:
 * storage shorter than the last signed head, another root, or head.db lost is ERR_CORRUPT, with a
 * sentence for people in why; damaged tiles are rebuilt.  For reading nothing is repaired and the
 * head may lag.
 */
MUST_USE enum err journal_open(const char *dir, enum journal_mode mode, char why[JOURNAL_WHY_MAX],
			       struct journal **journal);
void journal_close(struct journal *journal);

/* "a/makhmour"; "seam/a/makhmour/log/1"; 1; the folder of the current log; its key. */
const char *journal_station(const struct journal *journal);
const char *journal_origin(const struct journal *journal);
int64_t journal_epoch(const struct journal *journal);
const char *journal_log_dir(const struct journal *journal);
const struct note_key *journal_key(const struct journal *journal);

/* Leaves durably written; leaves under the last signed head. */
uint64_t journal_size(const struct journal *journal);
uint64_t journal_head_size(const struct journal *journal);

/* Tiles found missing or damaged and rebuilt by journal_open. */
uint64_t journal_repairs(const struct journal *journal);

/* What journal_open for writing found in the write-ahead logs that SQLite passes over in silence:
 * a damaged frame, or a commit that is not whole (wal.h).  "" when they were sound. */
const char *journal_warning(const struct journal *journal);

/*
 * Group commit.  Everything that adds or changes (here and in sent.h, inbox.h, outbox.h,
 * quarantine.h, shelf.h) happens between begin and commit.  commit = keys.db, then journal.db, each
 * with fsync; then the batch is read back and hashed a second time before any head may cover it. On
 * failure nothing of the batch is there.  ERR_FULL leaves the journal usable; ERR_IO is final:
 * every later write answers ERR_IO until it is opened again.  ERR_CORRUPT when the second hashing
 * disagrees: no head is given out any more.
 */
MUST_USE enum err journal_begin(struct journal *journal);
MUST_USE enum err journal_commit(struct journal *journal);
void journal_rollback(struct journal *journal);
bool journal_is_in_batch(const struct journal *journal);

struct journal_record {
	struct hash id;          /* SHA-256(jwt); out only */
	struct span jwt;         /* issuer-signed JWT, three base64url parts */
	struct span disclosures; /* "D1~D2~D3"; encrypted at rest; empty once erased */
	struct span origin;      /* station that signed it */
	struct span thread;
	struct span kind;
	int64_t filed_ms;
	int64_t received_ms;
	int64_t keep_until_ms; /* 0 = no end */
	bool is_own;           /* logged here */
	bool is_erased;        /* out only */
	int64_t seq;           /* out only: order of coming here, from 1 */
	int64_t epoch;         /* out only: of the leaf; 0 where that is not known */
	int64_t leaf; /* index in its station's log; -1: not known, as of foreign ones until
			 journal_note_leaf() */
};

/*
 * Own: a new leaf and a new row; ERR_EXISTS when it is held.  Foreign: a new row, or the union of
 * the disclosures held and given, and filed_ms where it was 0.  *is_new tells which.  The leaf
 * index, seq and id go into *record. ERR_LIMIT for sizes above the maxima, ERR_REFUSED for a
 * foreign copy of an erased record.
 */
MUST_USE enum err journal_add(struct journal *journal, struct journal_record *record, bool *is_new);

/* A record restored by recovery or from a sister: own, but its leaf lies in an earlier epoch or is
 * unknown. */
MUST_USE enum err journal_add_restored(struct journal *journal, struct journal_record *record,
				       bool *is_new);

/* Reads; bytes are copied into the arena.  ERR_NOT_FOUND, ERR_CORRUPT (a hash does not match),
 * ERR_KEY (the record's key is missing or does not open). */
MUST_USE enum err journal_get(struct journal *journal, const struct hash *id, struct arena *arena,
			      struct journal_record *record);
MUST_USE enum err journal_get_leaf(struct journal *journal, int64_t epoch, uint64_t index,
				   struct arena *arena, struct journal_record *record);
bool journal_has(struct journal *journal, const struct hash *id);

/* Called per record; spans live until it returns; false stops the walk (which then returns ERR_OK).
 */
struct journal_walk {
	bool (*each)(void *context, const struct journal_record *record);
	void *context;
};

/* All records with seq > after_seq in the order they came (own ones are in log order). */
MUST_USE enum err journal_each(struct journal *journal, int64_t after_seq,
			       const struct journal_walk *walk);
MUST_USE enum err journal_each_in_thread(struct journal *journal, struct span thread,
					 const struct journal_walk *walk);

/* All of a kind; for kinds of which there are few. */
MUST_USE enum err journal_each_of_kind(struct journal *journal, struct span kind,
				       const struct journal_walk *walk);

/* Records whose keep_until has passed and that are not erased; without their disclosures. */
MUST_USE enum err journal_each_expired(struct journal *journal, int64_t now_ms,
				       const struct journal_walk *walk);
MUST_USE enum err journal_keep(struct journal *journal, const struct hash *id,
			       int64_t keep_until_ms);

/*
 * Where a foreign record lies in its station's log, as a verified copy of that showed; within a
 * batch, once: it never changes.  ERR_NOT_FOUND: no foreign record, or its leaf is known.
 */
MUST_USE enum err journal_note_leaf(struct journal *journal, const struct hash *id, int64_t epoch,
				    uint64_t leaf);

/*
 * Foreign records of a station whose leaf is not known and matters: their thread has others
 * besides. Of one thread, newest first and at most JOURNAL_LEAFLESS_MAX; or of all (an empty
 * thread), in no order.  Without their disclosures; the visitor must not write.
 */
enum { JOURNAL_LEAFLESS_MAX = 16 };
MUST_USE enum err journal_each_leafless(struct journal *journal, struct span origin,
					struct span thread, const struct journal_walk *walk);

struct journal_counts {
	uint64_t records;
	uint64_t own;
	uint64_t foreign;
	uint64_t erased;
	uint64_t leaves;
	uint64_t receipts;
	uint64_t sent;
	uint64_t came;
	uint64_t outbox_open;
	uint64_t quarantined;
	uint64_t quarantine_dropped;
};

MUST_USE enum err journal_count(struct journal *journal, struct journal_counts *counts);

/*
 * Erasure, outside a batch: the record's key is destroyed, its disclosures, deliveries, due
 * releases and quarantined copies are deleted, both files are checkpointed and truncated.  The
 * leaf, the JWT (hashes only) and the receipts stay.  Twice is fine.  ERR_BUSY: done, but a reader
 * still holds old pages; call again.
 */
MUST_USE enum err journal_erase(struct journal *journal, const struct hash *id);

/*
 * Heads.  journal_head_due appends the checkpoint text to sign when leaves are not yet under a
 * head; nothing otherwise.  journal_head_accept takes the signed note: checks it against the key,
 * compares and swaps in head.db (ERR_LOCKED when another instance was there first), writes tiles,
 * then publishes log/EPOCH/checkpoint.
 */
MUST_USE enum err journal_head_due(struct journal *journal, struct out *text);
MUST_USE enum err journal_head_accept(struct journal *journal, struct span note, int64_t now_ms);

/* The last published note, with the countersignatures added so far. */
MUST_USE enum err journal_head_note(struct journal *journal, struct out *note);

/* Somebody shows a head of our own origin under our own signature.  ERR_CORRUPT when it is larger
 * than ours or contradicts it: signing stops for good, until recovery. */
MUST_USE enum err journal_head_shown(struct journal *journal, struct span note);

/* Whether signing has stopped for good: a head was shown that contradicts this log, or it is not
 * what was signed last. */
bool journal_is_stopped(const struct journal *journal);

/* Proofs under the published head; ERR_NOT_FOUND when it is not yet covered. */
MUST_USE enum err journal_prove(struct journal *journal, uint64_t index, struct out *proof);

/* The same under an earlier head that was countersigned, with the earliest countersignature of each
 * witness; ERR_NOT_FOUND when there is none of that size. */
MUST_USE enum err journal_prove_under(struct journal *journal, uint64_t index, uint64_t size,
				      struct out *proof);
MUST_USE enum err journal_prove_record(struct journal *journal, const struct hash *id,
				       struct out *proof);
MUST_USE enum err journal_prove_extension(struct journal *journal, uint64_t old_size, uint64_t size,
					  struct merkle_path *path);

/* The 33 bytes of an entry. */
void journal_entry(unsigned char type, const struct hash *hash,
		   unsigned char dst[JOURNAL_ENTRY_SIZE]);

/*
 * Witnessing a foreign log (C2SP tlog-witness): `note` must be signed by `key`, and extend the size
 * last witnessed for that origin by the proof.  Compared, swapped and durable before it returns;
 * then the caller has note_cosign_message() signed.  *known is the size held before.  ERR_REFUSED:
 * bad signature, bad proof or another root of the same size (evidence!); ERR_BUSY: old_size is not
 * the size held (409).
 */
MUST_USE enum err journal_witness(struct journal *journal, const struct note_key *key,
				  uint64_t old_size, const struct merkle_path *path,
				  struct span note, int64_t now_ms, uint64_t *known);

/* The last head witnessed for a foreign origin. */
MUST_USE enum err journal_witnessed(struct journal *journal, struct span origin, struct out *note);

#endif
