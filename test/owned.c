/*
 * An owned web gate: it holds a web gate's channel to a real core, with a real seal behind it, and
 * says over it whatever it likes.  This program stands in keeper's place: it starts core and seal
 *of a home as keeper does and keeps the gate's end of the channel for itself.
 *
 *	seam-owned HOME SEAMD TOKEN
 *
 * TOKEN is of an account that holds the duty watch and no other: a session that passes through the
 * gate.  Prints "ok - …" or "not ok - …" for each thing tried; test/71-owned-web.sh counts them and
 * looks at the home afterwards.
 */
#define _GNU_SOURCE
#include "../bench/home.h"
#include "base/sign.h"
#include "model/field.h"
#include "model/record.h"
#include "seamd/client.h"
#include "seamd/pass.h"
#include "seamd/role.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 30000, SOON_MS = 3000, RANDOM_MESSAGES = 20000, ARENA = 4 << 20, FLOOD = 100000 };

struct scene {
	const char *home;
	const char *seamd;
	const char *token;
	int core; /* keeper's end of its channel to core */
	pid_t pids[2];
	unsigned failed;
};

/* What a web gate may say: as any gate, but that the station is not its to end. */
static bool
may_send(enum wire_kind kind)
{
	return wire_may_send(kind, 'G') && kind != WIRE_STOP;
}

static void
say(struct scene *scene, bool is_good, const char *text)
{
	(void)printf("%s - %s\n", is_good ? "ok" : "not ok", text);
	(void)fflush(stdout);
	scene->failed += !is_good;
}

/* ---- keeper's part ---- */

/* Starts a role with its channel to keeper at 3 and, unless it is core, the one to core at 4. */
static int
start(struct scene *scene, const char *role, int to_core, pid_t *pid)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		exit(1);
	*pid = fork();
	if (*pid == 0) {
		int keeper = fcntl(pair[1], F_DUPFD_CLOEXEC, 16);
		int core = to_core < 0 ? -1 : fcntl(to_core, F_DUPFD_CLOEXEC, 16);

		(void)dup2(keeper, ROLE_FD_KEEPER);
		if (core >= 0)
			(void)dup2(core, ROLE_FD_CORE);
		(void)close_range(ROLE_FD_LISTEN, ~0U, 0);
		(void)execl(scene->seamd, "seamd", "--role", role, "-H", scene->home, (char *)NULL);
		_exit(1);
	}
	(void)close(pair[1]);
	return pair[0];
}

static bool
is_ready(int keeper)
{
	struct pollfd watch = {.fd = keeper, .events = POLLIN};
	char bytes[512];

	return poll(&watch, 1, WAIT_MS) == 1 && recv(keeper, bytes, sizeof bytes, 0) > 0;
}

static void
hand_over(struct scene *scene, enum role role, int fd)
{
	struct out out = out_new(256);
	size_t begun = wire_begin(&out, WIRE_PEER, 0);

	out_u8(&out, (uint8_t)role);
	out_u32(&out, 0);
	out_sized(&out, SPAN(""));
	wire_end(&out, begun);
	if (pass_send(scene->core, out_view(&out), fd) != ERR_OK)
		exit(1);
	out_free(&out);
}

/* A new channel of a web gate, which is ours. */
static struct client *
open_gate(struct scene *scene)
{
	struct client *gate = NULL;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		exit(1);
	hand_over(scene, ROLE_WEB, pair[0]);
	(void)close(pair[0]);
	if (client_over(pair[1], &gate) != ERR_OK)
		exit(1);
	return gate;
}

