/*
 * outbox.c
 *
 * An e-mail in the outbox, and what operators do with it. Who writes the outbox is in email.c,
 * mailers take e-mails by claim.c and answer by answer.c.
 *
 * email.next_attempt_at says when an e-mail is due, and is NULL once it was sent, given up or
 * cancelled, so that the index email_pending holds just what is left to do. email.claim_token is
 * that of the claim which nobody has answered yet.
 *
 * Locks: each e-mail FOR NO KEY UPDATE; who waits for several takes them in the order of the ids. Dead
 * letters are tried again without waiting.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "mail/email_kind.h"
#include "mail/outbox.h"
#include "pg/argument.h"
#include "pg/check.h"
#include "pg/id_list.h"
#include "pg/notify.h"
#include "pg/refusal.h"
#include "pg/text.h"
#include "tables/row_batch.h"

static int email_max_attempts = 10;

void
outbox_init(void)
{
	DefineCustomIntVariable("jobs.email_max_attempts",
							"How often an e-mail is handed to a mailer before it is given up.",
							"An e-mail that is given up is kept as a dead letter, for jobs.retry_email().",
							&email_max_attempts, 10, 1, 1000, PGC_SUSET, 0, NULL, NULL, NULL);
}

/*
 * NULL: it is not there.
 */
static Row *
outbox_require(Row *email, int64 id)
{
	if (email == NULL)
		ereport(ERROR,
				(refused_by(REFUSAL_ROW_MISSING),
				 errmsg("e-mail %lld does not exist", (long long) id),
				 errdetail("The outbox has no e-mail of that number."),
				 errhint("Pass an email_id that jobs.claim_emails() returned, or an id of jobs.email.")));
	return email;
}

Row *
outbox_get(Rows *rows, int64 id)
{
	return outbox_require(row_fetch(rows, TABLE_email, id), id);
}

Row *
outbox_lock(Rows *rows, int64 id)
{
	return outbox_require(row_lock(rows, TABLE_email, id, LockTupleNoKeyExclusive, LockWaitBlock), id);
}

bool
outbox_is_pending(const Row *email)
{
	return !row_isnull(email, Col_email_next_attempt_at);
}

bool
outbox_is_due(const Row *email, TimestampTz now)
{
	return outbox_is_pending(email) && row_time(email, Col_email_next_attempt_at, DT_NOEND) <= now;
}

bool
outbox_is_leased(const Row *email)
{
	return !row_isnull(email, Col_email_claim_token) && !outbox_is_due(email, GetCurrentTimestamp());
}

bool
outbox_is_used_up(const Row *email)
{
	return row_int32(email, Col_email_attempts) >= email_max_attempts;
}

Row *
outbox_end(const Row *email, int column, TimestampTz now)
{
	Row *ended = row_copy(email);

	row_set_null(ended, Col_email_next_attempt_at);
	row_set_null(ended, Col_email_claim_token);
	row_set_time(ended, column, now);
	return ended;
}

/*
 * The same e-mail, due as if nobody had tried yet, or given it up.
 */
static Row *
outbox_renew(const Row *email, TimestampTz now)
{
	Row *renewed = row_copy(email);

	row_set_time(renewed, Col_email_next_attempt_at, now);
	row_set(renewed, Col_email_attempts, Int32GetDatum(0));
	row_set_null(renewed, Col_email_dead_at);
	row_set_null(renewed, Col_email_cancelled_at);
	return renewed;
}

/*
 * jobs.retry_email(email_id): makes an e-mail due now, as if nobody had tried yet, or cancelled
 * it. A claim that nobody has answered stays valid until the next one: if its mailer has sent
 * the e-mail after all, it isn't sent twice.
 */
SQL_FUNCTION(retry_email)
{
	int64 id = arg_id(fcinfo, ARG(retry_email, email_id));
	Call *call = call_begin_sheltered();
	Row *email = outbox_lock(call->rows, id);

	if (!row_isnull(email, Col_email_sent_at))
		ereport(ERROR,
				(refused_by(REFUSAL_EMAIL_SENT),
				 errmsg("e-mail %lld cannot be tried again", (long long) id),
				 errdetail("A mailer has sent it."),
				 errhint("No action is needed.")));
	row_must_update(email, outbox_renew(email, GetCurrentTimestamp()));
	jobs_wake(WAKE_EMAIL);
	call_end(call);
	PG_RETURN_VOID();
}

/*
 * A kind of e-mail, or NULL for all. One that a later version of the library wrote has no name here.
 */
