-- Matching: who may be asked, in which order, and why; asking the best, and the next best.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('match') \gset
SELECT jobs.create_organization('Cleo', 'desk@match.example') AS cleo_org \gset
SELECT jobs.add_member(:cleo_org, 'Cleo', 'cleo@match.example') AS cleo_id \gset
\set cleo member: :cleo_id
SELECT jobs.provide_service(:cleo_org, :service);
SELECT jobs.provide_service(o, :unprovided) FROM unnest(ARRAY[:org, :other_org, :cleo_org]) o;

CREATE FUNCTION pg_temp.matched(service bigint, budget numeric DEFAULT NULL, currency text DEFAULT 'USD', max_rows integer DEFAULT 10)
RETURNS text
LANGUAGE sql AS $$
	SELECT coalesce(string_agg(o.name, ', ' ORDER BY n), 'nobody')
	FROM jobs.match_organizations(service, NULL, budget, currency, max_rows) WITH ORDINALITY
		m (organization_id, score, s1, s2, s3, s4, s5, s6, s7, p1, p2, p3, p4, p5, p6, n)
	JOIN jobs.organization o ON o.id = m.organization_id
$$;
-- jobs of Max for an organization, that all end in the same way
CREATE FUNCTION pg_temp.jobs(service bigint, organization bigint, how_many integer, what text)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	job bigint;
	member text := 'member:' || (SELECT min(id) FROM jobs.member WHERE organization_id = organization);
	merchant text := (SELECT max FROM regress.directory WHERE test = 'match');
BEGIN
	FOR i IN 1 .. how_many LOOP
		SELECT job_id INTO job FROM jobs.request_job(service, 'Work', 'Text', organization, actor => merchant);
		IF what IN ('answered', 'confirmed') THEN
			PERFORM jobs.reply_to_job(job, 'Yes', actor => member);
		END IF;
		IF what = 'confirmed' THEN
			PERFORM jobs.complete_job(job, actor => member), jobs.confirm_completion(job, actor => merchant);
		ELSIF what = 'declined' THEN
			PERFORM jobs.decline_job(job, actor => member);
		ELSIF what = 'merchant declined' THEN
			PERFORM jobs.decline_job(job, actor => merchant);
		ELSIF what = 'expired' THEN
			PERFORM regress.run_out(job), jobs.expire_jobs();
		END IF;
	END LOOP;
END
$$;

-- Nothing is known: everybody ranks as the average, nothing is shown, and the oldest comes first.
SELECT pg_temp.matched(:service);
SELECT count(*), count(decline_share), count(expiry_share), count(answered_within_24h), count(rating), count(completion_share),
	min(round(score::numeric, 4)), max(round(score::numeric, 4)), sum(completed), sum(received)
FROM jobs.match_organizations(:service);

-- Worked by hand. Ann & Bob decline five of six jobs and answer the sixth, Otto answers six,
-- Cleo is new. 12 jobs are decided: 5 declined, none expired, 7 answered in time, none completed.
--
-- Means:          decline (5 + 10 x 0.1) / (12 + 10) = 0.2727, expiry (0 + 1) / 22 = 0.0455,
--                 answer (7 + 8) / 22 = 0.6818, completion (0 + 5) / 22 = 0.2273, rating (0 + 15) / 5 = 3
-- Ann & Bob:      decline (5 + 10 x 0.2727) / 16 = 0.4830, expiry 0.4545 / 16 = 0.0284,
--                 answer (1 + 6.818) / 16 = 0.4886, completion 2.273 / 16 = 0.1420
--                 score -0.4830 - 2 x 0.0284 + 0.5 x 0.4886 + 0.5 x 0.1420 + (3 - 1) / 4 = 0.2756
-- Otto:           decline 2.727 / 16 = 0.1705, expiry 0.0284, answer (6 + 6.818) / 16 = 0.8011
--                 score -0.1705 - 0.0568 + 0.4006 + 0.0710 + 0.5 = 0.7443
-- Cleo, the mean: score -0.2727 - 0.0909 + 0.3409 + 0.1136 + 0.5 = 0.5909
SELECT pg_temp.jobs(:service, :org, 1, 'answered'), pg_temp.jobs(:service, :other_org, 6, 'answered');
BEGIN;
CREATE TEMPORARY TABLE before AS SELECT * FROM jobs.match_organizations(:unprovided);
SELECT pg_temp.jobs(:service, :org, 5, 'declined');
SELECT count(*) FROM (TABLE before EXCEPT SELECT * FROM jobs.match_organizations(:unprovided)) changed;
COMMIT;
DROP TABLE before;
SELECT o.name, round(score::numeric, 4), round(decline_share::numeric, 4), round(expiry_share::numeric, 4), round(answered_within_24h::numeric, 4),
	round(completion_share::numeric, 4), rating, completed, round(received::numeric, 2),
	round(decline_part::numeric, 4), round(expiry_part::numeric, 4), round(answer_part::numeric, 4), round(completion_part::numeric, 4),
	round(rating_part::numeric, 4), price_part
