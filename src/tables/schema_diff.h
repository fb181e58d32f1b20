/*
 * schema_diff.h
 *
 * What of the schema stands in the database already.
 */
#ifndef JOBS_SCHEMA_DIFF_H
#define JOBS_SCHEMA_DIFF_H

#include "nodes/parsenodes.h"
#include "utils/rel.h"

/*
 * Is there what the statement makes? With `is_older`, views are taken for older ones. Of
 * tables, sequences and indexes the name alone counts.
 */
extern bool schema_has(const Node *statement, bool is_older);

/* Does the table have this trigger, for these events and unconditionally? */
extern bool schema_has_trigger(Relation rel, const char *name, int type, const char *function);

/*
 * What a table that stands has lost, as actions of ALTER TABLE (char *). `source` is the
 * text that the statement was parsed from.
 */
extern List *schema_missing_parts(const CreateStmt *statement, const char *source);

#endif
