-- job_list, proposals_and_jobs, job_timeline, health: what each side sees.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('views') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 99.50, 'EUR', actor => :'ann') AS proposal \gset
SELECT jobs.accept_proposal(:proposal, :store, actor => :'max') AS offered \gset
SELECT jobs.accept_proposal(jobs.send_proposal(:conversation, :service, 'New shop', 'Work', 1, actor => :'bob'), actor => :'max');
SELECT job_id AS asked FROM jobs.request_job(:service, 'Asked', 'Text', :org, budget => 5, actor => :'max') \gset
SELECT job_id AS mias FROM jobs.request_job(:service, 'Mia''s', 'Text', :org, :mia_store, actor => :'mia') \gset
SELECT job_id AS ottos FROM jobs.request_job(:service, 'Otto''s', 'Text', :other_org, actor => :'max') \gset
SELECT jobs.assign_members(:offered, ARRAY[:bob_id, :ann_id], actor => :'ann');
SELECT jobs.reply_to_job(:offered, 'An answer', actor => :'bob') IS NOT NULL;
SELECT jobs.complete_job(:offered, 'Done', actor => :'bob');
SELECT jobs.confirm_completion(:offered, actor => :'max');
SELECT regress.job('views', 'expired') AS expired \gset
SELECT regress.job('views', 'overdue') AS overdue \gset
SELECT regress.job('views', 'declined') AS declined \gset

CREATE VIEW pg_temp.page AS
SELECT title, status, organization_name, merchant_name, store_name, budget, currency, service_name,
	(SELECT string_agg(regress.who('member:' || m), '+' ORDER BY m) FROM unnest(assignees) m) AS assigned,
	time_left BETWEEN '2 days' AND '3 days' AS has_time_left, last_message_at IS NOT NULL AS has_message,
	completed_at IS NOT NULL AS is_completed, confirmed_at IS NOT NULL AS is_confirmed
FROM jobs.job_list
WHERE id = job_id AND organization_id IN (SELECT org FROM regress.directory WHERE test = 'views' UNION ALL SELECT other_org FROM regress.directory WHERE test = 'views')
ORDER BY id;
ALTER VIEW pg_temp.page SET (security_invoker = true);
GRANT SELECT ON pg_temp.page TO PUBLIC;

SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
-- Ann
SELECT jobs.act_as(:'ann');
TABLE pg_temp.page;
-- Otto
SELECT jobs.act_as(:'otto');
TABLE pg_temp.page;
-- Max
SELECT jobs.act_as(:'max');
TABLE pg_temp.page;
-- Mia
SELECT jobs.act_as(:'mia');
TABLE pg_temp.page;
-- nobody
SELECT jobs.act_as('');
TABLE pg_temp.page;
COMMIT;
SET SESSION AUTHORIZATION regress_jobs_operator;
-- the system
TABLE pg_temp.page;
SELECT (SELECT count(*) FROM jobs.job_list) = (SELECT count(*) FROM jobs.job) AS all_of_them;
-- an operator who acts for somebody sees what they see
BEGIN;
SELECT jobs.act_as(:'mia');
SELECT title FROM pg_temp.page;
COMMIT;

-- the conversation's pane
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'max');
SELECT v.kind, v.title, v.status, v.proposal_id = :proposal AS of_offer, m.body, v.store_id = :store AS for_store,
	v.job_id IS NOT NULL AS has_job, v.created_at IS NOT NULL
FROM jobs.proposals_and_jobs v LEFT JOIN jobs.message m ON m.id = v.message_id
WHERE v.conversation_id = :conversation ORDER BY v.kind, v.id;
SELECT jobs.act_as(:'mia');
SELECT kind, title FROM jobs.proposals_and_jobs;
SELECT jobs.act_as('');
SELECT kind, title FROM jobs.proposals_and_jobs;

-- what happened, and who did it
SELECT jobs.act_as(:'max');
SELECT what, from_status, to_status, regress.who(actor), actor_name, body, occurred_at IS NOT NULL
FROM jobs.job_timeline WHERE job_id = :offered ORDER BY event_id;
SELECT what, actor, actor_name FROM jobs.job_timeline WHERE job_id = :expired ORDER BY event_id DESC LIMIT 1;
SELECT count(*) FROM jobs.job_timeline WHERE job_id = :mias;
SELECT jobs.act_as(:'ann');
SELECT what, actor_name FROM jobs.job_timeline WHERE job_id = :mias ORDER BY event_id;
SELECT jobs.act_as(:'otto');
SELECT count(*) FROM jobs.job_timeline WHERE job_id = :offered;
COMMIT;

-- names and stores of others don't cross over by the functions behind the views either
BEGIN;
SELECT jobs.act_as(:'otto');
SELECT jobs.store_name(:mias), jobs.store_name(1), jobs.store_name(NULL), jobs.display_name(:'mia'), jobs.display_name('merchant:1');
SELECT jobs.act_as(:'ann');
SELECT jobs.store_name(:mias), jobs.store_name(:asked), jobs.display_name(:'mia');
COMMIT;

-- health: one row, for who watches
SET SESSION AUTHORIZATION regress_jobs_monitor;
SELECT overdue_jobs, expiry_lag > '0' AS lags, oldest_unsent_email > '0' AS has_unsent, last_sweep_at <= clock_timestamp() AS has_swept,
	outbox_depth > 0 AS has_depth, dead_letters IS NOT NULL AS has_dead, notification_queue_usage >= 0 AND notification_queue_usage < 1 AS has_usage
FROM jobs.health;
SELECT expiry_lag_seconds = extract(epoch FROM expiry_lag), oldest_unsent_email_seconds = extract(epoch FROM oldest_unsent_email),
	reminder_lag_seconds = extract(epoch FROM reminder_lag), reminder_lag, rematch_lag, rematch_lag_seconds, schedule_ok = (schedule_problem IS NULL) AS is_told
