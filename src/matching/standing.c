/*
 * standing.c
 *
 * Packs what bounds a score, and finds out from there how far the index can be left out.
 *
 * The amount of evidence is kept as a level: the half-lives by which it would be above one
 * prior's weight had it not begun to fade at the epoch of timestamps. A landmark in the future makes the
 * level higher than what is read, never lower.
 */
#include "postgres.h"

#include <math.h>

#include "matching/standing.h"

/* Steps of a level in a half-life, that is, from an amount to its double. */
#define LEVEL_STEPS 2
/* The levels that there are: 0 to here, and in the middle that of one prior's weight at the epoch. */
#define MAX_LEVEL ((1 << 26) - 1)
/* Steps by which the lower one of the two levels is below the other one at most: more is rounded up. */
#define MAX_LAG 16

/* Steps in which what evidence is worth is counted, from the least: of jobs and of reviews. */
#define JOBS_CELL (1.0 / 32)
#define JOBS_CELLS 128
#define REVIEWS_CELL (1.0 / 16)
#define REVIEWS_CELLS 16

/*
 * By how many steps one that is kept may be too high; and by how many a new one is, for what evidence is
 * worth goes up and down from one job to the next.
 */
#define SLACK 3
#define HEADROOM 1

/* What is computed here may differ so much from what is computed of the same sums elsewhere. */
#define ROUNDING 1e-6

/* The four, in steps; all of them at most so high. */
typedef struct Bounds
{
	int level[SCORE_GROUPS];
	int worth[SCORE_GROUPS];
} Bounds;

static const struct
{
	double cell;
	int cells;
} scales[SCORE_GROUPS] = {
	[SCORE_JOBS] = {JOBS_CELL, JOBS_CELLS},
	[SCORE_REVIEWS] = {REVIEWS_CELL, REVIEWS_CELLS},
};

/* Where each of them stands, the weightiest first; higher ones come first. */
#define JOBS_BITS 8
#define REVIEWS_BITS (JOBS_BITS + 5)
#define LAG_BITS (REVIEWS_BITS + 6)

/* Nobody is higher than the mean for it: no job was decided, and nothing reviewed. Comes last. */
static const Bounds nothing;

static int64
pack(const Bounds *bounds)
{
	int top = Max(bounds->level[SCORE_JOBS], bounds->level[SCORE_REVIEWS]);
	int lag = bounds->level[SCORE_JOBS] - bounds->level[SCORE_REVIEWS];

	return ((int64) (MAX_LEVEL - top + 1) << LAG_BITS) | ((int64) (lag + MAX_LAG) << REVIEWS_BITS) |
		   ((int64) (REVIEWS_CELLS - bounds->worth[SCORE_REVIEWS]) << JOBS_BITS) |
		   (JOBS_CELLS - bounds->worth[SCORE_JOBS]);
}

static Bounds
unpack(int64 standing)
{
	int top = MAX_LEVEL + 1 - (int) (standing >> LAG_BITS);
	int lag = (int) ((standing >> REVIEWS_BITS) & ((1 << (LAG_BITS - REVIEWS_BITS)) - 1)) - MAX_LAG;
	Bounds bounds;

	bounds.level[SCORE_JOBS] = top + Min(lag, 0);
	bounds.level[SCORE_REVIEWS] = top - Max(lag, 0);
	bounds.worth[SCORE_REVIEWS] =
		REVIEWS_CELLS - (int) ((standing >> JOBS_BITS) & ((1 << (REVIEWS_BITS - JOBS_BITS)) - 1));
	bounds.worth[SCORE_JOBS] = JOBS_CELLS - (int) (standing & ((1 << JOBS_BITS) - 1));
	return bounds;
}

/*
 * The bounds of one group; false: they can't be told.
 */
