/*
 * proposal.c
 *
 * Sending, withdrawing, accepting and declining proposals, by function and by plain
 * INSERT and UPDATE.
 *
 * Locks: to send one, the client_key, then the conversation, so that a block meets it. To decide one, the
 * proposal FOR NO KEY UPDATE, so that it is decided once; for an acceptance then the conversation, so that a
 * block meets the job that comes of it.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "acting/client_key.h"
#include "acting/dml.h"
#include "acting/entry.h"
#include "acting/ids.h"
#include "feed/event.h"
#include "jobs/consequence.h"
#include "jobs/message.h"
#include "jobs/proposal.h"
#include "jobs/repeated.h"
#include "parties/conversation.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/json.h"
#include "pg/refusal.h"
#include "pg/text.h"

typedef enum ProposalStatus
{
	PROPOSAL_SENT,
	PROPOSAL_ACCEPTED,
	PROPOSAL_DECLINED,
	PROPOSAL_WITHDRAWN
} ProposalStatus;

static const struct
{
	const char *name;
	Side side; /* who decides so */
	const char *phrase;
	const char *action; /* NULL: a proposal never comes to it again */
	EventKind event;
} statuses[] = {
	[PROPOSAL_SENT] = {"sent", SIDE_EXPERT, "be sent again", NULL, EVENT_PROPOSAL_SEND},
	[PROPOSAL_ACCEPTED] = {"accepted", SIDE_MERCHANT, "be accepted", "accept", EVENT_PROPOSAL_ACCEPT},
	[PROPOSAL_DECLINED] = {"declined", SIDE_MERCHANT, "be declined", "decline", EVENT_PROPOSAL_DECLINE},
	[PROPOSAL_WITHDRAWN] = {"withdrawn", SIDE_EXPERT, "be withdrawn", "withdraw", EVENT_PROPOSAL_WITHDRAW},
};

static ProposalStatus
status_of(const Row *proposal)
{
	char *name;

	check_not_null(row_isnull(proposal, Col_proposal_status), "status");
	name = row_text(proposal, Col_proposal_status);
	for (int i = 0; i < lengthof(statuses); i++)
	{
		if (strcmp(statuses[i].name, name) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is not a status of a proposal", text_excerpt(name, 40)),
			 errdetail("A proposal is sent, accepted, declined or withdrawn."),
			 errhint("Set one of these.")));
}

Row *
proposal_get(Call *call, int64 id)
{
	Row *proposal = row_fetch(call->rows, TABLE_proposal, id);

	call_require_seen(call, proposal, Col_proposal_organization_id, Col_proposal_merchant_id,
					  "proposal", id);
	return proposal;
}

Row *
proposal_lock(Call *call, int64 id)
{
	Row *proposal = proposal_get(call, id);

	if (row_lock_found(proposal, LockTupleNoKeyExclusive, LockWaitBlock) == NULL)
		actor_complain_missing("proposal", id);
	return proposal;
}

bool
proposal_is_for_new_store(const Row *proposal)
{
	return status_of(proposal) == PROPOSAL_ACCEPTED && row_isnull(proposal, Col_proposal_store_id);
}

const char *
proposal_status_name(const Row *proposal)
{
	return statuses[status_of(proposal)].name;
}

/*
 * What a person fills.
 */
static void
check_values(Row *row)
{
	check_not_null(row_isnull(row, Col_proposal_conversation_id), "conversation_id");
	check_not_null(row_isnull(row, Col_proposal_service_id), "service_id");
	check_not_null(row_isnull(row, Col_proposal_title), "title");
	check_text(row_text(row, Col_proposal_title), "title", LIMIT_NAME);
	check_not_null(row_isnull(row, Col_proposal_work), "work");
	check_text(row_text(row, Col_proposal_work), "work", LIMIT_TEXT);
	check_not_null(row_isnull(row, Col_proposal_price), "price");
	row_set(row, Col_proposal_price,
			NumericGetDatum(check_price(DatumGetNumeric(row_get(row, Col_proposal_price)), "price")));
	row_set_text(row, Col_proposal_currency, check_currency_given(row_text(row, Col_proposal_currency)));
	if (!row_isnull(row, Col_proposal_client_key))
		check_client_key(DatumGetUUIDP(row_get(row, Col_proposal_client_key)));
}

bool
proposal_is_sender(const Call *call)
{
	return call_side(call) == SIDE_EXPERT;
}

/*
 * Who offers what is there? Returns the conversation.
 */
