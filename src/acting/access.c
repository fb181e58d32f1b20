/*
 * access.c
 *
 * What database roles may do. A kind of access gives functions, and rights on tables
 * and views; const tables below say which. Nothing is granted to PUBLIC, and
 * nothing that would let a role empty, hook or refer to a table.
 *
 * What was granted is remembered in jobs.node, so that jobs.install() can give it once
 * more: after a restore, and when an update brings new functions. Taking one access
 * back leaves what another one of the same role gives.
 *
 * Who acts for nobody, such as an operator, sees all rows of what it reads, through a
 * policy of its own on each table. As one arm more of the others' policies, it would turn
 * their index scans into sequential ones.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "acting/access.h"
#include "acting/access_policy.h"
#include "acting/access_renamed.h"
#include "acting/function_names.h"
#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/rights.h"
#include "tables/row.h"
#include "tables/schema.h"
#include "tables/schema_check.h"
#include "tables/schema_lock.h"
#include "tables/table.h"

/* Kinds of access, as bits. */
#define APP 1
#define BOUND 2
#define MAILER 4
#define OPERATOR 8
#define MONITOR 16

/* Who acts for members and merchants, and who is one. */
#define DELEGATES (APP | OPERATOR)
#define ACTORS (APP | BOUND | OPERATOR)
#define MAILERS (MAILER | OPERATOR)
#define WATCHERS (MONITOR | OPERATOR)
#define OPERATORS OPERATOR
#define EVERYBODY (APP | BOUND | MAILER | OPERATOR | MONITOR)

/* What administers the tables themselves is given to nobody but their owner. */
#define OWNER 0

static const struct
{
	const char *name;
	int bit;
} accesses[] = {
	{"app", APP},
	{"bound", BOUND},
	{"mailer", MAILER},
	{"operator", OPERATOR},
	{"monitor", MONITOR},
};

/* Functions, as the pieces of SQL say before each of them. */
#define FUNCTION_ENTRY(name, accesses) {#name, accesses},
static const struct
{
	const char *name;
	int accesses;
} functions[] = {JOBS_FUNCTIONS(FUNCTION_ENTRY)};

/* Tables: who reads them, and who writes them through triggers that hold the rules. */
static const struct
{
	TableId table;
	int readers;
	int writers;
	const char *verbs;
} tables[] = {
	{TABLE_assignment, ACTORS, ACTORS, "INSERT, DELETE"},
	{TABLE_conversation, ACTORS, ACTORS, "INSERT"},
	{TABLE_conversation, 0, OPERATORS, "UPDATE"},
	{TABLE_decline, ACTORS, 0, NULL},
	{TABLE_email, MAILERS, 0, NULL},
	{TABLE_email_template, MAILERS, OPERATORS, "INSERT, UPDATE, DELETE"},
	{TABLE_event_consumer, ACTORS, 0, NULL},
	{TABLE_job, ACTORS, ACTORS, "INSERT, UPDATE"},
	{TABLE_job_event, ACTORS, 0, NULL},
	{TABLE_member, ACTORS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_merchant, ACTORS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_message, ACTORS, ACTORS, "INSERT"},
	{TABLE_node, OPERATORS, 0, NULL},
	{TABLE_organization, ACTORS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_preferences, ACTORS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_proposal, ACTORS, ACTORS, "INSERT, UPDATE"},
	{TABLE_provided_service, ACTORS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_ranking_stat, ACTORS, 0, NULL},
	{TABLE_ranking_total, OPERATORS, 0, NULL},
	{TABLE_review, ACTORS, 0, NULL},
	{TABLE_role_binding, OPERATORS, 0, NULL},
	{TABLE_service, ACTORS, OPERATORS, "INSERT, UPDATE"},
	{TABLE_store, ACTORS, OPERATORS, "INSERT, UPDATE"},
};

/* Of the readers of a table, those who act for nobody, and so see all of its rows. */
#define SEES_ALL(readers) ((readers) & ~(APP | BOUND))

static const struct
{
	const char *name;
	int readers;
} views[] = {
	{"job_list", ACTORS},
	{"proposals_and_jobs", ACTORS},
	{"job_timeline", ACTORS},
	{"health", WATCHERS},
};

/* Functions whose EXECUTE tells what a role is. */
static Oid operator_function = InvalidOid;
static Oid delegate_function = InvalidOid;

static void change_access(FunctionCallInfo fcinfo, bool give);

/*
 * jobs.grant_access(role_name, access): gives the role all that the access stands for.
 */
PG_FUNCTION_INFO_V1(jobs_grant_access);
Datum
jobs_grant_access(PG_FUNCTION_ARGS)
{
	change_access(fcinfo, true);
	PG_RETURN_VOID();
}

