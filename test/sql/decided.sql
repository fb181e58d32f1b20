-- Decided is decided: every column of every table that the library knows, changed by a user's
-- BEFORE trigger, in rows that functions write and in rows that plain SQL writes. The columns
-- come from the catalogue.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('decided') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS proposal \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS accepted \gset
SELECT jobs.accept_proposal(:accepted, actor => :'max');
SELECT regress.job('decided') AS job \gset
SELECT regress.job('decided', 'confirmed') AS confirmed \gset
SELECT regress.job('decided', 'confirmed') AS reviewed \gset
SELECT jobs.review_job(:reviewed, 3, 3, 'Good', actor => :'max') AS review \gset
SELECT regress.job('decided') AS due \gset
SELECT regress.run_out(:due);
SELECT jobs.assign_self(:job, actor => :'bob');
SELECT jobs.create_consumer('decided', actor => 'system');
-- kept with another half-life
SET session_replication_role = replica;
INSERT INTO jobs.ranking_purged VALUES (:org, :service, now(), 3600, 0, 0, 0, 0, 0, 0, 0, 0, 0);
RESET session_replication_role;
CREATE ROLE regress_jobs_decided;
CREATE ROLE regress_jobs_decided_too;
SELECT jobs.bind_role('regress_jobs_decided_too', :'bob');

-- Text that a trigger may change. All other columns that the library knows it may not.
CREATE TABLE regress.free_text (name text PRIMARY KEY);
INSERT INTO regress.free_text VALUES ('message.body'), ('job.title'), ('job.description'), ('proposal.title'),
	('proposal.work'), ('decline.comment'), ('review.comment'), ('review.reply');
CREATE VIEW regress.known_column AS
SELECT c.relname::text AS target, a.attname::text AS name, a.atttypid, c.relname || '.' || a.attname IN (SELECT name FROM regress.free_text) AS is_free
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'jobs'::regnamespace AND c.relkind = 'r';

