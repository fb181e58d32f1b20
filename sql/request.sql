-- access: actors
CREATE FUNCTION jobs.request_job(
	service_id bigint,
	title text,
	description text,
	organization_id bigint DEFAULT NULL,
	store_id bigint DEFAULT NULL,
	budget numeric DEFAULT NULL,
	currency text DEFAULT 'USD',
	max_matches integer DEFAULT 3,
	auto_rematch boolean DEFAULT false,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS TABLE (request_id bigint, job_id bigint, asked_organization_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 3
AS 'MODULE_PATHNAME', 'jobs_request_job';
REVOKE EXECUTE ON FUNCTION jobs.request_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.request_job IS
	'A merchant asks for a job. title: up to 200 characters; description: up to 20,000; organization_id: whom '
	'to ask, NULL: the best max_matches (1 to 100) that jobs.match_organizations() finds, each of which gets '
	'a job of its own under one request; store_id: one of the merchant''s stores or NULL; budget: in the '
	'currency (ISO 4217), up to 15 digits before the point and 6 behind it, or NULL; auto_rematch: when one '
	'of them declines or lets its job expire, the next best is asked, unless another one responded; '
	'client_key: makes a repeated call safe (max_matches is not compared). Returns the jobs, the best match '
	'first. Errors: 22004 NULL; 22023 a bad value, or a service that the organization does not provide; PT404 '
	'something named is missing or hidden; PT409 preferences forbid it, no organization matches, or the '
	'conversation is blocked; 42501 not a merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.rematch_request(
	request_id bigint,
	max_matches integer DEFAULT 1,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS TABLE (job_id bigint, asked_organization_id bigint)
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1
AS 'MODULE_PATHNAME', 'jobs_rematch_request';
REVOKE EXECUTE ON FUNCTION jobs.rematch_request FROM PUBLIC;
COMMENT ON FUNCTION jobs.rematch_request IS
	'Asks the best organizations that were not asked yet under a request, up to max_matches (1 to 100), for '
	'the same job. client_key: makes a repeated call safe that asked somebody (max_matches is not compared). '
	'Returns the new jobs; none: nobody is left to ask. Errors: 22004 NULL; 22023 a bad value; PT404 the '
	'request is missing or hidden; PT409 it was withdrawn; 42501 not the merchant or the system. For merchants and the system with '
	'app, bound or operator access.';

