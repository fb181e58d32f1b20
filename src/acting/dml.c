/*
 * dml.c
 *
 * The protocol of row triggers.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "tsearch/ts_type.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/rel.h"

#include "acting/decided_dml.h"
#include "acting/dml.h"

/* What the rules fill with the clock. A client's clock may say something else. */
static const struct
{
	TableId table;
	int column;
} clocks[] = {
	{TABLE_job, Col_job_created_at},
	{TABLE_message, Col_message_sent_at},
	{TABLE_proposal, Col_proposal_sent_at},
	{TABLE_conversation, Col_conversation_created_at},
	{TABLE_assignment, Col_assignment_assigned_at},
	{TABLE_organization, Col_organization_created_at},
	{TABLE_member, Col_member_created_at},
	{TABLE_merchant, Col_merchant_created_at},
	{TABLE_store, Col_store_created_at},
};

static void put_back(const Row *old, Row *new);

int
dml_clock_column(TableId id)
{
	for (int i = 0; i < lengthof(clocks); i++)
	{
		if (clocks[i].table == id)
			return clocks[i].column;
	}
	return -1;
}

/*
 * The bits of pg_trigger.tgtype that this firing stands for.
 */
static int
fired_type(TriggerEvent event)
{
	return (TRIGGER_FIRED_FOR_ROW(event) ? TRIGGER_TYPE_ROW : TRIGGER_TYPE_STATEMENT) |
		   (TRIGGER_FIRED_BEFORE(event) ? TRIGGER_TYPE_BEFORE : TRIGGER_TYPE_AFTER) |
		   (TRIGGER_FIRED_BY_INSERT(event) ? TRIGGER_TYPE_INSERT : 0) |
		   (TRIGGER_FIRED_BY_UPDATE(event) ? TRIGGER_TYPE_UPDATE : 0) |
		   (TRIGGER_FIRED_BY_DELETE(event) ? TRIGGER_TYPE_DELETE : 0);
}

/*
 * Is it a firing that our function for this table was made for?
 */
static bool
is_meant(const TriggerData *data, TableId id, int timing, int events)
{
	return (fired_type(data->tg_event) & ~events) == (TRIGGER_TYPE_ROW | timing) &&
		   RelationGetRelid(data->tg_relation) == table_oid(id);
}

pg_noreturn static void
complain_elsewhere(const char *home)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("a trigger function of %s was called elsewhere", home),
			 errdetail("It runs as a row trigger of that table, for the events that jobs.install() says."),
			 errhint("Drop the trigger that calls it.")));
}

static void
require_trigger(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a function of triggers was not called by one"),
				 errdetail("It judges a row that somebody writes."),
				 errhint("Leave calling it to the triggers of jobs.")));
}

/*
 * Who acts may change in the midst of a statement: RETURNING jobs.act_as(...). What follows from a row
 * would be done by another one than it was judged for.
 */
static void
require_same_actor(TableId id, const Actor *actor)
{
	const DmlStatement *statement = dml_statement_current();
	char before[ACTOR_TEXT_SIZE];

	if (statement == NULL || (statement->actor.kind == actor->kind && statement->actor.id == actor->id))
		return;
	if (actor->kind == ACTOR_NOBODY)
		actor_complain_nobody();
	ereport(ERROR,
			(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
			 errmsg("who acts changed while jobs.%s was written", table_name(id)),
			 errdetail("The statement was begun by %s, and another one acts by now.",
					   statement->actor.kind == ACTOR_NOBODY ? "nobody" : actor_format(&statement->actor, before)),
			 errhint("Call jobs.act_as() before the statement, and let no trigger call it.")));
}