-- Another value of the type, which CHECK constraints let pass.
CREATE FUNCTION regress.other_value(target text, name text, value text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	type text := format_type(atttypid, NULL) FROM regress.known_column k WHERE k.target = other_value.target AND k.name = other_value.name;
BEGIN
	CASE name
		WHEN 'language' THEN RETURN CASE value WHEN 'en' THEN 'it' ELSE 'ro' END;
		WHEN 'currency' THEN RETURN CASE value WHEN 'USD' THEN 'EUR' ELSE 'USD' END;
		WHEN 'origin' THEN RETURN CASE value WHEN 'direct' THEN 'match' ELSE 'direct' END;
		WHEN 'email_scope' THEN RETURN CASE value WHEN 'all' THEN 'none' ELSE 'all' END;
		WHEN 'status' THEN RETURN CASE WHEN value <> 'declined' THEN 'declined' WHEN target = 'job' THEN 'new' ELSE 'sent' END;
		WHEN 'slot' THEN RETURN (value::integer + 1) % 1024;
		ELSE NULL;
	END CASE;
	RETURN CASE
		WHEN type IN ('bigint', 'integer', 'oid', 'numeric', 'double precision') THEN (coalesce(value::numeric, 0) + 1)::text
		WHEN type = 'boolean' THEN (NOT coalesce(value::boolean, false))::text
		WHEN type = 'timestamp with time zone' THEN (coalesce(value::timestamptz, '2020-01-01') + interval '1 day')::text
		WHEN type = 'uuid' THEN gen_random_uuid()::text
		WHEN type = 'jsonb' THEN '{"other": 1}'
		WHEN type = 'tsvector' THEN '''other'':1'
		ELSE coalesce(value, '') || ' (masked)' END;
END
$$;
-- changes the column that a setting names
CREATE FUNCTION regress.spoil() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	name text := current_setting('regress.column');
	value text := regress.other_value(TG_TABLE_NAME, name, to_jsonb(NEW) ->> name);
BEGIN
	IF TG_TABLE_NAME = 'node' AND name = 'id' THEN
		NEW.id := false;
		RETURN NEW;
	END IF;
	EXECUTE format('SELECT (jsonb_populate_record($1, jsonb_build_object(%L, $2))).*', name)
		INTO NEW USING NEW, CASE WHEN left(value, 1) = '{' THEN value::jsonb ELSE to_jsonb(value) END;
	RETURN NEW;
END
$$;
GRANT SELECT ON regress.known_column, regress.free_text TO PUBLIC;
GRANT EXECUTE ON FUNCTION regress.other_value, regress.spoil TO regress_jobs_owner;

-- What writes each table.
CREATE TABLE regress.writer (target text, event text, path text, actor text, statement text);
INSERT INTO regress.writer
SELECT target, event, path, actor, format(statement, variadic arguments)
FROM (VALUES
	('assignment', 'INSERT', 'function', :'ann', 'SELECT jobs.assign_self(%s)', ARRAY[:'job']),
	('assignment', 'INSERT', 'SQL', :'ann', 'INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %s)', ARRAY[:'job', :'ann_id']),
	('assignment', 'UPDATE', 'SQL', :'ann', 'UPDATE jobs.assignment SET member_id = member_id WHERE job_id = %s', ARRAY[:'job']),
	('conversation', 'INSERT', 'function', :'max', 'SELECT jobs.start_conversation(%s, $x$Hello$x$)', ARRAY[:'other_org']),
	('conversation', 'UPDATE', 'function', :'max', 'SELECT jobs.block_conversation(%s)', ARRAY[:'conversation']),
	('conversation', 'INSERT', 'SQL', :'max', 'INSERT INTO jobs.conversation (organization_id) VALUES (%s)', ARRAY[:'other_org']),
	('conversation', 'UPDATE', 'SQL', '', 'UPDATE jobs.conversation SET is_blocked = true WHERE id = %s', ARRAY[:'conversation']),
	('decline', 'INSERT', 'function', :'ann', 'SELECT jobs.decline_job(%s, $x$busy$x$, $x$Sorry$x$)', ARRAY[:'job']),
	('email', 'INSERT', 'function', :'ann', 'SELECT jobs.reply_to_job(%s, $x$Text$x$)', ARRAY[:'job']),
	('email', 'UPDATE', 'function', '', 'SELECT count(*) FROM jobs.claim_emails(1)', NULL),
	('email_template', 'INSERT', 'function', '', 'WITH gone AS (DELETE FROM jobs.email_template WHERE kind = $x$message$x$ RETURNING 1) SELECT count(*), regress.reinstall() FROM gone', NULL),
	('email_template', 'UPDATE', 'function', '', 'SELECT regress.reinstall()', NULL),
	('email_template', 'INSERT', 'SQL', '', 'INSERT INTO jobs.email_template (kind, language, subject, body) VALUES ($x$message$x$, $x$fr$x$, $x$S$x$, $x$B$x$)', NULL),
	('email_template', 'UPDATE', 'SQL', '', 'UPDATE jobs.email_template SET subject = $x$S$x$ WHERE kind = $x$message$x$ AND language = $x$en$x$', NULL),
	('event_caller', 'INSERT', 'function', :'ann', 'SELECT jobs.open_job(%s)', ARRAY[:'job']),
	('event_consumer', 'INSERT', 'function', 'system', 'SELECT jobs.create_consumer($x$other$x$)', NULL),
	('event_consumer', 'UPDATE', 'function', 'system', 'SELECT jobs.ack_events($x$decided$x$, max(event_position)) FROM jobs.read_events($x$decided$x$, 3)', NULL),
	('job', 'INSERT', 'function', :'max', 'SELECT jobs.request_job(%s, $x$T$x$, $x$T$x$, %s, budget => 5)', ARRAY[:'service', :'org']),
	('job', 'UPDATE', 'function', :'ann', 'SELECT jobs.open_job(%s)', ARRAY[:'job']),
	('job', 'INSERT', 'SQL', :'max', 'INSERT INTO jobs.job (service_id, organization_id, title, description, budget) VALUES (%s, %s, $x$T$x$, $x$T$x$, 5)', ARRAY[:'service', :'org']),
	('job', 'UPDATE', 'SQL', :'ann', 'UPDATE jobs.job SET status = $x$opened$x$ WHERE id = %s', ARRAY[:'job']),
	('event', 'INSERT', 'function', :'ann', 'SELECT jobs.open_job(%s)', ARRAY[:'job']),
	('event', 'UPDATE', 'function', 'system', 'SELECT count(*) FROM jobs.read_events($x$decided$x$, 100000)', NULL),
	('member', 'INSERT', 'function', '', 'SELECT jobs.add_member(%s, $x$N$x$, $x$n@decided.example$x$)', ARRAY[:'org']),
	('member', 'UPDATE', 'function', :'ann', 'SELECT jobs.set_email_scope(%s, $x$messages$x$)', ARRAY[:'ann_id']),
	('member', 'INSERT', 'SQL', '', 'INSERT INTO jobs.member (organization_id, name, email) VALUES (%s, $x$N$x$, $x$n@decided.example$x$)', ARRAY[:'org']),
	('member', 'UPDATE', 'SQL', '', 'UPDATE jobs.member SET is_active = true WHERE id = %s', ARRAY[:'gone_id']),
	('merchant', 'INSERT', 'function', '', 'SELECT jobs.create_merchant($x$N$x$, $x$n@decided.example$x$)', NULL),
	('merchant', 'INSERT', 'SQL', '', 'INSERT INTO jobs.merchant (name, email) VALUES ($x$N$x$, $x$n@decided.example$x$)', NULL),
	('merchant', 'UPDATE', 'SQL', '', 'UPDATE jobs.merchant SET name = $x$N$x$ WHERE id = %s', ARRAY[:'max_id']),
	('message', 'INSERT', 'function', :'ann', 'SELECT jobs.reply_to_job(%s, $x$Text$x$)', ARRAY[:'job']),
	('message', 'INSERT', 'SQL', :'ann', 'INSERT INTO jobs.message (job_id, body) VALUES (%s, $x$Text$x$)', ARRAY[:'job']),
	('message', 'UPDATE', 'SQL', :'ann', 'UPDATE jobs.message SET body = body WHERE conversation_id = %s', ARRAY[:'conversation']),
	('node', 'UPDATE', 'function', '', 'SELECT jobs.expire_jobs()', NULL),
	('organization', 'INSERT', 'function', '', 'SELECT jobs.create_organization($x$N$x$, $x$n@decided.example$x$)', NULL),
	('organization', 'UPDATE', 'function', '', 'SELECT jobs.provide_service(%s, %s)', ARRAY[:'org', :'unprovided']),
	('organization', 'INSERT', 'SQL', '', 'INSERT INTO jobs.organization (name) VALUES ($x$N$x$)', NULL),
	('organization', 'UPDATE', 'SQL', '', 'UPDATE jobs.organization SET name = $x$N$x$ WHERE id = %s', ARRAY[:'org']),
	('preferences', 'INSERT', 'function', '', 'SELECT jobs.create_organization($x$N$x$, $x$n@decided.example$x$)', NULL),
	('preferences', 'UPDATE', 'function', '', 'SELECT jobs.set_preferences(%s, is_listed => false)', ARRAY[:'org']),
	('preferences', 'INSERT', 'SQL', '', 'WITH o AS (INSERT INTO jobs.organization (name) VALUES ($x$N$x$) RETURNING id) INSERT INTO jobs.preferences (organization_id, notification_email) SELECT id, $x$n@decided.example$x$ FROM o', NULL),
	('preferences', 'UPDATE', 'SQL', '', 'UPDATE jobs.preferences SET is_listed = false WHERE organization_id = %s', ARRAY[:'org']),
	('proposal', 'INSERT', 'function', :'ann', 'SELECT jobs.send_proposal(%s, %s, $x$T$x$, $x$T$x$, 5)', ARRAY[:'conversation', :'service']),
	('proposal', 'UPDATE', 'function', :'max', 'SELECT jobs.accept_proposal(%s, %s)', ARRAY[:'proposal', :'store']),
	('proposal', 'UPDATE', 'function', :'ann', 'SELECT jobs.request_review(%s)', ARRAY[:'accepted']),
	('proposal', 'INSERT', 'SQL', :'ann', 'INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, $x$T$x$, $x$T$x$, 5)', ARRAY[:'conversation', :'service']),
	('proposal', 'UPDATE', 'SQL', :'max', 'UPDATE jobs.proposal SET status = $x$accepted$x$, store_id = %s WHERE id = %s', ARRAY[:'store', :'proposal']),
	('provided_service', 'INSERT', 'function', '', 'SELECT jobs.provide_service(%s, %s)', ARRAY[:'org', :'unprovided']),
	('provided_service', 'UPDATE', 'function', '', 'SELECT jobs.provide_service(%s, %s, 5)', ARRAY[:'org', :'service']),
	('provided_service', 'INSERT', 'SQL', '', 'INSERT INTO jobs.provided_service (organization_id, service_id) VALUES (%s, %s)', ARRAY[:'org', :'unprovided']),
	('provided_service', 'UPDATE', 'SQL', '', 'UPDATE jobs.provided_service SET min_price = 0 WHERE organization_id = %s', ARRAY[:'org']),
	('ranking_purged', 'UPDATE', 'function', '', 'SELECT jobs.rebuild_ranking()', NULL),
	('ranking_stat', 'INSERT', 'function', '', 'SELECT jobs.rebuild_ranking()', NULL),
	('ranking_total', 'INSERT', 'function', '', 'SELECT jobs.rebuild_ranking()', NULL),
	('review', 'INSERT', 'function', :'max', 'SELECT jobs.review_job(%s, 2, 2, $x$Text$x$)', ARRAY[:'confirmed']),
	('review', 'UPDATE', 'function', :'ann', 'SELECT jobs.reply_to_review(%s, $x$Text$x$)', ARRAY[:'review']),
	('role_binding', 'INSERT', 'function', '', 'SELECT jobs.bind_role($x$regress_jobs_decided$x$, %L)', ARRAY[:'ann']),
	('role_binding', 'UPDATE', 'function', '', 'SELECT jobs.bind_role($x$regress_jobs_decided_too$x$, %L)', ARRAY[:'ann']),
	('service', 'INSERT', 'function', '', 'SELECT jobs.create_service($x$decided new$x$)', NULL),
	('service', 'INSERT', 'SQL', '', 'INSERT INTO jobs.service (name) VALUES ($x$decided new$x$)', NULL),
	('service', 'UPDATE', 'SQL', '', 'UPDATE jobs.service SET name = $x$decided new$x$ WHERE id = %s', ARRAY[:'service']),
	('store', 'INSERT', 'function', :'max', 'SELECT jobs.add_store(%s, $x$N$x$)', ARRAY[:'max_id']),
	('store', 'INSERT', 'SQL', '', 'INSERT INTO jobs.store (merchant_id, name) VALUES (%s, $x$N$x$)', ARRAY[:'max_id']),
	('store', 'UPDATE', 'SQL', '', 'UPDATE jobs.store SET url = $x$http://decided.example$x$ WHERE id = %s', ARRAY[:'store'])
) w (target, event, path, actor, statement, arguments);
-- every table is written in some way
SELECT DISTINCT target FROM regress.known_column WHERE target NOT IN (SELECT target FROM regress.writer);
-- templates that were not changed by hand are brought up to date
CREATE FUNCTION regress.reinstall() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	UPDATE jobs.email_template SET subject = 'Old' WHERE kind = 'message';
	SET LOCAL session_replication_role = origin;
	RETURN jobs.install();
END
$$;

-- Runs one of them with one column spoilt: as it should end, or how it ended. Free text may be
-- changed, but not added: a new review has no reply.
CREATE FUNCTION pg_temp.spoilt(w regress.writer, name text, is_free boolean)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	stuck bigint;
BEGIN
	PERFORM set_config('regress.column', name, true);
	BEGIN
		PERFORM jobs.act_as(w.actor);
		EXECUTE w.statement;
		EXECUTE format('SELECT count(*) FROM jobs.%I WHERE %I::text LIKE ''%%(masked)''', w.target, name) INTO stuck;
		RAISE EXCEPTION USING ERRCODE = 'JT000', MESSAGE = CASE WHEN stuck > 0 THEN 'changed' ELSE 'not changed' END;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN CASE
			WHEN is_free AND SQLSTATE = 'JT000' AND SQLERRM = 'changed' THEN 'free'
			WHEN NOT is_free AND SQLSTATE = '27000' AND SQLERRM = 'a trigger changed what the rules decided for jobs.' || w.target
				AND (detail = format('A BEFORE trigger changed the column %s.', name)
					OR (w.path = 'SQL' AND w.event = 'INSERT' AND detail = 'A BEFORE trigger changed the primary key.' AND name = ANY (ARRAY(
						SELECT attname::text FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
						WHERE indisprimary AND indrelid = ('jobs.' || w.target)::regclass)))) THEN 'decided'
			ELSE concat_ws(' ', SQLSTATE, SQLERRM, detail) END;
	END;
