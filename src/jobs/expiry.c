/*
 * expiry.c
 *
 * The sweep. That no action is possible on an overdue job doesn't depend on it, which is refused as an
 * expired one before any sweep meets it; what follows does: history, e-mail, evidence, asking the next
 * organization, also where that was put off, and reminders.
 *
 * Locks: each job FOR NO KEY UPDATE SKIP LOCKED, in the order of the deadlines, then the
 * row of jobs.node, also SKIP LOCKED.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

#include "acting/batches.h"
#include "acting/call.h"
#include "acting/entry.h"
#include "jobs/consequence.h"
#include "jobs/reminder.h"
#include "pg/argument.h"
#include "tables/node.h"

/* That a sweep ran is noted no more often than once in this time, a little less than pg_cron's minute. */
#define NOTE_PAUSE 55000

/*
 * Notes when a sweep last found something. Another sweep that notes the same is not
 * waited for.
 */
static void
note_sweep(Call *call)
{
	Row *node = row_lock_found(node_fetch(call->rows), LockTupleNoKeyExclusive, LockWaitSkip);
	Row *changed;

	if (node == NULL)
		return;
	changed = row_copy(node);
	row_set_time(changed, Col_node_last_sweep_at, GetCurrentTimestamp());
	(void) row_update(node, changed);
}

/*
 * Notes that a sweep came to its end, even if it found nothing: whoever watches can tell a quiet
 * marketplace from a dead scheduler. Once in a while, so that sweeps that find nothing write nothing.
 */
static void
note_run(Call *call)
{
	Row *node = node_fetch(call->rows);
	TimestampTz last = node_time_here(node, Col_node_last_run_at, Col_node_last_run_database);
	TimestampTz now = GetCurrentTimestamp();

	if (last == DT_NOBEGIN || last > now || TimestampDifferenceExceeds(last, now, NOTE_PAUSE))
		node_note_here(node, Col_node_last_run_at, Col_node_last_run_database);
}

/*
 * Expires one job, if nobody holds it and it is still due.
 */
static bool
expire_job(Call *call, Row *row)
{
	Row *locked = row_lock_found(row, LockTupleNoKeyExclusive, LockWaitSkip);
	Job *job;
	const Transition *transition;

	if (locked == NULL)
		return false;
	job = job_of_row(locked);
	if (job->status == STATUS_EXPIRED || job_status(job) != STATUS_EXPIRED)
		return false;
	transition = job_require(call, job, ACTION_EXPIRE);
	if (!job_move(call, job, transition, NULL))
		return false;
	consequence_of_action(call, job, transition, NULL);
	return true;
}

/*
 * Expires up to max_rows due jobs in the order of their deadlines, passing over those
 * that somebody else holds. `from` is where to begin and comes back as the last deadline
 * met: what lies before it in the index is dead entries, once swept.
 */
static int
expire_batch(Call *call, int max_rows, TimestampTz *from)
{
	int expired = 0;
	ScanKeyData keys[2];
	RowScan *scan;
	Row *row;

	ScanKeyInit(&keys[0], 1, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE,
				TimestampTzGetDatum(*from));
	ScanKeyInit(&keys[1], 1, BTLessEqualStrategyNumber, F_TIMESTAMPTZ_LE,
				TimestampTzGetDatum(GetCurrentTimestamp()));
	scan = row_scan_begin(call->rows, TABLE_job, INDEX_job_due, 2, keys, ForwardScanDirection);
	while (expired < max_rows && (row = row_scan_next(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		*from = row_time(row, Col_job_due_at, *from);
		if (expire_job(call, row))
			expired++;
	}
	row_scan_end(scan);
	if (expired > 0)
		note_sweep(call);
	return expired;
}

/*
 * jobs.expire_jobs(max_rows): one batch, and one of what was put off.
 */
SQL_FUNCTION(expire_jobs)
{
	int max_rows = arg_count(fcinfo, ARG(expire_jobs, max_rows));
	TimestampTz from = DT_NOBEGIN;
	Call *call;
	int expired;

	check_can_write();
	call = call_begin_upkeep();
	expired = expire_batch(call, max_rows, &from);
	from = DT_NOBEGIN;
	(void) consequence_rematch_batch(call, max_rows, &from);
	call_end(call);
	PG_RETURN_INT32(expired);
}

typedef int (*SweepBatch)(Call *call, int max_rows, TimestampTz *from);

/*
 * Batch after batch, each committed, as long as there is something to do.
 */
static void
run_batches(const Batches *batches, SweepBatch batch, int batch_size)
{
	TimestampTz from = DT_NOBEGIN;
	bool is_over = false;

	while (!is_over)
	{
		MemoryContext caller = MemoryContextSwitchTo(batches->context);
		Call *call = call_begin_upkeep();

		is_over = batch(call, batch_size, &from) < batch_size;
		call_end(call);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batches->context);
		is_over |= batches_are_enough(batches);
		batches_commit(batches);
	}
}

/*
 * jobs.expire_due_jobs(batch_size): expires what is due, asks others where that was put off, and
 * reminds of what soon will be due.
 */
SQL_FUNCTION(expire_due_jobs)
{
	int batch_size = arg_count(fcinfo, ARG(expire_due_jobs, batch_size));
	Batches batches;
	Call *call;

	check_can_write();
	batches_begin(&batches, fcinfo);
	run_batches(&batches, expire_batch, batch_size);
	run_batches(&batches, consequence_rematch_batch, batch_size);
	run_batches(&batches, reminder_batch, batch_size);
	call = call_begin_upkeep();
	note_run(call);
	call_end(call);
	batches_end(&batches);
	PG_RETURN_VOID();
}
