/*
 * access.c
 *
 * What database roles may do: kinds of access, given and taken back.
 *
 * What was granted is remembered in jobs.node, so that jobs.install() can give it once
 * more: after a restore, and when an update brings new functions. Taking one access
 * back leaves what another one of the same role gives.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/syscache.h"

#include "acting/access.h"
#include "acting/access_kind.h"
#include "acting/access_renamed.h"
#include "acting/entry.h"
#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/rights.h"
#include "pg/statement.h"
#include "tables/node.h"
#include "tables/row.h"
#include "tables/schema.h"
#include "tables/schema_check.h"
#include "tables/schema_lock.h"
#include "tables/table.h"

/* Functions whose EXECUTE tells what a role is. */
static Oid operator_function = InvalidOid;
static Oid delegate_function = InvalidOid;
static Oid viewer_function = InvalidOid;

static void change_access(FunctionCallInfo fcinfo, bool gives);

/*
 * jobs.grant_access(role_name, access): gives the role all that the access stands for.
 */
SQL_FUNCTION(grant_access)
{
	change_access(fcinfo, true);
	PG_RETURN_VOID();
}

/*
 * jobs.revoke_access(role_name, access): takes back what no other access of the role
 * gives.
 */
SQL_FUNCTION(revoke_access)
{
	change_access(fcinfo, false);
	PG_RETURN_VOID();
}

static void
functions_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	viewer_function = InvalidOid;
	operator_function = InvalidOid;
	delegate_function = InvalidOid;
}

/*
 * Operators see all rows.
 */
static bool
caller_sees_rows(void)
{
	return access_is_operator(GetOuterUserId());
}

void
access_init(void)
{
	CacheRegisterSyscacheCallback(PROCOID, functions_changed, (Datum) 0);
	rows_show_details_if(caller_sees_rows);
}

/*
 * May the role execute the function? Without the extension there is none, and then
 * superusers alone may.
 */
static bool
may_execute(Oid role, Oid *function, const char *name, const Oid *types, int count)
{
	if (!OidIsValid(*function))
	{
		Oid schema = get_namespace_oid(JOBS_SCHEMA, true);

		if (OidIsValid(schema))
			*function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
										PointerGetDatum(buildoidvector(types, count)),
										ObjectIdGetDatum(schema));
	}
	if (!OidIsValid(*function))
		return superuser_arg(role);
	return compat_proc_aclcheck(*function, role, ACL_EXECUTE) == ACLCHECK_OK;
}

bool
access_is_operator(Oid role)
{
	static const Oid types[] = {INT4OID};

	return may_execute(role, &operator_function, "expire_jobs", types, lengthof(types));
}

Oid
access_calling_operator(void)
{
	Oid users[] = {GetSessionUserId(), GetOuterUserId()};

	for (int i = 0; i < lengthof(users); i++)
	{
		if ((i == 0 || users[i] != users[0]) && access_is_operator(users[i]))
			return users[i];
	}
	return InvalidOid;
}

bool
access_may_act_as(Oid role)
{
	static const Oid types[] = {TEXTOID, BOOLOID};

	return may_execute(role, &delegate_function, "act_as", types, lengthof(types));
}

bool
access_is_viewer(Oid role)
{
	return may_execute(role, &viewer_function, "sees_everything", NULL, 0);
}

static AccessKinds
arg_access(FunctionCallInfo fcinfo, int argno)
{
	char *name = arg_text(fcinfo, argno, "access", LIMIT_NAME);
	AccessKinds access = access_kind_of(name);

	if (access == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown access \"%s\"", name),
				 errdetail("Access is given as a whole, by the name of what the role is for."),
				 errhint("Pass 'app', 'bound', 'mailer', 'operator', 'monitor' or 'viewer'.")));
	return access;
}

/* A role that access is remembered of. It may be gone. */
typedef struct Remembered
{
	char *role;
	AccessKinds kinds;
} Remembered;

/*
 * What jobs.node remembers, of all roles (Remembered). An access that this version of the library doesn't
 * know is passed over.
 */
