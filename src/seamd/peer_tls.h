#ifndef SEAM_SEAMD_PEER_TLS_H
#define SEAM_SEAMD_PEER_TLS_H

#include "seamd/links.h"
#include "seamd/tlsfile.h"

/*
 * TLS of a link (doc/link.md): 1.3 only (RFC 8446), both ends show a certificate, no tickets, no
 * resumption, ALPN (RFC 7301) seam-link/1 or http/1.1.  No authority is believed: the key that the
 * other end proves to hold must have the pin of its party's key note.
 */
#define PEER_ALPN_LINK "seam-link/1"

struct ssl_st;
struct ssl_ctx_st;

/* What the other end of one connection has to show, and what it showed.  Lies where it is as long
 * as the connection. */
struct peer_check {
	unsigned char pin[TLS_PIN_BYTES];
	int64_t now_ms;            /* real time, for the dates of its certificate … */
	int64_t from_ms, until_ms; /* … which are these */
	enum link_cause cause; /* UP: pin and dates are right; STARTING: nothing was shown yet */
};

/* For both directions.  Borrows key and certificate for the call. */
MUST_USE enum err peer_tls_new(struct evp_pkey_st *key, struct x509_st *certificate,
			       struct ssl_ctx_st **context);
void peer_tls_free(struct ssl_ctx_st *context);

/* A connection to be; keeps `check`.  NULL without memory. */
struct ssl_st *peer_tls_open(struct ssl_ctx_st *context, bool is_ours, struct peer_check *check);

/* What the dates of its certificate, which had the right pin, say at another moment (real time):
 * UP, CERTIFICATE or CLOCK.  *text is for people. */
enum link_cause peer_tls_at(const struct peer_check *check, int64_t now_ms, const char **text);

/* Whether ALPN chose the lines of a link. */
bool peer_tls_is_link(const struct ssl_st *ssl);

/*
 * Why a handshake, or a connection of which nothing was read yet, failed: from what its check says
 * and from OpenSSL's error (0: the connection just ended).  *text is for people.
 */
enum link_cause peer_tls_cause(const struct peer_check *check, unsigned long error,
			       const char **text);

#endif
