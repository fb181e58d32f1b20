/*
 * cron.c
 *
 * Reads what pg_cron has.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "postmaster/postmaster.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "ops/cron.h"
#include "pg/compat.h"

/* The newest runs of all jobs among which the last one of ours is looked for. */
#define RUNS_LOOKED_AT 1000

const CronTask cron_expiry = {
	.prefix = "jobs-expiry:",
	.command = "CALL jobs.expire_due_jobs()",
	.schedule = "jobs.schedule_expiry",
	.unschedule = "jobs.unschedule_expiry",
	.purpose = "expire jobs",
	.last_ended = "The sweep last ran at",
	.late = "pg_cron has not called it since. Look into the server's log, and restart the server if its process "
			"\"pg_cron launcher\" is gone.",
};

const CronTask cron_maintenance = {
	.prefix = "jobs-maintenance:",
	.command = "CALL jobs.maintain()",
	.schedule = "jobs.schedule_maintenance",
	.unschedule = "jobs.unschedule_maintenance",
	.purpose = "delete old rows",
	.last_ended = "Maintenance last came to its end at",
	.late = "It was not called since, or is stopped after 50 seconds before it has deleted all that is old. "
			"cron.job_run_details tells which. Then have it called more often, such as with "
			"SELECT jobs.schedule_maintenance('*/10 * * * *');",
};

/*
 * Past 63 bytes pg_cron 1.4 cuts a name off, without a word, and two databases could
 * share a schedule.
 */
char *
cron_job_name(const CronTask *task)
{
	char *name = psprintf("%s%s", task->prefix, get_database_name(MyDatabaseId));

	return strlen(name) < NAMEDATALEN ? name : psprintf("%s%u", task->prefix, MyDatabaseId);
}

Oid
cron_table(const char *name, LOCKMODE lockmode)
{
	Oid extension = get_extension_oid("pg_cron", true);
	Oid table = get_relname_relid(name, get_namespace_oid("cron", true));

	if (!OidIsValid(extension) || !OidIsValid(table) || get_rel_relkind(table) != RELKIND_RELATION ||
		getExtensionOfObject(RelationRelationId, table) != extension || !ConditionalLockRelationOid(table, lockmode))
		return InvalidOid;
	return table;
}

