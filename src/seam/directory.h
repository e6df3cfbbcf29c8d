#ifndef SEAM_SEAM_DIRECTORY_H
#define SEAM_SEAM_DIRECTORY_H

#include "base/err.h"
#include "base/out.h"
#include "model/party.h"
#include "model/place.h"
#include "model/vocab.h"

/*
 * Whom to call when a record must be told: counterparts of other parties and authorities, and the
 * posts of one's own.  HOME/directory, one way to reach one office a line, # begins a comment:
 *
 *	PARTY[/SITE] POST MEANS [lang=L] [tested=TIME] [place=GRID] ADDRESS
 *
 * POST is a duty or the code of a post, never a person; ADDRESS is a channel or the number of an
 * office.  It is a file of the station: no record, in no delivery, in no picture.  Rows of one post
 * are tried in the order in which they stand.  A post of the own party with a place is told what
 * concerns that place: the last mile of a warning.
 */
#define DIRECTORY_FILE "directory"

enum {
	DIRECTORY_MAX = 256,
	DIRECTORY_ADDRESS = 128,
	DIRECTORY_WHY_MAX = 256,
	DIRECTORY_BYTES_MAX = 65536
};

struct directory_row {
	struct party party;
	struct station station; /* "" all sites of that party */
	char post[LIMIT_NAME_TEXT];
	enum vocab_told means;
	int lang;           /* enum vocab_lang, -1: not said */
	int64_t tested_ms;  /* 0: never */
	struct place place; /* level 0: none */
	char address[DIRECTORY_ADDRESS];
};

struct directory {
	unsigned n;
	struct directory_row row[DIRECTORY_MAX];
};

/* ERR_OK without a row when the file is missing; ERR_FORMAT with the line and what is allowed. */
MUST_USE enum err directory_read(const char *home, struct directory *directory,
				 char why[DIRECTORY_WHY_MAX]);
MUST_USE enum err directory_parse(struct span text, struct directory *directory,
				  char why[DIRECTORY_WHY_MAX]);

/* As directory_parse() takes it back; comments are not kept. */
void directory_text(struct out *out, const struct directory *directory);

/* Writes the file whole or not at all, readable by its owner alone. */
MUST_USE enum err directory_write(const char *home, const struct directory *directory);

/* Sets who, post, means and address; NULL, or what is wrong with them: no name of a party or
 * station, no code of a post, a means that is none, an address that is empty or speaks of a person
 * (lint.h). */
const char *directory_make(struct directory_row *row, struct span who, struct span post,
			   struct span means, struct span address);

/* Puts the row in the place of one of the same who, post and means, else behind the last; false
 * when there is no room. */
bool directory_put(struct directory *directory, const struct directory_row *row);

/* Rows of this who ("a" or "a/site") and post, of any means when means is -1: the next from *at on,
 * which moves behind it; NULL past the last. */
struct directory_row *directory_next(struct directory *directory, struct span who, struct span post,
				     int means, unsigned *at);

void directory_drop(struct directory *directory, unsigned i);

/* Whom to call for a duty or post of a party ("" any), the first row first: the i-th; NULL past the
 * last. */
const struct directory_row *directory_of(const struct directory *directory,
					 const struct party *party, const char *post, unsigned i);

/* The own posts that a matter at this place concerns. */
bool directory_is_post(const struct directory_row *row, const struct party *own);

/* "b/kirkuk liaison by radio: channel 5 (Sorani Kurdish), tested 030600C MAY 27". */
void directory_line(struct out *out, const struct directory_row *row, int zone_min);

/* "a" or "a/site", as it stands in the file. */
const char *directory_who(const struct directory_row *row);

#endif
