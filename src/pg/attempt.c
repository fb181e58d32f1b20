/*
 * attempt.c
 *
 * Subtransactions of our own.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/attempt.h"

static bool
is_of_rows(int sqlstate)
{
	static const int others[] = {
		ERRCODE_TRANSACTION_ROLLBACK, ERRCODE_INSUFFICIENT_RESOURCES, ERRCODE_OPERATOR_INTERVENTION,
		ERRCODE_SYSTEM_ERROR, ERRCODE_INTERNAL_ERROR};

	for (int i = 0; i < lengthof(others); i++)
	{
		if (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(others[i]))
			return false;
	}
	return true;
}

ErrorData *
attempt(AttemptWork work, void *argument)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext context = AllocSetContextCreate(caller, "jobs attempt", ALLOCSET_DEFAULT_SIZES);
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		MemoryContextSwitchTo(context);
		work(argument);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		if (!is_of_rows(geterrcode()))
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	MemoryContextDelete(context);
	return error;
}
