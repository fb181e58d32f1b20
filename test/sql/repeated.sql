-- What is sent again because its answer may have been lost with the connection.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('repeated') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;

-- Plain INSERTs that bear a key: whatever has come since, the unique index answers, and no rule.
SELECT regress.job('repeated', 'responded') AS job \gset
\set k 11111111-1111-1111-1111-11111111111
CREATE TABLE pg_temp.keyed (actor text, statement text);
INSERT INTO pg_temp.keyed VALUES
	(:'ann', format('INSERT INTO jobs.message (job_id, body, client_key) VALUES (%s, $$Ann$$, %L)', :job, :'k' || 1)),
	(:'max', format('INSERT INTO jobs.message (job_id, body, client_key) VALUES (%s, $$Max$$, %L)', :job, :'k' || 1)),
	(:'max', format('INSERT INTO jobs.message (conversation_id, body, client_key) VALUES (%s, $$The only live job$$, %L)', :conversation, :'k' || 2)),
	(:'ann', format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, client_key) VALUES (%s, %s, $$a$$, $$b$$, 5, %L)', :conversation, :service, :'k' || 1)),
	(:'max', format('INSERT INTO jobs.job (organization_id, service_id, title, description, client_key) VALUES (%s, %s, $$a$$, $$b$$, %L)', :org, :service, :'k' || 1)),
	('system', format('INSERT INTO jobs.job (organization_id, merchant_id, service_id, title, description, client_key) VALUES (%s, %s, %s, $$a$$, $$b$$, %L)', :org, :mia_id, :service, :'k' || 1));
CREATE FUNCTION pg_temp.send(ending text) RETURNS TABLE (target text, answer text)
LANGUAGE plpgsql AS $$
DECLARE
	k record;
BEGIN
	FOR k IN SELECT * FROM pg_temp.keyed LOOP
		PERFORM jobs.act_as(k.actor, false);
		SET LOCAL ROLE regress_jobs_app;
		IF k.actor = 'system' THEN
			RESET ROLE;
		END IF;
		target := substr(k.statement, 18, 8);
		answer := split_part(regress.try(k.statement || ending), ' | ', 1);
		RESET ROLE;
		RETURN NEXT;
	END LOOP;
	PERFORM jobs.act_as('', false);
END
$$;
SELECT * FROM pg_temp.send('');
-- all that forbids a first one
SELECT jobs.decline_job(:job, actor => :'ann');
SELECT count(regress.job('repeated')) FROM generate_series(1, 2);
SELECT jobs.withdraw_service(:org, :service, actor => :'ann'), jobs.set_preferences(:org, false, actor => :'ann');
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation;
SELECT regress.state() AS before \gset
SELECT * FROM pg_temp.send('');
SELECT * FROM pg_temp.send(' ON CONFLICT DO NOTHING');
SELECT * FROM pg_temp.send(' ON CONFLICT (id) DO NOTHING');
SELECT regress.state() = :'before' AS unchanged;
-- with other words, and whatever is sent beside them
UPDATE pg_temp.keyed SET statement = replace(replace(statement, '$$a$$', '$$other$$'), '$$Max$$', '$$other$$');
SELECT * FROM pg_temp.send(' ON CONFLICT DO NOTHING');
BEGIN;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.job (organization_id, service_id, title, description, status, origin, conversation_id, created_at, client_key)
VALUES (:org, :service, 'x', 'x', 'completed', 'match', 7, '2001-01-01', (:'k' || 1)::uuid) ON CONFLICT DO NOTHING RETURNING id;
INSERT INTO jobs.job (organization_id, service_id, title, description, client_key)
VALUES (:org, :service, 'x', 'x', (:'k' || 1)::uuid) ON CONFLICT (merchant_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET status = 'declined' RETURNING title, status;
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description, client_key) VALUES (%s, %s, $$x$$, $$x$$, %L)
	ON CONFLICT (merchant_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET title = excluded.title', :org, :service, :'k' || 1));
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description, client_key) VALUES (%s, %s, $$x$$, $$x$$, %L)
	ON CONFLICT (merchant_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET created_at = excluded.created_at', :org, :service, :'k' || 1));
ROLLBACK;
-- another side, and a hidden row, have keys of their own
BEGIN;
SELECT jobs.act_as(:'otto');
SELECT regress.try(format('INSERT INTO jobs.message (job_id, body, client_key) VALUES (%s, $$Ann$$, %L)', :job, :'k' || 1));
ROLLBACK;
-- nothing gets in by it: not even where a trigger deletes the earlier row
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.run('DELETE FROM jobs.message');
CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.run('DELETE FROM jobs.job');
GRANT DELETE ON jobs.message, jobs.job TO regress_jobs_app;
ALTER TABLE jobs.job_event DISABLE TRIGGER ALL;
ALTER TABLE jobs.job DISABLE TRIGGER ALL;
ALTER TABLE jobs.job ENABLE TRIGGER USER;
SELECT * FROM pg_temp.send('') WHERE target LIKE 'message%' OR target LIKE 'job%';
ROLLBACK;
SELECT regress.state() = :'before' AS unchanged;
-- in one statement
UPDATE jobs.conversation SET is_blocked = false WHERE id = :conversation;
BEGIN;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (conversation_id, job_id, body, client_key) VALUES (:conversation, 0, 'One', (:'k' || 7)::uuid), (:conversation, 0, 'Two', (:'k' || 7)::uuid) ON CONFLICT DO NOTHING RETURNING body;
ROLLBACK;
SELECT jobs.provide_service(:org, :service, actor => :'ann'), jobs.set_preferences(:org, true, actor => :'ann');
