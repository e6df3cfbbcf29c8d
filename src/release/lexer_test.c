#include "release/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Tokens as text: "word@line:column", ";" at the end of a statement, "!" before what is no word. */
static void
write_tokens(struct span text, char *dst, size_t size)
{
	struct lexer lexer = lexer_over(text);
	size_t used = 0;

	dst[0] = '\0';
	for (lexer_next(&lexer); lexer.token.kind != LEXER_EOF && used < size; lexer_next(&lexer)) {
		const struct lexer_token *token = &lexer.token;

		if (token->kind == LEXER_END)
			used += (size_t)snprintf(dst + used, size - used, ";");
		else
			used += (size_t)snprintf(dst + used, size - used, "%s%.*s@%u:%u ",
						 token->kind == LEXER_BAD ? "!" : "",
						 (int)token->text.n, token->text.p, token->line,
						 token->column);
	}
}

static void
words_have_their_place(void **state)
{
	static const struct {
		const char *text, *tokens;
	} rows[] = {
	    {"", ""},
	    {"party b c\n", "party@1:1 b@1:7 c@1:9 ;"},
	    {"a\n b\n", "a@1:1 b@2:2 ;"},
	    {"a\n\tb", "a@1:1 b@2:2 "},
	    {"a \\\nb\n", "a@1:1 b@2:1 ;"},
	    {"a # comment, with : marks\nb", "a@1:1 ;b@2:1 "},
	    {"a\n # only a comment\nb", "a@1:1 ;;b@3:1 "},
	    {"a\n\nb", "a@1:1 ;;b@3:1 "},
	    {"x>=3", "x@1:1 >=@1:2 3@1:4 "},
	    {"x>3", "x@1:1 !>@1:2 3@1:3 "},
	    {"a,b:c={d}@e", "a@1:1 ,@1:2 b@1:3 :@1:4 c@1:5 =@1:6 {@1:7 d@1:8 }@1:9 @@1:10 e@1:11 "},
	    {"\"", "!\"@1:1 "},
	    {"a \\ b", "a@1:1 !\\@1:3 b@1:5 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char tokens[300];

		write_tokens(span_of(rows[i].text), tokens, sizeof tokens);
		assert_string_equal(tokens, rows[i].tokens);
	}
}

static void
values_run_to_the_next_mark(void **state)
{
	static const struct {
		const char *text, *value;
		enum lexer_kind kind;
	} rows[] = {
	    {"x=  a b c , d", "a b c", LEXER_WORD}, {"x=\"a, b}\" , d", "a, b}", LEXER_WORD},
	    {"x=3km}", "3km", LEXER_WORD},          {"x=a\nb", "a", LEXER_WORD},
	    {"x=a \"b\"", "a \"b\"", LEXER_BAD},    {"x=\"open", "open", LEXER_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lexer lexer = lexer_over(span_of(rows[i].text));

		lexer_next(&lexer);
		lexer_next(&lexer);
		assert_true(lexer_is(&lexer, "="));
		lexer_value(&lexer);
		if (lexer.token.kind != rows[i].kind || !span_is(lexer.token.text, rows[i].value))
			fail_msg("%s: %.*s", rows[i].text, (int)lexer.token.text.n,
				 lexer.token.text.p);
	}
}

static void
a_broken_statement_is_skipped(void **state)
{
	struct lexer lexer = lexer_over(SPAN("bad > \" line\n more of it\nnext"));

	(void)state;
	lexer_next(&lexer);
	lexer_skip(&lexer);
	assert_int_equal(lexer.token.kind, LEXER_END);
	lexer_next(&lexer);
	assert_true(lexer_is(&lexer, "next"));
	assert_int_equal(lexer.token.line, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words_have_their_place),
	    cmocka_unit_test(values_run_to_the_next_mark),
	    cmocka_unit_test(a_broken_statement_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
