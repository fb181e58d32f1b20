/*
 * directory.c
 *
 * The functions that keep the directory. Its triggers are in directory_dml.c.
 *
 * Locks: a client_key, then a service that an organization is to provide FOR KEY SHARE (see search.c), the
 * organization FOR NO KEY UPDATE, so that what is done to it comes one after another, then
 * the row that changes; for a member's own choices that row alone.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

#include "acting/account.h"
#include "acting/client_key.h"
#include "acting/entry.h"
#include "acting/ids.h"
#include "parties/directory.h"
#include "parties/search.h"
#include "pg/argument.h"
#include "pg/refusal.h"

/*
 * 42501 unless the actor is one of these kinds (Side bits; SIDE_NOBODY stands for 0 and
 * is asked by `or_nobody`).
 */
static void
directory_require(const Call *call, int sides, bool or_nobody, const char *what)
{
	Side side = actor_side(&call->actor);

	if ((sides & side) || (or_nobody && side == SIDE_NOBODY))
		return;
	if (side == SIDE_NOBODY)
		actor_complain_nobody();
	ereport(ERROR,
			(refused_by(REFUSAL_ACTOR_KIND),
			 errmsg("the one who acts cannot %s", what),
			 errdetail("This is for %s.",
					   sides == SIDE_SYSTEM && !or_nobody ? "the marketplace's operator" :
					   (sides & SIDE_EXPERT)			  ? "members of the organization and the operator" :
					   (sides & SIDE_MERCHANT)			  ? "the merchant and the operator" :
															"sign-up, where nobody acts yet, and the operator"),
			 errhint(or_nobody ? "Name another actor, or pass actor => ''." : "Name another actor.")));
}

void
directory_require_system(const Call *call, const char *what)
{
	directory_require(call, SIDE_SYSTEM, false, what);
}

void
member_require_self(const Call *call, int64 member_id)
{
	if (call->actor.kind == ACTOR_MEMBER && call->actor.id != member_id)
		ereport(ERROR,
				(refused_by(REFUSAL_ACTOR_KIND),
				 errmsg("the one who acts cannot choose the e-mail of member %lld", (long long) member_id),
				 errdetail("This is for the member and the operator."),
				 errhint("Let the member say which e-mail to send.")));
}

static TimestampTz
directory_now(void)
{
	return GetCurrentTransactionStartTimestamp();
}

/*
 * An organization that the actor is of; others are as if they were not there.
 */
static Row *
fetch_organization(Call *call, int64 id)
{
	Row *organization = row_fetch(call->rows, TABLE_organization, id);

	if (organization == NULL ||
		(call->actor.kind == ACTOR_MEMBER && call->actor.organization_id != id) ||
		call->actor.kind == ACTOR_MERCHANT)
		actor_complain_missing("organization", id);
	return organization;
}

Row *
organization_lock(Call *call, int64 id, LockTupleMode mode)
{
	Row *organization = fetch_organization(call, id);

	if (row_lock_found(organization, mode, LockWaitBlock) == NULL)
		actor_complain_missing("organization", id);
	return organization;
}

/*
 * For what is written into it. Whoever acts may have been stopped while it was waited for.
 */
static Row *
lock_to_write(Call *call, int64 id)
{
	Row *organization = organization_lock(call, id, LockTupleNoKeyExclusive);

	actor_require_use(call->rows, &call->actor, ACTOR_WRITES);
	return organization;
}

Row *
member_get(Call *call, int64 id)
{
	Row *member = row_fetch(call->rows, TABLE_member, id);

	if (member == NULL || !actor_sees(&call->actor, row_int64(member, Col_member_organization_id), 0))
		actor_complain_missing("member", id);
	return member;
}

Row *
merchant_get(Call *call, int64 id)
{
	Row *merchant = row_fetch(call->rows, TABLE_merchant, id);

	if (merchant == NULL || !actor_sees(&call->actor, 0, id))
		actor_complain_missing("merchant", id);
	return merchant;
}

