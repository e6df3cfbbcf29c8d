#ifndef SEAM_RELEASE_MAKER_TEST_H
#define SEAM_RELEASE_MAKER_TEST_H

/*
 * Random policies, records and questions for the tests of this room, made so that a test can say
 * beforehand what a line grants and what it reads.  Included by tests only.
 */
#include "model/ground.h"
#include "release/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	ARENA_MAX = 1 << 22,
	LINES_MAX = 14,
	LINE_TEXT = 512,
	POOL = 24,  /* values of each field to choose from */
	PARTY_B = 1 /* bit of b in a line's `to` */
};

static const int64_t FILED = 1809388800000;
static const int64_t HOUR = 3600000;

/* Steps divide the hour and delays are whole hours, so whatever is filed in the first ten minutes
 * of an hour has the same slot under every line. */
static const unsigned STEPS_M[] = {10, 20, 30};
static const int64_t SAME_SLOT_MS = 600000;

/* A zone stands for the first days of May. Governorates and districts meet at 35.5 N, 42.4 E and 45
 * E, so that squares are cut by them; "Nowhere" is on no layer. */
#define BOX(name, layer, w, s, e, n)                                                               \
	"{\"type\":\"Feature\",\"properties\":{\"name\":\"" name "\",\"layer\":\"" layer           \
	"\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[" w "," s "],[" e "," s "],[" e \
	"," n "],[" w "," n "],[" w "," s "]]]}}"
static const char GROUND[] =
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Box\",\"layer\":\"zone\",\"from\":\"2027-05-"
    "01\","
    "\"to\":\"2027-05-15\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[44.1,35.1],[44.5,"
    "35.1],"
    "[44.5,35.6],[44.1,35.6]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"L1\",\"layer\":\"boundary\"},"
    "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[44,34],[44.5,37]]}}," BOX(
	"North", "governorate", "40", "35.5", "47",
	"38") "," BOX("South", "governorate", "40", "33", "47",
		      "35.5") "," BOX("West", "district", "40", "35.5", "42.4",
				      "38") "," BOX("East", "district", "42.4", "35.5", "45",
						    "38") "]}";

/* clang-format off */
static const enum kind KINDS[] = {KIND_INCIDENT, KIND_SIGHTING, KIND_CASUALTY, KIND_MOVEMENT, KIND_REQUEST,
	KIND_WARNING, KIND_COVERAGE, KIND_DECISION, KIND_CIVIL, KIND_STATEMENT};
static const char *const PLACES[] = {"38SME4525347153", "38SMD65347865", "38SLE0012", "36.0012,42.0031", "35.4990,44.1000",
	"35.5010,44.1000", "36.1000,42.3990", "37SGA1532", "38SME"};
static const char *const TIMES[] = {"2027-05-03T23:15Z", "2027-05-03T21:59Z", "2027-05-04", "2027-05",
	"2027-05-03T10:00Z..2027-05-03T18:30Z"};
/* clang-format on */

struct line {
	char text[LINE_TEXT];
	uint32_t kinds;
	unsigned to;
	struct field_set items; /* granted, or taken by a cap */
	bool reads[FIELD_COUNT];
	bool is_timed, is_stepped, is_manual, is_cap;
};

struct law {
	uint64_t seed;
	struct arena *pool_arena, *arena;
	struct ground *ground;
	struct value pool[FIELD_COUNT][POOL];
	unsigned pooled[FIELD_COUNT];
	struct line line[LINES_MAX + 1];
	unsigned lines_n;
};

