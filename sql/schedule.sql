-- access: operators
CREATE FUNCTION jobs.schedule_expiry(schedule text DEFAULT '* * * * *')
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_schedule_expiry';
REVOKE EXECUTE ON FUNCTION jobs.schedule_expiry FROM PUBLIC;
COMMENT ON FUNCTION jobs.schedule_expiry IS
	'Has pg_cron call jobs.expire_due_jobs(); again, changes the schedule. schedule: in the words of '
	'pg_cron. Warns of what keeps pg_cron from running it. Returns the number of pg_cron''s job. Errors: 22004 NULL; 22023 a bad schedule; 0A000 '
	'pg_cron is missing or in another database (the hint has the statement to run there); '
	'42501 not permitted by pg_cron; 55000 the tables'' owner may not log in or connect, or the job in '
	'pg_cron is not as it should be. For operator access.';

-- access: operators
CREATE FUNCTION jobs.unschedule_expiry()
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unschedule_expiry';
REVOKE EXECUTE ON FUNCTION jobs.unschedule_expiry FROM PUBLIC;
COMMENT ON FUNCTION jobs.unschedule_expiry IS
	'Ends what jobs.schedule_expiry() began. Returns false when there was nothing to end. '
	'Errors: 0A000 pg_cron is missing or in another database; 42501 not permitted by pg_cron; '
	'55000 the job in pg_cron is not as it should be. For operator access.';


-- access: operators
CREATE FUNCTION jobs.schedule_maintenance(schedule text DEFAULT '17 3 * * *')
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_schedule_maintenance';
REVOKE EXECUTE ON FUNCTION jobs.schedule_maintenance FROM PUBLIC;
COMMENT ON FUNCTION jobs.schedule_maintenance IS
	'Has pg_cron call jobs.maintain(); again, changes the schedule. schedule: in the words of '
	'pg_cron. Warns of what keeps pg_cron from running it. Returns the number of pg_cron''s job. Errors: 22004 NULL; 22023 a bad schedule; 0A000 '
	'pg_cron is missing or in another database (the hint has the statement to run there); '
	'42501 not permitted by pg_cron; 55000 the tables'' owner may not log in or connect, or the job in '
	'pg_cron is not as it should be. For operator access.';

-- access: operators
CREATE FUNCTION jobs.unschedule_maintenance()
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unschedule_maintenance';
REVOKE EXECUTE ON FUNCTION jobs.unschedule_maintenance FROM PUBLIC;
COMMENT ON FUNCTION jobs.unschedule_maintenance IS
	'Ends what jobs.schedule_maintenance() began. Returns false when there was nothing to end. '
	'Errors: 0A000 pg_cron is missing or in another database; 42501 not permitted by pg_cron; '
	'55000 the job in pg_cron is not as it should be. For operator access.';
