-- What is sent again because its answer may have been lost with the connection.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('repeated') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;

-- Plain INSERTs that bear a key: whatever has come since, the unique index answers, and no rule.
SELECT regress.job('repeated', 'responded') AS job \gset
\set k 11111111-1111-1111-1111-11111111111
CREATE TABLE pg_temp.keyed (actor text, statement text);
INSERT INTO pg_temp.keyed VALUES
	(:'ann', format('INSERT INTO jobs.message (job_id, body, client_key) VALUES (%s, $$Ann$$, %L)', :job, :'k' || 1)),
	(:'max', format('INSERT INTO jobs.message (job_id, body, client_key) VALUES (%s, $$Max$$, %L)', :job, :'k' || 1)),
	(:'max', format('INSERT INTO jobs.message (conversation_id, body, client_key) VALUES (%s, $$The only live job$$, %L)', :conversation, :'k' || 2)),
	(:'ann', format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, client_key) VALUES (%s, %s, $$a$$, $$b$$, 5, %L)', :conversation, :service, :'k' || 1)),
	(:'max', format('INSERT INTO jobs.job (organization_id, service_id, title, description, client_key) VALUES (%s, %s, $$a$$, $$b$$, %L)', :org, :service, :'k' || 1)),
	('system', format('INSERT INTO jobs.job (organization_id, merchant_id, service_id, title, description, client_key) VALUES (%s, %s, %s, $$a$$, $$b$$, %L)', :org, :mia_id, :service, :'k' || 1));
CREATE FUNCTION pg_temp.send(ending text) RETURNS TABLE (target text, answer text)
LANGUAGE plpgsql AS $$
DECLARE
	k record;
BEGIN
	FOR k IN SELECT * FROM pg_temp.keyed LOOP
		PERFORM jobs.act_as(k.actor, false);
		SET LOCAL ROLE regress_jobs_app;
		IF k.actor = 'system' THEN
			RESET ROLE;
		END IF;
		target := substr(k.statement, 18, 8);
		answer := split_part(regress.try(k.statement || ending), ' | ', 1);
		RESET ROLE;
		RETURN NEXT;
	END LOOP;
	PERFORM jobs.act_as('', false);
END
$$;
SELECT * FROM pg_temp.send('');
-- all that forbids a first one
SELECT jobs.decline_job(:job, actor => :'ann');
SELECT count(regress.job('repeated')) FROM generate_series(1, 2);
SELECT jobs.withdraw_service(:org, :service, actor => :'ann'), jobs.set_preferences(:org, false, actor => :'ann');
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation;
SELECT regress.state() AS before \gset
SELECT * FROM pg_temp.send('');
SELECT * FROM pg_temp.send(' ON CONFLICT DO NOTHING');
SELECT * FROM pg_temp.send(' ON CONFLICT (id) DO NOTHING');
SELECT regress.state() = :'before' AS unchanged;
-- with other words, and whatever is sent beside them
UPDATE pg_temp.keyed SET statement = replace(replace(statement, '$$a$$', '$$other$$'), '$$Max$$', '$$other$$');
SELECT * FROM pg_temp.send(' ON CONFLICT DO NOTHING');
BEGIN;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.job (organization_id, service_id, title, description, status, conversation_id, created_at, client_key)
VALUES (:org, :service, 'x', 'x', '', 7, '2001-01-01', (:'k' || 1)::uuid) ON CONFLICT DO NOTHING RETURNING id;
INSERT INTO jobs.job (organization_id, service_id, title, description, client_key)
VALUES (:org, :service, 'x', 'x', (:'k' || 1)::uuid) ON CONFLICT (merchant_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET status = 'declined' RETURNING title, status;
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description, client_key) VALUES (%s, %s, $$x$$, $$x$$, %L)
	ON CONFLICT (merchant_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET title = excluded.title', :org, :service, :'k' || 1));
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description, client_key) VALUES (%s, %s, $$x$$, $$x$$, %L)
	ON CONFLICT (merchant_id, client_key) WHERE client_key IS NOT NULL DO UPDATE SET created_at = excluded.created_at', :org, :service, :'k' || 1));
