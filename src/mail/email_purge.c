/*
 * email_purge.c
 *
 * Deletes e-mails that are done with and old, in the order of their ids.
 *
 * Locks: each e-mail FOR UPDATE SKIP LOCKED.
 */
#include "postgres.h"

#include "acting/entry.h"
#include "mail/email_purge.h"
#include "pg/argument.h"

/*
 * Was it sent, given up or cancelled before that time?
 */
static bool
is_old(const Row *email, TimestampTz before)
{
	TimestampTz cancelled_at = row_time(email, Col_email_cancelled_at, DT_NOEND);
	TimestampTz dead_at = row_time(email, Col_email_dead_at, cancelled_at);

	return row_isnull(email, Col_email_next_attempt_at) && row_time(email, Col_email_sent_at, dead_at) < before;
}

/*
 * Deletes an e-mail that is old and that nobody holds.
 */
static bool
delete_old_email(Row *email, TimestampTz before, void *argument)
{
	if (!is_old(email, before))
		return false;
	email = row_lock_found(email, LockTupleExclusive, LockWaitSkip);
	/* somebody may have made it due again */
	return email && is_old(email, before) && row_delete(email);
}

int
email_purge_round(TimestampTz before, int max_rows, int64 *after, bool *is_over)
{
	static const PurgeWalk walk = {TABLE_email, Col_email_id, Col_email_created_at, delete_old_email};
	Call *call = call_begin_upkeep();
	int deleted = purge_walk(call, &walk, NULL, before, max_rows, after, is_over);

	call_end(call);
	return deleted;
}

/*
 * jobs.purge_emails(older_than, max_rows)
 */
SQL_FUNCTION(purge_emails)
{
	TimestampTz before = purge_arg_older_than(fcinfo, ARG_purge_emails_older_than, "e-mails");
	int max_rows = arg_count(fcinfo, ARG(purge_emails, max_rows));

	check_can_write();
	PG_RETURN_INT64(purge_all(email_purge_round, before, max_rows));
}
