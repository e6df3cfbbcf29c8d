#ifndef SEAM_PICTURE_PICTURE_H
#define SEAM_PICTURE_PICTURE_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/out.h"
#include "model/geo.h"
#include "model/record.h"

/*
 * "What is so now as far as this party may know": a pure fold over the records held.  The same set
 * of items, in any order, in any batches, gives the same picture; deleting picture.db and putting
 * the items again gives it back.  It holds plaintext and belongs on tmpfs.
 *
 * A *version* is one record.  The versions of one thread by one station are amendments of one
 * statement: the newest (highest position among those held, picture_position()) is *current* unless
 * it was retracted or erased; then the statement has no current version.
 * Current versions are joined into *incidents*: by this party's own links (duplicate of, part of)
 * and by the field `incident`, when both ends are held; an own link "not the same as" cuts a join
 * between its two ends.  Everything else stands alone.
 *
 * One writer, any number of readers.  Results live in the caller's arena (ERR_NOMEM when it is too
 * small).  Readers see only what was committed.
 */

#define PICTURE_FILE "picture.db"

enum picture_mode {
	PICTURE_WRITE, /* made when missing; not durable: refolded at start */
	PICTURE_READ
};

struct picture;

/*
 * Opens dir/picture.db.  `own` is this station, for a writer (a file of another station or of
 * another form is ERR_FORMAT: delete it and fold again); readers pass NULL.  ERR_NOT_FOUND when a
 * reader finds none.
 */
MUST_USE enum err picture_open(const char *dir, enum picture_mode mode, const struct station *own,
			       struct picture **picture);
void picture_close(struct picture *picture);

/* Removes picture.db and what SQLite keeps beside it; none there is fine.  Nobody may have it open.
 */
MUST_USE enum err picture_remove(const char *dir);

/*
 * Puts happen between begin and commit; commit folds.  ERR_BUSY leaves the batch open or the
 * picture unchanged; try again.  When a batch erased something, commit also removes the content's
 * last traces from the file; when a reader stood in the way that is caught up by a later commit or
 * by picture_tidy(), which returns ERR_BUSY until it is done.
 */
MUST_USE enum err picture_begin(struct picture *picture);
MUST_USE enum err picture_commit(struct picture *picture);
void picture_rollback(struct picture *picture);
MUST_USE enum err picture_tidy(struct picture *picture);

/* A number the writer leaves with a batch, such as how far of the journal is folded in; 0 at first.
 * It lets a process that comes back to a whole file go on from there. */
MUST_USE enum err picture_mark_put(struct picture *picture, int64_t mark);
MUST_USE enum err picture_mark(struct picture *picture, int64_t *mark);

enum {
	PICTURE_ERASED =
	    1, /* the content is gone: the record's fields are ignored and never come back */
	PICTURE_LATE = 2 /* came later than a live link would have brought it */
};

struct picture_item {
	struct hash id;
	const struct record *record; /* possibly in part; station and thread are set */
	int64_t position;   /* picture_position(); of several deliveries the lowest counts */
	int64_t filed_ms;   /* 0: not known to us */
	int64_t arrived_ms; /* of several the earliest counts; own records: filed_ms */
	unsigned flags;
};

/*
 * The place of a version among those of its signer, higher is newer: its leaf, as soon as that is
 * known.  What lies in no copy of the log yet is newer than what does; among such, the UTC day of
 * filing decides, then the moment of filing, and last, behind those that show it, the counter of
 * the delivery.  doc/decisions/versions.md.
 */
struct picture_order {
	bool is_own;      /* one without a leaf was restored: older than all that have one */
	int64_t epoch;    /* of the log */
	int64_t leaf;     /* -1: not known */
	int64_t filed_ms; /* 0: not known to us */
	int64_t day_ms;   /* in the day of filing: every record says it in clear */
	int64_t counter;  /* of the delivery that first brought it */
};
int64_t picture_position(const struct picture_order *order);

/*
 * Adds a record, or what a further delivery of it shows besides.  Putting the same again changes
 * nothing. A record whose station is of the own party is own.  ERR_FORMAT: no station or thread.
 */
MUST_USE enum err picture_put(struct picture *picture, const struct picture_item *item);

/* In a batch: the version is as old as this position says, if that is older than what was known.
 * ERR_NOT_FOUND when it is not held. */
MUST_USE enum err picture_move(struct picture *picture, const struct hash *id, int64_t position);

