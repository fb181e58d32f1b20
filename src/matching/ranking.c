/*
 * ranking.c
 *
 * What is known of everybody's work, counted anew.
 *
 * Locks: counting anew locks the tables against all who write them, and leaves one row for each key.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "acting/entry.h"
#include "matching/evidence_notes.h"
#include "matching/ranking.h"
#include "matching/ranking_purged.h"
#include "matching/ranking_row.h"
#include "pg/check.h"
#include "pg/statement.h"
#include "tables/schema_lock.h"

/* Rows that are fetched at a time. */
#define FETCH_COUNT 1000

/*
 * Runs a query whose rows `take` counts, each in memory that is freed after it.
 */
static void
ranking_count_rows(const char *query, EvidenceTable *table, void (*take)(EvidenceTable *, HeapTuple, TupleDesc))
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
ranking_key_of(HeapTuple row, TupleDesc desc)
{
	EvidenceKey key;
	bool isnull;

	key.organization_id = DatumGetInt64(statement_column(row, desc, "organization_id", &isnull));
	key.service_id = DatumGetInt64(statement_column(row, desc, "service_id", &isnull));
	return key;
}

static const char *const ranking_jobs =
	"SELECT j.organization_id, j.service_id, j.created_at, j.first_response_at, "
	"d.job_id IS NOT NULL AS is_declined, j.status OPERATOR(pg_catalog.=) 'expired' AS is_expired, "
	"j.confirmed_at IS NOT NULL AS is_confirmed "
	"FROM jobs.job j LEFT JOIN jobs.decline d "
	"ON d.organization_id OPERATOR(pg_catalog.=) j.organization_id "
	"AND d.job_id OPERATOR(pg_catalog.=) j.id AND d.declined_by OPERATOR(pg_catalog.=) 'expert'";

static void
ranking_take_job(EvidenceTable *table, HeapTuple row, TupleDesc desc)
{
	EvidenceKey key = ranking_key_of(row, desc);
	JobOutcome outcome;
	bool isnull;
	Datum first_response;

	outcome.created_at = DatumGetTimestampTz(statement_column(row, desc, "created_at", &isnull));
	first_response = statement_column(row, desc, "first_response_at", &isnull);
	outcome.first_response_at = isnull ? DT_NOEND : DatumGetTimestampTz(first_response);
	outcome.is_declined = DatumGetBool(statement_column(row, desc, "is_declined", &isnull));
	outcome.is_expired = DatumGetBool(statement_column(row, desc, "is_expired", &isnull));
	outcome.is_confirmed = DatumGetBool(statement_column(row, desc, "is_confirmed", &isnull));
	evidence_add_outcome(table, &key, &outcome);
}

static const char *const ranking_reviews =
	"SELECT r.organization_id, r.service_id, r.written_at, r.communication, r.quality FROM jobs.review r";

static void
ranking_take_review(EvidenceTable *table, HeapTuple row, TupleDesc desc)
{
	EvidenceKey key = ranking_key_of(row, desc);
	bool isnull;

	evidence_add_review(table, &key, DatumGetTimestampTz(statement_column(row, desc, "written_at", &isnull)),
						DatumGetInt32(statement_column(row, desc, "communication", &isnull)),
						DatumGetInt32(statement_column(row, desc, "quality", &isnull)));
}

static void
empty_table(Rows *rows, TableId table)
{
	RowScan *scan = row_scan_begin(rows, table, PRIMARY_KEY, 0, NULL, ForwardScanDirection);
	Row *row;

	while ((row = row_scan_next(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		row = row_lock_found(row, LockTupleExclusive, LockWaitBlock);
		if (row)
			row_must_delete(row);
	}
	row_scan_end(scan);
}

/*
 * Counts anew what everybody has committed by now; the table is locked first, so that what
 * others are about to add is added afterwards. Callers have seen to it that the owner can put
 * nothing off.
 */
static int
ranking_rebuild(Rows *rows)
{
	EvidenceTable *table = evidence_table(CurrentMemoryContext);
	List *tables = list_make2_oid(table_oid(TABLE_ranking_stat), table_oid(TABLE_ranking_total));
	List *counted;

	/* whoever purges jobs commits before the first row is read, or behind us; jobs.install() is yet to make it */
	if (OidIsValid(table_oid(TABLE_ranking_purged)))
		tables = lappend_oid(tables, table_oid(TABLE_ranking_purged));
	schema_lock_relations(tables, ShareRowExclusiveLock);
	rows_renew(rows);
	empty_table(rows, TABLE_ranking_stat);
	empty_table(rows, TABLE_ranking_total);
	SPI_connect();
	ranking_count_rows(ranking_jobs, table, ranking_take_job);
	ranking_count_rows(ranking_reviews, table, ranking_take_review);
	SPI_finish();
	ranking_purged_count(rows, table);

	counted = evidence_sorted(table);
	ranking_row_fill(rows, counted);
	evidence_cancel_pending();
	return list_length(counted);
}

int
ranking_fill_table(void)
{
	Rows *rows;
	int count;

	/* not read-only: a table that was rewritten just now has its rows from this command */
	if (SPI_execute("SELECT WHERE (EXISTS (SELECT FROM jobs.job) OR EXISTS (SELECT FROM jobs.ranking_purged)) "
					"AND (NOT EXISTS (SELECT FROM jobs.ranking_stat) OR NOT EXISTS (SELECT FROM jobs.ranking_total))",
					false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for evidence");
	if (SPI_processed == 0)
		return 0;
	rows = rows_begin();
	count = ranking_rebuild(rows);
	rows_end(rows);
	return count;
}

/*
 * jobs.rebuild_ranking(): counts all evidence anew from the tables, and from what is kept of purged rows.
 */
SQL_FUNCTION(rebuild_ranking)
{
	Call *call;
	int count;

	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ranking cannot be rebuilt at this isolation level"),
				 errdetail("What others commit meanwhile would be missed."),
				 errhint("Call it in a transaction that is READ COMMITTED.")));
	check_can_write();
	call = call_begin_sheltered();
	count = ranking_rebuild(call->rows);
	call_end(call);
	PG_RETURN_INT32(count);
}
