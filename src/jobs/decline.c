/*
 * decline.c
 *
 * Declining a job, by either side.
 *
 * Locks: the job FOR NO KEY UPDATE. Where another organization is asked then, nobody is waited for.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "acting/entry.h"
#include "jobs/consequence.h"
#include "jobs/decline.h"
#include "jobs/repeated.h"
#include "pg/argument.h"
#include "pg/json.h"

void
decline_record(Call *call, const Job *job, const char *reason, const char *comment)
{
	bool by_expert = call_side(call) == SIDE_EXPERT;
	Row *decline = row_new(call->rows, TABLE_decline);

	row_set_int64(decline, Col_decline_organization_id, job->organization_id);
	row_set_int64(decline, Col_decline_job_id, job->id);
	row_set_int64(decline, Col_decline_merchant_id, job->merchant_id);
	row_set_int64(decline, Col_decline_service_id, job->service_id);
	row_set_text(decline, Col_decline_declined_by, by_expert ? "expert" : "merchant");
	row_set(decline, Col_decline_actor, actor_datum(&call->actor));
	row_set_text(decline, Col_decline_reason, reason);
	row_set_text(decline, Col_decline_comment, comment);
	row_set_text(decline, Col_decline_from_status, status_name(job->status));
	row_set_time(decline, Col_decline_declined_at, job->now);
	row_must_insert(decline);
}

JobStatus
decline_job(Call *call, Job *job, const char *reason, const char *comment)
{
	const Transition *transition = job_require(call, job, ACTION_DECLINE);

	if (!job_move(call, job, transition, json_of_text("reason", reason)))
		return job->status;
	decline_record(call, job, reason, comment);
	consequence_of_action(call, job, transition, NULL);
	return transition_result(transition, job->status);
}

void
decline_must(Call *call, Job *job, const char *reason)
{
	row_require_written(decline_job(call, job, reason, NULL) == STATUS_DECLINED, job->row, ROW_UPDATE);
}

/*
 * Did whoever acts decline it before, in the same words?
 */
static bool
is_repeated(Call *call, const Job *job, const char *reason, const char *comment)
{
	ScanKeyData keys[2];
	Row *decline;

	row_key_int64(&keys[0], 1, job->organization_id);
	row_key_int64(&keys[1], 2, job->id);
	decline = row_find(call->rows, TABLE_decline, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	if (decline == NULL || !repeated_by_actor(call, decline, Col_decline_actor))
		return false;
	return repeated_text(decline, Col_decline_reason, reason) &&
		   repeated_text(decline, Col_decline_comment, comment);
}

/*
 * jobs.decline_job(job_id, reason, comment, actor)
 */
SQL_FUNCTION(decline_job)
{
	int64 job_id = arg_id(fcinfo, ARG(decline_job, job_id));
	char *reason = arg_optional_reason(fcinfo, ARG_decline_job_reason);
	char *comment = arg_optional_text(fcinfo, ARG(decline_job, comment), LIMIT_TEXT);
	Call *call;
	Job *job;
	JobStatus status;

	call = call_begin(fcinfo, ARG_decline_job_actor);
	job = job_lock(call, job_id);
	if (job->status == STATUS_DECLINED && is_repeated(call, job, reason, comment))
		status = job->status;
	else
		status = decline_job(call, job, reason, comment);
	call_end(call);
	PG_RETURN_TEXT_P(cstring_to_text(status_name(status)));
}
