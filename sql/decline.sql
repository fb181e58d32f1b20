-- access: actors
CREATE FUNCTION jobs.decline_job(
	job_id bigint,
	reason text DEFAULT NULL,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_decline_job';
REVOKE EXECUTE ON FUNCTION jobs.decline_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.decline_job IS
	'Either side declines a live job. reason: up to 40 lower-case letters and underscores, or NULL; comment: '
	'up to 20,000 characters, or NULL. Recorded with side, service and the status before. Returns the status. '
	'Repeated by the same actor, it has the first answer. Errors: 22004 job_id is NULL; 22023 a bad reason or '
	'comment; PT404 the job is missing or hidden; PT409 it does not live any more; PT410 it is expired; 42501 '
	'neither member nor merchant. For members and merchants with app, bound or operator access.';

