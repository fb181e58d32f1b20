/*
 * row_batch.h
 *
 * Many rows that are written one after another: what they need in memory is freed now and then.
 *
 * row_batch_rows is asked for the Rows of the next ones, at most ROW_BATCH together, and begins afresh now and
 * then. The batch's memory is the current one until row_batch_end.
 *
 * With more of them together the memory is of a size that malloc gives back to the system each time,
 * and page faults cost more than new rows do.
 */
#ifndef JOBS_ROW_BATCH_H
#define JOBS_ROW_BATCH_H

#include "tables/row.h"

#define ROW_BATCH 25

typedef struct RowBatch
{
	MemoryContext caller;
	MemoryContext memory;
	Rows *rows;
	int count; /* of what these rows were asked for */
} RowBatch;

extern void row_batch_begin(RowBatch *batch);
extern Rows *row_batch_rows(RowBatch *batch, int wanted);
extern void row_batch_end(RowBatch *batch);

#endif