FROM jobs.match_organizations(:service) m JOIN jobs.organization o ON o.id = m.organization_id
ORDER BY score DESC;
SELECT bool_and(abs(score - (decline_part + expiry_part + answer_part + completion_part + rating_part + price_part)) < 1e-12) AS adds_up
FROM jobs.match_organizations(:service);
-- for another service all are alike as before
SELECT pg_temp.matched(:unprovided);

-- What merchants decline, and what is said without a job, changes nothing, to the last bit.
BEGIN;
SELECT jobs.start_conversation(:org, 'Would you?', actor => :'max') AS conversation \gset
SELECT job_id AS job FROM jobs.request_job(:service, 'Work', 'Text', :org, actor => :'max') \gset
CREATE TEMPORARY TABLE before ON COMMIT DROP AS SELECT * FROM jobs.match_organizations(:service);
SELECT jobs.decline_job(:job, 'found_another', actor => :'max');
SELECT jobs.send_message(:conversation, 'I cannot take this', job_id => 0, actor => :'ann') IS NOT NULL AS said;
SELECT count(*) FROM (TABLE before EXCEPT SELECT * FROM jobs.match_organizations(:service)) changed;
COMMIT;

-- To let jobs expire costs more than to decline the same jobs.
SELECT pg_temp.jobs(:unprovided, :org, 4, 'declined'), pg_temp.jobs(:unprovided, :other_org, 4, 'expired');
SELECT pg_temp.matched(:unprovided);
-- confirmed completions help
SELECT jobs.create_service('match third') AS third \gset
SELECT jobs.provide_service(:org, :third), jobs.provide_service(:other_org, :third);
SELECT pg_temp.jobs(:third, :other_org, 3, 'confirmed'), pg_temp.jobs(:third, :org, 3, 'answered');
SELECT pg_temp.matched(:third);
SELECT o.name, completed, round(completion_share::numeric, 4)
FROM jobs.match_organizations(:third) m JOIN jobs.organization o ON o.id = m.organization_id;

-- Newcomers take turns: of equals, the one that was asked less comes first.
SELECT jobs.create_service('match fourth') AS fourth \gset
SELECT jobs.provide_service(o, :fourth) FROM unnest(ARRAY[:org, :other_org, :cleo_org]) o;
SELECT pg_temp.matched(:fourth);
SELECT pg_temp.jobs(:fourth, :org, 1, 'open'), pg_temp.jobs(:fourth, :other_org, 2, 'open');
SELECT pg_temp.matched(:fourth), pg_temp.matched(:fourth, max_rows => 1), pg_temp.matched(:fourth, max_rows => 2);