Dml *
dml_begin(FunctionCallInfo fcinfo, TableId id, int timing, int events)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	bool is_put_off;
	Dml *dml;

	require_trigger(fcinfo);
	if (!is_meant(data, id, timing, events))
		complain_elsewhere(psprintf("jobs.%s", table_name(id)));
	/* as statements run that foreign keys set off */
	is_put_off = InNoForceRLSOperation();

	dml = palloc0(sizeof(Dml));
	dml->context = CurrentMemoryContext;
	dml->data = data;
	dml->call = call_begin_dml(&dml->actor_exists);
	if (timing == TRIGGER_TYPE_BEFORE)
		dml->statement = dml_statement_begin(MemoryContextGetParent(dml->context), &dml->call->actor, is_put_off);
	require_same_actor(id, &dml->call->actor);
	if (DML_IS_INSERT(dml))
		dml->new = row_of_slot(dml->call->rows, id, data->tg_trigslot);
	else
		dml->old = row_of_slot(dml->call->rows, id, data->tg_trigslot);
	if (DML_IS_UPDATE(dml))
		dml->new = row_of_slot(dml->call->rows, id, data->tg_newslot);
	if (timing == TRIGGER_TYPE_BEFORE && dml->new)
	{
		dml->new = row_copy(dml->new);
		if (dml->old)
			put_back(dml->old, dml->new);
	}
	if (timing == TRIGGER_TYPE_AFTER && !DML_IS_DELETE(dml) && decided_may_be_changed(data))
		decided_require_kept(data, dml->new);
	/* the statement has locked the job, or made it */
	if (id == TABLE_job && (dml->old || timing == TRIGGER_TYPE_AFTER))
		row_hold(dml->old ? dml->old : dml->new);
	return dml;
}

void
dml_require_actor(const Dml *dml)
{
	if (dml->call->actor.kind == ACTOR_NOBODY)
		actor_complain_nobody();
	if (!dml->actor_exists)
		actor_complain_unknown(&dml->call->actor);
	/* once a row */
	if (TRIGGER_FIRED_BEFORE(dml->data->tg_event))
		actor_require_use(dml->call->rows, &dml->call->actor, ACTOR_WRITES);
}

Datum
dml_end(Dml *dml)
{
	HeapTuple result = NULL;

	if (TRIGGER_FIRED_BEFORE(dml->data->tg_event))
	{
		MemoryContext caller = MemoryContextSwitchTo(dml->context);

		dml_judge_given(dml, NULL, 0);
		if (!DML_IS_DELETE(dml) && decided_may_be_changed(dml->data))
			decided_remember(dml->statement, dml->data, dml->new);
		result = dml->new ? ExecCopySlotHeapTuple(dml->new->slot) : dml->data->tg_trigtuple;
		MemoryContextSwitchTo(caller);
	}
	call_end(dml->call);
	return PointerGetDatum(result);
}

void
dml_complain(const Dml *dml, int column)
{
	TableId id = (dml->new ? dml->new : dml->old)->table->id;

	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("column jobs.%s.%s cannot be written", table_name(id), table_column(id, column)),
			 errdetail("jobs fills it by its own rules."),
			 errhint(DML_IS_INSERT(dml) ? "Leave the column out, or send NULL." :
										  "Leave the column as it is. "
										  "If the row has changed since you read it, read it again.")));
}

static Oid
column_type(const Row *row, int column)
{
	return TupleDescAttr(row->table->desc, row->table->att[column] - 1)->atttypid;
}

/*
 * The value that a client sends who knows none: its language's zero.
 */
