/*
 * Promises that core is asked for a path only in the spelling that names exactly one object.
 */
#include "seamd/peer_path.h"

#include "journal/tile.h"

enum { HEX_DIGITS = 64 };

static bool
is_origin(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
		      (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return text.n == HEX_DIGITS;
}

static bool
is_object(struct span path)
{
	struct span rest = path;
	struct span first;
	struct tile tile;

	if (span_is(path, "checkpoint") || tile_read_path(path, &tile))
		return true;
	return span_split(&rest, '/', &first) && is_origin(first) && span_is(rest, "checkpoint");
}

enum peer_path
peer_path_judge(enum httphead_method method, struct span target, struct span query)
{
	struct span path;

	if (target.n < 2 || target.n > PEER_PATH_MAX || target.p[0] != '/' || query.p)
		return PEER_PATH_NONE;
	path = span_make(target.p + 1, target.n - 1);
	if (span_is(path, "add-checkpoint"))
		return method == HTTPHEAD_POST ? PEER_PATH_POST : PEER_PATH_ONLY_POST;
	if (!is_object(path))
		return PEER_PATH_NONE;
	return method == HTTPHEAD_GET ? PEER_PATH_GET : PEER_PATH_ONLY_GET;
}
