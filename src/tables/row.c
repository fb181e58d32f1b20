/*
 * row.c
 *
 * Rows read by index scans, and locked.
 *
 * The first read after a lock, a write or rows_renew begins with CommandCounterIncrement
 * and a fresh snapshot: a row that the running statement wrote itself (WITH u AS (UPDATE
 * ...) INSERT ...) must be seen, and what somebody committed while a lock was waited for.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"

#include "pg/check.h"
#include "pg/compat.h"
#include "tables/lock_order.h"
#include "tables/row_private.h"

struct RowScan
{
	Rows *rows;
	Target *target;
	Relation index;
	bool close_index;
	Snapshot snapshot; /* its own hold on it: writes renew the rows' one */
	IndexScanDesc desc;
	ScanDirection direction;
	Row *passing; /* of row_scan_pass */
};

Rows *
rows_begin(void)
{
	Rows *rows = palloc0(sizeof(Rows));

	rows->context = CurrentMemoryContext;
	return rows;
}

Rows *
rows_begin_in_query(void)
{
	Rows *rows = rows_begin();

	if (ActiveSnapshotSet())
		rows->snapshot = RegisterSnapshot(GetActiveSnapshot());
	return rows;
}

void
rows_renew(Rows *rows)
{
	if (rows->snapshot)
		UnregisterSnapshot(rows->snapshot);
	rows->snapshot = NULL;
}

void
rows_end(Rows *rows)
{
	if (rows->estate)
	{
		MemoryContext caller = MemoryContextSwitchTo(rows->estate->es_query_cxt);

		AfterTriggerEndQuery(rows->estate);
		EvalPlanQualEnd(&rows->epq);
		ExecCloseResultRelations(rows->estate);
		ExecResetTupleTable(rows->estate->es_tupleTable, false);
		MemoryContextSwitchTo(caller);
	}
	rows_renew(rows);
	ExecResetTupleTable(rows->slots, false);
	for (int i = 0; i < TABLE_COUNT; i++)
	{
		Target *target = &rows->targets[i];

		if (target->primary_key)
			index_close(target->primary_key, NoLock);
		if (target->rel)
			table_close(target->rel, NoLock);
	}
	if (rows->estate)
		FreeExecutorState(rows->estate);
	pfree(rows);
}

Snapshot
rows_snapshot(Rows *rows)
{
	if (rows->snapshot == NULL)
	{
		/* among parallel workers nobody writes, and no command may begin */
		if (!IsInParallelMode())
			CommandCounterIncrement();
		rows->snapshot = RegisterSnapshot(GetTransactionSnapshot());
	}
	return rows->snapshot;
}

Target *
rows_use_table(Rows *rows, TableId id, LOCKMODE lockmode)
{
	Target *target = &rows->targets[id];

	if (target->rel == NULL)
		target->rel = table_open_known(id, lockmode, &target->table);
	return target;
}

Row *
rows_make_row(Rows *rows, Target *target, TupleTableSlot *slot)
{
	Row *row = MemoryContextAlloc(rows->context, sizeof(Row));

	row->rows = rows;
	row->table = target->table;
	row->slot = slot;
	row->is_locked = false;
	return row;
}

/*
 * The number by which a held row is known.
 */
static int64
held_key(const Row *row)
{
	Form_pg_attribute att = TupleDescAttr(row->table->desc, row->table->att[0] - 1);

	return att->atttypid == INT8OID ? row_int64(row, 0) : 0;
}

/*
 * From the end, for what was locked last is nearly always what is asked for.
 */
bool
rows_hold(const Rows *rows, TableId table, int64 key)
{
	for (int i = rows->held_count - 1; i >= 0; i--)
	{
		if (rows->held[i].key == key && rows->held[i].table == table)
			return true;
	}
	return false;
}

bool
rows_hold_any(const Rows *rows)
{
	return rows->held_count > 0;
}

bool
rows_ran_triggers(const Rows *rows)
{
	return rows->ran_triggers;
}

void
row_hold(const Row *row)
{
	Rows *rows = row->rows;

	if (rows->held == NULL)
	{
		rows->held_room = 8;
		rows->held = MemoryContextAlloc(rows->context, rows->held_room * sizeof(HeldRow));
	}
	else if (rows->held_count == rows->held_room)
	{
		rows->held_room *= 2;
		rows->held = repalloc(rows->held, rows->held_room * sizeof(HeldRow));
	}
	rows->held[rows->held_count].table = row->table->id;
	rows->held[rows->held_count++].key = held_key(row);
}

TupleTableSlot *
rows_make_slot(Rows *rows, Target *target)
{
	MemoryContext caller = MemoryContextSwitchTo(rows->context);
	TupleTableSlot *slot = ExecAllocTableSlot(&rows->slots, target->table->desc,
											  table_slot_callbacks(target->rel));

	MemoryContextSwitchTo(caller);
	return slot;
}

