-- access: readers
CREATE FUNCTION jobs.display_name(actor text)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100
AS 'MODULE_PATHNAME', 'jobs_display_name';
REVOKE EXECUTE ON FUNCTION jobs.display_name FROM PUBLIC;
COMMENT ON FUNCTION jobs.display_name IS
	'The name of a member or merchant; of who was erased, neutral words in the language of the one who acts; NULL for '
	'somebody whom that one does not deal with, and for nobody. Errors: 22023 malformed. For app, bound, operator and viewer access.';

-- access: readers
CREATE FUNCTION jobs.sees_organization(organization_id bigint)
RETURNS boolean
LANGUAGE C STABLE PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'jobs_sees_organization';
REVOKE EXECUTE ON FUNCTION jobs.sees_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.sees_organization IS
	'Internal, for row-level security: is the organization listed, the own one of whoever acts, '
	'or one that they deal with? For app, bound, operator and viewer access.';

-- access: readers
CREATE FUNCTION jobs.store_name(job_id bigint)
RETURNS text
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100
AS 'MODULE_PATHNAME', 'jobs_store_name';
REVOKE EXECUTE ON FUNCTION jobs.store_name FROM PUBLIC;
COMMENT ON FUNCTION jobs.store_name IS
	'Internal, for views: the name of the store that a job is for; NULL when it is for none, '
	'or when whoever acts does not see the job. For app, bound, operator and viewer access.';

