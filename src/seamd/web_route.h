#ifndef SEAM_SEAMD_WEB_ROUTE_H
#define SEAM_SEAMD_WEB_ROUTE_H

struct web_request;

/*
 * What the web gate serves: method, path (a * stands for one part), who may ask, which parameters
 * it takes (NONE: any is refused; OWN: its handler reads them and refuses the rest; PAGE: what a
 * page does not know is passed over), handler, help.  POST and PUT come with Content-Type
 * application/json; a row of method FORM is a POST by a plain page's form, whose hidden token the
 * gate has checked.
 */

/* clang-format off */
#define WEB_ROUTE_ROWS(X) \
	X(GET,    "/api/v1/health",  ANYBODY, NONE, web_health,  "whether the station serves, what is wrong and what mends it") \
	X(POST,   "/api/v1/session", ANYBODY, NONE, web_sign_on, "signs on: {account, passphrase}") \
	X(DELETE, "/api/v1/session", SESSION, NONE, web_sign_off, "signs off") \
	X(FORM,   "/sign-on",        ANYBODY, PAGE, web_sign_on, "the same from the plain page: fields account, passphrase") \
	X(FORM,   "/sign-off",       SESSION, PAGE, web_sign_off, "the same from the plain page") \
	X(GET,    "/api/v1/session", SESSION, NONE, api_session,  "who is signed on, with which duty, and the station's time") \
	X(GET,    "/api/v1/station", SESSION, NONE, api_station,  "the station's own account of its state") \
	X(GET,    "/api/v1/records", SESSION, OWN, api_records,  "records by filters, newest first, a page at a time") \
	X(POST,   "/api/v1/records", SESSION, NONE, api_file,     "files a record, new or in a thread") \
	X(GET,    "/api/v1/records/*", SESSION, NONE, api_record_whole, "one record with everything known around it") \
	X(POST,   "/api/v1/records/*/answers", SESSION, NONE, api_answer, "answers it") \
	X(POST,   "/api/v1/records/*/told", SESSION, NONE, api_told, "records that it was told to a party by other means") \
	X(POST,   "/api/v1/records/*/send", SESSION, NONE, api_send, "approves what a rule leaves to officers") \
	X(GET,    "/api/v1/count",   SESSION, OWN, api_count,    "counts in which each incident stands once") \
	X(GET,    "/api/v1/waiting", SESSION, NONE, api_waits,    "what waits for an answer, from us and from others") \
	X(POST,   "/api/v1/previews", SESSION, NONE, api_preview, "what each party would get of a record, before it is filed") \
	X(POST,   "/api/v1/previews/*/confirm", SESSION, NONE, api_confirm, "files exactly what was shown") \
	X(GET,    "/api/v1/stream",  SESSION, NONE, api_stream,   "server-sent events: what came into the picture") \
	X(GET,    "/",               ANYBODY, PAGE, page_home,    "the plain page: what waits, a short report, the newest records") \
	X(GET,    "/record/*",       SESSION, PAGE, page_record,  "the plain page of one record") \
	X(FORM,   "/report",         SESSION, PAGE, page_report,  "a short report from the plain page: look first, or file") \
	X(FORM,   "/confirm",        SESSION, PAGE, page_confirm, "files what the plain page has shown") \
	X(FORM,   "/answer",         SESSION, PAGE, page_answer,  "an answer from the plain page")
/* clang-format on */

#define X(method, path, who, query, handler, help) void handler(struct web_request *request);
WEB_ROUTE_ROWS(X)
#undef X

#endif
