-- A row that isn't written after all, by a conflict or by a trigger of a user, leaves nothing
-- behind in other tables, and no function tells of a success that there was none of.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('effects') \gset
SELECT jobs.create_merchant('Moe', 'moe@effects.example') AS moe_id \gset
SELECT 'merchant:' || :moe_id AS moe \gset
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;

-- a job of two sides that have no conversation yet
BEGIN;
CREATE UNIQUE INDEX own ON jobs.job (title) WHERE title = 'Twice';
SELECT jobs.request_job(:service, 'Twice', 'Text', :org, actor => :'max') IS NOT NULL AS one;
SELECT regress.state() AS before \gset
SELECT jobs.act_as(:'moe');
INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (:org, :service, 'Twice', 'Text') ON CONFLICT DO NOTHING RETURNING id;
SELECT jobs.act_as('');
SELECT regress.state() = :'before' AS unchanged;
CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT jobs.act_as(:'moe');
INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (:org, :service, 'Title', 'Text'), (:org, :service, 'Title', 'Text') RETURNING id;
SELECT jobs.act_as('');
SELECT count(*) FROM jobs.request_job(:service, 'Title', 'Text', :org, actor => :'moe');
SELECT regress.try(format('SELECT * FROM jobs.request_job(%s, $$Title$$, $$Text$$, actor => %L)', :service, :'moe'));
SELECT regress.state() = :'before' AS unchanged;
DROP TRIGGER own ON jobs.job;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT jobs.start_conversation(:org, 'Hello', actor => :'moe'), jobs.start_conversation(:org, 'Hello', actor => :'max');
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;