static Row *
require_sender(Call *call, const Row *row)
{
	Row *conversation = conversation_get(call, row_int64(row, Col_proposal_conversation_id));

	service_require(call, row_int64(row, Col_proposal_service_id));
	if (!proposal_is_sender(call))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only a member of the organization sends a proposal"),
				 errdetail("The one who acts is no member."),
				 errhint("Pass actor => 'member:...'.")));
	return conversation;
}

/*
 * Completes a new proposal, if it may be sent: everything but the id.
 */
static void
fill_new(Call *call, Row *row, Row *conversation)
{
	int64 organization_id = row_int64(conversation, Col_conversation_organization_id);

	provided_service_require(call, organization_id, row_int64(row, Col_proposal_service_id));
	/* who blocks it, or closes an account, ends the proposals that are there by then */
	conversation = conversation_lock(call, row_int64(conversation, Col_conversation_id));
	conversation_require_open(conversation);

	row_set_int64(row, Col_proposal_organization_id, organization_id);
	row_set_int64(row, Col_proposal_merchant_id, row_int64(conversation, Col_conversation_merchant_id));
	row_set_text(row, Col_proposal_status, statuses[PROPOSAL_SENT].name);
	row_set(row, Col_proposal_sent_by, actor_datum(&call->actor));
	row_set_time(row, Col_proposal_sent_at, GetCurrentTimestamp());
}

Email
proposal_email(const Row *proposal, EmailKind kind)
{
	Email email = {
		.kind = kind,
		.organization_id = row_int64(proposal, Col_proposal_organization_id),
		.merchant_id = row_int64(proposal, Col_proposal_merchant_id),
		.conversation_id = row_int64(proposal, Col_proposal_conversation_id),
		.proposal_id = row_int64(proposal, Col_proposal_id),
	};

	return email;
}

static void
write_proposal_event(Call *call, const Row *proposal, ProposalStatus to, Jsonb *details)
{
	Event event = {
		.organization_id = row_int64(proposal, Col_proposal_organization_id),
		.merchant_id = row_int64(proposal, Col_proposal_merchant_id),
		.conversation_id = row_int64(proposal, Col_proposal_conversation_id),
		.proposal_id = row_int64(proposal, Col_proposal_id),
		.action = event_names[statuses[to].event],
		.occurred_at = GetCurrentTimestamp(),
		.details = details,
	};

	event_write(call, &event);
}

/*
 * The message carries the title; what the proposal says in full stands in its row.
 */
static void
tell_sent(Call *call, Row *row)
{
	Draft draft = {0};
	Email email = proposal_email(row, EMAIL_PROPOSAL_SENT);

	draft.conversation_id = row_int64(row, Col_proposal_conversation_id);
	draft.proposal_id = row_int64(row, Col_proposal_id);
	draft.body = row_text(row, Col_proposal_title);
	draft.is_part = true;
	email.message_id = message_send(call, &draft);
	write_proposal_event(call, row, PROPOSAL_SENT, json_of_id("message_id", email.message_id));
	email_queue(call, &email);
}

static bool
is_decider(const Call *call, ProposalStatus to)
{
	return call_side(call) == statuses[to].side;
}

static bool
is_decidable(ProposalStatus from, ProposalStatus to)
{
	return from == PROPOSAL_SENT && to != PROPOSAL_SENT;
}

/*
 * A job may come of it, and an acceptance is an answer in the conversation.
 */
static bool
wants_open_conversation(ProposalStatus to)
{
	return to == PROPOSAL_ACCEPTED;
}

List *
proposal_decisions(Call *call, const Row *proposal, const Row *conversation)
{
	List *decisions = NIL;
	bool makes_job = conversation_is_open(conversation) &&
					 !organization_is_suspended(call, row_int64(proposal, Col_proposal_organization_id));

	for (int to = 0; to < lengthof(statuses); to++)
	{
		if (is_decider(call, to) && is_decidable(status_of(proposal), to) &&
			(!wants_open_conversation(to) || makes_job))
			decisions = lappend(decisions, unconstify(char *, statuses[to].action));
	}
	return decisions;
}

/*
 * Is it for whoever acts to decide it so?
 */
static void
require_decider(const Call *call, const Row *proposal, ProposalStatus to)
{
	int64 id = row_int64(proposal, Col_proposal_id);

	if (!is_decider(call, to))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("proposal %lld cannot %s by the one who acts", (long long) id, statuses[to].phrase),
				 errdetail("This is for %s to do.",
						   statuses[to].side == SIDE_EXPERT ? "a member of the organization" : "the merchant"),
				 errhint("Pass actor => '%s'.", statuses[to].side == SIDE_EXPERT ? "member:..." : "merchant:...")));
}

