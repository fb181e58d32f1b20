/*
 * notifier.h
 *
 * The background worker that wakes listeners for transactions that have committed, so that
 * none of these has to take the lock under which the whole server's notifications stand in
 * line.
 */
#ifndef JOBS_NOTIFIER_H
#define JOBS_NOTIFIER_H

extern void notifier_init(void);

#endif
