/*
 * schedule.c
 *
 * Has pg_cron call jobs.expire_due_jobs(), and jobs.maintain(). pg_cron lives in one database of a server;
 * each marketplace has schedules of its own there, named after its database.
 *
 * They belong to the tables' owner, and pg_cron's functions are called as the
 * owner, whoever asks: nothing runs with a superuser's rights. They are called by their
 * oids, once it is known that they belong to the extension pg_cron, so that nobody's
 * function of the same name can come in between. That passes over the right to use
 * schema cron, so it is asked for here, except of a superuser, who decides about it.
 *
 * cron.job is read as a catalogue is: its types differ between versions of pg_cron, and
 * its policy would ask for rights that a superuser who calls need not have given.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "acting/entry.h"
#include "ops/cron.h"
#include "ops/schedule_problem.h"
#include "pg/argument.h"
#include "pg/compat.h"
#include "pg/rights.h"
#include "tables/table.h"

/* What pg_cron has in this database. */
typedef struct Cron
{
	const CronTask *task; /* that it is asked for */
	Oid schema;
	Oid job;	  /* its table */
	Oid schedule; /* its functions */
	Oid unschedule;
} Cron;

pg_noreturn static void complain_not_loaded(const CronTask *task);
static void require_cron(Cron *cron, const char *elsewhere);
static void check_owner(Oid owner);
static void check_use(const Cron *cron, Oid owner, Oid function);
static int64 schedule_as_owner(const Cron *cron, Oid owner, const char *schedule);
static void check_job(const Cron *cron, int64 id, const char *owner, const char *schedule);
static int64 find_scheduled(const Cron *cron, const char *owner);
static void refuse_other_owner(const Cron *cron, const char *owner);
static char *statements_elsewhere(const CronTask *task, Oid owner, const char *schedule);

/*
 * What keeps pg_cron from running it is told, since pg_cron itself says nothing. That it may log in
 * isn't known before it has tried.
 */
static void
tell_if_idle(const CronTask *task, Oid owner)
{
	const char *workers = GetConfigOption("cron.use_background_workers", true, false);
	const char *host = GetConfigOption("cron.host", true, false);
	char *problem = schedule_problem(task, owner, DT_NOBEGIN);

	if (problem)
		ereport(WARNING,
				(errmsg("pg_cron has the schedule, but does not %s by it", task->purpose),
				 errdetail_internal("%s", problem)));
	else if (workers == NULL || strcmp(workers, "on") != 0)
		ereport(NOTICE,
				(errmsg("pg_cron will log in as role \"%s\"", GetUserNameFromId(owner, false)),
				 errdetail("It connects to \"%s\", where pg_hba.conf must let the role in without a password.",
						   host ? host : "localhost"),
				 errhint("Where it doesn't, set cron.use_background_workers = on and restart the server. "
						 "jobs.health shows whether the runs succeed.")));
}

static int64
schedule_task(const CronTask *task, const char *schedule)
{
	Oid owner = tables_owner();
	Cron cron = {.task = task};
	int64 id;

	check_can_write();
	require_cron(&cron, statements_elsewhere(task, owner, schedule));
	check_owner(owner);
	check_use(&cron, owner, cron.schedule);
	refuse_other_owner(&cron, GetUserNameFromId(owner, false));
	id = schedule_as_owner(&cron, owner, schedule);
	check_job(&cron, id, GetUserNameFromId(owner, false), schedule);
	tell_if_idle(task, owner);
	return id;
}

static bool
unschedule_task(const CronTask *task)
{
	Oid owner = tables_owner();
	const char *owner_name = GetUserNameFromId(owner, false);
	Cron cron = {.task = task};
	int64 id;
	Rights caller;

	check_can_write();
	require_cron(&cron,
				 psprintf("SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname = %s AND username = %s;",
						  quote_literal_cstr(cron_job_name(task)), quote_literal_cstr(owner_name)));
	check_use(&cron, owner, cron.unschedule);
	refuse_other_owner(&cron, owner_name);
	id = find_scheduled(&cron, owner_name);
	if (id == 0)
		return false;

	rights_switch(&caller, owner, 0);
	OidFunctionCall1(cron.unschedule, Int64GetDatum(id));
	rights_restore(&caller);
	return true;
}

/*
 * jobs.schedule_expiry(schedule): has pg_cron expire what is due; again, changes the
 * schedule. Returns the number of pg_cron's job.
 */
SQL_FUNCTION(schedule_expiry)
{
	PG_RETURN_INT64(schedule_task(&cron_expiry, arg_text(fcinfo, ARG(schedule_expiry, schedule), LIMIT_NAME)));
}

/*
 * jobs.unschedule_expiry(): ends that; false when there was nothing to end.
 */
SQL_FUNCTION(unschedule_expiry)
{
	PG_RETURN_BOOL(unschedule_task(&cron_expiry));
}

