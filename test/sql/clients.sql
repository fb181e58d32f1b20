-- What clients send that fill every column, keep times in milliseconds and numbers with other zeros.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('clients') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT regress.job('clients', 'responded') AS job \gset

-- What somebody gets who INSERTs these values into the table, and nothing is left of.
CREATE FUNCTION pg_temp.insert(actor text, target text, given jsonb)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	names text := (SELECT string_agg(format('%I', key), ', ') FROM jsonb_object_keys(given) key);
BEGIN
	PERFORM jobs.act_as(actor);
	EXECUTE format('INSERT INTO jobs.%I (%s) SELECT %s FROM jsonb_populate_record(NULL::jobs.%I, $1)', target, names, names, target) USING given;
	RAISE EXCEPTION USING ERRCODE = '00001', MESSAGE = 'ok';
EXCEPTION
	WHEN SQLSTATE '00001' THEN RETURN 'ok';
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || regress.mask(SQLERRM);
END
$$;
-- What people send of a new row, and the columns that are theirs though they may be left out.
CREATE TABLE pg_temp.sent (n integer, actor text, target text, good jsonb, theirs text[]);
INSERT INTO pg_temp.sent VALUES
	(1, :'max', 'job', jsonb_build_object('organization_id', :org, 'service_id', :service, 'title', 'Title', 'description', 'Text'), '{store_id,budget,auto_rematch,client_key}'),
	(2, :'ann', 'message', jsonb_build_object('job_id', :job, 'body', 'Text'), '{conversation_id,client_key}'),
	(3, :'ann', 'proposal', jsonb_build_object('conversation_id', :conversation, 'service_id', :service, 'title', 'Title', 'work', 'Work', 'price', 1), '{client_key}'),
	(4, :'max', 'conversation', jsonb_build_object('organization_id', :other_org), '{}'),
	(5, :'ann', 'assignment', jsonb_build_object('job_id', :job, 'member_id', :bob_id), '{}'),
	(6, 'system', 'organization', jsonb_build_object('name', 'Name'), '{description,language}'),
	(7, 'system', 'member', jsonb_build_object('organization_id', :org, 'name', 'Name', 'email', 'a@b.example'), '{language,email_scope,is_active}'),
	(8, 'system', 'merchant', jsonb_build_object('name', 'Name', 'email', 'a@b.example'), '{language,is_dropshipper}'),
	(9, 'system', 'store', jsonb_build_object('merchant_id', :max_id, 'name', 'Name'), '{url}'),
	(10, 'system', 'service', jsonb_build_object('name', 'Name'), '{}');
-- all other columns, with what a client sends that knows no value, and what one sends that means another
CREATE VIEW pg_temp.filled AS
SELECT s.*, a.attname AS name, a.attnum, a.atttypid::regtype AS type, k.zero, k.other
FROM pg_temp.sent s
JOIN pg_attribute a ON a.attrelid = ('jobs.' || target)::regclass AND a.attnum > 0 AND NOT a.attisdropped
	AND NOT good ? a.attname AND a.attname <> ALL (theirs)
JOIN (VALUES ('bigint', '0'::jsonb, '7'::jsonb), ('integer', '0', '1023'), ('text', '""', '"member:7"'), ('boolean', 'false', 'true'), ('tsvector', '""', '"word"'),
		('timestamptz', '"0001-01-01 00:00:00+00"', '"2020-02-02 00:00:00+00"')) k (type, zero, other) ON k.type::regtype = a.atttypid;
-- none is missing
SELECT target, string_agg(name, ' ' ORDER BY attnum) FROM pg_temp.filled GROUP BY n, target ORDER BY n;

-- as good as left out: NULL, 0, '', the year 1, one after another and all together
SELECT target, name, zero FROM pg_temp.filled
WHERE pg_temp.insert(actor, target, good || jsonb_build_object(name, zero)) <> 'ok'
	OR pg_temp.insert(actor, target, good || jsonb_build_object(name, NULL)) <> 'ok'
	OR type = 'timestamptz'::regtype AND (pg_temp.insert(actor, target, good || jsonb_build_object(name, '0001-01-01 00:00:00-08')) <> 'ok'
		OR pg_temp.insert(actor, target, good || jsonb_build_object(name, '-infinity')) <> 'ok')