ROLLBACK;
-- another side, and a hidden row, have keys of their own
BEGIN;
SELECT jobs.act_as(:'otto');
SELECT regress.try(format('INSERT INTO jobs.message (job_id, body, client_key) VALUES (%s, $$Ann$$, %L)', :job, :'k' || 1));
ROLLBACK;
-- nothing gets in by it: not even where a trigger deletes the earlier row
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.run('DELETE FROM jobs.message');
CREATE TRIGGER own BEFORE INSERT ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.run('DELETE FROM jobs.job');
GRANT DELETE ON jobs.message, jobs.job TO regress_jobs_app;
ALTER TABLE jobs.event DISABLE TRIGGER ALL;
ALTER TABLE jobs.job DISABLE TRIGGER ALL;
ALTER TABLE jobs.job ENABLE TRIGGER USER;
SELECT * FROM pg_temp.send('') WHERE target LIKE 'message%' OR target LIKE 'job%';
ROLLBACK;
SELECT regress.state() = :'before' AS unchanged;
-- in one statement
UPDATE jobs.conversation SET is_blocked = false WHERE id = :conversation;
BEGIN;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (conversation_id, job_id, body, client_key) VALUES (:conversation, 0, 'One', (:'k' || 7)::uuid), (:conversation, 0, 'Two', (:'k' || 7)::uuid) ON CONFLICT DO NOTHING RETURNING body;
ROLLBACK;
SELECT jobs.provide_service(:org, :service, actor => :'ann'), jobs.set_preferences(:org, true, actor => :'ann');

