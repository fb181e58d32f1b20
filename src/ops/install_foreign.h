/*
 * install_foreign.h
 *
 * Refuses what others put into the schema: 55000.
 */
#ifndef JOBS_INSTALL_FOREIGN_H
#define JOBS_INSTALL_FOREIGN_H

/* Tables, views, sequences and indexes of anybody but the tables' owner. */
extern void foreign_refuse_relations(Oid owner);

/* Functions and operators that are not the extension's. */
extern void foreign_refuse_functions(void);

#endif
