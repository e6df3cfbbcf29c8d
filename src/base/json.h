#ifndef SEAM_BASE_JSON_H
#define SEAM_BASE_JSON_H

#include "base/err.h"
#include "base/span.h"

#include <jansson.h>

enum { JSON_DEPTH_MAX = 16 };

/*
 * Reads one JSON value strictly (RFC 8259 plus the profile): valid UTF-8, no NUL, no duplicate
 * names, nesting at most JSON_DEPTH_MAX, integers within +-2^53, no reals, nothing behind the
 * value. NULL when the text breaks any of these.  The caller gives the value back with
 * json_decref().
 */
json_t *json_read_strict(struct span text);

/* As json_read_strict but reals are allowed: for foreign formats such as GeoJSON, never for signed
 * bytes. */
json_t *json_read_foreign(struct span text);

/* Typed looks into an object; false when the name is missing or of another type. */
bool json_take_text(const json_t *object, const char *name, struct span *text); /* borrowed */
bool json_take_int(const json_t *object, const char *name, int64_t *value);
bool json_take_flag(const json_t *object, const char *name, bool *value);

/* True when every name in the object is one of the NULL-terminated list. */
bool json_has_only(const json_t *object, const char *const *names);

#endif
