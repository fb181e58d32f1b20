/*
 * row.h
 *
 * Reads, locks and writes rows of the tables directly, without SQL.
 *
 * `Rows` are the rows of one action: they share an executor state, one snapshot that
 * is renewed after each lock and write, and the moment at which AFTER triggers fire
 * (rows_end). Written rows pass CHECK, NOT NULL, generated columns, users' triggers
 * and users' foreign keys; the library's own triggers are left out, since the code
 * that writes has decided already, and so are, where these rows hold the job that a new
 * row belongs to, foreign keys that the job implies.
 *
 * A row is locked before it is updated, and locks that wait have an order: lock_order.h.
 */
#ifndef JOBS_ROW_H
#define JOBS_ROW_H

#include "access/sdir.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "nodes/lockoptions.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "tables/table.h"

typedef struct Rows Rows;

typedef struct Row
{
	Rows *rows;
	const Table *table;
	TupleTableSlot *slot;
	bool is_locked; /* by row_lock, and may be updated or deleted */
} Row;

/*
 * Says who is shown the whole row that a constraint refuses. The question is of those above, who
 * know about rights; it is asked when there is such an error.
 */
typedef bool (*RowsTest)(void);
extern void rows_show_details_if(RowsTest test);

extern Rows *rows_begin(void);
extern void rows_end(Rows *rows);

/* The same for reading alone, in a STABLE function: what the query sees that calls it. */
extern Rows *rows_begin_in_query(void);

/*
 * Reading: the row with this id (or, where there is none, this first key column),
 * or NULL. What others committed since is seen after rows_renew, a lock or a write.
 */
extern Row *row_fetch(Rows *rows, TableId id, int64 key);
extern void rows_renew(Rows *rows);

/*
 * The same as everybody has committed it by now, whatever the transaction's snapshot: for what the
 * lock of another row decides.
 */
extern Row *row_fetch_latest(Rows *rows, TableId id, int64 key);

/*
 * The same, locked. NULL: it isn't there, or (with LockWaitSkip) somebody else holds
 * it. 40001 where the isolation level forbids to go on.
 */
extern Row *row_lock(Rows *rows, TableId id, int64 key, LockTupleMode mode, LockWaitPolicy wait);

/* The same for a row that was read already. */
extern Row *row_lock_found(Row *row, LockTupleMode mode, LockWaitPolicy wait);

/*
 * The same, where one that comes later in the order of lock_order.h may be held: 40P01 is
 * possible, and the caller says when.
 */
extern Row *row_lock_out_of_order(Row *row, LockTupleMode mode);

/*
 * The latest version of a row, locked if nobody else holds it, whatever the isolation level:
 * for sums to which everybody adds. NULL: somebody holds it, or it is gone.
 */
extern Row *row_lock_latest(Row *row, LockTupleMode mode);

/* Scan of an index. */
typedef struct RowScan RowScan;
extern RowScan *row_scan_begin(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys,
							   ScanDirection direction);
extern Row *row_scan_next(RowScan *scan);
extern void row_scan_end(RowScan *scan);

/*
 * For scans of many rows: the next row, as it stands and only until the next call; and the
 * same scan again, with other keys.
 */
extern const Row *row_scan_pass(RowScan *scan);
extern void row_scan_again(RowScan *scan, int nkeys, ScanKey keys);

/* The same with what everybody has committed by now, whatever the transaction's snapshot. */
extern RowScan *row_scan_begin_latest(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys,
									  ScanDirection direction);

/* The first row of such a scan, or NULL. */
extern Row *row_find(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys,
					 ScanDirection direction);

/*
 * The first row of such a scan forward, or NULL; 40001 when there is one by now that the
 * transaction's snapshot doesn't see: for what must not be there twice.
 */
extern Row *row_find_latest(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys);

/* A key of such a scan: index column `column`, counted from 1, equals the value. */
extern void row_key_int64(ScanKey key, int column, int64 value);
extern void row_key_int32(ScanKey key, int column, int32 value);
extern void row_key_text(ScanKey key, int column, const char *value);
extern void row_key_uuid(ScanKey key, int column, const pg_uuid_t *value);
extern void row_key_optional_int64(ScanKey key, int column, int64 value); /* 0: NULL */

/* A key that is above the value, and one that is not. */
extern void row_key_above(ScanKey key, int column, int64 value);
extern void row_key_up_to(ScanKey key, int column, int64 value);
extern void row_key_above_int32(ScanKey key, int column, int32 value);

/* A row that stands in a slot already, such as a trigger's. */
extern Row *row_of_slot(Rows *rows, TableId id, TupleTableSlot *slot);

/* Was this version of a stored row written by the running transaction? */
extern bool row_is_own(const Row *row);

/*
 * Notes that somebody else has locked the row for this action, or that it can't go away before
 * the action ends, as what a row trigger stands on. What these rows lock or insert is noted anyway.
 */
extern void row_hold(const Row *row);

/* Do these rows hold any? */
extern bool rows_hold_any(const Rows *rows);

/*
 * Has a BEFORE trigger of a user run? It has our locks, and may have changed what was read or
 * locked before.
 */
extern bool rows_ran_triggers(const Rows *rows);

/* A new row: users' own columns have their defaults, all others are NULL. */
extern Row *row_new(Rows *rows, TableId id);

/* The sequence that draws the ids of the row's table. */
extern Oid row_sequence(const Row *row);

/* A copy to be changed, for row_update. */
extern Row *row_copy(const Row *row);

/*
 * Writing; false: a trigger of a user suppressed it. A row_update of what was not
 * changed writes nothing and is true.
 */
extern bool row_insert(Row *row);
extern bool row_update(const Row *old, Row *changed);
extern bool row_delete(const Row *row);

/*
 * The same where who asked for it would else believe that it happened: 27000 when a trigger of a
 * user suppressed it.
 */
extern void row_must_insert(Row *row);
extern void row_must_update(const Row *old, Row *changed);
extern void row_must_delete(const Row *row);

/*
 * The same for a job to which no row of ours refers any more: the caller has looked. Keys of users are checked,
 * and ours where a trigger of a user may come in between.
 */
extern void row_must_delete_childless(const Row *row);

/* The same where others wrote it: 27000 unless they say that it is written. */
typedef enum RowWrite
{
	ROW_INSERT,
	ROW_UPDATE,
	ROW_DELETE
} RowWrite;
extern void row_require_written(bool is_written, const Row *row, RowWrite what);

/* 55000 where the table is of an older version and lacks the column: what is set in it would be lost without a word. */
extern void row_require_column(const Row *row, int column);

/*
 * Columns, by position (Col_job_status). One that the tables of the previous version lack is NULL, and
 * setting it does nothing.
 */
extern bool row_isnull(const Row *row, int column);
extern Datum row_get(const Row *row, int column);	  /* not NULL */
extern int64 row_int64(const Row *row, int column);	  /* NULL: 0 */
extern int32 row_int32(const Row *row, int column);	  /* not NULL */
extern double row_float8(const Row *row, int column); /* not NULL */
extern bool row_bool(const Row *row, int column);
extern char *row_text(const Row *row, int column); /* NULL: NULL */
extern TimestampTz row_time(const Row *row, int column, TimestampTz missing);
extern bool row_differs(const Row *a, const Row *b, AttrNumber attnum);

extern void row_set(Row *row, int column, Datum value);
extern void row_set_null(Row *row, int column);
extern void row_set_int64(Row *row, int column, int64 value);	   /* 0: NULL */
extern void row_set_text(Row *row, int column, const char *value); /* NULL: NULL */
extern void row_set_time(Row *row, int column, TimestampTz value);

#endif
