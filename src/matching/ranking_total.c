/*
 * ranking_total.c
 *
 * The sums over all organizations, so that the marketplace's means are there without reading them all.
 *
 * Locks: as ranking_row.c, a row of each key that nobody else holds. Whoever commits evidence on work
 * of one kind writes one of its few rows, which are looked through from a random one on; there come to be
 * as many as commits meet. What has another half-life, or happens by a clock that is far from a row's, gets
 * another row: adding it would age what all organizations did.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "utils/hsearch.h"

#include "matching/fading.h"
#include "matching/ranking_total.h"

static const FadingColumns total_columns = {
	Col_ranking_total_landmark,
	Col_ranking_total_half_life,
	{
		[EVIDENCE_RECEIVED] = FADING_NOT_KEPT,
		[EVIDENCE_DECIDED] = Col_ranking_total_decided,
		[EVIDENCE_ANSWERED] = Col_ranking_total_answered,
		[EVIDENCE_DECLINED] = Col_ranking_total_declined,
		[EVIDENCE_EXPIRED] = Col_ranking_total_expired,
		[EVIDENCE_COMPLETED] = Col_ranking_total_completed,
		[EVIDENCE_REVIEWS] = Col_ranking_total_reviews,
		[EVIDENCE_STARS] = Col_ranking_total_stars,
	},
};

typedef struct Total
{
	int64 service_id;
	double sums[EVIDENCE_KINDS];
	int64 row_count;
} Total;

RankingTotals *
ranking_totals_begin(void)
{
	HASHCTL control = {.keysize = sizeof(int64), .entrysize = sizeof(Total), .hcxt = CurrentMemoryContext};

	return hash_create("jobs totals", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void
ranking_totals_note(RankingTotals *totals, const Evidence *evidence, int rows_made)
{
	bool is_there;
	Total *total = hash_search(totals, &evidence->key.service_id, HASH_ENTER, &is_there);

	if (!is_there)
	{
		memset(total->sums, 0, sizeof(total->sums));
		total->row_count = 0;
	}
	for (int i = 0; i < EVIDENCE_KINDS; i++)
		total->sums[i] += evidence->sums[i];
	total->row_count += rows_made;
}

/*
 * That a job was asked for alone changes no mean.
 */
static bool
is_of_use(const Total *total)
{
	for (int i = 0; i < EVIDENCE_KINDS; i++)
	{
		if (total_columns.sums[i] != FADING_NOT_KEPT && total->sums[i] != 0)
			return true;
	}
	return total->row_count != 0;
}

/*
 * A number that a row can have, or from which on to look.
 */
static int
random_part(void)
{
	return (int) (pg_prng_uint32(&pg_global_prng_state) >> 1);
}

static Row *
find_free_total(Rows *rows, int64 service_id)
{
	Row *locked = NULL;
	ScanKeyData keys[2];
	int from = random_part();

	row_key_int64(&keys[0], 1, service_id);
	for (int pass = 0; pass < 2 && locked == NULL; pass++, from = -1)
	{
		RowScan *scan;
		Row *row;

		row_key_above_int32(&keys[1], 2, from);
		scan = row_scan_begin_latest(rows, TABLE_ranking_total, PRIMARY_KEY, 2, keys, ForwardScanDirection);
		while (locked == NULL && (row = row_scan_next(scan)) != NULL)
		{
			if (fading_is_addable(row, &total_columns))
				locked = row_lock_latest(row, LockTupleNoKeyExclusive);
			if (locked && !fading_is_addable(locked, &total_columns))
				locked = NULL;
		}
		row_scan_end(scan);
	}
	return locked;
}

static void
add_total(Rows *rows, const Total *total)
{
	Row *old = find_free_total(rows, total->service_id);
	Row *row = old ? row_copy(old) : row_new(rows, TABLE_ranking_total);
	int64 row_count = total->row_count;

	if (old)
	{
		fading_add(row, &total_columns, total->sums);
		row_count += row_int64(old, Col_ranking_total_row_count);
	}
	else
	{
		row_set_int64(row, Col_ranking_total_service_id, total->service_id);
		row_set(row, Col_ranking_total_part, Int32GetDatum(random_part()));
		fading_set(row, &total_columns, total->sums);
	}
	row_set(row, Col_ranking_total_row_count, Int64GetDatum(row_count));
	if (old)
		(void) row_update(old, row);
	else
		(void) row_insert(row);
}

void
ranking_totals_write(RankingTotals *totals, Rows *rows)
{
	HASH_SEQ_STATUS status;
	Total *total;

	hash_seq_init(&status, totals);
	while ((total = hash_seq_search(&status)) != NULL)
	{
		if (is_of_use(total))
			add_total(rows, total);
	}
	hash_destroy(totals);
}

int64
ranking_total_read(Rows *rows, int64 service_id, TimestampTz now, double *sums)
{
	int64 row_count = 0;
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *row;

	row_key_int64(&keys[0], 1, service_id);
	scan = row_scan_begin(rows, TABLE_ranking_total, PRIMARY_KEY, 1, keys, ForwardScanDirection);
	while ((row = row_scan_pass(scan)) != NULL)
	{
		fading_read(row, &total_columns, now, sums);
		row_count += row_int64(row, Col_ranking_total_row_count);
	}
	row_scan_end(scan);
	return row_count;
}
