/*
 * expiry.h
 *
 * Expiring jobs whose deadline passed without a response.
 */
#ifndef JOBS_EXPIRY_H
#define JOBS_EXPIRY_H

#include "call.h"

/*
 * Expires up to max_rows due jobs in the order of their deadlines, passing over those
 * that somebody else holds. `from` is where to begin, DT_NOBEGIN for anywhere, and
 * comes back as the last deadline met. Returns how many were expired.
 */
extern int	expire_batch(Call *call, int max_rows, TimestampTz *from);

#endif
