/* Whatever stands in HOME/directory: refused with the line, or printed and read back the same.
 * fuzz-needs: src/seam/directory.c
 */
#include "seam/directory.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct directory directory, again;
	char why[DIRECTORY_WHY_MAX];
	struct out first = out_new(1 << 20), second = out_new(1 << 20);

	if (directory_parse(span_make(bytes, n), &directory, why) != ERR_OK) {
		assert(why[0] != '\0' && strlen(why) < sizeof(why) && directory.n == 0);
	} else {
		directory_text(&first, &directory);
		assert(out_err(&first) == ERR_OK && directory.n <= DIRECTORY_MAX);
		assert(directory_parse(out_view(&first), &again, why) == ERR_OK);
		directory_text(&second, &again);
		assert(span_equal(out_view(&first), out_view(&second)));
		for (unsigned i = 0; i < directory.n; i++)
			directory_line(&second, &directory.row[i], 180);
	}
	out_free(&first);
	out_free(&second);
	return 0;
}
