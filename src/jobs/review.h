/*
 * review.h
 *
 * What can be reviewed now, as other rooms ask it.
 */
#ifndef JOBS_REVIEW_H
#define JOBS_REVIEW_H

#include "jobs/job.h"

/* Can whoever acts review the job? */
extern bool review_is_due(Call *call, const Job *job);

/* What whoever acts can do about the review of a proposal: "request_review", "review", or NULL. */
extern const char *review_action(Call *call, const Row *proposal, const Row *conversation);

#endif
