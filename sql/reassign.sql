-- access: operators
CREATE FUNCTION jobs.reassign_jobs(from_member_id bigint, to_member_id bigint)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reassign_jobs';
REVOKE EXECUTE ON FUNCTION jobs.reassign_jobs FROM PUBLIC;
COMMENT ON FUNCTION jobs.reassign_jobs IS
	'Takes a member off all its live jobs, and assigns a colleague to them, who is e-mailed. The first may have left, the '
	'second is active, and both are of one organization. The history names the system. Returns how many jobs these were. '
	'Errors: 22004 NULL; 22023 both are the same; PT404 a member is missing, inactive or of another organization. '
	'For operator access.';

