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

#endif
