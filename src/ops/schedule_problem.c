/*
 * schedule_problem.c
 *
 * Looks at all that pg_cron needs to call the sweep, or maintenance. A quiet marketplace and a dead scheduler look
 * alike otherwise. Whoever watches asks for it, so that nothing here is an error.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "ops/cron.h"
#include "ops/cron_runs.h"
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
 * Jobs have to be expired everywhere; nobody has to delete anything.
 */
static bool
is_required(const CronTask *task)
{
	return task == &cron_expiry;
}

/*
 * A schedule of this database that isn't the owner's; else, if nothing has called the sweep lately, one
 * of a database that is gone, or that there is none.
 */
static char *
problem_without_job(const CronTask *task, List *jobs, const char *owner, TimestampTz last_run)
{
	ListCell *cell;

	foreach (cell, jobs)
	{
		CronJob *job = lfirst(cell);

		if (strcmp(job->name, cron_job_name(task)) != 0)
			continue;
		if (strcmp(job->database, get_database_name(MyDatabaseId)) == 0)
			return psprintf("Job %lld of pg_cron runs as role \"%s\", %s; the tables belong to \"%s\". "
							"As a superuser run SELECT cron.unschedule(%lld); SELECT %s();",
							(long long) job->id, job->username,
							OidIsValid(get_role_oid(job->username, true)) ? "which does not own them" :
																			"which does not exist",
							owner, (long long) job->id, task->schedule);
		return psprintf("Job %lld of pg_cron runs in database \"%s\". As a superuser run SELECT cron.unschedule(%lld); "
						"SELECT %s();",
						(long long) job->id, job->database, (long long) job->id, task->schedule);
	}
	if (!is_required(task) || ran_lately(last_run, LONGEST_PAUSE))
		return NULL;
	foreach (cell, jobs)
	{
		CronJob *job = lfirst(cell);

		if (strncmp(job->name, task->prefix, strlen(task->prefix)) == 0 &&
			!OidIsValid(get_database_oid(job->database, true)))
			return psprintf("There is no schedule for this database; job %lld of pg_cron is for database \"%s\", which "
							"does not exist. As a superuser run SELECT cron.unschedule(%lld); SELECT %s();",
							(long long) job->id, job->database, (long long) job->id, task->schedule);
	}
	return psprintf("There is no schedule for this database. Run SELECT %s();", task->schedule);
}

/*
 * What is wrong with the row of cron.job, or with its role.
 */
static char *
problem_of_job(const CronTask *task, const CronJob *job, Oid owner)
{
	CronJobFlaw flaw;
	CronRoleFlaw role;

	if (cron_job_flaw(task, job, GetUserNameFromId(owner, false), &flaw))
		return psprintf("Job %lld of pg_cron has \"%s\" as its %s, not \"%s\". Run SELECT %s(); SELECT %s();",
						(long long) job->id, flaw.is, flaw.column, flaw.should, task->unschedule, task->schedule);
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
	int hour;
	char rest[2];

	if (strcmp(schedule, "* * * * *") == 0 || strstr(schedule, "second"))
		return 1;
	if (sscanf(schedule, "*/%d * * * %1[*]", &minutes, rest) == 2 && minutes > 0 && minutes < 60)
		return minutes;
	if (sscanf(schedule, "%d * * * %1[*]", &minutes, rest) == 2)
		return 60;
	if (sscanf(schedule, "%d %d * * %1[*]", &minutes, &hour, rest) == 3)
		return 24 * 60;
	return 0;
}

static char *
problem_of_runs(const CronTask *task, const CronJob *job, TimestampTz last_run)
{
	Oid table = cron_table("job_run_details", AccessShareLock);
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
		return psprintf("%s %s. %s", task->last_ended, timestamptz_to_str(last_run), task->late);
	return NULL;
}

/*
 * The owner's row of cron.job, or NULL.
 */
static const CronJob *
find_job_of(const CronTask *task, List *jobs, const char *owner)
{
	ListCell *cell;

	foreach (cell, jobs)
	{
		const CronJob *job = lfirst(cell);

		if (strcmp(job->name, cron_job_name(task)) == 0 && strcmp(job->username, owner) == 0 &&
			strcmp(job->database, get_database_name(MyDatabaseId)) == 0)
			return job;
	}
	return NULL;
}

static char *
problem_in_database(const CronTask *task, Oid owner, TimestampTz last_run)
{
	const char *name = GetUserNameFromId(owner, false);
	Oid table = cron_table("job", AccessShareLock);
	List *jobs;
	const CronJob *job;
	char *problem;

	if (!OidIsValid(table))
		return is_required(task) ? pstrdup("The schedules of pg_cron can't be read now: cron.job is locked, or is not "
										   "the extension's.") :
								   NULL;
	jobs = cron_read_jobs(table);
	job = find_job_of(task, jobs, name);
	if (job == NULL)
		return problem_without_job(task, jobs, name, last_run);
	problem = problem_of_job(task, job, owner);
	if (problem == NULL)
		problem = problem_of_settings();
	if (problem == NULL)
		problem = problem_of_runs(task, job, last_run);
	return problem || task != &cron_maintenance ? problem : cron_runs_problem(owner);
}

/*
 * Nothing calls the sweep here by a schedule that can be seen.
 */
static char *
problem_elsewhere(const char *home, TimestampTz last_run)
{
	if (ran_lately(last_run, LONGEST_PAUSE))
		return NULL;
	if (home == NULL)
		return pstrdup("Nothing has called the sweep for 10 minutes, and pg_cron is not loaded. Have another scheduler "
					   "call it, or add pg_cron to shared_preload_libraries, restart the server, and run "
					   "SELECT jobs.schedule_expiry();");
	if (strcmp(home, get_database_name(MyDatabaseId)) == 0)
		return pstrdup("Nothing has called the sweep for 10 minutes, and the extension pg_cron is not in this "
					   "database. Run CREATE EXTENSION pg_cron; SELECT jobs.schedule_expiry();");
	return psprintf("pg_cron keeps its schedules in database \"%s\", and nothing has called the sweep for 10 minutes. "
					"SELECT jobs.schedule_expiry(); says what to run there; "
					"cron.job_run_details there tells how runs ended.",
					home);
}

char *
schedule_problem(const CronTask *task, Oid owner, TimestampTz last_run)
{
	const char *home = cron_database();

	/* nothing runs on a standby, and what did on the primary is told by its last run */
	if (RecoveryInProgress())
		return NULL;
	if (home && strcmp(home, get_database_name(MyDatabaseId)) == 0 && OidIsValid(get_extension_oid("pg_cron", true)))
		return problem_in_database(task, owner, last_run);
	return is_required(task) ? problem_elsewhere(home, last_run) : NULL;
}
