/* Promises one record with what is known around it, and a form to answer it. */
#include "seamd/page.h"

#include "model/course.h"
#include "seamd/standing.h"
#include "seamd/web_route.h"

#include <string.h>

enum { PART_ROOM = 3000 };

/* Words that answer a course, the harmless ones first: these decide nothing. */
static const struct {
	unsigned harmless, n;
	enum vocab_answer words[8];
} choices[COURSE_WAY_COUNT] = {
    [COURSE_WAY_NONE] = {2, 2, {ANSWER_SEEN, ANSWER_NOTED}},
    [COURSE_WAY_NOTICE] = {2, 2, {ANSWER_SEEN, ANSWER_NOTED}},
    [COURSE_WAY_CONSENT] = {2, 4, {ANSWER_SEEN, ANSWER_NOTED, ANSWER_CONCUR, ANSWER_OBJECT}},
    [COURSE_WAY_QUESTION] = {1, 4, {ANSWER_SEEN, ANSWER_ANSWERED, ANSWER_NOTHING, ANSWER_CANNOT}},
    [COURSE_WAY_SUPPORT] = {1,
			    8,
			    {ANSWER_SEEN, ANSWER_OFFERED, ANSWER_COMMITTED, ANSWER_ON_THE_WAY,
			     ANSWER_ON_SITE, ANSWER_DONE, ANSWER_DECLINE, ANSWER_WITHDRAWN}},
};

void
page_answer_buttons(struct page *page, const struct picture_row *row, enum course_way way, bool all)
{
	unsigned n = all ? choices[way].n : choices[way].harmless;
	char id[HASH_TEXT_SIZE];

	hash_text(id, &row->id);
	for (unsigned i = 0; i < n && !row->is_own; i++) {
		unsigned word = choices[way].words[i];

		out_format(&page->out, "<button name=answer value=\"%s:%s\">", id,
			   vocab_code(VOCAB_ANSWER, word));
		page_label(page, vocab_label(VOCAB_ANSWER, word));
		out_text(&page->out, "</button>");
	}
	if (all)
		return;
	out_text(&page->out, "<a class=b href=");
	page_link(page, "/record/", span_of(id));
	out_text(&page->out, ">");
	page_word(page, SCREEN_ANSWER_WORDS);
	out_text(&page->out, "</a>\n");
}

/* ---- sections ---- */

static void
write_rows(struct page *page, enum screen title, const struct picture_row *rows, size_t n)
{
	if (n == 0 || page_left(page) < PART_ROOM)
		return;
	out_text(&page->out, "<h2>");
	page_word(page, title);
	out_text(&page->out, "</h2>\n<ul class=t>\n");
	for (size_t i = 0; i < n && page_left(page) > PART_ROOM; i++) {
		out_text(&page->out, "<li>");
		page_row(page, &rows[i]);
		out_text(&page->out, "</li>\n");
	}
	out_text(&page->out, "</ul>\n");
}

static void
write_answer(struct page *page, const struct picture_answer *answer)
{
	const char *label =
	    answer->answer < 0 ? NULL : vocab_label(VOCAB_ANSWER, (unsigned)answer->answer);
	char id[HASH_TEXT_SIZE];

	hash_text(id, &answer->id);
	out_text(&page->out, "<li><b class=s></b> ");
	page_time(page, answer->at_ms);
	out_char(&page->out, ' ');
	page_latin(page, span_of(answer->station.name));
	out_text(&page->out, " <a href=");
	page_link(page, "/record/", span_of(id));
	out_text(&page->out, ">");
	if (label)
		page_label(page, label);
	else
		page_word(page, SCREEN_NOT_RELEASED);
	out_text(&page->out, "</a>");
	if (answer->eta_ms) {
		out_text(&page->out, " <span>");
		page_label(page, field_row(FIELD_ETA)->label);
		out_char(&page->out, ' ');
		page_time(page, answer->eta_ms);
		out_text(&page->out, "</span>");
	}
	out_text(&page->out, "</li>\n");
}

static enum err
write_answers(struct page *page, struct picture *picture, const struct picture_row *row)
{
	struct picture_answer *rows;
	size_t n;
	enum err err = picture_answers(picture, &row->id, page->request->arena, &rows, &n);

	if (err != ERR_OK || n == 0)
		return err;
	page_heading(page, "answers", SCREEN_ANSWERS);
	out_text(&page->out, "<ul class=t>\n");
	/* the newest are those that count when there is no room for all */
	for (size_t i = n; i > 0 && page_left(page) > PART_ROOM; i--)
		write_answer(page, &rows[i - 1]);
	out_text(&page->out, "</ul>\n");
	return ERR_OK;
}

