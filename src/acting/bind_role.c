/*
 * bind_role.c
 *
 * Binds database roles to members and merchants.
 *
 * Locks: of installing and granting, against each other; then the row that changes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"

#include "acting/access.h"
#include "acting/binding.h"
#include "acting/call.h"
#include "acting/entry.h"
#include "pg/argument.h"

static Actor
arg_bound_actor(FunctionCallInfo fcinfo, int argno)
{
	Actor actor;

	check_not_null(PG_ARGISNULL(argno), "actor");
	actor_parse_or_complain(text_to_cstring(PG_GETARG_TEXT_PP(argno)), &actor);
	if (actor.kind != ACTOR_MEMBER && actor.kind != ACTOR_MERCHANT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a role is bound to a member or a merchant"),
				 errdetail("The system is what operators act as, and nobody is who has no access."),
				 errhint("Pass 'member:...' or 'merchant:...'.")));
	return actor;
}

static void
refuse_superuser(const char *role)
{
	Oid roleid = get_role_oid(role, true);

	if (OidIsValid(roleid) && superuser_arg(roleid))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("role \"%s\" cannot be bound", role),
				 errdetail("It is a superuser, whom nothing binds."),
				 errhint("Bind a role that has no other rights.")));
}

/*
 * jobs.bind_role(role_name, actor)
 */
SQL_FUNCTION(bind_role)
{
	const char *role;
	Actor actor;
	Call *call;
	Row *old;
	Row *row;

	check_not_null(PG_ARGISNULL(ARG_bind_role_role_name), "role_name");
	role = NameStr(*PG_GETARG_NAME(ARG_bind_role_role_name));
	actor = arg_bound_actor(fcinfo, ARG_bind_role_actor);
	refuse_superuser(role);
	access_change_bound(role, true);

	call = call_begin_sheltered();
	actor_resolve(&actor, ACTOR_READS);
	old = binding_find(call->rows, role);
	if (old)
		old = row_lock_found(old, LockTupleNoKeyExclusive, LockWaitBlock);
	row = old ? row_copy(old) : row_new(call->rows, TABLE_role_binding);
	row_set_text(row, Col_role_binding_role_name, role);
	row_set(row, Col_role_binding_role_oid, ObjectIdGetDatum(get_role_oid(role, false)));
	row_set(row, Col_role_binding_actor, actor_datum(&actor));
	row_set_time(row, Col_role_binding_bound_at, GetCurrentTimestamp());
	if (old)
		row_must_update(old, row);
	else
		row_must_insert(row);
	call_end(call);
	CacheInvalidateRelcacheByRelid(table_oid(TABLE_role_binding));
	PG_RETURN_VOID();
}

/*
 * jobs.unbind_role(role_name): a second time it only says that nothing is left to do.
 */
SQL_FUNCTION(unbind_role)
{
	const char *role;
	Call *call;
	Row *row;

	check_not_null(PG_ARGISNULL(ARG_unbind_role_role_name), "role_name");
	role = NameStr(*PG_GETARG_NAME(ARG_unbind_role_role_name));
	access_change_bound(role, false);

	call = call_begin_sheltered();
	row = binding_find(call->rows, role);
	if (row && row_lock_found(row, LockTupleExclusive, LockWaitBlock))
		row_must_delete(row);
	else
		ereport(NOTICE, (errmsg("role \"%s\" is not bound", role),
						 errdetail("No role of that name was bound, or it was unbound before."),
						 errhint("SELECT role_name FROM jobs.role_binding tells who is.")));
	call_end(call);
	CacheInvalidateRelcacheByRelid(table_oid(TABLE_role_binding));
	PG_RETURN_VOID();
}
