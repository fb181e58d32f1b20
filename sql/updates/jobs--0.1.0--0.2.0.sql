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
	'Either side blocks a conversation: nobody writes, offers or asks in it any more. Whoever blocks it declines '
	'its live jobs, with the reason "blocked", and declines or withdraws its open proposals. Blocking it again '
	'does nothing. A plain UPDATE of is_blocked does the same; by an operator it ends nothing. blocked_by tells '
	'who did. Errors: 22004 NULL; PT404 it is missing or hidden; PT409 whoever acts is suspended, or its account '
	'closed; 42501 neither side. For members and merchants with app, bound or operator access.';

COMMENT ON FUNCTION jobs.unblock_conversation IS
	'Opens a blocked conversation again, for the side that blocked it and the system; what ended stays ended. '
	'Unblocking an open one does nothing. A plain UPDATE of is_blocked does the same. Errors: 22004 NULL; PT404 '
	'it is missing or hidden; PT409 whoever acts is suspended, or its account closed; 42501 the other side '
	'blocked it. For members, merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.update_organization(
	organization_id bigint,
	name text DEFAULT NULL,
	description text DEFAULT NULL,
	language text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_organization';
REVOKE EXECUTE ON FUNCTION jobs.update_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_organization IS
	'Changes what others see of an organization. NULL leaves a value as it is. name: up to 200 characters; '
	'description: up to 20,000 characters, '''' for none; language: two letters. A plain UPDATE does the same. '
	'Errors: 22004 organization_id is NULL; 22023 a bad value; PT404 the organization is missing or hidden; PT409 '
	'whoever acts is suspended, or its account closed. For members and the system with app, bound or operator '
	'access.';

CREATE FUNCTION jobs.update_member(
	member_id bigint,
	name text DEFAULT NULL,
	email text DEFAULT NULL,
	language text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_member';
REVOKE EXECUTE ON FUNCTION jobs.update_member FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_member IS
	'Changes a member''s own data. NULL leaves a value as it is. name: up to 200 characters; email: one address, '
	'to which unsent e-mail goes from now on; language: two letters. A plain UPDATE does the same. Errors: 22004 '
	'member_id is NULL; 22023 a bad value; PT404 the member is missing or hidden; PT409 whoever acts is '
	'suspended, or its account closed. For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.update_merchant(
	merchant_id bigint,
	name text DEFAULT NULL,
	email text DEFAULT NULL,
	language text DEFAULT NULL,
	is_dropshipper boolean DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_merchant';
REVOKE EXECUTE ON FUNCTION jobs.update_merchant FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_merchant IS
	'Changes a merchant''s own data. NULL leaves a value as it is. name: up to 200 characters; email: one '
	'address, to which unsent e-mail goes from now on; language: two letters; is_dropshipper: jobs that exist go '
	'on. A plain UPDATE does the same. Errors: 22004 merchant_id is NULL; 22023 a bad value; PT404 the merchant '
	'is missing or hidden; PT409 whoever acts is suspended, or its account closed. For merchants and the system '
	'with app, bound or operator access.';

CREATE FUNCTION jobs.update_store(
	store_id bigint,
	name text DEFAULT NULL,
	url text DEFAULT NULL,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_update_store';
REVOKE EXECUTE ON FUNCTION jobs.update_store FROM PUBLIC;
COMMENT ON FUNCTION jobs.update_store IS
	'Changes a store. NULL leaves a value as it is. name: up to 200 characters; url: up to 2,000, '''' for none. '
	'A plain UPDATE does the same. Errors: 22004 store_id is NULL; 22023 a bad value; PT404 the store is missing '
	'or hidden; PT409 whoever acts is suspended, or its account closed. For merchants and the system with app, '
	'bound or operator access.';

