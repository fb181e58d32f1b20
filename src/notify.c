/*
 * notify.c
 *
 * NOTIFY in the transaction of its cause; the server removes duplicates.
 */
#include "postgres.h"

#include "commands/async.h"
#include "fmgr.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "notify.h"

/* Beyond this share of the notification queue nobody is woken any more: consumers poll, too. */
#define QUEUE_ALMOST_FULL 0.9

/* How often the queue's usage is looked at, in milliseconds. */
#define USAGE_INTERVAL 1000

static bool notify_setting = true;

void
notify_init(void)
{
	DefineCustomBoolVariable("jobs.notify",
							 "Wakes listeners on jobs_email and jobs_event.",
							 "When off, mailers and readers of the history find work by polling alone.",
							 &notify_setting, true, PGC_SUSET, 0, NULL, NULL, NULL);
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

void
jobs_wake(int channels)
{
	if (!notify_setting || !queue_has_room())
		return;
	if (channels & WAKE_EMAIL)
		Async_Notify("jobs_email", NULL);
	if (channels & WAKE_EVENT)
		Async_Notify("jobs_event", NULL);
}
