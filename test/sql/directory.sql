-- Organizations, members, services, preferences, merchants, stores.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('directory') \gset

-- Sign-up: nobody acts.
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.current_actor() = '' AS nobody;
SELECT jobs.create_organization('New & Co', 'desk@new.example', 'We do it all.', 'de') AS new_org \gset
SELECT jobs.add_member(:new_org, 'Nora', 'nora@new.example', 'de') AS nora \gset
SELECT jobs.create_merchant('Nick', 'nick@new.example', true, 'de') AS nick \gset
-- the second member is for the first to add; for others the organization isn't there
SELECT regress.try(format($$SELECT jobs.add_member(%s, 'Eve', 'eve@new.example')$$, :new_org));
SELECT regress.try($$SELECT jobs.add_member(1, 'Eve', 'eve@new.example')$$);
SELECT regress.try(format($$SELECT jobs.add_member(%s, 'Eve', 'eve@new.example', actor => %L)$$, :new_org, :'ann'));
SELECT regress.try(format($$SELECT jobs.add_member(%s, 'Eve', 'eve@new.example', actor => %L)$$, :new_org, :'max'));
SELECT jobs.add_member(:new_org, 'Ned', 'ned@new.example', actor => 'member:' || :nora) > :nora AS added;
-- who acts doesn't sign up
SELECT regress.try(format($$SELECT jobs.create_organization('X', 'x@x.example', actor => %L)$$, :'ann'));
SELECT regress.try(format($$SELECT jobs.create_organization('X', 'x@x.example', actor => %L)$$, :'max'));
SELECT regress.try(format($$SELECT jobs.create_merchant('X', 'x@x.example', actor => %L)$$, :'ann'));
RESET SESSION AUTHORIZATION;
SELECT o.name, o.description, o.language, p.is_available, p.is_listed, p.accepts_dropshipping, p.notification_email
FROM jobs.organization o JOIN jobs.preferences p ON p.organization_id = o.id WHERE o.id = :new_org;
SELECT name, email, language, email_scope, is_active FROM jobs.member WHERE organization_id = :new_org ORDER BY id;
SELECT name, email, language, is_dropshipper FROM jobs.merchant WHERE id = :nick;

-- services are the operator's
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try($$SELECT jobs.create_service('Directory service')$$);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT jobs.create_service('Directory service') AS service2 \gset
SELECT regress.try($$SELECT jobs.create_service('Directory service')$$);
SELECT regress.try(format($$SELECT jobs.create_service('Mine', actor => %L)$$, :'ann'));
RESET SESSION AUTHORIZATION;

SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.provide_service(:new_org, :service2, 10, 20, 'EUR', actor => 'member:' || :nora);
SELECT jobs.provide_service(:new_org, :service, actor => 'member:' || :nora);
SELECT service_id = :service2 AS is_second, min_price, max_price, currency FROM jobs.provided_service WHERE organization_id = :new_org ORDER BY service_id;
-- again: other prices
SELECT jobs.provide_service(:new_org, :service2, 15, actor => 'member:' || :nora);
SELECT min_price, max_price, currency FROM jobs.provided_service WHERE organization_id = :new_org AND service_id = :service2;
SELECT regress.try(format('SELECT jobs.provide_service(%s, 1, actor => %L)', :new_org, 'member:' || :nora));
SELECT regress.try(format('SELECT jobs.provide_service(%s, %s, 20, 10, actor => %L)', :new_org, :service2, 'member:' || :nora));
SELECT regress.try(format('SELECT jobs.provide_service(%s, %s, -1, actor => %L)', :new_org, :service2, 'member:' || :nora));
SELECT regress.try(format('SELECT jobs.provide_service(%s, %s, $$NaN$$, actor => %L)', :new_org, :service2, 'member:' || :nora));
SELECT regress.try(format('SELECT jobs.provide_service(%s, %s, currency => $$eur$$, actor => %L)', :new_org, :service2, 'member:' || :nora));
SELECT jobs.withdraw_service(:new_org, :service, actor => 'member:' || :nora);
-- the notice has numbers, which differ
SET client_min_messages = warning;
SELECT regress.try(format('SELECT jobs.withdraw_service(%s, %s, actor => %L)', :new_org, service, 'member:' || :nora)) FROM unnest(ARRAY[:service, 1]) service;
RESET client_min_messages;
SELECT count(*) FROM jobs.provided_service WHERE organization_id = :new_org;

