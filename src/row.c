/*
 * row.c
 *
 * Rows written through the executor's own functions, as logical replication applies
 * them, and read by index scans.
 *
 * Reads and locks begin with CommandCounterIncrement and a fresh snapshot: a row
 * that the running statement wrote itself (WITH u AS (UPDATE ...) INSERT ...) must be
 * seen, and what somebody committed while a lock was waited for, too.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"

#include "compat.h"
#include "row.h"

/* A table as one action uses it. */
typedef struct Target
{
	const Table *table; /* NULL: not used yet */
	Relation rel;
	Relation primary_key; /* NULL: not scanned yet */
	ResultRelInfo *rri;	  /* NULL: not written to yet */
	Bitmapset **updated;  /* where updated columns are noted */
	TriggerSet set;

	/* for users' triggers with transition tables, else NULL */
	TransitionCaptureState *inserted;
	TransitionCaptureState *changed;
	TransitionCaptureState *deleted;
} Target;

struct Rows
{
	MemoryContext context;
	Target targets[TABLE_COUNT];
	List *slots;
	Snapshot snapshot; /* NULL: the next read takes a fresh one */
	EState *estate;	   /* NULL: nothing written yet */
	bool ran_triggers; /* a user's BEFORE trigger has run */
	EPQState epq;
};

struct RowScan
{
	Rows *rows;
	Target *target;
	Relation index;
	bool close_index;
	Snapshot snapshot; /* its own hold on it: writes renew the rows' one */
	IndexScanDesc desc;
	ScanDirection direction;
};

Rows *
rows_begin(void)
{
	Rows *rows = palloc0(sizeof(Rows));

	rows->context = CurrentMemoryContext;
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

static Snapshot
current_snapshot(Rows *rows)
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

static Target *
use_table(Rows *rows, TableId id, LOCKMODE lockmode)
{
	Target *target = &rows->targets[id];

	if (target->rel == NULL)
		target->rel = table_open_known(id, lockmode, &target->table);
	return target;
}

static Row *
make_row(Rows *rows, Target *target, TupleTableSlot *slot)
{
	Row *row = MemoryContextAlloc(rows->context, sizeof(Row));

	row->rows = rows;
	row->table = target->table;
	row->slot = slot;
	row->is_locked = false;
	return row;
}

static TupleTableSlot *
make_slot(Rows *rows, Target *target)
{
	MemoryContext caller = MemoryContextSwitchTo(rows->context);
	TupleTableSlot *slot = ExecAllocTableSlot(&rows->slots, target->table->desc,
											  table_slot_callbacks(target->rel));

	MemoryContextSwitchTo(caller);
	return slot;
}

static TupleTableSlot *
make_virtual_slot(Rows *rows, Target *target)
{
	MemoryContext caller = MemoryContextSwitchTo(rows->context);
	TupleTableSlot *slot = ExecAllocTableSlot(&rows->slots, target->table->desc, &TTSOpsVirtual);

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

static RowScan *
begin_scan(Rows *rows, TableId id, IndexId index, int nkeys, ScanKey keys, ScanDirection direction,
		   Snapshot snapshot)
{
	RowScan *scan = MemoryContextAlloc(rows->context, sizeof(RowScan));
	MemoryContext caller;

	scan->rows = rows;
	scan->target = use_table(rows, id, AccessShareLock);
	scan->direction = direction;
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
	return begin_scan(rows, id, index, nkeys, keys, direction, current_snapshot(rows));
}

Row *
row_scan_next(RowScan *scan)
{
	TupleTableSlot *slot = make_slot(scan->rows, scan->target);

	if (!index_getnext_slot(scan->desc, scan->direction, slot))
		return NULL;
	/* a copy of its own: nobody keeps buffers pinned */
	ExecMaterializeSlot(slot);
	return make_row(scan->rows, scan->target, slot);
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
	Snapshot snapshot = current_snapshot(rows);

	return begin_scan(rows, id, index, nkeys, keys, direction,
					  IsolationUsesXactSnapshot() ? GetLatestSnapshot() : snapshot);
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

static void
complain_serialization(void)
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
		complain_serialization();
	return row;
}

Row *
row_fetch(Rows *rows, TableId id, int64 key)
{
	ScanKeyData keys[1];

	row_key_int64(&keys[0], 1, key);
	return row_find(rows, id, PRIMARY_KEY, 1, keys, ForwardScanDirection);
}

static void
complain_self_modified(const Table *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
			 errmsg("the row of jobs.%s was already changed by what this action set off",
					table_name(table->id)),
			 errdetail("A BEFORE trigger changed the row that its own action is about to change."),
			 errhint("Let an AFTER trigger do it instead.")));
}