/*
 * Removes the content of a record held (it stays erased when it is put again) and its traces from
 * the file.  Outside a batch.  A record of kind `erase` in a batch does the same for a record of
 * its own signer. ERR_NOT_FOUND when it is not held; ERR_BUSY: erased, but traces remain until
 * picture_tidy().
 */
MUST_USE enum err picture_erase(struct picture *picture, const struct hash *id);

/* Way of one record to one party. */
/* clang-format off */
#define PICTURE_STATE_ROWS(X) \
	X(HELD_BACK, "held_back", "held back") \
	X(QUEUED,    "queued",    "queued") \
	X(EXPORTED,  "exported",  "exported") \
	X(ARRIVED,   "arrived",   "arrived") \
	X(TOLD,      "told",      "told") \
	X(ANSWERED,  "answered",  "answered")
/* clang-format on */

enum picture_state {
#define X(name, code, label) PICTURE_STATE_##name,
	PICTURE_STATE_ROWS(X)
#undef X
	    PICTURE_STATE_COUNT
};

/* "held_back" and "held back" …; NULL outside the table.  Arrived, told and answered are different
 * things; none implies another. */
const char *picture_state_code(enum picture_state state);
const char *picture_state_label(enum picture_state state);

/*
 * Records that a record reached a state towards a party; in a batch.  The record need not be held.
 * Of one state the latest moment is kept.  Where a record stands (picture_states) is the furthest
 * of exported … answered; before these the later of held back and queued.
 */
MUST_USE enum err picture_state_put(struct picture *picture, const struct hash *id,
				    const struct party *party, enum picture_state state,
				    int64_t at_ms, enum why why);

struct picture_standing {
	struct party party;
	enum picture_state state;
	int64_t at_ms;
	enum why why; /* for held back */
};

/* Where a record stands with each party, by party. */
MUST_USE enum err picture_states(struct picture *picture, const struct hash *id,
				 struct arena *arena, struct picture_standing **rows, size_t *n);

/* What every list shows of a version. */
struct picture_row {
	struct hash id;
	struct span thread;
	struct station station;
	enum kind kind;
	int64_t position;
	int64_t filed_ms; /* 0: not known */
	int64_t arrived_ms;
	bool is_own; /* signed by a station of this party */
	bool is_current;
	bool is_retracted;
	bool is_erased;
	bool is_late;
	bool is_grouped;      /* stands in an incident with others */
	struct hash incident; /* the incident's main record; the record itself when alone */
	struct when when;     /* its time, else its window, else its filing; see has_when */
	bool has_when;        /* false: only the filing time is known, to the minute */
	struct place place;   /* level 0: none */
	int type;             /* enum vocab_type, -1: none */
	int severity;         /* enum vocab_severity, -1: none */
	struct span governorate, district; /* empty: none */
	int64_t distance_m; /* from query.near to the middle of the square; -1 when not asked */
	const struct record *record; /* where asked for; NULL when erased */
};

enum picture_answered {
	PICTURE_ANSWERED_ANY,
	PICTURE_ANSWERED_NO, /* asks somebody or is an act, and no answer refers to any version of
				it */
	PICTURE_ANSWERED_YES /* an answer refers to it */
};

struct picture_cursor {
	bool is_set;
	int64_t at_ms;
	struct hash id;
};

enum { PICTURE_ROWS_MAX = 1000, PICTURE_ROWS = 100, PICTURE_TEXT_WORDS = 32 };

/* All members zero: every current report and act, newest first.  Each member narrows. */
struct picture_query {
	uint32_t kinds;         /* bits picture_kind(kind); 0: all of nature REPORT and ACT */
	struct span type;       /* "atk.ambush", or a family: "atk" */
	int64_t from_ms, to_ms; /* time touches [from, to]; 0: open */
	bool has_box;
	struct geo_box box; /* the square (or the shape's box) may touch it */
	bool has_near;
	struct point near;
	uint32_t near_m;                   /* the square may touch this circle */
	struct span governorate, district; /* as written in the records */
	struct party party;                /* signed by one of its stations; "" any */
	struct station station;            /* "" any */
	/* Words that must all occur, folded (case, Latin accents, Arabic and Kurdish letter forms,
	 * digits); "in quotes" a phrase, a trailing * a beginning.  Never syntax.  At most
	 * PICTURE_TEXT_WORDS are looked at; text without a single letter or digit finds nothing. */
	struct span text;
	enum picture_answered answered;
	struct party answered_by; /* only answers of this party count; "" any */
	bool with_history;        /* also versions that are not current */
	bool with_records;
	struct picture_cursor after; /* from the page before */
	unsigned limit;              /* 1…PICTURE_ROWS_MAX; 0: PICTURE_ROWS */
	unsigned steps; /* thousands of virtual machine steps before ERR_LIMIT; 0: no limit */
};

