-- Jobs that have ended are deleted with all that hangs on them, and no others; what is known of organizations
-- stays. All of it is rolled back.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
SELECT * FROM regress.directory('job_purge') \gset
-- whoever reads the feed would keep them
SELECT count(*) FROM jobs.event_consumer;
BEGIN;

-- What is known of all organizations, as it counts now.
CREATE FUNCTION pg_temp.known()
RETURNS text
LANGUAGE sql AS $$
	SELECT md5(string_agg(concat_ws(' ', k.*), ',' ORDER BY organization_id, service_id))
	FROM (
		SELECT organization_id, service_id, round(sum(received * f)::numeric, 9), round(sum(decided * f)::numeric, 9),
			round(sum(answered * f)::numeric, 9), round(sum(declined * f)::numeric, 9), round(sum(expired * f)::numeric, 9),
			round(sum(completed * f)::numeric, 9), round(sum(reviews * f)::numeric, 9), round(sum(stars * f)::numeric, 9), sum(confirmed_jobs)
		FROM jobs.ranking_stat, LATERAL power(2, extract(epoch FROM landmark - now())::float8 / half_life) f
		GROUP BY organization_id, service_id) k
$$;
-- what refers to these jobs, table by table
CREATE FUNCTION pg_temp.hangs(ids bigint[])
RETURNS text
LANGUAGE sql AS $$
	SELECT concat_ws(', ',
		(SELECT nullif(count(*), 0) || ' jobs' FROM jobs.job WHERE id = ANY (ids)),
		(SELECT nullif(count(*), 0) || ' messages' FROM jobs.message WHERE job_id = ANY (ids)),
		(SELECT nullif(count(*), 0) || ' e-mails' FROM jobs.email WHERE job_id = ANY (ids)),
		(SELECT nullif(count(*), 0) || ' events' FROM jobs.event WHERE job_id = ANY (ids)),
		(SELECT nullif(count(*), 0) || ' callers' FROM jobs.event_caller c WHERE NOT EXISTS (SELECT FROM jobs.event e WHERE e.id = c.event_id)),
		(SELECT nullif(count(*), 0) || ' reviews' FROM jobs.review WHERE job_id = ANY (ids)),
		(SELECT nullif(count(*), 0) || ' declines' FROM jobs.decline WHERE job_id = ANY (ids)),
		(SELECT nullif(count(*), 0) || ' assignments' FROM jobs.assignment WHERE job_id = ANY (ids)))
$$;
CREATE FUNCTION pg_temp.send_all()
RETURNS void
LANGUAGE sql AS $$ UPDATE jobs.email SET sent_at = now(), next_attempt_at = NULL WHERE next_attempt_at IS NOT NULL $$;

-- Of all that there is, of these tests and of others, what has ended goes, and leaves nothing behind.
CREATE TABLE pg_temp.mine AS
SELECT situation, regress.job('job_purge', situation) AS id
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed,declined,declined_by_merchant,expired}'::text[]) situation;
INSERT INTO pg_temp.mine SELECT 'overdue', regress.job('job_purge', 'overdue') UNION ALL SELECT 'of a proposal', regress.job('job_purge', 'confirmed', true)
	UNION ALL SELECT 'reviewed', regress.job('job_purge', 'confirmed');