static List *
read_all_remembered(void)
{
	List *all = NIL;
	Remembered *last = NULL;

	if (!OidIsValid(table_oid(TABLE_node)))
		return NIL;
	if (SPI_execute("SELECT e.name, a.access FROM jobs.node n "
					"CROSS JOIN LATERAL pg_catalog.jsonb_each(n.grants) e (name, accesses) "
					"LEFT JOIN LATERAL pg_catalog.jsonb_array_elements_text(e.accesses) a (access) ON true "
					"ORDER BY e.name",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read what was granted");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char *role = statement_text(i, "name");
		char *access = statement_text(i, "access");

		if (last == NULL || strcmp(last->role, role) != 0)
		{
			last = palloc0(sizeof(Remembered));
			last->role = role;
			all = lappend(all, last);
		}
		last->kinds |= access ? access_kind_of(access) : 0;
	}
	return all;
}

static AccessKinds
read_remembered(const char *role)
{
	ListCell *cell;

	foreach (cell, read_all_remembered())
	{
		const Remembered *remembered = lfirst(cell);

		if (strcmp(remembered->role, role) == 0)
			return remembered->kinds;
	}
	return 0;
}

/*
 * What was granted, with what the role has from now on, or without the role.
 */
static Datum
change_grants(Datum grants, const char *role, AccessKinds kinds)
{
	Datum path[1] = {CStringGetTextDatum(role)};

	if (kinds == 0)
		return DirectFunctionCall2(jsonb_delete, grants, path[0]);
	return DirectFunctionCall4(jsonb_set, grants,
							   PointerGetDatum(construct_array(path, 1, TEXTOID, -1, false, TYPALIGN_INT)),
							   access_kind_names(kinds), BoolGetDatum(true));
}

static void
remember_access(const char *role, AccessKinds kinds)
{
	Rows *rows;
	Row *node;
	Row *changed;

	if (!OidIsValid(table_oid(TABLE_node)))
		return;
	rows = rows_begin();
	node = row_lock_found(node_fetch(rows), LockTupleNoKeyExclusive, LockWaitBlock);
	if (node == NULL)
		schema_complain("The table jobs.node has lost its row.");
	changed = row_copy(node);
	row_set(changed, Col_node_grants, change_grants(row_get(node, Col_node_grants), role, kinds));
	row_must_update(node, changed);
	rows_end(rows);
}

/*
 * Only the tables' owner, in whose name all of it is granted, or a superuser; and never
 * for the owner itself, who has it all and could lose it here.
 */
static void
check_granting(Oid owner, Oid role)
{
	if (!superuser() && !has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to change who has access to jobs"),
				 errdetail("The tables belong to role \"%s\".", GetUserNameFromId(owner, false)),
				 errhint("Connect as the tables' owner, or as a superuser.")));
	if (role == owner)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the access of role \"%s\" cannot be changed", GetUserNameFromId(owner, false)),
				 errdetail("It owns the tables, and so has every kind of access."),
				 errhint("Name the role that an application connects as.")));
}

