-- Hidden is as missing: what is called with an id of others answers as with one that isn't
-- there, and so does plain SQL. For every function that takes an id, taken from pg_proc.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('hidden') \gset

-- What Ann's organization and Max have, in every status; Otto's and Mia's own, of each one.
CREATE TEMPORARY TABLE thing (kind text, id bigint, is_hidden boolean);
INSERT INTO thing
SELECT 'job', regress.job('hidden', s, p), true
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed,declined,expired,overdue}'::text[]) s, unnest('{f,t}'::boolean[]) p;
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.start_conversation(:other_org, 'Hello', actor => :'mia') AS mias \gset
SELECT jobs.send_proposal(:conversation, :service, 'Sent', 'Work', 1, actor => :'ann') AS proposal \gset
SELECT jobs.send_proposal(:conversation, :service, 'New store', 'Work', 1, actor => :'ann') AS accepted \gset
SELECT jobs.send_proposal(:conversation, :service, 'Declined', 'Work', 1, actor => :'ann') AS declined \gset
SELECT jobs.send_proposal(:conversation, :service, 'Withdrawn', 'Work', 1, actor => :'ann') AS withdrawn \gset
SELECT jobs.accept_proposal(:accepted, actor => :'max'), jobs.decline_proposal(:declined, actor => :'max'), jobs.withdraw_proposal(:withdrawn, actor => :'ann');
SELECT jobs.review_job((SELECT id FROM jobs.job WHERE confirmed_at IS NOT NULL AND organization_id = :org LIMIT 1), 5, 5, actor => :'max') AS review \gset
SELECT job_id AS mias_job, request_id AS mias_request
FROM jobs.request_job(:service, 'Mine', 'Text', :other_org, :mia_store, actor => :'mia') \gset
INSERT INTO thing VALUES
	('organization', :org, true), ('organization', :other_org, false),
	('member', :ann_id, true), ('member', :gone_id, true), ('member', :otto_id, false),
	('merchant', :max_id, true), ('merchant', :mia_id, false),
	('store', :store, true), ('store', :mia_store, false),
	('service', :service, false),
	('conversation', :conversation, true), ('conversation', :mias, false),
	('job', :mias_job, false),
	('request', :mias_request, false),
	('proposal', :proposal, true), ('proposal', :accepted, true), ('proposal', :declined, true), ('proposal', :withdrawn, true),
	('proposal', jobs.send_proposal(:mias, :service, 'Mine', 'Work', 1, actor => :'otto'), false),
	('review', :review, true), ('review', NULL, false);
INSERT INTO thing SELECT 'request', request_id, true FROM jobs.job WHERE organization_id = :org AND request_id IS NOT NULL;
INSERT INTO thing SELECT 'email', max(id), organization_id = :org FROM jobs.email WHERE organization_id IN (:org, :other_org) GROUP BY organization_id;
-- whoever doesn't deal with it sees an organization only where it is listed
SELECT jobs.set_preferences(:org, is_listed => false, actor => :'ann');

-- The arguments of functions: the kind of what an id tells, else a value. What is not known
-- here shows below.
CREATE TEMPORARY TABLE argument AS
SELECT p.proname, a.n, a.name, p.proargtypes[a.n::integer - 1]::regtype AS type, a.n <= p.pronargs - p.pronargdefaults AS is_required,
	p.proargtypes[a.n::integer - 1]::regtype IN ('bigint'::regtype, 'bigint[]'::regtype) AND a.name <> 'up_to' AS is_id,
	CASE WHEN p.proargtypes[a.n::integer - 1]::regtype IN ('bigint'::regtype, 'bigint[]'::regtype) THEN substring(a.name FROM '^(?:from_|to_)?(.*)_ids?$') END AS kind,
	CASE
		WHEN a.name = 'currency' THEN quote_literal('EUR')
		WHEN a.name = 'language' THEN quote_literal('de')
		WHEN a.name IN ('email', 'notification_email') THEN quote_literal('x@x.example')
		WHEN a.name = 'email_scope' THEN quote_literal('none')
		WHEN a.name = 'reason' THEN quote_literal('no_time')
		WHEN a.name = 'url' THEN quote_literal('https://x.example')
		ELSE CASE p.proargtypes[a.n::integer - 1]::regtype::text
			WHEN 'text' THEN quote_literal('Text')
			WHEN 'integer' THEN '2'
			WHEN 'numeric' THEN '2'
			WHEN 'boolean' THEN 'false'
			WHEN 'timestamp with time zone' THEN quote_literal('2100-01-01')
			WHEN 'uuid' THEN quote_literal('00000000-0000-0000-0000-000000000001')
			WHEN 'uuid[]' THEN quote_literal('{00000000-0000-0000-0000-000000000001}')
		END
	END AS value
