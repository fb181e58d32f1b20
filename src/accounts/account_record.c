/*
 * account_record.c
 *
 * The trigger after rows of accounts and stores that somebody's plain INSERT or UPDATE writes.
 */
#include "postgres.h"

#include "utils/rel.h"

#include "accounts/account_change.h"
#include "acting/dml.h"

/*
 * The table that the trigger stands on. One that is none of these is refused by dml_begin().
 */
static TableId
account_table_of(FunctionCallInfo fcinfo)
{
	static const TableId tables[] = {TABLE_organization, TABLE_preferences, TABLE_member, TABLE_merchant, TABLE_store};
	TriggerData *data = (TriggerData *) fcinfo->context;

	for (int i = 0; CALLED_AS_TRIGGER(fcinfo) && i < lengthof(tables); i++)
	{
		if (strcmp(RelationGetRelationName(data->tg_relation), table_name(tables[i])) == 0)
			return tables[i];
	}
	return TABLE_organization;
}

PG_FUNCTION_INFO_V1(jobs_account_record);
Datum
jobs_account_record(PG_FUNCTION_ARGS)
{
	TableId table = account_table_of(fcinfo);
	Dml *dml = dml_begin(fcinfo, table, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	/* a member who has just left is not found any more */
	if (DML_IS_UPDATE(dml) && dml->call->actor.kind == ACTOR_MEMBER && table == TABLE_member)
		dml->call->actor.organization_id = row_int64(dml->new, Col_member_organization_id);
	if (DML_IS_UPDATE(dml))
		account_changed(dml->call, dml->old, dml->new);
	return dml_end(dml);
}
