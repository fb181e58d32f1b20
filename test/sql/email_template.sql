-- What e-mails say: built-in texts, templates that the operator changes, values. All of it
-- is rolled back.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\pset format unaligned
\pset tuples_only
\pset null NULL
BEGIN;
DELETE FROM jobs.email;
SELECT * FROM regress.directory('email_template') \gset

-- An e-mail that was written, once more in this language.
CREATE FUNCTION pg_temp.again(new_language text)
RETURNS void
BEGIN ATOMIC
	UPDATE jobs.email SET language = new_language, attempts = 0, next_attempt_at = pg_catalog.clock_timestamp();
END;
-- What mailers get, less what differs from run to run.
CREATE FUNCTION pg_temp.mails()
RETURNS TABLE (email_id bigint, kind text, recipient text, subject text, body text)
LANGUAGE sql AS $$
	SELECT email_id, kind, split_part(recipient, '@', 1), regress.mask(regexp_replace(subject, deadline, 'DEADLINE', 'g')),
		regress.mask(regexp_replace(body, deadline, 'DEADLINE', 'g'))
	FROM jobs.claim_emails(1000), LATERAL (VALUES ('\d{4}-\d\d-\d\d \d\d:\d\d UTC')) v (deadline)
$$;
-- The only e-mail by now, as subject and body, with these templates.
CREATE FUNCTION pg_temp.render(new_subject text, new_body text)
RETURNS TABLE (subject text, body text)
LANGUAGE plpgsql AS $$
DECLARE
	mail jobs.email;
BEGIN
	SELECT * INTO STRICT mail FROM jobs.email;
	PERFORM pg_temp.again('fr');
	INSERT INTO jobs.email_template (kind, language, subject, body) VALUES (mail.kind, 'fr', new_subject, new_body)
	ON CONFLICT ON CONSTRAINT email_template_pkey DO UPDATE SET subject = EXCLUDED.subject, body = EXCLUDED.body;
	RETURN QUERY SELECT c.subject, c.body FROM jobs.claim_emails() c;
END
$$;

-- install() has put in every kind in both languages, unchanged
SELECT count(*), count(DISTINCT kind), string_agg(DISTINCT language, ' '), bool_or(is_changed) FROM jobs.email_template;

-- One of each kind.
SELECT job_id AS job FROM jobs.request_job(:service, 'Faster checkout', E'The checkout takes ten seconds.\r\nPlease help.', :org, :store,
	budget => 250.50, currency => 'EUR', actor => :'max') \gset
