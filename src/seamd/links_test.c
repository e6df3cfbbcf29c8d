/* The links of a station: each line read or refused with the reason, and what is written is read
 * back the same. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "seamd/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
static const struct {
	const char *name, *input;
	unsigned n;
	const char *why; /* "": it is taken */
} rows[] = {
	{"nothing", "", 0, ""},
	{"comments and blanks", "# x\n\n \t \r\n", 0, ""},
	{"listen alone", "link b/qaraj listen 0.0.0.0:7001\n", 1, ""},
	{"connect alone", "link b/qaraj connect station.example:7001", 1, ""},
	{"both, any order", "link b/q connect b:1 listen 10.0.0.1:2\n", 1, ""},
	{"blanks, tabs, CR", "  link\t b/q   listen\t127.0.0.1:2 \r\n", 1, ""},
	{"IPv6", "link b/q listen [::]:7001 connect [fe80::1%eth0.5]:7001\n", 1, ""},
	{"localhost listens", "link b/q listen localhost:7001\n", 1, ""},
	{"two", "link b/q listen 0.0.0.0:1\nlink c/z listen 0.0.0.0:2\n", 2, ""},
	{"port 65535", "link b/q connect b:65535\n", 1, ""},
	{"another word", "peer b/q connect b:1\n", 0, "line 1: a line is: link STATION"},
	{"no station", "link\n", 0, "line 1: a station is called"},
	{"bad station", "# x\nlink B/q connect b:1\n", 0, "line 2: a station is called"},
	{"party alone", "link b connect b:1\n", 0, "a station is called"},
	{"no address", "link b/q\n", 0, "needs an address"},
	{"address missing", "link b/q listen\n", 0, "an address is missing"},
	{"address twice", "link b/q listen 1.2.3.4:1 listen 1.2.3.4:2\n", 0, "given twice"},
	{"unknown word", "link b/q connect b:1 via radio\n", 0, "'listen' and 'connect' only"},
	{"listening on a name", "link b/q listen host.example:1\n", 0, "not a name"},
	{"no port", "link b/q connect host\n", 0, "HOST:PORT"},
	{"port 0", "link b/q connect host:0\n", 0, "HOST:PORT"},
	{"port 65536", "link b/q connect host:65536\n", 0, "HOST:PORT"},
	{"port by name", "link b/q connect host:https\n", 0, "HOST:PORT"},
	{"station twice", "link b/q connect b:1\nlink b/q connect c:1\n", 0, "line 2: the station stands there twice"},
	{"address of another", "link b/q listen 0.0.0.0:1\nlink c/z listen 0.0.0.0:1\n", 0, "line 2: another link listens"},
};

static const struct {
	const char *input, *host, *port; /* host NULL: refused */
	bool is_own;
} addresses[] = {
	{"a:1", "a", "1", false},
	{"a-b.c_d.example:443", "a-b.c_d.example", "443", false},
	{"10.0.0.7:7001", "10.0.0.7", "7001", true},
	{"[::1]:7001", "::1", "7001", true},
	{"[::ffff:10.0.0.1]:7001", "::ffff:10.0.0.1", "7001", true},
	{"[fe80::1%wlan0]:7001", "fe80::1%wlan0", "7001", true},
	{"1a.example:1", "1a.example", "1", false},
	{"localhost:5", "localhost", "5", true},
	{"", NULL, NULL, false},
	{":1", NULL, NULL, false},
	{"a:", NULL, NULL, false},
	{"a", NULL, NULL, false},
	{"a:1:2", NULL, NULL, false},
	{"::1:7001", NULL, NULL, false},
	{"[::1]", NULL, NULL, false},
	{"[::1]7001", NULL, NULL, false},
	{"[]:1", NULL, NULL, false},
	{"[host]:1", NULL, NULL, false},
	{"[fe80::1%]:1", NULL, NULL, false},
	{"[fe80::1%a;b]:1", NULL, NULL, false},
	{"a..b:1", NULL, NULL, false},
	{".a:1", NULL, NULL, false},
	{"-a:1", NULL, NULL, false},
	{"a b:1", NULL, NULL, false},
	{"a/b:1", NULL, NULL, false},
	{"\xd9\x85:1", NULL, NULL, false},
	{"10.1:1", NULL, NULL, false},       /* an old form of 10.0.0.1 */
	{"2130706433:1", NULL, NULL, false}, /* and of 127.0.0.1 */
	{"10.0.0.256:1", NULL, NULL, false},
	{"a:01", NULL, NULL, false},
	{"a:+1", NULL, NULL, false},
	{"a:-1", NULL, NULL, false},
};
/* clang-format on */

