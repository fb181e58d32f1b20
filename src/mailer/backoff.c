/*
 * backoff.c
 *
 * Exponential back-off with equal jitter.
 */
#include <math.h>
#include <stdlib.h>

#include "backoff.h"

double
backoff_next(Backoff *backoff)
{
	double seconds = fmin(ldexp(1, backoff->failures < 20 ? backoff->failures : 20), backoff->longest);

	backoff->failures++;
	return seconds * (0.5 + 0.5 * drand48());
}

void
backoff_end(Backoff *backoff)
{
	backoff->failures = 0;
}
