#ifndef SEAM_EDGE_EXERCISE_H
#define SEAM_EDGE_EXERCISE_H

#include "edge/sink.h"

/*
 * The script of an exercise: a CSV with the columns n, time, station, duty, action, fields, thread,
 * text, note.  exercise/README.md describes it.  Every row becomes one event, in the order of the
 * file; times never go back.
 *
 *   action  "report KIND" a new record · "amend" a further version of the record of that thread
 * label · "inject WORD" what the directing staff does, no record fields  FIELD=VALUE parts,
 * separated by " | "; values in the forms of record_set(); where the field names records, "@label"
 * stands for the newest record of that thread thread  "@label" under which later rows name this
 * record text    free text in its own language, for SUMMARY (TEXT where the kind has no summary,
 * QUESTION for a request for information)
 */
enum { EXERCISE_LABEL_TEXT = 32, EXERCISE_REFS_MAX = 8 };

/* A reference to be resolved by the caller: the field is listed here and not set in the record. */
struct exercise_ref {
	enum field field;
	char label[EXERCISE_LABEL_TEXT]; /* without '@' */
};

enum exercise_action { EXERCISE_REPORT, EXERCISE_AMEND, EXERCISE_INJECT };

struct exercise_event {
	uint64_t line;
	int number; /* column n */
	int64_t at_ms;
	struct station station; /* unset for an inject */
	struct span duty;
	enum exercise_action action;
	struct span word;                /* of an inject */
	char label[EXERCISE_LABEL_TEXT]; /* "" when none */
	/* EXERCISE_REPORT: complete but for `refs`.  EXERCISE_AMEND: only the fields that change;
	 * the kind is that of the thread.  is_exercise is set. */
	struct record record;
	struct exercise_ref refs[EXERCISE_REFS_MAX]; /* several of one field: an IDS field */
	unsigned n_refs;
	struct span note;
};

struct exercise_sink {
	void *arg;
	enum err (*event)(void *arg, const struct exercise_event *event);
	enum err (*refuse)(void *arg, const struct sink_refusal *refusal);
};

struct exercise;

/* NULL without memory.  Keeps a copy of the sink. */
struct exercise *exercise_new(const struct exercise_sink *sink);
void exercise_free(struct exercise *exercise);

/* ERR_FORMAT: the first row does not name the columns. */
MUST_USE enum err exercise_feed(struct exercise *exercise, struct span chunk);
MUST_USE enum err exercise_finish(struct exercise *exercise);

#endif
