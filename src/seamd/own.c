/*
 * Promises that an own record is complete, checked and issued before it is asked to be signed: who
 * filed it, when, what its party's layers say of the place, in which thread.
 */
#include "seamd/core.h"

#include "admit/issue.h"
#include "admit/keyring.h"
#include "admit/members.h"
#include "base/b64.h"
#include "base/sign.h"
#include "journal/journal.h"
#include "model/ground.h"
#include "release/check.h"
#include "release/policy.h"
#include "seamd/again.h"
#include "seamd/reread.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { THREAD_BYTES = 16, THREAD_TEXT = 23, TEXT_MAX = 400 };

/* Salts and decoys are many and small: they are drawn in large pieces, each from a key of the
 * system's, and wiped as they are used. */
static void
fill_random(void *context, void *dst, size_t n)
{
	struct core *core = context;

	if (n > sizeof core->pool) {
		sign_random(dst, n);
		return;
	}
	if (n > core->pool_left) {
		sign_stream(core->pool, sizeof core->pool);
		core->pool_left = sizeof core->pool;
	}
	core->pool_left -= n;
	memcpy(dst, core->pool + core->pool_left, n);
	sign_wipe(core->pool + core->pool_left, n);
}

static void
set_text(struct record *record, enum field field, struct span text)
{
	if (!kind_has(record->kind, field) || record->field[field].is_set || text.n == 0)
		return;
	record->field[field].is_set = true;
	record->field[field].levels = 1;
	record->field[field].text = text;
}

static void
set_code(struct record *record, enum field field, unsigned code)
{
	if (!kind_has(record->kind, field) || record->field[field].is_set)
		return;
	record->field[field].is_set = true;
	record->field[field].levels = 1;
	record->field[field].code = (uint16_t)code;
}

/* Governorate and district follow from the party's own layers where the place is known and they
 * were not typed. */
static void
derive_areas(struct core *core, struct record *record)
{
	const struct value *place = &record->field[FIELD_PLACE];
	const struct ground_unit *unit;
	struct point point;

	if (!place->is_set || place->place.level < PLACE_1KM || !core->ground)
		return;
	point = (struct point){place->place.lat_e7, place->place.lon_e7};
	unit = ground_governorate_at(core->ground, point);
	if (unit)
		set_text(record, FIELD_GOVERNORATE, span_of(unit->name));
	unit = ground_district_at(core->ground, point);
	if (unit)
		set_text(record, FIELD_DISTRICT, span_of(unit->name));
}

static void
derive_defaults(struct core *core, struct take *take)
{
	struct record *record = take->record;
	struct value *grade = &record->field[FIELD_GRADE];

	record->field[FIELD_DUTY].is_set = false; /* whoever files does not choose what it says */
	set_text(record, FIELD_DUTY, span_of(take->who.duty));
	derive_areas(core, record);
	if (record->kind == KIND_SIGHTING || record->kind == KIND_WARNING)
		set_code(record, FIELD_CIVILIANS, YESNO_UNKNOWN);
	if (kind_has(record->kind, FIELD_GRADE) && !grade->is_set) {
		grade->is_set = true;
		grade->levels = 1;
		grade->grade = (struct grade){'F', '6'};
	}
}

/* Imported records get a thread that follows from their origin and a secret of the station, so that
 * the same row of the same file is found again. */
static struct span
thread_of(struct core *core, const struct record *record, bool is_import)
{
	unsigned char bytes[THREAD_BYTES];
	unsigned char key[32];
	char *text = arena_take(core->arena, THREAD_TEXT);
	struct span origin = record->field[FIELD_ORIGIN].text;

	if (!text)
		return (struct span){NULL, 0};
	if (is_import && record->field[FIELD_ORIGIN].is_set) {
		duty_secret(core->duty, key);
		(void)crypto_generichash(bytes, sizeof bytes, (const unsigned char *)origin.p,
					 origin.n, key, sizeof key);
		sign_wipe(key, sizeof key);
	} else {
		sign_random(bytes, sizeof bytes);
	}
	b64url_text(text, THREAD_TEXT, bytes, sizeof bytes);
	return span_make(text, THREAD_TEXT - 1);
}

