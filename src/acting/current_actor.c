/*
 * current_actor.c
 *
 * Finds out who acts, and looks actors up. A call in progress says so before anything else,
 * then what the role is bound to.
 *
 * The setting jobs.actor holds what jobs.act_as() said. Only superusers may SET it,
 * and its check hook takes it from a running session alone, so that neither a
 * connection's options nor ALTER ROLE ... SET make anybody of anybody.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "acting/access.h"
#include "acting/account.h"
#include "acting/binding.h"
#include "acting/current_actor.h"
#include "acting/entry.h"
#include "pg/argument.h"
#include "pg/refusal.h"
#include "pg/text.h"
#include "tables/row.h"

static char *actor_setting;
static ActorFrame *running = NULL;

static void
end_acting_in_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	while (running && running->nest_level >= GetCurrentTransactionNestLevel())
		running = running->outer;
}

static void
end_acting(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
		running = NULL;
}

void
actor_push(ActorFrame *frame, const Actor *actor, bool shelters)
{
	frame->actor = actor;
	frame->is_sheltered = shelters || (running && running->is_sheltered);
	frame->nest_level = GetCurrentTransactionNestLevel();
	frame->outer = running;
	running = frame;
}

void
actor_pop(const ActorFrame *frame)
{
	running = frame->outer;
}

bool
actor_is_restricted(void)
{
	return InSecurityRestrictedOperation() && !(running && running->is_sheltered);
}

static bool
actor_check(char **newval, void **extra, GucSource source)
{
	if (source != PGC_S_DEFAULT && source != PGC_S_SESSION)
	{
		GUC_check_errdetail("Who acts is said in a running session, by jobs.act_as().");
		return false;
	}
	return true;
}

void
actor_init(void)
{
	DefineCustomStringVariable("jobs.actor",
							   "Who acts in this session; set by jobs.act_as().",
							   "member:..., merchant:..., system, or empty for nobody.",
							   &actor_setting, "", PGC_SUSET,
							   GUC_DISALLOW_IN_FILE | GUC_NOT_IN_SAMPLE,
							   actor_check, NULL, NULL);
	RegisterSubXactCallback(end_acting_in_subtransaction, NULL);
	RegisterXactCallback(end_acting, NULL);
}

/*
 * Both the current and the outer user must have the right: by one of them alone, code that runs
 * with an operator's rights, or an operator who runs somebody's code, would become the system.
 */
static bool
both_users(bool (*are)(Oid role))
{
	return are(GetUserId()) && (GetOuterUserId() == GetUserId() || are(GetOuterUserId()));
}

static bool
user_is_operator(void)
{
	return both_users(access_is_operator);
}

Actor
actor_current(void)
{
	Actor actor = {ACTOR_NOBODY, 0, 0};

	if (actor_is_restricted())
		return actor;
	if (running)
		return *running->actor;
	if (binding_of_role(GetOuterUserId(), &actor))
		return actor;
	if (actor_setting && actor_setting[0])
	{
		/* whoever was an operator when it was said may be none after SET ROLE */
		if (!actor_parse(actor_setting, &actor) ||
			(actor.kind == ACTOR_SYSTEM && !user_is_operator()))
			memset(&actor, 0, sizeof(Actor));
	}
	else if (user_is_operator())
		actor.kind = ACTOR_SYSTEM;
	return actor;
}

Actor
actor_looking(void)
{
	Actor actor = actor_current();

	if (actor.kind == ACTOR_NOBODY && !actor_is_restricted() && both_users(access_is_viewer))
		actor.kind = ACTOR_SYSTEM;
	return actor;
}

bool
actor_may_name_others(void)
{
	Actor bound;

	return access_may_act_as(GetUserId()) && !binding_of_role_again(GetUserId(), &bound);
}

/*
 * Naming the one who acts anyway needs no right; naming another needs the right to
 * execute jobs.act_as(), and the system is an operator's to name.
 */
