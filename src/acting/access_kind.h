/*
 * access_kind.h
 *
 * Kinds of access: what each gives a role, and giving and taking just that.
 */
#ifndef JOBS_ACCESS_KIND_H
#define JOBS_ACCESS_KIND_H

#include "nodes/pg_list.h"

/* Several kinds, as bits. */
typedef int AccessKinds;

/* The kind of a role that acts for nobody else. */
extern AccessKinds access_kind_bound(void);

/* The kind of that name, such as "app"; 0: there is none. */
extern AccessKinds access_kind_of(const char *name);

/* Their names, as an array of jsonb. */
extern Datum access_kind_names(AccessKinds kinds);

/* Names (char *) of the functions that they give. */
extern List *access_kind_functions(AccessKinds kinds);

/* Oids of the tables whose policies would change with a role's kinds. Those that aren't there have none. */
extern List *access_kind_tables(Oid role, AccessKinds before, AccessKinds after);

/*
 * Gives the role what `kinds` give, or takes that back. `others`: what it has besides, and keeps. A table
 * or view that isn't there is passed over: taking back works in any state. Inside SPI.
 */
extern void access_kind_give(const char *role, AccessKinds kinds, AccessKinds others);
extern void access_kind_take(const char *role, AccessKinds kinds, AccessKinds others);

/* Drops the role's policies. Inside SPI. */
extern void access_kind_drop_policies(const char *role);

/*
 * Has the role all rights on the schema, tables and views that the kinds give, where they stand, and the policies? DROP
 * OWNED takes some and leaves others, which the tables' owner gave on what isn't the owner's. Of older tables
 * what it reads is asked alone: what it writes there may have been given to nobody yet.
 */
extern bool access_kind_is_held(Oid role, AccessKinds kinds, bool is_older);

#endif
