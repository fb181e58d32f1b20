/*
 * message.c
 *
 * Sending a message: where it belongs, whether it may be written, what it does to its
 * job, who gets mail. The same steps for functions and for a plain INSERT.
 *
 * Locks: the client_key, then the job FOR NO KEY UPDATE, and no conversation: whether it is
 * blocked is read after these locks, and whoever blocks it locks its live jobs before.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/client_key.h"
#include "acting/dml.h"
#include "acting/entry.h"
#include "acting/ids.h"
#include "feed/event.h"
#include "jobs/consequence.h"
#include "jobs/message.h"
#include "jobs/repeated.h"
#include "parties/conversation.h"
#include "pg/argument.h"
#include "pg/json.h"
#include "pg/refusal.h"
#include "tables/decided.h"

/* Where a message belongs. */
typedef struct Place
{
	int64 conversation_id;
	int64 organization_id;
	int64 merchant_id;
	Row *named_job; /* not locked; NULL: the draft names none */
	Job *job;		/* locked; NULL: no job */
} Place;

static void
complain_several(int64 conversation_id, List *live)
{
	StringInfoData ids;
	ListCell *cell;

	initStringInfo(&ids);
	foreach (cell, live)
		appendStringInfo(&ids, "%s%lld", ids.len ? ", " : "", (long long) ((Job *) lfirst(cell))->id);
	ereport(ERROR,
			(refused_by(REFUSAL_SEVERAL_LIVE_JOBS),
			 errmsg("conversation %lld has several live jobs", (long long) conversation_id),
			 errdetail("The message could belong to any of %s.", ids.data),
			 errhint("Name the job, or pass job 0 for a message without one.")));
}

/*
 * Locks the only live job. It may have ended while the lock was waited for; then there is
 * another look. The first job stays locked, and the second may have the lower id: whoever waits
 * for both, as a block does, may be waited for (40P01).
 */
static Job *
lock_only_live_job(Call *call, int64 conversation_id)
{
	for (;;)
	{
		List *live = job_live_in_conversation(call, conversation_id, false);
		Job *job;

		CHECK_FOR_INTERRUPTS();
		if (live == NIL)
			return NULL;
		if (list_length(live) > 1)
			complain_several(conversation_id, live);
		job = job_lock_out_of_order(((Job *) linitial(live))->row);
		if (status_is_live(job_status(job)))
			return job;
	}
}

/*
 * The conversation that the draft names, or its job's, which has the same two sides. No job is locked yet.
 */
static void
find_place(Call *call, const Draft *draft, Place *place)
{
	memset(place, 0, sizeof(Place));
	if (draft->job_id)
	{
		place->named_job = job_get(call, draft->job_id);
		place->conversation_id = row_int64(place->named_job, Col_job_conversation_id);
		place->organization_id = row_int64(place->named_job, Col_job_organization_id);
		place->merchant_id = row_int64(place->named_job, Col_job_merchant_id);
	}
	if (draft->conversation_id || place->named_job == NULL)
	{
		Row *conversation = conversation_get(call, draft->conversation_id);

		if (place->named_job && place->conversation_id != draft->conversation_id)
			ereport(ERROR,
					(refused_by(REFUSAL_JOB_OF_OTHER_CONVERSATION),
					 errmsg("job %lld is not of conversation %lld", (long long) draft->job_id,
							(long long) draft->conversation_id),
					 errdetail("It belongs to conversation %lld.", (long long) place->conversation_id),
					 errhint("Name the job or the conversation alone.")));
		place->conversation_id = draft->conversation_id;
		place->organization_id = row_int64(conversation, Col_conversation_organization_id);
		place->merchant_id = row_int64(conversation, Col_conversation_merchant_id);
	}
}

/*
 * Locks the job that the draft names, or that it means when it names none.
 */
static void
lock_job(Call *call, const Draft *draft, Place *place)
{
	if (place->named_job)
		place->job = job_lock_found(place->named_job);
	else if (draft->find_job)
		place->job = lock_only_live_job(call, place->conversation_id);
}

/*
 * May the actor write here? Returns what the message does to its job, or NULL.
 */
static const Transition *
require_allowed(Call *call, Place *place)
{
	if (place->job)
		return job_require(call, place->job, ACTION_MESSAGE);
	conversation_require_party(call, place->conversation_id);
	/* read again: a lock may have been waited for */
	rows_renew(call->rows);
	conversation_require_open(conversation_get(call, place->conversation_id));
	return NULL;
}

/*
 * A message without a job is an event of its conversation.
 */
