/*
 * account_edit.c
 *
 * The functions by which people change their own data, and operators everybody's. NULL leaves a value as
 * it is; '' clears what may be missing. Plain UPDATEs are judged by parties/directory_dml.c.
 *
 * Locks: of an organization its row FOR NO KEY UPDATE, then its preferences; of others the row that
 * changes.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "accounts/account_change.h"
#include "acting/entry.h"
#include "acting/former.h"
#include "parties/directory.h"
#include "parties/search.h"
#include "pg/argument.h"
#include "pg/refusal.h"

static Row *
lock_own(Row *row, const char *what, int64 id)
{
	row = row_lock_found(row, LockTupleNoKeyExclusive, LockWaitBlock);
	if (row == NULL)
		actor_complain_missing(what, id);
	former_refuse(row);
	return row;
}

/*
 * NULL: unchanged; "": none.
 */
static void
set_given(Row *row, int column, const char *value)
{
	if (value)
		row_set_text(row, column, *value ? value : NULL);
}

static void
set_given_bool(Row *row, int column, FunctionCallInfo fcinfo, int argno)
{
	if (!PG_ARGISNULL(argno))
		row_set(row, column, BoolGetDatum(PG_GETARG_BOOL(argno)));
}

/*
 * Whoever acts may have been stopped while the row was waited for. What changes nothing writes nothing.
 */
static void
write_change(Call *call, const Row *old, Row *changed)
{
	actor_require_use(call->rows, &call->actor, ACTOR_WRITES);
	for (int column = 0; column < table_column_count(old->table->id); column++)
	{
		if (!row_differs(old, changed, old->table->att[column]))
			continue;
		row_must_update(old, changed);
		account_changed(call, old, changed);
		return;
	}
}

/*
 * jobs.update_organization(organization_id, name, description, language, actor)
 */
SQL_FUNCTION(update_organization)
{
	int64 organization_id = arg_id(fcinfo, ARG(update_organization, organization_id));
	char *name = arg_optional_text(fcinfo, ARG(update_organization, name), LIMIT_NAME);
	char *description = arg_clearable_text(fcinfo, ARG(update_organization, description), LIMIT_TEXT);
	char *language = arg_optional_language(fcinfo, ARG_update_organization_language);
	Call *call = call_begin(fcinfo, ARG_update_organization_actor);
	Row *old = organization_lock(call, organization_id, LockTupleNoKeyExclusive);
	Row *row = row_copy(old);

	set_given(row, Col_organization_name, name);
	set_given(row, Col_organization_description, description);
	set_given(row, Col_organization_language, language);
	search_fill(row);
	write_change(call, old, row);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.set_preferences(organization_id, is_available, is_listed, accepts_dropshipping,
 * notification_email, actor)
 */
SQL_FUNCTION(set_preferences)
{
	int64 organization_id = arg_id(fcinfo, ARG(set_preferences, organization_id));
	char *address = arg_optional_email(fcinfo, ARG(set_preferences, notification_email));
	Call *call = call_begin(fcinfo, ARG_set_preferences_actor);
	Row *old;
	Row *row;

	(void) organization_lock(call, organization_id, LockTupleNoKeyExclusive);
	old = row_lock(call->rows, TABLE_preferences, organization_id, LockTupleNoKeyExclusive, LockWaitBlock);
	if (old == NULL)
		actor_complain_missing("organization", organization_id);
	row = row_copy(old);
	set_given_bool(row, Col_preferences_is_available, fcinfo, ARG_set_preferences_is_available);
	set_given_bool(row, Col_preferences_is_listed, fcinfo, ARG_set_preferences_is_listed);
	set_given_bool(row, Col_preferences_accepts_dropshipping, fcinfo, ARG_set_preferences_accepts_dropshipping);
	set_given(row, Col_preferences_notification_email, address);
	write_change(call, old, row);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.update_member(member_id, name, email, language, actor)
 */
SQL_FUNCTION(update_member)
{
	int64 member_id = arg_id(fcinfo, ARG(update_member, member_id));
	char *name = arg_optional_text(fcinfo, ARG(update_member, name), LIMIT_NAME);
	char *address = arg_optional_email(fcinfo, ARG(update_member, email));
	char *language = arg_optional_language(fcinfo, ARG_update_member_language);
	Call *call = call_begin(fcinfo, ARG_update_member_actor);
	Row *old = lock_own(member_get(call, member_id), "member", member_id);
	Row *row = row_copy(old);

	set_given(row, Col_member_name, name);
	set_given(row, Col_member_email, address);
	set_given(row, Col_member_language, language);
	write_change(call, old, row);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.set_email_scope(member_id, email_scope, actor)
 *
 * A member's own choice, which colleagues leave alone.
 */
SQL_FUNCTION(set_email_scope)
{
	int64 member_id = arg_id(fcinfo, ARG(set_email_scope, member_id));
	char *scope;
	Call *call;
	Row *old;
	Row *row;

	check_not_null(PG_ARGISNULL(ARG_set_email_scope_email_scope), "email_scope");
	scope = text_to_cstring(PG_GETARG_TEXT_PP(ARG_set_email_scope_email_scope));
	check_email_scope(scope);
	call = call_begin(fcinfo, ARG_set_email_scope_actor);
	old = member_get(call, member_id);
	member_require_self(call, member_id);
	old = lock_own(old, "member", member_id);
	row = row_copy(old);
	row_set_text(row, Col_member_email_scope, scope);
	write_change(call, old, row);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.update_merchant(merchant_id, name, email, language, is_dropshipper, actor)
 */
SQL_FUNCTION(update_merchant)
{
	int64 merchant_id = arg_id(fcinfo, ARG(update_merchant, merchant_id));
	char *name = arg_optional_text(fcinfo, ARG(update_merchant, name), LIMIT_NAME);
	char *address = arg_optional_email(fcinfo, ARG(update_merchant, email));
	char *language = arg_optional_language(fcinfo, ARG_update_merchant_language);
	Call *call = call_begin(fcinfo, ARG_update_merchant_actor);
	Row *old = lock_own(merchant_get(call, merchant_id), "merchant", merchant_id);
	Row *row = row_copy(old);

	set_given(row, Col_merchant_name, name);
	set_given(row, Col_merchant_email, address);
	set_given(row, Col_merchant_language, language);
	set_given_bool(row, Col_merchant_is_dropshipper, fcinfo, ARG_update_merchant_is_dropshipper);
	write_change(call, old, row);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.update_store(store_id, name, url, actor)
 */
SQL_FUNCTION(update_store)
{
	int64 store_id = arg_id(fcinfo, ARG(update_store, store_id));
	char *name = arg_optional_text(fcinfo, ARG(update_store, name), LIMIT_NAME);
	char *url = arg_clearable_text(fcinfo, ARG(update_store, url), LIMIT_URL);
	Call *call = call_begin(fcinfo, ARG_update_store_actor);
	Row *old = lock_own(store_get(call, store_id), "store", store_id);
	Row *row = row_copy(old);

	set_given(row, Col_store_name, name);
	set_given(row, Col_store_url, url);
	write_change(call, old, row);
	call_end(call);
	PG_RETURN_VOID();
}
