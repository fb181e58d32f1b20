-- What roles may do, and which rows whoever acts sees.
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
SELECT jobs.create_consumer('access', actor => :'ann'), jobs.create_consumer('access', actor => :'max');

-- which access gives which function: app, bound, mailer, operator, monitor, viewer
SELECT concat_ws(' ', CASE WHEN has_function_privilege('regress_jobs_app', p.oid, 'EXECUTE') THEN 'app' END,
	CASE WHEN has_function_privilege('regress_jobs_bound', p.oid, 'EXECUTE') THEN 'bound' END,
	CASE WHEN has_function_privilege('regress_jobs_mailer', p.oid, 'EXECUTE') THEN 'mailer' END,
	CASE WHEN has_function_privilege('regress_jobs_operator', p.oid, 'EXECUTE') THEN 'operator' END,
	CASE WHEN has_function_privilege('regress_jobs_monitor', p.oid, 'EXECUTE') THEN 'monitor' END,
	CASE WHEN has_function_privilege('regress_jobs_viewer', p.oid, 'EXECUTE') THEN 'viewer' END) AS access,
	string_agg(p.proname, ' ' ORDER BY p.proname)
FROM pg_proc p
WHERE p.pronamespace = 'jobs'::regnamespace AND p.prorettype <> 'trigger'::regtype
GROUP BY 1 ORDER BY 1;
-- and which rights on tables and views
SELECT r, string_agg(name || ' ' || privileges, ', ' ORDER BY name)
FROM (SELECT r, c.relname AS name, string_agg(left(p, 1), '' ORDER BY n) AS privileges
	FROM unnest('{app,bound,mailer,operator,monitor,viewer}'::text[]) r, pg_class c,
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
	FOREACH name IN ARRAY '{preferences,member,merchant,store,conversation,message,proposal,job,assignment,decline,event,review,event_consumer}'::text[] LOOP
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
SELECT jobs.drop_consumer('access', actor => :'ann'), jobs.drop_consumer('access', actor => :'max');
