/*
 * Promises the frame of the plain page and the one way from a value to HTML: everything that
 * somebody wrote is escaped here, and nothing else writes to the page but constant text.
 */
#include "seamd/page.h"

#include "seamd/config.h"
#include "seamd/page_style.h"

#include <string.h>

enum { VALUE_ROOM = 6000 };

/* ---- text ---- */

void
page_text(struct page *page, struct span text)
{
	out_html(&page->out, text);
}

void
page_label(struct page *page, const char *english)
{
	page_text(page, span_of(label_text(page->lang, english)));
}

void
page_word(struct page *page, enum screen screen)
{
	page_text(page, span_of(screen_text(page->lang, screen)));
}

void
page_latin(struct page *page, struct span text)
{
	out_text(&page->out, "<bdi dir=ltr>");
	page_text(page, text);
	out_text(&page->out, "</bdi>");
}

void
page_time(struct page *page, int64_t at_ms)
{
	struct out text = out_new(64);

	when_write_dtg(&text, at_ms, page->zone_min);
	page_latin(page, out_view(&text));
	out_free(&text);
}

/* The words with their {place} filled by what `write` makes of the text. */
static void
fill(struct page *page, enum screen screen, struct span text,
     void (*write)(struct page *page, struct span text))
{
	struct span rest = span_of(screen_text(page->lang, screen));

	while (rest.n) {
		struct span literal;
		struct span name;

		phrase_next(&rest, &literal, &name);
		page_text(page, literal);
		if (name.n)
			write(page, text);
	}
}

void
page_filled(struct page *page, enum screen screen, struct span text)
{
	fill(page, screen, text, page_latin);
}

void
page_said(struct page *page, enum screen screen, struct span words)
{
	fill(page, screen, words, page_text);
}

void
page_filled_time(struct page *page, enum screen screen, int64_t at_ms)
{
	struct out text = out_new(64);

	when_write_dtg(&text, at_ms, page->zone_min);
	page_filled(page, screen, out_view(&text));
	out_free(&text);
}

void
page_comma(struct page *page)
{
	page_label(page, phrase_english(PHRASE_COMMA));
}

void
page_heading(struct page *page, const char *id, enum screen screen)
{
	out_format(&page->out, "<h2 id=%s>", id);
	page_word(page, screen);
	out_text(&page->out, "</h2>\n");
}

/* Grids, times, ids and names of parties are read from the left in every language. */
static bool
is_latin(enum field_type type)
{
	return type == FIELD_TYPE_INSTANT || type == FIELD_TYPE_PLACE || type == FIELD_TYPE_GRADE ||
	       type == FIELD_TYPE_ID || type == FIELD_TYPE_PARTY;
}

/* How much of the ground a grid means. */
static void
write_size(struct page *page, unsigned level)
{
	static const enum phrase sizes[FIELD_PLACE_LEVELS + 1] = {
	    PHRASE_NONE, PHRASE_KM100, PHRASE_KM10, PHRASE_KM1, PHRASE_M100, PHRASE_M10};

	if (level == 0 || level > FIELD_PLACE_LEVELS)
		return;
	out_text(&page->out, " <small>(");
	page_label(page, phrase_english(sizes[level]));
	out_text(&page->out, ")</small>");
}

/* Where the page has no room for it that is said; whole it is in the console and in seam show. */
static void
write_escaped(struct page *page, struct span text)
{
	struct out escaped = out_new(LIMIT_RECORD_WIRE * 8);

	out_html(&escaped, text);
	if (escaped.n + VALUE_ROOM > page_left(page)) {
		out_text(&page->out, "<i>");
		page_word(page, SCREEN_TOO_LONG);
		out_text(&page->out, "</i>");
	} else {
		out_span(&page->out, out_view(&escaped));
	}
	out_free(&escaped);
}

void
page_value(struct page *page, const struct record *record, enum field field)
{
	enum field_type type = field_row(field)->type;
	bool is_words = type == FIELD_TYPE_FREE || type == FIELD_TYPE_DOC;
	struct out value = out_new(LIMIT_RECORD_WIRE * 4);

	if (is_latin(type)) {
		label_value(&value, record, field, page->lang, page->zone_min, false);
		page_latin(page, out_view(&value));
		if (type == FIELD_TYPE_PLACE)
			write_size(page, record->field[field].place.level);
	} else if (is_words) {
		out_text(&page->out, "<span dir=auto class=w>");
		write_escaped(page, record->field[field].text);
		out_text(&page->out, "</span>");
	} else {
		label_value(&value, record, field, page->lang, page->zone_min, true);
		out_text(&page->out, "<bdi>");
		write_escaped(page, out_view(&value));
		out_text(&page->out, "</bdi>");
	}
	out_free(&value);
}

/* ---- links and forms ---- */

bool
page_is_name(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", name.p[i]) || !name.p[i])
			return false;
	return name.n > 0 && name.n < LIMIT_NAME_TEXT;
}

