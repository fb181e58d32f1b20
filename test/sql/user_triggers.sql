-- Triggers of a user that change, move or delete what an action writes, or that call the
-- functions of triggers where they don't belong.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('user_triggers') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'mia') AS mias \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS proposal \gset
SELECT regress.job('user_triggers') AS job \gset
CREATE FUNCTION regress.grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.grown := (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 6000) n);
	RETURN NEW;
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;

-- values larger than a page, by functions and by plain SQL
BEGIN;
ALTER TABLE jobs.message ADD grown text;
ALTER TABLE jobs.job ADD grown text, ADD place text GENERATED ALWAYS AS (tableoid::text) STORED;
ALTER TABLE jobs.event ADD grown text;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.grow();
CREATE TRIGGER own BEFORE INSERT OR UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.grow();
CREATE TRIGGER own BEFORE INSERT ON jobs.event FOR EACH ROW EXECUTE FUNCTION regress.grow();
SELECT jobs.open_job(:job, actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') AS message \gset
SELECT job_id AS job2 FROM jobs.request_job(:service, 'Title', 'Text', :org, actor => :'max') \gset
SELECT length(grown), md5(grown), body, regress.who(author) FROM jobs.message WHERE id = :message;
SELECT length(grown), md5(grown), status, title, place = 'jobs.job'::regclass::oid::text AS knows_its_place FROM jobs.job WHERE id IN (:job, :job2) ORDER BY id;
SELECT length(grown), action, to_status FROM jobs.event WHERE job_id = :job ORDER BY id OFFSET 1;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.message (job_id, body) VALUES (:job, 'Text') RETURNING length(grown);
ROLLBACK;

-- A row that a trigger moves to somebody else: by a function, by plain SQL.
CREATE FUNCTION pg_temp.moves(target text, event text, change jsonb, actor text, call text, statement text)
RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER own BEFORE %s ON jobs.%I FOR EACH ROW EXECUTE FUNCTION regress.set_column(%L)', event, target, change);
	PERFORM jobs.act_as(actor);
	RETURN NEXT regress.try(call);
	RETURN NEXT regress.try(statement);
	PERFORM jobs.act_as('');
	EXECUTE format('DROP TRIGGER own ON jobs.%I', target);
END
$$;
CREATE FUNCTION pg_temp.moves_job(change jsonb, actor text, service bigint, org bigint)
RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_temp.moves('job', 'INSERT', change, actor,
		format('SELECT jobs.request_job(%s, $x$T$x$, $x$T$x$, %s)', service, org),
		format('INSERT INTO jobs.job (service_id, title, description, organization_id) VALUES (%s, $x$T$x$, $x$T$x$, %s)', service, org))
$$;
CREATE FUNCTION pg_temp.moves_proposal(change jsonb, actor text, service bigint, conversation bigint)
RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_temp.moves('proposal', 'INSERT', change, actor,
		format('SELECT jobs.send_proposal(%s, %s, $x$T$x$, $x$T$x$, 1)', conversation, service),
		format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, $x$T$x$, $x$T$x$, 1)', conversation, service))
$$;
CREATE FUNCTION pg_temp.moves_decision(change jsonb, actor text, proposal bigint, store bigint)
RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_temp.moves('proposal', 'UPDATE', change, actor,
		format('SELECT jobs.accept_proposal(%s, %s)', proposal, store),
		format('UPDATE jobs.proposal SET status = $x$accepted$x$, store_id = %s WHERE id = %s', store, proposal))
$$;
CREATE FUNCTION pg_temp.moves_message(change jsonb, actor text, job bigint)
RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_temp.moves('message', 'INSERT', change, actor,
		format('SELECT jobs.reply_to_job(%s, $x$T$x$)', job),
		format('INSERT INTO jobs.message (job_id, body) VALUES (%s, $x$T$x$)', job))
$$;
BEGIN;
SELECT regress.state() AS before \gset
SELECT pg_temp.moves_job(jsonb_build_object('organization_id', :other_org), :'max', :service, :org);
SELECT pg_temp.moves_job(jsonb_build_object('merchant_id', :mia_id), :'max', :service, :org);
SELECT pg_temp.moves_job(jsonb_build_object('conversation_id', :mias), :'max', :service, :org);
SELECT pg_temp.moves_job('{"id": 1024000}', :'max', :service, :org);
SELECT pg_temp.moves_proposal(jsonb_build_object('merchant_id', :mia_id), :'ann', :service, :conversation);
SELECT pg_temp.moves_proposal(jsonb_build_object('organization_id', :other_org), :'ann', :service, :conversation);
SELECT pg_temp.moves_decision(jsonb_build_object('merchant_id', :mia_id), :'max', :proposal, :store);
SELECT pg_temp.moves_decision(jsonb_build_object('conversation_id', :mias), :'max', :proposal, :store);
SELECT pg_temp.moves_decision(jsonb_build_object('store_id', :mia_store), :'max', :proposal, :store);
SELECT pg_temp.moves_message(jsonb_build_object('author', :'max'), :'ann', :job);
SELECT pg_temp.moves_message(jsonb_build_object('merchant_id', :mia_id), :'ann', :job);
SELECT pg_temp.moves_proposal('{"id": 1024000}', :'ann', :service, :conversation);
SELECT pg_temp.moves_decision(jsonb_build_object('service_id', :unprovided), :'max', :proposal, :store);
SELECT pg_temp.moves('proposal', 'UPDATE', '{"status": "accepted"}', :'ann',
	format('SELECT jobs.withdraw_proposal(%s)', :proposal), format('UPDATE jobs.proposal SET status = $x$withdrawn$x$ WHERE id = %s', :proposal));
SELECT pg_temp.moves('job', 'UPDATE', jsonb_build_object('conversation_id', :mias), :'ann',
	format('SELECT jobs.open_job(%s)', :job), format('UPDATE jobs.job SET status = $x$opened$x$ WHERE id = %s', :job));
SELECT pg_temp.moves('job', 'UPDATE', '{"due_at": "2030-01-01"}', :'ann',
	format('SELECT jobs.reply_to_job(%s, $x$T$x$)', :job), format('INSERT INTO jobs.message (job_id, body) VALUES (%s, $x$T$x$)', :job));
SELECT pg_temp.moves('event', 'INSERT', change, :'ann',
	format('SELECT jobs.open_job(%s)', :job), format('UPDATE jobs.job SET status = $x$opened$x$ WHERE id = %s', :job))
FROM unnest(ARRAY['{"id": 1024000}', '{"position": 1}', jsonb_build_object('organization_id', :other_org), jsonb_build_object('merchant_id', :mia_id)]) change;
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;

-- a trigger that deletes the job under an action's feet: no orphan
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.decline FOR EACH ROW EXECUTE FUNCTION
	regress.run('WITH m AS (DELETE FROM jobs.message WHERE job_id = ($1).job_id), e AS (DELETE FROM jobs.email WHERE job_id = ($1).job_id),
		h AS (DELETE FROM jobs.event WHERE job_id = ($1).job_id) DELETE FROM jobs.job WHERE id = ($1).job_id');
SELECT regress.try(format('SELECT jobs.decline_job(%s, actor => %L)', :job, :'ann'));
SELECT count(*) FROM jobs.job WHERE id = :job;
ROLLBACK;
-- keys that cascade: a job goes with its assignments, whatever its status
BEGIN;
SELECT regress.job('user_triggers', 'declined') AS declined \gset
ALTER TABLE jobs.assignment DROP CONSTRAINT assignment_job_id_fkey, ADD CONSTRAINT assignment_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs.job ON DELETE CASCADE;
SELECT jobs.assign_self(:job, actor => :'ann');
DELETE FROM jobs.email WHERE job_id = :job;
DELETE FROM jobs.event WHERE job_id = :job;
DELETE FROM jobs.job WHERE id = :job;
SELECT count(*) FROM jobs.assignment WHERE job_id = :job;
ROLLBACK;

-- an acceptance needs its job
BEGIN;
CREATE FUNCTION regress.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.skip();
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, %s, actor => %L)', :proposal, :store, :'max'));
SELECT status FROM jobs.proposal WHERE id = :proposal;
ROLLBACK;

-- an account that a trigger keeps as it is, or changes in another way: all or nothing
BEGIN;
CREATE FUNCTION regress.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION pg_temp.keeps(target text, change jsonb, call text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	before text := regress.state();
	answer text;
BEGIN
	EXECUTE format('CREATE TRIGGER own BEFORE UPDATE ON jobs.%I FOR EACH ROW EXECUTE FUNCTION %s', target, CASE WHEN change IS NULL THEN 'regress.skip()' ELSE format('regress.set_column(%L)', change) END);
	answer := split_part(regress.try('SELECT jobs.' || call), ' | ', 1);
	EXECUTE format('DROP TRIGGER own ON jobs.%I', target);
	RETURN answer || CASE WHEN before <> regress.state() THEN ', and something was written' ELSE '' END;
END
$$;
SELECT split_part(call, '(', 1), pg_temp.keeps(target, NULL, call), pg_temp.keeps(target, change, call)
FROM (VALUES (1, 'preferences', '{"closed_at": null}'::jsonb, format('close_organization(%s)', :org)), (2, 'preferences', '{"suspended_at": null}', format('suspend($$organization:%s$$, $$x$$)', :org)),
	(3, 'preferences', '{"is_listed": true}', format('set_preferences(%s, is_listed => false)', :org)), (4, 'merchant', '{"closed_at": null}', format('close_merchant(%s)', :max_id)),
	(5, 'merchant', '{"name": "Other"}', format('update_merchant(%s, $$Name$$)', :max_id)), (6, 'store', '{"removed_at": null}', format('remove_store(%s)', :store)),
	(7, 'member', '{"is_active": true}', format('deactivate_member(%s)', :bob_id)), (8, 'organization', '{"name": "Other"}', format('update_organization(%s, $$Name$$)', :org))) c (n, target, change, call) ORDER BY n;
ROLLBACK;

-- transition tables of row triggers
BEGIN;
CREATE FUNCTION regress.count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% of jobs.%: %', TG_OP, TG_TABLE_NAME, (SELECT string_agg(CASE TG_TABLE_NAME WHEN 'job' THEN to_jsonb(r) ->> 'status' ELSE to_jsonb(r) ->> 'kind' END, ', ') FROM rows r);
	RETURN NULL;
END
$$;
CREATE TRIGGER own AFTER UPDATE ON jobs.job REFERENCING NEW TABLE AS rows FOR EACH ROW EXECUTE FUNCTION regress.count();
CREATE TRIGGER own_old AFTER UPDATE ON jobs.job REFERENCING OLD TABLE AS rows FOR EACH ROW EXECUTE FUNCTION regress.count();
CREATE TRIGGER own AFTER INSERT ON jobs.email REFERENCING NEW TABLE AS rows FOR EACH ROW WHEN (NEW.recipient LIKE 'max@%') EXECUTE FUNCTION regress.count();
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
ROLLBACK;

-- what a trigger says is heard, also where the library keeps quiet itself
BEGIN;
CREATE FUNCTION regress.say() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % on jobs.%', TG_WHEN, TG_OP, TG_TABLE_NAME;
	RETURN NEW;
END
$$;
CREATE TRIGGER own_before BEFORE INSERT OR UPDATE ON jobs.organization FOR EACH ROW EXECUTE FUNCTION regress.say();
CREATE TRIGGER own_after AFTER INSERT OR UPDATE ON jobs.organization FOR EACH ROW EXECUTE FUNCTION regress.say();
CREATE TRIGGER own AFTER INSERT ON jobs.provided_service FOR EACH ROW EXECUTE FUNCTION regress.say();
SET client_min_messages = notice;
SELECT jobs.create_organization('Loud', 'loud@x.example') IS NOT NULL;
SELECT jobs.provide_service(:other_org, :unprovided);
UPDATE jobs.organization SET description = 'Loud' WHERE id = :other_org;
UPDATE jobs.service SET name = 'user_triggers loud' WHERE id = :unprovided;
SHOW client_min_messages;
ROLLBACK;

-- a claim within a claim, while what both know of the table becomes stale
BEGIN;
CREATE FUNCTION regress.stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	ANALYZE jobs.email;
	PERFORM count(*) FROM jobs.claim_emails(1);
	RETURN NULL;
END
$$;
CREATE TRIGGER own AFTER UPDATE OF attempts ON jobs.email FOR EACH ROW WHEN (pg_trigger_depth() < 2) EXECUTE FUNCTION regress.stale();
SELECT count(*) FROM jobs.claim_emails(1);
ROLLBACK;

-- a key that may be deferred, also where a superuser acts
BEGIN;
CREATE TABLE regress.page (id bigint PRIMARY KEY);
ALTER TABLE regress.page OWNER TO regress_jobs_owner;
ALTER TABLE jobs.message ADD page_id bigint REFERENCES regress.page DEFERRABLE INITIALLY DEFERRED;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
ALTER TABLE jobs.message ALTER page_id SET DEFAULT 1;
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Text$$, actor => %L)', :job, :'ann'));
ROLLBACK;

-- a column that has no default, of a domain that forbids NULL
BEGIN;
CREATE DOMAIN regress.required AS text NOT NULL;
CREATE DOMAIN regress.optional AS text CHECK (VALUE <> 'bad');
ALTER TABLE jobs.message ADD a regress.optional, ADD b regress.required DEFAULT 'b';
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') AS message \gset
SELECT a, b FROM jobs.message WHERE id = :message;
ALTER TABLE jobs.message ALTER b DROP DEFAULT;
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Text$$, actor => %L)', :job, :'ann'));
ROLLBACK;

