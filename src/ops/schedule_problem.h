/*
 * schedule_problem.h
 *
 * Whether pg_cron does what it was asked for.
 */
#ifndef JOBS_SCHEDULE_PROBLEM_H
#define JOBS_SCHEDULE_PROBLEM_H

#include "datatype/timestamp.h"

#include "ops/cron.h"

/*
 * What keeps pg_cron from it, as sentences with what to do about it; NULL: nothing. The sweep has to be called,
 * be it by another scheduler; maintenance is looked after where there is a schedule for it. `owner`: of the
 * tables; `last_run`: when it last came to its end here; DT_NOBEGIN: never, or it isn't asked about.
 */
extern char *schedule_problem(const CronTask *task, Oid owner, TimestampTz last_run);

#endif
