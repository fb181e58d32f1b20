-- access: actors
CREATE FUNCTION jobs.send_proposal(
	conversation_id bigint,
	service_id bigint,
	title text,
	work text,
	price numeric,
	currency text DEFAULT 'USD',
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_send_proposal';
REVOKE EXECUTE ON FUNCTION jobs.send_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.send_proposal IS
	'An expert offers work in a conversation, by a message that carries the proposal. title: up to 200 '
	'characters; work: what would be done, up to 20,000; price: in the currency (ISO 4217), up to 15 digits '
	'before the point and 6 behind it; client_key: makes a repeated call safe. Returns the proposal''s id. '
	'Errors: 22004 NULL; 22023 a bad value, or a service that the organization does not provide; PT404 '
	'conversation or service is missing or hidden; PT409 the conversation is blocked; 42501 not a member. For '
	'members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.withdraw_proposal(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_withdraw_proposal';
REVOKE EXECUTE ON FUNCTION jobs.withdraw_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.withdraw_proposal IS
	'An expert takes back a proposal that is not decided yet. Repeated by the same actor, it has the first '
	'answer. Errors: 22004 NULL; PT404 it is missing or hidden; PT409 it is decided; 42501 not a member. For '
	'members with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.decline_proposal(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_decline_proposal';
REVOKE EXECUTE ON FUNCTION jobs.decline_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.decline_proposal IS
	'The merchant refuses a proposal. Repeated by the same actor, it has the first answer. Errors: 22004 '
	'NULL; PT404 it is missing or hidden; PT409 it is decided; 42501 not a merchant. For merchants with app, '
	'bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.accept_proposal(
	proposal_id bigint,
	store_id bigint DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_accept_proposal';
REVOKE EXECUTE ON FUNCTION jobs.accept_proposal FROM PUBLIC;
COMMENT ON FUNCTION jobs.accept_proposal IS
	'The merchant accepts a proposal. store_id: one of its stores, for which a job is created, or NULL for '
	'"New store": no job comes of it. Returns the job''s id, or NULL. Repeated by the same actor, it has the '
	'first answer. Errors: 22004 proposal_id is NULL; 22023 store_id is 0; PT404 proposal or store is missing '
	'or hidden; PT409 it is decided, or the conversation is blocked; 42501 not a merchant. For merchants with '
	'app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.proposal_actions(proposal_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS SETOF text
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 2
AS 'MODULE_PATHNAME', 'jobs_proposal_actions';
REVOKE EXECUTE ON FUNCTION jobs.proposal_actions FROM PUBLIC;
COMMENT ON FUNCTION jobs.proposal_actions IS
	'What whoever acts can do with a proposal now: accept, decline, withdraw, request_review, review. Errors: '
	'22004 proposal_id is NULL; PT404 it is missing or hidden; 42501 nobody acts. For members, merchants and '
	'the system with app, bound or operator access.';

CREATE FUNCTION jobs.proposal_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_proposal_fill';
GRANT EXECUTE ON FUNCTION jobs.proposal_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.proposal_fill IS
	'Trigger before rows of jobs.proposal: checks and completes a proposal or its decision.';

CREATE FUNCTION jobs.proposal_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_proposal_record';
GRANT EXECUTE ON FUNCTION jobs.proposal_record TO PUBLIC;
COMMENT ON FUNCTION jobs.proposal_record IS
	'Trigger after rows of jobs.proposal: writes its message, creates the job and queues e-mail.';

