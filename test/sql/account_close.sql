-- Closing accounts and opening them again; removing stores.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('account_close') \gset
-- Ann & Bob's jobs for Max in every situation, with proposals; and one for Mia
CREATE TEMPORARY TABLE job_of AS
SELECT j AS job, s AS situation, n
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed,declined,expired,overdue_opened}'::text[]) WITH ORDINALITY s (s, n),
	LATERAL regress.job('account_close', s) j ORDER BY n;
SELECT job AS new FROM job_of WHERE situation = 'new' \gset
SELECT job AS completed FROM job_of WHERE situation = 'completed' \gset
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :new \gset
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS offer \gset
SELECT jobs.send_proposal(:conversation, :service, 'New store', 'Work', 1, actor => :'ann') AS new_store \gset
SELECT jobs.accept_proposal(:new_store, actor => :'max');
SELECT job_id AS mias FROM jobs.request_job(:service, 'Request', 'Please', :org, actor => :'mia') \gset
SELECT conversation_id AS mias_conversation FROM jobs.job WHERE id = :mias \gset
CREATE TEMPORARY VIEW ended AS
SELECT o.n, o.situation, j.status, d.declined_by, regress.who(d.actor) AS actor, d.reason, d.from_status
FROM (SELECT * FROM job_of UNION ALL SELECT :mias, 'Mia''s', 99) o JOIN jobs.job j ON j.id = o.job LEFT JOIN jobs.decline d ON d.job_id = j.id;

-- who may
SELECT regress.state() AS before \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT split_part(call, '(', 1), who, regress.try(format('SELECT jobs.%s, actor => %L)', call, actor))
FROM (VALUES (format('close_organization(%s', :org), 'otto', :'otto'), (format('close_organization(%s', :org), 'max', :'max'), (format('close_organization(%s', :org), 'nobody', ''),
	(format('close_merchant(%s', :max_id), 'mia', :'mia'), (format('close_merchant(%s', :max_id), 'ann', :'ann'), (format('remove_store(%s', :store), 'mia', :'mia'), (format('remove_store(%s', :store), 'ann', :'ann')) c (call, who, actor);
SELECT regress.try(format('SELECT jobs.%s(NULL, actor => %L)', call, :'ann')), regress.try(format('SELECT jobs.%s(1, actor => %L)', call, actor))
FROM (VALUES ('close_organization', :'ann'), ('close_merchant', :'max'), ('remove_store', :'max')) c (call, actor);
SELECT regress.try(format('SELECT jobs.reopen_organization(%s)', :org));
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT regress.try(format('SELECT jobs.reopen_organization(%s, actor => %L)', :org, :'ann')), regress.try(format('SELECT jobs.reopen_merchant(%s, actor => %L)', :max_id, :'max'));
SELECT regress.try(format('SELECT jobs.reopen_organization(%s, actor => %L)', :org, :'otto')), regress.try(format('SELECT jobs.reopen_merchant(%s, actor => %L)', :max_id, :'mia'));
-- what is open stays open
SELECT jobs.reopen_organization(:org), jobs.reopen_merchant(:max_id);
RESET SESSION AUTHORIZATION;
SELECT regress.state() = :'before' AS unchanged;

-- Ann closes her organization
BEGIN;
SELECT count(*) >= 0 FROM regress.mail('account_close');
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.close_organization(:org, actor => :'ann');
RESET SESSION AUTHORIZATION;
SELECT situation, status, declined_by, actor, reason, from_status FROM ended ORDER BY n;
SELECT status, regress.who(decided_by) FROM jobs.proposal WHERE id IN (:offer, :new_store) ORDER BY id;
SELECT action, regress.who(actor), organization_id = :org, merchant_id, details FROM jobs.event WHERE conversation_id IS NULL ORDER BY id DESC LIMIT 1;
SELECT regress.mail('account_close');
-- once more: the same
SELECT regress.state() AS closed \gset
SELECT jobs.close_organization(:org, actor => :'ann'), jobs.close_organization(:org, actor => :'bob'), jobs.close_organization(:org);
SELECT regress.state() = :'closed' AS unchanged;
-- nothing is written by it or to it any more
SELECT split_part(call, '(', 1), who, regress.try(format('SELECT jobs.%s, actor => %L)', call, CASE who WHEN 'ann' THEN :'ann' ELSE :'max' END))
FROM (VALUES (1, format('send_message(%s, $$x$$, 0', :conversation), 'ann'), (2, format('reply_to_job(%s, $$x$$', :completed), 'ann'), (3, format('update_organization(%s, $$x$$', :org), 'ann'),
	(4, format('add_member(%s, $$x$$, $$x@x.example$$', :org), 'ann'), (5, format('deactivate_member(%s', :ann_id), 'ann'), (6, format('assign_self(%s', :completed), 'ann'),
	(7, format('send_message(%s, $$x$$, 0', :conversation), 'max'), (8, format('reply_to_job(%s, $$x$$', :completed), 'max'), (9, format('start_conversation(%s, $$x$$', :org), 'max'),
	(10, format('request_job(%s, $$x$$, $$x$$, %s', :service, :org), 'max'), (11, format('reject_completion(%s', :completed), 'max'), (12, format('accept_proposal(%s', :offer), 'max'),
	(13, format('request_job(%s, $$x$$, $$x$$', :service), 'max')) c (n, call, who) ORDER BY n;
