#ifndef SEAM_ADMIT_RECEIPT_H
#define SEAM_ADMIT_RECEIPT_H

#include "admit/jws.h"
#include "base/hash.h"
#include "model/why.h"

struct keyring;

/*
 * The addressee's station says that exactly these bytes came: a JWS of typ seam-receipt+jwt with
 * {iss, aud, delivery, id, nonce, iat}.  Not a record.
 */
enum { RECEIPT_MAX = 1024 };

struct receipt {
	struct kid kid;       /* of the station that says so: its station is iss */
	struct station to;    /* aud: the sender of the delivery */
	struct hash delivery; /* of the whole delivery */
	struct hash id;       /* of the record */
	int64_t counter;      /* of the delivery */
	int64_t at_ms;        /* whole seconds when written */
};

/* Appends the bytes to sign; jws_attach() completes them. */
void receipt_write(struct out *out, const struct receipt *receipt);

/* Reads and checks form, key and signature.  A revoked key still proves what it signed before:
 * *is_revoked says so and the caller weighs it. */
struct reason receipt_read(struct span text, const struct keyring *keyring, struct receipt *receipt,
			   bool *is_revoked);

/* What the log takes: SHA-256 of the receipt's bytes. */
struct hash receipt_hash(struct span text);

#endif
