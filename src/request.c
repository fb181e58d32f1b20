/*
 * request.c
 *
 * Asking for a job: what must hold before there is one. Asking again, when one is declined,
 * is in rematch.c.
 *
 * Locks: the client_key, the merchant's row FOR NO KEY UPDATE, so that its requests come one
 * after another and no conversation is opened twice, then the conversation in the same way, so
 * that nobody blocks it before the job is there. Where the marketplace chooses, conversations
 * that somebody else holds are not waited for.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "args.h"
#include "client_key.h"
#include "conversation.h"
#include "directory.h"
#include "ids.h"
#include "job.h"
#include "match.h"
#include "request.h"

/* Organizations that are asked at once. */
#define MAX_MATCHES 100

void
request_require_asker(Call *call, const Row *row)
{
	int64 organization_id = row_int64(row, Col_job_organization_id);

	if (organization_id != 0)
		organization_require(call, organization_id);
	service_require(call, row_int64(row, Col_job_service_id));
	store_require(call, row_int64(row, Col_job_store_id), row_int64(row, Col_job_merchant_id));
	if (!action_is_of_side(ACTION_CREATE, actor_side(&call->actor)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a merchant asks for a job"),
				 errdetail("The one who acts is a member of an organization."),
				 errhint("Pass actor => 'merchant:...'.")));
}

void
request_require_welcome(Call *call, const Row *row)
{
	int64 organization_id = row_int64(row, Col_job_organization_id);
	Row *merchant = merchant_lock(call, row_int64(row, Col_job_merchant_id));

	provided_service_require(call, organization_id, row_int64(row, Col_job_service_id));
	contact_require(call, organization_id, merchant);
}

int64
request_open_conversation(Call *call, Row *row)
{
	return conversation_open_for_job(call, row_int64(row, Col_job_organization_id),
									 row_int64(row, Col_job_merchant_id));
}

int
request_arg_max_matches(FunctionCallInfo fcinfo, int argno)
{
	int max_matches = arg_count(fcinfo, argno, "max_matches");

	if (max_matches > MAX_MATCHES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_matches must be %d at most", MAX_MATCHES),
				 errdetail("It is %d, and each organization that is asked gets a job and an e-mail.", max_matches),
				 errhint("Ask a few, and others later, with jobs.rematch_request().")));
	return max_matches;
}

static Request
request_of_arguments(FunctionCallInfo fcinfo)
{
	Request request = {0};

	request.service_id = arg_id(fcinfo, 0, "service_id");
	request.title = arg_text(fcinfo, 1, "title", LIMIT_NAME);
	request.description = arg_text(fcinfo, 2, "description", LIMIT_TEXT);
	request.organization_id = arg_optional_id(fcinfo, 3, "organization_id");
	request.store_id = arg_optional_id(fcinfo, 4, "store_id");
	request.budget = arg_optional_price(fcinfo, 5, "budget");
	request.currency = arg_currency(fcinfo, 6);
	request.auto_rematch = arg_bool(fcinfo, 8, "auto_rematch");
	request.client_key = arg_optional_uuid(fcinfo, 9);
	return request;
}

/*
 * A job that isn't written yet.
 */
static Row *
make_job(Call *call, const Request *request, int64 organization_id)
{
	Row *row = row_new(call->rows, TABLE_job, TRIGGERS_PARENT_UNLOCKED);

	row_set_int64(row, Col_job_request_id, request->request_id);
	row_set_int64(row, Col_job_organization_id, organization_id);
	row_set_int64(row, Col_job_merchant_id, request->merchant_id);
	row_set_int64(row, Col_job_service_id, request->service_id);
	row_set_int64(row, Col_job_store_id, request->store_id);
	row_set_text(row, Col_job_title, request->title);
	row_set_text(row, Col_job_description, request->description);
	if (request->budget)
		row_set(row, Col_job_budget, NumericGetDatum(request->budget));
	row_set_text(row, Col_job_currency, request->currency);
	row_set(row, Col_job_auto_rematch, BoolGetDatum(request->auto_rematch));
	return row;
}

static int
compare_ids(const ListCell *a, const ListCell *b)
{
	int64 left = row_int64(lfirst(a), Col_job_id);
	int64 right = row_int64(lfirst(b), Col_job_id);

	return left < right ? -1 : left > right;
}

List *
request_jobs(Call *call, int64 request_id)
{
	List *jobs = NIL;
	ScanKeyData keys[1];
	RowScan *scan;
	Row *job;

	rows_renew(call->rows);
	row_key_int64(&keys[0], 1, request_id);
	scan = row_scan_begin_latest(call->rows, TABLE_job, INDEX_job_request, 1, keys, ForwardScanDirection);
	while ((job = row_scan_next(scan)) != NULL)
		jobs = lappend(jobs, job);
	row_scan_end(scan);
	list_sort(jobs, compare_ids);
	return jobs;
}

