/*
 * install_owner.c
 *
 * What the role that owns the tables is given on the extension's functions and schema, and
 * what it loses again.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "ops/install_owner.h"
#include "pg/compat.h"
#include "tables/names.h"
#include "tables/schema.h"

Oid
owner_of_schema(void)
{
	HeapTuple tuple = SearchSysCache1(NAMESPACEOID,
									  ObjectIdGetDatum(get_namespace_oid(JOBS_SCHEMA, false)));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for schema %s", JOBS_SCHEMA);
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * The extension's functions, but for those of triggers: these are everybody's, for nobody
 * can call them.
 */
static List *
extension_functions(void)
{
	Relation catalog = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple tuple;
	List *functions = NIL;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ExtensionRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(get_extension_oid("jobs", false)));
	scan = systable_beginscan(catalog, DependReferenceIndexId, true, NULL, 2, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(tuple);

		if (depend->classid == ProcedureRelationId && depend->deptype == DEPENDENCY_EXTENSION &&
			get_func_rettype(depend->objid) != TRIGGEROID)
			functions = lappend_oid(functions, depend->objid);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return functions;
}

/*
 * A list for GRANT and REVOKE: all functions, or those that a role can't pass on yet.
 */
static char *
list_functions(List *functions, Oid lacking)
{
	StringInfoData list;
	ListCell *cell;

	initStringInfo(&list);
	foreach (cell, functions)
	{
		if (!OidIsValid(lacking) ||
			compat_proc_aclcheck(lfirst_oid(cell), lacking, ACL_GRANT_OPTION_FOR(ACL_EXECUTE)) != ACLCHECK_OK)
			appendStringInfo(&list, "%s%s", list.len ? ", " : "",
							 format_procedure_qualified(lfirst_oid(cell)));
	}
	return list.data;
}

/*
 * Takes back what owner_grant gave, and what that owner gave others. Whoever owns the
 * schema has it by its own right.
 */
static void
revoke_from_owner(Oid owner, List *functions)
{
	const char *name = quote_identifier(GetUserNameFromId(owner, false));

	schema_run("REVOKE ALL ON ROUTINE %s FROM %s CASCADE", list_functions(functions, InvalidOid), name);
	if (owner_of_schema() != owner)
		schema_run("REVOKE ALL ON SCHEMA jobs FROM %s CASCADE", name);
}

/*
 * The roles that were given the function to pass on by its own owner: by a superuser.
 */
static List *
may_pass_on(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	List *roles = NIL;
	bool isnull;
	Datum datum;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	datum = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &isnull);
	if (!isnull)
	{
		Acl *acl = DatumGetAclPCopy(datum);
		Oid proowner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;

		for (int i = 0; i < ACL_NUM(acl); i++)
		{
			AclItem *item = &ACL_DAT(acl)[i];

			if (ACLITEM_GET_GOPTIONS(*item) != ACL_NO_RIGHTS && item->ai_grantor == proowner &&
				item->ai_grantee != proowner)
				roles = list_append_unique_oid(roles, item->ai_grantee);
		}
	}
	ReleaseSysCache(tuple);
	return roles;
}

/*
 * We give install() to pass on to the tables' owner alone, so another role that was given
 * it was the owner once. What it gave others nobody else could take back.
 */
static void
revoke_from_former_owners(Oid owner, List *functions)
{
	List *former = NIL;
	ListCell *cell;

	foreach (cell, functions)
	{
		if (strcmp(get_func_name(lfirst_oid(cell)), "install") == 0)
			former = may_pass_on(lfirst_oid(cell));
	}
	foreach (cell, former)
	{
		if (lfirst_oid(cell) == owner)
			continue;
		ereport(NOTICE,
				(errmsg("role \"%s\" loses its rights on jobs, which only the tables' owner may pass on",
						GetUserNameFromId(lfirst_oid(cell), false))));
		revoke_from_owner(lfirst_oid(cell), functions);
	}
}

/*
 * What the owner needs of us: to use the schema and the functions, and to let others
 * use them.
 */
void
owner_grant(Oid owner)
{
	const char *name = quote_identifier(GetUserNameFromId(owner, false));
	List *functions = extension_functions();
	char *ungranted;

	if (superuser())
		revoke_from_former_owners(owner, functions);
	if (superuser_arg(owner))
		return;
	ungranted = list_functions(functions, owner);
	if (ungranted[0] && !superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to grant the functions of jobs"),
				 errdetail("The extension has functions that the tables' owner was not given yet."),
				 errhint("Have a superuser run SELECT jobs.install();")));
	if (ungranted[0])
		schema_run("GRANT EXECUTE ON ROUTINE %s TO %s WITH GRANT OPTION", ungranted, name);
	if (owner_of_schema() == owner)
		schema_run("GRANT ALL ON SCHEMA jobs TO %s", name);
	else
		schema_run("GRANT USAGE ON SCHEMA jobs TO %s WITH GRANT OPTION", name);
}

/*
 * An owner who could create at any time would plant overloads of our functions.
 */
void
owner_give_create(Oid owner)
{
	if (!superuser_arg(owner) && owner_of_schema() != owner)
		schema_run("GRANT CREATE ON SCHEMA jobs TO %s",
				   quote_identifier(GetUserNameFromId(owner, false)));
}

void
owner_take_create_back(Oid owner)
{
	if (!superuser_arg(owner) && owner_of_schema() != owner)
		schema_run("REVOKE CREATE ON SCHEMA jobs FROM %s CASCADE",
				   quote_identifier(GetUserNameFromId(owner, false)));
}

void
owner_revoke(Oid owner)
{
	if (superuser() && !superuser_arg(owner))
		revoke_from_owner(owner, extension_functions());
}
