-- Random marketplaces: the best that are found without scoring everybody are those that come of scoring
-- everybody, to the last bit, and these have the score that SQL makes of the sums. In many states: evidence of any
-- age, counted at once or written one by one, faded for years, with means that moved since rows were
-- written, of several half-lives, in several rows, from a clock that was ahead.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('match_random') \gset
SELECT jobs.create_service('match random') AS kind \gset

-- 1,000 organizations: some not available, not listed, without dropshippers, with any price or none. How good
-- each one is, it is for good.
SELECT setseed(0.25) \g /dev/null
CREATE TABLE regress.expert AS
SELECT n, (20000000 + n) * 1024::bigint + n % 1000 + 1 AS id, least(floor(power(1 - random(), -0.9)), 80)::integer AS jobs,
	sqrt(random()) AS quality
FROM generate_series(1, 1000) n;
SET session_replication_role = replica;
INSERT INTO jobs.organization (id, name, slot) SELECT id, 'Expert ' || n, n % 1000 + 1 FROM regress.expert;
INSERT INTO jobs.preferences (organization_id, is_available, is_listed, accepts_dropshipping, notification_email)
SELECT id, random() < 0.9, random() < 0.9, random() < 0.7, 'x@x.example' FROM regress.expert;
INSERT INTO jobs.member (id, organization_id, name, email) SELECT id, id, 'Member', 'x@x.example' FROM regress.expert;
INSERT INTO jobs.provided_service (organization_id, service_id, min_price, max_price, currency)
SELECT id, :kind, CASE WHEN random() < 0.8 THEN price END, CASE WHEN random() < 0.8 THEN price + floor(random() * 400) END,
	CASE WHEN random() < 0.9 THEN 'USD' ELSE 'EUR' END
FROM (SELECT id, floor(random() * 300) AS price FROM regress.expert WHERE random() < 0.95) x;
RESET session_replication_role;
ANALYZE regress.expert, jobs.preferences, jobs.provided_service;

-- What has become of jobs, and what merchants said of them.
CREATE PROCEDURE regress.load_jobs(kind bigint)
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	CREATE TEMPORARY TABLE made ON COMMIT DROP AS
	SELECT 9000000000000 + row_number() OVER () AS id, e.id AS organization_id, quality, random() AS luck,
		now() - CASE WHEN random() < 0.05 THEN interval '-1 day' ELSE power(random(), 3) * interval '900 days' END AS created_at
	FROM regress.expert e, generate_series(1, jobs) n
	WHERE e.n % 11 <> 0;
	INSERT INTO jobs.job (id, organization_id, merchant_id, service_id, title, description, status, created_at, first_response_at, confirmed_at)
	SELECT id, organization_id, 1024, kind, 'Loaded', 'Text', CASE WHEN luck > quality + 0.2 THEN 'expired' ELSE 'responded' END,
		created_at, CASE WHEN luck > quality + 0.1 THEN NULL WHEN luck > quality / 2 THEN created_at + interval '2 days' ELSE created_at END,
		CASE WHEN luck < quality / 1.5 THEN created_at END
	FROM made;
	INSERT INTO jobs.decline (organization_id, job_id, merchant_id, service_id, declined_by, actor, from_status, declined_at)
	SELECT organization_id, id, 1024, kind, 'expert', 'system', 'new', created_at FROM made WHERE luck BETWEEN quality + 0.1 AND quality + 0.2;
	INSERT INTO jobs.review (id, organization_id, merchant_id, service_id, job_id, communication, quality, written_at)
	SELECT id, organization_id, 1024, kind, id, stars, stars, created_at
	FROM made, LATERAL (SELECT greatest(least(round(1 + 4 * made.quality + luck), 5), 1)::integer AS stars) s WHERE id % 3 = 0;
	SET LOCAL session_replication_role = origin;
END
$$;
-- What happens, one after another.
CREATE PROCEDURE regress.happen(kind bigint, merchant text, how_many integer)
LANGUAGE plpgsql AS $$
DECLARE
	organization bigint;
	what float8;
	job bigint;
