/*
 * Promises lists of deliveries whose content depends on what was added, never on the order.
 */
#include "release/parts.h"

#include "release/slot.h"

#include <string.h>

bool
parts_new(struct parts *parts, struct arena *arena, size_t room)
{
	*parts = (struct parts){.room = room};
	if (room > 0)
		parts->part = arena_array(arena, room, sizeof *parts->part);
	return room == 0 || parts->part;
}

void
parts_add_line(struct release_part *part, unsigned line)
{
	uint16_t number = line > UINT16_MAX ? UINT16_MAX : (uint16_t)line;
	unsigned at = part->lines_n;

	for (unsigned i = 0; i < part->lines_n; i++)
		if (part->lines[i] == number)
			return;
	while (at > 0 && part->lines[at - 1] > number)
		at--;
	if (at == RELEASE_LINES_MAX)
		return;
	if (part->lines_n == RELEASE_LINES_MAX)
		part->lines_n--;
	memmove(&part->lines[at + 1], &part->lines[at],
		(part->lines_n - at) * sizeof part->lines[0]);
	part->lines[at] = number;
	part->lines_n++;
}

void
parts_add_party(struct release_parties *parties, const struct party *party)
{
	unsigned at = parties->n;

	for (unsigned i = 0; i < parties->n; i++)
		if (party_equal(&parties->party[i], party))
			return;
	if (at == LIMIT_PARTIES)
		return;
	while (at > 0 && strcmp(parties->party[at - 1].name, party->name) > 0) {
		parties->party[at] = parties->party[at - 1];
		at--;
	}
	parties->party[at] = *party;
	parties->n++;
}

static int
compare_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_parties(const struct release_parties *a, const struct release_parties *b)
{
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (unsigned i = 0; i < a->n; i++) {
		int order = strcmp(a->party[i].name, b->party[i].name);

		if (order)
			return order;
	}
	return 0;
}

/* No end is the latest end. */
static int64_t
end_of(const struct release_part *part)
{
	return part->until_ms ? part->until_ms : INT64_MAX;
}

static int
compare(const struct release_part *a, const struct release_part *b)
{
	int order = compare_number(a->not_before_ms, b->not_before_ms);

	if (!order)
		order = compare_number(a->approvals, b->approvals);
	if (!order)
		order = compare_number(a->follow, b->follow);
	if (!order)
		order = compare_number(end_of(b), end_of(a));
	if (!order)
		order = compare_number(a->step_ms, b->step_ms);
	return order ? order : compare_parties(&a->onward, &b->onward);
}

bool
parts_add(struct parts *parts, const struct release_part *like, const struct field_set *give)
{
	struct release_part *part = NULL;

	if (field_set_is_empty(give))
		return true;
	for (size_t i = 0; i < parts->n && !part; i++)
		if (compare(&parts->part[i], like) == 0)
			part = &parts->part[i];
	if (!part) {
		if (parts->n == parts->room)
			return false;
		part = &parts->part[parts->n++];
		*part = *like;
		part->give = *give;
	} else {
		field_set_add(&part->give, give);
	}
	for (unsigned i = 0; i < like->lines_n; i++)
		parts_add_line(part, like->lines[i]);
	return true;
}

static bool
has_party(const struct release_parties *parties, const struct party *party)
{
	for (unsigned i = 0; i < parties->n; i++)
		if (party_equal(&parties->party[i], party))
			return true;
	return false;
}

static void
combine(const struct release_part *a, const struct release_part *b, struct release_part *both)
{
	*both = *b;
	if (a->not_before_ms > b->not_before_ms)
		both->not_before_ms = a->not_before_ms;
	if (a->step_ms > b->step_ms)
		both->step_ms = a->step_ms;
	if (both->step_ms > 0)
		both->not_before_ms = slot_up(both->step_ms, both->not_before_ms);
	if (end_of(a) < end_of(b))
		both->until_ms = a->until_ms;
	if (a->approvals > b->approvals)
		both->approvals = a->approvals;
	if (a->follow > b->follow)
		both->follow = a->follow;
	both->onward.n = 0;
	for (unsigned i = 0; i < b->onward.n; i++)
		if (has_party(&a->onward, &b->onward.party[i]))
			parts_add_party(&both->onward, &b->onward.party[i]);
}

enum err
parts_both(const struct parts *a, const struct parts *b, struct arena *arena, struct parts *both)
{
	if (!parts_new(both, arena, a->n * b->n))
		return ERR_NOMEM;
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			struct field_set give = a->part[i].give;
			struct release_part like;

			field_set_keep(&give, &b->part[j].give);
			combine(&a->part[i], &b->part[j], &like);
			if (!parts_add(both, &like, &give))
				return ERR_NOMEM;
		}
	return ERR_OK;
}

void
parts_sort(struct parts *parts)
{
	for (size_t i = 1; i < parts->n; i++) {
		struct release_part part = parts->part[i];
		size_t at = i;

		for (; at > 0 && compare(&parts->part[at - 1], &part) > 0; at--)
			parts->part[at] = parts->part[at - 1];
		parts->part[at] = part;
	}
}

void
parts_remove(struct parts *parts, size_t i)
{
	memmove(&parts->part[i], &parts->part[i + 1], (parts->n - i - 1) * sizeof parts->part[0]);
	parts->n--;
}

static bool
is_no_harder(const struct release_part *easy, const struct release_part *part)
{
	if (easy->not_before_ms > part->not_before_ms || end_of(easy) < end_of(part) ||
	    easy->approvals > part->approvals || easy->follow > part->follow)
		return false;
	for (unsigned i = 0; i < part->onward.n; i++)
		if (!has_party(&easy->onward, &part->onward.party[i]))
			return false;
	return true;
}

void
parts_prune(struct parts *parts)
{
	for (size_t i = 0; i < parts->n;) {
		bool is_covered = false;

		/* Two parts never have the same conditions, so they cannot remove each other. */
		for (size_t j = 0; j < parts->n && !is_covered; j++)
			is_covered = j != i && is_no_harder(&parts->part[j], &parts->part[i]) &&
				     field_set_covers(&parts->part[j].give, &parts->part[i].give);
		if (is_covered)
			parts_remove(parts, i);
		else
			i++;
	}
}