ORDER BY n, attnum;
SELECT target, pg_temp.insert(actor, target, good || zeros) AS zeros, pg_temp.insert(actor, target, good || nulls) AS nulls
FROM (SELECT n, actor, target, good, jsonb_object_agg(name, zero) AS zeros, jsonb_object_agg(name, NULL) AS nulls FROM pg_temp.filled GROUP BY n, actor, target, good) f
ORDER BY n;
-- another value by intent is refused, but for times that we take from the clock
SELECT target, name, pg_temp.insert(actor, target, good || jsonb_build_object(name, other)) FROM pg_temp.filled ORDER BY n, attnum;
-- the value that the rules give is no offence
SELECT pg_temp.insert(:'max', 'job', j || jsonb_build_object('merchant_id', :max_id, 'conversation_id', :conversation, 'status', 'new', 'origin', 'direct', 'currency', ''))
FROM (SELECT good FROM pg_temp.sent WHERE target = 'job') s (j);
SELECT pg_temp.insert(:'ann', 'message', jsonb_build_object('job_id', :job, 'body', 'Text', 'author', :'ann', 'organization_id', :org, 'merchant_id', :max_id, 'conversation_id', :conversation));
SELECT pg_temp.insert(:'ann', 'proposal', j || jsonb_build_object('organization_id', :org, 'merchant_id', :max_id, 'status', 'sent', 'sent_by', :'ann', 'currency', '', 'store_id', NULL))
FROM (SELECT good FROM pg_temp.sent WHERE target = 'proposal') s (j);
SELECT pg_temp.insert(:'ann', 'assignment', jsonb_build_object('job_id', :job, 'member_id', :bob_id, 'organization_id', :org, 'assigned_by', :'ann'));
SELECT pg_temp.insert(:'max', 'conversation', jsonb_build_object('organization_id', :other_org, 'merchant_id', :max_id, 'is_blocked', false));
SELECT pg_temp.insert(:'ann', 'message', jsonb_build_object('job_id', :job, 'body', 'Text', 'author', :'bob'));

-- what is stored then: our clock, our values
BEGIN;
SELECT jobs.act_as(:'max');
SET LOCAL ROLE regress_jobs_app;
INSERT INTO jobs.job (id, organization_id, merchant_id, conversation_id, proposal_id, request_id, service_id, title, description, currency, origin, status, created_at, respond_by, opened_at, confirmed_at)
VALUES (0, :org, 0, 0, 0, 0, :service, 'a', 'b', '', '', '', '2001-01-01', '0001-01-01', '0001-01-01', '0001-01-01')
RETURNING id > 0, merchant_id = :max_id, conversation_id = :conversation, proposal_id, request_id > 0, currency, origin, status,
	clock_timestamp() - created_at < '1 minute' AS our_clock, respond_by - created_at, opened_at, confirmed_at;
INSERT INTO jobs.message (conversation_id, job_id, body, author, sent_at, proposal_id) VALUES (:conversation, 0, 'a', '', '2100-01-01', 0)
RETURNING job_id, regress.who(author), clock_timestamp() - sent_at BETWEEN '0' AND '1 minute' AS our_clock, proposal_id;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, currency, sent_at, store_id) VALUES (:conversation, :service, 'a', 'b', 1, '', '2100-01-01', 0)
RETURNING currency, status, regress.who(sent_by), clock_timestamp() - sent_at BETWEEN '0' AND '1 minute' AS our_clock, store_id;
INSERT INTO jobs.assignment (job_id, member_id, assigned_at) VALUES (:job, :bob_id, '2001-01-01')
RETURNING regress.who(assigned_by), clock_timestamp() - assigned_at BETWEEN '0' AND '1 minute' AS our_clock;
RESET ROLE;
SELECT jobs.act_as('');
INSERT INTO jobs.provided_service (organization_id, service_id, currency)
SELECT :org, jobs.create_service('Currency of ' || coalesce(quote_literal(currency), 'NULL')), currency FROM unnest('{NULL,"",EUR}'::text[]) currency
RETURNING currency;
SELECT regress.try(format('UPDATE jobs.provided_service SET currency = %L WHERE organization_id = %s', currency, :org)) FROM unnest('{NULL,""}'::text[]) currency;
INSERT INTO jobs.merchant (name, email, created_at) VALUES ('a', 'a@b.example', '2001-01-01'), ('b', 'a@b.example', NULL) RETURNING created_at = now() AS our_clock;
ROLLBACK;

