/*
 * row_batch.c
 *
 * Rows of many actions alike, with memory that is freed in between.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "tables/row_batch.h"

void
row_batch_begin(RowBatch *batch)
{
	batch->memory = AllocSetContextCreate(CurrentMemoryContext, "jobs batch", ALLOCSET_DEFAULT_SIZES);
	batch->caller = MemoryContextSwitchTo(batch->memory);
	batch->rows = rows_begin();
	batch->count = 0;
}

Rows *
row_batch_rows(RowBatch *batch, int wanted)
{
	if (batch->count + wanted > ROW_BATCH)
	{
		rows_end(batch->rows);
		MemoryContextReset(batch->memory);
		batch->rows = rows_begin();
		batch->count = 0;
	}
	batch->count += wanted;
	return batch->rows;
}

void
row_batch_end(RowBatch *batch)
{
	rows_end(batch->rows);
	MemoryContextSwitchTo(batch->caller);
	MemoryContextDelete(batch->memory);
}
