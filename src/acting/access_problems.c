/*
 * access_problems.c
 *
 * Looks for roles that were dropped, renamed, made anew or robbed of their rights (DROP OWNED) since
 * access was given to them, or since they were bound.
 */
#include "postgres.h"

#include "executor/spi.h"

#include "acting/access.h"
#include "acting/access_problems.h"
#include "pg/statement.h"

static const char *const problems_query =
	"SELECT p.problem FROM ("
	"SELECT pg_catalog.format('Access is kept for role \"%s\", which does not exist: dropped, or renamed. Run "
	"SELECT jobs.install(); or %s', e.name, (SELECT pg_catalog.string_agg(pg_catalog.format("
	"'SELECT jobs.revoke_access(%L, %L);', e.name, a.value), ' ') "
	"FROM pg_catalog.jsonb_array_elements_text(e.accesses) a)) AS problem "
	"FROM jobs.node n CROSS JOIN LATERAL pg_catalog.jsonb_each(n.grants) e (name, accesses) "
	"WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) e.name) "
	"UNION ALL "
	"SELECT pg_catalog.format('Role \"%s\" was bound to %s, and %s. Run SELECT jobs.unbind_role(%L);', b.role_name, "
	"b.actor, CASE WHEN r.oid IS NULL THEN 'does not exist' ELSE 'is another role by now' END, b.role_name) "
	"FROM jobs.role_binding b "
	"LEFT JOIN pg_catalog.pg_roles r ON r.rolname OPERATOR(pg_catalog.=) b.role_name "
	"WHERE r.oid IS DISTINCT FROM b.role_oid) p "
	"ORDER BY p.problem LIMIT 100";

List *
access_problems(bool in_query)
{
	List *problems = NIL;
	ListCell *cell;

	if (SPI_execute(problems_query, in_query, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for roles that are gone");
	for (uint64 i = 0; i < SPI_processed; i++)
		problems = lappend(problems, statement_text(i, "problem"));
	foreach (cell, access_robbed_roles(false))
		problems = lappend(problems, psprintf("Role \"%s\" has lost some of its access. Run SELECT jobs.install(); "
											  "or take it back with jobs.revoke_access().",
											  (char *) lfirst(cell)));
	return problems;
}
