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

-- 1,200 organizations: some not available, not listed, without dropshippers, with any price or none. How good
-- each one is, it is for good.
SELECT setseed(0.25) \g /dev/null
CREATE TABLE regress.expert AS
SELECT n, (20000000 + n) * 1024::bigint + n % 1000 + 1 AS id, least(floor(power(1 - random(), -0.9)), 80)::integer AS jobs,
	sqrt(random()) AS quality
FROM generate_series(1, 1200) n;
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
CREATE PROCEDURE regress.pass_time(kind bigint, half_lives float8)
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	UPDATE jobs.ranking_stat SET landmark = landmark - half_lives * half_life * interval '1 s',
		standing = CASE WHEN standing = 0 THEN 0 ELSE regress.aged(standing, half_lives) END
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
	FOREACH a_budget IN ARRAY ARRAY[NULL, 0, 40, 200, 1e6] LOOP
		SELECT array_agg(m::text) INTO want FROM jobs.match_organizations(kind, asked_by, a_budget, max_rows => 1000000) m;
		SELECT misjudged + count(*) INTO misjudged FROM jobs.match_organizations(kind, asked_by, a_budget, max_rows => 1000000) m
		FULL JOIN (SELECT s.* FROM regress.scored(kind, a_budget, is_dropshipper) s
			WHERE NOT EXISTS (SELECT FROM jobs.conversation c WHERE c.organization_id = s.organization_id AND c.merchant_id = asked_by AND c.is_blocked)) s
			USING (organization_id)
		WHERE abs(m.score - s.score) < 1e-9 IS NOT TRUE;
		FOREACH how_many IN ARRAY ARRAY[1, 2, 3, 5, 10, 15, 2000] LOOP
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
	RETURN format('%s searches, %s wrong, %s misjudged, %s', a.searches + b.searches + c.searches, a.wrong + b.wrong + c.wrong,
		a.misjudged + b.misjudged + c.misjudged, a.without_all + b.without_all + c.without_all);
END
$$;
UPDATE jobs.merchant SET is_dropshipper = true WHERE id = :mia_id;

-- Nothing is known yet; then of some
SELECT pg_temp.check(:kind);
CALL regress.happen(:kind, :'max', 20);
SELECT pg_temp.check(:kind);
-- counted at once
CALL regress.load_jobs(:kind);
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT pg_temp.check(:kind);
-- the best are blocked
SELECT count(jobs.block_conversation(jobs.start_conversation(organization_id, 'Hello', actor => :'max'), actor => :'max')) AS blocked
FROM jobs.match_organizations(:kind, :max_id, max_rows => 7);
SELECT pg_temp.check(:kind);
-- written one by one
CALL regress.happen(:kind, :'max', 150);
SELECT pg_temp.check(:kind);
