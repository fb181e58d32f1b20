/*
 * history.c
 *
 * Writes history, under the lock of its job.
 */
#include "postgres.h"

#include "acting/ids.h"
#include "feed/history.h"
#include "pg/notify.h"

void
history_write(Call *call, const Event *event)
{
	Row *row = row_new(call->rows, TABLE_job_event);

	ids_assign(row, SLOT_OF(event->organization_id));
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
	row_must_insert(row);
	jobs_wake(WAKE_EVENT);
}
