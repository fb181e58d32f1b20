-- jobs.maintain() deletes what is older than the settings say, kind by kind, and notes when it came to its end.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('maintenance') \gset

-- settings: a time with a unit, for ever, and nothing that deletes nearly everything by mistake
SELECT name, setting, unit, context FROM pg_settings WHERE name ~ '^jobs\..*_retention$' ORDER BY name;
SET jobs.job_retention = '730d';
SHOW jobs.job_retention;
SET jobs.job_retention = '1h';
SELECT value, regress.try(format('SET jobs.%s = %L', setting, value))
FROM unnest('{email_retention,event_retention,job_retention}'::text[]) setting, unnest('{90,0,-2,59min,-1min,ages}'::text[]) value WHERE setting = 'job_retention' OR value = '90';
SHOW jobs.job_retention;
SET ROLE regress_jobs_operator;
SELECT regress.try('SET jobs.job_retention = -1');
RESET ROLE;
RESET jobs.job_retention;

-- In a transaction block: one batch of each.
\set ON_ERROR_ROLLBACK on
BEGIN;
CREATE FUNCTION pg_temp.fill(howmany integer)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory := (SELECT d FROM regress.directory d WHERE test = 'maintenance');
	talk bigint := (SELECT id FROM jobs.conversation WHERE organization_id = d.org AND merchant_id = d.max_id);
BEGIN
	SET LOCAL session_replication_role = replica;
	DELETE FROM jobs.email WHERE id <= 9000;
	DELETE FROM jobs.event WHERE id <= 9000;
	DELETE FROM jobs.job WHERE id <= 9000;
	INSERT INTO jobs.job (id, organization_id, merchant_id, conversation_id, service_id, title, description, status, created_at, ended_at)
	SELECT n, d.org, d.max_id, talk, d.service, 'Old', 'Text', 'expired', now() - interval '200 days', now() - interval '199 days'
	FROM generate_series(1, howmany) n;
	INSERT INTO jobs.event (id, organization_id, merchant_id, conversation_id, action, actor, occurred_at)
	SELECT n, d.org, d.max_id, talk, 'conversation_message', d.ann, now() - interval '100 days' FROM generate_series(1, howmany) n;
	INSERT INTO jobs.email (id, organization_id, kind, recipient, language, payload, created_at, attempts, sent_at)
	SELECT n, d.org, 'message', 'r@purge.example', 'en', '{}', now() - interval '100 days', 1, now() - interval '100 days' FROM generate_series(1, howmany) n;
	SET LOCAL session_replication_role = origin;
END
$$;
CREATE FUNCTION pg_temp.left()
RETURNS text
LANGUAGE sql AS $$
	SELECT concat_ws(', ', (SELECT count(*) || ' jobs' FROM jobs.job WHERE id <= 9000), (SELECT count(*) || ' events' FROM jobs.event WHERE id <= 9000),
		(SELECT count(*) || ' e-mails' FROM jobs.email WHERE id <= 9000), (SELECT CASE WHEN last_maintained_at > now() - interval '1 minute' THEN 'over' ELSE 'not over' END FROM jobs.health))
$$;
SELECT regress.job('maintenance') IS NOT NULL;
SET LOCAL session_replication_role = replica;
DELETE FROM jobs.email;
UPDATE jobs.node SET last_maintained_at = NULL;
SET LOCAL session_replication_role = origin;
SELECT pg_temp.fill(2500), last_maintained_at, last_maintained_age_seconds FROM jobs.health;
-- e-mails alone, as the settings are
CALL jobs.maintain();
SELECT pg_temp.left();
CALL jobs.maintain();
SELECT pg_temp.left();
CALL jobs.maintain();
SELECT pg_temp.left();
SELECT last_maintained_at IS NOT NULL, last_maintained_age_seconds BETWEEN -60 AND 60 FROM jobs.health;
-- what the others keep for ever
SELECT pg_temp.fill(30);
SET LOCAL jobs.email_retention = -1;
SET LOCAL jobs.event_retention = '101d';
SET LOCAL jobs.job_retention = '200d';
CALL jobs.maintain();
SELECT pg_temp.left();
SET LOCAL jobs.email_retention = '99d';
SET LOCAL jobs.event_retention = '99d';
SET LOCAL jobs.job_retention = '198d';
CALL jobs.maintain();
SELECT pg_temp.left();
-- in a copy of the database it has not run
UPDATE jobs.node SET last_maintained_database = 1;
SELECT last_maintained_at, last_maintained_age_seconds FROM jobs.health;
-- who may
SET LOCAL ROLE regress_jobs_monitor;
SELECT last_maintained_at FROM jobs.health;
SELECT regress.try('CALL jobs.maintain()');
SET LOCAL ROLE regress_jobs_operator;
SELECT regress.try('CALL jobs.maintain()');
RESET ROLE;
ROLLBACK;
