-- Statements as applications send them: several rows, several tables, every column; and
-- tables that a user has added columns, indexes and triggers to.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('statements') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset

-- two messages into one job by one INSERT
SELECT regress.job('statements') AS job \gset
SELECT count(*) FROM regress.mail('statements');
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_app;
INSERT INTO jobs.message (job_id, body) VALUES (:job, 'One'), (:job, 'Two') RETURNING body, job_id = :job, regress.who(author);
RESET ROLE;
SELECT regress.history(:job);
SELECT regress.mail('statements');
SELECT status, first_response_at = opened_at AND first_response_at >= (SELECT min(sent_at) FROM jobs.message WHERE job_id = :job) AS opened_by_answer
FROM jobs.job WHERE id = :job;
ROLLBACK;
-- into two jobs, from a query
SELECT regress.job('statements', 'responded') AS job2 \gset
BEGIN;
SELECT jobs.act_as(:'max');
SET LOCAL ROLE regress_jobs_app;
INSERT INTO jobs.message (job_id, body) SELECT id, 'To all of them' FROM jobs.job WHERE id IN (:job, :job2) ORDER BY id;
RESET ROLE;
SELECT regress.history(:job);
SELECT regress.history(:job2);
ROLLBACK;

-- an UPDATE of the job and a message in one statement
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_app;
WITH u AS (UPDATE jobs.job SET status = 'opened' WHERE id = :job RETURNING id)
INSERT INTO jobs.message (job_id, body) SELECT id, 'Opened' FROM u RETURNING job_id = :job;
RESET ROLE;
SELECT status FROM jobs.job WHERE id = :job;
SELECT regress.history(:job);
ROLLBACK;
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_app;
WITH u AS (UPDATE jobs.job SET status = 'completed' WHERE id = :job2 RETURNING id), v AS (INSERT INTO jobs.assignment (job_id, member_id) SELECT id, :bob_id FROM u)
INSERT INTO jobs.message (job_id, body) SELECT id, 'Completed' FROM u;
RESET ROLE;
SELECT status FROM jobs.job WHERE id = :job2;
SELECT regress.history(:job2);
ROLLBACK;
-- one that is not allowed takes the other with it
SELECT regress.state() AS before \gset
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.try(format($$WITH u AS (UPDATE jobs.job SET status = 'declined' WHERE id = %s RETURNING id)
	INSERT INTO jobs.message (job_id, body) SELECT id, 'Text' FROM u$$, :job));
SELECT regress.try(format($$UPDATE jobs.job SET status = 'inactive' WHERE id IN (%s, %s)$$, :job, :job2));
COMMIT;
SELECT regress.state() = :'before' AS unchanged;
-- an UPDATE of several jobs
BEGIN;
SELECT jobs.act_as(:'ann');
UPDATE jobs.job SET status = 'declined' WHERE id IN (:job, :job2);
SELECT from_status, declined_by FROM jobs.decline WHERE job_id IN (:job, :job2) ORDER BY job_id;
ROLLBACK;

-- INSERT ... ON CONFLICT
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_app;
SELECT count(*) FROM regress.mail('statements');
INSERT INTO jobs.message (job_id, body, client_key) VALUES (:job, 'Once', '00000000-0000-0000-0000-000000000001');
INSERT INTO jobs.message (job_id, body, client_key) VALUES (:job, 'Once', '00000000-0000-0000-0000-000000000001') ON CONFLICT DO NOTHING;
SELECT regress.try(format($$INSERT INTO jobs.message (job_id, body, client_key) VALUES (%s, 'Once', '00000000-0000-0000-0000-000000000001')$$, :job));
SELECT count(*) FROM jobs.message WHERE job_id = :job;
SELECT regress.history(:job);
SELECT regress.mail('statements');
-- the same row again: a legal change, an illegal one
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, client_key)
VALUES (:conversation, :service, 'Offer', 'Work', 1, '00000000-0000-0000-0000-000000000001');
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, client_key)
VALUES (:conversation, :service, 'Offer', 'Work', 1, '00000000-0000-0000-0000-000000000001')
ON CONFLICT (organization_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET status = 'withdrawn';
SELECT title, status FROM jobs.proposal WHERE conversation_id = :conversation;
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, client_key)
	VALUES (%s, %s, 'Offer', 'Work', 1, '00000000-0000-0000-0000-000000000001')
	ON CONFLICT (organization_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET price = 2$$, :conversation, :service));
