/*
 * Promises a short report from a form: what was typed is read as everywhere else, what had to be
 * assumed is shown before it is filed, and the same form sent twice is one record.
 */
#include "seamd/page.h"

#include "base/b64.h"
#include "base/sign.h"
#include "seamd/web_route.h"

#include <string.h>

enum { NONCE_BYTES = 12, NONCE_TEXT = 17, ORIGIN_CHARS = 22, GETS_ROOM = 4000 };

/* ---- the form ---- */

/* Fields of the form, in its order.  S a list, T typed, W words. */
/* clang-format off */
#define REPORT_ROWS(X) \
	X(TYPE,     S, "") \
	X(SEVERITY, S, "") \
	X(PLACE,    T, "38S MD 448 251") \
	X(WHEN,     T, "0215, 040215C MAY 27") \
	X(PERSONS,  T, "3, 2-3, ~10, several") \
	X(SUMMARY,  W, "")
/* clang-format on */

enum form_part { FORM_S, FORM_T, FORM_W };

static const struct {
	enum field field;
	enum form_part part;
	const char *example;
} rows[] = {
#define X(name, part, example) {FIELD_##name, FORM_##part, example},
    REPORT_ROWS(X)
#undef X
};

enum { ROWS = sizeof rows / sizeof *rows };

static struct span
typed_of(const struct page *page, enum field field)
{
	struct span typed = web_form(page->request, field_row(field)->name);

	if (!typed.p && field == FIELD_WHEN && !page->request->n_form)
		return SPAN("now");
	return typed.p ? typed : SPAN("");
}

static void
write_option(struct page *page, const char *code, const char *label, struct span chosen)
{
	out_format(&page->out, "<option value=%s%s>", code,
		   span_is(chosen, code) ? " selected" : "");
	page_label(page, label);
	out_text(&page->out, "</option>\n");
}

static void
write_list(struct page *page, enum field field)
{
	enum vocab vocab = field_row(field)->vocab;

	out_format(&page->out, "<select name=%s%s>", field_row(field)->name,
		   field == FIELD_TYPE ? " required" : "");
	out_text(&page->out, "<option value=\"\">-</option>\n");
	for (unsigned i = 0; i < vocab_size(vocab); i++)
		write_option(page, vocab_code(vocab, i), vocab_label(vocab, i),
			     typed_of(page, field));
	out_text(&page->out, "</select>");
}

static void
write_example(struct page *page, const char *example)
{
	out_text(&page->out, " <small>");
	page_filled(page, SCREEN_EXAMPLE, span_of(example));
	out_text(&page->out, "</small>");
}

static void
write_input(struct page *page, size_t i, bool is_wrong)
{
	const char *name = field_row(rows[i].field)->name;
	const char *wrong = is_wrong ? " aria-invalid=true autofocus" : "";

	out_text(&page->out, "<label>");
	page_label(page, field_row(rows[i].field)->label);
	if (rows[i].example[0])
		write_example(page, rows[i].example);
	if (rows[i].part == FORM_S) {
		write_list(page, rows[i].field);
	} else if (rows[i].part == FORM_W) {
		out_format(&page->out, "<textarea name=%s dir=auto maxlength=1000%s>", name, wrong);
		page_text(page, typed_of(page, rows[i].field));
		out_text(&page->out, "</textarea>");
	} else {
		out_format(&page->out, "<input name=%s dir=ltr maxlength=120%s%s value=\"", name,
			   rows[i].field == FIELD_WHEN ? " required" : "", wrong);
		page_text(page, typed_of(page, rows[i].field));
		out_text(&page->out, "\">");
	}
	out_text(&page->out, "</label>\n");
}

static void
write_kinds(struct page *page)
{
	static const enum kind kinds[] = {KIND_SIGHTING, KIND_INCIDENT};
	struct span chosen = web_form(page->request, "kind");

	out_text(&page->out, "<label>");
	page_label(page, field_row(FIELD_KIND)->label);
	out_text(&page->out, "<select name=kind>");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		write_option(page, kind_row(kinds[i])->name, kind_row(kinds[i])->label, chosen);
	out_text(&page->out, "</select></label>\n");
}

/* A name for this showing of the form; going back to it keeps the name. */
static void
write_nonce(struct page *page)
{
	struct span kept = web_form(page->request, "nonce");
	unsigned char bytes[NONCE_BYTES];
	char text[NONCE_TEXT];

	if (!kept.n) {
		sign_random(bytes, sizeof bytes);
		b64url_text(text, sizeof text, bytes, sizeof bytes);
		kept = span_of(text);
	}
	out_text(&page->out, "<input type=hidden name=nonce value=\"");
	page_text(page, kept);
	out_text(&page->out, "\">\n");
}