Row *
row_lock_found(Row *row, LockTupleMode mode, LockWaitPolicy wait)
{
	Rows *rows = row->rows;
	Target *target = use_table(rows, row->table->id, RowExclusiveLock);
	TM_FailureData failure;
	TM_Result result;
	TupleTableSlot *slot = make_slot(rows, target);
	Snapshot snapshot = current_snapshot(rows);

	PreventCommandIfReadOnly("an action of jobs");
	result = table_tuple_lock(target->rel, &row->slot->tts_tid, snapshot, slot,
							  GetCurrentCommandId(false), mode, wait,
							  IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							  &failure);

	/* whoever held it may have committed more than this row */
	rows_renew(rows);
	switch (result)
	{
		case TM_Ok:
			ExecMaterializeSlot(slot);
			row->slot = slot;
			row->is_locked = true;
			return row;
		case TM_WouldBlock:
			return NULL;
		case TM_Invisible:
			/* found by an old scan; a trigger has replaced this version since */
			return NULL;
		case TM_Updated:
			if (wait != LockWaitSkip)
				complain_serialization();
			return NULL;
		case TM_Deleted:
			if (IsolationUsesXactSnapshot() && wait != LockWaitSkip)
				complain_serialization();
			return NULL;
		case TM_SelfModified:
			complain_self_modified(target->table);
			break;
		default:
			elog(ERROR, "unexpected result of locking a row: %d", result);
	}
	return NULL;
}

Row *
row_lock(Rows *rows, TableId id, int64 key, LockTupleMode mode, LockWaitPolicy wait)
{
	Row *row;

	(void) use_table(rows, id, RowExclusiveLock);
	row = row_fetch(rows, id, key);
	return row ? row_lock_found(row, mode, wait) : NULL;
}

Row *
row_of_slot(Rows *rows, TableId id, TupleTableSlot *slot)
{
	return make_row(rows, use_table(rows, id, RowExclusiveLock), slot);
}

/*
 * What the executor needs to write to a table, made at the first row.
 */
static void
prepare_writing(Rows *rows, TableId id, TriggerSet set)
{
	Target *target = use_table(rows, id, RowExclusiveLock);
	MemoryContext caller;
	RangeTblEntry *rte;
	ResultRelInfo *rri;
	TriggerDesc *triggers;

	if (target->rri)
	{
		if (target->set != set)
			elog(ERROR, "one action writes to jobs.%s in two ways", table_name(id));
		return;
	}

	/* it may have been opened for reading alone */
	LockRelationOid(target->table->relid, RowExclusiveLock);
	caller = MemoryContextSwitchTo(rows->context);
	if (rows->estate == NULL)
	{
		rows->estate = CreateExecutorState();
		compat_EvalPlanQualInit(&rows->epq, rows->estate);
		AfterTriggerBeginQuery();
	}

	MemoryContextSwitchTo(rows->estate->es_query_cxt);
	rte = makeNode(RangeTblEntry);
	rte->rtekind = RTE_RELATION;
	rte->relid = target->table->relid;
	rte->relkind = target->rel->rd_rel->relkind;
	rte->rellockmode = RowExclusiveLock;
	target->updated = compat_add_result_rte(rows->estate, rte);

	rri = makeNode(ResultRelInfo);
	rri->ri_RangeTableIndex = rows->estate->es_range_table_size;
	rri->ri_RelationDesc = target->rel;
	triggers = target->table->triggers[set];
	rri->ri_TrigDesc = triggers;
	if (triggers)
	{
		rri->ri_TrigFunctions = palloc0(triggers->numtriggers * sizeof(FmgrInfo));
		rri->ri_TrigWhenExprs = palloc0(triggers->numtriggers * sizeof(ExprState *));
	}
	target->inserted = MakeTransitionCaptureState(triggers, target->table->relid, CMD_INSERT);
	target->changed = MakeTransitionCaptureState(triggers, target->table->relid, CMD_UPDATE);
	target->deleted = MakeTransitionCaptureState(triggers, target->table->relid, CMD_DELETE);
	if (target->table->ncheck > 0)
	{
		compat_check_exprs(rri) = palloc(target->table->ncheck * sizeof(ExprState *));
		for (int i = 0; i < target->table->ncheck; i++)
			compat_check_exprs(rri)[i] = ExecInitExpr(target->table->checks[i], NULL);
	}
	rows->estate->es_opened_result_relations =
		lappend(rows->estate->es_opened_result_relations, rri);
	target->rri = rri;
	target->set = set;
	MemoryContextSwitchTo(caller);
}

