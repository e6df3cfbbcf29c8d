/* Promises the list: what waits for an answer, a form for a short report, the newest records. */
#include "seamd/page.h"

#include "model/course.h"
#include "seamd/asking.h"
#include "seamd/config.h"
#include "seamd/duty.h"
#include "seamd/web_route.h"

enum { ROWS = 50, CARDS_FULL = 14000, OTHERS_FULL = 16000, ROW_ROOM = 2000, MINUTE_MS = 60000 };

/* ---- nobody is signed on ---- */

static const char *const duties[] = {
#define X(name, text, rights) text,
    DUTY_ROWS(X)
#undef X
};

static void
write_sign_on(struct page *page)
{
	page_form(page, "/sign-on");
	out_text(&page->out, "<label>");
	page_word(page, SCREEN_ACCOUNT);
	out_text(&page->out,
		 "<input name=account dir=ltr autocomplete=username autocapitalize=none "
		 "required autofocus></label>\n<label>");
	page_word(page, SCREEN_PASSPHRASE);
	out_text(&page->out, "<input name=passphrase type=password dir=ltr "
			     "autocomplete=current-password required></label>\n<label>");
	page_word(page, SCREEN_DUTY);
	out_text(&page->out, "<select name=duty><option value=\"\">");
	page_word(page, SCREEN_ANY_DUTY);
	out_text(&page->out, "</option>");
	for (size_t i = 0; i < sizeof duties / sizeof *duties; i++)
		out_format(&page->out, "<option>%s</option>", duties[i]);
	out_text(&page->out, "</select></label>\n<button class=g>");
	page_word(page, SCREEN_SIGN_ON);
	out_text(&page->out, "</button></form>\n");
}

static void
reply_sign_on(struct web_request *request, bool was_wrong)
{
	struct page page;

	page_begin(&page, request, SPAN(""), SPAN(""));
	out_text(&page.out, "<main><h1>");
	page_word(&page, SCREEN_SIGN_ON);
	out_text(&page.out, "</h1>\n");
	if (was_wrong) {
		out_text(&page.out, "<p class=e role=alert>");
		page_word(&page, SCREEN_WRONG);
		out_text(&page.out, "</p>\n");
	}
	write_sign_on(&page);
	out_text(&page.out, "</main>\n");
	page_end(&page, was_wrong ? 401 : 200);
}

void
page_sign_on_again(struct web_request *request)
{
	reply_sign_on(request, true);
}

/* ---- what waits ---- */

static void
write_clock(struct page *page, int64_t by_ms)
{
	int64_t left = by_ms - page->now_ms;
	struct out minutes = out_new(32);

	if (!by_ms)
		return;
	out_int(&minutes, (left < 0 ? -left : left) / MINUTE_MS);
	page_comma(page);
	out_text(&page->out, left < 0 ? "<b class=s0>" : "<b>");
	page_filled_time(page, SCREEN_BY_TIME, by_ms);
	out_text(&page->out, " (");
	page_filled(page, left < 0 ? SCREEN_OVERDUE : SCREEN_LEFT, out_view(&minutes));
	out_text(&page->out, ")</b>");
	out_free(&minutes);
}

static void
write_due(struct page *page, const struct waiting *waiting)
{
	out_text(&page->out, "<p>");
	if (!waiting->is_ours) {
		page_latin(page, span_of(waiting->party.name));
		out_text(&page->out, ": ");
	}
	page_label(page, course_step_label(waiting->step));
	write_clock(page, waiting->by_ms);
	out_text(&page->out, "</p>\n");
}

/* One form holds all cards: a button names its record. */
static void
write_cards(struct page *page, const struct waiting *rows, size_t n)
{
	bool is_full = false;

	page_form(page, "/answer");
	out_text(&page->out, "<ul class=\"k t\">\n");
	for (size_t i = 0; i < n && rows[i].is_ours && !is_full; i++) {
		out_text(&page->out, "<li>");
		page_row(page, &rows[i].row);
		write_due(page, &rows[i]);
		out_text(&page->out, "<p>");
		page_answer_buttons(page, &rows[i].row, rows[i].way, false);
		out_text(&page->out, "</p></li>\n");
		is_full = page->out.n > CARDS_FULL && i + 1 < n && rows[i + 1].is_ours;
	}
	out_text(&page->out, "</ul></form>\n");
	if (is_full) {
		out_text(&page->out, "<p>");
		page_word(page, SCREEN_WAITING_MORE);
		out_text(&page->out, "</p>\n");
	}
}

static void
write_others(struct page *page, const struct waiting *rows, size_t n)
{
	size_t first = 0;

	while (first < n && rows[first].is_ours)
		first++;
	if (first == n)
		return;
	out_text(&page->out, "<section>");
	page_heading(page, "others", SCREEN_OTHERS);
	out_text(&page->out, "<ul class=t>\n");
	for (size_t i = first; i < n && page->out.n < OTHERS_FULL; i++) {
		out_text(&page->out, "<li>");
		page_row(page, &rows[i].row);
		write_due(page, &rows[i]);
		out_text(&page->out, "</li>\n");
	}
	out_text(&page->out, "</ul></section>\n");
}

static void
write_waiting(struct page *page, const struct waiting *rows, size_t n)
{
	out_text(&page->out, "<section>");
	page_heading(page, "waits", SCREEN_WAITING);
	if (n && rows[0].is_ours) {
		write_cards(page, rows, n);
	} else {
		out_text(&page->out, "<p>");
		page_word(page, SCREEN_WAITING_NONE);
		out_text(&page->out, "</p>\n");
	}
	out_text(&page->out, "</section>\n");
}

