-- 1,000,000 jobs of 1,000 organizations for 1,000 merchants, each with an assignee and a
-- message; and an organization and a merchant without any. Loaded as load.sql does it.

SET session_replication_role = replica;

INSERT INTO jobs.service (id, name)
VALUES (1024, 'search engine optimization');

INSERT INTO jobs.organization (id, name, slot)
SELECT (o + 1) * 1024 + o % 1000 + 1, 'Organization ' || o, o % 1000 + 1
FROM pg_catalog.generate_series(0, 1000) o;

INSERT INTO jobs.preferences (organization_id, notification_email)
SELECT id, 'office@expert' || id || '.example.com'
FROM jobs.organization;

INSERT INTO jobs.member (id, organization_id, name, email)
SELECT id, id, 'Member', 'member@expert' || id || '.example.com'
FROM jobs.organization;

INSERT INTO jobs.merchant (id, name, email)
SELECT (m + 1) * 1024, 'Merchant ' || m, 'owner@merchant' || m || '.example.com'
FROM pg_catalog.generate_series(0, 1000) m;

INSERT INTO jobs.store (id, merchant_id, name)
SELECT id, id, 'Store of ' || name
FROM jobs.merchant;

CREATE TEMPORARY TABLE pair AS
SELECT i, (i + 1) * 1024 + i % 1000 + 1 AS id, (i % 1000 + 1) * 1024 + i % 1000 + 1 AS organization_id,
	((i + 7 * (i / 1000)) % 1000 + 1) * 1024 AS merchant_id
FROM pg_catalog.generate_series(0, 999999) i;

INSERT INTO jobs.conversation (id, organization_id, merchant_id, created_at)
SELECT id, organization_id, merchant_id, pg_catalog.now() - interval '1 day'
FROM pair
ORDER BY id;

INSERT INTO jobs.job (id, organization_id, merchant_id, store_id, conversation_id, request_id, origin,
	auto_rematch, service_id, title, description, budget, currency, status, created_at, respond_by, opened_at, first_response_at)
SELECT id, organization_id, merchant_id, merchant_id, id, i * 1024, 'direct',
	false, 1024, 'Job ' || i, pg_catalog.repeat('what is to be done ', 15), 50, 'USD', 'responded',
	pg_catalog.now() - interval '1 day', pg_catalog.now() + interval '2 days',
	pg_catalog.now() - interval '20 hours', pg_catalog.now() - interval '18 hours'
FROM pair
ORDER BY id;

INSERT INTO jobs.assignment (organization_id, job_id, member_id, assigned_by, assigned_at)
SELECT organization_id, id, organization_id, 'member:' || organization_id, pg_catalog.now() - interval '20 hours'
FROM pair
ORDER BY id;

INSERT INTO jobs.message (id, organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
SELECT id, organization_id, merchant_id, id, id, 'member:' || organization_id,
	pg_catalog.repeat('said before ', 17), pg_catalog.now() - interval '18 hours'
FROM pair
ORDER BY id;
