#ifndef SEAM_SEAMD_WEB_READ_H
#define SEAM_SEAMD_WEB_READ_H

#include "base/arena.h"
#include "model/vocab.h"
#include "seamd/web.h"

/*
 * What stands in the fields and in the target of a request, read for the web gate.  Pure; spans are
 * borrowed from the input or live in the arena.
 */

/* Cuts a path at its slashes and decodes each part: "/a%20b/c" is "a b", "c"; "/" is no part; an
 * empty part at the end counts.  False, and nobody can find it: more than `most` parts, a part that
 * is empty within, "." or "..", holds a slash or what is no text. */
enum { WEB_PATH_PARTS_MAX = 12 };
bool web_read_path(struct span path, struct arena *arena, struct span part[WEB_PATH_PARTS_MAX],
		   unsigned *n);

/* Whether the parts fit a pattern of a route ("/api/v1/records/ *" without the blank); what stood
 * for each * goes to `wild`, and `fixed` counts the parts that were named: of two routes that fit
 * the one with more named parts is meant. */
bool web_read_match(const char *pattern, const struct span *part, unsigned n,
		    struct span wild[WEB_PARTS_MAX], unsigned *fixed);

/* "a=b&c=d" with + for blanks; decoded texts must be plain (span_is_plain_text); \r\n becomes \n.
 * False: more than WEB_QUERY_MAX, a name twice, or not in its form. */
bool web_read_pairs(struct span text, struct arena *arena, struct web_pair pair[WEB_QUERY_MAX],
		    unsigned *n);

/* The value of a cookie (RFC 6265 section 4.2.1); {NULL, 0} when it is not there, or twice. */
struct span web_read_cookie(struct span cookies, const char *name);

/* The token behind "Bearer " (RFC 6750 section 2.1); {NULL, 0} when there is none. */
struct span web_read_bearer(struct span authorization);

/* True when the media type is this one, whatever its parameters. */
bool web_read_is_type(struct span content_type, const char *type);

/* Whether a list of media types names one with a weight above nothing. */
bool web_read_accepts(struct span accept, const char *type);

/* The heaviest language of the list that is spoken here, by its first subtag ("ar-IQ"); LANG_EN
 * when none is. */
enum vocab_lang web_read_language(struct span accept_language);
bool web_read_language_name(struct span name, enum vocab_lang *lang);

/* Whether host names are the same: without case, without a dot at the end. */
bool web_read_is_host(struct span host, const char *name);

/*
 * Whether a request that changes something comes from our own page or from no page at all: `Origin`
 * (RFC 6454) is scheme and Host of this request, `Sec-Fetch-Site` says same-origin or none; what is
 * missing counts as good.
 */
bool web_read_is_own(struct span origin, struct span fetch_site, bool is_tls, struct span host);

#endif