static inline uint64_t
random_of(struct law *law)
{
	uint64_t z = law->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline unsigned
below(struct law *law, unsigned n)
{
	return (unsigned)(random_of(law) % n);
}

static inline void
typed_value(struct law *law, enum field field, char *text, size_t size)
{
	static const char *const names[] = {"North", "South", "West", "East", "Nowhere"};
	const struct field_row *row = field_row(field);
	unsigned n = below(law, 1000);

	switch (row->type) {
	case FIELD_TYPE_CODE:
	case FIELD_TYPE_CODES:
		(void)snprintf(text, size, "%s",
			       vocab_code(row->vocab, n % vocab_size(row->vocab)));
		break;
	case FIELD_TYPE_NAME:
		(void)snprintf(text, size, "%s", names[n % 5]);
		if (field != FIELD_GOVERNORATE && field != FIELD_DISTRICT)
			(void)snprintf(text, size, "n-%u", n % 4);
		break;
	case FIELD_TYPE_LINE:
	case FIELD_TYPE_FREE:
	case FIELD_TYPE_DOC:
		(void)snprintf(text, size, "words %u", n);
		break;
	case FIELD_TYPE_NUMBER:
	case FIELD_TYPE_QUANTITY:
		(void)snprintf(text, size, "%u", n % 9);
		break;
	case FIELD_TYPE_WHEN:
		(void)snprintf(text, size, "%s", TIMES[n % (sizeof TIMES / sizeof TIMES[0])]);
		break;
	case FIELD_TYPE_INSTANT:
		(void)snprintf(text, size, "2027-05-%02uT10:00Z", n % 28 + 1);
		break;
	case FIELD_TYPE_PLACE:
		(void)snprintf(text, size, "%s", PLACES[n % (sizeof PLACES / sizeof PLACES[0])]);
		break;
	case FIELD_TYPE_SHAPE:
		(void)snprintf(text, size, "%s 35.1,44.%03u 35.2,44.3 3%u.2,43.5",
			       n % 2 ? "line" : "area", n, 4 + n % 3);
		break;
	case FIELD_TYPE_GRADE:
		(void)snprintf(text, size, "%c%u", 'A' + (int)(n % 6), n % 6 + 1);
		break;
	case FIELD_TYPE_ID:
	case FIELD_TYPE_IDS:
		(void)snprintf(text, size, "%cAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
			       'A' + (int)(n % 16));
		break;
	case FIELD_TYPE_PARTY:
	case FIELD_TYPE_PARTIES:
		(void)snprintf(text, size, "%c", 'b' + (int)(n % 2));
		break;
	case FIELD_TYPE_ASKS:
		(void)snprintf(text, size, n % 2 ? "b:1h,c:%uh" : "c:%uh,b:1h", n % 7 + 1);
		break;
	case FIELD_TYPE_HEADS:
	case FIELD_TYPE_COUNT:
		text[0] = '\0';
		break;
	}
}

/* Values are typed once, by the way that people's are, and drawn from then on. */
static inline void
fill_pool(struct law *law)
{
	struct record_typing typing = {.now_ms = FILED};

	for (enum field f = 1; f < FIELD_COUNT; f++)
		for (unsigned i = 0; i < POOL; i++) {
			struct record *record = arena_take(law->pool_arena, sizeof *record);
			char text[128];

			for (unsigned k = 0; k < sizeof KINDS / sizeof KINDS[0]; k++)
				if (kind_has(KINDS[k], f))
					record_init(record, KINDS[k]);
			typed_value(law, f, text, sizeof text);
			if (record->kind && record_set(record, law->pool_arena, f, span_of(text),
						       &typing) == WHY_NONE)
				law->pool[f][law->pooled[f]++] = record->field[f];
		}
	assert_true(law->pooled[FIELD_PLACE] == POOL && law->pooled[FIELD_WHEN] == POOL &&
		    law->pooled[FIELD_ASK] == POOL && law->pooled[FIELD_CITES] == POOL);
}

static inline void
draw(struct law *law, struct record *record, enum field field)
{
	record->field[field] = (struct value){0};
	if (law->pooled[field] > 0 && below(law, 4) > 0)
		record->field[field] = law->pool[field][below(law, law->pooled[field])];
}

static inline void
draw_record(struct law *law, struct record *record, enum kind kind)
{
	record_init(record, kind);
	record->thread = SPAN("AAAAAAAAAAAAAAAAAAAAAA");
	record->filed_ms = FILED;
	for (enum field f = 1; f < FIELD_COUNT; f++)
		if (kind_has(kind, f) && f != FIELD_KIND && f != FIELD_THREAD && f != FIELD_FILED)
			draw(law, record, f);
}

/* A field of the kind that a line may name, or none after a few tries. */
static inline enum field
draw_field(struct law *law, enum kind kind, bool may_be_free)
{
	for (unsigned i = 0; i < 200; i++) {
		enum field field = 1 + below(law, FIELD_COUNT - 1);

		if (kind_has(kind, field) && !field_row(field)->is_sealed && field != FIELD_ASK &&
		    (may_be_free || !field_row(field)->is_free))
			return field;
		/* Places and times are where the rules are. */
		field = below(law, 2) ? FIELD_PLACE : FIELD_WHEN;
		if (i < 2 && kind_has(kind, field))
			return field;
	}
	return FIELD_KIND;
}

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void
add(struct line *line, const char *format, ...)
{
	size_t n = strlen(line->text);
	va_list list;

	va_start(list, format);
	(void)vsnprintf(line->text + n, sizeof line->text - n, format, list);
	va_end(list);
}

static inline void
add_items(struct law *law, struct line *line, enum kind kind)
{
	unsigned n = 1 + below(law, 5);

	for (unsigned i = 0; i < n; i++) {
		enum field field = draw_field(law, kind, line->is_manual);
		unsigned levels = field_levels(field);
		unsigned level = levels ? 1 + below(law, levels) : 0;

		add(line, "%s%s", i ? ", " : "", field_row(field)->name);
		if (level)
			add(line, "@%s", field_level_name(field, level));
		line->items.mask[field] |= (uint16_t)((2U << level) - 1);
	}
}

/* Reads where it is; on a layer also when it is. */
static inline void
add_enters(struct law *law, struct line *line, const char *before)
{
	static const char *const areas[] = {"z", "governorate North", "district West", "zone Box"};
	unsigned i = below(law, 4);

	add(line, "%senters %s", before, areas[i]);
	line->reads[FIELD_PLACE] = line->reads[FIELD_SHAPE] = true;
	line->reads[FIELD_WHEN] = line->reads[FIELD_WINDOW] = i > 0;
}

static inline void
add_test(struct law *law, struct line *line, enum kind kind, const char *before)
{
	enum field field = kind_has(kind, FIELD_SEVERITY) ? FIELD_SEVERITY : FIELD_STATE;

	if (kind_has(kind, FIELD_SHAPE) && below(law, 4) == 0) {
		add_enters(law, line, before);
		return;
	}
	switch (below(law, 4)) {
	case 0:
		if (!kind_has(kind, FIELD_PLACE))
			break;
		add(line, "%swithin %ukm of %s", before, 1 + below(law, 90),
		    below(law, 2) ? "seam" : "z");
		line->reads[FIELD_PLACE] = line->reads[FIELD_WHEN] = true;
		return;
	case 1:
		if (!kind_has(kind, FIELD_TYPE))
			break;
		add(line, "%stype = %s", before, below(law, 2) ? "mov" : "atk");
		line->reads[FIELD_TYPE] = true;
		return;
	case 2:
		if (!kind_has(kind, FIELD_UNIT))
			break;
		add(line, "%sunit = n-%u", before, below(law, 4));
		line->reads[FIELD_UNIT] = true;
		return;
	default:
		break;
	}
	if (!kind_has(kind, field))
		field = kind_has(kind, FIELD_LANG) ? FIELD_LANG : FIELD_CROSSES;
	if (!kind_has(kind, field))
		return;
	add(line, "%s%s = %s", before, field_row(field)->name,
	    vocab_code(field_row(field)->vocab, below(law, 3)));
	line->reads[field] = true;
}

static inline void
make_grant(struct law *law, struct line *line)
{
	static const char *const who[] = {"b", "c", "b, c"};
	static const unsigned bits[] = {PARTY_B, 2, PARTY_B | 2};
	enum kind kind = KINDS[below(law, sizeof KINDS / sizeof KINDS[0])];
	unsigned to = below(law, 3);

	*line = (struct line){.kinds = 1U << kind, .to = bits[to]};
	line->is_manual = below(law, 4) == 0;
	add(line, "release %s to %s : ", kind_row(kind)->name, who[to]);
	add_items(law, line, kind);
	if (below(law, 3) == 0) {
		add(line, " after %uh", 1 + below(law, 2));
		line->is_timed = true;
	}
	if (below(law, 4) == 0) {
		add(line, " until %uh", 3 + below(law, 2));
		line->is_timed = true;
	}
	if (below(law, 4) == 0) {
		add(line, " step %um", STEPS_M[below(law, 3)]);
		line->is_stepped = true;
	}
	if (below(law, 3) == 0) {
		size_t before = strlen(line->text);

		add_test(law, line, kind, " if ");
		if (strlen(line->text) > before && below(law, 3) == 0)
			add_test(law, line, kind, " and ");
	}
	if (kind != KIND_CIVIL && below(law, 4) == 0)
		add(line, " onward c");
	if (line->is_manual)
		add(line, " manual %u", 1 + below(law, 2));
	add(line, "\n");
}

static inline void
make_cap(struct law *law, struct line *line)
{
	enum kind kind = KINDS[below(law, sizeof KINDS / sizeof KINDS[0])];
	bool is_any = below(law, 2);
	unsigned level = 1 + below(law, 3);
	enum field field;

	*line =
	    (struct line){.is_cap = true, .kinds = is_any ? UINT32_MAX : 1U << kind, .to = PARTY_B};
	add(line, "cap %s to %s : ", is_any ? "any" : kind_row(kind)->name,
	    below(law, 2) ? "any" : "b");
	switch (below(law, 3)) {
	case 0:
		add(line, "place@%s\n", field_level_name(FIELD_PLACE, level));
		line->items.mask[FIELD_PLACE] = (uint16_t) ~((2U << level) - 1);
		line->items.mask[FIELD_SHAPE] = UINT16_MAX;
		return;
	case 1:
		add(line, "when@%s\n", field_level_name(FIELD_WHEN, level));
		line->items.mask[FIELD_WHEN] = (uint16_t) ~((2U << level) - 1);
		return;
	default:
		field = draw_field(law, kind, true);
		if (field_row(field)->is_always)
			field = FIELD_UNIT;
		add(line, "never %s\n", field_row(field)->name);
		line->items.mask[field] = UINT16_MAX;
	}
}

static inline void
make_lines(struct law *law)
{
	law->lines_n = below(law, LINES_MAX);
	for (unsigned i = 0; i < law->lines_n; i++)
		if (below(law, 5) == 0)
			make_cap(law, &law->line[i]);
		else
			make_grant(law, &law->line[i]);
}

/* NULL when the lines together are too many sets of conditions. */
static inline struct policy *
read_lines(struct law *law)
{
	struct out text = out_new(1 << 16);
	struct policy_faults faults;
	struct policy *policy;

	for (unsigned i = 0; i < law->lines_n; i++)
		out_text(&text, law->line[i].text);
	out_text(&text, "zone z = 38SME44 38SLE\nparty a b c\n");
	if (policy_read(out_view(&text), &policy, &faults) != ERR_OK &&
	    !strstr(faults.fault[0].text, "different sets"))
		fail_msg("%u:%u %s\n%s", faults.fault[0].line, faults.fault[0].column,
			 faults.fault[0].text, text.p);
	out_free(&text);
	return policy;
}

static inline struct release_question
ask_about(struct law *law, const struct policy *policy, const struct record *record)
{
	return (struct release_question){
	    .policy_filed = policy,
	    .policy_now = policy,
	    .record = record,
	    .filed_ms = record->filed_ms ? record->filed_ms : FILED,
	    .newer_ms = below(law, 4) ? 0 : FILED + below(law, 4) * HOUR + below(law, 600000),
	    .now_ms = FILED + (int64_t)below(law, 240) * 60000,
	    .approvals = below(law, 3),
	    .recipient = {"b"},
	};
}

static inline struct release_answer
cut(struct law *law, const struct release_question *question)
{
	struct release_answer answer;

	assert_int_equal(release_cut(question, law->arena, &answer), ERR_OK);
	return answer;
}

static inline bool
is_same_part(const struct release_part *a, const struct release_part *b)
{
	if (a->onward.n != b->onward.n)
		return false;
	for (unsigned i = 0; i < a->onward.n; i++)
		if (!party_equal(&a->onward.party[i], &b->onward.party[i]))
			return false;
	return field_set_equal(&a->give, &b->give) && a->not_before_ms == b->not_before_ms &&
	       a->until_ms == b->until_ms && a->step_ms == b->step_ms &&
	       a->approvals == b->approvals && a->follow == b->follow && a->why == b->why;
}

static inline bool
is_same_answer(const struct release_answer *a, const struct release_answer *b)
{
	if (a->parts_n != b->parts_n)
		return false;
	for (size_t i = 0; i < a->parts_n; i++)
		if (!is_same_part(&a->parts[i], &b->parts[i]))
			return false;
	return true;
}

static inline void
show(const struct law *law)
{
	for (unsigned i = 0; i < law->lines_n; i++)
		print_error("%s", law->line[i].text);
}

static inline void
expect(const struct law *law, bool is_true, const char *what)
{
	if (is_true)
		return;
	show(law);
	fail_msg("%s", what);
}

static inline struct law *
law_new(uint64_t seed)
{
	struct law *law = calloc(1, sizeof *law);
	char why[GROUND_WHY_MAX];

	assert_non_null(law);
	law->seed = seed;
	law->arena = arena_new(ARENA_MAX);
	law->pool_arena = arena_new((size_t)ARENA_MAX * 16);
	law->ground = ground_new();
	if (ground_add(law->ground, span_of(GROUND), GROUND_ZONE, why) != ERR_OK)
		fail_msg("%s", why);
	fill_pool(law);
	return law;
}

static inline void
law_free(struct law *law)
{
	arena_free(law->arena);
	arena_free(law->pool_arena);
	ground_free(law->ground);
	free(law);
}

#endif