static enum err
write_standing(struct page *page, struct picture *picture, const struct picture_row *row)
{
	struct picture_standing *rows;
	size_t n;
	enum err err =
	    standing_read(picture, &row->id, &page->own, page->request->arena, &rows, &n);

	if (err != ERR_OK || n == 0)
		return err;
	page_heading(page, "standing", SCREEN_STANDING);
	out_text(&page->out, "<ul>\n");
	for (size_t i = 0; i < n; i++) {
		out_text(&page->out, "<li><b>");
		page_latin(page, span_of(rows[i].party.name));
		out_text(&page->out, "</b> ");
		page_label(page, picture_state_label(rows[i].state));
		out_char(&page->out, ' ');
		page_time(page, rows[i].at_ms);
		if (rows[i].why != WHY_NONE) {
			out_text(&page->out, ": ");
			page_label(page, why_text(rows[i].why));
		}
		out_text(&page->out, "</li>\n");
	}
	out_text(&page->out, "</ul>\n");
	return ERR_OK;
}

static void
write_loss(struct page *page, const struct picture_loss *loss)
{
	struct record *record = arena_take(page->request->arena, sizeof *record);

	out_text(&page->out, "<li>");
	page_label(page, vocab_label(VOCAB_GROUP, loss->group));
	if (loss->party.name[0]) {
		out_char(&page->out, ' ');
		page_filled(page, SCREEN_BY_PARTY, span_of(loss->party.name));
	}
	out_text(&page->out, ": ");
	page_label(page, field_row(loss->figure)->label);
	out_char(&page->out, ' ');
	if (record) {
		record_init(record, KIND_CASUALTY);
		record->field[loss->figure] =
		    (struct value){.is_set = true, .levels = 1, .quantity = loss->range};
		page_value(page, record, loss->figure);
	}
	out_text(&page->out, "</li>\n");
}

static enum err
write_losses(struct page *page, struct picture *picture, const struct picture_row *row)
{
	struct picture_loss *losses;
	size_t reports;
	size_t n;
	enum err err =
	    picture_losses(picture, &row->id, page->request->arena, &losses, &n, &reports);

	if (err != ERR_OK || n == 0 || page_left(page) < PART_ROOM)
		return err;
	page_heading(page, "losses", SCREEN_LOSSES);
	out_text(&page->out, "<ul>\n");
	for (size_t i = 0; i < n && page_left(page) > PART_ROOM; i++)
		write_loss(page, &losses[i]);
	out_text(&page->out, "</ul>\n");
	return ERR_OK;
}

static enum err
write_around(struct page *page, struct picture *picture, const struct picture_row *row)
{
	uint32_t kinds =
	    picture_kind(KIND_LINK) | picture_kind(KIND_DISPUTE) | picture_kind(KIND_TOLD);
	struct arena *arena = page->request->arena;
	struct picture_row *rows;
	size_t n;
	enum err err = picture_incident(picture, &row->id, arena, &rows, &n);

	if (err == ERR_OK && n > 1)
		write_rows(page, SCREEN_TOGETHER, rows, n);
	if (err == ERR_OK)
		err = picture_notes(picture, &row->id, kinds, arena, &rows, &n);
	if (err == ERR_OK)
		write_rows(page, SCREEN_NOTES, rows, n);
	if (err == ERR_OK)
		err = picture_thread(picture, row->thread, arena, &rows, &n);
	if (err == ERR_OK && n > 1)
		write_rows(page, SCREEN_VERSIONS, rows, n);
	return err;
}

static void
write_answer_form(struct page *page, const struct picture_row *row)
{
	enum course_way way = row->record ? course_way_of(row->record) : COURSE_WAY_NONE;

	if (row->is_own || row->is_erased || row->is_retracted || !row->is_current)
		return;
	page_heading(page, "answer", SCREEN_ANSWER_FORM);
	page_form(page, "/answer");
	out_text(&page->out, "<label>");
	page_label(page, field_row(FIELD_TEXT)->label);
	out_text(&page->out, "<input name=text dir=auto maxlength=1000></label>\n");
	if (way == COURSE_WAY_SUPPORT) {
		out_text(&page->out, "<label>");
		page_label(page, field_row(FIELD_ETA)->label);
		out_text(&page->out, "<small> ");
		page_filled(page, SCREEN_EXAMPLE, SPAN("30m, 0430"));
		out_text(&page->out, "</small><input name=eta dir=ltr maxlength=60></label>\n");
	}
	page_answer_buttons(page, row, way, true);
	out_text(&page->out, "</form>\n");
}

/* ---- the page ---- */

