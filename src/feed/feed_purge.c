/*
 * feed_purge.c
 *
 * Deletes events that all consumers which may see them have acknowledged; there must be one.
 *
 * Where the system has a consumer, it sees every event: what may go is found along the
 * positions, up to the system's lowest. Else it is found along the positions of each
 * organization and merchant that has consumers. Events that another consumer holds back are
 * passed over, at the price of a look at its position each.
 *
 * jobs.node keeps the highest position that went: the next one is above it, even when nobody is
 * left who has acknowledged it.
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
#include "pg/argument.h"
#include "tables/node.h"

/* Rows that are read with one call, and kept in memory until it ends. */
#define ROUND_ROWS 1000

/* A purge while it runs. */
typedef struct Purge
{
	MemoryContext round; /* of the rows that are being looked at */
	int wanted;			 /* how many more to delete */
	int64 deleted;
	int64 highest; /* position among these */
} Purge;

/*
 * Is there a consumer of this feed that may see the event, and has not acknowledged it?
 */
static bool
is_held_by(Rows *rows, const Feed *feed, const Row *event)
{
	int64 lowest = feed_shows(feed, event) ? consumer_lowest(rows, feed) : -1;

	return lowest >= 0 && lowest < row_int64(event, Col_event_position);
}

static bool
is_held(Rows *rows, const Row *event)
{
	Feed organizations = {row_int64(event, Col_event_organization_id), 0};
	Feed merchants = {0, row_int64(event, Col_event_merchant_id)};

	return is_held_by(rows, &organizations, event) || is_held_by(rows, &merchants, event);
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

	for (int i = 0; i < ROUND_ROWS && purge->wanted > 0; i++)
	{
		Row *event = row_scan_next(scan);

		CHECK_FOR_INTERRUPTS();
		is_over = event == NULL;
		if (event == NULL)
			break;
		*above = row_int64(event, Col_event_position);
		if (!feed_shows(feed, event) || is_held(call->rows, event))
			continue;
		event = row_lock_found(event, LockTupleExclusive, LockWaitSkip);
		if (event && event_delete(event))
		{
			purge->wanted--;
			purge->deleted++;
			purge->highest = Max(purge->highest, *above);
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

static void
remember_purged(int64 position)
{
	Call *call = call_begin_upkeep();
	Row *node = row_lock_found(node_fetch(call->rows), LockTupleNoKeyExclusive, LockWaitBlock);

	if (node && row_int64(node, Col_node_purged_position) < position)
	{
		Row *changed = row_copy(node);

		row_set_int64(changed, Col_node_purged_position, position);
		row_must_update(node, changed);
	}
	call_end(call);
}

/*
 * jobs.purge_events(max_rows)
 */
SQL_FUNCTION(purge_events)
{
	Purge purge = {.wanted = arg_count(fcinfo, ARG(purge_events, max_rows))};
	Feed all = {0, 0};
	Feed *feeds = &all;
	int count = 1;
	Call *call;

	check_can_write();
	call = call_begin_upkeep();
	(void) feed_lock(FEED_LOCK_CONSUMERS, true);
	rows_renew(call->rows);
	if (consumer_lowest(call->rows, &all) < 0)
		count = consumer_feeds(call->rows, &feeds);
	call_end(call);

	purge.round = AllocSetContextCreate(CurrentMemoryContext, "jobs feed purge", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < count; i++)
		purge_feed(&purge, &feeds[i]);
	MemoryContextDelete(purge.round);
	if (purge.deleted > 0)
		remember_purged(purge.highest);
	PG_RETURN_INT64(purge.deleted);
}
