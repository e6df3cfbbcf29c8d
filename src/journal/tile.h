#ifndef SEAM_JOURNAL_TILE_H
#define SEAM_JOURNAL_TILE_H

#include "base/out.h"

/* C2SP tlog-tiles: where a tile or entry bundle lies and what its bytes are. */
enum { TILE_WIDTH = 256, TILE_PATH_MAX = 96, TILE_LEVEL_MAX = 63, TILE_ENTRY_MAX = 65535 };

struct tile {
	bool is_entries; /* an entry bundle; then level is 0 */
	unsigned level;
	uint64_t number;
	unsigned width; /* 1 to 256; below 256 the path has .p/WIDTH */
};

/* "tile/0/x001/234", "tile/entries/000.p/5": always fits TILE_PATH_MAX. */
void tile_path(const struct tile *tile, char dst[TILE_PATH_MAX]);

/* The inverse, for foreign paths; false for every other spelling. */
bool tile_read_path(struct span path, struct tile *tile);

/* Hashes that level `level` has in a tree of `size` leaves: size / 256^level. */
uint64_t tile_count(uint64_t size, unsigned level);

/* Width of tile `number` of a level in a tree of that size; 0 when there is none. */
unsigned tile_width(uint64_t size, unsigned level, uint64_t number);

/* One entry of a bundle: big-endian u16 length, then the bytes. */
void tile_write_entry(struct out *out, struct span entry);

/* Takes the first entry off a bundle; false at the end or when it is broken (then rest->n > 0). */
bool tile_take_entry(struct span *rest, struct span *entry);

#endif
