/*
 * Promises numbers as people know them: a range, a guess, a floor or only a word.
 */
#include "model/quantity.h"

#include "model/typed.h"

enum { TYPED_SIZE = 64 };

static bool
take_number(struct span *rest, int32_t *number)
{
	int64_t value;

	if (!typed_digits(rest, 1, 10, &value) || value > INT32_MAX)
		return false;
	*number = (int32_t)value;
	return true;
}

static void
take_blank(struct span *rest)
{
	(void)typed_take(rest, " ");
}

static struct quantity
of_word(enum quantity_word word)
{
	return (struct quantity){-1, -1, -1, word};
}

/* A range, a floor, a ceiling or one number, and then perhaps the best estimate. */
static bool
read_numbers(struct span *rest, struct quantity *q)
{
	if (typed_take(rest, "~")) {
		take_blank(rest);
		return take_number(rest, &q->best);
	}
	if (typed_take(rest, ">=")) {
		take_blank(rest);
		if (!take_number(rest, &q->low))
			return false;
	} else if (typed_take(rest, "<=")) {
		take_blank(rest);
		if (!take_number(rest, &q->high))
			return false;
	} else {
		if (!take_number(rest, &q->low))
			return false;
		if (rest->n == 0) {
			q->best = q->high = q->low;
			return true;
		}
		take_blank(rest);
		if (!typed_take(rest, "-"))
			return false;
		take_blank(rest);
		if (!take_number(rest, &q->high))
			return false;
	}
	return !typed_take(rest, " best ") || take_number(rest, &q->best);
}

bool
quantity_read(struct span text, struct quantity *quantity)
{
	char plain[TYPED_SIZE];
	struct span rest;
	struct quantity q = of_word(QUANTITY_EXACT);

	*quantity = of_word(QUANTITY_UNKNOWN);
	if (!typed_plain(text, plain, sizeof plain))
		return false;
	rest = span_of(plain);
	if (span_is(rest, "unknown"))
		return true;
	if (typed_take(&rest, "several")) {
		q.word = QUANTITY_SEVERAL;
		if (typed_take(&rest, " >=")) {
			take_blank(&rest);
			if (!take_number(&rest, &q.low))
				return false;
		}
	} else if (!read_numbers(&rest, &q)) {
		return false;
	}
	if (rest.n || !quantity_is_sound(&q))
		return false;
	*quantity = q;
	return true;
}

static void
write_numbers(struct out *out, const struct quantity *q)
{
	if (q->low < 0 && q->high < 0) {
		out_char(out, '~');
		out_int(out, q->best);
		return;
	}
	if (q->low >= 0 && q->low == q->best && q->best == q->high) {
		out_int(out, q->low);
		return;
	}
	if (q->low < 0)
		out_text(out, "<=");
	else if (q->high < 0)
		out_text(out, ">=");
	if (q->low >= 0)
		out_int(out, q->low);
	if (q->low >= 0 && q->high >= 0)
		out_char(out, '-');
	if (q->high >= 0)
		out_int(out, q->high);
	if (q->best >= 0) {
		out_text(out, " best ");
		out_int(out, q->best);
	}
}

void
quantity_write(struct out *out, const struct quantity *quantity)
{
	if (!quantity_is_sound(quantity))
		return;
	switch (quantity->word) {
	case QUANTITY_UNKNOWN:
		out_text(out, "unknown");
		break;
	case QUANTITY_SEVERAL:
		out_text(out, "several");
		if (quantity->low >= 0) {
			out_text(out, " >=");
			out_int(out, quantity->low);
		}
		break;
	case QUANTITY_EXACT:
		write_numbers(out, quantity);
		break;
	}
}

static bool
is_ordered(int32_t a, int32_t b)
{
	return a < 0 || b < 0 || a <= b;
}

bool
quantity_is_sound(const struct quantity *q)
{
	if (q->low < -1 || q->best < -1 || q->high < -1)
		return false;
	switch (q->word) {
	case QUANTITY_EXACT:
		return (q->low >= 0 || q->best >= 0 || q->high >= 0) &&
		       is_ordered(q->low, q->best) && is_ordered(q->best, q->high) &&
		       is_ordered(q->low, q->high);
	case QUANTITY_SEVERAL:
		return q->best < 0 && q->high < 0;
	case QUANTITY_UNKNOWN:
		return q->low < 0 && q->best < 0 && q->high < 0;
	}
	return false;
}

bool
quantity_equal(const struct quantity *a, const struct quantity *b)
{
	return a->low == b->low && a->best == b->best && a->high == b->high && a->word == b->word;
}

/* What the value says at least and at most: a lone estimate bounds itself. */
static struct quantity
bounds(const struct quantity *q)
{
	struct quantity b = *q;

	if (q->word == QUANTITY_EXACT && q->low < 0 && q->high < 0)
		b.low = b.high = q->best;
	return b;
}

static int32_t
smaller(int32_t a, int32_t b)
{
	return a < b ? a : b; /* -1, not stated, wins: then nothing is stated of both */
}

static int32_t
larger(int32_t a, int32_t b)
{
	if (a < 0 || b < 0)
		return -1;
	return a > b ? a : b;
}

struct quantity
quantity_hull(const struct quantity *a, const struct quantity *b)
{
	struct quantity x = bounds(a);
	struct quantity y = bounds(b);
	struct quantity hull = of_word(QUANTITY_EXACT);

	if (quantity_equal(a, b) || b->word == QUANTITY_UNKNOWN)
		return *a;
	if (a->word == QUANTITY_UNKNOWN)
		return *b;
	if (a->word == QUANTITY_SEVERAL || b->word == QUANTITY_SEVERAL) {
		hull.word = QUANTITY_SEVERAL;
		hull.low = x.low < 0 ? y.low : y.low < 0 ? x.low : smaller(x.low, y.low);
		return hull;
	}
	hull.low = smaller(x.low, y.low);
	hull.high = larger(x.high, y.high);
	hull.best = a->best == b->best ? a->best : -1;
	/* "at least 3" and "at most 5" together bound nothing. */
	return quantity_is_sound(&hull) ? hull : of_word(QUANTITY_UNKNOWN);
}
