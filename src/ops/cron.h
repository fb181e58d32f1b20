/*
 * cron.h
 *
 * What pg_cron has of ours. Nothing here needs rights on schema cron: its tables are read as
 * catalogues are, since their types differ between versions, and their policies would ask for
 * rights that whoever watches need not have.
 */
#ifndef JOBS_CRON_H
#define JOBS_CRON_H

#include "nodes/pg_list.h"
#include "storage/lockdefs.h"

/* What pg_cron can be asked to call. */
typedef struct CronTask
{
	const char *prefix; /* of the names of its schedules */
	const char *command;
	const char *schedule; /* our functions for it */
	const char *unschedule;
	const char *purpose;	/* for an error: it would not ... */
	const char *last_ended; /* begins a sentence, behind which the time stands */
	const char *late;		/* what to think of it when that was long ago */
} CronTask;

/* The sweep. */
extern const CronTask cron_expiry;

/* What deletes old rows. */
extern const CronTask cron_maintenance;

/* A row of cron.job. */
typedef struct CronJob
{
	int64 id;
	char *name;
	char *database;
	char *username;
	char *command;
	char *nodename;
	char *nodeport;
	char *active;
	char *schedule;
} CronJob;

/*
 * The database that pg_cron lives in; NULL: it wasn't loaded when the server started.
 */
extern const char *cron_database(void);

/* The name of this database's schedule. */
extern char *cron_job_name(const CronTask *task);

/* A table of pg_cron's, if it is one, and nobody keeps us from using it with this lock; InvalidOid: no. */
extern Oid cron_table(const char *name, LOCKMODE lockmode);

/* All rows of cron.job (its oid), those of other roles included. */
extern List *cron_read_jobs(Oid table);

/*
 * How the last run of a job ended that has ended, by cron.job_run_details (its oid): the message if it
 * failed, else NULL.
 */
extern char *cron_last_failure(Oid table, int64 id);

/* A column of a row of cron.job that keeps it from doing its task here. */
typedef struct CronJobFlaw
{
	const char *column;
	const char *is;
	const char *should;
} CronJobFlaw;

/* The first such column, if the job is to run as this role; false: there is none. */
extern bool cron_job_flaw(const CronTask *task, const CronJob *job, const char *owner, CronJobFlaw *flaw);

/* What keeps pg_cron from running anything here as a role: the parts of an error. */
typedef struct CronRoleFlaw
{
	const char *message;
	const char *detail;
	const char *hint;
} CronRoleFlaw;

/* False: nothing does, as far as is known before it has tried. */
extern bool cron_role_flaw(Oid owner, CronRoleFlaw *flaw);

/* May the role log in, and connect to this database? */
extern bool cron_role_can_login(Oid role);
extern bool cron_role_can_connect(Oid role);

/* Has pg_cron this setting, with this value? */
extern bool cron_setting_is(const char *name, const char *value);

#endif
