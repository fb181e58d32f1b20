/*
 * ranking_purged.c
 *
 * Sums of what is gone, one row for each organization and kind of work.
 *
 * Evidence fades at one rate, so that sums tell as much as the rows did, as long as jobs.ranking_half_life
 * stays as it is. When it changes, what is gone has faded with the old one until all is counted anew, and
 * fades with the new one from there on.
 *
 * Locks: the row of each key, in its latest version whatever the isolation level. Nobody else holds it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "matching/fading.h"
#include "matching/ranking_purged.h"

static const FadingColumns purged_columns = {
	Col_ranking_purged_landmark,
	Col_ranking_purged_half_life,
	{
		[EVIDENCE_RECEIVED] = Col_ranking_purged_received,
		[EVIDENCE_DECIDED] = Col_ranking_purged_decided,
		[EVIDENCE_ANSWERED] = Col_ranking_purged_answered,
		[EVIDENCE_DECLINED] = Col_ranking_purged_declined,
		[EVIDENCE_EXPIRED] = Col_ranking_purged_expired,
		[EVIDENCE_COMPLETED] = Col_ranking_purged_completed,
		[EVIDENCE_REVIEWS] = Col_ranking_purged_reviews,
		[EVIDENCE_STARS] = Col_ranking_purged_stars,
	},
};

static void
insert_purged(Rows *rows, const Evidence *evidence)
{
	Row *row = row_new(rows, TABLE_ranking_purged);

	row_set_int64(row, Col_ranking_purged_organization_id, evidence->key.organization_id);
	row_set_int64(row, Col_ranking_purged_service_id, evidence->key.service_id);
	row_set(row, Col_ranking_purged_confirmed_jobs, Int64GetDatum(evidence->confirmed_jobs));
	fading_set(row, &purged_columns, evidence->sums);
	row_must_insert(row);
}

/*
 * The rows that it is about are deleted next, so that it has to be written.
 */
static void
add_purged(Row *old, const Evidence *evidence)
{
	Row *row = row_copy(old);

	fading_add(row, &purged_columns, evidence->sums);
	row_set(row, Col_ranking_purged_confirmed_jobs,
			Int64GetDatum(row_int64(old, Col_ranking_purged_confirmed_jobs) + evidence->confirmed_jobs));
	row_must_update(old, row);
}

static void
keep_evidence(Rows *rows, const Evidence *evidence)
{
	ScanKeyData keys[2];
	RowScan *scan;
	Row *row;

	row_key_int64(&keys[0], 1, evidence->key.organization_id);
	row_key_int64(&keys[1], 2, evidence->key.service_id);
	scan = row_scan_begin_latest(rows, TABLE_ranking_purged, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	row = row_scan_next(scan);
	row_scan_end(scan);
	if (row == NULL)
		insert_purged(rows, evidence);
	else
	{
		row = row_lock_latest(row, LockTupleNoKeyExclusive);
		if (row == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
					 errmsg("a row of jobs.ranking_purged is held"),
					 errdetail("Another session has locked it by hand."),
					 errhint("Purge again when that has ended.")));
		add_purged(row, evidence);
	}
}

void
ranking_purged_add(Rows *rows, EvidenceTable *evidence)
{
	ListCell *cell;

	foreach (cell, evidence_sorted(evidence))
		keep_evidence(rows, lfirst(cell));
}

/*
 * From there on it fades with the present half-life.
 */
static void
renew_half_life(Row *row)
{
	static const double nothing[EVIDENCE_KINDS];
	Row *changed;

	if (row_int32(row, Col_ranking_purged_half_life) == evidence_half_life())
		return;
	row = row_lock_found(row, LockTupleNoKeyExclusive, LockWaitBlock);
	if (row == NULL)
		return;
	changed = row_copy(row);
	fading_add(changed, &purged_columns, nothing);
	(void) row_update(row, changed);
}

void
ranking_purged_count(Rows *rows, EvidenceTable *evidence)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	RowScan *scan;
	Row *row;

	/* jobs.install() is yet to make it */
	if (!OidIsValid(table_oid(TABLE_ranking_purged)))
		return;
	scan = row_scan_begin(rows, TABLE_ranking_purged, PRIMARY_KEY, 0, NULL, ForwardScanDirection);
	while ((row = row_scan_next(scan)) != NULL)
	{
		Evidence purged = {.confirmed_jobs = row_int64(row, Col_ranking_purged_confirmed_jobs)};

		CHECK_FOR_INTERRUPTS();
		purged.key.organization_id = row_int64(row, Col_ranking_purged_organization_id);
		purged.key.service_id = row_int64(row, Col_ranking_purged_service_id);
		fading_read(row, &purged_columns, now, purged.sums);
		evidence_merge(evidence, &purged, 1);
		renew_half_life(row);
	}
	row_scan_end(scan);
}
