/*
 * withdraw.c
 *
 * Withdrawing a request: its merchant wants the work no more, of nobody. All its live jobs are declined by the
 * merchant, and nobody else is asked under it.
 *
 * A request is a number and no row. That it was withdrawn stands in the first of its jobs, live or not.
 *
 * Locks: the merchant FOR NO KEY UPDATE, so that nobody is asked in between, then all jobs of the request, in the
 * order of their ids. Who declines one of these jobs meanwhile finds the merchant held, and puts off to ask the next
 * organization; a sweep then finds that there is nobody to ask.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/entry.h"
#include "jobs/decline.h"
#include "jobs/rematch.h"
#include "jobs/request.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/refusal.h"

/* The reason of what it declines. */
#define REASON_WITHDRAWN "request_withdrawn"

static void
require_withdrawer(const Call *call, int64 request_id)
{
	if (call->actor.kind != ACTOR_MERCHANT)
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only the merchant withdraws request %lld", (long long) request_id),
				 errdetail("It declines the request's live jobs in the merchant's name."),
				 errhint("Pass actor => 'merchant:...'.")));
}

/*
 * The jobs of the request (Job *), locked. One that is gone by then is left out.
 */
static List *
lock_jobs(Call *call, int64 request_id)
{
	List *locked = NIL;
	ListCell *cell;

	foreach (cell, request_jobs(call, request_id))
	{
		CHECK_FOR_INTERRUPTS();
		if (row_lock_found(lfirst(cell), LockTupleNoKeyExclusive, LockWaitBlock))
			locked = lappend(locked, job_of_row(lfirst(cell)));
	}
	return locked;
}

static void
note_withdrawn(Call *call, int64 job_id)
{
	/* declining it has written it */
	Row *first = row_lock(call->rows, TABLE_job, job_id, LockTupleNoKeyExclusive, LockWaitBlock);
	Row *changed;

	if (first == NULL)
		actor_complain_missing("job", job_id);
	row_require_column(first, Col_job_withdrawn_at);
	if (!row_isnull(first, Col_job_withdrawn_at))
		return;
	changed = row_copy(first);
	row_set_time(changed, Col_job_withdrawn_at, GetCurrentTimestamp());
	row_must_update(first, changed);
}

/*
 * jobs.withdraw_request(request_id, actor)
 */
SQL_FUNCTION(withdraw_request)
{
	int64 request_id = arg_id(fcinfo, ARG(withdraw_request, request_id));
	Call *call = call_begin(fcinfo, ARG_withdraw_request_actor);
	int declined = 0;
	List *jobs;
	ListCell *cell;

	(void) rematch_require_seen(call, request_id);
	require_withdrawer(call, request_id);
	(void) merchant_lock(call, call->actor.id);
	jobs = lock_jobs(call, request_id);
	foreach (cell, jobs)
	{
		Job *job = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!status_is_live(job_status(job)))
			continue;
		decline_must(call, job, REASON_WITHDRAWN);
		declined++;
	}
	if (jobs != NIL)
		note_withdrawn(call, ((Job *) linitial(jobs))->id);
	call_end(call);
	PG_RETURN_INT32(declined);
}
