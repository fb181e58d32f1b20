/*
 * batches.h
 *
 * A procedure that a scheduler calls: it commits after each batch of its work, and ends after a while, for
 * the scheduler starts the next one. A Call never spans a commit: the session would keep the owner's rights.
 */
#ifndef JOBS_BATCHES_H
#define JOBS_BATCHES_H

#include "datatype/timestamp.h"
#include "fmgr.h"

typedef struct Batches
{
	bool is_atomic; /* inside a transaction block, where it can't commit, and does one batch of each kind */
	TimestampTz started;
	MemoryContext context; /* of the batch that runs */
} Batches;

extern void batches_begin(Batches *batches, FunctionCallInfo fcinfo);
extern void batches_end(const Batches *batches);

/* Is it time to end? In a transaction block it always is. */
extern bool batches_are_enough(const Batches *batches);

/* What has been done stays so, whatever comes of the rest. */
extern void batches_commit(const Batches *batches);

#endif
