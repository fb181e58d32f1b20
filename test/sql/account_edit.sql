-- Changing one's own data: by function and by plain SQL, who may, what follows.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('account_edit') \gset
SELECT regress.job('account_edit', 'responded') AS job \gset
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :job \gset
SELECT jobs.assign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT count(*) >= 0 FROM regress.mail('account_edit');
-- the events since the last look, with what they name
CREATE TEMPORARY TABLE looked AS SELECT max(id) / 1024 AS number FROM jobs.event;
CREATE FUNCTION pg_temp.events()
RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	last bigint := number FROM pg_temp.looked;
BEGIN
	RETURN QUERY
	SELECT concat_ws(' ', regress.who(e.actor), e.action, CASE WHEN e.organization_id IS NOT NULL THEN 'of organization' END,
		CASE WHEN e.merchant_id IS NOT NULL THEN 'of merchant' END, CASE WHEN e.conversation_id IS NOT NULL THEN 'in conversation' END,
		(SELECT m.name FROM jobs.member m WHERE m.id = (e.details ->> 'member_id')::bigint), CASE WHEN e.details ? 'store_id' THEN 'store' END, e.details ->> 'columns')
	FROM jobs.event e WHERE e.id / 1024 > last ORDER BY e.id;
	UPDATE pg_temp.looked SET number = (SELECT max(id) / 1024 FROM jobs.event);
END
$$;

-- by the functions: NULL leaves a value as it is, '' clears what may be missing
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.update_organization(:org, 'Ann, Bob & more', 'Shops and hats', 'de', actor => :'ann');
SELECT jobs.update_member(:bob_id, 'Robert', 'robert@account_edit.example', 'de', actor => :'ann');
SELECT jobs.update_merchant(:max_id, 'Maximilian', 'maximilian@account_edit.example', 'de', true, actor => :'max');
SELECT jobs.update_store(:store, 'Hats', 'https://hats.example', actor => :'max');
RESET SESSION AUTHORIZATION;
SELECT name, description, language, search @@ 'hat' FROM jobs.organization WHERE id = :org;
SELECT name, email, language FROM jobs.member WHERE id = :bob_id;
SELECT name, email, language, is_dropshipper FROM jobs.merchant WHERE id = :max_id;
SELECT name, url FROM jobs.store WHERE id = :store;
SELECT pg_temp.events();
SELECT jobs.update_organization(:org, description => '', actor => :'bob'), jobs.update_store(:store, url => '', actor => :'max');
SELECT name, description FROM jobs.organization WHERE id = :org;
SELECT name, url FROM jobs.store WHERE id = :store;
SELECT pg_temp.events();
-- nothing changes: nothing is written
SELECT regress.state() AS before \gset
SELECT jobs.update_organization(:org, actor => :'ann'), jobs.update_organization(:org, 'Ann, Bob & more', '', actor => :'ann'), jobs.update_member(:bob_id, 'Robert', actor => :'bob'),
	jobs.update_merchant(:max_id, is_dropshipper => true, actor => :'max'), jobs.update_store(:store, 'Hats', '', actor => :'max');
SELECT regress.state() = :'before' AS unchanged;

-- who may: one's own side and the operator; others as if there were none
SELECT f, who, regress.try(format('SELECT jobs.%s, actor => %L)', call, actor))
FROM (VALUES ('organization', format('update_organization(%s, %L', :org, 'Mine')), ('member', format('update_member(%s, %L', :ann_id, 'Mine')),
	('merchant', format('update_merchant(%s, %L', :max_id, 'Mine')), ('store', format('update_store(%s, %L', :store, 'Mine'))) c (f, call),
	(VALUES ('gone', :'gone'), ('mia', :'mia'), ('nobody', ''), ('otto', :'otto')) a (who, actor) ORDER BY f, who;
SELECT regress.state() = :'before' AS unchanged;
SELECT jobs.update_organization(:org, 'Ann & Bob'), jobs.update_member(:ann_id, 'Anna'), jobs.update_merchant(:max_id, 'Max'), jobs.update_store(:store, 'Store');
SELECT pg_temp.events();
-- bad values change nothing
SELECT regress.state() AS before \gset
SELECT regress.try(statement) FROM unnest(ARRAY[
	format('SELECT jobs.update_organization(%s, $$$$)', :org), format('SELECT jobs.update_organization(%s, language => $$german$$)', :org),
	format('SELECT jobs.update_member(%s, $$$$)', :ann_id), format('SELECT jobs.update_member(%s, email => $$$$)', :ann_id), format('SELECT jobs.update_member(%s, email => $$nonsense$$)', :ann_id),
	format('SELECT jobs.update_store(%s, repeat($$x$$, 201))', :store), format('SELECT jobs.update_merchant(%s, email => $$Max <max@x.example>$$)', :max_id)]) statement;
