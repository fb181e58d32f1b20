/*
 * deadline.c
 *
 * Gives an organization more time to respond to a job.
 *
 * Locks: the job FOR NO KEY UPDATE. A sweep passes over it meanwhile, and finds the new deadline then.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/datetime.h"
#include "utils/json.h"

#include "acting/entry.h"
#include "jobs/job.h"
#include "pg/argument.h"
#include "pg/json.h"

/* Nobody needs a later one. */
#define LATEST_YEARS 100
#define LATEST_DAYS 36525

static TimestampTz
arg_until(FunctionCallInfo fcinfo, int argno)
{
	TimestampTz until;

	check_not_null(PG_ARGISNULL(argno), "until");
	until = PG_GETARG_TIMESTAMPTZ(argno);
	if (TIMESTAMP_NOT_FINITE(until) || until > GetCurrentTimestamp() + LATEST_DAYS * USECS_PER_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a deadline must be a time within the next %d years", LATEST_YEARS),
				 errdetail("It is %s.", timestamptz_to_str(until)),
				 errhint("Pass the time until which the organization may respond.")));
	return until;
}

/*
 * False: it is the deadline already. 22023 when that is later.
 */
static bool
require_later(const Job *job, TimestampTz until)
{
	TimestampTz before = row_time(job->row, Col_job_respond_by, DT_NOEND);

	if (until >= before)
		return until > before;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the deadline of job %lld can only become later", (long long) job->id),
			 TIMESTAMP_IS_NOEND(before) ? errdetail("It has no deadline.") :
										  errdetail("It is %s.", timestamptz_to_str(before)),
			 errhint("Pass a later time.")));
}

static Jsonb *
describe_deadline(TimestampTz until)
{
	char text[MAXDATELEN + 1];
	int utc = 0;

	JsonEncodeDateTime(text, TimestampTzGetDatum(until), TIMESTAMPTZOID, &utc);
	return json_of_text("respond_by", text);
}

/*
 * jobs.extend_deadline(job_id, until)
 */
SQL_FUNCTION(extend_deadline)
{
	int64 job_id = arg_id(fcinfo, ARG(extend_deadline, job_id));
	TimestampTz until = arg_until(fcinfo, ARG_extend_deadline_until);
	const Transition *transition;
	bool is_later;
	Row *changed;
	Call *call;
	Job *job;

	check_can_write();
	call = call_begin_operation();
	job = job_lock(call, job_id);
	transition = job_require(call, job, ACTION_EXTEND);
	is_later = require_later(job, until);
	if (is_later)
	{
		changed = row_copy(job->row);
		job_set_deadline(changed, until, job->now);
		row_must_update(job->row, changed);
		job_record(call, job, transition, describe_deadline(until));
	}
	call_end(call);
	PG_RETURN_BOOL(is_later);
}
