/*
 * actor.h
 *
 * Who acts: a member of an organization, a merchant, the system, or nobody.
 *
 * As text an actor is `member:7`, `merchant:3`, `system` or empty. A text alone is
 * never trusted: existence and is_active are looked up at each use.
 */
#ifndef JOBS_ACTOR_H
#define JOBS_ACTOR_H

#include "fmgr.h"

#include "compat.h"
#include "status.h"

typedef enum ActorKind
{
	ACTOR_NOBODY,
	ACTOR_MEMBER,
	ACTOR_MERCHANT,
	ACTOR_SYSTEM
} ActorKind;

typedef struct Actor
{
	ActorKind kind;
	int64 id;			   /* of the member or merchant; else 0 */
	int64 organization_id; /* of a member, once resolved; else 0 */
} Actor;

/* "merchant:" and 19 digits */
#define ACTOR_TEXT_SIZE 32

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

/* `needs_shelter` is asked by the outermost call; what runs inside it is sheltered as well. */
extern void actor_push(ActorFrame *frame, const Actor *actor, bool needs_shelter);
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
struct Rows;
extern bool actor_find_among(struct Rows *rows, Actor *actor);

/* The same; P0002 when there is none. */
extern void actor_resolve(Actor *actor);
pg_noreturn extern void actor_complain_unknown(const Actor *actor);

/* 42501: whoever does this must say who acts. */
pg_noreturn extern void actor_complain_nobody(void);

/*
 * The one home of "hidden equals missing": does the actor see a row of this
 * organization and this merchant? 0 stands for a row without one of them.
 */
extern bool actor_sees(const Actor *actor, int64 organization_id, int64 merchant_id);

/* P0002, the same whether the row is missing or hidden; `what` is "job", for instance. */
pg_noreturn extern void actor_complain_missing(const char *what, int64 id);

/* The side that the actor stands on. */
extern Side actor_side(const Actor *actor);

/* The actor's text, as a C string in `buffer` and as a datum. */
extern char *actor_format(const Actor *actor, char *buffer);
extern Datum actor_datum(const Actor *actor);

/* True, and `actor` filled in (but not looked up), when the text is well formed. */
extern bool actor_parse(const char *text, Actor *actor);

/* The same; 22023 when it is not. */
extern void actor_parse_or_complain(const char *text, Actor *actor);

#endif
