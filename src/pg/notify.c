/*
 * notify.c
 *
 * NOTIFY in the transaction of its cause; the server removes duplicates.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/async.h"
#include "fmgr.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "pg/notify.h"

/* Beyond this share of the notification queue nobody is woken any more: consumers poll, too. */
#define QUEUE_ALMOST_FULL 0.9

/* How often the queue's usage is looked at, in milliseconds. */
#define USAGE_INTERVAL 1000

/* In the order of WakeChannel's bits. */
static const char *const channel_names[] = {"jobs_email", "jobs_event"};

static bool notify_setting = true;

static void notify_end_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg);
static void notify_end_transaction(XactEvent event, void *arg);

void
notify_init(void)
{
	DefineCustomBoolVariable("jobs.notify",
							 "Wakes listeners on jobs_email and jobs_event.",
							 "When off, mailers and readers of the history find work by polling alone.",
							 &notify_setting, true, PGC_SUSET, 0, NULL, NULL, NULL);
	RegisterSubXactCallback(notify_end_subtransaction, NULL);
	RegisterXactCallback(notify_end_transaction, NULL);
}

/*
 * A full queue would make the transaction fail, for the sake of a wake-up.
 */
static bool
queue_has_room(void)
{
	static TimestampTz looked_at = 0;
	static bool has_room = true;
	TimestampTz now = GetCurrentTimestamp();

	if (looked_at == 0 || TimestampDifferenceExceeds(looked_at, now, USAGE_INTERVAL))
	{
		has_room = DatumGetFloat8(OidFunctionCall0(F_PG_NOTIFICATION_QUEUE_USAGE)) < QUEUE_ALMOST_FULL;
		looked_at = now;
	}
	return has_room;
}

/*
 * Level of the (sub)transaction that queued each channel's notification; 0: none did.
 * The server would remove duplicates, but keep the memory of every subtransaction in which
 * it was told of one.
 */
static int queued_at[lengthof(channel_names)];

static void
notify_end_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	int level = GetCurrentTransactionNestLevel();

	for (int i = 0; i < lengthof(queued_at); i++)
	{
		if (queued_at[i] < level)
			continue;
		if (event == SUBXACT_EVENT_ABORT_SUB)
			queued_at[i] = 0;
		else if (event == SUBXACT_EVENT_COMMIT_SUB)
			queued_at[i] = level - 1;
	}
}

static void
notify_end_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		memset(queued_at, 0, sizeof(queued_at));
}

void
jobs_wake(int channels)
{
	if (!notify_setting)
		return;
	for (int i = 0; i < lengthof(channel_names); i++)
	{
		if ((channels & (1 << i)) && queued_at[i] == 0 && queue_has_room())
		{
			Async_Notify(channel_names[i], NULL);
			queued_at[i] = GetCurrentTransactionNestLevel();
		}
	}
}
