-- access: operators
CREATE FUNCTION jobs.expire_jobs(max_rows integer DEFAULT 1000)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_expire_jobs';
REVOKE EXECUTE ON FUNCTION jobs.expire_jobs FROM PUBLIC;
COMMENT ON FUNCTION jobs.expire_jobs IS
	'Expires one batch of overdue jobs, the longest overdue first; passes over those that are locked. '
	'Then asks other organizations where that was put off because somebody held what it takes. '
	'Returns how many expired. Errors: 22004 NULL; 22023 less than one. For operator access.';

-- access: operators
CREATE PROCEDURE jobs.expire_due_jobs(batch_size integer DEFAULT 1000)
LANGUAGE C
AS 'MODULE_PATHNAME', 'jobs_expire_due_jobs';
REVOKE EXECUTE ON PROCEDURE jobs.expire_due_jobs FROM PUBLIC;
COMMENT ON PROCEDURE jobs.expire_due_jobs IS
	'Expires overdue jobs, asks other organizations where that was put off, then reminds organizations '
	'of those whose deadline is near '
	'(jobs.reminder_lead), once for each; in batches, and commits after each; stops after about 50 seconds. '
	'Inside a transaction block it does one batch of each. Notes that it ran, at most once a minute. Errors: 22004 NULL; 22023 less than one. '
	'For operator access.';

