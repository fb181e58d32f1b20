-- access: operators
CREATE FUNCTION jobs.extend_deadline(job_id bigint, until timestamptz)
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_extend_deadline';
REVOKE EXECUTE ON FUNCTION jobs.extend_deadline FROM PUBLIC;
COMMENT ON FUNCTION jobs.extend_deadline IS
	'Gives an organization more time to respond to a job. until: the new deadline, later than the old one; the reminder '
	'follows it. Both sides see it in the history, as extend. Returns true, or false when that was the deadline already. '
	'Errors: 22004 NULL; 22023 it is not later, or not within 100 years; PT404 the job is missing; PT409 it was responded to '
	'or has ended; PT410 it is expired. For operator access.';

