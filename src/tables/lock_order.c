/*
 * lock_order.c
 *
 * The tables in the order in which their rows are locked.
 */
#include "postgres.h"

#include "tables/lock_order.h"

static const TableId order[] = {
	TABLE_service,		/* who provides it */
	TABLE_organization, /* its directory, and its search document */
	TABLE_preferences,
	TABLE_provided_service,
	TABLE_merchant, /* its requests, one after another */
	TABLE_store,
	TABLE_job,			/* all that happens to it */
	TABLE_member,		/* who leaves, against who is assigned */
	TABLE_proposal,		/* its decision */
	TABLE_conversation, /* blocks, against what makes a job or lets one live again */
	TABLE_assignment,
	TABLE_decline, /* whose words are erased; of messages, too */
	TABLE_review,
	TABLE_message,
	TABLE_event_consumer,
	TABLE_event,
	TABLE_email,
	TABLE_email_template,
	TABLE_node,
	TABLE_role_binding,
	TABLE_ranking_stat, /* rebuilt, and what is summed up of it */
	TABLE_ranking_total,
	TABLE_ranking_purged,
};

int
lock_order_of(TableId id)
{
	for (int i = 0; i < lengthof(order); i++)
	{
		if (order[i] == id)
			return i;
	}
	return -1;
}