Row *
row_new(Rows *rows, TableId id, TriggerSet set)
{
	Target *target;
	TupleTableSlot *slot;
	ListCell *cell;

	prepare_writing(rows, id, set);
	target = &rows->targets[id];
	slot = make_virtual_slot(rows, target);
	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	memset(slot->tts_values, 0, slot->tts_tupleDescriptor->natts * sizeof(Datum));
	foreach (cell, target->table->user_defaults)
	{
		UserDefault *d = lfirst(cell);
		ExprState *state = ExecPrepareExpr(d->value, rows->estate);
		MemoryContext caller = MemoryContextSwitchTo(rows->context);

		slot->tts_values[d->attnum - 1] =
			ExecEvalExpr(state, GetPerTupleExprContext(rows->estate),
						 &slot->tts_isnull[d->attnum - 1]);
		MemoryContextSwitchTo(caller);
	}
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = target->table->relid;
	return make_row(rows, target, slot);
}

Row *
row_copy(const Row *row)
{
	Target *target = use_table(row->rows, row->table->id, RowExclusiveLock);
	TupleTableSlot *slot = make_virtual_slot(row->rows, target);

	slot_getallattrs(row->slot);
	ExecClearTuple(slot);
	memcpy(slot->tts_values, row->slot->tts_values,
		   slot->tts_tupleDescriptor->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, row->slot->tts_isnull,
		   slot->tts_tupleDescriptor->natts * sizeof(bool));
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = target->table->relid;
	return make_row(row->rows, target, slot);
}

static void
begin_write(Rows *rows)
{
	PreventCommandIfReadOnly("an action of jobs");
	rows->estate->es_snapshot = current_snapshot(rows);
	rows->estate->es_output_cid = GetCurrentCommandId(true);
}

/*
 * The constraints of a row that is about to be written.
 */
static void
check_row(Rows *rows, Target *target, TupleTableSlot *slot, CmdType command)
{
	TupleConstr *constr = RelationGetDescr(target->rel)->constr;

	if (constr && constr->has_generated_stored)
		ExecComputeStoredGenerated(target->rri, rows->estate, slot, command);
	if (constr)
		ExecConstraints(target->rri, slot, rows->estate);
	ResetPerTupleExprContext(rows->estate);
}

static void
open_indexes(Target *target, EState *estate)
{
	if (target->rri->ri_IndexRelationDescs == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);

		ExecOpenIndices(target->rri, false);
		MemoryContextSwitchTo(caller);
	}
}

/*
 * The keys whose check is left out, as they are before or after users' triggers.
 */
static void
read_implied_keys(const Row *row, Datum *keys)
{
	for (int i = 0; i < row->table->nimplied; i++)
	{
		bool isnull;
		Datum value = slot_getattr(row->slot, row->table->implied[i].attnum, &isnull);

		keys[i] = isnull ? (Datum) 0 : value;
	}
}

/*
 * Refuses what a user's BEFORE trigger has moved away from its locked parent, or whose
 * parent it has deleted.
 */
