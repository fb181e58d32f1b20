/*
 * consumer.c
 *
 * Creates, finds and drops consumers of the event feed.
 *
 * Locks: creating takes FEED_LOCK_CONSUMERS, so that no purge deletes what the new consumer
 * has begun to read, and from now on also FEED_LOCK_NUMBERS. Dropping locks the row.
 */
#include "postgres.h"

#include "acting/entry.h"
#include "acting/ids.h"
#include "feed/consumer.h"
#include "feed/numbering.h"
#include "pg/argument.h"
#include "pg/refusal.h"

static int
owner_keys(ScanKeyData *keys, const Feed *feed)
{
	row_key_optional_int64(&keys[0], 1, feed->organization_id);
	row_key_optional_int64(&keys[1], 2, feed->merchant_id);
	return 2;
}

static int
name_keys(ScanKeyData *keys, const Feed *feed, const char *name)
{
	int count = owner_keys(keys, feed);

	row_key_text(&keys[count], count + 1, name);
	return count + 1;
}

static void
tell_missing(int level, const char *name)
{
	ereport(level,
			(level >= ERROR ? refused_by(REFUSAL_ROW_MISSING) : 0,
			 errmsg("consumer \"%s\" does not exist", name),
			 errdetail("The one who acts has no consumer of that name."),
			 errhint("SELECT name FROM jobs.event_consumer lists those that there are; "
					 "jobs.create_consumer() makes one.")));
}

static Row *
consumer_find(Rows *rows, const Feed *feed, const char *name)
{
	ScanKeyData keys[3];
	int count = name_keys(keys, feed, name);

	return row_find(rows, TABLE_event_consumer, INDEX_event_consumer_owner, count, keys, ForwardScanDirection);
}

Row *
consumer_require(Rows *rows, const Feed *feed, const char *name)
{
	Row *consumer = consumer_find(rows, feed, name);

	if (consumer == NULL)
		tell_missing(ERROR, name);
	return consumer;
}

Row *
consumer_lock(Rows *rows, const Feed *feed, const char *name, LockTupleMode mode)
{
	Row *consumer = row_lock_found(consumer_require(rows, feed, name), mode, LockWaitBlock);

	if (consumer == NULL)
		tell_missing(ERROR, name);
	return consumer;
}

int64
consumer_lowest(Rows *rows, const Feed *feed)
{
	ScanKeyData keys[2];
	int count = owner_keys(keys, feed);
	RowScan *scan = row_scan_begin_latest(rows, TABLE_event_consumer, INDEX_event_consumer_slowest, count, keys,
										  ForwardScanDirection);
	const Row *consumer = row_scan_pass(scan);
	int64 lowest = consumer ? row_int64(consumer, Col_event_consumer_position) : -1;

	row_scan_end(scan);
	return lowest;
}

int
consumer_feeds(Rows *rows, Feed **feeds)
{
	RowScan *scan = row_scan_begin_latest(rows, TABLE_event_consumer, INDEX_event_consumer_owner, 0, NULL,
										  ForwardScanDirection);
	int room = 16;
	int count = 0;
	const Row *consumer;

	*feeds = palloc(room * sizeof(Feed));
	while ((consumer = row_scan_pass(scan)) != NULL)
	{
		Feed feed = {row_int64(consumer, Col_event_consumer_organization_id),
					 row_int64(consumer, Col_event_consumer_merchant_id)};

		if (count > 0 && memcmp(&(*feeds)[count - 1], &feed, sizeof(Feed)) == 0)
			continue;
		if (count == room)
		{
			room *= 2;
			*feeds = repalloc_huge(*feeds, room * sizeof(Feed));
		}
		(*feeds)[count++] = feed;
	}
	row_scan_end(scan);
	return count;
}

void
consumer_acknowledge(const Row *consumer, int64 up_to)
{
	Row *changed = row_copy(consumer);

	row_set(changed, Col_event_consumer_position, Int64GetDatum(up_to));
	row_set_time(changed, Col_event_consumer_acked_at, GetCurrentTimestamp());
	row_must_update(consumer, changed);
}

/*
 * Under which position everything lies that is committed by now.
 */
static int64
position_of_now(Rows *rows)
{
	(void) feed_lock(FEED_LOCK_NUMBERS, true);
	if (numbering_is_due(rows))
	{
		Numbering *numbering = numbering_begin();

		(void) numbering_go_on(numbering, PG_INT32_MAX);
		numbering_end(numbering);
		rows_renew(rows);
	}
	return numbering_highest(rows, false);
}

