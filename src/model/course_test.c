/*
 * A row: what was asked (and asked anew), what was answered at which minute, and how it stands at a
 * minute.
 */
#include "model/course.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 2027-05-04T00:00Z; minutes count from here, when the first version was filed. */
#define START INT64_C(1809388800000)

enum { MINUTE = 60000, VERSIONS_MAX = 4, ANSWERS_MAX = 16, ASKS_LONG = 10 };

struct row {
	const char *name;
	const char *asked;    /* versions: "KIND field=value;…", with " / " between */
	const char *answered; /* "MINUTE STATION WORD [to N] [eta MINUTE] [until MINUTE]; …" N: the
				 version, or "aN" an answer, from 0; the newest version so far */
	int now;
	const char *stands;
	bool is_foreign, is_taken_back;
};

#define MEDEVAC "request need=medevac;severity=red;urgent=1;litter=1;ask=c:5m"
#define EOD     "request need=eod;severity=yellow;ask=c:30m"
#define TWO     "request need=eod;ask=b:30m,c:30m"
#define RFI     "request need=information;needed_by=180m;ask=b:60m"
#define PATROL  "movement movement=patrol;window=2027-05-04T01:00Z..2027-05-04T04:00Z;ask=b:30m"
#define CROSS                                                                                      \
	"movement movement=reaction;window=2027-05-04T00:10Z..2027-05-04T03:00Z;crosses=yes;"      \
	"width_m=2000;ask=a:10m"