-- Preferences: NULL leaves one as it is.
SELECT jobs.set_preferences(:new_org, is_listed => false, actor => 'member:' || :nora);
BEGIN;
SELECT jobs.act_as('member:' || :nora);
SELECT is_available, is_listed, accepts_dropshipping, notification_email FROM jobs.preferences;
SELECT jobs.set_preferences(:new_org, false, true, false, 'Office@new.example');
SELECT is_available, is_listed, accepts_dropshipping, notification_email FROM jobs.preferences;
SELECT jobs.set_preferences(:new_org, true, false, true);
SELECT is_available, is_listed, accepts_dropshipping, notification_email FROM jobs.preferences;
COMMIT;
SELECT regress.try(format('SELECT jobs.set_preferences(%s, true, actor => %L)', :new_org, :'ann'));
SELECT regress.try(format('SELECT jobs.set_preferences(%s, true, actor => %L)', 1, :'ann'));
SELECT regress.try(format('SELECT jobs.set_preferences(%s, true, actor => %L)', :new_org, :'max'));
SELECT regress.try(format('SELECT jobs.set_preferences(%s, true)', :new_org));
SELECT regress.try(format('SELECT jobs.set_preferences(%s, notification_email => %L, actor => %L)', :new_org, 'no address', 'member:' || :nora));
SELECT regress.try(format('SELECT jobs.set_preferences(NULL, true, actor => %L)', 'member:' || :nora));

-- which e-mail a member wants: for that member alone, and the operator
SELECT jobs.set_email_scope(:nora, 'messages', actor => 'member:' || :nora);
SELECT jobs.set_email_scope(:nora, 'messages', actor => 'member:' || :nora);
SELECT regress.try(format('SELECT jobs.set_email_scope(%s, $$none$$, actor => %L)', :ann_id, :'bob'));
SELECT regress.try(format('SELECT jobs.set_email_scope(%s, $$none$$, actor => %L)', :ann_id, :'otto'));
SELECT regress.try(format('SELECT jobs.set_email_scope(1, $$none$$, actor => %L)', :'ann'));
SELECT regress.try(format('SELECT jobs.set_email_scope(%s, $$none$$, actor => %L)', :ann_id, :'max'));
SELECT regress.try(format('SELECT jobs.set_email_scope(%s, $$none$$, actor => %L)', :gone_id, :'gone'));
SELECT regress.try(format('SELECT jobs.set_email_scope(%s, $$none$$)', :ann_id));
SELECT regress.try(format('SELECT jobs.set_email_scope(NULL, $$none$$, actor => %L)', :'ann'));
SELECT regress.try(format('SELECT jobs.set_email_scope(%s, NULL, actor => %L)', :ann_id, :'ann'));
SELECT regress.try(format('SELECT jobs.set_email_scope(%s, $$None$$, actor => %L)', :ann_id, :'bob'));
RESET SESSION AUTHORIZATION;
SELECT name, email_scope FROM jobs.member WHERE organization_id = :new_org ORDER BY id;
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT jobs.set_email_scope(:nora, 'none'), jobs.set_email_scope(:gone_id, 'none');
SELECT regress.try('SELECT jobs.set_email_scope(1, $$none$$)');
SELECT regress.try(format('UPDATE jobs.member SET email_scope = $$some$$ WHERE id = %s', :nora));
SELECT regress.try(format('UPDATE jobs.member SET email_scope = NULL WHERE id = %s', :nora));
RESET SESSION AUTHORIZATION;
SELECT name, email_scope FROM jobs.member WHERE id IN (:nora, :gone_id, :ann_id, :bob_id) ORDER BY name;
SET SESSION AUTHORIZATION regress_jobs_app;

-- stores
SELECT jobs.add_store(:nick, 'Nick store', 'https://nick.example', actor => 'merchant:' || :nick) IS NOT NULL AS added;
SELECT regress.try(format($$SELECT jobs.add_store(%s, 'Mine', actor => %L)$$, :nick, :'max'));
SELECT regress.try(format($$SELECT jobs.add_store(1, 'Mine', actor => %L)$$, :'max'));
SELECT regress.try(format($$SELECT jobs.add_store(%s, 'Mine', actor => %L)$$, :nick, :'ann'));
SELECT regress.try(format($$SELECT jobs.add_store(%s, 'Mine')$$, :nick));

