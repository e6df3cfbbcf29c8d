#ifndef SEAM_SEAMD_API_H
#define SEAM_SEAMD_API_H

#include "edge/recordjson.h"
#include "model/heard.h"
#include "picture/picture.h"
#include "seamd/waiting.h"
#include "seamd/web.h"

/*
 * What the handlers of the API (api_*.c) and of the plain page (page_*.c) share.
 */
/* The station's own time (an exercise's), and how times and places are typed here. */
int64_t api_now(const struct web_request *request);
struct record_typing api_typing(const struct web_request *request);
struct party api_party(const struct web_request *request);

/* HTTP status for a reason about what was typed. */
int api_status(enum why why);

/* Ends the request with the problem that a fault stands for. */
void api_refuse(struct web_request *request, const struct recordjson_fault *fault);

/* The id in the first part of the path; false after 404 was answered. */
bool api_id(struct web_request *request, struct hash *id);

/* An empty record of the kind, in the request's arena; NULL after the failure was answered. */
struct record *api_record(struct web_request *request, enum kind kind);

/*
 * Whether it may be filed and goes through the wire, then asks core: FILE (with UNLESS_HELD where
 * an origin tells the same record again) or PREVIEW, in the record's thread.  Where it may not the
 * problem was answered.
 */
void api_ask(struct web_request *request, enum wire_kind kind, struct record *record,
	     web_answer *on_answer, void *context);
void api_ask_confirm(struct web_request *request, struct span preview, web_answer *on_answer,
		     void *context);

/* What waits; as waiting_read(). */
MUST_USE enum err api_waiting(struct web_request *request, struct picture *picture,
			      struct waiting **rows, size_t *n, bool *is_cut);

#endif
