#ifndef SEAM_JOURNAL_TILEFILE_H
#define SEAM_JOURNAL_TILEFILE_H

#include "base/out.h"
#include "journal/tile.h"

/* Tiles and entry bundles as files of a folder, at the paths of C2SP tlog-tiles. */

/* Beside its place, then renamed: a reader sees a whole file or none.  Synced if asked for. */
MUST_USE enum err tilefile_put(const char *dir, const struct tile *tile, struct span body,
			       bool is_synced);

/* The same for another file of that folder, not synced. */
MUST_USE enum err tilefile_put_named(const char *dir, const char *name, struct span body);

/* Appends the whole file; ERR_NOT_FOUND; ERR_LIMIT when it is larger than the writer may grow. */
MUST_USE enum err tilefile_get(const char *dir, const struct tile *tile, struct out *body);

/* Deletes the partial forms of the tile other than `tile` itself. */
void tilefile_drop_partials(const char *dir, const struct tile *tile);

/* Deletes the file, if it is there. */
void tilefile_drop(const char *dir, const struct tile *tile);

/* All that was put below the folder is durable. */
MUST_USE enum err tilefile_sync(const char *dir);

#endif
