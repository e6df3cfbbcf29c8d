/*
 * What the scenarios about faults need and `seam` is too polite for: filing as fast as the station
 * takes it and remembering what was confirmed, and saying things no honest client says.
 *
 *   seam-drive make HOME                 a home of a real station among four parties
 *   seam-drive file HOME IDS RECORDS     files; each confirmed id becomes a line of IDS at once.
 *                                        0 all filed, 3 the station went away, 1 refused (says why)
 *   seam-drive held HOME IDS             whether each of these records is held and whole
 *   seam-drive status HOME               the station's own words, or 3
 *   seam-drive take HOME LINES TIMES     each line as it is, then TIMES changed ones; counts
 * answers seam-drive rude HOME TIMES           bytes that are no messages; counts how often it was
 * cut off
 */
#define _GNU_SOURCE
#include "../bench/home.h"

#include "base/file.h"
#include "base/sign.h"
#include "journal/journal.h"
#include "model/record.h"
#include "seamd/client.h"
#include "seamd/duty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GONE = 3, WINDOW = 300, WAIT_MS = 30000, LINES_MAX = 64 << 20, ARENA = 8 << 20 };

static enum err
reach(const char *home, struct client **client, char token[DUTY_TOKEN_TEXT])
{
	char path[FILE_PATH_MAX];
	enum err err = home_token(home, token, DUTY_TOKEN_TEXT);

	if (err == ERR_OK)
		err = file_path(path, sizeof path, home, "ctl.sock");
	return err == ERR_OK ? client_connect(path, client) : err;
}

static int
say(const struct wire_message *message)
{
	struct cursor cursor = cursor_over(message->payload);
	unsigned number = cursor_u16(&cursor);
	struct span text;

	if (message->kind == WIRE_REFUSED)
		(void)cursor_u16(&cursor);
	text = cursor_span(&cursor, WIRE_PAYLOAD);
	(void)fprintf(stderr, "%s: %s %.*s\n", wire_name(message->kind),
		      message->kind == WIRE_REFUSED ? why_code((enum why)number)
						    : err_text((enum err)number),
		      (int)text.n, text.p ? text.p : "");
	return 1;
}

/* Each record has an origin of its own, and each line is written before the next answer is read. */
static int
file_some(const char *home, FILE *ids, size_t records)
{
	char token[DUTY_TOKEN_TEXT];
	struct wire_message message;
	struct client *client;
	struct arena *arena = arena_new(ARENA);
	struct record *record = calloc(1, sizeof *record);
	size_t sent = 0;
	size_t got = 0;
	int code = 0;

	if (!arena || !record || home_incident(arena, record) != ERR_OK)
		return 1;
	if (reach(home, &client, token) != ERR_OK)
		return GONE;
	while (got < records && code == 0) {
		while (sent < records && sent - got < WINDOW)
			home_file(client_out(client), token, sent++, 0, record);
		if (client_wait(client, WAIT_MS, &message) != ERR_OK) {
			code = GONE;
		} else if (message.kind != WIRE_FILED || message.payload.n < HASH_SIZE) {
			code = say(&message);
		} else {
			char text[HASH_TEXT_SIZE];
			struct hash id;

			memcpy(id.b, message.payload.p, HASH_SIZE);
			hash_text(text, &id);
			(void)fprintf(ids, "%s\n", text);
			got++;
		}
	}
	client_close(client);
	arena_free(arena);
	free(record);
	return code;
}