void
row_key_int64(ScanKey key, int column, int64 value)
{
	ScanKeyInit(key, column, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(value));
}

void
row_key_uuid(ScanKey key, int column, const pg_uuid_t *value)
{
	ScanKeyInit(key, column, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(value));
}

void
row_key_optional_int64(ScanKey key, int column, int64 value)
{
	if (value != 0)
		row_key_int64(key, column, value);
	else
		ScanKeyEntryInitialize(key, SK_ISNULL | SK_SEARCHNULL, column, InvalidStrategy, InvalidOid,
							   InvalidOid, InvalidOid, (Datum) 0);
}

void
row_key_above(ScanKey key, int column, int64 value)
{
	ScanKeyInit(key, column, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(value));
}

void
row_key_int32(ScanKey key, int column, int32 value)
{
	ScanKeyInit(key, column, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(value));
}

void
row_key_above_int32(ScanKey key, int column, int32 value)
{
	ScanKeyInit(key, column, BTGreaterStrategyNumber, F_INT4GT, Int32GetDatum(value));
}

void
row_key_up_to(ScanKey key, int column, int64 value)
{
	ScanKeyInit(key, column, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(value));
}

/*
 * A scan gives the key its index's collation.
 */
void
row_key_text(ScanKey key, int column, const char *value)
{
	ScanKeyInit(key, column, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(value));
}

static void
collate_keys(const RowScan *scan, int nkeys, ScanKey keys)
{
	for (int i = 0; i < nkeys; i++)
		keys[i].sk_collation = scan->index->rd_indcollation[keys[i].sk_attno - 1];
}

static RowScan *
begin_scan(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys, ScanDirection direction,
		   Snapshot snapshot)
{
	RowScan *scan = MemoryContextAlloc(rows->context, sizeof(RowScan));
	MemoryContext caller;

	scan->rows = rows;
	scan->target = rows_use_table(rows, id, AccessShareLock);
	scan->direction = direction;
	scan->passing = NULL;
	scan->close_index = index != PRIMARY_KEY;
	if (index != PRIMARY_KEY)
		scan->index = index_open(table_index(index, scan->target->table), AccessShareLock);
	else
	{
		if (scan->target->primary_key == NULL)
			scan->target->primary_key = index_open(scan->target->table->primary_key,
												   AccessShareLock);
		scan->index = scan->target->primary_key;
	}
	collate_keys(scan, nkeys, keys);
	caller = MemoryContextSwitchTo(rows->context);
	scan->snapshot = RegisterSnapshot(snapshot);
	scan->desc = compat_index_beginscan(scan->target->rel, scan->index, scan->snapshot, nkeys);
	index_rescan(scan->desc, keys, nkeys, NULL, 0);
	MemoryContextSwitchTo(caller);
	return scan;
}

RowScan *
row_scan_begin(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys, ScanDirection direction)
{
	return begin_scan(rows, id, index, nkeys, keys, direction, rows_snapshot(rows));
}

/*
 * The access method keeps what it allocates until the scan ends.
 */
static bool
next_into_slot(RowScan *scan, TupleTableSlot *slot)
{
	MemoryContext caller = MemoryContextSwitchTo(scan->rows->context);
	bool found = index_getnext_slot(scan->desc, scan->direction, slot);

	MemoryContextSwitchTo(caller);
	return found;
}

Row *
row_scan_next(RowScan *scan)
{
	TupleTableSlot *slot = rows_make_slot(scan->rows, scan->target);

	if (!next_into_slot(scan, slot))
		return NULL;
	/* a copy of its own: nobody keeps buffers pinned */
	ExecMaterializeSlot(slot);
	return rows_make_row(scan->rows, scan->target, slot);
}

const Row *
row_scan_pass(RowScan *scan)
{
	if (scan->passing == NULL)
		scan->passing = rows_make_row(scan->rows, scan->target, rows_make_slot(scan->rows, scan->target));
	return next_into_slot(scan, scan->passing->slot) ? scan->passing : NULL;
}

void
row_scan_again(RowScan *scan, int nkeys, ScanKey keys)
{
	MemoryContext caller = MemoryContextSwitchTo(scan->rows->context);

	collate_keys(scan, nkeys, keys);
	index_rescan(scan->desc, keys, nkeys, NULL, 0);
	MemoryContextSwitchTo(caller);
}

void
row_scan_end(RowScan *scan)
{
	index_endscan(scan->desc);
	UnregisterSnapshot(scan->snapshot);
	if (scan->close_index)
		index_close(scan->index, NoLock);
	pfree(scan);
}