Row *
store_get(Call *call, int64 id)
{
	Row *store = row_fetch(call->rows, TABLE_store, id);

	if (store == NULL || !actor_sees(&call->actor, 0, row_int64(store, Col_store_merchant_id)))
		actor_complain_missing("store", id);
	return store;
}

void
member_require_not_last(Call *call, const Row *member)
{
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *other;
	bool is_last = true;

	row_key_int64(&keys[0], 1, row_int64(member, Col_member_organization_id));
	scan = row_scan_begin_latest(call->rows, TABLE_member, INDEX_member_organization, 1, keys, ForwardScanDirection);
	while (is_last && (other = row_scan_pass(scan)) != NULL)
		is_last = !row_bool(other, Col_member_is_active) || account_is_suspended(other) ||
				  row_int64(other, Col_member_id) == row_int64(member, Col_member_id);
	row_scan_end(scan);
	if (is_last)
		ereport(ERROR,
				(refused_by(REFUSAL_LAST_MEMBER),
				 errmsg("member %lld is the last one of organization %lld",
						(long long) row_int64(member, Col_member_id),
						(long long) row_int64(member, Col_member_organization_id)),
				 errdetail("Nobody would be left who could act for it."),
				 errhint("Add or activate another member first, or close the organization.")));
}

static void
set_client_key(Row *row, int column, const pg_uuid_t *client_key)
{
	if (client_key)
		row_set(row, column, UUIDPGetDatum(client_key));
}

/*
 * The id of the organization that an earlier call with the same key signed up, or 0.
 */
static int64
find_repeated_organization(Call *call, const Row *organization, const Row *preferences, const pg_uuid_t *client_key)
{
	static const int said[] = {Col_organization_name, Col_organization_description, Col_organization_language};
	static const int preferred[] = {Col_preferences_notification_email};
	Row *earlier = client_key_find(call, TABLE_organization, 0, client_key);
	Row *preferences_then;
	int64 id;

	if (earlier == NULL)
		return 0;
	id = row_int64(earlier, Col_organization_id);
	preferences_then = row_fetch(call->rows, TABLE_preferences, id);
	if (preferences_then == NULL)
		client_key_complain_reused();
	client_key_require_same(earlier, organization, said, lengthof(said));
	client_key_require_same(preferences_then, preferences, preferred, lengthof(preferred));
	return id;
}

static int64
insert_organization(Call *call, Row *organization, Row *preferences)
{
	int64 id = ids_assign(organization, 0);
	int slot = slots_of_organization(call->rows, id);

	id += slot;
	row_set_int64(organization, Col_organization_id, id);
	row_set(organization, Col_organization_slot, Int32GetDatum(slot));
	row_set_time(organization, Col_organization_created_at, directory_now());
	search_fill(organization);
	row_must_insert(organization);

	row_set_int64(preferences, Col_preferences_organization_id, id);
	row_set(preferences, Col_preferences_is_available, BoolGetDatum(true));
	row_set(preferences, Col_preferences_is_listed, BoolGetDatum(true));
	row_set(preferences, Col_preferences_accepts_dropshipping, BoolGetDatum(true));
	row_must_insert(preferences);
	return id;
}

/*
 * jobs.create_organization(name, notification_email, description, language, client_key, actor)
 */