static void
check_implied_keys(const Row *row, const Datum *before)
{
	Datum after[TABLE_MAX_IMPLIED];

	read_implied_keys(row, after);
	rows_renew(row->rows);
	for (int i = 0; i < row->table->nimplied; i++)
	{
		int64 key = DatumGetInt64(after[i]);

		if (key != DatumGetInt64(before[i]) ||
			(key != 0 && row_fetch(row->rows, row->table->implied[i].parent, key) == NULL))
			ereport(ERROR,
					(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
					 errmsg("a trigger changed a key of jobs.%s", table_name(row->table->id)),
					 errdetail("A BEFORE trigger moved the row away from the locked job, or deleted the job."),
					 errhint("Let the trigger change columns of its own alone.")));
	}
	begin_write(row->rows);
}

bool
row_insert(Row *row)
{
	Rows *rows = row->rows;
	Target *target = &rows->targets[row->table->id];
	TriggerDesc *triggers = target->rri->ri_TrigDesc;
	EState *estate = rows->estate;
	MemoryContext caller = MemoryContextSwitchTo(rows->context);
	bool ran_triggers = triggers && triggers->trig_insert_before_row;
	Datum keys[TABLE_MAX_IMPLIED];
	bool written;

	begin_write(rows);
	rows->ran_triggers |= ran_triggers;
	if (ran_triggers)
		read_implied_keys(row, keys);
	written = !ran_triggers || ExecBRInsertTriggers(estate, target->rri, row->slot);
	if (written)
	{
		List *recheck;

		if (ran_triggers)
		{
			/* their values live in memory that check_row frees */
			ExecMaterializeSlot(row->slot);
			if (target->set == TRIGGERS_PARENT_LOCKED)
				check_implied_keys(row, keys);
		}
		check_row(rows, target, row->slot, CMD_INSERT);
		open_indexes(target, estate);
		table_tuple_insert(target->rel, row->slot, estate->es_output_cid, 0, NULL);
		recheck = compat_ExecInsertIndexTuples(target->rri, row->slot, estate, false, false);
		ExecARInsertTriggers(estate, target->rri, row->slot, recheck, target->inserted);
		list_free(recheck);
	}
	rows_renew(rows);
	MemoryContextSwitchTo(caller);
	return written;
}

/*
 * Notes which columns changed: users' triggers on UPDATE OF ask for them. False:
 * none did.
 */
static bool
note_updated(Target *target, EState *estate, const Row *old, const Row *changed)
{
	MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);
	int natts = old->slot->tts_tupleDescriptor->natts;

	bms_free(*target->updated);
	*target->updated = NULL;
	for (int attnum = 1; attnum <= natts; attnum++)
	{
		if (row_differs(old, changed, attnum))
			*target->updated = bms_add_member(*target->updated,
											  attnum - FirstLowInvalidHeapAttributeNumber);
	}
	MemoryContextSwitchTo(caller);
	return *target->updated != NULL;
}

static void
check_written(TM_Result result, const Table *table)
{
	switch (result)
	{
		case TM_Ok:
			break;
		case TM_Updated:
			complain_serialization();
			break;
		case TM_Deleted:
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND),
					 errmsg("the row of jobs.%s is gone", table_name(table->id)),
					 errdetail("It was deleted while this action ran."),
					 errhint("Run the action again.")));
			break;
		case TM_SelfModified:
			complain_self_modified(table);
			break;
		default:
			elog(ERROR, "unexpected result of writing a row: %d", result);
	}
}

/*
 * A user's BEFORE trigger may have changed, in a command of its own, the row that was
 * locked before.
 */
static void
check_still_there(const Row *row)
{
	Rows *rows = row->rows;
	Target *target = &rows->targets[row->table->id];
	TupleTableSlot *slot;

	if (!rows->ran_triggers)
		return;
	slot = make_slot(rows, target);
	if (!table_tuple_fetch_row_version(target->rel, &row->slot->tts_tid, current_snapshot(rows), slot))
		complain_self_modified(target->table);
	ExecClearTuple(slot);
}