static bool
is_left_out(const Row *row, int column)
{
	Datum value;

	if (row_isnull(row, column))
		return true;
	value = row_get(row, column);
	switch (column_type(row, column))
	{
		case INT4OID:
			return DatumGetInt32(value) == 0;
		case INT8OID:
			return DatumGetInt64(value) == 0;
		case BOOLOID:
			return !DatumGetBool(value);
		case TEXTOID:
			return VARSIZE_ANY_EXHDR(DatumGetTextPP(value)) == 0;
		case TSVECTOROID:
			return DatumGetTSVector(value)->size == 0;
		case TIMESTAMPTZOID:
			/* 0001-01-01, in whatever time zone */
			return DatumGetTimestampTz(value) <
				   (date2j(2, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
		default:
			return false;
	}
}

static bool
is_clock(const Row *row, int column)
{
	return dml_clock_column(row->table->id) == column;
}

void
dml_fill(Dml *dml, int column)
{
	if (dml->given == NULL)
		dml->given = row_copy(dml->new);
	dml->filled = bms_add_member(dml->filled, column);
	row_set_null(dml->new, column);
}

static bool
is_listed(int column, const int *columns, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (columns[i] == column)
			return true;
	}
	return false;
}

void
dml_fill_all_but(Dml *dml, const int *columns, int count)
{
	TableId id = dml->new->table->id;

	for (int column = 0; column < table_column_count(id); column++)
	{
		if (column != table_id_column(id) && !is_listed(column, columns, count))
			dml_fill(dml, column);
	}
}

void
dml_judge_given(const Dml *dml, const int *later, int count)
{
	int column = -1;

	while ((column = bms_next_member(dml->filled, column)) >= 0)
	{
		if (!is_listed(column, later, count) && !is_left_out(dml->given, column) &&
			!is_clock(dml->given, column) && row_differs(dml->given, dml->new, dml->new->table->att[column]))
			dml_complain(dml, column);
	}
}

/*
 * Is it the time that was stored, cut or rounded to as many digits as this one has?
 */
static bool
is_shortened(TimestampTz stored, TimestampTz sent)
{
	int64 unit = sent % USECS_PER_SEC == 0 ? USECS_PER_SEC : 1000;
	int64 rest = stored % unit;

	if (TIMESTAMP_NOT_FINITE(stored) || TIMESTAMP_NOT_FINITE(sent) || sent % unit != 0)
		return false;
	if (rest < 0)
		rest += unit;
	return sent == stored - rest || (rest * 2 >= unit && sent == stored - rest + unit);
}

static bool
came_back(const Row *old, const Row *new, int column)
{
	if (row_isnull(old, column) || row_isnull(new, column))
		return false;
	switch (column_type(old, column))
	{
		case NUMERICOID:
			return !row_differs(old, new, old->table->att[column]);
		case TIMESTAMPTZOID:
			return is_shortened(DatumGetTimestampTz(row_get(old, column)), DatumGetTimestampTz(row_get(new, column)));
		default:
			return false;
	}
}

static void
put_back(const Row *old, Row *new)
{
	for (int column = 0; column < table_column_count(new->table->id); column++)
	{
		if (came_back(old, new, column))
			row_set(new, column, row_get(old, column));
	}
}

bool
dml_changes(const Dml *dml, int column)
{
	return row_differs(dml->old, dml->new, dml->new->table->att[column]);
}

void
dml_allow_changes(Dml *dml, const int *columns, int count)
{
	int known = table_column_count(dml->new->table->id);

	for (int column = 0; column < known; column++)
	{
		if (is_listed(column, columns, count) || !dml_changes(dml, column))
			continue;
		if (!row_isnull(dml->old, column) || !is_left_out(dml->new, column))
			dml_complain(dml, column);
		row_set_null(dml->new, column);
	}
}

TableId
dml_table(FunctionCallInfo fcinfo, int timing, int events)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	require_trigger(fcinfo);
	for (int id = 0; id < TABLE_COUNT; id++)
	{
		if (strcmp(RelationGetRelationName(data->tg_relation), table_name(id)) == 0 &&
			is_meant(data, id, timing, events))
			return id;
	}
	complain_elsewhere("jobs");
}

Datum
dml_keep(FunctionCallInfo fcinfo, TableId id, int events)
{
	/* most tables have no other trigger, and a call has its price */
	if (decided_may_be_changed((TriggerData *) fcinfo->context))
		(void) dml_end(dml_begin(fcinfo, id, TRIGGER_TYPE_AFTER, events));
	else
	{
		Actor actor = actor_current();

		require_same_actor(id, &actor);
	}
	return PointerGetDatum(NULL);
}

/*
 * Trigger of tables whose rows come from their causes alone: events, declines,
 * e-mail. What the library writes doesn't come by here.
 */
PG_FUNCTION_INFO_V1(jobs_record_guard);
Datum
jobs_record_guard(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	require_trigger(fcinfo);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("table jobs.%s cannot be written", RelationGetRelationName(data->tg_relation)),
			 errdetail("Its rows come from what happens to jobs alone."),
			 errhint("Use the functions of jobs; to restore data, set session_replication_role to replica.")));
}
