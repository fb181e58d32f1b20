/*
 * directory_dml.c
 *
 * Plain INSERT and UPDATE on the tables of the directory: the same checks as in the functions, ids, and
 * what never changes. Rows are the operator's to insert; people UPDATE what is their own side's.
 *
 * Locks: who deactivates a member has its row by then, and takes the organization's after it: see
 * lock_order.h.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "acting/dml.h"
#include "acting/former.h"
#include "acting/ids.h"
#include "parties/directory.h"
#include "parties/search.h"
#include "pg/check.h"

typedef enum Kind
{
	KIND_NAME,
	KIND_LONG_TEXT,
	KIND_EMAIL,
	KIND_LANGUAGE,
	KIND_CURRENCY,
	KIND_PRICE,
	KIND_SCOPE,
	KIND_URL,
	KIND_CLIENT_KEY
} Kind;

/* What people and programs write into the directory. */
static const struct
{
	TableId table;
	int column;
	Kind kind;
	bool is_required;
} written[] = {
	{TABLE_organization, Col_organization_name, KIND_NAME, true},
	{TABLE_organization, Col_organization_description, KIND_LONG_TEXT, false},
	{TABLE_organization, Col_organization_language, KIND_LANGUAGE, true},
	{TABLE_organization, Col_organization_client_key, KIND_CLIENT_KEY, false},
	{TABLE_preferences, Col_preferences_notification_email, KIND_EMAIL, true},
	{TABLE_member, Col_member_name, KIND_NAME, true},
	{TABLE_member, Col_member_email, KIND_EMAIL, true},
	{TABLE_member, Col_member_language, KIND_LANGUAGE, true},
	{TABLE_member, Col_member_email_scope, KIND_SCOPE, true},
	{TABLE_member, Col_member_client_key, KIND_CLIENT_KEY, false},
	{TABLE_service, Col_service_name, KIND_NAME, true},
	{TABLE_service, Col_service_client_key, KIND_CLIENT_KEY, false},
	{TABLE_provided_service, Col_provided_service_min_price, KIND_PRICE, false},
	{TABLE_provided_service, Col_provided_service_max_price, KIND_PRICE, false},
	{TABLE_provided_service, Col_provided_service_currency, KIND_CURRENCY, true},
	{TABLE_merchant, Col_merchant_name, KIND_NAME, true},
	{TABLE_merchant, Col_merchant_email, KIND_EMAIL, true},
	{TABLE_merchant, Col_merchant_language, KIND_LANGUAGE, true},
	{TABLE_merchant, Col_merchant_client_key, KIND_CLIENT_KEY, false},
	{TABLE_store, Col_store_name, KIND_NAME, true},
	{TABLE_store, Col_store_url, KIND_URL, false},
	{TABLE_store, Col_store_client_key, KIND_CLIENT_KEY, false},
};

/* What never changes once a row is there. */
static const struct
{
	TableId table;
	int column;
} fixed[] = {
	{TABLE_organization, Col_organization_id},
	{TABLE_organization, Col_organization_slot},
	{TABLE_organization, Col_organization_created_at},
	{TABLE_organization, Col_organization_client_key},
	{TABLE_preferences, Col_preferences_organization_id},
	{TABLE_member, Col_member_id},
	{TABLE_member, Col_member_organization_id},
	{TABLE_member, Col_member_created_at},
	{TABLE_member, Col_member_client_key},
	{TABLE_service, Col_service_id},
	{TABLE_service, Col_service_client_key},
	{TABLE_provided_service, Col_provided_service_organization_id},
	{TABLE_provided_service, Col_provided_service_service_id},
	{TABLE_merchant, Col_merchant_id},
	{TABLE_merchant, Col_merchant_created_at},
	{TABLE_merchant, Col_merchant_client_key},
	{TABLE_store, Col_store_id},
	{TABLE_store, Col_store_merchant_id},
	{TABLE_store, Col_store_created_at},
	{TABLE_store, Col_store_client_key},
};

/* What functions alone write: much follows from it. */
static const struct
{
	TableId table;
	int column;
} states[] = {
	{TABLE_preferences, Col_preferences_closed_at},
	{TABLE_preferences, Col_preferences_suspended_at},
	{TABLE_preferences, Col_preferences_suspension_reason},
	{TABLE_member, Col_member_suspended_at},
	{TABLE_member, Col_member_suspension_reason},
	{TABLE_member, Col_member_erased_at},
	{TABLE_merchant, Col_merchant_closed_at},
	{TABLE_merchant, Col_merchant_suspended_at},
	{TABLE_merchant, Col_merchant_suspension_reason},
	{TABLE_merchant, Col_merchant_erased_at},
	{TABLE_store, Col_store_removed_at},
};

