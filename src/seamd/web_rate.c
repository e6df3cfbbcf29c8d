/*
 * Promises that guessing passphrases over the page is slow, whoever asks and from however many
 * addresses, and that it costs a bounded piece of memory.
 */
#include "seamd/web_rate.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 16, GROUP_BYTES = 8 /* of an IPv6 address: /64 */ };

/* Tries that may still be made, as the moment at which all are free again (GCRA). */
struct row {
	unsigned char key[KEY_BYTES];
	bool is_used;
	int64_t full_ms;
};

struct web_rate {
	struct row rows[WEB_RATE_ADDRESSES];
	int64_t all_full_ms;
};

struct web_rate *
web_rate_new(void)
{
	return calloc(1, sizeof(struct web_rate));
}

void
web_rate_free(struct web_rate *rate)
{
	free(rate);
}

/* IPv4 stands as it is mapped into IPv6; what is no address shares one row. */
static void
key_of(struct span address, unsigned char key[KEY_BYTES])
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	char text[64];
	char *zone;

	memset(key, 0, KEY_BYTES);
	if (!span_copy(text, sizeof text, address))
		return;
	zone = strchr(text, '%');
	if (zone)
		*zone = '\0';
	if (inet_pton(AF_INET, text, key + sizeof mapped) == 1) {
		memcpy(key, mapped, sizeof mapped);
	} else if (inet_pton(AF_INET6, text, key) == 1) {
		if (memcmp(key, mapped, sizeof mapped) != 0)
			memset(key + GROUP_BYTES, 0, KEY_BYTES - GROUP_BYTES);
	} else {
		memset(key, 0, KEY_BYTES);
	}
}

static struct row *
row_of(struct web_rate *rate, struct span address)
{
	unsigned char key[KEY_BYTES];
	struct row *oldest = &rate->rows[0];

	key_of(address, key);
	for (size_t i = 0; i < WEB_RATE_ADDRESSES; i++) {
		struct row *row = &rate->rows[i];

		if (row->is_used && memcmp(row->key, key, sizeof key) == 0)
			return row;
		if (oldest->is_used && (!row->is_used || row->full_ms < oldest->full_ms))
			oldest = row;
	}
	*oldest = (struct row){.is_used = true};
	memcpy(oldest->key, key, sizeof key);
	return oldest;
}

/* Milliseconds until one more may be tried. */
static int64_t
wait_of(int64_t full_ms, int64_t burst, int64_t each_ms, int64_t now_ms)
{
	int64_t wait = full_ms - now_ms - (burst - 1) * each_ms;

	return wait > 0 ? wait : 0;
}

static void
count(int64_t *full_ms, int64_t each_ms, int64_t now_ms)
{
	*full_ms = (*full_ms > now_ms ? *full_ms : now_ms) + each_ms;
}

unsigned
web_rate_try(struct web_rate *rate, struct span address, int64_t now_ms)
{
	struct row *row = row_of(rate, address);
	int64_t own = wait_of(row->full_ms, WEB_RATE_BURST, WEB_RATE_MS, now_ms);
	int64_t all = wait_of(rate->all_full_ms, WEB_RATE_ALL, WEB_RATE_ALL_MS, now_ms);
	int64_t wait = own > all ? own : all;

	if (wait > 0)
		return (unsigned)((wait + 999) / 1000);
	count(&row->full_ms, WEB_RATE_MS, now_ms);
	count(&rate->all_full_ms, WEB_RATE_ALL_MS, now_ms);
	return 0;
}
