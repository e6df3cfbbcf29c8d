/* Whatever stands in seam.conf: refused with the reason, or printed and read back the same.
 * fuzz-needs: src/seamd/config.c src/seamd/links.c
 */
#include "seamd/config.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct config config, again;
	char why[CONFIG_WHY_MAX];
	struct out first = out_new(65536), second = out_new(65536);

	if (config_parse(span_make(bytes, n), &config, why) != ERR_OK) {
		assert(why[0] != '\0' && strlen(why) < sizeof(why));
	} else {
		assert(why[0] == '\0' && config.station.name[0] != '\0');
		config_write(&first, &config);
		assert(out_err(&first) == ERR_OK);
		assert(config_parse(out_view(&first), &again, why) == ERR_OK);
		config_write(&second, &again);
		assert(span_equal(out_view(&first), out_view(&second)));
		(void)config_clock(&config, 1809389400000);
	}
	out_free(&first);
	out_free(&second);
	return 0;
}
