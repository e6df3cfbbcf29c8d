/*
 * Any text: policy_read() refuses it with faults inside the text, or what it prints reads back and
 * prints the same, and its test lines and report run.
 */
#include "release/check.h"
#include "release/policy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool is_true)
{
	if (!is_true)
		abort();
}

static void
print_and_read(const struct policy *policy)
{
	struct out once = out_new(1 << 22), twice = out_new(1 << 22);
	struct policy_faults faults;
	struct policy *back;
	enum err err;

	policy_write(&once, policy);
	require(out_err(&once) == ERR_OK);
	err = policy_read(out_view(&once), &back, &faults);
	/* Names of groups and lists are written out, so the text may have grown past the limit. */
	require(err == ERR_OK || err == ERR_LIMIT);
	if (back) {
		policy_write(&twice, back);
		require(span_equal(out_view(&once), out_view(&twice)));
	}
	policy_free(back);
	out_free(&once);
	out_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_faults faults;
	struct policy *policy;
	struct out report = out_new(1 << 22);
	enum err err = policy_read(span_make(data, size), &policy, &faults);

	require((err == ERR_OK) == (policy != NULL));
	require((err == ERR_FORMAT) == (faults.n > 0));
	for (unsigned i = 0; i < faults.n; i++)
		require(faults.fault[i].line >= 1 && faults.fault[i].column >= 1 &&
			faults.fault[i].column <= size + 1 && faults.fault[i].text[0]);
	if (policy) {
		print_and_read(policy);
		(void)!check_tests(policy, &faults);
		(void)!check_report(policy, NULL, CHECK_JSON, &report);
	}
	policy_free(policy);
	out_free(&report);
	return 0;
}
