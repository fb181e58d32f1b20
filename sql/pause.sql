-- access: operators
CREATE FUNCTION jobs.pause_emails(reason text)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_pause_emails';
REVOKE EXECUTE ON FUNCTION jobs.pause_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.pause_emails IS
	'Stops all e-mail, until jobs.resume_emails(): claims return nothing. E-mails are still written, and wait; what '
	'a mailer holds already it sends. reason: for people, up to 200 characters; jobs.health shows it. Repeated, it has '
	'the new reason. Returns how many e-mails wait, counted up to 10,000. Errors: 22004 NULL; 22023 a bad reason. '
	'For operator access.';

-- access: operators
CREATE FUNCTION jobs.resume_emails()
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_resume_emails';
REVOKE EXECUTE ON FUNCTION jobs.resume_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.resume_emails IS
	'Ends a pause of e-mail, and wakes the mailers. Without a pause it does nothing. Returns how many e-mails wait, '
	'counted up to 10,000. For operator access.';

-- access: watchers
CREATE FUNCTION jobs.email_pause(
	OUT emails_paused_at timestamptz,
	OUT emails_paused_because text,
	OUT emails_paused_by text)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_email_pause';
REVOKE EXECUTE ON FUNCTION jobs.email_pause FROM PUBLIC;
COMMENT ON FUNCTION jobs.email_pause IS
	'Internal: the pause of e-mail in jobs.health. Errors: 55000 the tables are not ready. '
	'For monitor, operator and viewer access.';

