-- access: operators
CREATE FUNCTION jobs.purge_emails(older_than interval, max_rows integer DEFAULT 10000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_purge_emails';
REVOKE EXECUTE ON FUNCTION jobs.purge_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.purge_emails IS
	'Deletes e-mails that were sent, given up or cancelled longer ago than older_than (0 to 100 years), '
	'the oldest first, up to max_rows; what waits to be sent stays, and what somebody holds. '
	'Returns how many were deleted: less than max_rows means that there are no others. '
	'Errors: 22004 NULL; 22023 a bad value. For operator access.';