/*
 * jobs.revoke_access(role_name, access): takes back what no other access of the role
 * gives.
 */
PG_FUNCTION_INFO_V1(jobs_revoke_access);
Datum
jobs_revoke_access(PG_FUNCTION_ARGS)
{
	change_access(fcinfo, false);
	PG_RETURN_VOID();
}

static void
functions_changed(Datum arg, int cacheid, uint32 hashvalue)
{
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

bool
access_may_act_as(Oid role)
{
	static const Oid types[] = {TEXTOID, BOOLOID};

	return may_execute(role, &delegate_function, "act_as", types, lengthof(types));
}

static int
parse_access(const char *name)
{
	for (int i = 0; i < lengthof(accesses); i++)
	{
		if (strcmp(accesses[i].name, name) == 0)
			return accesses[i].bit;
	}
	return 0;
}

static int
arg_access(FunctionCallInfo fcinfo, int argno)
{
	char *name = arg_text(fcinfo, argno, "access", LIMIT_NAME);
	int access = parse_access(name);

	if (access == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown access \"%s\"", name),
				 errdetail("Access is given as a whole, by the name of what the role is for."),
				 errhint("Pass 'app', 'bound', 'mailer', 'operator' or 'monitor'.")));
	return access;
}

/*
 * Grants or revokes what the access `mask` gives beyond the access `kept`. A relation
 * that isn't there is passed over: revoking works in any state.
 */
static void
change_rights(const char *role, int mask, int kept, bool give)
{
	const char *change = give ? "GRANT" : "REVOKE";
	const char *direction = give ? "TO" : "FROM";
	const char *quoted = quote_identifier(role);
	Oid schema = get_namespace_oid(JOBS_SCHEMA, false);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < lengthof(functions); i++)
	{
		if ((functions[i].accesses & mask) && !(functions[i].accesses & kept))
			appendStringInfo(&list, "%sjobs.%s", list.len ? ", " : "", functions[i].name);
	}
	if (list.len > 0)
		schema_run("%s EXECUTE ON ROUTINE %s %s %s", change, list.data, direction, quoted);

	for (int i = 0; i < lengthof(tables); i++)
	{
		const char *name = table_name(tables[i].table);

		if (!OidIsValid(table_oid(tables[i].table)))
			continue;
		if ((tables[i].readers & mask) && !(tables[i].readers & kept))
			schema_run("%s SELECT ON jobs.%s %s %s", change, name, direction, quoted);
		if ((tables[i].writers & mask) && !(tables[i].writers & kept))
			schema_run("%s %s ON jobs.%s %s %s", change, tables[i].verbs, name, direction, quoted);
		if ((SEES_ALL(tables[i].readers) & mask) && !(SEES_ALL(tables[i].readers) & kept))
			access_policy_change(tables[i].table, role, give);
	}

	for (int i = 0; i < lengthof(views); i++)
	{
		if ((views[i].readers & mask) && !(views[i].readers & kept) &&
			OidIsValid(get_relname_relid(views[i].name, schema)))
			schema_run("%s SELECT ON jobs.%s %s %s", change, views[i].name, direction, quoted);
	}

	if (kept == 0)
		schema_run("%s USAGE ON SCHEMA jobs %s %s", change, direction, quoted);
}

/*
 * What jobs.node remembers of the role, as bits. An access that this version of the
 * library doesn't know is passed over.
 */
static int
read_remembered(const char *role)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(role)};
	int mask = 0;

	if (!OidIsValid(table_oid(TABLE_node)))
		return 0;
	if (SPI_execute_with_args("SELECT a.value FROM jobs.node n, "
							  "pg_catalog.jsonb_array_elements_text(n.grants OPERATOR(pg_catalog.->) $1) a",
							  1, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read what was granted");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char *name = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		mask |= name ? parse_access(name) : 0;
	}
	return mask;
}

static void
remember_access(const char *role, int mask)
{
	Oid types[2] = {TEXTOID, TEXTARRAYOID};
	Datum values[2];
	Datum names[lengthof(accesses)];
	int count = 0;
	const char *sql = mask == 0 ?
						  "UPDATE jobs.node SET grants = grants OPERATOR(pg_catalog.-) $1" :
						  "UPDATE jobs.node SET grants = "
						  "pg_catalog.jsonb_set(grants, ARRAY[$1], pg_catalog.to_jsonb($2))";

	if (!OidIsValid(table_oid(TABLE_node)))
		return;
	for (int i = 0; i < lengthof(accesses); i++)
	{
		if (mask & accesses[i].bit)
			names[count++] = CStringGetTextDatum(accesses[i].name);
	}
	values[0] = CStringGetTextDatum(role);
	values[1] = PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
	if (SPI_execute_with_args(sql, mask == 0 ? 1 : 2, types, values, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not remember what was granted");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a trigger suppressed that the access of role \"%s\" is remembered", role),
				 errdetail("A BEFORE trigger on jobs.node returned NULL."),
				 errhint("Let the trigger raise an error instead.")));
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
 * Locks the tables whose policies will change, before anything does.
 */