/* clang-format off */
static const struct row rows[] = {
	/* support, step by step */
	{.name = "asked", MEDEVAC, "", 3, "support asked open; c asked by 5; due c answer 5"},
	{.name = "seen stops the clock and is no promise", MEDEVAC, "4 c/erbil seen", 6, "support seen open; c seen by 5 first 4; due c decide"},
	{.name = "noted after seen", MEDEVAC, "4 c/erbil seen; 5 c/erbil noted", 6, "support noted open; c noted by 5 first 4; due c decide"},
	{.name = "seen after noted", MEDEVAC, "4 c/erbil noted; 5 c/erbil seen", 6, "support noted open; c noted by 5 first 4; due c decide"},
	{.name = "offered: the asker's turn", EOD, "4 c/erbil offered", 6, "support offered open; c offered by 30 first 4; due a take"},
	{.name = "offer taken", EOD, "4 c/erbil offered; 5 a/kirkuk concur to a0", 6, "support offered open; c offered by 30 first 4 taken; due c commit"},
	{.name = "offer not taken", EOD, "4 c/erbil offered; 5 a/kirkuk decline to a0", 6, "support not_taken open; c not_taken by 30 first 4; due a close"},
	{.name = "another offer after that", EOD, "4 c/erbil offered; 5 a/kirkuk decline to a0; 6 c/erbil offered", 7, "support offered open; c offered by 30 first 4; due a take"},
	{.name = "a new offer is to be taken anew", EOD, "4 c/erbil offered; 5 a/kirkuk concur to a0; 6 c/erbil offered", 7, "support offered open; c offered by 30 first 4; due a take"},
	{.name = "another party takes no offer", EOD, "4 c/erbil offered; 5 b/kirkuk concur to a0", 6, "support offered open; c offered by 30 first 4; due a take"},
	{.name = "committed", EOD, "4 c/erbil committed eta 90", 6, "support committed open; c committed by 30 first 4 eta 90; due c come 90"},
	{.name = "a new time of arrival", EOD, "4 c/erbil committed eta 90; 9 c/erbil committed eta 95", 10, "support committed open; c committed by 30 first 4 eta 95; due c come 95"},
	{.name = "the time said stays when it is not said again", EOD, "4 c/erbil committed eta 90; 9 c/erbil on_the_way", 10, "support on_the_way open; c on_the_way by 30 first 4 eta 90; due c come 90"},
	{.name = "on the way at once", MEDEVAC, "6 c/erbil on_the_way eta 38", 10, "support on_the_way open; c on_the_way by 5 first 6 eta 38; due c come 38"},
	{.name = "on site", EOD, "4 c/erbil committed; 9 c/erbil on_site", 10, "support on_site open; c on_site by 30 first 4; due c finish"},
	{.name = "done", EOD, "4 c/erbil committed; 9 c/erbil done", 10, "support done; c done by 30 first 4"},
	{.name = "seen after done changes nothing", EOD, "9 c/erbil done; 11 c/erbil seen", 12, "support done; c done by 30 first 9"},
	{.name = "what was said was not released to us", EOD, "4 c/erbil ?", 6, "support seen open; c seen by 30 first 4; due c decide"},
	{.name = "no clock of its own", "request need=logistics", "", 100, "support asked open"},
	/* how it may end */
	{.name = "declined by the only one", EOD, "4 c/erbil decline", 6, "support declined open; c declined by 30 first 4; due a close"},
	{.name = "declined: nobody else's business", EOD, "4 c/erbil decline", 6, "support declined partial; c declined by 30 first 4", .is_foreign = true},
	{.name = "withdrawn after a promise", EOD, "4 c/erbil committed; 6 c/erbil withdrawn", 7, "support withdrawn open; c withdrawn by 30 first 4; due a close"},
	{.name = "cannot", EOD, "4 c/erbil cannot", 6, "support cannot open; c cannot by 30 first 4; due a close"},
	{.name = "its time passed", "request need=eod;needed_by=60m;ask=c:30m", "", 61, "support expired open; c expired by 30; due a close"},
	{.name = "its time is not over in its last minute", "request need=eod;needed_by=60m;ask=c:30m", "", 60, "support asked open; c asked by 30; due c answer 30"},
	{.name = "an offer that nobody took passes too", "request need=eod;needed_by=60m;ask=c:30m", "9 c/erbil offered", 61, "support expired open; c expired by 30 first 9; due a close"},
	{.name = "who is on the way is late, not gone", "request need=eod;needed_by=60m;ask=c:30m", "9 c/erbil on_the_way eta 70", 80, "support on_the_way open; c on_the_way by 30 first 9 eta 70; due c come 70"},
	{.name = "the window is the end where nothing else is said", "request need=eod;window=2027-05-04T00:00Z..2027-05-04T01:00Z;ask=c:30m", "", 61, "support expired open; c expired by 30; due a close"},
	{.name = "closed by who asked", EOD " / " EOD ";state=closed", "", 61, "support closed; c asked by 30"},
	{.name = "closed after it was done", EOD " / " EOD ";state=closed", "9 c/erbil done", 61, "support done; c done by 30 first 9"},
	{.name = "taken back", EOD, "9 c/erbil committed", 10, "support withdrawn; c committed by 30 first 9", .is_taken_back = true},
	{.name = "who asked says withdrawn", EOD, "9 c/erbil committed; 10 a/kirkuk withdrawn", 11, "support withdrawn; c committed by 30 first 9"},
	{.name = "who asked says done", EOD, "9 c/erbil committed; 10 a/erbil done", 11, "support done; c committed by 30 first 9"},
	/* several */
	{.name = "one offer does not close the other", TWO, "4 b/kirkuk offered", 6, "support offered open; b offered by 30 first 4; c asked by 30; due c answer 30"},
	{.name = "one that declines does not either", TWO, "4 b/kirkuk decline", 6, "support asked open; b declined by 30 first 4; c asked by 30; due c answer 30"},
	{.name = "two promises", TWO, "4 b/kirkuk committed eta 70; 6 c/erbil committed eta 50", 10, "support committed open; b committed by 30 first 4 eta 70; c committed by 30 first 6 eta 50; due c come 50"},
	{.name = "done by one, another under way", TWO, "4 b/kirkuk done; 6 c/erbil on_the_way", 10, "support on_the_way open; b done by 30 first 4; c on_the_way by 30 first 6; due c come"},
	{.name = "done by one, another only asked", TWO, "4 b/kirkuk done", 10, "support done; b done by 30 first 4; c asked by 30"},
	{.name = "who was not asked may offer", EOD, "4 d/one offered", 6, "support offered open; c asked by 30; d offered unasked first 4; due c answer 30"},
	{.name = "two stations of one party speak for it", EOD, "4 c/erbil offered; 6 c/mosul committed", 7, "support committed open; c committed by 30 first 4; due c come"},
	{.name = "an own party that is asked is no asker", "request need=eod;ask=a:30m", "4 a/erbil committed", 5, "support committed open; a committed by 30 first 4; due a come"},
	/* odd ones: shown, never dropped; the last word stands */
	{.name = "committed after withdrawn", EOD, "4 c/erbil committed; 6 c/erbil withdrawn; 8 c/erbil committed", 9, "support committed open; c committed by 30 first 4 odd; due c come; odd 1"},
	{.name = "a new offer after withdrawn is not odd", EOD, "4 c/erbil committed; 6 c/erbil withdrawn; 8 c/erbil offered", 9, "support offered open; c offered by 30 first 4; due a take"},
	{.name = "withdrawn without a promise", EOD, "4 c/erbil withdrawn", 9, "support withdrawn open; c withdrawn by 30 first 4 odd; due a close; odd 1"},
	{.name = "back from done", EOD, "4 c/erbil done; 6 c/erbil on_the_way", 9, "support on_the_way open; c on_the_way by 30 first 4 odd; due c come; odd 1"},
	{.name = "declined after a promise", EOD, "4 c/erbil committed; 6 c/erbil decline", 9, "support declined open; c declined by 30 first 4 odd; due a close; odd 1"},
	{.name = "odd once, then in order again", EOD, "4 c/erbil done; 6 c/erbil committed; 8 c/erbil done", 9, "support done; c done by 30 first 4; odd 1"},
	{.name = "concur is no answer to it", EOD, "4 c/erbil concur", 9, "support seen open; c seen by 30 first 4 odd; due c decide; odd 1"},
	{.name = "who asked cannot commit", EOD, "4 a/kirkuk committed", 9, "support asked open; c asked by 30; due c answer 30; odd 1"},
	/* lines 6 to 9 follow */
	{.name = "an amendment keeps what was answered", MEDEVAC " / " MEDEVAC ";security=n;marking=panels", "2 c/erbil committed to 0 eta 30", 4, "support committed open; c committed by 5 first 2 eta 30; due c come 30"},
	{.name = "an amendment asks one more", MEDEVAC " / request need=medevac;severity=red;ask=c:5m,b:15m", "2 c/erbil decline to 0", 4, "support asked open; c declined by 5 first 2; b asked by 15; due b answer 15"},
	/* help that crosses the line */
	{.name = "the line's other side concurs, the helper comes", "request need=medevac;crosses=yes;ask=c:5m,b:10m", "2 c/erbil on_the_way eta 30; 6 b/kirkuk concur", 7, "support on_the_way open agreed; c on_the_way by 5 first 2 eta 30; b seen by 10 first 6 concurs; due c come 30"},
	{.name = "nobody concurred yet", "request need=medevac;crosses=yes;ask=c:5m,b:10m", "2 c/erbil on_the_way eta 30; 6 b/kirkuk noted", 7, "support on_the_way open consent; c on_the_way by 5 first 2 eta 30; b noted by 10 first 6; due c come 30"},
	{.name = "the other side objects", "request need=medevac;crosses=yes;ask=c:5m,b:10m", "2 c/erbil on_the_way eta 30; 6 b/kirkuk concur; 7 b/kirkuk object", 8, "support on_the_way open consent; c on_the_way by 5 first 2 eta 30; b objected by 10 first 6; due c come 30"},
	/* information */
	{.name = "question asked", RFI, "", 3, "question asked open; b asked by 60; due b answer 60"},
	{.name = "seen: due by when it is needed", RFI, "9 b/kirkuk seen", 100, "question seen open; b seen by 60 first 9; due b decide 180"},
	{.name = "answered", RFI, "100 b/kirkuk answered", 101, "question answered; b answered by 60 first 100"},
	{.name = "nothing held is an answer", RFI, "100 b/kirkuk nothing", 101, "question nothing; b nothing by 60 first 100"},
	{.name = "cannot share is an answer", RFI, "100 b/kirkuk cannot", 101, "question cannot; b cannot by 60 first 100"},
	{.name = "declined is none", RFI, "100 b/kirkuk decline", 101, "question declined open; b declined by 60 first 100; due a close"},
	{.name = "its time passed unanswered", RFI, "9 b/kirkuk seen", 181, "question expired open; b expired by 60 first 9; due a close"},
	{.name = "answered late is answered", RFI, "190 b/kirkuk answered", 191, "question answered; b answered by 60 first 190"},
	{.name = "who promised to look is late", RFI, "9 b/kirkuk committed", 190, "question committed open; b committed by 60 first 9; due b answer 180"},
	{.name = "one of two answered", "request need=information;needed_by=180m;ask=b:60m,c:60m", "9 b/kirkuk answered", 10, "question answered open; b answered by 60 first 9; c asked by 60; due c answer 60"},
	{.name = "found after all", RFI, "9 b/kirkuk nothing; 20 b/kirkuk answered", 21, "question answered; b answered by 60 first 9"},
	{.name = "nothing after answered", RFI, "9 b/kirkuk answered; 20 b/kirkuk nothing", 21, "question nothing; b nothing by 60 first 9 odd; odd 1"},
	{.name = "on the way is no answer", RFI, "9 b/kirkuk on_the_way", 21, "question seen open; b seen by 60 first 9 odd; due b decide 180; odd 1"},
	/* what needs consent */
	{.name = "crossing: asked", CROSS, "", 1, "consent not_agreed open consent; a asked by 10; due a answer 10"},
	{.name = "seen is not agreed", CROSS, "2 a/kirkuk seen", 6, "consent not_agreed open consent; a seen by 10 first 2; due a concur 10"},
	{.name = "noted is not agreed", CROSS, "2 a/kirkuk noted", 6, "consent not_agreed open consent; a noted by 10 first 2; due a concur 10"},
	{.name = "concur is", CROSS, "2 a/kirkuk seen; 6 a/kirkuk concur", 7, "consent agreed agreed; a agreed by 10 first 2 concurs"},
	{.name = "taken back again", CROSS, "6 a/kirkuk concur; 9 a/kirkuk withdrawn", 10, "consent withdrawn open consent; a withdrawn by 10 first 6; due b close"},
	{.name = "objected", CROSS, "6 a/kirkuk object", 10, "consent objected open consent; a objected by 10 first 6; due b close"},
	{.name = "objected, then convinced", CROSS, "6 a/kirkuk object; 9 a/kirkuk concur", 10, "consent agreed agreed; a agreed by 10 first 6 concurs"},
	{.name = "for a time, which holds", CROSS, "6 a/kirkuk concur until 60", 60, "consent agreed agreed; a agreed by 10 first 6 concurs"},
	{.name = "for a time, which ran out", CROSS, "6 a/kirkuk concur until 60", 61, "consent not_agreed open consent; a expired by 10 first 6; due a concur 10"},
	{.name = "over", CROSS, "6 a/kirkuk concur", 181, "consent over consent; a agreed by 10 first 6 concurs"},
	{.name = "a promise of help is no consent", CROSS, "6 a/kirkuk committed", 7, "consent not_agreed open consent; a seen by 10 first 6 odd; due a concur 10; odd 1"},
	{.name = "moved since: to be agreed anew", CROSS " / movement movement=reaction;window=2027-05-04T00:10Z..2027-05-04T05:00Z;crosses=yes;width_m=2000;ask=a:10m",
	    "6 a/kirkuk concur to 0", 7, "consent not_agreed open consent; a seen by 10 first 6 behind; due a concur 10"},
	{.name = "amended in other things: agreed still", CROSS " / " CROSS ";state=active;unit=b-2", "6 a/kirkuk concur to 0", 7, "consent agreed agreed; a agreed by 10 first 6 concurs"},
	{.name = "agreed to a version that is not held", CROSS, "6 a/kirkuk concur to 9", 7, "consent not_agreed open consent; a seen by 10 first 6 behind; due a concur 10"},
	{.name = "one of two is not all", "request need=corridor;ask=b:10m,c:10m", "6 b/kirkuk concur", 7, "consent not_agreed open consent; b agreed by 10 first 6 concurs; c asked by 10; due c answer 10"},
	{.name = "both are", "request need=corridor;ask=b:10m,c:10m", "6 b/kirkuk concur; 7 c/erbil concur", 8, "consent agreed agreed; b agreed by 10 first 6 concurs; c agreed by 10 first 7 concurs"},
	{.name = "who was not asked may object", "request need=corridor;ask=b:10m", "6 b/kirkuk concur; 7 c/erbil object", 8, "consent objected open consent; b agreed by 10 first 6 concurs; c objected unasked first 7; due a close"},
	{.name = "a decision asks the parties it names", "decision severity=red;parties=a,b;state=active", "", 3, "consent not_agreed open consent; b asked; due b answer"},
	{.name = "a decision, concurred", "decision parties=a,b;ask=b:5m", "2 b/kirkuk concur", 3, "consent agreed agreed; b agreed by 5 first 2 concurs"},
	/* notices */
	{.name = "a notice asks to be seen", PATROL, "", 3, "notice asked open; b asked by 30; due b answer 30"},
	{.name = "seen is enough", PATROL, "9 b/kirkuk seen", 10, "notice seen; b seen by 30 first 9"},
	{.name = "objected to", PATROL, "9 b/kirkuk object", 10, "notice objected open; b objected by 30 first 9; due a close"},
	{.name = "a notice is over", PATROL, "", 241, "notice over; b asked by 30"},
	{.name = "a notice that asks nobody", "warning severity=red;window=2027-05-04T00:00Z..2027-05-04T05:00Z", "", 10, "notice asked"},
	{.name = "a closed notice", PATROL " / " PATROL ";state=closed", "", 10, "notice closed; b asked by 30"},
	/* others' */
	{.name = "one sees one's own row alone", "request need=eod;ask=b:30m", "", 3, "support asked open partial; b asked by 30; due b answer 30", .is_foreign = true},
	{.name = "no course", "answer answer=seen", "", 3, "none asked"},
	{.name = "an alert has none", "alert rule=chain;severity=red", "", 3, "none asked"},
};
/* clang-format on */