RowScan *
row_scan_begin_latest(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys, ScanDirection direction)
{
	Snapshot snapshot = rows_snapshot(rows);

	/* in a parallel query the catalog's snapshot alone may be taken anew; for other tables it always is */
	if (IsolationUsesXactSnapshot())
		snapshot = IsInParallelMode() ? GetCatalogSnapshot(table_oid(id)) : GetLatestSnapshot();
	return begin_scan(rows, id, index, nkeys, keys, direction, snapshot);
}

/*
 * The first row of a scan, which it ends.
 */
static Row *
only_row(RowScan *scan)
{
	Row *row = row_scan_next(scan);

	row_scan_end(scan);
	return row;
}

Row *
row_find(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys, ScanDirection direction)
{
	return only_row(row_scan_begin(rows, id, index, nkeys, keys, direction));
}

void
rows_complain_serialization(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update"),
			 errdetail("Another transaction changed the row after this one's snapshot was taken."),
			 errhint("Run the transaction again.")));
}

Row *
row_find_latest(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys)
{
	Row *row = row_find(rows, id, index, nkeys, keys, ForwardScanDirection);

	if (row == NULL && IsolationUsesXactSnapshot() &&
		only_row(row_scan_begin_latest(rows, id, index, nkeys, keys, ForwardScanDirection)))
		rows_complain_serialization();
	return row;
}

Row *
row_fetch(Rows *rows, TableId id, int64 key)
{
	ScanKeyData keys[1];

	row_key_int64(&keys[0], 1, key);
	return row_find(rows, id, PRIMARY_KEY, 1, keys, ForwardScanDirection);
}

Row *
row_fetch_latest(Rows *rows, TableId id, int64 key)
{
	ScanKeyData keys[1];

	if (!IsolationUsesXactSnapshot())
		return row_fetch(rows, id, key);
	row_key_int64(&keys[0], 1, key);
	return only_row(row_scan_begin_latest(rows, id, PRIMARY_KEY, 1, keys, ForwardScanDirection));
}

void
rows_complain_self_modified(const Table *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
			 errmsg("the row of jobs.%s was already changed by what this action set off",
					table_name(table->id)),
			 errdetail("A BEFORE trigger changed the row that its own action is about to change."),
			 errhint("Let an AFTER trigger do it instead.")));
}

#ifdef USE_ASSERT_CHECKING
/*
 * May these rows wait for this one? See lock_order.h.
 */
static bool
is_in_order(const Row *row)
{
	const Rows *rows = row->rows;
	int place = lock_order_of(row->table->id);
	int64 key = held_key(row);

	if (place < 0)
		return false;
	if (rows_hold(rows, row->table->id, key))
		return true;
	for (int i = 0; i < rows->held_count; i++)
	{
		int held = lock_order_of(rows->held[i].table);

		if (held > place || (held == place && rows->held[i].key > key))
			return false;
	}
	return true;
}
#endif

static Row *
lock_row(Row *row, LockTupleMode mode, LockWaitPolicy wait, bool find_latest)
{
	Rows *rows = row->rows;
	Target *target = rows_use_table(rows, row->table->id, RowExclusiveLock);
	TM_FailureData failure;
	TM_Result result;
	TupleTableSlot *slot = rows_make_slot(rows, target);
	Snapshot snapshot = rows_snapshot(rows);

	check_can_write();
	result = table_tuple_lock(target->rel, &row->slot->tts_tid, snapshot, slot,
							  GetCurrentCommandId(false), mode, wait,
							  find_latest ? TUPLE_LOCK_FLAG_FIND_LAST_VERSION : 0, &failure);

	/* whoever held it may have committed more than this row */
	rows_renew(rows);
	switch (result)
	{
		case TM_Ok:
			ExecMaterializeSlot(slot);
			row->slot = slot;
			row->is_locked = true;
			row_hold(row);
			return row;
		case TM_WouldBlock:
			return NULL;
		case TM_Invisible:
			/* found by an old scan; a trigger has replaced this version since */
			return NULL;
		case TM_Updated:
			if (wait != LockWaitSkip)
				rows_complain_serialization();
			return NULL;
		case TM_Deleted:
			if (!find_latest && wait != LockWaitSkip)
				rows_complain_serialization();
			return NULL;
		case TM_SelfModified:
			rows_complain_self_modified(target->table);
			break;
		default:
			elog(ERROR, "unexpected result of locking a row: %d", result);
	}
	return NULL;
}

Row *
row_lock_found(Row *row, LockTupleMode mode, LockWaitPolicy wait)
{
	Assert(wait != LockWaitBlock || is_in_order(row));
	return lock_row(row, mode, wait, !IsolationUsesXactSnapshot());
}

