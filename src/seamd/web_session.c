/*
 * Promises that core is asked who somebody is, at most WEB_SEEN_MS ago, and that guessing costs the
 * guesser time before it costs core any.
 */
#include "seamd/web_inside.h"

#include "base/json.h"
#include "seamd/duty.h"
#include "seamd/page.h"
#include "seamd/web_route.h"

#include <event2/http.h>
#include <sodium.h>
#include <string.h>

enum { PASS_MAX = 1024, COOKIE_LIFE_S = DUTY_SESSION_MS / 1000 };

/* ---- tokens that core knew a moment ago ---- */

/* In the duty that is asked for: another one of the same token is asked for anew. */
static struct web_seen *
find_seen(const struct web_call *call)
{
	struct web *web = call->request.web;
	int64_t now_ms = web_tick_ms();

	for (size_t i = 0; i < WEB_SEEN_MAX; i++)
		if (web->seen[i].until_ms > now_ms &&
		    hash_equal(&web->seen[i].token, &call->token) &&
		    span_is(call->request.duty, web->seen[i].duty))
			return &web->seen[i];
	return NULL;
}

bool
web_session_was_seen(const struct web *web, const struct hash *token)
{
	for (size_t i = 0; i < WEB_SEEN_MAX; i++)
		if (web->seen[i].until_ms != 0 && hash_equal(&web->seen[i].token, token))
			return true;
	return false;
}

static struct web_seen *
free_seen(struct web *web, const struct hash *token)
{
	struct web_seen *oldest = &web->seen[0];

	for (size_t i = 0; i < WEB_SEEN_MAX; i++) {
		if (hash_equal(&web->seen[i].token, token))
			return &web->seen[i];
		if (web->seen[i].until_ms < oldest->until_ms)
			oldest = &web->seen[i];
	}
	return oldest;
}

static void
forget_seen(struct web *web, const struct hash *token)
{
	for (size_t i = 0; i < WEB_SEEN_MAX; i++)
		if (hash_equal(&web->seen[i].token, token))
			web->seen[i] = (struct web_seen){.until_ms = 0};
}

/* From the answer to WHO: DONE with "ACCOUNT DUTY". */
static bool
read_who_is(const struct wire_message *answer, struct web_seen *seen)
{
	struct cursor cursor = cursor_over(answer->payload);
	struct span duty;
	struct span account;

	(void)cursor_i64(&cursor);
	duty = cursor_span(&cursor, WIRE_PAYLOAD);
	return answer->kind == WIRE_DONE && cursor_is_done(&cursor) &&
	       span_split(&duty, ' ', &account) && account.n && duty.n &&
	       span_copy(seen->account, sizeof seen->account, account) &&
	       span_copy(seen->first_duty, sizeof seen->first_duty, duty);
}

static bool
keep_seen(struct web_call *call, const struct wire_message *answer)
{
	struct web *web = call->request.web;
	struct web_seen seen = {.token = call->token, .until_ms = web_tick_ms() + WEB_SEEN_MS};

	if (!span_copy(seen.duty, sizeof seen.duty, call->request.duty) ||
	    !read_who_is(answer, &seen)) {
		forget_seen(web, &call->token);
		return false;
	}
	*free_seen(web, &call->token) = seen;
	return true;
}

static void
run_as(struct web_call *call, const struct web_seen *seen)
{
	struct web_request *request = &call->request;

	request->account = arena_copy(request->arena, span_of(seen->account));
	request->first_duty = arena_copy(request->arena, span_of(seen->first_duty));
	if (!request->account.p || !request->first_duty.p)
		web_reply_err(request, ERR_NOMEM);
	else
		web_call_run(call);
}

/* A person is shown where to sign on, a program is told. */
static void
say_nobody(struct web_request *request)
{
	if (request->wants_page && request->method == WEB_GET)
		web_reply_other(request, "/");
	else
		web_reply_problem(request, 401, WHY_NO_ACCOUNT, 0, NULL);
}

static void
ask_who(struct web_call *call, web_answer *on_answer, bool is_quiet)
{
	struct out *out = web_ask(&call->request, WIRE_WHO);

	out_sized(out, call->request.token);
	out_sized(out, call->request.duty);
	if (is_quiet)
		web_ask_quietly(&call->request, on_answer, NULL);
	else
		web_ask_core(&call->request, on_answer, NULL);
}

static void
on_who(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct web_call *call = web_call_of(request);
	const struct web_seen *seen;

	(void)context;
	if (answer->kind == WIRE_REFUSED || answer->kind == WIRE_FAILED) {
		struct cursor cursor = cursor_over(answer->payload);
		bool is_nobody =
		    answer->kind == WIRE_REFUSED && cursor_u16(&cursor) == WHY_NO_ACCOUNT;

		forget_seen(request->web, &call->token);
		if (is_nobody)
			say_nobody(request);
		else
			web_reply_refused(request, answer);
		return;
	}
	seen = keep_seen(call, answer) ? find_seen(call) : NULL;
	if (seen)
		run_as(call, seen);
	else
		web_reply_problem(request, 500, WHY_NONE, 0, "core answered in an unknown form");
}

