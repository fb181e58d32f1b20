-- A marketplace of :jobs jobs, of which the last :due are overdue. Loaded as load.sql does it.
--
-- Who has how many is skewed by Zipf's law: organizations and services with the exponent 1, merchants
-- with 1/2. The rank in each is drawn by the number of the job and the :seed, times a constant of its
-- own, modulo 2^32: so one seed makes the same marketplace each time, and pgbench/draw_market.sql finds
-- the ids of a job by its number. Rank 1 has the most jobs. There is an organization and a merchant more, which have none.
--
-- A fifth of the jobs has been answered and waits for the next answer, the others are at all stages. A
-- job that was answered has two assignees and two messages. Each has its history.

SET session_replication_role = replica;
SET work_mem = '256MB';
SET maintenance_work_mem = '1GB';

INSERT INTO jobs.service (id, name)
SELECT s * 1024, 'work of kind ' || s
FROM pg_catalog.generate_series(1, 40) s;

INSERT INTO jobs.organization (id, name, slot)
SELECT (o + 1) * 1024 + o % 1000 + 1, 'Organization ' || o, o % 1000 + 1
FROM pg_catalog.generate_series(0, :organizations) o;

INSERT INTO jobs.preferences (organization_id, notification_email)
SELECT (o + 1) * 1024 + o % 1000 + 1, 'office@expert' || o || '.example.com'
FROM pg_catalog.generate_series(0, :organizations) o;

INSERT INTO jobs.member (id, organization_id, name, email)
SELECT (2 * o + k + 1) * 1024 + o % 1000 + 1, (o + 1) * 1024 + o % 1000 + 1, 'Member ' || k,
	'member' || k || '@expert' || o || '.example.com'
FROM pg_catalog.generate_series(0, :organizations) o, pg_catalog.generate_series(0, 1) k;

INSERT INTO jobs.merchant (id, name, email)
SELECT (m + 1) * 1024, 'Merchant ' || m, 'owner@merchant' || m || '.example.com'
FROM pg_catalog.generate_series(0, :merchants) m;

INSERT INTO jobs.store (id, merchant_id, name)
SELECT (m + 1) * 1024, (m + 1) * 1024, 'Store of merchant ' || m
FROM pg_catalog.generate_series(0, :merchants) m;

-- the shares in which a job comes, from 0 to 1
CREATE TEMPORARY TABLE drawn AS
SELECT i, ((i + :seed) * 2654435761 % 4294967296)::float8 / 4294967296 AS by_organization,
	((i + :seed) * 2246822519 % 4294967296)::float8 / 4294967296 AS by_merchant,
	((i + :seed) * 3266489917 % 4294967296)::float8 / 4294967296 AS by_service
FROM pg_catalog.generate_series(0, :jobs::bigint - 1) i;

CREATE TEMPORARY TABLE placed AS
SELECT i, least(greatest((pg_catalog.exp(by_organization * pg_catalog.ln(:organizations::float8 + 1)) - 0.5)::bigint, 1), :organizations) - 1 AS o,
	least(greatest((pg_catalog.power(1 + by_merchant * (pg_catalog.sqrt(:merchants::float8 + 1) - 1), 2) - 0.5)::bigint, 1), :merchants) AS m,
	least(greatest((pg_catalog.exp(by_service * pg_catalog.ln(41::float8)) - 0.5)::bigint, 1), 40) * 1024 AS service_id,
	CASE
		WHEN i >= :jobs - :due THEN 'new'
		WHEN i % 5 = 0 THEN 'awaiting_response'
		WHEN i % 50 = 1 THEN 'new'
		WHEN i % 50 = 2 THEN 'opened'
		WHEN i % 50 IN (3, 4) THEN 'responded'
		WHEN i % 50 = 6 THEN 'inactive'
		WHEN i % 50 IN (7, 8, 9, 11) THEN 'declined'
		WHEN i % 50 IN (12, 13, 14, 16) THEN 'expired'
		ELSE 'completed'
	END AS status,
	pg_catalog.now() - interval '80 hours' - (:jobs - i) * (interval '700 days' / :jobs) AS created_at
FROM drawn;
DROP TABLE drawn;

