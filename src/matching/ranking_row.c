/*
 * ranking_row.c
 *
 * Rows of sums, one for each organization and kind of work.
 *
 * Locks: a row of each key, in its latest version whatever the isolation level, for a sum has
 * no version that is too new. Nobody waits: where all rows of a key are held, by a commit that
 * waits for its standby or by a prepared transaction, another row is added.
 *
 * One row of a key at most has a standing that tells something: who gives it one sees no other row of
 * the key, and sees this one as committed. Of two rows the one that was committed first would be seen
 * by whoever sees the other one.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "common/pg_prng.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "matching/fading.h"
#include "matching/ranking_row.h"
#include "matching/ranking_total.h"
#include "matching/standing.h"

static const FadingColumns columns = {
	Col_ranking_stat_landmark,
	Col_ranking_stat_half_life,
	{
		[EVIDENCE_RECEIVED] = Col_ranking_stat_received,
		[EVIDENCE_DECIDED] = Col_ranking_stat_decided,
		[EVIDENCE_ANSWERED] = Col_ranking_stat_answered,
		[EVIDENCE_DECLINED] = Col_ranking_stat_declined,
		[EVIDENCE_EXPIRED] = Col_ranking_stat_expired,
		[EVIDENCE_COMPLETED] = Col_ranking_stat_completed,
		[EVIDENCE_REVIEWS] = Col_ranking_stat_reviews,
		[EVIDENCE_STARS] = Col_ranking_stat_stars,
	},
};

/*
 * A row of the key that nobody else holds, locked, or NULL. `is_alone`: there is no other one, and it
 * was committed before; asked for only where the standing tells nothing.
 */
static Row *
find_free(Rows *rows, const EvidenceKey *key, bool *is_alone)
{
	ScanKeyData keys[2];
	RowScan *scan;
	Row *row;
	Row *locked = NULL;
	int passed = 0;

	row_key_int64(&keys[0], 1, key->organization_id);
	row_key_int64(&keys[1], 2, key->service_id);
	scan = row_scan_begin_latest(rows, TABLE_ranking_stat, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	while (locked == NULL && (row = row_scan_next(scan)) != NULL)
	{
		locked = row_lock_latest(row, LockTupleNoKeyExclusive);
		passed++;
	}
	*is_alone = locked && passed == 1 && !standing_is_told(row_int64(locked, Col_ranking_stat_standing)) &&
				!row_is_own(locked) && row_scan_next(scan) == NULL;
	row_scan_end(scan);
	return locked;
}

static void
set_standing(Row *row, int64 kept, bool is_alone)
{
	double sums[EVIDENCE_KINDS];
	int64 standing;

	for (int i = 0; i < EVIDENCE_KINDS; i++)
		sums[i] = row_float8(row, columns.sums[i]);
	standing = is_alone || standing_is_told(kept) ? standing_of(sums, row_time(row, columns.landmark, 0),
																row_int32(row, columns.half_life), kept) :
													standing_beside(sums);
	row_set(row, Col_ranking_stat_standing, Int64GetDatum(standing));
}

static void
insert_row(Rows *rows, const Evidence *evidence, bool is_alone)
{
	Row *row = row_new(rows, TABLE_ranking_stat);

	row_set_int64(row, Col_ranking_stat_organization_id, evidence->key.organization_id);
	row_set_int64(row, Col_ranking_stat_service_id, evidence->key.service_id);
	/* so that two who add a row at once don't wait for each other */
	row_set(row, Col_ranking_stat_part, Int32GetDatum(pg_prng_uint32(&pg_global_prng_state) >> 1));
	row_set(row, Col_ranking_stat_confirmed_jobs, Int64GetDatum(evidence->confirmed_jobs));
	fading_set(row, &columns, evidence->sums);
	set_standing(row, STANDING_UNKNOWN, is_alone);
	(void) row_insert(row);
}

/*
 * Returns how many rows that made.
 */
static int
add_evidence(Rows *rows, const Evidence *evidence)
{
	bool is_alone;
	Row *old = find_free(rows, &evidence->key, &is_alone);
	Row *row;

	if (old == NULL)
	{
		insert_row(rows, evidence, false);
		return 1;
	}
	row = row_copy(old);
	fading_add(row, &columns, evidence->sums);
	set_standing(row, row_int64(old, Col_ranking_stat_standing), is_alone);
	row_set(row, Col_ranking_stat_confirmed_jobs,
			Int64GetDatum(row_int64(old, Col_ranking_stat_confirmed_jobs) + evidence->confirmed_jobs));
	(void) row_update(old, row);
	return 0;
}

void
ranking_row_fill(Rows *rows, List *evidence)
{
	RankingTotals *totals = ranking_totals_begin();
	ListCell *cell;

	foreach (cell, evidence)
	{
		CHECK_FOR_INTERRUPTS();
		insert_row(rows, lfirst(cell), true);
		ranking_totals_note(totals, lfirst(cell), 1);
	}
	ranking_totals_write(totals, rows);
}

/*
 * Not any more, when the same transaction uninstalls the tables or drops the extension: then
 * our trigger is gone. Looked for in the relation cache, for this is asked at each commit.
 */
static bool
is_installed(void)
{
	Oid relid = table_oid(TABLE_ranking_stat);
	Relation rel = OidIsValid(relid) ? table_open(relid, RowExclusiveLock) : NULL;
	bool result = false;

	if (rel == NULL)
		return false;
	for (int i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
		result |= strcmp(rel->trigdesc->triggers[i].tgname, JOBS_TRIGGER_PREFIX "guard") == 0;
	table_close(rel, NoLock);
	return result;
}

/*
 * Nothing of a user's may be put off here: at the commit, the time for it is over. Nor does it
 * matter that the transaction has become read-only since.
 */
void
ranking_row_write(List *evidence)
{
	bool is_read_only = XactReadOnly;
	RankingTotals *totals;
	Call *call;
	ListCell *cell;

	if (evidence == NIL || !is_installed())
		return;
	XactReadOnly = false;
	PushActiveSnapshot(GetTransactionSnapshot());
	call = call_begin_sheltered();
	totals = ranking_totals_begin();
	foreach (cell, evidence)
	{
		CHECK_FOR_INTERRUPTS();
		ranking_totals_note(totals, lfirst(cell), add_evidence(call->rows, lfirst(cell)));
	}
	ranking_totals_write(totals, call->rows);
	call_end(call);
	PopActiveSnapshot();
	XactReadOnly = is_read_only;
}

void
ranking_row_read(const Row *row, TimestampTz now, Evidence *evidence)
{
	fading_read(row, &columns, now, evidence->sums);
	evidence->confirmed_jobs += row_int64(row, Col_ranking_stat_confirmed_jobs);
}
