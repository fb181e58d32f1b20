/*
 * row_write.c
 *
 * Rows written through the executor's own functions, as logical replication applies them.
 */
#include "postgres.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "pg/check.h"
#include "pg/compat.h"
#include "pg/refusal.h"
#include "tables/decided.h"
#include "tables/row_private.h"
#include "tables/schema_complain.h"

/* May the one who acts be shown whole rows? NULL: nobody may. */
static RowsTest may_see_rows = NULL;

void
rows_show_details_if(RowsTest test)
{
	may_see_rows = test;
}

static TupleTableSlot *
make_virtual_slot(Rows *rows, Target *target)
{
	MemoryContext caller = MemoryContextSwitchTo(rows->context);
	TupleTableSlot *slot = ExecAllocTableSlot(&rows->slots, target->table->desc, &TTSOpsVirtual);

	MemoryContextSwitchTo(caller);
	return slot;
}

/*
 * Where nothing may be put off, keys that users made deferrable are checked with the action.
 */
static TriggerDesc *
triggers_for(const Table *table, TriggerSet set)
{
	TriggerDesc *triggers = table->triggers[set];

	if (triggers == NULL || !InSecurityRestrictedOperation())
		return triggers;
	triggers = CopyTriggerDesc(triggers);
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		triggers->triggers[i].tgdeferrable = false;
		triggers->triggers[i].tginitdeferred = false;
	}
	return triggers;
}

/*
 * What the executor needs to write to a table, made at the first row.
 */
static void
prepare_writing(Rows *rows, TableId id)
{
	Target *target = rows_use_table(rows, id, RowExclusiveLock);
	MemoryContext caller;
	RangeTblEntry *rte;
	ResultRelInfo *rri;
	TriggerDesc *triggers;

	if (target->rri)
		return;

	/* it may have been opened for reading alone: since then a trigger may have come */
	LockRelationOid(target->table->relid, RowExclusiveLock);
	target->table = table_known(id, target->rel);
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
	for (int set = 0; set < TRIGGER_SETS; set++)
		target->triggers[set] = triggers_for(target->table, set);
	triggers = target->triggers[TRIGGERS_PARENT_UNLOCKED];
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
	MemoryContextSwitchTo(caller);
}

Row *
row_new(Rows *rows, TableId id)
{
	Target *target;
	TupleTableSlot *slot;
	ListCell *cell;

	prepare_writing(rows, id);
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
	return rows_make_row(rows, target, slot);
}

Row *
row_copy(const Row *row)
{
	Target *target = rows_use_table(row->rows, row->table->id, RowExclusiveLock);
	TupleTableSlot *slot = make_virtual_slot(row->rows, target);

	slot_getallattrs(row->slot);
	ExecClearTuple(slot);
	memcpy(slot->tts_values, row->slot->tts_values,
		   slot->tts_tupleDescriptor->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, row->slot->tts_isnull,
		   slot->tts_tupleDescriptor->natts * sizeof(bool));
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = target->table->relid;
	return rows_make_row(row->rows, target, slot);
}

static void
begin_write(Rows *rows)
{
	check_can_write();
	rows->estate->es_snapshot = rows_snapshot(rows);
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

/*
 * The relation cache has planned the conditions of partial indexes; the executor would plan them again.
 */
static void
open_indexes(Target *target, EState *estate)
{
	ResultRelInfo *rri = target->rri;
	MemoryContext caller;

	if (rri->ri_IndexRelationDescs)
		return;
	caller = MemoryContextSwitchTo(estate->es_query_cxt);
	ExecOpenIndices(rri, false);
	for (int i = 0; i < rri->ri_NumIndices; i++)
	{
		IndexInfo *info = rri->ri_IndexRelationInfo[i];

		if (info->ii_Predicate)
			info->ii_PredicateState = ExecInitQual(info->ii_Predicate, NULL);
	}
	MemoryContextSwitchTo(caller);
}

/*
 * Throws the error on that a constraint raised. The server tells the whole row, for it was
 * written with the owner's rights; where the caller may not see it, that goes to the
 * log alone.
 */
pg_noreturn static void
rethrow_for_caller(Rows *rows)
{
	ErrorData *error;

	MemoryContextSwitchTo(rows->context);
	if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		(may_see_rows && may_see_rows()))
		PG_RE_THROW();
	error = CopyErrorData();
	FlushErrorState();
	error->detail_log = error->detail;
	error->detail = NULL;
	ReThrowError(error);
}

/*
 * The triggers that fire for a new row: foreign keys that its job implies are not checked where
 * these rows hold the job. All sets have the same triggers in the same places.
 */