static void
check_may_name(const Actor *actor)
{
	Actor current = actor_current();
	Actor bound;
	char text[ACTOR_TEXT_SIZE];

	if (current.kind == actor->kind && current.id == actor->id)
		return;
	/* code of a role that may act for others decides for itself; that of a bound role doesn't */
	if ((GetUserId() == GetOuterUserId() || access_may_act_as(GetUserId())) &&
		binding_of_role_again(GetUserId(), &bound))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" acts for nobody but %s", GetUserNameFromId(GetUserId(), false),
						actor_format(&bound, text)),
				 errdetail("It was bound to this actor."),
				 errhint("Leave the actor out, or connect as another role.")));
	if (!actor_may_name_others())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to act for another actor"),
				 errdetail("Naming an actor other than the current one needs the right to execute jobs.act_as()."),
				 errhint("Leave the actor out, or have an operator run jobs.grant_access(..., 'app').")));
	if (actor->kind == ACTOR_SYSTEM && !user_is_operator())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to act as the system"),
				 errdetail("Only operators act as the system."),
				 errhint("Name a member or a merchant.")));
}

Actor
actor_argument(FunctionCallInfo fcinfo, int argno)
{
	Actor actor;

	check_not_null(PG_ARGISNULL(argno), "actor");
	actor_parse_or_complain(text_to_cstring(PG_GETARG_TEXT_PP(argno)), &actor);
	if (actor_is_restricted())
		actor_complain_nobody();
	check_may_name(&actor);
	return actor;
}

void
actor_complain_nobody(void)
{
	ereport(ERROR,
			(refused_by(REFUSAL_NOBODY_ACTS),
			 errmsg("nobody acts here"),
			 errdetail("A member, a merchant or the system must act, and none of them was named."),
			 errhint("Pass actor => 'member:...' or call jobs.act_as().")));
}

/*
 * True: there is such an actor. `row` is its own, NULL where it was not looked for: there is none, or whom a
 * running call acts for.
 */
static bool
find_actor(Rows *rows, Actor *actor, Row **row)
{
	*row = NULL;
	if (actor->kind != ACTOR_MEMBER && actor->kind != ACTOR_MERCHANT)
		return true;

	/* whom a running call acts for was looked up when it began */
	if (running && running->actor->kind == actor->kind && running->actor->id == actor->id)
	{
		*actor = *running->actor;
		return true;
	}

	*row = row_fetch(rows, actor->kind == ACTOR_MERCHANT ? TABLE_merchant : TABLE_member, actor->id);
	if (*row == NULL || actor->kind == ACTOR_MERCHANT)
		return *row != NULL;
	if (!row_bool(*row, Col_member_is_active))
		return false;
	actor->organization_id = row_int64(*row, Col_member_organization_id);
	return true;
}

bool
actor_find_among(Rows *rows, Actor *actor)
{
	Row *row;

	return find_actor(rows, actor, &row);
}

bool
actor_find(Actor *actor)
{
	Rows *rows = rows_begin();
	bool found = actor_find_among(rows, actor);

	rows_end(rows);
	return found;
}

void
actor_complain_unknown(const Actor *actor)
{
	char text[ACTOR_TEXT_SIZE];

	ereport(ERROR,
			(refused_by(REFUSAL_ACTOR_MISSING),
			 errmsg("there is no actor %s", actor_format(actor, text)),
			 errdetail("No active %s has that number.",
					   actor->kind == ACTOR_MEMBER ? "member" : "merchant"),
			 errhint("Check the number after the colon.")));
}

static bool
account_allows(const Row *account, ActorUse use)
{
	return account == NULL ||
		   (!account_is_suspended(account) && (use == ACTOR_CLOSES || !account_is_closed(account)));
}

/*
 * The account that stands against it: the actor's own, in this row, or its organization's. NULL: none does.
 */
static const Row *
find_barring(Rows *rows, const Actor *actor, const Row *own, ActorUse use)
{
	const Row *account = own;

	if (use == ACTOR_READS || own == NULL)
		return NULL;
	if (account_allows(own, use) && actor->kind == ACTOR_MEMBER)
		account = row_fetch(rows, TABLE_preferences, actor->organization_id);
	return account_allows(account, use) ? NULL : account;
}

