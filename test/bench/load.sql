-- 10,000 jobs of 1,000 organizations for 1,000 merchants, each with two assignees and
-- answered once. Rows are loaded as a restore does it, past triggers and foreign keys.
-- Every id can be computed from the number of the job, so that pgbench can draw one.

SET session_replication_role = replica;

INSERT INTO jobs.service (id, name)
VALUES (1024, 'search engine optimization');

INSERT INTO jobs.organization (id, name, slot)
SELECT (o + 1) * 1024 + o + 1, 'Organization ' || o, o + 1
FROM pg_catalog.generate_series(0, 999) o;

INSERT INTO jobs.preferences (organization_id, notification_email)
SELECT (o + 1) * 1024 + o + 1, 'office@expert' || o || '.example.com'
FROM pg_catalog.generate_series(0, 999) o;

INSERT INTO jobs.member (id, organization_id, name, email)
SELECT (2 * o + k + 1) * 1024 + o + 1, (o + 1) * 1024 + o + 1, 'Member ' || k,
	'member' || k || '@expert' || o || '.example.com'
FROM pg_catalog.generate_series(0, 999) o, pg_catalog.generate_series(0, 1) k;

INSERT INTO jobs.provided_service (organization_id, service_id, min_price, max_price)
SELECT (o + 1) * 1024 + o + 1, 1024, 10, 100
FROM pg_catalog.generate_series(0, 999) o;

INSERT INTO jobs.merchant (id, name, email)
SELECT (m + 1) * 1024, 'Merchant ' || m, 'owner@merchant' || m || '.example.com'
FROM pg_catalog.generate_series(0, 999) m;

INSERT INTO jobs.store (id, merchant_id, name)
SELECT (m + 1) * 1024, (m + 1) * 1024, 'Store ' || m
FROM pg_catalog.generate_series(0, 999) m;

CREATE TEMPORARY TABLE pair AS
SELECT i, (i + 1) * 1024 + i % 1000 + 1 AS id, (i % 1000 + 1) * 1024 + i % 1000 + 1 AS organization_id,
	(2 * (i % 1000) + 1) * 1024 + i % 1000 + 1 AS member_id,
	((i + 7 * (i / 1000)) % 1000 + 1) * 1024 AS merchant_id
FROM pg_catalog.generate_series(0, 9999) i;

INSERT INTO jobs.conversation (id, organization_id, merchant_id, created_at)
SELECT id, organization_id, merchant_id, pg_catalog.now() - interval '1 day'
FROM pair
ORDER BY id;

INSERT INTO jobs.job (id, organization_id, merchant_id, store_id, conversation_id, request_id, origin,
	auto_rematch, service_id, title, description, budget, currency, status, created_at, respond_by, opened_at, first_response_at)
SELECT id, organization_id, merchant_id, merchant_id, id, i * 1024, 'direct',
	false, 1024, 'Job ' || i, pg_catalog.repeat('what is to be done ', 15), 50, 'USD', 'awaiting_response',
	pg_catalog.now() - interval '1 day', pg_catalog.now() + interval '2 days',
	pg_catalog.now() - interval '20 hours', pg_catalog.now() - interval '18 hours'
FROM pair
ORDER BY id;

INSERT INTO jobs.assignment (organization_id, job_id, member_id, assigned_by, assigned_at)
SELECT organization_id, id, member_id + k * 1024, 'member:' || member_id, pg_catalog.now() - interval '20 hours'
FROM pair, pg_catalog.generate_series(0, 1) k
ORDER BY id;

INSERT INTO jobs.message (id, organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
SELECT (k * 10000 + i + 1) * 1024 + i % 1000 + 1, organization_id, merchant_id, id, id,
	CASE k WHEN 0 THEN 'member:' || member_id ELSE 'merchant:' || merchant_id END,
	pg_catalog.repeat('said before ', 17), pg_catalog.now() - interval '18 hours'
FROM pair, pg_catalog.generate_series(0, 1) k
ORDER BY 1;

INSERT INTO jobs.event (id, organization_id, merchant_id, job_id, conversation_id, action, from_status, to_status,
	actor, occurred_at, details)
SELECT (k * 10000 + i + 1) * 1024 + i % 1000 + 1, organization_id, merchant_id, id, id, 'message',
	CASE k WHEN 0 THEN 'opened' ELSE 'responded' END,
	CASE k WHEN 0 THEN 'responded' ELSE 'awaiting_response' END,
	CASE k WHEN 0 THEN 'member:' || member_id ELSE 'merchant:' || merchant_id END,
	pg_catalog.now() - interval '18 hours',
	pg_catalog.jsonb_build_object('message_id', (k * 10000 + i + 1) * 1024 + i % 1000 + 1)
FROM pair, pg_catalog.generate_series(0, 1) k
ORDER BY 1;

DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY '{service,organization,member,merchant,store,conversation,job,message,event}'::text[]
	LOOP
		EXECUTE pg_catalog.format(
			'SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(''jobs.%1$I'', ''id''),
				(SELECT pg_catalog.max(id) / 1024 * 1024 FROM jobs.%1$I))', t);
	END LOOP;
END
$$;

-- What takes as long with statistics as without.
CREATE TABLE yardstick (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	body text NOT NULL
);
GRANT INSERT ON yardstick TO bench_app;
