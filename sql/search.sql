CREATE FUNCTION jobs.search_organizations(
	query text DEFAULT NULL,
	service_id bigint DEFAULT NULL,
	max_rows integer DEFAULT 20)
RETURNS TABLE (
	organization_id bigint,
	name text,
	description text,
	rank float8)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20
AS 'MODULE_PATHNAME', 'jobs_search_organizations';
REVOKE EXECUTE ON FUNCTION jobs.search_organizations FROM PUBLIC;
COMMENT ON FUNCTION jobs.search_organizations IS
	'Finds listed organizations, available or not, by their name, the names of their services and '
	'their description. query: up to 500 characters, as people type it: words that must all occur, '
	'"a phrase", one or another, -without; in any form that the organization''s language has for '
	'them. service_id: only who provides it; max_rows: at most so many. '
	'rank: ts_rank of the words as written and of their forms; a word in the name weighs 1, in a '
	'service 0.4, in the description 0.2. Highest first, then by name and id; a query without a word '
	'(NULL, blank) finds all, with rank 0. '
	'Errors: 22004 max_rows is NULL; 22023 a bad value; P0002 no such service; 55000 the tables are '
	'not ready. For app, bound and operator access; nobody needs to act.';

CREATE FUNCTION jobs.service_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_service_record';
GRANT EXECUTE ON FUNCTION jobs.service_record TO PUBLIC;
COMMENT ON FUNCTION jobs.service_record IS
	'Trigger after rows of jobs.service: a new name is found in searches for who provides it.';

CREATE FUNCTION jobs.provided_service_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_provided_service_record';
GRANT EXECUTE ON FUNCTION jobs.provided_service_record TO PUBLIC;
COMMENT ON FUNCTION jobs.provided_service_record IS
	'Trigger after rows of jobs.provided_service: searches find an organization by what it provides.';
