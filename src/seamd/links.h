#ifndef SEAM_SEAMD_LINKS_H
#define SEAM_SEAMD_LINKS_H

#include "base/err.h"
#include "base/out.h"
#include "model/party.h"

/*
 * The links of a station: HOME/links, one a line, # begins a comment:
 *
 *	link STATION [listen HOST:PORT] [connect HOST:PORT]
 *
 * keeper listens on the first and connects to the second; either is enough, and each link has a
 * port and a gate of its own.  A host is a name, an IPv4 address or [an IPv6 address]; what is
 * listened on is an address of this machine (0.0.0.0 and [::] stand for all), or localhost.  keeper
 * reads the file again when it changes.
 */
enum { LINKS_MAX = 12, LINKS_ADDRESS = 256, LINKS_WHY_MAX = 256 };

struct link_row {
	struct station station;
	char listen[LINKS_ADDRESS];  /* "" none */
	char connect[LINKS_ADDRESS]; /* "" none */
};

struct links {
	unsigned n;
	struct link_row row[LINKS_MAX];
};

/* ERR_OK without any link when the file is missing; ERR_FORMAT with the line and what is allowed.
 */
MUST_USE enum err links_read(const char *home, struct links *links, char why[LINKS_WHY_MAX]);
MUST_USE enum err links_parse(struct span text, struct links *links, char why[LINKS_WHY_MAX]);

/* Writes the file whole or not at all. */
MUST_USE enum err links_write(const char *home, const struct links *links);

/* Splits "host:port", the port 1 to 65535; what stands in brackets is IPv6, a last part in digits
 * makes it IPv4.  false when it is none. */
bool links_split(struct span address, char host[LINKS_ADDRESS], char port[8]);

/* As links_split() for an address to listen on: no name but localhost, which becomes 127.0.0.1. */
bool links_split_own(struct span address, char host[LINKS_ADDRESS], char port[8]);

/* The row of a station; NULL when there is none. */
const struct link_row *links_find(const struct links *links, const struct station *station);

/* Why a link is down, for status and `seam doctor`: code, label, what mends it. */
/* clang-format off */
#define LINK_CAUSE_ROWS(X) \
	X(UP,          "up",          "up", "") \
	X(STARTING,    "starting",    "not tried yet", "wait a moment") \
	X(LISTENING,   "listening",   "waits for the other side to connect", "ask the other side whether its station runs and has this address") \
	X(NAME,        "name",        "the host name is unknown", "mend the name in the link, or the resolver of this machine") \
	X(UNREACHABLE, "unreachable", "no way to the address", "look at cable, radio and route; ask whether the other machine is on") \
	X(REFUSED,     "refused",     "the machine answers, but no station on that port", "ask the other side to start its station and to check its 'listen' port") \
	X(TIMEOUT,     "timeout",     "no answer in time", "look at cable, radio and firewall") \
	X(TLS,         "tls",         "the other end speaks no TLS 1.3 with a certificate", "check that the address is that of a station's link port") \
	X(CERTIFICATE, "certificate", "its certificate has run out", "the other side makes a new one: seam link key") \
	X(OWN_CERTIFICATE, "own_certificate", "this station's own certificate has run out", "make a new one: seam link key") \
	X(CLOCK,       "clock",       "its certificate is not valid yet: one of the two clocks is wrong", "set the clocks") \
	X(KEY,         "key",         "it holds another key than its party's key note says", "install its newest key note; if it is the newest, somebody else answers there") \
	X(NO_NOTE,     "no_note",     "no key note with a TLS key of that station is here", "exchange invitations: seam invite, seam members install") \
	X(STRANGER,    "stranger",    "it is another station than this link is for", "mend the address, or the station's name in the link") \
	X(LOST,        "lost",        "the connection broke", "it is tried again by itself") \
	X(REPLACED,    "replaced",    "a newer connection took its place", "") \
	X(LEFT,        "left",        "its party is in the member list no more", "remove the link: seam link remove") \
	X(ADDRESS,     "address",     "this station cannot listen on the link's own address", "end the program that holds the port, or mend the link's 'listen' address") \
	X(TURNED_AWAY, "turned_away", "the other side does not let this station in", "give it this station's newest key note: seam invite; compare the clocks")
/* clang-format on */

enum link_cause {
#define X(name, code, label, fix) LINK_CAUSE_##name,
	LINK_CAUSE_ROWS(X)
#undef X
	    LINK_CAUSE_COUNT
};

const char *link_cause_code(enum link_cause cause);
const char *link_cause_label(enum link_cause cause);
const char *link_cause_fix(enum link_cause cause);

#endif
