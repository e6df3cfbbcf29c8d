#ifndef SEAM_SEAM_SHIFT_STATE_H
#define SEAM_SEAM_SHIFT_STATE_H

#include "picture/picture.h"
#include "seam/app.h"

struct reach;

/*
 * How the watch of this station stands, from its newest shift record, and who handed it over.  A
 * record names duties; the account that handed over is kept in HOME/handover alone, a line "ID
 * ACCOUNT", so that another one takes over.
 */
#define SHIFT_HANDOVER_FILE "handover"

enum { SHIFT_ACCOUNT_MAX = 64, SHIFT_SITREP_H = 12, SHIFT_GRACE_H = 1 };

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

/* The account behind the token, as the station knows it.  APP_OK or the code after the reason. */
int shift_state_account(struct app *app, struct reach *reach, char account[SHIFT_ACCOUNT_MAX]);

/* Keeps who handed over; whether this account is the one that did (false when that is not known).
 */
int shift_state_keep(struct app *app, const struct hash *handover, const char *account);
bool shift_state_is_same(const struct app *app, const struct hash *handover, const char *account);

#endif