struct told {
	struct arena *arena;
	struct record records[VERSIONS_MAX];
	struct course_version versions[VERSIONS_MAX];
	struct course_answer answers[ANSWERS_MAX];
	struct course_question question;
};

static struct hash
id_of(char what, int64_t number)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%c%d", what, (int)number);
	return hash_of(span_of(text));
}

static void
tell_version(struct told *told, struct span text)
{
	const struct record_typing typing = {.now_ms = START, .zone_min = 180};
	size_t n = told->question.versions_n++;
	struct record *record = &told->records[n];
	struct span word;
	struct span name;

	assert_true(n < VERSIONS_MAX && span_split(&text, ' ', &word));
	record_init(record, kind_find(word));
	assert_int_not_equal(record->kind, KIND_NONE);
	while (text.n && span_split(&text, ';', &word)) {
		enum why why;

		assert_true(span_split(&word, '=', &name));
		why = record_set(record, told->arena, field_find(name), word, &typing);
		if (why != WHY_NONE && kind_has(record->kind, field_find(name)))
			fail_msg("%.*s: %s", (int)name.n, name.p, why_text(why));
	}
	told->versions[n] =
	    (struct course_version){id_of('v', (int64_t)n), record, START + (int64_t)n * MINUTE};
}

static int64_t
number(struct span text)
{
	int64_t value;

	assert_true(span_int(text, 0, 100000, &value));
	return value;
}

