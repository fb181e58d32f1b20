/*
 * repeated.c
 *
 * Tells an action that is repeated from one that comes too late, by the job's history.
 *
 * Locks: none; the job is locked, so that its history stands still.
 */
#include "postgres.h"

#include "jobs/repeated.h"
#include "tables/decided.h"

bool
repeated_text(const Row *row, int column, const char *sent)
{
	char *stored = row_text(row, column);

	if (stored == NULL || sent == NULL)
		return stored == NULL && sent == NULL;
	return decided_may_differ(row, column) || strcmp(stored, sent) == 0;
}

bool
repeated_by_actor(const Call *call, const Row *row, int column)
{
	char actor[ACTOR_TEXT_SIZE];
	char *stored = row_text(row, column);

	return stored && strcmp(stored, actor_format(&call->actor, actor)) == 0;
}

static bool
changes_status(const Row *event)
{
	char *from = row_text(event, Col_job_event_from_status);

	return from == NULL || strcmp(from, row_text(event, Col_job_event_to_status)) != 0;
}

/*
 * The last time that this was done to the job, if its status has not changed since; or NULL.
 */
static Row *
find_last(Rows *rows, const Job *job, Action action)
{
	ScanKeyData keys[1];
	RowScan *scan;
	Row *event;

	row_key_int64(&keys[0], 1, job->id);
	scan = row_scan_begin(rows, TABLE_job_event, INDEX_job_event_job, 1, keys, BackwardScanDirection);
	while ((event = row_scan_next(scan)) != NULL)
	{
		if (strcmp(row_text(event, Col_job_event_action), action_rules[action].name) == 0)
			break;
		if (changes_status(event))
		{
			event = NULL;
			break;
		}
	}
	row_scan_end(scan);
	return event;
}

/*
 * The first message in the job since then, or NULL.
 */
static Row *
find_message_since(Rows *rows, const Job *job, TimestampTz since)
{
	ScanKeyData keys[1];
	RowScan *scan;
	Row *found = NULL;
	Row *message;

	row_key_int64(&keys[0], 1, job->id);
	scan = row_scan_begin(rows, TABLE_message, INDEX_message_job, 1, keys, BackwardScanDirection);
	while ((message = row_scan_next(scan)) != NULL && row_time(message, Col_message_sent_at, DT_NOBEGIN) >= since)
		found = message;
	row_scan_end(scan);
	return found;
}

bool
repeated_action(Call *call, const Job *job, Action action, const char *said)
{
	Row *event = find_last(call->rows, job, action);
	Row *message;
	bool is_own;

	if (event == NULL || !repeated_by_actor(call, event, Col_job_event_actor))
		return false;
	message = find_message_since(call->rows, job, row_time(event, Col_job_event_occurred_at, DT_NOEND));
	/* what goes with an action is written at once, before anybody else can write */
	is_own = message && repeated_by_actor(call, message, Col_message_author);
	return said ? is_own && repeated_text(message, Col_message_body, said) : !is_own;
}