FROM pg_proc p, unnest(p.proargnames[1:p.pronargs]) WITH ORDINALITY a (name, n)
WHERE p.pronamespace = 'jobs'::regnamespace AND p.prorettype <> 'trigger'::regtype;
DELETE FROM argument a WHERE NOT EXISTS (SELECT FROM argument b WHERE b.proname = a.proname AND b.is_id);
SELECT 'unknown: ' || proname || '.' || name FROM argument
WHERE name <> 'actor' AND CASE WHEN is_id THEN kind IS NULL OR kind NOT IN (SELECT t.kind FROM thing t WHERE kind = 'service' OR is_hidden) ELSE value IS NULL END;

-- A call with %s for the id that is tried; the other ids are Otto's or Mia's own.
CREATE TEMPORARY TABLE call AS
SELECT DISTINCT tried.proname AS function, tried.name AS argument, tried.kind, tried.type, c.call
FROM argument tried, unnest('{f,t}'::boolean[]) with_all,
	LATERAL (SELECT format('jobs.%I(%s', tried.proname, string_agg(format('%I => %s', a.name,
			CASE WHEN a.name = tried.name THEN '%s'
				WHEN a.type = 'bigint'::regtype THEN coalesce((SELECT t.id::text FROM thing t WHERE t.kind = a.kind AND NOT is_hidden), 'NULL')
				WHEN a.type = 'bigint[]'::regtype THEN coalesce((SELECT format('ARRAY[%s]', t.id) FROM thing t WHERE t.kind = a.kind AND NOT is_hidden), 'NULL')
				ELSE a.value END), ', ' ORDER BY a.n))
		FROM argument a
		WHERE a.proname = tried.proname AND (a.is_required OR with_all OR a.name = tried.name)
			AND a.name <> 'actor') c (call)
WHERE tried.is_id;
INSERT INTO call VALUES
	('display_name', 'actor', 'member', 'bigint', 'jobs.display_name(''member:%s'''),
	('display_name', 'actor', 'merchant', 'bigint', 'jobs.display_name(''merchant:%s''');
SELECT count(DISTINCT function) AS functions, count(*) AS calls FROM call;

-- All that comes of a statement, with the id as # wherever it stands; and undoes it.
CREATE FUNCTION pg_temp.outcome(role text, actor text, statement text, id bigint)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	count bigint;
	rows text;
	detail text;
	hint text;
	name text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	IF actor IS NOT NULL THEN
		PERFORM jobs.act_as(actor);
	END IF;
	IF statement ~ '^SELECT' THEN
		EXECUTE format('SELECT count(*), string_agg(x::text, '' '') FROM (%s) x', statement) INTO count, rows;
	ELSE
		EXECUTE statement;
		GET DIAGNOSTICS count = ROW_COUNT;
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = concat_ws(' ', 'ok, rows:', count, rows);
EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
	GET STACKED DIAGNOSTICS rows = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
		name = CONSTRAINT_NAME;
	IF SQLSTATE <> 'XX999' THEN
		rows := concat_ws(' | ', SQLSTATE || ' ' || rows, detail, hint, name);
	END IF;
	RETURN replace(rows, id::text, '#');
END
$$;
CREATE FUNCTION pg_temp.takes_actor(function text)
RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM pg_proc
	WHERE pronamespace = 'jobs'::regnamespace AND proname = function AND proargnames[pronargs] = 'actor' AND pronargs > 1);

-- Otto, and Mia: as an application in a transaction of theirs, or that names them, or as
-- a superuser who does, or as roles that are bound to them.
CREATE TEMPORARY TABLE person (role text, actor text, how text);
INSERT INTO person
SELECT role, actor, how
FROM (VALUES (:'otto'), (:'mia')) a (actor), (VALUES ('regress_jobs_app', 'act_as'), ('regress_jobs_app', 'argument'), (CURRENT_USER, 'argument')) r (role, how);
INSERT INTO person VALUES ('regress_jobs_otto', :'otto', 'bound'), ('regress_jobs_mia', :'mia', 'bound');