static void
record_in_conversation(Call *call, const Place *place, int64 message_id)
{
	Event event = {
		.organization_id = place->organization_id,
		.merchant_id = place->merchant_id,
		.conversation_id = place->conversation_id,
		.action = event_names[EVENT_CONVERSATION_MESSAGE],
		.occurred_at = GetCurrentTimestamp(),
		.details = json_of_id("message_id", message_id),
	};

	event_write(call, &event);
}

/*
 * What a message leads to, once it is written.
 */
static void
follow_up_message(Call *call, const Place *place, const Transition *transition, int64 message_id)
{
	Subject subject = {.message_id = message_id};
	Email email = {
		.kind = EMAIL_MESSAGE,
		.organization_id = place->organization_id,
		.merchant_id = place->merchant_id,
		.conversation_id = place->conversation_id,
		.message_id = message_id,
	};

	if (place->job)
	{
		/* its id would tell of an answer that the job knows nothing of */
		row_require_written(job_move(call, place->job, transition, json_of_id("message_id", message_id)),
							place->job->row, ROW_UPDATE);
		consequence_of_action(call, place->job, transition, &subject);
	}
	else
	{
		record_in_conversation(call, place, message_id);
		email_queue(call, &email);
	}
}

static void
fill_message(Row *row, const Call *call, const Draft *draft, const Place *place)
{
	row_set_int64(row, Col_message_organization_id, place->organization_id);
	row_set_int64(row, Col_message_merchant_id, place->merchant_id);
	row_set_int64(row, Col_message_conversation_id, place->conversation_id);
	row_set_int64(row, Col_message_job_id, place->job ? place->job->id : 0);
	row_set_int64(row, Col_message_proposal_id, draft->proposal_id);
	row_set(row, Col_message_author, actor_datum(&call->actor));
	row_set_time(row, Col_message_sent_at, place->job ? place->job->now : GetCurrentTimestamp());
}

/*
 * Its id, or 0: a user's trigger suppressed it.
 */
static int64
insert_message(Call *call, const Draft *draft, const Place *place)
{
	Row *row = row_new(call->rows, TABLE_message);
	int64 id = ids_assign(row, SLOT_OF(place->organization_id));

	fill_message(row, call, draft, place);
	row_set_text(row, Col_message_body, draft->body);
	if (draft->client_key)
		row_set(row, Col_message_client_key, UUIDPGetDatum(draft->client_key));
	if (draft->is_part)
		row_must_insert(row);
	else if (!row_insert(row))
		return 0;
	return id;
}

/*
 * The message that an earlier call with the same key wrote, or NULL. `column` and `id` say where
 * that must have been.
 */
static Row *
find_repeated_message(Call *call, const Draft *draft, int column, int64 id)
{
	Row *row = client_key_find(call, TABLE_message, actor_tenant(&call->actor), draft->client_key);

	if (row == NULL)
		return NULL;
	if (row_int64(row, column) != id ||
		(!draft->find_job && row_int64(row, Col_message_job_id) != draft->job_id) ||
		(!decided_may_differ(row, Col_message_body) && !repeated_text(row, Col_message_body, draft->body)))
		client_key_complain_reused();
	return row;
}

static int64
send_draft(Call *call, const Draft *draft, Place *place)
{
	const Transition *transition;
	int64 id;

	lock_job(call, draft, place);
	transition = require_allowed(call, place);
	id = insert_message(call, draft, place);
	if (id != 0 && draft->proposal_id == 0)
		follow_up_message(call, place, transition, id);
	return id;
}

int64
message_send(Call *call, const Draft *draft)
{
	Place place;
	Row *earlier;

	find_place(call, draft, &place);
	earlier = find_repeated_message(call, draft, Col_message_conversation_id, place.conversation_id);
	return earlier ? row_int64(earlier, Col_message_id) : send_draft(call, draft, &place);
}

int64
message_send_first(Call *call, const Draft *draft, int64 organization_id)
{
	Place place = {
		.conversation_id = draft->conversation_id,
		.organization_id = organization_id,
		.merchant_id = call->actor.id,
	};
	int64 id = insert_message(call, draft, &place);

	if (id == 0)
		return 0;
	conversation_write_if_new(call, place.conversation_id, place.organization_id, place.merchant_id);
	follow_up_message(call, &place, NULL, id);
	return id;
}

int64
message_find_repeated(Call *call, const Draft *draft, int64 organization_id)
{
	Row *earlier = find_repeated_message(call, draft, Col_message_organization_id, organization_id);

	return earlier ? row_int64(earlier, Col_message_conversation_id) : 0;
}

