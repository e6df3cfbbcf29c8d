/*
 * Promises the pieces that texts of alerts are made of, each of bounded length.  Texts hold no
 * moment of asking, so that the same matter reads the same at every run.
 */
#include "watch/watch_rule.h"

#include <math.h>

static const char ELLIPSIS[] = "…";

void
watch_say_short(struct out *out, struct span text, size_t most)
{
	size_t fits = 0, step;
	uint32_t rune;

	if (text.n <= most) {
		out_span(out, text);
		return;
	}
	while ((step = span_rune(span_make(text.p + fits, text.n - fits), &rune)) > 0 &&
	       fits + step <= most - (sizeof ELLIPSIS - 1))
		fits += step;
	out_span(out, span_make(text.p, fits));
	out_text(out, ELLIPSIS);
}

void
watch_say_moment(const struct watch_run *run, struct out *out, int64_t at_ms)
{
	when_write_dtg(out, at_ms, run->question->zone_min);
}

void
watch_say_duration(struct out *out, int64_t ms)
{
	int64_t minutes = (ms + WATCH_MINUTE_MS / 2) / WATCH_MINUTE_MS;

	if (minutes >= 60)
		out_format(out, "%lld h %02lld min", (long long)(minutes / 60),
			   (long long)(minutes % 60));
	else
		out_format(out, "%lld min", (long long)minutes);
}

void
watch_say_metres(struct out *out, double metres)
{
	if (metres < 1000)
		out_format(out, "%.0f m", round(metres / 10) * 10);
	else if (metres < 100000)
		out_format(out, "%.1f km", metres / 1000);
	else
		out_format(out, "%.0f km", metres / 1000);
}

struct out
watch_text_new(void)
{
	return out_new(WATCH_TEXT - 1);
}

enum err
watch_text_end(struct out *out, struct watch_alert *alert)
{
	enum err err = out_err(out);

	if (err == ERR_OK && !span_copy(alert->text, sizeof alert->text, out_view(out)))
		err = ERR_INTERNAL;
	out_free(out);
	return err;
}
