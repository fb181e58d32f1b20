/*
 * score.h
 *
 * How good a match an organization is, from what is known of it: pure functions.
 *
 * Shares are shrunken towards the marketplace's mean for the same kind of work (empirical
 * Bayes: the posterior mean of a beta-binomial model whose prior has the marketplace's mean
 * and weighs as much as SCORE_PRIOR_JOBS jobs), and a rating is a Bayesian average in the
 * same way. So an organization of which nothing is known ranks as the average one does, and
 * a single decline or review moves little. The marketplace's mean itself starts from an
 * assumption, which weighs as much, for a marketplace of which little is known.
 */
#ifndef JOBS_SCORE_H
#define JOBS_SCORE_H

#include "matching/evidence.h"

/* What a score is made of; parts add up to the score. */
typedef enum MatchPart
{
	PART_DECLINE,
	PART_EXPIRY,
	PART_ANSWER,
	PART_COMPLETION,
	PART_RATING,
	PART_PRICE,
	MATCH_PARTS
} MatchPart;

/* Parts that are shares of the same whole. */
typedef enum ScoreGroup
{
	SCORE_JOBS,
	SCORE_REVIEWS,
	SCORE_GROUPS
} ScoreGroup;

typedef struct Match
{
	int64 organization_id;
	double score;
	double parts[MATCH_PARTS];
	double shares[MATCH_PARTS]; /* what each part is of: shares, the rating from 1 to 5 */
	bool has_jobs;				/* there is evidence behind the shares of jobs */
	bool has_reviews;			/* and behind the rating */
	double received;			/* jobs lately */
	int64 confirmed_jobs;
} Match;

/* What the prior weighs: jobs behind a share, reviews behind a rating. */
#define SCORE_PRIOR_JOBS 10
#define SCORE_PRIOR_REVIEWS 5

/* What it is worth that the whole price range is within the budget. */
#define SCORE_PRICE_WORTH 0.25

/* The means of all who do work of one kind; of PART_PRICE there is none. */
typedef struct ScoreMeans
{
	double shares[MATCH_PARTS];
	double worth[SCORE_GROUPS]; /* what a group adds to the score of whom nothing is known of */
} ScoreMeans;

/* `sums`: of all evidence on work of this kind. */
extern ScoreMeans score_means(const double *sums);

/* Scores what is known (NULL: nothing), without the price. */
extern void score_match(Match *match, const Evidence *evidence, const ScoreMeans *means);

/* Adds the price: the share of the price range that the budget covers, or -1: not known. */
extern void score_add_price(Match *match, double price_fit);

/*
 * For bounds. A group of parts adds to a score what the mean is worth, and what was observed is worth
 * above it, times amount / (amount + 1).
 */
extern double score_amount(ScoreGroup group, const double *sums);
extern double score_worth(ScoreGroup group, const double *sums); /* where the amount is above 0 */
extern double score_least_worth(ScoreGroup group);
extern double score_most_worth(ScoreGroup group);

/* How much more than the mean it adds at most: 0 if it is worth less. */
extern double score_gain(ScoreGroup group, const ScoreMeans *means, double amount, double worth);

#endif
