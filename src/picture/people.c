/*
 * Promises ranges over what several parties say about the same people, and totals that count nobody
 * twice.  It knows nothing of where statements come from.
 */
#include "picture/people.h"

#include <string.h>

bool
people_ends(const struct quantity *quantity, int64_t *low, int64_t *best, int64_t *high)
{
	int32_t any = quantity->best >= 0  ? quantity->best
		      : quantity->low >= 0 ? quantity->low
					   : quantity->high;

	*best = any;
	*low = quantity->low >= 0 ? quantity->low : any;
	*high = quantity->high >= 0 ? quantity->high : any;
	return any >= 0;
}

/* The one party besides `speaker` whose own losses are spoken of; *is_unclear when there are more.
 */
static bool
find_owner(const struct people_statement *statements, size_t n, const struct party *speaker,
	   struct party *owner, bool *is_unclear)
{
	bool is_found = false;

	*is_unclear = false;
	for (size_t i = 0; i < n; i++) {
		const struct people_statement *one = &statements[i];

		if (one->group != GROUP_OWN || party_equal(&one->speaker, speaker))
			continue;
		if (is_found && !party_equal(owner, &one->speaker)) {
			*owner = (struct party){""};
			*is_unclear = true;
			return false;
		}
		*owner = one->speaker;
		is_found = true;
	}
	return is_found;
}

static size_t
row_of(struct people *rows, size_t *n, const struct people *wanted)
{
	for (size_t i = 0; i < *n; i++)
		if (rows[i].figure == wanted->figure && rows[i].group == wanted->group &&
		    party_equal(&rows[i].party, &wanted->party)) {
			rows[i].is_unclear = rows[i].is_unclear || wanted->is_unclear;
			return i;
		}
	rows[*n] = *wanted;
	return (*n)++;
}

static struct people
people_meant(const struct people_statement *statements, size_t n, size_t at)
{
	struct people meant = {.figure = statements[at].figure,
			       .group = statements[at].group,
			       .range = {-1, -1, -1, QUANTITY_UNKNOWN}};

	if (meant.group == GROUP_OWN)
		meant.party = statements[at].speaker;
	else if (meant.group == GROUP_OTHER && find_owner(statements, n, &statements[at].speaker,
							  &meant.party, &meant.is_unclear))
		meant.group = GROUP_OWN;
	return meant;
}

/* The one figure that is meant: -1 for a range without a best. */
static int32_t
point_of(const struct quantity *quantity)
{
	if (quantity->best >= 0)
		return quantity->best;
	return quantity->low == quantity->high ? quantity->low : -1;
}

/* Widens the range by one statement.  An end that a number leaves open stays open. */
static void
widen(struct people *row, const struct quantity *quantity)
{
	struct quantity *range = &row->range;
	int64_t low, best, high;
	bool is_open = quantity->high < 0 && quantity->best < 0;

	if (quantity->word == QUANTITY_SEVERAL)
		row->is_several = true;
	if (!people_ends(quantity, &low, &best, &high)) {
		if (range->word == QUANTITY_UNKNOWN && quantity->word == QUANTITY_SEVERAL)
			range->word = QUANTITY_SEVERAL;
		return;
	}
	if (range->word != QUANTITY_EXACT) {
		*range = (struct quantity){(int32_t)low, point_of(quantity),
					   is_open ? -1 : (int32_t)high, QUANTITY_EXACT};
		return;
	}
	if (low < range->low)
		range->low = (int32_t)low;
	if (is_open || range->high < 0)
		range->high = -1;
	else if (high > range->high)
		range->high = (int32_t)high;
	if (point_of(quantity) != range->best)
		range->best = -1;
}

static bool
is_better(const struct people_statement *a, const struct people_statement *b)
{
	if (a->is_confirmed != b->is_confirmed)
		return a->is_confirmed;
	if (a->filed_ms != b->filed_ms)
		return a->filed_ms > b->filed_ms;
	return memcmp(a->id.b, b->id.b, HASH_SIZE) > 0;
}

/* Of a party's statements about its own losses the confirmed, then the newest one. */
static struct people_statement *
own_word(struct people_statement *statements, size_t n, size_t row, const struct party *party)
{
	struct people_statement *best = NULL;

	for (size_t i = 0; i < n; i++) {
		struct people_statement *one = &statements[i];

		if (one->row == row && party_equal(&one->signer, party) &&
		    one->group == GROUP_OWN && (!best || is_better(one, best)))
			best = one;
	}
	return best;
}

