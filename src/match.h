/*
 * match.h
 *
 * Which organizations to ask for work of one kind, the best first.
 */
#ifndef JOBS_MATCH_H
#define JOBS_MATCH_H

#include "utils/numeric.h"

#include "call.h"

/* What work it is, and for whom. */
typedef struct MatchQuery
{
	int64 service_id;
	const Row *merchant; /* NULL: of no particular merchant */
	Numeric budget;		 /* NULL: not said */
	const char *currency;
	const int64 *asked; /* organizations that are left out */
	int asked_count;
} MatchQuery;

/* What a score is made of; see score.h. Parts add up to the score. */
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

/* Up to max_count matches, the best first. */
extern Match *match_find(Call *call, const MatchQuery *query, int max_count, int *count);

#endif