SELECT id AS reviewed FROM pg_temp.mine WHERE situation = 'reviewed' \gset
SELECT id AS of_proposal FROM pg_temp.mine WHERE situation = 'of a proposal' \gset
SELECT jobs.reply_to_review(jobs.review_job(:reviewed, 5, 4, 'Good', actor => :'max'), 'Thanks', actor => :'ann');
SELECT jobs.assign_self(:reviewed, actor => :'ann'), jobs.reply_to_job(:reviewed, 'Again', actor => :'max') > 0;
SELECT job_id AS keyed FROM jobs.request_job(:service, 'Keyed', 'Text', :org, client_key => '11111111-1111-1111-1111-111111111111', actor => :'max') \gset
SELECT jobs.decline_job(:keyed, 'too_busy', 'Sorry', actor => :'ann');
SET LOCAL session_replication_role = replica;
-- of half a year: what they told counts a quarter
UPDATE jobs.job SET created_at = created_at - interval '4320 hours' WHERE id IN (SELECT id FROM pg_temp.mine WHERE situation <> 'expired');
UPDATE jobs.review SET written_at = written_at - interval '2160 hours' WHERE job_id = :reviewed;
SET LOCAL session_replication_role = origin;
SELECT jobs.rebuild_ranking() > 0;
SELECT situation, pg_temp.hangs(ARRAY[id]) FROM pg_temp.mine ORDER BY situation;
SELECT pg_temp.known() AS known \gset
SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) AS stored FROM jobs.ranking_stat r \gset
SELECT count(*) AS conversations FROM jobs.conversation \gset
SELECT count(*) AS proposals FROM jobs.proposal \gset
SELECT count(*) AS plain_messages FROM jobs.message WHERE job_id IS NULL \gset
SELECT count(*) AS plain_events FROM jobs.event WHERE job_id IS NULL \gset
SELECT count(*) AS live FROM jobs.job WHERE ended_at IS NULL \gset
-- what waits to be sent keeps its job
UPDATE jobs.email SET sent_at = now(), next_attempt_at = NULL WHERE job_id NOT IN (SELECT id FROM pg_temp.mine WHERE situation LIKE 'declined%');
SELECT jobs.purge_jobs('0', 1000000) > 0;
SELECT situation, pg_temp.hangs(ARRAY[id]) FROM pg_temp.mine WHERE situation LIKE 'declined%' ORDER BY situation;
SELECT pg_temp.send_all();
SELECT jobs.purge_jobs('0', 1000000);
SELECT situation, pg_temp.hangs(ARRAY[id]) FROM pg_temp.mine ORDER BY situation;
SELECT pg_temp.hangs(ARRAY[:keyed]);
SELECT count(*) = :live FROM jobs.job WHERE ended_at IS NULL;
SELECT jobs.purge_jobs('0');
-- nothing points to what is gone
SELECT (SELECT count(*) FROM jobs.message LEFT JOIN jobs.job j ON j.id = job_id WHERE job_id IS NOT NULL AND j.id IS NULL)
	+ (SELECT count(*) FROM jobs.event LEFT JOIN jobs.job j ON j.id = job_id WHERE job_id IS NOT NULL AND j.id IS NULL)
	+ (SELECT count(*) FROM jobs.email LEFT JOIN jobs.job j ON j.id = job_id WHERE job_id IS NOT NULL AND j.id IS NULL)
	+ (SELECT count(*) FROM jobs.review LEFT JOIN jobs.job j ON j.id = job_id WHERE job_id IS NOT NULL AND j.id IS NULL)
	+ (SELECT count(*) FROM jobs.decline LEFT JOIN jobs.job j ON j.id = job_id WHERE j.id IS NULL)
	+ (SELECT count(*) FROM jobs.assignment LEFT JOIN jobs.job j ON j.id = job_id WHERE j.id IS NULL);
-- what is no job's stays
SELECT (SELECT count(*) FROM jobs.conversation) = :conversations, (SELECT count(*) FROM jobs.proposal) = :proposals,
	(SELECT count(*) FROM jobs.message WHERE job_id IS NULL) = :plain_messages, (SELECT count(*) FROM jobs.event WHERE job_id IS NULL) = :plain_events;

