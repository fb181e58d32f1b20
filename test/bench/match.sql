-- Organizations that provide one kind of work: as many as :organizations for the service :service, and
-- what became of their jobs. How many jobs they had is skewed, a few to hundreds; how they fared comes
-- from a quality that each has; some are of years ago. Loaded as load.sql does it; what matching knows
-- is counted from it afterwards.

SET session_replication_role = replica;
SELECT pg_catalog.setseed(0.5) \g /dev/null

INSERT INTO jobs.service (id, name)
VALUES (:service, 'work of kind ' || :service);

CREATE TEMPORARY TABLE expert AS
SELECT (:service * 1000::bigint + n) * 1024 + n % 1000 + 1 AS id, n % 1000 + 1 AS slot,
	least(pg_catalog.floor(pg_catalog.power(1 - pg_catalog.random(), -0.8)), 500)::integer AS jobs,
	pg_catalog.sqrt(pg_catalog.random()) AS quality, pg_catalog.floor(10 + 500 * pg_catalog.random())::integer AS price
FROM pg_catalog.generate_series(1, :organizations) n;

INSERT INTO jobs.organization (id, name, slot)
SELECT id, 'Organization ' || id, slot
FROM expert;

INSERT INTO jobs.preferences (organization_id, is_available, is_listed, accepts_dropshipping, notification_email)
SELECT id, pg_catalog.random() < 0.9, pg_catalog.random() < 0.95, pg_catalog.random() < 0.8, 'office@expert' || id || '.example.com'
FROM expert;

-- a fifth says no price, a tenth no highest one
INSERT INTO jobs.provided_service (organization_id, service_id, min_price, max_price)
SELECT id, :service, CASE WHEN said > 0.2 THEN price END, CASE WHEN said > 0.3 THEN price * 3 END
FROM expert, LATERAL (SELECT pg_catalog.random() + 0 * price AS said) s;

-- a fifth has had no job
CREATE TEMPORARY TABLE outcome AS
SELECT :service * 10000000::bigint + pg_catalog.row_number() OVER () AS n, e.id, e.slot, e.quality,
	pg_catalog.now() - interval '1 hour' - pg_catalog.power(pg_catalog.random(), 2) * interval '1000 days' AS created_at,
	pg_catalog.random() AS end, pg_catalog.random() AS speed, pg_catalog.random() AS luck
FROM expert e, pg_catalog.generate_series(1, e.jobs)
WHERE e.price % 5 <> 0;

INSERT INTO jobs.job (id, organization_id, merchant_id, service_id, title, description, status, created_at, first_response_at,
	completed_at, confirmed_at, ended_at)
SELECT n * 1024 + slot, id, 1024, :service, 'Job', 'what is to be done',
	CASE WHEN is_declined THEN 'declined' WHEN is_expired THEN 'expired' WHEN is_confirmed THEN 'completed' ELSE 'responded' END,
	created_at,
	CASE WHEN NOT is_declined AND NOT is_expired THEN created_at + CASE WHEN speed < 0.5 + quality / 2 THEN interval '5 hours' ELSE interval '30 hours' END END,
	CASE WHEN is_confirmed THEN created_at END, CASE WHEN is_confirmed THEN created_at END,
	CASE WHEN is_declined OR is_expired OR is_confirmed THEN created_at END
FROM outcome, LATERAL (SELECT o.end < (1 - quality) * 0.25 AS is_declined, o.end BETWEEN (1 - quality) * 0.25 AND (1 - quality) * 0.4 AS is_expired
	FROM (SELECT outcome.end) o) x, LATERAL (SELECT outcome.end > 0.7 - quality / 2 AND NOT is_declined AND NOT is_expired AS is_confirmed) y;

INSERT INTO jobs.decline (organization_id, job_id, merchant_id, service_id, declined_by, actor, from_status, declined_at)
SELECT organization_id, id, merchant_id, service_id, 'expert', 'member:1025', 'new', created_at
FROM jobs.job
WHERE status = 'declined' AND service_id = :service;

INSERT INTO jobs.review (id, organization_id, merchant_id, service_id, job_id, communication, quality, written_at)
SELECT n * 1024 + slot, id, 1024, :service, n * 1024 + slot, stars, stars, created_at
FROM outcome, LATERAL (SELECT greatest(least(pg_catalog.round(2 + 3 * quality + 2 * (speed - 0.5)), 5), 1)::integer AS stars) x
WHERE "end" > 0.7 - quality / 2 AND "end" > (1 - quality) * 0.4 AND luck < 0.4;

DROP TABLE expert, outcome;
RESET session_replication_role;
