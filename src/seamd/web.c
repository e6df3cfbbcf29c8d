/*
 * Promises that people and programs reach the station over HTTP while a stranger's bytes meet a
 * process that may read the picture and nothing else: no key but that of its own TLS, no file of
 * the home, no way out. What somebody may do is decided by core, from the token that comes along.
 */
#define _GNU_SOURCE
#include "seamd/web_inside.h"

#include "base/sign.h"
#include "picture/picture.h"
#include "seamd/jail.h"
#include "seamd/links.h"

#include <netinet/in.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { CORE_ABSENT_MS = 500 };

int64_t
web_tick_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static struct timeval
after(int ms)
{
	return (struct timeval){ms / 1000, ms % 1000 * 1000};
}

/* ---- the picture ---- */

void
web_picture_close(struct web *web)
{
	picture_close(web->picture);
	web->picture = NULL;
}

enum err
web_picture(struct web_request *request, struct picture **picture)
{
	struct web *web = request->web;
	enum err err = ERR_OK;

	if (!web->picture)
		err = picture_open(web->run_dir, PICTURE_READ, NULL, &web->picture);
	*picture = web->picture;
	/* Not there, or not yet whole: core is making it. */
	return err == ERR_NOT_FOUND || err == ERR_FORMAT || err == ERR_IO ? ERR_BUSY : err;
}

uint64_t
web_behind(const struct web_request *request, enum err *why)
{
	*why = request->web->behind_why;
	return request->web->behind;
}

void
web_changed(struct web *web, bool is_anew)
{
	struct timeval soon = after(WEB_TURN_MS);

	if (is_anew)
		web_picture_close(web);
	if (!web->n_streams)
		return;
	web->is_anew = web->is_anew || is_anew;
	if (!evtimer_pending(web->stream_turn, NULL))
		(void)evtimer_add(web->stream_turn, &soon);
}

/* ---- turns ---- */

static void
on_stream_turn(evutil_socket_t fd, short what, void *cookie)
{
	(void)fd;
	(void)what;
	web_stream_tell_all(cookie);
}

static void
on_sweep(evutil_socket_t fd, short what, void *cookie)
{
	struct web *web = cookie;
	int64_t now_ms = web_tick_ms();

	(void)fd;
	(void)what;
	web_line_sweep(web, now_ms);
	web_ask_sweep(web, now_ms);
	web_stream_sweep(web, now_ms);
}

static void
on_end(evutil_socket_t fd, short what, void *cookie)
{
	struct web *web = cookie;

	(void)fd;
	(void)what;
	(void)event_base_loopexit(web->base, NULL);
}

/* Its successor comes with a gate of its own; who waits here is told. */
static void
on_core_event(struct bufferevent *core, short what, void *cookie)
{
	struct web *web = cookie;
	struct timeval soon = after(CORE_ABSENT_MS);

	if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) || web->is_core_gone)
		return;
	web->is_core_gone = true;
	(void)bufferevent_disable(core, EV_READ | EV_WRITE);
	web_ask_fail_all(web);
	(void)evtimer_add(web->end, &soon);
}

static void
on_libevent_log(int severity, const char *text)
{
	(void)text; /* may hold what a stranger sent */
	if (severity >= EVENT_LOG_ERR)
		role_log("web", "alert", "the event loop failed");
}

/* ---- names ---- */

static void
add_host(struct web *web, struct span host)
{
	bool is_bare_v6 = span_find(host, ':') >= 0 && host.p[0] != '[';
	char *dst = web->hosts[web->n_hosts < WEB_HOSTS_MAX ? web->n_hosts : 0];
	int n;

	if (!host.n || web->n_hosts == WEB_HOSTS_MAX)
		return;
	n = evutil_snprintf(dst, sizeof web->hosts[0], is_bare_v6 ? "[%.*s]" : "%.*s", (int)host.n,
			    host.p);
	web->n_hosts += n > 0 && (size_t)n < sizeof web->hosts[0];
}

/* No page of another site can have a name of ours, save by a resolver that lies: against that one
 * Host is looked at (DNS rebinding). */
static void
name_hosts(struct web *web)
{
	char host[LINKS_ADDRESS];
	char port[8];
	struct span rest = span_of(web->config->web_host.text);
	struct span one;

	add_host(web, SPAN("localhost"));
	add_host(web, SPAN("127.0.0.1"));
	add_host(web, SPAN("[::1]"));
	if (links_split_own(span_of(web->config->web_listen.text), host, port))
		add_host(web, span_of(host));
	while (span_split(&rest, ' ', &one))
		add_host(web, one);
}