static void
start_station(struct scene *scene)
{
	int pair[2];
	int seal;

	scene->core = start(scene, "core", -1, &scene->pids[0]);
	if (!is_ready(scene->core) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		exit(1);
	seal = start(scene, "seal", pair[1], &scene->pids[1]);
	hand_over(scene, ROLE_SEAL, pair[0]);
	(void)close(pair[0]);
	(void)close(pair[1]);
	if (!is_ready(seal))
		exit(1);
}

static void
stop_station(struct scene *scene)
{
	(void)close(scene->core); /* the end of keeper is the end of core, and of seal */
	for (int i = 0; i < 2; i++) {
		int status = 0;

		if (waitpid(scene->pids[i], &status, 0) != scene->pids[i] || WIFSIGNALED(status))
			say(scene, false, "core and seal end as they should");
	}
}

/* ---- saying what it likes ---- */

static size_t
begin(struct client *gate, enum wire_kind kind, const char *token, const char *duty)
{
	size_t begun = wire_begin(client_out(gate), kind, 1);

	out_sized(client_out(gate), span_of(token));
	out_sized(client_out(gate), span_of(duty));
	return begun;
}

/* The next answer that is none of what core tells every web gate. */
static enum err
answer(struct client *gate, int wait_ms, struct wire_message *message)
{
	enum err err;

	do
		err = client_wait(gate, wait_ms, message);
	while (err == ERR_OK && message->kind == WIRE_CHANGED);
	return err;
}

static bool
is_refusal(const struct wire_message *message)
{
	bool is_line_refused = message->kind == WIRE_TAKEN && message->payload.n > 0 &&
			       message->payload.p[0] == TAKEN_REFUSED;

	return message->kind == WIRE_REFUSED || message->kind == WIRE_FAILED || is_line_refused;
}

static bool
is_refused_for(const struct wire_message *message, enum why why)
{
	struct cursor cursor = cursor_over(message->payload);

	return message->kind == WIRE_REFUSED && cursor_u16(&cursor) == why;
}

/* A session that passes through does what its duty may; without this nothing below would show. */
static void
rides_a_session(struct scene *scene)
{
	struct client *gate = open_gate(scene);
	struct arena *arena = arena_new(ARENA);
	struct record *record = calloc(1, sizeof *record);
	struct wire_message message = {0};

	if (!arena || !record || home_incident(arena, record) != ERR_OK)
		exit(1);
	home_file(client_out(gate), scene->token, 1, 0, record);
	say(scene, answer(gate, WAIT_MS, &message) == ERR_OK && message.kind == WIRE_FILED,
	    "with a session that passes through it files what that duty may file");
	client_close(gate);
	arena_free(arena);
	free(record);
}

/* What the duty watch may not, under its own name and others'. */
static void
acts_as_another_duty(struct scene *scene)
{
	static const enum wire_kind kinds[] = {WIRE_ACCOUNT, WIRE_INSTALL, WIRE_SEND, WIRE_HOLD,
					       WIRE_REPLAY};
	static const char *const duties[] = {"",        "watch", "liaison", "director",
					     "analyst", "admin", "nonsense"};
	struct client *gate = open_gate(scene);
	struct wire_message message;
	char text[128];

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		bool is_good = true;

		for (size_t k = 0; k < sizeof duties / sizeof *duties; k++) {
			size_t begun = begin(gate, kinds[i], scene->token, duties[k]);

			wire_end(client_out(gate), begun);
			is_good = is_good && answer(gate, WAIT_MS, &message) == ERR_OK &&
				  is_refused_for(&message, WHY_NO_DUTY);
		}
		(void)snprintf(text, sizeof text, "it cannot use a watch's session for %s",
			       wire_name(kinds[i]));
		say(scene, is_good, text);
	}
	client_close(gate);
}

/* A policy is a record; who may put one in force is looked at by its kind. */
static void
files_a_policy(struct scene *scene)
{
	static const char *const duties[] = {"", "watch", "director"};
	struct client *gate = open_gate(scene);
	struct record *record = calloc(1, sizeof *record);
	struct wire_message message;
	bool is_good = record != NULL;

	record_init(record, KIND_POLICY);
	record->field[FIELD_NUMBER] = (struct value){.is_set = true, .levels = 1, .number = 99};
	record->field[FIELD_DOCUMENT] = (struct value){
	    .is_set = true, .levels = 1, .text = SPAN("party a b\nrelease incident to b : type\n")};
	for (size_t k = 0; k < sizeof duties / sizeof *duties && is_good; k++) {
		size_t begun = begin(gate, WIRE_FILE, scene->token, duties[k]);

		out_u8(client_out(gate), 0);
		out_sized(client_out(gate), SPAN(""));
		record_write(client_out(gate), record);
		wire_end(client_out(gate), begun);
		is_good = answer(gate, WAIT_MS, &message) == ERR_OK &&
			  is_refused_for(&message, WHY_NO_DUTY);
	}
	say(scene, is_good, "it cannot put a policy in force with a watch's session");
	client_close(gate);
	free(record);
}

/* Every act of a person, without a person. */
static void
acts_as_nobody(struct scene *scene)
{
	static const char *const tokens[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
					     "' OR 1=1 --"};
	struct wire_message message;
	unsigned tried = 0;
	unsigned refused = 0;

	for (enum wire_kind kind = WIRE_NONE + 1; kind < WIRE_COUNT; kind++) {
		if (!may_send(kind) || kind == WIRE_LOGIN || kind == WIRE_LOGOUT)
			continue;
		for (size_t k = 0; k < sizeof tokens / sizeof *tokens; k++) {
			struct client *gate = open_gate(scene);
			size_t begun = begin(gate, kind, tokens[k], "director");

			wire_end(client_out(gate), begun);
			tried++;
			refused +=
			    answer(gate, WAIT_MS, &message) == ERR_OK && is_refusal(&message);
			client_close(gate);
		}
	}
	(void)fprintf(stderr, "# %u of %u acts of nobody were refused\n", refused, tried);
	say(scene, tried >= 40 && refused == tried, "without a session it can do nothing");
}

