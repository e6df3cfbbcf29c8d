#ifndef SEAM_MODEL_LABEL_H
#define SEAM_MODEL_LABEL_H

#include "model/record.h"

/*
 * Words on paper, on screen and read aloud, in English, Arabic and Sorani.  English stands in the
 * tables; po/ar.po and po/ckb.po translate and become a table at build time.  A missing translation
 * falls back to English.
 */
const char *label_text(enum vocab_lang lang, const char *english);

/* A value in words: code labels, ranges ("2 to 3"), "several", DTG; grids, DTG and ids stay Latin,
 * isolated (U+2066 … U+2069) when the language is written from the right and `isolate` is set. */
void label_value(struct out *out, const struct record *record, enum field field,
		 enum vocab_lang lang, int zone_min, bool isolate);

/*
 * The record as short sentences to read out (`seam say`): from the fields, never from free text.
 * One sentence per line; begins with EXERCISE three times when it is one; carries the words that
 * these may be civilians, or that it is not known, where flagged (for a sighting: unless it says
 * no); ends with the first eight characters of the id and the demand to read it back.
 */
void label_say_id(struct out *out, const struct record *record, struct span id,
		  enum vocab_lang lang, int zone_min);

/* As label_say_id() with the thread in the place of the id. */
void label_say(struct out *out, const struct record *record, enum vocab_lang lang, int zone_min);

/* One line for lists: kind or type, the counts, the place. */
void label_headline(struct out *out, const struct record *record, enum vocab_lang lang,
		    int zone_min);

#endif
