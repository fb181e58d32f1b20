/*
 * member_leave.c
 *
 * A member is deactivated: it acts no more, and its assignments to live jobs end. E-mail that waits for it is
 * called off when a mailer claims it.
 *
 * Locks: the organization FOR NO KEY UPDATE, so that one active member stays; the jobs FOR NO KEY UPDATE, in
 * the order of their ids; the member FOR UPDATE, which waits for those who assign it.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "accounts/account_change.h"
#include "accounts/member_leave.h"
#include "acting/entry.h"
#include "acting/former.h"
#include "jobs/assignment.h"
#include "parties/directory.h"
#include "pg/argument.h"

static void
lock_live_jobs(Call *call, const Row *member)
{
	int64 *ids;
	int count = assignment_live_jobs(call, row_int64(member, Col_member_organization_id),
									 row_int64(member, Col_member_id), &ids);

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) row_lock(call->rows, TABLE_job, ids[i], LockTupleNoKeyExclusive, LockWaitBlock);
	}
}

/*
 * Changes whether a member is active. Repeated, it does nothing.
 */
static void
set_active(Call *call, int64 member_id, bool is_active)
{
	Row *member = member_get(call, member_id);
	Row *changed;

	(void) organization_lock(call, row_int64(member, Col_member_organization_id), LockTupleNoKeyExclusive);
	if (!is_active)
		lock_live_jobs(call, member);
	member = row_lock(call->rows, TABLE_member, member_id, is_active ? LockTupleNoKeyExclusive : LockTupleExclusive,
					  LockWaitBlock);
	if (member == NULL)
		actor_complain_missing("member", member_id);
	/* whoever acts may have been stopped while these were waited for */
	actor_require_use(call->rows, &call->actor, ACTOR_WRITES);
	if (row_bool(member, Col_member_is_active) == is_active)
		return;
	former_refuse(member);
	if (!is_active && call->actor.kind != ACTOR_SYSTEM)
		member_require_not_last(call, member);
	changed = row_copy(member);
	row_set(changed, Col_member_is_active, BoolGetDatum(is_active));
	row_must_update(member, changed);
	account_changed(call, member, changed);
}

void
member_leave(Call *call, int64 member_id)
{
	set_active(call, member_id, false);
}

/*
 * jobs.deactivate_member(member_id, actor)
 */
SQL_FUNCTION(deactivate_member)
{
	int64 member_id = arg_id(fcinfo, ARG(deactivate_member, member_id));
	Call *call = call_begin(fcinfo, ARG_deactivate_member_actor);

	member_leave(call, member_id);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * jobs.activate_member(member_id, actor)
 */
SQL_FUNCTION(activate_member)
{
	int64 member_id = arg_id(fcinfo, ARG(activate_member, member_id));
	Call *call = call_begin(fcinfo, ARG_activate_member_actor);

	set_active(call, member_id, true);
	call_end(call);
	PG_RETURN_VOID();
}