static TriggerSet
choose_triggers(const Row *row)
{
	const Table *table = row->table;

	for (int i = 0; i < table->nimplied; i++)
	{
		bool isnull;
		Datum key;

		if (table->implied[i].parent != TABLE_job)
			continue;
		key = slot_getattr(row->slot, table->implied[i].attnum, &isnull);
		if (!isnull && rows_hold(row->rows, TABLE_job, DatumGetInt64(key)))
			return TRIGGERS_PARENT_LOCKED;
	}
	return TRIGGERS_PARENT_UNLOCKED;
}

/*
 * A user's BEFORE trigger may have deleted what the row belongs to: it has our locks, too.
 */
static void
check_parents(const Row *row)
{
	rows_renew(row->rows);
	for (int i = 0; i < row->table->nimplied; i++)
	{
		bool isnull;
		Datum key = slot_getattr(row->slot, row->table->implied[i].attnum, &isnull);

		if (!isnull && row_fetch(row->rows, row->table->implied[i].parent, DatumGetInt64(key)) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
					 errmsg("a trigger deleted what a new row of jobs.%s belongs to",
							table_name(row->table->id)),
					 errdetail("A BEFORE trigger deleted its row of jobs.%s.",
							   table_name(row->table->implied[i].parent)),
					 errhint("Let the trigger change columns of its own alone.")));
	}
	begin_write(row->rows);
}

/*
 * Returns the indexes whose keys are to be checked again later.
 */
static List *
insert_tuple(Rows *rows, Target *target, TupleTableSlot *slot)
{
	List *volatile recheck = NIL;

	PG_TRY();
	{
		check_row(rows, target, slot, CMD_INSERT);
		open_indexes(target, rows->estate);
		table_tuple_insert(target->rel, slot, rows->estate->es_output_cid, 0, NULL);
		recheck = compat_ExecInsertIndexTuples(target->rri, slot, rows->estate, false, false);
	}
	PG_CATCH();
	{
		rethrow_for_caller(rows);
	}
	PG_END_TRY();
	return recheck;
}

/*
 * The row as it was decided. Triggers may free what its values point to.
 */
static Row *
copy_decided(const Row *row)
{
	Row *copy = row_copy(row);

	ExecMaterializeSlot(copy->slot);
	return copy;
}

bool
row_insert(Row *row)
{
	Rows *rows = row->rows;
	Target *target = &rows->targets[row->table->id];
	TriggerSet set = choose_triggers(row);
	TriggerDesc *triggers = target->triggers[set];
	EState *estate = rows->estate;
	MemoryContext caller = MemoryContextSwitchTo(rows->context);
	bool ran_triggers = triggers && triggers->trig_insert_before_row;
	Row *decided = ran_triggers ? copy_decided(row) : NULL;
	bool written;

	target->rri->ri_TrigDesc = triggers;
	begin_write(rows);
	rows->ran_triggers |= ran_triggers;
	written = !ran_triggers || ExecBRInsertTriggers(estate, target->rri, row->slot);
	if (written)
	{
		List *recheck;

		if (ran_triggers)
		{
			/* their values live in memory that check_row frees */
			ExecMaterializeSlot(row->slot);
			decided_check(decided, row);
			if (set == TRIGGERS_PARENT_LOCKED)
				check_parents(row);
		}
		recheck = insert_tuple(rows, target, row->slot);
		ExecARInsertTriggers(estate, target->rri, row->slot, recheck, target->inserted);
		list_free(recheck);
		if (row->table->id == TABLE_job)
			row_hold(row);
	}
	rows_renew(rows);
	MemoryContextSwitchTo(caller);
	return written;
}

/*
 * Notes which columns changed: users' triggers on UPDATE OF ask for them. What is the same keeps
 * the stored value, 5.00 where 5 was sent. False: none changed.
 */
static bool
note_updated(Target *target, EState *estate, const Row *old, Row *changed)
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
		else
			changed->slot->tts_values[attnum - 1] =
				slot_getattr(old->slot, attnum, &changed->slot->tts_isnull[attnum - 1]);
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
			rows_complain_serialization();
			break;
		case TM_Deleted:
			ereport(ERROR,
					(refused_by(REFUSAL_ROW_MISSING),
					 errmsg("the row of jobs.%s is gone", table_name(table->id)),
					 errdetail("It was deleted while this action ran."),
					 errhint("Run the action again.")));
			break;
		case TM_SelfModified:
			rows_complain_self_modified(table);
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
	Snapshot snapshot;
	bool is_there;

	if (!rows->ran_triggers)
		return;
	slot = rows_make_slot(rows, target);
	/* a locked row may be newer than the transaction's snapshot, and nobody else changes it */
	snapshot = rows_snapshot(rows);
	snapshot = RegisterSnapshot(IsolationUsesXactSnapshot() ? GetLatestSnapshot() : snapshot);
	is_there = table_tuple_fetch_row_version(target->rel, &row->slot->tts_tid, snapshot, slot);
	UnregisterSnapshot(snapshot);
	if (!is_there)
		rows_complain_self_modified(target->table);
	ExecClearTuple(slot);
}