struct own_look {
	enum kind kind;
	bool is_found;
	bool is_own;
	struct hash id;
	/* of an origin that is known: whether a version says what came, or cannot be asked any more
	 */
	struct core *core;
	const struct take *take;
	bool is_same;
	enum field differs;
};

static bool
look_at_thread(void *context, const struct journal_record *row)
{
	struct own_look *look = context;

	look->is_found = true;
	if (!row->is_own)
		return true;
	look->is_own = true;
	look->kind = kind_find(row->kind);
	look->id = row->id;
	return false;
}

static void
compare_version(struct own_look *look, const struct journal_record *row)
{
	struct arena *arena = look->core->arena;
	struct arena_mark mark = arena_mark(arena);
	struct record *held = arena_take(arena, sizeof *held);

	if (row->is_erased || !held ||
	    reread_record(row, look->core->keyring, arena, held) != ERR_OK) {
		look->is_same = true;
	} else {
		look->differs = again_differs(held, look->take->record, look->take->given);
		look->is_same = look->differs == FIELD_NONE;
	}
	arena_back(arena, mark);
}

static bool
look_at_version(void *context, const struct journal_record *row)
{
	struct own_look *look = context;

	look->is_found = true;
	if (!row->is_own)
		return true;
	look->is_own = true;
	look->kind = kind_find(row->kind);
	look->id = row->id;
	compare_version(look, row);
	return !look->is_same;
}

/* What the held one says and this does not is not passed over: who sends it thinks it is filed. */
void
own_refuse_other(struct core *core, struct take *take, const struct hash *held, enum field differs)
{
	char *text = arena_take(core->arena, TEXT_MAX);
	char id[HASH_TEXT_SIZE] = "";

	if (held)
		hash_text(id, held);
	if (text)
		(void)snprintf(
		    text, TEXT_MAX,
		    "%s%s has another %s; to change it, amend that record (file with its "
		    "thread), or file under another origin",
		    held ? "record " : "an earlier one", id, field_row(differs)->name);
	take_refuse(take, WHY_ORIGIN_TAKEN, differs, text);
}

/* Any version will do: an amendment that the sender has heard of says what it says now. */
void
own_find_origin(struct core *core, struct take *take)
{
	struct own_look look = {.core = core, .take = take};

	take->err = journal_each_in_thread(
	    core->journal, take->record->thread,
	    &(struct journal_walk){take->act ? look_at_version : look_at_thread, &look});
	if (take->err != ERR_OK)
		return;
	take->is_duplicate = look.is_own;
	take->id = look.id;
	if (take->act && look.is_own && !look.is_same)
		own_refuse_other(core, take, &look.id, look.differs);
}

static struct own_look
look_up_thread(struct core *core, struct span thread)
{
	struct own_look look = {0};

	(void)!journal_each_in_thread(core->journal, thread,
				      &(struct journal_walk){look_at_thread, &look});
	return look;
}

static void
choose_thread(struct core *core, struct take *take, struct span thread, bool is_import)
{
	struct own_look look;

	if (thread.n == 0) {
		take->record->thread = thread_of(core, take->record, is_import);
		if (!take->record->thread.p)
			take_refuse(take, WHY_TOO_LARGE, FIELD_NONE, NULL);
		if (!is_import || !take->record->field[FIELD_ORIGIN].is_set)
			return;
		own_find_origin(core, take);
		return;
	}
	look = look_up_thread(core, thread);
	take->record->thread = arena_copy(core->arena, thread);
	take->is_amending = true;
	if (!look.is_found)
		take_refuse(take, WHY_NO_TARGET, FIELD_THREAD, "no such thread here");
	else if (!look.is_own || look.kind != take->record->kind)
		take_refuse(
		    take, WHY_NOT_OWN, FIELD_THREAD,
		    "an amendment is of the same kind and by the station that filed the first; "
		    "dispute it instead");
}

