-- What is known of organizations: what counts, what doesn't, how it fades, and that it can be
-- counted anew.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('ranking') \gset
SELECT jobs.provide_service(:org, :unprovided), jobs.provide_service(:other_org, :unprovided);

-- the sums as they count now, in whole jobs; those of a test's organizations
CREATE FUNCTION pg_temp.sums(test_name text)
RETURNS TABLE (who text, service text, received numeric, decided numeric, answered numeric, declined numeric,
	expired numeric, completed numeric, reviews numeric, stars numeric, confirmed_jobs bigint)
LANGUAGE sql AS $$
	SELECT o.name, CASE WHEN d.service = r.service_id THEN 'one' ELSE 'other' END, round((r.received * f)::numeric, 2),
		round((r.decided * f)::numeric, 2), round((r.answered * f)::numeric, 2), round((r.declined * f)::numeric, 2),
		round((r.expired * f)::numeric, 2), round((r.completed * f)::numeric, 2), round((r.reviews * f)::numeric, 2),
		round((r.stars * f)::numeric, 2), r.confirmed_jobs
	FROM regress.directory d
	JOIN jobs.ranking_stat r ON r.organization_id IN (d.org, d.other_org)
	JOIN jobs.organization o ON o.id = r.organization_id,
		LATERAL power(2, extract(epoch FROM r.landmark - now())::float8 / r.half_life) f
	WHERE d.test = test_name
	ORDER BY 1, 2
$$;

-- Each thing that happens, and what it adds.
SELECT count(*) FROM pg_temp.sums('ranking');
SELECT regress.job('ranking', 'opened') AS opened \gset
SELECT * FROM pg_temp.sums('ranking');
SELECT jobs.reply_to_job(:opened, 'Yes', actor => :'ann') IS NOT NULL AS answered;
SELECT jobs.reply_to_job(:opened, 'Yes, really', actor => :'ann') IS NOT NULL AS answered_again;
SELECT * FROM pg_temp.sums('ranking');
SELECT jobs.complete_job(:opened, actor => :'ann');
SELECT jobs.reject_completion(:opened, actor => :'max');
SELECT jobs.complete_job(:opened, actor => :'ann');
SELECT jobs.confirm_completion(:opened, actor => :'max');
SELECT * FROM pg_temp.sums('ranking');
SELECT regress.job('ranking', 'declined') IS NOT NULL AS declined;
SELECT * FROM pg_temp.sums('ranking');
SELECT regress.job('ranking', 'expired') IS NOT NULL AS expired;
SELECT * FROM pg_temp.sums('ranking');
-- declined after an answer: both count, and the job is decided once
SELECT regress.job('ranking', 'responded') AS responded \gset
SELECT jobs.decline_job(:responded, actor => :'ann');
SELECT * FROM pg_temp.sums('ranking');
-- an answer after more than a day is an answer, but no quick one
SELECT regress.job('ranking') AS slow \gset
SET session_replication_role = replica;
UPDATE jobs.job SET created_at = created_at - interval '25 hours' WHERE id = :slow;
RESET session_replication_role;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT jobs.reply_to_job(:slow, 'Sorry, late', actor => :'ann') IS NOT NULL AS answered;
SELECT * FROM pg_temp.sums('ranking');
-- completing at once is an answer
SELECT regress.job('ranking', 'new', true) AS from_proposal \gset
SELECT jobs.complete_job(:from_proposal, actor => :'ann');
SELECT * FROM pg_temp.sums('ranking');

