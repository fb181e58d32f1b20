-- access: everybody
CREATE FUNCTION jobs.refusals()
RETURNS TABLE (rule text, sqlstate text, meaning text)
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 30
AS 'MODULE_PATHNAME', 'jobs_refusals';
REVOKE EXECUTE ON FUNCTION jobs.refusals FROM PUBLIC;
COMMENT ON FUNCTION jobs.refusals IS
	'The rules by which something is refused. rule: the name that is in the error''s constraint field; '
	'sqlstate: the error''s code; meaning: what the rule says. For every kind of access.';

