/*
 * history.c
 *
 * Writes history, under the lock of its job.
 */
#include "postgres.h"

#include "acting/ids.h"
#include "feed/history.h"
#include "pg/notify.h"

/*
 * After users' triggers: is it where the event feed finds it, and nobody else's?
 */
static void
check_written(const Row *row, const Event *event, int64 id)
{
	if (row_int64(row, Col_job_event_id) != id || !row_isnull(row, Col_job_event_position) ||
		row_int64(row, Col_job_event_organization_id) != event->organization_id ||
		row_int64(row, Col_job_event_merchant_id) != event->merchant_id)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a trigger moved an event of job %lld elsewhere", (long long) event->job_id),
				 errdetail("A BEFORE trigger on jobs.job_event changed its id, its position, or whose it is."),
				 errhint("Let the trigger change columns of its own alone.")));
}

void
history_write(Call *call, const Event *event)
{
	Row *row = row_new(call->rows, TABLE_job_event);
	int64 id = ids_assign(row, SLOT_OF(event->organization_id));

	row_set_int64(row, Col_job_event_organization_id, event->organization_id);
	row_set_int64(row, Col_job_event_merchant_id, event->merchant_id);
	row_set_int64(row, Col_job_event_job_id, event->job_id);
	row_set_text(row, Col_job_event_action, event->action);
	row_set_text(row, Col_job_event_from_status, event->from_status);
	row_set_text(row, Col_job_event_to_status, event->to_status);
	row_set(row, Col_job_event_actor, actor_datum(&call->actor));
	row_set_time(row, Col_job_event_occurred_at, event->occurred_at);
	if (event->details)
		row_set(row, Col_job_event_details, JsonbPGetDatum(event->details));
	if (row_insert(row))
		check_written(row, event, id);
	jobs_wake(WAKE_EVENT);
}
