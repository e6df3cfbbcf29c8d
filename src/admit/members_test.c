#include "admit/kit_test.h"

static const char plain_text[] = "seam members 1\n"
				 "version 3\n"
				 "purpose warn one another\n"
				 "party a $A\n"
				 "party b $B\n"
				 "party j $C j\n"
				 "quorum 2\n";

static const char exercise_text[] = "seam members 1\n"
				    "version 1\n"
				    "purpose EXERCISE SEAM 72\n"
				    "exercise 1809389400000 1700000000000 7.5\n"
				    "party a $A\n"
				    "quorum 1\n";

/* $A, $B, $C become the roots of the kit. */
static void
fill(const struct kit *kit, const char *text, struct out *out)
{
	for (; *text; text++) {
		if (*text != '$') {
			out_char(out, *text);
			continue;
		}
		text++;
		b64_write(out, span_make(kit->root[*text - 'A'].public.b, SIGN_PUBLIC_SIZE));
	}
}

static enum why
read_text(const struct kit *kit, const char *text, struct members *members)
{
	struct out filled = out_new(1 << 20);
	enum why why;

	fill(kit, text, &filled);
	why = members_read(out_view(&filled), members);
	if (why == WHY_NONE) {
		struct out again = out_new(NOTE_MAX);

		members_write(&again, members);
		assert_true(span_equal(out_view(&again), out_view(&filled)));
		out_free(&again);
	} else {
		assert_int_equal(members->n, 0);
	}
	out_free(&filled);
	return why;
}

static void
texts_read_and_write(void **state)
{
	struct kit kit;
	struct members members;

	(void)state;
	kit_open(&kit);
	assert_int_equal(read_text(&kit, plain_text, &members), WHY_NONE);
	assert_int_equal(members.version, 3);
	assert_string_equal(members.purpose, "warn one another");
	assert_false(members.is_exercise);
	assert_int_equal(members.n, 3);
	assert_string_equal(members.member[2].party.name, "j");
	assert_true(members.member[2].is_joint);
	assert_false(members.member[1].is_joint);
	assert_int_equal(members.quorum, 2);
	assert_int_equal(members_time(&members, 1234), 1234);
	assert_int_equal(read_text(&kit, exercise_text, &members), WHY_NONE);
	assert_int_equal(members.rate_milli, 7500);
	assert_int_equal(members_time(&members, 1700000000000), 1809389400000);
	assert_int_equal(members_time(&members, 1700000010000), 1809389475000);
	assert_int_equal(members_time(&members, 1700000000001), 1809389400007);
	assert_int_equal(members_time(&members, 1699999990000), 1809389325000);
	kit_close(&kit);
}

#define TEN   "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG  FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY
#define HEAD  "seam members 1\nversion 1\npurpose x\n"

