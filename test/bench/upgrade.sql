-- A million jobs of 500 organizations for 200 merchants, in 100,000 conversations of which one in ten is blocked, added
-- to a marketplace that was released. Rows are loaded as a restore does it, past triggers and foreign keys.
SET session_replication_role = replica;

INSERT INTO jobs.organization (id, name, slot)
SELECT (o + 1000) * 1024 + o, 'Organization ' || o, o
FROM pg_catalog.generate_series(10, 509) o;

INSERT INTO jobs.preferences (organization_id, notification_email)
SELECT (o + 1000) * 1024 + o, 'office@expert' || o || '.example.com'
FROM pg_catalog.generate_series(10, 509) o;

INSERT INTO jobs.merchant (id, name, email)
SELECT (m + 1000) * 1024, 'Merchant ' || m, 'owner@merchant' || m || '.example.com'
FROM pg_catalog.generate_series(0, 199) m;

INSERT INTO jobs.conversation (id, organization_id, merchant_id, is_blocked)
SELECT (o * 200 + m + 1000) * 1024 + o, (o + 1000) * 1024 + o, (m + 1000) * 1024, (o + m) % 10 = 0
FROM pg_catalog.generate_series(10, 509) o, pg_catalog.generate_series(0, 199) m;

INSERT INTO jobs.job (id, organization_id, merchant_id, conversation_id, request_id, origin, auto_rematch, service_id,
	title, description, budget, currency, status, created_at, respond_by, opened_at, first_response_at)
SELECT ((o * 200 + m) * 10 + j + 1000) * 1024 + o, (o + 1000) * 1024 + o, (m + 1000) * 1024, (o * 200 + m + 1000) * 1024 + o,
	((o * 200 + m) * 10 + j + 1000) * 1024, 'direct', false, 1024, 'Job ' || j, pg_catalog.repeat('what is to be done ', 15), 50,
	'USD', 'awaiting_response', pg_catalog.now() - interval '1 day', pg_catalog.now() + interval '2 days',
	pg_catalog.now() - interval '20 hours', pg_catalog.now() - interval '18 hours'
FROM pg_catalog.generate_series(10, 509) o, pg_catalog.generate_series(0, 199) m, pg_catalog.generate_series(0, 9) j;
