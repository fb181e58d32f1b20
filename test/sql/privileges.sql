-- Who may do what to which table, and which columns one may write: each a statement that is
-- run as the role.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('privileges') \gset
SELECT regress.job('privileges') AS job \gset
SELECT regress.job('privileges', 'opened') AS opened \gset
SELECT conversation_id AS conversation, request_id AS request FROM jobs.job WHERE id = :job \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS proposal \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'mia') AS mias \gset
SELECT jobs.send_proposal(:mias, :service, 'Offer', 'Work', 1, actor => :'ann') AS mias_proposal \gset
SELECT jobs.assign_self(:opened, actor => :'ann');

-- Table, verb, access: S, I, U, D for SELECT, INSERT, UPDATE, DELETE; all that is not
-- written here is refused.
CREATE TEMPORARY TABLE may (name text PRIMARY KEY, app text, bound text, mailer text, operator text, monitor text, viewer text, stranger text);
INSERT INTO may VALUES
	('assignment', 'SID', 'SID', '', 'SID', '', 'S', ''),
	('conversation', 'SIU', 'SIU', '', 'SIU', '', 'S', ''),
	('decline', 'S', 'S', '', 'S', '', 'S', ''),
	('email', '', '', 'S', 'S', '', 'S', ''),
	('email_template', '', '', 'S', 'SIUD', '', 'S', ''),
	('event_caller', 'S', 'S', '', 'S', '', 'S', ''),
	('event_consumer', 'S', 'S', '', 'S', '', 'S', ''),
	('job', 'SIU', 'SIU', '', 'SIU', '', 'S', ''),
	('event', 'S', 'S', '', 'S', '', 'S', ''),
	('member', 'SU', 'SU', '', 'SIU', '', 'S', ''),
	('merchant', 'SU', 'SU', '', 'SIU', '', 'S', ''),
	('message', 'SI', 'SI', '', 'SI', '', 'S', ''),
	('node', '', '', '', 'S', '', 'S', ''),
	('organization', 'SU', 'SU', '', 'SIU', '', 'S', ''),
	('preferences', 'SU', 'SU', '', 'SIU', '', 'S', ''),
	('proposal', 'SIU', 'SIU', '', 'SIU', '', 'S', ''),
	('provided_service', 'S', 'S', '', 'SIU', '', 'S', ''),
	('ranking_purged', '', '', '', 'S', '', 'S', ''),
	('ranking_stat', 'S', 'S', '', 'S', '', 'S', ''),
	('ranking_total', '', '', '', 'S', '', 'S', ''),
	('review', 'S', 'S', '', 'S', '', 'S', ''),
	('role_binding', '', '', '', 'S', '', 'S', ''),
	('service', 'S', 'S', '', 'SIU', '', 'S', ''),
	('store', 'SU', 'SU', '', 'SIU', '', 'S', '');
SELECT 'not in the table above: ' || relname FROM pg_class
WHERE relnamespace = 'jobs'::regnamespace AND relkind = 'r' AND relname NOT IN (SELECT name FROM may);

-- What comes of a statement: refused by the server for want of a right, or not. What the
-- triggers say to a row that would be written is no matter here.
CREATE FUNCTION pg_temp.is_let_through(role text, statement text)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	message text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
	RETURN NOT (SQLSTATE = '42501' AND message ~ '^permission denied for (table|schema) \w+$');
END
$$;
CREATE TEMPORARY TABLE attempt AS
SELECT m.name, verb, access, position(left(verb, 1) IN to_jsonb(m) ->> access) > 0 AS expected,
	pg_temp.is_let_through('regress_jobs_' || access, format(CASE verb
		WHEN 'SELECT' THEN 'SELECT FROM jobs.%1$I'
		WHEN 'INSERT' THEN 'INSERT INTO jobs.%1$I DEFAULT VALUES'
		WHEN 'UPDATE' THEN 'UPDATE jobs.%1$I SET %2$I = NULL'
		WHEN 'DELETE' THEN 'DELETE FROM jobs.%1$I'
		ELSE 'TRUNCATE jobs.%1$I' END, m.name, a.attname)) AS outcome