SELECT regress.state() = :'before' AS unchanged;

-- by plain SQL, as an ORM saves a row: the same
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'ann');
UPDATE jobs.organization SET name = 'Plain', description = 'Bags', language = 'en', slot = slot, created_at = created_at, search = search, client_key = client_key WHERE id = :org RETURNING name, description, language;
UPDATE jobs.preferences SET notification_email = 'desk2@account_edit.example', is_available = is_available WHERE organization_id = :org RETURNING notification_email;
UPDATE jobs.member SET name = 'Bob', email = 'bob@account_edit.example', language = 'en', organization_id = organization_id, email_scope = email_scope, is_active = is_active,
	created_at = created_at, client_key = NULL, suspended_at = NULL, suspension_reason = NULL WHERE id = :bob_id RETURNING name, email, language;
SELECT jobs.act_as(:'max');
UPDATE jobs.merchant SET name = 'Max', email = 'max@account_edit.example', language = 'en', is_dropshipper = false, closed_at = NULL WHERE id = :max_id RETURNING name, email, language, is_dropshipper;
UPDATE jobs.store SET url = '' WHERE id = :store RETURNING url;
UPDATE jobs.store SET name = 'Plain store', url = 'https://plain.example', merchant_id = merchant_id WHERE id = :store RETURNING name, url;
-- rows of others are not there, and what is not theirs to write is refused; nor are they locked
SELECT count(*) > 0 FROM jobs.organization WHERE id = :org;
SELECT count(*) FROM (SELECT FROM jobs.organization FOR UPDATE) o;
UPDATE jobs.member SET name = 'Mine' WHERE id = :ann_id RETURNING 1;
UPDATE jobs.preferences SET is_listed = false WHERE organization_id = :org RETURNING 1;
SELECT regress.try(format('UPDATE jobs.organization SET name = $$Mine$$ WHERE id = %s', :org));
SELECT regress.try(format('UPDATE jobs.merchant SET %s WHERE id = %s', change, :max_id))
FROM unnest('{closed_at = now(),suspended_at = now(),"suspension_reason = $$x$$","created_at = now() - interval $$1 day$$","client_key = gen_random_uuid()","email = $$nonsense$$","name = NULL"}'::text[]) change;
SELECT regress.try(format('UPDATE jobs.store SET removed_at = now() WHERE id = %s', :store));
SELECT regress.try('UPDATE jobs.service SET name = $$x$$');
SELECT regress.try('INSERT INTO jobs.store (merchant_id, name) VALUES (1, $$x$$)');
SELECT jobs.act_as(:'bob');
SELECT regress.try(format('UPDATE jobs.member SET email_scope = $$none$$ WHERE id = %s', :ann_id));
UPDATE jobs.member SET email_scope = 'messages' WHERE id = :bob_id RETURNING email_scope;
UPDATE jobs.member SET email_scope = 'all' WHERE id = :bob_id;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT search @@ 'bag', search @@ 'hat' FROM jobs.organization WHERE id = :org;
SELECT pg_temp.events();
-- a bound role, too
CREATE ROLE regress_jobs_maxs;
SELECT jobs.bind_role('regress_jobs_maxs', :'max');
SET ROLE regress_jobs_maxs;
UPDATE jobs.merchant SET name = 'Bound Max' RETURNING name;
SELECT jobs.update_store(:store, 'Bound store');
SELECT regress.try(format('SELECT jobs.update_organization(%s, $$Mine$$)', :org));
RESET ROLE;
SELECT pg_temp.events();
SELECT jobs.unbind_role('regress_jobs_maxs');
SELECT jobs.revoke_access('regress_jobs_maxs', 'bound');
DROP ROLE regress_jobs_maxs;

