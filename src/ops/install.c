/*
 * install.c
 *
 * Creates the tables as ordinary objects of an ordinary owner, and brings older ones
 * up to date.
 *
 * What is created or changed, is so with the owner's rights, in a security-restricted
 * operation: a superuser who installs never runs what the owner planted. With the
 * caller's rights go only the grants to the owner that make this possible.
 *
 * Installing, uninstalling and granting exclude one another by a lock on the schema. Where something
 * that stands has to change, all tables are locked before (schema_lock.c); else none is.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"

#include "acting/access.h"
#include "acting/access_problems.h"
#include "acting/entry.h"
#include "acting/sequences.h"
#include "acting/slots.h"
#include "mail/email_template.h"
#include "matching/ranking.h"
#include "ops/install_foreign.h"
#include "ops/install_owner.h"
#include "ops/schedule_problem.h"
#include "parties/search.h"
#include "pg/argument.h"
#include "pg/rights.h"
#include "tables/extension.h"
#include "tables/migration.h"
#include "tables/node.h"
#include "tables/schema.h"
#include "tables/schema_check.h"
#include "tables/schema_lock.h"

static void refuse_in_script(void);
static Oid choose_owner(FunctionCallInfo fcinfo, Oid present);
static void check_installer(Oid owner, bool is_present);
static void write_version(void);
static List *prepare_tables(Oid owner, int version);
static void tell_problems(Oid owner, bool is_scheduled);

/*
 * jobs.install(owner): creates what is missing and brings what is there up to date.
 */
SQL_FUNCTION(install)
{
	Oid present;
	Oid owner;
	int version;
	bool is_older;
	int changes;
	List *robbed;
	Rights caller;
	const char *outcome;

	refuse_in_script();
	schema_lock();
	extension_check_version();
	present = tables_standing_owner();
	owner = choose_owner(fcinfo, present);
	check_installer(owner, OidIsValid(present));
	foreign_refuse_relations(owner);
	version = schema_version();
	if (version > JOBS_SCHEMA_VERSION)
		schema_refuse_newer(version);

	schema_check_before_migration(version);
	is_older = migration_is_due(version);

	SPI_connect();
	owner_grant(owner);
	robbed = prepare_tables(owner, version);

	/* as long as the owner may create, nothing runs that the owner planted */
	owner_give_create(owner);
	rights_switch(&caller, owner, SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
	if (schema_differs(is_older) || access_lacks_policies())
		schema_lock_relations(schema_relations(), AccessExclusiveLock);
	changes = schema_apply(is_older);
	rights_restore(&caller);
	owner_take_create_back(owner);
	foreign_refuse_functions();

	rights_switch(&caller, owner, SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
	if (version != JOBS_SCHEMA_VERSION)
		changes++;
	if (schema_version() != JOBS_SCHEMA_VERSION)
		write_version();
	/* the first, for it waits for a lock */
	changes += ranking_fill_table();
	changes += email_template_fill_table();
	changes += search_backfill();
	sequences_raise();
	access_grant_again(robbed);
	tell_problems(owner, version != VERSION_NO_TABLE);
	rights_restore(&caller);
	SPI_finish();

	/* sessions look at the version again */
	if (changes > 0)
		CacheInvalidateRelcacheByRelid(table_oid(TABLE_node));

	outcome = version == VERSION_NO_TABLE ? "installed" :
			  changes > 0				  ? "brought up to date" :
											"up to date";
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("jobs %s: %s", JOBS_VERSION, outcome)));
}

/*
 * jobs.uninstall(drop_data): drops triggers, policies and views; the tables, too, when
 * told so.
 */
SQL_FUNCTION(uninstall)
{
	bool drop_data = arg_bool(fcinfo, ARG(uninstall, drop_data));
	Oid owner;
	Rights caller;

	refuse_in_script();
	schema_lock();
	owner = tables_standing_owner();
	if (!OidIsValid(owner))
		schema_complain("There are no tables that could be uninstalled.");
	if (!superuser() && !has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to uninstall the tables of jobs"),
				 errdetail("They belong to role \"%s\".", GetUserNameFromId(owner, false)),
				 errhint("Connect as that role, or as a superuser.")));

	SPI_connect();
	schema_lock_relations(schema_relations(), AccessExclusiveLock);
	rights_switch(&caller, owner, SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
	access_uninstall(drop_data);
	schema_drop(drop_data);
	rights_restore(&caller);
	if (drop_data)
		owner_revoke(owner);
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * jobs.version(): the library's.
 */
SQL_FUNCTION(version)
{
	PG_RETURN_TEXT_P(cstring_to_text(JOBS_VERSION));
}

/*
 * In a script, whatever is created becomes a part of the extension: DROP EXTENSION
 * would take the data, and a dump would leave it out.
 */
static void
refuse_in_script(void)
{
	if (creating_extension)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("an extension's script cannot install or uninstall the tables of jobs"),
				 errdetail("The tables would become a part of the extension."),
				 errhint("Run SELECT jobs.install(); after CREATE EXTENSION.")));
}