-- What is known stays: to the last bit, and when it is counted anew; also when the clock goes on.
SELECT md5(string_agg(r::text, ',' ORDER BY r::text)) = :'stored' AS stored, pg_temp.known() = :'known' AS known FROM jobs.ranking_stat r;
SELECT jobs.rebuild_ranking() > 0;
SELECT pg_temp.known() = :'known' AS known;
SELECT count(*) > 0, count(*) FILTER (WHERE half_life <> 90 * 86400) FROM jobs.ranking_purged;
DELETE FROM jobs.ranking_stat;
SELECT jobs.rebuild_ranking() > 0;
SELECT pg_temp.known() = :'known' AS known;
SAVEPOINT here;
SET LOCAL session_replication_role = replica;
UPDATE jobs.ranking_purged SET landmark = landmark - interval '2160 hours';
SET LOCAL session_replication_role = origin;
SELECT jobs.rebuild_ranking() > 0;
SELECT round(s.reviews::numeric, 6), round(s.stars::numeric, 6) FROM jobs.ranking_stat s WHERE organization_id = :org AND service_id = :service;
ROLLBACK TO here;
SELECT round(s.reviews::numeric, 6), round(s.stars::numeric, 6) FROM jobs.ranking_stat s WHERE organization_id = :org AND service_id = :service;
-- with another half-life it fades from when all was counted anew
SET LOCAL jobs.ranking_half_life = '30d';
SELECT jobs.rebuild_ranking() > 0;
SELECT round(s.reviews::numeric, 6), s.half_life FROM jobs.ranking_stat s WHERE organization_id = :org AND service_id = :service;
SELECT round(s.reviews::numeric, 6), s.half_life FROM jobs.ranking_purged s WHERE organization_id = :org AND service_id = :service;
SET LOCAL jobs.ranking_half_life = '90d';
SELECT jobs.rebuild_ranking() > 0;

-- Who comes back: a proposal was accepted, a key is free again, and what is gone is missing.
SELECT proposal_id IS NOT NULL AS has_proposal, job_id, status FROM jobs.proposals_and_jobs WHERE kind = 'proposal' AND merchant_id = :max_id;
SELECT jobs.accept_proposal(proposal_id, :store, actor => :'max') FROM jobs.proposals_and_jobs WHERE kind = 'proposal' AND merchant_id = :max_id;
SELECT job_id > :keyed AS is_new FROM jobs.request_job(:service, 'Keyed', 'Text', :org, client_key => '11111111-1111-1111-1111-111111111111', actor => :'max');
SELECT regress.try(format('SELECT jobs.reply_to_job(%s, $$Hello$$, actor => %L)', :reviewed, :'max'));
SELECT regress.try(format('SELECT jobs.review_job(%s, 5, 5, actor => %L)', :reviewed, :'max'));

-- Many jobs, from 2010 on, one a day, all declined on the next day, each with a message, an event with its caller, and an e-mail.
CREATE FUNCTION pg_temp.fill(howmany integer)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory := (SELECT d FROM regress.directory d WHERE test = 'job_purge');
	talk bigint := (SELECT id FROM jobs.conversation WHERE organization_id = d.org AND merchant_id = d.max_id);
BEGIN
	SET LOCAL session_replication_role = replica;
	DELETE FROM jobs.email WHERE job_id < 1000;
	DELETE FROM jobs.event_caller WHERE event_id < 1000;
	DELETE FROM jobs.event WHERE id < 1000;
	DELETE FROM jobs.message WHERE id < 1000;
	DELETE FROM jobs.decline WHERE job_id < 1000;
	DELETE FROM jobs.job WHERE id < 1000;
	INSERT INTO jobs.job (id, organization_id, merchant_id, conversation_id, service_id, title, description, status, created_at, ended_at)
	SELECT n, d.org, d.max_id, talk, d.service, 'Old', 'Text', 'declined', timestamptz '2009-12-31' + make_interval(days => n), timestamptz '2010-01-01' + make_interval(days => n)
	FROM generate_series(1, howmany) n;
	INSERT INTO jobs.decline (organization_id, job_id, merchant_id, service_id, declined_by, actor, from_status, declined_at)
	SELECT d.org, id, d.max_id, d.service, CASE WHEN id % 2 = 0 THEN 'expert' ELSE 'merchant' END, d.ann, 'new', ended_at FROM jobs.job WHERE id < 1000;
	INSERT INTO jobs.message (id, organization_id, merchant_id, conversation_id, job_id, author, body, sent_at)
	SELECT id, d.org, d.max_id, talk, id, d.ann, 'Text', created_at FROM jobs.job WHERE id < 1000;
	INSERT INTO jobs.event (id, organization_id, merchant_id, job_id, conversation_id, action, actor, occurred_at)
	SELECT id, d.org, d.max_id, id, talk, 'decline', d.ann, ended_at FROM jobs.job WHERE id < 1000;
	INSERT INTO jobs.event_caller (organization_id, event_id, called_by) SELECT d.org, id, 'someone' FROM jobs.job WHERE id < 1000;
	INSERT INTO jobs.email (id, organization_id, job_id, kind, recipient, language, payload, created_at, attempts, sent_at)
	SELECT id, d.org, id, 'declined', 'r@purge.example', 'en', '{}', ended_at, 1, ended_at FROM jobs.job WHERE id < 1000;
	SET LOCAL session_replication_role = origin;
