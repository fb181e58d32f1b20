/*
 * call.h
 *
 * A call: one action of one actor, carried out with the rights of the tables' owner.
 *
 * Every entry point that touches the tables, API function or trigger, has this shape:
 *
 *     arguments are checked           (argument.h: 22004, 22023)
 *     call = call_begin(...)          (42501, PT404 of the actor)
 *     the rules decide and rows are written through `call->rows`
 *     call_end(call)
 *
 * While a call runs, its actor is who acts, whatever runs inside it. An error unwinds
 * it: user id and settings by the transaction's own means, the actor by a callback.
 */
#ifndef JOBS_CALL_H
#define JOBS_CALL_H

#include "fmgr.h"

#include "acting/current_actor.h"
#include "pg/rights.h"
#include "tables/row.h"

typedef struct Call
{
	Actor actor;
	Rows *rows;	   /* the rows of this action */
	Rights rights; /* what to go back to */
	ActorFrame frame;
	bool is_automatic; /* done by the marketplace itself, whoever set it off */
	Side behalf;	   /* the side for which the system does it; SIDE_NOBODY: who acts, acts for itself */
} Call;

/* The side that does it. */
extern Side call_side(const Call *call);

/*
 * Begins the call of an API function whose argument `argno` names the actor: a member,
 * a merchant or the system. Nobody is 42501.
 */
extern Call *call_begin(FunctionCallInfo fcinfo, int argno);

/* The same for what ends the actor's account, which may be closed by then. */
extern Call *call_begin_closing(FunctionCallInfo fcinfo, int argno);

/* The same, but a role that may act for others may do so for nobody: for sign-up. */
extern Call *call_begin_signup(FunctionCallInfo fcinfo, int argno);

/* For a function without such an argument: who acts is who is current. Nobody is 42501. */
extern Call *call_begin_current(void);

/* For plain DML on a table: who acts is who is current, if there is such a one. */
extern Call *call_begin_dml(bool *actor_exists);

/* For what the system does in calls of people; the caller's right is EXECUTE. */
extern Call *call_begin_system(void);

/*
 * The same for what only mailers, operators and administrators call. What the tables' owner planted
 * may put nothing off until the commit, where it would run with the rights of whoever calls: 42501.
 */
extern Call *call_begin_sheltered(void);

/* The same for what an operator wants, and no schedule: the history names who it was. */
extern Call *call_begin_operation(void);

/*
 * The same for what a scheduler calls, as the owner as a rule: the owner may put off what it likes
 * in transactions of its own.
 */
extern Call *call_begin_upkeep(void);

/* For a function of operators alone that has an argument `argno`: call_begin(), sheltered. */
extern Call *call_begin_operator(FunctionCallInfo fcinfo, int argno);

/*
 * PT404, the same for a missing row (NULL) and one that is hidden from who acts; the columns
 * hold the organization and the merchant, `what` is "job", for instance.
 */
extern void call_require_seen(const Call *call, const Row *row, int organization_column,
							  int merchant_column, const char *what, int64 id);

/* Fires what triggers are due, and goes back to the caller's rights. */
extern void call_end(Call *call);

#endif