-- Plain INSERT and UPDATE are the operator's.
SELECT regress.try($$INSERT INTO jobs.merchant (name, email) VALUES ('X', 'x@x.example')$$);
SELECT regress.try('UPDATE jobs.preferences SET is_available = false');
RESET SESSION AUTHORIZATION;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.try($$INSERT INTO jobs.merchant (name, email) VALUES ('X', 'x@x.example')$$);
SELECT regress.try(format('UPDATE jobs.preferences SET is_available = true WHERE organization_id = %s', :org));
COMMIT;
INSERT INTO jobs.organization (name) VALUES ('Plain') RETURNING id % 1024 = slot AS id_has_slot, language, id AS plain_org \gset
\echo :id_has_slot :language
INSERT INTO jobs.preferences (organization_id, notification_email) VALUES (:plain_org, 'plain@x.example');
INSERT INTO jobs.member (id, organization_id, name, email) VALUES (NULL, :plain_org, 'Pia', 'pia@x.example')
RETURNING id % 1024 = :plain_org % 1024 AS id_has_slot, language, email_scope, is_active;
INSERT INTO jobs.merchant (name, email) VALUES ('Paul', 'paul@x.example') RETURNING id % 1024 AS slot, is_dropshipper, id AS paul \gset
\echo :slot :is_dropshipper
INSERT INTO jobs.store (merchant_id, name) VALUES (:paul, 'Paul store') RETURNING id % 1024 AS slot;
INSERT INTO jobs.service (name) VALUES ('Plain service') RETURNING id % 1024 AS slot;
SELECT regress.try($$INSERT INTO jobs.organization (name) VALUES (' ')$$);
SELECT regress.try($$INSERT INTO jobs.organization (name, slot) VALUES ('X', 1000)$$);
SELECT regress.try($$INSERT INTO jobs.merchant (name, email) VALUES ('X', 'nonsense')$$);
SELECT regress.try($$INSERT INTO jobs.merchant (name, email, language) VALUES ('X', 'x@x.example', 'English')$$);
SELECT regress.try(format($$UPDATE jobs.merchant SET email = 'Paul <paul@x.example>' WHERE id = %s$$, :paul));
SELECT regress.try(format('UPDATE jobs.merchant SET id = id + 1 WHERE id = %s', :paul));
SELECT regress.try(format('UPDATE jobs.member SET organization_id = %s WHERE organization_id = %s', :org, :plain_org));
SELECT regress.try(format('UPDATE jobs.organization SET slot = slot + 1 WHERE id = %s', :plain_org));
SELECT regress.try(format($$UPDATE jobs.organization SET name = 'Plain & Sons' WHERE id = %s$$, :plain_org));

-- A role that acts for one person alone signs nobody up.
SELECT jobs.create_organization('Fresh', 'fresh@x.example') AS fresh \gset
SET ROLE regress_jobs_bound;
SELECT regress.try(format('SELECT jobs.add_member(%s, $$Eve$$, $$eve@x.example$$)', :fresh));
RESET ROLE;
-- What never changes is refused, NULL too.
SELECT regress.try(format('UPDATE jobs.organization SET slot = NULL WHERE id = %s', :fresh));
SELECT regress.try(format('UPDATE jobs.member SET organization_id = NULL WHERE id = %s', :ann_id));
-- A member who is gone deals with nobody.
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT jobs.display_name(:'bob');
SELECT set_config('session_replication_role', 'replica', true) IS NOT NULL;
SAVEPOINT present;
UPDATE jobs.member SET is_active = false WHERE id = :ann_id;
SELECT jobs.display_name(:'bob') IS NULL AS is_hidden;
ROLLBACK TO present;
SELECT jobs.display_name(:'bob');
UPDATE jobs.member SET is_active = false WHERE id = :ann_id;
SELECT jobs.display_name(:'bob') IS NULL AS is_hidden;
SELECT jobs.act_as(:'otto');
SELECT jobs.display_name(:'otto'), jobs.display_name(:'bob') IS NULL AS is_hidden;
ROLLBACK;
