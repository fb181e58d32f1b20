-- Why an organization is not matched: each condition, and all of them beside what matching finds.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('condition') \gset
SELECT jobs.provide_service(:org, :service, 50, 90, 'EUR');
SELECT jobs.create_merchant('Drop', 'drop@condition.example', is_dropshipper => true) AS drop_id \gset

-- all of them, in their order
SET LOCAL ROLE regress_jobs_operator;
SELECT * FROM jobs.why_not_matched(:org, :service);
SELECT * FROM jobs.why_not_matched(:org, :service, :drop_id, 60, 'EUR');
RESET ROLE;
-- what each says when it doesn't hold, and when there is nothing to say
SELECT * FROM jobs.why_not_matched(:org, :unprovided, budget => 1) WHERE condition IN ('provides_service', 'fits_budget');
SELECT detail, holds FROM unnest('{49.99,50,1000}'::numeric[]) b, jobs.why_not_matched(:org, :service, budget => b, currency => 'EUR') WHERE condition = 'fits_budget';
SELECT detail, holds FROM jobs.why_not_matched(:org, :service, budget => 60) WHERE condition = 'fits_budget';
SELECT detail, holds FROM jobs.why_not_matched(:other_org, :service, budget => 60) WHERE condition = 'fits_budget';
SELECT jobs.provide_service(:org, :service, max_price => 90, currency => 'EUR');
SELECT detail, holds FROM jobs.why_not_matched(:org, :service, budget => 1, currency => 'EUR') WHERE condition = 'fits_budget';
SELECT jobs.set_preferences(:org, is_available => false, is_listed => false, accepts_dropshipping => false);
SELECT * FROM jobs.why_not_matched(:org, :service, :drop_id) WHERE condition LIKE 'is_%' OR condition = 'accepts_dropshipping';
SELECT * FROM jobs.why_not_matched(:org, :service, :max_id) WHERE condition = 'accepts_dropshipping';
SELECT jobs.set_preferences(:org, is_available => true, is_listed => true, accepts_dropshipping => true);
SELECT regress.job('condition') AS job \gset
SELECT regress.mask(detail), holds FROM jobs.why_not_matched(:org, :service, :max_id) WHERE condition = 'conversation_open';
SELECT jobs.block_conversation(conversation_id, actor => :'max') FROM jobs.job WHERE id = :job;
SELECT regress.mask(detail), holds FROM jobs.why_not_matched(:org, :service, :max_id) WHERE condition = 'conversation_open';
SELECT detail, holds FROM jobs.why_not_matched(:org, :service, :mia_id) WHERE condition = 'conversation_open';
-- one that an operator wrote without preferences
INSERT INTO jobs.organization (name) VALUES ('Bare') RETURNING id AS bare \gset
SELECT * FROM jobs.why_not_matched(:bare, :service, :drop_id);

-- who may, and bad input
SELECT role, regress.try(format('SELECT count(*) FROM jobs.why_not_matched(%s, %s)', :org, :service)) FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
RESET ROLE;
SELECT regress.try(format('SELECT count(*) FROM jobs.why_not_matched(%s)', arguments))
FROM unnest(ARRAY['NULL, 1', '1, NULL', '1, ' || :'service', :'org' || ', 1', format('%s, %s, 1', :org, :service), format('%s, %s, 0', :org, :service),
	format('%s, %s, budget => -1', :org, :service), format('%s, %s, currency => $$euro$$', :org, :service), format('%s, %s, currency => NULL', :org, :service)]) arguments;
ROLLBACK;

-- Random organizations and questions: all conditions hold exactly where matching finds the organization.
BEGIN;
SELECT setseed(0.42);
SELECT * FROM regress.directory('conditions') \gset
CREATE TEMPORARY TABLE asked_for AS SELECT jobs.create_service('conditions ' || n) AS id, n FROM generate_series(1, 2) n;
CREATE TEMPORARY TABLE merchant AS SELECT jobs.create_merchant('M' || n, 'm@conditions.example', n % 2 = 0) AS id FROM generate_series(1, 4) n;
CREATE TEMPORARY TABLE random_organization AS
SELECT jobs.create_organization('O' || n, 'o@conditions.example') AS id FROM generate_series(1, 60) n;
SELECT count(jobs.set_preferences(id, random() < 0.8, random() < 0.8, random() < 0.5)) FROM random_organization;
SELECT count(jobs.provide_service(o.id, s.id, CASE WHEN random() < 0.6 THEN (random() * 100)::integer END, CASE WHEN random() < 0.6 THEN 100 + (random() * 100)::integer END,
	CASE WHEN random() < 0.8 THEN 'USD' ELSE 'EUR' END)) > 60
FROM random_organization o, asked_for s WHERE random() < 0.7;
DELETE FROM jobs.preferences WHERE organization_id IN (SELECT id FROM random_organization WHERE random() < 0.05);
SELECT count(jobs.start_conversation(o.id, 'Hello', actor => 'merchant:' || m.id)) > 10
FROM random_organization o JOIN jobs.preferences p ON organization_id = o.id, merchant m WHERE is_available AND random() < 0.3
	AND (accepts_dropshipping OR NOT (SELECT is_dropshipper FROM jobs.merchant x WHERE x.id = m.id));
UPDATE jobs.conversation SET is_blocked = true WHERE merchant_id IN (SELECT id FROM merchant) AND random() < 0.5;
CREATE TEMPORARY TABLE question AS
SELECT s.id AS service, CASE WHEN random() < 0.7 THEN m.id END AS merchant, CASE WHEN random() < 0.7 THEN (random() * 150)::integer END AS budget,
	CASE WHEN random() < 0.8 THEN 'USD' ELSE 'EUR' END AS currency
FROM asked_for s, merchant m, generate_series(1, 3);
CREATE TEMPORARY TABLE compared AS
SELECT q.*, o.id, w.holds, w.failing, w.conditions,
	o.id IN (SELECT organization_id FROM jobs.match_organizations(q.service, q.merchant, q.budget, q.currency, 1000)) AS found
FROM question q, random_organization o,
	LATERAL (SELECT bool_and(holds) AS holds, string_agg(condition, ' ') FILTER (WHERE NOT holds) AS failing, string_agg(condition, ' ') AS conditions
		FROM jobs.why_not_matched(o.id, q.service, q.merchant, q.budget, q.currency)) w;
SELECT count(*) AS compared, count(*) FILTER (WHERE found) > 100 AS found, count(*) FILTER (WHERE found <> holds) AS differ FROM compared;
SELECT DISTINCT conditions FROM compared;
-- each of them alone stands in the way of somebody
SELECT DISTINCT failing FROM compared WHERE failing NOT LIKE '% %' ORDER BY 1;
ROLLBACK;
