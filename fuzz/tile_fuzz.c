/* Tile paths and entry bundles: the first byte chooses.  A path has one spelling; a bundle writes
 * back. */
#include "journal/tile.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_path(struct span bytes)
{
	char path[TILE_PATH_MAX];
	struct tile tile;

	if (!tile_read_path(bytes, &tile))
		return;
	tile_path(&tile, path);
	if (!span_is(bytes, path) || tile.width < 1 || tile.width > TILE_WIDTH)
		abort();
}

static void
try_bundle(struct span bytes)
{
	struct out again = out_new(1 << 20);
	struct span rest = bytes;
	struct span entry;

	while (tile_take_entry(&rest, &entry))
		tile_write_entry(&again, entry);
	if (again.err == ERR_OK &&
	    !span_equal(out_view(&again), span_make(bytes.p, bytes.n - rest.n)) && again.n)
		abort();
	out_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'p')
		try_path(span_make(data + 1, size - 1));
	else
		try_bundle(span_make(data + 1, size - 1));
	return 0;
}