void
web_session_check(struct web_call *call)
{
	const struct web_seen *seen;

	if (!call->request.token.n) {
		say_nobody(&call->request);
		return;
	}
	if (call->request.duty.n >= DUTY_NAME_MAX) {
		web_reply_problem(&call->request, 403, WHY_NO_DUTY, 0, NULL);
		return;
	}
	seen = find_seen(call);
	if (seen)
		run_as(call, seen);
	else
		ask_who(call, on_who, false);
}

static void
on_recheck(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct web_call *call = web_call_of(request);

	(void)context;
	if (!keep_seen(call, answer))
		web_stream_end(call);
}

void
web_session_recheck(struct web_call *call)
{
	if (!find_seen(call))
		ask_who(call, on_recheck, true);
}

/* ---- signing on ---- */

static void
set_cookie(struct web_call *call, struct span token, int life_s)
{
	const struct web *web = call->request.web;

	(void)evutil_snprintf(call->cookie, sizeof call->cookie,
			      "%s=%.*s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
			      web->cookie_name, (int)token.n, token.n ? token.p : "", life_s,
			      web->tls ? "; Secure" : "");
}

static void
on_signed_on(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct cursor cursor = cursor_over(answer->payload);
	struct span *account = context;
	struct span token;
	struct out out = out_new(4096);

	(void)cursor_i64(&cursor);
	token = cursor_span(&cursor, WEB_TOKEN_MAX);
	if (answer->kind != WIRE_DONE || !cursor_is_done(&cursor) || !token.n) {
		if (request->is_form && answer->kind == WIRE_REFUSED)
			page_sign_on_again(request);
		else
			web_reply_refused(request, answer);
		return;
	}
	set_cookie(web_call_of(request), token, COOKIE_LIFE_S);
	if (request->is_form) {
		page_go_home(request);
		return;
	}
	out_text(&out, "{\"account\":");
	out_json(&out, *account);
	out_format(&out, ",\"seconds\":%d}\n", COOKIE_LIFE_S);
	web_reply_json(request, 200, &out);
	out_free(&out);
}

/* Copied into the arena: the JSON goes before the answer comes. */
static bool
read_who(struct web_request *request, struct span *account, struct span *pass)
{
	static const char *const names[] = {"account", "passphrase", NULL};
	json_t *json;
	bool is_good;

	if (request->is_form) {
		*account = web_form(request, "account");
		*pass = web_form(request, "passphrase");
		return account->p && pass->p;
	}
	json = json_read_strict(request->body);
	is_good = json_is_object(json) && json_has_only(json, names) &&
		  json_take_text(json, "account", account) &&
		  json_take_text(json, "passphrase", pass);
	if (is_good) {
		*account = arena_copy(request->arena, *account);
		*pass = arena_copy(request->arena, *pass);
	}
	json_decref(json);
	return is_good && account->p && pass->p;
}

void
web_sign_on(struct web_request *request)
{
	struct web_call *call = web_call_of(request);
	struct span *account = arena_take(request->arena, sizeof *account);
	unsigned wait_s;
	struct span pass;
	struct out *out;

	if (!account) {
		web_reply_err(request, ERR_NOMEM);
		return;
	}
	if (!read_who(request, account, &pass) || account->n >= DUTY_NAME_MAX ||
	    pass.n > PASS_MAX) {
		web_reply_problem(request, 422, WHY_BAD_FORM, 0,
				  "sign on with account and passphrase");
		return;
	}
	wait_s = web_rate_try(request->web->rate, span_of(call->line->remote), web_tick_ms());
	if (wait_s) {
		web_reply_retry(request, 429, wait_s, "too many tries: wait");
		return;
	}
	out = web_ask(request, WIRE_LOGIN);
	out_sized(out, *account);
	out_sized(out, pass);
	out_sized(out, SPAN(""));
	sodium_memzero((void *)(uintptr_t)pass.p, pass.n);
	web_ask_core(request, on_signed_on, account);
}

/* ---- signing off ---- */

static void
on_signed_off(struct web_request *request, const struct wire_message *answer, void *context)
{
	(void)context;
	if (answer->kind != WIRE_DONE) {
		web_reply_refused(request, answer);
		return;
	}
	set_cookie(web_call_of(request), SPAN(""), 0);
	if (request->is_form)
		page_go_home(request);
	else
		web_reply_empty(request);
}

void
web_sign_off(struct web_request *request)
{
	struct web_call *call = web_call_of(request);
	struct out *out = web_ask(request, WIRE_LOGOUT);

	out_sized(out, request->token);
	forget_seen(request->web, &call->token);
	web_stream_end_token(request->web, &call->token);
	web_ask_core(request, on_signed_off, NULL);
}