END
$$;
-- what ended before that day is old
CREATE FUNCTION pg_temp.purge(day timestamptz, max_rows integer DEFAULT 1000)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	deleted bigint := jobs.purge_jobs(clock_timestamp() - day, max_rows);
BEGIN
	RETURN deleted || ' deleted, ' || coalesce((SELECT count(*) || ' left: ' || string_agg(id::text, ' ' ORDER BY id) FROM (SELECT id FROM jobs.job WHERE id < 1000 ORDER BY id LIMIT 12) j HAVING count(*) > 0), 'none left')
		|| CASE WHEN EXISTS (SELECT FROM (SELECT job_id FROM jobs.message UNION ALL SELECT job_id FROM jobs.event UNION ALL SELECT job_id FROM jobs.email UNION ALL SELECT job_id FROM jobs.decline) h
			WHERE job_id < 1000 AND job_id NOT IN (SELECT id FROM jobs.job)) THEN ', and something else' ELSE '' END;
END
$$;
SELECT pg_temp.fill(10);
SELECT pg_temp.purge('2010-01-01');
SELECT pg_temp.purge('2010-01-02 12:00');
SELECT pg_temp.purge('2010-01-05 12:00', 2);
SELECT pg_temp.purge('2010-01-05 12:00');
SELECT pg_temp.purge('2010-02-01', 1);
SELECT pg_temp.purge('2010-02-01');
SELECT pg_temp.purge('2010-02-01');
SELECT pg_temp.fill(130);
SELECT pg_temp.purge('2015-01-01', 120);
SELECT pg_temp.purge('2015-01-01', 120);

-- What keeps a job: that it lives, was confirmed or reviewed lately, somebody wrote in it, an e-mail is due again, another one is still to be asked.
SELECT pg_temp.fill(9);
SET LOCAL session_replication_role = replica;
UPDATE jobs.job SET ended_at = NULL, status = 'inactive' WHERE id = 1;
UPDATE jobs.job SET status = 'completed', confirmed_at = now() WHERE id = 2;
UPDATE jobs.message SET sent_at = now() WHERE job_id = 3;
UPDATE jobs.email SET sent_at = NULL, dead_at = sent_at, next_attempt_at = now() WHERE job_id = 4;
UPDATE jobs.job SET rematch_at = now() WHERE id = 5;
UPDATE jobs.job SET ended_at = now() WHERE id = 6;
INSERT INTO jobs.review (id, organization_id, merchant_id, service_id, job_id, communication, quality, written_at) VALUES (1, :org, :max_id, :service, 7, 5, 5, now());
INSERT INTO jobs.review (id, organization_id, merchant_id, service_id, job_id, communication, quality, written_at, replied_at) VALUES (2, :org, :max_id, :service, 8, 5, 5, '2010-01-20', now());
SET LOCAL session_replication_role = origin;
SELECT pg_temp.purge('2010-02-01');
DELETE FROM jobs.review WHERE id < 10;
-- that another one of its request lives, or has not ended for so long
SELECT pg_temp.fill(6);
SET LOCAL session_replication_role = replica;
UPDATE jobs.job SET request_id = 1 + id / 4 WHERE id < 10;
UPDATE jobs.job SET ended_at = NULL, status = 'inactive' WHERE id = 2;
SET LOCAL session_replication_role = origin;
SELECT pg_temp.purge('2010-01-06 12:00');
SELECT pg_temp.purge('2010-02-01');
-- that it is looked for no further than to the first one that is too young
SELECT pg_temp.fill(5);
SET LOCAL session_replication_role = replica;
UPDATE jobs.job SET created_at = now() WHERE id = 3;
SET LOCAL session_replication_role = origin;
SELECT pg_temp.purge('2010-02-01');

