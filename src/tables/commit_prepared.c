/*
 * commit_prepared.c
 *
 * A transaction that is prepared forgets what it had to wake. Where the library is preloaded,
 * whoever commits it does that instead.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "tcop/utility.h"

#include "pg/notify.h"
#include "tables/commit_prepared.h"
#include "tables/names.h"

static ProcessUtility_hook_type previous_utility_hook;

static bool
is_commit_prepared(const PlannedStmt *statement)
{
	return IsA(statement->utilityStmt, TransactionStmt) &&
		   ((const TransactionStmt *) statement->utilityStmt)->kind == TRANS_STMT_COMMIT_PREPARED;
}

/*
 * The statement runs in a transaction of its own, which commits after the one that was
 * prepared. So what is queued before, where it may still fail, wakes afterwards.
 */
static void
commit_prepared_utility(PlannedStmt *statement, const char *text, bool is_read_only, ProcessUtilityContext context,
						ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
						QueryCompletion *completion)
{
	if (is_commit_prepared(statement) && OidIsValid(table_oid(TABLE_email)))
		jobs_wake(WAKE_EMAIL | WAKE_EVENT);
	if (previous_utility_hook)
		previous_utility_hook(statement, text, is_read_only, context, parameters, environment, receiver, completion);
	else
		standard_ProcessUtility(statement, text, is_read_only, context, parameters, environment, receiver, completion);
}

void
commit_prepared_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_utility_hook = ProcessUtility_hook;
	ProcessUtility_hook = commit_prepared_utility;
}
