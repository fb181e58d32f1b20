/*
 * ranking_total.h
 *
 * Rows of jobs.ranking_total: what is known of everybody's work of one kind together.
 */
#ifndef JOBS_RANKING_TOTAL_H
#define JOBS_RANKING_TOTAL_H

#include "acting/call.h"
#include "matching/evidence.h"

/* What is to be added, by kind of work. */
typedef struct HTAB RankingTotals;
extern RankingTotals *ranking_totals_begin(void);
extern void ranking_totals_note(RankingTotals *totals, const Evidence *evidence, int rows_made);
extern void ranking_totals_write(RankingTotals *totals, Rows *rows);

/* What stands there of one kind of work: sums, and how many rows of jobs.ranking_stat they are of. */
extern int64 ranking_total_read(Rows *rows, int64 service_id, TimestampTz now, double *sums);

#endif
