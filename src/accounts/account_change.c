/*
 * account_change.c
 *
 * What follows from a change of somebody's own data.
 *
 * Locks: those of member_ending.c where a member leaves; pending e-mails, in the order of their ids.
 */
#include "postgres.h"

#include "accounts/account_change.h"
#include "accounts/member_ending.h"
#include "mail/redirect.h"
#include "pg/json.h"

/* What people change of their own data, and (is_address) where e-mail follows. */
static const struct
{
	TableId table;
	int column;
	bool is_address;
} columns[] = {
	{TABLE_organization, Col_organization_name, false},
	{TABLE_organization, Col_organization_description, false},
	{TABLE_organization, Col_organization_language, false},
	{TABLE_preferences, Col_preferences_is_available, false},
	{TABLE_preferences, Col_preferences_is_listed, false},
	{TABLE_preferences, Col_preferences_accepts_dropshipping, false},
	{TABLE_preferences, Col_preferences_notification_email, true},
	{TABLE_member, Col_member_name, false},
	{TABLE_member, Col_member_email, true},
	{TABLE_member, Col_member_language, false},
	{TABLE_member, Col_member_email_scope, false},
	{TABLE_merchant, Col_merchant_name, false},
	{TABLE_merchant, Col_merchant_email, true},
	{TABLE_merchant, Col_merchant_language, false},
	{TABLE_merchant, Col_merchant_is_dropshipper, false},
	{TABLE_store, Col_store_name, false},
	{TABLE_store, Col_store_url, false},
};

/* Whose event it is when such a row changes; -1: there is no such column. */
static const struct
{
	TableId table;
	int organization_id;
	int merchant_id;
	int id; /* of what is part of an account */
	const char *id_name;
	EventKind event;
} tables[] = {
	{TABLE_organization, Col_organization_id, -1, -1, NULL, EVENT_ORGANIZATION_UPDATE},
	{TABLE_preferences, Col_preferences_organization_id, -1, -1, NULL, EVENT_PREFERENCES_UPDATE},
	{TABLE_member, Col_member_organization_id, -1, Col_member_id, "member_id", EVENT_MEMBER_UPDATE},
	{TABLE_merchant, -1, Col_merchant_id, -1, NULL, EVENT_MERCHANT_UPDATE},
	{TABLE_store, -1, Col_store_merchant_id, Col_store_id, "store_id", EVENT_STORE_UPDATE},
};

bool
account_has_rows_in(TableId id)
{
	for (int i = 0; i < lengthof(tables); i++)
	{
		if (tables[i].table == id)
			return true;
	}
	return false;
}

static int
find_table(TableId id)
{
	int i = 0;

	Assert(account_has_rows_in(id));
	while (tables[i].table != id)
		i++;
	return i;
}

static int64
id_of(const Row *row, int column)
{
	return column >= 0 ? row_int64(row, column) : 0;
}

void
account_write_event(Call *call, const Row *row, EventKind kind, Jsonb *details)
{
	int i = find_table(row->table->id);
	Event event = {
		.organization_id = id_of(row, tables[i].organization_id),
		.merchant_id = id_of(row, tables[i].merchant_id),
		.action = event_names[kind],
		.occurred_at = GetCurrentTimestamp(),
		.details = details,
	};

	if (event_of_one_side_fits(call))
		event_write(call, &event);
}

Jsonb *
account_details(const Row *row)
{
	int i = find_table(row->table->id);

	return tables[i].id >= 0 ? json_of_id(tables[i].id_name, row_int64(row, tables[i].id)) : NULL;
}

/*
 * The new address is no news of the person alone: unsent e-mail goes there.
 */
static void
redirect(Call *call, const Row *old, const Row *changed, int column)
{
	TableId table = changed->table->id;
	Addressee addressee = {0};

	if (table == TABLE_preferences)
		addressee.organization_id = row_int64(changed, Col_preferences_organization_id);
	else if (table == TABLE_member)
		addressee.member_id = row_int64(changed, Col_member_id);
	else
		addressee.merchant_id = row_int64(changed, Col_merchant_id);
	redirect_emails(call, &addressee, row_text(old, column), row_text(changed, column));
}

static void
follow_member(Call *call, const Row *old, const Row *member)
{
	bool is_active = row_bool(member, Col_member_is_active);

	if (row_bool(old, Col_member_is_active) == is_active)
		return;
	account_write_event(call, member, is_active ? EVENT_MEMBER_ACTIVATE : EVENT_MEMBER_DEACTIVATE,
						account_details(member));
	if (!is_active)
		member_end_assignments(call, member);
}

void
account_changed(Call *call, const Row *old, const Row *changed)
{
	TableId table = changed->table->id;
	int about = find_table(table);
	List *names = NIL;

	for (int i = 0; i < lengthof(columns); i++)
	{
		if (columns[i].table != table || !row_differs(old, changed, changed->table->att[columns[i].column]))
			continue;
		names = lappend(names, unconstify(char *, table_column(table, columns[i].column)));
		if (columns[i].is_address)
			redirect(call, old, changed, columns[i].column);
	}
	if (names != NIL)
		account_write_event(call, changed, tables[about].event,
							json_of_id_and_words(tables[about].id_name, id_of(changed, tables[about].id), "columns",
												 names));
	if (table == TABLE_member)
		follow_member(call, old, changed);
}
