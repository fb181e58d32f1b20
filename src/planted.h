/*
 * planted.h
 *
 * Refuses what others put into the schema: 55000.
 */
#ifndef JOBS_PLANTED_H
#define JOBS_PLANTED_H

/* Tables, views, sequences and indexes of anybody but the tables' owner. */
extern void planted_refuse_relations(Oid owner);

/* Functions and operators that are not the extension's. */
extern void planted_refuse_functions(void);

#endif
