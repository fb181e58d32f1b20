/*
 * statement.h
 *
 * SQL, for what is asked of sets of rows or is rare; columns are found by their names. Rows by
 * their keys are read and written through row.h.
 */
#ifndef JOBS_STATEMENT_H
#define JOBS_STATEMENT_H

#include "executor/spi.h"

#define STATEMENT_MAX_PARAMETERS 3

/* A query that is planned once and kept. */
typedef struct KeptStatement
{
	const char *sql;
	Oid types[STATEMENT_MAX_PARAMETERS]; /* up to the first InvalidOid */
	bool is_planned_by_value;			 /* else once for all values */
	SPIPlanPtr plan;					 /* kept */
} KeptStatement;

/*
 * For as long as the rights are switched, statements are planned by way of indexes, whatever
 * the statistics say.
 */
extern void statement_prefer_indexes(void);

/*
 * Runs a query that only reads, and returns how many rows it found. SPI is connected;
 * SPI_tuptable has the rows.
 */
extern uint64 statement_read(KeptStatement *statement, Datum *values, const char *nulls);

/* The same for rows that go to a receiver, one by one; none of the parameters is NULL. */
extern void statement_send(KeptStatement *statement, Datum *values, DestReceiver *receiver);

/* A column of a row that SPI returned. */
extern Datum statement_column(HeapTuple row, TupleDesc desc, const char *name, bool *isnull);

/* The same, of a row of SPI_tuptable, as text; NULL: it is NULL. */
extern char *statement_text(uint64 row, const char *name);

/* A row of SPI_tuptable as one of a function's result, whose columns have the same names. */
extern HeapTuple statement_row(uint64 row, TupleDesc result);

#endif
