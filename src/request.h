/*
 * request.h
 *
 * A merchant asks an organization for a job.
 */
#ifndef JOBS_REQUEST_H
#define JOBS_REQUEST_H

#include "call.h"

/*
 * May whoever acts ask for the job in this row? P0002 when the organization, the service
 * or the store is not there for them, 42501 when theirs is not to ask.
 */
extern void request_require_asker(Call *call, const Row *row);

/*
 * Locks the merchant of the row. May it ask this organization? 22023 when it doesn't provide the
 * service, 55000 when its preferences forbid it.
 */
extern void request_require_welcome(Call *call, const Row *row);

/* The conversation of the two sides, opened if there was none; 55000 when it is blocked. */
extern int64 request_open_conversation(Call *call, Row *row);

#endif