/* What a note refers to must be held here; what it takes back must be one's own. */
static void
check_target(struct core *core, struct take *take)
{
	const struct value *re = &take->record->field[FIELD_RE];
	struct journal_record row;

	if (kind_row(take->record->kind)->nature != KIND_NATURE_NOTE || !re->is_set)
		return;
	if (journal_get(core->journal, &re->id, core->arena, &row) != ERR_OK)
		take_refuse(take, WHY_NO_TARGET, FIELD_RE, NULL);
	else if ((take->record->kind == KIND_RETRACT || take->record->kind == KIND_ERASE) &&
		 !row.is_own)
		take_refuse(take, WHY_NOT_OWN, FIELD_RE, NULL);
}

/* Nobody outside the member list was told anything: a name mistyped would stand as told. */
static void
check_told(struct core *core, struct take *take)
{
	const struct value *told = &take->record->field[FIELD_TOLD_PARTY];

	if (take->record->kind == KIND_TOLD && told->is_set &&
	    !party_equal(&told->party, &core->own) &&
	    !members_find(keyring_members(core->keyring), &told->party))
		take_refuse(take, WHY_UNKNOWN_PARTY, FIELD_TOLD_PARTY, NULL);
}

/* Such an item is not closed without an outcome, and no one person makes it disappear. */
bool
own_tells_of_harm(const struct record *record)
{
	static const enum field figures[] = {FIELD_KILLED, FIELD_WOUNDED, FIELD_CRITICAL,
					     FIELD_MISSING, FIELD_ABDUCTED};
	const struct value *type = &record->field[FIELD_TYPE];
	const struct value *group = &record->field[FIELD_GROUP];

	if (record->kind == KIND_INCIDENT && type->is_set && type->code == TYPE_ATK_CIVILIANS)
		return true;
	if (record->kind != KIND_CASUALTY || !group->is_set || group->code != GROUP_CIVILIAN)
		return false;
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
		if (record->field[figures[i]].is_set)
			return true;
	return false;
}

static void
check_harm(struct core *core, struct take *take)
{
	struct record *record = take->record;
	struct record *target;
	struct journal_record row;
	bool is_second = false;
	enum err err;

	if (own_tells_of_harm(record) && kind_has(record->kind, FIELD_OUTCOME) &&
	    record->field[FIELD_STATE].is_set && record->field[FIELD_STATE].code == STATE_CLOSED &&
	    !record->field[FIELD_OUTCOME].is_set)
		take_refuse(take, WHY_MISSING_FIELD, FIELD_OUTCOME,
			    "harm to civilians is not closed without an outcome");
	if (take->why != WHY_NONE || record->kind != KIND_ERASE)
		return;
	target = arena_take(core->arena, sizeof *target);
	if (!target || core_read(core, &record->field[FIELD_RE].id, &row, target) != ERR_OK ||
	    !own_tells_of_harm(target))
		return;
	err =
	    duty_second(core->duty, &row.id, span_of(take->who.account), role_now_ms(), &is_second);
	if (err == ERR_CORRUPT)
		take_refuse(take, WHY_ACCOUNTS_DAMAGED, FIELD_RE, NULL);
	else if (err != ERR_OK || !is_second)
		take_refuse(take, WHY_TWO_ACCOUNTS, FIELD_RE,
			    "it tells of harm to civilians: your wish is noted for a day; a second "
			    "officer with "
			    "another account must ask for the same");
}