SQL_FUNCTION(create_organization)
{
	char *name = arg_text(fcinfo, ARG(create_organization, name), LIMIT_NAME);
	char *address = arg_email(fcinfo, ARG(create_organization, notification_email));
	char *description = arg_optional_text(fcinfo, ARG(create_organization, description), LIMIT_TEXT);
	char *language = arg_language(fcinfo, ARG_create_organization_language);
	pg_uuid_t *client_key = arg_optional_client_key(fcinfo, ARG_create_organization_client_key);
	Call *call = call_begin_signup(fcinfo, ARG_create_organization_actor);
	Row *organization;
	Row *preferences;
	int64 id;

	directory_require(call, SIDE_SYSTEM, true, "create an organization");
	organization = row_new(call->rows, TABLE_organization);
	row_set_text(organization, Col_organization_name, name);
	row_set_text(organization, Col_organization_description, description);
	row_set_text(organization, Col_organization_language, language);
	set_client_key(organization, Col_organization_client_key, client_key);
	preferences = row_new(call->rows, TABLE_preferences);
	row_set_text(preferences, Col_preferences_notification_email, address);

	id = find_repeated_organization(call, organization, preferences, client_key);
	if (id == 0)
		id = insert_organization(call, organization, preferences);
	call_end(call);
	PG_RETURN_INT64(id);
}

/*
 * Nobody adds the first member of an organization, and learns of none but the one that it added: to
 * others the organization is as if it were not there. `earlier` is the row with the call's key; NULL:
 * there is none, and the organization is locked, so that there are no two first ones.
 */
static void
require_adder(Call *call, int64 organization_id, const Row *earlier)
{
	ScanKeyData keys[1];
	Row *first;

	if (call->actor.kind != ACTOR_NOBODY)
		return;
	row_key_int64(&keys[0], 1, organization_id);
	first = row_find_latest(call->rows, TABLE_member, INDEX_member_organization, 1, keys);
	if (first && (earlier == NULL || row_int64(first, Col_member_id) != row_int64(earlier, Col_member_id)))
		actor_complain_missing("organization", organization_id);
}

static int64
insert_member(Row *row)
{
	int64 id = ids_assign(row, SLOT_OF(row_int64(row, Col_member_organization_id)));

	row_set_text(row, Col_member_email_scope, "all");
	row_set(row, Col_member_is_active, BoolGetDatum(true));
	row_set_time(row, Col_member_created_at, directory_now());
	row_must_insert(row);
	return id;
}

/*
 * The id of a row that an earlier call with the same key wrote, and which says the same.
 */
static int64
repeated_row(const Row *earlier, const Row *row, const int *said, int count)
{
	client_key_require_same(earlier, row, said, count);
	return row_int64(earlier, table_id_column(row->table->id));
}

/*
 * jobs.add_member(organization_id, name, email, language, client_key, actor)
 */
SQL_FUNCTION(add_member)
{
	static const int said[] = {Col_member_name, Col_member_email, Col_member_language};
	int64 organization_id = arg_id(fcinfo, ARG(add_member, organization_id));
	char *name = arg_text(fcinfo, ARG(add_member, name), LIMIT_NAME);
	char *address = arg_email(fcinfo, ARG(add_member, email));
	char *language = arg_language(fcinfo, ARG_add_member_language);
	pg_uuid_t *client_key = arg_optional_client_key(fcinfo, ARG_add_member_client_key);
	Call *call = call_begin_signup(fcinfo, ARG_add_member_actor);
	Row *earlier;
	Row *row;
	int64 id;

	(void) fetch_organization(call, organization_id);
	row = row_new(call->rows, TABLE_member);
	row_set_int64(row, Col_member_organization_id, organization_id);
	row_set_text(row, Col_member_name, name);
	row_set_text(row, Col_member_email, address);
	row_set_text(row, Col_member_language, language);
	set_client_key(row, Col_member_client_key, client_key);
	earlier = client_key_find(call, TABLE_member, organization_id, client_key);
	if (earlier == NULL)
		(void) lock_to_write(call, organization_id);
	require_adder(call, organization_id, earlier);
	id = earlier ? repeated_row(earlier, row, said, lengthof(said)) : insert_member(row);
	call_end(call);
	PG_RETURN_INT64(id);
}

/*
 * Writes a row that belongs to no organization, unless an earlier call with the same key did; the
 * row's id. Its key is the tenant's; 0: the marketplace's.
 */
