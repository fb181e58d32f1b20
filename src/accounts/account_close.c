/*
 * account_close.c
 *
 * Closing accounts, by their own side or an operator, and opening them again, which is the operator's. Who
 * closes an account declines its live jobs and decides its open proposals. Opening it again doesn't bring
 * these back.
 *
 * Locks: of an organization its row FOR UPDATE, for which new conversations wait, and its preferences; of a
 * merchant its row FOR NO KEY UPDATE, for which its requests wait. Then what lives in the conversations:
 * ending.h.
 */
#include "postgres.h"

#include "accounts/account_change.h"
#include "accounts/account_close.h"
#include "acting/account.h"
#include "acting/entry.h"
#include "acting/former.h"
#include "jobs/ending.h"
#include "parties/directory.h"
#include "pg/argument.h"

/* The reason of what is declined. */
#define REASON_CLOSED "account_closed"

/*
 * All conversations of one side, as they are by now.
 */
static void
find_conversations(Call *call, IndexId index, int64 id, IdList *conversations)
{
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *row;

	id_list_begin(conversations);
	rows_renew(call->rows);
	row_key_int64(&keys[0], 1, id);
	scan = row_scan_begin_latest(call->rows, TABLE_conversation, index, 1, keys, ForwardScanDirection);
	while ((row = row_scan_pass(scan)) != NULL)
		id_list_add(conversations, row_int64(row, Col_conversation_id));
	row_scan_end(scan);
	id_list_sort(conversations);
}

/*
 * The system ends it for the side whose account it is.
 */
static void
end_conversations(Call *call, IndexId index, int64 id, Side side)
{
	IdList conversations;

	find_conversations(call, index, id, &conversations);
	call->behalf = side;
	ending_lock(call, &conversations);
	ending_of_conversations(call, &conversations, REASON_CLOSED);
	call->behalf = SIDE_NOBODY;
}

/*
 * The account's row, which is locked, says from now on that it is closed, or open. False: it said so before.
 */
static bool
set_closed(Call *call, const Row *account, bool is_closed, EventKind event)
{
	int column = account_columns(account->table->id)->closed_at;
	Row *changed;

	if (account_is_closed(account) == is_closed)
		return false;
	changed = row_copy(account);
	if (is_closed)
		row_set_time(changed, column, GetCurrentTimestamp());
	else
		row_set_null(changed, column);
	row_must_update(account, changed);
	account_write_event(call, account, event, NULL);
	return true;
}

static Row *
lock_preferences(Call *call, int64 organization_id, LockTupleMode mode)
{
	Row *preferences;

	(void) organization_lock(call, organization_id, mode);
	preferences = row_lock(call->rows, TABLE_preferences, organization_id, LockTupleNoKeyExclusive, LockWaitBlock);
	if (preferences == NULL)
		actor_complain_missing("organization", organization_id);
	return preferences;
}

static Row *
lock_merchant(Call *call, int64 merchant_id)
{
	Row *merchant = row_lock_found(merchant_get(call, merchant_id), LockTupleNoKeyExclusive, LockWaitBlock);

	if (merchant == NULL)
		actor_complain_missing("merchant", merchant_id);
	return merchant;
}

void
account_close_merchant(Call *call, const Row *merchant)
{
	int64 id = row_int64(merchant, Col_merchant_id);

	row_require_column(merchant, Col_merchant_closed_at);
	if (set_closed(call, merchant, true, EVENT_MERCHANT_CLOSE))
		end_conversations(call, INDEX_conversation_merchant, id, SIDE_MERCHANT);
}

/*
 * jobs.close_organization(organization_id, actor)
 */
SQL_FUNCTION(close_organization)
{
	int64 organization_id = arg_id(fcinfo, ARG(close_organization, organization_id));
	Call *call = call_begin_closing(fcinfo, ARG_close_organization_actor);
	Row *preferences = lock_preferences(call, organization_id, LockTupleExclusive);

	row_require_column(preferences, Col_preferences_closed_at);
	if (set_closed(call, preferences, true, EVENT_ORGANIZATION_CLOSE))
		end_conversations(call, INDEX_conversation_parties, organization_id, SIDE_EXPERT);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.close_merchant(merchant_id, actor)
 */
SQL_FUNCTION(close_merchant)
{
	int64 merchant_id = arg_id(fcinfo, ARG(close_merchant, merchant_id));
	Call *call = call_begin_closing(fcinfo, ARG_close_merchant_actor);

	account_close_merchant(call, lock_merchant(call, merchant_id));
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.reopen_organization(organization_id, actor)
 */
SQL_FUNCTION(reopen_organization)
{
	int64 organization_id = arg_id(fcinfo, ARG(reopen_organization, organization_id));
	Call *call = call_begin_operator(fcinfo, ARG_reopen_organization_actor);
	Row *preferences = lock_preferences(call, organization_id, LockTupleNoKeyExclusive);

	directory_require_system(call, "reopen an organization");
	(void) set_closed(call, preferences, false, EVENT_ORGANIZATION_REOPEN);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.reopen_merchant(merchant_id, actor)
 */
SQL_FUNCTION(reopen_merchant)
{
	int64 merchant_id = arg_id(fcinfo, ARG(reopen_merchant, merchant_id));
	Call *call = call_begin_operator(fcinfo, ARG_reopen_merchant_actor);
	Row *merchant = lock_merchant(call, merchant_id);

	directory_require_system(call, "reopen a merchant");
	former_refuse(merchant);
	(void) set_closed(call, merchant, false, EVENT_MERCHANT_REOPEN);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.remove_store(store_id, actor)
 *
 * The merchant is locked first: its requests name stores.
 */
SQL_FUNCTION(remove_store)
{
	int64 store_id = arg_id(fcinfo, ARG(remove_store, store_id));
	Call *call = call_begin(fcinfo, ARG_remove_store_actor);
	Row *store = store_get(call, store_id);
	Row *changed;

	row_require_column(store, Col_store_removed_at);
	(void) lock_merchant(call, row_int64(store, Col_store_merchant_id));
	store = row_lock_found(store, LockTupleNoKeyExclusive, LockWaitBlock);
	if (store == NULL)
		actor_complain_missing("store", store_id);
	actor_require_use(call->rows, &call->actor, ACTOR_WRITES);
	if (row_isnull(store, Col_store_removed_at))
	{
		changed = row_copy(store);
		row_set_time(changed, Col_store_removed_at, GetCurrentTimestamp());
		row_must_update(store, changed);
		account_write_event(call, store, EVENT_STORE_REMOVE, account_details(store));
	}
	call_end(call);
	PG_RETURN_VOID();
}