/* A cookie belongs to all ports of its host: each station has one of its own name. */
static void
name_cookie(struct web *web)
{
	(void)evutil_snprintf(web->cookie_name, sizeof web->cookie_name, "seam-%s",
			      web->config->station.name);
	for (char *c = web->cookie_name; *c; c++)
		if (*c == '/')
			*c = '-';
}

/* Whether what comes in can come from this machine alone. */
static bool
is_loopback(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t n = sizeof address;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;

	if (getsockname(fd, (struct sockaddr *)&address, &n) != 0)
		return false;
	if (address.ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* ---- start and end ---- */

static enum err
set_up_core(struct web *web)
{
	(void)evutil_make_socket_nonblocking(ROLE_FD_CORE);
	web->core = bufferevent_socket_new(web->base, ROLE_FD_CORE, BEV_OPT_CLOSE_ON_FREE);
	if (!web->core)
		return ERR_NOMEM;
	bufferevent_setcb(web->core, web_ask_from_core, NULL, on_core_event, web);
	return bufferevent_enable(web->core, EV_READ | EV_WRITE) == 0 ? ERR_OK : ERR_SYSTEM;
}

static enum err
set_up_turns(struct web *web)
{
	struct timeval often = after(WEB_SWEEP_MS);

	web->sweep = event_new(web->base, -1, EV_PERSIST, on_sweep, web);
	web->stream_turn = evtimer_new(web->base, on_stream_turn, web);
	web->end = evtimer_new(web->base, on_end, web);
	if (!web->sweep || !web->stream_turn || !web->end)
		return ERR_NOMEM;
	return event_add(web->sweep, &often) == 0 ? ERR_OK : ERR_SYSTEM;
}

static enum err
set_up(struct web *web, const char **why)
{
	unsigned char random[8];
	enum err err = ERR_OK;

	*why = "";
	event_set_log_callback(on_libevent_log);
	web->base = event_base_new();
	web->rate = web_rate_new();
	if (!web->base || !web->rate)
		return ERR_NOMEM;
	name_hosts(web);
	name_cookie(web);
	sqlite3_randomness(sizeof random, random); /* opens its source */
	if (!is_loopback(ROLE_FD_LISTEN))
		err = web_tls_open(web->config->home, &web->tls, web->shows, why);
	if (err == ERR_OK)
		err = config_run_dir(web->config, web->run_dir, sizeof web->run_dir);
	if (err == ERR_OK)
		err = set_up_core(web);
	if (err == ERR_OK)
		err = set_up_turns(web);
	return err == ERR_OK ? web_line_listen(web, ROLE_FD_LISTEN) : err;
}

static void
close_all(struct web *web)
{
	struct event *events[] = {web->sweep, web->stream_turn, web->end};

	web_line_close_all(web);
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		if (events[i])
			event_free(events[i]);
	if (web->core)
		bufferevent_free(web->core);
	web_picture_close(web);
	web_rate_free(web->rate);
	web_tls_close(web->tls);
	if (web->base)
		event_base_free(web->base);
	sign_wipe(web, sizeof *web);
	free(web);
}

/* Whoever gives the page a new key waits until this is said. */
static enum err
say_key(struct web *web)
{
	struct out out = out_new(128);
	size_t begun = wire_begin(&out, WIRE_SHOWS, 0);
	enum err err;

	out_sized(&out, span_make((const char *)web->shows, web->tls ? sizeof web->shows : 0));
	wire_end(&out, begun);
	err = out_err(&out);
	if (err == ERR_OK && bufferevent_write(web->core, out.p, out.n) != 0)
		err = ERR_NOMEM;
	out_free(&out);
	return err;
}

static enum err
go_behind_wall(struct web *web)
{
	struct jail_paths paths = {{NULL}, {web->run_dir, NULL}};
	enum err err = jail_enter(JAIL_WEB, &paths, web->config->jail, web->walls);

	return err == ERR_OK ? role_say_ready(web->walls) : err;
}

int
web_run(const struct config *config)
{
	struct web *web = calloc(1, sizeof *web);
	const char *why = "";
	enum err err = web ? role_prepare() : ERR_NOMEM;
	int code = ROLE_EXIT_FAULT;

	if (web)
		web->config = config;
	if (err == ERR_OK)
		err = set_up(web, &why);
	if (err == ERR_OK)
		err = go_behind_wall(web);
	if (err == ERR_OK)
		err = say_key(web);
	if (err == ERR_OK) {
		(void)event_base_dispatch(web->base);
		code = web->exit_code;
	} else {
		role_log("web", "alert", "cannot serve the page: %s", *why ? why : err_text(err));
		code = err == ERR_NOMEM ? ROLE_EXIT_FAULT : ROLE_EXIT_CONFIG;
	}
	if (web)
		close_all(web);
	return code;
}