/* Which tables have rows of people's own side, and whose a row is; -1: of no such side. */
static const struct
{
	TableId table;
	int organization_id;
	int merchant_id;
} owned[] = {
	{TABLE_organization, Col_organization_id, -1},
	{TABLE_preferences, Col_preferences_organization_id, -1},
	{TABLE_member, Col_member_organization_id, -1},
	{TABLE_merchant, -1, Col_merchant_id},
	{TABLE_store, -1, Col_store_merchant_id},
};

/* What people change there. */
static const struct
{
	TableId table;
	int column;
} own[] = {
	{TABLE_organization, Col_organization_name},
	{TABLE_organization, Col_organization_description},
	{TABLE_organization, Col_organization_language},
	{TABLE_organization, Col_organization_search}, /* judged apart */
	{TABLE_preferences, Col_preferences_is_available},
	{TABLE_preferences, Col_preferences_is_listed},
	{TABLE_preferences, Col_preferences_accepts_dropshipping},
	{TABLE_preferences, Col_preferences_notification_email},
	{TABLE_member, Col_member_name},
	{TABLE_member, Col_member_email},
	{TABLE_member, Col_member_language},
	{TABLE_member, Col_member_email_scope},
	{TABLE_member, Col_member_is_active},
	{TABLE_merchant, Col_merchant_name},
	{TABLE_merchant, Col_merchant_email},
	{TABLE_merchant, Col_merchant_language},
	{TABLE_merchant, Col_merchant_is_dropshipper},
	{TABLE_store, Col_store_name},
	{TABLE_store, Col_store_url},
};

/* Whose rows these are, or what they are of. */
static const struct
{
	TableId table;
	int column;
	TableId parent;
} parents[] = {
	{TABLE_preferences, Col_preferences_organization_id, TABLE_organization},
	{TABLE_member, Col_member_organization_id, TABLE_organization},
	{TABLE_provided_service, Col_provided_service_organization_id, TABLE_organization},
	{TABLE_provided_service, Col_provided_service_service_id, TABLE_service},
	{TABLE_store, Col_store_merchant_id, TABLE_merchant},
};

static void
check_column(Row *row, int column, Kind kind)
{
	const char *name = table_column(row->table->id, column);

	switch (kind)
	{
		case KIND_NAME:
			check_text(row_text(row, column), name, LIMIT_NAME);
			break;
		case KIND_LONG_TEXT:
			check_text(row_text(row, column), name, LIMIT_TEXT);
			break;
		case KIND_URL:
			check_text(row_text(row, column), name, LIMIT_URL);
			break;
		case KIND_EMAIL:
			check_email(row_text(row, column), name);
			break;
		case KIND_LANGUAGE:
			check_language(row_text(row, column));
			break;
		case KIND_CURRENCY:
			check_currency(row_text(row, column));
			break;
		case KIND_SCOPE:
			check_email_scope(row_text(row, column));
			break;
		case KIND_CLIENT_KEY:
			check_client_key(DatumGetUUIDP(row_get(row, column)));
			break;
		case KIND_PRICE:
			row_set(row, column, NumericGetDatum(check_price(DatumGetNumeric(row_get(row, column)), name)));
			break;
	}
}

/*
 * '' clears a text, as it does for the functions.
 */
static bool
is_empty_text(const Row *row, int column, Kind kind)
{
	return (kind == KIND_LONG_TEXT || kind == KIND_URL) && !row_isnull(row, column) && *row_text(row, column) == '\0';
}

/*
 * What an UPDATE leaves as it is was checked when it was written, perhaps by other rules.
 */
static void
check_columns(Dml *dml)
{
	Row *row = dml->new;

	for (int i = 0; i < lengthof(written); i++)
	{
		if (written[i].table != row->table->id || (DML_IS_UPDATE(dml) && !dml_changes(dml, written[i].column)))
			continue;
		if (written[i].kind == KIND_CURRENCY && DML_IS_INSERT(dml))
			row_set_text(row, written[i].column, check_currency_given(row_text(row, written[i].column)));
		else if (!written[i].is_required && is_empty_text(row, written[i].column, written[i].kind))
			row_set_null(row, written[i].column);
		else if (row_isnull(row, written[i].column))
			check_not_null(written[i].is_required, table_column(row->table->id, written[i].column));
		else
			check_column(row, written[i].column, written[i].kind);
	}
}

