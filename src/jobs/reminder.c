/*
 * reminder.c
 *
 * One e-mail for each job that nobody has answered, jobs.reminder_lead before its deadline.
 *
 * job.remind_at says when, and is NULL as soon as there is nothing to remind of: the job was
 * reminded of, answered, declined or has expired. So none is sent twice, and none late.
 *
 * Locks: each job FOR NO KEY UPDATE SKIP LOCKED.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"

#include "jobs/consequence.h"
#include "jobs/reminder.h"

/*
 * Reminds of one job, if nobody holds it, and it still waits and is not overdue.
 */
static bool
remind_of_job(Call *call, int64 job_id)
{
	Row *locked = row_lock(call->rows, TABLE_job, job_id, LockTupleNoKeyExclusive, LockWaitSkip);
	Row *changed;
	Job *job;
	Email email;

	if (locked == NULL || row_isnull(locked, Col_job_remind_at))
		return false;
	job = job_of_row(locked);
	if (!status_is_waiting(job_status(job)))
		return false;
	changed = row_copy(locked);
	row_set_null(changed, Col_job_remind_at);
	if (!row_update(locked, changed))
		return false;
	email = consequence_email(job, EMAIL_EXPIRING_SOON);
	email_queue(call, &email);
	return true;
}

int
reminder_batch(Call *call, int max_rows, TimestampTz *from)
{
	TimestampTz now = GetCurrentTimestamp();
	int reminded = 0;
	ScanKeyData keys[2];
	RowScan *scan;
	const Row *row;

	ScanKeyInit(&keys[0], 1, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE,
				TimestampTzGetDatum(*from));
	ScanKeyInit(&keys[1], 1, BTLessEqualStrategyNumber, F_TIMESTAMPTZ_LE,
				TimestampTzGetDatum(now));
	rows_renew(call->rows);
	scan = row_scan_begin(call->rows, TABLE_job, INDEX_job_remind, 2, keys, ForwardScanDirection);
	while (reminded < max_rows && (row = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		*from = row_time(row, Col_job_remind_at, *from);
		/* what is overdue waits for the sweep, and there may be much of it */
		if (row_time(row, Col_job_due_at, DT_NOEND) > now && remind_of_job(call, row_int64(row, Col_job_id)))
			reminded++;
	}
	row_scan_end(scan);
	return reminded;
}