-- Functions without a key: the same actor, the same arguments, and nothing has come since that
-- counts: the first answer. Otherwise what the state says.
CREATE FUNCTION pg_temp.again(statement text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	first text := regress.try(statement);
	state text := regress.state();
	second text := regress.try(statement);
BEGIN
	RETURN CASE WHEN first = second AND first LIKE 'ok%' THEN 'the same' ELSE first || ' / ' || split_part(second, ' | ', 1) END || CASE WHEN state <> regress.state() THEN ', and something was written' ELSE '' END;
END
$$;
CREATE FUNCTION pg_temp.job(situation text, call text, VARIADIC args text[]) RETURNS text
LANGUAGE sql RETURN pg_temp.again('SELECT jobs.' || format(call, VARIADIC regress.job('repeated', situation, situation = 'new')::text || args));
SELECT pg_temp.job('new', 'decline_job(%s, actor => %L)', :'ann'), pg_temp.job('new', 'decline_job(%s, $$no_time$$, $$Sorry$$, actor => %L)', :'max');
SELECT pg_temp.job('responded', 'mark_inactive(%s, actor => %L)', :'ann'), pg_temp.job('inactive', 'reactivate_job(%s, actor => %L)', :'ann');
SELECT pg_temp.job('responded', 'complete_job(%s, actor => %L)', :'ann'), pg_temp.job('responded', 'complete_job(%s, $$Done$$, actor => %L)', :'ann'), pg_temp.job('new', 'complete_job(%s, $$Done$$, actor => %L)', :'ann');
SELECT pg_temp.job('completed', 'confirm_completion(%s, actor => %L)', :'max');
SELECT pg_temp.job('completed', 'reject_completion(%s, actor => %L)', :'max'), pg_temp.job('completed', 'reject_completion(%s, $$Too small$$, actor => %L)', :'max');
SELECT pg_temp.job('confirmed', 'review_job(%s, 4, 5, actor => %L)', :'max'), pg_temp.job('confirmed', 'review_job(%s, 4, 5, $$Good$$, actor => %L)', :'max');
SELECT pg_temp.job('confirmed', 'reply_to_review(jobs.review_job(%s, 4, 5, $$Good$$, actor => %L), $$Thanks$$, actor => %L)', :'max', :'ann');
SELECT pg_temp.job('responded', 'open_job(%s, actor => %L)', :'ann');
CREATE FUNCTION pg_temp.proposal() RETURNS bigint
LANGUAGE sql RETURN (SELECT jobs.send_proposal(jobs.start_conversation(org, 'Hello', actor => max), service, 'Title', 'Work', 5, actor => ann) FROM regress.directory WHERE test = 'repeated');
SELECT pg_temp.again(format('SELECT jobs.accept_proposal(%s, %s, actor => %L)', pg_temp.proposal(), :store, :'max')), pg_temp.again(format('SELECT jobs.accept_proposal(%s, actor => %L)', pg_temp.proposal(), :'max'));
SELECT pg_temp.again(format('SELECT jobs.decline_proposal(%s, actor => %L)', pg_temp.proposal(), :'max')), pg_temp.again(format('SELECT jobs.withdraw_proposal(%s, actor => %L)', pg_temp.proposal(), :'ann'));
SELECT pg_temp.proposal() AS new_store \gset
SELECT jobs.accept_proposal(:new_store, actor => :'max'), jobs.request_review(:new_store, actor => :'ann');
SELECT pg_temp.again(format('SELECT jobs.review_proposal(%s, 1, 2, actor => %L)', :new_store, :'max'));
SELECT pg_temp.again(format('SELECT jobs.create_consumer($$again$$, %L, actor => %L)', from_start, :'ann')) FROM unnest('{true}'::boolean[]) from_start;
SELECT pg_temp.again(format('SELECT jobs.create_consumer($$from now$$, false, actor => %L)', :'ann'));
-- the job of a proposal is found whatever has become of it, also where the conversation is blocked
SELECT pg_temp.proposal() AS proposal \gset
SELECT jobs.accept_proposal(:proposal, :store, actor => :'max') AS job \gset
SELECT jobs.decline_job(:job, actor => :'ann');
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation;
SELECT jobs.accept_proposal(:proposal, :store, actor => :'max') = :job;
UPDATE jobs.conversation SET is_blocked = false WHERE id = :conversation;
-- others, other words, or something has come since
CREATE FUNCTION pg_temp.after(situation text, call text, VARIADIC args text[]) RETURNS text
LANGUAGE sql RETURN split_part(regress.try('SELECT jobs.' || format(call, VARIADIC regress.job('repeated', situation)::text || args)), ' | ', 1);
SELECT pg_temp.after('declined', 'decline_job(%s, actor => %L)', :'bob'), pg_temp.after('declined', 'decline_job(%s, actor => %L)', :'max'), pg_temp.after('declined', 'decline_job(%s, $$no_time$$, actor => %L)', :'ann'),
	pg_temp.after('declined', 'decline_job(%s, comment => $$x$$, actor => %L)', :'ann');
SELECT pg_temp.after('inactive', 'mark_inactive(%s, actor => %L)', :'bob'), pg_temp.after('completed', 'complete_job(%s, actor => %L)', :'bob'), pg_temp.after('completed', 'complete_job(%s, $$x$$, actor => %L)', :'ann');
SELECT regress.job('repeated', 'completed') AS job \gset
SELECT jobs.reject_completion(:job, 'No', actor => :'max');
SELECT regress.try(format('SELECT jobs.reject_completion(%s, %L, actor => %L)', :job, said, :'max')) FROM unnest(ARRAY['No', 'Never', NULL]) said;
SELECT jobs.reply_to_job(:job, 'Now?', actor => :'ann') > 0, jobs.reply_to_job(:job, 'No', actor => :'max') > 0, status FROM jobs.job WHERE id = :job;
SELECT regress.try(format('SELECT jobs.reject_completion(%s, %L, actor => %L)', :job, 'No', :'max'));
SELECT jobs.mark_inactive(:job, actor => :'ann'), jobs.reactivate_job(:job, actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Still there?', actor => :'max') > 0, jobs.reactivate_job(:job, actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Yes', actor => :'ann') > 0;
SELECT regress.try(format('SELECT jobs.reactivate_job(%s, actor => %L)', :job, :'ann'));
SELECT jobs.complete_job(:job, 'Done', actor => :'ann'), jobs.reply_to_job(:job, 'Fine', actor => :'max') > 0, jobs.complete_job(:job, 'Done', actor => :'ann');
SELECT regress.try(format('SELECT jobs.complete_job(%s, %L, actor => %L)', :job, said, :'ann')) FROM unnest(ARRAY['Fine', NULL]) said;
-- what carries no message asks for none
SELECT jobs.confirm_completion(:job, actor => :'max'), jobs.reply_to_job(:job, 'Thanks!', actor => :'max') > 0, jobs.confirm_completion(:job, actor => :'max');
SELECT regress.job('repeated', 'responded') AS idle \gset
SELECT jobs.mark_inactive(:idle, actor => :'ann'), jobs.reply_to_job(:idle, 'On holiday', actor => :'ann') > 0, jobs.mark_inactive(:idle, actor => :'ann');
SELECT jobs.reactivate_job(:idle, actor => :'ann'), jobs.reply_to_job(:idle, 'Back', actor => :'ann') > 0, jobs.reactivate_job(:idle, actor => :'ann');
-- what does, and carried none, is told from a message that comes later
SELECT jobs.complete_job(:idle, actor => :'ann'), jobs.assign_self(:idle, actor => :'ann'), jobs.reply_to_job(:idle, 'Done', actor => :'ann') > 0, jobs.complete_job(:idle, actor => :'ann');
SELECT regress.try(format('SELECT jobs.complete_job(%s, $$Done$$, actor => %L)', :idle, :'ann'));
SELECT jobs.review_job(:job, 4, 4, 'Good', actor => :'max') AS review \gset
SELECT regress.try(format('SELECT jobs.review_job(%s, %s, actor => %L)', :job, args, :'max')) FROM unnest(ARRAY['4, 5, $$Good$$', '5, 4, $$Good$$', '4, 4', '4, 4, $$good$$']) args;
SELECT jobs.reply_to_review(:review, 'Thanks', actor => :'ann');
SELECT regress.try(format('SELECT jobs.reply_to_review(%s, %L, actor => %L)', :review, body, actor)) FROM (VALUES ('Thanks', :'bob'), ('Thank you', :'ann')) v (body, actor);
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, %s, actor => %L)', proposal, store, :'max')) FROM (VALUES (:proposal, 'NULL'), (:new_store, :'store')) v (proposal, store);
SELECT regress.try(format('SELECT jobs.create_consumer($$again$$, %L, actor => %L)', from_start, actor)) FROM (VALUES (true, :'bob'), (false, :'ann')) v (from_start, actor);
SELECT jobs.create_consumer('again');
SELECT jobs.create_consumer('again');
SELECT count(jobs.ack_events('again', event_position)) FROM jobs.read_events('again', 1);
SELECT regress.try('SELECT jobs.create_consumer($$again$$)');
SELECT jobs.drop_consumer('again');
SELECT jobs.drop_consumer(name, actor => :'ann') FROM unnest('{again,from now}'::text[]) name;

