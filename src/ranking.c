/*
 * ranking.c
 *
 * The sums of evidence as they are stored: written, read, and counted anew.
 *
 * Forward decay (Cormode, Shkapenyuk, Srivastava and Xu, "Forward decay: a practical time
 * decay model for streaming systems", 2009): a sum weighs what happened at t by
 * 2^((t - landmark) / half_life), so that it never changes by time alone; whoever reads it
 * scales it to now. When weights have grown by 2^64, the landmark moves by whole
 * half-lives, which halves sums and loses nothing.
 *
 * Locks: a row of each key, in its latest version whatever the isolation level, for a sum has
 * no version that is too new. Nobody waits: where all rows of a key are held, by a commit that
 * waits for its standby or by a prepared transaction, another row is added. Counting anew
 * leaves one row for each key, and locks the table against all who write it.
 */
#include "postgres.h"

#include <math.h>

#include "access/table.h"
#include "access/xact.h"
#include "common/pg_prng.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "ranking.h"

/* The landmark moves when what happens now would weigh more than 2 to this. */
#define MAX_EXPONENT 64

/* Rows that are fetched at a time. */
#define FETCH_COUNT 1000

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
	TimestampTz landmark = row_time(row, Col_ranking_stat_landmark, now);
	double exponent = evidence_half_lives(landmark, now, half_life);

	if (half_life != evidence_half_life())
	{
		rescale(row, now, evidence_half_life(), -exponent);
		return 0;
	}
	if (exponent > MAX_EXPONENT)
	{
		int64 whole = (int64) floor(exponent);

		rescale(row, landmark + whole * half_life * USECS_PER_SEC, half_life, (double) -whole);
		return exponent - (double) whole;
	}
	return exponent;
}

static void
add(Rows *rows, const Evidence *evidence)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	Row *old = find_free(rows, &evidence->key);
	Row *row = old ? row_copy(old) : row_new(rows, TABLE_ranking_stat, TRIGGERS_PARENT_UNLOCKED);
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
ranking_write(List *evidence)
{
	bool is_read_only = XactReadOnly;
	Call *call;
	Oid user;
	int context;
	ListCell *cell;

	if (evidence == NIL || !is_installed())
		return;
	XactReadOnly = false;
	PushActiveSnapshot(GetTransactionSnapshot());
	call = call_begin_system();
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, context | SECURITY_RESTRICTED_OPERATION);
	foreach (cell, evidence)
	{
		CHECK_FOR_INTERRUPTS();
		add(call->rows, lfirst(cell));
	}
	call_end(call);
	PopActiveSnapshot();
	XactReadOnly = is_read_only;
}

/*
 * Adds a row to what is known of its organization.
 */
static void
read_row(const Row *row, TimestampTz now, Evidence *evidence)
{
	double exponent = -evidence_half_lives(row_time(row, Col_ranking_stat_landmark, now), now,
										   row_int32(row, Col_ranking_stat_half_life));
	double scale = exp2(exponent);

	for (int i = 0; i < EVIDENCE_KINDS; i++)
		evidence->sums[i] += row_float8(row, sum_columns[i]) * scale;
	evidence->confirmed_jobs += row_int64(row, Col_ranking_stat_confirmed_jobs);
}

/*
 * Adds what the transaction noted, a few at most, to what is stored; both are in order.
 */
static Evidence *
merge_pending(Evidence *stored, int *count, List *pending)
{
	int total = *count + list_length(pending);
	Evidence *merged = MemoryContextAllocHuge(CurrentMemoryContext, Max(total, 1) * sizeof(Evidence));
	int from = 0;
	int to = 0;
	ListCell *cell;

	foreach (cell, pending)
	{
		const Evidence *noted = lfirst(cell);

		while (from < *count && stored[from].key.organization_id < noted->key.organization_id)
			merged[to++] = stored[from++];
		merged[to] = *noted;
		if (from < *count && stored[from].key.organization_id == noted->key.organization_id)
		{
			for (int i = 0; i < EVIDENCE_KINDS; i++)
				merged[to].sums[i] = Max(stored[from].sums[i] + noted->sums[i], 0);
			merged[to].confirmed_jobs += stored[from++].confirmed_jobs;
		}
		to++;
	}
	while (from < *count)
		merged[to++] = stored[from++];
	*count = to;
	pfree(stored);
	return merged;
}

Evidence *
ranking_load(Rows *rows, int64 service_id, int *count)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	int capacity = 64;
	Evidence *stored = palloc(capacity * sizeof(Evidence));
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *row;
	List *pending;

	*count = 0;
	row_key_int64(&keys[0], 1, service_id);
	scan = row_scan_begin(rows, TABLE_ranking_stat, INDEX_ranking_stat_service, 1, keys, ForwardScanDirection);
	while ((row = row_scan_pass(scan)) != NULL)
	{
		int64 organization_id = row_int64(row, Col_ranking_stat_organization_id);

		CHECK_FOR_INTERRUPTS();
		if (*count == 0 || stored[*count - 1].key.organization_id != organization_id)
		{
			if (*count == capacity)
			{
				capacity *= 2;
				stored = repalloc_huge(stored, capacity * sizeof(Evidence));
			}
			memset(&stored[*count], 0, sizeof(Evidence));
			stored[*count].key.organization_id = organization_id;
			stored[(*count)++].key.service_id = service_id;
		}
		read_row(row, now, &stored[*count - 1]);
	}
	row_scan_end(scan);
	pending = evidence_pending(service_id);
	return pending ? merge_pending(stored, count, pending) : stored;
}