-- our functions, where they don't belong
BEGIN;
CREATE TRIGGER own BEFORE DELETE ON jobs.store FOR EACH ROW EXECUTE FUNCTION jobs.store_fill();
CREATE TRIGGER own BEFORE DELETE ON jobs.message FOR EACH ROW EXECUTE FUNCTION jobs.message_fill();
CREATE TRIGGER own AFTER DELETE ON jobs.assignment FOR EACH STATEMENT EXECUTE FUNCTION jobs.assignment_record();
CREATE TRIGGER own AFTER INSERT ON jobs.preferences FOR EACH ROW EXECUTE FUNCTION jobs.preferences_fill();
CREATE TRIGGER own BEFORE INSERT ON jobs.service FOR EACH ROW EXECUTE FUNCTION jobs.merchant_fill();
SELECT regress.try(format('DELETE FROM jobs.store WHERE id = %s', :mia_store));
SELECT regress.try(format('DELETE FROM jobs.message WHERE conversation_id = %s', :mias));
SELECT regress.try('DELETE FROM jobs.assignment WHERE false');
SELECT regress.try(format('SELECT jobs.create_organization($$X$$, $$x@x.example$$)'));
SELECT regress.try('INSERT INTO jobs.preferences (organization_id, notification_email) SELECT max(id), $$x@x.example$$ FROM jobs.organization');
SELECT regress.try('INSERT INTO jobs.service (name) VALUES ($$X$$)');
ROLLBACK;

