-- access: operators
CREATE FUNCTION jobs.resend_email(email_id bigint, recipient text DEFAULT NULL)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_resend_email';
REVOKE EXECUTE ON FUNCTION jobs.resend_email FROM PUBLIC;
COMMENT ON FUNCTION jobs.resend_email IS
	'Sends an e-mail once more, also one that was sent: as a new one with a message_key of its own. recipient: another '
	'address, NULL: the same. What it says is rendered anew. To a member who was unassigned it is not sent all the same. '
	'Returns the new email_id. Errors: 22004 NULL; 22023 a bad address; PT404 no such e-mail. For operator access.';