BEGIN
	FOR i IN 1 .. how_many LOOP
		SELECT e.id INTO organization FROM regress.expert e JOIN jobs.preferences p ON p.organization_id = e.id AND p.is_available
		JOIN jobs.provided_service s ON s.organization_id = e.id AND s.service_id = kind
		WHERE NOT EXISTS (SELECT FROM jobs.conversation c WHERE c.organization_id = e.id AND c.is_blocked)
		ORDER BY random() / e.jobs LIMIT 1;
		SELECT job_id INTO job FROM jobs.request_job(kind, 'Work', 'Text', organization, actor => merchant);
		what := random();
		IF what < 0.7 THEN
			PERFORM jobs.reply_to_job(job, 'Yes', actor => 'member:' || organization);
			COMMIT;
			PERFORM jobs.complete_job(job, actor => 'member:' || organization), jobs.confirm_completion(job, actor => merchant);
			PERFORM jobs.review_job(job, ceil(random() * 5)::integer, 5, actor => merchant);
		ELSIF what < 0.9 THEN
			PERFORM jobs.decline_job(job, actor => 'member:' || organization);
		END IF;
		COMMIT;
	END LOOP;
END
$$;
CREATE FUNCTION regress.says_nothing() RETURNS bigint LANGUAGE sql IMMUTABLE RETURN (67108864::bigint << 19) + (16 << 13) + (16 << 8) + 128;
-- Years later. That no clock can be turned here is what this has to know of a standing: it holds, in steps of half a half-life, how
-- long ago there would have been a single job as good as all (STANDING in src/matching/standing.c).
CREATE PROCEDURE regress.pass_time(kind bigint, half_lives float8)
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	UPDATE jobs.ranking_stat SET landmark = landmark - half_lives * half_life * interval '1 s',
		standing = CASE WHEN standing IN (0, regress.says_nothing()) THEN standing ELSE standing + ((half_lives * 2)::bigint << 19) END
	WHERE service_id = kind;
	UPDATE jobs.ranking_total SET landmark = landmark - half_lives * half_life * interval '1 s' WHERE service_id = kind;
	SET LOCAL session_replication_role = origin;
END
$$;

-- The formula once more: of the sums, with the means of the totals.
CREATE FUNCTION regress.scored(kind bigint, a_budget numeric, for_dropshipper boolean)
RETURNS TABLE (organization_id bigint, score float8)
LANGUAGE sql STABLE AS $$
	WITH faded AS (
		SELECT r.organization_id, f * r.decided AS decided, f * r.answered AS answered, f * r.declined AS declined, f * r.expired AS expired,
			f * r.completed AS completed, f * r.reviews AS reviews, f * r.stars AS stars
		FROM jobs.ranking_stat r, LATERAL power(2, greatest(least(extract(epoch FROM r.landmark - now())::float8 / r.half_life, 0), -900)) f
		WHERE r.service_id = kind),
	total AS (
		SELECT coalesce(sum(f * decided), 0) AS decided, coalesce(sum(f * answered), 0) AS answered, coalesce(sum(f * declined), 0) AS declined,
			coalesce(sum(f * expired), 0) AS expired, coalesce(sum(f * completed), 0) AS completed, coalesce(sum(f * reviews), 0) AS reviews,
			coalesce(sum(f * stars), 0) AS stars
		FROM jobs.ranking_total r, LATERAL power(2, greatest(least(extract(epoch FROM r.landmark - now())::float8 / r.half_life, 0), -900)) f
		WHERE r.service_id = kind),
	mean AS (
		SELECT (least(declined, decided) + 1) / (decided + 10) AS declined, (least(expired, decided) + 1) / (decided + 10) AS expired,
			(least(answered, decided) + 8) / (decided + 10) AS answered, (least(completed, decided) + 5) / (decided + 10) AS completed,
			(least(stars, 5 * reviews) + 15) / (reviews + 5) AS stars
		FROM total),
	known AS (
		SELECT f.organization_id, sum(decided) AS decided, sum(answered) AS answered, sum(declined) AS declined, sum(expired) AS expired,
			sum(completed) AS completed, sum(reviews) AS reviews, sum(stars) AS stars
		FROM faded f GROUP BY 1)
	SELECT s.organization_id,
		(-(least(coalesce(k.declined, 0), coalesce(k.decided, 0)) + 10 * m.declined)
			- 2 * (least(coalesce(k.expired, 0), coalesce(k.decided, 0)) + 10 * m.expired)
			+ 0.5 * (least(coalesce(k.answered, 0), coalesce(k.decided, 0)) + 10 * m.answered)
			+ 0.5 * (least(coalesce(k.completed, 0), coalesce(k.decided, 0)) + 10 * m.completed)) / (coalesce(k.decided, 0) + 10)
		+ ((least(coalesce(k.stars, 0), 5 * coalesce(k.reviews, 0)) + 5 * m.stars) / (coalesce(k.reviews, 0) + 5) - 1) / 4
		+ CASE WHEN a_budget IS NULL OR s.max_price IS NULL THEN 0 WHEN s.max_price <= a_budget THEN 0.25
			ELSE 0.25 * round((a_budget - coalesce(s.min_price, 0)) / (s.max_price - coalesce(s.min_price, 0)), 6)::float8 END
	FROM jobs.provided_service s
	JOIN jobs.preferences p ON p.organization_id = s.organization_id AND p.is_available AND p.is_listed AND (p.accepts_dropshipping OR NOT for_dropshipper)
	CROSS JOIN mean m
	LEFT JOIN known k ON k.organization_id = s.organization_id
	WHERE s.service_id = kind AND (a_budget IS NULL OR s.min_price IS NULL AND s.max_price IS NULL
		OR s.currency = 'USD' AND coalesce(s.min_price, 0) <= a_budget)
