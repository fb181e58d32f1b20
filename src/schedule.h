/*
 * schedule.h
 *
 * Expiring jobs every now and then, by way of pg_cron.
 */
#ifndef JOBS_SCHEDULE_H
#define JOBS_SCHEDULE_H

/* Nothing but what SQL calls: jobs.schedule_expiry() and jobs.unschedule_expiry(). */

#endif
