/*
 * schema_check.h
 *
 * Refusing to work with tables that aren't ready: missing, of another version, unguarded,
 * or altered.
 */
#ifndef JOBS_SCHEMA_CHECK_H
#define JOBS_SCHEMA_CHECK_H

#include "pg/compat.h"
#include "tables/names.h"
#include "tables/schema_complain.h"

/* What schema_version() answers when there is no version. */
#define VERSION_NO_TABLE 0
#define VERSION_NO_ROW (-1)

/* The version of the tables. */
extern int schema_version(void);

/* 55000, the tables are newer than the library. */
pg_noreturn extern void schema_refuse_newer(int version);

/* Complains unless the tables are there in a version that the library works with. */
extern void schema_check_version(void);

/* Complains unless the table and our columns of it can be worked with. */
extern void schema_check_columns(TableId id, Relation rel);

/* Complains of what jobs.install() can't make good in tables of this version. */
extern void schema_check_before_migration(int version);

/* Complains when a column may be NULL that the schema requires. */
extern void schema_check_not_null(TableId id, Relation rel);

/* Complains unless all triggers of ours guard the table. */
extern void schema_check_triggers(TableId id, Relation rel);

#endif
