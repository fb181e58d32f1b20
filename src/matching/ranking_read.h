/*
 * ranking_read.h
 *
 * What is known of everybody's work of one kind: of one organization, of all, of the best.
 */
#ifndef JOBS_RANKING_READ_H
#define JOBS_RANKING_READ_H

#include "acting/call.h"
#include "matching/score.h"

/* What is known of all who do work of one kind, with what the running transaction noted. */
typedef struct Ranking Ranking;
extern Ranking *ranking_begin(Rows *rows, int64 service_id);
extern void ranking_end(Ranking *ranking);

/* The sums over all, and (an estimate) how many organizations they are of. */
extern int64 ranking_total(const Ranking *ranking, double *sums);

/* What is known of an organization, until the next call; NULL: nothing. */
extern const Evidence *ranking_look_up(Ranking *ranking, int64 organization_id);

/* The same for whoever goes through all organizations in the order of their ids. */
extern const Evidence *ranking_go_to(Ranking *ranking, int64 organization_id);

/*
 * Organizations in the order of what they can be at most: the next one with a score that may be above
 * the mean's by `least`, which is above 0; 0: there is none. Some come more than once. `effort` counts
 * rows that were read for it.
 */
extern int64 ranking_next_best(Ranking *ranking, const ScoreMeans *means, double least, int64 *effort);

#endif
