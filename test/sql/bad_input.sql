-- What functions do with arguments that make no sense: generated for each of them. Status,
-- side and hidden rows are in truth_table and access.
\set SHOW_CONTEXT never
SET client_min_messages = error;
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('bad_input') \gset
SELECT regress.state() AS before \gset

-- Arguments that are good in themselves; ids are such that no row has them.
CREATE TEMPORARY TABLE good (name text PRIMARY KEY, value text, max_length integer);
INSERT INTO good VALUES
	('query', quote_literal('Text'), 500),
	('actor', quote_literal('system'), NULL), ('is_local', 'true', NULL), ('role_name', quote_literal('regress_jobs_nobody'), NULL),
	('access', quote_literal('app'), NULL), ('organization_id', '1', NULL), ('name', quote_literal('Name'), 200), ('email', quote_literal('a@b.example'), NULL),
	('notification_email', quote_literal('a@b.example'), NULL), ('description', quote_literal('Text'), 20000), ('language', quote_literal('en'), NULL),
	('service_id', '1', NULL), ('min_price', '1', NULL), ('max_price', '2', NULL), ('currency', quote_literal('EUR'), NULL),
	('is_available', 'true', NULL), ('is_listed', 'true', NULL), ('accepts_dropshipping', 'true', NULL), ('is_dropshipper', 'true', NULL),
	('merchant_id', '1', NULL), ('url', quote_literal('https://x.example'), 2000), ('body', quote_literal('Text'), 20000),
	('client_key', quote_literal('00000000-0000-0000-0000-000000000001'), NULL), ('conversation_id', '1', NULL), ('title', quote_literal('Title'), 200),
	('work', quote_literal('Work'), 20000), ('price', '1', NULL), ('proposal_id', '1', NULL), ('store_id', '1', NULL), ('budget', '1', NULL),
	('max_matches', '3', NULL), ('auto_rematch', 'false', NULL), ('job_id', '1', NULL), ('reason', quote_literal('too_busy'), NULL),
	('comment', quote_literal('Text'), 20000), ('message', quote_literal('Text'), 20000), ('member_ids', quote_literal('{1}'), NULL),
	('max_rows', '1', NULL), ('batch_size', '1', NULL), ('lease', quote_literal('1 minute'), NULL), ('worker', quote_literal('w'), 200),
	('email_ids', quote_literal('{1}'), NULL), ('claim_tokens', quote_literal('{00000000-0000-0000-0000-000000000001}'), NULL), ('email_id', '1', NULL),
	('claim_token', quote_literal('00000000-0000-0000-0000-000000000001'), NULL), ('error', quote_literal('Text'), NULL), ('is_permanent', 'false', NULL),
	('first', '0', NULL), ('last', '1023', NULL), ('drop_data', 'false', NULL), ('format', quote_literal('dot'), NULL), ('status', quote_literal('new'), NULL),
	('request_id', '1', NULL), ('review_id', '1', NULL), ('communication', '3', NULL), ('quality', '3', NULL),
	('owner', quote_literal('regress_jobs_nobody'), NULL), ('schedule', quote_literal('never'), NULL),
	('member_id', '1', NULL), ('email_scope', quote_literal('all'), NULL), ('older_than', quote_literal('100 years'), NULL),
	('before', quote_literal('-infinity'), NULL), ('kind', quote_literal('message'), NULL), ('since', quote_literal('infinity'), NULL),
	('recipient', quote_literal('a@b.example'), NULL), ('from_member_id', '1', NULL), ('to_member_id', '2', NULL), ('until', 'now()', NULL),
	('consumer', quote_literal('Name'), 200), ('actor_or_organization', quote_literal('member:1'), NULL), ('actor_text', quote_literal('member:1'), NULL), ('texts', 'true', NULL), ('from_start', 'true', NULL), ('up_to', '1', NULL);

CREATE TEMPORARY VIEW argument AS
SELECT p.proname AS function, p.prokind, a.name, a.n
FROM pg_proc p, unnest(p.proargnames[1:p.pronargs]) WITH ORDINALITY a (name, n)
WHERE p.pronamespace = 'jobs'::regnamespace AND p.prorettype <> 'trigger'::regtype AND p.pronargs > 0
	AND p.proname NOT IN ('display_name', 'sees_organization', 'store_name', 'uninstall', 'unschedule_expiry', 'schedule_expiry');