/*
 * An organization's id carries its slot, whoever chose it.
 */
static void
assign_organization_id(Dml *dml)
{
	Row *row = dml->new;
	bool is_chosen = !row_isnull(row, Col_organization_id) &&
					 SLOT_OF(row_int64(row, Col_organization_id)) != 0;
	int64 id;

	ids_assign_dml(dml->call, row, 0, ID_OF_CATALOGUE);
	id = row_int64(row, Col_organization_id);
	if (!is_chosen)
		id += slots_of_organization(dml->call->rows, id);
	row_set_int64(row, Col_organization_id, id);
	dml_fill(dml, Col_organization_slot);
	row_set(row, Col_organization_slot, Int32GetDatum(SLOT_OF(id)));
}

/*
 * An organization's words are ours to write; who sends them as they are may.
 */
static void
fill_search(Dml *dml)
{
	if (DML_IS_INSERT(dml))
		dml_fill(dml, Col_organization_search);
	else if (dml_changes(dml, Col_organization_search))
		dml_complain(dml, Col_organization_search);
	search_fill(dml->new);
}

/*
 * A new row has come now, whatever the operator's clock says.
 */
static void
fill_created_at(Dml *dml)
{
	int column = dml_clock_column(dml->new->table->id);

	if (column < 0)
		return;
	dml_fill(dml, column);
	row_set_time(dml->new, column, GetCurrentTransactionStartTimestamp());
}

/*
 * Asked here, as in the functions: a foreign key's own error says less.
 */
static void
require_parents(const Dml *dml)
{
	const Row *row = dml->new;

	for (int i = 0; i < lengthof(parents); i++)
	{
		int64 id;

		if (parents[i].table != row->table->id)
			continue;
		id = row_int64(row, parents[i].column);
		if (row_fetch(row->rows, parents[i].parent, id) == NULL)
			actor_complain_missing(table_name(parents[i].parent), id);
	}
}

static void
require_parents_given(const Row *row)
{
	for (int i = 0; i < lengthof(parents); i++)
	{
		if (parents[i].table == row->table->id)
			check_not_null(row_isnull(row, parents[i].column), table_column(row->table->id, parents[i].column));
	}
}

static void
fill_inserted(Dml *dml)
{
	TableId id = dml->new->table->id;

	/* as jobs.provide_service() does, before the pair is written that only one can write */
	if (id == TABLE_provided_service)
	{
		(void) search_hold_service(dml->call->rows, row_int64(dml->new, Col_provided_service_service_id));
		(void) row_lock(dml->call->rows, TABLE_organization, row_int64(dml->new, Col_provided_service_organization_id),
						LockTupleNoKeyExclusive, LockWaitBlock);
	}
	require_parents(dml);
	if (id == TABLE_organization)
		assign_organization_id(dml);
	else if (id == TABLE_member)
		ids_assign_dml(dml->call, dml->new, SLOT_OF(row_int64(dml->new, Col_member_organization_id)), ID_OF_TENANT);
	else if (table_id_column(id) >= 0)
		ids_assign_dml(dml->call, dml->new, slots_of_catalogue(dml->call->rows), ID_OF_CATALOGUE);
	fill_created_at(dml);
}

static void
allow_own_columns(Dml *dml, TableId id)
{
	int columns[lengthof(own)];
	int count = 0;

	for (int i = 0; i < lengthof(own); i++)
	{
		if (own[i].table == id)
			columns[count++] = own[i].column;
	}
	dml_allow_changes(dml, columns, count);
}

/*
 * People change what is of their own side. Rows of others are as if they were not there.
 */
static void
require_own(Dml *dml, TableId id)
{
	for (int i = 0; i < lengthof(owned) && DML_IS_UPDATE(dml); i++)
	{
		int organization_id = owned[i].organization_id;
		int merchant_id = owned[i].merchant_id;
		bool is_organizations = id == TABLE_preferences;

		if (owned[i].table != id)
			continue;
		if (!actor_sees(&dml->call->actor, organization_id >= 0 ? row_int64(dml->old, organization_id) : 0,
						merchant_id >= 0 ? row_int64(dml->old, merchant_id) : 0))
			actor_complain_missing(is_organizations ? "organization" : table_name(id),
								   row_int64(dml->old, is_organizations ? organization_id : table_id_column(id)));
		allow_own_columns(dml, id);
		return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("table jobs.%s is written by functions", table_name(id)),
			 errdetail("People UPDATE what is their own; all else is the operator's."),
			 errhint("Use the functions of the directory, such as jobs.set_preferences().")));
}

