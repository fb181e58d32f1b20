/*
 * schedule_problem.c
 *
 * Looks at all that pg_cron needs to call the sweep. A quiet marketplace and a dead scheduler look
 * alike otherwise. Whoever watches asks for it, so that nothing here is an error.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "postmaster/postmaster.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "ops/cron.h"
#include "ops/schedule_problem.h"
#include "pg/text.h"

/* Where pg_cron has no schedule that can be seen, a run is missed after this time; in milliseconds. */
#define LONGEST_PAUSE (10 * 60 * 1000)

static bool
ran_lately(TimestampTz last_run, int pause)
{
	return last_run != DT_NOBEGIN && !TimestampDifferenceExceeds(last_run, GetCurrentTimestamp(), pause);
}

/*
 * A table of pg_cron's, if it is one, and nobody keeps us from reading it; InvalidOid: no.
 */
static Oid
readable_table(const char *name)
{
	Oid extension = get_extension_oid("pg_cron", true);
	Oid table = get_relname_relid(name, get_namespace_oid("cron", true));

	if (!OidIsValid(extension) || !OidIsValid(table) || get_rel_relkind(table) != RELKIND_RELATION ||
		getExtensionOfObject(RelationRelationId, table) != extension ||
		!ConditionalLockRelationOid(table, AccessShareLock))
		return InvalidOid;
	return table;
}

/*
 * A schedule of this database that isn't the owner's; else, if nothing has called the sweep lately, one
 * of a database that is gone, or that there is none.
 */
static char *
problem_without_job(List *jobs, const char *owner, TimestampTz last_run)
{
	ListCell *cell;

	foreach (cell, jobs)
	{
		CronJob *job = lfirst(cell);

		if (strcmp(job->name, cron_job_name()) != 0)
			continue;
		if (strcmp(job->database, get_database_name(MyDatabaseId)) == 0)
			return psprintf("Job %lld of pg_cron runs as role \"%s\", %s; the tables belong to \"%s\". "
							"As a superuser run SELECT cron.unschedule(%lld); SELECT jobs.schedule_expiry();",
							(long long) job->id, job->username,
							OidIsValid(get_role_oid(job->username, true)) ? "which does not own them" :
																			"which does not exist",
							owner, (long long) job->id);
		return psprintf("Job %lld of pg_cron runs in database \"%s\". As a superuser run SELECT cron.unschedule(%lld); "
						"SELECT jobs.schedule_expiry();",
						(long long) job->id, job->database, (long long) job->id);
	}
	if (ran_lately(last_run, LONGEST_PAUSE))
		return NULL;
	foreach (cell, jobs)
	{
		CronJob *job = lfirst(cell);

		if (strncmp(job->name, CRON_NAME_PREFIX, strlen(CRON_NAME_PREFIX)) == 0 &&
			!OidIsValid(get_database_oid(job->database, true)))
			return psprintf("There is no schedule for this database; job %lld of pg_cron is for database \"%s\", which "
							"does not exist. As a superuser run SELECT cron.unschedule(%lld); "
							"SELECT jobs.schedule_expiry();",
							(long long) job->id, job->database, (long long) job->id);
	}
	return pstrdup("There is no schedule for this database. Run SELECT jobs.schedule_expiry();");
}

/*
 * What is wrong with the row of cron.job, or with its role.
 */
static char *
problem_of_job(const CronJob *job, Oid owner)
{
	CronJobFlaw flaw;
	CronRoleFlaw role;

	if (cron_job_flaw(job, GetUserNameFromId(owner, false), &flaw))
		return psprintf("Job %lld of pg_cron has \"%s\" as its %s, not \"%s\". "
						"Run SELECT jobs.unschedule_expiry(); SELECT jobs.schedule_expiry();",
						(long long) job->id, flaw.is, flaw.column, flaw.should);
	if (cron_role_flaw(owner, &role))
		return psprintf("%s %s", role.detail, role.hint);
	return NULL;
}