static void
write_fault(struct page *page, const struct recordjson_fault *fault)
{
	out_text(&page->out, "<p class=e role=alert>");
	if (fault->reason.field) {
		page_label(page, field_row(fault->reason.field)->label);
		out_text(&page->out, ": ");
	}
	page_label(page, why_text(fault->reason.why));
	if (fault->about[0]) {
		out_text(&page->out, " <bdi>");
		page_text(page, span_of(fault->about));
		out_text(&page->out, "</bdi>");
	}
	out_text(&page->out, "</p>\n");
}

void
page_report_form(struct page *page, const struct recordjson_fault *fault)
{
	if (fault)
		write_fault(page, fault);
	page_form(page, "/report");
	write_nonce(page);
	write_kinds(page);
	for (size_t i = 0; i < ROWS; i++)
		write_input(page, i, fault && fault->reason.field == (unsigned)rows[i].field);
	/* the first button is what the Enter key presses: looking does no harm */
	out_text(&page->out, "<button name=step value=look>");
	page_word(page, SCREEN_LOOK);
	out_text(&page->out, "</button><button class=g name=step value=file>");
	page_word(page, SCREEN_FILE);
	out_text(&page->out, "</button></form>\n");
}

/* ---- what was typed ---- */

/* The same form with the same texts has the same name; another text is another report. */
static struct span
origin_of(struct web_request *request)
{
	struct hash_run *run = hash_run_new();
	char *text = arena_take(request->arena, HASH_TEXT_SIZE + 8);
	struct hash hash;

	if (!run || !text) {
		hash_run_free(run);
		return (struct span){NULL, 0};
	}
	hash_run_add(run, web_form(request, "nonce"));
	hash_run_add(run, web_form(request, "kind"));
	for (size_t i = 0; i < ROWS; i++) {
		hash_run_add(run, SPAN("\n"));
		hash_run_add(run, web_form(request, field_row(rows[i].field)->name));
	}
	hash = hash_run_end(run);
	hash_run_free(run);
	memcpy(text, "page:", 5);
	hash_text(text + 5, &hash);
	return span_make(text, 5 + ORIGIN_CHARS);
}

static bool
read_report(struct web_request *request, struct record *record, unsigned *heard,
	    struct recordjson_fault *fault)
{
	struct record_typing typing = api_typing(request);
	enum kind kind = kind_find(web_form(request, "kind"));

	memset(fault, 0, sizeof *fault);
	*heard = 0;
	if (kind != KIND_INCIDENT && kind != KIND_SIGHTING) {
		fault->reason = (struct reason){WHY_UNKNOWN_KIND, FIELD_KIND};
		return false;
	}
	record_init(record, kind);
	for (size_t i = 0; i < ROWS; i++) {
		struct span name = span_of(field_row(rows[i].field)->name);
		struct span typed = span_trim(web_form(request, field_row(rows[i].field)->name));

		if (typed.n &&
		    !recordjson_typed(name, typed, &typing, request->arena, record, heard, fault))
			return false;
	}
	if (web_form(request, "nonce").n &&
	    !recordjson_typed(SPAN("origin"), origin_of(request), &typing, request->arena, record,
			      &(unsigned){0}, fault))
		return false;
	fault->reason = record_check(record);
	/* what is missing is named: the form has few fields */
	if (fault->reason.why == WHY_MISSING_FIELD && !fault->reason.field)
		for (enum field f = FIELD_NONE + 1; f < FIELD_COUNT && !fault->reason.field; f++)
			if (kind_requires(kind, f) && !record->field[f].is_set)
				fault->reason.field = (uint16_t)f;
	return fault->reason.why == WHY_NONE;
}

/* ---- looking first ---- */

struct looking {
	struct record *record;
	unsigned heard;
};

static void
write_gets(struct page *page, const struct outcome_shown *shown)
{
	struct record *seen = arena_take(page->request->arena, sizeof *seen);

	out_text(&page->out, "<li><b>");
	page_latin(page, span_of(shown->party.name));
	out_text(&page->out, "</b> ");
	if (!shown->cut.n) {
		page_word(page, SCREEN_NOTHING);
	} else if (page_left(page) < GETS_ROOM) {
		page_word(page, SCREEN_TOO_LONG);
	} else if (!seen || outcome_read_cut(shown->cut, page->request->arena, seen) != ERR_OK) {
		out_text(&page->out, "?");
	} else {
		page_fields(page, seen);
	}
	if (shown->why[0]) {
		out_text(&page->out, " - ");
		page_label(page, shown->why);
	}
	if (shown->not_before_ms) {
		page_comma(page);
		page_filled_time(page, SCREEN_FROM_TIME, shown->not_before_ms);
	}
	if (shown->until_ms) {
		page_comma(page);
		page_filled_time(page, SCREEN_UNTIL_TIME, shown->until_ms);
	}
	if (shown->approvals) {
		struct out n = out_new(16);

		out_int(&n, shown->approvals);
		page_comma(page);
		page_filled(page, SCREEN_OFFICERS, out_view(&n));
		out_free(&n);
	}
	out_text(&page->out, "</li>\n");
}

