/*
 * event.c
 *
 * Writes and deletes events.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/access.h"
#include "acting/ids.h"
#include "feed/event.h"
#include "pg/notify.h"

const char *const event_names[EVENT_KIND_COUNT] = {
#define EVENT(symbol, name) [EVENT_##symbol] = name,
#include "feed/event_list.h"
#undef EVENT
};

/*
 * An operator acts for whom he likes, and the event names that one. Applications do the same all day
 * long: what they say of themselves would be no news.
 */
static void
write_caller(Call *call, const Row *event)
{
	Oid caller = call->is_automatic ? InvalidOid : access_calling_operator();
	Row *row;

	if (!OidIsValid(caller))
		return;
	row = row_new(call->rows, TABLE_event_caller);
	/* 0 where it has none: it is a key */
	row_set(row, Col_event_caller_organization_id, Int64GetDatum(row_int64(event, Col_event_organization_id)));
	row_set_int64(row, Col_event_caller_event_id, row_int64(event, Col_event_id));
	row_set_text(row, Col_event_caller_called_by, GetUserNameFromId(caller, false));
	row_must_insert(row);
}

bool
event_of_one_side_fits(Call *call)
{
	const Table *table = row_new(call->rows, TABLE_event)->table;

	return !TupleDescAttr(table->desc, table->att[Col_event_conversation_id] - 1)->attnotnull;
}

void
event_write(Call *call, const Event *event)
{
	Row *row = row_new(call->rows, TABLE_event);

	ids_assign(row, event->organization_id ? SLOT_OF(event->organization_id) : slots_of_catalogue(call->rows));
	row_set_int64(row, Col_event_organization_id, event->organization_id);
	row_set_int64(row, Col_event_merchant_id, event->merchant_id);
	row_set_int64(row, Col_event_job_id, event->job_id);
	row_set_int64(row, Col_event_conversation_id, event->conversation_id);
	row_set_int64(row, Col_event_proposal_id, event->proposal_id);
	row_set_int64(row, Col_event_review_id, event->review_id);
	row_set_text(row, Col_event_action, event->action);
	row_set_text(row, Col_event_from_status, event->from_status);
	row_set_text(row, Col_event_to_status, event->to_status);
	row_set(row, Col_event_actor, actor_datum(&call->actor));
	row_set_time(row, Col_event_occurred_at, event->occurred_at);
	if (event->details)
		row_set(row, Col_event_details, JsonbPGetDatum(event->details));
	row_must_insert(row);
	write_caller(call, row);
	jobs_wake(WAKE_EVENT);
}

static void
delete_caller(const Row *event)
{
	ScanKeyData keys[2];
	Row *caller;

	row_key_int64(&keys[0], 1, row_int64(event, Col_event_organization_id));
	row_key_int64(&keys[1], 2, row_int64(event, Col_event_id));
	caller = row_find(event->rows, TABLE_event_caller, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	/* whose event nobody else holds */
	if (caller)
		caller = row_lock_out_of_order(caller, LockTupleExclusive);
	if (caller)
		(void) row_delete(caller);
}

bool
event_delete(Row *event)
{
	if (!row_delete(event))
		return false;
	delete_caller(event);
	return true;
}
