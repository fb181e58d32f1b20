-- Proposals: sent, accepted for a store or for a new one, declined, withdrawn.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('proposal') \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT regress.mail('proposal');

SELECT jobs.send_proposal(:conversation, :service, 'Logo', 'Draw a logo', 99.50, 'EUR', actor => :'ann') AS logo \gset
SELECT jobs.send_proposal(:conversation, :service, 'Shop', 'Build a shop', 500, actor => :'bob') AS shop \gset
SELECT jobs.send_proposal(:conversation, :service, 'Ads', 'Run ads', 0, actor => :'ann') AS ads \gset
SELECT jobs.send_proposal(:conversation, :service, 'Photos', 'Take photos', 10, actor => :'ann') AS photos \gset
-- each by a message of its own kind, to the merchant
SELECT regress.mail('proposal');
BEGIN;
SELECT jobs.act_as(:'max');
SELECT p.title, p.work, p.price, p.currency, p.status, regress.who(p.sent_by), p.store_id, p.decided_at,
	m.body, m.job_id, regress.who(m.author), m.conversation_id = p.conversation_id
FROM jobs.proposal p JOIN jobs.message m ON m.proposal_id = p.id ORDER BY p.id;
COMMIT;

-- for a store: a job
SELECT jobs.accept_proposal(:logo, :store, actor => :'max') AS job \gset
SELECT regress.mail('proposal');
-- "New store": no job
SELECT jobs.accept_proposal(:shop, actor => :'max');
SELECT regress.mail('proposal');
SELECT jobs.decline_proposal(:ads, actor => :'max');
SELECT regress.mail('proposal');
SELECT jobs.withdraw_proposal(:photos, actor => :'bob');
SELECT regress.mail('proposal');
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT title, description, status, budget, currency, organization_id = :org, merchant_id = :max_id, store_id = :store,
	conversation_id = :conversation, proposal_id = :logo, request_id, service_id = :service,
	respond_by - created_at, due_at = respond_by, opened_at, first_response_at
FROM jobs.job WHERE id = :job;
SELECT title, status, store_id = :store AS for_store, decided_at IS NOT NULL AS decided FROM jobs.proposal ORDER BY id;
-- the pane: an accepted proposal is reached there, with or without a job
SELECT v.kind, v.title, v.status, v.job_id = :job AS has_job, m.body AS message
FROM jobs.proposals_and_jobs v LEFT JOIN jobs.message m ON m.id = v.message_id
WHERE v.conversation_id = :conversation ORDER BY v.kind, v.id;
COMMIT;
SELECT regress.history(:job);

-- once
SELECT title, p.n, regress.try(format(p.call, t.id, t.actor))
FROM (VALUES (1, 'SELECT jobs.accept_proposal(%s, actor => %L)'), (2, 'SELECT jobs.decline_proposal(%s, actor => %L)')) p (n, call),
	(VALUES ('Logo', :logo, :'max'), ('Shop', :shop, :'max'), ('Ads', :ads, :'max'), ('Photos', :photos, :'max')) t (title, id, actor)
ORDER BY title, n;
SELECT title, regress.try(format('SELECT jobs.withdraw_proposal(%s, actor => %L)', t.id, :'ann'))
FROM (VALUES ('Logo', :logo), ('Photos', :photos)) t (title, id);

-- whose turn it is, hidden and missing
SELECT jobs.send_proposal(:conversation, :service, 'Next', 'Work', 1, actor => :'ann') AS next \gset
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, actor => %L)', :next, :'ann'));
SELECT regress.try(format('SELECT jobs.decline_proposal(%s, actor => %L)', :next, :'ann'));
SELECT regress.try(format('SELECT jobs.withdraw_proposal(%s, actor => %L)', :next, :'max'));
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, actor => %L)', :next, :'mia'));
SELECT regress.try(format('SELECT jobs.decline_proposal(%s, actor => %L)', :next, :'mia'));
SELECT regress.try(format('SELECT jobs.withdraw_proposal(%s, actor => %L)', :next, :'otto'));
SELECT regress.try(format('SELECT jobs.withdraw_proposal(1, actor => %L)', :'otto'));
SELECT regress.try(format('SELECT jobs.accept_proposal(1, actor => %L)', :'max'));
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, %s, actor => %L)', :next, :mia_store, :'max'));
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, 1, actor => %L)', :next, :'max'));
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, 0, actor => %L)', :next, :'max'));
-- a hidden store comes before the wrong status
SELECT regress.try(format('SELECT jobs.accept_proposal(%s, %s, actor => %L)', :logo, :mia_store, :'max'));
SELECT regress.try(format('SELECT jobs.accept_proposal(%s)', :next));
SELECT regress.try(format('SELECT jobs.accept_proposal(NULL, actor => %L)', :'max'));

