-- What operators write by plain SQL is judged as what the functions get.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
SELECT * FROM regress.directory('operator_sql') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS proposal \gset
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT jobs.current_actor();

-- currencies
SELECT currency, regress.try(format('INSERT INTO jobs.provided_service (organization_id, service_id, currency) VALUES (%s, %s, %L)', :org, :unprovided, currency)),
	regress.try(format('UPDATE jobs.provided_service SET currency = %L WHERE organization_id = %s', currency, :org)),
	regress.try(format('SELECT jobs.provide_service(%s, %s, currency => %L)', :org, :service, currency)),
	regress.try(format('SELECT count(*) FROM jobs.match_organizations(%s, currency => %L)', :service, currency))
FROM unnest(ARRAY['usd', 'US', 'USDX', 'U$D', ' USD', 'EUR', '']) currency; -- left out of a new row, it is USD
-- prices
SELECT change, regress.try(format('UPDATE jobs.provided_service SET %s WHERE organization_id = %s', change, :org))
FROM unnest(ARRAY['min_price = -1', 'min_price = ''NaN''', 'max_price = ''Infinity''', 'max_price = -0.01', 'min_price = 2, max_price = 1', 'min_price = 1, max_price = 1']) change;
-- texts
SELECT regress.mask(change), regress.try(format('UPDATE jobs.%s', change)) FROM unnest(ARRAY[
	format('organization SET name = '' '' WHERE id = %s', :org),
	format('organization SET name = E''a\nb'' WHERE id = %s', :org),
	format('organization SET name = repeat(''a'', 201) WHERE id = %s', :org),
	format('organization SET description = repeat(''a'', 20001) WHERE id = %s', :org),
	format('organization SET language = ''EN'' WHERE id = %s', :org),
	format('member SET email = ''nobody'' WHERE id = %s', :ann_id),
	format('member SET language = ''e'' WHERE id = %s', :ann_id),
	format('member SET email_scope = ''some'' WHERE id = %s', :ann_id),
	format('member SET name = '''' WHERE id = %s', :ann_id),
	format('merchant SET email = ''a b@x.example'' WHERE id = %s', :max_id),
	format('merchant SET name = E''\t'' WHERE id = %s', :max_id),
	format('merchant SET language = ''eng'' WHERE id = %s', :max_id),
	format('store SET name = '' '' WHERE id = %s', :store),
	format('store SET url = repeat(''a'', 2001) WHERE id = %s', :store),
	format('service SET name = '' '' WHERE id = %s', :service),
	format('preferences SET notification_email = ''x'' WHERE organization_id = %s', :org)]) change;

-- rows that aren't there, also for who sees all
SELECT regress.mask(call), regress.try('SELECT jobs.' || call) FROM unnest(ARRAY['add_store(1, ''Store'')', 'add_member(1, ''Member'', ''m@x.example'')',
	format('provide_service(1, %s)', :service), format('provide_service(%s, 1)', :org), format('withdraw_service(1, %s)', :service),
	format('withdraw_service(%s, 1)', :org), 'set_preferences(1, true)', 'set_email_scope(1, ''all'')', 'unblock_conversation(1)', 'retry_email(1)',
	'match_organizations(1)', format('match_organizations(%s, 1)', :service)]) call;

RESET SESSION AUTHORIZATION;

-- a statement that changes who acts while it writes
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price)
	VALUES (%s, %s, 'Offer', 'Work', 1) RETURNING jobs.act_as(%L)$$, :conversation, :service, who)) FROM unnest(ARRAY['', :'otto']) who;
SELECT regress.try(format($$INSERT INTO jobs.message (conversation_id, body) VALUES (%s, 'Text') RETURNING jobs.act_as(%L)$$, :conversation, who))
FROM unnest(ARRAY['', :'otto']) who;
SELECT count(*), (SELECT count(*) FROM jobs.message WHERE conversation_id = :conversation) FROM jobs.proposal WHERE conversation_id = :conversation;
COMMIT;
RESET SESSION AUTHORIZATION;
