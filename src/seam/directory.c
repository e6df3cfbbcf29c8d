/*
 * Promises that HOME/directory is read whole or refused with the line, that what is written is read
 * back the same, and that no row speaks of a person.
 */
#include "seam/directory.h"

#include "base/file.h"
#include "model/lint.h"
#include "model/when.h"

#include <stdio.h>
#include <string.h>

enum { OWNER_ONLY = 0600 };

static bool
take_word(struct span *line, struct span *word)
{
	size_t i = 0;

	*line = span_trim(*line);
	while (i < line->n && line->p[i] != ' ' && line->p[i] != '\t')
		i++;
	*word = span_make(line->p, i);
	*line = span_trim(span_make(line->p + i, line->n - i));
	return i > 0;
}

/* ---- one row ---- */

static bool
is_name(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !(i > 0 && strchr("-_./", c)))
			return false;
	}
	return text.n > 0;
}

static bool
speaks_of_a_person(struct span text)
{
	struct lint found[LINT_MAX];
	size_t n = lint_text(text, PLACE_10M, found);

	for (size_t i = 0; i < n; i++)
		if (found[i].kind == LINT_PERSON)
			return true;
	return false;
}

static bool
read_who(struct directory_row *row, struct span who)
{
	if (party_read(who, &row->party))
		return true;
	if (!station_read(who, &row->station))
		return false;
	row->party = station_party(&row->station);
	return true;
}

static bool
is_option(struct span word, struct span *name, struct span *value)
{
	ptrdiff_t equals = span_find(word, '=');

	if (equals <= 0)
		return false;
	*name = span_make(word.p, (size_t)equals);
	*value = span_make(word.p + equals + 1, word.n - (size_t)equals - 1);
	return span_is(*name, "lang") || span_is(*name, "tested") || span_is(*name, "place");
}

static const char *
set_address(struct directory_row *row, struct span address)
{
	struct span rest = address;
	struct span word, name, value;

	address = span_trim(address);
	if (address.n == 0)
		return "an address is missing: a channel, or the number of an office";
	if (take_word(&rest, &word) && is_option(word, &name, &value))
		return "the address begins as lang=, tested= or place= do";
	if (span_find(address, '\n') >= 0 || !span_is_plain_text(address))
		return "the address is one line of plain text";
	if (speaks_of_a_person(address))
		return "the address speaks of a person: name the office, the post or the channel";
	return span_copy(row->address, sizeof row->address, address) ? NULL
								     : "the address is too long";
}

const char *
directory_make(struct directory_row *row, struct span who, struct span post, struct span means,
	       struct span address)
{
	unsigned code;

	*row = (struct directory_row){.lang = -1};
	if (!read_who(row, who))
		return "whom: PARTY or PARTY/SITE, in small letters";
	if (!is_name(post) || !span_copy(row->post, sizeof row->post, post))
		return "the post is a duty or the code of a post, as liaison or A-21";
	if (!vocab_find(VOCAB_TOLD, means, &code))
		return "means: voice, radio, phone, paper, stick or hand";
	row->means = (enum vocab_told)code;
	return set_address(row, address);
}

const char *
directory_who(const struct directory_row *row)
{
	return row->station.name[0] ? row->station.name : row->party.name;
}

/* ---- the file ---- */

static const char *
read_option(struct directory_row *row, struct span name, struct span value)
{
	unsigned code;

	if (span_is(name, "lang")) {
		if (!vocab_find(VOCAB_LANG, value, &code))
			return "lang is en, ar or ckb";
		row->lang = (int)code;
	} else if (span_is(name, "tested")) {
		if (!when_read_iso(value, &row->tested_ms))
			return "tested is a moment as 2027-05-03T06:00:00Z";
	} else if (!place_of_mgrs(value, &row->place)) {
		return "place is a grid as 38SMD653786";
	}
	return NULL;
}

static const char *
read_row(struct directory *directory, struct span line)
{
	struct directory_row options = {.lang = -1};
	struct directory_row row;
	struct span who, post, means, word, name, value;
	struct span rest;
	const char *why;

	if (!take_word(&line, &who) || !take_word(&line, &post) || !take_word(&line, &means))
		return "a line is PARTY[/SITE] POST MEANS [lang=L] [tested=TIME] [place=GRID] "
		       "ADDRESS";
	for (rest = line; take_word(&rest, &word) && is_option(word, &name, &value); line = rest) {
		why = read_option(&options, name, value);
		if (why)
			return why;
	}
	why = directory_make(&row, who, post, means, line);
	if (why)
		return why;
	row.lang = options.lang;
	row.tested_ms = options.tested_ms;
	row.place = options.place;
	return directory_put(directory, &row) ? NULL : "too many rows";
}

