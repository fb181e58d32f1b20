-- access: readers
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
	'Finds listed organizations, available or not, by words in their name, in the names of their services and '
	'in their description. query: up to 500 characters, as people type it: words that must all occur, "a '
	'phrase", this or that, -without; never malformed. A word is found in all forms that the organization''s '
	'language has for it, where PostgreSQL knows them. Without a word (NULL, blank): all. service_id: only '
	'who provides it; NULL: anybody. max_rows: at least 1. rank: ts_rank of the words as written and of their '
	'forms, weighing 1 in the name, 0.4 in a service, 0.2 in the description; 0 without words. Ordered by '
	'rank, highest first, name and id. Errors: 22004 max_rows is NULL; 22023 a bad value; PT404 no such '
	'service; 55000 the tables are not ready. For app, bound, operator and viewer access; nobody needs to '
	'act.';

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
