/*
 * ranking.h
 *
 * The table jobs.ranking_stat: what is known of each organization's work of each kind.
 */
#ifndef JOBS_RANKING_H
#define JOBS_RANKING_H

/* Counts all evidence where there is none yet, inside SPI; returns how many rows that made. */
extern int ranking_fill_table(void);

#endif