static void
tell_answer(struct told *told, struct span text)
{
	size_t n = told->question.answers_n++;
	struct course_answer *answer = &told->answers[n];
	unsigned code;
	struct span word;

	text = span_trim(text);
	assert_true(n < ANSWERS_MAX && span_split(&text, ' ', &word));
	answer->id = id_of('a', (int64_t)n);
	answer->re = id_of('v', (int64_t)told->question.versions_n - 1);
	answer->at_ms = START + number(word) * MINUTE;
	assert_true(span_split(&text, ' ', &word) && station_read(word, &answer->station));
	assert_true(span_split(&text, ' ', &word));
	answer->answer = vocab_find(VOCAB_ANSWER, word, &code) ? (int)code : -1;
	while (text.n && span_split(&text, ' ', &word)) {
		struct span value;

		assert_true(span_split(&text, ' ', &value));
		if (span_is(word, "eta"))
			answer->eta_ms = START + number(value) * MINUTE;
		else if (span_is(word, "until"))
			answer->until_ms = START + number(value) * MINUTE;
		else if (value.p[0] == 'a')
			answer->re = id_of('a', number(span_make(value.p + 1, value.n - 1)));
		else
			answer->re = id_of('v', number(value));
	}
}

static void
tell(struct told *told, const struct row *row)
{
	const char *at = row->asked;
	struct span rest = span_of(row->answered);
	struct span one;

	memset(told, 0, sizeof *told);
	told->arena = arena_new(1 << 20);
	for (const char *end; at; at = end ? end + 3 : NULL) {
		end = strstr(at, " / ");
		tell_version(told, end ? span_make(at, (size_t)(end - at)) : span_of(at));
	}
	while (rest.n && span_split(&rest, ';', &one))
		tell_answer(told, one);
	assert_true(
	    station_read(span_of(strstr(row->asked, "movement=reaction") ? "b/kirkuk" : "a/kirkuk"),
			 &told->question.station));
	told->question.is_whole = !row->is_foreign;
	told->question.is_taken_back = row->is_taken_back;
	told->question.versions = told->versions;
	told->question.answers = told->answers;
	told->question.clocks = (struct course_clocks){5, 15, 60};
	told->question.now_ms = START + row->now * MINUTE;
}

