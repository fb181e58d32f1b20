/*
 * numbering.c
 *
 * Gives events their positions.
 *
 * A writer leaves event.position NULL, so that writers neither wait for one another nor
 * for readers. Whoever reads numbers what is committed by then, in the order of the ids. One
 * transaction does so at a time, with a snapshot that is newer than its lock: it sees what
 * was numbered before, and the next position is above all of it. A transaction that commits
 * late, or is prepared, delays its own events and no others; they come behind.
 *
 * No event comes before an earlier one of its job, or its proposal: ids are drawn under its lock,
 * which is held until the commit, so that a snapshot which sees an event sees all earlier ones of
 * it, and these have lower ids. The same holds of what a conversation's lock keeps apart (event.h), and of
 * whatever was begun after another one's commit. For this to hold, all that one transaction
 * numbers with one pass is found with one snapshot.
 *
 * There is no counter. The next position is above those of all events, of those that were
 * purged, and of all consumers; so it goes on after a dump and restore, and wherever the tables
 * are copied to.
 *
 * Locks: FEED_LOCK_NUMBERS, then each event FOR NO KEY UPDATE. The commit is flushed to disk,
 * whatever synchronous_commit says: a consumer who remembers positions must not find other
 * events under them after a crash.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "feed/numbering.h"

/* Rows that are written with one state of the executor, and kept in memory until it ends. */
#define ROUND_ROWS 1000

/* How long a session relies on what it has seen, in milliseconds. */
#define TRUST_MS 60000

struct Numbering
{
	Rows *rows;			   /* finds events, with one snapshot */
	RowScan *scan;		   /* of those without a position */
	MemoryContext context; /* of all this */
	MemoryContext round;   /* of the rows that are being written */
	TransactionId horizon; /* all transactions before this one had ended when it began */
	int64 next;			   /* the next position */
	int64 passed;		   /* events up to this id have been looked at */
	bool is_over;		   /* there are no others */
};

/*
 * Below which id there is nothing left to number. Index entries of events that were just
 * numbered stay until a vacuum, or longer beside an old snapshot, and would be passed over
 * each time. Transactions draw ids, which ascend, after they got their xid: once all that
 * ran when a certain id had been seen are over, none brings a lower one any more. Rows that
 * are copied into the table by other means may have low ids, so that all is looked at anew
 * now and then.
 */
static struct
{
	Oid file; /* of the table; InvalidOid: nothing is known */
	TimestampTz since;
	int64 done;				/* nothing is left up to this id */
	int64 seen;				/* events up to this id were numbered, or are of transactions */
	TransactionId watching; /* before this one, some of which may be running */
} known;

static void
numbering_end_transaction(XactEvent event, void *arg)
{
	/* what it numbered waits again, or waits for COMMIT PREPARED */
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		known.file = InvalidOid;
}

static void
numbering_end_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		known.file = InvalidOid;
}

void
numbering_init(void)
{
	RegisterXactCallback(numbering_end_transaction, NULL);
	RegisterSubXactCallback(numbering_end_subtransaction, NULL);
}

static void
check_known(void)
{
	const Table *table;
	Relation rel = table_open_known(TABLE_event, AccessShareLock, &table);
	Oid file = rel->rd_rel->relfilenode;
	TimestampTz now = GetCurrentTimestamp();

	table_close(rel, NoLock);
	if (known.file == file && known.since <= now && !TimestampDifferenceExceeds(known.since, now, TRUST_MS))
		return;
	known.file = file;
	known.since = now;
	known.done = 0;
	known.seen = 0;
}

/*
 * Notes that nothing was left up to the id `empty`, with all transactions before `horizon`
 * over, and that the id `seen` has been drawn.
 */
static void
learn_horizon(TransactionId horizon, int64 empty, int64 seen)
{
	if (known.seen > 0 && TransactionIdFollowsOrEquals(horizon, known.watching))
	{
		known.done = Max(known.done, Min(known.seen, empty));
		known.seen = 0;
	}
	if (known.seen == 0 && seen > known.done)
	{
		known.seen = seen;
		known.watching = ReadNextTransactionId();
	}
}

/*
 * All transactions before this one are over. Asked before a snapshot is taken, it holds for
 * that one as well.
 */
static TransactionId
horizon_now(void)
{
	return GetTransactionSnapshot()->xmin;
}

static RowScan *
scan_unnumbered(Rows *rows)
{
	ScanKeyData keys[1];

	check_known();
	row_key_above(&keys[0], 1, known.done);
	return row_scan_begin(rows, TABLE_event, INDEX_event_unnumbered, 1, keys, ForwardScanDirection);
}

