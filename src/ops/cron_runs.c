/*
 * cron_runs.c
 *
 * Deletes what pg_cron wrote down of our runs.
 *
 * Ours are the runs of our commands in this database as the tables' owner, by whatever number pg_cron had
 * them. They are deleted with the owner's rights: pg_cron lets a role delete its own rows, as soon as it may use
 * the schema.
 *
 * Locks: cron.job_run_details ROW EXCLUSIVE, if nobody is against it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "ops/cron.h"
#include "ops/cron_runs.h"
#include "pg/compat.h"

/* The oldest runs of all jobs among which one of ours is looked for that should be gone. */
#define OLDEST_LOOKED_AT 1000

/* A run is older than this before anybody is told: maintenance comes once a day. */
#define TOLD_AFTER ((CRON_RUNS_DAYS + 2) * USECS_PER_DAY)

/*
 * Runs that never ended, since the server did, have a start alone.
 */
static const char *const delete_runs =
	"WITH old AS MATERIALIZED ("
	"SELECT d.runid FROM cron.job_run_details d "
	"WHERE d.runid OPERATOR(pg_catalog.>) $1 AND d.command OPERATOR(pg_catalog.=) ANY ($2) "
	"AND d.database OPERATOR(pg_catalog.=) $3 AND d.username OPERATOR(pg_catalog.=) $4 "
	"AND COALESCE(d.end_time, d.start_time) OPERATOR(pg_catalog.<) $5 ORDER BY d.runid LIMIT $6), "
	"deleted AS ("
	"DELETE FROM cron.job_run_details d USING old WHERE d.runid OPERATOR(pg_catalog.=) old.runid RETURNING d.runid) "
	"SELECT pg_catalog.count(*), (SELECT pg_catalog.max(old.runid) FROM old) FROM deleted";

static bool
may_delete_runs(Oid table, Oid owner)
{
	Datum schema = ObjectIdGetDatum(get_rel_namespace(table));

	return DatumGetBool(DirectFunctionCall3(has_schema_privilege_id_id, ObjectIdGetDatum(owner), schema,
											CStringGetTextDatum("USAGE"))) &&
		   pg_class_aclcheck(table, owner, ACL_SELECT) == ACLCHECK_OK &&
		   pg_class_aclcheck(table, owner, ACL_DELETE) == ACLCHECK_OK;
}

static Datum
our_commands(void)
{
	Datum commands[] = {CStringGetTextDatum(cron_expiry.command), CStringGetTextDatum(cron_maintenance.command)};

	return PointerGetDatum(construct_array(commands, lengthof(commands), TEXTOID, -1, false, TYPALIGN_INT));
}

int
cron_runs_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over)
{
	Oid types[] = {INT8OID, TEXTARRAYOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, INT4OID};
	Call *call = call_begin_upkeep();
	Oid table = cron_table("job_run_details", RowExclusiveLock);
	int64 deleted = 0;
	bool isnull = true;

	if (OidIsValid(table) && may_delete_runs(table, GetUserId()))
	{
		Datum values[] = {
			Int64GetDatum(*after),
			our_commands(),
			CStringGetTextDatum(get_database_name(MyDatabaseId)),
			CStringGetTextDatum(GetUserNameFromId(GetUserId(), false)),
			TimestampTzGetDatum(before),
			Int32GetDatum(max_rows)};
		Datum last;

		SPI_connect();
		if (SPI_execute_with_args(delete_runs, lengthof(values), types, values, NULL, false, 0) != SPI_OK_SELECT ||
			SPI_processed != 1)
			elog(ERROR, "could not delete runs of pg_cron");
		deleted = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
		last = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
		if (!isnull)
			*after = DatumGetInt64(last);
		SPI_finish();
	}
	*is_over = isnull;
	call_end(call);
	return (int) deleted;
}

static bool
column_is(HeapTuple tuple, TupleDesc desc, const char *column, const char *value)
{
	int attnum = SPI_fnumber(desc, column);
	char *found = attnum > 0 ? SPI_getvalue(tuple, desc, attnum) : NULL;

	return found && strcmp(found, value) == 0;
}

/*
 * Is it a run of ours that should have been deleted?
 */
static bool
is_left_over(HeapTuple tuple, TupleDesc desc, Oid owner)
{
	int attnum = SPI_fnumber(desc, "end_time");
	bool isnull = true;
	Datum end = attnum > 0 && SPI_gettypeid(desc, attnum) == TIMESTAMPTZOID ?
					SPI_getbinval(tuple, desc, attnum, &isnull) :
					(Datum) 0;

	return !isnull && DatumGetTimestampTz(end) < GetCurrentTimestamp() - TOLD_AFTER &&
		   (column_is(tuple, desc, "command", cron_expiry.command) ||
			column_is(tuple, desc, "command", cron_maintenance.command)) &&
		   column_is(tuple, desc, "database", get_database_name(MyDatabaseId)) &&
		   column_is(tuple, desc, "username", GetUserNameFromId(owner, false));
}

/*
 * Along the primary key, which begins with the oldest.
 */
static bool
has_left_over(Oid table, Oid owner)
{
	Relation rel = table_open(table, NoLock);
	Oid indexid = compat_primary_key(rel);
	Relation index = OidIsValid(indexid) ? index_open(indexid, AccessShareLock) : NULL;
	SysScanDesc scan;
	HeapTuple tuple;
	bool found = false;

	if (index)
	{
		scan = systable_beginscan_ordered(rel, index, NULL, 0, NULL);
		for (int i = 0; i < OLDEST_LOOKED_AT && !found; i++)
		{
			tuple = systable_getnext_ordered(scan, ForwardScanDirection);
			if (!HeapTupleIsValid(tuple))
				break;
			found = is_left_over(tuple, RelationGetDescr(rel), owner);
		}
		systable_endscan_ordered(scan);
		index_close(index, AccessShareLock);
	}
	table_close(rel, NoLock);
	return found;
}

char *
cron_runs_problem(Oid owner)
{
	Oid table = cron_table("job_run_details", AccessShareLock);
	const char *name = quote_identifier(GetUserNameFromId(owner, false));

	if (!OidIsValid(table) || may_delete_runs(table, owner) || !has_left_over(table, owner))
		return NULL;
	return psprintf("Rows of cron.job_run_details are not deleted, for the tables' owner may not do so. As a superuser "
					"run GRANT USAGE ON SCHEMA cron TO %s; GRANT SELECT, DELETE ON cron.job_run_details TO %s;",
					name, name);
}
