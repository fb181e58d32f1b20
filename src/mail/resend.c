/*
 * resend.c
 *
 * Sends an e-mail once more, as another one: with a number of its own, and so with another key. The one
 * that was sent, or was not, stays as it is.
 */
#include "postgres.h"

#include "acting/call.h"
#include "acting/entry.h"
#include "acting/ids.h"
#include "mail/outbox.h"
#include "pg/argument.h"
#include "pg/notify.h"

/* What the two have in common. */
static const int repeated_columns[] = {
	Col_email_organization_id, Col_email_job_id, Col_email_member_id, Col_email_kind,
	Col_email_recipient, Col_email_language, Col_email_payload};

/*
 * jobs.resend_email(email_id, recipient). It stays for the member whom it was for, wherever it goes:
 * the member's name stands in it, and who was unassigned doesn't get it.
 */
SQL_FUNCTION(resend_email)
{
	int64 email_id = arg_id(fcinfo, ARG(resend_email, email_id));
	char *recipient = arg_optional_email(fcinfo, ARG(resend_email, recipient));
	TimestampTz now = GetCurrentTimestamp();
	Call *call;
	Row *old;
	Row *row;
	int64 id;

	check_can_write();
	call = call_begin_sheltered();
	old = outbox_get(call->rows, email_id);
	row = row_new(call->rows, TABLE_email);
	id = ids_assign(row, SLOT_OF(row_int64(old, Col_email_organization_id)));
	for (int i = 0; i < lengthof(repeated_columns); i++)
	{
		if (!row_isnull(old, repeated_columns[i]))
			row_set(row, repeated_columns[i], row_get(old, repeated_columns[i]));
	}
	if (recipient)
		row_set_text(row, Col_email_recipient, recipient);
	row_set_time(row, Col_email_created_at, now);
	row_set(row, Col_email_attempts, Int32GetDatum(0));
	row_set_time(row, Col_email_next_attempt_at, now);
	row_must_insert(row);
	jobs_wake(WAKE_EMAIL);
	call_end(call);
	PG_RETURN_INT64(id);
}
