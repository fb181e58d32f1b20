/*
 * request_api.c
 *
 * The functions by which a merchant asks for a job, and for other organizations.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "acting/entry.h"
#include "acting/ids.h"
#include "jobs/consequence.h"
#include "jobs/rematch.h"
#include "jobs/request.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/refusal.h"

/* What a merchant asks for, as the arguments have it. */
typedef struct Wanted
{
	int64 service_id;
	char *title;
	char *description;
	int64 organization_id; /* 0: the best are chosen */
	int64 store_id;		   /* 0: none */
	Numeric budget;		   /* NULL: not said */
	char *currency;
	int max_matches;
	bool auto_rematch;
	pg_uuid_t *client_key; /* NULL: none */
} Wanted;

static Wanted
wanted_of_arguments(FunctionCallInfo fcinfo)
{
	Wanted wanted;

	wanted.service_id = arg_id(fcinfo, ARG(request_job, service_id));
	wanted.title = arg_text(fcinfo, ARG(request_job, title), LIMIT_NAME);
	wanted.description = arg_text(fcinfo, ARG(request_job, description), LIMIT_TEXT);
	wanted.organization_id = arg_optional_id(fcinfo, ARG(request_job, organization_id));
	wanted.store_id = arg_optional_id(fcinfo, ARG(request_job, store_id));
	wanted.budget = arg_optional_price(fcinfo, ARG(request_job, budget));
	wanted.currency = arg_currency(fcinfo, ARG_request_job_currency);
	wanted.auto_rematch = arg_bool(fcinfo, ARG(request_job, auto_rematch));
	wanted.client_key = arg_optional_client_key(fcinfo, ARG_request_job_client_key);
	wanted.max_matches = request_arg_max_matches(fcinfo, ARG_request_job_max_matches);
	return wanted;
}

/*
 * The same as a job, which isn't written yet.
 */
static Row *
make_wanted_job(Call *call, const Wanted *wanted)
{
	Row *job = row_new(call->rows, TABLE_job);

	row_set_int64(job, Col_job_merchant_id, call->actor.kind == ACTOR_MERCHANT ? call->actor.id : 0);
	row_set_int64(job, Col_job_organization_id, wanted->organization_id);
	row_set_int64(job, Col_job_service_id, wanted->service_id);
	row_set_int64(job, Col_job_store_id, wanted->store_id);
	row_set_text(job, Col_job_title, wanted->title);
	row_set_text(job, Col_job_description, wanted->description);
	if (wanted->budget)
		row_set(job, Col_job_budget, NumericGetDatum(wanted->budget));
	row_set_text(job, Col_job_currency, wanted->currency);
	row_set(job, Col_job_auto_rematch, BoolGetDatum(wanted->auto_rematch));
	if (wanted->client_key)
		row_set(job, Col_job_client_key, UUIDPGetDatum(wanted->client_key));
	return job;
}

static List *
ask_best(Call *call, const Row *job, int max_matches, const pg_uuid_t *client_key)
{
	Ask ask = {
		.wanted = job,
		.merchant = merchant_lock(call, row_int64(job, Col_job_merchant_id)),
		.max_matches = max_matches,
		.origin = ORIGIN_MATCH,
		.client_key = client_key,
		.wait = LockWaitBlock,
	};
	List *jobs;

	store_require_kept(call, row_int64(job, Col_job_store_id));
	if (request_ask_best(call, &ask, &jobs) == ASKING_NOBODY)
		ereport(ERROR,
				(refused_by(REFUSAL_NOBODY_MATCHES),
				 errmsg("no organization can be asked for service %lld",
						(long long) row_int64(job, Col_job_service_id)),
				 errdetail("None that provides it is available, listed, takes this merchant, fits the budget and "
						   "has no blocked conversation with it."),
				 errhint("Ask with another budget or none, or name an organization.")));
	return jobs;
}

