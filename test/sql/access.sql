-- What roles may do, which rows whoever acts sees, and that hidden is as missing.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('access') \gset
SELECT regress.job('access') AS job \gset
SELECT regress.job('access', 'declined') AS declined \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS proposal \gset
SELECT jobs.assign_self(:job, actor => :'ann');
SELECT jobs.review_job(regress.job('access', 'confirmed'), 5, 5, actor => :'max') AS review \gset

-- which access gives which function: app, bound, mailer, operator, monitor
SELECT concat_ws(' ', CASE WHEN has_function_privilege('regress_jobs_app', p.oid, 'EXECUTE') THEN 'app' END,
	CASE WHEN has_function_privilege('regress_jobs_bound', p.oid, 'EXECUTE') THEN 'bound' END,
	CASE WHEN has_function_privilege('regress_jobs_mailer', p.oid, 'EXECUTE') THEN 'mailer' END,
	CASE WHEN has_function_privilege('regress_jobs_operator', p.oid, 'EXECUTE') THEN 'operator' END,
	CASE WHEN has_function_privilege('regress_jobs_monitor', p.oid, 'EXECUTE') THEN 'monitor' END) AS access,
	string_agg(p.proname, ' ' ORDER BY p.proname)
FROM pg_proc p
WHERE p.pronamespace = 'jobs'::regnamespace AND p.prorettype <> 'trigger'::regtype
GROUP BY 1 ORDER BY 1;
-- and which rights on tables and views
SELECT r, string_agg(name || ' ' || privileges, ', ' ORDER BY name)
FROM (SELECT r, c.relname AS name, string_agg(left(p, 1), '' ORDER BY n) AS privileges
	FROM unnest('{app,bound,mailer,operator,monitor}'::text[]) r, pg_class c,
		unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) WITH ORDINALITY p (p, n)
	WHERE c.relnamespace = 'jobs'::regnamespace AND c.relkind IN ('r', 'v')
		AND has_table_privilege('regress_jobs_' || r, c.oid, p)
	GROUP BY r, c.relname) x
