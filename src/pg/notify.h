/*
 * notify.h
 *
 * Waking those who LISTEN. A notification has no payload: it wakes, and the tables
 * tell. Where the library is preloaded, the notifier sends it, once the transaction has
 * committed; elsewhere the transaction does.
 */
#ifndef JOBS_NOTIFY_H
#define JOBS_NOTIFY_H

/* Channels, as bits. */
typedef enum WakeChannel
{
	WAKE_EMAIL = 1, /* jobs_email: the outbox grew */
	WAKE_EVENT = 2	/* jobs_event: there are new events */
} WakeChannel;

extern void notify_init(void);

/* Called by whoever wrote rows that these channels tell of. */
extern void jobs_wake(int channels);

/* The running transaction wakes those who listen on these channels. */
extern void notify_at_commit(int channels);

/* How full the server's queue of notifications is, 0 to 1, once what all have read is taken out. */
extern double notify_queue_usage(void);

#endif
