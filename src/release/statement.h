#ifndef SEAM_RELEASE_STATEMENT_H
#define SEAM_RELEASE_STATEMENT_H

#include "release/parse.h"

/* Definitions are read before what uses them, so that the order of lines means nothing. */
enum statement_pass { STATEMENT_PARTIES, STATEMENT_NAMES, STATEMENT_RULES, STATEMENT_PASSES };

/* Reads the statement that begins at the current token when it belongs to this pass.  Leaves the
 * current token at the statement's END or EOF. */
void statement_read(struct parse *parse, enum statement_pass pass);

#endif