static void
write_head(struct page *page, const struct picture_row *row)
{
	char id[HASH_TEXT_SIZE];

	hash_text(id, &row->id);
	if (web_query(page->request, "filed").p) {
		out_text(&page->out, "<p role=status><b>");
		page_word(page, SCREEN_FILED_NOW);
		out_text(&page->out, "</b></p>\n");
	}
	out_text(&page->out, "<h1>");
	page_headline(page, row);
	out_text(&page->out, "</h1>\n<p>");
	page_severity(page, row);
	page_latin(page, span_of(row->station.name));
	page_marks(page, row);
	out_text(&page->out, "</p>\n<p><small>");
	page_label(page, kind_row(row->kind)->label);
	out_text(&page->out, " · ");
	if (row->filed_ms) {
		page_filled_time(page, SCREEN_FILED_AT, row->filed_ms);
		out_text(&page->out, " · ");
	}
	if (!row->is_own) {
		page_filled_time(page, SCREEN_CAME_AT, row->arrived_ms);
		out_text(&page->out, " · ");
	}
	page_latin(page, span_of(id));
	out_text(&page->out, "</small></p>\n");
}

static enum err
write_record(struct page *page, struct picture *picture, const struct picture_row *row)
{
	enum err err;

	out_text(&page->out, "<main>");
	write_head(page, row);
	if (row->record)
		page_fields(page, row->record);
	write_answer_form(page, row);
	err = write_answers(page, picture, row);
	if (err == ERR_OK)
		err = write_standing(page, picture, row);
	if (err == ERR_OK)
		err = write_losses(page, picture, row);
	if (err == ERR_OK)
		err = write_around(page, picture, row);
	out_text(&page->out, "<p><a class=b href=");
	page_link(page, "/", SPAN(""));
	out_text(&page->out, ">");
	page_word(page, SCREEN_TO_LIST);
	out_text(&page->out, "</a></p></main>\n");
	return err;
}

/* What was filed a moment ago is durable, but perhaps not folded yet. */
static void
reply_soon(struct web_request *request)
{
	struct page page;

	page_begin(&page, request, request->account, web_query(request, "duty"));
	out_text(&page.out, "<main><p role=status>");
	page_word(&page, SCREEN_SOON);
	out_text(&page.out, "</p></main>\n");
	page_end(&page, 200);
}

void
page_record(struct web_request *request)
{
	struct picture *picture;
	struct picture_row row;
	struct page page;
	struct hash id;
	enum err err;

	if (!api_id(request, &id))
		return;
	err = web_picture(request, &picture);
	if (err == ERR_OK)
		err = picture_record(picture, &id, request->arena, &row);
	if (err == ERR_NOT_FOUND && web_query(request, "filed").p) {
		reply_soon(request);
		return;
	}
	if (err == ERR_OK) {
		page_begin(&page, request, request->account, web_query(request, "duty"));
		err = write_record(&page, picture, &row);
		if (err == ERR_OK) {
			page_end(&page, 200);
			return;
		}
		out_free(&page.out);
	}
	web_reply_err(request, err);
}

/* ---- answering ---- */

struct answering {
	struct hash re;
	bool is_full; /* from the record's own page */
};

static void
on_answered(struct web_request *request, const struct wire_message *answer, void *context)
{
	const struct answering *answering = context;

	if (answer->kind != WIRE_FILED)
		page_refused(request, answer);
	else if (answering->is_full)
		page_go_to_record(request, &answering->re, false);
	else
		page_go_home(request);
}

static bool
read_answer(struct web_request *request, struct record *record, struct answering *answering,
	    struct recordjson_fault *fault)
{
	static const char *const more[] = {"text", "eta"};
	struct record_typing typing = api_typing(request);
	struct span word = web_form(request, "answer");
	unsigned heard = 0; /* the answer's page shows its time */
	struct span id;

	memset(fault, 0, sizeof *fault);
	if (!span_split(&word, ':', &id) || !hash_read(id, &answering->re)) {
		fault->reason = (struct reason){WHY_BAD_VALUE, FIELD_RE};
		return false;
	}
	answering->is_full = web_form(request, "text").p != NULL;
	if (!recordjson_typed(SPAN("re"), id, &typing, request->arena, record, &heard, fault) ||
	    !recordjson_typed(SPAN("answer"), word, &typing, request->arena, record, &heard, fault))
		return false;
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		struct span typed = span_trim(web_form(request, more[i]));

		if (typed.n && !recordjson_typed(span_of(more[i]), typed, &typing, request->arena,
						 record, &heard, fault))
			return false;
	}
	return true;
}

void
page_answer(struct web_request *request)
{
	struct answering *answering = arena_take(request->arena, sizeof *answering);
	struct record *record = api_record(request, KIND_ANSWER);
	struct recordjson_fault fault;

	if (!record)
		return;
	if (!answering)
		web_reply_err(request, ERR_NOMEM);
	else if (!read_answer(request, record, answering, &fault))
		page_fault(request, &fault);
	else
		api_ask(request, WIRE_FILE, record, on_answered, answering);
}
