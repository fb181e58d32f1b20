/*
 * interval.h
 *
 * Times that lie an interval away from another one.
 */
#ifndef JOBS_INTERVAL_H
#define JOBS_INTERVAL_H

#include "datatype/timestamp.h"

/*
 * The time that lies so far behind or before another one. False: the interval is longer than
 * so many days, in either direction; a month counts 30 then. Its sign alone doesn't tell where
 * the result lies, for a month has no fixed length.
 */
extern bool interval_move(TimestampTz time, bool is_back, Interval *span, int days, TimestampTz *moved);

#endif
