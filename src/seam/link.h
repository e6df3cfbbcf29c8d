#ifndef SEAM_SEAM_LINK_H
#define SEAM_SEAM_LINK_H

#include "seam/app.h"
#include "seamd/links.h"
#include "seamd/tlsfile.h"

/* The links of a station, for the commands that set them up and those that look at them. */

/* Makes the TLS key and certificate of one kind in the folder `home`, which need not be that of the
 * configuration: it names the station, and the hosts of its page. */
MUST_USE enum err link_make_tls(const struct config *config, const char *home, enum tlsfile which);

/* Makes those that are missing. */
MUST_USE enum err link_ensure_tls(const struct config *config);

/* Reads HOME/links; APP_OK, or the code after the reason was printed. */
int link_read(const struct app *app, struct links *links);

enum { LINK_PIN_TEXT = 48 };

/* How a link stands, as the running station says. */
struct link_look {
	struct station station;
	char state[16]; /* link_cause_code() */
	char text[192]; /* what happened, for people */
	int64_t since_ms;
	int64_t heard_ms;
	int64_t waiting, unanswered;
	int64_t skew_ms, rtt_ms;   /* the other clock ahead of ours; a line there and back */
	int64_t strangers;         /* turned away at its port … */
	char stranger[192];        /* … the last, for people */
	char shows[LINK_PIN_TEXT]; /* this end's TLS key, base64 of its SHA-256; "" not known */
};

struct link_looks {
	unsigned n;
	struct link_look look[LINKS_MAX];
	bool has_page;                  /* the gate of the page serves … */
	char page_shows[LINK_PIN_TEXT]; /* … with this TLS key; "" in the clear */
};

/* Asks the station that runs; none at all when none does.  APP_OK, or the code after the reason. */
int link_ask(struct app *app, struct link_looks *looks);

/* Of that station; NULL when it says nothing of one. */
const struct link_look *link_find(const struct link_looks *looks, const struct station *station);

/* A row for each link, for people, or a JSON array. */
void link_write(const struct app *app, struct out *out, const struct links *links,
		const struct link_looks *looks);

/* Label and remedy of a state by its code; "" for one that is none. */
const char *link_label(const char *state);
const char *link_fix(const char *state);

#endif
