/*
 * job_dml.c
 *
 * Plain INSERT and UPDATE on jobs.job. An INSERT asks for a job as jobs.request_job()
 * does; an UPDATE moves one by its status.
 */
#include "postgres.h"

#include "acting/client_key.h"
#include "acting/dml.h"
#include "acting/ids.h"
#include "jobs/consequence.h"
#include "jobs/decline.h"
#include "jobs/job.h"
#include "jobs/request.h"
#include "pg/argument.h"
#include "pg/refusal.h"

static JobStatus
status_of_row(const Row *row)
{
	check_not_null(row_isnull(row, Col_job_status), "status");
	return status_of_name_or_complain(row_text(row, Col_job_status));
}

/*
 * The action that a new status means. responded and awaiting_response are reached by
 * messages, reactivating and rejecting, which have more to say than a status.
 */
static Action
action_of_status(Call *call, Job *job, JobStatus status)
{
	Action action = action_of_update(status);

	if (action != ACTION_COUNT)
		return action;
	job_require_unexpired(job, "be changed");
	ereport(ERROR,
			(refused_by(REFUSAL_JOB_STATUS),
			 errmsg("job %lld cannot be set to %s", (long long) job->id, status_name(status)),
			 errdetail("The job is %s, and no UPDATE leads there; allowed now: %s.",
					   status_name(job->status), job_list_allowed(call, job)),
			 errhint(status == STATUS_NEW ?
						 "No job becomes new again. If it has changed since you read it, read it again." :
						 "Write a message, or call jobs.reactivate_job() or jobs.reject_completion(). "
						 "If the job has changed since you read it, read it again.")));
}

/*
 * The transition that an UPDATE of the status means. What moves nothing, such as
 * opening an opened job, is an error here: the status would change.
 */
static const Transition *
transition_of_update(Call *call, Job *job, JobStatus status)
{
	const Transition *transition = job_require(call, job, action_of_status(call, job, status));

	if (transition->is_silent)
		ereport(ERROR,
				(refused_by(REFUSAL_JOB_STATUS),
				 errmsg("job %lld cannot go back to %s", (long long) job->id, status_name(status)),
				 errdetail("The job is %s; allowed now: %s.", status_name(job->status),
						   job_list_allowed(call, job)),
				 errhint("SELECT jobs.allowed_actions(%lld) tells what can be done.", (long long) job->id)));
	return transition;
}

/*
 * What a person sends of a new job: what is asked for, of whom. All other columns come from the
 * rules, also those that are added some day. The merchant is a merchant's own.
 */
static int
list_sent(const Call *call, int **sent)
{
	int count = request_column_count;

	*sent = palloc((count + 3) * sizeof(int));
	memcpy(*sent, request_columns, count * sizeof(int));
	(*sent)[count++] = Col_job_organization_id;
	(*sent)[count++] = Col_job_client_key;
	if (call->actor.kind != ACTOR_MERCHANT)
		(*sent)[count++] = Col_job_merchant_id;
	return count;
}

static void
fill_inserted_job(Dml *dml)
{
	static const int later[] = {Col_job_conversation_id};
	Call *call = dml->call;
	Row *row = dml->new;
	int *sent;
	int count;
	int64 conversation_id;

	check_not_null(row_isnull(row, Col_job_organization_id), "organization_id");
	check_not_null(row_isnull(row, Col_job_service_id), "service_id");
	if (!row_isnull(row, Col_job_store_id))
		arg_refuse_zero(row_int64(row, Col_job_store_id), "store_id");
	job_check_texts(row);
	dml_require_actor(dml);
	count = list_sent(call, &sent);
	dml_fill_all_but(dml, sent, count);
	if (call->actor.kind == ACTOR_MERCHANT)
		row_set_int64(row, Col_job_merchant_id, call->actor.id);
	row_set_text(row, Col_job_status, status_name(STATUS_NEW));
	row_set_text(row, Col_job_origin, ORIGIN_DIRECT);
	dml_judge_given(dml, later, lengthof(later));
	request_require_asker(call, row);
	check_not_null(row_int64(row, Col_job_merchant_id) == 0, "merchant_id");
	if (client_key_let_through(dml, sent, count))
		return;
	request_require_welcome(call, row);
	conversation_id = request_open_conversation(call, row);
	row_set_int64(row, Col_job_request_id, ids_draw_request(call->rows));
	job_fill_new(row, ORIGIN_DIRECT, conversation_id, GetCurrentTimestamp());
	ids_assign_dml(call, row, SLOT_OF(row_int64(row, Col_job_organization_id)), ID_OF_TENANT);
}

/*
 * Judged by what differs, since ORMs send every column.
 */
static void
fill_updated_job(Dml *dml)
{
	static const int allowed[] = {Col_job_status};
	Job *job = job_of_row(dml->old);
	bool moves = dml_changes(dml, Col_job_status);
	JobStatus status = moves ? status_of_row(dml->new) : job->status;
	const Transition *transition = NULL;

	dml_require_actor(dml);
	call_require_seen(dml->call, dml->old, Col_job_organization_id, Col_job_merchant_id, "job", job->id);
	/* first the status: a row that was read long ago is stale in other columns, too */
	if (moves)
		transition = transition_of_update(dml->call, job, status);
	else
		job_require_unexpired(job, "be changed");
	dml_allow_changes(dml, allowed, lengthof(allowed));
	if (transition)
		job_apply(job, dml->new, transition);
}

PG_FUNCTION_INFO_V1(jobs_job_fill);
Datum
jobs_job_fill(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_job, TRIGGER_TYPE_BEFORE, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	if (DML_IS_INSERT(dml))
		fill_inserted_job(dml);
	else
		fill_updated_job(dml);
	return dml_end(dml);
}

/*
 * Decides again, from the rows as they were and as they are: nothing is passed from a BEFORE
 * trigger to an AFTER trigger, and another row of the statement may have changed facts of this job.
 */
static void
record_update(Dml *dml)
{
	Job *job = job_of_row(dml->old);
	const Transition *transition;

	if (!dml_changes(dml, Col_job_status))
		return;
	transition = transition_of_update(dml->call, job, status_of_row(dml->new));
	job_record(dml->call, job, transition, NULL);
	if (action_rules[transition->action].has_reason)
		decline_record(dml->call, job, NULL, NULL);
	consequence_of_action(dml->call, job, transition, NULL);
}

PG_FUNCTION_INFO_V1(jobs_job_record);
Datum
jobs_job_record(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_job, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	dml_require_actor(dml);
	if (DML_IS_INSERT(dml))
	{
		Job *job = job_of_row(dml->new);

		client_key_require_refused(dml);
		job_record_new(dml->call, job);
		consequence_of_creation(dml->call, job);
	}
	else
		record_update(dml);
	return dml_end(dml);
}