SELECT jobs.assign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Which theme is it?', actor => :'ann') IS NOT NULL;
SELECT jobs.complete_job(:job, 'It is fast now.', actor => :'ann');
SELECT jobs.reject_completion(:job, 'Not on phones.', actor => :'max');
SELECT jobs.complete_job(:job, actor => :'ann');
SELECT jobs.confirm_completion(:job, actor => :'max');
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :job \gset
SELECT jobs.send_proposal(:conversation, :service, 'A new logo', 'Three drafts.', 99, actor => :'bob') AS proposal \gset
SELECT jobs.accept_proposal(:proposal, actor => :'max');
SELECT jobs.decline_proposal(jobs.send_proposal(:conversation, :service, 'Two logos', 'Six drafts.', 198, actor => :'bob'), actor => :'max');
SELECT jobs.decline_job(regress.job('email_template'), 'too_busy', 'We are booked out.', actor => :'ann');
SELECT regress.job('email_template', 'expired') AS expired \gset
-- what nothing writes here
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.review (id, organization_id, merchant_id, service_id, job_id, communication, quality, comment, written_at)
VALUES (1, :org, :max_id, :service, :job, 5, 4, 'Quick and friendly.', now());
INSERT INTO jobs.email (organization_id, job_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
SELECT :org, j, k, r, 'en', p || jsonb_build_object('conversation_id', :conversation), now(), 0, now()
FROM (VALUES
	('expiring_soon', :job, 'desk@email_template.example', '{}'::jsonb),
	('review_requested', NULL, 'max@email_template.example', jsonb_build_object('proposal_id', :proposal)),
	('review_received', :job, 'desk@email_template.example', '{"review_id": 1}'),
	('written_by_a_later_version', :job, 'desk@email_template.example', '{}')
) v (k, j, r, p);
SET LOCAL session_replication_role = origin;

-- in English, and in German
SELECT pg_temp.again('en');
CREATE TEMP TABLE english AS SELECT * FROM pg_temp.mails();
SELECT pg_temp.again('de');
CREATE TEMP TABLE german AS SELECT * FROM pg_temp.mails();
SELECT DISTINCT ON (kind) E'===== ' || kind || ' to ' || recipient || E'\n' || subject || E'\n\n' || body FROM english ORDER BY kind, email_id;
SELECT DISTINCT ON (kind) E'===== ' || kind || ' to ' || recipient || E'\n' || subject || E'\n\n' || body FROM german ORDER BY kind, email_id;

-- every kind of the table, both languages, no brace left, nobody without a name
SELECT count(DISTINCT e.kind), count(DISTINCT g.kind), bool_or(e.body = g.body), bool_or(concat(e.subject, e.body, g.subject, g.body) ~ '[{}]')
FROM jobs.email_template t
LEFT JOIN english e USING (kind)
LEFT JOIN german g USING (kind);
SELECT kind, string_agg(recipient || ' is ' || split_part(substr(body, 7), ',', 1), '; ' ORDER BY email_id)
FROM english WHERE kind NOT LIKE 'written%' GROUP BY kind ORDER BY kind;
-- the deadline, as it is in UTC
SELECT pg_temp.again('en');
SET LOCAL timezone = 'Asia/Tokyo';
SELECT bool_and(position(to_char(j.respond_by AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') IN c.body) > 0), count(*)
FROM jobs.claim_emails(1000) c JOIN jobs.job j ON j.id = c.job_id WHERE c.kind = 'expired';

-- which language: the recipient's, else English, else the built-in English text
SELECT pg_temp.again('fr');
SELECT DISTINCT ON (kind) subject FROM pg_temp.mails() WHERE kind = 'message';
DELETE FROM jobs.email_template WHERE kind = 'message' AND language = 'en';
SELECT pg_temp.again('fr');
SELECT DISTINCT ON (kind) subject FROM pg_temp.mails() WHERE kind = 'message';
INSERT INTO jobs.email_template (kind, language, subject, body) VALUES ('message', 'fr', 'Message de {author_name}', '{message}');
SELECT pg_temp.again('fr');
SELECT DISTINCT ON (kind) subject, body FROM pg_temp.mails() WHERE kind = 'message';
DELETE FROM jobs.email_template;
SELECT pg_temp.again('de');
SELECT DISTINCT ON (kind) kind, subject FROM pg_temp.mails() ORDER BY kind;
-- a text that its trigger didn't see: one that doesn't parse, an unknown kind with unknown placeholders
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.email_template (kind, language, subject, body) VALUES
	('declined', 'de', 'Broken {', 'Broken'),
	('declined', 'en', E'Two\nlines', '{unheard_of}{reason}'),
	('written_by_a_later_version', 'en', '{job_title}: {unheard_of}', E'Job:\n{unheard_of}\n{job_title}{unheard_of}');
SET LOCAL session_replication_role = origin;
SELECT pg_temp.again('de');
SELECT DISTINCT ON (kind) kind, subject, body FROM pg_temp.mails() WHERE kind IN ('declined', 'written_by_a_later_version') ORDER BY kind;
DELETE FROM jobs.email_template;

-- install(): what is missing, what nobody changed; never what the operator wrote
SELECT regress.install();
SELECT count(*), string_agg(ctid::text, ' ' ORDER BY ctid) AS places FROM jobs.email_template \gset
SELECT regress.install();
SELECT :count, string_agg(ctid::text, ' ' ORDER BY ctid) = :'places' AS unwritten FROM jobs.email_template;
SET LOCAL ROLE regress_jobs_operator;
UPDATE jobs.email_template SET subject = 'Read this, {recipient_name}' WHERE kind = 'message' AND language = 'en';
INSERT INTO jobs.email_template VALUES ('message', 'fr', 'Message', '{message}', NULL);
DELETE FROM jobs.email_template WHERE kind = 'declined' AND language = 'de';
-- sent back as it was, as ORMs do
UPDATE jobs.email_template SET kind = kind, subject = subject, body = body, is_changed = is_changed;
SELECT kind, language, subject FROM jobs.email_template WHERE is_changed ORDER BY kind, language;
RESET ROLE;
SELECT regress.install();
SELECT regress.install();
SELECT kind, language, subject FROM jobs.email_template WHERE is_changed ORDER BY kind, language;
-- given back to install(), in the same words or others
UPDATE jobs.email_template SET is_changed = false WHERE kind = 'message' AND language = 'en';
SELECT subject, is_changed FROM jobs.email_template WHERE kind = 'message' AND language = 'en';
UPDATE jobs.email_template SET is_changed = false WHERE kind = 'message' AND language = 'en';
SELECT subject, is_changed FROM jobs.email_template WHERE kind = 'message' AND language = 'en';
SELECT regress.install();
SELECT subject, is_changed FROM jobs.email_template WHERE kind = 'message' AND language = 'en';
UPDATE jobs.email_template SET is_changed = NULL WHERE kind = 'message' AND language = 'fr';
SELECT is_changed FROM jobs.email_template WHERE kind = 'message' AND language = 'fr';
-- an older library's text
SET LOCAL session_replication_role = replica;
UPDATE jobs.email_template SET body = 'An older text' WHERE kind = 'expired';
SET LOCAL session_replication_role = origin;
SELECT regress.install();
SELECT count(*) FROM jobs.email_template WHERE body = 'An older text' OR (kind = 'expired' AND is_changed);

-- a user's trigger that suppresses texts
CREATE FUNCTION pg_temp.suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
DELETE FROM jobs.email_template WHERE kind = 'expired';
CREATE TRIGGER own BEFORE INSERT ON jobs.email_template FOR EACH ROW EXECUTE FUNCTION pg_temp.suppress();
SELECT regress.install();
DROP TRIGGER own ON jobs.email_template;
SELECT regress.install();

-- who writes: operators
SAVEPOINT roles;
GRANT ALL ON jobs.email_template TO regress_jobs_app;
CREATE POLICY own ON jobs.email_template TO regress_jobs_app USING (true);
SET LOCAL ROLE regress_jobs_app;
SELECT regress.try($$UPDATE jobs.email_template SET subject = 'Mine'$$);
SELECT jobs.act_as(:'ann');
SELECT regress.try($$UPDATE jobs.email_template SET subject = 'Mine'$$);
SELECT regress.try($$UPDATE jobs.email_template SET subject = '{mine}'$$);
ROLLBACK TO roles;
SET LOCAL ROLE regress_jobs_mailer;
SELECT count(*) FROM jobs.email_template;
SELECT regress.try($$UPDATE jobs.email_template SET subject = 'Mine'$$);
SET LOCAL ROLE regress_jobs_app;
SELECT regress.try($$SELECT count(*) FROM jobs.email_template$$);
SET LOCAL ROLE regress_jobs_operator;

-- bad values
SELECT v, regress.try(format('INSERT INTO jobs.email_template (kind, language, subject, body) VALUES (%s)', v))
FROM unnest(ARRAY[
	$$NULL, 'fr', 'a', 'b'$$,
	$$'expired', NULL, 'a', 'b'$$,
	$$'expired', 'fr', NULL, 'b'$$,
	$$'expired', 'fr', 'a', NULL$$,
	$$'opened', 'fr', 'a', 'b'$$,
	$$'', 'fr', 'a', 'b'$$,
	$$'expired', 'fre', 'a', 'b'$$,
	$$'expired', 'FR', 'a', 'b'$$,
	$$'expired', 'fr', ' ', 'b'$$,
	$$'expired', 'fr', 'a', E'\n'$$,
	$$'expired', 'fr', E'a\nb', 'b'$$,
	$$'expired', 'fr', E'a\r\nBcc: x@x.example', 'b'$$,
	$$'expired', 'fr', repeat('a', 201), 'b'$$,
	$$'expired', 'fr', 'a', repeat('b', 20001)$$,
	$$'expired', 'fr', '{job_titel}', 'b'$$,
	$$'expired', 'fr', 'a', '{Job_title}'$$,
	$$'expired', 'fr', 'a', '{ job_title }'$$,
	$$'expired', 'fr', 'a', '{}'$$,
	$$'expired', 'fr', 'a', '{reason}'$$,
	$$'proposal_sent', 'fr', 'a {job_title}', 'b'$$,
	$$'expired', 'fr', 'a', 'é{job_title'$$,
	$$'expired', 'fr', 'a', E'{job_\ntitle}'$$,
	$$'expired', 'fr', 'a', 'job_title}'$$,
	$$'expired', 'fr', 'a', '{{job_title}'$$,
	$$'expired', 'fr', 'a', '{job_title}}'$$,
	$$'expired', 'fr', '{', 'b'$$,
	$$'expired', 'fr', '{{{job_title}}} {{}}', 'b'$$,
	$$'expired', 'fr', 'twice', 'b'$$
]) v;
SELECT regress.try($$UPDATE jobs.email_template SET body = '{reason}' WHERE kind = 'expired' AND language = 'fr'$$);
SELECT regress.try($$UPDATE jobs.email_template SET kind = 'nothing' WHERE kind = 'expired' AND language = 'fr'$$);
RESET ROLE;

-- every placeholder of every kind, as the hints list them, can be written
CREATE TEMP TABLE listed AS
SELECT kind, regexp_replace(regress.try(format($$UPDATE jobs.email_template SET body = '{' WHERE kind = %L AND language = 'en'$$, kind)),
	'^.* know (.*)\.$', '\1') AS names
FROM jobs.email_template WHERE language = 'en';
SELECT count(*), bool_and(regress.try(format($$UPDATE jobs.email_template SET body = %L WHERE kind = %L AND language = 'en'$$, names, kind)) = 'ok, rows: 1')
FROM listed;
SELECT kind, names FROM listed ORDER BY kind;
-- and the table's comment lists them
SELECT DISTINCT name FROM listed, regexp_matches(names, '\{\w+\}', 'g') m, unnest(m) name
WHERE position(name IN obj_description('jobs.email_template'::regclass)) = 0;

-- Values. From here on there is one e-mail at a time.
DELETE FROM jobs.email;
SELECT job_id AS job FROM jobs.request_job(:service, 'Title', 'Text', :org, actor => :'max') \gset
-- braces; lines without values are left out, and empty lines around them are not doubled
SELECT * FROM pg_temp.render('{{{job_title}}} {{}}', E'{{job_title}}\n}}{{\n');
SELECT replace(body, E'\n', '|') FROM pg_temp.render('x', E'one\n\nStore: {store_name}\n\ntwo\nBudget: {budget}{store_name}\n\nthree\n');
SELECT replace(body, E'\n', '|') FROM pg_temp.render('x', E'{store_name}\n\none {store_name}{job_title}\n\n\ntwo\n\nStore: {store_name}\nBudget: {budget}\n');
SELECT replace(body, E'\n', '|') FROM pg_temp.render('x', E'one\r\n\r\nStore: {store_name}\r\n\r\ntwo');
SELECT replace(body, E'\n', '|') FROM pg_temp.render('x', 'Store: {store_name}');
-- a subject is never left out; an empty one is no subject
SELECT subject FROM pg_temp.render('Store: {store_name}', 'x');
SELECT subject FROM pg_temp.render('{store_name}', 'x');

-- users' texts: no header of their own, no placeholder, no control characters
SET LOCAL session_replication_role = replica;
UPDATE jobs.job SET title = E' {merchant_name}\r\nBcc: victim@x.example\x01\u2028.\u0085 ', store_id = :store, description = E'a\r\nb\rc\nd\x01\x7f\te\u2028f\u0085g {{ {merchant_name}' WHERE id = :job;
UPDATE jobs.merchant SET name = E'Max\nTo: victim@x.example' WHERE id = :max_id;
SET LOCAL session_replication_role = origin;
SELECT subject, body FROM pg_temp.render('{job_title}|{merchant_name}', '{job_description}');
SELECT subject ~ '[[:cntrl:]]' AS has_control FROM pg_temp.render('{job_title}|{merchant_name}', 'x');
SET LOCAL session_replication_role = replica;
UPDATE jobs.job SET title = repeat('ä€😀', 100) WHERE id = :job;
UPDATE jobs.merchant SET name = 'Max' WHERE id = :max_id;
SET LOCAL session_replication_role = origin;
SELECT length(subject), left(subject, 6), right(subject, 3) FROM pg_temp.render('Job {job_title}', 'x');
-- directions of writing that were turned before that was refused: not in a subject, and in no text for good
SET LOCAL session_replication_role = replica;
UPDATE jobs.merchant SET name = U&'M\202Ea\2067x' WHERE id = :max_id;
SET LOCAL session_replication_role = origin;
SELECT subject, body = U&'Hello Ma\2067x' FROM pg_temp.render('Hello {merchant_name}', 'Hello {merchant_name}');
UPDATE jobs.merchant SET name = 'Max' WHERE id = :max_id;
-- a message whose text is everything that a text can be
DELETE FROM jobs.email;
SELECT jobs.reply_to_job(:job, E'{message} {author_name} {{ }} {\r\n\r\nSubject: x', actor => :'ann') IS NOT NULL;
SELECT subject, body FROM pg_temp.render('{message}', E'> {message}');

-- rows that are gone or were never there leave gaps
SET LOCAL session_replication_role = replica;
UPDATE jobs.email SET payload = '{"message_id": 1, "conversation_id": "x"}', job_id = 4711;
SELECT * FROM pg_temp.render('{author_name} {other_name}', E'{message}\n{recipient_name}\n{conversation_id}{job_id}{title}{respond_by}\nEnd');
UPDATE jobs.email SET payload = '[1e400]', job_id = NULL, organization_id = 4711, member_id = NULL;
SELECT * FROM pg_temp.render('{author_name} {other_name}', E'{message}\n{recipient_name}\n{organization_name}{merchant_name}\nEnd');
UPDATE jobs.email SET payload = '{"message_id": 1e400, "conversation_id": 1.5}';
SELECT * FROM pg_temp.render('{author_name} {other_name}', E'{message}\n{recipient_name}\n{organization_name}{merchant_name}\nEnd');
UPDATE jobs.email SET kind = 'expired', job_id = :job, organization_id = :org, member_id = NULL, recipient = 'elsewhere@x.example', payload = '{}';
UPDATE jobs.job SET respond_by = 'infinity' WHERE id = :job;
SET LOCAL session_replication_role = origin;
SELECT * FROM pg_temp.render('{recipient_name}{other_name}', E'Hello {recipient_name},\n\n{merchant_name} {organization_name}\n{respond_by}\n');

-- a missing or unguarded table is said, as everywhere
DROP TRIGGER "00_jobs_fill" ON jobs.email_template;
SELECT pg_temp.again('en');
SELECT regress.try('SELECT count(*) FROM jobs.claim_emails()');
ROLLBACK;

-- nothing of it is left
SELECT count(*) FROM jobs.email_template WHERE is_changed;
