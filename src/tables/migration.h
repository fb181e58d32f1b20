/*
 * migration.h
 *
 * The numbered steps that bring tables of an earlier version up to date, where more is to be done than
 * making what is missing: a new column, rows that have to change. Each leads from one version to the next.
 */
#ifndef JOBS_MIGRATION_H
#define JOBS_MIGRATION_H

#include "nodes/pg_list.h"
#include "utils/relcache.h"

#include "tables/names.h"

/* The version of the tables that the release before this one makes. The library works with them, too. */
#define JOBS_SCHEMA_PREVIOUS 1

/* Do steps lead from this version to the library's? */
extern bool migration_is_due(int version);

/* Does a step from this version on make the column, or change its type? */
extern bool migration_makes_column(int version, TableId id, const char *column);

/* Complains where the table has a column already that a step from this version on adds. */
extern void migration_check_free(int version, TableId id, Relation rel);

/* All tables and views in the schema, and tables that inherit (oids): a step may change any of them. */
extern List *migration_relations(void);

/*
 * Runs the steps from this version on, each with its number in jobs.node. With the tables' owner's rights,
 * in a security-restricted operation, inside SPI; what migration_relations() returned is locked.
 */
extern void migration_run(int version, List *relations);

#endif
