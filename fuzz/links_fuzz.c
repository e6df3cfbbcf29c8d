/* Whatever stands in HOME/links: refused with the line, or sound rows that say the same again.
 * fuzz-needs: src/seamd/links.c
 */
#include "seamd/links.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct links links, again;
	char why[LINKS_WHY_MAX], host[LINKS_ADDRESS], port[8];
	struct out text = out_new(65536);

	if (links_parse(span_make(bytes, n), &links, why) != ERR_OK) {
		assert(why[0] != '\0' && strlen(why) < sizeof(why) && links.n == 0);
		return 0;
	}
	assert(why[0] == '\0' && links.n <= LINKS_MAX);
	for (unsigned i = 0; i < links.n; i++) {
		const struct link_row *row = &links.row[i];

		assert(row->listen[0] || row->connect[0]);
		assert(!row->listen[0] || links_split_own(span_of(row->listen), host, port));
		assert(!row->connect[0] || links_split(span_of(row->connect), host, port));
		assert(links_find(&links, &row->station) == row);
		out_format(&text, "link %s", row->station.name);
		if (row->listen[0])
			out_format(&text, " listen %s", row->listen);
		if (row->connect[0])
			out_format(&text, " connect %s", row->connect);
		out_char(&text, '\n');
	}
	assert(out_err(&text) == ERR_OK);
	assert(links_parse(out_view(&text), &again, why) == ERR_OK);
	assert(memcmp(&links, &again, sizeof(links)) == 0);
	out_free(&text);
	return 0;
}
