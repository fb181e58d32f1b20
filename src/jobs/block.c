/*
 * block.c
 *
 * Blocking a conversation, which its merchant does, and opening it again, which is the
 * system's.
 *
 * Locks: the merchant FOR NO KEY UPDATE, so that none of its requests comes in between, the
 * conversation's live jobs in the order of their ids, then the conversation. What makes a job, or
 * lets one live again, wants the conversation's lock, too, so that a block finds the job, or the
 * job the block. A job that became live after the first look is locked after the conversation. A
 * message takes no lock of the conversation: it reads whether it is blocked once it holds its
 * job, so that it is written before the job is declined, or not at all.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/entry.h"
#include "jobs/block.h"
#include "jobs/decline.h"
#include "parties/conversation.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/refusal.h"

/* The reason of what a block declines. */
#define REASON_BLOCKED "blocked"

static bool
is_blocker(const Call *call)
{
	return call->actor.kind == ACTOR_MERCHANT;
}

static void
require_blocker(const Call *call, int64 id)
{
	if (!is_blocker(call))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only the merchant blocks conversation %lld", (long long) id),
				 errdetail("It declines the merchant's live jobs, too."),
				 errhint("Pass actor => 'merchant:...'; an operator sets is_blocked, which declines nothing.")));
}

static bool
is_unblocker(const Call *call)
{
	return call->actor.kind == ACTOR_SYSTEM;
}

static void
require_unblocker(const Call *call, int64 id)
{
	if (!is_unblocker(call))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only the system unblocks conversation %lld", (long long) id),
				 errdetail("Neither side opens a blocked conversation again."),
				 errhint("Ask the marketplace's operator to call jobs.unblock_conversation().")));
}

const char *
block_action(const Call *call, const Row *conversation)
{
	if (conversation_is_open(conversation))
		return is_blocker(call) ? "block" : NULL;
	return is_unblocker(call) ? "unblock" : NULL;
}

/*
 * False: it was so before. The row is locked.
 */
static bool
set_blocked(Call *call, const Row *conversation, bool is_blocked)
{
	Row *changed;

	if (row_bool(conversation, Col_conversation_is_blocked) == is_blocked)
		return false;
	changed = row_copy(conversation);
	conversation_set_blocked(changed, is_blocked ? &call->actor : NULL);
	row_must_update(conversation, changed);
	conversation_record_block(call, changed);
	return true;
}

static void
lock_live_jobs(Call *call, int64 conversation_id)
{
	ListCell *cell;

	foreach (cell, job_live_in_conversation(call, conversation_id, true))
	{
		CHECK_FOR_INTERRUPTS();
		(void) row_lock_found(((Job *) lfirst(cell))->row, LockTupleNoKeyExclusive, LockWaitBlock);
	}
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
decline_if_live(Call *call, int64 id)
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
		decline_must(call, job, REASON_BLOCKED);
}

/*
 * jobs.block_conversation(conversation_id, actor)
 */
SQL_FUNCTION(block_conversation)
{
	int64 conversation_id = arg_id(fcinfo, ARG(block_conversation, conversation_id));
	Call *call = call_begin(fcinfo, ARG_block_conversation_actor);

	(void) conversation_get(call, conversation_id);
	require_blocker(call, conversation_id);
	(void) merchant_lock(call, call->actor.id);
	lock_live_jobs(call, conversation_id);
	if (set_blocked(call, conversation_lock(call, conversation_id), true))
	{
		ListCell *cell;

		foreach (cell, job_live_in_conversation(call, conversation_id, true))
		{
			CHECK_FOR_INTERRUPTS();
			decline_if_live(call, ((Job *) lfirst(cell))->id);
		}
	}
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.unblock_conversation(conversation_id, actor)
 */
SQL_FUNCTION(unblock_conversation)
{
	int64 conversation_id = arg_id(fcinfo, ARG(unblock_conversation, conversation_id));
	Call *call = call_begin_operator(fcinfo, ARG_unblock_conversation_actor);
	Row *conversation = conversation_lock(call, conversation_id);

	require_unblocker(call, conversation_id);
	(void) set_blocked(call, conversation, false);
	call_end(call);
	PG_RETURN_VOID();
}