-- What merchants decline, and what is said without a job, changes nothing: to the last bit.
SELECT regress.job('ranking') AS a, regress.job('ranking', 'responded') AS b \gset
SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) AS before FROM jobs.ranking_stat r \gset
SELECT jobs.decline_job(:a, actor => :'max'), jobs.decline_job(:b, actor => :'max');
SELECT jobs.start_conversation(:org, 'Would you?', actor => :'max') AS conversation \gset
SELECT jobs.send_message(:conversation, 'I cannot take this', job_id => 0, actor => :'ann') IS NOT NULL AS said;
SELECT jobs.decline_proposal(jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann'), actor => :'max');
SELECT jobs.withdraw_proposal(jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann'), actor => :'ann');
SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) = :'before' AS unchanged FROM jobs.ranking_stat r;

-- Plain DML is counted as functions are, and many rows at once write one row of sums.
SELECT count(*) FROM generate_series(1, 5) n, jobs.request_job(:unprovided, 'Many ' || n, 'Text', :other_org, actor => :'max');
BEGIN;
SELECT jobs.act_as(:'otto');
UPDATE jobs.job SET status = 'declined' WHERE organization_id = :other_org AND service_id = :unprovided;
COMMIT;
SELECT * FROM pg_temp.sums('ranking') WHERE who = 'Otto';

-- What is rolled back, as a whole or in part, was never there.
SELECT regress.job('ranking') AS c, regress.job('ranking') AS d, regress.job('ranking') AS e \gset
SELECT declined AS before FROM pg_temp.sums('ranking') WHERE who = 'Ann & Bob' \gset
BEGIN;
SELECT jobs.decline_job(:c, actor => :'ann');
ROLLBACK;
SELECT declined - :before FROM pg_temp.sums('ranking') WHERE who = 'Ann & Bob';
BEGIN;
SELECT jobs.decline_job(:c, actor => :'ann');
SAVEPOINT one;
SELECT jobs.decline_job(:d, actor => :'ann');
SAVEPOINT two;
SELECT jobs.decline_job(:e, actor => :'ann');
RELEASE SAVEPOINT two;
ROLLBACK TO SAVEPOINT one;
SAVEPOINT three;
SELECT jobs.decline_job(:d, actor => :'ann');
RELEASE SAVEPOINT three;
COMMIT;
SELECT declined - :before FROM pg_temp.sums('ranking') WHERE who = 'Ann & Bob';
DO $$ BEGIN BEGIN PERFORM jobs.decline_job((SELECT max(id) FROM jobs.job WHERE status = 'new' AND title = 'Request'
	AND organization_id = (SELECT org FROM regress.directory WHERE test = 'ranking')),
	actor => (SELECT ann FROM regress.directory WHERE test = 'ranking')); RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN NULL; END; END $$;
SELECT declined - :before FROM pg_temp.sums('ranking') WHERE who = 'Ann & Bob';

-- A transaction sees what it has noted, before it is written; and matching it anew cancels nothing twice.
CREATE FUNCTION pg_temp.shares(service bigint, organization bigint)
RETURNS text
LANGUAGE sql AS $$
	SELECT concat_ws(' ', round(received::numeric, 2), round(decline_share::numeric, 4))
	FROM jobs.match_organizations(service) WHERE organization_id = organization
$$;
BEGIN;
SELECT pg_temp.shares(:service, :org);
SELECT jobs.decline_job(:e, actor => :'ann');
SELECT pg_temp.shares(:service, :org);
SAVEPOINT one;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT pg_temp.shares(:service, :org);
ROLLBACK TO SAVEPOINT one;
SELECT pg_temp.shares(:service, :org);
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
COMMIT;
SELECT pg_temp.shares(:service, :org);

-- Where rows are missing they come again; where everything is missing, by counting.
SELECT array_agg(s ORDER BY s)::text AS before FROM pg_temp.sums('ranking') s \gset
DELETE FROM jobs.ranking_stat;
SELECT jobs.rebuild_ranking() AS counted \gset
SELECT count(*) = :counted AS counted FROM jobs.ranking_stat;
SELECT array_agg(s ORDER BY s)::text = :'before' AS same FROM pg_temp.sums('ranking') s;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT regress.try('SELECT jobs.rebuild_ranking()');
COMMIT;

-- What is old counts less: a job of half a year ago a quarter.
SELECT jobs.create_service('ranking aged') AS aged \gset
SELECT jobs.provide_service(:org, :aged);
SELECT job_id AS old FROM jobs.request_job(:aged, 'Old', 'Text', :org, actor => :'max') \gset
SET session_replication_role = replica;
UPDATE jobs.job SET created_at = created_at - interval '4320 hours' WHERE id = :old;
RESET session_replication_role;
SELECT jobs.decline_job(:old, actor => :'ann');
SELECT round(declined::numeric, 4) FROM jobs.ranking_stat WHERE service_id = :aged;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT round(declined::numeric, 4), round(received::numeric, 4) FROM jobs.ranking_stat WHERE service_id = :aged;
-- the half-life is a setting: from the next thing on, or for all after counting anew
SET jobs.ranking_half_life = '180d';
SELECT jobs.reply_to_job(job_id, 'Yes', actor => :'ann') IS NOT NULL AS answered
FROM jobs.request_job(:aged, 'New', 'Text', :org, actor => :'max');
SELECT round(declined::numeric, 4), round(received::numeric, 4), half_life FROM jobs.ranking_stat WHERE service_id = :aged;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT round(declined::numeric, 4), round(received::numeric, 4), half_life FROM jobs.ranking_stat WHERE service_id = :aged;
RESET jobs.ranking_half_life;
SELECT regress.try($$SET jobs.ranking_half_life = '1s'$$) ~ '^22023' AS refused;
-- far beyond what a float holds, the landmark has moved
SET jobs.ranking_half_life = '1h';
SET session_replication_role = replica;
UPDATE jobs.ranking_stat SET half_life = 3600, landmark = now() - interval '3000 hours', declined = power(2, 999) WHERE service_id = :aged;
UPDATE jobs.ranking_total SET half_life = 3600, landmark = now() - interval '3000 hours', declined = power(2, 999) WHERE service_id = :aged;
RESET session_replication_role;
SELECT jobs.reply_to_job(job_id, 'Yes', actor => :'ann') IS NOT NULL AS answered
FROM jobs.request_job(:aged, 'New', 'Text', :org, actor => :'max');
SELECT round(answered::numeric), declined < 1e-300, landmark > now() - interval '2 hours' FROM jobs.ranking_stat WHERE service_id = :aged;
RESET jobs.ranking_half_life;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;

-- A clock that was ahead: what it wrote counts no more than what happens now, in the sums, when it is
-- read, and counted anew. No part is larger than its whole.
CREATE FUNCTION pg_temp.known(service bigint, organization bigint)
RETURNS text
LANGUAGE sql AS $$
	SELECT concat_ws(' ', round(received::numeric, 2), round(completion_share::numeric, 4), round(rating::numeric, 4),
		greatest(decline_share, expiry_share, answered_within_24h, completion_share) <= 1)
	FROM jobs.match_organizations(service) WHERE organization_id = organization
$$;
SELECT jobs.create_service('ranking ahead') AS ahead \gset
SELECT jobs.provide_service(:org, :ahead);
SELECT job_id AS first FROM jobs.request_job(:ahead, 'First', 'Text', :org, actor => :'max') \gset
SELECT pg_temp.known(:ahead, :org);
SET session_replication_role = replica;
UPDATE jobs.job SET created_at = created_at + interval '16 years' WHERE id = :first;
UPDATE jobs.ranking_stat SET landmark = landmark + interval '16 years' WHERE service_id = :ahead;
UPDATE jobs.ranking_total SET landmark = landmark + interval '16 years' WHERE service_id = :ahead;
RESET session_replication_role;
SELECT pg_temp.known(:ahead, :org);
SELECT job_id AS second FROM jobs.request_job(:ahead, 'Second', 'Text', :org, actor => :'max') \gset
SELECT pg_temp.known(:ahead, :org), landmark <= now() AS landmark_is_back FROM jobs.ranking_stat WHERE service_id = :ahead;
SELECT jobs.reply_to_job(:first, 'Yes', actor => :'ann') IS NOT NULL AS answered;
SELECT round(received::numeric, 2), round(decided::numeric, 2), round(answered::numeric, 2) FROM jobs.ranking_stat WHERE service_id = :ahead;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT round(received::numeric, 2), round(decided::numeric, 2), round(answered::numeric, 2) FROM jobs.ranking_stat WHERE service_id = :ahead;
-- years later, when the sums have faded
SET session_replication_role = replica;
UPDATE jobs.ranking_stat SET landmark = landmark - interval '5 years' WHERE service_id = :ahead;
UPDATE jobs.ranking_total SET landmark = landmark - interval '5 years' WHERE service_id = :ahead;
RESET session_replication_role;
SELECT jobs.complete_job(:first, actor => :'ann'), jobs.confirm_completion(:first, actor => :'max');
SELECT pg_temp.known(:ahead, :org);
SET session_replication_role = replica;
UPDATE jobs.job SET created_at = 'infinity' WHERE id = :first;
UPDATE jobs.job SET created_at = '-infinity' WHERE id = :second;
RESET session_replication_role;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT pg_temp.known(:ahead, :org);
-- a transaction that began a little before the one that wrote last moves nothing
SET session_replication_role = replica;
UPDATE jobs.ranking_stat SET landmark = now() + interval '1 hour' WHERE service_id = :ahead;
UPDATE jobs.ranking_total SET landmark = now() + interval '1 hour' WHERE service_id = :ahead;
RESET session_replication_role;
SELECT count(*) FROM jobs.request_job(:ahead, 'Third', 'Text', :org, actor => :'max');
SELECT landmark > now() + interval '59 minutes' AS stays FROM jobs.ranking_stat WHERE service_id = :ahead;

-- Members see what is known of their own organization; nobody writes it.
SET SESSION AUTHORIZATION regress_jobs_app;
BEGIN;
SELECT jobs.act_as(:'otto');
SELECT count(*), bool_and(organization_id = :other_org) FROM jobs.ranking_stat;
SELECT regress.try('UPDATE jobs.ranking_stat SET declined = 0');
COMMIT;
SELECT regress.try('SELECT jobs.rebuild_ranking()');
RESET SESSION AUTHORIZATION;
SELECT regress.try(format('INSERT INTO jobs.ranking_stat SELECT (r).* FROM (SELECT r FROM jobs.ranking_stat r LIMIT 1) x')) ~ '^42501' AS refused;

-- What a trigger opens at the commit is closed with it.
CREATE FUNCTION regress.leak() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	leaked refcursor := 'leaked';
	number integer;
BEGIN
	OPEN leaked FOR SELECT generate_series(1, 10);
	FETCH leaked INTO number;
	RETURN NULL;
END
$$;
CREATE TRIGGER zz_user AFTER INSERT OR UPDATE ON jobs.ranking_stat FOR EACH ROW EXECUTE FUNCTION regress.leak();
SELECT regress.job('ranking') IS NOT NULL AS asked;
FETCH leaked;
DROP TRIGGER zz_user ON jobs.ranking_stat;
-- a transaction that has become read-only, and those that uninstall
SELECT regress.job('ranking') AS one, regress.job('ranking') AS other, regress.job('ranking') AS third \gset
BEGIN;
SELECT jobs.decline_job(:one, actor => :'ann');
SET TRANSACTION READ ONLY;
COMMIT;
BEGIN;
SELECT jobs.decline_job(:other, actor => :'ann');
SELECT jobs.uninstall();
SET client_min_messages = error;
SELECT jobs.install() ~ 'brought up to date' AS installed;
COMMIT;
BEGIN;
SELECT jobs.decline_job(:third, actor => :'ann');
SELECT jobs.uninstall();
COMMIT;
SELECT jobs.install() ~ 'brought up to date' AS installed;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
-- where there is no evidence at all, install() counts it
SELECT array_agg(s ORDER BY s)::text AS before FROM pg_temp.sums('ranking') s \gset
DELETE FROM jobs.ranking_stat;
SELECT jobs.install() ~ 'brought up to date' AS installed;
SELECT array_agg(s ORDER BY s)::text = :'before' AS same FROM pg_temp.sums('ranking') s;
SELECT jobs.install() ~ 'up to date' AS installed;
-- or where there are no sums over all
CREATE FUNCTION pg_temp.totals()
RETURNS text
LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', t.service_id, round((t.decided * f)::numeric, 2),
		round((t.stars * f)::numeric, 2), t.row_count), ', ' ORDER BY t.service_id)
	FROM jobs.ranking_total t, LATERAL power(2, extract(epoch FROM t.landmark - now())::float8 / t.half_life) f