END
$$;
CREATE FUNCTION pg_temp.spoil_all()
RETURNS TABLE (target text, event text, path text, name text, result text)
LANGUAGE plpgsql AS $$
DECLARE
	w regress.writer;
BEGIN
	FOR w IN SELECT * FROM regress.writer r ORDER BY r.target, r.event, r.path LOOP
		EXECUTE format('CREATE TRIGGER own BEFORE %s ON jobs.%I FOR EACH ROW EXECUTE FUNCTION regress.spoil()', w.event, w.target);
		RETURN QUERY SELECT w.target, w.event, w.path, k.name, pg_temp.spoilt(w, k.name, k.is_free AND (w.target, w.event, k.name) <> ('review', 'INSERT', 'reply'))
			FROM regress.known_column k WHERE k.target = w.target ORDER BY k.name;
		EXECUTE format('DROP TRIGGER own ON jobs.%I', w.target);
	END LOOP;
END
$$;
SELECT regress.state() AS before \gset
CREATE TABLE regress.spoilt AS SELECT * FROM pg_temp.spoil_all();
SELECT regress.state() = :'before' AS unchanged;
-- combinations by table; those that did not end so: what a CHECK refuses before
SELECT target, event, path, count(*) FILTER (WHERE result = 'decided') AS decided, count(*) FILTER (WHERE result = 'free') AS free
FROM regress.spoilt
GROUP BY target, event, path
ORDER BY target, event, path;
SELECT target, event, path, name, regress.mask(result) FROM regress.spoilt WHERE result NOT IN ('decided', 'free') ORDER BY 1, 2, 3, 4;
-- sums that are written at the commit
CREATE TRIGGER own BEFORE UPDATE ON jobs.ranking_stat FOR EACH ROW EXECUTE FUNCTION regress.spoil();
CREATE FUNCTION regress.decline(spoilt_column text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	w regress.writer;
BEGIN
	SELECT * INTO w FROM regress.writer WHERE target = 'decline';
	PERFORM set_config('regress.column', spoilt_column, false), jobs.act_as(w.actor);
	EXECUTE w.statement;
END
$$;
SELECT format('SELECT regress.decline(%L)', name) FROM regress.known_column WHERE target = 'ranking_stat' ORDER BY name \gexec
DROP TRIGGER own ON jobs.ranking_stat;
CREATE TRIGGER own BEFORE UPDATE ON jobs.ranking_total FOR EACH ROW EXECUTE FUNCTION regress.spoil();
SELECT format('SELECT regress.decline(%L)', name) FROM regress.known_column WHERE target = 'ranking_total' ORDER BY name \gexec
DROP TRIGGER own ON jobs.ranking_total;
SELECT regress.state() = :'before' AS unchanged;

-- What is the users' own, in rows of many kinds of statements
BEGIN;
CREATE FUNCTION regress.add_notes() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	target text;
BEGIN
	FOR target IN SELECT relname FROM pg_class WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE jobs.%I ADD note text', target);
		EXECUTE format('CREATE TRIGGER own BEFORE INSERT OR UPDATE ON jobs.%I FOR EACH ROW EXECUTE FUNCTION regress.set_column(%L)', target, '{"note": "own"}');
	END LOOP;
END
$$;
SELECT regress.add_notes();
GRANT EXECUTE ON FUNCTION regress.set_column, regress.suppress, regress.run TO regress_jobs_owner;
-- several rows, of which those behind another one are changed once more by its trigger
SELECT jobs.act_as(:'max');
INSERT INTO jobs.job (service_id, organization_id, title, description, budget)
SELECT :service, :org, 'Several', 'Text', 5.00 FROM generate_series(1, 3);
CREATE TRIGGER own_after AFTER UPDATE ON jobs.job FOR EACH ROW WHEN (NEW.status = 'opened' AND OLD.status = 'new') EXECUTE FUNCTION
	regress.run('UPDATE jobs.job SET status = ''declined'' WHERE id > ($1).id AND title = ''Several'' AND status = ''opened''');
SELECT jobs.act_as(:'ann');
UPDATE jobs.job SET status = 'opened' WHERE title = 'Several' AND id = (SELECT min(id) FROM jobs.job WHERE title = 'Several');
UPDATE jobs.job SET status = 'opened' WHERE title = 'Several' AND status = 'new';
SELECT status, note FROM jobs.job WHERE title = 'Several' ORDER BY id;
-- numbers that are written in another way
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price)
VALUES (:conversation, :service, 'T', 'T', 5), (:conversation, :service, 'T', 'T', 5.00) RETURNING price, note;
UPDATE jobs.proposal SET price = 1.00 WHERE id = :proposal RETURNING price, note;
SELECT jobs.act_as('');
-- what conflicts
INSERT INTO jobs.email_template (kind, language, subject, body)
VALUES ('message', 'en', 'A', 'A'), ('message', 'fr', 'B', 'B')
ON CONFLICT (kind, language) DO UPDATE SET subject = 'C' RETURNING language, subject, note;
INSERT INTO jobs.preferences (organization_id, notification_email) VALUES (:org, 'x@decided.example')
ON CONFLICT (organization_id) DO NOTHING;
UPDATE jobs.preferences SET notification_email = 'y@decided.example' WHERE organization_id = :org RETURNING note;
-- the same key again, after a row that was rolled back, or suppressed
SAVEPOINT here;
INSERT INTO jobs.merchant (id, name, email) VALUES (1024 * 999997, 'First', 'first@decided.example');
ROLLBACK TO here;
CREATE TRIGGER own_suppress BEFORE INSERT ON jobs.merchant FOR EACH ROW WHEN (NEW.name = 'Second') EXECUTE FUNCTION regress.suppress();
INSERT INTO jobs.merchant (id, name, email) VALUES (1024 * 999997, 'Second', 'second@decided.example');
INSERT INTO jobs.merchant (id, name, email) VALUES (1024 * 999997, 'Third', 'third@decided.example') RETURNING name, note;
ROLLBACK;

