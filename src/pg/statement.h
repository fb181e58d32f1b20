/*
 * statement.h
 *
 * SQL that is planned once and kept: for what is done to sets of rows, or is rare. Rows by
 * their keys are read and written through row.h.
 */
#ifndef JOBS_STATEMENT_H
#define JOBS_STATEMENT_H

#include "executor/spi.h"

#define STATEMENT_MAX_PARAMETERS 4

typedef struct KeptStatement
{
	const char *sql;
	Oid types[STATEMENT_MAX_PARAMETERS]; /* up to the first InvalidOid */
	SPIPlanPtr plan;					 /* kept */
} KeptStatement;

/*
 * For as long as the rights are switched, statements are planned by way of indexes, whatever
 * the statistics say.
 */
extern void statement_prefer_indexes(void);

/*
 * Runs a statement, and returns how many rows that were. SPI is connected; SPI_tuptable has
 * the rows. `expected` is an SPI_OK_ code.
 */
extern uint64 statement_run(KeptStatement *statement, Datum *values, const char *nulls, int expected);

#endif
