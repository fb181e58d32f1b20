/*
 * history.c
 *
 * Writes history, under the lock of its job.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/access.h"
#include "acting/ids.h"
#include "feed/history.h"
#include "pg/notify.h"

/*
 * An operator acts for whom he likes, and the event names that one. Applications do the same all day
 * long: what they say of themselves would be no news.
 */
static void
write_caller(Call *call, const Row *event)
{
	Row *row;

	if (call->is_automatic || !access_is_operator(GetOuterUserId()))
		return;
	row = row_new(call->rows, TABLE_event_caller);
	row_set_int64(row, Col_event_caller_organization_id, row_int64(event, Col_job_event_organization_id));
	row_set_int64(row, Col_event_caller_event_id, row_int64(event, Col_job_event_id));
	row_set_text(row, Col_event_caller_called_by, GetUserNameFromId(GetSessionUserId(), false));
	row_must_insert(row);
}

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
	write_caller(call, row);
	jobs_wake(WAKE_EVENT);
}

static void
delete_caller(const Row *event)
{
	ScanKeyData keys[2];
	Row *caller;

	row_key_int64(&keys[0], 1, row_int64(event, Col_job_event_organization_id));
	row_key_int64(&keys[1], 2, row_int64(event, Col_job_event_id));
	caller = row_find(event->rows, TABLE_event_caller, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	if (caller)
		caller = row_lock_found(caller, LockTupleExclusive, LockWaitBlock);
	if (caller)
		(void) row_delete(caller);
}

bool
history_delete(Row *event)
{
	if (!row_delete(event))
		return false;
	delete_caller(event);
	return true;
}