$$;

-- In all ways to ask: how many answers are wrong, how many scores; and how many were found without everybody. All in one
-- transaction, for which it is one time.
CREATE FUNCTION regress.compare(kind bigint, asked_by bigint, is_dropshipper boolean, OUT searches bigint, OUT wrong bigint, OUT misjudged bigint,
	OUT without_all bigint)
LANGUAGE plpgsql AS $$
DECLARE
	a_budget numeric;
	how_many integer;
	got text[];
	want text[];
	before bigint;
BEGIN
	SELECT 0, 0, 0, 0 INTO searches, wrong, misjudged, without_all;
	FOREACH a_budget IN ARRAY ARRAY[NULL, 40, 1e6] LOOP
		SELECT array_agg(m) INTO want FROM (SELECT m::text AS m FROM jobs.match_organizations(kind, asked_by, a_budget, max_rows => 1000000) m LIMIT 10) x;
		SELECT misjudged + count(*) INTO misjudged FROM jobs.match_organizations(kind, asked_by, a_budget, max_rows => 1000000) m
		FULL JOIN (SELECT s.* FROM regress.scored(kind, a_budget, is_dropshipper) s
			WHERE NOT EXISTS (SELECT FROM jobs.conversation c WHERE c.organization_id = s.organization_id AND c.merchant_id = asked_by AND c.is_blocked)) s
			USING (organization_id)
		WHERE abs(m.score - s.score) < 1e-9 IS NOT TRUE;
		FOREACH how_many IN ARRAY ARRAY[1, 3, 10] LOOP
			before := pg_stat_get_xact_numscans('jobs.provided_service_service'::regclass);
			SELECT array_agg(m::text) INTO got FROM jobs.match_organizations(kind, asked_by, a_budget, max_rows => how_many) m;
			searches := searches + 1;
			wrong := wrong + (got IS DISTINCT FROM want[1:how_many])::integer;
			without_all := without_all + (pg_stat_get_xact_numscans('jobs.provided_service_service'::regclass) = before)::integer;
		END LOOP;
	END LOOP;
END
$$;
CREATE FUNCTION pg_temp.check(kind bigint)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
	a record;
	b record;
	c record;
BEGIN
	SELECT * INTO d FROM regress.directory WHERE test = 'match_random';
	a := regress.compare(kind, NULL, false);
	b := regress.compare(kind, d.max_id, false);
	c := regress.compare(kind, d.mia_id, true);
	RETURN format('%s searches, %s wrong, %s misjudged, %s without everybody', a.searches + b.searches + c.searches, a.wrong + b.wrong + c.wrong,
		a.misjudged + b.misjudged + c.misjudged, CASE WHEN a.without_all + b.without_all + c.without_all >= 5 THEN 'many' ELSE 'few' END);
END
$$;
-- Sums over all are the sums of all rows, and so many rows there are.
CREATE FUNCTION pg_temp.compare_totals(kind bigint, OUT same_totals boolean, OUT same_rows boolean)
LANGUAGE sql AS $$
	SELECT bool_and(abs(t.sums[i] - r.sums[i]) <= 1e-9 * (1 + t.sums[i])) AS same_totals, bool_and(t.rows = r.rows) AS same_rows
	FROM generate_series(1, 7) i,
		(SELECT ARRAY[sum(decided * f), sum(answered * f), sum(declined * f), sum(expired * f), sum(completed * f), sum(reviews * f), sum(stars * f)] AS sums,
			count(*) AS rows
		FROM jobs.ranking_stat, power(2, extract(epoch FROM landmark - now())::float8 / half_life) f WHERE service_id = kind) r,
		(SELECT ARRAY[sum(decided * f), sum(answered * f), sum(declined * f), sum(expired * f), sum(completed * f), sum(reviews * f), sum(stars * f)] AS sums,
			sum(row_count) AS rows
		FROM jobs.ranking_total, power(2, extract(epoch FROM landmark - now())::float8 / half_life) f WHERE service_id = kind) t
