/*
 * feed_read.c
 *
 * Reading the event feed, and acknowledging what was read.
 *
 * A read returns what follows the position that its consumer has acknowledged, and changes
 * nothing of the consumer: several readers of one consumer get the same events, and all of
 * them come again after a crash (at least once). It numbers events where those with a
 * position don't fill the batch; numbering.c says how.
 *
 * Locks: a read takes FEED_LOCK_NUMBERS if it numbers, and keeps it until its transaction
 * ends; an acknowledgement locks the consumer FOR NO KEY UPDATE.
 */
#include "postgres.h"

#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "acting/entry.h"
#include "feed/consumer.h"
#include "feed/numbering.h"
#include "pg/argument.h"

/* So many events are numbered at once where it isn't known whether the reader may see them ... */
#define ROUND_ROWS 1000

/* ... and no more than about so many once there is something to return. */
#define ENOUGH_ROWS 10000

/* Where what jobs.read_events() returns comes from. */
static const int columns[NRESULT_read_events] = {
	[RESULT_read_events_event_position] = Col_event_position,
	[RESULT_read_events_event_id] = Col_event_id,
	[RESULT_read_events_organization_id] = Col_event_organization_id,
	[RESULT_read_events_job_id] = Col_event_job_id,
	[RESULT_read_events_conversation_id] = Col_event_conversation_id,
	[RESULT_read_events_proposal_id] = Col_event_proposal_id,
	[RESULT_read_events_review_id] = Col_event_review_id,
	[RESULT_read_events_action] = Col_event_action,
	[RESULT_read_events_from_status] = Col_event_from_status,
	[RESULT_read_events_to_status] = Col_event_to_status,
	[RESULT_read_events_actor] = Col_event_actor,
	[RESULT_read_events_occurred_at] = Col_event_occurred_at,
	[RESULT_read_events_details] = Col_event_details,
};

/* A read while it runs. */
typedef struct Reading
{
	Feed feed;
	ReturnSetInfo *result;
	MemoryContext round; /* of the rows that are being read */
	int64 last;			 /* events up to this position were returned or passed over, or acknowledged before */
	int wanted;			 /* how many more */
	int returned;
} Reading;

static void
add_to_result(Reading *reading, const Row *event)
{
	Datum values[lengthof(columns)];
	bool nulls[lengthof(columns)];

	for (int i = 0; i < lengthof(columns); i++)
	{
		nulls[i] = row_isnull(event, columns[i]);
		values[i] = nulls[i] ? (Datum) 0 : row_get(event, columns[i]);
	}
	tuplestore_putvalues(reading->result->setResult, reading->result->setDesc, values, nulls);
	reading->wanted--;
	reading->returned++;
}

/*
 * Returns what has a position by now.
 */
static void
return_numbered(Reading *reading)
{
	MemoryContext caller = MemoryContextSwitchTo(reading->round);
	Rows *rows = rows_begin();
	RowScan *scan = feed_scan(rows, &reading->feed, reading->last, PG_INT64_MAX, false);
	const Row *event;

	while (reading->wanted > 0 && (event = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (feed_shows(&reading->feed, event))
			add_to_result(reading, event);
		reading->last = row_int64(event, Col_event_position);
	}
	row_scan_end(scan);
	rows_end(rows);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(reading->round);
}

/*
 * Numbers events until the batch is full, or none is left. Who sees few of them doesn't
 * make others wait for more, once it has something.
 */
static void
number_and_return(Reading *reading)
{
	Numbering *numbering = numbering_begin();
	int total = 0;
	int count;
	int numbered;

	do
	{
		/* those, too, that others numbered before the lock was had */
		return_numbered(reading);
		if (reading->wanted == 0 || (reading->returned > 0 && total >= ENOUGH_ROWS))
			break;
		count = FEED_IS_SYSTEMS(&reading->feed) ? reading->wanted : ROUND_ROWS;
		numbered = numbering_go_on(numbering, count);
		total = Min(total, ENOUGH_ROWS) + numbered;
		if (numbered < count)
			return_numbered(reading);
	} while (numbered == count);
	numbering_end(numbering);
}

/*
 * jobs.read_events(consumer, max_rows)
 */
SQL_FUNCTION_OF_ROWS(read_events)
{
	char *name = arg_text(fcinfo, ARG(read_events, consumer), LIMIT_NAME);
	Reading reading = {.wanted = arg_count(fcinfo, ARG(read_events, max_rows))};
	Call *call;

	/* a standby can't give positions, and what was read there may never have been numbered */
	check_can_write();
	reading.result = (ReturnSetInfo *) fcinfo->resultinfo;
	reading.round = AllocSetContextCreate(CurrentMemoryContext, "jobs feed", ALLOCSET_DEFAULT_SIZES);
	call = call_begin_current();
	reading.feed = feed_of_actor(&call->actor);
	reading.last = row_int64(consumer_require(call->rows, &reading.feed, name), Col_event_consumer_position);

	return_numbered(&reading);
	/* somebody who numbers is waited for only by who would get nothing else */
	if (reading.wanted > 0 && numbering_is_due(call->rows) &&
		feed_lock(FEED_LOCK_NUMBERS, reading.returned == 0))
		number_and_return(&reading);
	call_end(call);
	MemoryContextDelete(reading.round);
	return (Datum) 0;
}

static void
require_numbered(Rows *rows, int64 position)
{
	int64 highest = numbering_highest(rows, true);

	if (position > highest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("position %lld is beyond all events", (long long) position),
				 errdetail("The highest position that was given is %lld.", (long long) highest),
				 errhint("Pass an event_position that jobs.read_events() returned.")));
}

static int64
count_events(Rows *rows, const Feed *feed, int64 above, int64 up_to)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext each = AllocSetContextCreate(caller, "jobs feed", ALLOCSET_SMALL_SIZES);
	RowScan *scan = feed_scan(rows, feed, above, up_to, true);
	const Row *event;
	int64 count = 0;

	while ((event = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(each);
		count += feed_shows(feed, event);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(each);
	}
	row_scan_end(scan);
	MemoryContextDelete(each);
	return count;
}

/*
 * jobs.ack_events(consumer, up_to)
 */
SQL_FUNCTION(ack_events)
{
	char *name = arg_text(fcinfo, ARG(ack_events, consumer), LIMIT_NAME);
	int64 up_to = arg_id(fcinfo, ARG(ack_events, up_to));
	Call *call;
	Feed feed;
	Row *consumer;
	int64 position;
	int64 acknowledged = 0;

	check_can_write();
	call = call_begin_current();
	feed = feed_of_actor(&call->actor);
	consumer = consumer_lock(call->rows, &feed, name, LockTupleNoKeyExclusive);
	position = row_int64(consumer, Col_event_consumer_position);
	if (up_to > position)
	{
		require_numbered(call->rows, up_to);
		acknowledged = count_events(call->rows, &feed, position, up_to);
		consumer_acknowledge(consumer, up_to);
		/* what was acknowledged doesn't come again after a crash */
		ForceSyncCommit();
	}
	call_end(call);
	PG_RETURN_INT64(acknowledged);
}
