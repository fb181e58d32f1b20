/*
 * conversation.c
 *
 * Opening conversations, and what stands between the two sides: preferences, blocks.
 *
 * A conversation is written after what it is opened for, the first job or message, so that nothing
 * is left where that isn't written after all. Its number is drawn before.
 *
 * Locks: the merchant's row FOR NO KEY UPDATE, which foreign keys don't wait for. A
 * merchant's own requests thus come one after another. Where a job is made, then the
 * conversation, in the same way: the job and a block of it don't miss each other.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "acting/account.h"
#include "acting/dml.h"
#include "acting/ids.h"
#include "feed/event.h"
#include "parties/conversation.h"
#include "parties/directory.h"
#include "pg/check.h"
#include "pg/refusal.h"

Row *
conversation_get(Call *call, int64 id)
{
	Row *conversation = row_fetch(call->rows, TABLE_conversation, id);

	call_require_seen(call, conversation, Col_conversation_organization_id, Col_conversation_merchant_id,
					  "conversation", id);
	return conversation;
}

Row *
conversation_lock(Call *call, int64 id)
{
	Row *conversation = conversation_get(call, id);

	if (row_lock_found(conversation, LockTupleNoKeyExclusive, LockWaitBlock) == NULL)
		actor_complain_missing("conversation", id);
	return conversation;
}

bool
conversation_is_blocked(const Row *conversation)
{
	return row_bool(conversation, Col_conversation_is_blocked);
}

/*
 * A side whose account is closed by now; NULL: neither's is. Closing leaves the conversation's row as it is, so that a
 * snapshot wouldn't tell. Whoever acts may have closed the own account while a lock was waited for.
 */
static Row *
find_closed_account(const Row *conversation)
{
	Rows *rows = conversation->rows;
	int64 merchant_id = row_int64(conversation, Col_conversation_merchant_id);
	Row *account = row_fetch_latest(rows, TABLE_preferences, row_int64(conversation, Col_conversation_organization_id));

	if (account == NULL || !account_is_closed(account))
		account = row_fetch_latest(rows, TABLE_merchant, merchant_id);
	return account && account_is_closed(account) ? account : NULL;
}

bool
conversation_is_open(const Row *conversation)
{
	return !conversation_is_blocked(conversation) && find_closed_account(conversation) == NULL;
}

void
conversation_require_open(const Row *conversation)
{
	Row *closed;

	if (conversation_is_blocked(conversation))
		ereport(ERROR,
				(refused_by(REFUSAL_CONVERSATION_BLOCKED),
				 errmsg("conversation %lld is blocked", (long long) row_int64(conversation, Col_conversation_id)),
				 errdetail("Nobody writes, offers or asks in a blocked conversation."),
				 errhint("Who blocked it, or the marketplace's operator, can open it again.")));
	closed = find_closed_account(conversation);
	if (closed)
		account_require_unclosed(closed);
}

bool
conversation_is_party(const Call *call)
{
	return call->actor.kind == ACTOR_MEMBER || call->actor.kind == ACTOR_MERCHANT;
}

void
conversation_require_party(const Call *call, int64 id)
{
	if (!conversation_is_party(call))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("the system does not write in conversation %lld", (long long) id),
				 errdetail("Messages are written by members and merchants."),
				 errhint("Pass actor => 'member:...' or actor => 'merchant:...'.")));
}

/*
 * Who blocked it before that was noted is the merchant: others could not.
 */
bool
conversation_is_unblocker(const Call *call, const Row *conversation)
{
	Actor blocker = {.kind = ACTOR_MERCHANT};

	if (call->actor.kind == ACTOR_SYSTEM)
		return true;
	if (!row_isnull(conversation, Col_conversation_blocked_by))
		(void) actor_parse(row_text(conversation, Col_conversation_blocked_by), &blocker);
	return call->actor.kind == blocker.kind;
}

void
conversation_require_unblocker(const Call *call, const Row *conversation)
{
	if (!conversation_is_unblocker(call, conversation))
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("the one who acts cannot unblock conversation %lld",
						(long long) row_int64(conversation, Col_conversation_id)),
				 errdetail("The other side, or an operator, blocked it."),
				 errhint("Who blocked it opens it again, or the marketplace's operator does.")));
}

static void
make_keys(ScanKeyData *keys, int64 organization_id, int64 merchant_id)
{
	row_key_int64(&keys[0], 1, organization_id);
	row_key_int64(&keys[1], 2, merchant_id);
}

Row *
conversation_find(Rows *rows, int64 organization_id, int64 merchant_id)
{
	ScanKeyData keys[2];

	make_keys(keys, organization_id, merchant_id);
	return row_find(rows, TABLE_conversation, INDEX_conversation_parties, 2, keys,
					ForwardScanDirection);
}