static void
write_query(struct page *page)
{
	const char *mark = "?";

	if (web_query(page->request, "lang").n) {
		out_format(&page->out, "%slang=%s", mark, vocab_code(VOCAB_LANG, page->lang));
		mark = "&amp;";
	}
	if (page_is_name(page->duty))
		out_format(&page->out, "%sduty=%.*s", mark, (int)page->duty.n, page->duty.p);
}

void
page_link(struct page *page, const char *path, struct span rest)
{
	out_format(&page->out, "\"%s", path);
	page_text(page, rest);
	write_query(page);
	out_char(&page->out, '"');
}

void
page_form(struct page *page, const char *path)
{
	char token[WEB_FORM_TEXT];

	out_text(&page->out, "<form method=post action=");
	page_link(page, path, SPAN(""));
	out_text(&page->out, ">");
	if (!page->account.n)
		return;
	web_form_token(page->request, token);
	out_format(&page->out, "<input type=hidden name=form value=\"%s\">", token);
	if (page_is_name(page->duty))
		out_format(&page->out, "<input type=hidden name=duty value=\"%.*s\">",
			   (int)page->duty.n, page->duty.p);
}

/* ---- the frame ---- */

static void
write_banner(struct page *page)
{
	if (!web_config(page->request)->exercise)
		return;
	out_text(&page->out, "<p class=x><b>");
	page_label(page, phrase_english(PHRASE_EXERCISE_MARK));
	out_text(&page->out, "</b> ");
	page_word(page, SCREEN_NOT_REAL);
	out_text(&page->out, "</p>\n");
}

/* A page that lacks something says so before anything else. */
static void
write_behind(struct page *page)
{
	enum err why;
	uint64_t behind = web_behind(page->request, &why);
	struct out text = out_new(32);

	if (behind && page->account.n) {
		out_format(&text, "%llu", (unsigned long long)behind);
		out_text(&page->out, "<p class=e role=alert>");
		page_filled(page, SCREEN_BEHIND, out_view(&text));
		if (why != ERR_OK) {
			out_text(&page->out, " ");
			page_latin(page, span_of(err_text(why)));
		}
		out_text(&page->out, "</p>\n");
	}
	out_free(&text);
}

/* Each language in its own letters, so that it is found by who needs it. */
static void
write_languages(struct page *page)
{
	static const char *const names[LANG_COUNT] = {
	    [LANG_EN] = "English", [LANG_AR] = "العربية", [LANG_CKB] = "کوردی"};
	static const char *const dirs[LANG_COUNT] = {
	    [LANG_EN] = "ltr", [LANG_AR] = "rtl", [LANG_CKB] = "rtl"};

	out_text(&page->out, "<span>");
	for (unsigned i = 0; i < LANG_COUNT; i++) {
		const char *code = vocab_code(VOCAB_LANG, i);

		if (i == (unsigned)page->lang)
			continue;
		out_format(&page->out, "<a lang=%s dir=%s hreflang=%s href=\"/?lang=%s", code,
			   dirs[i], code, code);
		if (page_is_name(page->duty))
			out_format(&page->out, "&amp;duty=%.*s", (int)page->duty.n, page->duty.p);
		out_format(&page->out, "\">%s</a> ", names[i]);
	}
	out_text(&page->out, "</span>\n");
}

static void
write_who(struct page *page)
{
	if (!page->account.n)
		return;
	out_text(&page->out, "<span>");
	page_word(page, SCREEN_DUTY);
	out_text(&page->out, " <b>");
	page_latin(page, page->duty.n ? page->duty : page->request->first_duty);
	out_text(&page->out, "</b> <small>");
	page_latin(page, page->account);
	out_text(&page->out, "</small></span>\n");
	page_form(page, "/sign-off");
	out_text(&page->out, "<button class=q>");
	page_word(page, SCREEN_SIGN_OFF);
	out_text(&page->out, "</button></form>\n");
}

void
page_begin(struct page *page, struct web_request *request, struct span account, struct span duty)
{
	const struct config *config = web_config(request);

	*page = (struct page){.request = request,
			      .out = out_new(PAGE_TEXT * 4),
			      .lang = request->lang,
			      .zone_min = (int)config->zone_minutes,
			      .now_ms = api_now(request),
			      .own = api_party(request),
			      .account = account,
			      .duty = duty};
	out_format(&page->out,
		   "<!doctype html>\n<html lang=%s dir=%s>\n<head><meta charset=utf-8>"
		   "<meta name=viewport content=\"width=device-width\">"
		   "<link rel=icon href=\"data:,\"><title>Seam %s</title>\n",
		   vocab_code(VOCAB_LANG, page->lang), phrase_is_rtl(page->lang) ? "rtl" : "ltr",
		   config->station.name);
	out_text(&page->out, "<style>" PAGE_STYLE "</style></head>\n<body>\n");
	write_banner(page);
	out_text(&page->out, "<header><a class=n href=");
	page_link(page, "/", SPAN(""));
	out_text(&page->out, ">Seam</a> ");
	page_latin(page, span_of(config->station.name));
	out_text(&page->out, " <b class=c>");
	page_time(page, page->now_ms);
	out_text(&page->out, "</b>\n");
	write_who(page);
	write_languages(page);
	out_text(&page->out, "</header>\n");
	write_behind(page);
}

