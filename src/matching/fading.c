/*
 * fading.c
 *
 * The sums of evidence as they are stored.
 *
 * Forward decay (Cormode, Shkapenyuk, Srivastava and Xu, "Forward decay: a practical time
 * decay model for streaming systems", 2009): a sum weighs what happened at t by
 * 2^((t - landmark) / half_life), so that it never changes by time alone; whoever reads it
 * scales it to now. The landmark moves along with what is added, so that nothing weighs more
 * than 1. Where it lies in the future the clock was ahead and has been set back since: what
 * is stored counts as it would at the landmark, then, and what comes as much as the newest of it.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"

#include "matching/fading.h"

/*
 * Half-lives by which a transaction may have begun before another one that wrote the row already.
 * It moves no landmark: many such ones would make everything older.
 */
#define MAX_LATENESS (1.0 / 64)

/* Half-lives after which next to nothing is left. */
#define ALL_FADED 64

/*
 * Sums of a stored row at another landmark or of another half-life: from there on, what is
 * old fades with the new one.
 */
static void
rescale(Row *row, const FadingColumns *columns, TimestampTz landmark, int half_life, double exponent)
{
	row_set_time(row, columns->landmark, landmark);
	row_set(row, columns->half_life, Int32GetDatum(half_life));
	for (int i = 0; i < EVIDENCE_KINDS; i++)
	{
		if (columns->sums[i] != FADING_NOT_KEPT)
			row_set(row, columns->sums[i], Float8GetDatum(row_float8(row, columns->sums[i]) * exp2(exponent)));
	}
}

/*
 * Brings a row to where what happens now can be added; returns the exponent of its weight.
 */
static double
make_addable(Row *row, const FadingColumns *columns, TimestampTz now)
{
	int half_life = row_int32(row, columns->half_life);
	double elapsed = evidence_half_lives(row_time(row, columns->landmark, now), now, half_life);

	if (half_life == evidence_half_life() && elapsed <= 0 && elapsed >= -MAX_LATENESS)
		return elapsed;
	rescale(row, columns, now, evidence_half_life(), -Max(elapsed, 0));
	return 0;
}

bool
fading_is_addable(const Row *row, const FadingColumns *columns)
{
	int half_life = row_int32(row, columns->half_life);
	double elapsed = evidence_half_lives(row_time(row, columns->landmark, 0), GetCurrentTransactionStartTimestamp(),
										 half_life);

	return half_life == evidence_half_life() &&
		   ((elapsed >= -MAX_LATENESS && elapsed <= 1) || elapsed > ALL_FADED);
}

void
fading_set(Row *row, const FadingColumns *columns, const double *sums)
{
	row_set_time(row, columns->landmark, GetCurrentTransactionStartTimestamp());
	row_set(row, columns->half_life, Int32GetDatum(evidence_half_life()));
	for (int i = 0; i < EVIDENCE_KINDS; i++)
	{
		if (columns->sums[i] != FADING_NOT_KEPT)
			row_set(row, columns->sums[i], Float8GetDatum(Max(sums[i], 0)));
	}
}

void
fading_add(Row *row, const FadingColumns *columns, const double *sums)
{
	double exponent = make_addable(row, columns, GetCurrentTransactionStartTimestamp());

	for (int i = 0; i < EVIDENCE_KINDS; i++)
	{
		double sum;

		if (columns->sums[i] == FADING_NOT_KEPT)
			continue;
		sum = row_float8(row, columns->sums[i]) + sums[i] * exp2(exponent);
		/* what rounding left where a sum was taken back */
		row_set(row, columns->sums[i], Float8GetDatum(Max(sum, 0)));
	}
}

void
fading_read(const Row *row, const FadingColumns *columns, TimestampTz now, double *sums)
{
	double elapsed = evidence_half_lives(row_time(row, columns->landmark, now), now,
										 row_int32(row, columns->half_life));
	double scale = exp2(-Max(elapsed, 0));

	for (int i = 0; i < EVIDENCE_KINDS; i++)
	{
		if (columns->sums[i] != FADING_NOT_KEPT)
			sums[i] += row_float8(row, columns->sums[i]) * scale;
	}
}
