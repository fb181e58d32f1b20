/*
 * decline.h
 *
 * A job declined: by whom, why, and of which service, for matching to learn from.
 */
#ifndef JOBS_DECLINE_H
#define JOBS_DECLINE_H

#include "jobs/job.h"

/*
 * Declines a job, which is locked, with all that follows; its status then, which is the old
 * one where a trigger of a user suppressed it. reason, comment: or NULL.
 */
extern JobStatus decline_job(Call *call, Job *job, const char *reason, const char *comment);

/* The same where it is a part of more: 27000 when a trigger of a user suppressed it. */
extern void decline_must(Call *call, Job *job, const char *reason);

/* Writes the record of a decline; the job stands as it was before. reason, comment: or NULL. */
extern void decline_record(Call *call, const Job *job, const char *reason, const char *comment);

#endif