SELECT 'without a good value', function, name FROM argument WHERE name NOT IN (SELECT name FROM good);

-- the first word of what a call says when one of its arguments is set; what it did is undone
CREATE FUNCTION pg_temp.complaint(call_function name, call_argument text, call_value text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	call text;
BEGIN
	SELECT format('%s jobs.%I(%s)', CASE WHEN min(prokind::text) = 'p' THEN 'CALL' ELSE 'SELECT' END, call_function,
		string_agg(format('%I => %s', a.name, CASE WHEN a.name = call_argument THEN call_value ELSE g.value END), ', ' ORDER BY a.n))
	INTO call
	FROM argument a JOIN good g USING (name)
	WHERE a.function = call_function;
	EXECUTE call;
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE IN ('22004', '22023') THEN SQLSTATE || ' ' || split_part(SQLERRM, ' ', 1) ELSE 'other' END;
END
$$;

-- NULL: refused by name, or allowed
SELECT function,
	string_agg(name, ' ' ORDER BY n) FILTER (WHERE complaint LIKE '22004%') AS refused,
	string_agg(name, ' ' ORDER BY n) FILTER (WHERE complaint NOT LIKE '22004%') AS allowed
FROM (SELECT *, pg_temp.complaint(function, name, 'NULL') AS complaint FROM argument) x
GROUP BY function ORDER BY function;
SELECT function, name, complaint
FROM (SELECT *, pg_temp.complaint(function, name, 'NULL') AS complaint FROM argument) x
WHERE complaint NOT IN ('22004 ' || name, 'other');

-- blank and too long, at the limit and past it
SELECT function, name, pg_temp.complaint(function, name, quote_literal('')) AS empty,
	pg_temp.complaint(function, name, quote_literal(E' \t\n')) AS blank,
	pg_temp.complaint(function, name, format('repeat(''ß'', %s)', max_length)) AS at_limit,
	pg_temp.complaint(function, name, format('repeat(''ß'', %s)', max_length + 1)) AS too_long
FROM argument JOIN good USING (name) WHERE max_length IS NOT NULL
ORDER BY function, n;

-- What shows nothing, and what turns the direction of what stands beside it. In a long text directions
-- may change for a stretch. What is only invisible is fine beside what shows.
CREATE FUNCTION pg_temp.code_points(value text)
RETURNS text
LANGUAGE sql
RETURN (SELECT string_agg(to_hex(ascii(c)), ' ' ORDER BY n) FROM regexp_split_to_table(left(value, 6), '') WITH ORDINALITY t (c, n));
SELECT pg_temp.code_points(text) AS text, limits, string_agg(DISTINCT split_part(pg_temp.complaint(function, name, quote_literal(text)), ' ', 1), ', ') AS complaints, count(*) AS arguments
FROM (SELECT *, CASE WHEN max_length IN (200, 2000) THEN 'one line' WHEN max_length = 20000 THEN 'text' WHEN name IN ('email', 'notification_email') THEN 'e-mail' END AS limits
	FROM argument JOIN good USING (name)) a,
	unnest(ARRAY[U&'\00AD', U&'\034F', U&'\061C', U&'\115F\1160', U&'\180E', U&'\2800', U&'\2061', U&'\3164', U&'\FE0F', U&'\FFA0', U&'\FFF9\FFFB', U&'\FDD0', U&'\+0E0001',
		U&'\+0E0067\+0E007F', U&'\+0E0100', U&'\+01D173', U&'\+01D159', U&'\+050000', U&'\+01FFFE', U&'\0301', U&'\0301\20DD', U&' \00A0\0301', U&'\0941',
		U&'a\202E', U&'\202Da\202C', U&'a\202C', U&'\202Aa\202C', U&'\202Ba', U&'\2066a\2069', U&'a\2067', U&'\2068a', U&'\202A\2067a\202C\2069',
		U&'\2067\202Aa\2069', U&'\2067\202Aa\202Ca\2069', U&'\05D0\200F', U&'a\0301', U&'a\FE0F', U&'\+01F3F4\+0E0067\+0E007F', 'a' || repeat(U&'\202Aa', 126) || repeat(U&'\202C', 126)]) text
WHERE limits IS NOT NULL AND (limits <> 'e-mail' OR text !~ 'aa')
	AND (function, name) NOT IN (('grant_access', 'access'), ('revoke_access', 'access'))
GROUP BY text, limits ORDER BY limits, text COLLATE "C";
SELECT name, pg_temp.complaint(function, name, quote_literal(replace(address, 'X', hidden))) AS complaint, count(*)
FROM argument, unnest(ARRAY['aX@x.example', 'a@xX.example', 'X@x.example']) address, unnest(ARRAY[U&'\00AD', U&'\2800', U&'\202E', U&'\2066', U&'\+0E0061', U&'\FE0F']) hidden
WHERE name IN ('email', 'notification_email', 'recipient')
GROUP BY 1, 2 ORDER BY 1, 2;

-- numbers
SELECT name, value, string_agg(DISTINCT pg_temp.complaint(function, name, value), ', ') AS complaints, count(*) AS functions
FROM argument JOIN (VALUES ('min_price', '-0.01'), ('min_price', quote_literal('NaN')), ('min_price', quote_literal('Infinity')), ('min_price', '0'),
	('max_price', '-1'), ('max_price', '0.5'), ('price', '-1'), ('price', quote_literal('NaN')), ('price', quote_literal('-Infinity')), ('budget', '-1'),
	('budget', quote_literal('NaN')), ('max_matches', '0'), ('max_matches', '-1'), ('max_rows', '0'), ('batch_size', '-1'),
	('communication', '0'), ('communication', '6'), ('communication', '1'), ('quality', '-1'), ('quality', '6'), ('quality', '5'),
	('lease', quote_literal('0')), ('lease', quote_literal('-1 day')), ('store_id', '0'), ('first', '-1'), ('last', '1024')) v (name, value) USING (name)
GROUP BY name, value ORDER BY name, value;

-- every price and budget has bounds
SELECT price, string_agg(DISTINCT pg_temp.complaint(function, name, price), ', ') AS complaints, count(*) AS arguments
FROM argument JOIN good USING (name), unnest('{1e15,999999999999999.9999991,1e-7,1e-16000,9e131000 + 1e-16000,1e131071}'::text[]) v (price)
WHERE name IN ('min_price', 'max_price', 'price', 'budget')
GROUP BY price ORDER BY price;
SELECT count(*) AS numbers_that_are_no_prices
FROM pg_proc p, unnest(p.proargtypes::oid[], p.proargnames[1:p.pronargs]) a (type, name)
WHERE p.pronamespace = 'jobs'::regnamespace AND a.type = 'numeric'::regtype AND a.name NOT IN ('min_price', 'max_price', 'price', 'budget');

-- no key
SELECT string_agg(DISTINCT pg_temp.complaint(function, name, quote_literal('00000000-0000-0000-0000-000000000000')), ', ') AS complaints, count(*) AS functions
FROM argument WHERE name = 'client_key';

-- words
SELECT name, value, string_agg(DISTINCT pg_temp.complaint(function, name, quote_literal(value)), ', ') AS complaints, count(*) AS functions
FROM argument JOIN (VALUES ('language', ''), ('language', 'e'), ('language', 'EN'), ('language', 'eng'), ('language', 'e1'), ('currency', ''),
	('currency', 'EU'), ('currency', 'eur'), ('currency', 'EURO'), ('currency', '€€€'), ('reason', ''), ('reason', 'Too busy'), ('reason', 'too-busy'),
	('reason', repeat('x', 41)), ('reason', repeat('_', 40)), ('access', 'superuser'), ('access', ''), ('format', 'svg'), ('status', 'done'), ('kind', ''), ('kind', 'letter'),
	('actor', 'Ann'), ('actor', 'member:1.0')) v (name, value) USING (name)
GROUP BY name, value ORDER BY name, value;

-- addresses
SELECT CASE WHEN length(a.address) > 40 THEN length(a.address) || ' characters' ELSE to_json(a.address)::text END AS address,
	string_agg(DISTINCT pg_temp.complaint(function, name, quote_literal(a.address)), ', ') AS complaints, count(*) AS functions
FROM argument, unnest(ARRAY['', ' ', 'ann', '@', 'ann@', '@x.example', 'a@b@x.example', 'ann@.example', 'ann@x.example.', 'ann@x..example', 'ann @x.example',
	' ann@x.example', E'ann@x.example\nBcc: all@x.example', E'ann@x.example\r', E'ann\t@x.example', 'Ann <ann@x.example>', 'ann@x.example, bob@x.example',
	'ann@x.example;bob@x.example', 'ann(work)@x.example', '"ann"@x.example', 'ann\@x.example',
	repeat('x', 64) || '@' || repeat('y', 182) || '.example', 'ann@x.example', 'ann+jobs@x.example', 'a@b', 'änn@größe.example',
	repeat('x', 64) || '@' || repeat('y', 181) || '.example']) a (address)
WHERE name IN ('email', 'notification_email', 'recipient')
GROUP BY a.address ORDER BY complaints, a.address COLLATE "C";

-- arrays
SELECT regress.try('SELECT jobs.ack_emails(''{1,2}'', ''{00000000-0000-0000-0000-000000000001}'')');
SELECT regress.try('SELECT jobs.ack_emails(''{1}'', ''{NULL}'')');
SELECT regress.try('SELECT jobs.ack_emails(''{NULL}'', ''{00000000-0000-0000-0000-000000000001}'')');

-- the same by plain INSERT
CREATE FUNCTION pg_temp.complaint(actor text, target text, good jsonb, change jsonb)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	sent jsonb := good || change;
BEGIN
	PERFORM jobs.act_as(actor);
	EXECUTE format('INSERT INTO jobs.%1$I (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::jobs.%1$I, $1)', target,
		(SELECT string_agg(quote_ident(key), ', ') FROM jsonb_object_keys(sent) key)) USING sent;
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN SQLSTATE = 'XX999' THEN 'ok' ELSE SQLSTATE || ' ' || regress.mask(SQLERRM) END;
END
$$;
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT regress.state() AS before_inserts \gset
SELECT target, change, pg_temp.complaint(actor, target, good, change)
FROM (VALUES
	(1, :'max', 'job', jsonb_build_object('organization_id', :org, 'service_id', :service, 'title', 'Title', 'description', 'Text'),
		'[{}, {"organization_id": null}, {"service_id": null}, {"title": null}, {"title": " "}, {"description": null}, {"description": ""}, {"budget": -1}, {"currency": "euro"},
		{"organization_id": 1}, {"service_id": 1}, {"store_id": 1}, {"status": "opened"}, {"status": "done"}, {"client_key": "00000000-0000-0000-0000-000000000000"}, {"proposal_id": 1}, {"request_id": 1}, {"conversation_id": 1}]'::jsonb),
	(2, :'max', 'job', jsonb_build_object('organization_id', :org, 'service_id', :unprovided, 'title', 'Title', 'description', 'Text'), '[{}]'),
	(3, :'ann', 'job', jsonb_build_object('organization_id', :org, 'service_id', :service, 'title', 'Title', 'description', 'Text'), '[{}]'),
	(4, 'system', 'job', jsonb_build_object('organization_id', :org, 'service_id', :service, 'title', 'Title', 'description', 'Text'), '[{}, {"merchant_id": 1}]'),
	(5, :'ann', 'message', jsonb_build_object('conversation_id', :conversation, 'body', 'Text'), '[{}, {"conversation_id": null}, {"body": null}, {"body": "\t"}, {"client_key": "00000000-0000-0000-0000-000000000000"}, {"conversation_id": 1}, {"job_id": 1}, {"job_id": -1}]'),
	(6, :'ann', 'proposal', jsonb_build_object('conversation_id', :conversation, 'service_id', :service, 'title', 'Title', 'work', 'Work', 'price', 1),
		'[{}, {"conversation_id": null}, {"service_id": null}, {"title": null}, {"title": ""}, {"work": null}, {"work": ""}, {"price": null}, {"price": -1}, {"price": "NaN"}, {"currency": "x"}, {"client_key": "00000000-0000-0000-0000-000000000000"},
		{"service_id": 1}, {"decided_at": "2026-01-01"}, {"sent_by": "system"}]'),
	(7, :'max', 'proposal', jsonb_build_object('conversation_id', :conversation, 'service_id', :service, 'title', 'Title', 'work', 'Work', 'price', 1), '[{}]'),
	(8, 'system', 'member', jsonb_build_object('organization_id', :org, 'name', 'Name', 'email', 'a@b.example', 'language', 'en', 'email_scope', 'all', 'is_active', true, 'created_at', now()),
		'[{}, {"organization_id": null}, {"organization_id": 1}, {"name": ""}, {"email": "x"}, {"language": "xx1"}, {"email_scope": "some"}]')) t (n, actor, target, good, changes),
	jsonb_array_elements(changes) WITH ORDINALITY c (change, m)
ORDER BY n, m;
SELECT regress.state() = :'before_inserts' AS unchanged;

-- Names and titles by plain SQL: they show something, and leave the direction of writing alone.
SELECT target, name, string_agg(split_part(pg_temp.complaint(actor, target, good, jsonb_build_object(name, hidden)), ' ', 1), ' ' ORDER BY n) AS complaints
FROM (VALUES
	(:'max', 'job', '{title}'::text[], jsonb_build_object('organization_id', :org, 'service_id', :service, 'title', 'Title', 'description', 'Text')),
	(:'ann', 'proposal', '{title}', jsonb_build_object('conversation_id', :conversation, 'service_id', :service, 'title', 'Title', 'work', 'Work', 'price', 1)),
	('system', 'organization', '{name}', jsonb_build_object('name', 'Name', 'language', 'en', 'created_at', now())),
	('system', 'member', '{name,email}', jsonb_build_object('organization_id', :org, 'name', 'Name', 'email', 'a@b.example', 'language', 'en', 'email_scope', 'all', 'is_active', true, 'created_at', now())),
	('system', 'merchant', '{name,email}', jsonb_build_object('name', 'Name', 'email', 'a@b.example', 'language', 'en', 'is_dropshipper', false, 'created_at', now())),
	('system', 'service', '{name}', jsonb_build_object('name', 'Name')),
	('system', 'store', '{name,url}', jsonb_build_object('merchant_id', :max_id, 'name', 'Name', 'url', 'https://x.example', 'created_at', now())),
	('system', 'email_template', '{subject}', jsonb_build_object('kind', 'message', 'language', 'fr', 'subject', 'Subject', 'body', 'Body'))) t (actor, target, names, good),
	unnest(names) name, unnest(ARRAY[U&'\00AD', U&'\3164', U&'\2800', U&'\0301', U&'\+0E0041', U&'a\202E', U&'\2067a\2069']) WITH ORDINALITY h (hidden, n)
GROUP BY target, name ORDER BY target, name;

-- Prices by plain SQL: within bounds, and zeros behind the point are not stored without end.
CREATE FUNCTION pg_temp.stored(statement text, actor text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM jobs.act_as(actor);
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
BEGIN;
INSERT INTO jobs.provided_service (organization_id, service_id, min_price) VALUES (:org, :unprovided, 1);
SELECT target, string_agg(pg_temp.stored(format(statement, price), actor), '; ' ORDER BY n) AS stored
FROM (VALUES
	('budget', format('INSERT INTO jobs.job (organization_id, service_id, title, description, budget) VALUES (%s, %s, $$T$$, $$T$$, %%s) RETURNING budget', :org, :service), :'max'),
	('price', format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, $$T$$, $$T$$, %%s) RETURNING price', :conversation, :service), :'ann'),
	('min_price', format('UPDATE jobs.provided_service SET min_price = %%s, max_price = NULL WHERE organization_id = %s AND service_id = %s RETURNING min_price', :org, :unprovided), 'system'),
	('max_price', format('UPDATE jobs.provided_service SET max_price = %%s, min_price = NULL WHERE organization_id = %s AND service_id = %s RETURNING max_price', :org, :unprovided), 'system')) t (target, statement, actor),
	unnest('{1e15,9e131000 + 1e-16000,7 + 1e-7,5.0000000,7.000001000,999999999999999.999999,0.50}'::text[]) WITH ORDINALITY p (price, n)
GROUP BY target ORDER BY target;
SELECT jobs.provide_service(:org, :unprovided, 5.0000000, 6.000001000);
SELECT job_id AS priced FROM jobs.request_job(:unprovided, 'T', 'T', :org, budget => 5.0000000, actor => :'max') \gset
SELECT jobs.send_proposal(:conversation, :unprovided, 'T', 'T', 5.0000000, actor => :'ann') AS priced_proposal \gset
SELECT s.min_price, s.max_price, j.budget, p.price
FROM jobs.provided_service s, jobs.job j, jobs.proposal p
WHERE s.organization_id = :org AND s.service_id = :unprovided AND j.id = :priced AND p.id = :priced_proposal;
ROLLBACK;
-- what a price was before it had bounds stands in nobody's way
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.provided_service (organization_id, service_id, min_price) VALUES (:org, :unprovided, 1e20);
SET LOCAL session_replication_role = origin;
UPDATE jobs.provided_service SET currency = 'EUR' WHERE organization_id = :org AND service_id = :unprovided RETURNING min_price, currency;
ROLLBACK;

-- names and titles are one line; what shows nothing is blank; addresses
SELECT regress.try(format('SELECT jobs.create_merchant(%L, $$x@x.example$$)', value))
FROM unnest(ARRAY[E'Max\nBcc: all@x.example', E'Max\r', E'Max\u0085Moe', E'Max\u2028Moe', U&'\00A0\3000\200B', repeat('ß', 201)]) value;
SELECT regress.try(format('SELECT jobs.send_proposal(%s, %s, %L, $$Work$$, 1, actor => %L)', :conversation, :service, E'Two\nlines', :'ann'));
SELECT regress.try(format('SELECT jobs.send_message(%s, %L, 0, actor => %L)', :conversation, E'Two\nlines', :'ann')) ~ '^ok' AS bodies_have_lines;
SELECT regress.try(format('SELECT jobs.create_merchant($$Max$$, %L)', value))
FROM unnest(ARRAY[E'a@b.example\n', E'a@b.example\r\nBcc: c@d.example', 'a..b@c.example', '.a@c.example', 'a.@c.example', 'a@c..example', 'a@.c',
	'a@b@c', 'a b@c.example', U&'a\00A0b@c.example', U&'a\0085b@c.example', '"a"@c.example', '<a@c.example>', '@c.example', 'a@', '']) value;
SELECT regress.try('SELECT jobs.create_merchant($$Max$$, $$änn@ümlaut.example$$)') ~ '^ok' AS beyond_ascii;
-- what is cut off, is cut off between characters
SELECT convert_to(regress.try(format('SELECT jobs.open_job(1, actor => %L)', 'a' || repeat('é', 200))), 'UTF8') IS NOT NULL
	AND convert_to(regress.try(format('SELECT jobs.create_merchant($$Max$$, $$x@x.example$$, language => %L)', 'a' || repeat('é', 200))), 'UTF8') IS NOT NULL
	AND convert_to(regress.try(format('SELECT jobs.create_merchant($$Max$$, %L)', 'a' || repeat('é', 300))), 'UTF8') IS NOT NULL
	AND convert_to(regress.try(format('SELECT jobs.decline_job(1, %L, actor => %L)', 'a' || repeat('é', 200), :'ann')), 'UTF8') IS NOT NULL
	AND convert_to(regress.try(format('UPDATE jobs.job SET status = %L', 'a' || repeat('é', 200))), 'UTF8') IS NOT NULL AS whole_characters;
SELECT regress.try(format('SELECT jobs.assign_members(1, ARRAY[ARRAY[1, 2], ARRAY[3, 4]], actor => %L)', :'ann'));
-- arguments come first, whoever acts
BEGIN;
SET LOCAL ROLE regress_jobs_app;
SELECT regress.try(format('INSERT INTO jobs.message (conversation_id, body) VALUES (%s, NULL)', :conversation));
SELECT regress.try(format('INSERT INTO jobs.message (conversation_id, body) VALUES (%s, $$Text$$)', :conversation));
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (%s, %s, $$ $$, $$Text$$)', :org, :service));
SELECT regress.try(format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, $$T$$, $$T$$, -1)', :conversation, :service));
ROLLBACK;
-- then what is missing, then who may
SELECT regress.try(format('SELECT jobs.request_job(1, $$Title$$, $$Text$$, %s)', :org));
SELECT regress.try(format('SELECT jobs.request_job(%s, $$Title$$, $$Text$$, %s)', :service, :org));
SELECT regress.try(format('SELECT jobs.request_job(%s, $$Title$$, $$Text$$, %s, %s, actor => %L)', :service, :org, :store, :'ann'));
SELECT regress.try(format('SELECT jobs.request_job(%s, $$Title$$, $$Text$$, %s, actor => %L)', :service, :org, :'ann'));
SELECT regress.try(format('SELECT jobs.request_job(%s, $$Title$$, $$Text$$, %s, actor => %L)', :unprovided, :org, :'max'));
-- a key that was used in another conversation
SELECT jobs.send_message(:conversation, 'Key', 0, '00000000-0000-0000-0000-00000000000f', actor => :'max') IS NOT NULL;
SELECT jobs.set_preferences(:other_org, is_available => false);
SELECT regress.try(format('SELECT jobs.start_conversation(%s, $$Key$$, $$00000000-0000-0000-0000-00000000000f$$, actor => %L)', :other_org, :'max'));
SELECT jobs.set_preferences(:other_org, is_available => true);
