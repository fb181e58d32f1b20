/*
 * notify.c
 *
 * What a transaction has to wake: told to the notifier after the commit, or else notified in
 * the transaction, which takes a lock of the whole server until it has committed.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/async.h"
#include "fmgr.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "pg/notifier_slots.h"
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
							 "When off, mailers and readers of events find work by polling alone.",
							 &notify_setting, true, PGC_SUSET, 0, NULL, NULL, NULL);
	RegisterSubXactCallback(notify_end_subtransaction, NULL);
	RegisterXactCallback(notify_end_transaction, NULL);
}

double
notify_queue_usage(void)
{
	return DatumGetFloat8(OidFunctionCall0(F_PG_NOTIFICATION_QUEUE_USAGE));
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
		has_room = notify_queue_usage() < QUEUE_ALMOST_FULL;
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

/* Channels, of those queued, that the notifier is told of after the commit. */
static int for_notifier;

static void
notify_end_subtransaction(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	int level = GetCurrentTransactionNestLevel();

	for (int i = 0; i < lengthof(queued_at); i++)
	{
		if (queued_at[i] < level)
			continue;
		if (event == SUBXACT_EVENT_ABORT_SUB)
		{
			queued_at[i] = 0;
			for_notifier &= ~(1 << i);
		}
		else if (event == SUBXACT_EVENT_COMMIT_SUB)
			queued_at[i] = level - 1;
	}
}

static void
notify_end_transaction(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	/* At this event the rows are visible. What is prepared wakes when that is committed. */
	if (event == XACT_EVENT_COMMIT && for_notifier)
		notifier_slots_post(for_notifier);
	for_notifier = 0;
	memset(queued_at, 0, sizeof(queued_at));
}

void
notify_at_commit(int channels)
{
	for (int i = 0; i < lengthof(channel_names); i++)
	{
		if (channels & (1 << i))
			Async_Notify(channel_names[i], NULL);
	}
}

void
jobs_wake(int channels)
{
	if (!notify_setting)
		return;
	for (int i = 0; i < lengthof(channel_names); i++)
	{
		int channel = channels & (1 << i);

		if (!channel || queued_at[i])
			continue;
		if (notifier_slots_find())
			for_notifier |= channel;
		else if (queue_has_room())
			notify_at_commit(channel);
		else
			continue;
		queued_at[i] = GetCurrentTransactionNestLevel();
	}
}