static int64
write_once(Call *call, Row *row, int64 tenant, const pg_uuid_t *client_key, const int *said, int count)
{
	Row *earlier = client_key_find(call, row->table->id, tenant, client_key);
	int64 id;

	if (earlier)
		return repeated_row(earlier, row, said, count);
	id = ids_assign(row, slots_of_catalogue(call->rows));
	row_must_insert(row);
	return id;
}

/*
 * jobs.create_service(name, client_key, actor)
 */
SQL_FUNCTION(create_service)
{
	static const int said[] = {Col_service_name};
	char *name = arg_text(fcinfo, ARG(create_service, name), LIMIT_NAME);
	pg_uuid_t *client_key = arg_optional_client_key(fcinfo, ARG_create_service_client_key);
	Call *call = call_begin_operator(fcinfo, ARG_create_service_actor);
	Row *row;
	int64 id;

	directory_require(call, SIDE_SYSTEM, false, "create a service");
	row = row_new(call->rows, TABLE_service);
	row_set_text(row, Col_service_name, name);
	set_client_key(row, Col_service_client_key, client_key);
	id = write_once(call, row, 0, client_key, said, lengthof(said));
	call_end(call);
	PG_RETURN_INT64(id);
}

static Row *
provided_service_find(Rows *rows, int64 organization_id, int64 service_id)
{
	ScanKeyData keys[2];

	row_key_int64(&keys[0], 1, organization_id);
	row_key_int64(&keys[1], 2, service_id);
	return row_find(rows, TABLE_provided_service, PRIMARY_KEY, 2, keys, ForwardScanDirection);
}

bool
preferences_are_listed(const Row *preferences)
{
	return row_bool(preferences, Col_preferences_is_listed) && account_is_active(preferences);
}

void
organization_require(Call *call, int64 id)
{
	Row *preferences = row_fetch(call->rows, TABLE_preferences, id);

	if (preferences == NULL ||
		(call->actor.kind == ACTOR_MEMBER && call->actor.organization_id != id &&
		 !preferences_are_listed(preferences)))
		actor_complain_missing("organization", id);
}

void
service_require(Call *call, int64 id)
{
	if (row_fetch(call->rows, TABLE_service, id) == NULL)
		actor_complain_missing("service", id);
}

void
provided_service_require(Call *call, int64 organization_id, int64 service_id)
{
	if (provided_service_find(call->rows, organization_id, service_id) == NULL)
		ereport(ERROR,
				(refused_by(REFUSAL_SERVICE_NOT_PROVIDED),
				 errmsg("organization %lld does not provide service %lld",
						(long long) organization_id, (long long) service_id),
				 errdetail("The service is not among those that it provides."),
				 errhint("SELECT service_id FROM jobs.provided_service lists them.")));
}

void
store_require(Call *call, int64 store_id, int64 merchant_id)
{
	Row *store;
	int64 owner;

	if (store_id == 0)
		return;
	store = row_fetch(call->rows, TABLE_store, store_id);
	owner = store ? row_int64(store, Col_store_merchant_id) : 0;
	if (store == NULL || !actor_sees(&call->actor, 0, owner) || (merchant_id != 0 && owner != merchant_id))
		actor_complain_missing("store", store_id);
}

Row *
merchant_lock(Call *call, int64 id)
{
	Row *merchant = row_lock(call->rows, TABLE_merchant, id, LockTupleNoKeyExclusive, LockWaitBlock);

	if (merchant == NULL)
		actor_complain_missing("merchant", id);
	/* whoever acts may have been stopped while the lock was waited for */
	account_require_unsuspended(merchant);
	account_require_unclosed(merchant);
	return merchant;
}

pg_noreturn static void
complain_unavailable(int64 organization_id, const char *why)
{
	ereport(ERROR,
			(refused_by(REFUSAL_ORGANIZATION_UNAVAILABLE),
			 errmsg("organization %lld is not available for work", (long long) organization_id),
			 errdetail_internal("%s", why),
			 errhint("Ask another organization.")));
}

