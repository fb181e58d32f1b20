/*
 * repeated.c
 *
 * Tells an action that is repeated from one that comes too late, by the job's history.
 *
 * Locks: none; the job is locked, so that its history stands still.
 */
#include "postgres.h"

#include "jobs/repeated.h"
#include "pg/json.h"

bool
repeated_text(const Row *row, int column, const char *sent)
{
	char *stored = row_text(row, column);

	if (stored == NULL || sent == NULL)
		return stored == NULL && sent == NULL;
	return strcmp(stored, sent) == 0;
}

bool
repeated_by_actor(const Call *call, const Row *row, int column)
{
	char actor[ACTOR_TEXT_SIZE];
	char *stored = row_text(row, column);

	return stored && strcmp(stored, actor_format(&call->actor, actor)) == 0;
}

static bool
is_action(const Row *event, Action action)
{
	return strcmp(row_text(event, Col_event_action), action_rules[action].name) == 0;
}

static bool
changes_status(const Row *event)
{
	char *from = row_text(event, Col_event_from_status);
	char *to = row_text(event, Col_event_to_status);

	return from == NULL || to == NULL || strcmp(from, to) != 0;
}

/* So many events of a job are looked at. Who repeats a call does so soon. */
#define LOOK_BACK 1000

/* What the history says of an action's last time. */
typedef struct LastTime
{
	bool is_own;		  /* whoever acts now did it */
	int64 own_message_id; /* the message that the same one wrote right behind it; 0: none */
} LastTime;

static int64
message_of(const Row *event)
{
	return row_isnull(event, Col_event_details) ?
			   0 :
			   json_get_id(DatumGetJsonbP(row_get(event, Col_event_details)), "message_id");
}

/*
 * Finds the last time that this was done to the job. False: its status has changed since, or that is
 * too long ago.
 */
static bool
find_last_time(const Call *call, const Job *job, Action action, LastTime *last)
{
	bool is_found = false;
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *event;

	last->own_message_id = 0;
	row_key_int64(&keys[0], 1, job->id);
	scan = row_scan_begin(call->rows, TABLE_event, INDEX_event_job, 1, keys, BackwardScanDirection);
	for (int passed = 0; passed < LOOK_BACK && (event = row_scan_pass(scan)) != NULL; passed++)
	{
		bool is_own = repeated_by_actor(call, event, Col_event_actor);

		is_found = is_action(event, action);
		if (is_found)
			last->is_own = is_own;
		if (is_found || changes_status(event))
			break;
		last->own_message_id = is_own && is_action(event, ACTION_MESSAGE) ? message_of(event) : 0;
	}
	row_scan_end(scan);
	return is_found;
}

bool
repeated_action(Call *call, const Job *job, Action action, const char *said)
{
	LastTime last;
	Row *message;

	if (!find_last_time(call, job, action, &last) || !last.is_own)
		return false;
	if (!action_rules[action].carries_message)
		return true;
	/* what goes with an action is written at once, before anybody else can write */
	message = last.own_message_id ? row_fetch(call->rows, TABLE_message, last.own_message_id) : NULL;
	return said ? message && repeated_text(message, Col_message_body, said) : message == NULL;
}
