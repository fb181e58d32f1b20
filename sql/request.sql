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
	'A merchant asks an organization for a job. title: up to 200 characters; description: up to '
	'20,000; organization_id: required in this version; store_id: one of the '
	'merchant''s stores or NULL; budget: in the currency (ISO 4217) or NULL; max_matches: at '
	'least 1, without effect in this version; client_key: makes a repeated call safe. '
	'Returns the job. 0A000 without an organization, or with auto_rematch. '
	'Errors: 22004 NULL; 22023 a bad value, or a service that the organization does not provide; '
	'P0002 something named is missing or hidden; 55000 preferences forbid it, or '
	'the conversation is blocked; 42501 not a merchant.';