/* clang-format off */
static const struct {
	const char *name, *text;
	enum why why;
} rows[] = {
	{"one party", HEAD "party a $A\nquorum 1\n", WHY_NONE},
	{"rate below one", "seam members 1\nversion 1\npurpose x\nexercise 0 0 0.001\nparty a $A\nquorum 1\n", WHY_NONE},
	{"rate 1000", "seam members 1\nversion 1\npurpose x\nexercise 0 0 1000\nparty a $A\nquorum 1\n", WHY_NONE},
	{"nothing", "", WHY_BAD_FORM},
	{"another document", "seam key 1\n", WHY_BAD_FORM},
	{"another form", "seam members 2\nversion 1\npurpose x\nparty a $A\nquorum 1\n", WHY_BAD_FORM},
	{"no last newline", HEAD "party a $A\nquorum 1", WHY_BAD_FORM},
	{"no version", "seam members 1\npurpose x\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"version 0", "seam members 1\nversion 0\npurpose x\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"version 01", "seam members 1\nversion 01\npurpose x\nparty a $A\nquorum 1\n", WHY_BAD_FORM},
	{"no purpose", "seam members 1\nversion 1\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"empty purpose", "seam members 1\nversion 1\npurpose \nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"purpose that turns its reading", "seam members 1\nversion 1\npurpose x\xe2\x80\xae" "y\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"purpose in Arabic", "seam members 1\nversion 1\npurpose \xd9\x86\xd8\xad\xd8\xb0\xd8\xb1\nparty a $A\nquorum 1\n", WHY_NONE},
	{"no party", HEAD "quorum 1\n", WHY_BAD_VALUE},
	{"no quorum", HEAD "party a $A\n", WHY_BAD_VALUE},
	{"quorum 0", HEAD "party a $A\nquorum 0\n", WHY_BAD_VALUE},
	{"quorum above the parties", HEAD "party a $A\nquorum 2\n", WHY_BAD_VALUE},
	{"a line more", HEAD "party a $A\nquorum 1\nquorum 1\n", WHY_BAD_FORM},
	{"parties out of order", HEAD "party b $B\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"a party twice", HEAD "party a $A\nparty a $B\nquorum 1\n", WHY_BAD_VALUE},
	{"a root twice", HEAD "party a $A\nparty b $A\nquorum 1\n", WHY_BAD_VALUE},
	{"a root that is no point", HEAD "party a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nquorum 1\n", WHY_BAD_VALUE},
	{"a root too short", HEAD "party a AAAA\nquorum 1\n", WHY_BAD_VALUE},
	{"no root", HEAD "party a\nquorum 1\n", WHY_BAD_VALUE},
	{"a station as party", HEAD "party a/x $A\nquorum 1\n", WHY_BAD_VALUE},
	{"an unknown mark", HEAD "party a $A k\nquorum 1\n", WHY_BAD_FORM},
	{"two marks", HEAD "party a $A j j\nquorum 1\n", WHY_BAD_FORM},
	{"two blanks", HEAD "party a  $A\nquorum 1\n", WHY_BAD_VALUE},
	{"carriage return", HEAD "party a $A\r\nquorum 1\n", WHY_BAD_VALUE},
	{"rate 0", "seam members 1\nversion 1\npurpose x\nexercise 0 0 0\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"rate too fast", "seam members 1\nversion 1\npurpose x\nexercise 0 0 1000.001\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"rate with four places", "seam members 1\nversion 1\npurpose x\nexercise 0 0 1.0001\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"rate with a zero behind", "seam members 1\nversion 1\npurpose x\nexercise 0 0 1.50\nparty a $A\nquorum 1\n", WHY_BAD_FORM},
	{"rate without an end", "seam members 1\nversion 1\npurpose x\nexercise 0 0 1.\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"rate is a word", "seam members 1\nversion 1\npurpose x\nexercise 0 0 x\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"rate with letters behind the point", "seam members 1\nversion 1\npurpose x\nexercise 0 0 1.x\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"start is a word", "seam members 1\nversion 1\npurpose x\nexercise x 0 1\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"epoch is a word", "seam members 1\nversion 1\npurpose x\nexercise 0 x 1\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"no epoch", "seam members 1\nversion 1\npurpose x\nexercise 0\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"purpose too long", "seam members 1\nversion 1\npurpose " LONG "\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"no rate", "seam members 1\nversion 1\npurpose x\nexercise 0 0\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
	{"time beyond counting", "seam members 1\nversion 1\npurpose x\nexercise 999999999999999 0 1\nparty a $A\nquorum 1\n", WHY_BAD_VALUE},
};
/* clang-format on */

static void
a_row_per_form(void **state)
{
	struct kit kit;

	(void)state;
	kit_open(&kit);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct members members;
		enum why why = read_text(&kit, rows[i].text, &members);

		if (why != rows[i].why)
			fail_msg("%s: %s", rows[i].name, why_code(why));
	}
	kit_close(&kit);
}

static void
sizes_are_bounded(void **state)
{
	struct out text = out_new(1 << 20);
	struct members members;
	struct kit_pair pair;

	(void)state;
	out_text(&text, HEAD);
	for (unsigned char i = 0; i <= LIMIT_PARTIES; i++) {
		kit_pair(&pair, 8, i);
		out_format(&text, "party %c ", 'a' + i);
		b64_write(&text, span_make(pair.public.b, SIGN_PUBLIC_SIZE));
		out_char(&text, '\n');
	}
	out_text(&text, "quorum 1\n");
	assert_int_equal(members_read(out_view(&text), &members), WHY_TOO_LARGE);
	while (text.n <= NOTE_MAX)
		out_char(&text, '\n');
	assert_int_equal(members_read(out_view(&text), &members), WHY_TOO_LARGE);
	out_free(&text);
}

static void
every_root_must_sign(void **state)
{
	struct kit kit;
	struct members members;
	struct out text = out_new(NOTE_MAX), note = out_new(NOTE_MAX);
	unsigned n;

	(void)state;
	kit_open(&kit);
	members_write(&text, &kit.members);
	assert_int_equal(members_open(out_view(&text), &members, &n), WHY_BAD_FORM);
	for (unsigned i = 0; i < KIT_PARTIES; i++) {
		kit_sign_root(&kit, i, out_view(&text), &note, i == 0);
		assert_int_equal(members_open(out_view(&note), &members, &n),
				 i + 1 < KIT_PARTIES ? WHY_MISSING_SIGNATURE : WHY_NONE);
		assert_int_equal(n, i + 1);
		assert_int_equal(members.n, i + 1 < KIT_PARTIES ? 0 : KIT_PARTIES);
	}
	assert_int_equal(members_open(out_view(&note), &members, NULL), WHY_NONE);
	for (size_t i = 0; i < note.n; i += TEST_SLOW ? 1 : 5) {
		note.p[i] ^= 1;
		assert_int_not_equal(members_open(out_view(&note), &members, &n), WHY_NONE);
		note.p[i] ^= 1;
	}
	note.p[strlen("seam members 1\nversion ")] = '2';
	assert_int_equal(members_open(out_view(&note), &members, &n), WHY_BAD_SIGNATURE);
	out_free(&text);
	out_free(&note);
	kit_close(&kit);
}

static void
a_newer_list_takes_the_place(void **state)
{
	struct kit kit;
	struct members next;
	struct party a = {"a"}, x = {"x"};

	(void)state;
	kit_open(&kit);
	next = kit.members;
	assert_int_equal(members_follow(&kit.members, &next, &a), WHY_OLD_VERSION);
	next.version = 2;
	assert_int_equal(members_follow(&kit.members, &next, &a), WHY_NONE);
	assert_int_equal(members_follow(&kit.members, &next, &x), WHY_UNKNOWN_PARTY);
	next.member[2].root = kit.spare[2].public;
	assert_int_equal(members_follow(&kit.members, &next, &a), WHY_KEY_CHANGED);
	next.n = 2; /* c has left */
	assert_int_equal(members_follow(&kit.members, &next, &a), WHY_NONE);
	next.member[0].root = kit.spare[0].public;
	assert_int_equal(members_follow(&kit.members, &next, &a), WHY_KEY_CHANGED);
	next = kit.members;
	next.version = 2;
	next.is_exercise = false;
	assert_int_equal(members_follow(&kit.members, &next, &a), WHY_EXERCISE);
	assert_null(members_find(&kit.members, &x));
	assert_ptr_equal(members_find(&kit.members, &a), &kit.members.member[0]);
	kit_close(&kit);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_read_and_write),
	    cmocka_unit_test(a_row_per_form),
	    cmocka_unit_test(sizes_are_bounded),
	    cmocka_unit_test(every_root_must_sign),
	    cmocka_unit_test(a_newer_list_takes_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