static void
write_at(struct out *out, const char *word, int64_t at_ms)
{
	if (at_ms)
		out_format(out, " %s%lld", word, (long long)((at_ms - START) / MINUTE));
}

static void
write_row(struct out *out, const struct course_row *row)
{
	out_format(out, "; %s %s%s", row->party.name, course_state_code(row->state),
		   row->is_asked ? "" : " unasked");
	write_at(out, "by ", row->by_ms);
	write_at(out, "first ", row->first_ms);
	write_at(out, "eta ", row->eta_ms);
	out_format(out, "%s%s%s%s", row->is_taken ? " taken" : "", row->concurs ? " concurs" : "",
		   row->is_behind ? " behind" : "", row->is_odd ? " odd" : "");
}

static void
write_course(struct out *out, const struct course *course)
{
	out_format(out, "%s %s%s%s%s", course_way_code(course->way),
		   course_state_code(course->state), course->is_open ? " open" : "",
		   course->is_partial ? " partial" : "",
		   course->is_agreed       ? " agreed"
		   : course->needs_consent ? " consent"
					   : "");
	for (unsigned i = 0; i < course->n; i++)
		write_row(out, &course->row[i]);
	if (course->due.step != COURSE_STEP_NONE) {
		out_format(out, "; due %s %s", course->due.party.name,
			   course_step_code(course->due.step));
		write_at(out, "", course->due.at_ms);
	}
	if (course->odd)
		out_format(out, "; odd %u", course->odd);
}

