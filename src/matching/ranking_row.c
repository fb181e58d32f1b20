/*
 * ranking_row.c
 *
 * The sums of evidence as they are stored.
 *
 * Forward decay (Cormode, Shkapenyuk, Srivastava and Xu, "Forward decay: a practical time
 * decay model for streaming systems", 2009): a sum weighs what happened at t by
 * 2^((t - landmark) / half_life), so that it never changes by time alone; whoever reads it
 * scales it to now. The landmark moves along with what is added, so that nothing weighs more
 * than 1. Where it lies in the future the clock was ahead and has been set back since: what
 * is stored counts as it would at the landmark, then, and what comes as much as the newest of it.
 *
 * Locks: a row of each key, in its latest version whatever the isolation level, for a sum has
 * no version that is too new. Nobody waits: where all rows of a key are held, by a commit that
 * waits for its standby or by a prepared transaction, another row is added.
 */
#include "postgres.h"

#include <math.h>

#include "access/table.h"
#include "access/xact.h"
#include "common/pg_prng.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "matching/ranking_row.h"

/*
 * Half-lives by which a transaction may have begun before another one that wrote the row already.
 * It moves no landmark: many such ones would make everything older.
 */
#define MAX_LATENESS (1.0 / 64)

static const int sum_columns[EVIDENCE_KINDS] = {
	[EVIDENCE_RECEIVED] = Col_ranking_stat_received,
	[EVIDENCE_DECIDED] = Col_ranking_stat_decided,
	[EVIDENCE_ANSWERED] = Col_ranking_stat_answered,
	[EVIDENCE_DECLINED] = Col_ranking_stat_declined,
	[EVIDENCE_EXPIRED] = Col_ranking_stat_expired,
	[EVIDENCE_COMPLETED] = Col_ranking_stat_completed,
	[EVIDENCE_REVIEWS] = Col_ranking_stat_reviews,
	[EVIDENCE_STARS] = Col_ranking_stat_stars,
};

/*
 * A row of the key that nobody else holds, locked, or NULL.
 */
static Row *
find_free(Rows *rows, const EvidenceKey *key)
{
	ScanKeyData keys[2];
	RowScan *scan;
	Row *row;
	Row *locked = NULL;

	row_key_int64(&keys[0], 1, key->organization_id);
	row_key_int64(&keys[1], 2, key->service_id);
	scan = row_scan_begin_latest(rows, TABLE_ranking_stat, PRIMARY_KEY, 2, keys, ForwardScanDirection);
	while (locked == NULL && (row = row_scan_next(scan)) != NULL)
		locked = row_lock_latest(row, LockTupleNoKeyExclusive);
	row_scan_end(scan);
	return locked;
}

/*
 * Sums of a stored row at another landmark or of another half-life: from there on, what is
 * old fades with the new one.
 */
static void
rescale(Row *row, TimestampTz landmark, int half_life, double exponent)
{
	row_set_time(row, Col_ranking_stat_landmark, landmark);
	row_set(row, Col_ranking_stat_half_life, Int32GetDatum(half_life));
	for (int i = 0; i < EVIDENCE_KINDS; i++)
		row_set(row, sum_columns[i], Float8GetDatum(row_float8(row, sum_columns[i]) * exp2(exponent)));
}

/*
 * Brings a row to where what happens now can be added; returns the exponent of its weight.
 */
static double
make_addable(Row *row, TimestampTz now)
{
	int half_life = row_int32(row, Col_ranking_stat_half_life);
	double elapsed = evidence_half_lives(row_time(row, Col_ranking_stat_landmark, now), now, half_life);

	if (half_life == evidence_half_life() && elapsed <= 0 && elapsed >= -MAX_LATENESS)
		return elapsed;
	rescale(row, now, evidence_half_life(), -Max(elapsed, 0));
	return 0;
}

void
ranking_row_add(Rows *rows, const Evidence *evidence)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	Row *old = find_free(rows, &evidence->key);
	Row *row = old ? row_copy(old) : row_new(rows, TABLE_ranking_stat);
	int64 confirmed = evidence->confirmed_jobs;
	double exponent = 0;

	if (old)
	{
		exponent = make_addable(row, now);
		confirmed += row_int64(row, Col_ranking_stat_confirmed_jobs);
	}
	else
	{
		row_set_int64(row, Col_ranking_stat_organization_id, evidence->key.organization_id);
		row_set_int64(row, Col_ranking_stat_service_id, evidence->key.service_id);
		/* so that two who add a row at once don't wait for each other */
		row_set(row, Col_ranking_stat_part, Int32GetDatum(pg_prng_uint32(&pg_global_prng_state) >> 1));
		row_set_time(row, Col_ranking_stat_landmark, now);
		row_set(row, Col_ranking_stat_half_life, Int32GetDatum(evidence_half_life()));
	}
	for (int i = 0; i < EVIDENCE_KINDS; i++)
	{
		double sum = old ? row_float8(row, sum_columns[i]) : 0;

		/* what rounding left where a sum was taken back */
		sum = Max(sum + evidence->sums[i] * exp2(exponent), 0);
		row_set(row, sum_columns[i], Float8GetDatum(sum));
	}
	row_set(row, Col_ranking_stat_confirmed_jobs, Int64GetDatum(confirmed));
	if (old)
		(void) row_update(old, row);
	else
		(void) row_insert(row);
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
	Call *call;
	ListCell *cell;

	if (evidence == NIL || !is_installed())
		return;
	XactReadOnly = false;
	PushActiveSnapshot(GetTransactionSnapshot());
	call = call_begin_sheltered();
	foreach (cell, evidence)
	{
		CHECK_FOR_INTERRUPTS();
		ranking_row_add(call->rows, lfirst(cell));
	}
	call_end(call);
	PopActiveSnapshot();
	XactReadOnly = is_read_only;
}

void
ranking_row_read(const Row *row, TimestampTz now, Evidence *evidence)
{
	double elapsed = evidence_half_lives(row_time(row, Col_ranking_stat_landmark, now), now,
										 row_int32(row, Col_ranking_stat_half_life));
	double scale = exp2(-Max(elapsed, 0));

	for (int i = 0; i < EVIDENCE_KINDS; i++)
		evidence->sums[i] += row_float8(row, sum_columns[i]) * scale;
	evidence->confirmed_jobs += row_int64(row, Col_ranking_stat_confirmed_jobs);
}