$$;
UPDATE jobs.merchant SET is_dropshipper = true WHERE id = :mia_id;

-- Nothing is known yet; then of some
SELECT pg_temp.check(:kind);
CALL regress.happen(:kind, :'max', 20);
SELECT pg_temp.check(:kind);
-- counted at once
CALL regress.load_jobs(:kind);
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
ANALYZE jobs.ranking_stat, jobs.conversation;
SELECT pg_temp.check(:kind);
-- the best are blocked
SELECT count(jobs.block_conversation(jobs.start_conversation(organization_id, 'Hello', actor => :'max'), actor => :'max')) AS blocked
FROM jobs.match_organizations(:kind, :max_id, max_rows => 7);
SELECT pg_temp.check(:kind);
-- written one by one
CALL regress.happen(:kind, :'max', 60);
SELECT pg_temp.check(:kind);
-- faded, and written again
CALL regress.pass_time(:kind, 1.5);
SELECT pg_temp.check(:kind);
CALL regress.happen(:kind, :'max', 60);
SELECT pg_temp.check(:kind);
CALL regress.pass_time(:kind, 9);
SELECT pg_temp.check(:kind);
CALL regress.happen(:kind, :'max', 40);
SELECT pg_temp.check(:kind);
SELECT * FROM pg_temp.compare_totals(:kind);
-- the means have moved since most rows were written, far down and far up, and so high that nobody exceeds them
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE jobs.ranking_total SET decided = 1e6, declined = 9e5, expired = 8e5, answered = 0, completed = 0, reviews = 1e6, stars = 1.1e6;
SELECT pg_temp.check(:kind);
UPDATE jobs.ranking_total SET declined = 1e4, expired = 0, answered = 9e5, completed = 2e5, stars = 4.2e6;
SELECT pg_temp.check(:kind);
UPDATE jobs.ranking_total SET declined = 0, expired = 0, answered = 1e6, completed = 1e6, stars = 5e6;
SELECT pg_temp.check(:kind);
ROLLBACK;
-- several half-lives
SET jobs.ranking_half_life = '30d';
CALL regress.happen(:kind, :'max', 40);
SELECT pg_temp.check(:kind);
CALL regress.pass_time(:kind, 0.5);
SELECT pg_temp.check(:kind);
RESET jobs.ranking_half_life;
CALL regress.happen(:kind, :'max', 30);
SELECT pg_temp.check(:kind);
-- noted, and not written yet: the very best decline
BEGIN;
SELECT count(jobs.decline_job(r.job_id, actor => 'member:' || r.asked_organization_id))
FROM jobs.request_job(:kind, 'Work', 'Text', max_matches => 3, actor => :'max') r;
SELECT searches, wrong FROM regress.compare(:kind, NULL, false);
-- and one of whom nothing was known becomes the best
SELECT min(e.id) AS newcomer FROM regress.expert e JOIN jobs.preferences p ON p.organization_id = e.id AND p.is_available AND p.is_listed
JOIN jobs.provided_service s ON s.organization_id = e.id AND s.service_id = :kind
WHERE NOT EXISTS (SELECT FROM jobs.ranking_stat r WHERE r.organization_id = e.id) \gset
CREATE FUNCTION pg_temp.excel(kind bigint, merchant text, organization bigint)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	job bigint;
BEGIN
	SELECT job_id INTO job FROM jobs.request_job(kind, 'Work', 'Text', organization, actor => merchant);
	PERFORM jobs.reply_to_job(job, 'Yes', actor => 'member:' || organization);
	PERFORM jobs.complete_job(job, actor => 'member:' || organization), jobs.confirm_completion(job, actor => merchant);
	RETURN jobs.review_job(job, 5, 5, actor => merchant);
