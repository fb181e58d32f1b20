/*
 * row_cache.h
 *
 * Rows that several ask for: each is read once, and those of a table by one scan, all as they
 * stood at the first read. For rows that are only read.
 */
#ifndef JOBS_ROW_CACHE_H
#define JOBS_ROW_CACHE_H

#include "tables/row.h"

typedef struct RowCache RowCache;

/* What it keeps is in the current memory. It ends before its rows do. */
extern RowCache *row_cache_begin(Rows *rows);
extern void row_cache_end(RowCache *cache);

/*
 * The row whose primary key begins with these values, always as many of one table; NULL: there
 * is none.
 */
#define ROW_CACHE_KEYS 3
extern Row *row_cache_find(RowCache *cache, TableId table, int nkeys, const int64 *keys);
extern Row *row_cache_fetch(RowCache *cache, TableId table, int64 id);

#endif
