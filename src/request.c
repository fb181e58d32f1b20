/*
 * request.c
 *
 * Asking for a job: what must hold before there is one.
 *
 * Locks: the merchant's row FOR NO KEY UPDATE, so that its requests come one after
 * another: neither a conversation nor a client_key is taken twice.
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
#include "request.h"

void
request_require_asker(Call *call, const Row *row)
{
	int64 organization_id = row_int64(row, Col_job_organization_id);

	if (row_fetch(call->rows, TABLE_organization, organization_id) == NULL)
		actor_complain_missing("organization", organization_id);
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
	return conversation_open(call, row_int64(row, Col_job_organization_id),
							 row_int64(row, Col_job_merchant_id));
}

/*
 * What jobs.request_job() was asked for.
 */
typedef struct Request
{
	int64 organization_id;
	int64 service_id;
	int64 store_id;
	char *title;
	char *description;
	Numeric budget; /* NULL: not said */
	char *currency;
	pg_uuid_t *client_key; /* NULL: none */
} Request;

static Request
request_of_arguments(FunctionCallInfo fcinfo)
{
	Request request;

	request.service_id = arg_id(fcinfo, 0, "service_id");
	request.title = arg_text(fcinfo, 1, "title", LIMIT_NAME);
	request.description = arg_text(fcinfo, 2, "description", LIMIT_TEXT);
	request.organization_id = arg_optional_id(fcinfo, 3, "organization_id");
	request.store_id = arg_optional_id(fcinfo, 4, "store_id");
	request.budget = arg_optional_price(fcinfo, 5, "budget");
	request.currency = arg_currency(fcinfo, 6);
	(void) arg_count(fcinfo, 7, "max_matches");
	if (arg_bool(fcinfo, 8, "auto_rematch"))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a job is not asked from another organization by itself"),
				 errdetail("This version does not pick organizations by itself."),
				 errhint("Leave auto_rematch out.")));
	request.client_key = arg_optional_uuid(fcinfo, 9);
	if (request.organization_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a job is asked from a named organization"),
				 errdetail("This version does not pick organizations by itself."),
				 errhint("Name the organization: pass organization_id.")));
	return request;
}

static void
fill(Row *row, const Request *request, int64 merchant_id)
{
	row_set_int64(row, Col_job_organization_id, request->organization_id);
	row_set_int64(row, Col_job_merchant_id, merchant_id);
	row_set_int64(row, Col_job_service_id, request->service_id);
	row_set_int64(row, Col_job_store_id, request->store_id);
	row_set_text(row, Col_job_title, request->title);
	row_set_text(row, Col_job_description, request->description);
	if (request->budget)
		row_set(row, Col_job_budget, NumericGetDatum(request->budget));
	row_set_text(row, Col_job_currency, request->currency);
	if (request->client_key)
		row_set(row, Col_job_client_key, UUIDPGetDatum(request->client_key));
}

/*
 * The job that an earlier call with the same key asked for, or NULL.
 */
static Row *
find_repeated(Call *call, const Row *job, const pg_uuid_t *client_key)
{
	static const int compared[] = {
		Col_job_organization_id, Col_job_service_id, Col_job_store_id, Col_job_title,
		Col_job_description, Col_job_budget, Col_job_currency};
	Row *earlier = client_key_find(call, TABLE_job, client_key);

	for (int i = 0; i < lengthof(compared) && earlier; i++)
	{
		if (row_differs(earlier, job, job->table->att[compared[i]]))
			client_key_complain_reused();
	}
	return earlier;
}

/*
 * Asks for it, unless an earlier call did; the job's row, or NULL: a trigger of a user
 * suppressed it.
 */
static Row *
ask(Call *call, const Request *request)
{
	Row *job = row_new(call->rows, TABLE_job, TRIGGERS_PARENT_UNLOCKED);
	Row *earlier;

	fill(job, request, call->actor.kind == ACTOR_MERCHANT ? call->actor.id : 0);
	request_require_asker(call, job);
	if (call->actor.kind == ACTOR_SYSTEM)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the system does not ask for a job"),
				 errdetail("A merchant does."),
				 errhint("Pass actor => 'merchant:...'.")));
	earlier = find_repeated(call, job, request->client_key);
	if (earlier)
		return earlier;
	request_require_welcome(call, job);
	row_set_int64(job, Col_job_request_id, ids_draw_request(call->rows));
	job_fill_new(job, "direct", request_open_conversation(call, job));
	return job_insert(call, job) != 0 ? job : NULL;
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
	Call *call;
	Row *job;

	InitMaterializedSRF(fcinfo, 0);
	call = call_begin(fcinfo, 10);
	job = ask(call, &request);
	if (job)
	{
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
