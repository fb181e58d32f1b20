/*
 * decided.c
 *
 * What a trigger of a user may change in a row, and what it may not.
 */
#include "postgres.h"

#include "tables/decided.h"

/*
 * Words of people, which no rule reads: a marketplace may want to mask phone numbers. All other
 * columns are what rules go by, where e-mail is sent to, or what somebody is held to.
 */
static const struct
{
	TableId table;
	int column;
} free_texts[] = {
	{TABLE_message, Col_message_body},
	{TABLE_job, Col_job_title},
	{TABLE_job, Col_job_description},
	{TABLE_proposal, Col_proposal_title},
	{TABLE_proposal, Col_proposal_work},
	{TABLE_decline, Col_decline_comment},
	{TABLE_review, Col_review_comment},
	{TABLE_review, Col_review_reply},
};

bool
decided_is_free_text(TableId id, int column)
{
	for (int i = 0; i < lengthof(free_texts); i++)
	{
		if (free_texts[i].table == id && free_texts[i].column == column)
			return true;
	}
	return false;
}

bool
decided_may_differ(const Row *stored, int column)
{
	TriggerDesc *triggers = stored->table->triggers[TRIGGERS_PARENT_UNLOCKED];

	return triggers && (triggers->trig_insert_before_row || triggers->trig_update_before_row) &&
		   decided_is_free_text(stored->table->id, column);
}

static bool
differs_from_decided(const Row *decided, const Row *row, int column)
{
	if (decided_is_free_text(row->table->id, column))
		return row_isnull(decided, column) != row_isnull(row, column);
	return row_differs(decided, row, row->table->att[column]);
}

void
decided_check(const Row *decided, const Row *row)
{
	int known = table_column_count(row->table->id);

	for (int column = 0; column < known; column++)
	{
		if (differs_from_decided(decided, row, column))
			decided_complain(row->table->id, column);
	}
}

void
decided_complain(TableId id, int column)
{
	ereport(ERROR,
			(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
			 errmsg("a trigger changed what the rules decided for jobs.%s", table_name(id)),
			 column == DECIDED_KEY ? errdetail("A BEFORE trigger changed the primary key.") :
									 errdetail("A BEFORE trigger changed the column %s.", table_column(id, column)),
			 errhint("Let the trigger change columns of its own alone.")));
}
