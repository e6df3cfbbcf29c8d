/* Promises that an act from the page ends at a page: where it led to, or why it was not done. */
#include "seamd/page.h"

#include <string.h>

enum { PATH_TEXT = 256 };

static void
say_no(struct web_request *request, int status, enum why why, unsigned field, struct span text)
{
	struct out words = out_new(PAGE_TEXT);
	struct page page;

	page_begin(&page, request, request->account, request->duty);
	out_text(&words, label_text(page.lang, why_text(why)));
	out_text(&page.out, "<main><p class=e role=alert>");
	if (field > FIELD_NONE && field < FIELD_COUNT) {
		page_label(&page, field_row((enum field)field)->label);
		out_text(&page.out, ": ");
	}
	if (why != WHY_NONE)
		page_said(&page, SCREEN_NOT_DONE, out_view(&words));
	out_text(&page.out, "</p>\n");
	if (text.n) {
		out_text(&page.out, "<p dir=auto>");
		page_text(&page, text);
		out_text(&page.out, "</p>\n");
	}
	out_text(&page.out, "<p><a class=b href=");
	page_link(&page, "/", SPAN(""));
	out_text(&page.out, ">");
	page_word(&page, SCREEN_TO_LIST);
	out_text(&page.out, "</a></p></main>\n");
	out_free(&words);
	page_end(&page, status);
}

void
page_fault(struct web_request *request, const struct recordjson_fault *fault)
{
	say_no(request, api_status(fault->reason.why), fault->reason.why, fault->reason.field,
	       span_of(fault->about));
}

/* A preview that is gone was most likely confirmed already, by the same button pressed twice. */
void
page_refused(struct web_request *request, const struct wire_message *answer)
{
	struct cursor cursor = cursor_over(answer->payload);
	unsigned why = cursor_u16(&cursor);
	unsigned field = cursor_u16(&cursor);
	struct span text = cursor_span(&cursor, WIRE_PAYLOAD);

	if (answer->kind != WIRE_REFUSED || !cursor_is_done(&cursor) || why >= WHY_COUNT) {
		web_reply_refused(request, answer);
		return;
	}
	if (why == WHY_NOT_YET && web_form(request, "preview").n)
		text = span_of(screen_text(request->lang, SCREEN_AGAIN));
	say_no(request,
	       why == WHY_NO_ACCOUNT ? 401
	       : why == WHY_NO_DUTY  ? 403
				     : 422,
	       (enum why)why, field, text);
}

/* ---- leading on ---- */

static void
go(struct web_request *request, struct out *path, const char *mark)
{
	if (web_query(request, "lang").n) {
		out_format(path, "%slang=%s", mark, vocab_code(VOCAB_LANG, request->lang));
		mark = "&";
	}
	if (page_is_name(request->duty))
		out_format(path, "%sduty=%.*s", mark, (int)request->duty.n, request->duty.p);
	if (out_err(path) == ERR_OK)
		web_reply_other(request, path->p);
	else
		web_reply_err(request, out_err(path));
	out_free(path);
}

void
page_go_to_record(struct web_request *request, const struct hash *id, bool is_filed)
{
	struct out path = out_new(PATH_TEXT);
	char name[HASH_TEXT_SIZE];

	hash_text(name, id);
	out_format(&path, "/record/%s%s", name, is_filed ? "?filed=1" : "");
	go(request, &path, is_filed ? "&" : "?");
}

void
page_go_home(struct web_request *request)
{
	struct out path = out_new(PATH_TEXT);

	out_char(&path, '/');
	go(request, &path, "?");
}