static const Row *
look_for_barring(Rows *rows, const Actor *actor, ActorUse use)
{
	const Row *own = NULL;

	if (actor->kind == ACTOR_MEMBER || actor->kind == ACTOR_MERCHANT)
		own = row_fetch(rows, actor->kind == ACTOR_MEMBER ? TABLE_member : TABLE_merchant, actor->id);
	return find_barring(rows, actor, own, use);
}

bool
actor_may(Rows *rows, const Actor *actor, ActorUse use)
{
	return look_for_barring(rows, actor, use) == NULL;
}

static void
complain_if_barred(const Row *account)
{
	if (account == NULL)
		return;
	account_require_unsuspended(account);
	account_require_unclosed(account);
}

void
actor_require_use(Rows *rows, const Actor *actor, ActorUse use)
{
	complain_if_barred(look_for_barring(rows, actor, use));
}

void
actor_resolve(Actor *actor, ActorUse use)
{
	Rows *rows = rows_begin();
	Row *own;

	if (!find_actor(rows, actor, &own))
		actor_complain_unknown(actor);
	complain_if_barred(find_barring(rows, actor, own, use));
	rows_end(rows);
}

/*
 * Is the function called by the client's own statement? Then its memory is of the executor that
 * the client's portal started. What calls it from within, a DO block, a procedure or a function,
 * may go on in the same transaction.
 */
static bool
is_called_by_client(FunctionCallInfo fcinfo)
{
	return MemoryContextGetParent(fcinfo->flinfo->fn_mcxt) == PortalContext;
}

/*
 * jobs.act_as(actor, is_local): sets who acts, for the transaction or the session.
 */
SQL_FUNCTION(act_as)
{
	bool is_local = arg_bool(fcinfo, ARG(act_as, is_local));
	Actor actor;
	char text[ACTOR_TEXT_SIZE];

	if (running)
		ereport(ERROR,
				(refused_by(REFUSAL_ACTION_RUNNING),
				 errmsg("jobs.act_as() cannot run inside an action"),
				 errdetail("A function of jobs is running; its actor stays until it ends."),
				 errhint("Call jobs.act_as() before.")));
	actor = actor_argument(fcinfo, ARG_act_as_actor);
	actor_resolve(&actor, ACTOR_READS);
	if (is_local)
		WarnNoTransactionBlock(is_called_by_client(fcinfo), "jobs.act_as() with is_local");
	(void) set_config_option("jobs.actor", actor_format(&actor, text),
							 PGC_SUSET, PGC_S_SESSION,
							 is_local ? GUC_ACTION_LOCAL : GUC_ACTION_SET, true, 0, false);
	PG_RETURN_VOID();
}

SQL_FUNCTION(current_actor)
{
	Actor actor = actor_current();

	PG_RETURN_DATUM(actor_datum(&actor));
}

/*
 * jobs.looking_actor(): who looks, for views.
 */
SQL_FUNCTION(looking_actor)
{
	Actor actor = actor_looking();

	PG_RETURN_DATUM(actor_datum(&actor));
}

/*
 * jobs.sees_everything(): the right to call it is what makes a viewer.
 */
SQL_FUNCTION(sees_everything)
{
	Actor actor = actor_looking();

	PG_RETURN_BOOL(actor.kind == ACTOR_SYSTEM);
}

/*
 * The current actor if it is of this kind and still exists; policies ask, so that an
 * actor who is gone sees nothing rather than raises an error.
 */
static bool
current_of_kind(ActorKind kind, Actor *actor)
{
	*actor = actor_current();
	return actor->kind == kind && actor_find(actor);
}

SQL_FUNCTION(current_organization_id)
{
	Actor actor;

	if (!current_of_kind(ACTOR_MEMBER, &actor))
		PG_RETURN_NULL();
	PG_RETURN_INT64(actor.organization_id);
}

SQL_FUNCTION(current_member_id)
{
	Actor actor;

	if (!current_of_kind(ACTOR_MEMBER, &actor))
		PG_RETURN_NULL();
	PG_RETURN_INT64(actor.id);
}

SQL_FUNCTION(current_merchant_id)
{
	Actor actor;

	if (!current_of_kind(ACTOR_MERCHANT, &actor))
		PG_RETURN_NULL();
	PG_RETURN_INT64(actor.id);
}
