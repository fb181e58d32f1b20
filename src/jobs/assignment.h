/*
 * assignment.h
 *
 * Who of an organization works on a job.
 */
#ifndef JOBS_ASSIGNMENT_H
#define JOBS_ASSIGNMENT_H

#include "jobs/job.h"

/*
 * Assigns a member to a job, or takes one off it, with history and e-mail; false: it was so before. The job
 * is locked, and the transition is that of assigning or unassigning, which it allows.
 */
extern bool assignment_add(Call *call, Job *job, const Transition *transition, int64 member_id);
extern bool assignment_remove(Call *call, Job *job, const Transition *transition, int64 member_id);

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
