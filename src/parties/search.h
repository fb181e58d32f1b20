/*
 * search.h
 *
 * organization.search: the document that jobs.search_organizations() looks into.
 */
#ifndef JOBS_SEARCH_H
#define JOBS_SEARCH_H

#include "tables/row.h"

/* Parsing is silent in between: it has a notice for each word that it leaves out. */
extern int search_quiet_begin(void);
extern void search_quiet_end(int level);

/*
 * Fills the document of an organization that is about to be written: a new one, or a
 * copy of one that is locked.
 */
extern void search_fill(Row *organization);

/* Writes the row of an organization, which is locked, anew if its document changed. */
extern void search_refresh(Row *organization);

/*
 * Locks a service, so that nobody renames it before the transaction ends; NULL: there is
 * none. For who adds it to an organization, before that is locked.
 */
extern Row *search_hold_service(Rows *rows, int64 service_id);

/* Fills the documents that were never filled; returns how many. */
extern int search_backfill(void);

#endif