uint32_t picture_kind(enum kind kind);

/* Rows by time, newest first, then by id.  next->is_set tells that there are more; next may be
 * &query->after. ERR_FORMAT:
 * unknown type. */
MUST_USE enum err picture_query(struct picture *picture, const struct picture_query *query,
				struct arena *arena, struct picture_row **rows, size_t *n,
				struct picture_cursor *next);

/* A place in the order in which versions first came into this file; number 0: before the first. */
struct picture_point {
	int64_t number;
	struct hash id; /* of the version there */
};

/* The place of the version that came last. */
MUST_USE enum err picture_newest(struct picture *picture, struct picture_point *point);

/* Ids of versions that came behind `from`, at most max, in that order; *to is the place of the last
 * of them, or `from`.  ERR_NOT_FOUND: this file has no such place, it was made anew since. */
MUST_USE enum err picture_news(struct picture *picture, const struct picture_point *from,
			       size_t max, struct arena *arena, struct hash **ids, size_t *n,
			       struct picture_point *to);

/* One version with its record; ERR_NOT_FOUND. */
MUST_USE enum err picture_record(struct picture *picture, const struct hash *id,
				 struct arena *arena, struct picture_row *row);

/* Of the current versions of this kind by this station the one that lies last in its log, with its
 * record, whatever they say of their time; ERR_NOT_FOUND. */
MUST_USE enum err picture_latest(struct picture *picture, enum kind kind,
				 const struct station *station, struct arena *arena,
				 struct picture_row *row);

/* All versions of a thread (of all stations), by station, oldest position first, with records. */
MUST_USE enum err picture_thread(struct picture *picture, struct span thread, struct arena *arena,
				 struct picture_row **rows, size_t *n);

/* Current members of the incident that this version's statement belongs to, main record first, with
 * records. */
MUST_USE enum err picture_incident(struct picture *picture, const struct hash *id,
				   struct arena *arena, struct picture_row **rows, size_t *n);

/* Records of these kinds (answer, told, link, dispute …) that name any version of this thread in
 * `re` or `link_to`, current ones only, oldest first, with records.  Of links this party's own are
 * in effect, the others are suggestions. */
MUST_USE enum err picture_notes(struct picture *picture, const struct hash *id, uint32_t kinds,
				struct arena *arena, struct picture_row **rows, size_t *n);

/* An answer as lists show it; several by one party stand in order. */
struct picture_answer {
	struct hash id; /* of the answer */
	struct hash re; /* the version it answers */
	struct station station;
	int answer;     /* enum vocab_answer, -1: not released to us */
	int64_t at_ms;  /* filed, else arrived */
	int64_t eta_ms; /* 0: none */
};

MUST_USE enum err picture_answers(struct picture *picture, const struct hash *id,
				  struct arena *arena, struct picture_answer **rows, size_t *n);

/*
 * Casualties of one incident: never added up, always the hull over the live statements.  One row
 * per group of people and figure.
 */
struct picture_statement {
	struct hash id;
	struct station station;
	struct span stated_by; /* who states it, as the record says; empty: its signer */
	struct grade grade;    /* zero: none */
	struct quantity quantity;
	int64_t filed_ms;
	bool is_dispute;   /* stands beside the record it disputes */
	bool is_differing; /* lies outside the range shown */
	bool is_best;      /* the one `best` comes from */
};

struct picture_loss {
	enum vocab_group group; /* OWN: losses of `party` */
	struct party party;     /* OWN: whose; "" otherwise.  OTHER: it is not clear whose */
	enum field figure;      /* FIELD_KILLED … FIELD_ABDUCTED, FIELD_DEATHS */
	/* low…high: hull of the numbers stated, high -1 where a statement is open; best: the figure
	 * of the party whose losses they are, else what all agree on, else -1.  word: SEVERAL or
	 * UNKNOWN when no number was stated. */
	struct quantity range;
	bool is_closed;  /* that party confirmed its figure (information grade 1) */
	bool is_several; /* somebody also said "several" */
	size_t n;
	struct picture_statement *statements; /* by station, then id */
};

/* *reports is the number of records it is based on. */
MUST_USE enum err picture_losses(struct picture *picture, const struct hash *id,
				 struct arena *arena, struct picture_loss **losses, size_t *n,
				 size_t *reports);

