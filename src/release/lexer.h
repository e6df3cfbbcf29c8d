#ifndef SEAM_RELEASE_LEXER_H
#define SEAM_RELEASE_LEXER_H

#include "base/span.h"

/*
 * Words of a policy text with their places.  A statement ends with its line; a line that begins
 * with a blank, or follows one that ends in a backslash, continues it; # begins a comment.
 */
enum lexer_kind {
	LEXER_WORD,    /* anything without blanks and the marks below */
	LEXER_MARK,    /* , : = { } @ */
	LEXER_ATLEAST, /* >= */
	LEXER_BAD,     /* a mark the language does not have */
	LEXER_END,     /* of the statement; the next lexer_next() begins the next one */
	LEXER_EOF
};

struct lexer_token {
	enum lexer_kind kind;
	struct span text;
	unsigned line, column; /* from 1; columns in bytes */
};

struct lexer {
	struct span text;
	size_t at;
	unsigned line;
	size_t line_start;
	struct lexer_token token; /* the one just read */
};

/* Stands before the first token: token is not set until lexer_next(). */
struct lexer lexer_over(struct span text);

/* Reads the next token into lexer->token. */
void lexer_next(struct lexer *lexer);

/* From behind the current token: the raw text up to , or } or the end of the line, trimmed; a text
 * in double quotes may hold these marks and loses its quotes.  token becomes the value (as WORD).
 */
void lexer_value(struct lexer *lexer);

/* As lexer_next(), but a text in double quotes is one word without its quotes. */
void lexer_text(struct lexer *lexer);

/* Skips to the END or EOF of the current statement. */
void lexer_skip(struct lexer *lexer);

/* The whole token is this word or mark. */
bool lexer_is(const struct lexer *lexer, const char *text);

#endif