static void
test_rows(void **state)
{
	static struct told told;
	unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct course course;
		struct out out = out_new(4096);

		tell(&told, &rows[i]);
		course_follow(&told.question, &course);
		write_course(&out, &course);
		if (!span_is(out_view(&out), rows[i].stands)) {
			print_error("%s\n  wanted %s\n  got    %.*s\n", rows[i].name,
				    rows[i].stands, (int)out.n, out.p);
			failed++;
		}
		out_free(&out);
		arena_free(told.arena);
	}
	assert_int_equal(failed, 0);
}

/* The same again gives the same: nothing is kept in the answers. */
static void
test_again(void **state)
{
	static struct told told;
	struct course one;
	struct course other;

	(void)state;
	tell(&told, &rows[0]);
	tell_answer(&told, SPAN("4 c/erbil committed"));
	tell_answer(&told, SPAN("6 c/erbil decline"));
	course_follow(&told.question, &one);
	course_follow(&told.question, &other);
	assert_memory_equal(&one, &other, sizeof one);
	assert_true(told.answers[1].is_odd);
	assert_int_equal(told.answers[0].state, COURSE_COMMITTED);
	arena_free(told.arena);
}

/* More parties than there can be: the rows are full, nothing is written beyond. */
static void
test_many(void **state)
{
	static struct told told;
	struct course course;
	char station[32];

	(void)state;
	tell(&told, &rows[0]);
	told.question.answers_n = ANSWERS_MAX;
	for (int i = 0; i < ANSWERS_MAX; i++) {
		(void)snprintf(station, sizeof station, "x%d/one", i);
		told.answers[i] = (struct course_answer){.id = id_of('a', i),
							 .re = id_of('v', 0),
							 .answer = ANSWER_OFFERED,
							 .at_ms = START};
		assert_true(station_read(span_of(station), &told.answers[i].station));
	}
	course_follow(&told.question, &course);
	assert_int_equal(course.n, LIMIT_PARTIES);
	arena_free(told.arena);
}