Row *
row_lock_out_of_order(Row *row, LockTupleMode mode)
{
	return lock_row(row, mode, LockWaitBlock, !IsolationUsesXactSnapshot());
}

Row *
row_lock_latest(Row *row, LockTupleMode mode)
{
	return lock_row(row, mode, LockWaitSkip, true);
}

Row *
row_lock(Rows *rows, TableId id, int64 key, LockTupleMode mode, LockWaitPolicy wait)
{
	Row *row;

	(void) rows_use_table(rows, id, RowExclusiveLock);
	row = row_fetch(rows, id, key);
	return row ? row_lock_found(row, mode, wait) : NULL;
}

Row *
row_of_slot(Rows *rows, TableId id, TupleTableSlot *slot)
{
	return rows_make_row(rows, rows_use_table(rows, id, RowExclusiveLock), slot);
}

Oid
row_sequence(const Row *row)
{
	return table_sequence(row->table, row->rows->targets[row->table->id].rel);
}

bool
row_is_own(const Row *row)
{
	bool isnull;
	Datum xmin = slot_getsysattr(row->slot, MinTransactionIdAttributeNumber, &isnull);

	return TransactionIdIsCurrentTransactionId(DatumGetTransactionId(xmin));
}

/*
 * A column that the tables of the previous version don't have yet is NULL, and stays so.
 */
static bool
is_missing(const Row *row, int column)
{
	return row->table->att[column] == InvalidAttrNumber;
}

bool
row_isnull(const Row *row, int column)
{
	bool isnull = true;

	if (!is_missing(row, column))
		(void) slot_getattr(row->slot, row->table->att[column], &isnull);
	return isnull;
}

Datum
row_get(const Row *row, int column)
{
	bool isnull;

	if (row_isnull(row, column))
		elog(ERROR, "jobs.%s.%s is NULL", table_name(row->table->id),
			 table_column(row->table->id, column));
	return slot_getattr(row->slot, row->table->att[column], &isnull);
}

int64
row_int64(const Row *row, int column)
{
	return row_isnull(row, column) ? 0 : DatumGetInt64(row_get(row, column));
}

int32
row_int32(const Row *row, int column)
{
	return DatumGetInt32(row_get(row, column));
}

double
row_float8(const Row *row, int column)
{
	return DatumGetFloat8(row_get(row, column));
}

bool
row_bool(const Row *row, int column)
{
	return !row_isnull(row, column) && DatumGetBool(row_get(row, column));
}

char *
row_text(const Row *row, int column)
{
	return row_isnull(row, column) ? NULL : TextDatumGetCString(row_get(row, column));
}

TimestampTz
row_time(const Row *row, int column, TimestampTz missing)
{
	return row_isnull(row, column) ? missing : DatumGetTimestampTz(row_get(row, column));
}

bool
row_differs(const Row *a, const Row *b, AttrNumber attnum)
{
	Form_pg_attribute att;
	bool anull;
	bool bnull;
	Datum avalue;
	Datum bvalue;

	if (attnum == InvalidAttrNumber)
		return false;
	att = TupleDescAttr(a->slot->tts_tupleDescriptor, attnum - 1);
	if (att->attisdropped || att->attgenerated)
		return false;
	avalue = slot_getattr(a->slot, attnum, &anull);
	bvalue = slot_getattr(b->slot, attnum, &bnull);
	if (anull || bnull)
		return anull != bnull;
	/* the same datum, as in most columns of a copy */
	if (avalue == bvalue)
		return false;
	/* ORMs send 5.00 for 5 */
	if (att->atttypid == NUMERICOID)
		return !DatumGetBool(DirectFunctionCall2(numeric_eq, avalue, bvalue));
	return !datum_image_eq(avalue, bvalue, att->attbyval, att->attlen);
}

void
row_set(Row *row, int column, Datum value)
{
	AttrNumber attnum = row->table->att[column];

	if (is_missing(row, column))
		return;
	row->slot->tts_values[attnum - 1] = value;
	row->slot->tts_isnull[attnum - 1] = false;
}

void
row_set_null(Row *row, int column)
{
	if (!is_missing(row, column))
		row->slot->tts_isnull[row->table->att[column] - 1] = true;
}

void
row_set_int64(Row *row, int column, int64 value)
{
	if (value == 0)
		row_set_null(row, column);
	else
		row_set(row, column, Int64GetDatum(value));
}

void
row_set_text(Row *row, int column, const char *value)
{
	if (value == NULL)
		row_set_null(row, column);
	else
		row_set(row, column, CStringGetTextDatum(value));
}

void
row_set_time(Row *row, int column, TimestampTz value)
{
	row_set(row, column, TimestampTzGetDatum(value));
}
