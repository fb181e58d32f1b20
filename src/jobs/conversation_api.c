/*
 * conversation_api.c
 *
 * The function that starts a conversation.
 *
 * Locks: the client_key, then the merchant FOR NO KEY UPDATE.
 */
#include "postgres.h"

#include "acting/entry.h"
#include "jobs/message.h"
#include "parties/conversation.h"
#include "parties/directory.h"
#include "pg/argument.h"

/*
 * jobs.start_conversation(organization_id, body, client_key, actor)
 */
SQL_FUNCTION(start_conversation)
{
	int64 organization_id = arg_id(fcinfo, ARG(start_conversation, organization_id));
	Draft draft = {0};
	Call *call;

	draft.body = arg_text(fcinfo, ARG(start_conversation, body), LIMIT_TEXT);
	draft.client_key = arg_optional_client_key(fcinfo, ARG_start_conversation_client_key);
	call = call_begin(fcinfo, ARG_start_conversation_actor);
	organization_require(call, organization_id);
	conversation_require_starter(call);
	/* a repeated call has its answer, whatever the preferences say by now */
	draft.conversation_id = message_find_repeated(call, &draft, organization_id);
	if (draft.conversation_id == 0)
	{
		contact_require(call, organization_id, merchant_lock(call, call->actor.id));
		draft.conversation_id = conversation_open(call, organization_id, call->actor.id);
		if (message_send_first(call, &draft, organization_id) == 0)
			draft.conversation_id = 0;
	}
	call_end(call);
	if (draft.conversation_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(draft.conversation_id);
}