-- Accounts: what is so already stays, and nothing is told twice.
BEGIN;
SELECT split_part(call, '(', 1), pg_temp.again(format('SELECT jobs.%s, actor => %L)', call, actor))
FROM (VALUES (1, format('update_organization(%s, $$New name$$, $$New words$$, $$de$$', :org), :'ann'), (2, format('set_preferences(%s, false, false, false, $$new@x.example$$', :org), :'ann'),
	(3, format('update_member(%s, $$New name$$, $$new@x.example$$, $$de$$', :bob_id), :'ann'), (4, format('set_email_scope(%s, $$none$$', :ann_id), :'ann'),
	(5, format('update_merchant(%s, $$New name$$, $$new@x.example$$, $$de$$, true', :max_id), :'max'), (6, format('update_store(%s, $$New name$$, $$https://new.example$$', :store), :'max'),
	(7, format('remove_store(%s', :store), :'max'), (8, format('deactivate_member(%s', :bob_id), :'ann'), (9, format('activate_member(%s', :bob_id), :'ann'),
	(10, format('block_conversation(%s', :conversation), :'ann'), (11, format('unblock_conversation(%s', :conversation), :'ann'),
	(12, format('suspend($$%s$$, $$Spam$$', :'bob'), 'system'), (13, format('reinstate($$%s$$', :'bob'), 'system'),
	(14, format('close_merchant(%s', :max_id), :'max'), (15, format('reopen_merchant(%s', :max_id), 'system'),
	(16, format('close_organization(%s', :org), :'ann'), (17, format('reopen_organization(%s', :org), 'system')) c (n, call, actor) ORDER BY n;
