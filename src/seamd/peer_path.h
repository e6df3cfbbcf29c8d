#ifndef SEAM_SEAMD_PEER_PATH_H
#define SEAM_SEAMD_PEER_PATH_H

#include "edge/httphead.h"

/*
 * What a member may ask a station's log and witness over HTTP: C2SP tlog-tiles and tlog-witness,
 *below no prefix.  Core is asked for nothing else.
 *
 *	GET  /checkpoint
 *	GET  /tile/L/N[.p/W]  /tile/entries/N[.p/W]	in the one spelling that the format has
 *	GET  /HEX/checkpoint				64 lower-case hexadecimal digits
 *	POST /add-checkpoint
 */
enum { PEER_PATH_MAX = 128 };

enum peer_path {
	PEER_PATH_NONE, /* there is no such thing: 404 */
	PEER_PATH_GET,
	PEER_PATH_POST,
	PEER_PATH_ONLY_GET, /* not by this method, but by that: 405 */
	PEER_PATH_ONLY_POST
};

/* What to do with a request by its head: no decoding, no query. */
enum peer_path peer_path_judge(enum httphead_method method, struct span path, struct span query);

#endif
