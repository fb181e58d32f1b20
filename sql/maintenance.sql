-- access: operators
CREATE PROCEDURE jobs.maintain()
LANGUAGE C
AS 'MODULE_PATHNAME', 'jobs_maintain';
REVOKE EXECUTE ON PROCEDURE jobs.maintain FROM PUBLIC;
COMMENT ON PROCEDURE jobs.maintain IS
	'Deletes what is older than the settings say: e-mails (jobs.email_retention, 90 days), jobs that have ended '
	'(jobs.job_retention, for ever) and events (jobs.event_retention, for ever), as jobs.purge_emails(), '
	'jobs.purge_jobs() and jobs.purge_events() do; and what pg_cron wrote down of runs of jobs more than 7 days ago, '
	'where it is in this database and lets the tables'' owner do so. In batches, and commits after each; stops after '
	'about 50 seconds. Inside a transaction block it does one batch of each. Notes when it came to its end, with '
	'nothing left to do. For operator access.';

-- access: watchers
CREATE FUNCTION jobs.last_maintained_at()
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_last_maintained_at';
REVOKE EXECUTE ON FUNCTION jobs.last_maintained_at FROM PUBLIC;
COMMENT ON FUNCTION jobs.last_maintained_at IS
	'Internal: a column of jobs.health. Errors: 55000 the tables are not ready. '
	'For monitor, operator and viewer access.';