SELECT action, count(*) FROM jobs.event WHERE conversation_id IS NULL AND (organization_id = :org OR merchant_id = :max_id) AND occurred_at >= now() GROUP BY action ORDER BY action COLLATE "C";
-- who has left by it is not there any more, and who is suspended by another hand is told so
SELECT pg_temp.again(format('SELECT jobs.deactivate_member(%s, actor => %L)', :bob_id, :'bob'));
SELECT jobs.suspend(:'max', 'Spam');
SELECT pg_temp.again(format('SELECT jobs.close_merchant(%s, actor => %L)', :max_id, :'max')), pg_temp.again(format('SELECT jobs.suspend(%L, $$Fraud$$)', :'max'));
ROLLBACK;

-- What adds to the directory bears a key as well: an answer, other arguments, and two rows without one.
CREATE FUNCTION pg_temp.once(call text, VARIADIC others text[]) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	key text := '11111111-1111-1111-1111-111111111119';
	other text;
	state text;
	answers bigint[];
	answer bigint;
BEGIN
	FOR n IN 1..2 LOOP
		EXECUTE 'SELECT jobs.' || format(call, key) INTO answer;
		answers := answers || answer;
		state := concat_ws(' ', state, regress.state());
	END LOOP;
	RETURN NEXT split_part(call, '(', 1) || CASE WHEN answers[1] = answers[2] THEN ': the same' ELSE ': another' END || CASE WHEN split_part(state, ' ', 1) <> split_part(state, ' ', 2) THEN ', and something was written' ELSE '' END;
	FOREACH other IN ARRAY others LOOP
		RETURN NEXT split_part(regress.try('SELECT jobs.' || format(other, key)), ' | ', 1);
	END LOOP;
	call := replace(call, '%L', 'NULL');
	RETURN NEXT regexp_replace(regress.try('SELECT count(DISTINCT x) FROM unnest(ARRAY[jobs.' || call || ', jobs.' || call || ']) x'), ' \|.*', '');
END
$$;
SELECT pg_temp.once('create_organization($$Once$$, $$x@x.example$$, $$Text$$, client_key => %L)', 'create_organization($$Other$$, $$x@x.example$$, $$Text$$, client_key => %L)',
	'create_organization($$Once$$, $$y@x.example$$, $$Text$$, client_key => %L)', 'create_organization($$Once$$, $$x@x.example$$, client_key => %L)',
	'create_organization($$Once$$, $$x@x.example$$, $$Text$$, $$de$$, %L)', 'create_organization($$Once$$, $$x@x.example$$, $$Text$$, client_key => %L, actor => $$$$)',
	'create_organization($$Once$$, $$x@x.example$$, $$Text$$, client_key => %L, actor => ' || quote_literal(:'ann') || ')');
SELECT pg_temp.once('create_merchant($$Once$$, $$x@x.example$$, client_key => %L)', 'create_merchant($$Other$$, $$x@x.example$$, client_key => %L)', 'create_merchant($$Once$$, $$y@x.example$$, client_key => %L)',
	'create_merchant($$Once$$, $$x@x.example$$, true, client_key => %L)', 'create_merchant($$Once$$, $$x@x.example$$, language => $$de$$, client_key => %L)',
	'create_merchant($$Once$$, $$x@x.example$$, client_key => %L, actor => $$$$)', 'create_merchant($$Once$$, $$x@x.example$$, client_key => %L, actor => ' || quote_literal(:'max') || ')');
SELECT pg_temp.once('create_service($$Once$$, %L)', 'create_service($$Other$$, %L)', 'create_service($$Once$$, %L, actor => $$$$)', 'create_service($$Once$$, %L, actor => ' || quote_literal(:'max') || ')');
SELECT pg_temp.once(format('add_member(%s, $$Once$$, $$x@x.example$$, client_key => %%L, actor => %L)', :org, :'ann'), format('add_member(%s, $$Other$$, $$x@x.example$$, client_key => %%L, actor => %L)', :org, :'ann'),
	format('add_member(%s, $$Once$$, $$y@x.example$$, client_key => %%L, actor => %L)', :org, :'ann'), format('add_member(%s, $$Once$$, $$x@x.example$$, $$de$$, %%L, actor => %L)', :org, :'ann'));