/*
 * Is an event older than the consumer?
 */
static bool
has_missed(Rows *rows, IndexId index, const Row *consumer)
{
	RowScan *scan = row_scan_begin_latest(rows, TABLE_event, index, 0, NULL, ForwardScanDirection);
	const Row *event = row_scan_pass(scan);
	bool missed = event && row_time(event, Col_event_occurred_at, DT_NOEND) <
							   row_time(consumer, Col_event_consumer_created_at, DT_NOBEGIN);

	row_scan_end(scan);
	return missed;
}

/*
 * Does a consumer that has read nothing stand where this call would have put it? Where there was no
 * event yet, the start is where later events come.
 */
static bool
stands_so(Rows *rows, const Row *consumer, bool from_start)
{
	if (row_int64(consumer, Col_event_consumer_position) > 0)
		return !from_start;
	return from_start || !(has_missed(rows, INDEX_event_position, consumer) ||
						   has_missed(rows, INDEX_event_unnumbered, consumer));
}

/*
 * Is there one of that name already, which the same actor made by the same call, and which has read
 * nothing yet? Any other of that name is 23505.
 */
static bool
is_created(const Call *call, const Feed *feed, const char *name, bool from_start)
{
	ScanKeyData keys[3];
	int count = name_keys(keys, feed, name);
	Row *consumer = row_find_latest(call->rows, TABLE_event_consumer, INDEX_event_consumer_owner, count, keys);
	char actor[ACTOR_TEXT_SIZE];
	char *creator;

	if (consumer == NULL)
		return false;
	creator = row_text(consumer, Col_event_consumer_created_by);
	if (creator == NULL || strcmp(creator, actor_format(&call->actor, actor)) != 0 ||
		!row_isnull(consumer, Col_event_consumer_acked_at) ||
		!stands_so(call->rows, consumer, from_start))
		ereport(ERROR,
				(refused_by(REFUSAL_CONSUMER_EXISTS),
				 errmsg("consumer \"%s\" exists already", name),
				 errdetail("The one who acts has a consumer of that name."),
				 errhint("Choose another name, or end that one with jobs.drop_consumer().")));
	return true;
}

static void
create_consumer(Call *call, const Feed *feed, const char *name, bool from_start)
{
	int64 position = from_start ? 0 : position_of_now(call->rows);
	Row *row = row_new(call->rows, TABLE_event_consumer);

	ids_assign(row, feed->organization_id ? SLOT_OF(feed->organization_id) : slots_of_catalogue(call->rows));
	row_set_int64(row, Col_event_consumer_organization_id, feed->organization_id);
	row_set_int64(row, Col_event_consumer_merchant_id, feed->merchant_id);
	row_set_text(row, Col_event_consumer_name, name);
	row_set(row, Col_event_consumer_position, Int64GetDatum(position));
	row_set_time(row, Col_event_consumer_created_at, GetCurrentTimestamp());
	row_set(row, Col_event_consumer_created_by, actor_datum(&call->actor));
	row_must_insert(row);
}

/*
 * jobs.create_consumer(consumer, from_start, actor)
 */
SQL_FUNCTION(create_consumer)
{
	char *name = arg_text(fcinfo, ARG(create_consumer, consumer), LIMIT_NAME);
	bool from_start = arg_bool(fcinfo, ARG(create_consumer, from_start));
	Call *call = call_begin(fcinfo, ARG_create_consumer_actor);
	Feed feed = feed_of_actor(&call->actor);

	(void) feed_lock(FEED_LOCK_CONSUMERS, true);
	rows_renew(call->rows);
	if (!is_created(call, &feed, name, from_start))
		create_consumer(call, &feed, name, from_start);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.drop_consumer(consumer, actor): a second time it only says that nothing is left to do.
 */
SQL_FUNCTION(drop_consumer)
{
	char *name = arg_text(fcinfo, ARG(drop_consumer, consumer), LIMIT_NAME);
	Call *call = call_begin(fcinfo, ARG_drop_consumer_actor);
	Feed feed = feed_of_actor(&call->actor);
	Row *consumer = consumer_find(call->rows, &feed, name);

	if (consumer)
		consumer = row_lock_found(consumer, LockTupleExclusive, LockWaitBlock);
	if (consumer)
		row_must_delete(consumer);
	else
		tell_missing(NOTICE, name);
	call_end(call);
	PG_RETURN_VOID();
}