static List *
ask_one(Call *call, Row *job)
{
	job_fill_new(job, ORIGIN_DIRECT, request_open_conversation(call, job), GetCurrentTimestamp());
	return job_insert(call, job) != 0 ? list_make1(job) : NIL;
}

static void
follow_up_request(Call *call, const List *jobs)
{
	ListCell *cell;

	foreach (cell, jobs)
		consequence_of_creation(call, job_of_row(lfirst(cell)));
}

/*
 * Asks for it, unless an earlier call did; the jobs' rows. None: a trigger of a user
 * suppressed it.
 */
static List *
ask_organizations(Call *call, const Wanted *wanted)
{
	Row *job = make_wanted_job(call, wanted);
	List *jobs;

	request_require_asker(call, job);
	if (call->actor.kind == ACTOR_SYSTEM)
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("the system does not ask for a job"),
				 errdetail("A merchant does."),
				 errhint("Pass actor => 'merchant:...'.")));
	jobs = request_find_repeated(call, job, wanted->client_key);
	if (jobs)
		return jobs;
	if (wanted->organization_id)
		request_require_welcome(call, job);
	row_set_int64(job, Col_job_request_id, ids_draw_request(call->rows));
	jobs = wanted->organization_id ? ask_one(call, job) : ask_best(call, job, wanted->max_matches, wanted->client_key);
	follow_up_request(call, jobs);
	return jobs;
}

/*
 * jobs.request_job(service_id, title, description, organization_id, store_id, budget,
 * currency, max_matches, auto_rematch, client_key, actor)
 */
SQL_FUNCTION_OF_ROWS(request_job)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Wanted wanted = wanted_of_arguments(fcinfo);
	Call *call;
	ListCell *cell;

	call = call_begin(fcinfo, ARG_request_job_actor);
	foreach (cell, ask_organizations(call, &wanted))
	{
		const Row *job = lfirst(cell);
		Datum values[NRESULT_request_job];
		bool nulls[NRESULT_request_job] = {false};

		values[RESULT_request_job_request_id] = Int64GetDatum(row_int64(job, Col_job_request_id));
		values[RESULT_request_job_job_id] = Int64GetDatum(row_int64(job, Col_job_id));
		values[RESULT_request_job_asked_organization_id] = Int64GetDatum(row_int64(job, Col_job_organization_id));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	call_end(call);
	return (Datum) 0;
}

/*
 * Asks others under the request, unless an earlier call did; the jobs' rows.
 */
static List *
ask_others(Call *call, int64 request_id, int max_matches, const pg_uuid_t *client_key)
{
	Row *any = rematch_require_request(call, request_id);
	List *jobs = request_find_repeated_rematch(call, any, client_key);

	if (jobs == NIL)
	{
		jobs = rematch_request(call, any, max_matches, client_key);
		follow_up_request(call, jobs);
	}
	return jobs;
}

/*
 * jobs.rematch_request(request_id, max_matches, client_key, actor)
 */
SQL_FUNCTION_OF_ROWS(rematch_request)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 request_id = arg_id(fcinfo, ARG(rematch_request, request_id));
	int max_matches = request_arg_max_matches(fcinfo, ARG_rematch_request_max_matches);
	pg_uuid_t *client_key = arg_optional_client_key(fcinfo, ARG_rematch_request_client_key);
	Call *call;
	ListCell *cell;

	call = call_begin(fcinfo, ARG_rematch_request_actor);
	foreach (cell, ask_others(call, request_id, max_matches, client_key))
	{
		const Row *job = lfirst(cell);
		Datum values[NRESULT_rematch_request];
		bool nulls[NRESULT_rematch_request] = {false};

		values[RESULT_rematch_request_job_id] = Int64GetDatum(row_int64(job, Col_job_id));
		values[RESULT_rematch_request_asked_organization_id] = Int64GetDatum(row_int64(job, Col_job_organization_id));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	call_end(call);
	return (Datum) 0;
}
