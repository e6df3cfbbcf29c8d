/*
 * Promises the words of a policy text one by one, each with line and column.  Knows no grammar.
 */
#include "release/lexer.h"

#include <string.h>

struct lexer
lexer_over(struct span text)
{
	return (struct lexer){.text = text, .line = 1};
}

static int
peek(const struct lexer *lexer, size_t ahead)
{
	if (ahead >= lexer->text.n - lexer->at)
		return -1;
	return (unsigned char)lexer->text.p[lexer->at + ahead];
}

static bool
is_blank(int c)
{
	return c == ' ' || c == '\t';
}

static bool
is_mark(int c)
{
	return c == ',' || c == ':' || c == '=' || c == '{' || c == '}' || c == '@';
}

static bool
is_word(int c)
{
	return c > 0 && !is_blank(c) && !is_mark(c) && c != '\n' && c != '#' && c != '>' &&
	       c != '"' && c != '\\';
}

static void
skip_blanks(struct lexer *lexer)
{
	while (is_blank(peek(lexer, 0)))
		lexer->at++;
	if (peek(lexer, 0) == '#')
		while (peek(lexer, 0) >= 0 && peek(lexer, 0) != '\n')
			lexer->at++;
}

static void
pass_newline(struct lexer *lexer)
{
	lexer->at++;
	lexer->line++;
	lexer->line_start = lexer->at;
}

/* At a newline: does the next line continue this statement?  Blank and comment lines do not. */
static bool
is_continued(const struct lexer *lexer)
{
	size_t ahead = 1;

	if (!is_blank(peek(lexer, ahead)))
		return false;
	while (is_blank(peek(lexer, ahead)))
		ahead++;
	return peek(lexer, ahead) >= 0 && peek(lexer, ahead) != '\n' && peek(lexer, ahead) != '#';
}

/* A backslash with nothing but blanks behind it on its line. */
static bool
is_joined(const struct lexer *lexer)
{
	size_t ahead = 1;

	if (peek(lexer, 0) != '\\')
		return false;
	while (is_blank(peek(lexer, ahead)))
		ahead++;
	return peek(lexer, ahead) == '\n';
}

static void
to_token(struct lexer *lexer)
{
	for (;;) {
		skip_blanks(lexer);
		if (is_joined(lexer)) {
			while (peek(lexer, 0) != '\n')
				lexer->at++;
			pass_newline(lexer);
		} else if (peek(lexer, 0) == '\n' && is_continued(lexer)) {
			pass_newline(lexer);
		} else {
			return;
		}
	}
}

static void
take(struct lexer *lexer, enum lexer_kind kind, size_t n)
{
	lexer->token = (struct lexer_token){
	    .kind = kind,
	    .text = {lexer->text.p + lexer->at, n},
	    .line = lexer->line,
	    .column = (unsigned)(lexer->at - lexer->line_start) + 1,
	};
	lexer->at += n;
}

void
lexer_next(struct lexer *lexer)
{
	size_t n = 0;
	int c;

	to_token(lexer);
	c = peek(lexer, 0);
	if (c < 0) {
		take(lexer, LEXER_EOF, 0);
	} else if (c == '\n') {
		take(lexer, LEXER_END, 0);
		pass_newline(lexer);
	} else if (c == '>' && peek(lexer, 1) == '=') {
		take(lexer, LEXER_ATLEAST, 2);
	} else if (is_mark(c)) {
		take(lexer, LEXER_MARK, 1);
	} else if (is_word(c)) {
		while (is_word(peek(lexer, n)))
			n++;
		take(lexer, LEXER_WORD, n);
	} else {
		take(lexer, LEXER_BAD, 1);
	}
}

static void
take_quoted(struct lexer *lexer)
{
	size_t n = 0;
	bool is_closed;

	lexer->at++;
	while (peek(lexer, n) >= 0 && peek(lexer, n) != '"' && peek(lexer, n) != '\n')
		n++;
	is_closed = peek(lexer, n) == '"';
	take(lexer, is_closed ? LEXER_WORD : LEXER_BAD, n);
	lexer->at += is_closed;
}

void
lexer_text(struct lexer *lexer)
{
	to_token(lexer);
	if (peek(lexer, 0) == '"')
		take_quoted(lexer);
	else
		lexer_next(lexer);
}

void
lexer_value(struct lexer *lexer)
{
	size_t n = 0;

	to_token(lexer);
	if (peek(lexer, 0) == '"') {
		take_quoted(lexer);
		return;
	}
	while (peek(lexer, n) >= 0 && !strchr(",}\n#", peek(lexer, n)))
		n++;
	take(lexer, LEXER_WORD, n);
	lexer->token.text = span_trim(lexer->token.text);
	if (span_find(lexer->token.text, '"') >= 0)
		lexer->token.kind = LEXER_BAD;
}

void
lexer_skip(struct lexer *lexer)
{
	while (lexer->token.kind != LEXER_END && lexer->token.kind != LEXER_EOF)
		lexer_next(lexer);
}

bool
lexer_is(const struct lexer *lexer, const char *text)
{
	return lexer->token.kind != LEXER_END && lexer->token.kind != LEXER_EOF &&
	       span_is(lexer->token.text, text);
}