/*
 * Returns the indexes whose keys are to be checked again later.
 */
static List *
update_tuple(Rows *rows, Target *target, ItemPointer tid, TupleTableSlot *slot)
{
	EState *estate = rows->estate;
	List *volatile recheck = NIL;

	PG_TRY();
	{
		TM_FailureData failure;
		LockTupleMode mode;
		CompatUpdateIndexes which = COMPAT_NO_INDEXES;

		check_row(rows, target, slot, CMD_UPDATE);
		check_written(table_tuple_update(target->rel, tid, slot, estate->es_output_cid, estate->es_snapshot,
										 InvalidSnapshot, true, &failure, &mode, &which),
					  target->table);
		if (which != COMPAT_NO_INDEXES)
		{
			open_indexes(target, estate);
			recheck = compat_ExecInsertIndexTuples(target->rri, slot, estate, true, COMPAT_SUMMARIZING_ONLY(which));
		}
	}
	PG_CATCH();
	{
		rethrow_for_caller(rows);
	}
	PG_END_TRY();
	return recheck;
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
	Row *decided;
	bool ran_triggers;
	bool written;

	if (!old->is_locked)
		elog(ERROR, "a row of jobs.%s is updated without a lock", table_name(old->table->id));
	prepare_writing(rows, old->table->id);
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
	decided = ran_triggers ? copy_decided(changed) : NULL;
	written = !ran_triggers ||
			  compat_ExecBRUpdateTriggers(estate, &rows->epq, target->rri, &tid, changed->slot, NULL);
	if (written)
	{
		List *recheck;

		if (ran_triggers)
		{
			ExecMaterializeSlot(changed->slot);
			decided_check(decided, changed);
		}
		recheck = update_tuple(rows, target, &tid, changed->slot);
		ExecARUpdateTriggers(estate, target->rri, NULL, NULL, &tid, NULL, changed->slot,
							 recheck, target->changed, false);
		list_free(recheck);
	}
	rows_renew(rows);
	MemoryContextSwitchTo(caller);
	return written;
}

static bool
delete_row(const Row *row, TriggerSet set)
{
	Rows *rows = row->rows;
	Target *target = &rows->targets[row->table->id];
	ItemPointerData tid = row->slot->tts_tid;
	MemoryContext caller;
	TriggerDesc *triggers;
	bool written;

	if (!row->is_locked)
		elog(ERROR, "a row of jobs.%s is deleted without a lock", table_name(row->table->id));
	prepare_writing(rows, row->table->id);
	CheckCmdReplicaIdentity(target->rel, CMD_DELETE);
	triggers = target->triggers[set];
	target->rri->ri_TrigDesc = triggers;
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
row_delete(const Row *row)
{
	return delete_row(row, TRIGGERS_PARENT_UNLOCKED);
}

void
row_must_delete_childless(const Row *row)
{
	row_require_written(delete_row(row, TRIGGERS_CHILDREN_GONE), row, ROW_DELETE);
}

void
row_require_written(bool is_written, const Row *row, RowWrite what)
{
	static const char *const names[] = {
		[ROW_INSERT] = "a new row", [ROW_UPDATE] = "a change", [ROW_DELETE] = "the end of a row"};

	if (!is_written)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a trigger suppressed %s of jobs.%s", names[what], table_name(row->table->id)),
				 errdetail("A BEFORE trigger on jobs.%s returned NULL, and the action needs the row.",
						   table_name(row->table->id)),
				 errhint("Let the trigger raise an error instead.")));
}

void
row_must_insert(Row *row)
{
	row_require_written(row_insert(row), row, ROW_INSERT);
}

void
row_must_update(const Row *old, Row *changed)
{
	row_require_written(row_update(old, changed), old, ROW_UPDATE);
}

void
row_must_delete(const Row *row)
{
	row_require_written(row_delete(row), row, ROW_DELETE);
}

void
row_require_column(const Row *row, int column)
{
	if (row->table->att[column] == InvalidAttrNumber)
		schema_complain("The table jobs.%s lacks the column %s.", table_name(row->table->id),
						table_column(row->table->id, column));
}
