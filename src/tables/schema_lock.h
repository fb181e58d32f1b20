/*
 * schema_lock.h
 *
 * Locks of who changes the tables themselves: installs, uninstalls, gives access and takes it back.
 */
#ifndef JOBS_SCHEMA_LOCK_H
#define JOBS_SCHEMA_LOCK_H

#include "nodes/pg_list.h"
#include "storage/lockdefs.h"

/* Keeps others from installing and granting until the transaction ends; 55P03 after some seconds. */
extern void schema_lock(void);

/*
 * Locks relations (oids) in this mode until the transaction ends, before anything of them is changed;
 * 55P03 after some seconds.
 */
extern void schema_lock_relations(List *relations, LOCKMODE mode);

#endif
