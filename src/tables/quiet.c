/*
 * quiet.c
 *
 * Disables triggers and rules one by one, in the catalogue.
 *
 * The setting session_replication_role would be shorter, and would give too much away: only a superuser may set it,
 * and functions that the tables' owner planted (in a CHECK, an index) would write past triggers and foreign keys of
 * whatever tables it may write to. It leaves out users' triggers that are enabled ALWAYS, too, and keeps our own
 * foreign keys from being checked.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"

#include "tables/quiet.h"
#include "tables/schema.h"

/* Whatever fires when a row is written. */
#define STANDING \
	"(SELECT oid, 'TRIGGER' AS kind, tgrelid AS relid, tgname AS name, tgenabled AS state " \
	"FROM pg_catalog.pg_trigger WHERE NOT tgisinternal " \
	"UNION ALL SELECT oid, 'RULE', ev_class, rulename, ev_enabled FROM pg_catalog.pg_rewrite WHERE ev_type <> '1') s "

/*
 * Runs each statement that the query returns in its first column; all are made before the first one runs.
 */
static void
run_all(const char *query)
{
	SPITupleTable *statements;

	if (SPI_execute(query, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for triggers");
	statements = SPI_tuptable;
	for (uint64 i = 0; i < statements->numvals; i++)
		schema_run("%s", SPI_getvalue(statements->vals[i], statements->tupdesc, 1));
	SPI_freetuptable(statements);
}

/*
 * A list for VALUES: number, kind and state of each. A step doesn't write through views.
 */
static char *
list_enabled(List *relations)
{
	StringInfoData oids;
	ListCell *cell;
	char *query;
	char *list;

	initStringInfo(&oids);
	foreach (cell, relations)
		appendStringInfo(&oids, "%s%u", oids.len ? "," : "", lfirst_oid(cell));
	query = psprintf("SELECT pg_catalog.string_agg(pg_catalog.format("
					 "'(%%s::pg_catalog.oid, %%L, %%L)', s.oid, kind, state), ', ') "
					 "FROM " STANDING "JOIN pg_catalog.pg_class c ON c.oid = relid "
					 "WHERE relid = ANY ('{%s}'::pg_catalog.oid[]) AND state <> 'D' "
					 "AND (relkind = 'r' OR relkind = 'f' AND kind = 'TRIGGER') "
					 "AND NOT pg_catalog.pg_is_other_temp_schema(relnamespace)",
					 oids.data);
	if (SPI_execute(query, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for triggers");
	list = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return list;
}

char *
quiet_begin(List *relations)
{
	char *enabled = list_enabled(relations);

	if (enabled)
		run_all(psprintf("SELECT pg_catalog.format("
						 "'ALTER TABLE ONLY %%s DISABLE %%s %%I', relid::pg_catalog.regclass, kind, name) "
						 "FROM (VALUES %s) v (oid, kind, was) JOIN " STANDING "USING (oid, kind)",
						 enabled));
	return enabled;
}

void
quiet_end(const char *disabled)
{
	if (disabled)
		run_all(psprintf("SELECT pg_catalog.format("
						 "'ALTER TABLE ONLY %%s ENABLE %%s %%s %%I', relid::pg_catalog.regclass, "
						 "CASE was WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' END, kind, name) "
						 "FROM (VALUES %s) v (oid, kind, was) JOIN " STANDING "USING (oid, kind)",
						 disabled));
}
