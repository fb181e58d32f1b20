/*
 * assignment.h
 *
 * Which members work on a job.
 */
#ifndef JOBS_ASSIGNMENT_H
#define JOBS_ASSIGNMENT_H

#include "job.h"

/* False: the member was assigned already, or a user's trigger suppressed it. */
extern bool assignment_add(Call *call, Job *job, int64 member_id);

/* False: the member was not assigned, or a user's trigger suppressed it. */
extern bool assignment_remove(Call *call, Job *job, int64 member_id);

#endif