-- a trigger that masks what people write: the same call again is the same call
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"body": "Masked"}');
CREATE TRIGGER own BEFORE INSERT ON jobs.proposal FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"title": "Masked", "work": "Masked"}');
CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"title": "Masked", "description": "Masked"}');
SELECT count(DISTINCT jobs.reply_to_job(:job, 'Call 5551234', 'dec1ded0-0000-4000-8000-000000000001', actor => :'ann')) FROM generate_series(1, 2);
SELECT count(DISTINCT jobs.send_proposal(:conversation, :service, 'Call', '5551234', 5, client_key => 'dec1ded0-0000-4000-8000-000000000002', actor => :'ann')) FROM generate_series(1, 2);
SELECT count(DISTINCT job_id) FROM generate_series(1, 2), jobs.request_job(:service, 'Call', '5551234', :org, client_key => 'dec1ded0-0000-4000-8000-000000000003', actor => :'max');
SELECT count(DISTINCT jobs.start_conversation(:other_org, 'Call 5551234', 'dec1ded0-0000-4000-8000-000000000004', actor => :'max')) FROM generate_series(1, 2);
SELECT regress.try(format('SELECT jobs.start_conversation(%s, $$Call 5551234$$, $$dec1ded0-0000-4000-8000-000000000004$$, actor => %L)', :org, :'max'));
SELECT regress.try(format('SELECT jobs.send_proposal(%s, %s, $$Call$$, $$5551234$$, 6, client_key => $$dec1ded0-0000-4000-8000-000000000002$$, actor => %L)', :conversation, :service, :'ann'));
ROLLBACK;