/*
 * The row with the highest position of a table, or NULL; with `latest`, whatever the
 * transaction's snapshot.
 */
static Row *
last_row(Rows *rows, TableId id, IndexId index, bool latest)
{
	RowScan *scan = latest ? row_scan_begin_latest(rows, id, index, 0, NULL, BackwardScanDirection) :
							 row_scan_begin(rows, id, index, 0, NULL, BackwardScanDirection);
	Row *row = row_scan_next(scan);

	row_scan_end(scan);
	return row;
}

static int64
last_of_events(Rows *rows, bool latest)
{
	Row *event = last_row(rows, TABLE_event, INDEX_event_position, latest);

	return event ? row_int64(event, Col_event_position) : 0;
}

int64
numbering_highest(Rows *rows, bool latest)
{
	Row *consumer = last_row(rows, TABLE_event_consumer, INDEX_event_consumer_position, latest);
	int64 acknowledged = consumer ? row_int64(consumer, Col_event_consumer_position) : 0;
	Row *node = last_row(rows, TABLE_node, PRIMARY_KEY, latest);
	int64 purged = node ? row_int64(node, Col_node_purged_position) : 0;

	return Max(last_of_events(rows, latest), Max(acknowledged, purged));
}

bool
numbering_is_due(Rows *rows)
{
	TransactionId horizon = horizon_now();
	RowScan *scan;
	const Row *event;

	rows_renew(rows);
	scan = scan_unnumbered(rows);
	event = row_scan_pass(scan);
	if (event)
		learn_horizon(horizon, row_int64(event, Col_event_id) - 1, 0);
	else
	{
		Row *last = last_row(rows, TABLE_event, INDEX_event_position, false);

		learn_horizon(horizon, PG_INT64_MAX, last ? row_int64(last, Col_event_id) : 0);
	}
	row_scan_end(scan);
	return event != NULL;
}

Numbering *
numbering_begin(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "jobs numbering", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Numbering *numbering = palloc0(sizeof(Numbering));

	numbering->context = context;
	numbering->round = AllocSetContextCreate(context, "jobs numbering round", ALLOCSET_DEFAULT_SIZES);
	numbering->horizon = horizon_now();
	numbering->rows = rows_begin();
	if (IsolationUsesXactSnapshot() &&
		last_of_events(numbering->rows, true) != last_of_events(numbering->rows, false))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent numbering of events"),
				 errdetail("Another transaction read events after this one's snapshot was taken."),
				 errhint("Run the transaction again, or read events at READ COMMITTED.")));
	numbering->next = numbering_highest(numbering->rows, true) + 1;
	numbering->scan = scan_unnumbered(numbering->rows);
	numbering->passed = known.done;
	MemoryContextSwitchTo(caller);
	ForceSyncCommit();
	return numbering;
}

/*
 * False: somebody deleted the event or, past our triggers, numbered it.
 */
static bool
number_event(Row *event, int64 position)
{
	Row *changed;

	event = row_lock_found(event, LockTupleNoKeyExclusive, LockWaitBlock);
	if (event == NULL || !row_isnull(event, Col_event_position))
		return false;
	changed = row_copy(event);
	row_set_int64(changed, Col_event_position, position);
	/* later events of the same job would come before it */
	row_must_update(event, changed);
	return true;
}

static int
number_round(Numbering *numbering, int count)
{
	MemoryContext caller = MemoryContextSwitchTo(numbering->round);
	Rows *rows = rows_begin();
	int numbered = 0;

	while (numbered < count && !numbering->is_over)
	{
		const Row *found = row_scan_pass(numbering->scan);

		CHECK_FOR_INTERRUPTS();
		numbering->is_over = found == NULL;
		if (found == NULL)
			break;
		numbering->passed = row_int64(found, Col_event_id);
		if (number_event(row_of_slot(rows, TABLE_event, found->slot), numbering->next))
		{
			numbering->next++;
			numbered++;
		}
	}
	rows_end(rows);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(numbering->round);
	return numbered;
}

int
numbering_go_on(Numbering *numbering, int count)
{
	int numbered = 0;

	while (numbered < count && !numbering->is_over)
		numbered += number_round(numbering, Min(count - numbered, ROUND_ROWS));
	return numbered;
}

void
numbering_end(Numbering *numbering)
{
	learn_horizon(numbering->horizon, numbering->is_over ? PG_INT64_MAX : numbering->passed, numbering->passed);
	row_scan_end(numbering->scan);
	rows_end(numbering->rows);
	MemoryContextDelete(numbering->context);
}