-- a publication that can't tell which rows it wants
BEGIN;
SET LOCAL client_min_messages = error;
CREATE PUBLICATION regress_jobs_publication FOR TABLE jobs.job WHERE (title <> 'secret');
SELECT regress.try(format('SELECT jobs.open_job(%s, actor => %L)', :job, :'ann'));
ROLLBACK;
BEGIN;
SET LOCAL client_min_messages = error;
SELECT jobs.assign_self(:job, actor => :'ann');
CREATE PUBLICATION regress_jobs_publication FOR TABLE jobs.assignment WHERE (assigned_by <> 'secret');
SELECT regress.try(format('SELECT jobs.unassign_members(%s, ARRAY[%s]::bigint[], actor => %L)', :job, :ann_id, :'ann'));
SELECT count(*) FROM jobs.assignment WHERE job_id = :job;
ROLLBACK;

-- an id that the column's default drew before a function in the same statement drew others
BEGIN;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.message (conversation_id, body) VALUES (jobs.start_conversation(:other_org, 'Hello'), 'And more') RETURNING regress.who(author), body;
ROLLBACK;
-- one of the operator's choice carries the organization's slot, also after DISCARD
SELECT regress.try(format($$INSERT INTO jobs.member (id, organization_id, name, email) VALUES (%s, %s, 'Slot', 'slot@x.example')$$, 1024 * 999999 + (:org + 1) % 1024, :org));
SELECT regress.try(format($$INSERT INTO jobs.member (id, organization_id, name, email) VALUES (%s, %s, 'Slot', 'slot@x.example')$$, 1024 * 999999 + :org % 1024, :org));
-- what the operator drew before is the operator's to use
SELECT nextval('jobs.merchant_id_seq') AS first, nextval('jobs.merchant_id_seq') AS second \gset
INSERT INTO jobs.merchant (id, name, email) VALUES (:first, 'Drawn', 'x@x.example') RETURNING id = :first AS is_first;
DISCARD SEQUENCES;
SELECT regress.try($$INSERT INTO jobs.merchant (id, name, email) VALUES (999998 * 1024, 'Discarded', 'x@x.example')$$);
-- a setting that changes how names are printed changes nothing else
SET quote_all_identifiers = on;
\connect -
SET quote_all_identifiers = on;
SELECT jobs.open_job(:job, actor => :'ann');
DROP FUNCTION regress.grow;
