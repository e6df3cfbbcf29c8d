/*
 * Promises that HOME/links is read whole or refused with the line, and that what is written is read
 * back the same.  It opens no socket and resolves no name.
 */
#define _GNU_SOURCE
#include "seamd/links.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { LINKS_BYTES_MAX = 65536, PORT_MAX = 65535, LABEL_MAX = 63 };

static const struct {
	const char *code;
	const char *label;
	const char *fix;
} causes[LINK_CAUSE_COUNT] = {
#define X(name, code, label, fix) [LINK_CAUSE_##name] = {code, label, fix},
    LINK_CAUSE_ROWS(X)
#undef X
};

const char *
link_cause_code(enum link_cause cause)
{
	return (unsigned)cause < LINK_CAUSE_COUNT ? causes[cause].code : "";
}

const char *
link_cause_label(enum link_cause cause)
{
	return (unsigned)cause < LINK_CAUSE_COUNT ? causes[cause].label : "";
}

const char *
link_cause_fix(enum link_cause cause)
{
	return (unsigned)cause < LINK_CAUSE_COUNT ? causes[cause].fix : "";
}

/* ---- addresses ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name_byte(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       c == '_';
}

static bool
is_ipv4(const char *host)
{
	struct in_addr address;

	return inet_pton(AF_INET, host, &address) == 1;
}

/* "fe80::1", or with the interface behind it, "fe80::1%wlan0". */
static bool
is_ipv6(const char *host)
{
	struct span rest = span_of(host);
	struct span bare;
	char text[LINKS_ADDRESS];
	struct in6_addr address;

	(void)span_split(&rest, '%', &bare);
	if (rest.p && rest.n == 0)
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if (!is_name_byte(rest.p[i]) && rest.p[i] != '.')
			return false;
	return span_copy(text, sizeof text, bare) && inet_pton(AF_INET6, text, &address) == 1;
}

/* Labels of a host name (RFC 1123 section 2.1); one that ends in digits would be taken for an
 * address by the resolver, in one of many old forms, so it must be a whole one. */
static bool
is_host(const char *host)
{
	struct span rest = span_of(host);
	struct span label;
	struct span last = {NULL, 0};

	while (span_split(&rest, '.', &label)) {
		if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_name_byte(label.p[i]))
				return false;
		last = label;
	}
	return last.n > 0 && (strspn(last.p, "0123456789") < last.n || is_ipv4(host));
}

static bool
split(struct span address, struct span *host, struct span *port, bool *is_bracketed)
{
	ptrdiff_t end;

	*is_bracketed = address.n > 0 && address.p[0] == '[';
	end = span_find(address, *is_bracketed ? ']' : ':');
	if (end < 1 + *is_bracketed || span_find(address, '\0') >= 0)
		return false;
	*host = span_make(address.p + *is_bracketed, (size_t)end - *is_bracketed);
	end += *is_bracketed;
	if ((size_t)end >= address.n || address.p[end] != ':')
		return false;
	*port = span_make(address.p + end + 1, address.n - (size_t)end - 1);
	return true;
}

bool
links_split(struct span address, char host[LINKS_ADDRESS], char port[8])
{
	struct span name;
	struct span number;
	bool is_bracketed;
	int64_t value;

	host[0] = port[0] = '\0';
	if (address.n >= LINKS_ADDRESS || !split(address, &name, &number, &is_bracketed) ||
	    !span_int(number, 1, PORT_MAX, &value) || number.p[0] == '0' ||
	    !span_copy(host, LINKS_ADDRESS, name) || !span_copy(port, 8, number) ||
	    !(is_bracketed ? is_ipv6(host) : is_host(host))) {
		host[0] = port[0] = '\0';
		return false;
	}
	return true;
}

bool
links_split_own(struct span address, char host[LINKS_ADDRESS], char port[8])
{
	if (!links_split(address, host, port))
		return false;
	if (strcmp(host, "localhost") == 0)
		(void)span_copy(host, LINKS_ADDRESS, SPAN("127.0.0.1"));
	if (is_ipv4(host) || is_ipv6(host))
		return true;
	host[0] = port[0] = '\0';
	return false;
}

/* ---- the file ---- */

const struct link_row *
links_find(const struct links *links, const struct station *station)
{
	for (unsigned i = 0; i < links->n; i++)
		if (station_equal(&links->row[i].station, station))
			return &links->row[i];
	return NULL;
}

