#ifndef SEAM_ADMIT_SDJWT_H
#define SEAM_ADMIT_SDJWT_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/out.h"
#include "model/limits.h"
#include "model/why.h"

/*
 * SD-JWT (RFC 9901) without any profile: salted disclosures and their digests, written and read.
 * Only sha-256.  Nothing here signs or checks a signature.
 */
enum {
	SDJWT_SALT_SIZE = 16,        /* bytes: the 128 bits that section 9.3 asks for */
	SDJWT_CLAIMS_MAX = 512,      /* claims of one build */
	SDJWT_DIGESTS_MAX = 1024,    /* digests in one token, those nobody opens included */
	SDJWT_DISCLOSURE_MAX = 49152 /* text of one disclosure */
};

/* Where salts and decoys come from: fills n bytes.  The program gives the system's random source, a
 * test a counter. */
struct sdjwt_random {
	void (*fill)(void *context, void *dst, size_t n);
	void *context;
};

/* A claim to be hidden.  Claims stand after the claim they are under. */
struct sdjwt_claim {
	struct span name;
	struct span json; /* the value's JSON text; empty: an object that only holds digests */
	unsigned parent;  /* 1 + index of the claim it stands under; 0: the payload itself */
	unsigned digests; /* how many digests stand under it, decoys included; at least one per
			     claim under it; 0: none */
};

/*
 * Appends to `digests` the payload's own JSON array of `top` digests (sorted, padded with decoys),
 * and to `disclosures` each disclosure with a "~" behind it, in the order of the claims.  ERR_LIMIT
 * when more claims stand somewhere than digests were allowed, ERR_FORMAT for a parent that does not
 * stand before its child or has a value of its own.
 */
MUST_USE enum err sdjwt_build(const struct sdjwt_claim *claims, size_t n, unsigned top,
			      const struct sdjwt_random *random, struct arena *arena,
			      struct out *digests, struct out *disclosures);

/* The digest of a disclosure's text (section 4.2.3). */
struct hash sdjwt_digest(struct span disclosure);

/* The parts of a token, borrowed from it. */
struct sdjwt_parts {
	struct span jwt;         /* issuer-signed */
	struct span disclosures; /* each with its "~" */
	struct span binding;     /* key binding JWT; empty in a bare SD-JWT */
	struct span bound;       /* all before the binding: what sd_hash is taken over */
};

/* Splits at "~".  A bare JWT without any "~" is refused; so is more than LIMIT_SD_JWT. */
enum why sdjwt_split(struct span token, struct sdjwt_parts *parts);

/* One disclosure as it was found in its place. */
struct sdjwt_disclosure {
	struct span text; /* borrowed */
	struct hash digest;
	json_t *kept; /* owns the value, and the name that is not in the arena; the token owns it */
	bool is_element;  /* [salt, value], for an array; else [salt, name, value] */
	struct span name; /* empty for an array element */
	json_t *value;    /* with everything under it already opened */
	int parent;       /* index of the disclosure it stands in; -1: the payload */
	unsigned depth;   /* containers between that one's value (or the payload) and it */
	unsigned
	    digests; /* digests inside its value, not counting those inside other disclosures */
	bool is_placed;
};

struct sdjwt {
	json_t *payload; /* processed: disclosed claims in their places, no digests left */
	size_t n;
	struct sdjwt_disclosure *disclosure; /* in the order they came; in the arena */
	bool has_alg;                        /* it named sha-256 itself */
	unsigned digests;                    /* digests met, decoys included */
	unsigned top;                        /* of them, in the payload's own _sd */
};

/*
 * Opens payload and disclosures as sections 7.1 and 7.3 demand.  Refuses: payload that is no strict
 * JSON object; _sd_alg other than sha-256, or not at the top; a disclosure that is not base64url of
 * a strict JSON array [string, string, value] in an object or [string, value] in an array; names
 * "_sd" and "..."; a name that is there already; a digest met twice, opened or not; a disclosure
 * given twice, or met nowhere; digests in another form than an array of 43-character strings, or a
 * "..." with other names beside it.  On success the caller gives it back with sdjwt_close().
 */
enum why sdjwt_open(struct span payload, struct span disclosures, struct arena *arena,
		    struct sdjwt *sdjwt);
void sdjwt_close(struct sdjwt *sdjwt);

#endif
