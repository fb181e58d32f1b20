/*
 * rematch.h
 *
 * Asking the next best organization when one has declined, or let its job expire.
 */
#ifndef JOBS_REMATCH_H
#define JOBS_REMATCH_H

#include "job.h"

/*
 * After a job ended on the organization's side: asks the next one by itself, when the request
 * says so and nobody else has responded.
 */
extern void rematch_automatically(const Job *job);

#endif
