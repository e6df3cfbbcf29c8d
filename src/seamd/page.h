#ifndef SEAM_SEAMD_PAGE_H
#define SEAM_SEAMD_PAGE_H

#include "model/label.h"
#include "model/screen.h"
#include "seamd/api.h"
#include "seamd/outcome.h"

/*
 * The plain page: readable without script, in three languages, whole in one answer of less than
 * PAGE_MAX bytes.  What these write is HTML; a value reaches it through page_text() or
 * page_latin() alone, which escape it.
 */
enum {
	PAGE_MAX = 29000, /* bytes of a page; lists stop before it and say where they go on */
	PAGE_TEXT = 65536
};

struct page {
	struct web_request *request;
	struct out out;
	enum vocab_lang lang;
	int zone_min;
	int64_t now_ms; /* the station's */
	struct party own;
	struct span account; /* "" when nobody is signed on */
	struct span duty;    /* as chosen; "" the first */
};

/* Begins a page up to its first section; `account` and `duty` are borrowed, both "" for nobody. */
void page_begin(struct page *page, struct web_request *request, struct span account,
		struct span duty);

/* Ends it and the request. */
void page_end(struct page *page, int status);

/* ---- text ---- */

void page_text(struct page *page, struct span text);     /* escaped */
void page_word(struct page *page, enum screen screen);   /* translated */
void page_label(struct page *page, const char *english); /* translated */
void page_latin(struct page *page, struct span text);    /* ids, grids, names of stations */
void page_time(struct page *page, int64_t at_ms);        /* DTG */
void page_filled(struct page *page, enum screen screen, struct span text); /* its {place} filled */
void page_said(struct page *page, enum screen screen,
	       struct span words); /* with words, not Latin */
void page_filled_time(struct page *page, enum screen screen, int64_t at_ms);
void page_comma(struct page *page); /* between two parts of a line */
void page_heading(struct page *page, const char *id, enum screen screen);

/* A value of a record in words; free text with its own direction. */
void page_value(struct page *page, const struct record *record, enum field field);

/* ---- parts ---- */

/* A name that goes into an address or a field as it is: [a-z0-9.-], not too long. */
bool page_is_name(struct span name);

/* The address with language and duty behind it, in quotes. */
void page_link(struct page *page, const char *path, struct span rest);

/* <form> of a FORM route with what every one carries; the caller closes it. */
void page_form(struct page *page, const char *path);

/* Severity in words and shape, DTG, station, headline that leads to the record; marks. */
void page_row(struct page *page, const struct picture_row *row);

/* Its parts. */
void page_severity(struct page *page, const struct picture_row *row);
void page_headline(struct page *page, const struct picture_row *row);
void page_marks(struct page *page, const struct picture_row *row);

/* Every set field of a record that a reader wants, as a list of terms. */
void page_fields(struct page *page, const struct record *record);

/* Bytes that may still be written before the page is full. */
size_t page_left(const struct page *page);

/* ---- sections (page_*.c) ---- */

/* The short report with what was typed so far, after `fault` when there is one (NULL: none). */
void page_report_form(struct page *page, const struct recordjson_fault *fault);

/* Buttons that answer a record as its course asks; `all`: every word that fits, else the harmless
 * ones. */
void page_answer_buttons(struct page *page, const struct picture_row *row, enum course_way way,
			 bool all);

/* ---- ends of an act ---- */

/* Says why it was not done, and ends the request: what core answered, or what was typed. */
void page_refused(struct web_request *request, const struct wire_message *answer);
void page_fault(struct web_request *request, const struct recordjson_fault *fault);

/* The form to sign on once more, after a passphrase that did not hold. */
void page_sign_on_again(struct web_request *request);

/* Leads to the page of a record, or home, with language and duty kept. */
void page_go_to_record(struct web_request *request, const struct hash *id, bool is_filed);
void page_go_home(struct web_request *request);

#endif
