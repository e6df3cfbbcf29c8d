#ifndef SEAM_SEAM_SHIFT_STATE_H
#define SEAM_SEAM_SHIFT_STATE_H

#include "picture/picture.h"
#include "seam/app.h"

/* How the watch of this station stands, from its newest shift record. */
enum { SHIFT_SITREP_H = 12, SHIFT_GRACE_H = 1 };

struct shift_state {
	struct picture_row row; /* the newest, with its record; record NULL: none yet */
	unsigned state;         /* enum vocab_state; STATE_CLOSED without a record */
	int64_t number;         /* of that shift; 0 none */
	int64_t sitrep_end_ms;  /* to which moment the last situation report of this station goes;
				   0: none yet */
	bool is_sitrep_missed;  /* none covers the last 12 hours and an hour more */
};

MUST_USE enum err shift_state_read(struct app *app, struct picture *picture,
				   struct shift_state *state);

#endif