/*
 * May it be decided so? The row is locked.
 */
static void
require_decidable(Call *call, const Row *proposal, ProposalStatus to)
{
	int64 id = row_int64(proposal, Col_proposal_id);
	ProposalStatus from = status_of(proposal);

	require_decider(call, proposal, to);
	if (!is_decidable(from, to))
		ereport(ERROR,
				(refused_by(REFUSAL_PROPOSAL_DECIDED),
				 errmsg("proposal %lld cannot %s", (long long) id, statuses[to].phrase),
				 errdetail("The proposal is %s.", statuses[from].name),
				 errhint("A proposal is decided once; the expert can send another.")));
	if (!wants_open_conversation(to))
		return;
	organization_require_unsuspended(call, row_int64(proposal, Col_proposal_organization_id));
	conversation_require_open(conversation_lock(call, row_int64(proposal, Col_proposal_conversation_id)));
}

/*
 * Notes the decision in the row that is going to be written.
 */
static void
apply_decision(const Call *call, Row *changed, ProposalStatus to)
{
	row_set_text(changed, Col_proposal_status, statuses[to].name);
	row_set_time(changed, Col_proposal_decided_at, GetCurrentTimestamp());
	row_set(changed, Col_proposal_decided_by, actor_datum(&call->actor));
}

/*
 * The job that an acceptance for an existing store makes. The organization offered
 * it, so that its preferences are not asked.
 */
static int64
create_job(Call *call, const Row *proposal)
{
	Row *job = row_new(call->rows, TABLE_job);
	int64 id;

	row_set(job, Col_job_organization_id, row_get(proposal, Col_proposal_organization_id));
	row_set(job, Col_job_merchant_id, row_get(proposal, Col_proposal_merchant_id));
	row_set(job, Col_job_store_id, row_get(proposal, Col_proposal_store_id));
	row_set(job, Col_job_proposal_id, row_get(proposal, Col_proposal_id));
	row_set(job, Col_job_service_id, row_get(proposal, Col_proposal_service_id));
	row_set(job, Col_job_title, row_get(proposal, Col_proposal_title));
	row_set(job, Col_job_description, row_get(proposal, Col_proposal_work));
	row_set(job, Col_job_budget, row_get(proposal, Col_proposal_price));
	row_set(job, Col_job_currency, row_get(proposal, Col_proposal_currency));
	job_fill_new(job, ORIGIN_PROPOSAL, row_int64(proposal, Col_proposal_conversation_id), GetCurrentTimestamp());
	id = job_insert(call, job);
	row_require_written(id != 0, job, ROW_INSERT);
	consequence_of_creation(call, job_of_row(job));
	return id;
}

/*
 * What follows from a decision; the id of the job that comes of it, or 0.
 */
static int64
tell_decided(Call *call, const Row *proposal, ProposalStatus status)
{
	int64 store_id = row_int64(proposal, Col_proposal_store_id);
	Email email;

	write_proposal_event(call, proposal, status, store_id ? json_of_id("store_id", store_id) : NULL);
	if (status == PROPOSAL_WITHDRAWN)
		return 0;
	if (status == PROPOSAL_ACCEPTED && store_id != 0)
		return create_job(call, proposal);
	email = proposal_email(proposal,
						   status == PROPOSAL_ACCEPTED ? EMAIL_PROPOSAL_ACCEPTED : EMAIL_PROPOSAL_DECLINED);
	email_queue(call, &email);
	return 0;
}

/*
 * The proposal that an earlier call with the same key sent, or 0.
 */
static int64
find_repeated_proposal(Call *call, const Row *row, const pg_uuid_t *client_key)
{
	static const int compared[] = {
		Col_proposal_conversation_id, Col_proposal_service_id, Col_proposal_title,
		Col_proposal_work, Col_proposal_price, Col_proposal_currency};
	Row *earlier = client_key_find(call, TABLE_proposal, actor_tenant(&call->actor), client_key);

	if (earlier == NULL)
		return 0;
	client_key_require_same(earlier, row, compared, lengthof(compared));
	return row_int64(earlier, Col_proposal_id);
}

/*
 * jobs.send_proposal(conversation_id, service_id, title, work, price, currency,
 * client_key, actor)
 */
