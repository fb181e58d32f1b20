/*
 * job_purge.h
 *
 * Deletes jobs that have ended, with all that hangs on them.
 */
#ifndef JOBS_JOB_PURGE_H
#define JOBS_JOB_PURGE_H

#include "acting/purge.h"

/* A PurgeRound. */
extern int job_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over);

#endif