static void
write_heard(struct page *page, unsigned heard)
{
	static const unsigned times = HEARD_AHEAD | HEARD_PAST | HEARD_NEXT_DAY;

	for (unsigned i = 0; heard_text(i); i++) {
		if (!(heard >> i & 1))
			continue;
		out_text(&page->out, "<p class=e>");
		page_label(page, field_row(times >> i & 1 ? FIELD_WHEN : FIELD_PLACE)->label);
		out_text(&page->out, ": ");
		page_label(page, heard_text(i));
		out_text(&page->out, "</p>\n");
	}
}

/* The typed texts once more, for who wants to change them. */
static void
write_kept(struct page *page)
{
	static const char *const others[] = {"kind", "nonce"};

	for (size_t i = 0; i < ROWS + 2; i++) {
		const char *name = i < ROWS ? field_row(rows[i].field)->name : others[i - ROWS];

		out_format(&page->out, "<input type=hidden name=%s value=\"", name);
		page_text(page, web_form(page->request, name));
		out_text(&page->out, "\">");
	}
}

static void
write_choice(struct page *page, const struct outcome_preview *preview)
{
	char name[HASH_TEXT_SIZE];

	hash_text(name, &preview->name);
	page_form(page, "/confirm");
	out_format(&page->out, "<input type=hidden name=preview value=\"%s\"><button class=g>",
		   name);
	page_word(page, SCREEN_FILE_SEND);
	out_text(&page->out, "</button></form>\n");
	page_form(page, "/report");
	write_kept(page);
	out_text(&page->out, "<button name=step value=change>");
	page_word(page, SCREEN_CHANGE);
	out_text(&page->out, "</button></form>\n");
}

static void
on_preview(struct web_request *request, const struct wire_message *answer, void *context)
{
	const struct looking *looking = context;
	struct outcome_preview *preview = arena_take(request->arena, sizeof *preview);
	struct page page;

	if (answer->kind != WIRE_PREVIEWED || !preview ||
	    !outcome_read_preview(answer->payload, preview)) {
		page_refused(request, answer);
		return;
	}
	page_begin(&page, request, request->account, request->duty);
	out_text(&page.out, "<main><h1>");
	page_word(&page, SCREEN_NOT_FILED);
	out_text(&page.out, "</h1>\n");
	write_heard(&page, looking->heard);
	page_heading(&page, "understood", SCREEN_UNDERSTOOD);
	page_fields(&page, looking->record);
	page_heading(&page, "gets", SCREEN_GETS);
	out_text(&page.out, "<ul class=k>\n");
	for (size_t i = 0; i < preview->n; i++)
		write_gets(&page, &preview->shown[i]);
	out_text(&page.out, "</ul>\n");
	write_choice(&page, preview);
	out_text(&page.out, "</main>\n");
	page_end(&page, 200);
}

/* ---- filing ---- */

static void
reply_form(struct web_request *request, int status, const struct recordjson_fault *fault)
{
	struct page page;

	page_begin(&page, request, request->account, request->duty);
	out_text(&page.out, "<main><h1>");
	page_word(&page, SCREEN_NOT_FILED);
	out_text(&page.out, "</h1>\n");
	page_report_form(&page, fault);
	out_text(&page.out, "</main>\n");
	page_end(&page, status);
}

static void
on_filed(struct web_request *request, const struct wire_message *answer, void *context)
{
	struct cursor cursor = cursor_over(answer->payload);
	struct span bytes = cursor_bytes(&cursor, HASH_SIZE);
	struct hash id;

	(void)context;
	if ((answer->kind != WIRE_FILED && answer->kind != WIRE_DUPLICATE) ||
	    bytes.n != HASH_SIZE) {
		page_refused(request, answer);
		return;
	}
	memcpy(id.b, bytes.p, HASH_SIZE);
	page_go_to_record(request, &id, true);
}

void
page_report(struct web_request *request)
{
	struct looking *looking = arena_take(request->arena, sizeof *looking);
	struct span step = web_form(request, "step");
	struct recordjson_fault fault;
	struct record *record = api_record(request, KIND_NONE);

	if (!record)
		return;
	if (!looking) {
		web_reply_err(request, ERR_NOMEM);
		return;
	}
	looking->record = record;
	if (span_is(step, "change"))
		reply_form(request, 200, NULL);
	else if (!read_report(request, record, &looking->heard, &fault))
		reply_form(request, api_status(fault.reason.why), &fault);
	else if (span_is(step, "file") && !looking->heard)
		api_ask(request, WIRE_FILE, record, on_filed, NULL);
	else
		api_ask(request, WIRE_PREVIEW, record, on_preview, looking);
}

void
page_confirm(struct web_request *request)
{
	api_ask_confirm(request, web_form(request, "preview"), on_filed, NULL);
}
