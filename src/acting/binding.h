/*
 * binding.h
 *
 * Database roles that are one member or merchant.
 */
#ifndef JOBS_BINDING_H
#define JOBS_BINDING_H

#include "acting/actor.h"
#include "tables/row.h"

extern void binding_init(void);

/*
 * Is the role bound? `actor`: to whom, not looked up yet. Asked of what is committed by now,
 * whatever the transaction sees.
 */
extern bool binding_of_role(Oid role, Actor *actor);

/* The same when it was asked just before, in the same call: the answer may be that one. */
extern bool binding_of_role_again(Oid role, Actor *actor);

/* What the table says of the role of this name, or NULL. */
extern Row *binding_find(Rows *rows, const char *role);

#endif
