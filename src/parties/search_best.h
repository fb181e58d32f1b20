/*
 * search_best.h
 *
 * The best organizations of those that a search finds.
 */
#ifndef JOBS_SEARCH_BEST_H
#define JOBS_SEARCH_BEST_H

#include "nodes/execnodes.h"
#include "tcop/dest.h"

#include "parties/search_reading.h"

/*
 * Takes the rows of a query that has the columns id, name, description, language and search of
 * organizations with the words `query->any`, and keeps the best: the max_rows that come first of
 * those which have the words in their own language and are listed.
 */
extern DestReceiver *search_best_begin(Rows *rows, const SearchQuery *query, int max_rows);

/* Adds them to the result of jobs.search_organizations(), the best one first. */
extern void search_best_return(DestReceiver *receiver, ReturnSetInfo *result);

#endif