static Oid
choose_owner(FunctionCallInfo fcinfo, Oid present)
{
	Oid owner;

	if (PG_ARGISNULL(ARG_install_owner))
		owner = OidIsValid(present) ? present : GetUserId();
	else
	{
		const char *name = NameStr(*PG_GETARG_NAME(ARG_install_owner));

		owner = get_role_oid(name, true);
		if (!OidIsValid(owner))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("role \"%s\" does not exist", name),
					 errdetail("It was named as the owner of the tables."),
					 errhint("Create it first, with CREATE ROLE.")));
		if (OidIsValid(present) && present != owner)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the tables of jobs have another owner already"),
					 errdetail("They belong to role \"%s\", not to \"%s\".",
							   GetUserNameFromId(present, false), name),
					 errhint("Leave the owner out; REASSIGN OWNED gives the tables to another role.")));
	}

	if (superuser_arg(owner))
		ereport(WARNING,
				(errmsg("the tables of jobs belong to a superuser"),
				 errdetail("Triggers and policies that are added to them run with all rights of role \"%s\".",
						   GetUserNameFromId(owner, false)),
				 errhint("A role without other rights is safer: jobs.install(owner => 'jobs_owner').")));
	return owner;
}

/*
 * The first time a superuser, who alone can let the owner use the functions; then also
 * the owner, as long as nobody else could put something into the schema.
 */
static void
check_installer(Oid owner, bool is_present)
{
	if (superuser() ||
		(is_present && has_privs_of_role(GetUserId(), owner) && owner_of_schema() == owner))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to install the tables of jobs"),
			 errdetail("A superuser does it first; later their owner can, who owns the schema too."),
			 errhint("Have a superuser run SELECT jobs.install(owner => %s);",
					 quote_literal_cstr(GetUserNameFromId(owner, false)))));
}

/*
 * Looks who has lost access, as long as nothing is made that nobody can have had access to; and changes
 * what stands in tables of an earlier version. A step creates nothing: see owner_give_create.
 */
static List *
prepare_tables(Oid owner, int version)
{
	Rights caller;
	List *robbed;

	rights_switch(&caller, owner, SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
	robbed = access_robbed_roles(migration_is_due(version));
	if (migration_is_due(version))
	{
		List *relations = migration_relations();

		schema_lock_relations(relations, AccessExclusiveLock);
		migration_run(version, relations);
	}
	rights_restore(&caller);
	return robbed;
}

/*
 * When the sweep last ran in this database; DT_NOBEGIN: never.
 */
static TimestampTz
read_last_run(void)
{
	Rows *rows = rows_begin();
	TimestampTz last = node_time_here(node_fetch(rows), Col_node_last_run_at, Col_node_last_run_database);

	rows_end(rows);
	return last;
}

/*
 * What points at roles that are gone, and, once the tables were there before, whether anything
 * calls the sweep: after a restore nothing does.
 */
static void
tell_problems(Oid owner, bool is_scheduled)
{
	char *problem = is_scheduled ? schedule_problem(&cron_expiry, owner, read_last_run()) : NULL;
	ListCell *cell;

	foreach (cell, access_problems(false))
		ereport(WARNING,
				(errmsg("a role that jobs knows is gone or has changed"),
				 errdetail_internal("%s", (char *) lfirst(cell))));
	if (problem)
		ereport(WARNING,
				(errmsg("nothing is known to expire jobs here"),
				 errdetail_internal("%s", problem)));
}

/*
 * The row that says which version the tables are of; a new one gives all slots.
 */
static void
write_version(void)
{
	Rows *rows = rows_begin();
	Row *old = node_find(rows);
	Row *node = NULL;

	if (old)
	{
		old = row_lock_found(old, LockTupleNoKeyExclusive, LockWaitBlock);
		node = old ? row_copy(old) : NULL;
	}
	if (node == NULL)
	{
		node = row_new(rows, TABLE_node);
		row_set(node, Col_node_id, BoolGetDatum(true));
		row_set(node, Col_node_first_slot, Int32GetDatum(0));
		row_set(node, Col_node_last_slot, Int32GetDatum(SLOTS - 1));
		row_set(node, Col_node_marketplace_id, DirectFunctionCall1(gen_random_uuid, (Datum) 0));
		row_set(node, Col_node_grants, DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
		row_set(node, Col_node_purged_position, Int64GetDatum(0));
	}
	row_set(node, Col_node_schema_version, Int32GetDatum(JOBS_SCHEMA_VERSION));
	if (old)
		row_must_update(old, node);
	else
		row_must_insert(node);
	rows_end(rows);
}