/*
 * jobs.schedule_maintenance(schedule) and jobs.unschedule_maintenance(): the same for deleting what is old.
 */
SQL_FUNCTION(schedule_maintenance)
{
	PG_RETURN_INT64(
		schedule_task(&cron_maintenance, arg_text(fcinfo, ARG(schedule_maintenance, schedule), LIMIT_NAME)));
}

SQL_FUNCTION(unschedule_maintenance)
{
	PG_RETURN_BOOL(unschedule_task(&cron_maintenance));
}

/*
 * What a superuser runs in pg_cron's database when that isn't this one. It needs no
 * grant there, but the owner must be able to log in here.
 */
static char *
statements_elsewhere(const CronTask *task, Oid owner, const char *schedule)
{
	const char *database = get_database_name(MyDatabaseId);
	const char *name = GetUserNameFromId(owner, false);
	StringInfoData sql;

	initStringInfo(&sql);
	if (!cron_role_can_login(owner))
		appendStringInfo(&sql, "ALTER ROLE %s LOGIN; ", quote_identifier(name));
	if (!cron_role_can_connect(owner))
		appendStringInfo(&sql, "GRANT CONNECT ON DATABASE %s TO %s; ",
						 quote_identifier(database), quote_identifier(name));
	appendStringInfo(&sql, "CREATE EXTENSION IF NOT EXISTS pg_cron; "
						   "SELECT cron.schedule_in_database(%s, %s, %s, %s, %s);",
					 quote_literal_cstr(cron_job_name(task)), quote_literal_cstr(schedule),
					 quote_literal_cstr(task->command), quote_literal_cstr(database),
					 quote_literal_cstr(name));
	return sql.data;
}

static bool
cron_is_on_server(void)
{
	bool result;

	SPI_connect();
	if (SPI_execute("SELECT FROM pg_catalog.pg_available_extensions e "
					"WHERE e.name OPERATOR(pg_catalog.=) 'pg_cron'",
					true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for pg_cron");
	result = SPI_processed > 0;
	SPI_finish();
	return result;
}

static void
complain_not_loaded(const CronTask *task)
{
	const char *database = quote_literal_cstr(get_database_name(MyDatabaseId));

	if (!cron_is_on_server())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pg_cron is missing"),
				 errdetail("This server has no extension pg_cron to install."),
				 errhint("Install the package of pg_cron for PostgreSQL %d, add pg_cron to shared_preload_libraries, "
						 "set cron.database_name = %s, restart the server, and run CREATE EXTENSION pg_cron; here. "
						 "Or run %s; by any other scheduler.",
						 PG_VERSION_NUM / 10000, database, task->command)));
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("pg_cron is not loaded"),
			 errdetail("It works only when the server loads it at its start."),
			 errhint("Add pg_cron to shared_preload_libraries, set cron.database_name = %s, restart the server, "
					 "and run CREATE EXTENSION pg_cron; here.",
					 database)));
}

/*
 * Finds pg_cron, or says what to do about it. `elsewhere` is what to run in its own
 * database, should that be another one.
 */
static void
require_cron(Cron *cron, const char *elsewhere)
{
	const char *home = cron_database();
	const char *here = get_database_name(MyDatabaseId);
	Oid extension;
	Oid three_texts[] = {TEXTOID, TEXTOID, TEXTOID};
	Oid one_bigint[] = {INT8OID};

	if (home == NULL)
		complain_not_loaded(cron->task);
	if (strcmp(home, here) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pg_cron is in another database"),
				 errdetail("It keeps its schedules in database \"%s\"; this is \"%s\".", home, here),
				 errhint("Connect to database \"%s\" as a superuser, and run: %s", home, elsewhere)));

	extension = get_extension_oid("pg_cron", true);
	if (!OidIsValid(extension))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("extension pg_cron is not in this database"),
				 errdetail("The server has loaded it, for this very database."),
				 errhint("Run CREATE EXTENSION pg_cron; as a superuser.")));

	cron->schema = get_namespace_oid("cron", true);
	cron->job = get_relname_relid("job", cron->schema);
	cron->schedule = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("schedule"),
									 PointerGetDatum(buildoidvector(three_texts, 3)),
									 ObjectIdGetDatum(cron->schema));
	cron->unschedule = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("unschedule"),
									   PointerGetDatum(buildoidvector(one_bigint, 1)),
									   ObjectIdGetDatum(cron->schema));
	if (!OidIsValid(cron->job) || !OidIsValid(cron->schedule) || !OidIsValid(cron->unschedule) ||
		getExtensionOfObject(RelationRelationId, cron->job) != extension ||
		getExtensionOfObject(ProcedureRelationId, cron->schedule) != extension ||
		getExtensionOfObject(ProcedureRelationId, cron->unschedule) != extension)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schema cron is not as pg_cron makes it"),
				 errdetail("cron.job, cron.schedule(text, text, text) and cron.unschedule(bigint) must belong to "
						   "the extension."),
				 errhint("Run ALTER EXTENSION pg_cron UPDATE;, or create the extension anew.")));
}