void
page_end(struct page *page, int status)
{
	if (page->lang != LANG_EN) {
		out_text(&page->out, "<footer>");
		page_word(page, SCREEN_UNREVIEWED);
		out_text(&page->out, "</footer>\n");
	}
	out_text(&page->out, "</body></html>\n");
	if (out_err(&page->out) == ERR_OK)
		web_reply_text(page->request, status, "text/html; charset=utf-8",
			       out_view(&page->out));
	else
		web_reply_err(page->request, out_err(&page->out));
	out_free(&page->out);
}

size_t
page_left(const struct page *page)
{
	return page->out.n < PAGE_MAX ? PAGE_MAX - page->out.n : 0;
}

/* ---- records ---- */

void
page_marks(struct page *page, const struct picture_row *row)
{
	const struct {
		bool is_so;
		enum screen screen;
	} marks[] = {
	    {row->is_erased, SCREEN_WAS_ERASED},
	    {row->is_retracted && !row->is_erased, SCREEN_WAS_RETRACTED},
	    {!row->is_current && !row->is_retracted && !row->is_erased, SCREEN_OLD_VERSION},
	    {row->is_late, SCREEN_CAME_LATE},
	    {row->is_grouped, SCREEN_ONE_OF},
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (!marks[i].is_so)
			continue;
		out_text(&page->out, " <i>");
		page_word(page, marks[i].screen);
		out_text(&page->out, "</i>");
	}
}

static bool
is_sign(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/* Blanks inside of grids and DTG do not break a line. */
static void
write_unbroken(struct page *page, struct span text)
{
	for (size_t i = 1; i + 1 < text.n; i++) {
		if (text.p[i] != ' ' || !is_sign(text.p[i - 1]) || !is_sign(text.p[i + 1]))
			continue;
		page_text(page, span_make(text.p, i));
		out_text(&page->out, "&nbsp;");
		text = span_make(text.p + i + 1, text.n - i - 1);
		i = 0;
	}
	page_text(page, text);
}

/* The banner says once for the whole page that it is an exercise. */
void
page_headline(struct page *page, const struct picture_row *row)
{
	struct record *record = NULL;
	struct out line = out_new(PAGE_TEXT);

	if (row->record)
		record = arena_take(page->request->arena, sizeof *record);
	if (record) {
		*record = *row->record;
		record->is_exercise = false;
		label_headline(&line, record, page->lang, page->zone_min);
		write_unbroken(page, out_view(&line));
	} else {
		page_label(page, kind_row(row->kind)->label);
	}
	out_free(&line);
}

static void
write_when(struct page *page, const struct picture_row *row)
{
	struct out text = out_new(256);

	if (row->has_when)
		when_write(&text, &row->when, page->zone_min);
	else if (row->filed_ms || row->arrived_ms)
		when_write_dtg(&text, row->filed_ms ? row->filed_ms : row->arrived_ms,
			       page->zone_min);
	page_latin(page, out_view(&text));
	out_free(&text);
}

void
page_severity(struct page *page, const struct picture_row *row)
{
	static const enum screen words[] = {
	    [SEVERITY_RED] = SCREEN_RED,
	    [SEVERITY_YELLOW] = SCREEN_YELLOW,
	    [SEVERITY_GREEN] = SCREEN_GREEN,
	};

	out_text(&page->out, "<b class=");
	if (row->severity >= 0 && row->severity < SEVERITY_COUNT) {
		out_format(&page->out, "\"s s%d\">", row->severity);
		page_word(page, words[row->severity]);
	} else {
		out_text(&page->out, "s>");
	}
	out_text(&page->out, "</b> ");
}

void
page_row(struct page *page, const struct picture_row *row)
{
	char id[HASH_TEXT_SIZE];

	hash_text(id, &row->id);
	page_severity(page, row);
	write_when(page, row);
	out_char(&page->out, ' ');
	page_latin(page, span_of(row->station.name));
	out_text(&page->out, " <a href=");
	page_link(page, "/record/", span_of(id));
	out_text(&page->out, ">");
	page_headline(page, row);
	out_text(&page->out, "</a>");
	page_marks(page, row);
}

/* What the program says about a record and no reader of a page needs. */
static bool
is_shown(enum field field)
{
	return field != FIELD_KIND && field != FIELD_THREAD && field != FIELD_FILED &&
	       field != FIELD_HEADS && field != FIELD_ORIGIN;
}

void
page_fields(struct page *page, const struct record *record)
{
	out_text(&page->out, "<dl>\n");
	for (enum field field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		if (!record->field[field].is_set || !is_shown(field))
			continue;
		out_text(&page->out, "<dt>");
		page_label(page, field_row(field)->label);
		out_text(&page->out, "</dt><dd>");
		page_value(page, record, field);
		out_text(&page->out, "</dd>\n");
	}
	out_text(&page->out, "</dl>\n");
}
