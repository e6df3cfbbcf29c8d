/*
 * Promises to become the role it is told to be: keeper for people, the others for keeper.
 */
#include "seamd/role.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "usage: seamd -H DIR        run the station in DIR in the foreground\n"
			    "       seamd -n -H DIR     check its configuration and print it back\n"
			    "       seamd -V            print the version\n"
			    "options: -q                do not say when it is ready\n";

static int
check_config(const struct config *config)
{
	struct out out = out_new(65536);
	int code = ROLE_EXIT_FAULT;

	config_write(&out, config);
	if (out_err(&out) == ERR_OK && fwrite(out.p, 1, out.n, stdout) == out.n)
		code = ROLE_EXIT_OK;
	out_free(&out);
	return code;
}

static int
run_role(const char *role, const char *link, const struct config *config)
{
	struct station station;

	if (strcmp(role, "core") == 0)
		return core_run(config);
	if (strcmp(role, "seal") == 0)
		return seal_run(config);
	if (strcmp(role, "gate") == 0)
		return gate_run(config);
	if (strcmp(role, "web") == 0)
		return web_run(config);
	if (strcmp(role, "peer") == 0 && station_read(span_of(link), &station))
		return peer_run(config, &station);
	(void)fprintf(stderr, "seamd: no such role\n");
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"role", required_argument, NULL, 'r'},
	    {"link", required_argument, NULL, 'l'},  /* the station that a peer is for */
	    {"while-stdin", no_argument, NULL, 'w'}, /* for seam: ends when its input does */
	    {"help", no_argument, NULL, 'h'},
	    {0}};
	static struct config config;
	const char *home = NULL;
	const char *role = NULL;
	const char *link = NULL;
	bool only_check = false;
	bool is_quiet = false;
	int life_line = -1;
	char why[CONFIG_WHY_MAX];
	int c;

	while ((c = getopt_long(argc, argv, "H:nqVh", options, NULL)) != -1) {
		if (c == 'H')
			home = optarg;
		else if (c == 'n')
			only_check = true;
		else if (c == 'q')
			is_quiet = true;
		else if (c == 'r')
			role = optarg;
		else if (c == 'l')
			link = optarg;
		else if (c == 'w')
			life_line = STDIN_FILENO;
		else if (c == 'V')
			return printf("seamd %s\n", SEAM_VERSION) < 0;
		else
			return fputs(usage, c == 'h' ? stdout : stderr) < 0 || c != 'h' ? 2 : 0;
	}
	if (!home || optind != argc)
		return fputs(usage, stderr) < 0 ? 1 : 2;
	if (config_read(home, &config, why) != ERR_OK) {
		(void)fprintf(stderr, "seamd: %s/seam.conf: %s\n", home, why);
		return ROLE_EXIT_CONFIG;
	}
	if (only_check)
		return check_config(&config);
	return role ? run_role(role, link, &config) : keeper_run(&config, is_quiet, life_line);
}
