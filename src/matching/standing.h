/*
 * standing.h
 *
 * How good an organization can be at most, as a number that an index can hold.
 *
 * The score that evidence yields changes by itself: evidence fades, and the means move. What does
 * not change between two writes of a row is what the organization's jobs and reviews are worth on
 * their own, and how much of them there is but for the time that passes, at one rate for all rows of
 * one half-life. A standing is these four, each rounded up: so at any time and with any means it
 * tells what the score is at most. They are packed in such an order that from some standing on,
 * whole blocks of them can be told to be too low.
 */
#ifndef JOBS_STANDING_H
#define JOBS_STANDING_H

#include "matching/score.h"

/* It tells nothing: any score is possible. Comes first. */
#define STANDING_UNKNOWN 0

/*
 * The standing of a row with these sums at this landmark; the one that it had (`kept`), if that is
 * still right and not much too high, for a change costs entries in all indexes.
 *
 * Only one row of an organization and service has such a standing, for sums over several rows can be
 * worth more than each. Others have that of standing_beside(), which is unknown as soon as anything but jobs
 * received stands there: a confirmation alone makes what the first row holds worth more.
 */
extern int64 standing_of(const double *sums, TimestampTz landmark, int half_life, int64 kept);
extern int64 standing_beside(const double *sums);

/* Is it from standing_of(), and is there something to tell? */
extern bool standing_is_told(int64 standing);

/*
 * Is it possible that the score of such a row is above the mean's by `least`, which is above 0?
 * 0, or the last standing of those from this one on that are all lower than that.
 */
extern int64 standing_last_below(int64 standing, const ScoreMeans *means, TimestampTz now, int half_life, double least);

#endif
