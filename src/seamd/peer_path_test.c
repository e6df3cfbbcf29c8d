/* What a member may ask over HTTP: each object by its one spelling, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seamd/peer_path.h"

#include <stdio.h>
#include <string.h>

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16

/* clang-format off */
static const struct {
	const char *method;
	const char *target;
	enum peer_path expected;
} rows[] = {
	{"GET",  "/checkpoint",                     PEER_PATH_GET},
	{"GET",  "/tile/0/000",                     PEER_PATH_GET},
	{"GET",  "/tile/0/x001/234",                PEER_PATH_GET},
	{"GET",  "/tile/63/000",                    PEER_PATH_GET},
	{"GET",  "/tile/0/x001/x234/067",           PEER_PATH_GET},
	{"GET",  "/tile/0/000.p/1",                 PEER_PATH_GET},
	{"GET",  "/tile/1/x001/234.p/255",          PEER_PATH_GET},
	{"GET",  "/tile/entries/000",               PEER_PATH_GET},
	{"GET",  "/tile/entries/x001/234.p/17",     PEER_PATH_GET},
	{"GET",  "/" HEX64 "/checkpoint",           PEER_PATH_GET},
	{"POST", "/add-checkpoint",                 PEER_PATH_POST},
	/* the wrong method */
	{"POST", "/checkpoint",                     PEER_PATH_METHOD},
	{"HEAD", "/checkpoint",                     PEER_PATH_METHOD},
	{"get",  "/checkpoint",                     PEER_PATH_METHOD},
	{"DELETE", "/tile/0/000",                   PEER_PATH_METHOD},
	{"GET",  "/add-checkpoint",                 PEER_PATH_METHOD},
	{"PUT",  "/" HEX64 "/checkpoint",           PEER_PATH_METHOD},
	/* no such thing */
	{"GET",  "",                                PEER_PATH_NONE},
	{"GET",  "/",                               PEER_PATH_NONE},
	{"GET",  "*",                               PEER_PATH_NONE},
	{"GET",  "checkpoint",                      PEER_PATH_NONE},
	{"GET",  "//checkpoint",                    PEER_PATH_NONE},
	{"GET",  "/checkpoint/",                    PEER_PATH_NONE},
	{"GET",  "/checkpoint?x",                   PEER_PATH_NONE},
	{"GET",  "/checkpoin%74",                   PEER_PATH_NONE},
	{"GET",  "/Checkpoint",                     PEER_PATH_NONE},
	{"GET",  "http://a/checkpoint",             PEER_PATH_NONE},
	{"GET",  "/../checkpoint",                  PEER_PATH_NONE},
	{"GET",  "/tile/0/../../checkpoint",        PEER_PATH_NONE},
	{"GET",  "/tile/",                          PEER_PATH_NONE},
	{"GET",  "/tile/0",                         PEER_PATH_NONE},
	{"GET",  "/tile/0/",                        PEER_PATH_NONE},
	{"GET",  "/tile/00/000",                    PEER_PATH_NONE},
	{"GET",  "/tile/64/000",                    PEER_PATH_NONE},
	{"GET",  "/tile/-1/000",                    PEER_PATH_NONE},
	{"GET",  "/tile/0/0",                       PEER_PATH_NONE},
	{"GET",  "/tile/0/0000",                    PEER_PATH_NONE},
	{"GET",  "/tile/0/x000/001",                PEER_PATH_NONE},
	{"GET",  "/tile/0/001/002",                 PEER_PATH_NONE},
	{"GET",  "/tile/0/000.p/0",                 PEER_PATH_NONE},
	{"GET",  "/tile/0/000.p/256",               PEER_PATH_NONE},
	{"GET",  "/tile/0/000.p/01",                PEER_PATH_NONE},
	{"GET",  "/tile/0/000.p",                   PEER_PATH_NONE},
	{"GET",  "/tile/0/x000.p/1",                PEER_PATH_NONE},
	{"GET",  "/tile/entries/0/000",             PEER_PATH_NONE},
	{"GET",  "/tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999", PEER_PATH_NONE},
	{"GET",  "/" HEX64 "/tile/0/000",           PEER_PATH_NONE},
	{"GET",  "/" HEX64 "0/checkpoint",          PEER_PATH_NONE},
	{"GET",  "/" HEX16 "/checkpoint",           PEER_PATH_NONE},
	{"GET",  "/0123456789ABCDEF" HEX16 HEX16 HEX16 "/checkpoint", PEER_PATH_NONE},
	{"GET",  "/" HEX64 "/checkpoint/",          PEER_PATH_NONE},
	{"POST", "/add-checkpoint/",                PEER_PATH_NONE},
	{"POST", "/add-entries",                    PEER_PATH_NONE},
	{"GET",  "/favicon.ico",                    PEER_PATH_NONE},
	{"GET",  "/journal.db",                     PEER_PATH_NONE},
};
/* clang-format on */

static void
each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (peer_path_judge(span_of(rows[i].method), span_of(rows[i].target)) !=
		    rows[i].expected)
			fail_msg("%s %s", rows[i].method, rows[i].target);
}

static void
a_target_with_a_nul_or_too_long_is_none(void **state)
{
	static char target[4096] = "/tile/0/";

	(void)state;
	assert_int_equal(peer_path_judge(SPAN("GET"), SPAN("/checkpoint\0")), PEER_PATH_NONE);
	assert_int_equal(peer_path_judge(SPAN("GET\0"), SPAN("/checkpoint")), PEER_PATH_METHOD);
	memset(target + 8, '0', sizeof target - 9);
	assert_int_equal(peer_path_judge(SPAN("GET"), span_of(target)), PEER_PATH_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_row),
	    cmocka_unit_test(a_target_with_a_nul_or_too_long_is_none),
	};

	return cmocka_run_group_tests_name("seamd/peer_path", tests, NULL, NULL);
}
