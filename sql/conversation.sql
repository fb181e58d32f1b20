-- access: actors
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
	'A merchant writes to an organization: opens their conversation, or adds to it a message about no job. '
	'body: up to 20,000 characters; client_key: makes a repeated call safe. Returns the conversation''s id; '
	'NULL, and nothing is left, when a trigger suppressed the message. Errors: 22004 NULL; 22023 a bad value; '
	'PT404 the organization is missing; PT409 its preferences forbid it, or the conversation is blocked; '
	'42501 not a merchant. For merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.block_conversation(conversation_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_block_conversation';
REVOKE EXECUTE ON FUNCTION jobs.block_conversation FROM PUBLIC;
COMMENT ON FUNCTION jobs.block_conversation IS
	'Either side blocks a conversation: nobody writes, offers or asks in it any more. Whoever blocks it declines '
	'its live jobs, with the reason "blocked", and declines or withdraws its open proposals. Blocking it again '
	'does nothing. A plain UPDATE of is_blocked does the same; by an operator it ends nothing. blocked_by tells '
	'who did. Errors: 22004 NULL; PT404 it is missing or hidden; PT409 whoever acts is suspended, or its account '
	'closed; 42501 neither side. For members and merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.unblock_conversation(conversation_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unblock_conversation';
REVOKE EXECUTE ON FUNCTION jobs.unblock_conversation FROM PUBLIC;
COMMENT ON FUNCTION jobs.unblock_conversation IS
	'Opens a blocked conversation again, for the side that blocked it and the system; what ended stays ended. '
	'Unblocking an open one does nothing. A plain UPDATE of is_blocked does the same. Errors: 22004 NULL; PT404 '
	'it is missing or hidden; PT409 whoever acts is suspended, or its account closed; 42501 the other side '
	'blocked it. For members, merchants and the system with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.conversation_actions(conversation_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 3
AS 'MODULE_PATHNAME', 'jobs_conversation_actions';
REVOKE EXECUTE ON FUNCTION jobs.conversation_actions FROM PUBLIC;
COMMENT ON FUNCTION jobs.conversation_actions IS
	'What whoever acts can do in a conversation now: message, propose, block, unblock. Errors: 22004 '
	'conversation_id is NULL; PT404 it is missing or hidden; 42501 nobody acts. For members, merchants and '
	'the system with app, bound or operator access.';

CREATE FUNCTION jobs.conversation_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_conversation_fill';
GRANT EXECUTE ON FUNCTION jobs.conversation_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.conversation_fill IS
	'Trigger before rows of jobs.conversation: checks that the merchant may start it, and gives it its id.';

CREATE FUNCTION jobs.conversation_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_conversation_record';
GRANT EXECUTE ON FUNCTION jobs.conversation_record TO PUBLIC;
COMMENT ON FUNCTION jobs.conversation_record IS
	'Trigger after rows of jobs.conversation: writes that it was started, blocked or opened again.';