int64
message_add(Call *call, int64 job_id, const char *body)
{
	Draft draft = {.job_id = job_id, .is_part = true, .body = body};
	Place place;
	int64 id;

	find_place(call, &draft, &place);
	lock_job(call, &draft, &place);
	conversation_require_open(conversation_get(call, place.conversation_id));
	id = insert_message(call, &draft, &place);
	job_record_unmoved(call, place.job, ACTION_MESSAGE, json_of_id("message_id", id));
	return id;
}

/*
 * jobs.send_message(conversation_id, body, job_id, client_key, actor)
 */
SQL_FUNCTION(send_message)
{
	Draft draft = {0};
	Call *call;
	int64 id;

	draft.conversation_id = arg_id(fcinfo, ARG(send_message, conversation_id));
	draft.body = arg_text(fcinfo, ARG(send_message, body), LIMIT_TEXT);
	draft.find_job = PG_ARGISNULL(ARG_send_message_job_id);
	draft.job_id = draft.find_job ? 0 : PG_GETARG_INT64(ARG_send_message_job_id);
	draft.client_key = arg_optional_client_key(fcinfo, ARG_send_message_client_key);
	call = call_begin(fcinfo, ARG_send_message_actor);
	if (draft.conversation_id == 0)
		actor_complain_missing("conversation", 0);
	id = message_send(call, &draft);
	call_end(call);
	if (id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(id);
}

/*
 * jobs.reply_to_job(job_id, body, client_key, actor)
 */
SQL_FUNCTION(reply_to_job)
{
	Draft draft = {0};
	Call *call;
	int64 id;

	draft.job_id = arg_id(fcinfo, ARG(reply_to_job, job_id));
	draft.body = arg_text(fcinfo, ARG(reply_to_job, body), LIMIT_TEXT);
	draft.client_key = arg_optional_client_key(fcinfo, ARG_reply_to_job_client_key);
	call = call_begin(fcinfo, ARG_reply_to_job_actor);
	if (draft.job_id == 0)
		actor_complain_missing("job", 0);
	id = message_send(call, &draft);
	call_end(call);
	if (id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(id);
}

PG_FUNCTION_INFO_V1(jobs_message_fill);
Datum
jobs_message_fill(PG_FUNCTION_ARGS)
{
	static const int sent[] = {Col_message_conversation_id, Col_message_job_id, Col_message_body,
							   Col_message_client_key};
	Dml *dml = dml_begin(fcinfo, TABLE_message, TRIGGER_TYPE_BEFORE,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);
	Row *row = dml->new;
	Draft draft = {0};
	Place place;

	if (DML_IS_UPDATE(dml))
	{
		dml_require_actor(dml);
		dml_allow_changes(dml, NULL, 0);
		return dml_end(dml);
	}
	check_not_null(row_isnull(row, Col_message_body), "body");
	check_text(row_text(row, Col_message_body), "body", LIMIT_TEXT);
	if (!row_isnull(row, Col_message_client_key))
		check_client_key(DatumGetUUIDP(row_get(row, Col_message_client_key)));
	draft.conversation_id = row_int64(row, Col_message_conversation_id);
	draft.job_id = row_int64(row, Col_message_job_id);
	draft.find_job = row_isnull(row, Col_message_job_id);
	if (draft.conversation_id == 0 && draft.job_id == 0)
		check_not_null(true, "conversation_id");
	dml_require_actor(dml);
	find_place(dml->call, &draft, &place);
	if (client_key_let_through(dml, sent, lengthof(sent)))
		return dml_end(dml);
	lock_job(dml->call, &draft, &place);
	/* who held the job may have written it */
	if (place.job && client_key_let_through(dml, sent, lengthof(sent)))
		return dml_end(dml);
	(void) require_allowed(dml->call, &place);

	dml_fill_all_but(dml, sent, lengthof(sent));
	fill_message(row, dml->call, &draft, &place);
	ids_assign_dml(dml->call, row, SLOT_OF(place.organization_id), ID_ORDERED);
	return dml_end(dml);
}

/*
 * The job is asked again: another row of the same statement may have moved it.
 */
PG_FUNCTION_INFO_V1(jobs_message_record);
Datum
jobs_message_record(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_message, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);
	Draft draft = {0};
	Place place;

	dml_require_actor(dml);
	if (DML_IS_UPDATE(dml))
		return dml_end(dml);
	client_key_require_refused(dml);
	draft.conversation_id = row_int64(dml->new, Col_message_conversation_id);
	draft.job_id = row_int64(dml->new, Col_message_job_id);
	find_place(dml->call, &draft, &place);
	lock_job(dml->call, &draft, &place);
	follow_up_message(dml->call, &place, require_allowed(dml->call, &place),
					  row_int64(dml->new, Col_message_id));
	return dml_end(dml);
}
