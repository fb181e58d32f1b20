/*
 * repeated.h
 *
 * An action that is asked for once more, because its answer may have been lost with the
 * connection: the same one by the same actor in the same words, and nothing has moved the job
 * since, nor has its history gone on for long. It gets the first answer, and writes nothing.
 */
#ifndef JOBS_REPEATED_H
#define JOBS_REPEATED_H

#include "jobs/job.h"

/*
 * Did whoever acts do just that before? Asked where the job's status forbids it. `said` is the
 * message that goes with it; NULL: none.
 */
extern bool repeated_action(Call *call, const Job *job, Action action, const char *said);

/*
 * Is the stored text the one that is sent? NULL: none. Where a trigger of a user has changed it, nothing
 * tells; then it is another one, for what was said must not get lost.
 */
extern bool repeated_text(const Row *row, int column, const char *sent);

/* Does the column hold who acts? */
extern bool repeated_by_actor(const Call *call, const Row *row, int column);

#endif