SELECT regress.mail('statements');
ROLLBACK;

-- MERGE
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_app;
MERGE INTO jobs.job j USING (VALUES (:job, 'opened'), (:job2, 'inactive')) v (id, status) ON j.id = v.id
WHEN MATCHED THEN UPDATE SET status = v.status;
MERGE INTO jobs.assignment a USING (VALUES (:job, :ann_id), (:job, :bob_id)) v (job, member) ON a.job_id = v.job AND a.member_id = v.member
WHEN NOT MATCHED THEN INSERT (job_id, member_id) VALUES (v.job, v.member);
MERGE INTO jobs.assignment a USING (VALUES (:job, :bob_id)) v (job, member) ON a.job_id = v.job AND a.member_id = v.member
WHEN MATCHED THEN DELETE;
RESET ROLE;
SELECT regress.history(:job);
SELECT regress.history(:job2) OFFSET 3;
SELECT regress.try(format($$MERGE INTO jobs.job j USING (VALUES (%s)) v (id) ON j.id = v.id WHEN MATCHED THEN UPDATE SET status = 'responded'$$, :job));
ROLLBACK;

-- every column in an UPDATE, as an ORM saves what it has read
CREATE FUNCTION pg_temp.save(j jobs.job)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE (SELECT format('UPDATE jobs.job SET %s WHERE id = ($1).id', string_agg(format('%1$I = ($1).%1$I', attname), ', '))
		FROM pg_attribute WHERE attrelid = 'jobs.job'::regclass AND attnum > 0 AND NOT attisdropped) USING j;
END
$$;
BEGIN;
SELECT jobs.act_as(:'ann');
SET LOCAL ROLE regress_jobs_app;
CREATE TEMPORARY TABLE kept AS SELECT j FROM jobs.job j WHERE id = :job;
-- nothing, one legal change, an illegal one
SELECT pg_temp.save(j) FROM jobs.job j WHERE id = :job;
SELECT pg_temp.save(jsonb_populate_record(j, '{"status": "opened"}')) FROM jobs.job j WHERE id = :job;
SELECT regress.try(format($$SELECT pg_temp.save(jsonb_populate_record(j, '{"title": "Other"}')) FROM jobs.job j WHERE id = %s$$, :job));
SELECT regress.try(format($$SELECT pg_temp.save(jsonb_populate_record(j, '{"status": "declined", "budget": 1}')) FROM jobs.job j WHERE id = %s$$, :job));
SELECT regress.try(format($$SELECT pg_temp.save(jsonb_populate_record(j, '{"status": "new"}')) FROM jobs.job j WHERE id = %s$$, :job));
-- stale: read when the job was new
SELECT regress.try('SELECT pg_temp.save(j) FROM kept');
SELECT regress.try($$SELECT pg_temp.save(jsonb_populate_record(j, '{"status": "declined"}')) FROM kept$$);
RESET ROLE;
SELECT status, opened_at IS NOT NULL FROM jobs.job WHERE id = :job;
SELECT regress.history(:job);
ROLLBACK;

-- NULL for every column that is filled, the id too
BEGIN;
SELECT jobs.act_as(:'max');
SET LOCAL ROLE regress_jobs_app;
INSERT INTO jobs.job (id, organization_id, merchant_id, store_id, conversation_id, proposal_id, request_id, service_id, title, description,
	budget, currency, status, created_at, respond_by, due_at, opened_at, first_response_at, completed_at, confirmed_at, client_key)