-- Generators see in the catalogue what may be left out: what has neither is what people must send.
SELECT target, string_agg(a.attname, ' ' ORDER BY attnum) AS must_be_sent
FROM pg_temp.sent s
JOIN pg_attribute a ON a.attrelid = ('jobs.' || target)::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef AND attidentity = ''
GROUP BY n, target ORDER BY n;

-- A row that is saved as a whole comes back in milliseconds, in seconds, cut or rounded; numbers
-- with other zeros; what can't be NULL in the client's language as its zero. None of it is a change.
SELECT regress.job('clients') AS job2 \gset
CREATE FUNCTION pg_temp.shortened(stored timestamptz, how text) RETURNS timestamptz RETURN
	CASE how WHEN 'cut' THEN stored WHEN 'milliseconds' THEN date_trunc('milliseconds', stored)
		WHEN 'rounded' THEN stored::timestamptz(3) WHEN 'seconds' THEN date_trunc('second', stored) WHEN 'rounded seconds' THEN stored::timestamptz(0) END;
CREATE FUNCTION pg_temp.save(actor text, number bigint, how text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	stored jobs.job;
	saved jobs.job;
BEGIN
	SET LOCAL session_replication_role = replica;
	-- digits that are lost, on both sides of the half, also before 2000
	UPDATE jobs.job SET budget = 5.00, store_id = NULL, created_at = date_trunc('second', created_at) + '0.999999', opened_at = '1999-05-05 05:05:05.1234567+00',
		respond_by = date_trunc('second', respond_by) + '0.000499', due_at = date_trunc('second', due_at) + '0.0005' WHERE id = number RETURNING * INTO stored;
	SET LOCAL session_replication_role = origin;
	PERFORM jobs.act_as(actor);
	UPDATE jobs.job SET created_at = pg_temp.shortened(created_at, how), respond_by = pg_temp.shortened(respond_by, how), due_at = pg_temp.shortened(due_at, how),
		opened_at = pg_temp.shortened(opened_at, how), remind_at = pg_temp.shortened(remind_at, how), completed_at = '0001-01-01', store_id = 0, proposal_id = 0,
		budget = 5.000, status = 'declined' WHERE id = number RETURNING * INTO saved;
	RAISE EXCEPTION USING ERRCODE = '00001', MESSAGE = format('%s, kept %s %s %s', saved.status, saved.budget, saved.completed_at,
		(saved.created_at, saved.respond_by, saved.opened_at, saved.store_id, saved.proposal_id) IS NOT DISTINCT FROM (stored.created_at, stored.respond_by, stored.opened_at, stored.store_id, stored.proposal_id));
EXCEPTION
	WHEN SQLSTATE '00001' THEN RETURN SQLERRM;
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT how, pg_temp.save(:'max', :job2, how) FROM unnest('{cut,milliseconds,rounded,seconds,rounded seconds}'::text[]) how;
-- a time that is another one at its own precision is a change, and so is another number
BEGIN;
SELECT jobs.act_as(:'max');
SELECT regress.try(format('UPDATE jobs.job SET respond_by = %s WHERE id = %s', value, :job2))
FROM unnest(ARRAY[$$date_trunc('second', respond_by) + '1.5 s'$$, $$date_trunc('second', respond_by) - interval '1 s'$$, $$respond_by + '1 microsecond'$$,
	$$date_trunc('milliseconds', respond_by) + '2 ms'$$, $$'infinity'$$, 'NULL', $$'0001-01-01'$$]) value;
SELECT regress.try(format('UPDATE jobs.job SET budget = 0 WHERE id = %s', :job2));
SELECT regress.try(format('UPDATE jobs.job SET store_id = 7 WHERE id = %s', :job2));
ROLLBACK;
-- numbers keep their zeros in all tables, by functions and by plain SQL
SELECT jobs.provide_service(:org, :service, 5, 10.5, actor => :'ann'), jobs.provide_service(:org, :service, 5.00, 10.50, 'EUR', actor => :'ann');
UPDATE jobs.provided_service SET min_price = 5.000, max_price = 10.5000, currency = 'USD' WHERE organization_id = :org AND service_id = :service;
SELECT min_price, max_price, currency FROM jobs.provided_service WHERE organization_id = :org AND service_id = :service;
SELECT jobs.send_proposal(:conversation, :service, 'Title', 'Work', 7.0, actor => :'ann') AS proposal \gset
BEGIN;
SELECT jobs.act_as(:'max');
UPDATE jobs.proposal SET price = 7.000, sent_at = date_trunc('milliseconds', sent_at), store_id = 0, status = 'declined' WHERE id = :proposal
RETURNING price, store_id, sent_at > date_trunc('second', sent_at), status;
ROLLBACK;

-- 0 where an id or NULL is expected
BEGIN;
SELECT jobs.act_as(:'max');
SELECT regress.try(format('UPDATE jobs.proposal SET status = $$accepted$$, store_id = 0 WHERE id = %s', :proposal));
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, 0)', :proposal));
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, store_id, title, description) VALUES (%s, %s, 0, $$a$$, $$b$$)', :org, :service));
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (0, %s, $$a$$, $$b$$)', :service));
ROLLBACK;
-- parents of directory rows that aren't there
SELECT regress.try(format(statement, 0)) FROM (VALUES ('INSERT INTO jobs.member (organization_id, name, email) VALUES (%s, $$a$$, $$a@b.example$$)'),
	('INSERT INTO jobs.preferences (organization_id, notification_email) VALUES (%s, $$a@b.example$$)'),
	('INSERT INTO jobs.store (merchant_id, name) VALUES (%s, $$a$$)')) s (statement);
