/*
 * ranking.h
 *
 * The table jobs.ranking_stat: what is known of each organization's work of each kind.
 */
#ifndef JOBS_RANKING_H
#define JOBS_RANKING_H

#include "acting/call.h"
#include "matching/evidence.h"

/* Counts all evidence where there is none yet, inside SPI; returns how many rows that made. */
extern int ranking_fill_table(void);

/*
 * What is known of all who do work of one kind, in the order of the organizations' ids and
 * with what the running transaction noted. Weights are those of evidence.h.
 */
extern Evidence *ranking_load(Rows *rows, int64 service_id, int *count);

#endif
