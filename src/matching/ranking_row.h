/*
 * ranking_row.h
 *
 * A row of jobs.ranking_stat: what is known of an organization's work of one kind.
 */
#ifndef JOBS_RANKING_ROW_H
#define JOBS_RANKING_ROW_H

#include "acting/call.h"
#include "matching/evidence.h"

/* Adds to the table. */
extern void ranking_row_add(Rows *rows, const Evidence *evidence);

/* The same at the commit, for a list of Evidence * in the order of the keys. */
extern void ranking_row_write(List *evidence);

/* Adds what a row says to what is known of its organization; `now`: what happens then weighs 1. */
extern void ranking_row_read(const Row *row, TimestampTz now, Evidence *evidence);

#endif