static bool
is_outside(const struct quantity *quantity, const struct quantity *range)
{
	int64_t low, best, high;

	if (!people_ends(quantity, &low, &best, &high))
		return false;
	return low < range->low || (range->high >= 0 && high > range->high);
}

/* The party whose losses they are knows best; once it has confirmed its figure the range is that.
 */
static void
let_owner_speak(struct people *rows, struct people_statement *statements, size_t n, size_t row)
{
	struct people_statement *best;
	int64_t low, figure, high;

	if (rows[row].group != GROUP_OWN)
		return;
	best = own_word(statements, n, row, &rows[row].party);
	if (!best)
		return;
	best->is_best = true;
	if (!people_ends(&best->quantity, &low, &figure, &high)) {
		rows[row].range.best = -1;
		return;
	}
	rows[row].range.best = point_of(&best->quantity);
	if (!best->is_confirmed)
		return;
	rows[row].is_closed = true;
	rows[row].range = (struct quantity){-1, -1, -1, QUANTITY_UNKNOWN};
	widen(&rows[row], &best->quantity);
	for (size_t i = 0; i < n; i++)
		if (statements[i].row == row)
			statements[i].is_differing =
			    is_outside(&statements[i].quantity, &rows[row].range);
}

static bool
is_before(const struct people *a, const struct people *b)
{
	if (a->figure != b->figure)
		return a->figure < b->figure;
	if (a->group != b->group)
		return a->group < b->group;
	return strcmp(a->party.name, b->party.name) < 0;
}

/* Few rows: sorted in place, the statements' row numbers with them. */
static void
sort(struct people *rows, size_t count, struct people_statement *statements, size_t n)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && is_before(&rows[k], &rows[k - 1]); k--) {
			struct people swapped = rows[k];

			rows[k] = rows[k - 1];
			rows[k - 1] = swapped;
			for (size_t s = 0; s < n; s++)
				if (statements[s].row == k)
					statements[s].row = k - 1;
				else if (statements[s].row == k - 1)
					statements[s].row = k;
		}
}

struct people *
people_of(struct people_statement *statements, size_t n, struct arena *arena, size_t *count)
{
	struct people *rows = n ? arena_array(arena, n, sizeof *rows) : NULL;

	*count = 0;
	if (!rows)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct people meant;

		statements[i].row = SIZE_MAX;
		statements[i].is_best = statements[i].is_differing = false;
		if (statements[i].figure == FIELD_NONE)
			continue;
		meant = people_meant(statements, n, i);
		statements[i].row = row_of(rows, count, &meant);
		rows[statements[i].row].n++;
		widen(&rows[statements[i].row], &statements[i].quantity);
	}
	for (size_t row = 0; row < *count; row++)
		let_owner_speak(rows, statements, n, row);
	sort(rows, *count, statements, n);
	return rows;
}

static const struct people *
find_row(const struct people *rows, size_t n, enum field figure, enum vocab_group group)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].figure == figure && rows[i].group == group)
			return &rows[i];
	return NULL;
}

bool
people_total(const struct people *rows, size_t n, enum field figure, int64_t *low, int64_t *best,
	     int64_t *high, bool *has_several)
{
	const struct people *all = find_row(rows, n, figure, GROUP_ALL);
	const struct people *unknown = find_row(rows, n, figure, GROUP_UNKNOWN);
	bool has_number = false;

	*low = *best = *high = 0;
	*has_several = false;
	if (all && people_ends(&all->range, low, best, high))
		return true;
	*low = *best = *high = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t low_part, part, high_part;

		*has_several = *has_several || (rows[i].figure == figure && rows[i].is_several);
		if (rows[i].figure != figure || rows[i].group == GROUP_ALL ||
		    rows[i].group == GROUP_UNKNOWN || rows[i].is_unclear ||
		    !people_ends(&rows[i].range, &low_part, &part, &high_part))
			continue;
		has_number = true;
		*low += low_part;
		*best += part;
		*high += high_part;
	}
	if (has_number || !unknown)
		return has_number;
	return people_ends(&unknown->range, low, best, high);
}
