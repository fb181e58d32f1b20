-- Starting conversations, and the preferences that stand in between.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('conversation') \gset
UPDATE jobs.merchant SET is_dropshipper = true WHERE id = :mia_id;
SET SESSION AUTHORIZATION regress_jobs_app;

-- there is one, and starting it again adds to it
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.start_conversation(:org, 'Hello again', actor => :'max') = :conversation AS is_same;
SELECT regress.mail('conversation');
BEGIN;
SELECT jobs.act_as(:'max');
SELECT regress.who(author), body, job_id IS NULL AS without_job FROM jobs.message WHERE conversation_id = :conversation ORDER BY id;
SELECT organization_id = :org, merchant_id = :max_id, is_blocked FROM jobs.conversation;
COMMIT;

-- its first message is without a job, even where a job has opened it
SELECT job_id AS mia_job FROM jobs.request_job(:service, 'Request', 'Please', :other_org, actor => :'mia') \gset
SELECT jobs.start_conversation(:other_org, 'About something else', actor => :'mia') AS mia_conversation \gset
BEGIN;
SELECT jobs.act_as(:'mia');
SELECT body, job_id IS NULL AS without_job FROM jobs.message WHERE conversation_id = :mia_conversation;
SELECT conversation_id = :mia_conversation AS is_of_job FROM jobs.job WHERE id = :mia_job;
COMMIT;

-- only a merchant does; hidden and missing
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, 'Hello', actor => %L)$$, :org, :'ann'));
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, 'Hello', actor => %L)$$, :other_org, :'ann'));
SELECT regress.try(format($$SELECT jobs.start_conversation(1, 'Hello', actor => %L)$$, :'max'));
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, 'Hello')$$, :org));
SELECT regress.try(format($$SELECT jobs.start_conversation(NULL, 'Hello', actor => %L)$$, :'max'));
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, NULL, actor => %L)$$, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, E' \n\t', actor => %L)$$, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, repeat('x', 20001), actor => %L)$$, :org, :'max'));
-- characters, not bytes
SELECT jobs.start_conversation(:org, repeat('ß', 20000), actor => :'max') = :conversation AS is_same;

-- a repeated call
SELECT jobs.start_conversation(:org, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'max') = :conversation AS is_same;
SELECT regress.state() AS before \gset
SELECT jobs.start_conversation(:org, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'max') = :conversation AS is_same;
SELECT regress.state() = :'before' AS unchanged;
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, 'Other', '00000000-0000-0000-0000-000000000001', actor => %L)$$, :org, :'max'));
-- another merchant's key is another key
SELECT jobs.start_conversation(:other_org, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'mia') = :mia_conversation AS is_same;

-- not available: neither starting nor asking directly; what there is goes on
SELECT jobs.set_preferences(:org, is_available => false, actor => :'ann');
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, 'Hello', actor => %L)$$, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Request', 'Please', %s, actor => %L)$$, :service, :org, :'max'));
SELECT jobs.send_message(:conversation, 'Still there?', actor => :'max') IS NOT NULL AS sent;
SELECT jobs.start_conversation(:org, 'Once', '00000000-0000-0000-0000-000000000001', actor => :'max') = :conversation AS is_answer_of_before;
SELECT jobs.set_preferences(:org, is_available => true, actor => :'ann');
-- not listed: direct contact works
SELECT jobs.set_preferences(:org, is_listed => false, actor => :'ann');
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') = :conversation AS is_same;
SELECT job_id IS NOT NULL AS asked FROM jobs.request_job(:service, 'Request', 'Please', :org, actor => :'max');
SELECT jobs.set_preferences(:org, is_listed => true, actor => :'ann');
-- no dropshippers: Mia is one, Max isn't; her job goes on
SELECT job_id AS mia_job2 FROM jobs.request_job(:service, 'Request', 'Please', :org, actor => :'mia') \gset
SELECT jobs.set_preferences(:org, accepts_dropshipping => false, actor => :'ann');
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, 'Hello', actor => %L)$$, :org, :'mia'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Request', 'Please', %s, actor => %L)$$, :service, :org, :'mia'));
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') = :conversation AS is_same;
SELECT jobs.reply_to_job(:mia_job2, 'Still there?', actor => :'mia') IS NOT NULL AS sent;
SELECT jobs.reply_to_job(:mia_job2, 'Sure', actor => :'ann') IS NOT NULL AS sent;
SELECT jobs.set_preferences(:org, accepts_dropshipping => true, actor => :'ann');

-- blocked: nobody writes, offers or asks
RESET SESSION AUTHORIZATION;
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try(format($$SELECT jobs.start_conversation(%s, 'Hello', actor => %L)$$, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.send_message(%s, 'Hello', actor => %L)$$, :conversation, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', 1, actor => %L)$$, :conversation, :service, :'ann'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Request', 'Please', %s, actor => %L)$$, :service, :org, :'max'));
RESET SESSION AUTHORIZATION;
UPDATE jobs.conversation SET is_blocked = false WHERE id = :conversation;

