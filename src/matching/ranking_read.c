/*
 * ranking_read.c
 *
 * Reads jobs.ranking_stat in the order of organizations, or in that of what they can be at most, and
 * adds what the running transaction noted: it isn't written yet.
 *
 * Rows of one organization are added in the order of one index, so that each way of reading comes to the
 * same sums. Whom the transaction noted something of is one of the best in any case.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "matching/evidence_notes.h"
#include "matching/ranking_read.h"
#include "matching/ranking_row.h"
#include "matching/ranking_total.h"
#include "matching/standing.h"

struct Ranking
{
	Rows *rows;
	int64 service_id;
	TimestampTz now;
	List *pending;	  /* what the transaction noted, in the order of organizations */
	Evidence current; /* what is known of the organization that was asked for last */

	RowScan *one; /* rows of one organization */

	RowScan *all;		/* rows of all, in the order of organizations */
	const Row *next;	/* the first of them that wasn't passed; NULL: there is none */
	int pending_passed; /* so many of the pending ones were passed */

	RowScan *best;	  /* rows of one half-life, in the order of standings */
	int half_life;	  /* which that is; 0: none yet */
	bool has_more;	  /* there may be more rows of it */
	int pending_told; /* so many of the pending ones were told */
};

Ranking *
ranking_begin(Rows *rows, int64 service_id)
{
	Ranking *ranking = palloc0(sizeof(Ranking));

	ranking->rows = rows;
	ranking->service_id = service_id;
	ranking->now = GetCurrentTransactionStartTimestamp();
	ranking->pending = evidence_pending(service_id);
	return ranking;
}

void
ranking_end(Ranking *ranking)
{
	if (ranking->one)
		row_scan_end(ranking->one);
	if (ranking->all)
		row_scan_end(ranking->all);
	if (ranking->best)
		row_scan_end(ranking->best);
	pfree(ranking);
}

/*
 * Adds what was noted to what is stored, if anything is.
 */
static void
add_noted(double *sums, bool is_stored, const Evidence *noted)
{
	for (int i = 0; i < EVIDENCE_KINDS; i++)
		sums[i] = is_stored ? Max(sums[i] + noted->sums[i], 0) : noted->sums[i];
}

int64
ranking_total(const Ranking *ranking, double *sums)
{
	int64 row_count;
	ListCell *cell;

	memset(sums, 0, EVIDENCE_KINDS * sizeof(double));
	row_count = ranking_total_read(ranking->rows, ranking->service_id, ranking->now, sums);
	foreach (cell, ranking->pending)
		add_noted(sums, true, lfirst(cell));
	return row_count;
}

static void
begin_current(Ranking *ranking, int64 organization_id)
{
	memset(&ranking->current, 0, sizeof(Evidence));
	ranking->current.key.organization_id = organization_id;
	ranking->current.key.service_id = ranking->service_id;
}

static const Evidence *
end_current(Ranking *ranking, bool is_stored, const Evidence *noted)
{
	if (noted)
	{
		add_noted(ranking->current.sums, is_stored, noted);
		ranking->current.confirmed_jobs += noted->confirmed_jobs;
	}
	return is_stored || noted ? &ranking->current : NULL;
}

static const Evidence *
find_pending(const Ranking *ranking, int64 organization_id)
{
	ListCell *cell;

	foreach (cell, ranking->pending)
	{
		const Evidence *noted = lfirst(cell);

		if (noted->key.organization_id == organization_id)
			return noted;
	}
	return NULL;
}

const Evidence *
ranking_look_up(Ranking *ranking, int64 organization_id)
{
	ScanKeyData keys[2];
	const Row *row;
	bool is_stored = false;

	row_key_int64(&keys[0], 1, ranking->service_id);
	row_key_int64(&keys[1], 2, organization_id);
	if (ranking->one == NULL)
		ranking->one = row_scan_begin(ranking->rows, TABLE_ranking_stat, INDEX_ranking_stat_service, 2, keys,
									  ForwardScanDirection);
	else
		row_scan_again(ranking->one, 2, keys);
	begin_current(ranking, organization_id);
	for (; (row = row_scan_pass(ranking->one)) != NULL; is_stored = true)
		ranking_row_read(row, ranking->now, &ranking->current);
	return end_current(ranking, is_stored, find_pending(ranking, organization_id));
}