static int
are_held(const char *home, struct span lines)
{
	char why[JOURNAL_WHY_MAX] = "";
	struct arena *arena = arena_new(ARENA);
	struct journal *journal;
	struct span line;
	size_t n = 0;
	int code = 0;
	enum err err = journal_open(home, JOURNAL_READ, why, &journal);

	if (err != ERR_OK || !arena)
		return fprintf(stderr, "%s: %s\n", err_text(err), why), 1;
	while (span_split(&lines, '\n', &line)) {
		struct journal_record row;
		struct hash id;

		if (line.n == 0)
			continue;
		arena_reset(arena);
		if (!hash_read(line, &id) || journal_get(journal, &id, arena, &row) != ERR_OK ||
		    row.disclosures.n == 0) {
			(void)fprintf(stderr, "%.*s was confirmed and is not held\n", (int)line.n,
				      line.p);
			code = 1;
			break;
		}
		n++;
	}
	(void)printf("%zu\n", n);
	journal_close(journal);
	arena_free(arena);
	return code;
}

static int
status(const char *home)
{
	char token[DUTY_TOKEN_TEXT];
	struct wire_message message;
	struct client *client;
	struct cursor cursor;
	struct span text;
	struct out *out;
	size_t begun;
	int code = GONE;

	if (reach(home, &client, token) != ERR_OK)
		return GONE;
	out = client_out(client);
	begun = wire_begin(out, WIRE_STATUS, 1);
	out_sized(out, span_of(token));
	out_sized(out, SPAN(""));
	wire_end(out, begun);
	if (client_wait(client, WAIT_MS, &message) == ERR_OK && message.kind == WIRE_DONE) {
		cursor = cursor_over(message.payload);
		(void)cursor_i64(&cursor);
		text = cursor_span(&cursor, WIRE_PAYLOAD);
		(void)printf("%.*s\n", (int)text.n, text.p);
		code = 0;
	}
	client_close(client);
	return code;
}

static unsigned
next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33);
}

/* One to four small damages: a byte, a cut, a doubled part, a "~" or "." more. */
static void
spoil(uint64_t *seed, struct span line, struct out *spoilt)
{
	static const char marks[] = "~.{\"}_-A \x80\xff";

	out_span(spoilt, line);
	for (unsigned i = next(seed) % 4 + 1; i && spoilt->n; i--) {
		size_t at = next(seed) % spoilt->n;

		switch (next(seed) % 4) {
		case 0:
			spoilt->p[at] = (char)(spoilt->p[at] ^ (char)(1u << next(seed) % 8));
			break;
		case 1:
			spoilt->p[at] = marks[next(seed) % (sizeof marks - 1)];
			break;
		case 2:
			spoilt->n = at;
			break;
		default: {
			size_t n = next(seed) % 64;
			char part[64];

			n = n < spoilt->n - at ? n : spoilt->n - at;
			memcpy(part, spoilt->p + at, n);
			out_bytes(spoilt, part, n);
		}
		}
	}
}

static void
send_line(struct client *client, const char *token, uint64_t id, struct span line)
{
	struct out *out = client_out(client);
	size_t begun = wire_begin(out, WIRE_TAKE, id);

	out_sized(out, span_of(token));
	out_sized(out, SPAN("watch"));
	out_sized(out, line.n > 60000 ? span_make(line.p, 60000) : line);
	wire_end(out, begun);
}

struct tally {
	size_t outcome[4]; /* by enum wire_taken */
	size_t refused, failed, other;
};

static void
tally(struct tally *tally, const struct wire_message *message)
{
	unsigned outcome = message->payload.n ? (unsigned char)message->payload.p[0] : 0;

	if (message->kind == WIRE_TAKEN && outcome < 4)
		tally->outcome[outcome]++;
	else if (message->kind == WIRE_REFUSED)
		tally->refused++;
	else if (message->kind == WIRE_FAILED)
		tally->failed++;
	else
		tally->other++;
}