/* clang-format off */
#define PICTURE_BY_ROWS(X) \
	X(GOVERNORATE, "governorate") X(DISTRICT, "district") X(KIND, "kind") X(TYPE, "type") \
	X(SEVERITY, "severity") X(PARTY, "party") X(STATION, "station") X(YEAR, "year") X(MONTH, "month") \
	X(WEEK, "week") X(DAY, "day") X(PLACE, "place") X(ZONE, "zone")
/* clang-format on */

enum picture_by {
	PICTURE_BY_NONE,
#define X(name, text) PICTURE_BY_##name,
	PICTURE_BY_ROWS(X)
#undef X
	    PICTURE_BY_COUNT
};

const char *picture_by_name(enum picture_by by);
enum picture_by picture_by_find(struct span name);

enum { PICTURE_BY_MAX = 3 };

struct picture_tally {
	struct picture_query which; /* cursor, limit, with_… are ignored; kinds 0: nature REPORT */
	enum picture_by by[PICTURE_BY_MAX];
	unsigned n_by;  /* 0: one cell */
	enum field sum; /* FIELD_NONE, or a field of type QUANTITY kept for sums: deaths, killed …
			   abducted, persons, vehicles */
	int zone_min;
};

/*
 * A cell.  Keys: texts as in records; kinds, types by code; year "2018", month "2018-03", week the
 * Saturday it begins with "2018-03-03", day "2018-03-04".  "" = not stated.  What is known less
 * precisely than the calendar asked for stands under the month or year it is known by.  A place is
 * the point that its source states, "36.335,43.118889" (degrees_stated() of what was typed), whose
 * precision is the source's; without one the square's text.  A zone is the MGRS zone of the same,
 * "37".
 */
struct picture_cell {
	struct span key[PICTURE_BY_MAX];
	int64_t incidents; /* joined records count once, in the cell of the incident's main record
			      among those that match */
	int64_t records;
	/* Over incidents: best, else low; the sums of the low and of the high ends (a missing end
	 * is the figure itself); how many had no number, and how many of these said "several". */
	int64_t sum, sum_low, sum_high;
	int64_t without, several;
};

/* Cells by their keys, bytewise.  ERR_FORMAT: unknown type, or a field that is not kept for sums.
 */
MUST_USE enum err picture_count(struct picture *picture, const struct picture_tally *tally,
				struct arena *arena, struct picture_cell **cells, size_t *n);

/* Who filed, was told and answered around a record: its whole incident, every version, in order of
 * time. */
/* clang-format off */
#define PICTURE_EVENT_ROWS(X) \
	X(FILED,     "filed",     "filed") \
	X(AMENDED,   "amended",   "amended") \
	X(CAME,      "came",      "came to this station") \
	X(STATE,     "state",     "") \
	X(TOLD,      "told",      "told") \
	X(ANSWERED,  "answered",  "answered") \
	X(LINKED,    "linked",    "linked") \
	X(DISPUTED,  "disputed",  "disputed") \
	X(RETRACTED, "retracted", "retracted") \
	X(ERASED,    "erased",    "erased")
/* clang-format on */

enum picture_event {
#define X(name, code, label) PICTURE_EVENT_##name,
	PICTURE_EVENT_ROWS(X)
#undef X
	    PICTURE_EVENT_COUNT
};

const char *picture_event_code(enum picture_event event);
const char *picture_event_label(enum picture_event event);

struct picture_moment {
	int64_t at_ms; /* filing time, or that of coming where filing was not released */
	enum picture_event event;
	struct hash id;         /* the record filed, told, answered with … */
	struct hash re;         /* the record it is about; itself for filed, amended, came */
	struct station station; /* who did it; STATE, CAME: this station */
	struct party party;     /* STATE, TOLD: to whom; "" otherwise */
	enum kind kind;         /* of id */
	int code; /* STATE: enum picture_state; ANSWERED: enum vocab_answer; TOLD: enum vocab_told;
		     LINKED: enum vocab_link; -1: none */
	enum why why;
};

MUST_USE enum err picture_review(struct picture *picture, const struct hash *id,
				 struct arena *arena, struct picture_moment **rows, size_t *n);

/* The whole picture as text, the same for the same set of items and states. */
MUST_USE enum err picture_dump(struct picture *picture, struct out *out);

struct picture_size {
	int64_t records; /* versions held */
	int64_t current;
	int64_t own;
	int64_t erased;
	int64_t incidents; /* of more than one statement */
};
MUST_USE enum err picture_size(struct picture *picture, struct picture_size *size);

#endif