-- Plain INSERT
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'max');
SELECT regress.try(format('INSERT INTO jobs.conversation (organization_id, is_blocked) VALUES (%s, true)', :other_org));
INSERT INTO jobs.conversation (organization_id) VALUES (:other_org)
RETURNING merchant_id = :max_id AS is_max, id % 1024 = :other_org % 1024 AS id_has_slot, is_blocked;
SELECT regress.try(format('INSERT INTO jobs.conversation (organization_id) VALUES (%s)', :other_org));
SELECT regress.try('INSERT INTO jobs.conversation (organization_id) VALUES (1)');
SELECT regress.try('INSERT INTO jobs.conversation (organization_id) VALUES (NULL)');
SELECT regress.try(format('INSERT INTO jobs.conversation (organization_id, merchant_id) VALUES (%s, %s)', :org, :mia_id));
SELECT regress.try(format('INSERT INTO jobs.conversation (id, organization_id) VALUES (7, %s)', :org));
SELECT regress.try('UPDATE jobs.conversation SET created_at = created_at - interval ''1 day''');
SELECT regress.try('DELETE FROM jobs.conversation');
ROLLBACK;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('INSERT INTO jobs.conversation (organization_id, merchant_id) VALUES (%s, %s)', :other_org, :max_id));
ROLLBACK;
SELECT regress.try(format('INSERT INTO jobs.conversation (organization_id) VALUES (%s)', :other_org));
RESET SESSION AUTHORIZATION;
-- nobody moves one
SELECT regress.try(format('UPDATE jobs.conversation SET merchant_id = %s WHERE id = %s', :mia_id, :conversation));
SELECT regress.try(format('UPDATE jobs.conversation SET id = id + 1024 WHERE id = %s', :conversation));

-- A blocked conversation: nobody writes, offers, asks or accepts in it, by whatever path.
SELECT regress.job('conversation', 'responded') AS blocked_job \gset
SELECT conversation_id AS blocked FROM jobs.job WHERE id = :blocked_job \gset
SELECT jobs.send_proposal(:blocked, :service, 'Offer', 'Work', 1, actor => :'ann') AS offer \gset
UPDATE jobs.conversation SET is_blocked = true WHERE id = :blocked;
SELECT split_part(call, '(', 1), regress.try(format('SELECT jobs.%s, actor => %L)', call, actor))
FROM (VALUES (1, format('reply_to_job(%s, $$x$$', :blocked_job), :'ann'), (2, format('send_message(%s, $$x$$, 0', :blocked), :'max'),
	(3, format('start_conversation(%s, $$x$$', :org), :'max'), (4, format('send_proposal(%s, %s, $$x$$, $$x$$, 1', :blocked, :service), :'ann'),
	(5, format('accept_proposal(%s', :offer), :'max'), (6, format('request_job(%s, $$x$$, $$x$$, %s', :service, :org), :'max'),
	(7, format('complete_job(%s, $$Done$$', :blocked_job), :'ann'), (8, format('decline_proposal(%s', :offer), :'max'),
	(9, format('complete_job(%s', :blocked_job), :'ann')) c (n, call, actor)
ORDER BY n;
SELECT jobs.act_as(:'ann', false);
SELECT regress.try(format('INSERT INTO jobs.message (job_id, body) VALUES (%s, $$x$$)', :blocked_job));
SELECT regress.try(format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, $$x$$, $$x$$, 1)', :blocked, :service));
SELECT string_agg(a, ' ') FROM jobs.allowed_actions(:blocked_job) a;
SELECT regress.try(format('SELECT jobs.reactivate_job(%s)', :blocked_job));
-- and a member doesn't unblock it
SELECT regress.try(format('UPDATE jobs.conversation SET is_blocked = false WHERE id = %s', :blocked));
SELECT jobs.act_as('', false);
UPDATE jobs.conversation SET is_blocked = false WHERE id = :blocked;

-- plain INSERTs ask the preferences, and don't let anybody name another's side
SELECT jobs.set_preferences(:other_org, is_available => false);
SELECT jobs.act_as(:'max', false);
SELECT regress.try(format('INSERT INTO jobs.conversation (organization_id) VALUES (%s)', :other_org));
SELECT jobs.act_as('', false);
SELECT jobs.set_preferences(:other_org, is_available => true);
SELECT jobs.act_as(:'ann', false);
SELECT regress.try(format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, %I) VALUES (%s, %s, $$x$$, $$x$$, 1, %s)', name, :blocked, :service, value))
FROM (VALUES ('organization_id', :other_org), ('merchant_id', :mia_id)) v (name, value);
SELECT regress.try(format('INSERT INTO jobs.message (conversation_id, job_id, body, %I) VALUES (%s, 0, $$x$$, %s)', name, :blocked, value))
FROM (VALUES ('organization_id', :other_org), ('merchant_id', :mia_id)) v (name, value);
SELECT jobs.act_as('', false);
-- the operator asks for one merchant, with another's store
SELECT regress.try(format('INSERT INTO jobs.job (organization_id, merchant_id, store_id, service_id, title, description) VALUES (%s, %s, %s, %s, $$x$$, $$x$$)',
	:org, :max_id, :mia_store, :service));
