/*
 * How much dearer it is to admit a foreign delivery than to verify its two signatures and nothing
 * else: the same bytes, in short turns, in one run.  Counted is processor time, and of each side
 * its middle turn, so that what else the machine does falls on neither.  Keys, record and delivery
 * are those of admit's tests.
 */
#define _GNU_SOURCE
#include "admit/kit_test.h"

#include <time.h>

enum { TURNS = 400, PER_TURN = 25 };

static int64_t
now_ns(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

struct signed_part {
	struct span input;
	struct signature signature;
};

/* Splits HEADER.PAYLOAD.SIGNATURE. */
static bool
read_part(struct span jws, struct signed_part *part)
{
	size_t dot = jws.n;
	size_t n;

	while (dot > 0 && jws.p[dot - 1] != '.')
		dot--;
	if (dot == 0)
		return false;
	part->input = span_make(jws.p, dot - 1);
	return b64url_read(span_make(jws.p + dot, jws.n - dot), part->signature.b, SIGN_SIZE, &n) &&
	       n == SIGN_SIZE;
}

static bool
read_parts(struct span token, struct signed_part parts[2])
{
	size_t first = (size_t)span_find(token, '~');
	size_t last = token.n;

	while (last > 0 && token.p[last - 1] != '~')
		last--;
	return last > 0 && read_part(span_make(token.p, first), &parts[0]) &&
	       read_part(span_make(token.p + last, token.n - last), &parts[1]);
}

static int64_t
time_bare(const struct kit *kit, const struct signed_part parts[2])
{
	int64_t began = now_ns();

	for (int i = 0; i < PER_TURN; i++)
		if (!sign_holds(&kit->record[0].public, parts[0].input, &parts[0].signature) ||
		    !sign_holds(&kit->spare[0].public, parts[1].input, &parts[1].signature))
			return 0;
	return now_ns() - began;
}

static int64_t
time_admit(struct kit *kit, struct span token)
{
	struct admit_terms terms = kit_admit_terms(kit);
	struct admit_delivery delivery;
	struct record *record = calloc(1, sizeof *record);
	int64_t began = now_ns();

	for (int i = 0; i < PER_TURN && record; i++) {
		arena_reset(kit->arena);
		if (admit_delivery(&terms, token, kit->arena, record, &delivery).why != WHY_NONE)
			return 0;
	}
	free(record);
	return now_ns() - began;
}

static int
by_time(const void *a, const void *b)
{
	const int64_t *one = a;
	const int64_t *other = b;

	return (*one > *other) - (*one < *other);
}

/* How often a second, by the middle turn. */
static double
per_second(int64_t turns_ns[TURNS])
{
	qsort(turns_ns, TURNS, sizeof *turns_ns, by_time);
	return PER_TURN * 1e9 / (double)turns_ns[TURNS / 2];
}

static void
measure(void **state)
{
	static struct kit kit;
	struct kit_record made;
	struct present_terms terms;
	struct signed_part parts[2];
	struct record *record = calloc(1, sizeof *record);
	struct out token = out_new(LIMIT_SD_JWT);
	struct field_set set;
	int64_t bare_ns[TURNS];
	int64_t admitted_ns[TURNS];

	(void)state;
	kit_open(&kit);
	kit_incident(&kit, record);
	kit_issue(&kit, record, &made);
	record_levels(record, &set);
	terms = kit_terms();
	kit_deliver(&kit, &made, &set, &terms, &token);
	assert_true(read_parts(out_view(&token), parts));
	for (int i = 0; i < TURNS; i++) {
		bare_ns[i] = time_bare(&kit, parts);
		admitted_ns[i] = time_admit(&kit, out_view(&token));
		assert_true(bare_ns[i] > 0 && admitted_ns[i] > 0);
	}
	(void)printf("delivery_bytes %zu\nbare_verify_per_second %.0f\nadmit_per_second %.0f\n",
		     token.n, per_second(bare_ns), per_second(admitted_ns));
	kit_free(&made);
	out_free(&token);
	free(record);
	kit_close(&kit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};

	(void)setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
