-- access: actors
CREATE FUNCTION jobs.send_message(
	conversation_id bigint,
	body text,
	job_id bigint DEFAULT NULL,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_send_message';
REVOKE EXECUTE ON FUNCTION jobs.send_message FROM PUBLIC;
COMMENT ON FUNCTION jobs.send_message IS
	'Writes in a conversation. body: up to 20,000 characters; job_id: the job that it is about, NULL for the '
	'only live one, 0 for none; client_key: makes a repeated call safe. Returns the message''s id. Errors: '
	'22004 NULL; 22023 a bad value, or several live jobs and none named; PT404 conversation or job is missing '
	'or hidden; PT409 the job''s status forbids it, or the conversation is blocked; PT410 the job is expired; '
	'42501 nobody acts, or the system. For members and merchants with app, bound or operator access.';

-- access: actors
CREATE FUNCTION jobs.reply_to_job(
	job_id bigint,
	body text,
	client_key uuid DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reply_to_job';
REVOKE EXECUTE ON FUNCTION jobs.reply_to_job FROM PUBLIC;
COMMENT ON FUNCTION jobs.reply_to_job IS
	'Writes in a job. body: up to 20,000 characters; client_key: makes a repeated call safe. Returns the '
	'message''s id. Errors: 22004 NULL; 22023 a bad value; PT404 the job is missing or hidden; PT409 its '
	'status forbids it, or the conversation is blocked; PT410 it is expired; 42501 nobody acts. For members '
	'and merchants with app, bound or operator access.';

CREATE FUNCTION jobs.message_fill()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_message_fill';
GRANT EXECUTE ON FUNCTION jobs.message_fill TO PUBLIC;
COMMENT ON FUNCTION jobs.message_fill IS
	'Trigger before rows of jobs.message: locks the job, checks and completes the message.';

CREATE FUNCTION jobs.message_record()
RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_message_record';
GRANT EXECUTE ON FUNCTION jobs.message_record TO PUBLIC;
COMMENT ON FUNCTION jobs.message_record IS
	'Trigger after rows of jobs.message: moves the job on, records it and queues e-mail.';