SELECT pg_temp.once(format('add_store(%s, $$Once$$, $$https://x.example$$, %%L, actor => %L)', :max_id, :'max'), format('add_store(%s, $$Other$$, $$https://x.example$$, %%L, actor => %L)', :max_id, :'max'),
	format('add_store(%s, $$Once$$, $$https://y.example$$, %%L, actor => %L)', :max_id, :'max'), format('add_store(%s, $$Once$$, client_key => %%L, actor => %L)', :max_id, :'max'));
-- An organization's keys are those of all its members, and a merchant's its own, also where an operator
-- uses them; of others they tell nothing.
\set key 11111111-1111-1111-1111-111111111119
SELECT id AS once FROM jobs.member WHERE client_key = :'key' \gset
SELECT jobs.add_member(:org, 'Once', 'x@x.example', client_key => :'key', actor => actor) = :once FROM unnest(ARRAY[:'bob', 'system']) actor;
SELECT jobs.add_member(:other_org, 'Once', 'x@x.example', client_key => :'key', actor => :'otto') <> :once AS is_another;
SELECT regress.try(format('SELECT jobs.add_member(%s, $$%s$$, $$x@x.example$$, client_key => %s, actor => %L)', :org, name, key, actor))
FROM unnest(ARRAY['Once', 'Other']) name, unnest(ARRAY[quote_literal(:'key'), 'NULL']) key, unnest(ARRAY[:'otto', '', :'max']) actor;
SELECT id AS once FROM jobs.store WHERE client_key = :'key' \gset
SELECT jobs.add_store(:max_id, 'Once', 'https://x.example', :'key') = :once;
SELECT jobs.add_store(:mia_id, 'Once', 'https://x.example', :'key', actor => :'mia') <> :once AS is_another;
SELECT regress.try(format('SELECT jobs.add_store(%s, $$Once$$, $$https://x.example$$, %s, actor => %L)', :max_id, key, actor)) FROM unnest(ARRAY[quote_literal(:'key'), 'NULL']) key, unnest(ARRAY[:'mia', :'ann']) actor;
-- Nobody repeats the sign-up of an organization and its first member, whatever has come since.
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.create_organization('New', 'new@x.example', client_key => 'aaaaaaaa-1111-1111-1111-111111111111') AS new \gset
SELECT jobs.add_member(:new, 'Nora', 'nora@x.example', client_key => :'key') AS nora \gset
SELECT jobs.add_member(:new, 'Ned', 'ned@x.example', client_key => 'aaaaaaaa-1111-1111-1111-111111111111', actor => 'member:' || :nora) > :nora;
SELECT jobs.create_organization('New', 'new@x.example', client_key => 'aaaaaaaa-1111-1111-1111-111111111111') = :new, jobs.add_member(:new, 'Nora', 'nora@x.example', client_key => :'key') = :nora;
SELECT regress.try(format('SELECT jobs.add_member(%s, $$%s$$, $$ned@x.example$$, client_key => %L)', :new, name, key)) FROM unnest(ARRAY['Ned', 'Eve']) name, unnest(ARRAY[:'key', 'aaaaaaaa-1111-1111-1111-111111111111', 'aaaaaaaa-1111-1111-1111-111111111112']) key;
-- a role that acts for one person alone reads the key, and cannot use it
SET SESSION AUTHORIZATION regress_jobs_bound;
SELECT count(*) FROM jobs.organization WHERE client_key = 'aaaaaaaa-1111-1111-1111-111111111111';
SELECT regress.try(format('SELECT jobs.create_organization($$New$$, $$new@x.example$$, client_key => %L)', key)) FROM unnest(ARRAY['aaaaaaaa-1111-1111-1111-111111111111', 'aaaaaaaa-1111-1111-1111-111111111112']) key;
RESET SESSION AUTHORIZATION;
-- what was changed since says something else, and a key stays what it is
SELECT jobs.set_preferences(:new, notification_email => 'newer@x.example');
SELECT regress.try($$SELECT jobs.create_organization('New', 'new@x.example', client_key => 'aaaaaaaa-1111-1111-1111-111111111111')$$);
SELECT jobs.create_organization('New', 'newer@x.example', client_key => 'aaaaaaaa-1111-1111-1111-111111111111') = :new;
SELECT target, regress.try(format('UPDATE jobs.%s SET client_key = %s WHERE client_key = %L', target, key, :'key'))
FROM unnest('{organization,merchant,service,member,store}'::text[]) target, unnest('{NULL::uuid,gen_random_uuid()}'::text[]) key;
-- operators' plain INSERTs: the unique index answers, also for one that a function wrote
CREATE TABLE pg_temp.added (target text, columns text, row text);
INSERT INTO pg_temp.added VALUES ('organization', 'name', '$$Plain$$'), ('merchant', 'name, email', '$$Plain$$, $$x@x.example$$'), ('service', 'name', '$$Plain$$'),
	('member', 'organization_id, name, email', :new || ', $$Plain$$, $$x@x.example$$'), ('store', 'merchant_id, name', :max_id || ', $$Plain$$');
