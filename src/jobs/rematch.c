/*
 * rematch.c
 *
 * The next best organization under a request, when one that was asked is lost to it.
 *
 * Locks: the merchant's row FOR NO KEY UPDATE, so that no organization is asked twice: the
 * jobs of the request are read after it. What an action or a sweep sets off comes while its job is
 * locked, and waits for nobody: if somebody holds the merchant, or the conversation with the next
 * best, it is put off (consequence.c).
 */
#include "postgres.h"

#include "acting/account.h"
#include "jobs/rematch.h"
#include "jobs/request.h"
#include "parties/directory.h"
#include "pg/refusal.h"

/*
 * Has the merchant somebody to talk to? An answer whose job was declined since is none.
 */
static bool
somebody_responded(const List *jobs)
{
	ListCell *cell;

	foreach (cell, jobs)
	{
		const Row *job = lfirst(cell);

		if (!row_isnull(job, Col_job_first_response_at) &&
			status_of_name(row_text(job, Col_job_status)) != STATUS_DECLINED)
			return true;
	}
	return false;
}

/*
 * Does the merchant want it no more? It is locked, so that it does not say so in between.
 */
static bool
is_withdrawn(const List *jobs)
{
	ListCell *cell;

	foreach (cell, jobs)
	{
		if (!row_isnull(lfirst(cell), Col_job_withdrawn_at))
			return true;
	}
	return false;
}

bool
rematch_is_wanted(const Job *job)
{
	return row_bool(job->row, Col_job_auto_rematch) && !row_isnull(job->row, Col_job_request_id);
}

bool
rematch_next(Call *call, const Job *lost, List **made)
{
	Row *merchant = row_lock(call->rows, TABLE_merchant, lost->merchant_id, LockTupleNoKeyExclusive, LockWaitSkip);
	Ask ask = {
		.wanted = lost->row,
		.merchant = merchant,
		.max_matches = 1,
		.origin = ORIGIN_REMATCH,
		.wait = LockWaitSkip,
	};

	*made = NIL;
	if (merchant == NULL)
		return false;
	if (!account_is_active(merchant) || !store_is_kept(call, row_int64(lost->row, Col_job_store_id)))
		return true;
	ask.asked = request_jobs(call, row_int64(lost->row, Col_job_request_id));
	return is_withdrawn(ask.asked) || somebody_responded(ask.asked) ||
		   request_ask_best(call, &ask, made) != ASKING_HELD;
}

Row *
rematch_require_seen(Call *call, int64 request_id)
{
	List *jobs = request_jobs(call, request_id);
	bool sees = false;
	ListCell *cell;

	foreach (cell, jobs)
		sees |= actor_sees(&call->actor, row_int64(lfirst(cell), Col_job_organization_id),
						   row_int64(lfirst(cell), Col_job_merchant_id));
	if (!sees)
		actor_complain_missing("request", request_id);
	return linitial(jobs);
}

Row *
rematch_require_request(Call *call, int64 request_id)
{
	Row *any = rematch_require_seen(call, request_id);

	if (call->actor.kind == ACTOR_MEMBER)
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only the merchant asks other organizations under request %lld", (long long) request_id),
				 errdetail("The one who acts is a member of an organization that was asked."),
				 errhint("Pass actor => 'merchant:...'.")));
	return any;
}

List *
rematch_request(Call *call, const Row *any, int max_matches, const pg_uuid_t *client_key)
{
	Ask ask = {
		.wanted = any,
		.merchant = merchant_lock(call, row_int64(any, Col_job_merchant_id)),
		.max_matches = max_matches,
		.origin = ORIGIN_REMATCH,
		.client_key = client_key,
		.wait = LockWaitBlock,
	};
	List *made;

	store_require_kept(call, row_int64(any, Col_job_store_id));
	ask.asked = request_jobs(call, row_int64(any, Col_job_request_id));
	if (is_withdrawn(ask.asked))
		ereport(ERROR,
				(refused_by(REFUSAL_REQUEST_WITHDRAWN),
				 errmsg("request %lld is withdrawn", (long long) row_int64(any, Col_job_request_id)),
				 errdetail("Its merchant wants the work no more."),
				 errhint("Ask for the work anew, with jobs.request_job().")));
	(void) request_ask_best(call, &ask, &made);
	return made;
}
