#ifndef SEAM_ADMIT_JWS_H
#define SEAM_ADMIT_JWS_H

#include "base/arena.h"
#include "base/out.h"
#include "base/sign.h"
#include "model/party.h"
#include "model/why.h"

/*
 * JWS in compact serialisation (RFC 7515 section 7.1) as this house writes and reads it: Ed25519
 * (RFC 9864), three header names and no others, strict base64url.
 */
#define JWS_TYP_RECORD  "seam+sd-jwt"
#define JWS_TYP_BINDING "kb+jwt"
#define JWS_TYP_RECEIPT "seam-receipt+jwt"
#define JWS_TYP_ERASURE "seam-erased+jwt"

enum { JWS_HEADER_MAX = 256, JWS_KEY_MAX = 9999, JWS_KID_TEXT = LIMIT_STATION_TEXT + 8 };

/* A record key by name: "a/makhmour#1". */
struct kid {
	struct station station;
	unsigned number; /* 1 … JWS_KEY_MAX */
};

bool jws_kid_read(struct span text, struct kid *kid);
void jws_kid_text(char dst[JWS_KID_TEXT], const struct kid *kid);

struct jws {
	struct span signing; /* header "." payload as they came: what was signed; borrowed */
	struct span payload; /* decoded, in the arena */
	struct kid kid;
	struct signature signature;
};

/*
 * Form only, no signature checked: three parts, header exactly {alg, typ, kid} with alg Ed25519 or
 * EdDSA, the given typ and a well-formed kid.  WHY_BAD_FORM, BAD_BASE64, BAD_HEADER, BAD_ALG,
 * BAD_TYP, NO_MEMORY.
 */
enum why jws_read(struct span text, const char *typ, struct arena *arena, struct jws *jws);

/* As jws_read for the first two parts alone: what a signer is asked to sign. */
enum why jws_read_unsigned(struct span text, const char *typ, struct arena *arena, struct jws *jws);

/* Whether the signature holds under this key (libsodium's rule decides, RFC 8032). */
bool jws_holds(const struct jws *jws, const struct sign_public *public);

/* Appends header "." payload: the bytes to sign.  `payload` is JSON text. */
void jws_write(struct out *out, const char *typ, const struct kid *kid, struct span payload);

/* Appends "." and the signature behind what jws_write() wrote. */
void jws_attach(struct out *out, const struct signature *signature);

#endif
