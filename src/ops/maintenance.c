/*
 * maintenance.c
 *
 * Keeps the tables small: deletes what is older than the settings say, kind by kind and batch by batch. The
 * kinds take turns, so that one of which there is much doesn't keep the others waiting.
 *
 * Two may run at once: each passes over what the other one holds.
 *
 * Locks: those of the purges, of one batch; then the row of jobs.node, SKIP LOCKED.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "acting/batches.h"
#include "acting/entry.h"
#include "feed/feed_purge.h"
#include "jobs/job_purge.h"
#include "mail/email_purge.h"
#include "ops/cron_runs.h"
#include "ops/maintenance.h"
#include "pg/check.h"
#include "tables/node.h"

#define HOUR (60 * 60)
#define DAY (24 * HOUR)

/* Rows that one batch deletes at most, and commits. */
#define BATCH_ROWS 1000

/* For how long it is kept, in seconds; negative: for ever. */
static int email_retention = 90 * DAY;
static int event_retention = -1;
static int job_retention = -1;
static const int run_retention = CRON_RUNS_DAYS * DAY;

static const struct
{
	const int *retention;
	PurgeRound round;
} kinds[] = {
	{&email_retention, email_purge_round},
	{&job_retention, job_purge_round},
	{&event_retention, feed_purge_round},
	{&run_retention, cron_runs_purge_round},
};

/*
 * A number without a unit, such as 90 for 90 days, would delete nearly everything.
 */
static bool
check_retention(int *value, void **extra, GucSource source)
{
	if (*value == -1 || *value >= HOUR)
		return true;
	GUC_check_errdetail("It must be at least one hour, or -1, which means for ever. A number without a unit counts "
						"seconds.");
	GUC_check_errhint("Write it with its unit, such as '90d'.");
	return false;
}

static void
define_retention(const char *name, const char *description, int *value)
{
	DefineCustomIntVariable(name, description, "jobs.maintain() deletes what is older; -1: for ever.", value, *value,
							-1, INT_MAX, PGC_SUSET, GUC_UNIT_S, check_retention, NULL, NULL);
}

void
maintenance_init(void)
{
	define_retention("jobs.email_retention", "How long e-mails are kept that were sent, given up or cancelled.",
					 &email_retention);
	define_retention("jobs.event_retention", "How long events are kept that no consumer waits for.", &event_retention);
	define_retention("jobs.job_retention", "How long jobs are kept that have ended.", &job_retention);
}

TimestampTz
maintenance_last_end(void)
{
	Rows *rows = rows_begin_in_query();
	TimestampTz last = node_time_here(node_fetch(rows), Col_node_last_maintained_at, Col_node_last_maintained_database);

	rows_end(rows);
	return last;
}

/* What is known of one kind while it runs. */
typedef struct KindState
{
	TimestampTz before;
	int64 after;
	bool is_over;
} KindState;

/*
 * Deletes one batch of each kind of which there may be more; false: there is none, or it is time to end.
 */
static bool
run_turn(const Batches *batches, KindState *states)
{
	bool is_over = true;

	for (int i = 0; i < lengthof(kinds); i++)
	{
		MemoryContext caller;

		if (states[i].is_over)
			continue;
		CHECK_FOR_INTERRUPTS();
		caller = MemoryContextSwitchTo(batches->context);
		(void) kinds[i].round(states[i].before, BATCH_ROWS, &states[i].after, &states[i].is_over);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batches->context);
		batches_commit(batches);
		is_over &= states[i].is_over;
		if (!batches->is_atomic && batches_are_enough(batches))
			return false;
	}
	return !is_over && !batches_are_enough(batches);
}

static bool
is_all_over(const KindState *states)
{
	for (int i = 0; i < lengthof(kinds); i++)
	{
		if (!states[i].is_over)
			return false;
	}
	return true;
}

static void
note_end(void)
{
	Call *call = call_begin_upkeep();

	node_note_here(node_fetch(call->rows), Col_node_last_maintained_at, Col_node_last_maintained_database);
	call_end(call);
}

/*
 * jobs.maintain()
 */
SQL_FUNCTION(maintain)
{
	TimestampTz now = GetCurrentTimestamp();
	KindState states[lengthof(kinds)];
	Batches batches;

	check_can_write();
	for (int i = 0; i < lengthof(kinds); i++)
	{
		states[i].before = now - *kinds[i].retention * USECS_PER_SEC;
		states[i].after = PG_INT64_MIN;
		states[i].is_over = *kinds[i].retention < 0;
	}
	batches_begin(&batches, fcinfo);
	while (run_turn(&batches, states))
		;
	if (is_all_over(states))
		note_end();
	batches_end(&batches);
	PG_RETURN_VOID();
}

/*
 * jobs.last_maintained_at(): for the view jobs.health.
 */
SQL_FUNCTION(last_maintained_at)
{
	TimestampTz last = maintenance_last_end();

	if (last == DT_NOBEGIN)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(last);
}