-- Who is asked at all.
BEGIN;
SELECT jobs.set_preferences(:org, is_available => false), jobs.set_preferences(:other_org, is_listed => false);
SELECT pg_temp.matched(:service);
SELECT jobs.set_preferences(:cleo_org, accepts_dropshipping => false);
SELECT pg_temp.matched(:service);
UPDATE jobs.merchant SET is_dropshipper = true WHERE id = :mia_id;
SELECT count(*) FROM jobs.match_organizations(:service, :mia_id);
SELECT count(*) FROM jobs.match_organizations(:service, :max_id);
-- for a merchant who acts, it is that merchant
SELECT jobs.act_as(:'mia');
SELECT count(*) FROM jobs.match_organizations(:service);
ROLLBACK;
BEGIN;
SELECT jobs.withdraw_service(:cleo_org, :service);
SELECT pg_temp.matched(:service);
ROLLBACK;
-- budgets: the lowest price is within it, in the same currency; the share of the range counts
SELECT jobs.create_service('match priced') AS priced \gset
SELECT jobs.provide_service(:org, :priced, 100, 300), jobs.provide_service(:other_org, :priced, 50, 100), jobs.provide_service(:cleo_org, :priced);
SELECT budget, currency, pg_temp.matched(:priced, budget, currency)
FROM (VALUES (NULL, 'USD'), (49, 'USD'), (50, 'USD'), (99.99, 'USD'), (100, 'USD'), (200, 'USD'), (1e9, 'USD'), (1000, 'EUR')) b (budget, currency);
SELECT budget, o.name, round(price_part::numeric, 4)
FROM (VALUES (75), (200), (300)) b (budget), jobs.match_organizations(:priced, budget => budget) m
JOIN jobs.organization o ON o.id = m.organization_id
ORDER BY budget, o.id;
SELECT jobs.provide_service(:org, :priced, 1e12, 1e13), jobs.provide_service(:other_org, :priced, 10), jobs.provide_service(:cleo_org, :priced, NULL, 400);
SELECT budget, o.name, round(price_part::numeric, 4)
FROM (VALUES (100), (2e12)) b (budget), jobs.match_organizations(:priced, budget => budget) m
JOIN jobs.organization o ON o.id = m.organization_id
ORDER BY budget, o.id;

-- a share that rounds to nothing
SELECT jobs.provide_service(:org, :priced, NULL, 1e14);
SELECT price_part FROM jobs.match_organizations(:priced, budget => 1) WHERE organization_id = :org;
SELECT jobs.withdraw_service(:org, :priced);

-- Reviews, by hand: one of 5 and 4 stars, 4.5, for Otto. The mean is (4.5 + 5 x 3) / (1 + 5) = 3.25,
-- Otto has (4.5 + 5 x 3.25) / (1 + 5) = 3.4583, which is (3.4583 - 1) / 4 = 0.6146, and others (3.25 - 1) / 4 = 0.5625.
SELECT jobs.create_service('match reviewed') AS reviewed \gset
SELECT jobs.provide_service(:org, :reviewed), jobs.provide_service(:other_org, :reviewed);
SELECT pg_temp.jobs(:reviewed, :other_org, 1, 'confirmed');
SELECT jobs.review_job(max(id), 5, 4, actor => :'max') IS NOT NULL AS reviewed FROM jobs.job WHERE service_id = :reviewed;
SELECT o.name, round(rating::numeric, 4), round(rating_part::numeric, 4)
FROM jobs.match_organizations(:reviewed) m JOIN jobs.organization o ON o.id = m.organization_id ORDER BY 1;
SELECT jobs.rebuild_ranking() > 0 AS rebuilt;
SELECT o.name, round(rating::numeric, 4), round(rating_part::numeric, 4)
FROM jobs.match_organizations(:reviewed) m JOIN jobs.organization o ON o.id = m.organization_id ORDER BY 1;

-- Other merchants are as if they were not there.
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT count(*) FROM jobs.match_organizations(:service, :max_id);
BEGIN;
SELECT jobs.act_as(:'max');
SELECT count(*) FROM jobs.match_organizations(:service, :max_id);
SELECT regress.try(format('SELECT * FROM jobs.match_organizations(%s, %s)', :service, :mia_id));
SELECT regress.try(format('SELECT * FROM jobs.match_organizations(%s, 1)', :service));
COMMIT;
SELECT regress.try('SELECT * FROM jobs.match_organizations(1)');
SET SESSION AUTHORIZATION regress_jobs_bound;
SELECT count(*) FROM jobs.match_organizations(:service);
SELECT regress.try(format('SELECT * FROM jobs.match_organizations(%s, %s)', :service, :mia_id));
RESET SESSION AUTHORIZATION;

