/*
 * schema_check.c
 *
 * Are the tables fit to work with? Whoever needs them asks here first, without SPI.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "tables/extension.h"
#include "tables/schema.h"
#include "tables/schema_check.h"

/*
 * A column of another type is held by views, policies and triggers of ours, which uninstall() drops.
 */
void
schema_check_columns(TableId id, Relation rel)
{
	const char *table = table_name(id);
	const char *name;
	Oid type;
	char *type_name;
	AttrNumber attnum;

	if (rel->rd_rel->relkind != RELKIND_RELATION)
		schema_complain_altered(psprintf("Rename it, run SELECT jobs.install();, and move its rows into the new "
										 "jobs.%s.",
										 table),
								"jobs.%s is not an ordinary table.", table);
	name = schema_altered_column(id, rel, &type);
	if (name == NULL)
		return;
	attnum = schema_attnum(rel, name);
	if (attnum == InvalidAttrNumber)
		schema_complain_altered(psprintf("Change it back: ALTER TABLE jobs.%s RENAME COLUMN ... TO %s;, or restore the "
										 "table. Columns of your own may be added to it.",
										 table, name),
								"The column jobs.%s.%s is missing.", table, name);
	if (TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attgenerated)
		schema_complain_altered(psprintf("Change it back: ALTER TABLE jobs.%s ALTER %s DROP EXPRESSION;", table, name),
								"The column jobs.%s.%s is generated.", table, name);
	type_name = format_type_be(type);
	schema_complain_altered(psprintf("Change it back: SELECT jobs.uninstall(); ALTER TABLE jobs.%s ALTER %s TYPE %s; "
									 "SELECT jobs.install(); Columns of your own may be added to the table.",
									 table, name, type_name),
							"The column jobs.%s.%s is not of type %s%s.", table, name, type_name,
							OidIsValid(TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attcollation) ?
								" with its default collation" :
								"");
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
	if (version < Max(JOBS_SCHEMA_VERSION - 1, 1))
		schema_complain("They are of version %d; the library works with version %d.",
						version, JOBS_SCHEMA_VERSION);
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
