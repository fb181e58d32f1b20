/*
 * cron_runs.h
 *
 * What pg_cron wrote down of our runs: 1,440 rows a day, which it never deletes.
 */
#ifndef JOBS_CRON_RUNS_H
#define JOBS_CRON_RUNS_H

#include "acting/purge.h"

/* How long they are kept, in days. */
#define CRON_RUNS_DAYS 7

/*
 * A PurgeRound, along their numbers: of runs that ended before that time, if pg_cron is in this database and the
 * tables' owner may.
 */
extern int cron_runs_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over);

/* What keeps them from being deleted that should be by now, and what to do; NULL: nothing. */
extern char *cron_runs_problem(Oid owner);

#endif
