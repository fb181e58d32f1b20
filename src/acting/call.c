/*
 * call.c
 *
 * Who calls, and with whose rights it is done.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "acting/call.h"
#include "pg/check.h"
#include "tables/table.h"

#define USERS 4

/*
 * With whose rights the transaction, or the session, could go on.
 */
static void
find_users(Oid users[USERS])
{
	users[0] = GetUserId();
	users[1] = GetOuterUserId();
	users[2] = GetSessionUserId();
	users[3] = MyProc->roleId;
}

static bool
is_owner_alone(Oid owner)
{
	Oid users[USERS];

	find_users(users);
	for (int i = 0; i < USERS; i++)
	{
		if (users[i] != owner)
			return false;
	}
	return true;
}

/*
 * Could it go on with a superuser's rights, though the owner
 * of the tables has none? What the owner's triggers put off or leave behind (a deferred
 * trigger, a cursor WITH HOLD, a temporary view) would be run with these, so that nothing
 * of the kind is let through.
 */
static bool
needs_shelter(Oid owner)
{
	Oid roles[USERS];

	find_users(roles);
	for (int i = 0; i < USERS; i++)
	{
		if ((i == 0 || roles[i] != roles[i - 1]) && roles[i] != owner &&
			rights_may_become_superuser(roles[i]))
			return !rights_may_become_superuser(owner);
	}
	return false;
}

/*
 * The frame lives as long as the transaction, not as the caller's memory: after an
 * error the callbacks of current_actor.c still read it.
 */
static Call *
push_call(Actor actor, bool shelters)
{
	Oid owner = tables_owner();
	Call *call = MemoryContextAllocZero(TopTransactionContext, sizeof(Call));

	call->actor = actor;
	actor_push(&call->frame, &call->actor, shelters || needs_shelter(owner));
	rights_switch(&call->rights, owner,
				  SECURITY_NOFORCE_RLS | (call->frame.is_sheltered ? SECURITY_RESTRICTED_OPERATION : 0));
	call->rows = rows_begin();
	return call;
}

/*
 * Functions that write are volatile, the others are not.
 */
static bool
function_writes(FunctionCallInfo fcinfo)
{
	return func_volatile(fcinfo->flinfo->fn_oid) == PROVOLATILE_VOLATILE;
}

static Call *
begin_of_argument(FunctionCallInfo fcinfo, int argno, ActorUse use, bool shelters)
{
	Actor actor = actor_argument(fcinfo, argno);

	if (actor.kind == ACTOR_NOBODY)
		actor_complain_nobody();
	/* said first, for what would fail later is told in words of the server */
	if (use != ACTOR_READS)
		check_can_write();
	actor_resolve(&actor, use);
	return push_call(actor, shelters);
}

Call *
call_begin(FunctionCallInfo fcinfo, int argno)
{
	return begin_of_argument(fcinfo, argno, function_writes(fcinfo) ? ACTOR_WRITES : ACTOR_READS, false);
}

Call *
call_begin_closing(FunctionCallInfo fcinfo, int argno)
{
	return begin_of_argument(fcinfo, argno, ACTOR_CLOSES, false);
}

Call *
call_begin_operator(FunctionCallInfo fcinfo, int argno)
{
	return begin_of_argument(fcinfo, argno, ACTOR_WRITES, true);
}

Call *
call_begin_signup(FunctionCallInfo fcinfo, int argno)
{
	Actor actor = actor_argument(fcinfo, argno);

	/* signing up is for who may act for others, not for a person's own role */
	if (actor_is_restricted() ||
		(actor.kind == ACTOR_NOBODY && !actor_may_name_others()))
		actor_complain_nobody();
	check_can_write();
	actor_resolve(&actor, ACTOR_WRITES);
	return push_call(actor, false);
}

Call *
call_begin_current(void)
{
	Actor actor = actor_current();

	if (actor.kind == ACTOR_NOBODY)
		actor_complain_nobody();
	actor_resolve(&actor, ACTOR_READS);
	return push_call(actor, false);
}

Call *
call_begin_dml(bool *actor_exists)
{
	Actor actor = actor_current();

	*actor_exists = actor_find(&actor);
	return push_call(actor, false);
}

static Call *
begin_system(bool shelters)
{
	Actor actor = {ACTOR_SYSTEM, 0, 0};
	Call *call;

	if (actor_is_restricted())
		actor_complain_nobody();
	call = push_call(actor, shelters);
	call->is_automatic = true;
	return call;
}

Call *
call_begin_system(void)
{
	return begin_system(false);
}

Call *
call_begin_sheltered(void)
{
	return begin_system(true);
}

Call *
call_begin_operation(void)
{
	Call *call = begin_system(true);

	call->is_automatic = false;
	return call;
}

Call *
call_begin_upkeep(void)
{
	return begin_system(!is_owner_alone(tables_owner()));
}

Side
call_side(const Call *call)
{
	return call->behalf != SIDE_NOBODY ? call->behalf : actor_side(&call->actor);
}

void
call_require_seen(const Call *call, const Row *row, int organization_column, int merchant_column,
				  const char *what, int64 id)
{
	if (row == NULL ||
		!actor_sees(&call->actor, row_int64(row, organization_column), row_int64(row, merchant_column)))
		actor_complain_missing(what, id);
}

void
call_end(Call *call)
{
	rows_end(call->rows);
	rights_restore(&call->rights);
	actor_pop(&call->frame);
	pfree(call);
}
