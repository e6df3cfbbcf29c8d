/*
 * Promises one text per failure and the one place where errno becomes a failure of ours.
 */
#include "base/err.h"

#include <errno.h>

static const char *const texts[ERR_COUNT] = {
#define X(name, text) [ERR_##name] = text,
    ERR_ROWS(X)
#undef X
};

const char *
err_text(enum err err)
{
	return (unsigned)err < ERR_COUNT ? texts[err] : "unknown failure";
}

enum err
err_from_errno(int number)
{
	switch (number) {
	case 0:
		return ERR_OK;
	case ENOMEM:
		return ERR_NOMEM;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	case EIO:
	case EROFS:
		return ERR_IO;
	case EAGAIN:
	case EBUSY:
		return ERR_BUSY;
	case EPIPE:
	case ECONNRESET:
	case ECONNREFUSED:
		return ERR_CLOSED;
	case EFBIG:
	case EMSGSIZE:
	case ENAMETOOLONG:
		return ERR_LIMIT;
	default:
		return ERR_SYSTEM;
	}
}