CREATE TEMPORARY TABLE made AS
SELECT p.*, (i + 1) * 1024 + o % 1000 + 1 AS id, (o + 1) * 1024 + o % 1000 + 1 AS organization_id,
	m * 1024 AS merchant_id, (2 * o + 1) * 1024 + o % 1000 + 1 AS member_id,
	pg_catalog.min((i + 1) * 1024 + o % 1000 + 1) OVER (PARTITION BY o, m) AS conversation_id,
	status IN ('awaiting_response', 'responded', 'inactive', 'completed') AS is_answered,
	CASE WHEN status IN ('new', 'opened') THEN CASE WHEN i >= :jobs - :due THEN pg_catalog.now() - interval '1 hour' + i * interval '1 ms'
		ELSE pg_catalog.now() + interval '30 hours' + i % 40 * interval '1 hour' END END AS due_at
FROM placed p;
DROP TABLE placed;

INSERT INTO jobs.provided_service (organization_id, service_id, min_price, max_price)
SELECT DISTINCT organization_id, service_id, 10, 100
FROM made;

INSERT INTO jobs.conversation (id, organization_id, merchant_id, created_at)
SELECT id, organization_id, merchant_id, created_at
FROM made
WHERE id = conversation_id
ORDER BY id;

INSERT INTO jobs.job (id, organization_id, merchant_id, store_id, conversation_id, request_id, origin, auto_rematch, service_id,
	title, description, budget, currency, status, created_at, respond_by, due_at, remind_at, opened_at, first_response_at,
	completed_at, confirmed_at, ended_at)
SELECT id, organization_id, merchant_id, merchant_id, conversation_id, i * 1024, 'direct', false, service_id,
	'Job ' || i, pg_catalog.repeat('what is to be done ', 15), 50, 'USD', status, created_at,
	coalesce(due_at, created_at + interval '72 hours'), due_at, CASE WHEN due_at > pg_catalog.now() THEN due_at - interval '24 hours' END,
	CASE WHEN is_answered OR status = 'opened' THEN created_at + interval '1 hour' END,
	CASE WHEN is_answered THEN created_at + interval '2 hours' END,
	CASE WHEN status = 'completed' THEN created_at + interval '60 hours' END,
	CASE WHEN status = 'completed' THEN created_at + interval '70 hours' END,
	CASE WHEN status IN ('completed', 'declined', 'expired') THEN created_at + interval '72 hours' END
FROM made
ORDER BY i;

INSERT INTO jobs.assignment (organization_id, job_id, member_id, assigned_by, assigned_at)
SELECT organization_id, id, member_id + k * 1024, 'member:' || member_id, created_at + interval '1 hour'
FROM made, pg_catalog.generate_series(0, 1) k
WHERE is_answered
ORDER BY o, i, k;

INSERT INTO jobs.message (id, organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
SELECT (2 * i + k + 1) * 1024 + o % 1000 + 1, organization_id, merchant_id, conversation_id, id,
	CASE k WHEN 0 THEN 'member:' || member_id ELSE 'merchant:' || merchant_id END,
	pg_catalog.repeat('said before ', 17), created_at + (k + 2) * interval '1 hour'
FROM made, pg_catalog.generate_series(0, 1) k
WHERE is_answered
ORDER BY i, k;

INSERT INTO jobs.event (id, organization_id, merchant_id, job_id, conversation_id, action, from_status, to_status, actor,
	occurred_at, details)
SELECT (3 * i + k + 1) * 1024 + o % 1000 + 1, organization_id, merchant_id, id, conversation_id,
	CASE k WHEN 0 THEN 'create' ELSE 'message' END,
	CASE k WHEN 1 THEN 'opened' WHEN 2 THEN 'responded' END,
	CASE k WHEN 0 THEN 'new' WHEN 1 THEN 'responded' WHEN 2 THEN 'awaiting_response' END,
	CASE k WHEN 1 THEN 'member:' || member_id ELSE 'merchant:' || merchant_id END,
	created_at + k * interval '90 minutes',
	CASE WHEN k > 0 THEN pg_catalog.jsonb_build_object('message_id', (2 * i + k) * 1024 + o % 1000 + 1) END
FROM made, pg_catalog.generate_series(0, 2) k
WHERE k = 0 OR is_answered
ORDER BY i, k;

INSERT INTO jobs.decline (organization_id, job_id, merchant_id, service_id, declined_by, actor, from_status, declined_at)
SELECT organization_id, id, merchant_id, service_id, 'expert', 'member:' || member_id, 'new', created_at + interval '2 hours'
FROM made
WHERE status = 'declined'
ORDER BY o, i;

SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('jobs.' || t, 'id'), 1024 * (10 + 4 * :jobs::bigint))
FROM pg_catalog.unnest('{service,organization,member,merchant,store,conversation,job,message,event}'::text[]) t;

DROP TABLE made;
RESET session_replication_role;
SELECT jobs.rebuild_ranking();
