/*
 * schema_expression.h
 *
 * Conditions of the schema as the server keeps them.
 */
#ifndef JOBS_SCHEMA_EXPRESSION_H
#define JOBS_SCHEMA_EXPRESSION_H

#include "nodes/parsenodes.h"
#include "parser/parse_node.h"
#include "utils/rel.h"

/* A condition on the relation's columns, as it was parsed, and as it is kept; `what` is for messages. */
extern Node *schema_condition(Relation rel, const Node *raw, ParseExprKind kind, const char *what);

/* Is the condition that the server keeps as text (NULL: none) this one (NULL: none)? */
extern bool schema_is_condition(const char *kept, Node *condition);

/* Is the default that the column has the one of the schema (NULL: none)? */
extern bool schema_is_default(Relation rel, AttrNumber attnum, const Node *raw);

/* That default, as SQL. */
extern char *schema_default_text(Relation rel, AttrNumber attnum, const Node *raw);

#endif