static void
lines_are_read(void **state)
{
	static struct links links;
	char why[LINKS_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum err err = links_parse(span_of(rows[i].input), &links, why);

		if (err != (rows[i].why[0] ? ERR_FORMAT : ERR_OK) || links.n != rows[i].n ||
		    (rows[i].why[0] ? !strstr(why, rows[i].why) : why[0] != '\0'))
			fail_msg("%s: err %d, %u links, why '%s'", rows[i].name, err, links.n, why);
	}
}

static void
addresses_are_split(void **state)
{
	char host[LINKS_ADDRESS];
	char port[8];

	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct span input = span_of(addresses[i].input);
		bool is_split = links_split(input, host, port);

		if (is_split != (addresses[i].host != NULL) ||
		    (is_split && (strcmp(host, addresses[i].host) != 0 ||
				  strcmp(port, addresses[i].port) != 0)))
			fail_msg("'%s' gave '%s' '%s'", addresses[i].input, host, port);
		if (links_split_own(input, host, port) != addresses[i].is_own)
			fail_msg("'%s' as an own address", addresses[i].input);
	}
	assert_false(links_split(SPAN("a\0b:1"), host, port));
	assert_true(links_split_own(SPAN("localhost:5"), host, port));
	assert_string_equal(host, "127.0.0.1");
}

static void
too_long_is_refused(void **state)
{
	char text[2 * LINKS_ADDRESS];
	char host[LINKS_ADDRESS];
	char port[8];

	(void)state;
	memset(text, 'a', sizeof text);
	for (size_t i = 40; i < sizeof text; i += 40)
		text[i] = '.';
	memcpy(text + LINKS_ADDRESS - 2, ":9", 2);
	assert_false(links_split(span_make(text, LINKS_ADDRESS), host, port));
	assert_true(links_split(span_make(text + 1, LINKS_ADDRESS - 1), host, port));
	memset(text, 'a', 64);
	memcpy(text + 64, ":9", 2);
	assert_false(links_split(span_make(text, 66), host, port));
	assert_true(links_split(span_make(text + 1, 65), host, port));
}

static void
more_than_twelve_are_refused(void **state)
{
	struct out text = out_new(4096);
	static struct links links;
	char why[LINKS_WHY_MAX];

	(void)state;
	for (int i = 0; i < LINKS_MAX; i++)
		out_format(&text, "link b/q%d listen 0.0.0.0:%d\n", i, 7000 + i);
	assert_int_equal(links_parse(out_view(&text), &links, why), ERR_OK);
	assert_int_equal(links.n, LINKS_MAX);
	out_text(&text, "link c/q connect c:1\n");
	assert_int_equal(links_parse(out_view(&text), &links, why), ERR_FORMAT);
	assert_non_null(strstr(why, "line 13"));
	assert_int_equal(links.n, 0);
	out_free(&text);
}

static void
what_is_written_is_read(void **state)
{
	static struct links links;
	static struct links again;
	char home[] = "/tmp/seam-links-XXXXXX";
	char path[FILE_PATH_MAX];
	char why[LINKS_WHY_MAX];

	(void)state;
	assert_non_null(mkdtemp(home));
	assert_int_equal(links_read(home, &links, why), ERR_OK);
	assert_int_equal(links.n, 0);
	assert_int_equal(links_parse(SPAN("link b/q listen [::]:7001 connect b.example:7\n"
					  "link c/zab connect 10.0.0.3:7002\n"),
				     &links, why),
			 ERR_OK);
	assert_int_equal(links_write(home, &links), ERR_OK);
	assert_int_equal(links_read(home, &again, why), ERR_OK);
	assert_memory_equal(&links, &again, sizeof links);
	assert_int_equal(file_path(path, sizeof path, home, "links"), ERR_OK);
	assert_int_equal(file_write(path, SPAN("link\n"), 0600), ERR_OK);
	assert_int_equal(links_read(home, &again, why), ERR_FORMAT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(home), 0);
}

static void
every_cause_has_words(void **state)
{
	(void)state;
	for (enum link_cause cause = 0; cause < LINK_CAUSE_COUNT; cause++) {
		assert_true(link_cause_code(cause)[0] != '\0');
		assert_true(link_cause_label(cause)[0] != '\0');
		if (cause != LINK_CAUSE_UP && cause != LINK_CAUSE_REPLACED)
			assert_true(link_cause_fix(cause)[0] != '\0');
		for (enum link_cause other = 0; other < cause; other++)
			assert_string_not_equal(link_cause_code(cause), link_cause_code(other));
	}
	assert_string_equal(link_cause_code(LINK_CAUSE_COUNT), "");
	assert_string_equal(link_cause_label(LINK_CAUSE_COUNT), "");
	assert_string_equal(link_cause_fix(LINK_CAUSE_COUNT), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_read),
	    cmocka_unit_test(addresses_are_split),
	    cmocka_unit_test(too_long_is_refused),
	    cmocka_unit_test(more_than_twelve_are_refused),
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(every_cause_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
