/*
 * Promises the paths, sizes and bodies of C2SP tlog-tiles.  Does not read or write files.
 */
#include "journal/tile.h"

#include <stdio.h>
#include <string.h>

void
tile_path(const struct tile *tile, char dst[TILE_PATH_MAX])
{
	unsigned group[7]; /* 2^64 has 20 digits */
	size_t n = 0;
	size_t at;
	uint64_t rest = tile->number;

	do {
		group[n++] = (unsigned)(rest % 1000);
		rest /= 1000;
	} while (rest);
	if (tile->is_entries)
		at = (size_t)snprintf(dst, TILE_PATH_MAX, "tile/entries");
	else
		at = (size_t)snprintf(dst, TILE_PATH_MAX, "tile/%u", tile->level);
	while (n-- > 0)
		at += (size_t)snprintf(dst + at, TILE_PATH_MAX - at, n ? "/x%03u" : "/%03u",
				       group[n]);
	if (tile->width < TILE_WIDTH)
		(void)snprintf(dst + at, TILE_PATH_MAX - at, ".p/%u", tile->width);
}

/* Reads "x001/x234/067" or "067.p" (the last group); false when a group is spelled otherwise. */
static bool
read_group(struct span text, bool is_last, uint64_t *number)
{
	int64_t value;

	if (!is_last && (text.n != 4 || text.p[0] != 'x'))
		return false;
	if (!is_last)
		text = span_make(text.p + 1, 3);
	if (text.n != 3 || text.p[0] == '-' || !span_int(text, 0, 999, &value))
		return false;
	if (*number > (UINT64_MAX - (uint64_t)value) / 1000)
		return false;
	*number = *number * 1000 + (uint64_t)value;
	return true;
}

static bool
read_kind(struct span *rest, struct tile *tile)
{
	struct span part;
	int64_t level;

	if (!span_split(rest, '/', &part) || !span_is(part, "tile"))
		return false;
	if (!rest->p || !span_split(rest, '/', &part))
		return false;
	tile->is_entries = span_is(part, "entries");
	if (tile->is_entries)
		return rest->p != NULL;
	if (part.n > 1 && part.p[0] == '0')
		return false;
	if (!span_int(part, 0, TILE_LEVEL_MAX, &level) || part.p[0] == '-')
		return false;
	tile->level = (unsigned)level;
	return rest->p != NULL;
}

bool
tile_read_path(struct span path, struct tile *tile)
{
	char again[TILE_PATH_MAX];
	struct span rest = path;
	struct span part;
	bool is_last = false;
	int64_t width;

	memset(tile, 0, sizeof *tile);
	tile->width = TILE_WIDTH;
	if (path.n >= TILE_PATH_MAX || !read_kind(&rest, tile))
		return false;
	while (!is_last && span_split(&rest, '/', &part)) {
		bool is_partial = part.n == 5 && part.p[3] == '.' && part.p[4] == 'p';

		is_last = part.n > 0 && part.p[0] != 'x';
		if (is_partial)
			part.n = 3;
		if (!read_group(part, is_last, &tile->number))
			return false;
		if (!is_partial)
			continue;
		if (!is_last || !span_int(rest, 1, TILE_WIDTH - 1, &width))
			return false;
		tile->width = (unsigned)width;
		rest = span_make(NULL, 0);
	}
	if (!is_last)
		return false;
	/* one spelling per tile: whatever else got through does not read back the same */
	tile_path(tile, again);
	return span_is(path, again);
}

uint64_t
tile_count(uint64_t size, unsigned level)
{
	return level >= 8 ? 0 : size >> (8 * level);
}

unsigned
tile_width(uint64_t size, unsigned level, uint64_t number)
{
	uint64_t count = tile_count(size, level);
	uint64_t whole = count / TILE_WIDTH;

	if (number < whole)
		return TILE_WIDTH;
	return number == whole ? (unsigned)(count % TILE_WIDTH) : 0;
}

void
tile_write_entry(struct out *out, struct span entry)
{
	if (entry.n > TILE_ENTRY_MAX) {
		out->err = ERR_LIMIT;
		return;
	}
	out_u16(out, (uint16_t)entry.n);
	out_span(out, entry);
}

bool
tile_take_entry(struct span *rest, struct span *entry)
{
	size_t n;

	if (rest->n < 2)
		return false;
	n = (size_t)(unsigned char)rest->p[0] << 8 | (unsigned char)rest->p[1];
	if (rest->n - 2 < n)
		return false;
	*entry = span_make(rest->p + 2, n);
	rest->p += 2 + n;
	rest->n -= 2 + n;
	return true;
}
