/*
 * Promises a growing list of row numbers, and a sorted one without doubles.
 */
#include "picture/picture_store.h"

#include <stdlib.h>

enum err
picture_list_add(struct picture_list *list, int64_t n)
{
	if (list->count == list->size) {
		size_t size = list->size ? 2 * list->size : 64;
		int64_t *more = realloc(list->n, size * sizeof *more);

		if (!more)
			return ERR_NOMEM;
		list->n = more;
		list->size = size;
	}
	list->n[list->count++] = n;
	return ERR_OK;
}

static int
by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
picture_list_sort(struct picture_list *list)
{
	size_t kept = 0;

	if (list->count > 1)
		qsort(list->n, list->count, sizeof *list->n, by_number);
	for (size_t i = 0; i < list->count; i++)
		if (kept == 0 || list->n[kept - 1] != list->n[i])
			list->n[kept++] = list->n[i];
	list->count = kept;
}

bool
picture_list_has(const struct picture_list *list, int64_t n)
{
	return list->count > 0 &&
	       bsearch(&n, list->n, list->count, sizeof *list->n, by_number) != NULL;
}

void
picture_list_free(struct picture_list *list)
{
	free(list->n);
	*list = (struct picture_list){0};
}
