/*
 * Heads of requests: however the bytes are cut the same end is found, what is taken keeps its
 * limits, and its parts lie inside it and are what the grammar allows.
 */
#include "edge/httphead.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_lie_inside(struct span part, const uint8_t *data, size_t n)
{
	const char *from = (const char *)data;

	if (part.n && (part.p < from || part.p + part.n > from + n) && !span_is(part, "/"))
		abort();
	for (size_t i = 0; i < part.n; i++)
		if (part.p[i] == '\0' || part.p[i] == '\r' || part.p[i] == '\n')
			abort();
}

static int
scan_in_two(const uint8_t *data, size_t half, size_t size, size_t *n)
{
	struct httphead_scan scan = {0, 0, 0};
	const char *why;
	int status = httphead_scan(&scan, span_make(data, half), n, &why);

	return status == HTTPHEAD_MORE ? httphead_scan(&scan, span_make(data, size), n, &why)
				       : status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char decoded[HTTPHEAD_SIZE_MAX + 1];
	struct httphead head;
	const char *why;
	size_t n;
	size_t m;
	int status = scan_in_two(data, size, size, &n);

	if (scan_in_two(data, size / 2, size, &m) != status || m != n)
		abort();
	if (status != HTTPHEAD_WHOLE)
		return 0;
	if (n > size || n > HTTPHEAD_SIZE_MAX || memcmp(data + n - 4, "\r\n\r\n", 4) != 0)
		abort();
	if (httphead_read(span_make(data, n), &head, &why) != HTTPHEAD_WHOLE) {
		if (!why[0])
			abort();
		return 0;
	}
	if (head.path.n == 0 || head.path.p[0] != '/' || head.host.n == 0 || head.minor > 1 ||
	    head.body_size > HTTPHEAD_BODY_MAX || head.field[HTTPHEAD_TRANSFER_ENCODING].p)
		abort();
	must_lie_inside(head.path, data, n);
	must_lie_inside(head.query, data, n);
	must_lie_inside(head.host, data, n);
	for (int i = 0; i < HTTPHEAD_FIELD_COUNT; i++)
		must_lie_inside(head.field[i], data, n);
	if (httphead_decode(head.path, false, decoded, &m) && m > head.path.n)
		abort();
	(void)httphead_decode(head.query, true, decoded, &m);
	return 0;
}