static char *
arg_optional_kind(FunctionCallInfo fcinfo, int argno)
{
	char *kind = PG_ARGISNULL(argno) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argno));

	if (kind && email_kind_of_name(kind) == EMAIL_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a kind of e-mail", text_excerpt(kind, 40)),
				 errdetail("No e-mail is of that kind."),
				 errhint("SELECT DISTINCT kind FROM jobs.email_template lists them. Leave it out for all.")));
	return kind;
}

/*
 * Makes a dead letter due, unless somebody holds it, or was faster.
 */
static bool
outbox_revive(Rows *rows, const Row *found, TimestampTz now)
{
	Row *email = row_lock_found(row_of_slot(rows, TABLE_email, found->slot), LockTupleNoKeyExclusive, LockWaitSkip);

	return email && !row_isnull(email, Col_email_dead_at) && row_update(email, outbox_renew(email, now));
}

/*
 * jobs.retry_emails(kind, since, max_rows): makes dead letters due, those that were given up first. What
 * was cancelled stays so: somebody wanted it.
 */
SQL_FUNCTION(retry_emails)
{
	char *kind = arg_optional_kind(fcinfo, ARG_retry_emails_kind);
	TimestampTz since =
		PG_ARGISNULL(ARG_retry_emails_since) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(ARG_retry_emails_since);
	int max_rows = arg_count(fcinfo, ARG(retry_emails, max_rows));
	TimestampTz now = GetCurrentTimestamp();
	int64 revived = 0;
	ScanKeyData keys[1];
	RowScan *scan;
	const Row *email;
	RowBatch batch;
	Call *call;

	check_can_write();
	call = call_begin_sheltered();
	ScanKeyInit(&keys[0], 1, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE, TimestampTzGetDatum(since));
	scan = row_scan_begin(call->rows, TABLE_email, INDEX_email_dead, 1, keys, ForwardScanDirection);
	row_batch_begin(&batch);
	while (revived < max_rows && (email = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (kind == NULL || strcmp(row_text(email, Col_email_kind), kind) == 0)
			revived += outbox_revive(row_batch_rows(&batch, 1), email, now);
	}
	row_batch_end(&batch);
	row_scan_end(scan);
	if (revived > 0)
		jobs_wake(WAKE_EMAIL);
	call_end(call);
	PG_RETURN_INT64(revived);
}

static bool
outbox_may_be_cancelled(const Row *email, TimestampTz before)
{
	return outbox_is_pending(email) && row_time(email, Col_email_created_at, DT_NOEND) < before;
}

/*
 * The ids, in order, of what jobs.cancel_emails() cancels. No index has the time at which an
 * e-mail was written, so that all that is pending is looked at.
 */
static IdList
outbox_find_older(Rows *rows, TimestampTz before)
{
	RowScan *scan = row_scan_begin(rows, TABLE_email, INDEX_email_pending, 0, NULL, ForwardScanDirection);
	const Row *email;
	IdList found;

	id_list_begin(&found);
	while ((email = row_scan_pass(scan)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (outbox_may_be_cancelled(email, before))
			id_list_add(&found, row_int64(email, Col_email_id));
	}
	row_scan_end(scan);
	id_list_sort(&found);
	return found;
}

static bool
outbox_cancel(Rows *rows, int64 id, TimestampTz before, TimestampTz now)
{
	Row *email = row_lock(rows, TABLE_email, id, LockTupleNoKeyExclusive, LockWaitBlock);

	/* it may have been sent while we waited */
	return email && outbox_may_be_cancelled(email, before) &&
		   row_update(email, outbox_end(email, Col_email_cancelled_at, now));
}

/*
 * jobs.cancel_emails(before): whatever was written before that time and is not sent yet
 * isn't sent any more.
 */
SQL_FUNCTION(cancel_emails)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz before;
	int64 cancelled = 0;
	IdList found;
	RowBatch batch;
	Call *call;

	check_not_null(PG_ARGISNULL(ARG_cancel_emails_before), "before");
	before = PG_GETARG_TIMESTAMPTZ(ARG_cancel_emails_before);
	check_can_write();
	call = call_begin_sheltered();
	found = outbox_find_older(call->rows, before);
	row_batch_begin(&batch);
	for (int64 i = 0; i < found.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		cancelled += outbox_cancel(row_batch_rows(&batch, 1), found.ids[i], before, now);
	}
	row_batch_end(&batch);
	call_end(call);
	PG_RETURN_INT64(cancelled);
}
