/*
 * Promises that a link is written whole into HOME/links or refused with the reason, and that what
 * is still missing for it is said.
 */
#include "seam/link.h"

#include "admit/keyring.h"
#include "seam/command.h"
#include "seam/reach.h"
#include "seam/view.h"
#include "seamd/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { HOSTS_MAX = 1024, AWAIT_TURNS = 50 };

/* Two that change the links at once do it one after the other; until this process ends. */
static int
take_turn(const struct app *app)
{
	int fd = open(app->config.home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return APP_OK;
	return app_fail(app, err_from_errno(errno), app->config.home);
}

/* What browsers may call the page, and each link's certificate nothing. */
static void
write_hosts(const struct config *config, struct out *hosts)
{
	char host[LINKS_ADDRESS];
	char port[8];

	out_text(hosts, "localhost 127.0.0.1 ::1");
	if (links_split_own(span_of(config->web_listen.text), host, port))
		out_format(hosts, " %s", host);
	if (config->web_host.text[0])
		out_format(hosts, " %s", config->web_host.text);
}

enum err
link_make_tls(const struct config *config, const char *home, enum tlsfile which)
{
	struct out hosts = out_new(HOSTS_MAX);
	enum err err;

	if (which == TLSFILE_WEB)
		write_hosts(config, &hosts);
	err = out_err(&hosts);
	if (err == ERR_OK)
		err = tlsfile_make(home, which, config->station.name, out_view(&hosts), app_utc());
	out_free(&hosts);
	return err;
}

enum err
link_ensure_tls(const struct config *config)
{
	char path[FILE_PATH_MAX];
	enum err err = ERR_OK;

	for (enum tlsfile which = 0; which < TLSFILE_COUNT && err == ERR_OK; which++) {
		err = tlsfile_path(config->home, which, false, path, sizeof path);
		if (err == ERR_OK && !file_is_there(path))
			err = link_make_tls(config, config->home, which);
	}
	return err;
}

/* ---- add ---- */

static int
read_row(struct app *app, struct link_row *row)
{
	const char *station = args_word(app->args, 0);
	const char *listen = args_get(app->args, "listen");
	const char *connect = args_get(app->args, "connect");
	char host[LINKS_ADDRESS];
	char port[8];

	*row = (struct link_row){.listen = ""};
	if (app->args->n != 1 || !station_read(span_of(station), &row->station))
		return app_usage(app, "link add STATION [--listen ADDRESS:PORT] "
				      "[--connect HOST:PORT]; a station is called PARTY/SITE");
	if (!listen && !connect)
		return app_usage(app, "link add: an address is needed: --listen ADDRESS:PORT here, "
				      "or --connect HOST:PORT there, or both");
	if (listen && (!links_split_own(span_of(listen), host, port) ||
		       !span_copy(row->listen, sizeof row->listen, span_of(listen))))
		return app_usage(app,
				 "--listen %s: an IP address of this machine and a port, as "
				 "0.0.0.0:7001 or [::]:7001",
				 listen);
	if (connect && (!links_split(span_of(connect), host, port) ||
			!span_copy(row->connect, sizeof row->connect, span_of(connect))))
		return app_usage(app,
				 "--connect %s: a name or address and a port, as "
				 "b.example:7001, 10.0.0.7:7001 or [fd00::7]:7001",
				 connect);
	if (station_equal(&row->station, &app->config.station))
		return app_say_no(app, "%s is this station itself", row->station.name);
	return APP_OK;
}

/* What the station listens on already is no other program. */
static int
check_port(const struct app *app, const struct links *links, const struct link_row *row)
{
	const struct link_row *held = links_find(links, &row->station);
	char why[TCP_WHY_MAX];
	int fd;

	if (!row->listen[0] || (held && strcmp(held->listen, row->listen) == 0))
		return APP_OK;
	if (strcmp(app->config.web_listen.text, row->listen) == 0)
		return app_say_no(app, "%s: the page of this station listens there (web_listen)",
				  row->listen);
	if (tcp_listen(row->listen, &fd, why) != ERR_OK)
		return app_say_no(app, "%s", why);
	(void)close(fd);
	return APP_OK;
}

/* A new row, or the addresses of one that is there. */
static int
put_row(const struct app *app, struct links *links, const struct link_row *row)
{
	for (unsigned i = 0; i < links->n; i++)
		if (row->listen[0] && strcmp(links->row[i].listen, row->listen) == 0 &&
		    !station_equal(&links->row[i].station, &row->station))
			return app_say_no(app,
					  "%s: the link to %s listens there; each needs a port "
					  "of its own",
					  row->listen, links->row[i].station.name);
	for (unsigned i = 0; i < links->n; i++) {
		if (!station_equal(&links->row[i].station, &row->station))
			continue;
		links->row[i] = *row;
		return APP_OK;
	}
	if (links->n == LINKS_MAX)
		return app_say_no(app, "a station has at most %d links", LINKS_MAX);
	links->row[links->n++] = *row;
	return APP_OK;
}

/* A link may be set up before the keys of the other end are here; it then waits for them. */
static void
say_what_is_missing(struct app *app, const struct station *station)
{
	struct party party = station_party(station);
	char why[VIEW_WHY_MAX];
	struct view *view = view_try(app, VIEW_JOURNAL | VIEW_RING, why);
	const struct keynote *note = view ? keyring_station(view_ring(view), station) : NULL;

	if (view && !members_find(keyring_members(view_ring(view)), &party))
		app_remark(app,
			   "Party %s is not on the member list here: until it is, the link waits.",
			   party.name);
	else if (!note || !note->has_tls)
		app_remark(
		    app,
		    "No key note with a TLS key of %s is here yet: the link waits for it. Its "
		    "side makes one with 'seam invite FILE'; 'seam members install FILE' here "
		    "takes it.",
		    station->name);
	view_close(view);
}

static int
write_links(struct app *app, const struct links *links)
{
	enum err err = links_write(app->config.home, links);

	if (err != ERR_OK)
		return app_fail(app, err, "links");
	if (!reach_is_running(app))
		app_remark(app, "It holds when the station starts.");
	return APP_OK;
}

int
link_add(struct app *app)
{
	struct links *links = calloc(1, sizeof *links);
	struct link_row row;
	struct out out = out_new(APP_OUT_MAX);
	int code = links ? read_row(app, &row) : app_fail(app, ERR_NOMEM, "links");

	if (code == APP_OK)
		code = take_turn(app);
	if (code == APP_OK)
		code = link_read(app, links);
	if (code == APP_OK)
		code = check_port(app, links, &row);
	if (code == APP_OK)
		code = put_row(app, links, &row);
	if (code == APP_OK)
		code = write_links(app, links);
	free(links);
	if (code != APP_OK)
		return code;
	say_what_is_missing(app, &row.station);
	if (app->is_json)
		out_format(&out, "{\"station\":\"%s\",\"listen\":\"%s\",\"connect\":\"%s\"}\n",
			   row.station.name, row.listen, row.connect);
	else
		out_format(&out, "link %s%s%s%s%s\n", row.station.name,
			   row.listen[0] ? " listen " : "", row.listen,
			   row.connect[0] ? " connect " : "", row.connect);
	return app_print(app, &out);
}

/* ---- remove ---- */

/* A link that is removed carries nothing any more when the command returns: the running station
 * looks at the file once a second. */
static void
await_end(struct app *app, const struct station *station)
{
	struct timespec pause = {0, 100 * 1000 * 1000};
	struct link_looks *looks = calloc(1, sizeof *looks);

	for (int i = 0; looks && i < AWAIT_TURNS && reach_is_running(app); i++) {
		if (link_ask(app, looks) != APP_OK || !link_find(looks, station))
			break;
		(void)nanosleep(&pause, NULL);
	}
	free(looks);
}

int
link_remove(struct app *app)
{
	struct links *links = calloc(1, sizeof *links);
	const struct link_row *row = NULL;
	struct station station;
	size_t at;
	int code = APP_OK;

	if (app->args->n != 1 || !station_read(span_of(args_word(app->args, 0)), &station))
		code = app_usage(app, "link remove STATION; a station is called PARTY/SITE");
	if (code == APP_OK)
		code = take_turn(app);
	if (code == APP_OK)
		code = links ? link_read(app, links) : app_fail(app, ERR_NOMEM, "links");
	if (code == APP_OK && !(row = links_find(links, &station)))
		code = app_say_no(app, "there is no link to %s: see seam link list", station.name);
	if (code == APP_OK) {
		at = (size_t)(row - links->row);
		links->n--;
		memmove(&links->row[at], &links->row[at + 1],
			(links->n - at) * sizeof links->row[0]);
		code = write_links(app, links);
	}
	if (code == APP_OK)
		await_end(app, &station);
	free(links);
	return code;
}
