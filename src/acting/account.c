/*
 * account.c
 *
 * Reads how accounts stand. Columns that older tables lack are NULL: nobody is closed or suspended there.
 */
#include "postgres.h"

#include "acting/account.h"
#include "pg/refusal.h"

static const AccountColumns accounts[] = {
	{TABLE_preferences, "organization", Col_preferences_organization_id, Col_preferences_closed_at,
	 Col_preferences_suspended_at, Col_preferences_suspension_reason},
	{TABLE_merchant, "merchant", Col_merchant_id, Col_merchant_closed_at, Col_merchant_suspended_at,
	 Col_merchant_suspension_reason},
	{TABLE_member, "member", Col_member_id, -1, Col_member_suspended_at, Col_member_suspension_reason},
};

const AccountColumns *
account_columns(TableId table)
{
	for (int i = 0; i < lengthof(accounts); i++)
	{
		if (accounts[i].table == table)
			return &accounts[i];
	}
	return NULL;
}

const AccountColumns *
account_columns_of_kind(const char *kind)
{
	for (int i = 0; i < lengthof(accounts); i++)
	{
		if (strcmp(accounts[i].kind, kind) == 0)
			return &accounts[i];
	}
	return NULL;
}

bool
account_is_closed(const Row *account)
{
	int column = account_columns(account->table->id)->closed_at;

	return column >= 0 && !row_isnull(account, column);
}

bool
account_is_suspended(const Row *account)
{
	return !row_isnull(account, account_columns(account->table->id)->suspended_at);
}

bool
account_is_active(const Row *account)
{
	return !account_is_closed(account) && !account_is_suspended(account);
}

void
account_require_unclosed(const Row *account)
{
	const AccountColumns *columns = account_columns(account->table->id);

	if (account_is_closed(account))
		ereport(ERROR,
				(refused_by(REFUSAL_ACCOUNT_CLOSED),
				 errmsg("the account of %s %lld is closed", columns->kind, (long long) row_int64(account, columns->id)),
				 errdetail("Nothing is written by it or to it any more."),
				 errhint("The marketplace's operator can open it again.")));
}

void
account_require_unsuspended(const Row *account)
{
	const AccountColumns *columns = account_columns(account->table->id);

	if (account_is_suspended(account))
		ereport(ERROR,
				(refused_by(REFUSAL_SUSPENDED),
				 errmsg("%s %lld is suspended", columns->kind, (long long) row_int64(account, columns->id)),
				 errdetail("It reads what it has, and does nothing else."),
				 errhint("Ask the marketplace's operator.")));
}
