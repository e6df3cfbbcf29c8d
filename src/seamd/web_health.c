/*
 * Promises that whoever may reach the page can see whether the station serves, and whoever mends it
 * what to do.  Before somebody signed on it names no secret: no account, no key, no count of
 * records.
 */
#include "seamd/web_inside.h"

#include "base/json.h"
#include "picture/picture.h"
#include "seamd/web_route.h"

#include <string.h>

enum { HEARD_MS = 2000 };

enum health_state { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };

struct health {
	struct out checks;
	enum health_state worst;
};

static const char *const states[] = {
    [HEALTH_OK] = "ok", [HEALTH_WARN] = "warn", [HEALTH_FAIL] = "fail"};

static void
add(struct health *health, const char *name, enum health_state state, const char *text,
    const char *fix)
{
	struct out *out = &health->checks;

	out_format(out, "%s{\"check\":\"%s\",\"state\":\"%s\",\"text\":", out->n ? "," : "", name,
		   states[state]);
	out_json(out, span_of(text));
	if (state != HEALTH_OK) {
		out_text(out, ",\"fix\":");
		out_json(out, span_of(fix));
	}
	out_char(out, '}');
	if (state > health->worst)
		health->worst = state;
}

static void
check_picture(struct web_request *request, struct health *health)
{
	struct picture *picture;
	enum err why;
	uint64_t behind = web_behind(request, &why);
	enum err err = web_picture(request, &picture);
	char text[160];

	(void)evutil_snprintf(text, sizeof text, "the picture lacks records that are held: %s",
			      why == ERR_OK ? "it is being folded" : err_text(why));
	if (behind && why != ERR_OK)
		add(health, "picture", HEALTH_FAIL, text,
		    "look at the folder of the picture (run_dir in seam.conf): is its disk full? "
		    "Lists and counts are short until then");
	else if (behind && err == ERR_OK)
		add(health, "picture", HEALTH_WARN, text,
		    "wait: it goes on by itself; lists and counts are short until then");
	else if (err == ERR_OK)
		add(health, "picture", HEALTH_OK, "the picture can be read", "");
	else if (err == ERR_BUSY)
		add(health, "picture", HEALTH_WARN, "the picture is being made anew",
		    "wait: it is folded from the journal by itself; lists are short until then");
	else
		add(health, "picture", HEALTH_FAIL, err_text(err),
		    "look at the folder of the picture (run_dir in seam.conf): is its disk full?");
}

static void
check_gate(const struct web *web, struct health *health)
{
	bool is_crowded = web->n_lines - web->n_ending >= WEB_LINES_MAX * 9 / 10;
	bool is_walled =
	    strstr(web->walls, "missing") == NULL && strstr(web->walls, "no walls") == NULL;

	add(health, "room", is_crowded ? HEALTH_WARN : HEALTH_OK,
	    is_crowded ? "almost as many are connected as there is room for"
		       : "there is room for more connections",
	    "see who connects so often; the oldest silent connections are dropped first");
	add(health, "walls", is_walled ? HEALTH_OK : HEALTH_WARN, web->walls,
	    "run on a kernel with Landlock and seccomp, and 'jail strict' in seam.conf");
}

/* What only somebody signed on is told. */
static void
check_status(const json_t *json, struct health *health)
{
	int64_t quarantined = 0;
	int64_t policy = 0;
	bool does_sign = false;
	bool is_folding = false;

	if (!json_take_flag(json, "signs", &does_sign) ||
	    !json_take_flag(json, "folding", &is_folding) ||
	    !json_take_int(json, "policy", &policy))
		return;
	(void)json_take_int(json, "quarantined", &quarantined);
	add(health, "signing", does_sign ? HEALTH_OK : HEALTH_FAIL,
	    does_sign ? "the station signs" : "the station signs nothing",
	    "'seam verify' says whether log and head agree; the log of seamd says why seal is "
	    "away");
	add(health, "policy", policy ? HEALTH_OK : HEALTH_WARN,
	    policy ? "a policy is in force" : "no policy is in force: nothing is released",
	    "seam policy use FILE");
	add(health, "folding", is_folding ? HEALTH_WARN : HEALTH_OK,
	    is_folding ? "the picture is being brought up to the journal"
		       : "the picture holds what the journal holds",
	    "wait: it goes on by itself");
	add(health, "quarantine", quarantined ? HEALTH_WARN : HEALTH_OK,
	    quarantined ? "deliveries were refused and are kept apart" : "nothing was refused",
	    "seam quarantine lists them with the reason of each");
}

static void
reply_health(struct web_request *request, struct health *health)
{
	static const char *const words[] = {
	    [HEALTH_OK] = "serves", [HEALTH_WARN] = "serves, with limits", [HEALTH_FAIL] = "fails"};
	const struct config *config = web_config(request);
	struct out out = out_new(WIRE_MAX);

	check_picture(request, health);
	check_gate(request->web, health);
	out_format(&out, "{\"state\":\"%s\",\"text\":\"%s\",\"station\":\"%s\",\"exercise\":%s",
		   states[health->worst], words[health->worst], config->station.name,
		   config->exercise ? "true" : "false");
	out_format(&out, ",\"version\":\"%s\",\"checks\":[", SEAM_VERSION);
	out_span(&out, out_view(&health->checks));
	out_text(&out, "]}\n");
	web_reply_json(request, health->worst == HEALTH_FAIL ? 503 : 200, &out);
	out_free(&out);
	out_free(&health->checks);
}

/* Core refuses who is nobody: that it does so is an answer. */
static void
on_status(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct health health = {out_new(WIRE_MAX), HEALTH_OK};
	struct cursor cursor = cursor_over(answer->payload);
	json_t *json = NULL;

	(void)context;
	add(&health, "core", answer->kind == WIRE_FAILED ? HEALTH_FAIL : HEALTH_OK,
	    answer->kind == WIRE_FAILED ? "the core answers with a failure" : "the core answers",
	    "the log of seamd says why");
	if (answer->kind == WIRE_DONE) {
		(void)cursor_i64(&cursor);
		json = json_read_strict(cursor_span(&cursor, WIRE_PAYLOAD));
	}
	if (json)
		check_status(json, &health);
	json_decref(json);
	reply_health(request, &health);
}

/* Core need not be asked again for a stranger when it has just said something. */
void
web_health(struct web_request *request)
{
	const struct web *web = request->web;
	struct health health = {out_new(WIRE_MAX), HEALTH_OK};
	struct out *out;

	if (web->is_core_gone) {
		add(&health, "core", HEALTH_FAIL, "the core of this station is away",
		    "it is started again by itself; if it stays away, the log of seamd says why");
		reply_health(request, &health);
		return;
	}
	if (!request->token.n && web_tick_ms() - web->heard_ms < HEARD_MS) {
		add(&health, "core", HEALTH_OK, "the core answers", "");
		reply_health(request, &health);
		return;
	}
	out = web_ask(request, WIRE_STATUS);
	out_sized(out, request->token);
	out_sized(out, SPAN(""));
	web_ask_core(request, on_status, NULL);
}
