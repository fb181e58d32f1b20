/*
 * match.h
 *
 * Which organizations to ask for work of one kind, the best first.
 */
#ifndef JOBS_MATCH_H
#define JOBS_MATCH_H

#include "acting/call.h"
#include "matching/condition.h"
#include "matching/score.h"

/* Up to max_count matches, the best first. */
extern Match *match_find(Call *call, const MatchQuery *query, int max_count, int *count);

#endif
