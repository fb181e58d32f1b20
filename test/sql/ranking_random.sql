-- Random histories: what was added up as it happened equals what is counted from the tables.
-- Jobs of any age, outcomes of any kind, in transactions of any length, some of which, or parts
-- of which, are rolled back.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('random') \gset
SELECT jobs.provide_service(:org, :unprovided), jobs.provide_service(:other_org, :unprovided);

-- Jobs that stand there get any age, and are counted with it; what happens to them next is added up.
CREATE PROCEDURE pg_temp.grow_old()
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	UPDATE jobs.job SET created_at = created_at - random() * interval '400 days' WHERE title = 'Random' AND random() < 0.5;
	SET LOCAL session_replication_role = origin;
	PERFORM jobs.rebuild_ranking();
	COMMIT;
END
$$;

-- one random thing of what can happen to a job
CREATE PROCEDURE pg_temp.happen(d regress.directory)
LANGUAGE plpgsql AS $$
DECLARE
	is_org boolean := random() < 0.5;
	organization bigint := CASE WHEN is_org THEN d.org ELSE d.other_org END;
	member text := CASE WHEN is_org THEN d.ann ELSE d.otto END;
	service bigint := CASE WHEN random() < 0.5 THEN d.service ELSE d.unprovided END;
	job bigint;
	what float8 := random();
BEGIN
	IF what < 0.3 THEN
		PERFORM jobs.request_job(service, 'Random', 'Text', organization, actor => d.max);
		RETURN;
	ELSIF what < 0.4 THEN
		PERFORM jobs.request_job(service, 'Random', 'Text', auto_rematch => random() < 0.5, max_matches => 1, actor => d.max);
		RETURN;
	END IF;
	IF what < 0.45 THEN
		-- work for a new store
		job := jobs.send_proposal(jobs.start_conversation(organization, 'Hello', actor => d.max), service, 'Offer', 'Work', 1, actor => member);
		PERFORM jobs.accept_proposal(job, actor => d.max), jobs.request_review(job, actor => member),
			jobs.review_proposal(job, 1, 5, actor => d.max);
		RETURN;
	END IF;
	SELECT id INTO job FROM jobs.job WHERE organization_id = organization AND title = 'Random' ORDER BY random() LIMIT 1;
	CASE floor(random() * 6)
		WHEN 0 THEN PERFORM jobs.reply_to_job(job, 'Text', actor => member);
		WHEN 1 THEN PERFORM jobs.decline_job(job, actor => member);
		WHEN 2 THEN PERFORM jobs.decline_job(job, actor => d.max);
		WHEN 3 THEN
			PERFORM jobs.complete_job(job, actor => member);
			IF random() < 0.5 THEN
				PERFORM jobs.confirm_completion(job, actor => d.max);
				PERFORM jobs.review_job(job, ceil(random() * 5)::integer, ceil(random() * 5)::integer, actor => d.max);
			END IF;
		WHEN 4 THEN PERFORM jobs.confirm_completion(job, actor => d.max);
		ELSE PERFORM regress.run_out(job), jobs.expire_jobs();
	END CASE;
END
$$;

CREATE PROCEDURE pg_temp.history(seed integer)
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
BEGIN
	SELECT * INTO d FROM regress.directory WHERE test = 'random';
	PERFORM setseed(seed / 100.0);
	FOR i IN 1 .. 500 LOOP
		BEGIN
			CALL pg_temp.happen(d);
			IF random() < 0.2 THEN
				CALL pg_temp.happen(d);
				RAISE division_by_zero;
			END IF;
		EXCEPTION WHEN division_by_zero OR SQLSTATE 'PT409' OR SQLSTATE 'PT410' OR null_value_not_allowed THEN
			NULL;
		END;
		CASE floor(random() * 10)
			WHEN 0 THEN ROLLBACK;
			WHEN 1, 2, 3 THEN COMMIT;
			ELSE NULL;
		END CASE;
	END LOOP;
	COMMIT;
END
$$;
CALL pg_temp.history(1);
CALL pg_temp.grow_old();
CALL pg_temp.history(2);
CALL pg_temp.grow_old();
CALL pg_temp.history(3);

-- enough of everything has happened
SELECT count(*) FILTER (WHERE j.status = 'expired') > 0 AS expired, count(*) FILTER (WHERE d.declined_by = 'expert') > 0 AS declined,
	count(*) FILTER (WHERE d.declined_by = 'merchant') > 0 AS declined_by_merchant, count(j.confirmed_at) > 0 AS confirmed,
	count(*) FILTER (WHERE j.origin = 'rematch') > 0 AS rematched,
	count(*) FILTER (WHERE j.first_response_at > j.created_at + interval '24 hours') > 0 AS answered_late
FROM jobs.job j LEFT JOIN jobs.decline d ON d.job_id = j.id WHERE j.title = 'Random';
SELECT count(job_id) > 0 AS reviewed_jobs, count(proposal_id) > 0 AS reviewed_proposals
FROM jobs.review WHERE organization_id IN (:org, :other_org);
BEGIN;
CREATE TEMPORARY TABLE added ON COMMIT DROP AS
SELECT r.organization_id, r.service_id, confirmed_jobs,
	ARRAY(SELECT s * power(2, extract(epoch FROM landmark - now())::float8 / half_life)
		FROM unnest(ARRAY[received, decided, answered, declined, expired, completed, reviews, stars]) s) AS sums
FROM jobs.ranking_stat r;
SELECT jobs.rebuild_ranking() AS counted \gset
SELECT count(*) AS sums, bool_and(a.confirmed_jobs = r.confirmed_jobs) AS same_count,
	bool_and((SELECT bool_and(abs(old - new) <= 1e-9 * (1 + new)) FROM unnest(a.sums, r.sums) s (old, new))) AS same_sums
FROM added a
JOIN (SELECT organization_id, service_id, confirmed_jobs,
	ARRAY(SELECT s * power(2, extract(epoch FROM landmark - now())::float8 / half_life)
		FROM unnest(ARRAY[received, decided, answered, declined, expired, completed, reviews, stars]) s) AS sums
	FROM jobs.ranking_stat) r USING (organization_id, service_id)
WHERE organization_id IN (:org, :other_org);
SELECT count(*) = :counted AS none_is_missing FROM added;
COMMIT;
