/*
 * Promises that a name of a party or station is short, plain and has one spelling.
 */
#include "model/party.h"

#include <string.h>

static bool
is_plain_name(struct span text)
{
	if (text.n == 0 || text.p[0] < 'a' || text.p[0] > 'z')
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

bool
party_read(struct span text, struct party *party)
{
	memset(party, 0, sizeof *party);
	return is_plain_name(text) && span_copy(party->name, sizeof party->name, text);
}

bool
station_read(struct span text, struct station *station)
{
	struct span site = text;
	struct span name;
	struct party party;

	memset(station, 0, sizeof *station);
	if (!span_split(&site, '/', &name) || !party_read(name, &party) || !is_plain_name(site))
		return false;
	return span_copy(station->name, sizeof station->name, text);
}

int64_t
station_log_number(struct span origin)
{
	struct span part = {NULL, 0};
	struct span one;
	int64_t number;

	while (span_split(&origin, '/', &one))
		part = one;
	if (part.n == 0 || part.p[0] == '0') /* one number has one text */
		return 0;
	return span_int(part, 1, STATION_LOG_MAX, &number) ? number : 0;
}

int64_t
station_row_first(int64_t log_number)
{
	return log_number > 1 ? log_number * STATION_ROW + 1 : 1;
}

bool
station_row_begins(int64_t counter)
{
	return counter > 1 && (counter - 1) % STATION_ROW == 0;
}

struct party
station_party(const struct station *station)
{
	struct span rest = span_of(station->name);
	struct span name;
	struct party party;

	(void)span_split(&rest, '/', &name);
	(void)party_read(name, &party);
	return party;
}

bool
party_equal(const struct party *a, const struct party *b)
{
	return strcmp(a->name, b->name) == 0;
}

bool
station_equal(const struct station *a, const struct station *b)
{
	return strcmp(a->name, b->name) == 0;
}
