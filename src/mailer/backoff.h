/*
 * backoff.h
 *
 * How long to leave a server alone that makes trouble: each time twice as long, up to a
 * limit, half of it at random, so that several mailers don't come back together.
 */
#ifndef MAILER_BACKOFF_H
#define MAILER_BACKOFF_H

typedef struct Backoff
{
	double longest; /* seconds */
	int failures;	/* in a row */
} Backoff;

/*
 * Counts a failure, and returns how many seconds to wait.
 */
extern double backoff_next(Backoff *backoff);

/*
 * It works again.
 */
extern void backoff_end(Backoff *backoff);

#endif
