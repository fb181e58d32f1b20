/*
 * schedule_problem.h
 *
 * Whether anything calls the sweep.
 */
#ifndef JOBS_SCHEDULE_PROBLEM_H
#define JOBS_SCHEDULE_PROBLEM_H

#include "datatype/timestamp.h"

/*
 * What keeps pg_cron from calling the sweep, as sentences with what to do about it; NULL: nothing.
 * `owner`: of the tables; `last_run`: when the sweep last ran here; DT_NOBEGIN: never, or it isn't
 * asked about.
 */
extern char *schedule_problem(Oid owner, TimestampTz last_run);

#endif