static void
test_words(void **state)
{
	(void)state;
	for (enum course_state i = 0; i < COURSE_STATE_COUNT; i++)
		assert_true(course_state_code(i)[0] && course_state_label(i)[0]);
	for (enum course_step i = 0; i < COURSE_STEP_COUNT; i++)
		assert_true(course_step_code(i)[0] && course_step_label(i)[0]);
	for (enum course_way i = 0; i < COURSE_WAY_COUNT; i++)
		assert_true(course_way_code(i)[0]);
	assert_null(course_state_code(COURSE_STATE_COUNT));
	assert_null(course_step_label(COURSE_STEP_COUNT));
	assert_null(course_way_code(COURSE_WAY_COUNT));
}

/* Every need and every answer is known here. */
static void
test_needs(void **state)
{
	static struct told told;
	struct row row = {"", "", "", 1, "", false, false};
	char asked[64];

	(void)state;
	for (unsigned need = 0; need < NEED_COUNT; need++) {
		struct course course;

		(void)snprintf(asked, sizeof asked, "request need=%s;ask=c:5m",
			       vocab_code(VOCAB_NEED, need));
		row.asked = asked;
		tell(&told, &row);
		course_follow(&told.question, &course);
		assert_int_equal(course.way, need == NEED_INFORMATION ? COURSE_WAY_QUESTION
					     : need == NEED_CORRIDOR  ? COURSE_WAY_CONSENT
								      : COURSE_WAY_SUPPORT);
		assert_true(course.is_open);
		for (unsigned answer = 0; answer < ANSWER_COUNT; answer++) {
			told.question.answers_n = 1;
			told.answers[0].id = id_of('a', 0);
			told.answers[0].re = id_of('v', 0);
			told.answers[0].answer = (int)answer;
			told.answers[0].at_ms = START + 1;
			assert_true(station_read(SPAN("c/erbil"), &told.answers[0].station));
			course_follow(&told.question, &course);
			assert_int_equal(course.row[0].first_ms, START + 1);
			assert_int_not_equal(course.row[0].state, COURSE_ASKED);
		}
		arena_free(told.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),  cmocka_unit_test(test_again), cmocka_unit_test(test_many),
	    cmocka_unit_test(test_words), cmocka_unit_test(test_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
