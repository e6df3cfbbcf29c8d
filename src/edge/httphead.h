#ifndef SEAM_EDGE_HTTPHEAD_H
#define SEAM_EDGE_HTTPHEAD_H

#include "base/span.h"

/*
 * The head of one HTTP/1.1 request (RFC 9112, RFC 9110), read strictly: what the grammar does not
 * have, or what two readers could take in two ways, is refused with the status to answer. Nothing
 * lenient of RFC 9112 section 2.2 is done: no bare LF, no empty line before the request, no white
 * space before a colon or at the begin of a line. Chunked bodies are not taken (section 6.3 allows
 * 411), so where a request ends follows from its head alone.
 */
enum {
	HTTPHEAD_SIZE_MAX = 16384,
	HTTPHEAD_LINES_MAX = 64, /* fields */
	HTTPHEAD_URI_MAX = 4096,
	HTTPHEAD_BODY_MAX = 262144
};

enum httphead_method { HTTPHEAD_GET, HTTPHEAD_HEAD, HTTPHEAD_POST, HTTPHEAD_PUT, HTTPHEAD_DELETE };

/* Fields that are looked at: name, and whether a second one is refused.  Others are checked for
 * their form alone. */
/* clang-format off */
#define HTTPHEAD_FIELD_ROWS(X) \
	X(HOST,              "host",              true) \
	X(CONTENT_LENGTH,    "content-length",    true) \
	X(TRANSFER_ENCODING, "transfer-encoding", true) \
	X(CONTENT_TYPE,      "content-type",      true) \
	X(CONTENT_ENCODING,  "content-encoding",  true) \
	X(EXPECT,            "expect",            true) \
	X(CONNECTION,        "connection",        false) \
	X(COOKIE,            "cookie",            true) \
	X(AUTHORIZATION,     "authorization",     true) \
	X(ORIGIN,            "origin",            true) \
	X(SEC_FETCH_SITE,    "sec-fetch-site",    true) \
	X(ACCEPT,            "accept",            false) \
	X(ACCEPT_LANGUAGE,   "accept-language",   false) \
	X(IF_NONE_MATCH,     "if-none-match",     false) \
	X(LAST_EVENT_ID,     "last-event-id",     true) \
	X(SEAM_DUTY,         "seam-duty",         true)
/* clang-format on */

enum httphead_field {
#define X(name, text, is_once) HTTPHEAD_##name,
	HTTPHEAD_FIELD_ROWS(X)
#undef X
	    HTTPHEAD_FIELD_COUNT
};

/* Everything borrowed from the bytes of the head. */
struct httphead {
	enum httphead_method method;
	unsigned minor;     /* HTTP/1.minor: 0 or 1 */
	struct span path;   /* as sent: begins with "/", pchar and "/" alone, whole escapes */
	struct span query;  /* as sent, behind the "?"; {NULL, 0} when there is none */
	struct span host;   /* name, IPv4 address, or [IPv6 address]: of the target, else of Host */
	unsigned port;      /* 0: none was named */
	uint64_t body_size; /* bytes that follow the head, at most HTTPHEAD_BODY_MAX */
	struct span field[HTTPHEAD_FIELD_COUNT]; /* the first of each; {NULL, 0} when missing */
};

/* How far the bytes of a head were looked at; all zero before the first. */
struct httphead_scan {
	size_t looked;
	size_t line; /* where the line at hand begins */
	unsigned lines;
};

enum { HTTPHEAD_MORE = 0, HTTPHEAD_WHOLE = 1 };

/*
 * Looks for the end of the head in all bytes that came so far, which begin with it; each byte is
 * looked at once.  HTTPHEAD_MORE; HTTPHEAD_WHOLE and *n is its size; or the status to refuse with,
 * as soon as a byte shows that no more can mend it, and *why says why, for people.
 */
int httphead_scan(struct httphead_scan *scan, struct span bytes, size_t *n, const char **why);

/* Reads a whole head.  HTTPHEAD_WHOLE, or the status to refuse with and *why. */
int httphead_read(struct span bytes, struct httphead *head, const char **why);

/* Decodes %XX into dst, which has room for text.n bytes and a NUL; *n is their number. false when
 * the result holds a NUL or is not valid UTF-8, or an escape is broken. */
bool httphead_decode(struct span text, bool plus_is_blank, char *dst, size_t *n);

#endif
