#ifndef SEAM_SEAMD_WEB_RATE_H
#define SEAM_SEAMD_WEB_RATE_H

#include "base/span.h"

/*
 * How often somebody may try to sign on: each address WEB_RATE_BURST times and then once in
 * WEB_RATE_MS; all together WEB_RATE_ALL times and then once in WEB_RATE_ALL_MS, since each try
 * keeps core from its other work.  IPv6 counts by /64.  A new address takes the row of the one
 * that was quiet for longest.
 */
enum {
	WEB_RATE_ADDRESSES = 1024,
	WEB_RATE_BURST = 8,
	WEB_RATE_MS = 6000,
	WEB_RATE_ALL = 40,
	WEB_RATE_ALL_MS = 1000
};

struct web_rate;

struct web_rate *web_rate_new(void); /* NULL without memory */
void web_rate_free(struct web_rate *rate);

/* 0: it may be tried, and was counted; else the seconds after which it may.  `now_ms` never goes
 * back. */
unsigned web_rate_try(struct web_rate *rate, struct span address, int64_t now_ms);

#endif
