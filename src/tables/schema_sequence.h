/*
 * schema_sequence.h
 *
 * Sequences as the schema has them.
 */
#ifndef JOBS_SCHEMA_SEQUENCE_H
#define JOBS_SCHEMA_SEQUENCE_H

#include "nodes/pg_list.h"

/*
 * The statement that makes the sequence what the options say (of CREATE SEQUENCE, DefElem), or NULL:
 * it is. Inside SPI.
 */
extern char *schema_mend_sequence(Oid sequence, List *options);

#endif