static bool
take_word(struct span *line, struct span *word)
{
	*line = span_trim(*line);
	if (line->n == 0)
		return false;
	for (size_t i = 0; i < line->n; i++) {
		if (line->p[i] != ' ' && line->p[i] != '\t')
			continue;
		*word = span_make(line->p, i);
		*line = span_make(line->p + i, line->n - i);
		return true;
	}
	*word = *line;
	*line = span_make(line->p + line->n, 0);
	return true;
}

/* NULL, or what is wrong with it. */
static const char *
read_address(struct span *line, bool is_own, char address[LINKS_ADDRESS])
{
	char host[LINKS_ADDRESS];
	char port[8];
	struct span word;

	if (address[0])
		return "an address is given twice";
	if (!take_word(line, &word))
		return "an address is missing: HOST:PORT";
	if (!links_split(word, host, port))
		return "an address is HOST:PORT, IPv6 in brackets";
	if (is_own && !links_split_own(word, host, port))
		return "what is listened on is an IP address of this machine, not a name";
	return span_copy(address, LINKS_ADDRESS, word) ? NULL : "an address is too long";
}

static const char *
read_row(struct span line, struct link_row *row)
{
	const char *wrong = NULL;
	struct span word;

	if (!take_word(&line, &word) || !span_is(word, "link"))
		return "a line is: link STATION [listen HOST:PORT] [connect HOST:PORT]";
	if (!take_word(&line, &word) || !station_read(word, &row->station))
		return "a station is called PARTY/SITE";
	while (!wrong && take_word(&line, &word)) {
		if (span_is(word, "listen"))
			wrong = read_address(&line, true, row->listen);
		else if (span_is(word, "connect"))
			wrong = read_address(&line, false, row->connect);
		else
			wrong = "after the station stand 'listen' and 'connect' only";
	}
	if (!wrong && !row->listen[0] && !row->connect[0])
		return "a link needs an address to listen on or to connect to";
	return wrong;
}

static const char *
add_row(struct links *links, const struct link_row *row)
{
	if (links->n == LINKS_MAX)
		return "there are more links than a station may have (12)";
	if (links_find(links, &row->station))
		return "the station stands there twice";
	for (unsigned i = 0; i < links->n; i++)
		if (row->listen[0] && strcmp(links->row[i].listen, row->listen) == 0)
			return "another link listens on that address: each has a port of its own";
	links->row[links->n++] = *row;
	return NULL;
}

enum err
links_parse(struct span text, struct links *links, char why[LINKS_WHY_MAX])
{
	struct span line;
	int number = 0;

	memset(links, 0, sizeof *links);
	why[0] = '\0';
	while (span_split(&text, '\n', &line)) {
		struct link_row row = {.listen = ""};
		const char *wrong;

		number++;
		line = span_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		wrong = read_row(line, &row);
		if (!wrong)
			wrong = add_row(links, &row);
		if (!wrong)
			continue;
		(void)snprintf(why, LINKS_WHY_MAX, "line %d: %s", number, wrong);
		memset(links, 0, sizeof *links);
		return ERR_FORMAT;
	}
	return ERR_OK;
}

enum err
links_read(const char *home, struct links *links, char why[LINKS_WHY_MAX])
{
	struct out text = out_new(LINKS_BYTES_MAX);
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, home, "links");

	memset(links, 0, sizeof *links);
	why[0] = '\0';
	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_OK)
		err = links_parse(out_view(&text), links, why);
	else if (err == ERR_NOT_FOUND)
		err = ERR_OK;
	else
		(void)snprintf(why, LINKS_WHY_MAX, "%s", err_text(err));
	out_free(&text);
	return err;
}

enum err
links_write(const char *home, const struct links *links)
{
	struct out text = out_new(LINKS_BYTES_MAX);
	char path[FILE_PATH_MAX];
	enum err err = file_path(path, sizeof path, home, "links");

	out_text(&text, "# link STATION [listen HOST:PORT] [connect HOST:PORT]\n"
			"# Written by 'seam link', which keeps no other comments.\n");
	for (unsigned i = 0; i < links->n; i++) {
		const struct link_row *row = &links->row[i];

		out_format(&text, "link %s%s%s%s%s\n", row->station.name,
			   row->listen[0] ? " listen " : "", row->listen,
			   row->connect[0] ? " connect " : "", row->connect);
	}
	if (err == ERR_OK)
		err = out_err(&text);
	if (err == ERR_OK)
		err = file_write(path, out_view(&text), 0600);
	out_free(&text);
	return err;
}
