#ifndef SEAM_BASE_FILE_H
#define SEAM_BASE_FILE_H

#include "base/out.h"

/* Appends the whole file to out; ERR_LIMIT when it is larger than the writer may grow. */
MUST_USE enum err file_read(const char *path, struct out *out);

/*
 * Whether a file may be put under that name: ERR_OK where nothing or a plain file is, ERR_NOT_PLAIN
 * for a device, pipe, socket or folder, which a rename would silently make an end of, and for a
 * link, as whether it or what it leads to is meant cannot be known.
 */
MUST_USE enum err file_may_replace(const char *path);

/* Replaces the file whole: temporary beside it, fsync, rename, fsync of the folder.  mode as for
 * open(2).  ERR_NOT_PLAIN as above, also for what stands in the temporary's place ("PATH.new"). */
MUST_USE enum err file_write(const char *path, struct span bytes, unsigned mode);

/* dir + "/" + name into dst; ERR_LIMIT when it does not fit. */
MUST_USE enum err file_path(char *dst, size_t size, const char *dir, const char *name);

/* Makes the folder and its parents; one that is there already is fine. */
MUST_USE enum err file_make_dirs(const char *path, unsigned mode);

bool file_is_there(const char *path);

enum { FILE_PATH_MAX = 1024 };

#endif
