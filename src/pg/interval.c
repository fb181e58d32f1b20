/*
 * interval.c
 *
 * Times that lie an interval away from another one.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "pg/interval.h"

/*
 * What is far beyond would overflow, so it is sorted out first.
 */
bool
interval_move(TimestampTz time, bool is_back, Interval *span, int days, TimestampTz *moved)
{
	Interval longest = {.day = days};
	Interval shortest = {.day = -days};
	Datum value = IntervalPGetDatum(span);

	if (DatumGetBool(DirectFunctionCall2(interval_gt, value, IntervalPGetDatum(&longest))) ||
		DatumGetBool(DirectFunctionCall2(interval_lt, value, IntervalPGetDatum(&shortest))))
		return false;
	*moved = DatumGetTimestampTz(DirectFunctionCall2(is_back ? timestamptz_mi_interval : timestamptz_pl_interval,
													 TimestampTzGetDatum(time), value));
	return true;
}
