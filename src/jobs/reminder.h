/*
 * reminder.h
 *
 * Reminds an organization of a job whose deadline draws near.
 */
#ifndef JOBS_REMINDER_H
#define JOBS_REMINDER_H

#include "acting/call.h"

/*
 * Sends up to max_rows reminders that are due, in the order of their times, passing over jobs
 * that somebody else holds; returns how many. `from` is where to begin and comes back as the
 * last time met.
 */
extern int reminder_batch(Call *call, int max_rows, TimestampTz *from);

#endif
