/*
 * pause.c
 *
 * Pausing all e-mail: as long as it lasts, claims return nothing. What a mailer holds already it sends, and
 * answers as ever; what happens meanwhile is written into the outbox, and waits.
 *
 * The pause stands in jobs.node, so that it is in dumps, and in a copy.
 *
 * Locks: the row of jobs.node FOR NO KEY UPDATE. Claims don't wait for it.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "acting/access.h"
#include "acting/call.h"
#include "acting/entry.h"
#include "mail/pause.h"
#include "pg/argument.h"
#include "pg/notify.h"
#include "tables/node.h"
#include "tables/schema_complain.h"

/* As many e-mails are counted as jobs.health counts. */
#define MOST_COUNTED 10000

bool
pause_is_on(Rows *rows)
{
	RowScan *scan = row_scan_begin_latest(rows, TABLE_node, PRIMARY_KEY, 0, NULL, ForwardScanDirection);
	const Row *node = row_scan_pass(scan);
	bool is_on = node && !row_isnull(node, Col_node_emails_paused_at);

	row_scan_end(scan);
	return is_on;
}

/*
 * The row of jobs.node, locked.
 */
static Row *
pause_lock_node(Rows *rows)
{
	Row *node = row_lock_found(node_fetch(rows), LockTupleNoKeyExclusive, LockWaitBlock);

	if (node == NULL)
		schema_complain("The table jobs.node has lost its row.");
	row_require_column(node, Col_node_emails_paused_at);
	return node;
}

/*
 * How many e-mails wait, up to MOST_COUNTED.
 */
static int64
pause_count_waiting(Rows *rows)
{
	RowScan *scan = row_scan_begin(rows, TABLE_email, INDEX_email_pending, 0, NULL, ForwardScanDirection);
	int64 count = 0;

	while (count < MOST_COUNTED && row_scan_pass(scan) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		count++;
	}
	row_scan_end(scan);
	return count;
}

/*
 * Who wants it: the operator who logged in, or the role that somebody took on.
 */
static const char *
pause_caller(void)
{
	Oid caller = access_calling_operator();

	return GetUserNameFromId(OidIsValid(caller) ? caller : GetSessionUserId(), false);
}

/*
 * jobs.pause_emails(reason): repeated, it began when it began, and has the new reason.
 */
SQL_FUNCTION(pause_emails)
{
	char *reason = arg_text(fcinfo, ARG(pause_emails, reason), LIMIT_NAME);
	int64 waiting;
	Call *call;
	Row *node;
	Row *changed;

	check_can_write();
	call = call_begin_sheltered();
	node = pause_lock_node(call->rows);
	changed = row_copy(node);
	if (row_isnull(node, Col_node_emails_paused_at))
		row_set_time(changed, Col_node_emails_paused_at, GetCurrentTimestamp());
	row_set_text(changed, Col_node_emails_paused_because, reason);
	row_set_text(changed, Col_node_emails_paused_by, pause_caller());
	row_must_update(node, changed);
	waiting = pause_count_waiting(call->rows);
	call_end(call);
	PG_RETURN_INT64(waiting);
}

/*
 * jobs.resume_emails()
 */
SQL_FUNCTION(resume_emails)
{
	int64 waiting;
	Call *call;
	Row *node;
	Row *changed;

	check_can_write();
	call = call_begin_sheltered();
	node = pause_lock_node(call->rows);
	if (!row_isnull(node, Col_node_emails_paused_at))
	{
		changed = row_copy(node);
		row_set_null(changed, Col_node_emails_paused_at);
		row_set_null(changed, Col_node_emails_paused_because);
		row_set_null(changed, Col_node_emails_paused_by);
		row_must_update(node, changed);
		jobs_wake(WAKE_EMAIL);
	}
	waiting = pause_count_waiting(call->rows);
	call_end(call);
	PG_RETURN_INT64(waiting);
}

static void
pause_show_text(const Row *node, int column, Datum *value, bool *isnull)
{
	*isnull = row_isnull(node, column);
	if (!*isnull)
		*value = CStringGetTextDatum(row_text(node, column));
}

/*
 * jobs.email_pause(): what the view jobs.health shows of it, with the owner's rights, since who watches
 * sees no row of the tables.
 */
SQL_FUNCTION(email_pause)
{
	TupleDesc desc = entry_row(fcinfo, RESULT(email_pause));
	Datum values[NRESULT_email_pause] = {0};
	bool nulls[NRESULT_email_pause];
	Call *call = call_begin_sheltered();
	Row *node = node_fetch(call->rows);
	HeapTuple tuple;

	nulls[RESULT_email_pause_emails_paused_at] = row_isnull(node, Col_node_emails_paused_at);
	values[RESULT_email_pause_emails_paused_at] =
		TimestampTzGetDatum(row_time(node, Col_node_emails_paused_at, DT_NOBEGIN));
	pause_show_text(node, Col_node_emails_paused_because, &values[RESULT_email_pause_emails_paused_because],
					&nulls[RESULT_email_pause_emails_paused_because]);
	pause_show_text(node, Col_node_emails_paused_by, &values[RESULT_email_pause_emails_paused_by],
					&nulls[RESULT_email_pause_emails_paused_by]);
	tuple = heap_form_tuple(BlessTupleDesc(desc), values, nulls);
	call_end(call);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