/*
 * What was noted of an organization, when all are gone through.
 */
static const Evidence *
pass_pending(Ranking *ranking, int64 organization_id)
{
	while (ranking->pending_passed < list_length(ranking->pending))
	{
		const Evidence *noted = list_nth(ranking->pending, ranking->pending_passed);

		if (noted->key.organization_id == organization_id)
			return noted;
		if (noted->key.organization_id > organization_id)
			break;
		ranking->pending_passed++;
	}
	return NULL;
}

const Evidence *
ranking_go_to(Ranking *ranking, int64 organization_id)
{
	bool is_stored = false;

	if (ranking->all == NULL)
	{
		ScanKeyData keys[1];

		row_key_int64(&keys[0], 1, ranking->service_id);
		ranking->all = row_scan_begin(ranking->rows, TABLE_ranking_stat, INDEX_ranking_stat_service, 1, keys,
									  ForwardScanDirection);
		ranking->next = row_scan_pass(ranking->all);
	}
	begin_current(ranking, organization_id);
	for (; ranking->next; ranking->next = row_scan_pass(ranking->all))
	{
		int64 next_id = row_int64(ranking->next, Col_ranking_stat_organization_id);

		if (next_id > organization_id)
			break;
		if (next_id == organization_id)
		{
			is_stored = true;
			ranking_row_read(ranking->next, ranking->now, &ranking->current);
		}
	}
	return end_current(ranking, is_stored, pass_pending(ranking, organization_id));
}

/*
 * The rows of one half-life whose standing comes after this one.
 */
static void
go_beyond(Ranking *ranking, int64 standing)
{
	ScanKeyData keys[3];

	row_key_int64(&keys[0], 1, ranking->service_id);
	row_key_int32(&keys[1], 2, ranking->half_life);
	row_key_above(&keys[2], 3, standing);
	if (ranking->best == NULL)
		ranking->best = row_scan_begin(ranking->rows, TABLE_ranking_stat, INDEX_ranking_stat_standing, 3, keys,
									   ForwardScanDirection);
	else
		row_scan_again(ranking->best, 3, keys);
	ranking->has_more = true;
}

/*
 * There is more than one where the setting was changed, and not all has been counted anew.
 */
static bool
go_to_next_half_life(Ranking *ranking)
{
	ScanKeyData keys[2];
	RowScan *scan;
	const Row *row;

	row_key_int64(&keys[0], 1, ranking->service_id);
	row_key_above_int32(&keys[1], 2, ranking->half_life);
	scan = row_scan_begin(ranking->rows, TABLE_ranking_stat, INDEX_ranking_stat_standing, 2, keys,
						  ForwardScanDirection);
	row = row_scan_pass(scan);
	if (row)
		ranking->half_life = row_int32(row, Col_ranking_stat_half_life);
	row_scan_end(scan);
	if (row == NULL)
		return false;
	go_beyond(ranking, -1);
	return true;
}

int64
ranking_next_best(Ranking *ranking, const ScoreMeans *means, double least, int64 *effort)
{
	if (ranking->pending_told < list_length(ranking->pending))
		return ((const Evidence *) list_nth(ranking->pending, ranking->pending_told++))->key.organization_id;
	for (;;)
	{
		const Row *row;
		int64 last_below;

		CHECK_FOR_INTERRUPTS();
		if (!ranking->has_more && !go_to_next_half_life(ranking))
			return 0;
		row = row_scan_pass(ranking->best);
		ranking->has_more = row != NULL;
		if (row == NULL)
			continue;
		(*effort)++;
		last_below = standing_last_below(row_int64(row, Col_ranking_stat_standing), means, ranking->now,
										 ranking->half_life, least);
		if (last_below == 0)
			return row_int64(row, Col_ranking_stat_organization_id);
		if (last_below == PG_INT64_MAX)
			ranking->has_more = false;
		else
			go_beyond(ranking, last_below);
	}
}
