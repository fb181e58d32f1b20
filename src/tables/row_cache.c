/*
 * row_cache.c
 *
 * Rows by their keys, read once.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "tables/row_cache.h"

typedef struct CacheKey
{
	int64 table;
	int64 keys[ROW_CACHE_KEYS]; /* 0: not used */
} CacheKey;

typedef struct CacheEntry
{
	CacheKey key;
	Row *row; /* NULL: not there */
} CacheEntry;

struct RowCache
{
	Rows *rows;
	HTAB *entries;
	RowScan *scans[TABLE_COUNT]; /* NULL: none was asked for yet */
};

RowCache *
row_cache_begin(Rows *rows)
{
	RowCache *cache = palloc0(sizeof(RowCache));
	HASHCTL control = {
		.keysize = sizeof(CacheKey),
		.entrysize = sizeof(CacheEntry),
		.hcxt = CurrentMemoryContext,
	};

	cache->rows = rows;
	cache->entries = hash_create("jobs rows", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return cache;
}

void
row_cache_end(RowCache *cache)
{
	for (int i = 0; i < TABLE_COUNT; i++)
	{
		if (cache->scans[i])
			row_scan_end(cache->scans[i]);
	}
	hash_destroy(cache->entries);
	pfree(cache);
}

static Row *
cache_read(RowCache *cache, TableId table, int nkeys, const int64 *values)
{
	ScanKeyData keys[ROW_CACHE_KEYS];

	for (int i = 0; i < nkeys; i++)
		row_key_int64(&keys[i], i + 1, values[i]);
	if (cache->scans[table])
		row_scan_again(cache->scans[table], nkeys, keys);
	else
		cache->scans[table] = row_scan_begin(cache->rows, table, PRIMARY_KEY, nkeys, keys, ForwardScanDirection);
	return row_scan_next(cache->scans[table]);
}

Row *
row_cache_find(RowCache *cache, TableId table, int nkeys, const int64 *keys)
{
	CacheKey key = {.table = table};
	CacheEntry *entry;
	bool is_known;

	memcpy(key.keys, keys, nkeys * sizeof(int64));
	entry = hash_search(cache->entries, &key, HASH_ENTER, &is_known);
	if (!is_known)
	{
		entry->row = NULL;
		entry->row = cache_read(cache, table, nkeys, keys);
	}
	return entry->row;
}

Row *
row_cache_fetch(RowCache *cache, TableId table, int64 id)
{
	return row_cache_find(cache, table, 1, &id);
}