GROUP BY r ORDER BY r;
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'jobs'::regnamespace
	AND (has_table_privilege('regress_jobs_stranger', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AND c.relkind IN ('r', 'v')
		OR c.relkind = 'S' AND has_sequence_privilege('regress_jobs_app', c.oid, 'USAGE, SELECT, UPDATE'));

-- granting and revoking: errors
SELECT regress.try('SELECT jobs.grant_access(NULL, $$app$$)');
SELECT regress.try('SELECT jobs.grant_access($$regress_jobs_stranger$$, NULL)');
SELECT regress.try('SELECT jobs.grant_access($$regress_jobs_stranger$$, $$all$$)');
SELECT regress.try('SELECT jobs.grant_access($$regress_jobs_nobody$$, $$app$$)');
SELECT regress.try('SELECT jobs.grant_access($$regress_jobs_owner$$, $$app$$)');
SELECT regress.try('SELECT jobs.revoke_access($$regress_jobs_owner$$, $$operator$$)');
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try('SELECT jobs.grant_access($$regress_jobs_app$$, $$operator$$)');
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT regress.try('SELECT jobs.grant_access($$regress_jobs_operator$$, $$app$$)');
RESET SESSION AUTHORIZATION;
-- the owner may
SET SESSION AUTHORIZATION regress_jobs_owner;
SELECT jobs.grant_access('regress_jobs_stranger', 'app');
SELECT jobs.grant_access('regress_jobs_stranger', 'operator');
RESET SESSION AUTHORIZATION;
-- twice is once; one taken back leaves what the other gives
SELECT jobs.grant_access('regress_jobs_stranger', 'app');
SELECT grants -> 'regress_jobs_stranger' FROM jobs.node;
SELECT has_function_privilege('regress_jobs_stranger', 'jobs.expire_jobs(integer)', 'EXECUTE') AS expires,
	has_table_privilege('regress_jobs_stranger', 'jobs.job', 'UPDATE') AS updates,
	EXISTS (SELECT FROM pg_policies WHERE 'regress_jobs_stranger' = ANY (roles)) AS has_policies;
SELECT jobs.revoke_access('regress_jobs_stranger', 'operator');
SELECT grants -> 'regress_jobs_stranger' FROM jobs.node;
SELECT has_function_privilege('regress_jobs_stranger', 'jobs.expire_jobs(integer)', 'EXECUTE') AS expires,
	has_table_privilege('regress_jobs_stranger', 'jobs.job', 'UPDATE') AS updates,
	EXISTS (SELECT FROM pg_policies WHERE 'regress_jobs_stranger' = ANY (roles)) AS has_policies;
-- what is lost, install() gives again
REVOKE ALL ON jobs.job FROM regress_jobs_stranger;
SELECT regress.install();
SELECT has_table_privilege('regress_jobs_stranger', 'jobs.job', 'UPDATE') AS updates;
SELECT jobs.revoke_access('regress_jobs_stranger', 'app');
SELECT jobs.revoke_access('regress_jobs_stranger', 'app');
SELECT grants ? 'regress_jobs_stranger' AS remembered, has_schema_privilege('regress_jobs_stranger', 'jobs', 'USAGE') AS usage FROM jobs.node;
DROP ROLE regress_jobs_stranger;
CREATE ROLE regress_jobs_stranger;
-- names that need quotes, and long ones that begin alike
CREATE ROLE "regress_jobs_""O'dd; --";
CREATE ROLE regress_jobs_with_a_name_that_is_as_long_as_can_be_longer_than1;
CREATE ROLE regress_jobs_with_a_name_that_is_as_long_as_can_be_longer_than2;
SELECT jobs.grant_access(rolname, 'operator') FROM pg_roles WHERE rolname LIKE 'regress_jobs_with%' OR rolname LIKE '%dd; --';
SELECT count(*) = 3 * (SELECT count(*) FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r') AS policies
FROM pg_policies WHERE roles && (SELECT array_agg(rolname) FROM pg_roles WHERE rolname LIKE 'regress_jobs_with%' OR rolname LIKE '%dd; --');
SELECT jobs.revoke_access(rolname, 'operator') FROM pg_roles WHERE rolname LIKE 'regress_jobs_with%' OR rolname LIKE '%dd; --';
DROP ROLE "regress_jobs_""O'dd; --", regress_jobs_with_a_name_that_is_as_long_as_can_be_longer_than1,
	regress_jobs_with_a_name_that_is_as_long_as_can_be_longer_than2;

-- Rows that each sees; by table, those of this marketplace.
CREATE FUNCTION regress.seen()
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	name text;
	count bigint;
	counts text := '';
BEGIN
	FOREACH name IN ARRAY '{preferences,member,merchant,store,conversation,message,proposal,job,assignment,decline,job_event,review}'::text[] LOOP
		EXECUTE format('SELECT count(*) FROM jobs.%I', name) INTO count;
		counts := counts || name || ' ' || count || ', ';
	END LOOP;
	RETURN rtrim(counts, ', ');
END
$$;
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.seen();
SELECT jobs.act_as(:'otto');
SELECT regress.seen();
SELECT jobs.act_as(:'max');
SELECT regress.seen();
SELECT jobs.act_as(:'mia');
SELECT regress.seen();
SELECT jobs.act_as('');
SELECT regress.seen();
-- everybody reads services, and organizations that are listed or that they deal with
SELECT count(*) > 0 FROM jobs.service;
SELECT jobs.set_preferences(:org, is_listed => false, actor => :'ann');
SELECT count(*) FROM jobs.organization WHERE id = :org;
SELECT jobs.act_as(:'ann');
SELECT count(*) FROM jobs.organization WHERE id = :org;
SELECT jobs.act_as(:'max');
SELECT count(*) FROM jobs.organization WHERE id = :org;
SELECT jobs.act_as(:'mia');
SELECT count(*) FROM jobs.organization WHERE id = :org;
SELECT count(*) FROM jobs.provided_service WHERE organization_id = :org;
SELECT jobs.act_as(:'otto');
SELECT count(*) FROM jobs.organization WHERE id = :org;
ROLLBACK;
-- a bound role without an actor sees nothing; the outbox is the operator's
SET SESSION AUTHORIZATION regress_jobs_bound;
SELECT regress.seen();
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try('SELECT count(*) FROM jobs.email');
SELECT regress.try('SELECT count(*) FROM jobs.node');
SET SESSION AUTHORIZATION regress_jobs_mailer;
SELECT regress.try('SELECT count(*) FROM jobs.email');
SELECT regress.try('SELECT count(*) FROM jobs.claim_emails(1) WHERE false');
SELECT regress.try('SELECT jobs.retry_email(1)');
RESET SESSION AUTHORIZATION;
SET ROLE regress_jobs_operator;
SELECT (SELECT count(*) FROM jobs.job) AS jobs, (SELECT count(*) FROM jobs.email) AS emails \gset seen_
RESET ROLE;
SELECT (SELECT count(*) FROM jobs.job) = :seen_jobs, (SELECT count(*) FROM jobs.email) = :seen_emails;

-- Hidden is as missing: each call with an id of others, and with one that isn't there, as
-- an application, as a superuser who names the actor, and by plain SQL also as the
-- tables' owner, whose rows no policy filters.
CREATE TABLE regress.call (call text, id bigint, actor text);
INSERT INTO regress.call
SELECT call, id, actor
FROM (VALUES
	('open_job(%s', :job), ('reply_to_job(%s, $$Text$$', :job), ('decline_job(%s', :job), ('mark_inactive(%s', :job),
	('reactivate_job(%s', :job), ('complete_job(%s', :job), ('confirm_completion(%s', :job), ('reject_completion(%s', :job),
	('assign_members(%s, $${1}$$', :job), ('assign_self(%s', :job), ('unassign_members(%s, $${1}$$', :job), ('allowed_actions(%s', :job),
	('open_job(%s', :declined), ('decline_job(%s', :declined),
	('send_message(%s, $$Text$$', :conversation), ('send_message(%s, $$Text$$, 0', :conversation),
	('send_message(%s, $$Text$$, client_key => $$00000000-0000-0000-0000-000000000001$$', :conversation),
	('send_message(1, $$Text$$, %s', :job),
	('send_proposal(%s, 1, $$Title$$, $$Work$$, 1', :conversation),
	('withdraw_proposal(%s', :proposal), ('decline_proposal(%s', :proposal), ('accept_proposal(%s', :proposal),
	('add_member(%s, $$X$$, $$x@x.example$$', :org), ('set_preferences(%s', :org), ('provide_service(%s, 1', :org),
	('block_conversation(%s', :conversation),
	('review_job(%s, 1, 1', :job), ('review_job(%s, 1, 1', :declined), ('request_review(%s', :proposal), ('review_proposal(%s, 1, 1', :proposal),
	('reply_to_review(%s, $$Text$$', :review),
	('withdraw_service(%s, 1', :org), ('set_email_scope(%s, $$none$$', :ann_id), ('add_store(%s, $$X$$', :max_id)) c (call, id),
	(VALUES (:'otto'), (:'mia')) a (actor);
INSERT INTO regress.call VALUES
	(format('request_job(%s, $$Title$$, $$Text$$, %s, %%s', :service, :org), :mia_store, :'max'),
	(format('assign_members(%s, ARRAY[%%s]', :job), :otto_id, :'ann'),
	(format('assign_members(%s, ARRAY[%%s]', :job), :gone_id, :'ann'),
	(format('assign_members(%s, ARRAY[%%s]', :job), :bob_id, :'max'),
	(format('accept_proposal(%s, %%s', :proposal), :mia_store, :'max'),
	(format('add_member(%s, $$X$$, $$x@x.example$$', '%s'), :org, '');
CREATE TABLE regress.statement (statement text, id bigint, actor text);
INSERT INTO regress.statement
SELECT statement, id, actor
FROM (VALUES
	('INSERT INTO jobs.message (job_id, body) VALUES (%s, $$Text$$)', :job),
	('INSERT INTO jobs.message (job_id, body) VALUES (%s, $$Text$$)', :declined),
	('INSERT INTO jobs.message (conversation_id, body) VALUES (%s, $$Text$$)', :conversation),
	('INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (1, %s, $$Text$$)', :job),
	('INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (%s, 0, $$Text$$)', :conversation),
	('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, 1)', :job),
	('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, 1, $$X$$, $$X$$, 1)', :conversation),
	('UPDATE jobs.job SET status = $$declined$$ WHERE id = %s', :job),
	('UPDATE jobs.proposal SET status = $$accepted$$ WHERE id = %s', :proposal),
	('DELETE FROM jobs.assignment WHERE job_id = %s', :job)) s (statement, id),
	(VALUES (:'otto'), (:'mia')) a (actor);
INSERT INTO regress.statement VALUES
	(format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %%s)', :job), :otto_id, :'ann'),
	(format('INSERT INTO jobs.job (organization_id, service_id, title, description, store_id) VALUES (%s, %s, $$X$$, $$X$$, %%s)', :org, :service), :mia_store, :'max'),
	(format('INSERT INTO jobs.job (organization_id, service_id, title, description, merchant_id) VALUES (%s, %s, $$X$$, $$X$$, %%s)', :org, :service), :mia_id, :'max'),
	(format('INSERT INTO jobs.conversation (organization_id, merchant_id) VALUES (%s, %%s)', :other_org), :mia_id, :'max'),
	(format('INSERT INTO jobs.message (conversation_id, body, proposal_id) VALUES (%s, $$X$$, %%s)', :conversation), :proposal, :'ann'),
	(format('UPDATE jobs.proposal SET status = $$accepted$$, store_id = %%s WHERE id = %s', :proposal), :mia_store, :'max'),
	(format('UPDATE jobs.job SET store_id = %%s WHERE id = %s', :job), :mia_store, :'max'),
	('INSERT INTO jobs.message (id, job_id, body) VALUES (%s, ' || :job || ', $$X$$)', (SELECT max(id) FROM jobs.message), :'ann');
GRANT SELECT ON regress.call, regress.statement TO PUBLIC;
CREATE FUNCTION regress.try_as(statement text, actor text)
RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM jobs.act_as(actor);
	RETURN regress.try(statement);
END
$$;
CREATE VIEW pg_temp.calls AS
SELECT call, actor, regress.try('SELECT jobs.' || format(call, id) || ', actor => ' || quote_literal(actor) || ')') AS hidden,
	regress.try('SELECT jobs.' || format(call, id + 1024000000) || ', actor => ' || quote_literal(actor) || ')') AS missing
FROM regress.call;
CREATE VIEW pg_temp.statements AS
SELECT statement, actor, regress.try_as(format(statement, id), actor) AS hidden,
	regress.try_as(format(statement, id + 1024000000), actor) AS missing
FROM regress.statement;
GRANT SELECT ON pg_temp.calls, pg_temp.statements TO PUBLIC;
SELECT regress.state() AS before \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT count(*), count(*) FILTER (WHERE hidden = missing) AS same FROM pg_temp.calls;
SELECT DISTINCT hidden FROM pg_temp.calls ORDER BY 1;
SELECT * FROM pg_temp.calls WHERE hidden <> missing;
BEGIN;
SELECT count(*), count(*) FILTER (WHERE hidden = missing) AS same FROM pg_temp.statements;
SELECT DISTINCT hidden FROM pg_temp.statements ORDER BY 1;
SELECT * FROM pg_temp.statements WHERE hidden <> missing;
COMMIT;
RESET SESSION AUTHORIZATION;
-- a superuser who names an actor is that actor; nobody named is the system, who may add members
SELECT count(*), count(*) FILTER (WHERE hidden = missing) AS same FROM pg_temp.calls WHERE actor <> '';
-- whose rows are not hidden: the triggers refuse, as far as there is a row
SET SESSION AUTHORIZATION regress_jobs_owner;
BEGIN;
SELECT count(*), count(*) FILTER (WHERE hidden = missing) AS same FROM pg_temp.statements;
SELECT regexp_replace(statement, '\d{4,}', '#', 'g'), hidden, missing FROM pg_temp.statements WHERE hidden <> missing ORDER BY 1, 2;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT regress.state() = :'before' AS unchanged;
DROP VIEW pg_temp.calls, pg_temp.statements;
DROP TABLE regress.call, regress.statement;

-- who may call the function that gives access may still give none
GRANT EXECUTE ON FUNCTION jobs.grant_access TO regress_jobs_app;
SET ROLE regress_jobs_app;
SELECT regress.try('SELECT jobs.grant_access($$regress_jobs_app$$, $$operator$$)');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION jobs.grant_access FROM regress_jobs_app;
-- a user's own policy for a role stays when its access goes
CREATE POLICY own ON jobs.job TO regress_jobs_stranger USING (false);
SELECT jobs.grant_access('regress_jobs_stranger', 'operator'), jobs.revoke_access('regress_jobs_stranger', 'operator');
SELECT policyname FROM pg_policies WHERE 'regress_jobs_stranger' = ANY (roles);
DROP POLICY own ON jobs.job;