static void
fill_conversation(Row *row, int64 organization_id, int64 merchant_id)
{
	row_set_int64(row, Col_conversation_organization_id, organization_id);
	row_set_int64(row, Col_conversation_merchant_id, merchant_id);
	row_set(row, Col_conversation_is_blocked, BoolGetDatum(false));
	row_set_time(row, Col_conversation_created_at, GetCurrentTimestamp());
}

static void
write_conversation_event(Call *call, const Row *conversation, EventKind kind)
{
	Event event = {
		.organization_id = row_int64(conversation, Col_conversation_organization_id),
		.merchant_id = row_int64(conversation, Col_conversation_merchant_id),
		.conversation_id = row_int64(conversation, Col_conversation_id),
		.action = event_names[kind],
		.occurred_at = GetCurrentTimestamp(),
	};

	event_write(call, &event);
}

void
conversation_record_start(Call *call, const Row *conversation)
{
	write_conversation_event(call, conversation, EVENT_CONVERSATION_START);
}

void
conversation_record_block(Call *call, const Row *conversation)
{
	bool is_blocked = conversation_is_blocked(conversation);

	write_conversation_event(call, conversation, is_blocked ? EVENT_CONVERSATION_BLOCK : EVENT_CONVERSATION_UNBLOCK);
}

void
conversation_set_blocked(Row *conversation, const Actor *by)
{
	row_set(conversation, Col_conversation_is_blocked, BoolGetDatum(by != NULL));
	if (by)
		row_set(conversation, Col_conversation_blocked_by, actor_datum(by));
	else
		row_set_null(conversation, Col_conversation_blocked_by);
}

static Row *
find_latest(Rows *rows, int64 organization_id, int64 merchant_id)
{
	ScanKeyData keys[2];

	make_keys(keys, organization_id, merchant_id);
	return row_find_latest(rows, TABLE_conversation, INDEX_conversation_parties, 2, keys);
}

/* Numbers of conversations that are to be, until the transaction ends. */
typedef struct Numbered
{
	struct
	{
		int64 organization_id;
		int64 merchant_id;
	} parties;
	int64 id;
} Numbered;

static HTAB *numbered = NULL; /* lives in a context that ends with the transaction; NULL: none yet */

static void
forget_numbers(void *arg)
{
	numbered = NULL;
}

static HTAB *
known_numbers(void)
{
	if (numbered == NULL)
	{
		HASHCTL control = {.keysize = sizeof(((Numbered *) 0)->parties), .entrysize = sizeof(Numbered)};
		MemoryContextCallback *callback;

		control.hcxt = AllocSetContextCreate(TopTransactionContext, "jobs new conversations", ALLOCSET_SMALL_SIZES);
		numbered = hash_create("jobs new conversations", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		callback = MemoryContextAllocZero(control.hcxt, sizeof(MemoryContextCallback));
		callback->func = forget_numbers;
		MemoryContextRegisterResetCallback(control.hcxt, callback);
	}
	return numbered;
}

/*
 * The number under which the two will have their conversation. A statement may make several rows
 * of it before the first one is written; all get the same. One that is never used is nobody's loss.
 */
static int64
number_of_new(Call *call, int64 organization_id, int64 merchant_id)
{
	Numbered key = {{organization_id, merchant_id}, 0};
	Numbered *entry = hash_search(known_numbers(), &key.parties, HASH_FIND, NULL);

	if (entry == NULL)
	{
		int64 id = ids_assign(row_new(call->rows, TABLE_conversation), SLOT_OF(organization_id));

		entry = hash_search(known_numbers(), &key.parties, HASH_ENTER, NULL);
		entry->id = id;
	}
	return entry->id;
}

/*
 * The organization of a conversation that is to be may be closed at this very moment, and what it has is ended by
 * then: the new conversation must be seen by that, or see it. Who closes it holds its row, and waits for what lives in
 * its conversations, of which this one is none yet. The foreign key wants the same lock. Nothing else that is locked
 * behind an organization is waited for by who closes one.
 */
static ConversationState
hold_organization(Rows *rows, int64 organization_id, LockWaitPolicy wait)
{
	Row *organization = row_fetch(rows, TABLE_organization, organization_id);
	Row *preferences;

	if (organization == NULL)
		return CONVERSATION_BLOCKED;
	organization = wait == LockWaitBlock ? row_lock_out_of_order(organization, LockTupleKeyShare) :
										   row_lock_found(organization, LockTupleKeyShare, wait);
	if (organization == NULL)
		return wait == LockWaitBlock ? CONVERSATION_BLOCKED : CONVERSATION_HELD;
	preferences = row_fetch_latest(rows, TABLE_preferences, organization_id);
	return preferences && account_is_closed(preferences) ? CONVERSATION_BLOCKED : CONVERSATION_OPEN;
}

static void
require_organization_stays(Call *call, int64 organization_id)
{
	Row *preferences;

	if (hold_organization(call->rows, organization_id, LockWaitBlock) == CONVERSATION_OPEN)
		return;
	preferences = row_fetch_latest(call->rows, TABLE_preferences, organization_id);
	if (preferences)
		account_require_unclosed(preferences);
	actor_complain_missing("organization", organization_id);
}

void
conversation_write_if_new(Call *call, int64 id, int64 organization_id, int64 merchant_id)
{
	Row *row = find_latest(call->rows, organization_id, merchant_id);

	if (row && row_int64(row, Col_conversation_id) != id)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("a trigger opened the conversation of what is being written"),
				 errdetail("It has number %lld, and conversation %lld was about to be opened.",
						   (long long) row_int64(row, Col_conversation_id), (long long) id),
				 errhint("Let the trigger leave that to the action.")));
	if (row)
		return;
	row = row_new(call->rows, TABLE_conversation);
	row_set_int64(row, Col_conversation_id, id);
	fill_conversation(row, organization_id, merchant_id);
	require_organization_stays(call, organization_id);
	row_must_insert(row);
	conversation_record_start(call, row);
}

