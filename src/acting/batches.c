/*
 * batches.c
 *
 * Commits between batches.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "acting/batches.h"

/* It ends after this time, in milliseconds. pg_cron 1.4 lets all other jobs wait for a background worker. */
#define MAX_TIME 50000

void
batches_begin(Batches *batches, FunctionCallInfo fcinfo)
{
	batches->is_atomic = !(fcinfo->context && IsA(fcinfo->context, CallContext) &&
						   !castNode(CallContext, fcinfo->context)->atomic);
	batches->started = GetCurrentTimestamp();
	if (SPI_connect_ext(batches->is_atomic ? 0 : SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect_ext failed");
	batches->context = AllocSetContextCreate(CurrentMemoryContext, "jobs batch", ALLOCSET_DEFAULT_SIZES);
}

void
batches_end(const Batches *batches)
{
	MemoryContextDelete(batches->context);
	SPI_finish();
}

bool
batches_are_enough(const Batches *batches)
{
	return batches->is_atomic || TimestampDifferenceExceeds(batches->started, GetCurrentTimestamp(), MAX_TIME);
}

void
batches_commit(const Batches *batches)
{
	if (batches->is_atomic)
		return;
	SPI_commit();
	EnsurePortalSnapshotExists();
}