static char *
problem_of_settings(void)
{
	if (cron_setting_is("cron.launch_active_jobs", "off"))
		return pstrdup("cron.launch_active_jobs is off, and pg_cron starts no job. Run "
					   "ALTER SYSTEM SET cron.launch_active_jobs = on; SELECT pg_reload_conf();");
	if (cron_setting_is("cron.max_running_jobs", "0"))
		return pstrdup("cron.max_running_jobs is 0, and pg_cron starts no job. Run "
					   "ALTER SYSTEM SET cron.max_running_jobs = 5; and restart the server.");
	return NULL;
}

/*
 * How long the pause between two runs is, in minutes; 0: that isn't told by a glance.
 */
static int
pause_of(const char *schedule)
{
	int minutes;
	char rest[2];

	if (strcmp(schedule, "* * * * *") == 0 || strstr(schedule, "second"))
		return 1;
	if (sscanf(schedule, "*/%d * * * %1[*]", &minutes, rest) == 2 && minutes > 0 && minutes < 60)
		return minutes;
	return 0;
}

static char *
problem_of_runs(const CronJob *job, TimestampTz last_run)
{
	Oid table = readable_table("job_run_details");
	char *failure = OidIsValid(table) ? cron_last_failure(table, job->id) : NULL;
	int pause = pause_of(job->schedule);

	if (failure && strstr(failure, "connection failed"))
		return psprintf("The last run failed: %s. pg_cron could not log in as role \"%s\": set "
						"cron.use_background_workers = on and restart the server, or let the role in "
						"without a password in pg_hba.conf.",
						text_excerpt(failure, 500), job->username);
	if (failure)
		return psprintf("The last run failed: %s", text_excerpt(failure, 500));
	if (last_run != DT_NOBEGIN && pause > 0 && !ran_lately(last_run, LONGEST_PAUSE + 2 * pause * 60 * 1000))
		return psprintf("The sweep last ran at %s, and pg_cron has not called it since. Look into the server's log, "
						"and restart the server if its process \"pg_cron launcher\" is gone.",
						timestamptz_to_str(last_run));
	return NULL;
}

static char *
problem_in_database(Oid owner, TimestampTz last_run)
{
	const char *name = GetUserNameFromId(owner, false);
	Oid table;
	List *jobs;
	ListCell *cell;
	const CronJob *job = NULL;
	char *problem;

	if (!OidIsValid(get_extension_oid("pg_cron", true)))
		return ran_lately(last_run, LONGEST_PAUSE) ?
				   NULL :
				   pstrdup("Nothing has called the sweep for 10 minutes, and the extension pg_cron is not in this "
						   "database. Run CREATE EXTENSION pg_cron; SELECT jobs.schedule_expiry();");
	table = readable_table("job");
	if (!OidIsValid(table))
		return pstrdup("The schedules of pg_cron can't be read now: cron.job is locked, or is not the extension's.");
	jobs = cron_read_jobs(table);
	foreach (cell, jobs)
	{
		CronJob *other = lfirst(cell);

		if (strcmp(other->name, cron_job_name()) == 0 && strcmp(other->username, name) == 0 &&
			strcmp(other->database, get_database_name(MyDatabaseId)) == 0)
			job = other;
	}
	if (job == NULL)
		return problem_without_job(jobs, name, last_run);
	problem = problem_of_job(job, owner);
	if (problem == NULL)
		problem = problem_of_settings();
	return problem ? problem : problem_of_runs(job, last_run);
}

char *
schedule_problem(Oid owner, TimestampTz last_run)
{
	const char *home = cron_database();

	/* nothing runs on a standby, and what did on the primary is told by its last run */
	if (RecoveryInProgress())
		return NULL;
	if (home && strcmp(home, get_database_name(MyDatabaseId)) == 0)
		return problem_in_database(owner, last_run);
	if (ran_lately(last_run, LONGEST_PAUSE))
		return NULL;
	if (home == NULL)
		return pstrdup("Nothing has called the sweep for 10 minutes, and pg_cron is not loaded. Have another scheduler "
					   "call it, or add pg_cron to shared_preload_libraries, restart the server, and run "
					   "SELECT jobs.schedule_expiry();");
	return psprintf("pg_cron keeps its schedules in database \"%s\", and nothing has called the sweep for 10 minutes. "
					"SELECT jobs.schedule_expiry(); says what to run there; "
					"cron.job_run_details there tells how runs ended.",
					home);
}