SELECT target, key, regress.try(format('INSERT INTO jobs.%s (%s, client_key) VALUES (%s, %L)%s', target, columns, row, key, ending))
FROM pg_temp.added, (VALUES (1, '11111111-1111-1111-1111-111111111118', ''), (2, '11111111-1111-1111-1111-111111111118', ''), (3, '11111111-1111-1111-1111-111111111118', ' ON CONFLICT DO NOTHING'),
	(4, :'key', ' ON CONFLICT DO NOTHING'), (5, '00000000-0000-0000-0000-000000000000', ' ON CONFLICT DO NOTHING')) v (n, key, ending)
ORDER BY target, n;
SELECT regress.try($$SELECT jobs.create_organization('Plain', 'x@x.example', client_key => '11111111-1111-1111-1111-111111111118')$$);
SELECT regress.try($$SELECT jobs.create_merchant('Plain', 'x@x.example', client_key => '11111111-1111-1111-1111-111111111118')$$);

-- Asking others: the first of the new jobs bears the key, and those that came with it are the answer,
-- whoever has been asked since.
SELECT jobs.create_service('Asked') AS asked \gset
SELECT count(jobs.provide_service(jobs.create_organization('Asked ' || n, 'x@x.example'), :asked)) FROM generate_series(1, 7) n;
SELECT request_id AS request FROM jobs.request_job(:asked, 'Title', 'Text', max_matches => 1, client_key => 'bbbbbbbb-1111-1111-1111-111111111111', actor => :'max') \gset
SELECT request_id AS other_request FROM jobs.request_job(:asked, 'Title', 'Text', max_matches => 1, actor => :'max') \gset
CREATE FUNCTION pg_temp.ask(request bigint, key text, actor text, max_matches integer DEFAULT 2) RETURNS text
LANGUAGE sql RETURN (SELECT string_agg(job_id || ' ' || asked_organization_id, ', ') FROM jobs.rematch_request(request, max_matches, key::uuid, actor => actor));
SELECT pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111112', :'max') AS first \gset
SELECT array_length(string_to_array(:'first', ','), 1), regress.state() AS before \gset before_
SELECT :before_array_length, pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111112', :'max') = :'first', pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111112', 'system') = :'first', regress.state() = :'before_before' AS unchanged;
SELECT array_length(string_to_array(pg_temp.ask(:request, NULL, :'max', 1), ','), 1), array_length(string_to_array(pg_temp.ask(:request, NULL, :'max', 1), ','), 1),
	array_length(string_to_array(pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111113', 'system', 1), ','), 1);
SELECT pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111112', :'max') = :'first', pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111112', :'max', 5) = :'first';
SELECT jobs.request_job(:asked, 'Title', 'Text', max_matches => 1, client_key => 'bbbbbbbb-1111-1111-1111-111111111111', actor => :'max') IS NOT NULL;
SELECT origin, count(*), count(client_key) FROM jobs.job WHERE request_id = :request GROUP BY origin ORDER BY origin;
-- another request, another function, others
SELECT regress.try(format('SELECT jobs.rematch_request(%s, client_key => %L, actor => %L)', request, key, :'max'))
FROM (VALUES (:other_request, 'bbbbbbbb-1111-1111-1111-111111111112'), (:request, 'bbbbbbbb-1111-1111-1111-111111111111')) v (request, key);
SELECT regress.try(format('SELECT jobs.request_job(%s, $$Title$$, $$Text$$, client_key => $$bbbbbbbb-1111-1111-1111-111111111112$$, actor => %L)', :asked, :'max'));
SELECT regress.try(format('SELECT jobs.request_job(%s, $$Title$$, $$Text$$, %s, client_key => $$bbbbbbbb-1111-1111-1111-111111111112$$, actor => %L)', :asked, split_part(split_part(:'first', ',', 1), ' ', 2), :'max'));
SELECT regress.try(format('SELECT jobs.rematch_request(%s, client_key => $$bbbbbbbb-1111-1111-1111-111111111112$$, actor => %L)', :request, actor)) FROM unnest(ARRAY[:'mia', :'ann', '']) actor;
SELECT regress.try(format('SELECT jobs.rematch_request(%s, client_key => $$bbbbbbbb-1111-1111-1111-111111111112$$, actor => $$member:%s$$)', :request, jobs.add_member(organization_id, 'Asked', 'x@x.example'))) FROM jobs.job WHERE request_id = :request ORDER BY id LIMIT 1;
-- where nobody is left, nothing is written, and a repeated call asks again
SELECT pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111114', :'max') IS NOT NULL, pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111115', :'max');
SELECT count(jobs.provide_service(jobs.create_organization('Asked late', 'x@x.example'), :asked));
SELECT pg_temp.ask(:request, 'bbbbbbbb-1111-1111-1111-111111111115', :'max') IS NOT NULL;

