/*
 * notify.h
 *
 * Waking those who LISTEN. A notification has no payload: it wakes, and the tables
 * tell.
 */
#ifndef JOBS_NOTIFY_H
#define JOBS_NOTIFY_H

/* Channels, as bits. */
typedef enum WakeChannel
{
	WAKE_EMAIL = 1, /* jobs_email: the outbox grew */
	WAKE_EVENT = 2	/* jobs_event: a job's history grew */
} WakeChannel;

extern void notify_init(void);

/* Called by whoever wrote rows that these channels tell of. */
extern void jobs_wake(int channels);

#endif
