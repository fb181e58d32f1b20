/*
 * ending.c
 *
 * Ends live jobs and open proposals.
 *
 * Locks: live jobs FOR NO KEY UPDATE in the order of their ids, open proposals, then the conversations.
 * What makes a job, or lets one live again, wants the conversation's lock, too. A job that became live
 * after the first look is locked after the conversation. A message takes no lock of the conversation: it
 * reads whether it is open once it holds its job, so that it is written before the job is declined, or
 * not at all.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "jobs/decline.h"
#include "jobs/ending.h"
#include "jobs/proposal.h"
#include "pg/order.h"

/*
 * All tables have their ids in a column of the same name, and in the order of these they are locked.
 */
static int
compare_ids(const ListCell *a, const ListCell *b)
{
	const Row *left = lfirst(a);
	const Row *right = lfirst(b);
	int column = table_id_column(left->table->id);

	return order_of(row_int64(left, column), row_int64(right, column));
}

static void
lock_all(List *rows)
{
	ListCell *cell;

	list_sort(rows, compare_ids);
	foreach (cell, rows)
	{
		CHECK_FOR_INTERRUPTS();
		(void) row_lock_found(lfirst(cell), LockTupleNoKeyExclusive, LockWaitBlock);
	}
}

static List *
live_jobs(Call *call, int64 conversation_id)
{
	List *rows = NIL;
	ListCell *cell;

	foreach (cell, job_live_in_conversation(call, conversation_id, true))
		rows = lappend(rows, ((Job *) lfirst(cell))->row);
	return rows;
}

/*
 * What `find` tells of all these conversations.
 */
static List *
find_in(Call *call, const List *conversations, List *(*find)(Call *call, int64 conversation_id))
{
	List *found = NIL;
	ListCell *cell;

	foreach (cell, conversations)
	{
		CHECK_FOR_INTERRUPTS();
		found = list_concat(found, find(call, row_int64(lfirst(cell), Col_conversation_id)));
	}
	return found;
}

void
ending_lock(Call *call, const List *conversations)
{
	lock_all(find_in(call, conversations, live_jobs));
	lock_all(find_in(call, conversations, proposal_find_open));
	lock_all(list_copy(conversations));
}

/*
 * Declines a job, unless it has ended, or is gone, by the time that it is locked. 40001 when
 * it is newer than the transaction's snapshot.
 *
 * Nearly always the job is held already. Where it became live after the first look, it is locked
 * after its conversation: who rejects its completion at this very moment holds it and waits for
 * the conversation, and one of the two gets 40P01.
 */
static void
decline_if_live(Call *call, int64 id, const char *reason)
{
	ScanKeyData keys[1];
	Row *row;
	Job *job;

	row_key_int64(&keys[0], 1, id);
	row = row_find_latest(call->rows, TABLE_job, PRIMARY_KEY, 1, keys);
	if (row == NULL || row_lock_out_of_order(row, LockTupleNoKeyExclusive) == NULL)
		return;
	job = job_of_row(row);
	if (status_is_live(job_status(job)))
		row_require_written(decline_job(call, job, reason, NULL) == STATUS_DECLINED, row, ROW_UPDATE);
}

void
ending_of_conversation(Call *call, int64 conversation_id, const char *reason)
{
	ListCell *cell;

	foreach (cell, job_live_in_conversation(call, conversation_id, true))
	{
		CHECK_FOR_INTERRUPTS();
		decline_if_live(call, ((Job *) lfirst(cell))->id, reason);
	}
	proposal_end_open(call, conversation_id);
}
