/* What a member may ask over HTTP: each object by its one spelling, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/peer_path.h"

#include <string.h>

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16

/* clang-format off */
static const struct {
	enum httphead_method method;
	const char *target;
	enum peer_path expected;
} rows[] = {
	{HTTPHEAD_GET,  "/checkpoint",                     PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/0/000",                     PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/0/x001/234",                PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/63/000",                    PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/0/x001/x234/067",           PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/0/000.p/1",                 PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/1/x001/234.p/255",          PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/entries/000",               PEER_PATH_GET},
	{HTTPHEAD_GET,  "/tile/entries/x001/234.p/17",     PEER_PATH_GET},
	{HTTPHEAD_GET,  "/" HEX64 "/checkpoint",           PEER_PATH_GET},
	{HTTPHEAD_POST, "/add-checkpoint",                 PEER_PATH_POST},
	/* the wrong method */
	{HTTPHEAD_POST, "/checkpoint",                     PEER_PATH_ONLY_GET},
	{HTTPHEAD_HEAD, "/checkpoint",                     PEER_PATH_ONLY_GET},
	{HTTPHEAD_DELETE, "/tile/0/000",                   PEER_PATH_ONLY_GET},
	{HTTPHEAD_GET,  "/add-checkpoint",                 PEER_PATH_ONLY_POST},
	{HTTPHEAD_PUT,  "/" HEX64 "/checkpoint",           PEER_PATH_ONLY_GET},
	/* no such thing */
	{HTTPHEAD_GET,  "",                                PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/",                               PEER_PATH_NONE},
	{HTTPHEAD_GET,  "*",                               PEER_PATH_NONE},
	{HTTPHEAD_GET,  "checkpoint",                      PEER_PATH_NONE},
	{HTTPHEAD_GET,  "//checkpoint",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/checkpoint/",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/checkpoint?x",                   PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/checkpoin%74",                   PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/Checkpoint",                     PEER_PATH_NONE},
	{HTTPHEAD_GET,  "http://a/checkpoint",             PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/../checkpoint",                  PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/../../checkpoint",        PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/",                          PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0",                         PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/",                        PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/00/000",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/64/000",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/-1/000",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/0",                       PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/0000",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/x000/001",                PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/001/002",                 PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/000.p/0",                 PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/000.p/256",               PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/000.p/01",                PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/000.p",                   PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/x000.p/1",                PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/entries/0/000",             PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999", PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/" HEX64 "/tile/0/000",           PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/" HEX64 "0/checkpoint",          PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/" HEX16 "/checkpoint",           PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/0123456789ABCDEF" HEX16 HEX16 HEX16 "/checkpoint", PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/" HEX64 "/checkpoint/",          PEER_PATH_NONE},
	{HTTPHEAD_POST, "/add-checkpoint/",                PEER_PATH_NONE},
	{HTTPHEAD_POST, "/add-entries",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/favicon.ico",                    PEER_PATH_NONE},
	{HTTPHEAD_GET,  "/journal.db",                     PEER_PATH_NONE},
};
/* clang-format on */

static void
each_row(void **state)
{
	struct span none = {NULL, 0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (peer_path_judge(rows[i].method, span_of(rows[i].target), none) !=
		    rows[i].expected)
			fail_msg("%d %s", (int)rows[i].method, rows[i].target);
}

static void
a_query_or_too_long_a_target_is_none(void **state)
{
	static char target[4096] = "/tile/0/";
	struct span none = {NULL, 0};

	(void)state;
	assert_int_equal(peer_path_judge(HTTPHEAD_GET, SPAN("/checkpoint"), SPAN("x")),
			 PEER_PATH_NONE);
	assert_int_equal(peer_path_judge(HTTPHEAD_GET, SPAN("/checkpoint"), SPAN("")),
			 PEER_PATH_NONE);
	assert_int_equal(peer_path_judge(HTTPHEAD_GET, SPAN("/checkpoint\0"), none),
			 PEER_PATH_NONE);
	memset(target + 8, '0', sizeof target - 9);
	assert_int_equal(peer_path_judge(HTTPHEAD_GET, span_of(target), none), PEER_PATH_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_row),
	    cmocka_unit_test(a_query_or_too_long_a_target_is_none),
	};

	return cmocka_run_group_tests_name("seamd/peer_path", tests, NULL, NULL);
}