SQL_FUNCTION(send_proposal)
{
	int64 conversation_id = arg_id(fcinfo, ARG(send_proposal, conversation_id));
	int64 service_id = arg_id(fcinfo, ARG(send_proposal, service_id));
	char *title = arg_text(fcinfo, ARG(send_proposal, title), LIMIT_NAME);
	char *work = arg_text(fcinfo, ARG(send_proposal, work), LIMIT_TEXT);
	Numeric price = arg_optional_price(fcinfo, ARG(send_proposal, price));
	char *currency = arg_currency(fcinfo, ARG_send_proposal_currency);
	pg_uuid_t *client_key = arg_optional_client_key(fcinfo, ARG_send_proposal_client_key);
	Call *call;
	Row *row;
	int64 id;

	check_not_null(price == NULL, "price");
	call = call_begin(fcinfo, ARG_send_proposal_actor);
	(void) conversation_get(call, conversation_id);
	row = row_new(call->rows, TABLE_proposal);
	row_set_int64(row, Col_proposal_conversation_id, conversation_id);
	row_set_int64(row, Col_proposal_service_id, service_id);
	row_set_text(row, Col_proposal_title, title);
	row_set_text(row, Col_proposal_work, work);
	row_set(row, Col_proposal_price, NumericGetDatum(price));
	row_set_text(row, Col_proposal_currency, currency);
	if (client_key)
		row_set(row, Col_proposal_client_key, UUIDPGetDatum(client_key));

	id = find_repeated_proposal(call, row, client_key);
	if (id == 0)
	{
		fill_new(call, row, require_sender(call, row));
		id = ids_assign(row, SLOT_OF(row_int64(row, Col_proposal_organization_id)));
		if (row_insert(row))
			tell_sent(call, row);
		else
			id = 0;
	}
	call_end(call);
	if (id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(id);
}

/*
 * Did whoever acts decide it so before, for the same store?
 */
static bool
is_decided_so(const Call *call, const Row *proposal, ProposalStatus to, int64 store_id)
{
	return status_of(proposal) == to && repeated_by_actor(call, proposal, Col_proposal_decided_by) &&
		   row_int64(proposal, Col_proposal_store_id) == store_id;
}

/*
 * The job that came of a proposal, or 0.
 */
static int64
find_job_of_proposal(Call *call, int64 proposal_id)
{
	ScanKeyData keys[1];
	Row *job;

	row_key_int64(&keys[0], 1, proposal_id);
	job = row_find(call->rows, TABLE_job, INDEX_job_proposal, 1, keys, ForwardScanDirection);
	return job ? row_int64(job, Col_job_id) : 0;
}

static int64
decide_first(Call *call, const Row *proposal, ProposalStatus to, int64 store_id)
{
	Row *changed;

	require_decidable(call, proposal, to);
	store_require_kept(call, store_id);
	changed = row_copy(proposal);
	row_set_int64(changed, Col_proposal_store_id, store_id);
	apply_decision(call, changed, to);
	row_must_update(proposal, changed);
	return tell_decided(call, changed, to);
}

List *
proposal_find_open(Call *call, int64 conversation_id)
{
	List *open = NIL;
	ScanKeyData keys[1];
	RowScan *scan;
	Row *proposal;

	rows_renew(call->rows);
	row_key_int64(&keys[0], 1, conversation_id);
	scan = row_scan_begin_latest(call->rows, TABLE_proposal, INDEX_proposal_conversation, 1, keys,
								 ForwardScanDirection);
	while ((proposal = row_scan_next(scan)) != NULL)
	{
		if (status_of(proposal) == PROPOSAL_SENT)
			open = lappend(open, proposal);
	}
	row_scan_end(scan);
	return open;
}

/*
 * One that was sent after the first look is locked after its conversation: who accepts it at this very
 * moment holds it and waits for the conversation, and one of the two gets 40P01.
 */
void
proposal_end_open(Call *call, int64 conversation_id)
{
	ProposalStatus to = call_side(call) == SIDE_EXPERT ? PROPOSAL_WITHDRAWN : PROPOSAL_DECLINED;
	ListCell *cell;

	foreach (cell, proposal_find_open(call, conversation_id))
	{
		Row *proposal = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		proposal = row_lock_out_of_order(proposal, LockTupleNoKeyExclusive);
		if (proposal && is_decidable(status_of(proposal), to))
			(void) decide_first(call, proposal, to, 0);
	}
}

/*
 * Decides a proposal; the id of the job that comes of it, or 0. Repeated, it gives the same, and
 * decides nothing.
 */
static int64
decide_proposal(FunctionCallInfo fcinfo, ProposalStatus to, int proposal_argno, int actor_argno, int64 store_id)
{
	int64 proposal_id = arg_id(fcinfo, proposal_argno, "proposal_id");
	Call *call = call_begin(fcinfo, actor_argno);
	Row *proposal = proposal_lock(call, proposal_id);
	int64 job_id;

	store_require(call, store_id, row_int64(proposal, Col_proposal_merchant_id));
	require_decider(call, proposal, to);
	job_id = is_decided_so(call, proposal, to, store_id) ? find_job_of_proposal(call, proposal_id) :
														   decide_first(call, proposal, to, store_id);
	call_end(call);
	return job_id;
}

SQL_FUNCTION(accept_proposal)
{
	int64 store_id = arg_optional_id(fcinfo, ARG(accept_proposal, store_id));
	int64 job_id = decide_proposal(fcinfo, PROPOSAL_ACCEPTED, ARG_accept_proposal_proposal_id,
								   ARG_accept_proposal_actor, store_id);

	if (job_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(job_id);
}

SQL_FUNCTION(decline_proposal)
{
	(void) decide_proposal(fcinfo, PROPOSAL_DECLINED, ARG_decline_proposal_proposal_id, ARG_decline_proposal_actor, 0);
	PG_RETURN_VOID();
}

SQL_FUNCTION(withdraw_proposal)
{
	(void) decide_proposal(fcinfo, PROPOSAL_WITHDRAWN, ARG_withdraw_proposal_proposal_id,
						   ARG_withdraw_proposal_actor, 0);
	PG_RETURN_VOID();
}

static void
fill_inserted_proposal(Dml *dml)
{
	static const int sent[] = {Col_proposal_conversation_id, Col_proposal_service_id, Col_proposal_title,
							   Col_proposal_work, Col_proposal_price, Col_proposal_currency,
							   Col_proposal_client_key};
	static const int later[] = {Col_proposal_organization_id, Col_proposal_merchant_id};
	Row *row = dml->new;
	Row *conversation;

	check_values(row);
	dml_require_actor(dml);
	dml_fill_all_but(dml, sent, lengthof(sent));
	row_set_text(row, Col_proposal_status, statuses[PROPOSAL_SENT].name);
	row_set(row, Col_proposal_sent_by, actor_datum(&dml->call->actor));
	dml_judge_given(dml, later, lengthof(later));
	conversation = require_sender(dml->call, row);
	if (client_key_let_through(dml, sent, lengthof(sent)))
		return;
	fill_new(dml->call, row, conversation);
	ids_assign_dml(dml->call, row, SLOT_OF(row_int64(row, Col_proposal_organization_id)), ID_OF_TENANT);
}

static void
fill_updated_proposal(Dml *dml)
{
	static const int allowed[] = {Col_proposal_status, Col_proposal_store_id};
	Row *row = dml->new;
	bool decides = dml_changes(dml, Col_proposal_status);
	ProposalStatus status = status_of(row);
	bool accepts = decides && status == PROPOSAL_ACCEPTED;

	if (accepts && !row_isnull(row, Col_proposal_store_id))
		arg_refuse_zero(row_int64(row, Col_proposal_store_id), "store_id");
	dml_require_actor(dml);
	call_require_seen(dml->call, dml->old, Col_proposal_organization_id, Col_proposal_merchant_id,
					  "proposal", row_int64(dml->old, Col_proposal_id));
	dml_allow_changes(dml, allowed, accepts ? 2 : 1);
	if (decides)
	{
		store_require(dml->call, row_int64(row, Col_proposal_store_id),
					  row_int64(row, Col_proposal_merchant_id));
		require_decidable(dml->call, dml->old, status);
		store_require_kept(dml->call, row_int64(row, Col_proposal_store_id));
		apply_decision(dml->call, row, status);
	}
}

PG_FUNCTION_INFO_V1(jobs_proposal_fill);
Datum
jobs_proposal_fill(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_proposal, TRIGGER_TYPE_BEFORE,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	if (DML_IS_INSERT(dml))
		fill_inserted_proposal(dml);
	else
		fill_updated_proposal(dml);
	return dml_end(dml);
}

PG_FUNCTION_INFO_V1(jobs_proposal_record);
Datum
jobs_proposal_record(PG_FUNCTION_ARGS)
{
	Dml *dml = dml_begin(fcinfo, TABLE_proposal, TRIGGER_TYPE_AFTER,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	dml_require_actor(dml);
	if (DML_IS_INSERT(dml))
	{
		client_key_require_refused(dml);
		tell_sent(dml->call, dml->new);
	}
	else if (dml_changes(dml, Col_proposal_status))
	{
		require_decidable(dml->call, dml->old, status_of(dml->new));
		(void) tell_decided(dml->call, dml->new, status_of(dml->new));
	}
	return dml_end(dml);
}
