/*
 * current_actor.h
 *
 * Who acts now, and whether there is such a one.
 */
#ifndef JOBS_CURRENT_ACTOR_H
#define JOBS_CURRENT_ACTOR_H

#include "acting/actor.h"
#include "tables/row.h"

/*
 * Who acts while a call runs, on top of who acted before. It lives until it is popped, or
 * its transaction or subtransaction is rolled back.
 */
typedef struct ActorFrame
{
	const Actor *actor;
	bool is_sheltered; /* the call made the operation security-restricted, not the server */
	int nest_level;	   /* of the transaction, when it began */
	struct ActorFrame *outer;
} ActorFrame;

extern void actor_init(void);

/* With `shelters`, the call is sheltered; so is all that runs inside a sheltered one. */
extern void actor_push(ActorFrame *frame, const Actor *actor, bool shelters);
extern void actor_pop(const ActorFrame *frame);

/*
 * Is somebody's code running in a security-restricted operation of the server, such as
 * ANALYZE? Everybody is nobody there.
 */
extern bool actor_is_restricted(void);

/*
 * Who acts now: the running call's actor, else what jobs.act_as() said, else the system
 * for operators, else nobody. Not looked up yet.
 */
extern Actor actor_current(void);

/*
 * Who looks: the same, but where nobody acts a viewer sees what the system does. For reading alone: a
 * viewer does nothing as the system.
 */
extern Actor actor_looking(void);

/*
 * The actor that an argument names: 22004 for NULL, 22023 when malformed, 42501 when
 * the caller may not name this one. Not looked up yet.
 */
extern Actor actor_argument(FunctionCallInfo fcinfo, int argno);

/*
 * May the code that runs now, whoever called it, act for whom it likes? Not that of a bound
 * role, whatever other rights the role has.
 */
extern bool actor_may_name_others(void);

/* Looks the actor up and notes its organization; false when there is none, or it is inactive. */
extern bool actor_find(Actor *actor);

/* The same, for who reads more. */
extern bool actor_find_among(Rows *rows, Actor *actor);

/* What an actor is about to do: who is suspended, or has closed the account, may not do all of it. */
typedef enum ActorUse
{
	ACTOR_READS,
	ACTOR_CLOSES, /* the own account, perhaps once more */
	ACTOR_WRITES
} ActorUse;

/* May the actor, who was found, do that? PT409 unless it may. */
extern bool actor_may(Rows *rows, const Actor *actor, ActorUse use);
extern void actor_require_use(Rows *rows, const Actor *actor, ActorUse use);

/* Looks the actor up; PT404 when there is none, PT409 when it may not do that. */
extern void actor_resolve(Actor *actor, ActorUse use);
pg_noreturn extern void actor_complain_unknown(const Actor *actor);

/* 42501: whoever does this must say who acts. */
pg_noreturn extern void actor_complain_nobody(void);

#endif