/* ---- newest ---- */

static void
write_older(struct page *page, const struct picture_cursor *next)
{
	struct out cursor = out_new(256);

	asking_write_cursor(&cursor, next);
	out_text(&page->out, "<p><a class=b href=\"/?after=");
	page_text(page, out_view(&cursor));
	if (web_query(page->request, "lang").n)
		out_format(&page->out, "&amp;lang=%s", vocab_code(VOCAB_LANG, page->lang));
	out_text(&page->out, "\">");
	page_word(page, SCREEN_OLDER);
	out_text(&page->out, "</a></p>\n");
	out_free(&cursor);
}

/* As many as the page has room for. */
static void
write_newest(struct page *page, const struct picture_row *rows, size_t n,
	     struct picture_cursor *next)
{
	size_t i;

	out_text(&page->out, "<section>");
	page_heading(page, "newest", SCREEN_NEWEST);
	out_text(&page->out, "<ul class=t>\n");
	for (i = 0; i < n && page_left(page) > ROW_ROOM; i++) {
		out_text(&page->out, "<li>");
		page_row(page, &rows[i]);
		out_text(&page->out, "</li>\n");
	}
	out_text(&page->out, "</ul>\n");
	if (i < n && i > 0)
		*next = (struct picture_cursor){true, rows[i - 1].when.from_ms, rows[i - 1].id};
	if (n == 0) {
		out_text(&page->out, "<p>");
		page_word(page, SCREEN_NONE);
		out_text(&page->out, "</p>\n");
	}
	if (next->is_set)
		write_older(page, next);
	out_text(&page->out, "</section>\n");
}

static void
write_nav(struct page *page)
{
	static const struct {
		const char *id;
		enum screen screen;
	} places[] = {
	    {"waits", SCREEN_WAITING}, {"report", SCREEN_REPORT}, {"newest", SCREEN_NEWEST}};

	out_text(&page->out, "<nav>");
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		out_format(&page->out, "<a href=\"#%s\">", places[i].id);
		page_word(page, places[i].screen);
		out_text(&page->out, "</a> ");
	}
	out_text(&page->out, "<a href=");
	page_link(page, "/", SPAN(""));
	out_char(&page->out, '>');
	page_word(page, SCREEN_REFRESH);
	out_text(&page->out, "</a></nav>\n");
}

static enum err
write_home(struct page *page, struct picture *picture, const struct picture_query *query)
{
	struct picture_cursor next;
	struct picture_row *rows;
	struct waiting *waits = NULL;
	size_t waits_n = 0;
	bool is_cut;
	size_t n;
	enum err err = picture_query(picture, query, page->request->arena, &rows, &n, &next);

	if (err == ERR_OK && !query->after.is_set)
		err = api_waiting(page->request, picture, &waits, &waits_n, &is_cut);
	if (err != ERR_OK)
		return err;
	write_nav(page);
	out_text(&page->out, "<main class=o>\n");
	if (!query->after.is_set) {
		write_waiting(page, waits, waits_n);
		write_others(page, waits, waits_n);
		out_text(&page->out, "<section class=f>");
		page_heading(page, "report", SCREEN_REPORT);
		page_report_form(page, NULL);
		out_text(&page->out, "</section>\n");
	}
	write_newest(page, rows, n, &next);
	out_text(&page->out, "</main>\n");
	return out_err(&page->out);
}

static void
reply_home(struct web_request *request)
{
	struct picture_query query = {.limit = ROWS, .with_records = true, .steps = WEB_STEPS};
	struct span after = web_query(request, "after");
	struct picture *picture;
	struct page page;
	enum err err = ERR_OK;

	if (after.p)
		(void)asking_read_cursor(after, &query.after);
	page_begin(&page, request, request->account, web_query(request, "duty"));
	err = web_picture(request, &picture);
	if (err == ERR_OK)
		err = write_home(&page, picture, &query);
	if (err == ERR_OK) {
		page_end(&page, 200);
		return;
	}
	out_free(&page.out);
	web_reply_err(request, err);
}

/* ---- who asks ---- */

/* Who is behind the token, asked here because the page is also for who is not signed on. */
static void
on_status(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct cursor cursor = cursor_over(answer->payload);
	json_t *status = NULL;
	struct span text;
	struct span account;
	struct span duty;

	(void)context;
	(void)cursor_u64(&cursor);
	text = cursor_span(&cursor, WIRE_PAYLOAD);
	if (answer->kind == WIRE_DONE && cursor_is_done(&cursor))
		status = json_read_strict(text);
	if (status && json_take_text(status, "account", &account) &&
	    json_take_text(status, "duty", &duty)) {
		request->account = arena_copy(request->arena, account);
		request->first_duty = arena_copy(request->arena, duty);
		reply_home(request);
	} else if (request->duty.n) {
		request->duty = SPAN(""); /* a duty that the account does not hold */
		page_go_home(request);
	} else {
		reply_sign_on(request, false);
	}
	json_decref(status);
}

void
page_home(struct web_request *request)
{
	if (!request->token.n) {
		reply_sign_on(request, false);
		return;
	}
	if (page_is_name(web_query(request, "duty")))
		request->duty = web_query(request, "duty");
	(void)web_act(request, WIRE_STATUS);
	web_ask_core(request, on_status, NULL);
}
