-- access: mailers
CREATE FUNCTION jobs.claim_emails(
	max_rows integer DEFAULT 100,
	lease interval DEFAULT '5 minutes',
	worker text DEFAULT NULL)
RETURNS TABLE (
	email_id bigint,
	attempt integer,
	claim_token uuid,
	kind text,
	recipient text,
	language text,
	subject text,
	body text,
	job_id bigint,
	message_key text,
	payload jsonb)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100
AS 'MODULE_PATHNAME', 'jobs_claim_emails';
REVOKE EXECUTE ON FUNCTION jobs.claim_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.claim_emails IS
	'Hands out e-mails that are due. Nobody else gets them before the lease is over; commit before '
	'sending. worker: a name for people who look, or NULL. subject is one line, body plain text with '
	'line feeds; both come from jobs.email_template in the recipient''s language. message_key stays the same in all attempts: '
	'use it as the Message-ID. job_id is NULL for e-mail about no job. '
	'What is for a member who was unassigned from its job since then is cancelled instead. '
	'Errors: 22004 NULL; 22023 a bad value. For mailer and operator access.';

-- access: mailers
CREATE FUNCTION jobs.ack_emails(email_ids bigint[], claim_tokens uuid[])
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_ack_emails';
REVOKE EXECUTE ON FUNCTION jobs.ack_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.ack_emails IS
	'E-mails were sent: each with the token of its claim, a stale one acknowledges nothing. '
	'Returns how many were acknowledged; a crash takes none of it back. '
	'Errors: 22004 NULL; 22023 arrays of different length. '
	'For mailer and operator access.';

-- access: mailers
CREATE FUNCTION jobs.fail_email(
	email_id bigint,
	claim_token uuid,
	error text,
	is_permanent boolean DEFAULT false)
RETURNS timestamptz
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_fail_email';
REVOKE EXECUTE ON FUNCTION jobs.fail_email FROM PUBLIC;
COMMENT ON FUNCTION jobs.fail_email IS
	'An e-mail could not be sent. error: what went wrong; is_permanent: true when trying again is of no use. '
	'Returns when it may be claimed again, or NULL: it is given up, a dead letter. The same call once more '
	'answers the same, until the e-mail is claimed again. Errors: 22004 NULL; 22023 a bad value; PT404 no '
	'such e-mail; PT412 the token is stale. For mailer and operator access.';

-- access: operators
CREATE FUNCTION jobs.retry_email(email_id bigint)
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_retry_email';
REVOKE EXECUTE ON FUNCTION jobs.retry_email FROM PUBLIC;
COMMENT ON FUNCTION jobs.retry_email IS
	'Sends an e-mail again that was given up or cancelled, or waits for its next attempt: it is due at once. '
	'To a member who was unassigned it is not sent all the same. Errors: 22004 NULL; PT404 no such e-mail; '
	'PT409 it was sent. For operator access.';

-- access: operators
CREATE FUNCTION jobs.retry_emails(
	kind text DEFAULT NULL,
	since timestamptz DEFAULT NULL,
	max_rows integer DEFAULT 1000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_retry_emails';
REVOKE EXECUTE ON FUNCTION jobs.retry_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.retry_emails IS
	'Sends e-mails again that were given up, those that were given up first: they are due at once. kind: one kind, NULL: '
	'all; since: those that were given up from that time on, NULL: all; max_rows: at least 1. What was cancelled stays so, '
	'and what somebody holds is passed over. Returns how many they are. Errors: 22004 max_rows is NULL; 22023 a bad value. '
	'For operator access.';

-- access: operators
CREATE FUNCTION jobs.cancel_emails(before timestamptz)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_cancel_emails';
REVOKE EXECUTE ON FUNCTION jobs.cancel_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.cancel_emails IS
	'Calls off all e-mail that was written before that time and is not sent yet, also what a mailer '
	'holds: its acknowledgement counts for nothing then. For a copy of the database that must not '
	'mail people. Returns how many were cancelled. Errors: 22004 NULL. For operator access.';

