\echo Use "ALTER EXTENSION jobs UPDATE" to load this file. \quit

-- A server that preloads the library has the old one until it is restarted.
DO LANGUAGE plpgsql $$
BEGIN
	IF pg_catalog.string_to_array(jobs.version(), '.')::pg_catalog.int4[] OPERATOR(pg_catalog.<) ARRAY[0, 2, 0] THEN
		RAISE EXCEPTION 'the library of jobs is older than its functions are to be'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = pg_catalog.format('The library is of jobs %s, and these functions need 0.2.0.', jobs.version()),
				HINT = 'Connect anew, so that the new library is loaded. If jobs is in shared_preload_libraries, restart the server.';
	END IF;
END
$$;

-- What they cost lets the planner ask for the names behind the sort: of a page's rows, not of all.
ALTER FUNCTION jobs.display_name COST 100;
ALTER FUNCTION jobs.store_name COST 100;

COMMENT ON FUNCTION jobs.block_conversation IS
	'The merchant blocks a conversation: nobody writes, offers or asks in it any more, and its live jobs are '
	'declined by the merchant, with the reason "blocked". Blocking it again does nothing. An operator sets '
	'is_blocked in jobs.conversation, which declines nothing; blocked_by there tells who did. Errors: '
	'22004 NULL; PT404 it is missing or hidden; 42501 not a merchant. For merchants with app, bound or operator access.';

-- What operators do when something goes wrong.
CREATE FUNCTION jobs.pause_emails(reason text)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_pause_emails';
REVOKE EXECUTE ON FUNCTION jobs.pause_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.pause_emails IS
	'Stops all e-mail, until jobs.resume_emails(): claims return nothing. E-mails are still written, and wait; what '
	'a mailer holds already it sends. reason: for people, up to 200 characters; jobs.health shows it. Repeated, it has '
	'the new reason. Returns how many e-mails wait, counted up to 10,000. Errors: 22004 NULL; 22023 a bad reason. '
	'For operator access.';

CREATE FUNCTION jobs.resume_emails()
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_resume_emails';
REVOKE EXECUTE ON FUNCTION jobs.resume_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.resume_emails IS
	'Ends a pause of e-mail, and wakes the mailers. Without a pause it does nothing. Returns how many e-mails wait, '
	'counted up to 10,000. For operator access.';

CREATE FUNCTION jobs.email_pause(
	OUT emails_paused_at timestamptz,
	OUT emails_paused_because text,
	OUT emails_paused_by text)
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_email_pause';
REVOKE EXECUTE ON FUNCTION jobs.email_pause FROM PUBLIC;
COMMENT ON FUNCTION jobs.email_pause IS
	'Internal: the pause of e-mail in jobs.health. Errors: 55000 the tables are not ready. '
	'For monitor, operator and viewer access.';

CREATE FUNCTION jobs.retry_emails(
	kind text DEFAULT NULL,
	since timestamptz DEFAULT NULL,
	max_rows integer DEFAULT 1000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_retry_emails';
REVOKE EXECUTE ON FUNCTION jobs.retry_emails FROM PUBLIC;
COMMENT ON FUNCTION jobs.retry_emails IS
	'Sends e-mails again that were given up, those that were given up first: they are due at once. kind: one kind, NULL: '
	'all; since: those that were given up from that time on, NULL: all; max_rows: at least 1. What was cancelled stays so, '
	'and what somebody holds is passed over. Returns how many they are. Errors: 22004 max_rows is NULL; 22023 a bad value. '
	'For operator access.';

CREATE FUNCTION jobs.resend_email(email_id bigint, recipient text DEFAULT NULL)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_resend_email';
REVOKE EXECUTE ON FUNCTION jobs.resend_email FROM PUBLIC;
COMMENT ON FUNCTION jobs.resend_email IS
	'Sends an e-mail once more, also one that was sent: as a new one with a message_key of its own. recipient: another '
	'address, NULL: the same. What it says is rendered anew. To a member who was unassigned it is not sent all the same. '
	'Returns the new email_id. Errors: 22004 NULL; 22023 a bad address; PT404 no such e-mail. For operator access.';

CREATE FUNCTION jobs.withdraw_request(request_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_withdraw_request';
REVOKE EXECUTE ON FUNCTION jobs.withdraw_request FROM PUBLIC;
COMMENT ON FUNCTION jobs.withdraw_request IS
	'The merchant withdraws a request: all its live jobs are declined by the merchant, with the reason '
	'"request_withdrawn", and nobody else is asked under it. Returns how many were declined; repeated, 0. Errors: '
	'22004 NULL; PT404 the request is missing or hidden; 42501 not the merchant. For merchants with app, bound or '
	'operator access.';

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

CREATE FUNCTION jobs.reassign_jobs(from_member_id bigint, to_member_id bigint)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reassign_jobs';
REVOKE EXECUTE ON FUNCTION jobs.reassign_jobs FROM PUBLIC;
COMMENT ON FUNCTION jobs.reassign_jobs IS
	'Takes a member off all its live jobs, and assigns a colleague to them, who is e-mailed. The first may have left, the '
	'second is active, and both are of one organization. The history names the system. Returns how many jobs these were. '
	'Errors: 22004 NULL; 22023 both are the same; PT404 a member is missing, inactive or of another organization. '
	'For operator access.';

CREATE FUNCTION jobs.extend_deadline(job_id bigint, until timestamptz)
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_extend_deadline';
REVOKE EXECUTE ON FUNCTION jobs.extend_deadline FROM PUBLIC;
COMMENT ON FUNCTION jobs.extend_deadline IS
	'Gives an organization more time to respond to a job. until: the new deadline, later than the old one; the reminder '
	'follows it. Both sides see it in the history, as extend. Returns true, or false when that was the deadline already. '
	'Errors: 22004 NULL; 22023 it is not later, or not within 100 years; PT404 the job is missing; PT409 it was responded to '
	'or has ended; PT410 it is expired. For operator access.';

CREATE FUNCTION jobs.why_not_matched(
	organization_id bigint,
	service_id bigint,
	merchant_id bigint DEFAULT NULL,
	budget numeric DEFAULT NULL,
	currency text DEFAULT 'USD')
RETURNS TABLE (condition text, holds boolean, detail text)
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 6
AS 'MODULE_PATHNAME', 'jobs_why_not_matched';
REVOKE EXECUTE ON FUNCTION jobs.why_not_matched FROM PUBLIC;
COMMENT ON FUNCTION jobs.why_not_matched IS
	'Each condition that an organization must meet to be matched, whether it holds, and why: provides_service, '
	'fits_budget, is_available, is_listed, accepts_dropshipping, conversation_open. merchant_id: for whom, NULL: '
	'nobody in particular; budget: in the currency (ISO 4217), NULL: not said. If all hold, '
	'jobs.match_organizations() finds it, and others may be better. Errors: 22004 NULL; 22023 a bad value; PT404 '
	'the organization, the service or the merchant is missing. For operator access.';

COMMENT ON FUNCTION jobs.rematch_request IS
	'Asks the best organizations that were not asked yet under a request, up to max_matches (1 to 100), for '
	'the same job. client_key: makes a repeated call safe that asked somebody (max_matches is not compared). '
	'Returns the new jobs; none: nobody is left to ask. Errors: 22004 NULL; 22023 a bad value; PT404 the '
	'request is missing or hidden; PT409 it was withdrawn; 42501 not the merchant or the system. For merchants and the system with '
	'app, bound or operator access.';
