-- access: operators
CREATE FUNCTION jobs.delete_organization(organization_id bigint)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_delete_organization';
REVOKE EXECUTE ON FUNCTION jobs.delete_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.delete_organization IS
	'Deletes an organization that never had a conversation, nor a job therefore, with its members, preferences, services '
	'and consumers of events. Returns how many rows these were, its own included. Errors: 22004 NULL; PT404 it is missing; '
	'PT409 it has had a conversation, or a role is bound to one of its members; 23503 a table of yours refers to it. '
	'For operator access.';

