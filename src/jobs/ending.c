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
#include "tables/row_batch.h"

/* Adds the ids of what lives in a conversation. */
typedef void (*Finder)(Call *call, int64 conversation_id, IdList *ids);

static void
find_live_jobs(Call *call, int64 conversation_id, IdList *ids)
{
	ListCell *cell;

	foreach (cell, job_live_in_conversation(call, conversation_id, true))
		id_list_add(ids, ((Job *) lfirst(cell))->id);
}

static void
find_open_proposals(Call *call, int64 conversation_id, IdList *ids)
{
	ListCell *cell;

	foreach (cell, proposal_find_open(call, conversation_id))
		id_list_add(ids, row_int64(lfirst(cell), Col_proposal_id));
}

/*
 * In all these conversations, of which there may be very many: the memory of each is freed.
 */
static void
find_in(Call *call, const IdList *conversations, Finder find, IdList *ids)
{
	Rows *rows = call->rows;
	RowBatch batch;

	id_list_begin(ids);
	row_batch_begin(&batch);
	for (int64 i = 0; i < conversations->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		call->rows = row_batch_rows(&batch, 1);
		find(call, conversations->ids[i], ids);
	}
	row_batch_end(&batch);
	call->rows = rows;
	id_list_sort(ids);
}

static void
lock_all(TableId table, const IdList *ids)
{
	RowBatch batch;

	row_batch_begin(&batch);
	for (int64 i = 0; i < ids->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) row_lock(row_batch_rows(&batch, 1), table, ids->ids[i], LockTupleNoKeyExclusive, LockWaitBlock);
	}
	row_batch_end(&batch);
}

void
ending_lock(Call *call, const IdList *conversations)
{
	IdList ids;

	find_in(call, conversations, find_live_jobs, &ids);
	lock_all(TABLE_job, &ids);
	find_in(call, conversations, find_open_proposals, &ids);
	lock_all(TABLE_proposal, &ids);
	lock_all(TABLE_conversation, conversations);
	rows_renew(call->rows);
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

void
ending_of_conversations(Call *call, const IdList *conversations, const char *reason)
{
	Rows *rows = call->rows;
	RowBatch batch;

	row_batch_begin(&batch);
	for (int64 i = 0; i < conversations->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		call->rows = row_batch_rows(&batch, 1);
		ending_of_conversation(call, conversations->ids[i], reason);
	}
	row_batch_end(&batch);
	call->rows = rows;
}