-- what may be offered, by whom
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', 1, actor => %L)$$, :conversation, :service, :'max'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', 1, actor => %L)$$, :conversation, :service, :'otto'));
SELECT regress.try(format($$SELECT jobs.send_proposal(1, %s, 'Offer', 'Work', 1, actor => %L)$$, :service, :'otto'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', 1, actor => %L)$$, :conversation, :unprovided, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, 1, 'Offer', 'Work', 1, actor => %L)$$, :conversation, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, '', 'Work', 1, actor => %L)$$, :conversation, :service, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, repeat('x', 201), 'Work', 1, actor => %L)$$, :conversation, :service, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', repeat('x', 20001), 1, actor => %L)$$, :conversation, :service, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', -1, actor => %L)$$, :conversation, :service, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', 'NaN', actor => %L)$$, :conversation, :service, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', NULL, actor => %L)$$, :conversation, :service, :'ann'));
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Offer', 'Work', 1, 'Euro', actor => %L)$$, :conversation, :service, :'ann'));

-- A repeated call
SELECT jobs.send_proposal(:conversation, :service, 'Once', 'Work', 1, client_key => '00000000-0000-0000-0000-000000000001', actor => :'ann') AS once \gset
SELECT jobs.withdraw_proposal(:once, actor => :'ann');
SELECT regress.state() AS before \gset
SELECT jobs.send_proposal(:conversation, :service, 'Once', 'Work', 1.00, client_key => '00000000-0000-0000-0000-000000000001', actor => :'bob') = :once AS is_first;
SELECT regress.state() = :'before' AS unchanged;
SELECT regress.try(format($$SELECT jobs.send_proposal(%s, %s, 'Once', 'Work', 2, client_key => '00000000-0000-0000-0000-000000000001', actor => %L)$$, :conversation, :service, :'ann'));

-- Plain SQL does the same.
SELECT count(*) FROM regress.mail('proposal');
BEGIN;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (:conversation, :service, 'Plain', 'Work', 5)
RETURNING status, currency, organization_id = :org, merchant_id = :max_id, regress.who(sent_by), id % 1024 = :org % 1024;
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (:conversation, :service, 'Plain new store', 'Work', 5),
	(:conversation, :service, 'Plain declined', 'Work', 5), (:conversation, :service, 'Plain withdrawn', 'Work', 5);
SELECT regress.mail('proposal');
UPDATE jobs.proposal SET status = 'withdrawn' WHERE title = 'Plain withdrawn';
SELECT regress.try($$UPDATE jobs.proposal SET status = 'accepted' WHERE title = 'Plain'$$);
SELECT regress.try($$UPDATE jobs.proposal SET price = 1 WHERE title = 'Plain'$$);
SELECT regress.try($$UPDATE jobs.proposal SET status = 'lost' WHERE title = 'Plain'$$);
SELECT regress.try($$UPDATE jobs.proposal SET status = NULL WHERE title = 'Plain'$$);
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, status) VALUES (%s, %s, 'X', 'X', 5, 'accepted')$$, :conversation, :service));
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, store_id) VALUES (%s, %s, 'X', 'X', 5, %s)$$, :conversation, :service, :store));
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, merchant_id) VALUES (%s, %s, 'X', 'X', 5, %s)$$, :conversation, :service, :mia_id));
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (1, %s, 'X', 'X', 5)$$, :service));
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, 'X', 'X', 5)$$, :conversation, :unprovided));
SELECT regress.try('DELETE FROM jobs.proposal');
SELECT jobs.act_as(:'max');
UPDATE jobs.proposal SET status = 'accepted', store_id = :store WHERE title = 'Plain';
UPDATE jobs.proposal SET status = 'accepted' WHERE title = 'Plain new store';
UPDATE jobs.proposal SET status = 'declined' WHERE title = 'Plain declined';
SELECT regress.mail('proposal');
SELECT title, status, decided_at IS NOT NULL, (SELECT count(*) FROM jobs.job j WHERE j.proposal_id = p.id) AS jobs
FROM jobs.proposal p WHERE title LIKE 'Plain%' ORDER BY id;
SELECT regress.try($$UPDATE jobs.proposal SET status = 'declined' WHERE title = 'Plain'$$);
SELECT regress.try($$UPDATE jobs.proposal SET status = 'sent' WHERE title = 'Plain'$$);
SELECT regress.try(format($$UPDATE jobs.proposal SET status = 'accepted', store_id = %s WHERE title = 'Next'$$, :mia_store));
SELECT regress.try(format($$UPDATE jobs.proposal SET status = 'accepted', store_id = 1 WHERE title = 'Next'$$));
SELECT regress.try(format($$UPDATE jobs.proposal SET status = 'accepted', store_id = %s WHERE title = 'Plain declined'$$, :mia_store));
SELECT regress.try(format($$UPDATE jobs.proposal SET store_id = %s WHERE title = 'Next'$$, :store));
SELECT regress.try(format($$UPDATE jobs.proposal SET status = 'declined', store_id = %s WHERE title = 'Next'$$, :store));
SELECT regress.try(format($$UPDATE jobs.proposal SET store_id = NULL WHERE title = 'Plain'$$));
ROLLBACK;
