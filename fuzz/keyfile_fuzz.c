/* Whatever stands in a key file: refused, and then no key is left in memory. Costs of Argon2id are
 * cut off before it: a file that asks for much is not followed here.
 * fuzz-needs: src/seamd/keyfile.c
 */
#include "seamd/keyfile.h"

#include "base/file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The work that a line "NAME NUMBER" asks for; 0 when there is none. */
static long
asked(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct keyfile none;
	struct keyfile file;
	char path[64];
	char *text = malloc(n + 1);

	assert(text);
	memcpy(text, bytes, n);
	text[n] = '\0';
	if (asked(text, "ops ") <= 2 && asked(text, "mem ") <= 65536) {
		(void)snprintf(path, sizeof(path), "/dev/shm/keyfile-fuzz-%ld", (long)getpid());
		assert(file_write(path, span_make(bytes, n), 0600) == ERR_OK);
		if (keyfile_read(path, SPAN("fuzz"), &file) == ERR_OK)
			assert(file.n > 0 && file.n <= KEYFILE_KEYS_MAX);
		else
			assert(memcmp(&file, &none, sizeof(file)) == 0);
		(void)unlink(path);
	}
	free(text);
	return 0;
}