/* A policy must read, its tests must hold, and its number must be the next. */
static void
check_policy(struct core *core, struct take *take)
{
	struct policy_faults *faults = arena_take(core->arena, sizeof *faults);
	char *text = arena_take(core->arena, TEXT_MAX);
	struct policy *policy = NULL;
	enum err err;

	if (take->record->kind != KIND_POLICY || take->why != WHY_NONE)
		return;
	if (!faults || !text) {
		take_refuse(take, WHY_TOO_LARGE, FIELD_DOCUMENT, NULL);
		return;
	}
	err = policy_read(take->record->field[FIELD_DOCUMENT].text, &policy, faults);
	if (err == ERR_OK)
		err = check_tests(policy, faults);
	policy_free(policy);
	if (err != ERR_OK) {
		struct out out = out_new(TEXT_MAX - 1);

		out_format(&out, "line %u, column %u: %s", faults->fault[0].line,
			   faults->fault[0].column, faults->fault[0].text);
		(void)span_copy(text, TEXT_MAX, out_view(&out));
		out_free(&out);
		take_refuse(take, WHY_BAD_VALUE, FIELD_DOCUMENT, text);
	}
	if (take->record->field[FIELD_NUMBER].number <= core->policy_now || core->policy_next)
		take_refuse(take, WHY_OUT_OF_TURN, FIELD_NUMBER,
			    "a policy with this number is in force already");
	if (take->why == WHY_NONE)
		core->policy_next = take->record->field[FIELD_NUMBER].number;
}

static void
issue(struct core *core, struct take *take)
{
	struct out signing = out_new(LIMIT_JWT);
	struct out disclosures = out_new(LIMIT_SD_JWT);
	struct sdjwt_random random = {fill_random, core};
	struct arena_mark mark = arena_mark(core->arena);

	take->err = issue_record(take->record, core->kid.number, &random, core->arena, &signing,
				 &disclosures);
	arena_back(core->arena, mark);
	if (take->err == ERR_OK) {
		take->signing = arena_copy(core->arena, out_view(&signing));
		take->disclosures = arena_copy(core->arena, out_view(&disclosures));
		if (!take->signing.p || !take->disclosures.p)
			take->err = ERR_NOMEM;
	}
	if (take->err == ERR_LIMIT) {
		take->err = ERR_OK;
		take_refuse(take, WHY_TOO_LARGE, FIELD_NONE, NULL);
	}
	out_free(&signing);
	out_free(&disclosures);
}

void
own_ready(struct core *core, struct take *take, struct span thread, bool is_import)
{
	struct record *record = take->record;
	struct reason reason;

	take->is_own = true;
	record->station = core->kid.station;
	record->is_exercise = core->config->exercise;
	record->filed_ms = core_now(core);
	record->field[FIELD_HEADS] = core->heads;
	take->given = again_given(record);
	derive_defaults(core, take);
	reason = record_check(record);
	if (reason.why != WHY_NONE)
		take_refuse(take, reason.why, (enum field)reason.field, NULL);
	check_target(core, take);
	check_told(core, take);
	check_harm(core, take);
	check_policy(core, take);
	relief_check(core, take, thread);
	if (take->why == WHY_NONE)
		choose_thread(core, take, thread, is_import);
	if (take->why == WHY_NONE && take->err == ERR_OK && !take->is_duplicate)
		issue(core, take);
	relief_note(core, take);
}

enum err
core_file_record(struct core *core, struct record *record, struct span thread, struct hash *id)
{
	struct take take = {.record = record};

	core->policy_next = 0;
	(void)span_copy(take.who.duty, sizeof take.who.duty, SPAN("station"));
	own_ready(core, &take, thread, thread.n == 0 && record->field[FIELD_ORIGIN].is_set);
	if (take.is_duplicate && take.why == WHY_NONE) {
		struct span held = record->thread;

		take = (struct take){.record = record, .who = take.who};
		own_ready(core, &take, held, false);
	}
	if (take.why != WHY_NONE) {
		role_log("core", "alert", "the station's own %s was refused: %s %s",
			 kind_row(record->kind)->name, why_text(take.why),
			 take.text ? take.text : "");
		return ERR_REFUSED;
	}
	take_flow(core, &take, 1);
	*id = take.id;
	return take.why == WHY_NONE ? take.err : ERR_REFUSED;
}

enum err
core_file_own(struct core *core, struct record *record, struct hash *id)
{
	return core_file_record(core, record, (struct span){NULL, 0}, id);
}
