/*
 * organization_delete.c
 *
 * Deletes an organization that nobody has dealt with, such as one that signed up twice. Once it has had a
 * conversation, it has had a merchant, whose words and jobs are the merchant's as well: it stays.
 *
 * What it has of its own goes with it. A role that is one of its members is not ours to change: that stands in
 * the way. Users' tables that refer to it do so by their foreign keys.
 *
 * Locks: the organization FOR UPDATE, so that whoever starts a conversation or adds a member waits, then all that
 * goes with it, in the order of the tables.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "pg/argument.h"
#include "pg/check.h"
#include "pg/refusal.h"

/* What an organization has of its own, found by its id, which these indexes begin with. */
static const struct
{
	TableId table;
	IndexId index;
} belongings[] = {
	{TABLE_preferences, PRIMARY_KEY},
	{TABLE_provided_service, PRIMARY_KEY},
	{TABLE_member, INDEX_member_organization},
	{TABLE_event_consumer, INDEX_event_consumer_owner},
	{TABLE_ranking_stat, PRIMARY_KEY},
};

static Row *
lock_for_deletion(Rows *rows, int64 id)
{
	Row *organization = row_lock(rows, TABLE_organization, id, LockTupleExclusive, LockWaitBlock);

	if (organization == NULL)
		actor_complain_missing("organization", id);
	return organization;
}

static void
require_untouched(Rows *rows, int64 id)
{
	ScanKeyData keys[1];

	row_key_int64(&keys[0], 1, id);
	if (row_find_latest(rows, TABLE_conversation, INDEX_conversation_parties, 1, keys) != NULL)
		ereport(ERROR,
				(refused_by(REFUSAL_ORGANIZATION_IN_USE),
				 errmsg("organization %lld cannot be deleted", (long long) id),
				 errdetail("It has had a conversation, with messages or jobs that are a merchant's, too."),
				 errhint("Set its preferences, so that it is neither listed nor available.")));
}

static bool
is_member_of(Rows *rows, const char *actor_text, int64 organization_id)
{
	Actor actor;
	Row *member;

	if (!actor_parse(actor_text, &actor) || actor.kind != ACTOR_MEMBER)
		return false;
	member = row_fetch(rows, TABLE_member, actor.id);
	return member && row_int64(member, Col_member_organization_id) == organization_id;
}

/*
 * There are few bindings, and no index leads from a member to its role.
 */
static void
require_unbound(Rows *rows, int64 id)
{
	RowScan *scan = row_scan_begin_latest(rows, TABLE_role_binding, PRIMARY_KEY, 0, NULL, ForwardScanDirection);
	const Row *binding;

	while ((binding = row_scan_pass(scan)) != NULL)
	{
		char *actor = row_text(binding, Col_role_binding_actor);

		CHECK_FOR_INTERRUPTS();
		if (is_member_of(rows, actor, id))
			ereport(ERROR,
					(refused_by(REFUSAL_ORGANIZATION_IN_USE),
					 errmsg("organization %lld cannot be deleted", (long long) id),
					 errdetail("Role \"%s\" is its %s.", row_text(binding, Col_role_binding_role_name), actor),
					 errhint("Call jobs.unbind_role() first, as the tables' owner or a superuser.")));
	}
	row_scan_end(scan);
}

/*
 * Deletes what it has in one table, and returns how many rows that were.
 */
static int64
delete_belongings(Rows *rows, TableId table, IndexId index, int64 organization_id)
{
	int64 deleted = 0;
	ScanKeyData keys[1];
	RowScan *scan;
	Row *row;

	row_key_int64(&keys[0], 1, organization_id);
	scan = row_scan_begin_latest(rows, table, index, 1, keys, ForwardScanDirection);
	while ((row = row_scan_next(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (row_lock_found(row, LockTupleExclusive, LockWaitBlock) == NULL)
			continue;
		row_must_delete(row);
		deleted++;
	}
	row_scan_end(scan);
	return deleted;
}

/*
 * jobs.delete_organization(organization_id)
 */
SQL_FUNCTION(delete_organization)
{
	int64 id = arg_id(fcinfo, ARG(delete_organization, organization_id));
	int64 deleted = 1;
	Row *organization;
	Call *call;

	check_can_write();
	call = call_begin_sheltered();
	organization = lock_for_deletion(call->rows, id);
	require_untouched(call->rows, id);
	require_unbound(call->rows, id);
	for (int i = 0; i < lengthof(belongings); i++)
		deleted += delete_belongings(call->rows, belongings[i].table, belongings[i].index, id);
	row_must_delete(organization);
	call_end(call);
	PG_RETURN_INT64(deleted);
}
