/*
 * account_record.c
 *
 * The trigger after rows that somebody's plain INSERT or UPDATE writes, of tables that have no other: those of
 * accounts and stores, where more follows from an UPDATE, and of e-mail templates.
 */
#include "postgres.h"

#include "accounts/account_change.h"
#include "acting/dml.h"

PG_FUNCTION_INFO_V1(jobs_row_record);
Datum
jobs_row_record(PG_FUNCTION_ARGS)
{
	const int events = TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE;
	TableId table = dml_table(fcinfo, TRIGGER_TYPE_AFTER, events);
	Dml *dml;

	if (!account_has_rows_in(table) || TRIGGER_FIRED_BY_INSERT(((TriggerData *) fcinfo->context)->tg_event))
		return dml_keep(fcinfo, table, events);
	dml = dml_begin(fcinfo, table, TRIGGER_TYPE_AFTER, events);
	/* a member who has just left is not found any more */
	if (dml->call->actor.kind == ACTOR_MEMBER && table == TABLE_member)
		dml->call->actor.organization_id = row_int64(dml->new, Col_member_organization_id);
	account_changed(dml->call, dml->old, dml->new);
	return dml_end(dml);
}
