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
 * What the policy lets its role do; POLICY_OTHER: not what any of ours does.
 */
static AccessPolicy
kind_of(const RowSecurityPolicy *policy)
{
	if (!policy->permissive || !is_true(policy->qual))
		return POLICY_OTHER;
	if (policy->polcmd == ACL_SELECT_CHR)
		return POLICY_TO_READ;
	return policy->polcmd == '*' && is_true(policy->with_check_qual) ? POLICY_TO_WRITE : POLICY_OTHER;
}

/*
 * The role's policy on the table, and its name; POLICY_NONE: there is none.
 */
static AccessPolicy
find_policy(TableId table, Oid role, char **name)
{
	Relation rel = table_open(table_oid(table), AccessShareLock);
	AccessPolicy found = POLICY_NONE;
	ListCell *cell;

	foreach (cell, rel->rd_rsdesc ? rel->rd_rsdesc->policies : NIL)
	{
		RowSecurityPolicy *policy = lfirst(cell);

		if (found != POLICY_NONE || strncmp(policy->policy_name, POLICY_PREFIX, strlen(POLICY_PREFIX)) != 0 ||
			ArrayGetNItems(ARR_NDIM(policy->roles), ARR_DIMS(policy->roles)) != 1 ||
			((Oid *) ARR_DATA_PTR(policy->roles))[0] != role)
			continue;
		*name = pstrdup(policy->policy_name);
		found = kind_of(policy);
	}
	/* whoever goes on to change it has locked it before, or nothing is held while others are waited for */
	table_close(rel, AccessShareLock);
	return found;
}

AccessPolicy
access_policy_of(TableId table, Oid role)
{
	char *name;

	return find_policy(table, role, &name);
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
access_policy_set(TableId table, const char *role, AccessPolicy wanted)
{
	char *name;
	AccessPolicy present = find_policy(table, get_role_oid(role, false), &name);

	if (present == wanted)
		return;
	if (present != POLICY_NONE)
		schema_run("DROP POLICY %s ON jobs.%s", quote_identifier(name), table_name(table));
	if (wanted != POLICY_NONE)
		schema_run("CREATE POLICY %s ON jobs.%s FOR %s TO %s USING (true)%s",
				   quote_identifier(choose_name(table_oid(table), role)), table_name(table),
				   wanted == POLICY_TO_READ ? "SELECT" : "ALL", quote_identifier(role),
				   wanted == POLICY_TO_READ ? "" : " WITH CHECK (true)");
}
