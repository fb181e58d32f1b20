/*
 * dml.c
 *
 * The protocol of row triggers.
 */
#include "postgres.h"

#include "utils/rel.h"

#include "acting/decided_dml.h"
#include "acting/dml.h"

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

Dml *
dml_begin(FunctionCallInfo fcinfo, TableId id, int timing, int events)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Dml *dml;

	require_trigger(fcinfo);
	if (!is_meant(data, id, timing, events))
		complain_elsewhere(psprintf("jobs.%s", table_name(id)));

	dml = palloc0(sizeof(Dml));
	dml->context = CurrentMemoryContext;
	dml->data = data;
	dml->call = call_begin_dml(&dml->actor_exists);
	if (DML_IS_INSERT(dml))
		dml->new = row_of_slot(dml->call->rows, id, data->tg_trigslot);
	else
		dml->old = row_of_slot(dml->call->rows, id, data->tg_trigslot);
	if (DML_IS_UPDATE(dml))
		dml->new = row_of_slot(dml->call->rows, id, data->tg_newslot);
	if (timing == TRIGGER_TYPE_BEFORE && dml->new)
		dml->new = row_copy(dml->new);
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
}

Datum
dml_end(Dml *dml)
{
	HeapTuple result = NULL;

	if (TRIGGER_FIRED_BEFORE(dml->data->tg_event))
	{
		MemoryContext caller = MemoryContextSwitchTo(dml->context);

		if (!DML_IS_DELETE(dml) && decided_may_be_changed(dml->data))
			decided_remember(dml->data, dml->new);
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
										  "Leave the column as it is.")));
}

void
dml_fill_int64(Dml *dml, int column, int64 value)
{
	if (!row_isnull(dml->new, column) && row_int64(dml->new, column) != value)
		dml_complain(dml, column);
	row_set_int64(dml->new, column, value);
}

void
dml_fill_text(Dml *dml, int column, const char *value)
{
	char *given = row_text(dml->new, column);

	if (given && (value == NULL || strcmp(given, value) != 0))
		dml_complain(dml, column);
	row_set_text(dml->new, column, value);
}

void
dml_refuse(Dml *dml, int column)
{
	if (!row_isnull(dml->new, column))
		dml_complain(dml, column);
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
		bool allowed = false;

		for (int i = 0; i < count; i++)
			allowed |= columns[i] == column;
		if (!allowed && dml_changes(dml, column))
			dml_complain(dml, column);
	}
}

/*
 * Trigger after rows of tables that have nothing else to do then: what was decided must stand in
 * the row.
 */
PG_FUNCTION_INFO_V1(jobs_row_record);
Datum
jobs_row_record(PG_FUNCTION_ARGS)
{
	const int events = TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE;
	TriggerData *data = (TriggerData *) fcinfo->context;

	require_trigger(fcinfo);
	for (int id = 0; id < TABLE_COUNT; id++)
	{
		if (strcmp(RelationGetRelationName(data->tg_relation), table_name(id)) != 0 ||
			!is_meant(data, id, TRIGGER_TYPE_AFTER, events))
			continue;
		/* most tables have no other trigger, and a call has its price */
		if (decided_may_be_changed(data))
			(void) dml_end(dml_begin(fcinfo, id, TRIGGER_TYPE_AFTER, events));
		return PointerGetDatum(NULL);
	}
	complain_elsewhere("jobs");
}

/*
 * Trigger of tables whose rows come from their causes alone: history, declines,
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
