/*
 * email_purge.c
 *
 * Deletes e-mails that are done with and old.
 *
 * Ids grow with time, so they are looked for along the primary key, and no further than
 * to the first e-mail that is too young to be old: when there are none, that is one probe.
 * Rows that come from another database may have ids among the old ones; then the walk ends
 * sooner than it could, until they are old as well.
 *
 * Locks: each e-mail FOR UPDATE SKIP LOCKED.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "pg/argument.h"
#include "pg/interval.h"

/* Rows that are read with one call, and kept in memory until it ends. */
#define ROUND_ROWS 1000

/* Who keeps e-mails for longer needs no purge. */
#define LONGEST_YEARS 100

/*
 * What was done before this time is old.
 */
static TimestampTz
arg_older_than(FunctionCallInfo fcinfo, int argno)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz before;
	Interval *span;

	check_not_null(PG_ARGISNULL(argno), "older_than");
	span = PG_GETARG_INTERVAL_P(argno);
	if (!interval_move(now, true, span, LONGEST_YEARS * 360, &before) || before > now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("older_than must not be negative, and not longer than %d years", LONGEST_YEARS),
				 errdetail("It is %s.", DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(span)))),
				 errhint("Pass for how long e-mails are kept, such as '90 days'.")));
	return before;
}

/*
 * Was it sent, given up or cancelled before that time?
 */
static bool
is_old(const Row *email, TimestampTz before)
{
	TimestampTz cancelled_at = row_time(email, Col_email_cancelled_at, DT_NOEND);
	TimestampTz dead_at = row_time(email, Col_email_dead_at, cancelled_at);

	return row_isnull(email, Col_email_next_attempt_at) && row_time(email, Col_email_sent_at, dead_at) < before;
}

/*
 * Deletes an e-mail that is old and that nobody holds.
 */
static bool
delete_old(Row *email, TimestampTz before)
{
	if (!is_old(email, before))
		return false;
	email = row_lock_found(email, LockTupleExclusive, LockWaitSkip);
	/* somebody may have made it due again */
	return email && is_old(email, before) && row_delete(email);
}

/*
 * Deletes up to max_rows among the e-mails behind the id `after`, which moves on, and
 * returns how many; `is_over`: there are no others to look at.
 */
static int
purge_emails_round(TimestampTz before, int max_rows, int64 *after, bool *is_over)
{
	Call *call = call_begin_upkeep();
	int deleted = 0;
	ScanKeyData keys[1];
	RowScan *scan;

	row_key_above(&keys[0], 1, *after);
	scan = row_scan_begin(call->rows, TABLE_email, PRIMARY_KEY, 1, keys, ForwardScanDirection);
	for (int i = 0; i < ROUND_ROWS && deleted < max_rows; i++)
	{
		Row *email = row_scan_next(scan);

		CHECK_FOR_INTERRUPTS();
		*is_over = email == NULL || row_time(email, Col_email_created_at, DT_NOBEGIN) >= before;
		if (*is_over)
			break;
		*after = row_int64(email, Col_email_id);
		if (delete_old(email, before))
			deleted++;
	}
	row_scan_end(scan);
	call_end(call);
	return deleted;
}

/*
 * jobs.purge_emails(older_than, max_rows)
 */
SQL_FUNCTION(purge_emails)
{
	TimestampTz before = arg_older_than(fcinfo, ARG_purge_emails_older_than);
	int max_rows = arg_count(fcinfo, ARG(purge_emails, max_rows));
	MemoryContext round = AllocSetContextCreate(CurrentMemoryContext, "jobs purge", ALLOCSET_DEFAULT_SIZES);
	int64 after = PG_INT64_MIN;
	int deleted = 0;
	bool is_over = false;

	check_can_write();
	while (!is_over && deleted < max_rows)
	{
		MemoryContext caller = MemoryContextSwitchTo(round);

		deleted += purge_emails_round(before, max_rows - deleted, &after, &is_over);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(round);
	}
	MemoryContextDelete(round);
	PG_RETURN_INT64(deleted);
}
