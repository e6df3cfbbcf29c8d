/*
 * Promises what all roles share before and outside their work.
 */
#define _GNU_SOURCE
#include "seamd/role.h"

#include "base/json.h"
#include "base/sign.h"
#include "seamd/wire.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

static const char *const names[] = {
    [ROLE_CORE] = "core",   [ROLE_SEAL] = "seal", [ROLE_GATE] = "gate",
    [ROLE_CLERK] = "clerk", [ROLE_WEB] = "web",   [ROLE_PEER] = "peer"};

const char *
role_name(enum role role)
{
	return (unsigned)role < sizeof names / sizeof *names ? names[role] : "";
}

void
role_log(const char *role, const char *level, const char *format, ...)
{
	char line[512];
	struct timespec at;
	struct tm date;
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	(void)clock_gettime(CLOCK_REALTIME, &at);
	(void)gmtime_r(&at.tv_sec, &date);
	(void)fprintf(stderr, "%02d:%02d:%02dZ %s %s %s\n", date.tm_hour, date.tm_min, date.tm_sec,
		      role, level, line);
}

enum err
role_prepare(void)
{
	if (setenv("TZ", "UTC0", 1) != 0)
		return ERR_NOMEM;
	tzset();
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return ERR_SYSTEM;
	json_object_seed(0);
	return sign_start();
}

int64_t
role_now_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_REALTIME, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

int64_t
role_tick_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_BOOTTIME, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

enum err
role_say_ready(const char *report)
{
	struct out out = out_new(1024);
	size_t begun = wire_begin(&out, WIRE_READY, 0);
	enum err err;

	out_sized(&out, span_of(report));
	wire_end(&out, begun);
	err = out_err(&out);
	if (err == ERR_OK && send(ROLE_FD_KEEPER, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
		err = ERR_CLOSED;
	out_free(&out);
	return err;
}
