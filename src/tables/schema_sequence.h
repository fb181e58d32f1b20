/*
 * schema_sequence.h
 *
 * Sequences as the schema has them.
 */
#ifndef JOBS_SCHEMA_SEQUENCE_H
#define JOBS_SCHEMA_SEQUENCE_H

#include "nodes/pg_list.h"

/*
 * The statements (char *) that make the sequence what the options say (of CREATE SEQUENCE, DefElem).
 * Inside SPI.
 */
extern List *schema_mend_sequence(Oid sequence, List *options);

#endif