enum err
directory_parse(struct span text, struct directory *directory, char why[DIRECTORY_WHY_MAX])
{
	struct span line;
	unsigned number = 0;

	memset(directory, 0, sizeof *directory);
	why[0] = '\0';
	while (text.n && span_split(&text, '\n', &line)) {
		const char *what = NULL;

		number++;
		line = span_trim(line);
		if (line.n && line.p[0] != '#')
			what = span_is_utf8(line) ? read_row(directory, line) : "not UTF-8";
		if (what) {
			(void)snprintf(why, DIRECTORY_WHY_MAX, "line %u: %s", number, what);
			memset(directory, 0, sizeof *directory);
			return ERR_FORMAT;
		}
	}
	return ERR_OK;
}

enum err
directory_read(const char *home, struct directory *directory, char why[DIRECTORY_WHY_MAX])
{
	char path[FILE_PATH_MAX];
	struct out text = out_new(DIRECTORY_BYTES_MAX);
	enum err err = file_path(path, sizeof path, home, DIRECTORY_FILE);

	memset(directory, 0, sizeof *directory);
	why[0] = '\0';
	if (err == ERR_OK)
		err = file_read(path, &text);
	if (err == ERR_OK)
		err = directory_parse(out_view(&text), directory, why);
	out_free(&text);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static void
write_row(struct out *out, const struct directory_row *row)
{
	out_format(out, "%s %s %s", directory_who(row), row->post,
		   vocab_code(VOCAB_TOLD, row->means));
	if (row->lang >= 0)
		out_format(out, " lang=%s", vocab_code(VOCAB_LANG, (unsigned)row->lang));
	if (row->tested_ms) {
		out_text(out, " tested=");
		when_write_iso(out, row->tested_ms);
	}
	if (row->place.level)
		out_format(out, " place=%s", row->place.mgrs);
	out_format(out, " %s\n", row->address);
}

void
directory_text(struct out *out, const struct directory *directory)
{
	out_text(out, "# Whom to call: PARTY[/SITE] POST MEANS [lang=L] [tested=TIME] [place=GRID] "
		      "ADDRESS\n# Offices and channels, never a person. This file stays here.\n");
	for (unsigned i = 0; i < directory->n; i++)
		write_row(out, &directory->row[i]);
}

enum err
directory_write(const char *home, const struct directory *directory)
{
	char path[FILE_PATH_MAX];
	struct out text = out_new(DIRECTORY_BYTES_MAX);
	enum err err = file_path(path, sizeof path, home, DIRECTORY_FILE);

	directory_text(&text, directory);
	if (err == ERR_OK)
		err = out_err(&text);
	if (err == ERR_OK)
		err = file_write(path, out_view(&text), OWNER_ONLY);
	out_free(&text);
	return err;
}

/* ---- rows ---- */

static bool
is_same(const struct directory_row *a, const struct directory_row *b)
{
	return strcmp(directory_who(a), directory_who(b)) == 0 && strcmp(a->post, b->post) == 0 &&
	       a->means == b->means;
}

bool
directory_put(struct directory *directory, const struct directory_row *row)
{
	for (unsigned i = 0; i < directory->n; i++)
		if (is_same(&directory->row[i], row)) {
			directory->row[i] = *row;
			return true;
		}
	if (directory->n == DIRECTORY_MAX)
		return false;
	directory->row[directory->n++] = *row;
	return true;
}

struct directory_row *
directory_next(struct directory *directory, struct span who, struct span post, int means,
	       unsigned *at)
{
	for (; *at < directory->n; ++*at) {
		struct directory_row *row = &directory->row[*at];

		if (span_is(who, directory_who(row)) && span_is(post, row->post) &&
		    (means < 0 || row->means == (enum vocab_told)means)) {
			++*at;
			return row;
		}
	}
	return NULL;
}

void
directory_drop(struct directory *directory, unsigned i)
{
	if (i >= directory->n)
		return;
	memmove(&directory->row[i], &directory->row[i + 1],
		(directory->n - i - 1) * sizeof *directory->row);
	directory->n--;
}

bool
directory_is_post(const struct directory_row *row, const struct party *own)
{
	return party_equal(&row->party, own) && row->place.level > 0;
}

const struct directory_row *
directory_of(const struct directory *directory, const struct party *party, const char *post,
	     unsigned i)
{
	for (unsigned k = 0; k < directory->n; k++) {
		const struct directory_row *row = &directory->row[k];

		if (party_equal(&row->party, party) && (!post[0] || strcmp(row->post, post) == 0) &&
		    i-- == 0)
			return row;
	}
	return NULL;
}

void
directory_line(struct out *out, const struct directory_row *row, int zone_min)
{
	out_format(out, "%s %s %s: %s", directory_who(row), row->post,
		   vocab_label(VOCAB_TOLD, row->means), row->address);
	if (row->lang >= 0)
		out_format(out, " (%s)", vocab_label(VOCAB_LANG, (unsigned)row->lang));
	if (row->tested_ms) {
		out_text(out, ", tested ");
		when_write_dtg(out, row->tested_ms, zone_min);
	} else {
		out_text(out, ", never tested");
	}
}