$$;
SELECT array_agg(s ORDER BY s)::text AS before, pg_temp.totals() AS before_totals FROM pg_temp.sums('ranking') s \gset
DELETE FROM jobs.ranking_total;
SELECT jobs.install() ~ 'brought up to date' AS installed;
SELECT array_agg(s ORDER BY s)::text = :'before' AS same FROM pg_temp.sums('ranking') s;
SELECT pg_temp.totals() = :'before_totals' AS same_totals;

-- A trigger of a user that suppresses the row, or that fails, at the commit.
CREATE TRIGGER zz_user BEFORE UPDATE ON jobs.ranking_stat FOR EACH ROW EXECUTE FUNCTION regress.run('SELECT 1 / 0');
SELECT regress.try(format('SELECT jobs.decline_job(%s, $$other$$, actor => %L)', :c, :'ann')) ~ '^PT409' AS is_declined;
SELECT regress.job('ranking') IS NOT NULL AS asked;
DROP TRIGGER zz_user ON jobs.ranking_stat;

-- As many rows as are read at first, and evidence behind them all that the transaction has only noted.
SELECT jobs.create_service('ranking crowded') AS crowded \gset
CREATE TEMPORARY TABLE crowd AS
SELECT n, jobs.create_organization('Crowd ' || n, 'x@x.example') AS id FROM generate_series(1, 70) n;
SELECT count(jobs.add_member(id, 'Member', 'm@x.example')), count(jobs.provide_service(id, :crowded)) FROM crowd;
UPDATE crowd c SET n = s.n FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM crowd) s WHERE s.id = c.id;
SELECT count(*) FROM crowd, jobs.request_job(:crowded, 'Request', 'Please', id, actor => :'max') WHERE n <= 64;
CREATE FUNCTION pg_temp.received(service bigint)
RETURNS text
LANGUAGE sql AS $$
	SELECT count(*) || ' organizations, received ' || string_agg(DISTINCT round(received::numeric, 2)::text, ', ') || ', last '
		|| (array_agg(round(received::numeric, 2) ORDER BY organization_id DESC))[1]
	FROM jobs.match_organizations(service, max_rows => 100)
$$;
SELECT pg_temp.received(:crowded);
SELECT sent, (SELECT count(*) FROM crowd, jobs.request_job(:crowded, 'Request', 'Please', id, actor => :'max') WHERE n BETWEEN 71 - sent AND 70), pg_temp.received(:crowded)
FROM generate_series(0, 6) sent;
DROP TABLE crowd;
