#ifndef SEAM_ADMIT_ERASURE_H
#define SEAM_ADMIT_ERASURE_H

#include "admit/jws.h"
#include "base/hash.h"
#include "model/why.h"

struct keyring;

/*
 * A station says that it carried out an erasure: nothing of the record is left there.  A JWS of typ
 * seam-erased+jwt with {iss, aud, erasure, id, iat}.  Not a record; hashes only.
 */
enum { ERASURE_MAX = 1024 };

struct erasure {
	struct kid kid;      /* of the station that says so: its station is iss */
	struct station to;   /* aud: whose record was erased */
	struct hash erasure; /* the record of kind erase */
	struct hash id;      /* the record that was erased */
	int64_t at_ms;       /* whole seconds when written */
};

/* Appends the bytes to sign; jws_attach() completes them. */
void erasure_write(struct out *out, const struct erasure *erasure);

/* Reads and checks form, key and signature.  A revoked key still proves what it signed before:
 * *is_revoked says so and the caller weighs it. */
struct reason erasure_read(struct span text, const struct keyring *keyring, struct erasure *erasure,
			   bool *is_revoked);

#endif