CREATE FUNCTION pg_temp.call(p person, c call, id bigint)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	statement text := 'SELECT * FROM ' || format(c.call, CASE WHEN c.type = 'bigint[]'::regtype THEN format('ARRAY[%s]', id) ELSE id::text END);
BEGIN
	IF p.how = 'argument' THEN
		statement := statement || ', actor => ' || quote_literal(p.actor);
	END IF;
	RETURN pg_temp.outcome(p.role, CASE p.how WHEN 'act_as' THEN p.actor END, statement || ')', id);
END
$$;

-- what there is to read of it
CREATE FUNCTION pg_temp.brief(outcome text)
RETURNS text
LANGUAGE sql RETURN left(outcome, 5) || substring(regress.mask(substr(outcome, 6)) FROM '^[^|(]*');
-- a number that nobody has, of the same slot
CREATE FUNCTION pg_temp.missing(id bigint) RETURNS bigint LANGUAGE sql RETURN id + 1024000000;

SELECT regress.state() AS before \gset
BEGIN;
CREATE ROLE regress_jobs_otto;
CREATE ROLE regress_jobs_mia;
SELECT jobs.bind_role('regress_jobs_otto', :'otto'), jobs.bind_role('regress_jobs_mia', :'mia');
CREATE TEMPORARY TABLE result AS
SELECT c.function, c.argument, c.call, p.role, p.how, regress.who(p.actor) AS actor,
	pg_temp.call(p, c, t.id) AS hidden, pg_temp.call(p, c, pg_temp.missing(t.id)) AS missing
FROM call c
JOIN thing t ON t.kind = c.kind AND t.is_hidden
JOIN person p ON p.how <> 'argument' OR pg_temp.takes_actor(c.function);
SELECT count(*) > 2000 AS many, count(*) FILTER (WHERE hidden <> missing) AS differ FROM result;
-- which are these: an organization that isn't listed can be written to by a merchant who knows its number
SELECT DISTINCT function, argument, actor, pg_temp.brief(hidden), pg_temp.brief(missing) FROM result WHERE hidden <> missing ORDER BY 1, 2, 3, 4, 5;
SELECT function, argument, string_agg(DISTINCT pg_temp.brief(missing), '/ ') FROM result GROUP BY 1, 2 ORDER BY 1, 2;