static bool
measure(Bounds *bounds, ScoreGroup group, const double *sums, TimestampTz landmark, int half_life)
{
	double amount = score_amount(group, sums);
	double level;
	double worth;

	bounds->level[group] = 0;
	bounds->worth[group] = 0;
	if (amount == 0)
		return true;
	level = (log2(amount) + evidence_half_lives(0, landmark, half_life)) * LEVEL_STEPS + MAX_LEVEL / 2;
	worth = (score_worth(group, sums) - score_least_worth(group)) / scales[group].cell;
	/* neither is one that is no number */
	if (!(level < MAX_LEVEL - 1 && worth < scales[group].cells + 1))
		return false;
	bounds->level[group] = (int) Max(ceil(level + ROUNDING), 0);
	bounds->worth[group] = (int) Min(Max(ceil(worth + ROUNDING), 0), scales[group].cells);
	return true;
}

static bool
is_still_good(const Bounds *kept, const Bounds *fresh)
{
	for (int group = 0; group < SCORE_GROUPS; group++)
	{
		if (kept->level[group] < fresh->level[group] || kept->level[group] > fresh->level[group] + SLACK ||
			kept->worth[group] < fresh->worth[group] || kept->worth[group] > fresh->worth[group] + SLACK)
			return false;
	}
	return true;
}

int64
standing_of(const double *sums, TimestampTz landmark, int half_life, int64 kept)
{
	Bounds fresh;
	int top = 0;

	for (int group = 0; group < SCORE_GROUPS; group++)
	{
		if (!measure(&fresh, group, sums, landmark, half_life))
			return STANDING_UNKNOWN;
		top = Max(top, fresh.level[group]);
	}
	for (int group = 0; group < SCORE_GROUPS; group++)
		fresh.level[group] = Max(fresh.level[group], top - MAX_LAG);
	if (kept != STANDING_UNKNOWN)
	{
		Bounds old = unpack(kept);

		if (is_still_good(&old, &fresh))
			return kept;
		for (int group = 0; group < SCORE_GROUPS; group++)
			fresh.worth[group] = Min(fresh.worth[group] + HEADROOM, scales[group].cells);
	}
	return pack(&fresh);
}

int64
standing_beside(const double *sums)
{
	for (int i = 0; i < EVIDENCE_KINDS; i++)
	{
		if (i != EVIDENCE_RECEIVED && sums[i] != 0)
			return STANDING_UNKNOWN;
	}
	return pack(&nothing);
}

bool
standing_is_told(int64 standing)
{
	return standing != STANDING_UNKNOWN && standing != pack(&nothing);
}

/*
 * The last standing of those that differ in the lower bits alone.
 */
static int64
block_end(int64 standing, int bits)
{
	return standing | (((int64) 1 << bits) - 1);
}

int64
standing_last_below(int64 standing, const ScoreMeans *means, TimestampTz now, int half_life, double least)
{
	Bounds bounds = unpack(standing);
	double most[SCORE_GROUPS];
	double gain[SCORE_GROUPS];
	double gain_at_top = 0;
	double age = evidence_half_lives(0, now, half_life) * LEVEL_STEPS + MAX_LEVEL / 2;
	int top = Max(bounds.level[SCORE_JOBS], bounds.level[SCORE_REVIEWS]);

	if (standing == STANDING_UNKNOWN)
		return 0;
	for (int group = 0; group < SCORE_GROUPS; group++)
	{
		double amount = exp2((bounds.level[group] - age) / LEVEL_STEPS);
		double worth = score_least_worth(group) + bounds.worth[group] * scales[group].cell;

		most[group] = score_gain(group, means, amount, score_most_worth(group));
		gain[group] = score_gain(group, means, amount, worth);
		gain_at_top += score_gain(group, means, exp2((top - age) / LEVEL_STEPS), score_most_worth(group));
	}
	/* what comes has lower levels; the same level, and is worth less; and so on */
	if (gain_at_top < least)
		return PG_INT64_MAX;
	if (most[SCORE_JOBS] + gain[SCORE_REVIEWS] < least)
		return block_end(standing, REVIEWS_BITS);
	if (gain[SCORE_JOBS] + gain[SCORE_REVIEWS] < least)
		return block_end(standing, JOBS_BITS);
	return 0;
}
