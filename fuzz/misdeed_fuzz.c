/*
 * Evidence of two histories.  Nobody here has the keys: only the two files of the corpus prove
 * anything, and not one byte of them may be another.
 * fuzz-needs: src/seamd/misdeed.c src/seamd/sheaf.c
 */
#include "base/hash.h"
#include "base/sign.h"
#include "seamd/misdeed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return sign_start() == ERR_OK ? 0 : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const known[] = {
	    "a3d162864e874ecc46953b3639bc913683ba922de0e6055694641443fbfe2013",
	    "626e8f7b599a592a0a2e5e63e97dba11a330b81f2fa599272e4d85e9845bba58",
	};
	struct span text = span_make(data, size);
	struct misdeed *misdeed = calloc(1, sizeof *misdeed);
	char why[MISDEED_WHY_MAX];

	if (misdeed && misdeed_read(text, misdeed, why)) {
		struct hash hash = hash_of(text);
		char hex[65];

		hash_hex(hex, &hash);
		if (strcmp(hex, known[0]) != 0 && strcmp(hex, known[1]) != 0)
			abort();
	}
	free(misdeed);
	return 0;
}