List *
request_ask_best(Call *call, const Request *request, const Row *merchant, const List *jobs,
				 int max_matches, const char *origin)
{
	int64 *asked = palloc(Max(list_length(jobs), 1) * sizeof(int64));
	MatchQuery query = {
		.service_id = request->service_id,
		.merchant = merchant,
		.budget = request->budget,
		.currency = request->currency,
		.asked = asked,
		.asked_count = list_length(jobs),
	};
	List *made = NIL;
	Match *matches;
	int count;
	ListCell *cell;

	foreach (cell, jobs)
		asked[foreach_current_index(cell)] = row_int64(lfirst(cell), Col_job_organization_id);
	matches = match_find(call, &query, max_matches, &count);
	for (int i = 0; i < count; i++)
	{
		Row *job = make_job(call, request, matches[i].organization_id);
		int64 conversation_id = conversation_try_open_for_job(call, matches[i].organization_id,
															  request->merchant_id);

		/* it was blocked a moment ago, or is about to be */
		if (conversation_id == 0)
			continue;
		if (made == NIL && request->client_key)
			row_set(job, Col_job_client_key, UUIDPGetDatum(request->client_key));
		job_fill_new(job, origin, conversation_id);
		if (job_insert(call, job) != 0)
			made = lappend(made, job);
	}
	return made;
}

/*
 * The jobs that an earlier call with the same key asked for, or NIL. Those that were added to
 * them later are not what it returned.
 */
static List *
find_repeated(Call *call, const Row *job, const pg_uuid_t *client_key)
{
	static const int compared[] = {
		Col_job_service_id, Col_job_store_id, Col_job_title, Col_job_description,
		Col_job_budget, Col_job_currency, Col_job_auto_rematch};
	Row *earlier = client_key_find(call, TABLE_job, client_key);
	int64 organization_id = row_int64(job, Col_job_organization_id);
	bool is_matched;
	List *jobs = NIL;
	ListCell *cell;

	if (earlier == NULL)
		return NIL;
	is_matched = strcmp(row_text(earlier, Col_job_origin), "match") == 0;
	for (int i = 0; i < lengthof(compared); i++)
	{
		if (row_differs(earlier, job, job->table->att[compared[i]]))
			client_key_complain_reused();
	}
	if (organization_id != (is_matched ? 0 : row_int64(earlier, Col_job_organization_id)))
		client_key_complain_reused();
	foreach (cell, request_jobs(call, row_int64(earlier, Col_job_request_id)))
	{
		if (strcmp(row_text(lfirst(cell), Col_job_origin), "rematch") != 0)
			jobs = lappend(jobs, lfirst(cell));
	}
	return jobs;
}

static List *
ask_best(Call *call, const Request *request, int max_matches)
{
	Row *merchant = merchant_lock(call, request->merchant_id);
	List *jobs = request_ask_best(call, request, merchant, NIL, max_matches, "match");

	if (jobs == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no organization can be asked for service %lld", (long long) request->service_id),
				 errdetail("None that provides it is available, listed, takes this merchant and fits the budget."),
				 errhint("Ask with another budget or none, or name an organization.")));
	return jobs;
}

/*
 * Asks for it, unless an earlier call did; the jobs' rows. None: a trigger of a user
 * suppressed it.
 */
static List *
ask(Call *call, Request *request, int max_matches)
{
	Row *job;
	List *jobs;

	request->merchant_id = call->actor.kind == ACTOR_MERCHANT ? call->actor.id : 0;
	job = make_job(call, request, request->organization_id);
	request_require_asker(call, job);
	if (call->actor.kind == ACTOR_SYSTEM)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the system does not ask for a job"),
				 errdetail("A merchant does."),
				 errhint("Pass actor => 'merchant:...'.")));
	jobs = find_repeated(call, job, request->client_key);
	if (jobs)
		return jobs;
	if (request->organization_id)
		request_require_welcome(call, job);
	request->request_id = ids_draw_request(call->rows);
	if (request->organization_id == 0)
		return ask_best(call, request, max_matches);
	if (request->client_key)
		row_set(job, Col_job_client_key, UUIDPGetDatum(request->client_key));
	row_set_int64(job, Col_job_request_id, request->request_id);
	job_fill_new(job, "direct", request_open_conversation(call, job));
	return job_insert(call, job) != 0 ? list_make1(job) : NIL;
}

/*
 * jobs.request_job(service_id, title, description, organization_id, store_id, budget,
 * currency, max_matches, auto_rematch, client_key, actor)
 */
PG_FUNCTION_INFO_V1(jobs_request_job);
Datum
jobs_request_job(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Request request = request_of_arguments(fcinfo);
	int max_matches = request_arg_max_matches(fcinfo, 7);
	Call *call;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	call = call_begin(fcinfo, 10);
	foreach (cell, ask(call, &request, max_matches))
	{
		const Row *job = lfirst(cell);
		Datum values[3];
		bool nulls[3] = {false};

		values[0] = Int64GetDatum(row_int64(job, Col_job_request_id));
		values[1] = Int64GetDatum(row_int64(job, Col_job_id));
		values[2] = Int64GetDatum(row_int64(job, Col_job_organization_id));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	call_end(call);
	return (Datum) 0;
}