CREATE FUNCTION jobs.remove_store(store_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_remove_store';
REVOKE EXECUTE ON FUNCTION jobs.remove_store FROM PUBLIC;
COMMENT ON FUNCTION jobs.remove_store IS
	'A store is not there any more: no new job is for it. Jobs that it has go on, and keep its name. Again, it '
	'does nothing. Errors: 22004 NULL; PT404 the store is missing or hidden; PT409 whoever acts is suspended, or '
	'its account closed. For merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.deactivate_member(member_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_deactivate_member';
REVOKE EXECUTE ON FUNCTION jobs.deactivate_member FROM PUBLIC;
COMMENT ON FUNCTION jobs.deactivate_member IS
	'A member leaves, by itself or by a colleague: it acts no more, its assignments to live jobs end, and unsent '
	'e-mail to it is called off. What it wrote stays. Again, it does nothing. The last active one stays, except '
	'for the system. A plain UPDATE of is_active does the same. Errors: 22004 NULL; PT404 the member is missing '
	'or hidden, or acts and has left; PT409 it is the last one, or whoever acts is suspended, or its account '
	'closed. For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.activate_member(member_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_activate_member';
REVOKE EXECUTE ON FUNCTION jobs.activate_member FROM PUBLIC;
COMMENT ON FUNCTION jobs.activate_member IS
	'A member who had left comes back, by a colleague. Its assignments don''t. Again, it does nothing. A plain '
	'UPDATE of is_active does the same. Errors: 22004 NULL; PT404 the member is missing or hidden; PT409 whoever '
	'acts is suspended, or its account closed. For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.close_organization(organization_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_close_organization';
REVOKE EXECUTE ON FUNCTION jobs.close_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.close_organization IS
	'Closes an organization''s account: its live jobs are declined in its name, with the reason "account_closed", '
	'its open proposals are withdrawn, and nobody writes, offers or asks any more. It is not found, matched or '
	'contacted, and reads what it has; completed work can still be confirmed and reviewed. Again, it does '
	'nothing. Errors: 22004 NULL; PT404 the organization is missing or hidden; PT409 whoever acts is suspended. '
	'For members and the system with app, bound or operator access.';

CREATE FUNCTION jobs.reopen_organization(organization_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reopen_organization';
REVOKE EXECUTE ON FUNCTION jobs.reopen_organization FROM PUBLIC;
COMMENT ON FUNCTION jobs.reopen_organization IS
	'Opens an organization''s account again; what ended stays ended. Again, it does nothing. Errors: 22004 NULL; '
	'PT404 the organization is missing; 42501 not the system. For operator access.';

CREATE FUNCTION jobs.close_merchant(merchant_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_close_merchant';
REVOKE EXECUTE ON FUNCTION jobs.close_merchant FROM PUBLIC;
COMMENT ON FUNCTION jobs.close_merchant IS
	'Closes a merchant''s account: its live jobs are declined in its name, with the reason "account_closed", open '
	'proposals to it are declined, and nobody writes, offers or asks any more. It reads what it has. Again, it '
	'does nothing. Errors: 22004 NULL; PT404 the merchant is missing or hidden; PT409 whoever acts is suspended. '
	'For merchants and the system with app, bound or operator access.';

CREATE FUNCTION jobs.reopen_merchant(merchant_id bigint, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reopen_merchant';
REVOKE EXECUTE ON FUNCTION jobs.reopen_merchant FROM PUBLIC;
COMMENT ON FUNCTION jobs.reopen_merchant IS
	'Opens a merchant''s account again; what ended stays ended. Again, it does nothing. Errors: 22004 NULL; PT404 '
	'the merchant is missing; 42501 not the system. For operator access.';

CREATE FUNCTION jobs.suspend(
	actor_or_organization text,
	reason text,
	actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_suspend';
REVOKE EXECUTE ON FUNCTION jobs.suspend FROM PUBLIC;
COMMENT ON FUNCTION jobs.suspend IS
	'Suspends an account: it acts no more, is not found, matched or contacted, and still reads what it has. Live '
	'jobs run out as usual, and the other side may decline them. actor_or_organization: member:7, merchant:3 or '
	'organization:5; reason: up to 20,000 characters, which its own side reads. Again, it changes the reason. '
	'Errors: 22004 NULL; 22023 a bad value; PT404 there is no such account; 42501 not the system. For operator '
	'access.';

CREATE FUNCTION jobs.reinstate(actor_or_organization text, actor text DEFAULT jobs.current_actor())
RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_reinstate';
REVOKE EXECUTE ON FUNCTION jobs.reinstate FROM PUBLIC;
COMMENT ON FUNCTION jobs.reinstate IS
	'Takes a suspension back. actor_or_organization: member:7, merchant:3 or organization:5. Again, it does '
	'nothing. Errors: 22004 NULL; 22023 a bad value; PT404 there is no such account; 42501 not the system. For '
	'operator access.';

CREATE FUNCTION jobs.erase_person(actor_text text, texts boolean DEFAULT false)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_erase_person';
REVOKE EXECUTE ON FUNCTION jobs.erase_person FROM PUBLIC;
COMMENT ON FUNCTION jobs.erase_person IS
	'Erases a person: name, addresses and client keys leave all tables, and neutral words stand for the name. '
	'actor_text: member:7 or merchant:3, who is deactivated or closed by that; texts: true for what the person wrote, '
	'too. History, statuses, evidence and counts stay. Returns how many rows changed; again, it changes '
	'nothing. Errors: 22004 NULL; 22023 malformed, or no person; PT404 there is no such person; PT409 it has live jobs. '
	'For operator access.';

CREATE FUNCTION jobs.export_person(actor_text text)
RETURNS jsonb
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_export_person';
REVOKE EXECUTE ON FUNCTION jobs.export_person FROM PUBLIC;
COMMENT ON FUNCTION jobs.export_person IS
	'All that is kept of a person, by table: its own row, its stores, conversations, jobs and assignments, what it '
	'wrote and decided, what it did in jobs, and e-mail to it. Each is an array of rows as they stand; tables without any '
	'are left out. actor_text: member:7 or merchant:3. Errors: 22004 NULL; 22023 malformed, or no person; PT404 there '
	'is no such person. For operator access.';

COMMENT ON FUNCTION jobs.display_name IS
	'The name of a member or merchant; of who was erased, neutral words in the language of the one who acts; NULL for '
	'somebody whom that one does not deal with, and for nobody. Errors: 22023 malformed. For app, bound, operator and viewer access.';

COMMENT ON FUNCTION jobs.row_record IS
	'Trigger after rows of the directory and of templates: refuses those in which a trigger changed what the rules '
	'decided. Of accounts and stores it writes what was changed, and has unsent e-mail follow.';

COMMENT ON FUNCTION jobs.rebuild_ranking IS
	'Counts what matching knows of organizations anew, from jobs, declines and reviews, and what '
	'purged ones told (jobs.ranking_purged): after rows '
	'were loaded or changed by hand or a clock was wrong, and when jobs.ranking_half_life was changed and should hold for what '
	'happened before. Commits that bring evidence wait meanwhile. Returns how many pairs of '
	'organization and service there are. Errors: 0A000 the transaction is not READ COMMITTED; 55P03 the table is held for too long. '
	'For operator access.';


-- jobs.purge_events() has one more argument before the other. Whoever was given the function keeps it, from
-- whom it was given.
SELECT pg_catalog.set_config('jobs_update.owner', p.proowner::pg_catalog.text, true),
	pg_catalog.set_config('jobs_update.acl', p.proacl::pg_catalog.text, true)
FROM pg_catalog.pg_proc p
WHERE p.oid OPERATOR(pg_catalog.=) 'jobs.purge_events(integer)'::pg_catalog.regprocedure;

DROP FUNCTION jobs.purge_events(integer);

CREATE FUNCTION jobs.purge_events(older_than interval DEFAULT NULL, max_rows integer DEFAULT 10000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_purge_events';
REVOKE EXECUTE ON FUNCTION jobs.purge_events FROM PUBLIC;

DO LANGUAGE plpgsql $$
DECLARE
	function_id pg_catalog.oid := 'jobs.purge_events(interval, integer)'::pg_catalog.regprocedure;
	owner_id pg_catalog.oid := pg_catalog.current_setting('jobs_update.owner');
	acl pg_catalog.aclitem[] := pg_catalog.current_setting('jobs_update.acl');
	acting pg_catalog.text := pg_catalog.current_setting('role');
	given record;
BEGIN
	EXECUTE pg_catalog.format('ALTER FUNCTION jobs.purge_events OWNER TO %I', pg_catalog.pg_get_userbyid(owner_id));
	FOR given IN
		WITH RECURSIVE chain AS (
			SELECT a.grantor, a.grantee, a.is_grantable, 0 AS depth
			FROM pg_catalog.aclexplode(acl) a
			WHERE a.grantor OPERATOR(pg_catalog.=) owner_id
			UNION ALL
			SELECT a.grantor, a.grantee, a.is_grantable, c.depth OPERATOR(pg_catalog.+) 1
			FROM chain c
			JOIN pg_catalog.aclexplode(acl) a ON a.grantor OPERATOR(pg_catalog.=) c.grantee
			WHERE c.is_grantable AND c.grantee OPERATOR(pg_catalog.<>) owner_id)
		SELECT c.grantor, c.grantee, c.is_grantable FROM chain c
		WHERE c.grantee OPERATOR(pg_catalog.<>) owner_id
		GROUP BY c.grantor, c.grantee, c.is_grantable ORDER BY pg_catalog.max(c.depth), c.grantor, c.grantee
	LOOP
		PERFORM pg_catalog.set_config('role', pg_catalog.pg_get_userbyid(given.grantor), true);
		EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION jobs.purge_events TO %s%s',
			CASE WHEN given.grantee OPERATOR(pg_catalog.=) 0 THEN 'PUBLIC'
				ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(given.grantee)) END,
			CASE WHEN given.is_grantable THEN ' WITH GRANT OPTION' END);
		PERFORM pg_catalog.set_config('role', acting, true);
	END LOOP;
	-- what a script grants counts as what the extension comes with, and no dump would take it
	UPDATE pg_catalog.pg_init_privs
	SET initprivs = ARRAY[pg_catalog.makeaclitem(owner_id, owner_id, 'EXECUTE', false)]
	WHERE classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND objoid OPERATOR(pg_catalog.=) function_id;
	DELETE FROM pg_catalog.pg_shdepend d
	WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) function_id
		AND d.deptype OPERATOR(pg_catalog.=) 'i' AND d.refobjid OPERATOR(pg_catalog.<>) owner_id
		AND d.dbid OPERATOR(pg_catalog.=) (
			SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname OPERATOR(pg_catalog.=) pg_catalog.current_database());
END
$$;

COMMENT ON FUNCTION jobs.purge_events IS
	'Deletes events, the oldest first, up to max_rows. older_than: NULL, those that were acknowledged by every '
	'consumer that may see them, of whatever age, and no event that no consumer may see; an age (0 to 100 years), '
	'those that are older, unless a consumer that may see them has not acknowledged them: without a consumer, all. '
	'What is deleted is gone from jobs.event and jobs.job_timeline, too, also of jobs that live. '
	'Returns how many were deleted: less than max_rows means that there are no others. '
	'Errors: 22004 max_rows is NULL; 22023 a bad value; 40001 run the transaction again. For operator access.';

CREATE FUNCTION jobs.purge_jobs(older_than interval, max_rows integer DEFAULT 1000)
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_purge_jobs';
REVOKE EXECUTE ON FUNCTION jobs.purge_jobs FROM PUBLIC;
COMMENT ON FUNCTION jobs.purge_jobs IS
	'Deletes jobs that were declined, expired or completed (confirmed or not) longer ago than older_than (0 to 100 '
	'years), the oldest first, up to max_rows, with all that hangs on them: messages, e-mails, events, the review, the '
	'record of a decline, assignments. Conversations and proposals stay, and what matching knows of organizations, also '
	'for jobs.rebuild_ranking(). A job stays while somebody holds it, an e-mail of it waits to be sent, a consumer has '
	'not acknowledged an event of it, somebody wrote or reviewed lately, or another job of its request goes on. '
	'What a trigger or a foreign key of a user is against stays as well, and a warning tells of it. '
	'Returns how many jobs were deleted: less than max_rows means that there are no others. '
	'Errors: 22004 NULL; 22023 a bad value. For operator access.';

CREATE PROCEDURE jobs.maintain()
LANGUAGE C
AS 'MODULE_PATHNAME', 'jobs_maintain';
REVOKE EXECUTE ON PROCEDURE jobs.maintain FROM PUBLIC;
COMMENT ON PROCEDURE jobs.maintain IS
	'Deletes what is older than the settings say: e-mails (jobs.email_retention, 90 days), jobs that have ended '
	'(jobs.job_retention, for ever) and events (jobs.event_retention, for ever), as jobs.purge_emails(), '
	'jobs.purge_jobs() and jobs.purge_events() do; and what pg_cron wrote down of runs of jobs more than 7 days ago, '
	'where it is in this database and lets the tables'' owner do so. In batches, and commits after each; stops after '
	'about 50 seconds. Inside a transaction block it does one batch of each. Notes when it came to its end, with '
	'nothing left to do. For operator access.';

CREATE FUNCTION jobs.last_maintained_at()
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_last_maintained_at';
REVOKE EXECUTE ON FUNCTION jobs.last_maintained_at FROM PUBLIC;
COMMENT ON FUNCTION jobs.last_maintained_at IS
	'Internal: a column of jobs.health. Errors: 55000 the tables are not ready. '
	'For monitor, operator and viewer access.';

CREATE FUNCTION jobs.schedule_maintenance(schedule text DEFAULT '17 3 * * *')
RETURNS bigint
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_schedule_maintenance';
REVOKE EXECUTE ON FUNCTION jobs.schedule_maintenance FROM PUBLIC;
COMMENT ON FUNCTION jobs.schedule_maintenance IS
	'Has pg_cron call jobs.maintain(); again, changes the schedule. schedule: in the words of '
	'pg_cron. Warns of what keeps pg_cron from running it. Returns the number of pg_cron''s job. Errors: 22004 NULL; 22023 a bad schedule; 0A000 '
	'pg_cron is missing or in another database (the hint has the statement to run there); '
	'42501 not permitted by pg_cron; 55000 the tables'' owner may not log in or connect, or the job in '
	'pg_cron is not as it should be. For operator access.';

CREATE FUNCTION jobs.unschedule_maintenance()
RETURNS boolean
LANGUAGE C VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'jobs_unschedule_maintenance';
REVOKE EXECUTE ON FUNCTION jobs.unschedule_maintenance FROM PUBLIC;
COMMENT ON FUNCTION jobs.unschedule_maintenance IS
	'Ends what jobs.schedule_maintenance() began. Returns false when there was nothing to end. '
	'Errors: 0A000 pg_cron is missing or in another database; 42501 not permitted by pg_cron; '
	'55000 the job in pg_cron is not as it should be. For operator access.';

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
