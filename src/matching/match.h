/*
 * match.h
 *
 * Which organizations to ask for work of one kind, the best first.
 */
#ifndef JOBS_MATCH_H
#define JOBS_MATCH_H

#include "utils/numeric.h"

#include "acting/call.h"
#include "matching/score.h"

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

/* Up to max_count matches, the best first. */
extern Match *match_find(Call *call, const MatchQuery *query, int max_count, int *count);

#endif
