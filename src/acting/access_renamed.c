/*
 * access_renamed.c
 *
 * A role that is renamed keeps its rights, which hold for its oid, while jobs.node remembers them
 * by its name. Who has just these rights, and is not remembered by the present name, is the one
 * whose name is gone; unless there are several such roles, or several such names.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "acting/access_renamed.h"
#include "pg/statement.h"

/* $1: functions that the access gives. Their owner and the tables' have all of them. */
static const char *const candidates_query =
	"SELECT r.rolname, pg_catalog.count(*) OPERATOR(pg_catalog.=) pg_catalog.cardinality($1) AS is_exact "
	"FROM pg_catalog.pg_proc p "
	"CROSS JOIN LATERAL (SELECT DISTINCT a.grantee FROM pg_catalog.aclexplode(p.proacl) a "
	"WHERE a.privilege_type OPERATOR(pg_catalog.=) 'EXECUTE' AND NOT a.is_grantable "
	"AND a.grantee OPERATOR(pg_catalog.<>) p.proowner) g "
	"JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) g.grantee "
	"WHERE p.pronamespace OPERATOR(pg_catalog.=) 'jobs'::pg_catalog.regnamespace "
	"AND NOT EXISTS (SELECT FROM jobs.node n WHERE n.grants OPERATOR(pg_catalog.?) r.rolname::pg_catalog.text) "
	"GROUP BY r.rolname "
	"HAVING pg_catalog.count(*) FILTER (WHERE p.proname OPERATOR(pg_catalog.=) ANY ($1)) "
	"OPERATOR(pg_catalog.=) pg_catalog.cardinality($1) "
	"ORDER BY r.rolname";

/* How many names of roles that are gone have the access that the name $1 has. */
static const char *const names_query =
	"SELECT pg_catalog.count(*) AS names "
	"FROM jobs.node n CROSS JOIN LATERAL pg_catalog.jsonb_each(n.grants) e (name, accesses) "
	"WHERE e.accesses OPERATOR(pg_catalog.@>) (n.grants OPERATOR(pg_catalog.->) $1) "
	"AND e.accesses OPERATOR(pg_catalog.<@) (n.grants OPERATOR(pg_catalog.->) $1) "
	"AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) e.name)";

static bool
is_only_name(const char *role)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(role)};
	bool isnull;

	if (SPI_execute_with_args(names_query, 1, types, values, NULL, false, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read what was granted");
	return DatumGetInt64(statement_column(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, "names", &isnull)) == 1;
}

char *
access_renamed_role(const char *role, List *functions, bool is_required)
{
	Oid types[1] = {NAMEARRAYOID};
	Datum values[1];
	Datum *names = palloc(list_length(functions) * sizeof(Datum));
	int count = 0;
	int exact = 0;
	char *found = NULL;
	StringInfoData list;
	bool is_only = is_only_name(role);
	ListCell *cell;

	foreach (cell, functions)
		names[count++] = DirectFunctionCall1(namein, CStringGetDatum(lfirst(cell)));
	values[0] = PointerGetDatum(construct_array(names, count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR));
	if (SPI_execute_with_args(candidates_query, 1, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read who was granted access");
	initStringInfo(&list);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char *name = statement_text(i, "rolname");
		bool isnull;

		appendStringInfo(&list, "%s\"%s\"", list.len ? ", " : "", name);
		if (DatumGetBool(statement_column(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, "is_exact", &isnull)) &&
			exact++ == 0)
			found = name;
	}
	if (exact == 1 && is_only)
		return found;
	if (list.len > 0 && is_required)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not exist", role),
				 errdetail("Access was given to a role of this name. It may have been renamed: what it was given "
						   "have also: %s.",
						   list.data),
				 errhint("Call jobs.revoke_access() with the present name.")));
	return NULL;
}
