/*
 * rematch.h
 *
 * Asking the next best organization when one has declined, or let its job expire. Consequences
 * of the new jobs are the caller's to see to.
 */
#ifndef JOBS_REMATCH_H
#define JOBS_REMATCH_H

#include "utils/uuid.h"

#include "jobs/job.h"

/* Does the request of this job want the next organization to be asked by itself? */
extern bool rematch_is_wanted(const Job *job);

/*
 * After the organization has lost its job: asks the next one, unless somebody has responded, or the
 * request was withdrawn; the new job's row, if any, in a list. False: somebody holds the merchant, or
 * the conversation with the next one, and is not waited for.
 */
extern bool rematch_next(Call *call, const Job *lost, List **made);

/* A job of the request: PT404 when whoever acts sees no such request. */
extern Row *rematch_require_seen(Call *call, int64 request_id);

/* The same; 42501 when theirs is not to ask others. */
extern Row *rematch_require_request(Call *call, int64 request_id);

/*
 * Asks the next best ones under the request of this job, up to so many, as the merchant wants it; the
 * new jobs' rows, best first. The first one bears the key; NULL: none. PT409 when it was withdrawn.
 */
extern List *rematch_request(Call *call, const Row *any, int max_matches, const pg_uuid_t *client_key);

#endif