bool
cron_role_can_login(Oid role)
{
	HeapTuple tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	bool result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for role %u", role);
	result = ((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;
	ReleaseSysCache(tuple);
	return result;
}

bool
cron_role_can_connect(Oid role)
{
	return DatumGetBool(DirectFunctionCall3(has_database_privilege_id_id, ObjectIdGetDatum(role),
											ObjectIdGetDatum(MyDatabaseId),
											CStringGetTextDatum("CONNECT")));
}

/*
 * A setting that no library has defined is a placeholder and says nothing.
 */
const char *
cron_database(void)
{
	if (GetConfigOption("cron.database_name", true, false) == NULL ||
		(GetConfigOptionFlags("cron.database_name", true) & GUC_CUSTOM_PLACEHOLDER))
		return NULL;
	return GetConfigOption("cron.database_name", true, false);
}

static char *
column_text(HeapTuple tuple, TupleDesc desc, const char *name)
{
	int attnum = SPI_fnumber(desc, name);
	char *value = attnum > 0 ? SPI_getvalue(tuple, desc, attnum) : NULL;

	return value ? value : pstrdup("");
}

List *
cron_read_jobs(Oid table)
{
	Relation rel = table_open(table, AccessShareLock);
	TupleDesc desc = RelationGetDescr(rel);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	List *jobs = NIL;
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CronJob *job = palloc(sizeof(CronJob));

		CHECK_FOR_INTERRUPTS();
		job->id = strtoll(column_text(tuple, desc, "jobid"), NULL, 10);
		job->name = column_text(tuple, desc, "jobname");
		job->database = column_text(tuple, desc, "database");
		job->username = column_text(tuple, desc, "username");
		job->command = column_text(tuple, desc, "command");
		job->nodename = column_text(tuple, desc, "nodename");
		job->nodeport = column_text(tuple, desc, "nodeport");
		job->active = column_text(tuple, desc, "active");
		job->schedule = column_text(tuple, desc, "schedule");
		jobs = lappend(jobs, job);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return jobs;
}

/*
 * Backwards through the index of the primary key: the table grows with each run of each job.
 */
char *
cron_last_failure(Oid table, int64 id)
{
	Relation rel = table_open(table, AccessShareLock);
	Oid indexid = compat_primary_key(rel);
	Relation index;
	SysScanDesc scan;
	HeapTuple tuple;
	char *failure = NULL;
	bool has_ended = false;

	if (!OidIsValid(indexid))
	{
		table_close(rel, AccessShareLock);
		return NULL;
	}
	index = index_open(indexid, AccessShareLock);
	scan = systable_beginscan_ordered(rel, index, NULL, 0, NULL);
	for (int i = 0; i < RUNS_LOOKED_AT && !has_ended; i++)
	{
		char *status;

		tuple = systable_getnext_ordered(scan, BackwardScanDirection);
		if (!HeapTupleIsValid(tuple))
			break;
		if (strtoll(column_text(tuple, RelationGetDescr(rel), "jobid"), NULL, 10) != id)
			continue;
		status = column_text(tuple, RelationGetDescr(rel), "status");
		has_ended = strcmp(status, "failed") == 0 || strcmp(status, "succeeded") == 0;
		if (strcmp(status, "failed") == 0)
			failure = column_text(tuple, RelationGetDescr(rel), "return_message");
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	return failure;
}

bool
cron_setting_is(const char *name, const char *value)
{
	const char *setting = GetConfigOption(name, true, false);

	return setting && strcmp(setting, value) == 0;
}

bool
cron_job_flaw(const CronTask *task, const CronJob *job, const char *owner, CronJobFlaw *flaw)
{
	const char *host = GetConfigOption("cron.host", true, false);
	const CronJobFlaw columns[] = {
		{"database", job->database, get_database_name(MyDatabaseId)},
		{"username", job->username, owner},
		{"command", job->command, task->command},
		{"nodename", job->nodename, host ? host : ""},
		{"nodeport", job->nodeport, psprintf("%d", PostPortNumber)},
		{"active", job->active, "t"},
	};

	for (int i = 0; i < lengthof(columns); i++)
	{
		if (strcmp(columns[i].is, columns[i].should) != 0)
		{
			*flaw = columns[i];
			return true;
		}
	}
	return false;
}

/*
 * pg_cron itself would notice some of this only when it starts the job, and tell nobody
 * but the server's log.
 */
bool
cron_role_flaw(Oid owner, CronRoleFlaw *flaw)
{
	const char *name = GetUserNameFromId(owner, false);

	if (!cron_role_can_login(owner))
	{
		flaw->message = psprintf("role \"%s\" may not log in", name);
		flaw->detail = "The tables' owner, as whom pg_cron calls jobs in a session of its own, may not log in.";
		flaw->hint = psprintf("Run ALTER ROLE %s LOGIN; it needs no password where pg_cron uses background workers.",
							  quote_identifier(name));
		return true;
	}
	if (!cron_role_can_connect(owner))
	{
		flaw->message = psprintf("role \"%s\" may not connect to this database", name);
		flaw->detail = "The tables' owner, as whom pg_cron calls jobs in a session of this database, may not "
					   "connect to it.";
		flaw->hint = psprintf("Run GRANT CONNECT ON DATABASE %s TO %s;",
							  quote_identifier(get_database_name(MyDatabaseId)), quote_identifier(name));
		return true;
	}
	if (superuser_arg(owner) && cron_setting_is("cron.enable_superuser_jobs", "off"))
	{
		flaw->message = psprintf("pg_cron runs nothing as role \"%s\"", name);
		flaw->detail = "The tables' owner is a superuser, and cron.enable_superuser_jobs is off.";
		flaw->hint = "Give the tables to a plain role, or set cron.enable_superuser_jobs = on and restart the server.";
		return true;
	}
	return false;
}
