#ifndef SEAM_RELEASE_CLAUSE_H
#define SEAM_RELEASE_CLAUSE_H

#include "release/parse.h"

/* One condition behind the items of a release line (seam-policy(5)), as the takers of parse.h. */
bool clause_read(struct parse *parse, struct rules_grant *grant);

/* What only the whole line can say: free text needs `manual`, `until` room for the rest.  Faults
 * stand at `token`, the first item. */
bool clause_check(struct parse *parse, const struct lexer_token *token,
		  const struct rules_grant *grant);

#endif
