/*
 * rematch.h
 *
 * Asking the next best organization when one has declined, or let its job expire. Consequences
 * of the new jobs are the caller's to see to.
 */
#ifndef JOBS_REMATCH_H
#define JOBS_REMATCH_H

#include "jobs/job.h"

/* Does the request of this job want the next organization to be asked by itself? */
extern bool rematch_is_wanted(const Job *job);

/*
 * After the organization has lost its job: asks the next one, unless somebody has responded; the
 * new job's row, if any, in a list. False: somebody holds the merchant, or the conversation with
 * the next one, and is not waited for.
 */
extern bool rematch_next(Call *call, const Job *lost, List **made);

/*
 * Asks the next best ones, up to so many, as the merchant wants it; the new jobs' rows, best
 * first. P0002 when whoever acts sees no such request, 42501 when theirs is not to ask.
 */
extern List *rematch_request(Call *call, int64 request_id, int max_matches);

#endif
