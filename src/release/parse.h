#ifndef SEAM_RELEASE_PARSE_H
#define SEAM_RELEASE_PARSE_H

#include "release/lexer.h"
#include "release/rules.h"

/*
 * The small takers of the grammar.  Each begins at the current token and leaves the first token
 * behind what it took; false when it is something else, with the fault written (the first of a
 * statement counts: the caller then skips to the statement's end).
 */
struct parse {
	struct lexer lexer;
	struct policy *policy;
	struct policy_faults *faults;
	bool is_out_of_memory;
};

/* Writes a fault at the current token, or at `token`. */
bool parse_fault(struct parse *parse, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool parse_fault_at(struct parse *parse, const struct lexer_token *token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Keeps the faults in the order of the text. */
void parse_add_fault(struct policy_faults *faults, const struct policy_fault *fault);

/* The mark or word, and on to the next token. */
bool parse_expect(struct parse *parse, const char *text, const char *where);
bool parse_is_end(const struct parse *parse);

/* A name somebody makes up: letters, digits, - and _, not a word of the language, not in use. */
bool parse_new_name(struct parse *parse, char name[LIMIT_NAME_TEXT]);

bool parse_who(struct parse *parse, uint16_t *parties);                   /* one party or group */
bool parse_whos(struct parse *parse, bool may_be_any, uint16_t *parties); /* … , … */
bool parse_kinds(struct parse *parse, bool may_be_any, uint32_t *kinds);

/* A field name; nothing about where it may stand. */
bool parse_field(struct parse *parse, enum field *field);

/* FIELD, LIST or FIELD@LEVEL, added to `items` with the coarser levels. */
bool parse_item(struct parse *parse, uint32_t kinds, struct field_set *items);
bool parse_items(struct parse *parse, uint32_t kinds, struct field_set *items); /* … , … */
bool parse_level(struct parse *parse, enum field field, unsigned *level);       /* behind the @ */

bool parse_duration(struct parse *parse, int64_t *ms);
bool parse_distance(struct parse *parse, int64_t *m);
bool parse_distance_text(struct span text, int64_t *m);

/* The list of that name, or NULL; the same for zones (-1 when none). */
const struct rules_list *parse_list(const struct parse *parse, struct span name);
int parse_zone(const struct parse *parse, struct span name);

/* Room for one more at the end of a growing array of the policy; NULL without memory. */
void *parse_grow(struct parse *parse, void **array, unsigned n, size_t size);

#endif