-- Asking the best two: a job for each, under one request.
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT array_agg(job_id) AS asked, min(request_id) AS request, count(DISTINCT request_id),
	string_agg(jobs.display_name('member:' || (SELECT min(id) FROM jobs.member WHERE organization_id = asked_organization_id)), ',') AS names
FROM jobs.request_job(:service, 'Best', 'Text', max_matches => 2, budget => 10, client_key => '00000000-0000-0000-0000-0000000000aa', actor => :'max') \gset
RESET SESSION AUTHORIZATION;
SELECT o.name, j.status, j.origin, j.auto_rematch, j.budget, j.client_key IS NOT NULL AS has_key
FROM jobs.job j JOIN jobs.organization o ON o.id = j.organization_id WHERE request_id = :request ORDER BY j.id;
-- repeated, it returns the same
SELECT array_agg(job_id) = :'asked' AS same
FROM jobs.request_job(:service, 'Best', 'Text', max_matches => 2, budget => 10, client_key => '00000000-0000-0000-0000-0000000000aa', actor => :'max');
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Best', 'Text', %s, budget => 10, client_key => '00000000-0000-0000-0000-0000000000aa', actor => %L)$$, :service, :org, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Best', 'Text', budget => 10, auto_rematch => true, client_key => '00000000-0000-0000-0000-0000000000aa', actor => %L)$$, :service, :'max'));
-- the next best, until nobody is left
SELECT o.name FROM jobs.rematch_request(:request, actor => :'max') r JOIN jobs.organization o ON o.id = r.asked_organization_id;
SELECT count(*) FROM jobs.rematch_request(:request, 5, actor => :'max');
SELECT o.name, j.origin FROM jobs.job j JOIN jobs.organization o ON o.id = j.organization_id WHERE request_id = :request ORDER BY j.id;
-- and the first call's answer is still the first call's
SELECT array_agg(job_id) = :'asked' AS same
FROM jobs.request_job(:service, 'Best', 'Text', max_matches => 2, budget => 10, client_key => '00000000-0000-0000-0000-0000000000aa', actor => :'max');
-- whose request it is
SELECT regress.try(format('SELECT jobs.rematch_request(%s, actor => %L)', :request, who)) FROM unnest(ARRAY[:'mia', :'ann', 'system']) who;
SELECT regress.try(format('SELECT jobs.rematch_request(%s, actor => %L)', 1, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Best', 'Text', actor => %L)$$, :service, who)) FROM unnest(ARRAY[:'ann', 'system']) who;
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Best', 'Text', budget => 1, currency => 'EUR', actor => %L)$$, :priced, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(1, 'Best', 'Text', actor => %L)$$, :'max'));
SELECT regress.try(format($$SELECT jobs.request_job(%s, 'Best', 'Text', store_id => %s, actor => %L)$$, :service, :mia_store, :'max'));

-- By itself: when the organization declines or lets it expire, until somebody answers.
SELECT job_id AS first, request_id AS request FROM jobs.request_job(:fourth, 'Auto', 'Text', max_matches => 1, auto_rematch => true, actor => :'max') \gset
CREATE FUNCTION pg_temp.asked(request bigint)
RETURNS text
LANGUAGE sql AS $$
	SELECT string_agg(o.name || ' ' || j.status || ' ' || j.origin, ', ' ORDER BY j.id)
	FROM jobs.job j JOIN jobs.organization o ON o.id = j.organization_id WHERE request_id = request
$$;
SELECT pg_temp.asked(:request);
SELECT jobs.decline_job(:first, 'too_busy', actor => :'cleo');
SELECT pg_temp.asked(:request);
-- it is the system that asks
SELECT regress.history(max(id)) FROM jobs.job WHERE request_id = :request;
SELECT regress.run_out(max(id)) FROM jobs.job WHERE request_id = :request;
SELECT jobs.expire_jobs();
SELECT pg_temp.asked(:request);
-- nobody is left: declined it is, and no more
SELECT jobs.decline_job(max(id), actor => :'otto') FROM jobs.job WHERE request_id = :request;
SELECT pg_temp.asked(:request);
-- plain SQL sets it off as well; what the merchant declines does not
SELECT job_id AS first, request_id AS request FROM jobs.request_job(:fourth, 'Auto', 'Text', :cleo_org, auto_rematch => true, actor => :'max') \gset
BEGIN;
SELECT jobs.act_as(:'cleo');
UPDATE jobs.job SET status = 'declined' WHERE id = :first;
COMMIT;
SELECT jobs.decline_job(max(id), actor => :'max') FROM jobs.job WHERE request_id = :request;
SELECT pg_temp.asked(:request);
-- somebody has answered, and then again nobody has
SELECT array_agg(job_id) AS asked, min(request_id) AS request
FROM jobs.request_job(:fourth, 'Auto', 'Text', max_matches => 2, auto_rematch => true, actor => :'mia') \gset
SELECT jobs.reply_to_job((:'asked'::bigint[])[1], 'Yes', actor => 'member:' || m.id) IS NOT NULL AS answered
FROM jobs.job j JOIN jobs.member m USING (organization_id) WHERE j.id = (:'asked'::bigint[])[1] LIMIT 1;
SELECT jobs.decline_job((:'asked'::bigint[])[2], actor => 'member:' || min(m.id))
FROM jobs.job j JOIN jobs.member m USING (organization_id) WHERE j.id = (:'asked'::bigint[])[2];
SELECT count(*) FROM jobs.job WHERE request_id = :request;
SELECT jobs.decline_job((:'asked'::bigint[])[1], actor => 'member:' || min(m.id))
FROM jobs.job j JOIN jobs.member m USING (organization_id) WHERE j.id = (:'asked'::bigint[])[1];
SELECT count(*) FROM jobs.job WHERE request_id = :request;
-- what goes wrong with the next one stops neither a decline nor a sweep
SELECT job_id AS first, request_id AS request FROM jobs.request_job(:fourth, 'Auto', 'Text', :org, auto_rematch => true, actor => :'mia') \gset
SELECT job_id AS second FROM jobs.request_job(:fourth, 'Auto', 'Text', :org, auto_rematch => true, actor => :'mia') \gset
CREATE TRIGGER zz_user BEFORE INSERT ON jobs.job FOR EACH ROW WHEN (NEW.origin = 'rematch') EXECUTE FUNCTION regress.run('SELECT 1 / 0');
SET client_min_messages = error;
SELECT jobs.decline_job(:first, actor => :'ann');
SELECT regress.run_out(:second);
SELECT jobs.expire_jobs();
RESET client_min_messages;
DROP TRIGGER zz_user ON jobs.job;
SELECT pg_temp.asked(:request);
SELECT count(*) FROM jobs.rematch_request(:request, actor => :'mia');
SELECT regress.try(format('SELECT jobs.rematch_request(%s, 101, actor => %L)', :request, :'mia'));
-- a blocked conversation is left out
BEGIN;
UPDATE jobs.conversation SET is_blocked = true WHERE organization_id = :other_org AND merchant_id = :max_id;
SELECT o.name FROM jobs.match_organizations(:fourth, :max_id) m JOIN jobs.organization o ON o.id = m.organization_id ORDER BY 1;
ROLLBACK;

-- An ORM asks one organization, and may have the others asked after it.
BEGIN;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.job (organization_id, service_id, title, description, auto_rematch, origin, remind_at)
VALUES (:org, :fourth, 'By hand', 'Text', true, NULL, NULL) RETURNING origin, auto_rematch;
SELECT regress.try(format($$INSERT INTO jobs.job (organization_id, service_id, title, description, origin) VALUES (%s, %s, 'T', 'T', 'match')$$, :org, :fourth));
SELECT regress.try(format($$INSERT INTO jobs.job (organization_id, service_id, title, description, remind_at) VALUES (%s, %s, 'T', 'T', now())$$, :org, :fourth));
SELECT regress.try($$UPDATE jobs.job SET auto_rematch = NOT auto_rematch WHERE title = 'By hand'$$);
ROLLBACK;