/*
 * Runs a query whose rows `take` counts, each in memory that is freed after it.
 */
static void
count_rows(const char *query, EvidenceTable *table, void (*take)(EvidenceTable *, HeapTuple, TupleDesc))
{
	Portal portal = SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, false, 0);

	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH_COUNT);
		if (SPI_processed == 0)
			break;
		CHECK_FOR_INTERRUPTS();
		for (uint64 i = 0; i < SPI_processed; i++)
			take(table, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
}

static EvidenceKey
key_of(HeapTuple tuple, TupleDesc desc)
{
	EvidenceKey key;
	bool isnull;

	key.organization_id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
	key.service_id = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
	return key;
}

static void
take_job(EvidenceTable *table, HeapTuple tuple, TupleDesc desc)
{
	EvidenceKey key = key_of(tuple, desc);
	Outcome outcome;
	bool isnull;
	Datum first_response;

	outcome.created_at = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 3, &isnull));
	first_response = SPI_getbinval(tuple, desc, 4, &isnull);
	outcome.first_response_at = isnull ? DT_NOEND : DatumGetTimestampTz(first_response);
	outcome.is_declined = DatumGetBool(SPI_getbinval(tuple, desc, 5, &isnull));
	outcome.is_expired = DatumGetBool(SPI_getbinval(tuple, desc, 6, &isnull));
	outcome.is_confirmed = DatumGetBool(SPI_getbinval(tuple, desc, 7, &isnull));
	evidence_add_outcome(table, &key, &outcome);
}

static const char *const jobs_query =
	"SELECT j.organization_id, j.service_id, j.created_at, j.first_response_at, "
	"d.job_id IS NOT NULL, j.status OPERATOR(pg_catalog.=) 'expired', j.confirmed_at IS NOT NULL "
	"FROM jobs.job j LEFT JOIN jobs.decline d "
	"ON d.organization_id OPERATOR(pg_catalog.=) j.organization_id "
	"AND d.job_id OPERATOR(pg_catalog.=) j.id AND d.declined_by OPERATOR(pg_catalog.=) 'expert'";

static void
take_review(EvidenceTable *table, HeapTuple tuple, TupleDesc desc)
{
	EvidenceKey key = key_of(tuple, desc);
	bool isnull;

	evidence_add_review(table, &key, DatumGetTimestampTz(SPI_getbinval(tuple, desc, 3, &isnull)),
						DatumGetInt32(SPI_getbinval(tuple, desc, 4, &isnull)),
						DatumGetInt32(SPI_getbinval(tuple, desc, 5, &isnull)));
}

static const char *const reviews_query =
	"SELECT r.organization_id, r.service_id, r.written_at, r.communication, r.quality FROM jobs.review r";

/*
 * Counts anew what everybody has committed by now; the table is locked first, so that what
 * others are about to add is added afterwards.
 */
static int
rebuild(Rows *rows)
{
	EvidenceTable *table = evidence_table(CurrentMemoryContext);
	List *counted;
	Oid user;
	int context;
	ListCell *cell;

	LockRelationOid(table_oid(TABLE_ranking_stat), ShareRowExclusiveLock);
	SPI_connect();
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, context | SECURITY_RESTRICTED_OPERATION);
	if (SPI_execute("DELETE FROM jobs.ranking_stat", false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not empty jobs.ranking_stat");
	count_rows(jobs_query, table, take_job);
	count_rows(reviews_query, table, take_review);
	SetUserIdAndSecContext(user, context);
	SPI_finish();

	counted = evidence_sorted(table);
	foreach (cell, counted)
		add(rows, lfirst(cell));
	evidence_cancel_pending();
	return list_length(counted);
}

int
ranking_fill_table(void)
{
	Rows *rows;
	int count;

	if (SPI_execute("SELECT FROM jobs.job WHERE NOT EXISTS (SELECT FROM jobs.ranking_stat) LIMIT 1", true, 1) !=
		SPI_OK_SELECT)
		elog(ERROR, "could not look for evidence");
	if (SPI_processed == 0)
		return 0;
	rows = rows_begin();
	count = rebuild(rows);
	rows_end(rows);
	return count;
}

/*
 * jobs.rebuild_ranking(): counts all evidence anew from the tables.
 */
PG_FUNCTION_INFO_V1(jobs_rebuild_ranking);
Datum
jobs_rebuild_ranking(PG_FUNCTION_ARGS)
{
	Call *call;
	int count;

	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ranking cannot be rebuilt at this isolation level"),
				 errdetail("What others commit meanwhile would be missed."),
				 errhint("Call it in a transaction that is READ COMMITTED.")));
	call = call_begin_system();
	count = rebuild(call->rows);
	call_end(call);
	PG_RETURN_INT32(count);
}