-- without a key, a text is the same when it is the one that stands there; another one is not lost silently
CREATE FUNCTION pg_temp.say_again(call text, VARIADIC texts text[]) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	FOREACH said IN ARRAY texts LOOP
		RETURN NEXT split_part(regress.try(format('SELECT jobs.' || call, said)), ' | ', 1);
	END LOOP;
END
$$;
CREATE FUNCTION pg_temp.say_all_again(first text, second text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
	job bigint;
BEGIN
	SELECT * INTO d FROM regress.directory WHERE test = 'decided';
	job := regress.job('decided', 'responded');
	RETURN QUERY SELECT pg_temp.say_again(format('complete_job(%s, %%L, actor => %L)', job, d.ann), first, first, second);
	RETURN QUERY SELECT pg_temp.say_again(format('reject_completion(%s, %%L, actor => %L)', job, d.max), first, first, second);
	RETURN QUERY SELECT pg_temp.say_again(format('decline_job(%s, NULL, %%L, actor => %L)', job, d.ann), first, first, second);
	job := regress.job('decided', 'confirmed');
	RETURN QUERY SELECT regexp_replace(a, 'ok: \d+', 'ok') FROM pg_temp.say_again(format('review_job(%s, 4, 4, %%L, actor => %L)', job, d.max), first, first, second) a;
	RETURN QUERY SELECT pg_temp.say_again(format('reply_to_review((SELECT id FROM jobs.review WHERE job_id = %s), %%L, actor => %L)', job, d.ann), first, first, second);
END
$$;
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.set_column('{}');
CREATE TRIGGER own BEFORE INSERT ON jobs.decline FOR EACH ROW EXECUTE FUNCTION regress.set_column('{}');
CREATE TRIGGER own BEFORE INSERT OR UPDATE ON jobs.review FOR EACH ROW EXECUTE FUNCTION regress.set_column('{}');
SELECT pg_temp.say_all_again('Done', 'Page 3 is wrong');
ROLLBACK;
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"body": "Masked"}');
CREATE TRIGGER own BEFORE INSERT ON jobs.decline FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"comment": "Masked"}');
CREATE TRIGGER own BEFORE INSERT ON jobs.review FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"comment": "Masked"}');
CREATE TRIGGER own_reply BEFORE UPDATE ON jobs.review FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"reply": "Masked"}');
SELECT pg_temp.say_all_again('Call 5551234', 'Masked');
ROLLBACK;
-- with a key, also where the words were masked later
BEGIN;
CREATE TRIGGER own BEFORE UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"title": "Masked", "description": "Masked"}');
SELECT job_id AS keyed FROM jobs.request_job(:service, 'Call', '5551234', :org, client_key => 'dec1ded0-0000-4000-8000-000000000005', actor => :'max') \gset
SELECT jobs.open_job(:keyed, actor => :'ann'), title FROM jobs.job WHERE id = :keyed;
SELECT job_id = :keyed FROM jobs.request_job(:service, 'Call', '5551234', :org, client_key => 'dec1ded0-0000-4000-8000-000000000005', actor => :'max');
ROLLBACK;