VALUES (NULL, :org, NULL, NULL, NULL, NULL, NULL, :service, 'Nulls', 'Text', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
RETURNING id % 1024 = :org % 1024, merchant_id = :max_id, conversation_id = :conversation, request_id > 0, currency, status, respond_by - created_at, due_at = respond_by;
INSERT INTO jobs.conversation (id, organization_id, merchant_id, is_blocked, created_at) VALUES (NULL, :other_org, NULL, NULL, NULL)
RETURNING id % 1024 = :other_org % 1024, merchant_id = :max_id, is_blocked, created_at IS NOT NULL;
INSERT INTO jobs.message (id, organization_id, merchant_id, conversation_id, job_id, proposal_id, author, body, sent_at, client_key)
VALUES (NULL, NULL, NULL, NULL, :job, NULL, NULL, 'Nulls', NULL, NULL)
RETURNING id % 1024 = :org % 1024, organization_id = :org, merchant_id = :max_id, conversation_id = :conversation, regress.who(author), sent_at IS NOT NULL;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.proposal (id, organization_id, merchant_id, conversation_id, service_id, title, work, price, currency, status, store_id, sent_by, sent_at, decided_at, client_key)
VALUES (NULL, NULL, NULL, :conversation, :service, 'Nulls', 'Work', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
RETURNING id % 1024 = :org % 1024, organization_id = :org, merchant_id = :max_id, currency, status, regress.who(sent_by), sent_at IS NOT NULL;
INSERT INTO jobs.assignment (organization_id, job_id, member_id, assigned_by, assigned_at) VALUES (NULL, :job, :bob_id, NULL, NULL)
RETURNING organization_id = :org, regress.who(assigned_by), assigned_at IS NOT NULL;
-- the id that the column's own default drew is taken, whatever is sent beside it
INSERT INTO jobs.message (id, job_id, body) VALUES (DEFAULT, :job, 'Default'), (NULL, :job, 'Null'), (DEFAULT, :job, 'Default') RETURNING id % 1024 = :org % 1024;
-- an id of one's own choice isn't
SELECT regress.try(format($$INSERT INTO jobs.message (id, job_id, body) VALUES (%s, %s, 'Mine')$$, 1024 * 1000000 + :org % 1024, :job));
SELECT regress.try(format($$INSERT INTO jobs.message (id, job_id, body) SELECT max(id) - max(id) %% 1024 + 1024, %s, 'The next' FROM jobs.message$$, :job));
SELECT regress.try(format($$INSERT INTO jobs.message (id, job_id, body) SELECT max(id) - max(id) %% 1024 - 1024, %s, 'An earlier one' FROM jobs.message$$, :job));
ROLLBACK;
-- an operator may choose
BEGIN;
INSERT INTO jobs.merchant (id, name, email) VALUES (5, 'Chosen', 'chosen@x.example') RETURNING id;
ROLLBACK;

-- columns, constraints and indexes of the user
BEGIN;
ALTER TABLE jobs.job ADD gone text, ADD note text DEFAULT 'noted', ADD size integer GENERATED ALWAYS AS (length(title)) STORED, ADD CHECK (note <> 'bad');
ALTER TABLE jobs.job DROP gone;
ALTER TABLE jobs.message ADD tag text DEFAULT 'tagged ' || CURRENT_USER;
ALTER TABLE jobs.event ADD seen boolean NOT NULL DEFAULT false;
ALTER TABLE jobs.email ADD priority integer DEFAULT 1 + 1;
CREATE INDEX own_index ON jobs.job (note, status);
SELECT job_id AS own FROM jobs.request_job(:service, 'Sized', 'Text', :org, actor => :'max') \gset
SELECT jobs.reply_to_job(:own, 'Text', actor => :'ann') IS NOT NULL;
SELECT note, size, status FROM jobs.job WHERE id = :own;
SELECT tag FROM jobs.message WHERE job_id = :own;
SELECT bool_and(NOT seen) FROM jobs.event WHERE job_id = :own;
SELECT DISTINCT priority FROM jobs.email WHERE job_id = :own;
UPDATE jobs.job SET note = 'other' WHERE id = :own;
SELECT regress.try(format($$UPDATE jobs.job SET note = 'bad' WHERE id = %s$$, :own));
SELECT jobs.act_as(:'ann');
UPDATE jobs.job SET note = 'done', status = 'completed' WHERE id = :own;
SELECT jobs.act_as('');
SET LOCAL enable_seqscan = off;
SELECT note, size, status FROM jobs.job WHERE note = 'done' AND status = 'completed';
SELECT count(*) FROM jobs.job WHERE note = 'other';
SELECT regress.history(:own);
-- nor may they change on an expired job
SELECT regress.job('statements', 'expired') AS expired \gset
SELECT regress.try(format($$UPDATE jobs.job SET note = 'late' WHERE id = %s$$, :expired));
ROLLBACK;

-- constraints hold for what the functions write
BEGIN;
ALTER TABLE jobs.message ADD CONSTRAINT own_check CHECK (body <> 'bad');
ALTER TABLE jobs.event ADD required text NOT NULL DEFAULT 'x';
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$bad$$, actor => %L)', :job, :'ann'));
ALTER TABLE jobs.event ALTER required DROP DEFAULT;
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$good$$, actor => %L)', :job, :'ann'));
ROLLBACK;