-- Of the other functions these say the same again, and write nothing.
SELECT call, pg_temp.again(format('SELECT jobs.' || call, VARIADIC args))
FROM (VALUES ('set_email_scope(%s, $$messages$$, actor => %L)', ARRAY[:'ann_id', :'ann']), ('set_preferences(%s, false, actor => %L)', ARRAY[:'org', :'ann']),
	('set_preferences(%s, true, actor => %L)', ARRAY[:'org', :'ann']), ('provide_service(%s, %s, 10, 20, actor => %L)', ARRAY[:'org', :'unprovided', :'ann']),
	('block_conversation(%s, actor => %L)', ARRAY[:'conversation', :'max']), ('unblock_conversation(%s)', ARRAY[:'conversation']),
	('set_slots(0, 1023)', NULL)) v (call, args);
SELECT pg_temp.proposal() AS new_store \gset
SELECT jobs.accept_proposal(:new_store, actor => :'max');
SELECT pg_temp.again(format('SELECT jobs.request_review(%s, actor => %L)', :new_store, :'ann'));
-- These tell that nothing was left to do: by 0 or false, or by a notice where they answer nothing.
SELECT regress.job('repeated') AS job \gset
SELECT jobs.assign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann') FROM generate_series(1, 2);
SELECT jobs.unassign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann') FROM generate_series(1, 2);
SELECT jobs.assign_self(:job, actor => :'ann') FROM generate_series(1, 2);
SELECT jobs.create_consumer('dropped');
CREATE ROLE regress_jobs_unbound;
SELECT jobs.bind_role('regress_jobs_unbound', :'ann') FROM generate_series(1, 2);
SELECT call, pg_temp.again(format('SELECT jobs.' || call, VARIADIC args))
FROM (VALUES ('drop_consumer($$dropped$$)', NULL::text[]), ('unbind_role($$regress_jobs_unbound$$)', NULL),
	('grant_access($$regress_jobs_unbound$$, $$app$$)', NULL), ('revoke_access($$regress_jobs_unbound$$, $$app$$)', NULL)) v (call, args);
SET client_min_messages = warning; -- the notice has numbers, which differ
SELECT pg_temp.again(format('SELECT jobs.withdraw_service(%s, %s)', :org, :unprovided));
RESET client_min_messages;
DROP ROLE regress_jobs_unbound;
