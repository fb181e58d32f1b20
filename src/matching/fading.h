/*
 * fading.h
 *
 * Sums of evidence as rows store them: what is old counts less.
 */
#ifndef JOBS_FADING_H
#define JOBS_FADING_H

#include "matching/evidence.h"
#include "tables/row.h"

/* Such a sum isn't kept. */
#define FADING_NOT_KEPT (-1)

/* The columns of a table that hold such sums. */
typedef struct FadingColumns
{
	int landmark;
	int half_life;
	int sums[EVIDENCE_KINDS];
} FadingColumns;

/* Sets the sums of a new row; weights are those of evidence.h. */
extern void fading_set(Row *row, const FadingColumns *columns, const double *sums);

/*
 * Can what happens now be added without making what the row holds older? Not where that is of another
 * half-life, nor where more than one half-life lies between the two, be it by a clock that is wrong; but again
 * once all has faded.
 */
extern bool fading_is_addable(const Row *row, const FadingColumns *columns);

/* Adds to what a copy of a stored row holds. */
extern void fading_add(Row *row, const FadingColumns *columns, const double *sums);

/* Adds what a row holds, as it counts at `now`, to `sums`. */
extern void fading_read(const Row *row, const FadingColumns *columns, TimestampTz now, double *sums);

#endif