-- who acts doesn't change between a row and what it leads to, in any table
SELECT regress.try(format('INSERT INTO jobs.message (job_id, body) SELECT %s, $$Text$$ FROM unnest(ARRAY[%L, %L]) actor WHERE jobs.act_as(actor) IS NOT NULL', :job, :'ann', :'max'));
SELECT regress.job('decided') AS job2 \gset
SELECT jobs.assign_members(:job, ARRAY[:bob_id]::bigint[], actor => :'ann');
SELECT regress.state() AS before \gset
CREATE FUNCTION pg_temp.as_two(first text, statement text, second text, change text DEFAULT 'jobs.act_as(%L)') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM jobs.act_as(first);
	answer := regress.try(statement || ' RETURNING ' || format(change, second));
	PERFORM jobs.act_as('');
	RETURN answer;
END
$$;
SELECT split_part(statement, ' ', 1), split_part(regexp_replace(statement, '^(DELETE FROM|INSERT INTO|UPDATE) jobs\.', ''), ' ', 1), pg_temp.as_two(first, statement, second)
FROM (VALUES
	(:'ann', format('UPDATE jobs.job SET status = $$declined$$ WHERE id = %s', :job2), :'otto'),
	(:'ann', format('UPDATE jobs.job SET status = $$opened$$ WHERE id = %s', :job2), :'max'),
	(:'max', format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (%s, %s, $$x$$, $$x$$)', :org, :service), :'mia'),
	(:'ann', format('INSERT INTO jobs.message (job_id, body) VALUES (%s, $$x$$)', :job2), :'bob'),
	(:'ann', format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, $$x$$, $$x$$, 1)', :conversation, :service), :'bob'),
	(:'max', format('UPDATE jobs.proposal SET status = $$declined$$ WHERE id = %s', :proposal), :'mia'),
	(:'ann', format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %s)', :job2, :ann_id), :'bob'),
	(:'ann', format('DELETE FROM jobs.assignment WHERE job_id = %s', :job), :'bob'),
	(:'mia', format('INSERT INTO jobs.conversation (organization_id) VALUES (%s)', :other_org), :'max'),
	('', format('UPDATE jobs.conversation SET is_blocked = true WHERE id = %s', :conversation), :'max'),
	('', 'INSERT INTO jobs.service (name) VALUES ($$x$$)', :'max'),
	('', format('UPDATE jobs.organization SET name = $$x$$ WHERE id = %s', :org), :'ann'),
	('', 'UPDATE jobs.email_template SET subject = $$x$$', :'max')) v (first, statement, second);
-- nor by whom the statement is run; the same one again is no other
SELECT pg_temp.as_two('', 'INSERT INTO jobs.service (name) VALUES ($$x$$)', 'regress_jobs_app', 'set_config($$role$$, %L, true)');
RESET ROLE;
SELECT regress.state() = :'before' AS unchanged;
BEGIN;
SELECT pg_temp.as_two(:'ann', format('UPDATE jobs.job SET status = $$opened$$ WHERE id = %s', :job2), :'ann');
-- a statement within another one is its own
CREATE FUNCTION pg_temp.nested(job bigint, actor text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outer_actor text := jobs.current_actor();
BEGIN
	PERFORM jobs.act_as(actor);
	INSERT INTO jobs.message (job_id, body) VALUES (job, 'Nested');
	PERFORM jobs.act_as(outer_actor);
	RETURN 'Outer';
END
$$;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (job_id, body) VALUES (:job2, pg_temp.nested(:job2, :'max')), (:job2, pg_temp.nested(:job2, :'max')) RETURNING body, pg_temp.nested(:job2, :'max');
SELECT regress.who(author), body FROM jobs.message WHERE job_id = :job2 ORDER BY id;
ROLLBACK;

-- what a foreign key sets off is over when its AFTER triggers come
BEGIN;
CREATE TABLE regress.page (id bigint PRIMARY KEY);
INSERT INTO regress.page VALUES (1);
ALTER TABLE regress.page OWNER TO regress_jobs_owner;
ALTER TABLE jobs.message ADD page_id bigint DEFAULT 1 REFERENCES regress.page ON DELETE SET NULL;
CREATE TRIGGER own BEFORE UPDATE ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"body": "Masked"}');
DELETE FROM regress.page;
SELECT count(*), count(page_id) FROM jobs.message WHERE conversation_id = :conversation;
ROLLBACK;
-- what is remembered of rows ends with the statement, also of those that were not written
BEGIN;
CREATE TRIGGER own BEFORE INSERT OR UPDATE ON jobs.merchant FOR EACH ROW EXECUTE FUNCTION regress.suppress();
INSERT INTO jobs.merchant (name, email) SELECT 'None', 'none@decided.example' FROM generate_series(1, 1000);
UPDATE jobs.merchant SET name = 'None';
SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'jobs decided%' OR ident LIKE 'jobs decided%';
DO $$
BEGIN
	FOR i IN 1..1000 LOOP
		UPDATE jobs.merchant SET name = 'None';
	END LOOP;
	ASSERT NOT EXISTS (SELECT FROM pg_backend_memory_contexts WHERE name LIKE 'jobs decided%' OR ident LIKE 'jobs decided%');
END
$$;
ROLLBACK;

SELECT jobs.expire_jobs() > 0 AS expired;
SELECT jobs.unbind_role('regress_jobs_decided_too');
SELECT jobs.drop_consumer('decided', actor => 'system');
DROP ROLE regress_jobs_decided, regress_jobs_decided_too;
DROP FUNCTION pg_temp.spoil_all, pg_temp.spoilt, regress.decline;
DROP TABLE regress.spoilt, regress.writer;
DROP VIEW regress.known_column;
DROP TABLE regress.free_text;
DROP FUNCTION regress.spoil, regress.other_value, regress.reinstall;