int64
conversation_open(Call *call, int64 organization_id, int64 merchant_id)
{
	Row *row = find_latest(call->rows, organization_id, merchant_id);

	if (row == NULL)
		return number_of_new(call, organization_id, merchant_id);
	conversation_require_open(row);
	return row_int64(row, Col_conversation_id);
}

int64
conversation_open_for_job(Call *call, int64 organization_id, int64 merchant_id)
{
	Row *row = find_latest(call->rows, organization_id, merchant_id);

	if (row == NULL)
		return number_of_new(call, organization_id, merchant_id);
	row = conversation_lock(call, row_int64(row, Col_conversation_id));
	conversation_require_open(row);
	return row_int64(row, Col_conversation_id);
}

/*
 * A request waits for several, in the order in which it asks. Whoever holds one of them and waits
 * for another is a transaction of several actions, or an operator's UPDATE of several conversations.
 */
ConversationState
conversation_try_open_for_job(Call *call, int64 organization_id, int64 merchant_id, LockWaitPolicy wait, int64 *id)
{
	Row *row = find_latest(call->rows, organization_id, merchant_id);

	*id = row ? row_int64(row, Col_conversation_id) : number_of_new(call, organization_id, merchant_id);
	if (row == NULL)
		return hold_organization(call->rows, organization_id, wait);
	row = wait == LockWaitBlock ? row_lock_out_of_order(row, LockTupleNoKeyExclusive) :
								  row_lock_found(row, LockTupleNoKeyExclusive, wait);
	/* one that was waited for is gone */
	if (row == NULL)
		return wait == LockWaitBlock ? CONVERSATION_BLOCKED : CONVERSATION_HELD;
	return conversation_is_open(row) ? CONVERSATION_OPEN : CONVERSATION_BLOCKED;
}

void
conversation_require_starter(const Call *call)
{
	if (call->actor.kind != ACTOR_MERCHANT)
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("only a merchant starts a conversation"),
				 errdetail("The one who acts is no merchant."),
				 errhint("Pass actor => 'merchant:...'.")));
}

PG_FUNCTION_INFO_V1(jobs_conversation_fill);
Datum
jobs_conversation_fill(PG_FUNCTION_ARGS)
{
	static const int sent[] = {Col_conversation_organization_id};
	Dml *dml = dml_begin(fcinfo, TABLE_conversation, TRIGGER_TYPE_BEFORE,
						 TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);
	Row *row = dml->new;
	Call *call = dml->call;

	if (DML_IS_UPDATE(dml))
	{
		static const int allowed[] = {Col_conversation_is_blocked};

		dml_require_actor(dml);
		call_require_seen(call, dml->old, Col_conversation_organization_id, Col_conversation_merchant_id,
						  "conversation", row_int64(dml->old, Col_conversation_id));
		dml_allow_changes(dml, allowed, lengthof(allowed));
		if (dml_changes(dml, Col_conversation_is_blocked))
		{
			if (conversation_is_blocked(dml->old))
				conversation_require_unblocker(call, dml->old);
			conversation_set_blocked(row, conversation_is_blocked(row) ? &call->actor : NULL);
		}
		return dml_end(dml);
	}
	check_not_null(row_isnull(row, Col_conversation_organization_id), "organization_id");
	dml_require_actor(dml);
	organization_require(call, row_int64(row, Col_conversation_organization_id));
	conversation_require_starter(call);
	dml_fill_all_but(dml, sent, lengthof(sent));
	fill_conversation(row, row_int64(row, Col_conversation_organization_id), call->actor.id);
	dml_judge_given(dml, NULL, 0);
	contact_require(call, row_int64(row, Col_conversation_organization_id),
					merchant_lock(call, call->actor.id));
	ids_assign_dml(call, row, SLOT_OF(row_int64(row, Col_conversation_organization_id)), ID_OF_TENANT);
	return dml_end(dml);
}
