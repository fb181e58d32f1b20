/*
 * access_policy.c
 *
 * One policy for each table that a role sees all rows of. A role is known by its oid there: its
 * name may have changed.
 */
#include "postgres.h"

#include "access/table.h"
#include "commands/defrem.h"
#include "commands/policy.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "acting/access_policy.h"
#include "tables/schema.h"

/* What the names of these policies start with. */
#define POLICY_PREFIX "all_rows"

static bool
is_true(const Expr *condition)
{
	return condition && IsA(condition, Const) && !((const Const *) condition)->constisnull &&
		   DatumGetBool(((const Const *) condition)->constvalue);
}

/*
 * The role's policy on the table, or NULL; `does_it`: it shows all rows.
 */
static char *
find_policy(TableId table, Oid role, bool *does_it)
{
	Relation rel = table_open(table_oid(table), AccessShareLock);
	char *name = NULL;
	ListCell *cell;

	*does_it = false;
	foreach (cell, rel->rd_rsdesc ? rel->rd_rsdesc->policies : NIL)
	{
		RowSecurityPolicy *policy = lfirst(cell);

		if (name || strncmp(policy->policy_name, POLICY_PREFIX, strlen(POLICY_PREFIX)) != 0 ||
			ArrayGetNItems(ARR_NDIM(policy->roles), ARR_DIMS(policy->roles)) != 1 ||
			((Oid *) ARR_DATA_PTR(policy->roles))[0] != role)
			continue;
		name = pstrdup(policy->policy_name);
		*does_it = policy->polcmd == '*' && policy->permissive && is_true(policy->qual) &&
				   is_true(policy->with_check_qual);
	}
	/* whoever goes on to change it has locked it before, or nothing is held while others are waited for */
	table_close(rel, AccessShareLock);
	return name;
}

bool
access_policy_stands(TableId table, Oid role)
{
	bool does_it;

	(void) find_policy(table, role, &does_it);
	return does_it;
}

bool
access_policy_is_there(TableId table, Oid role)
{
	bool does_it;

	return find_policy(table, role, &does_it) != NULL;
}

/*
 * A name for a new policy of the role. A role that was renamed may have left its name to
 * another one.
 */
static char *
choose_name(Oid relid, const char *role)
{
	char *name = makeObjectName(POLICY_PREFIX, role, NULL);

	for (int i = 1; OidIsValid(get_relation_policy_oid(relid, name, true)); i++)
		name = makeObjectName(POLICY_PREFIX, role, psprintf("%d", i));
	return name;
}

void
access_policy_change(TableId table, const char *role, bool create)
{
	bool does_it;
	char *name = find_policy(table, get_role_oid(role, false), &does_it);

	if (name && (!create || !does_it))
		schema_run("DROP POLICY %s ON jobs.%s", quote_identifier(name), table_name(table));
	if (create && !does_it)
		schema_run("CREATE POLICY %s ON jobs.%s TO %s USING (true) WITH CHECK (true)",
				   quote_identifier(choose_name(table_oid(table), role)), table_name(table),
				   quote_identifier(role));
}