static void
lock_tables(Oid role, int access, bool give)
{
	List *relations = NIL;

	for (int i = 0; i < lengthof(tables); i++)
	{
		if (!(SEES_ALL(tables[i].readers) & access) || !OidIsValid(table_oid(tables[i].table)))
			continue;
		if (give ? !access_policy_stands(tables[i].table, role) : access_policy_is_there(tables[i].table, role))
			relations = list_append_unique_oid(relations, table_oid(tables[i].table));
	}
	schema_lock_relations(relations);
}

static List *
functions_of(int mask)
{
	List *names = NIL;

	for (int i = 0; i < lengthof(functions); i++)
	{
		if (functions[i].accesses & mask)
			names = lappend(names, pstrdup(functions[i].name));
	}
	return names;
}

/*
 * Of a role that is gone, nothing but what is remembered can be taken back. One that was renamed is
 * found by its rights. `is_known`: it is an error if the role neither is nor was there.
 */
static void
take_back(const char *role, int access, bool is_known)
{
	int before = read_remembered(role);
	const char *present = role;

	if (!OidIsValid(get_role_oid(role, true)))
	{
		if (is_known && before == 0)
			require_role(role);
		present = before == 0 ? NULL : access_renamed_role(role, functions_of(before), true);
		if (present)
			ereport(NOTICE,
					(errmsg("role \"%s\" is called \"%s\" now", role, present),
					 errdetail("It loses the access that it was given under its old name.")));
	}
	if (present)
	{
		lock_tables(get_role_oid(present, false), access, false);
		change_rights(present, access, before & ~access, false);
	}
	remember_access(role, before & ~access);
}

static void
change(const char *role, int access, bool give, bool is_known)
{
	Oid roleid = get_role_oid(role, true);
	Oid owner;
	Rights caller;

	schema_lock();
	/* access can be taken back whatever the tables have lost */
	owner = tables_standing_owner();
	if (!OidIsValid(owner) && give)
		owner = tables_owner();
	if (!OidIsValid(owner))
		schema_complain("There are no tables, and nobody has access to them.");
	check_granting(owner, roleid);
	SPI_connect();
	if (give)
	{
		lock_tables(roleid, access, true);
		owner = tables_owner();
	}
	rights_switch(&caller, owner, SECURITY_NOFORCE_RLS | SECURITY_RESTRICTED_OPERATION);
	if (give)
	{
		change_rights(role, access, 0, true);
		remember_access(role, read_remembered(role) | access);
	}
	else
		take_back(role, access, is_known);
	rights_restore(&caller);
	SPI_finish();
}

StaticAssertDecl((int) ARG_grant_access_role_name == (int) ARG_revoke_access_role_name &&
					 (int) ARG_grant_access_access == (int) ARG_revoke_access_access,
				 "granting and revoking take the same arguments");

static void
change_access(FunctionCallInfo fcinfo, bool give)
{
	const char *role;
	int access;

	check_not_null(PG_ARGISNULL(ARG_grant_access_role_name), "role_name");
	role = NameStr(*PG_GETARG_NAME(ARG_grant_access_role_name));
	access = arg_access(fcinfo, ARG_grant_access_access);
	if (give)
		require_role(role);
	change(role, access, give, true);
}

void
access_change_bound(const char *role, bool give)
{
	if (give)
		require_role(role);
	change(role, BOUND, give, false);
}

/*
 * Names of all roles that something is remembered of, those that are gone included.
 */