bool
organization_is_suspended(Call *call, int64 organization_id)
{
	Row *preferences = row_fetch(call->rows, TABLE_preferences, organization_id);

	return preferences && account_is_suspended(preferences);
}

void
organization_require_unsuspended(Call *call, int64 organization_id)
{
	if (organization_is_suspended(call, organization_id))
		complain_unavailable(organization_id, "It does no work at present.");
}

bool
store_is_kept(Call *call, int64 store_id)
{
	Row *store = store_id != 0 ? row_fetch(call->rows, TABLE_store, store_id) : NULL;

	return store == NULL || row_isnull(store, Col_store_removed_at);
}

void
store_require_kept(Call *call, int64 store_id)
{
	if (!store_is_kept(call, store_id))
		ereport(ERROR,
				(refused_by(REFUSAL_STORE_REMOVED),
				 errmsg("store %lld was removed", (long long) store_id),
				 errdetail("Its merchant removed it. Jobs that it has go on, and no new job is for it."),
				 errhint("Name another store.")));
}

void
contact_require(Call *call, int64 organization_id, const Row *merchant)
{
	Row *preferences = row_fetch(call->rows, TABLE_preferences, organization_id);

	if (preferences == NULL)
		actor_complain_missing("organization", organization_id);
	account_require_unclosed(preferences);
	organization_require_unsuspended(call, organization_id);
	if (!row_bool(preferences, Col_preferences_is_available))
		complain_unavailable(organization_id, "Its preferences say that it can't be contacted.");
	if (row_bool(merchant, Col_merchant_is_dropshipper) &&
		!row_bool(preferences, Col_preferences_accepts_dropshipping))
		ereport(ERROR,
				(refused_by(REFUSAL_DROPSHIPPING_REFUSED),
				 errmsg("organization %lld does not work with dropshippers", (long long) organization_id),
				 errdetail("Merchant %lld is a dropshipper.", (long long) row_int64(merchant, Col_merchant_id)),
				 errhint("Ask another organization.")));
}

/*
 * jobs.provide_service(organization_id, service_id, min_price, max_price, currency, actor)
 *
 * Providing it again changes the prices.
 */