static int
take_lines(const char *home, struct span lines, size_t times)
{
	char token[DUTY_TOKEN_TEXT];
	struct wire_message message;
	struct client *client;
	struct tally counts = {{0}, 0, 0, 0};
	struct span one[256];
	struct out spoilt = out_new(1 << 20);
	uint64_t seed = 20170704;
	size_t n = 0, sent = 0, got = 0;

	while (n < 256 && span_split(&lines, '\n', &one[n]))
		n += one[n].n ? 1 : 0;
	if (n == 0 || reach(home, &client, token) != ERR_OK)
		return GONE;
	while (got < n + times) {
		while (sent < n + times && sent - got < WINDOW) {
			out_reset(&spoilt);
			if (sent < n)
				out_span(&spoilt, one[sent]);
			else
				spoil(&seed, one[next(&seed) % n], &spoilt);
			send_line(client, token, sent++, out_view(&spoilt));
		}
		if (client_wait(client, WAIT_MS, &message) != ERR_OK)
			return GONE;
		tally(&counts, &message);
		got++;
	}
	(void)printf("new %zu known %zu refused %zu ignored %zu failed %zu other %zu\n",
		     counts.outcome[TAKEN_NEW], counts.outcome[TAKEN_KNOWN],
		     counts.outcome[TAKEN_REFUSED] + counts.refused, counts.outcome[TAKEN_IGNORED],
		     counts.failed, counts.other);
	client_close(client);
	out_free(&spoilt);
	return 0;
}

/* Random bytes, messages of other roles, lengths that lie; the station must close each time. */
static int
be_rude(const char *home, size_t times)
{
	char token[DUTY_TOKEN_TEXT];
	uint64_t seed = 99;
	size_t cut = 0;

	for (size_t i = 0; i < times; i++) {
		unsigned char bytes[512];
		struct wire_message message;
		struct client *client;

		if (reach(home, &client, token) != ERR_OK)
			return GONE;
		for (size_t k = 0; k < sizeof bytes; k++)
			bytes[k] = (unsigned char)next(&seed);
		bytes[0] = 0;
		if (i % 2) { /* a well-formed message that a client may not send */
			memset(bytes, 0, WIRE_HEADER);
			bytes[1] = i % 4 == 1 ? WIRE_SIGN : WIRE_FILED;
		}
		out_bytes(client_out(client), bytes, sizeof bytes);
		cut += client_wait(client, 2000, &message) == ERR_CLOSED;
		client_close(client);
	}
	(void)printf("%zu\n", cut);
	return 0;
}

static size_t
number(const char *text)
{
	int64_t value = 0;

	if (!span_int(span_of(text), 1, 100000000, &value))
		exit(2);
	return (size_t)value;
}

static int
with_lines(const char *home, const char *path, const char *times)
{
	struct out lines = out_new(LINES_MAX);
	int code = 1;

	if (file_read(path, &lines) != ERR_OK)
		(void)fprintf(stderr, "%s cannot be read\n", path);
	else
		code = times ? take_lines(home, out_view(&lines), number(times))
			     : are_held(home, out_view(&lines));
	out_free(&lines);
	return code;
}

static int
with_ids(const char *home, const char *path, const char *records)
{
	FILE *ids = fopen(path, "a");
	int code;

	if (!ids)
		return 1;
	(void)setvbuf(ids, NULL, _IOLBF, 0);
	code = file_some(home, ids, number(records));
	(void)fclose(ids);
	return code;
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	if (sign_start() != ERR_OK)
		return 1;
	if (argc == 3 && strcmp(verb, "make") == 0)
		return home_make(argv[2]) == ERR_OK ? 0 : 1;
	if (argc == 3 && strcmp(verb, "status") == 0)
		return status(argv[2]);
	if (argc == 4 && strcmp(verb, "held") == 0)
		return with_lines(argv[2], argv[3], NULL);
	if (argc == 4 && strcmp(verb, "rude") == 0)
		return be_rude(argv[2], number(argv[3]));
	if (argc == 5 && strcmp(verb, "take") == 0)
		return with_lines(argv[2], argv[3], argv[4]);
	if (argc == 5 && strcmp(verb, "file") == 0)
		return with_ids(argv[2], argv[3], argv[4]);
	(void)fputs("usage: seam-drive make|status HOME | file HOME IDS RECORDS | held HOME IDS | "
		    "take HOME LINES TIMES | rude HOME TIMES\n",
		    stderr);
	return 2;
}
