/*
 * account_suspend.c
 *
 * Suspending accounts and reinstating them, which is the operator's. Who is suspended reads, and does nothing
 * else; nobody finds it or asks it for work. Nothing ends by that: live jobs run out as usual.
 *
 * Locks: of an organization its row FOR NO KEY UPDATE, then its preferences; of others their row.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "accounts/account_change.h"
#include "acting/account.h"
#include "acting/entry.h"
#include "parties/directory.h"
#include "pg/argument.h"
#include "pg/text.h"

/*
 * The account that a text such as member:7 or organization:5 names.
 */
static const AccountColumns *
parse_account(const char *text, int64 *id)
{
	const char *colon = strchr(text, ':');
	const AccountColumns *columns = colon ? account_columns_of_kind(pnstrdup(text, colon - text)) : NULL;

	if (columns == NULL || !actor_parse_id(colon + 1, id))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not an account", text_excerpt(text, 100)),
				 errdetail("An account is member:ID, merchant:ID or organization:ID."),
				 errhint("Pass 'organization:5', for instance.")));
	return columns;
}

static Row *
lock_account(Call *call, const AccountColumns *columns, int64 id)
{
	Row *account;

	if (columns->table == TABLE_preferences)
		(void) organization_lock(call, id, LockTupleNoKeyExclusive);
	else if (columns->table == TABLE_member)
		(void) member_get(call, id);
	else
		(void) merchant_get(call, id);
	account = row_lock(call->rows, columns->table, id, LockTupleNoKeyExclusive, LockWaitBlock);
	if (account == NULL)
		actor_complain_missing(columns->kind, id);
	return account;
}

/*
 * reason: NULL reinstates the account. Repeated, it does nothing.
 */
static void
set_suspended(Call *call, const AccountColumns *columns, int64 id, const char *reason)
{
	Row *account = lock_account(call, columns, id);
	Row *changed;

	directory_require_system(call, reason ? "suspend anybody" : "reinstate anybody");
	row_require_column(account, columns->suspended_at);
	changed = row_copy(account);
	row_set_text(changed, columns->suspension_reason, reason);
	if (reason == NULL)
		row_set_null(changed, columns->suspended_at);
	else if (!account_is_suspended(account))
		row_set_time(changed, columns->suspended_at, GetCurrentTimestamp());
	if (!row_differs(account, changed, account->table->att[columns->suspended_at]) &&
		!row_differs(account, changed, account->table->att[columns->suspension_reason]))
		return;
	row_must_update(account, changed);
	account_write_event(call, account, reason ? EVENT_SUSPEND : EVENT_REINSTATE, account_details(account));
}

/*
 * jobs.suspend(actor_or_organization, reason, actor)
 */
SQL_FUNCTION(suspend)
{
	char *text = arg_text(fcinfo, ARG(suspend, actor_or_organization), LIMIT_NAME);
	char *reason = arg_text(fcinfo, ARG(suspend, reason), LIMIT_TEXT);
	int64 id;
	const AccountColumns *columns = parse_account(text, &id);
	Call *call = call_begin_operator(fcinfo, ARG_suspend_actor);

	set_suspended(call, columns, id, reason);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.reinstate(actor_or_organization, actor)
 */
SQL_FUNCTION(reinstate)
{
	char *text = arg_text(fcinfo, ARG(reinstate, actor_or_organization), LIMIT_NAME);
	int64 id;
	const AccountColumns *columns = parse_account(text, &id);
	Call *call = call_begin_operator(fcinfo, ARG_reinstate_actor);

	set_suspended(call, columns, id, NULL);
	call_end(call);
	PG_RETURN_VOID();
}