END
$$;
SELECT count(pg_temp.excel(:kind, :'max', :newcomer)) FROM generate_series(1, 300);
SELECT organization_id = :newcomer AS is_first FROM jobs.match_organizations(:kind, max_rows => 1);
SELECT searches, wrong FROM regress.compare(:kind, NULL, false);
COMMIT;
SELECT pg_temp.check(:kind);
-- the next best, of a request that has asked the best
SELECT min(request_id) AS request FROM jobs.request_job(:kind, 'Work', 'Text', max_matches => 5, actor => :'max') \gset
SELECT array_agg(organization_id ORDER BY n) AS next FROM (
	SELECT organization_id, n FROM jobs.match_organizations(:kind, :max_id, max_rows => 1000000) WITH ORDINALITY
		m (organization_id, score, s1, s2, s3, s4, s5, s6, s7, p1, p2, p3, p4, p5, p6, n)
	WHERE organization_id NOT IN (SELECT organization_id FROM jobs.job WHERE request_id = :request) ORDER BY n LIMIT 4) x \gset
SELECT array_agg(asked_organization_id ORDER BY job_id) = :'next' AS next_are_asked FROM jobs.rematch_request(:request, 4, actor => :'max');
-- several rows of one organization
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.ranking_stat (organization_id, service_id, part, landmark, half_life, received, decided, answered, declined, expired, completed,
	reviews, stars, confirmed_jobs, standing)
SELECT organization_id, service_id, part # 1, landmark - interval '1 day', half_life, received, decided, answered, declined, expired, completed, reviews, stars, 1, 0
FROM jobs.ranking_stat WHERE service_id = :kind AND organization_id % 5 = 0;
COMMIT;
SELECT pg_temp.check(:kind);
CALL regress.happen(:kind, :'max', 30);
SELECT pg_temp.check(:kind);
-- a clock that was ahead, and has been set back
CALL regress.pass_time(:kind, -11);
SELECT pg_temp.check(:kind);
CALL regress.happen(:kind, :'max', 40);
SELECT pg_temp.check(:kind);
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT pg_temp.check(:kind);

SELECT * FROM pg_temp.compare_totals(:kind);

-- What one of them does with another half-life, or by a clock that is far ahead, takes nothing away of what is
-- known of all others.
CREATE FUNCTION pg_temp.known(kind bigint) RETURNS float8
LANGUAGE sql RETURN (SELECT sum(decided * power(2, greatest(least(extract(epoch FROM landmark - now())::float8 / half_life, 0), -900)))
	FROM jobs.ranking_total WHERE service_id = kind);
SELECT pg_temp.known(:kind) AS known \gset
SET jobs.ranking_half_life = '1h';
CALL regress.happen(:kind, :'max', 1);
RESET jobs.ranking_half_life;
SET session_replication_role = replica;
UPDATE jobs.ranking_stat SET landmark = landmark - interval '2 days';
UPDATE jobs.ranking_total SET landmark = landmark - interval '2 days';
RESET session_replication_role;
CALL regress.happen(:kind, :'max', 1);
SELECT pg_temp.known(:kind) > 0.9 * :known AS other_half_life;
CALL regress.pass_time(:kind, 5);
CALL regress.happen(:kind, :'max', 1);
CALL regress.pass_time(:kind, -5);
CALL regress.happen(:kind, :'max', 1);
SELECT pg_temp.known(:kind) > 0.9 * :known AS clock_ahead;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT pg_temp.check(:kind);

-- All of them alike, but for their turn: at the last place is the one that was asked less, or is older.
SELECT jobs.create_service('match equal') AS equal \gset
SET session_replication_role = replica;
INSERT INTO jobs.provided_service (organization_id, service_id) SELECT id, :equal FROM regress.expert WHERE n <= 950;
INSERT INTO jobs.job (id, organization_id, merchant_id, service_id, title, description, status, created_at, first_response_at)
SELECT 9500000000000 + n * 100 + i, id, 1024, :equal, 'Equal', 'Text', CASE WHEN i = 1 THEN 'responded' ELSE 'new' END, '2020-01-01',
	CASE WHEN i = 1 THEN '2020-01-01'::timestamptz END
FROM regress.expert, generate_series(1, 1 + n % 3) i
WHERE n <= 900;
RESET session_replication_role;
SET jobs.ranking_half_life = '10000d';
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT pg_temp.check(:equal);
SELECT count(DISTINCT score), count(DISTINCT received) FROM jobs.match_organizations(:equal, max_rows => 15);
-- as many as there are, and more
SELECT count(*) = (SELECT count(*) FROM regress.scored(:equal, NULL, false)) AS all
FROM jobs.match_organizations(:equal, max_rows => 2147483647);
RESET jobs.ranking_half_life;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;

DROP PROCEDURE regress.load_jobs, regress.happen, regress.pass_time;
DROP FUNCTION regress.compare, regress.scored, regress.says_nothing;
DROP TABLE regress.expert;
