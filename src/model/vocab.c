/*
 * Promises the code lists of vocab.h as arrays to walk.
 */
#include "model/vocab.h"

struct code {
	const char *code;
	const char *label;
};

/* clang-format off */
#define X(name, code, label) {code, label},
static const struct code type_codes[] = {VOCAB_TYPE_ROWS(X)};
static const struct code severity_codes[] = {VOCAB_SEVERITY_ROWS(X)};
static const struct code yesno_codes[] = {VOCAB_YESNO_ROWS(X)};
static const struct code outcome_codes[] = {VOCAB_OUTCOME_ROWS(X)};
static const struct code target_codes[] = {VOCAB_TARGET_ROWS(X)};
static const struct code direction_codes[] = {VOCAB_DIRECTION_ROWS(X)};
static const struct code means_codes[] = {VOCAB_MEANS_ROWS(X)};
static const struct code sensor_codes[] = {VOCAB_SENSOR_ROWS(X)};
static const struct code group_codes[] = {VOCAB_GROUP_ROWS(X)};
static const struct code need_codes[] = {VOCAB_NEED_ROWS(X)};
static const struct code purpose_codes[] = {VOCAB_PURPOSE_ROWS(X)};
static const struct code answer_codes[] = {VOCAB_ANSWER_ROWS(X)};
static const struct code told_codes[] = {VOCAB_TOLD_ROWS(X)};
static const struct code link_codes[] = {VOCAB_LINK_ROWS(X)};
static const struct code movement_codes[] = {VOCAB_MOVEMENT_ROWS(X)};
static const struct code advice_codes[] = {VOCAB_ADVICE_ROWS(X)};
static const struct code security_codes[] = {VOCAB_SECURITY_ROWS(X)};
static const struct code marking_codes[] = {VOCAB_MARKING_ROWS(X)};
static const struct code state_codes[] = {VOCAB_STATE_ROWS(X)};
static const struct code violence_codes[] = {VOCAB_VIOLENCE_ROWS(X)};
static const struct code lang_codes[] = {VOCAB_LANG_ROWS(X)};
#undef X
/* clang-format on */

static const struct {
	const struct code *codes;
	unsigned n;
} lists[VOCAB_COUNT] = {
#define X(name, lower)                                                                             \
	[VOCAB_##name] = {lower##_codes, sizeof lower##_codes / sizeof *lower##_codes},
    VOCAB_ROWS(X)
#undef X
};

unsigned
vocab_size(enum vocab vocab)
{
	return (unsigned)vocab < VOCAB_COUNT ? lists[vocab].n : 0;
}

const char *
vocab_code(enum vocab vocab, unsigned index)
{
	return index < vocab_size(vocab) ? lists[vocab].codes[index].code : NULL;
}

const char *
vocab_label(enum vocab vocab, unsigned index)
{
	return index < vocab_size(vocab) ? lists[vocab].codes[index].label : NULL;
}

bool
vocab_find(enum vocab vocab, struct span code, unsigned *index)
{
	*index = 0;
	for (unsigned i = 0; i < vocab_size(vocab); i++) {
		if (span_is(code, lists[vocab].codes[i].code)) {
			*index = i;
			return true;
		}
	}
	return false;
}
