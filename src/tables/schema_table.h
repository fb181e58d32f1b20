/*
 * schema_table.h
 *
 * Columns and constraints of the tables as the schema has them.
 */
#ifndef JOBS_SCHEMA_TABLE_H
#define JOBS_SCHEMA_TABLE_H

#include "nodes/parsenodes.h"

/*
 * The statements (char *) that give a table that stands what it has lost; `source` is the text that
 * `table` was parsed from. Inside SPI.
 */
extern List *schema_mend_table(const CreateStmt *table, const char *source);

#endif
