CREATE FUNCTION jobs.start_conversation(
	organization_id bigint,
	body text,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_start_conversation';
REVOKE EXECUTE ON FUNCTION jobs.start_conversation FROM PUBLIC;
COMMENT ON FUNCTION jobs.start_conversation IS
	'A merchant writes to an organization: opens their conversation, or adds to it a message about '
	'no job. body: up to 20,000 characters; client_key: makes a repeated call safe. '
	'Returns the conversation''s id. Errors: 22004 NULL; 22023 a bad value; P0002 the organization is '
	'missing; 55000 its preferences forbid it, or the conversation is blocked; 42501 not a merchant.';

CREATE FUNCTION jobs.conversation_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_conversation_fill';
GRANT EXECUTE ON FUNCTION jobs.conversation_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.conversation_fill IS
	'Trigger before rows of jobs.conversation: checks that the merchant may start it, and gives it its id.';

