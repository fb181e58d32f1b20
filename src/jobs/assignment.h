/*
 * assignment.h
 *
 * Assignments, as other rooms use them.
 */
#ifndef JOBS_ASSIGNMENT_H
#define JOBS_ASSIGNMENT_H

#include "jobs/job.h"

/*
 * The live jobs that a member is assigned to by now, in the order of their ids, not locked; returns how many.
 * All assignments of the organization are looked at: no index has the member.
 */
extern int assignment_live_jobs(Call *call, int64 organization_id, int64 member_id, int64 **job_ids);

/* Unassigns a member from a job, which is locked. False: it was not assigned. */
extern bool assignment_end(Call *call, Job *job, int64 member_id);

/* The same of the members who have left: for a job, which is locked, that lives again. */
extern void assignment_end_of_gone(Call *call, Job *job);

#endif
