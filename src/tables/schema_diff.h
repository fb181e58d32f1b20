/*
 * schema_diff.h
 *
 * What of the schema stands in the database already, and what would bring the rest there.
 */
#ifndef JOBS_SCHEMA_DIFF_H
#define JOBS_SCHEMA_DIFF_H

#include "nodes/parsenodes.h"
#include "utils/rel.h"

/* One statement of the schema's text. */
typedef struct Statement
{
	Node *node;
	char *text;
	const char *source; /* the piece that it stands in, which the node's locations count from */
} Statement;

/*
 * The statements (char *) to run so that all is there that `statement` makes, as it makes it; NIL:
 * it is. With `is_older`, views are taken for older ones. What stands on a table is looked at only
 * if the table stands.
 */
extern List *schema_mends(const Statement *statement, bool is_older);

/* Does the table have this trigger, for these events and unconditionally? */
extern bool schema_has_trigger(Relation rel, const char *name, int type, const char *function);

#endif