static void
check_owner(Oid owner)
{
	CronRoleFlaw flaw;

	if (cron_role_flaw(owner, &flaw))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s", flaw.message),
				 errdetail("%s", flaw.detail),
				 errhint("%s", flaw.hint)));
}

static void
check_use(const Cron *cron, Oid owner, Oid function)
{
	const char *name = quote_identifier(GetUserNameFromId(owner, false));

	if (superuser())
		return;
	if (!DatumGetBool(DirectFunctionCall3(has_schema_privilege_id_id, ObjectIdGetDatum(owner),
										  ObjectIdGetDatum(cron->schema), CStringGetTextDatum("USAGE"))))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for schema cron"),
				 errdetail("The tables' owner, in whose name jobs uses pg_cron, may not use its schema."),
				 errhint("Have a superuser run GRANT USAGE ON SCHEMA cron TO %s; or call this function.", name)));
	if (!DatumGetBool(DirectFunctionCall3(has_function_privilege_id_id, ObjectIdGetDatum(owner),
										  ObjectIdGetDatum(function), CStringGetTextDatum("EXECUTE"))))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for a function of pg_cron"),
				 errdetail("The tables' owner, in whose name jobs uses pg_cron, may not execute %s.",
						   format_procedure_qualified(function)),
				 errhint("Have a superuser run GRANT EXECUTE ON FUNCTION %s TO %s; or call this function.",
						 format_procedure_qualified(function), name)));
}

/*
 * Calls cron.schedule(). What it says of a schedule that it doesn't understand is passed
 * on with a hint.
 */
static int64
schedule_as_owner(const Cron *cron, Oid owner, const char *schedule)
{
	MemoryContext context = CurrentMemoryContext;
	Rights caller;
	volatile int64 id = 0;

	rights_switch(&caller, owner, 0);
	PG_TRY();
	{
		id = DatumGetInt64(OidFunctionCall3(cron->schedule, CStringGetTextDatum(cron_job_name(cron->task)),
											CStringGetTextDatum(schedule),
											CStringGetTextDatum(cron->task->command)));
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_INVALID_PARAMETER_VALUE)
			PG_RE_THROW();
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a schedule", schedule),
				 errdetail("pg_cron says: %s.", error->message),
				 errhint("Pass minute, hour, day, month and weekday as cron does, such as '*/5 * * * *'; "
						 "from version 1.5 on, pg_cron also understands '30 seconds'.")));
	}
	PG_END_TRY();
	rights_restore(&caller);
	return id;
}

/*
 * The number of our job; 0: there is none.
 */
static int64
find_scheduled(const Cron *cron, const char *owner)
{
	const char *name = cron_job_name(cron->task);
	ListCell *cell;

	foreach (cell, cron_read_jobs(cron->job))
	{
		CronJob *job = lfirst(cell);

		if (strcmp(job->name, name) == 0 && strcmp(job->username, owner) == 0)
			return job->id;
	}
	return 0;
}

/*
 * A schedule that an earlier owner of the tables left behind would fail every minute, and
 * isn't the present one's to remove.
 */
static void
refuse_other_owner(const Cron *cron, const char *owner)
{
	const char *name = cron_job_name(cron->task);
	ListCell *cell;

	foreach (cell, cron_read_jobs(cron->job))
	{
		CronJob *job = lfirst(cell);

		if (strcmp(job->name, name) == 0 && strcmp(job->username, owner) != 0 &&
			strcmp(job->database, get_database_name(MyDatabaseId)) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("pg_cron has a schedule for an earlier owner of the tables"),
					 errdetail("Its job %lld runs as role \"%s\"; the tables belong to \"%s\".",
							   (long long) job->id, job->username, owner),
					 errhint("Have a superuser run SELECT cron.unschedule(%lld);", (long long) job->id)));
	}
}

/*
 * Where there was a job of that name already, pg_cron changed its schedule and command
 * alone: it may still be switched off, or run somewhere else.
 */
static void
check_job(const Cron *cron, int64 id, const char *owner, const char *schedule)
{
	CronJobFlaw flaw = {"row", "missing", "there"};
	bool is_flawed = true;
	ListCell *cell;

	foreach (cell, cron_read_jobs(cron->job))
	{
		CronJob *job = lfirst(cell);

		if (job->id == id)
			is_flawed = cron_job_flaw(cron->task, job, owner, &flaw);
	}
	if (is_flawed)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("job %lld of pg_cron would not %s here", (long long) id, cron->task->purpose),
				 errdetail("Its %s is \"%s\"; it should be \"%s\".", flaw.column, flaw.is, flaw.should),
				 errhint("Run SELECT %s(); and then SELECT %s(%s);", cron->task->unschedule, cron->task->schedule,
						 quote_literal_cstr(schedule))));
}
