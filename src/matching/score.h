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

/* The means of all who do work of one kind; of PART_PRICE there is none. */
typedef struct ScoreMeans
{
	double shares[MATCH_PARTS];
} ScoreMeans;

extern ScoreMeans score_means(const Evidence *evidence, int count);

/*
 * Scores what is known (NULL: nothing). `price_fit`: the share of the price range that the
 * budget covers, or -1: not known.
 */
extern void score_match(Match *match, const Evidence *evidence, const ScoreMeans *means, double price_fit);

#endif