static char **
remembered_roles(int *count)
{
	char **roles;

	if (SPI_execute("SELECT k.name FROM jobs.node n, pg_catalog.jsonb_object_keys(n.grants) k (name)",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read who was granted access");
	*count = (int) SPI_processed;
	roles = palloc(Max(*count, 1) * sizeof(char *));
	for (int i = 0; i < *count; i++)
		roles[i] = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
	return roles;
}

static AclMode
mode_of(const char *verbs)
{
	return (strstr(verbs, "INSERT") ? ACL_INSERT : 0) | (strstr(verbs, "UPDATE") ? ACL_UPDATE : 0) |
		   (strstr(verbs, "DELETE") ? ACL_DELETE : 0);
}

/*
 * Has the role all rights on tables, views and the schema that the access gives? DROP OWNED takes
 * some and leaves others, which the tables' owner gave on what isn't the owner's.
 */
static bool
has_tables(Oid role, int mask)
{
	Oid schema = get_namespace_oid(JOBS_SCHEMA, false);

	for (int i = 0; i < lengthof(tables); i++)
	{
		Oid table = table_oid(tables[i].table);

		if (((tables[i].readers & mask) && pg_class_aclcheck(table, role, ACL_SELECT) != ACLCHECK_OK) ||
			((tables[i].writers & mask) &&
			 pg_class_aclmask(table, role, mode_of(tables[i].verbs), ACLMASK_ALL) != mode_of(tables[i].verbs)) ||
			((SEES_ALL(tables[i].readers) & mask) && !access_policy_stands(tables[i].table, role)))
			return false;
	}
	for (int i = 0; i < lengthof(views); i++)
	{
		Oid view = get_relname_relid(views[i].name, schema);

		if ((views[i].readers & mask) && OidIsValid(view) && pg_class_aclcheck(view, role, ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return DatumGetBool(DirectFunctionCall3(has_schema_privilege_id_id, ObjectIdGetDatum(role),
											ObjectIdGetDatum(schema), CStringGetTextDatum("USAGE")));
}

List *
access_robbed_roles(void)
{
	int count;
	char **roles = remembered_roles(&count);
	List *robbed = NIL;

	for (int i = 0; i < count; i++)
	{
		Oid role = get_role_oid(roles[i], true);

		if (OidIsValid(role) && !has_tables(role, read_remembered(roles[i])))
			robbed = lappend(robbed, roles[i]);
	}
	return robbed;
}

/*
 * It may be another role, which got the name of one that was renamed; or a restore left the
 * rights out.
 */
static void
tell_if_lacking(const char *role, int mask)
{
	if (!has_tables(get_role_oid(role, false), mask))
		ereport(NOTICE,
				(errmsg("role \"%s\" had lost its access to jobs, and is given it again", role),
				 errhint("If it isn't the role that access was granted to, call jobs.revoke_access().")));
}

bool
access_lacks_policies(void)
{
	int count;
	char **roles = OidIsValid(table_oid(TABLE_node)) ? remembered_roles(&count) : NULL;

	for (int i = 0; roles && i < count; i++)
	{
		int mask = read_remembered(roles[i]);
		Oid role = get_role_oid(roles[i], true);

		for (int j = 0; j < lengthof(tables) && OidIsValid(role); j++)
		{
			if ((SEES_ALL(tables[j].readers) & mask) && OidIsValid(table_oid(tables[j].table)) &&
				!access_policy_stands(tables[j].table, role))
				return true;
		}
	}
	return false;
}

void
access_grant_again(void)
{
	int count;
	char **roles = remembered_roles(&count);

	for (int i = 0; i < count; i++)
	{
		int mask = read_remembered(roles[i]);
		const char *renamed;

		CHECK_FOR_INTERRUPTS();
		if (OidIsValid(get_role_oid(roles[i], true)))
		{
			tell_if_lacking(roles[i], mask);
			change_rights(roles[i], mask, 0, true);
			continue;
		}
		renamed = access_renamed_role(roles[i], functions_of(mask), false);
		if (renamed)
		{
			ereport(NOTICE,
					(errmsg("role \"%s\" is called \"%s\" now, and keeps its access to jobs", roles[i], renamed)));
			change_rights(renamed, mask, 0, true);
			remember_access(renamed, mask);
		}
		else
			ereport(NOTICE,
					(errmsg("there is no role \"%s\" any more, its access to jobs is forgotten", roles[i]),
					 errhint("If it was renamed, call jobs.grant_access() or jobs.revoke_access() "
							 "with the new name.")));
		remember_access(roles[i], 0);
	}
}

void
access_uninstall(bool forget)
{
	int count;
	char **roles;

	if (!OidIsValid(table_oid(TABLE_node)))
		return;
	roles = remembered_roles(&count);
	for (int i = 0; i < count; i++)
	{
		int mask = read_remembered(roles[i]);

		if (!OidIsValid(get_role_oid(roles[i], true)))
			continue;
		if (forget)
		{
			change_rights(roles[i], mask, 0, false);
			continue;
		}
		for (int j = 0; j < lengthof(tables); j++)
		{
			if ((SEES_ALL(tables[j].readers) & mask) && OidIsValid(table_oid(tables[j].table)))
				access_policy_change(tables[j].table, roles[i], false);
		}
	}
}