-- Consumers: what one of those who may see it has not acknowledged keeps its job.
SELECT pg_temp.fill(4);
SELECT jobs.create_consumer('mia', actor => :'mia'), jobs.create_consumer('otto', actor => :'otto');
SAVEPOINT here;
SELECT pg_temp.purge('2010-02-01');
ROLLBACK TO here;
SELECT jobs.create_consumer('max', actor => :'max');
SELECT pg_temp.purge('2010-02-01');
SELECT jobs.act_as(:'max');
SELECT count(*) > 4 FROM jobs.read_events('max', 100000);
SELECT pg_temp.purge('2010-02-01');
SELECT jobs.ack_events('max', position) FROM jobs.event WHERE id = 2;
SELECT pg_temp.purge('2010-02-01');
SELECT jobs.act_as('');
SELECT jobs.create_consumer('all');
SELECT pg_temp.purge('2010-02-01');
SELECT jobs.ack_events('all', position) > 0 FROM jobs.event WHERE id = 4;
-- what Max doesn't see is nothing to wait for; the positions go on above what went
SET LOCAL session_replication_role = replica;
UPDATE jobs.event SET action = 'assign' WHERE id = 3;
SET LOCAL session_replication_role = origin;
SELECT position AS highest FROM jobs.event WHERE id = 3 \gset
SELECT pg_temp.purge('2010-02-01');
SELECT purged_position >= :highest FROM jobs.node;
SELECT jobs.drop_consumer(name, actor => actor) FROM (VALUES ('all', 'system'), ('max', :'max'), ('mia', :'mia'), ('otto', :'otto')) v (name, actor);

-- Triggers and foreign keys of users: what they are against stays as a whole, with what is known.
CREATE FUNCTION regress.keep_three() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF to_jsonb(OLD) ->> TG_ARGV[0] = '3' THEN
		IF TG_ARGV[1] = 'raise' THEN
			RAISE 'three is kept';
		END IF;
		RETURN NULL;
	END IF;
	RETURN OLD;
END
$$;
CREATE FUNCTION regress.writes_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF to_jsonb(OLD) ->> TG_ARGV[0] = '3' THEN
		PERFORM jobs.reply_to_job(3, 'Do not forget me', actor => 'merchant:' || OLD.merchant_id);
	END IF;
	RETURN OLD;
