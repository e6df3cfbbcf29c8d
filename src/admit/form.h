#ifndef SEAM_ADMIT_FORM_H
#define SEAM_ADMIT_FORM_H

#include "admit/jws.h"

/*
 * What the process that holds the keys may be asked to sign: known forms of its own station, whole
 * and in their exact shape.  It need not believe who asks.
 */
enum form {
	FORM_NONE, /* refuse */
	FORM_RECORD,
	FORM_BINDING,
	FORM_RECEIPT,
	FORM_ERASURE,
	FORM_CHECKPOINT,
	FORM_COSIGNATURE
};

/* The form of bytes to be signed with the record key `own`. */
enum form form_of(struct span bytes, const struct kid *own);

/* Three lines: this origin, a size, a root (C2SP tlog-checkpoint, no extension lines). */
bool form_is_checkpoint(struct span text, struct span origin);

/* "cosignature/v1", "time N", then a checkpoint of any origin but `own` (C2SP tlog-cosignature). */
bool form_is_cosignature(struct span text, struct span own_origin);

#endif
