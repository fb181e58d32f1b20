/*
 * schema.h
 *
 * The tables, sequences, triggers, policies and views as they should be, and what
 * brings a database there. What changes something runs with the rights of the caller,
 * inside SPI.
 */
#ifndef JOBS_SCHEMA_H
#define JOBS_SCHEMA_H

#include "nodes/pg_list.h"
#include "utils/relcache.h"

#include "tables/names.h"

/* The tables of the release before this one have this version: the library works with them, and with all since. */
#define JOBS_SCHEMA_BEFORE 1

/*
 * Is something not as the schema has it, so that schema_apply would change what stands, or make what
 * refers to it? Comments don't count. With `is_older`, what can stand in an older form does.
 */
extern bool schema_differs(bool is_older);

/* Tables, views and sequences of the schema that stand, in the order of its text (oids). */
extern List *schema_relations(void);

/*
 * Creates what is missing and returns how many statements that took. With
 * `is_older`, what can stand in an older form is replaced, too.
 */
extern int schema_apply(bool is_older);

/* Drops triggers, policies and views, and with `with_data` the tables as well. */
extern void schema_drop(bool with_data);

/* The first of our triggers that doesn't guard the table as it should, or NULL. */
extern const char *schema_missing_trigger(TableId id, Relation rel);

/* Number of a column; InvalidAttrNumber: there is none of that name. No look into the catalogues. */
extern AttrNumber schema_attnum(Relation rel, const char *name);

/* A column as the schema has it. */
typedef struct SchemaColumn
{
	TableId table;
	const char *name;
	Oid type;
	bool is_required; /* NOT NULL */
} SchemaColumn;

/*
 * The first of our columns, or the next one `after` another, that is missing or not of the type that
 * the schema gives it; NULL: there is none.
 */
extern const SchemaColumn *schema_altered_column(TableId id, Relation rel, const SchemaColumn *after);

/* The first column that may be NULL against the schema, or NULL. All that are required are there. */
extern const char *schema_nullable_column(TableId id, Relation rel);

/* Is the index of this name ready for scans, of the table, and on the columns of the schema? */
extern bool schema_index_is_good(Oid index, const char *name, Oid relid, TupleDesc desc);

/* Runs a utility statement. */
extern void schema_run(const char *format, ...) pg_attribute_printf(1, 2);

#endif
