/*
 * notifier.c
 *
 * One worker serves all databases and is connected to none, so that none can't be dropped,
 * renamed or copied for its sake. The server writes the sender's database into a notification
 * and wakes its listeners at the sender's commit; for just as long the worker says that it is
 * in that database. Nothing reads a catalog in between.
 *
 * It sleeps until something is posted, sends that at once, and then waits for
 * jobs.notify_interval before it sends the next for the same database.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "pg/compat.h"
#include "pg/notifier.h"
#include "pg/notifier_slots.h"
#include "pg/notify.h"

#define NOTIFIER_NAME "jobs notifier"

/* How long it waits after a failure, in milliseconds. */
#define RETRY_INTERVAL 1000

static int notify_interval_setting = 10;

/* When each slot's listeners were last woken, or could not be. */
static TimestampTz tried_at[NOTIFIER_SLOTS];

/* Could the last not be woken? Then the log has it. */
static bool is_failing;

pg_noreturn extern PGDLLEXPORT void jobs_notifier_main(Datum argument);

void
notifier_init(void)
{
	BackgroundWorker worker = {
		.bgw_name = NOTIFIER_NAME,
		.bgw_type = NOTIFIER_NAME,
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = 1,
		.bgw_library_name = "jobs",
		.bgw_function_name = "jobs_notifier_main"};

	DefineCustomIntVariable("jobs.notify_interval",
							"How long the notifier waits before it wakes the same listeners again.",
							"It runs where the library is preloaded.",
							&notify_interval_setting, 10, 1, 60000, PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;
	notifier_slots_init();
	RegisterBackgroundWorker(&worker);
}

/*
 * Wakes the listeners of a database, in a transaction that does nothing else.
 */
static void
send_notifications(Oid database, int channels)
{
	/* A full queue stays full until somebody looks whether its readers have come along. */
	if (is_failing)
		notify_queue_usage();
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	notify_at_commit(channels);
	MyDatabaseId = database;
	CommitTransactionCommand();
	MyDatabaseId = InvalidOid;
}

/*
 * Whatever fails here, a full queue or a lock that can't be had, can do so again and again:
 * the log has it once.
 */
static void
handle_failure(MemoryContext context)
{
	ErrorData *error;

	MyDatabaseId = InvalidOid;
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	AbortCurrentTransaction();
	if (!is_failing)
		ereport(LOG,
				(errcode(error->sqlerrcode),
				 errmsg("the notifier could not wake listeners: %s", error->message),
				 errdetail("It tries again every second, and says when it can. "
						   "Until then mailers find e-mails when they poll."),
				 errhint("A full queue of notifications is kept by a session that listens and has been "
						 "in a transaction for long: see pg_stat_activity.")));
	is_failing = true;
}

static bool
try_to_send(Oid database, int channels, MemoryContext context)
{
	volatile bool is_sent = false;

	PG_TRY();
	{
		send_notifications(database, channels);
		is_sent = true;
	}
	PG_CATCH();
	{
		handle_failure(context);
	}
	PG_END_TRY();

	MemoryContextSwitchTo(context);
	MemoryContextReset(context);
	if (is_sent && is_failing)
	{
		ereport(LOG, (errmsg("the notifier wakes listeners again")));
		is_failing = false;
	}
	return is_sent;
}

/*
 * Milliseconds until a slot is due; 0: it is. A clock that was put back makes it due.
 */
static long
until_due(int slot)
{
	TimestampTz now = GetCurrentTimestamp();
	int interval = is_failing ? RETRY_INTERVAL : notify_interval_setting;
	TimestampTz due = TimestampTzPlusMilliseconds(tried_at[slot], interval);

	return now < tried_at[slot] ? 0 : TimestampDifferenceMilliseconds(now, due);
}

static void
send_due(MemoryContext context)
{
	for (int i = 0; i < NOTIFIER_SLOTS; i++)
	{
		Oid database;
		int channels;

		if (!notifier_slots_is_posted(i) || until_due(i) > 0)
			continue;
		tried_at[i] = GetCurrentTimestamp();
		channels = notifier_slots_take(i, &database);
		if (try_to_send(database, channels, context))
			notifier_slots_sent(i);
	}
}

/*
 * For how many milliseconds to sleep; -1: until somebody wakes us. To be called after all
 * that is sent, for a transaction that waits for a lock resets the latch.
 */
static long
until_next(void)
{
	long sleep = -1;

	for (int i = 0; i < NOTIFIER_SLOTS; i++)
	{
		if (notifier_slots_is_posted(i))
		{
			long wait = until_due(i);

			sleep = sleep < 0 ? wait : Min(sleep, wait);
		}
	}
	return sleep;
}

static void
notifier_end(int code, Datum argument)
{
	/* An error may have come in the middle of a commit: what follows is not done for that database. */
	MyDatabaseId = InvalidOid;
	notifier_slots_abandon();
}

void
jobs_notifier_main(Datum argument)
{
	MemoryContext context;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);

	/* Waiting for a standby while holding the lock of notifications would hold up all who notify. */
	SetConfigOption("synchronous_commit", "off", PGC_SUSET, PGC_S_OVERRIDE);
	context = AllocSetContextCreate(TopMemoryContext, NOTIFIER_NAME, ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(context);
	before_shmem_exit(notifier_end, 0);
	notifier_slots_serve();

	for (;;)
	{
		long sleep;

		ResetLatch(MyLatch);
		/* The server is stopped, most times, which is nothing to complain of. */
		if (ProcDiePending)
			proc_exit(1);
		/* As for a session: who is idle has nothing to cancel. */
		QueryCancelPending = false;
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		send_due(context);
		/* what is posted from here on ends the sleep */
		sleep = until_next();
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (sleep < 0 ? 0 : WL_TIMEOUT), sleep,
						 PG_WAIT_EXTENSION);
	}
}
