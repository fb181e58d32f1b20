-- access: actors
CREATE FUNCTION jobs.assign_members(
	job_id bigint,
	member_ids bigint[],
	actor text DEFAULT jobs.current_actor())
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assign_members';
REVOKE EXECUTE ON FUNCTION jobs.assign_members FROM PUBLIC;
COMMENT ON FUNCTION jobs.assign_members IS
	'Assigns members of the job''s organization to it; each new one is e-mailed, from now on for every '
	'communication. Returns how many are new. Errors: 22004 NULL; PT404 the job or a member is missing, '
	'hidden or inactive; PT409 its status forbids it; PT410 it is expired; 42501 not a member. For members '
	'with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.assign_self(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assign_self';
REVOKE EXECUTE ON FUNCTION jobs.assign_self FROM PUBLIC;
COMMENT ON FUNCTION jobs.assign_self IS
	'The member who acts takes on a job. Returns true, or false when assigned before. Errors: as of '
	'jobs.assign_members(). For members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.unassign_members(
	job_id bigint,
	member_ids bigint[],
	actor text DEFAULT jobs.current_actor())
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unassign_members';
REVOKE EXECUTE ON FUNCTION jobs.unassign_members FROM PUBLIC;
COMMENT ON FUNCTION jobs.unassign_members IS
	'Takes members off a job: they get no further e-mail about it. Returns how many were assigned. Errors: '
	'22004 NULL; PT404 the job is missing or hidden; PT409 its status forbids it; 42501 not a member. For '
	'members with app, bound or operator access.';

CREATE FUNCTION jobs.assignment_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assignment_fill';
GRANT EXECUTE ON FUNCTION jobs.assignment_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.assignment_fill IS
	'Trigger before rows of jobs.assignment: locks the job, checks and completes the assignment.';

CREATE FUNCTION jobs.assignment_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_assignment_record';
GRANT EXECUTE ON FUNCTION jobs.assignment_record TO PUBLIC;
COMMENT ON FUNCTION jobs.assignment_record IS
	'Trigger after rows of jobs.assignment: records it and queues e-mail.';

