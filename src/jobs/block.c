/*
 * block.c
 *
 * Blocking a conversation, which either side does, and opening it again, which is for the side that
 * blocked it, or for the system.
 *
 * Locks: of a merchant who blocks it its row FOR NO KEY UPDATE, so that none of its requests comes in between; then
 * what lives in the conversation, and the conversation: ending.h. What a merchant does elsewhere never waits for a
 * member.
 */
#include "postgres.h"

#include "acting/dml.h"
#include "acting/entry.h"
#include "jobs/block.h"
#include "jobs/ending.h"
#include "parties/conversation.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/refusal.h"

/* The reason of what a block declines. */
#define REASON_BLOCKED "blocked"

static bool
is_blocker(const Call *call)
{
	return conversation_is_party(call);
}

static void
require_blocker(const Call *call, int64 id)
{
	if (!is_blocker(call))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("the system does not block conversation %lld", (long long) id),
				 errdetail("Who blocks it declines its live jobs, too."),
				 errhint("Pass actor => 'member:...' or actor => 'merchant:...'; an operator sets is_blocked, which "
						 "declines nothing.")));
}

const char *
block_action(const Call *call, const Row *conversation)
{
	if (!conversation_is_blocked(conversation))
		return is_blocker(call) ? "block" : NULL;
	return conversation_is_unblocker(call, conversation) ? "unblock" : NULL;
}

/*
 * False: it was so before. The row is locked.
 */
static bool
set_blocked(Call *call, const Row *conversation, bool is_blocked)
{
	Row *changed;

	if (conversation_is_blocked(conversation) == is_blocked)
		return false;
	changed = row_copy(conversation);
	conversation_set_blocked(changed, is_blocked ? &call->actor : NULL);
	row_must_update(conversation, changed);
	conversation_record_block(call, changed);
	return true;
}

/*
 * jobs.block_conversation(conversation_id, actor)
 */
SQL_FUNCTION(block_conversation)
{
	int64 conversation_id = arg_id(fcinfo, ARG(block_conversation, conversation_id));
	Call *call = call_begin(fcinfo, ARG_block_conversation_actor);
	IdList ids;

	(void) conversation_get(call, conversation_id);
	require_blocker(call, conversation_id);
	if (call->actor.kind == ACTOR_MERCHANT)
		(void) merchant_lock(call, call->actor.id);
	id_list_begin(&ids);
	id_list_add(&ids, conversation_id);
	ending_lock(call, &ids);
	if (set_blocked(call, conversation_lock(call, conversation_id), true))
		ending_of_conversation(call, conversation_id, REASON_BLOCKED);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.unblock_conversation(conversation_id, actor)
 */
SQL_FUNCTION(unblock_conversation)
{
	int64 conversation_id = arg_id(fcinfo, ARG(unblock_conversation, conversation_id));
	Call *call = call_begin(fcinfo, ARG_unblock_conversation_actor);
	Row *conversation = conversation_lock(call, conversation_id);

	if (conversation_is_blocked(conversation))
		conversation_require_unblocker(call, conversation);
	(void) set_blocked(call, conversation, false);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * A plain UPDATE has locked the conversation before what lives in it: see lock_order.h.
 */
PG_FUNCTION_INFO_V1(jobs_conversation_record);
Datum
jobs_conversation_record(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_conversation, TRIGGER_TYPE_AFTER,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	dml_require_actor(dml);
	if (DML_IS_INSERT(dml))
		conversation_record_start(dml->call, dml->new);
	else if (dml_changes(dml, Col_conversation_is_blocked))
	{
		conversation_record_block(dml->call, dml->new);
		if (conversation_is_blocked(dml->new) && is_blocker(dml->call))
			ending_of_conversation(dml->call, row_int64(dml->new, Col_conversation_id), REASON_BLOCKED);
	}
	return dml_end(dml);
}
