#ifndef SEAM_SEAMD_WEB_ROUTE_H
#define SEAM_SEAMD_WEB_ROUTE_H

struct web_request;

/*
 * What the web gate serves: method, path (a * stands for one part), who may ask, handler, help.
 * POST and PUT come with Content-Type application/json; a row of method FORM is a POST by a plain
 * page's form, whose hidden token the gate has checked.
 */

/* clang-format off */
#define WEB_ROUTE_ROWS(X) \
	X(GET,    "/api/v1/health",  ANYBODY, web_health,  "whether the station serves, what is wrong and what mends it") \
	X(POST,   "/api/v1/session", ANYBODY, web_sign_on, "signs on: {account, passphrase}") \
	X(DELETE, "/api/v1/session", SESSION, web_sign_off, "signs off") \
	X(FORM,   "/sign-on",        ANYBODY, web_sign_on, "the same from the plain page: fields account, passphrase") \
	X(FORM,   "/sign-off",       SESSION, web_sign_off, "the same from the plain page")
/* clang-format on */

#define X(method, path, who, handler, help) void handler(struct web_request *request);
WEB_ROUTE_ROWS(X)
#undef X

#endif
