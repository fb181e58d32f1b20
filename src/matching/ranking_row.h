/*
 * ranking_row.h
 *
 * A row of jobs.ranking_stat: what is known of an organization's work of one kind.
 */
#ifndef JOBS_RANKING_ROW_H
#define JOBS_RANKING_ROW_H

#include "acting/call.h"
#include "matching/evidence.h"

/* Adds to what stands there, at the commit: a list of Evidence * in the order of the keys. */
extern void ranking_row_write(List *evidence);

/* Writes the rows of a table that is empty, and that nobody else writes to. */
extern void ranking_row_fill(Rows *rows, List *evidence);

/* Adds what a row says to what is known of its organization; `now`: what happens then weighs 1. */
extern void ranking_row_read(const Row *row, TimestampTz now, Evidence *evidence);

#endif