END
$$;
GRANT EXECUTE ON FUNCTION regress.keep_three, regress.writes_back TO regress_jobs_owner;
CREATE FUNCTION pg_temp.purge_against(statement text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	before text;
	result text;
	rebuilt bigint;
BEGIN
	PERFORM pg_temp.fill(6);
	SET LOCAL session_replication_role = replica;
	UPDATE jobs.job SET status = 'completed' WHERE id = 3;
	SET LOCAL session_replication_role = origin;
	rebuilt := jobs.rebuild_ranking();
	before := pg_temp.known();
	EXECUTE statement;
	result := pg_temp.purge('2010-02-01');
	rebuilt := jobs.rebuild_ranking();
	RETURN result || ', three has ' || coalesce(pg_temp.hangs('{3}'), 'nothing') || CASE WHEN pg_temp.known() <> before THEN ', and something else is known' ELSE '' END;
END
$$;
CREATE TABLE regress.own (job_id bigint);
ALTER TABLE regress.own OWNER TO regress_jobs_owner;
INSERT INTO regress.own VALUES (3);
SELECT pg_temp.purge_against('SELECT');
CREATE FUNCTION pg_temp.purge_beside(target text, timing text, function text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	result := pg_temp.purge_against(format('CREATE TRIGGER own %s DELETE ON jobs.%I FOR EACH ROW EXECUTE FUNCTION regress.%s', timing, target, function));
	EXECUTE format('DROP TRIGGER own ON jobs.%I', target);
	RETURN result;
END
$$;
SELECT pg_temp.purge_beside('job', 'BEFORE', 'keep_three(''id'')');
SELECT target, pg_temp.purge_beside(target, 'BEFORE', 'keep_three(''job_id'')') FROM unnest('{message,event,email,decline}'::text[]) target;
SELECT target, pg_temp.purge_beside(target, 'AFTER', 'keep_three(''job_id'', ''raise'')') FROM unnest('{message,decline}'::text[]) target;
SELECT pg_temp.purge_beside('job', 'AFTER', 'keep_three(''id'', ''raise'')');
SELECT pg_temp.purge_beside('message', 'AFTER', 'writes_back(''job_id'')');
SELECT pg_temp.purge_beside('job', 'BEFORE', 'writes_back(''id'')');
-- a constraint trigger that would come with the commit
SELECT pg_temp.purge_against('CREATE CONSTRAINT TRIGGER own AFTER DELETE ON jobs.message DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION regress.keep_three(''job_id'', ''raise'')');
DROP TRIGGER own ON jobs.message;
-- keys: at once, with the commit, and one that follows
SELECT pg_temp.purge_against('ALTER TABLE regress.own ADD CONSTRAINT own FOREIGN KEY (job_id) REFERENCES jobs.job');
ALTER TABLE regress.own DROP CONSTRAINT own;
SELECT pg_temp.purge_against('ALTER TABLE regress.own ADD CONSTRAINT own FOREIGN KEY (job_id) REFERENCES jobs.job DEFERRABLE INITIALLY DEFERRED');
ALTER TABLE regress.own DROP CONSTRAINT own;
SELECT pg_temp.purge_against('ALTER TABLE regress.own ADD CONSTRAINT own FOREIGN KEY (job_id) REFERENCES jobs.message (id) DEFERRABLE INITIALLY DEFERRED');
ALTER TABLE regress.own DROP CONSTRAINT own;
SELECT pg_temp.purge_against('ALTER TABLE regress.own ADD CONSTRAINT own FOREIGN KEY (job_id) REFERENCES jobs.job ON DELETE CASCADE');
SELECT count(*) FROM regress.own;
ALTER TABLE regress.own DROP CONSTRAINT own;
-- a key of a user's own column in a table of ours
ALTER TABLE jobs.message ADD COLUMN about bigint REFERENCES jobs.job;
SELECT pg_temp.purge_against('UPDATE jobs.message SET about = 3 WHERE job_id > 1000');
ALTER TABLE jobs.message DROP COLUMN about;
-- many that stay
INSERT INTO regress.own SELECT n FROM generate_series(1, 70) n;
SELECT pg_temp.fill(130);
ALTER TABLE regress.own ADD CONSTRAINT own FOREIGN KEY (job_id) REFERENCES jobs.job NOT VALID;
SELECT split_part(pg_temp.purge('2015-01-01'), ' left', 1);
SELECT count(*), min(id), max(id) FROM jobs.job WHERE id < 1000;
ALTER TABLE regress.own DROP CONSTRAINT own;
SELECT pg_temp.purge('2015-01-01');

-- bad values, and who may
SELECT call, regress.try('SELECT jobs.' || call)
FROM unnest(ARRAY[
	'purge_jobs(NULL)',
	'purge_jobs($$1 day$$, NULL)',
	'purge_jobs($$1 day$$, 0)',
	'purge_jobs($$-1 second$$)',
	'purge_jobs($$-1 month 27 days$$)',
	'purge_jobs($$101 years$$)',
	'purge_jobs($$170000000 years$$)',
	'purge_jobs($$-170000000 years$$)',
	'purge_jobs($$100 years$$)',
	'purge_jobs($$1 day$$, 2147483647)'
]) call;
SET LOCAL ROLE regress_jobs_app;
SELECT regress.try('SELECT jobs.purge_jobs($$1 day$$)');
SET LOCAL ROLE regress_jobs_viewer;
SELECT regress.try('SELECT jobs.purge_jobs($$1 day$$)');
SET LOCAL ROLE regress_jobs_operator;
SELECT regress.try('SELECT jobs.purge_jobs($$100 years$$)');
RESET ROLE;
\set ON_ERROR_ROLLBACK off
SET TRANSACTION READ ONLY;
SELECT regress.try('SELECT jobs.purge_jobs($$1 day$$)');
ROLLBACK;