-- all rows of a statement share the conversation that is new, also where some are not written
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW WHEN (NEW.title = 'Never') EXECUTE FUNCTION regress.suppress();
SELECT jobs.act_as(:'moe');
SET LOCAL ROLE regress_jobs_app;
INSERT INTO jobs.job (organization_id, service_id, title, description)
VALUES (:org, :service, 'Never', 'Text'), (:org, :service, 'One', 'Text'), (:other_org, :service, 'Two', 'Text'), (:org, :service, 'Three', 'Text'), (:other_org, :service, 'Never', 'Text');
SELECT string_agg(title, ' ' ORDER BY j.id), count(DISTINCT c.id), bool_and(c.organization_id = j.organization_id AND c.merchant_id = j.merchant_id)
FROM jobs.job j LEFT JOIN jobs.conversation c ON c.id = j.conversation_id GROUP BY j.conversation_id ORDER BY 1;
ROLLBACK;
-- in a subtransaction that is rolled back, and again
BEGIN;
SELECT jobs.act_as(:'moe');
SAVEPOINT a;
INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (:org, :service, 'One', 'Text');
ROLLBACK TO a;
SELECT count(*) FROM jobs.conversation WHERE merchant_id = :moe_id;
INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (:org, :service, 'Two', 'Text');
SELECT jobs.start_conversation(:org, 'Hello') = conversation_id, title FROM jobs.job WHERE merchant_id = :moe_id;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;
-- by a function, the conversation comes with the message or the job
BEGIN;
SELECT jobs.start_conversation(:org, 'Hello', actor => :'moe') AS conversation \gset
SELECT c.organization_id = :org, c.merchant_id = :moe_id, c.id % 1024 = :org % 1024, m.body FROM jobs.conversation c JOIN jobs.message m ON m.conversation_id = c.id WHERE c.id = :conversation;
SELECT count(*) FROM jobs.request_job(:service, 'All', 'Text', actor => :'moe');
SELECT count(*), count(DISTINCT j.conversation_id), count(c.id) FROM jobs.job j LEFT JOIN jobs.conversation c ON c.id = j.conversation_id WHERE title = 'All' AND j.merchant_id = :moe_id;
ROLLBACK;
-- a conversation that a trigger suppresses, or opens itself, takes its cause with it
SELECT regress.state() AS before \gset
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.conversation FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.start_conversation(%s, $$Hello$$, actor => %L)', :org, :'moe'));
SELECT jobs.act_as(:'moe');
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (%s, %s, $$x$$, $$x$$)', :org, :service));
ROLLBACK;
BEGIN;
SELECT format($$CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.run('INSERT INTO jobs.conversation (organization_id) VALUES (%s)')$$, :org) AS statement \gset
:statement;
SELECT jobs.act_as(:'moe');
SELECT regexp_replace(regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (%s, %s, $$x$$, $$x$$)', :org, :service)), 'number \d+', 'number #');
ROLLBACK;
SELECT regress.state() = :'before' AS unchanged;

-- What a function would call a success fails instead, where the row of it is suppressed.
SELECT regress.job('effects', 'confirmed') AS job \gset
SELECT regress.job('effects') AS lost \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.send_proposal(:conversation, :service, 'Title', 'Work', 1, actor => :'ann') AS proposal \gset
SELECT jobs.send_proposal(:conversation, :service, 'Title', 'Work', 1, actor => :'ann') AS accepted \gset
SELECT jobs.accept_proposal(:accepted, actor => :'max');
SELECT jobs.review_job(:job, 3, 3, actor => :'max') AS review \gset
SELECT regress.job('effects', 'responded') AS answered \gset
SELECT jobs.assign_members(:answered, ARRAY[:bob_id]::bigint[], actor => :'ann');
SELECT regress.job('effects', 'completed') AS completed \gset
SELECT id AS email FROM jobs.email WHERE sent_at IS NULL ORDER BY id DESC LIMIT 1 \gset
CREATE FUNCTION pg_temp.suppressed(target text, event text, statement text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	before text := regress.state();
	answer text;
BEGIN
	EXECUTE format('CREATE TRIGGER own BEFORE %s ON jobs.%I FOR EACH ROW EXECUTE FUNCTION regress.suppress()', event, target);
	answer := split_part(regress.try(statement), ' | ', 1);
	EXECUTE format('DROP TRIGGER own ON jobs.%I', target);
	RETURN answer || CASE WHEN regress.state() <> before THEN ', and something was left behind' ELSE '' END;
END
$$;
SELECT split_part(statement, '(', 1), pg_temp.suppressed(target, event, 'SELECT jobs.' || format(statement, VARIADIC ids || actor))
FROM (VALUES
	('role_binding', 'INSERT', 'bind_role($$regress_jobs_bound$$, %1$L)', ARRAY[:'ann'], ''),
	('node', 'UPDATE', 'grant_access($$regress_jobs_stranger$$, $$monitor$$)', '{}', ''),
	('node', 'UPDATE', 'set_slots(7, 8)', '{}', ''),
	('proposal', 'UPDATE', 'accept_proposal(%s, %s, actor => %L)', ARRAY[:proposal, :store]::text[], :'max'),
	('proposal', 'UPDATE', 'accept_proposal(%s, actor => %L)', ARRAY[:proposal]::text[], :'max'),
	('proposal', 'UPDATE', 'decline_proposal(%s, actor => %L)', ARRAY[:proposal]::text[], :'max'),
	('proposal', 'UPDATE', 'withdraw_proposal(%s, actor => %L)', ARRAY[:proposal]::text[], :'ann'),
	('proposal', 'UPDATE', 'request_review(%s, actor => %L)', ARRAY[:accepted]::text[], :'ann'),
	('review', 'UPDATE', 'reply_to_review(%s, $$x$$, actor => %L)', ARRAY[:review]::text[], :'ann'),
	('provided_service', 'INSERT', 'provide_service(%s, %s, actor => %L)', ARRAY[:org, :unprovided]::text[], :'ann'),
	('provided_service', 'UPDATE', 'provide_service(%s, %s, 77, actor => %L)', ARRAY[:org, :service]::text[], :'ann'),
	('provided_service', 'DELETE', 'withdraw_service(%s, %s, actor => %L)', ARRAY[:org, :service]::text[], :'ann'),
	('preferences', 'UPDATE', 'set_preferences(%s, false, actor => %L)', ARRAY[:org]::text[], :'ann'),
	('member', 'UPDATE', 'set_email_scope(%s, $$none$$, actor => %L)', ARRAY[:ann_id]::text[], :'ann'),
	('conversation', 'UPDATE', 'block_conversation(%s, actor => %L)', ARRAY[:conversation]::text[], :'max'),
	('decline', 'INSERT', 'decline_job(%s, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('event', 'INSERT', 'decline_job(%s, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('event', 'INSERT', 'reply_to_job(%s, $$x$$, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('email', 'UPDATE', 'retry_email(%s)', ARRAY[:email]::text[], ''),
	-- a reply that moves no job; a word that goes with an action; an answer that is the same as before
	('job', 'UPDATE', 'reply_to_job(%s, $$x$$, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('job', 'UPDATE', 'reply_to_job(%s, $$x$$, actor => %L)', ARRAY[:answered]::text[], :'max'),
	('job', 'UPDATE', 'send_message(%s, $$x$$, %s, actor => %L)', ARRAY[:conversation, :lost]::text[], :'ann'),
	('message', 'INSERT', 'complete_job(%s, $$x$$, actor => %L)', ARRAY[:answered]::text[], :'ann'),
	('message', 'INSERT', 'reject_completion(%s, $$x$$, actor => %L)', ARRAY[:completed]::text[], :'max'),
	('message', 'INSERT', 'send_proposal(%s, %s, $$x$$, $$x$$, 1, actor => %L)', ARRAY[:conversation, :service]::text[], :'ann'),
	('job', 'UPDATE', 'confirm_completion(%s, actor => %L)', ARRAY[:completed]::text[], :'max'),
	('job', 'UPDATE', 'block_conversation(%s, actor => %L)', ARRAY[:conversation]::text[], :'max'),
	('job', 'INSERT', 'accept_proposal(%s, %s, actor => %L)', ARRAY[:proposal, :store]::text[], :'max'),
	('assignment', 'INSERT', 'assign_self(%s, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('assignment', 'INSERT', 'assign_members(%s, ARRAY[%s]::bigint[], actor => %L)', ARRAY[:lost, :bob_id]::text[], :'ann'),
	('assignment', 'DELETE', 'unassign_members(%s, ARRAY[%s]::bigint[], actor => %L)', ARRAY[:answered, :bob_id]::text[], :'ann')) c (target, event, statement, ids, actor);
-- an answer that tells of it: none, or the status as it was
SELECT split_part(statement, '(', 1), pg_temp.suppressed(target, event, 'SELECT jobs.' || format(statement, VARIADIC ids || actor))
FROM (VALUES
	('job', 'UPDATE', 'open_job(%s, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('job', 'UPDATE', 'decline_job(%s, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('job', 'UPDATE', 'complete_job(%s, $$x$$, actor => %L)', ARRAY[:answered]::text[], :'ann'),
	('job', 'UPDATE', 'reject_completion(%s, $$x$$, actor => %L)', ARRAY[:completed]::text[], :'max'),
	('message', 'INSERT', 'reply_to_job(%s, $$x$$, actor => %L)', ARRAY[:lost]::text[], :'ann'),
	('message', 'INSERT', 'send_message(%s, $$x$$, 0, actor => %L)', ARRAY[:conversation]::text[], :'ann'),
	('proposal', 'INSERT', 'send_proposal(%s, %s, $$x$$, $$x$$, 1, actor => %L)', ARRAY[:conversation, :service]::text[], :'ann'),
	('review', 'INSERT', 'review_job(%s, 3, 3, actor => %L)', ARRAY[regress.job('effects', 'confirmed')]::text[], :'max')) c (target, event, statement, ids, actor);
-- the same by plain SQL
SELECT target, event, split_part(statement, ' (', 1), pg_temp.suppressed(target, event, format('WITH a AS (SELECT jobs.act_as(%L)) ', actor) || statement)
FROM (VALUES
	('job', 'UPDATE', format('INSERT INTO jobs.message (job_id, body) SELECT %s, $$x$$ FROM a', :lost), :'ann'),
	('message', 'INSERT', format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) SELECT %s, %s, $$x$$, $$x$$, 1 FROM a', :conversation, :service), :'ann'),
	('job', 'INSERT', format('UPDATE jobs.proposal SET (status, store_id) = ($$accepted$$, %s) FROM a WHERE id = %s', :store, :proposal), :'max')) c (target, event, statement, actor);
-- what is said on the side is no part of it: e-mail, words to search by
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.suppress();
CREATE TRIGGER own BEFORE UPDATE ON jobs.organization FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT jobs.reply_to_job(:lost, 'Text', actor => :'ann') > 0, jobs.provide_service(:org, :unprovided, actor => :'ann');
SELECT status FROM jobs.job WHERE id = :lost;
ROLLBACK;