FROM jobs.health;
SELECT DISTINCT pg_typeof(expiry_lag_seconds), pg_typeof(reminder_lag_seconds), pg_typeof(oldest_unsent_email_seconds),
	pg_typeof(oldest_unacked_event_seconds), pg_typeof(last_run_age_seconds)
FROM jobs.health;
SELECT regress.try('SELECT count(*) FROM jobs.job');
SELECT regress.try('SELECT count(*) FROM jobs.job_list');
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try('SELECT * FROM jobs.health');
RESET SESSION AUTHORIZATION;
SELECT jobs.expire_jobs();
BEGIN;
UPDATE jobs.email SET next_attempt_at = NULL WHERE next_attempt_at IS NOT NULL;
SELECT overdue_jobs, expiry_lag, oldest_unsent_email, outbox_depth FROM jobs.health;
-- what is counted, and up to which number
SET LOCAL session_replication_role = replica;
DELETE FROM jobs.email;
INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at, sent_at, dead_at, cancelled_at)
SELECT n, 1024, 'message', 'r@views.example', 'en', '{}', now(), 0,
	CASE WHEN n <= 3 THEN now() + interval '1 day' END,
	CASE WHEN n = 4 THEN now() END,
	CASE WHEN n = 5 OR n = 6 THEN now() END,
	CASE WHEN n >= 7 THEN now() END
FROM generate_series(1, 10) n;
SELECT outbox_depth, dead_letters FROM jobs.health;
INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at, dead_at)
SELECT 10 + n, 1024, 'message', 'r@views.example', 'en', '{}', now(), 0, CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 1 THEN now() END
FROM generate_series(1, 20050) n;
SELECT outbox_depth, dead_letters FROM jobs.health;
ROLLBACK;

-- What job_list hides from a merchant, who is assigned, nothing else that it reads shows: no table,
-- no view, not the event feed. Zenobia does nothing herself, so that she is named nowhere else.
BEGIN;
SELECT jobs.add_member(:org, 'Zenobia', 'zenobia@views.example', actor => :'ann') AS zenobia_id \gset
SELECT regress.job('views', 'opened') AS hidden \gset
SELECT jobs.create_consumer('assigned', from_start => false, actor => :'max');
SELECT jobs.create_consumer('assigned', from_start => false, actor => :'ann');
SELECT jobs.assign_members(:hidden, ARRAY[:zenobia_id], actor => :'bob');
SELECT jobs.reply_to_job(:hidden, 'Yes', actor => :'ann') IS NOT NULL;
SELECT jobs.unassign_members(:hidden, ARRAY[:zenobia_id], actor => :'bob'), jobs.assign_members(:hidden, ARRAY[:zenobia_id], actor => :'bob');
CREATE FUNCTION pg_temp.traces(id bigint)
RETURNS TABLE (relation text, rows bigint)
LANGUAGE plpgsql AS $$
DECLARE
	pattern text := format('Zenobia|member:%1$s\M|"member_id": %1$s\M|"assignees": \[[^]]*\m%1$s\M', id);
BEGIN
	FOR relation IN SELECT c.relname FROM pg_class c
		WHERE c.relnamespace = 'jobs'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(c.oid, 'SELECT')
		ORDER BY 1
	LOOP
		EXECUTE format('SELECT count(*) FROM jobs.%I r WHERE to_jsonb(r)::text ~ $1', relation) INTO rows USING pattern;
		IF rows > 0 THEN
			RETURN NEXT;
		END IF;
	END LOOP;
	relation := 'read_events';
	SELECT count(*) FILTER (WHERE to_jsonb(r)::text ~ pattern) INTO rows FROM jobs.read_events('assigned') r;
	IF rows > 0 THEN
		RETURN NEXT;
	END IF;
END
$$;
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.act_as(:'ann');
SELECT * FROM pg_temp.traces(:zenobia_id);
SELECT string_agg(action, ' ' ORDER BY event_position) FROM jobs.read_events('assigned');
SELECT jobs.act_as(:'max');
SELECT * FROM pg_temp.traces(:zenobia_id);
SELECT string_agg(what, ' ' ORDER BY event_id) FROM jobs.job_timeline WHERE job_id = :hidden;
SELECT string_agg(action, ' ' ORDER BY event_position), count(*), jobs.ack_events('assigned', max(event_position)) FROM jobs.read_events('assigned');
SELECT count(*) FROM jobs.read_events('assigned');
SELECT jobs.act_as('');
RESET SESSION AUTHORIZATION;
-- a consumer that has acknowledged all that it is shown sleeps no longer
SELECT jobs.drop_consumer('assigned', actor => :'ann');
SELECT slowest_consumer, oldest_unacked_event FROM jobs.health;
SELECT jobs.unassign_members(:hidden, ARRAY[:zenobia_id], actor => :'bob');
SELECT slowest_consumer, oldest_unacked_event FROM jobs.health;
-- it holds back nothing that it isn't shown, nor has that deleted
SELECT jobs.purge_events(max_rows => 1000000) > 0 AS purged;
SELECT string_agg(action, ' ' ORDER BY id) FROM jobs.event WHERE job_id = :hidden;
SELECT jobs.reply_to_job(:hidden, 'And more', actor => :'ann') IS NOT NULL;
SELECT jobs.create_consumer('all');
SELECT jobs.ack_events('all', (SELECT max(event_position) FROM jobs.read_events('all', 1000000))) > 0 AS acknowledged;
SELECT jobs.purge_events(max_rows => 1000000) > 0 AS purged;
SELECT string_agg(action, ' ' ORDER BY id) FROM jobs.event WHERE job_id = :hidden;
ROLLBACK;
