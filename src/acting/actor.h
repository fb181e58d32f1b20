/*
 * actor.h
 *
 * Who acts: a member of an organization, a merchant, the system, or nobody.
 *
 * As text an actor is `member:7`, `merchant:3`, `system` or empty. A text alone is
 * never trusted: existence and is_active are looked up at each use, by current_actor.h.
 */
#ifndef JOBS_ACTOR_H
#define JOBS_ACTOR_H

#include "fmgr.h"

#include "pg/compat.h"

typedef enum ActorKind
{
	ACTOR_NOBODY,
	ACTOR_MEMBER,
	ACTOR_MERCHANT,
	ACTOR_SYSTEM
} ActorKind;

/* The side that acts; bits, since a rule may hold for several. */
typedef enum Side
{
	SIDE_NOBODY = 0,
	SIDE_EXPERT = 1,
	SIDE_MERCHANT = 2,
	SIDE_SYSTEM = 4
} Side;

typedef struct Actor
{
	ActorKind kind;
	int64 id;			   /* of the member or merchant; else 0 */
	int64 organization_id; /* of a member, once resolved; else 0 */
} Actor;

/* "merchant:" and 19 digits */
#define ACTOR_TEXT_SIZE 32

/*
 * The one home of "hidden equals missing": does the actor see a row of this
 * organization and this merchant? 0 stands for a row without one of them.
 */
extern bool actor_sees(const Actor *actor, int64 organization_id, int64 merchant_id);

/* The organization that the actor works in, or the merchant that it is; 0: neither. */
extern int64 actor_tenant(const Actor *actor);

/* PT404, the same whether the row is missing or hidden; `what` is "job", for instance. */
pg_noreturn extern void actor_complain_missing(const char *what, int64 id);

/* The side that the actor stands on. */
extern Side actor_side(const Actor *actor);

/* The actor's text, as a C string in `buffer` and as a datum. */
extern char *actor_format(const Actor *actor, char *buffer);
extern Datum actor_datum(const Actor *actor);

/* True, and `actor` filled in (but not looked up), when the text is well formed. */
extern bool actor_parse(const char *text, Actor *actor);

/* The same of an id: digits, with no sign, no leading zero and no overflow. */
extern bool actor_parse_id(const char *text, int64 *id);

/* The same of an actor; 22023 when it is not. */
extern void actor_parse_or_complain(const char *text, Actor *actor);

#endif