SQL_FUNCTION(provide_service)
{
	int64 organization_id = arg_id(fcinfo, ARG(provide_service, organization_id));
	int64 service_id = arg_id(fcinfo, ARG(provide_service, service_id));
	Numeric min_price = arg_optional_price(fcinfo, ARG(provide_service, min_price));
	Numeric max_price = arg_optional_price(fcinfo, ARG(provide_service, max_price));
	char *currency = arg_currency(fcinfo, ARG_provide_service_currency);
	Call *call;
	Row *service;
	Row *organization;
	Row *old;
	Row *row;

	check_price_range(min_price, max_price);
	call = call_begin(fcinfo, ARG_provide_service_actor);
	service = search_hold_service(call->rows, service_id);
	organization = lock_to_write(call, organization_id);
	directory_require(call, SIDE_EXPERT | SIDE_SYSTEM, false, "provide a service");
	if (service == NULL)
		actor_complain_missing("service", service_id);
	old = provided_service_find(call->rows, organization_id, service_id);
	if (old)
		old = row_lock_found(old, LockTupleNoKeyExclusive, LockWaitBlock);
	row = old ? row_copy(old) : row_new(call->rows, TABLE_provided_service);
	row_set_int64(row, Col_provided_service_organization_id, organization_id);
	row_set_int64(row, Col_provided_service_service_id, service_id);
	row_set_null(row, Col_provided_service_min_price);
	row_set_null(row, Col_provided_service_max_price);
	if (min_price)
		row_set(row, Col_provided_service_min_price, NumericGetDatum(min_price));
	if (max_price)
		row_set(row, Col_provided_service_max_price, NumericGetDatum(max_price));
	row_set_text(row, Col_provided_service_currency, currency);
	if (old)
		row_must_update(old, row);
	else
	{
		row_must_insert(row);
		search_refresh(organization);
	}
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.withdraw_service(organization_id, service_id, actor): a second time it only says that
 * nothing is left to do.
 */
SQL_FUNCTION(withdraw_service)
{
	int64 organization_id = arg_id(fcinfo, ARG(withdraw_service, organization_id));
	int64 service_id = arg_id(fcinfo, ARG(withdraw_service, service_id));
	Call *call = call_begin(fcinfo, ARG_withdraw_service_actor);
	Row *organization;
	Row *row;

	organization = lock_to_write(call, organization_id);
	directory_require(call, SIDE_EXPERT | SIDE_SYSTEM, false, "withdraw a service");
	service_require(call, service_id);
	row = provided_service_find(call->rows, organization_id, service_id);
	if (row && row_lock_found(row, LockTupleExclusive, LockWaitBlock))
	{
		row_must_delete(row);
		search_refresh(organization);
	}
	else
		ereport(NOTICE, (errmsg("organization %lld has no service %lld to withdraw",
								(long long) organization_id, (long long) service_id),
						 errdetail("The service is not among those that it provides."),
						 errhint("SELECT service_id FROM jobs.provided_service lists what it provides.")));
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.create_merchant(name, email, is_dropshipper, language, client_key, actor)
 */
SQL_FUNCTION(create_merchant)
{
	static const int said[] = {
		Col_merchant_name, Col_merchant_email, Col_merchant_is_dropshipper, Col_merchant_language};
	char *name = arg_text(fcinfo, ARG(create_merchant, name), LIMIT_NAME);
	char *address = arg_email(fcinfo, ARG(create_merchant, email));
	bool is_dropshipper = arg_bool(fcinfo, ARG(create_merchant, is_dropshipper));
	char *language = arg_language(fcinfo, ARG_create_merchant_language);
	pg_uuid_t *client_key = arg_optional_client_key(fcinfo, ARG_create_merchant_client_key);
	Call *call = call_begin_signup(fcinfo, ARG_create_merchant_actor);
	Row *row;
	int64 id;

	directory_require(call, SIDE_SYSTEM, true, "create a merchant");
	row = row_new(call->rows, TABLE_merchant);
	row_set_text(row, Col_merchant_name, name);
	row_set_text(row, Col_merchant_email, address);
	row_set_text(row, Col_merchant_language, language);
	row_set(row, Col_merchant_is_dropshipper, BoolGetDatum(is_dropshipper));
	row_set_time(row, Col_merchant_created_at, directory_now());
	set_client_key(row, Col_merchant_client_key, client_key);
	id = write_once(call, row, 0, client_key, said, lengthof(said));
	call_end(call);
	PG_RETURN_INT64(id);
}

/*
 * jobs.add_store(merchant_id, name, url, client_key, actor)
 */
SQL_FUNCTION(add_store)
{
	static const int said[] = {Col_store_name, Col_store_url};
	int64 merchant_id = arg_id(fcinfo, ARG(add_store, merchant_id));
	char *name = arg_text(fcinfo, ARG(add_store, name), LIMIT_NAME);
	char *url = arg_optional_text(fcinfo, ARG(add_store, url), LIMIT_URL);
	pg_uuid_t *client_key = arg_optional_client_key(fcinfo, ARG_add_store_client_key);
	Call *call = call_begin(fcinfo, ARG_add_store_actor);
	Row *row;
	int64 id;

	(void) merchant_get(call, merchant_id);
	row = row_new(call->rows, TABLE_store);
	row_set_int64(row, Col_store_merchant_id, merchant_id);
	row_set_text(row, Col_store_name, name);
	row_set_text(row, Col_store_url, url);
	row_set_time(row, Col_store_created_at, directory_now());
	set_client_key(row, Col_store_client_key, client_key);
	id = write_once(call, row, merchant_id, client_key, said, lengthof(said));
	call_end(call);
	PG_RETURN_INT64(id);
}
