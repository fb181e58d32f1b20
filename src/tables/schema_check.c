/*
 * schema_check.c
 *
 * Are the tables fit to work with? Whoever needs them asks here first, without SPI.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "tables/extension.h"
#include "tables/migration.h"
#include "tables/schema.h"
#include "tables/schema_check.h"

pg_noreturn static void
complain_version(int version)
{
	schema_complain("They are of version %d; the library works with version %d.", version, JOBS_SCHEMA_VERSION);
}

/*
 * A column of another type is held by views, policies and triggers of ours, which uninstall() drops.
 */
pg_noreturn static void
complain_column(const SchemaColumn *column, Relation rel)
{
	const char *table = table_name(column->table);
	const char *name = column->name;
	const char *type = format_type_be(column->type);
	AttrNumber attnum = schema_attnum(rel, name);

	if (attnum == InvalidAttrNumber)
		schema_complain_altered(psprintf("Change it back: ALTER TABLE jobs.%s RENAME COLUMN ... TO %s;, or restore the "
										 "table. Columns of your own may be added to it.",
										 table, name),
								"The column jobs.%s.%s is missing.", table, name);
	if (TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attgenerated)
		schema_complain_altered(psprintf("Change it back: ALTER TABLE jobs.%s ALTER %s DROP EXPRESSION;", table, name),
								"The column jobs.%s.%s is generated.", table, name);
	schema_complain_altered(psprintf("Change it back: SELECT jobs.uninstall(); ALTER TABLE jobs.%s ALTER %s TYPE %s; "
									 "SELECT jobs.install(); Columns of your own may be added to the table.",
									 table, name, type),
							"The column jobs.%s.%s is not of type %s%s.", table, name, type,
							OidIsValid(TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attcollation) ?
								" with its default collation" :
								"");
}

/*
 * Without a version nobody can tell which steps the tables lack.
 */
pg_noreturn static void
complain_unknown_version(const SchemaColumn *column)
{
	schema_complain_altered("Restore jobs.node with its row, then run SELECT jobs.install();",
							"jobs.node doesn't tell their version, and the column jobs.%s.%s isn't as it is now.",
							table_name(column->table), column->name);
}

static void
require_ordinary_table(TableId id, Relation rel)
{
	if (rel->rd_rel->relkind != RELKIND_RELATION)
		schema_complain_altered(psprintf("Rename it, run SELECT jobs.install();, and move its rows into the new "
										 "jobs.%s.",
										 table_name(id)),
								"jobs.%s is not an ordinary table.", table_name(id));
}

/*
 * The tables may be those of the previous version, where a new column is missing. One that may be NULL is
 * NULL then (row.h).
 */
void
schema_check_columns(TableId id, Relation rel)
{
	const SchemaColumn *column = NULL;

	require_ordinary_table(id, rel);
	while ((column = schema_altered_column(id, rel, column)) != NULL)
	{
		int version = schema_version();

		if (!migration_is_due(version) || !migration_makes_column(version, id, column->name))
			complain_column(column, rel);
		if (column->is_required || schema_attnum(rel, column->name) != InvalidAttrNumber)
			complain_version(version);
	}
}

void
schema_check_before_migration(int version)
{
	for (int i = 0; i < TABLE_COUNT; i++)
	{
		Oid relid = table_oid(i);
		Relation rel = OidIsValid(relid) ? relation_open(relid, AccessShareLock) : NULL;
		const SchemaColumn *column = NULL;

		if (rel == NULL)
			continue;
		require_ordinary_table(i, rel);
		while ((column = schema_altered_column(i, rel, column)) != NULL)
		{
			if (version >= JOBS_SCHEMA_VERSION || !migration_makes_column(version, i, column->name))
				complain_column(column, rel);
			if (!migration_is_due(version))
				complain_unknown_version(column);
		}
		if (migration_is_due(version))
			migration_check_free(version, i, rel);
		relation_close(rel, AccessShareLock);
	}
}

void
schema_check_version(void)
{
	int version = schema_version();

	if (version == VERSION_NO_TABLE)
		schema_complain("They were not installed in this database.");
	if (version == VERSION_NO_ROW)
		schema_complain("The row of jobs.node is missing.");
	if (version > JOBS_SCHEMA_VERSION)
		schema_refuse_newer(version);
	if (version < JOBS_SCHEMA_BEFORE)
		complain_version(version);
}

void
schema_check_not_null(TableId id, Relation rel)
{
	const char *name = schema_nullable_column(id, rel);

	if (name)
		schema_complain("The column jobs.%s.%s may be NULL.", table_name(id), name);
}

void
schema_check_triggers(TableId id, Relation rel)
{
	const char *name = schema_missing_trigger(id, rel);

	if (name)
		schema_complain("The trigger %s on jobs.%s is missing or disabled, or does something else.",
						name, table_name(id));
}

void
schema_refuse_newer(int version)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the tables of jobs are newer than the library"),
			 errdetail("They are of version %d; the library, jobs %s, knows version %d.",
					   version, JOBS_VERSION, JOBS_SCHEMA_VERSION),
			 errhint("Update the package of jobs on this server, then run ALTER EXTENSION jobs UPDATE;")));
}

/*
 * The version of the tables. Read as a catalogue is, since that is possible wherever a
 * function of ours may be called: under any snapshot, beside parallel workers, and
 * without SPI.
 */
int
schema_version(void)
{
	Oid relid = table_oid(TABLE_node);
	Relation rel = OidIsValid(relid) ? try_table_open(relid, AccessShareLock) : NULL;
	AttrNumber attnum;
	SysScanDesc scan;
	HeapTuple tuple;
	int version = VERSION_NO_ROW;

	if (rel == NULL)
		return VERSION_NO_TABLE;
	attnum = get_attnum(relid, table_column(TABLE_node, Col_node_schema_version));
	if (attnum == InvalidAttrNumber || TupleDescAttr(RelationGetDescr(rel), attnum - 1)->atttypid != INT4OID)
		schema_complain("The column jobs.node.schema_version is missing.");

	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool isnull;
		Datum value = heap_getattr(tuple, attnum, RelationGetDescr(rel), &isnull);

		version = isnull ? VERSION_NO_ROW : DatumGetInt32(value);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}
