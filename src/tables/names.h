/*
 * names.h
 *
 * What the tables are called: names for every table, column and index of sql/tables, which
 * script/schema-names reads there.
 */
#ifndef JOBS_NAMES_H
#define JOBS_NAMES_H

#include "tables/schema_names.h"

#define JOBS_SCHEMA "jobs"

/* The name that each trigger of ours starts with: it sorts before all others. */
#define JOBS_TRIGGER_PREFIX "00_jobs_"

/* clang-format off */
/* TABLE_job and so on */
#define TABLE_ENUMERATOR(t) TABLE_##t,
typedef enum TableId
{
	JOBS_TABLES(TABLE_ENUMERATOR)
	TABLE_COUNT
} TableId;

/* Col_job_status and so on: positions in Table.att, not attribute numbers */
#define COLUMN_ENUMERATOR(t, c) Col_##t##_##c,
#define COLUMN_ENUM(t) enum { COLUMNS_##t(COLUMN_ENUMERATOR) Ncol_##t };
JOBS_TABLES(COLUMN_ENUM)

/* INDEX_job_due and so on */
#define INDEX_ENUMERATOR(i) INDEX_##i,
typedef enum IndexId
{
	JOBS_INDEXES(INDEX_ENUMERATOR)
	INDEX_COUNT,
	PRIMARY_KEY = INDEX_COUNT
} IndexId;
/* clang-format on */

extern const char *table_name(TableId id);

/* InvalidOid when there is no such table. */
extern Oid table_oid(TableId id);

/* Name of a column, and how many columns of the table the library knows. */
extern const char *table_column(TableId id, int column);
extern int table_column_count(TableId id);

/* The column that draws the table's ids; -1: it has no ids of its own. */
extern int table_id_column(TableId id);

extern const char *index_name(IndexId id);

/*
 * The role that owns the first of the tables that stands, whatever state they are in;
 * InvalidOid: none stands.
 */
extern Oid tables_standing_owner(void);

#endif
