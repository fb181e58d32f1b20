/*
 * job_api.c
 *
 * The functions that open, pause, complete and settle a job.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "acting/entry.h"
#include "jobs/assignment.h"
#include "jobs/consequence.h"
#include "jobs/message.h"
#include "jobs/repeated.h"
#include "pg/argument.h"

/*
 * The job's status then. A user's trigger that suppresses the change shows in it, or is an error.
 */
static JobStatus
carry_out(Call *call, Job *job, const Transition *transition, const char *said)
{
	JobStatus to = transition_result(transition, job->status);
	bool lives_again = !status_is_live(job->status) && status_is_live(to);
	Subject subject = {0};
	bool is_moved = job_move(call, job, transition, NULL);

	row_require_written(is_moved || to != job->status, job->row, ROW_UPDATE);
	if (!is_moved)
		return job->status;
	if (said)
		subject.message_id = message_add(call, job->id, said);
	consequence_of_action(call, job, transition, &subject);
	if (lives_again)
		assignment_end_of_gone(call, job_lock(call, job->id));
	return to;
}

/*
 * The shape of all functions that do one thing to one job and return its status. `said`: a
 * message that goes with it; NULL: none. Repeated, it gives the status, and does nothing.
 */
static Datum
perform_action(FunctionCallInfo fcinfo, Action action, int job_argno, int actor_argno, const char *said)
{
	int64 job_id = arg_id(fcinfo, job_argno, "job_id");
	Call *call = call_begin(fcinfo, actor_argno);
	Job *job = job_lock(call, job_id);
	const Transition *transition = job_find_transition(call, job, action);
	JobStatus status = job->status;

	if (transition == NULL && !repeated_action(call, job, action, said))
		job_complain_status(call, job, action);
	if (transition && !transition->is_silent)
		status = carry_out(call, job, transition, said);
	call_end(call);
	PG_RETURN_TEXT_P(cstring_to_text(status_name(status)));
}

SQL_FUNCTION(open_job)
{
	return perform_action(fcinfo, ACTION_OPEN, ARG_open_job_job_id, ARG_open_job_actor, NULL);
}

SQL_FUNCTION(mark_inactive)
{
	return perform_action(fcinfo, ACTION_MARK_INACTIVE, ARG_mark_inactive_job_id, ARG_mark_inactive_actor, NULL);
}

SQL_FUNCTION(reactivate_job)
{
	return perform_action(fcinfo, ACTION_REACTIVATE, ARG_reactivate_job_job_id, ARG_reactivate_job_actor, NULL);
}

SQL_FUNCTION(complete_job)
{
	char *said = arg_optional_text(fcinfo, ARG(complete_job, message), LIMIT_TEXT);

	return perform_action(fcinfo, ACTION_COMPLETE, ARG_complete_job_job_id, ARG_complete_job_actor, said);
}

SQL_FUNCTION(confirm_completion)
{
	return perform_action(fcinfo, ACTION_CONFIRM, ARG_confirm_completion_job_id, ARG_confirm_completion_actor, NULL);
}

SQL_FUNCTION(reject_completion)
{
	char *said = arg_optional_text(fcinfo, ARG(reject_completion, comment), LIMIT_TEXT);

	return perform_action(fcinfo, ACTION_REJECT, ARG_reject_completion_job_id, ARG_reject_completion_actor, said);
}