SELECT regress.try(format('INSERT INTO jobs.provided_service (organization_id, service_id) VALUES (%s)', value)) FROM unnest(ARRAY['7, ' || :service, :org || ', 7', 'NULL, NULL', :org || ', NULL']) value;
SELECT regress.try('INSERT INTO jobs.store (merchant_id, name) VALUES (NULL, $$a$$)');
SELECT regress.try('INSERT INTO jobs.preferences (organization_id, notification_email) VALUES (NULL, $$a@b.example$$)');

-- A row that was read before the job changed is saved as a whole: it is refused, unless an UPDATE leads
-- back to the status that was read. One that says which status it expects finds no row.
CREATE FUNCTION pg_temp.save_all(job jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	names text := (SELECT string_agg(format('%I', key), ', ') FROM jsonb_object_keys(job) key);
BEGIN
	RETURN regress.try(format('UPDATE jobs.job SET (%s) = (SELECT %1$s FROM jsonb_populate_record(NULL::jobs.job, %L)) WHERE id = %s', names, job, job -> 'id'));
END
$$;
SELECT regress.job('clients') AS job3 \gset
SELECT to_jsonb(j) AS stale FROM jobs.job j WHERE id = :job3 \gset
SELECT jobs.open_job(:job3, actor => :'bob');
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT pg_temp.save_all(:'stale');
SELECT pg_temp.save_all(:'stale'::jsonb || '{"status": "declined"}');
COMMIT;
SELECT jobs.reply_to_job(:job3, 'Later', actor => :'ann') IS NOT NULL, jobs.mark_inactive(:job3, actor => :'ann');
SELECT to_jsonb(j) AS stale FROM jobs.job j WHERE id = :job3 \gset
SELECT jobs.reply_to_job(:job3, 'When?', actor => :'max') IS NOT NULL;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('UPDATE jobs.job SET status = $$completed$$ WHERE id = %s AND status = $$inactive$$', :job3));
SELECT pg_temp.save_all(:'stale');
SELECT status FROM jobs.job WHERE id = :job3;
COMMIT;