-- Triggers of the user; their functions are the owner's, as the tables are.
CREATE FUNCTION regress.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION regress.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % of jobs.% as %, acting: %', TG_WHEN, TG_OP, TG_TABLE_NAME, CURRENT_USER, regress.who(jobs.current_actor());
	RETURN NEW;
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;

-- a message that a trigger suppresses: no history, no e-mail, no id
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.skip();
SELECT regress.state() AS before \gset
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann');
SELECT jobs.send_message(:conversation, 'Text', 0, actor => :'ann');
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (job_id, body) VALUES (:job, 'Text') RETURNING id;
SELECT jobs.act_as('');
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
-- a job whose change a trigger suppresses
BEGIN;
CREATE TRIGGER own BEFORE UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.skip();
SELECT regress.state() AS before \gset
SELECT jobs.open_job(:job, actor => :'ann');
SELECT jobs.decline_job(:job, actor => :'ann');
SELECT jobs.complete_job(:job2, 'Done', actor => :'ann');
SELECT jobs.act_as(:'ann');
UPDATE jobs.job SET status = 'declined' WHERE id = :job;
SELECT jobs.act_as('');
SELECT regress.state() = :'before' AS unchanged;
-- a message that would do something to its job isn't written without it
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Text$$, actor => %L)', :job, :'ann'));
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('INSERT INTO jobs.message (job_id, body) VALUES (%s, $$Text$$)', :job));
SELECT jobs.act_as('');
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
-- new jobs, proposals, assignments that a trigger suppresses
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.skip();
CREATE TRIGGER own BEFORE INSERT ON jobs.proposal FOR EACH ROW EXECUTE FUNCTION regress.skip();
CREATE TRIGGER own BEFORE INSERT OR DELETE ON jobs.assignment FOR EACH ROW EXECUTE FUNCTION regress.skip();
SELECT regress.state() AS before \gset
SELECT count(*) FROM jobs.request_job(:service, 'Title', 'Text', :org, actor => :'max');
SELECT jobs.send_proposal(:conversation, :service, 'Title', 'Work', 1, actor => :'ann');
SELECT regress.try(format('SELECT jobs.assign_members(%s, ARRAY[%s, %s]::bigint[], actor => %L)', :job, :ann_id, :bob_id, :'ann'));
SELECT regress.try(format('SELECT jobs.assign_self(%s, actor => %L)', :job, :'ann'));
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;

-- a trigger that moves a message to another job, or to none
BEGIN;
CREATE FUNCTION pg_temp.moves(change text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.set_column(%L)', change);
	RETURN NEXT regress.try(format('SELECT jobs.reply_to_job(%s, $x$Text$x$, actor => %L)', current_setting('regress.job'), current_setting('regress.ann')));
	PERFORM jobs.act_as(current_setting('regress.ann'));
	RETURN NEXT regress.try(format('INSERT INTO jobs.message (job_id, body) VALUES (%s, $x$Text$x$)', current_setting('regress.job')));
	PERFORM jobs.act_as('');
	DROP TRIGGER own ON jobs.message;
END
$$;
SELECT set_config('regress.job', :'job', true) = :'job', set_config('regress.ann', :'ann', true) = :'ann';
SELECT regress.state() AS before \gset
SELECT pg_temp.moves(format('{"job_id": %s}', :job2));
SELECT pg_temp.moves('{"job_id": null}');
SELECT pg_temp.moves('{"conversation_id": 1}');
SELECT pg_temp.moves(format('{"organization_id": %s}', :other_org));
SELECT regress.state() = :'before' AS unchanged;
-- what is the user's to change
SELECT pg_temp.moves('{"body": "Rewritten"}');
SELECT body FROM jobs.message WHERE job_id = :job;
ROLLBACK;
-- a trigger that changes what the rules decided for a job
BEGIN;
CREATE TRIGGER own BEFORE INSERT OR UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"status": "completed"}');
SELECT regress.state() AS before \gset
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Text$$, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.request_job(%s, $$Title$$, $$Text$$, %s, actor => %L)', :service, :org, :'max'));
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('UPDATE jobs.job SET status = $$opened$$ WHERE id = %s', :job));
SELECT jobs.act_as(:'max');
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (%s, %s, $$X$$, $$X$$)', :org, :service));
SELECT jobs.act_as('');
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;