FROM may m
JOIN pg_attribute a ON a.attrelid = ('jobs.' || m.name)::regclass AND a.attnum = 1,
	unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) verb,
	unnest('{app,bound,mailer,operator,monitor,viewer,stranger}'::text[]) access;
SELECT count(*) AS attempts, count(*) FILTER (WHERE outcome) AS let_through, count(*) FILTER (WHERE outcome <> expected) AS wrong FROM attempt;
SELECT name, verb, access, expected, outcome FROM attempt WHERE outcome <> expected ORDER BY 1, 2, 3;

-- Columns: each one of the tables that an application writes, sent with another value than
-- it would have, with NULL, and as it is. `free` is what the writer decides; the rest is filled.
CREATE TEMPORARY TABLE wanted (name text, verb text, actor text, base jsonb, free text[]);
INSERT INTO wanted VALUES
	('message', 'INSERT', :'ann', jsonb_build_object('job_id', :job, 'body', 'Text'), '{job_id,body,conversation_id,client_key}'),
	('message', 'INSERT', :'max', jsonb_build_object('conversation_id', :conversation, 'job_id', 0, 'body', 'Text'), '{conversation_id,job_id,body,client_key}'),
	('assignment', 'INSERT', :'ann', jsonb_build_object('job_id', :job, 'member_id', :bob_id), '{job_id,member_id}'),
	('proposal', 'INSERT', :'ann', jsonb_build_object('conversation_id', :conversation, 'service_id', :service, 'title', 'X', 'work', 'X', 'price', 1),
		'{conversation_id,service_id,title,work,price,currency,client_key}'),
	('conversation', 'INSERT', :'max', jsonb_build_object('organization_id', :other_org), '{organization_id}'),
	('job', 'INSERT', :'max', jsonb_build_object('organization_id', :org, 'service_id', :service, 'title', 'X', 'description', 'X'),
		'{organization_id,service_id,store_id,title,description,budget,currency,auto_rematch,client_key}'),
	('job', 'UPDATE', :'ann', jsonb_build_object('id', :job), '{status}'),
	('job', 'UPDATE', :'max', jsonb_build_object('id', :job), '{status}'),
	('proposal', 'UPDATE', :'ann', jsonb_build_object('id', :proposal), '{status}'),
	('proposal', 'UPDATE', :'max', jsonb_build_object('id', :proposal), '{status}');

-- Another value of the type, which exists where it refers to something: of another tenant.
CREATE FUNCTION pg_temp.other(name text, type regtype)
RETURNS jsonb
LANGUAGE sql
AS $$
	SELECT CASE
		WHEN name = 'id' THEN to_jsonb((SELECT max(id) + 1024000 FROM jobs.message))
		WHEN name = 'organization_id' THEN to_jsonb(other_org)
		WHEN name = 'merchant_id' THEN to_jsonb(mia_id)
		WHEN name = 'member_id' THEN to_jsonb(otto_id)
		WHEN name = 'conversation_id' THEN to_jsonb((SELECT id FROM jobs.conversation WHERE organization_id = org AND merchant_id = mia_id))
		WHEN name = 'store_id' THEN to_jsonb(mia_store)
		WHEN name = 'service_id' THEN to_jsonb(unprovided)
		WHEN name IN ('sent_by', 'assigned_by') THEN to_jsonb(bob)
		WHEN name = 'author' THEN to_jsonb(mia)
		WHEN name = 'status' THEN '"completed"'
		WHEN name = 'origin' THEN '"rematch"'
		WHEN name = 'currency' THEN '"EUR"'
		WHEN type = 'bigint'::regtype THEN to_jsonb(service)
		WHEN type = 'timestamptz'::regtype THEN to_jsonb(now() + '1 year'::interval)
		WHEN type = 'numeric'::regtype THEN '7'
		WHEN type = 'boolean'::regtype THEN 'true'
		WHEN type = 'uuid'::regtype THEN '"00000000-0000-0000-0000-000000000001"'
		WHEN type = 'text'::regtype THEN '"other"'
	END
	FROM regress.directory WHERE test = 'privileges'