SELECT who, string_agg(a, ' ') FROM (VALUES ('ann', :'ann'), ('max', :'max')) w (who, actor) LEFT JOIN LATERAL jobs.allowed_actions(:completed, actor => actor) a ON true GROUP BY who ORDER BY who;
SELECT who, string_agg(a, ' ') FROM (VALUES ('ann', :'ann'), ('max', :'max')) w (who, actor) LEFT JOIN LATERAL jobs.conversation_actions(:conversation, actor => actor) a ON true GROUP BY who ORDER BY who;
-- by plain SQL neither
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (%s, 0, $$x$$)', :conversation)), regress.try(format('UPDATE jobs.organization SET name = $$x$$ WHERE id = %s', :org));
-- it reads what it has, and its events
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT count(*) FROM jobs.job_list;
RESET SESSION AUTHORIZATION;
SELECT jobs.act_as(:'max');
SELECT regress.try(format('INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (%s, 0, $$x$$)', :conversation));
SELECT count(*) FROM jobs.job_list WHERE organization_name = 'Ann & Bob';
SELECT jobs.act_as('');
-- what settles goes on
SELECT jobs.confirm_completion(:completed, actor => :'max'), jobs.review_job(:completed, 5, 5, actor => :'max') IS NOT NULL;
-- it is not found or matched
SELECT count(*) FROM jobs.match_organizations(:service) WHERE organization_id = :org;
SELECT count(*) FROM jobs.search_organizations('Ann', :service) UNION ALL SELECT count(*) FROM jobs.search_organizations(NULL, :service) WHERE organization_id = :org;
SELECT jobs.act_as(:'otto');
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT count(*) FROM jobs.organization WHERE id = :org;
RESET SESSION AUTHORIZATION;
SELECT jobs.act_as('');
-- the operator opens it again; what ended stays so
SELECT jobs.reopen_organization(:org);
SELECT status FROM jobs.job WHERE id = :new;
SELECT action, regress.who(actor) FROM jobs.event WHERE conversation_id IS NULL ORDER BY id DESC LIMIT 1;
SELECT jobs.send_message(:conversation, 'Hello again', 0, actor => :'ann') IS NOT NULL, jobs.send_message(:conversation, 'Hello again', 0, actor => :'max') IS NOT NULL;
SELECT count(*) FROM jobs.match_organizations(:service) WHERE organization_id = :org;
ROLLBACK;

-- Max closes his account: his jobs are declined by the merchant, and so is the proposal; Mia's goes on
BEGIN;
SELECT count(*) >= 0 FROM regress.mail('account_close');
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.close_merchant(:max_id, actor => :'max');
RESET SESSION AUTHORIZATION;
SELECT situation, status, declined_by, actor, reason, from_status FROM ended ORDER BY n;
SELECT status, regress.who(decided_by) FROM jobs.proposal WHERE id IN (:offer, :new_store) ORDER BY id;
SELECT regress.mail('account_close');
SELECT jobs.close_merchant(:max_id, actor => :'max');
SELECT split_part(call, '(', 1), who, regress.try(format('SELECT jobs.%s, actor => %L)', call, CASE who WHEN 'ann' THEN :'ann' ELSE :'max' END))
FROM (VALUES (1, format('send_message(%s, $$x$$, 0', :conversation), 'ann'), (2, format('send_proposal(%s, %s, $$x$$, $$x$$, 1', :conversation, :service), 'ann'), (3, format('reply_to_job(%s, $$x$$', :completed), 'ann'),
	(4, format('request_job(%s, $$x$$, $$x$$, %s', :service, :org), 'max'), (5, format('confirm_completion(%s', :completed), 'max'), (6, format('add_store(%s, $$x$$', :max_id), 'max'),
	(7, format('start_conversation(%s, $$x$$', :org), 'max'), (8, format('request_review(%s', :new_store), 'ann')) c (n, call, who) ORDER BY n;