bool
row_update(const Row *old, Row *changed)
{
	Rows *rows = old->rows;
	Target *target = &rows->targets[old->table->id];
	ItemPointerData tid = old->slot->tts_tid;
	MemoryContext caller;
	EState *estate;
	TriggerDesc *triggers;
	bool ran_triggers;
	bool written;

	if (!old->is_locked)
		elog(ERROR, "a row of jobs.%s is updated without a lock", table_name(old->table->id));
	prepare_writing(rows, old->table->id, TRIGGERS_PARENT_UNLOCKED);
	CheckCmdReplicaIdentity(target->rel, CMD_UPDATE);
	estate = rows->estate;
	triggers = target->rri->ri_TrigDesc;
	if (!note_updated(target, estate, old, changed))
		return true;
	check_still_there(old);

	caller = MemoryContextSwitchTo(rows->context);
	begin_write(rows);
	ran_triggers = triggers && triggers->trig_update_before_row;
	rows->ran_triggers |= ran_triggers;
	written = !ran_triggers ||
			  compat_ExecBRUpdateTriggers(estate, &rows->epq, target->rri, &tid, changed->slot, NULL);
	if (written)
	{
		TM_FailureData failure;
		LockTupleMode mode;
		CompatUpdateIndexes which = COMPAT_NO_INDEXES;
		List *recheck = NIL;

		if (ran_triggers)
			ExecMaterializeSlot(changed->slot);
		check_row(rows, target, changed->slot, CMD_UPDATE);
		check_written(table_tuple_update(target->rel, &tid, changed->slot, estate->es_output_cid,
										 estate->es_snapshot, InvalidSnapshot, true,
										 &failure, &mode, &which),
					  target->table);
		if (which != COMPAT_NO_INDEXES)
		{
			open_indexes(target, estate);
			recheck = compat_ExecInsertIndexTuples(target->rri, changed->slot, estate, true,
												   COMPAT_SUMMARIZING_ONLY(which));
		}
		ExecARUpdateTriggers(estate, target->rri, NULL, NULL, &tid, NULL, changed->slot,
							 recheck, target->changed, false);
		list_free(recheck);
	}
	rows_renew(rows);
	MemoryContextSwitchTo(caller);
	return written;
}

bool
row_delete(const Row *row)
{
	Rows *rows = row->rows;
	Target *target = &rows->targets[row->table->id];
	ItemPointerData tid = row->slot->tts_tid;
	MemoryContext caller;
	TriggerDesc *triggers;
	bool written;

	if (!row->is_locked)
		elog(ERROR, "a row of jobs.%s is deleted without a lock", table_name(row->table->id));
	prepare_writing(rows, row->table->id, TRIGGERS_PARENT_LOCKED);
	CheckCmdReplicaIdentity(target->rel, CMD_DELETE);
	triggers = target->rri->ri_TrigDesc;
	check_still_there(row);
	caller = MemoryContextSwitchTo(rows->context);
	begin_write(rows);
	written = !(triggers && triggers->trig_delete_before_row) ||
			  compat_ExecBRDeleteTriggers(rows->estate, &rows->epq, target->rri, &tid);
	if (written)
	{
		TM_FailureData failure;

		check_written(table_tuple_delete(target->rel, &tid, rows->estate->es_output_cid,
										 rows->estate->es_snapshot, InvalidSnapshot, true,
										 &failure, false),
					  target->table);
		ExecARDeleteTriggers(rows->estate, target->rri, &tid, NULL, target->deleted, false);
	}
	rows_renew(rows);
	MemoryContextSwitchTo(caller);
	return written;
}

bool
row_isnull(const Row *row, int column)
{
	bool isnull;

	(void) slot_getattr(row->slot, row->table->att[column], &isnull);
	return isnull;
}

Datum
row_get(const Row *row, int column)
{
	bool isnull;
	Datum value = slot_getattr(row->slot, row->table->att[column], &isnull);

	if (isnull)
		elog(ERROR, "jobs.%s.%s is NULL", table_name(row->table->id),
			 table_column(row->table->id, column));
	return value;
}

int64
row_int64(const Row *row, int column)
{
	return row_isnull(row, column) ? 0 : DatumGetInt64(row_get(row, column));
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
	Form_pg_attribute att = TupleDescAttr(a->slot->tts_tupleDescriptor, attnum - 1);
	bool anull;
	bool bnull;
	Datum avalue;
	Datum bvalue;

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

	row->slot->tts_values[attnum - 1] = value;
	row->slot->tts_isnull[attnum - 1] = false;
}

void
row_set_null(Row *row, int column)
{
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