$$;
CREATE FUNCTION pg_temp.outcome(role text, w wanted, name text, value jsonb)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	count bigint;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	IF jobs.current_actor() = '' THEN
		PERFORM jobs.act_as(w.actor);
	END IF;
	IF w.verb = 'INSERT' THEN
		EXECUTE (SELECT format('INSERT INTO jobs.%I (%s) SELECT %2$s FROM jsonb_populate_record(NULL::jobs.%1$I, $1)',
				w.name, string_agg(quote_ident(key), ', '))
			FROM jsonb_object_keys(w.base || jsonb_build_object(name, value)) key) USING w.base || jsonb_build_object(name, value);
	ELSE
		EXECUTE format('UPDATE jobs.%I t SET %2$I = n.%2$I FROM jsonb_populate_record(NULL::jobs.%1$I, $1) n WHERE t.id = $2',
			w.name, name) USING jsonb_build_object(name, value), (w.base ->> 'id')::bigint;
	END IF;
	GET DIAGNOSTICS count = ROW_COUNT;
	RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = 'ok, rows: ' || count;
EXCEPTION WHEN OTHERS THEN
	RETURN CASE SQLSTATE WHEN 'XX999' THEN SQLERRM ELSE SQLSTATE || ' ' || regress.mask(SQLERRM) END;
END
$$;

-- As an application, and as roles that are bound to Ann and to Max.
BEGIN;
CREATE ROLE regress_jobs_ann;
CREATE ROLE regress_jobs_max;
SELECT jobs.bind_role('regress_jobs_ann', :'ann'), jobs.bind_role('regress_jobs_max', :'max');
CREATE TEMPORARY TABLE written AS
SELECT w.name, w.verb, regress.who(w.actor) AS actor, r.access, a.attname AS column, a.attname = ANY (w.free) AS is_free,
	-- a clock of the client's gives way to ours
	format(CASE WHEN w.verb = 'INSERT' AND a.attname = ANY ('{created_at,sent_at,assigned_at}') THEN 'ok, rows: 1'
		WHEN w.verb = 'INSERT' AND a.attname = 'id' THEN '22023 the id of a new row of jobs.%I cannot be chosen'
		ELSE '42501 column jobs.%I.%I cannot be written' END, w.name, a.attname) AS refusal,
	w.verb = 'INSERT' OR o -> a.attname = 'null' AS may_be_null,
	pg_temp.outcome(r.role, w, a.attname, pg_temp.other(a.attname, a.atttypid::regtype)) AS other,
	pg_temp.outcome(r.role, w, a.attname, 'null') AS "null",
	CASE w.verb WHEN 'UPDATE' THEN pg_temp.outcome(r.role, w, a.attname, o -> a.attname) END AS same
FROM wanted w
JOIN pg_attribute a ON a.attrelid = ('jobs.' || w.name)::regclass AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN (SELECT 'job', id, to_jsonb(j) FROM jobs.job j UNION ALL SELECT 'proposal', id, to_jsonb(p) FROM jobs.proposal p) v (name, id, o)
	ON v.name = w.name AND v.id = (w.base ->> 'id')::bigint,
	LATERAL (VALUES ('app', 'regress_jobs_app'), ('bound', CASE w.actor WHEN :'ann' THEN 'regress_jobs_ann' ELSE 'regress_jobs_max' END)) r (access, role);
-- what is filled
SELECT name, verb, actor, access, count(*), string_agg("column", ' ' ORDER BY "column")
FROM written WHERE NOT is_free GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
SELECT * FROM written
WHERE NOT is_free AND (other <> refusal OR "null" <> CASE WHEN may_be_null THEN 'ok, rows: 1' ELSE refusal END OR same <> 'ok, rows: 1')
ORDER BY name, verb, actor, access, "column";
-- what is free, but not to be anything: rows of others are not there
SELECT name, verb, actor, "column", other, "null", same FROM written WHERE is_free AND access = 'app' ORDER BY name, verb, actor, "column";
SELECT count(*) FROM written b JOIN written a USING (name, verb, actor, "column")
WHERE a.access = 'app' AND b.access = 'bound' AND (a.other, a."null", a.same) IS DISTINCT FROM (b.other, b."null", b.same);
ROLLBACK;