SELECT jobs.act_as(:'max');
SELECT count(*) > 0 FROM jobs.job_list;
SELECT regress.try(format('UPDATE jobs.merchant SET name = $$x$$ WHERE id = %s', :max_id)), regress.try(format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (%s, %s, $$x$$, $$x$$)', :org, :service));
SELECT jobs.act_as('');
SELECT jobs.reopen_merchant(:max_id);
SELECT jobs.send_message(:conversation, 'Hello again', 0, actor => :'max') IS NOT NULL;
ROLLBACK;

-- The operator closes them: in the name of the side, and the system did it
BEGIN;
SELECT jobs.close_organization(:org);
SELECT DISTINCT status, declined_by, actor, reason FROM ended WHERE reason = 'account_closed';
SELECT status, regress.who(decided_by) FROM jobs.proposal WHERE id = :offer;
ROLLBACK;
BEGIN;
SELECT jobs.close_merchant(:max_id);
SELECT DISTINCT status, declined_by, actor, reason FROM ended WHERE reason = 'account_closed';
SELECT status, regress.who(decided_by) FROM jobs.proposal WHERE id = :offer;
ROLLBACK;
SELECT regress.state() = :'before' AS unchanged;

-- A job that an expert's closing declines is rematched as any other; one of a merchant who is closed is not
BEGIN;
SELECT jobs.provide_service(:other_org, :service, actor => :'otto');
SELECT jobs.set_preferences(:org, is_listed => true), jobs.set_preferences(:other_org, is_listed => false);
SELECT request_id AS request, job_id AS matched FROM jobs.request_job(:service, 'Matched', 'Please', max_matches => 1, auto_rematch => true, actor => :'mia') \gset
SELECT asked.organization_id = :org FROM jobs.job asked WHERE id = :matched;
SELECT jobs.set_preferences(:other_org, is_listed => true);
SELECT jobs.close_organization(:org, actor => :'ann');
SELECT status, organization_id = :other_org, origin FROM jobs.job WHERE request_id = :request ORDER BY id;
ROLLBACK;

-- A removed store: no new job is for it, and old ones keep its name
SELECT jobs.send_proposal(:conversation, :service, 'For a store', 'Work', 1, actor => :'ann') AS for_store \gset
BEGIN;
SELECT jobs.remove_store(:store, actor => :'max');
SELECT removed_at IS NOT NULL FROM jobs.store WHERE id = :store;
SELECT action, regress.who(actor), organization_id, merchant_id = :max_id, details = jsonb_build_object('store_id', :store) FROM jobs.event ORDER BY id DESC LIMIT 1;
SELECT regress.state() AS removed \gset
SELECT jobs.remove_store(:store, actor => :'max'), jobs.remove_store(:store);
SELECT regress.try(format('SELECT jobs.%s, actor => %L)', call, :'max'))
FROM unnest(ARRAY[format('accept_proposal(%s, %s', :for_store, :store), format('request_job(%s, $$x$$, $$x$$, %s, %s', :service, :org, :store), format('request_job(%s, $$x$$, $$x$$, store_id => %s', :service, :store)]) call;
SELECT jobs.act_as(:'max');
SELECT regress.try(format('UPDATE jobs.proposal SET status = $$accepted$$, store_id = %s WHERE id = %s', :store, :for_store)),
	regress.try(format('INSERT INTO jobs.job (organization_id, service_id, store_id, title, description) VALUES (%s, %s, %s, $$x$$, $$x$$)', :org, :service, :store));
SELECT count(DISTINCT store_name) FROM jobs.job_list WHERE store_name IS NOT NULL;
SELECT jobs.act_as('');
SELECT regress.state() = :'removed' AS unchanged;
SELECT jobs.accept_proposal(:for_store, actor => :'max');
ROLLBACK;