static void
require_role(const char *role)
{
	if (!OidIsValid(get_role_oid(role, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not exist", role),
				 errdetail("Access is given to roles of the server."),
				 errhint("Create it first, with CREATE ROLE.")));
}

/*
 * What is remembered of the role, under an old name of it if it has been renamed since.
 */
static AccessKinds
learn_remembered(const char *role)
{
	AccessKinds kinds = read_remembered(role);
	ListCell *cell;

	if (kinds != 0 || !OidIsValid(get_role_oid(role, true)))
		return kinds;
	foreach (cell, read_all_remembered())
	{
		const Remembered *old = lfirst(cell);
		const char *renamed = NULL;

		if (!OidIsValid(get_role_oid(old->role, true)))
			renamed = access_renamed_role(old->role, access_kind_functions(old->kinds), false);
		if (renamed == NULL || strcmp(renamed, role) != 0)
			continue;
		ereport(NOTICE, (errmsg("role \"%s\" is called \"%s\" now, and keeps its access to jobs", old->role, role)));
		remember_access(role, old->kinds);
		remember_access(old->role, 0);
		return old->kinds;
	}
	return 0;
}

/*
 * Of a role that is gone, nothing but what is remembered can be taken back. One that was renamed is
 * found by its rights. `is_known`: it is an error if the role neither is nor was there.
 */
static void
take_back(const char *role, AccessKinds access, bool is_known)
{
	AccessKinds before = learn_remembered(role);
	AccessKinds kept = before & ~access;
	const char *present = role;

	if (!OidIsValid(get_role_oid(role, true)))
	{
		if (is_known && before == 0)
			require_role(role);
		present = before == 0 ? NULL : access_renamed_role(role, access_kind_functions(before), true);
		if (present)
			ereport(NOTICE,
					(errmsg("role \"%s\" is called \"%s\" now", role, present),
					 errdetail("It loses the access that it was given under its old name.")));
	}
	if (present)
	{
		schema_lock_relations(access_kind_tables(get_role_oid(present, false), access, kept), AccessExclusiveLock);
		access_kind_take(present, access, kept);
	}
	remember_access(role, kept);
}

/*
 * Tables whose policies will change are locked before anything does.
 */
static void
give(const char *role, AccessKinds access)
{
	AccessKinds others = learn_remembered(role) & ~access;

	schema_lock_relations(access_kind_tables(get_role_oid(role, false), 0, access | others), AccessExclusiveLock);
	access_kind_give(role, access, others);
	remember_access(role, access | others);
}

static void
change_kinds(const char *role, AccessKinds access, bool gives, bool is_known)
{
	Oid roleid = get_role_oid(role, true);
	Oid owner;
	Rights caller;

	schema_lock();
	/* access can be taken back whatever the tables have lost */
	owner = tables_standing_owner();
	if (!OidIsValid(owner) && gives)
		owner = tables_owner();
	if (!OidIsValid(owner))
		schema_complain("There are no tables, and nobody has access to them.");
	check_granting(owner, roleid);
	if (gives)
		owner = tables_owner();
	SPI_connect();
	/* reading jobs.node runs what the owner planted there, too */
	rights_switch(&caller, owner, SECURITY_NOFORCE_RLS | SECURITY_RESTRICTED_OPERATION);
	if (gives)
		give(role, access);
	else
		take_back(role, access, is_known);
	rights_restore(&caller);
	SPI_finish();
}

StaticAssertDecl((int) ARG_grant_access_role_name == (int) ARG_revoke_access_role_name &&
					 (int) ARG_grant_access_access == (int) ARG_revoke_access_access,
				 "granting and revoking take the same arguments");

static void
change_access(FunctionCallInfo fcinfo, bool gives)
{
	const char *role;
	AccessKinds access;

	check_not_null(PG_ARGISNULL(ARG_grant_access_role_name), "role_name");
	role = NameStr(*PG_GETARG_NAME(ARG_grant_access_role_name));
	access = arg_access(fcinfo, ARG_grant_access_access);
	if (gives)
		require_role(role);
	change_kinds(role, access, gives, true);
}

void
access_change_bound(const char *role, bool gives)
{
	if (gives)
		require_role(role);
	change_kinds(role, access_kind_bound(), gives, false);
}

List *
access_robbed_roles(bool is_older)
{
	List *robbed = NIL;
	ListCell *cell;

	foreach (cell, read_all_remembered())
	{
		const Remembered *remembered = lfirst(cell);
		Oid role = get_role_oid(remembered->role, true);

		if (OidIsValid(role) && !access_kind_is_held(role, remembered->kinds, is_older))
			robbed = lappend(robbed, remembered->role);
	}
	return robbed;
}

/*
 * It may be another role, which got the name of one that was renamed; or a restore left the
 * rights out.
 */
static void
tell_if_listed(const char *role, const List *robbed)
{
	ListCell *cell;

	foreach (cell, robbed)
	{
		if (strcmp(lfirst(cell), role) == 0)
			ereport(NOTICE,
					(errmsg("role \"%s\" had lost its access to jobs, and is given it again", role),
					 errhint("If it isn't the role that access was granted to, call jobs.revoke_access().")));
	}
}

bool
access_lacks_policies(void)
{
	ListCell *cell;

	foreach (cell, read_all_remembered())
	{
		const Remembered *remembered = lfirst(cell);
		Oid role = get_role_oid(remembered->role, true);

		if (OidIsValid(role) && access_kind_tables(role, 0, remembered->kinds) != NIL)
			return true;
	}
	return false;
}

/*
 * Of a role that is gone under its name: it has another one by now, or none.
 */
static void
grant_under_new_name(const Remembered *old)
{
	const char *renamed = access_renamed_role(old->role, access_kind_functions(old->kinds), false);

	if (renamed)
	{
		ereport(NOTICE,
				(errmsg("role \"%s\" is called \"%s\" now, and keeps its access to jobs", old->role, renamed)));
		access_kind_give(renamed, old->kinds, 0);
		remember_access(renamed, old->kinds);
	}
	else
		ereport(NOTICE,
				(errmsg("there is no role \"%s\" any more, its access to jobs is forgotten", old->role),
				 errhint("If it was renamed, call jobs.grant_access() or jobs.revoke_access() "
						 "with the new name.")));
	remember_access(old->role, 0);
}

void
access_grant_again(const List *robbed)
{
	ListCell *cell;

	foreach (cell, read_all_remembered())
	{
		const Remembered *remembered = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!OidIsValid(get_role_oid(remembered->role, true)))
		{
			grant_under_new_name(remembered);
			continue;
		}
		tell_if_listed(remembered->role, robbed);
		access_kind_give(remembered->role, remembered->kinds, 0);
	}
}

void
access_uninstall(bool forget)
{
	ListCell *cell;

	foreach (cell, read_all_remembered())
	{
		const Remembered *remembered = lfirst(cell);

		if (!OidIsValid(get_role_oid(remembered->role, true)))
			continue;
		if (forget)
			access_kind_take(remembered->role, remembered->kinds, 0);
		else
			access_kind_drop_policies(remembered->role);
	}
}
