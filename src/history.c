/*
 * history.c
 *
 * Writes history, under the lock of its job.
 */
#include "postgres.h"

#include "utils/numeric.h"

#include "history.h"
#include "ids.h"
#include "notify.h"

/*
 * After users' triggers: is it where the event feed finds it, and nobody else's?
 */
static void
check_written(const Row *event, const Job *job, int64 id)
{
	if (row_int64(event, Col_job_event_id) != id || !row_isnull(event, Col_job_event_position) ||
		row_int64(event, Col_job_event_organization_id) != job->organization_id ||
		row_int64(event, Col_job_event_merchant_id) != job->merchant_id)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a trigger moved an event of job %lld elsewhere", (long long) job->id),
				 errdetail("A BEFORE trigger on jobs.job_event changed its id, its position, or whose it is."),
				 errhint("Let the trigger change columns of its own alone.")));
}

void
history_write(Call *call, const Job *job, Action action, JobStatus from, JobStatus to,
			  Jsonb *details)
{
	Row *event = row_new(call->rows, TABLE_job_event, TRIGGERS_PARENT_LOCKED);
	int64 id = ids_assign(event, SLOT_OF(job->organization_id));

	row_set_int64(event, Col_job_event_organization_id, job->organization_id);
	row_set_int64(event, Col_job_event_merchant_id, job->merchant_id);
	row_set_int64(event, Col_job_event_job_id, job->id);
	row_set_text(event, Col_job_event_action, action_name(action));
	row_set_text(event, Col_job_event_from_status, status_name(from));
	row_set_text(event, Col_job_event_to_status, status_name(to));
	row_set(event, Col_job_event_actor, actor_datum(&call->actor));
	row_set_time(event, Col_job_event_occurred_at, job->now);
	if (details)
		row_set(event, Col_job_event_details, JsonbPGetDatum(details));
	if (row_insert(event))
		check_written(event, job, id);
	jobs_wake(WAKE_EVENT);
}

static void
push_key(JsonbParseState **state, const char *name)
{
	JsonbValue key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	pushJsonbValue(state, WJB_KEY, &key);
}

Jsonb *
details_ids(const IdPair *pairs, int count)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < count; i++)
	{
		JsonbValue value;

		if (pairs[i].id == 0)
			continue;
		push_key(&state, pairs[i].name);
		value.type = jbvNumeric;
		value.val.numeric = int64_to_numeric(pairs[i].id);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

Jsonb *
details_id(const char *name, int64 id)
{
	IdPair pair = {name, id};

	return details_ids(&pair, 1);
}

Jsonb *
details_text(const char *name, const char *text)
{
	JsonbParseState *state = NULL;
	JsonbValue value;

	if (text == NULL)
		return NULL;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, name);
	value.type = jbvString;
	value.val.string.val = unconstify(char *, text);
	value.val.string.len = strlen(text);
	pushJsonbValue(&state, WJB_VALUE, &value);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}
