/*
 * stop.h
 *
 * SIGTERM and SIGINT: the mailer finishes what it has in hand and ends. All waiting is done
 * here, so that a signal ends it.
 */
#ifndef MAILER_STOP_H
#define MAILER_STOP_H

#include <stdbool.h>

extern void stop_init(void);

extern bool stop_requested(void);

/*
 * For how many seconds it has been requested; 0: it has not.
 */
extern double stop_age(void);

/*
 * Waits for so many seconds, or until there is something to read from the file descriptor
 * (-1: none), or until a stop is requested.
 */
extern void stop_wait(int fd, double seconds);

/*
 * Waits for so many seconds, whatever happens.
 */
extern void stop_sleep(double seconds);

/*
 * Seconds on a clock that nobody sets.
 */
extern double stop_clock(void);

#endif
