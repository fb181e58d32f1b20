/*
 * purge.c
 *
 * Goes along old rows.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "acting/purge.h"
#include "pg/check.h"
#include "pg/interval.h"

/* Who keeps rows for longer needs no purge. */
#define LONGEST_YEARS 100

TimestampTz
purge_arg_older_than(FunctionCallInfo fcinfo, int argno, const char *what)
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
				 errhint("Pass for how long %s are kept, such as '90 days'.", what)));
	return before;
}

int
purge_walk(Call *call, const PurgeWalk *walk, void *argument, TimestampTz before, int max_rows, int64 *after,
		   bool *is_over)
{
	int taken = 0;
	ScanKeyData keys[1];
	RowScan *scan;

	row_key_above(&keys[0], 1, *after);
	scan = row_scan_begin(call->rows, walk->table, PRIMARY_KEY, 1, keys, ForwardScanDirection);
	for (int i = 0; i < PURGE_ROUND_ROWS && taken < max_rows; i++)
	{
		Row *row = row_scan_next(scan);

		CHECK_FOR_INTERRUPTS();
		*is_over = row == NULL || row_time(row, walk->created_at, DT_NOBEGIN) >= before;
		if (*is_over)
			break;
		*after = row_int64(row, walk->id);
		if (walk->take(row, before, argument))
			taken++;
	}
	row_scan_end(scan);
	return taken;
}

int64
purge_all(PurgeRound round, TimestampTz before, int max_rows)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "jobs purge", ALLOCSET_DEFAULT_SIZES);
	int64 after = PG_INT64_MIN;
	int deleted = 0;
	bool is_over = false;

	while (!is_over && deleted < max_rows)
	{
		MemoryContext caller = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		deleted += round(before, max_rows - deleted, &after, &is_over);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	return deleted;
}
