/*
 * feed_purge.c
 *
 * Deletes events that all consumers which may see them have acknowledged.
 *
 * Without an age there must be such a consumer. Where the system has one, it sees every event: what may go
 * is found along the positions, up to the system's lowest. Else it is found along the positions of each
 * organization and merchant that has consumers. With an age, events are found along their ids, also those
 * that no consumer may see, or that have no position. Events that another consumer holds back are passed
 * over, at the price of a look at its position each.
 *
 * jobs.node keeps the highest position that went.
 *
 * Locks: FEED_LOCK_CONSUMERS until the transaction ends; each event FOR UPDATE SKIP LOCKED; then
 * the row of jobs.node FOR NO KEY UPDATE.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "acting/entry.h"
#include "feed/consumer.h"
#include "feed/event.h"
#include "feed/feed_purge.h"
#include "pg/argument.h"
#include "tables/node.h"

/* A purge while it runs. */
typedef struct Purge
{
	MemoryContext round; /* of the rows that are being looked at */
	int wanted;			 /* how many more to delete */
	int64 deleted;
	int64 highest; /* position among these */
} Purge;

/*
 * Nobody has acknowledged what has no position yet.
 */
static bool
is_held_by(Rows *rows, const Feed *feed, const Row *event)
{
	int64 lowest = feed_shows(feed, event) ? consumer_lowest(rows, feed) : -1;

	return lowest >= 0 && (row_isnull(event, Col_event_position) || lowest < row_int64(event, Col_event_position));
}

bool
feed_is_held(Rows *rows, const Row *event)
{
	Feed all = {0, 0};
	Feed organizations = {row_int64(event, Col_event_organization_id), 0};
	Feed merchants = {0, row_int64(event, Col_event_merchant_id)};

	return is_held_by(rows, &all, event) || is_held_by(rows, &organizations, event) ||
		   is_held_by(rows, &merchants, event);
}

bool
feed_delete(Row *event, int64 *highest)
{
	int64 position = row_int64(event, Col_event_position);

	if (!event_delete(event))
		return false;
	*highest = Max(*highest, position);
	return true;
}

/*
 * Deletes among the next events of a feed above `above`, which moves on, and up to `up_to`.
 * False: there are no others.
 */
static bool
purge_round(Purge *purge, const Feed *feed, int64 *above, int64 up_to)
{
	MemoryContext caller = MemoryContextSwitchTo(purge->round);
	Call *call = call_begin_upkeep();
	RowScan *scan = feed_scan(call->rows, feed, *above, up_to, false);
	bool is_over = false;

	for (int i = 0; i < PURGE_ROUND_ROWS && purge->wanted > 0; i++)
	{
		Row *event = row_scan_next(scan);

		CHECK_FOR_INTERRUPTS();
		is_over = event == NULL;
		if (event == NULL)
			break;
		*above = row_int64(event, Col_event_position);
		if (!feed_shows(feed, event) || feed_is_held(call->rows, event))
			continue;
		event = row_lock_found(event, LockTupleExclusive, LockWaitSkip);
		if (event && feed_delete(event, &purge->highest))
		{
			purge->wanted--;
			purge->deleted++;
		}
	}
	row_scan_end(scan);
	call_end(call);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(purge->round);
	return !is_over;
}

/*
 * What all consumers of one feed have acknowledged.
 */
static void
purge_feed(Purge *purge, const Feed *feed)
{
	MemoryContext caller = MemoryContextSwitchTo(purge->round);
	Call *call = call_begin_upkeep();
	int64 up_to = consumer_lowest(call->rows, feed);
	int64 above = 0;

	call_end(call);
	MemoryContextSwitchTo(caller);
	while (purge->wanted > 0 && purge_round(purge, feed, &above, up_to))
		;
}

void
feed_remember_purged(Rows *rows, int64 position)
{
	Row *node;

	if (position == 0)
		return;
	node = row_lock_found(node_fetch(rows), LockTupleNoKeyExclusive, LockWaitBlock);
	if (node && row_int64(node, Col_node_purged_position) < position)
	{
		Row *changed = row_copy(node);

		row_set_int64(changed, Col_node_purged_position, position);
		row_must_update(node, changed);
	}
}

/*
 * What consumers have acknowledged, whatever its age.
 */
static int64
purge_acknowledged(int max_rows)
{
	Purge purge = {.wanted = max_rows};
	Feed all = {0, 0};
	Feed *feeds = &all;
	int count = 1;
	Call *call = call_begin_upkeep();

	(void) feed_lock(FEED_LOCK_CONSUMERS, true);
	rows_renew(call->rows);
	if (consumer_lowest(call->rows, &all) < 0)
		count = consumer_feeds(call->rows, &feeds);
	call_end(call);

	purge.round = AllocSetContextCreate(CurrentMemoryContext, "jobs feed purge", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < count; i++)
		purge_feed(&purge, &feeds[i]);
	MemoryContextDelete(purge.round);
	call = call_begin_upkeep();
	feed_remember_purged(call->rows, purge.highest);
	call_end(call);
	return purge.deleted;
}

/*
 * Deletes an event that nobody keeps, and that nobody holds. It may get a position until it is locked.
 */
static bool
delete_unheld(Row *event, TimestampTz before, void *highest)
{
	if (feed_is_held(event->rows, event))
		return false;
	event = row_lock_found(event, LockTupleExclusive, LockWaitSkip);
	return event && feed_delete(event, highest);
}

int
feed_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over)
{
	static const PurgeWalk walk = {TABLE_event, Col_event_id, Col_event_occurred_at, delete_unheld};
	Call *call = call_begin_upkeep();
	int64 highest = 0;
	int deleted;

	(void) feed_lock(FEED_LOCK_CONSUMERS, true);
	rows_renew(call->rows);
	deleted = purge_walk(call, &walk, &highest, before, max_rows, after, is_over);
	feed_remember_purged(call->rows, highest);
	call_end(call);
	return deleted;
}

/*
 * jobs.purge_events(older_than, max_rows)
 */
SQL_FUNCTION(purge_events)
{
	bool is_by_age = !PG_ARGISNULL(ARG_purge_events_older_than);
	TimestampTz before = is_by_age ? purge_arg_older_than(fcinfo, ARG_purge_events_older_than, "events") : 0;
	int max_rows = arg_count(fcinfo, ARG(purge_events, max_rows));

	check_can_write();
	PG_RETURN_INT64(is_by_age ? purge_all(feed_purge_round, before, max_rows) : purge_acknowledged(max_rows));
}
