/*
 * allowed.c
 *
 * What whoever acts can do now to a job, a proposal, a conversation, by the predicates that the
 * functions ask which do it.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "acting/entry.h"
#include "jobs/block.h"
#include "jobs/proposal.h"
#include "jobs/review.h"
#include "parties/conversation.h"
#include "pg/argument.h"

/*
 * Adds the name of an action to the result; NULL: there is none. Who only reads has none at all.
 */
static void
return_action(FunctionCallInfo fcinfo, const Call *call, const char *action)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum value;
	bool isnull = false;

	if (action == NULL || !actor_may(call->rows, &call->actor, ACTOR_WRITES))
		return;
	value = CStringGetTextDatum(action);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
}

/*
 * jobs.allowed_actions(job_id, actor)
 */
SQL_FUNCTION(allowed_actions)
{
	int64 job_id = arg_id(fcinfo, ARG(allowed_actions, job_id));
	Call *call;
	Job *job;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	call = call_begin(fcinfo, ARG_allowed_actions_actor);
	job = job_of_row(job_get(call, job_id));
	foreach (cell, job_allowed_actions(call, job))
		return_action(fcinfo, call, action_rules[lfirst_int(cell)].name);
	return_action(fcinfo, call, review_is_due(call, job) ? "review" : NULL);
	call_end(call);
	return (Datum) 0;
}

/*
 * jobs.proposal_actions(proposal_id, actor)
 */
SQL_FUNCTION(proposal_actions)
{
	int64 proposal_id = arg_id(fcinfo, ARG(proposal_actions, proposal_id));
	Call *call;
	Row *proposal;
	Row *conversation;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	call = call_begin(fcinfo, ARG_proposal_actions_actor);
	proposal = proposal_get(call, proposal_id);
	conversation = conversation_get(call, row_int64(proposal, Col_proposal_conversation_id));
	foreach (cell, proposal_decisions(call, proposal, conversation))
		return_action(fcinfo, call, lfirst(cell));
	return_action(fcinfo, call, review_action(call, proposal, conversation));
	call_end(call);
	return (Datum) 0;
}

/*
 * jobs.conversation_actions(conversation_id, actor)
 */
SQL_FUNCTION(conversation_actions)
{
	int64 conversation_id = arg_id(fcinfo, ARG(conversation_actions, conversation_id));
	Call *call;
	Row *conversation;
	bool is_open;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	call = call_begin(fcinfo, ARG_conversation_actions_actor);
	conversation = conversation_get(call, conversation_id);
	is_open = conversation_is_open(conversation);
	return_action(fcinfo, call, is_open && conversation_is_party(call) ? "message" : NULL);
	return_action(fcinfo, call, is_open && proposal_is_sender(call) ? "propose" : NULL);
	return_action(fcinfo, call, block_action(call, conversation));
	call_end(call);
	return (Datum) 0;
}
