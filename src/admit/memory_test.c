#include "admit/form.h"
#include "admit/kit_test.h"

/*
 * Out of memory fails the message, never the process, and never lets half of a message pass for the
 * whole: every allocation of every call is made to fail once, from the first to the last.
 */
#if SEAM_SANITIZED
int
main(void)
{
	(void)printf("skipped: the sanitizer has its own allocator\n");
	return 0;
}
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static long left = -1; /* allocations until one fails; below zero: never */

static bool
is_refused(void)
{
	return left >= 0 && left-- == 0;
}

void *
malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(old, size);
}

struct fixture {
	struct kit kit;
	struct record record;
	struct kit_record made;
	struct out token, note, receipt, signing;
};

/* Tries one thing with fresh memory; whether it came out, and came out right. */
struct trial {
	const char *name;
	bool (*comes_out)(struct fixture *fixture, struct arena *arena);
};

static bool
is_same(const struct record *a, const struct record *b)
{
	return a->kind == b->kind && span_equal(a->thread, b->thread) &&
	       a->field[FIELD_PLACE].levels == b->field[FIELD_PLACE].levels &&
	       span_equal(a->field[FIELD_SUMMARY].text, b->field[FIELD_SUMMARY].text);
}

static bool
delivery(struct fixture *fixture, struct arena *arena)
{
	struct admit_terms terms = kit_admit_terms(&fixture->kit);
	struct admit_delivery facts;
	struct record record;
	enum why why =
	    admit_delivery(&terms, out_view(&fixture->token), arena, &record, &facts).why;

	if (why == WHY_NONE && !is_same(&record, &fixture->record))
		abort();
	return why == WHY_NONE;
}

static bool
peek(struct fixture *fixture, struct arena *arena)
{
	struct kid kid;

	(void)arena;
	return admit_peek(out_view(&fixture->token), &kid);
}

static bool
issue(struct fixture *fixture, struct arena *arena)
{
	struct out signing = out_new(LIMIT_JWT), disclosures = out_new(LIMIT_SD_JWT);
	enum err err =
	    issue_record(&fixture->record, 1, &fixture->kit.random, arena, &signing, &disclosures);

	if (err == ERR_OK && signing.n != fixture->signing.n)
		abort();
	out_free(&signing);
	out_free(&disclosures);
	return err == ERR_OK;
}

static bool
present(struct fixture *fixture, struct arena *arena)
{
	struct present_terms terms = kit_terms();
	struct out binding = out_new(LIMIT_SD_JWT);
	enum err err;

	(void)arena;
	present_binding(&binding, SPAN("x~"), &terms);
	err = out_err(&binding);
	out_free(&binding);
	(void)fixture;
	return err == ERR_OK;
}

static bool
receipt(struct fixture *fixture, struct arena *arena)
{
	struct receipt read;
	bool is_revoked;

	(void)arena;
	return receipt_read(out_view(&fixture->receipt), fixture->kit.keyring, &read, &is_revoked)
		   .why == WHY_NONE;
}

static bool
form(struct fixture *fixture, struct arena *arena)
{
	struct kid own = {.station = fixture->record.station, .number = 1};

	(void)arena;
	return form_of(out_view(&fixture->signing), &own) == FORM_RECORD;
}

static bool
ring(struct fixture *fixture, struct arena *arena)
{
	struct keyring *keyring = keyring_new(&fixture->kit.members);
	struct kid kid = {.station = fixture->record.station, .number = 1};
	struct keyring_key key;
	bool is_found;

	(void)arena;
	if (!keyring)
		return false;
	is_found = keyring_add_note(keyring, out_view(&fixture->note)) == WHY_NONE;
	if (is_found != keyring_find(keyring, &kid, &key))
		abort();
	keyring_free(keyring);
	return is_found;
}

static bool
revoke(struct fixture *fixture, struct arena *arena)
{
	static const char text[] =
	    "seam revoke 1\nkey a/makhmour#1\nfrom seam/a/makhmour/log/1 7\n";
	struct keyring *keyring = keyring_new(&fixture->kit.members);
	struct out note = out_new(NOTE_MAX);
	enum why why = WHY_NO_MEMORY;

	(void)arena;
	if (keyring) {
		kit_sign_root(&fixture->kit, 0, span_of(text), &note, true);
		why = keyring_add_revocation(keyring, out_view(&note));
	}
	out_free(&note);
	keyring_free(keyring);
	return why == WHY_NONE;
}

static bool
members(struct fixture *fixture, struct arena *arena)
{
	struct out text = out_new(NOTE_MAX);
	struct members read;
	bool is_read;

	(void)arena;
	members_write(&text, &fixture->kit.members);
	is_read = out_err(&text) == ERR_OK && members_read(out_view(&text), &read) == WHY_NONE;
	out_free(&text);
	return is_read;
}

static const struct trial trials[] = {
    {"delivery", delivery}, {"peek", peek},       {"issue", issue},
    {"present", present},   {"receipt", receipt}, {"form", form},
    {"ring", ring},         {"revoke", revoke},   {"members", members},
};

static void
prepare(struct fixture *fixture)
{
	struct field_set all;
	struct present_terms terms = kit_terms();
	struct out text = out_new(NOTE_MAX), disclosures = out_new(LIMIT_SD_JWT);
	struct receipt receipt = {.counter = 1, .at_ms = KIT_NOW_MS};

	kit_open(&fixture->kit);
	kit_incident(&fixture->kit, &fixture->record);
	kit_issue(&fixture->kit, &fixture->record, &fixture->made);
	record_levels(&fixture->record, &all);
	fixture->token = out_new(LIMIT_SD_JWT);
	kit_deliver(&fixture->kit, &fixture->made, &all, &terms, &fixture->token);
	fixture->signing = out_new(LIMIT_SD_JWT);
	assert_int_equal(issue_record(&fixture->record, 1, &fixture->kit.random, fixture->kit.arena,
				      &fixture->signing, &disclosures),
			 ERR_OK);
	fixture->note = out_new(NOTE_MAX);
	keynote_write(&text, &fixture->kit.keynote[0]);
	kit_sign_root(&fixture->kit, 0, out_view(&text), &fixture->note, true);
	fixture->receipt = out_new(RECEIPT_MAX);
	(void)jws_kid_read(SPAN("b/dibis#1"), &receipt.kid);
	(void)station_read(SPAN("a/makhmour"), &receipt.to);
	receipt_write(&fixture->receipt, &receipt);
	kit_sign(&fixture->receipt, &fixture->kit.record[1].secret);
	out_free(&text);
	out_free(&disclosures);
}

static void
every_allocation_may_fail(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	(void)state;
	prepare(fixture);
	for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
		bool is_out = false;
		long n = 0;

		for (; !is_out; n++) {
			struct arena *arena = arena_new(ADMIT_ARENA);
			bool was_reached;

			left = n;
			is_out = trials[i].comes_out(fixture, arena);
			was_reached = left < 0;
			left = -1;
			arena_free(arena);
			if (!is_out && !was_reached)
				fail_msg("%s fails by itself", trials[i].name);
			is_out = is_out && !was_reached;
			assert_true(n < 100000);
		}
		if (n < 2)
			fail_msg("%s takes no memory", trials[i].name);
	}
	out_free(&fixture->token);
	out_free(&fixture->note);
	out_free(&fixture->receipt);
	out_free(&fixture->signing);
	kit_free(&fixture->made);
	kit_close(&fixture->kit);
	free(fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
