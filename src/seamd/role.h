#ifndef SEAM_SEAMD_ROLE_H
#define SEAM_SEAMD_ROLE_H

#include "seamd/config.h"

/*
 * What every role finds when it starts: descriptor 3 leads to keeper, 4 to core (or, in core, is
 * unused), 5 is a gate's listening socket.
 */
enum { ROLE_FD_KEEPER = 3, ROLE_FD_CORE = 4, ROLE_FD_LISTEN = 5 };

enum role {
	ROLE_CORE,
	ROLE_SEAL,
	ROLE_GATE,
	ROLE_COUNT,
	ROLE_CLERK = ROLE_COUNT, /* started when core asks */
	ROLE_WEB,                /* when web_listen is set */
	ROLE_PEER                /* one per link (links.h) */
};

/* Exit codes that tell keeper what to do. */
enum { ROLE_EXIT_OK = 0, ROLE_EXIT_FAULT = 1, ROLE_EXIT_CONFIG = 78 /* do not start again */ };

const char *role_name(enum role role);

/* Each runs a role until it ends and returns its exit code. */
int core_run(const struct config *config);
int seal_run(const struct config *config);
int gate_run(const struct config *config);
/* The page and API.  Its TLS key is tlsfile.h's web; descriptor 5 listens. */
int web_run(const struct config *config);
/* The gate of one link.  Its TLS key is tlsfile.h's peer, its addresses are in HOME/links
 * (links.h), which it may read before its wall; descriptor 5 listens, or is not open where this end
 * only dials. DIAL to keeper is answered by DIALED, each in its turn; keeper also says DIALED with
 * a cause, without being asked, when the link's own address cannot be listened on. */
int peer_run(const struct config *config, const struct station *station);
/* `life_line`: a pipe whose end is the end of the station, held open by who started it; -1: none.
 */
int keeper_run(const struct config *config, bool is_quiet, int life_line);

/* One line on stderr: time, role, level word, text.  Never a secret, never content of a record. */
void role_log(const char *role, const char *level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a role does before its wall: TZ, locale C, random sources, JSON hash seed, SIGPIPE ignored.
 */
MUST_USE enum err role_prepare(void);

/* ms since 1970, real clock. */
int64_t role_now_ms(void);

/* ms of a clock that nobody sets: for waiting. */
int64_t role_tick_ms(void);

/* Tells keeper that the role serves; `report` says which walls hold. */
MUST_USE enum err role_say_ready(const char *report);

#endif
