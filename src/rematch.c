/*
 * rematch.c
 *
 * The next best organization under a request, when one that was asked is lost to it: with
 * one call, or by itself.
 *
 * Locks: the merchant's row FOR NO KEY UPDATE, so that no organization is asked twice: the
 * jobs of the request are read after it. The job whose end sets it off is locked, too: after the
 * merchant by jobs.decline_job(), before it by a plain UPDATE, and by a sweep, which doesn't wait.
 */
#include "postgres.h"

#include "access/xact.h"
#include "funcapi.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "args.h"
#include "directory.h"
#include "rematch.h"
#include "request.h"

/*
 * What was asked for, as any job of the request tells.
 */
static Request
request_of_job(const Row *job)
{
	Request request = {0};

	request.request_id = row_int64(job, Col_job_request_id);
	request.merchant_id = row_int64(job, Col_job_merchant_id);
	request.service_id = row_int64(job, Col_job_service_id);
	request.store_id = row_int64(job, Col_job_store_id);
	request.title = row_text(job, Col_job_title);
	request.description = row_text(job, Col_job_description);
	if (!row_isnull(job, Col_job_budget))
		request.budget = DatumGetNumeric(row_get(job, Col_job_budget));
	request.currency = row_text(job, Col_job_currency);
	request.auto_rematch = row_bool(job, Col_job_auto_rematch);
	return request;
}

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
 * By the system, whoever set it off: the organization that is asked next is no business of
 * the one that declined.
 */
static void
ask_next(const Job *job)
{
	Call *call = call_begin_system();
	Row *merchant = merchant_lock(call, job->merchant_id);
	List *jobs = request_jobs(call, row_int64(job->row, Col_job_request_id));

	if (!somebody_responded(jobs))
	{
		Request request = request_of_job(job->row);

		(void) request_ask_best(call, &request, merchant, jobs, 1, "rematch");
	}
	call_end(call);
}

/*
 * Is it an error that says something of this very request, such as one that a trigger of a
 * user raises? All others end the transaction: it is to be run again, or not at all.
 */
static bool
is_of_request(int sqlstate)
{
	static const int others[] = {
		ERRCODE_TRANSACTION_ROLLBACK, ERRCODE_INSUFFICIENT_RESOURCES, ERRCODE_OPERATOR_INTERVENTION,
		ERRCODE_SYSTEM_ERROR, ERRCODE_INTERNAL_ERROR};

	for (int i = 0; i < lengthof(others); i++)
	{
		if (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(others[i]))
			return false;
	}
	return true;
}

/*
 * What went wrong tells of the organization that would have been asked: to the system alone, and
 * to the log.
 */
static void
warn(int64 request_id, const ErrorData *error)
{
	const char *detail = error->detail ? error->detail : error->detail_log;

	if (actor_current().kind == ACTOR_SYSTEM)
		ereport(WARNING,
				(errcode(error->sqlerrcode),
				 errmsg("no other organization was asked under request %lld: %s", (long long) request_id,
						error->message),
				 error->detail ? errdetail_internal("%s", error->detail) : 0,
				 detail ? errdetail_log("%s", detail) : 0,
				 errhint("Mend it, and call jobs.rematch_request().")));
	else
		ereport(WARNING,
				(errmsg("no other organization could be asked under request %lld", (long long) request_id),
				 errdetail("Why is in the server's log."),
				 errdetail_log("%s%s%s", error->message, detail ? " " : "", detail ? detail : ""),
				 errhint("The marketplace's operator can mend it, and the merchant ask again.")));
}

/*
 * In a subtransaction: that nobody else can be asked is no reason why a job couldn't be
 * declined, or why a sweep should stop.
 */
void
rematch_automatically(const Job *job)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext context;

	if (!row_bool(job->row, Col_job_auto_rematch) || row_isnull(job->row, Col_job_request_id))
		return;
	context = AllocSetContextCreate(caller, "jobs rematch", ALLOCSET_DEFAULT_SIZES);
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		MemoryContextSwitchTo(context);
		ask_next(job);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		if (!is_of_request(geterrcode()))
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		warn(row_int64(job->row, Col_job_request_id), error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	MemoryContextDelete(context);
}

/*
 * The jobs of a request that whoever acts sees one of; P0002 and 42501.
 */
static List *
require_request(Call *call, int64 request_id)
{
	List *jobs = request_jobs(call, request_id);
	bool sees = false;
	ListCell *cell;

	foreach (cell, jobs)
		sees |= actor_sees(&call->actor, row_int64(lfirst(cell), Col_job_organization_id),
						   row_int64(lfirst(cell), Col_job_merchant_id));
	if (!sees)
		actor_complain_missing("request", request_id);
	if (call->actor.kind == ACTOR_MEMBER)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the merchant asks other organizations under request %lld", (long long) request_id),
				 errdetail("The one who acts is a member of an organization that was asked."),
				 errhint("Pass actor => 'merchant:...'.")));
	return jobs;
}

/*
 * jobs.rematch_request(request_id, max_matches, actor)
 */
PG_FUNCTION_INFO_V1(jobs_rematch_request);
Datum
jobs_rematch_request(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 request_id = arg_id(fcinfo, 0, "request_id");
	int max_matches = request_arg_max_matches(fcinfo, 1);
	Call *call;
	Request request;
	Row *merchant;
	List *jobs;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	call = call_begin(fcinfo, 2);
	request = request_of_job(linitial(require_request(call, request_id)));
	merchant = merchant_lock(call, request.merchant_id);
	jobs = request_jobs(call, request_id);
	foreach (cell, request_ask_best(call, &request, merchant, jobs, max_matches, "rematch"))
	{
		Datum values[2];
		bool nulls[2] = {false};

		values[0] = Int64GetDatum(row_int64(lfirst(cell), Col_job_id));
		values[1] = Int64GetDatum(row_int64(lfirst(cell), Col_job_organization_id));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	call_end(call);
	return (Datum) 0;
}