static bool
still_serves(struct scene *scene)
{
	struct client *gate = open_gate(scene);
	struct wire_message message;
	size_t begun = begin(gate, WIRE_STATUS, scene->token, "");
	bool is_good;

	wire_end(client_out(gate), begun);
	is_good = answer(gate, WAIT_MS, &message) == ERR_OK && message.kind == WIRE_DONE;
	client_close(gate);
	return is_good;
}

/* What keeper, seal, clerk or the gate of a link may say: to have something signed, to bring in
 * channels, to pass for a link. */
static void
speaks_for_others(struct scene *scene)
{
	struct wire_message message;
	unsigned tried = 0;
	unsigned cut = 0;

	for (enum wire_kind kind = WIRE_NONE; kind < WIRE_COUNT; kind++) {
		struct client *gate;
		size_t begun;

		if (kind != WIRE_NONE && may_send(kind))
			continue;
		gate = open_gate(scene);
		begun = wire_begin(client_out(gate), kind, 1);
		out_u8(client_out(gate), 1);
		out_sized(client_out(gate), SPAN("sign this"));
		wire_end(client_out(gate), begun);
		tried++;
		cut += answer(gate, SOON_MS, &message) == ERR_CLOSED;
		client_close(gate);
	}
	(void)fprintf(stderr, "# %u of %u kinds of others' messages ended the channel\n", cut,
		      tried);
	say(scene, tried >= 20 && cut == tried,
	    "it cannot say what keeper, seal, clerk or a link says: nothing is signed for it");
	say(scene, still_serves(scene), "core serves on with the next gate");
}

static unsigned
next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33);
}

static void
put_random(struct out *out, uint64_t *seed)
{
	unsigned char bytes[300];
	size_t n = next(seed) % sizeof bytes;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)next(seed);
	if (next(seed) % 2)
		out_sized(out, span_make(bytes, n));
	else
		out_bytes(out, bytes, n);
}

/* Acts that are none, half and wrong ones, thousands in a row. */
static void
says_anything(struct scene *scene)
{
	struct client *gate = open_gate(scene);
	struct wire_message message;
	uint64_t seed = 71;
	unsigned accepted = 0;
	unsigned answered = 0;
	unsigned cut = 0;

	for (unsigned i = 0; i < RANDOM_MESSAGES; i++) {
		enum wire_kind kind = (enum wire_kind)(next(&seed) % WIRE_COUNT);
		struct out *out = client_out(gate);
		size_t begun;
		enum err err;

		if (!may_send(kind) || kind == WIRE_LOGIN || kind == WIRE_LOGOUT)
			continue;
		begun = wire_begin(out, kind, i);
		for (unsigned parts = next(&seed) % 5; parts; parts--)
			put_random(out, &seed);
		wire_end(out, begun);
		err = answer(gate, WAIT_MS, &message);
		answered += err == ERR_OK;
		accepted += err == ERR_OK && !is_refusal(&message);
		if (err == ERR_OK)
			continue;
		cut++;
		client_close(gate);
		gate = open_gate(scene);
	}
	(void)fprintf(stderr, "# %u answered, %u accepted, %u times cut off\n", answered, accepted,
		      cut);
	say(scene, answered > RANDOM_MESSAGES / 4 && accepted == 0 && cut == 0,
	    "of thousands of random acts none is accepted, and each is answered");
	client_close(gate);
	say(scene, still_serves(scene), "core serves on");
}

/* It asks and never reads; another gate is served meanwhile. */
static void
never_reads(struct scene *scene)
{
	struct client *gate = open_gate(scene);
	int fd = client_fd(gate);
	struct out out = out_new(1 << 20);
	size_t sent = 0;

	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 100; i++) {
		size_t begun = wire_begin(&out, WIRE_STATUS, 1);

		out_sized(&out, span_of(scene->token));
		out_sized(&out, SPAN(""));
		wire_end(&out, begun);
	}
	for (int i = 0; i < FLOOD / 100; i++) {
		ssize_t n = send(fd, out.p, out.n, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	(void)fprintf(stderr, "# %zu bytes went in before core stopped reading\n", sent);
	say(scene, still_serves(scene),
	    "while it asks without end and reads nothing, others are served");
	client_close(gate);
	out_free(&out);
}

int
main(int argc, char **argv)
{
	struct scene scene = {0};

	if (argc != 4)
		return fputs("usage: seam-owned HOME SEAMD TOKEN\n", stderr) < 0 ? 1 : 2;
	scene.home = argv[1];
	scene.seamd = argv[2];
	scene.token = argv[3];
	if (sign_start() != ERR_OK || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return 1;
	start_station(&scene);
	rides_a_session(&scene);
	acts_as_another_duty(&scene);
	files_a_policy(&scene);
	acts_as_nobody(&scene);
	speaks_for_others(&scene);
	says_anything(&scene);
	never_reads(&scene);
	stop_station(&scene);
	return scene.failed ? 1 : 0;
}
