/*
 * quiet.h
 *
 * Keeps triggers and rules from firing while a step changes tables.
 */
#ifndef JOBS_QUIET_H
#define JOBS_QUIET_H

#include "nodes/pg_list.h"

/*
 * Disables all triggers and rules on these relations (oids), ours and users'; those of constraints stay.
 * Returns what quiet_end() puts back. With the rights of the relations' owner, inside SPI; the relations
 * are locked.
 */
extern char *quiet_begin(List *relations);

/* Enables each of them again that is still there, as it was. */
extern void quiet_end(const char *disabled);

#endif
