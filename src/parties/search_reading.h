/*
 * search_reading.h
 *
 * What jobs.search_organizations() is asked for, as it is read in the languages of organizations.
 */
#ifndef JOBS_SEARCH_READING_H
#define JOBS_SEARCH_READING_H

#include "tsearch/ts_type.h"

#include "tables/row.h"

/* The query in one language. */
typedef struct SearchReading
{
	text *language;
	TSQuery words; /* what an organization must have */
	TSQuery rank;  /* what it is ranked by: these, or the words as they are written */
} SearchReading;

typedef struct SearchQuery
{
	TSQuery any;		   /* all readings, joined by OR: what the index is asked for */
	bool is_one;		   /* they are all the same, so that whoever has `any` has them */
	SearchReading written; /* in every other language */
	int count;
	SearchReading *readings;
} SearchQuery;

/*
 * Reads a query in the languages that organizations have. NULL: it has no word, and there is
 * nothing to look for.
 */
extern SearchQuery *search_read(Rows *rows, text *query);

/* The reading for an organization of this language. */
extern const SearchReading *search_reading(const SearchQuery *query, const text *language);

#endif
