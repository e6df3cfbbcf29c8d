#ifndef SEAM_SEAMD_SEAL_H
#define SEAM_SEAMD_SEAL_H

#include "base/err.h"

/*
 * The forms that seal signs (the first byte of a SIGN message).  Which key signs follows from the
 * form; the bytes are checked to be of that form and to name this station, so that core cannot have
 * anything else signed.
 */
enum seal_form {
	SEAL_RECORD,  /* JWS signing input of a record of this station */
	SEAL_BINDING, /* JWS signing input of a key binding */
	SEAL_RECEIPT, /* JWS signing input of a receipt */
	SEAL_ERASURE, /* JWS signing input: an erasure was carried out here */
	SEAL_HEAD, /* checkpoint text of this station's own log: never two roots for one size, never
		      smaller */
	SEAL_COSIGNATURE, /* cosignature/v1 message over a foreign checkpoint */
	SEAL_FORM_COUNT
};

#endif