-- Plain SQL: by numbers of others, and by their names in unique keys. What only refers to
-- them is tried as the tables' owner, too, whose rows no policy filters.
CREATE TEMPORARY TABLE statement (kind text, refers boolean, statement text);
INSERT INTO statement VALUES
	('job', true, 'INSERT INTO jobs.message (job_id, body) VALUES (%s, $$Text$$)'),
	('job', true, 'INSERT INTO jobs.message (job_id, body) VALUES (%s, $$Text$$) ON CONFLICT DO NOTHING'),
	('job', true, format('INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (%s, %%s, $$Text$$)', :mias)),
	('conversation', true, 'INSERT INTO jobs.message (conversation_id, body) VALUES (%s, $$Text$$)'),
	('conversation', true, 'INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (%s, 0, $$Text$$)'),
	('proposal', true, format('INSERT INTO jobs.message (conversation_id, body, proposal_id) VALUES (%s, $$Text$$, %%s)', :mias)),
	('message', true, format('INSERT INTO jobs.message (id, job_id, body) VALUES (%%s, %s, $$Text$$)', :mias_job)),
	('message', true, format('INSERT INTO jobs.message (id, job_id, body) VALUES (%%s, %s, $$Text$$) ON CONFLICT (id) DO NOTHING', :mias_job)),
	('job', true, format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%%s, %s)', :otto_id)),
	('member', true, format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %%s)', :mias_job)),
	('member', true, format('INSERT INTO jobs.assignment (job_id, member_id) VALUES (%s, %%s) ON CONFLICT DO NOTHING', :mias_job)),
	('conversation', true, format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%%s, %s, $$X$$, $$X$$, 1)', :service)),
	('proposal', true, format('INSERT INTO jobs.proposal (id, conversation_id, service_id, title, work, price) VALUES (%%s, %s, %s, $$X$$, $$X$$, 1)
		ON CONFLICT (id) DO UPDATE SET status = $$withdrawn$$', :mias, :service)),
	('store', true, format('INSERT INTO jobs.job (organization_id, service_id, title, description, store_id) VALUES (%s, %s, $$X$$, $$X$$, %%s)', :other_org, :service)),
	('merchant', true, format('INSERT INTO jobs.job (organization_id, service_id, title, description, merchant_id) VALUES (%s, %s, $$X$$, $$X$$, %%s)', :other_org, :service)),
	('conversation', true, format('INSERT INTO jobs.job (organization_id, service_id, title, description, conversation_id) VALUES (%s, %s, $$X$$, $$X$$, %%s)', :other_org, :service)),
	('request', true, format('INSERT INTO jobs.job (organization_id, service_id, title, description, request_id) VALUES (%s, %s, $$X$$, $$X$$, %%s)', :other_org, :service)),
	('merchant', true, format('INSERT INTO jobs.conversation (organization_id, merchant_id) VALUES (%s, %%s)', :other_org)),
	('conversation', true, format('INSERT INTO jobs.conversation (id, organization_id) VALUES (%%s, %s) ON CONFLICT (id) DO NOTHING', :other_org)),
	('store', true, format('UPDATE jobs.job SET store_id = %%s WHERE id = %s', :mias_job)),
	('store', true, format('UPDATE jobs.proposal SET status = $$accepted$$, store_id = %%s WHERE conversation_id = %s', :mias)),
	('conversation', true, format('UPDATE jobs.job SET conversation_id = %%s WHERE id = %s', :mias_job)),
	('organization', true, format('UPDATE jobs.job SET organization_id = %%s WHERE id = %s', :mias_job)),
	('job', false, 'UPDATE jobs.job SET status = $$declined$$ WHERE id = %s'),
	('job', false, 'UPDATE jobs.job SET status = $$declined$$ WHERE id = %s RETURNING title'),
	('job', false, 'MERGE INTO jobs.job j USING (VALUES (%s)) v (id) ON j.id = v.id WHEN MATCHED THEN UPDATE SET status = $$declined$$'),
	('proposal', false, 'UPDATE jobs.proposal SET status = $$accepted$$ WHERE id = %s'),
	('job', false, 'DELETE FROM jobs.assignment WHERE job_id = %s'),
	('member', false, 'DELETE FROM jobs.assignment WHERE member_id = %s');
INSERT INTO statement
SELECT substring(attname FROM '^(.*)_id$'), false, format('SELECT FROM jobs.%I WHERE %I = %%s', relname, attname)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND atttypid = 'bigint'::regtype
WHERE relnamespace = 'jobs'::regnamespace AND relkind IN ('r', 'v') AND has_table_privilege('regress_jobs_app', c.oid, 'SELECT')
	AND attname ~ '_id$';
INSERT INTO statement
SELECT kind, false, format('SELECT FROM jobs.%I WHERE id = %%s', kind) FROM thing
WHERE kind NOT IN ('service', 'request', 'email') AND is_hidden GROUP BY kind;
INSERT INTO thing SELECT 'message', max(id), true FROM jobs.message WHERE organization_id = :org;
INSERT INTO person SELECT 'regress_jobs_owner', actor, 'owner' FROM person WHERE how = 'bound';
CREATE TEMPORARY TABLE result2 AS
SELECT s.statement, s.refers, p.role, p.how, regress.who(p.actor) AS actor,
	pg_temp.outcome(p.role, CASE WHEN p.how <> 'bound' THEN p.actor END, format(s.statement, t.id), t.id) AS hidden,
	pg_temp.outcome(p.role, CASE WHEN p.how <> 'bound' THEN p.actor END, format(s.statement, pg_temp.missing(t.id)), pg_temp.missing(t.id)) AS missing
FROM statement s
JOIN thing t ON t.kind = s.kind AND t.is_hidden
JOIN person p ON p.how IN ('act_as', 'bound') OR p.how = 'owner' AND s.refers;
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE hidden <> missing) AS differ FROM result2;
SELECT DISTINCT regress.mask(statement), how, actor, pg_temp.brief(hidden), pg_temp.brief(missing) FROM result2 WHERE hidden <> missing ORDER BY 1, 2, 3, 4, 5;
SELECT pg_temp.brief(missing), count(DISTINCT statement) FROM result2 WHERE refers GROUP BY 1 ORDER BY 1;
ROLLBACK;
SELECT regress.state() = :'before' AS unchanged;