/*
 * What a member's own row says of the member is not all for colleagues to change; and one active member stays.
 */
static void
judge_member(Dml *dml)
{
	const Row *member = dml->old;

	if (dml_changes(dml, Col_member_email_scope))
		member_require_self(dml->call, row_int64(member, Col_member_id));
	if (!dml_changes(dml, Col_member_is_active) || row_bool(dml->new, Col_member_is_active) ||
		dml->call->actor.kind == ACTOR_SYSTEM)
		return;
	(void) row_lock_out_of_order(row_fetch(dml->call->rows, TABLE_organization,
										   row_int64(member, Col_member_organization_id)),
								 LockTupleNoKeyExclusive);
	member_require_not_last(dml->call, member);
}

/*
 * Columns of users' own may change.
 */
static void
refuse_former(Dml *dml, TableId id)
{
	for (int i = 0; i < lengthof(own); i++)
	{
		if (own[i].table == id && dml_changes(dml, own[i].column))
			former_refuse(dml->old);
	}
}

static void
refuse_states(Dml *dml, TableId id)
{
	for (int i = 0; i < lengthof(states); i++)
	{
		if (states[i].table != id)
			continue;
		if (DML_IS_INSERT(dml))
			dml_fill(dml, states[i].column);
		else if (dml_changes(dml, states[i].column))
			dml_complain(dml, states[i].column);
	}
}

static void
refuse_fixed(Dml *dml, TableId id)
{
	for (int i = 0; i < lengthof(fixed); i++)
	{
		if (fixed[i].table == id && dml_changes(dml, fixed[i].column))
			dml_complain(dml, fixed[i].column);
	}
}

static Datum
directory_dml_fill(FunctionCallInfo fcinfo, TableId id)
{
	Dml *dml = dml_begin(fcinfo, id, TRIGGER_TYPE_BEFORE, TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE);

	if (DML_IS_INSERT(dml))
		require_parents_given(dml->new);
	check_columns(dml);
	dml_require_actor(dml);
	if (dml->call->actor.kind != ACTOR_SYSTEM)
		require_own(dml, id);
	if (DML_IS_UPDATE(dml))
		refuse_fixed(dml, id);
	else
		fill_inserted(dml);
	refuse_states(dml, id);
	if (DML_IS_UPDATE(dml))
		refuse_former(dml, id);
	if (id == TABLE_member && DML_IS_UPDATE(dml))
		judge_member(dml);
	if (id == TABLE_organization)
		fill_search(dml);
	return dml_end(dml);
}

PG_FUNCTION_INFO_V1(jobs_organization_fill);
Datum
jobs_organization_fill(PG_FUNCTION_ARGS)
{
	return directory_dml_fill(fcinfo, TABLE_organization);
}

PG_FUNCTION_INFO_V1(jobs_preferences_fill);
Datum
jobs_preferences_fill(PG_FUNCTION_ARGS)
{
	return directory_dml_fill(fcinfo, TABLE_preferences);
}

PG_FUNCTION_INFO_V1(jobs_member_fill);
Datum
jobs_member_fill(PG_FUNCTION_ARGS)
{
	return directory_dml_fill(fcinfo, TABLE_member);
}

PG_FUNCTION_INFO_V1(jobs_service_fill);
Datum
jobs_service_fill(PG_FUNCTION_ARGS)
{
	return directory_dml_fill(fcinfo, TABLE_service);
}

PG_FUNCTION_INFO_V1(jobs_provided_service_fill);
Datum
jobs_provided_service_fill(PG_FUNCTION_ARGS)
{
	return directory_dml_fill(fcinfo, TABLE_provided_service);
}

PG_FUNCTION_INFO_V1(jobs_merchant_fill);
Datum
jobs_merchant_fill(PG_FUNCTION_ARGS)
{
	return directory_dml_fill(fcinfo, TABLE_merchant);
}

PG_FUNCTION_INFO_V1(jobs_store_fill);
Datum
jobs_store_fill(PG_FUNCTION_ARGS)
{
	return directory_dml_fill(fcinfo, TABLE_store);
}
