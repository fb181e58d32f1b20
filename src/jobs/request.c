/*
 * request.c
 *
 * Asking for a job: what must hold before there is one, and whom to ask. Its functions are in
 * request_api.c; asking again, when one is lost, is in rematch.c.
 *
 * Locks: the client_key, the merchant's row FOR NO KEY UPDATE, so that its requests come one
 * after another and no conversation is opened twice, then the conversation in the same way, so
 * that nobody blocks it before the job is there. Where the marketplace chooses, it locks several, in
 * the order in which it asks: conversation.c says with whom that may collide.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/client_key.h"
#include "jobs/job.h"
#include "jobs/request.h"
#include "matching/match.h"
#include "parties/conversation.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/order.h"
#include "pg/refusal.h"

/* Organizations that are asked at once. */
#define MAX_MATCHES 100

const int request_columns[] = {
	Col_job_service_id, Col_job_store_id, Col_job_title, Col_job_description,
	Col_job_budget, Col_job_currency, Col_job_auto_rematch};
const int request_column_count = lengthof(request_columns);

void
request_require_asker(Call *call, const Row *row)
{
	if (!row_isnull(row, Col_job_organization_id))
		organization_require(call, row_int64(row, Col_job_organization_id));
	service_require(call, row_int64(row, Col_job_service_id));
	store_require(call, row_int64(row, Col_job_store_id), row_int64(row, Col_job_merchant_id));
	if (!action_is_of_side(ACTION_CREATE, call_side(call)))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only a merchant asks for a job"),
				 errdetail("The one who acts is a member of an organization."),
				 errhint("Pass actor => 'merchant:...'.")));
}

void
request_require_welcome(Call *call, const Row *row)
{
	int64 organization_id = row_int64(row, Col_job_organization_id);
	Row *merchant = merchant_lock(call, row_int64(row, Col_job_merchant_id));

	store_require_kept(call, row_int64(row, Col_job_store_id));
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

static int
compare_job_rows(const ListCell *a, const ListCell *b)
{
	return order_of(row_int64(lfirst(a), Col_job_id), row_int64(lfirst(b), Col_job_id));
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
	list_sort(jobs, compare_job_rows);
	return jobs;
}

/*
 * A job of the request, which isn't written yet.
 */
static Row *
make_job_of_request(Call *call, const Row *wanted, int64 organization_id)
{
	Row *job = row_new(call->rows, TABLE_job);

	row_set_int64(job, Col_job_request_id, row_int64(wanted, Col_job_request_id));
	row_set_int64(job, Col_job_merchant_id, row_int64(wanted, Col_job_merchant_id));
	row_set_int64(job, Col_job_organization_id, organization_id);
	for (int i = 0; i < request_column_count; i++)
	{
		if (!row_isnull(wanted, request_columns[i]))
			row_set(job, request_columns[i], row_get(wanted, request_columns[i]));
	}
	return job;
}

/*
 * Organizations that are asked next; returns how many.
 */
static Match *
find_best(Call *call, const Ask *ask, const List *jobs, int max_matches, int *count)
{
	const Row *wanted = ask->wanted;
	int64 *asked = palloc(Max(list_length(jobs), 1) * sizeof(int64));
	MatchQuery query = {
		.service_id = row_int64(wanted, Col_job_service_id),
		.merchant = ask->merchant,
		.currency = row_text(wanted, Col_job_currency),
		.asked = asked,
		.asked_count = list_length(jobs),
	};
	ListCell *cell;

	if (!row_isnull(wanted, Col_job_budget))
		query.budget = DatumGetNumeric(row_get(wanted, Col_job_budget));
	foreach (cell, jobs)
		asked[foreach_current_index(cell)] = row_int64(lfirst(cell), Col_job_organization_id);
	return match_find(call, &query, max_matches, count);
}

/*
 * Those of the jobs that no trigger of a user suppresses. The first one bears the key, and the time tells
 * which others came with it: no conversation is waited for any more.
 */
static List *
insert_jobs(Call *call, const Ask *ask, const List *jobs)
{
	TimestampTz now = GetCurrentTimestamp();
	List *made = NIL;
	ListCell *cell;

	foreach (cell, jobs)
	{
		Row *job = lfirst(cell);

		if (made == NIL && ask->client_key)
			row_set(job, Col_job_client_key, UUIDPGetDatum(ask->client_key));
		job_fill_new(job, ask->origin, row_int64(job, Col_job_conversation_id), now);
		if (job_insert(call, job) != 0)
			made = lappend(made, job);
	}
	return made;
}

Asking
request_ask_best(Call *call, const Ask *ask, List **made)
{
	List *tried = list_copy(ask->asked);
	List *jobs = NIL;
	int missing = ask->max_matches;
	int blocked;

	*made = NIL;
	do
	{
		int count;
		Match *matches = find_best(call, ask, tried, missing, &count);

		blocked = 0;
		for (int i = 0; i < count; i++)
		{
			Row *job = make_job_of_request(call, ask->wanted, matches[i].organization_id);
			int64 conversation_id;
			ConversationState state;

			CHECK_FOR_INTERRUPTS();
			tried = lappend(tried, job);
			state = conversation_try_open_for_job(call, matches[i].organization_id,
												  row_int64(ask->wanted, Col_job_merchant_id), ask->wait,
												  &conversation_id);
			if (state == CONVERSATION_HELD)
				return ASKING_HELD;
			if (state == CONVERSATION_BLOCKED)
			{
				blocked++;
				continue;
			}
			missing--;
			row_set_int64(job, Col_job_conversation_id, conversation_id);
			jobs = lappend(jobs, job);
		}
	} while (blocked > 0 && missing > 0);
	*made = insert_jobs(call, ask, jobs);
	return missing == ask->max_matches ? ASKING_NOBODY : ASKING_DONE;
}

/*
 * The jobs that were made by the same call: all of one request and one moment. Requests of a merchant
 * come one after another.
 */
static List *
jobs_made_with(Call *call, const Row *earlier)
{
	List *made = NIL;
	ListCell *cell;

	foreach (cell, request_jobs(call, row_int64(earlier, Col_job_request_id)))
	{
		if (!row_differs(lfirst(cell), earlier, earlier->table->att[Col_job_created_at]))
			made = lappend(made, lfirst(cell));
	}
	return made;
}

static bool
is_of_origin(const Row *job, const char *origin)
{
	return strcmp(row_text(job, Col_job_origin), origin) == 0;
}

List *
request_find_repeated(Call *call, const Row *wanted, const pg_uuid_t *client_key)
{
	Row *earlier = client_key_find(call, TABLE_job, row_int64(wanted, Col_job_merchant_id), client_key);
	int64 organization_id = row_int64(wanted, Col_job_organization_id);

	if (earlier == NULL)
		return NIL;
	client_key_require_same(earlier, wanted, request_columns, request_column_count);
	if (!is_of_origin(earlier, organization_id ? ORIGIN_DIRECT : ORIGIN_MATCH) ||
		(organization_id && row_int64(earlier, Col_job_organization_id) != organization_id))
		client_key_complain_reused();
	return jobs_made_with(call, earlier);
}

List *
request_find_repeated_rematch(Call *call, const Row *any, const pg_uuid_t *client_key)
{
	Row *earlier = client_key_find(call, TABLE_job, row_int64(any, Col_job_merchant_id), client_key);

	if (earlier == NULL)
		return NIL;
	if (!is_of_origin(earlier, ORIGIN_REMATCH) ||
		row_int64(earlier, Col_job_request_id) != row_int64(any, Col_job_request_id))
		client_key_complain_reused();
	return jobs_made_with(call, earlier);
}