-- Unsent e-mail follows the address; what was sent, given up or called off keeps what it had.
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') IS NOT NULL, jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
SELECT email_id AS sent, claim_token AS token FROM jobs.claim_emails(10000) WHERE recipient = 'bob@account_edit.example' LIMIT 1 \gset
SELECT jobs.ack_emails(ARRAY[:sent], ARRAY[:'token'::uuid]);
-- what a mailer holds stays as it is: a mailer waits for nobody
BEGIN;
SELECT jobs.update_merchant(:max_id, email => 'held-max@account_edit.example', actor => :'max');
SELECT recipient, claim_token IS NOT NULL FROM jobs.email WHERE recipient LIKE '%max@account_edit.example' AND next_attempt_at > clock_timestamp();
ROLLBACK;
SELECT count(jobs.retry_email(id)) > 0 FROM jobs.email WHERE recipient LIKE '%@account_edit.example' AND next_attempt_at IS NOT NULL;
CREATE TEMPORARY VIEW mails AS SELECT recipient, count(*) FILTER (WHERE next_attempt_at IS NOT NULL) AS unsent, count(*) FILTER (WHERE sent_at IS NOT NULL) AS sent
FROM jobs.email WHERE recipient LIKE '%@account_edit.example' GROUP BY recipient;
SELECT * FROM mails WHERE unsent > 0 ORDER BY recipient;
SELECT jobs.update_member(:bob_id, email => 'new-bob@account_edit.example', actor => :'bob');
SELECT jobs.update_merchant(:max_id, email => 'new-max@account_edit.example', actor => :'max');
SELECT jobs.set_preferences(:org, notification_email => 'new-desk@account_edit.example', actor => :'ann');
SELECT * FROM mails WHERE unsent > 0 OR recipient LIKE 'bob@%' ORDER BY recipient;
-- an address of both sides is nobody's to take along; one that two members share stays with the other
SELECT count(*) >= 0 FROM regress.mail('account_edit');
SELECT jobs.update_merchant(:max_id, email => 'one@account_edit.example', actor => :'max'), jobs.set_preferences(:org, notification_email => 'ONE@account_edit.example', actor => :'ann'),
	jobs.update_member(:ann_id, email => 'two@account_edit.example', actor => :'ann'), jobs.update_member(:bob_id, email => 'two@account_edit.example', actor => :'bob');
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') IS NOT NULL, jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
SELECT jobs.update_merchant(:max_id, email => 'three@account_edit.example', actor => :'max'), jobs.update_member(:ann_id, email => 'four@account_edit.example', actor => :'ann');
SELECT recipient, kind, member_id = :bob_id AS is_bobs FROM jobs.email WHERE next_attempt_at IS NOT NULL AND recipient ILIKE '%@account_edit.example' ORDER BY id;

-- Who sees that: an organization its own, a merchant its own, the system all.
CREATE FUNCTION pg_temp.sees(actor text, owner text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	seen text;
BEGIN
	PERFORM jobs.act_as(actor), jobs.create_consumer('account_edit', actor => actor);
	SELECT concat_ws(' ', count(*) FILTER (WHERE action ~ '^(organization|preferences|member)') > 0, count(*) FILTER (WHERE action ~ '^(merchant|store)') > 0)
	INTO seen FROM jobs.event e WHERE owner IN ('organization:' || e.organization_id, 'merchant:' || e.merchant_id);
	seen := seen || ' ' || (SELECT count(*) FILTER (WHERE action ~ '^(organization|preferences|member|merchant|store)_') > 0 FROM jobs.read_events('account_edit', 100000));
	PERFORM jobs.act_as('');
	RETURN seen;
END
$$;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT who, pg_temp.sees(actor, owner)
FROM (VALUES ('ann', :'ann', 'organization:' || :org), ('ann of max', :'ann', :'max'), ('max', :'max', :'max'), ('max of ann', :'max', 'organization:' || :org)) a (who, actor, owner);
RESET SESSION AUTHORIZATION;
SELECT jobs.create_consumer('account_edit');
SELECT count(*) FILTER (WHERE organization_id IS NULL) > 0, count(*) FILTER (WHERE conversation_id IS NULL) > 0 FROM jobs.read_events('account_edit', 100000);
SELECT jobs.drop_consumer('account_edit'), jobs.drop_consumer('account_edit', actor => :'ann'), jobs.drop_consumer('account_edit', actor => :'max');
-- no event says what people wrote
SELECT count(*) FROM jobs.event WHERE details::text LIKE '%account_edit.example%' OR details::text LIKE '%Hats%';

-- A user's trigger that suppresses the row: 27000, and nothing follows
BEGIN;
CREATE TRIGGER own BEFORE UPDATE ON jobs.member FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.update_member(%s, $$x$$)', :ann_id));
ROLLBACK;
BEGIN;
CREATE TRIGGER own BEFORE UPDATE ON jobs.member FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"email": "eve@x.example"}');
SELECT regress.try(format('SELECT jobs.update_member(%s, $$x$$)', :ann_id)), regress.try(format('UPDATE jobs.member SET name = $$x$$ WHERE id = %s', :ann_id));
ROLLBACK;