-- an AFTER trigger that moves the job on is a plain UPDATE, by whoever acts
BEGIN;
CREATE TRIGGER own AFTER INSERT ON jobs.message FOR EACH ROW WHEN (NEW.body = 'Done') EXECUTE FUNCTION
	regress.run('UPDATE jobs.job SET status = ''completed'' WHERE id = ($1).job_id');
SELECT jobs.reply_to_job(:job2, 'Done', actor => :'ann') IS NOT NULL;
SELECT status FROM jobs.job WHERE id = :job2;
SELECT regress.history(:job2) OFFSET 3;
ROLLBACK;
BEGIN;
CREATE TRIGGER own AFTER INSERT ON jobs.message FOR EACH ROW WHEN (NEW.body = 'Done') EXECUTE FUNCTION
	regress.run('UPDATE jobs.job SET status = ''completed'' WHERE id = ($1).job_id');
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (job_id, body) VALUES (:job2, 'Done'), (:job2, 'More');
SELECT jobs.act_as('');
SELECT regress.history(:job2) OFFSET 3;
-- and refused where that is
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Done$$, actor => %L)', :job, :'max'));
ROLLBACK;
BEGIN;
CREATE TRIGGER own AFTER UPDATE ON jobs.job FOR EACH ROW WHEN (NEW.status = 'opened') EXECUTE FUNCTION
	regress.run('UPDATE jobs.job SET status = ''declined'' WHERE id = ($1).id');
SELECT jobs.open_job(:job, actor => :'ann');
SELECT status FROM jobs.job WHERE id = :job;
SELECT regress.history(:job);
ROLLBACK;

-- UPDATE OF fires for what changed
BEGIN;
ALTER TABLE jobs.job ADD note text;
CREATE TRIGGER own_status AFTER UPDATE OF status ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.tell();
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
SELECT jobs.reply_to_job(:job, 'Status stays', actor => :'ann') IS NOT NULL;
SELECT jobs.decline_job(:job, actor => :'max');
UPDATE jobs.job SET note = 'x' WHERE id = :job;
DROP TRIGGER own_status ON jobs.job;
CREATE TRIGGER own_note AFTER UPDATE OF note ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.tell();
SELECT jobs.open_job(:job2, actor => :'ann'), jobs.mark_inactive(:job2, actor => :'ann');
UPDATE jobs.job SET note = 'y' WHERE id = :job2;
ROLLBACK;

-- a BEFORE trigger that changes the same row
BEGIN;
ALTER TABLE jobs.job ADD note text;
CREATE TRIGGER own BEFORE UPDATE OF status ON jobs.job FOR EACH ROW EXECUTE FUNCTION
	regress.run('UPDATE jobs.job SET note = ''x'' WHERE id = ($1).id');
SELECT regress.state() AS before \gset
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'ann'));
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Text$$, actor => %L)', :job, :'ann'));
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('UPDATE jobs.job SET status = $$opened$$ WHERE id = %s', :job));
SELECT jobs.act_as('');
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
-- a BEFORE trigger on messages that changes the job first
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION
	regress.run('UPDATE jobs.job SET status = ''opened'' WHERE id = ($1).job_id AND status = ''new''');
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Text$$, actor => %L)', :job, :'ann'));
SELECT regress.history(:job);
ROLLBACK;

-- what the owner planted runs as the owner, whoever calls
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.tell();
CREATE TRIGGER own AFTER INSERT ON jobs.event FOR EACH ROW EXECUTE FUNCTION regress.tell();
CREATE TRIGGER own AFTER INSERT ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.tell();
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
SELECT CURRENT_USER = SESSION_USER AS is_back, jobs.current_actor();
ROLLBACK;
DROP FUNCTION regress.skip, regress.tell;
