#ifndef SEAM_MODEL_VALUE_H
#define SEAM_MODEL_VALUE_H

#include "model/record.h"

/*
 * One value of a record, whatever its field's type: what record.c does for every field in turn.
 */

/* Levels that the value has by what it holds; 0 when unset. */
uint16_t value_levels(enum field field, const struct value *value);

bool value_equal(enum field field, const struct value *a, const struct value *b);

/* The form of a set value: WHY_NONE, or what is wrong with it.  In part: rows of ASK may be blank.
 */
enum why value_check(enum field field, const struct value *value, bool is_part);

/* What is left of a value at these levels, as record_narrow().  `rows` is room for LIMIT_ASKS rows;
 * the part may point there. */
void value_narrow(enum field field, const struct value *whole, uint16_t levels, struct ask *rows,
		  struct value *part);

/* Joins what both show of one value; false and unchanged when they contradict. */
bool value_merge(enum field field, struct value *value, const struct value *more, struct ask *rows);

#endif
