-- access: actors
CREATE FUNCTION jobs.open_job(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_open_job';
REVOKE EXECUTE ON FUNCTION jobs.open_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.open_job IS
	'A member opens a job; one that was opened before stays as it is. Returns the status. Errors: 22004 '
	'job_id is NULL; PT404 it is missing or hidden; PT410 it is expired; 42501 not a member. For members with '
	'app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.mark_inactive(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_mark_inactive';
REVOKE EXECUTE ON FUNCTION jobs.mark_inactive FROM PUBLIC;
COMMENT ON FUNCTION jobs.mark_inactive IS
	'A member marks a job inactive that waits for either side. Returns the status. Repeated by the same '
	'actor, it has the first answer. Errors: 22004 job_id is NULL; PT404 it is missing or hidden; PT409 its '
	'status forbids it; PT410 it is expired; 42501 not a member. For members with app, bound or operator '
	'access.';

-- access: actors
CREATE FUNCTION jobs.reactivate_job(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reactivate_job';
REVOKE EXECUTE ON FUNCTION jobs.reactivate_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.reactivate_job IS
	'A member takes an inactive job up again: it is responded or awaiting_response, by who wrote last. '
	'Returns the status. Repeated by the same actor, it has the first answer. Errors: 22004 job_id is NULL; '
	'PT404 it is missing or hidden; PT409 it is not inactive; PT410 it is expired; 42501 not a member. For '
	'members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.complete_job(
	job_id bigint,
	message text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_complete_job';
REVOKE EXECUTE ON FUNCTION jobs.complete_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.complete_job IS
	'A member marks a job as completed, with a message to the merchant of up to 20,000 characters, or NULL. '
	'Returns the status. Repeated by the same actor, it has the first answer. Errors: 22004 job_id is NULL; '
	'22023 a bad message; PT404 the job is missing or hidden; PT409 its status forbids it; PT410 it is '
	'expired; 42501 not a member. For members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.confirm_completion(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_confirm_completion';
REVOKE EXECUTE ON FUNCTION jobs.confirm_completion FROM PUBLIC;
COMMENT ON FUNCTION jobs.confirm_completion IS
	'The merchant confirms, once, that a job is completed. Returns the status. Repeated by the same actor, it '
	'has the first answer. Errors: 22004 job_id is NULL; PT404 it is missing or hidden; PT409 it is not '
	'completed, or confirmed already; PT410 it is expired; 42501 not a merchant. For merchants with app, '
	'bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.reject_completion(
	job_id bigint,
	comment text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reject_completion';
REVOKE EXECUTE ON FUNCTION jobs.reject_completion FROM PUBLIC;
COMMENT ON FUNCTION jobs.reject_completion IS
	'The merchant says that a job is not completed, why in up to 20,000 characters, or NULL: it is '
	'awaiting_response again. Returns the status. Repeated by the same actor, it has the first answer. '
	'Errors: 22004 job_id is NULL; 22023 a bad comment; PT404 the job is missing or hidden; PT409 it is not '
	'completed, or confirmed already; PT410 it is expired; 42501 not a merchant. For merchants with app, '
	'bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.allowed_actions(job_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 5
AS 'MODULE_PATHNAME', 'jobs_allowed_actions';
REVOKE EXECUTE ON FUNCTION jobs.allowed_actions FROM PUBLIC;
COMMENT ON FUNCTION jobs.allowed_actions IS
	'The actions that whoever acts can do on a job now, by their names in jobs.transitions(); and review, for '
	'jobs.review_job(). Errors: 22004 job_id is NULL; PT404 it is missing or hidden; 42501 nobody acts. For '
	'members, merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.job_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_job_fill';
GRANT EXECUTE ON FUNCTION jobs.job_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.job_fill IS
	'Trigger before rows of jobs.job: checks a new job or the change of one by the state machine.';

CREATE FUNCTION jobs.job_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_job_record';
GRANT EXECUTE ON FUNCTION jobs.job_record TO PUBLIC;
COMMENT ON FUNCTION jobs.job_record IS
	'Trigger after rows of jobs.job: records what happened and queues e-mail.';

