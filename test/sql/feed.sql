-- The event feed: who reads what, in which order, and what becomes of it. All of it is
-- rolled back.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
SELECT * FROM regress.directory('feed') \gset
BEGIN;
-- what other tests have left is numbered here; from then on positions count from :base
SELECT jobs.create_consumer('now', from_start => false);
SELECT position AS base FROM jobs.event_consumer WHERE name = 'now' \gset
SELECT count(*) FROM jobs.event WHERE position IS NULL;
-- conversations whose start nobody has told, so that what follows are events of jobs
SET LOCAL session_replication_role = replica;
INSERT INTO jobs.conversation (id, organization_id, merchant_id)
SELECT nextval('jobs.conversation_id_seq') + organization % 1024, organization, merchant
FROM (VALUES (:org, :max_id), (:other_org, :mia_id)) v (organization, merchant);
SET LOCAL session_replication_role = origin;

-- Reads as somebody: positions from :base on, jobs by their order, and what happened.
CREATE FUNCTION pg_temp.read(who text, consumer text, max_rows integer DEFAULT 1000)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM jobs.act_as(who);
	SELECT string_agg(concat_ws(' ', r.event_position - base.position, r.action), ', ' ORDER BY n)
	INTO result
	FROM jobs.read_events(consumer, max_rows) WITH ORDINALITY r (event_position, event_id, organization_id, job_id,
			conversation_id, proposal_id, review_id, action, from_status, to_status, actor, occurred_at, details, n),
		(SELECT min(position) AS position FROM pg_temp.base) base;
	PERFORM jobs.act_as('');
	RETURN coalesce(result, 'nothing');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.ack(who text, consumer text, up_to bigint)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM jobs.act_as(who);
	SELECT jobs.ack_events(consumer, min(position) + up_to) INTO result FROM pg_temp.base;
	PERFORM jobs.act_as('');
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE TEMPORARY TABLE base AS SELECT :base::bigint AS position;

-- consumers: names are unique for each owner, those of others are not there
SELECT jobs.create_consumer('mail', actor => :'ann');
SELECT jobs.create_consumer('mail', actor => :'max');
SELECT jobs.create_consumer('mail', actor => :'mia');
SELECT jobs.create_consumer('mail');
SELECT regress.try(format('SELECT jobs.create_consumer($$mail$$, actor => %L)', actor))
FROM unnest(ARRAY[:'bob', :'max', 'system', :'otto']) actor;
SELECT regress.try(format('SELECT jobs.%s', call)) FROM unnest(ARRAY[
	format('create_consumer($$x$$, actor => %L)', ''),
	format('create_consumer($$x$$, actor => %L)', 'member:1'),
	format('create_consumer($$x$$, actor => %L)', 'merchant:1'),
	format('create_consumer(%L, actor => %L)', E'x\ny', :'ann'),
	format('drop_consumer($$x$$, actor => %L)', :'ann'),
	'drop_consumer($$x$$)',
	'read_events($$x$$)',
	'ack_events($$x$$, 1)']) call;
SELECT jobs.drop_consumer('mail', actor => :'otto');
SELECT regress.try(format('SELECT jobs.drop_consumer($$mail$$, actor => %L)', :'otto'));
SELECT name, organization_id = :org AS is_of_org, regress.who('merchant:' || merchant_id) AS merchant, position, acked_at,
	id % 1024 = coalesce(organization_id, 0) % 1024 AS has_slot
FROM jobs.event_consumer WHERE name = 'mail' ORDER BY organization_id, merchant_id;

-- each sees its own, in the order of the history, and the same again until it acknowledges
SELECT regress.job('feed', 'new') AS job \gset
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :job \gset
SELECT jobs.open_job(:job, actor => :'ann');
SELECT job_id AS mias FROM jobs.request_job(:service, 'Mine', 'Text', :other_org, actor => :'mia') \gset
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
SELECT count(*) AS unnumbered FROM jobs.event WHERE position IS NULL;
SELECT pg_temp.read(:'ann', 'mail');
SELECT count(*) AS unnumbered FROM jobs.event WHERE position IS NULL;
SELECT pg_temp.read(:'bob', 'mail'), pg_temp.read(:'bob', 'mail', 2);
SELECT pg_temp.read(:'max', 'mail'), pg_temp.read(:'mia', 'mail'), pg_temp.read('system', 'now');
SELECT pg_temp.read(:'otto', 'mail'), pg_temp.read(:'otto', 'none');
SELECT r.event_id = e.id AND r.organization_id = e.organization_id AND r.job_id = :job AS same_ids, r.action, r.from_status, r.to_status,
	regress.who(r.actor) AS actor, r.occurred_at = e.occurred_at AS same_time, r.details IS NOT DISTINCT FROM e.details AS same_details
FROM jobs.read_events('now') r JOIN jobs.event e ON e.position = r.event_position
WHERE r.job_id = :job ORDER BY event_position;

-- acknowledging: forward only, counts what its consumer may see, and nothing that is not there yet
SELECT pg_temp.ack(:'ann', 'mail', 2);
SELECT pg_temp.ack(:'ann', 'mail', 2), pg_temp.ack(:'ann', 'mail', 1), pg_temp.ack(:'ann', 'mail', -10000000);
SELECT pg_temp.read(:'ann', 'mail'), pg_temp.read(:'max', 'mail');
SELECT pg_temp.ack(:'ann', 'mail', 4);
SELECT pg_temp.read(:'ann', 'mail');
SELECT regexp_replace(pg_temp.ack(:'ann', 'mail', 5), 'position \d+', 'position #');
SELECT regress.try(format('SELECT jobs.ack_events($$now$$, %s)', :base + 1000000)) ~ '^22023 .*highest position that was given is ' AS says_highest;
SELECT pg_temp.ack(:'mia', 'mail', 4), pg_temp.ack('system', 'now', 4);
SELECT position - :base, acked_at <= clock_timestamp() FROM jobs.event_consumer WHERE organization_id = :org;
-- an action that is undone never was
SAVEPOINT here;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL;
SELECT pg_temp.read('system', 'now');
ROLLBACK TO here;
SELECT jobs.decline_job(:job, actor => :'max');
SELECT pg_temp.read('system', 'now'), pg_temp.read(:'ann', 'mail');
-- from now on: what happened before doesn't come, what happens after does
SELECT jobs.reply_to_job(:mias, 'Text', actor => :'otto') IS NOT NULL;
SELECT jobs.create_consumer('later', from_start => false, actor => :'otto');
SELECT jobs.create_consumer('earlier', actor => :'otto');
SELECT jobs.reply_to_job(:mias, 'Text', actor => :'mia') IS NOT NULL;
SELECT pg_temp.read(:'otto', 'later'), pg_temp.read(:'otto', 'earlier');

-- many: in several rounds, and far apart
CREATE FUNCTION pg_temp.fill(number bigint, howmany integer)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	INSERT INTO jobs.event (id, organization_id, merchant_id, job_id, conversation_id, action, to_status, actor, occurred_at)
	SELECT nextval('jobs.event_id_seq') + id % 1024, organization_id, merchant_id, id, conversation_id, 'open', 'opened', 'system', now()
	FROM jobs.job, generate_series(1, howmany) WHERE id = number;
	SET LOCAL session_replication_role = origin;
END
$$;
SELECT pg_temp.ack('system', 'now', 7);
SELECT pg_temp.fill(:mias, 2500);
SELECT count(*), min(event_position) - :base, max(event_position) - :base FROM jobs.read_events('now', 1700);
SELECT count(*) FROM jobs.event WHERE position IS NULL;
SELECT count(*), min(event_position) - :base, max(event_position) - :base, count(DISTINCT event_position) FROM jobs.read_events('now', 10000);
-- who has something doesn't number on and on for more, and gets the rest later
SELECT pg_temp.fill(:mias, 12000), pg_temp.fill(:job, 2), pg_temp.fill(:mias, 1000);
SELECT pg_temp.read(:'ann', 'mail', 3), count(*) FROM jobs.event WHERE position IS NULL;
SELECT count(*) FROM jobs.event WHERE position IS NULL;
SELECT pg_temp.ack(:'ann', 'mail', 5);
SELECT pg_temp.read(:'ann', 'mail'), pg_temp.ack(:'ann', 'mail', 14510);
-- who has nothing isn't told so before the last event is looked at
SELECT pg_temp.fill(:mias, 15000), pg_temp.fill(:job, 1), pg_temp.fill(:mias, 2000);
SELECT pg_temp.read(:'ann', 'mail');
SELECT count(*) FROM jobs.event WHERE position IS NULL;
SELECT max(event_position) - :base FROM jobs.read_events('now', 100000);
SELECT bool_and(position > before) AS in_order FROM (SELECT position, lag(position) OVER (PARTITION BY job_id ORDER BY id) AS before FROM jobs.event) x;

-- nobody writes positions or consumers by hand
SELECT regress.try(format('UPDATE jobs.event SET position = 1 WHERE job_id = %s', :job));
SELECT regress.try('UPDATE jobs.event_consumer SET position = 0');
SELECT regress.try('DELETE FROM jobs.event_consumer');
SELECT regress.try('INSERT INTO jobs.event_consumer (name) VALUES ($$x$$)');
SET LOCAL ROLE regress_jobs_owner;
SELECT regress.try(format('UPDATE jobs.event SET position = NULL WHERE job_id = %s', :job));
SET LOCAL ROLE regress_jobs_app;
SELECT regress.try('UPDATE jobs.event SET position = 1');
SELECT regress.try('UPDATE jobs.event_consumer SET position = 0');

-- who may: an application for those whom it names, a bound role for its own
SELECT regress.try('SELECT count(*) FROM jobs.read_events($$mail$$)');
SELECT regress.try('SELECT jobs.ack_events($$mail$$, 1)');
SELECT regress.try('SELECT jobs.create_consumer($$mail$$)');
SELECT regress.try('SELECT jobs.create_consumer($$mail$$, actor => $$system$$)');
SELECT regress.try('SELECT jobs.purge_events()');
SELECT jobs.act_as(:'ann');
SELECT name FROM jobs.event_consumer;
RESET ROLE;
CREATE ROLE regress_jobs_max;
SELECT jobs.bind_role('regress_jobs_max', :'max');
SET LOCAL ROLE regress_jobs_max;
SELECT name, merchant_id = :max_id FROM jobs.event_consumer;
SELECT count(*), min(job_id) = :job AND max(job_id) = :job FROM jobs.read_events('mail', 3);
SELECT regress.try(format('SELECT jobs.create_consumer($$mail$$, actor => %L)', :'mia'));
RESET ROLE;
SELECT jobs.act_as('');
UPDATE jobs.member SET is_active = false WHERE id = :bob_id;
SELECT regress.mask(pg_temp.read(:'bob', 'mail'));
SELECT regress.try(format('SELECT count(*) FROM jobs.read_events($$mail$$, %s)', n)) FROM unnest('{0,-1,"NULL"}'::text[]) n;

-- triggers of users: one that puts events elsewhere, one that keeps them as they are
SELECT pg_temp.fill(:job, 3);
SELECT max(position) AS last FROM jobs.event \gset
CREATE FUNCTION regress.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.position := NEW.position + 1;
	RETURN CASE TG_ARGV[0] WHEN 'elsewhere' THEN NEW END;
END
$$;
GRANT EXECUTE ON FUNCTION regress.meddle TO regress_jobs_owner;
SAVEPOINT here;
CREATE TRIGGER own BEFORE UPDATE ON jobs.event FOR EACH ROW EXECUTE FUNCTION regress.meddle('elsewhere');
SELECT regress.try('SELECT count(*) FROM jobs.read_events($$now$$, 100000)');
ROLLBACK TO here;
CREATE TRIGGER own BEFORE UPDATE ON jobs.event FOR EACH ROW EXECUTE FUNCTION regress.meddle('keep');
SELECT regress.try('SELECT count(*) FROM jobs.read_events($$now$$, 100000)');
ROLLBACK TO here;
SELECT max(event_position) - :last FROM jobs.read_events('now', 100000);

-- triggers on consumers: none moves one elsewhere, or keeps it as it is
CREATE FUNCTION pg_temp.meddle(verb text, meddling text, call text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE TRIGGER own BEFORE %s ON jobs.event_consumer FOR EACH ROW EXECUTE FUNCTION regress.%s', verb, meddling);
	result := regress.try('SELECT jobs.' || call);
	DROP TRIGGER own ON jobs.event_consumer;
	RETURN result;
END
$$;
SELECT pg_temp.meddle('INSERT', meddling, format('create_consumer($$x$$, actor => %L)', :'otto'))
FROM unnest(ARRAY['suppress()', $$set_column('{"position": 7}')$$, $$set_column('{"organization_id": null}')$$, $$set_column('{"name": "y"}')$$]) meddling;
SELECT pg_temp.meddle('UPDATE', meddling, format('ack_events($$now$$, %s)', :last))
FROM unnest(ARRAY['suppress()', $$set_column('{"position": 7}')$$]) meddling;
SELECT pg_temp.meddle('DELETE', 'suppress()', 'drop_consumer($$now$$)');
SELECT name FROM jobs.event_consumer WHERE name IN ('x', 'y', 'now');

-- health: who sleeps
SELECT jobs.ack_events('now', max(position)), jobs.ack_events('mail', max(position)) > 0 FROM jobs.event;
SELECT jobs.drop_consumer(name, actor => :'otto') FROM unnest('{later,earlier}'::text[]) name;
SELECT slowest_consumer, split_part(slowest_consumer_owner, ':', 1) FROM jobs.health;
SELECT jobs.drop_consumer('mail', actor => :'max'), jobs.drop_consumer('mail', actor => :'mia'), jobs.drop_consumer('mail', actor => :'ann');
SELECT slowest_consumer, slowest_consumer_owner, oldest_unacked_event FROM jobs.health;
SELECT jobs.create_consumer('sleepy', from_start => false, actor => :'ann'), jobs.create_consumer('idle', from_start => false, actor => :'otto');
SELECT jobs.reply_to_job(:mias, 'Text', actor => :'mia') IS NOT NULL;
SELECT slowest_consumer_owner FROM jobs.health; -- not numbered: the system's, or the other organization's
SELECT regress.job('feed') AS job2 \gset
SELECT count(*) > 0 FROM jobs.read_events('now');
SELECT jobs.ack_events('now', max(position)), jobs.ack_events('mail', max(position)) FROM jobs.event;
SELECT slowest_consumer, slowest_consumer_owner = 'organization:' || :other_org, oldest_unacked_event >= interval '0' FROM jobs.health;
SELECT jobs.act_as(:'otto');
SELECT jobs.ack_events('idle', max(event_position)) FROM jobs.read_events('idle');
SELECT jobs.act_as('');
SELECT slowest_consumer, slowest_consumer_owner = 'organization:' || :org FROM jobs.health;
-- however many others there are before it, of whom nothing is to be read
SELECT 'merchant:' || jobs.create_merchant('Quiet', 'quiet@x.example') AS quiet \gset
SELECT count(jobs.create_consumer('quiet ' || n, actor => :'quiet')) FROM generate_series(1, 1001) n;
SELECT slowest_consumer FROM jobs.health;
SELECT count(jobs.drop_consumer('quiet ' || n, actor => :'quiet')) FROM generate_series(1, 1001) n;

-- Purging: what all have acknowledged who may see it.
SELECT jobs.drop_consumer(name, actor => actor)
FROM (VALUES ('now', 'system'), ('mail', 'system'), ('sleepy', :'ann'), ('idle', :'otto')) v (name, actor);
SELECT count(*) FROM jobs.event_consumer;
CREATE FUNCTION pg_temp.purge(max_rows integer DEFAULT 10000)
RETURNS text
LANGUAGE sql AS $$
	SELECT jobs.purge_events(max_rows => max_rows) || ' deleted' $$;
CREATE FUNCTION pg_temp.left()
RETURNS text
LANGUAGE sql AS $$
	SELECT coalesce(string_agg(coalesce(position::text, 'new'), ' ' ORDER BY position, id), 'none') FROM jobs.event $$;
-- 1, 3, 5: of Ann's organization and Max; 2, 4: of Otto's and Mia
SELECT regress.job('feed') AS job3 \gset
SET LOCAL session_replication_role = replica;
DELETE FROM jobs.event;
DELETE FROM jobs.event_caller;
SET LOCAL session_replication_role = origin;
SELECT jobs.open_job(:job2, actor => :'ann'), jobs.reply_to_job(:mias, 'A', actor => :'mia') IS NOT NULL,
	jobs.reply_to_job(:job2, 'B', actor => :'ann') IS NOT NULL, jobs.reply_to_job(:mias, 'C', actor => :'mia') IS NOT NULL,
	jobs.reply_to_job(:job2, 'D', actor => :'max') IS NOT NULL;
-- nobody reads: all stays
SELECT pg_temp.purge(), pg_temp.left();
UPDATE pg_temp.base SET position = 0;
SELECT jobs.create_consumer('o', actor => :'ann'), jobs.create_consumer('m', actor => :'max');
SELECT pg_temp.read(:'ann', 'o'), pg_temp.read(:'max', 'm');
SELECT pg_temp.purge(), pg_temp.left();
SELECT pg_temp.ack(:'ann', 'o', 3), pg_temp.purge(), pg_temp.ack(:'max', 'm', 2);
SELECT pg_temp.purge(), pg_temp.left();
SELECT pg_temp.ack(:'max', 'm', 5);
SELECT pg_temp.purge(), pg_temp.left();
-- positions go on behind what was purged, whoever is left
SAVEPOINT here;
SELECT jobs.create_consumer('s');
SELECT pg_temp.read('system', 's'), pg_temp.ack('system', 's', 5), pg_temp.ack(:'max', 'm', 5), pg_temp.ack(:'ann', 'o', 5);
SELECT pg_temp.purge(), pg_temp.left();
SELECT jobs.drop_consumer('s'), jobs.drop_consumer('o', actor => :'ann'), jobs.drop_consumer('m', actor => :'max');
SELECT jobs.create_consumer('s'), jobs.open_job(:job3, actor => :'ann');
SELECT pg_temp.read('system', 's');
ROLLBACK TO here;
-- what is gone is gone from the history
SELECT count(*) = (SELECT count(*) FROM jobs.event) FROM jobs.event_caller;
SELECT string_agg(what, ' ' ORDER BY event_id) FROM jobs.job_timeline WHERE job_id = :job2;
-- what no consumer sees stays, and a new one finds what is left
SELECT jobs.create_consumer('s'), jobs.create_consumer('w', actor => :'mia');
SELECT pg_temp.read('system', 's'), pg_temp.ack('system', 's', 3), pg_temp.purge();
SELECT pg_temp.ack(:'mia', 'w', 3);
SELECT pg_temp.purge(), pg_temp.left();
SELECT pg_temp.ack('system', 's', 5), pg_temp.purge(), pg_temp.ack(:'ann', 'o', 5);
SELECT pg_temp.purge(), pg_temp.left();
SELECT jobs.drop_consumer('w', actor => :'mia');
SELECT pg_temp.purge(), pg_temp.left();
-- positions go on where they were, though the owner deletes what was there
SAVEPOINT here;
DELETE FROM jobs.event;
SELECT jobs.reply_to_job(:job2, 'E', actor => :'max') IS NOT NULL;
SELECT pg_temp.read('system', 's');
ROLLBACK TO here;
-- a merchant who has read on past what it doesn't see doesn't let that go
SAVEPOINT here;
SELECT jobs.drop_consumer('s'), jobs.drop_consumer('o', actor => :'ann');
SELECT jobs.assign_self(:job2, actor => :'ann'), jobs.reply_to_job(:job2, 'E', actor => :'max') IS NOT NULL;
SELECT jobs.act_as(:'max');
SELECT jobs.ack_events('m', max(event_position)) FROM jobs.read_events('m');
SELECT jobs.act_as('');
SELECT count(*) > 0 FROM jobs.event WHERE job_id = :job2 AND action <> 'assign';
SELECT jobs.purge_events() > 0;
SELECT string_agg(action, ' ') FROM jobs.event WHERE job_id = :job2;
ROLLBACK TO here;
-- and where a purge leaves them
SELECT jobs.reply_to_job(:job2, 'E', actor => :'max') IS NOT NULL;
SELECT pg_temp.read('system', 's'), pg_temp.read(:'max', 'm');
-- two consumers of one owner: the slower one counts
SELECT jobs.create_consumer('o2', actor => :'ann');
SELECT pg_temp.ack('system', 's', 6), pg_temp.ack(:'max', 'm', 6), pg_temp.ack(:'ann', 'o', 6);
SELECT pg_temp.purge(), pg_temp.left();
SELECT jobs.drop_consumer('o2', actor => :'ann');
SELECT pg_temp.purge(), pg_temp.left();
-- up to so many, in several rounds; a trigger of a user's may keep some
SELECT jobs.drop_consumer('o', actor => :'ann'), jobs.drop_consumer('m', actor => :'max');
SELECT pg_temp.fill(:mias, 10);
SELECT pg_temp.read('system', 's', 8);
SELECT pg_temp.ack('system', 's', 14), pg_temp.purge(3);
SELECT pg_temp.left();
CREATE FUNCTION regress.keep_odd_event() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN OLD.position % 2 = 0 THEN OLD END; END';
GRANT EXECUTE ON FUNCTION regress.keep_odd_event TO regress_jobs_owner;
CREATE TRIGGER own BEFORE DELETE ON jobs.event FOR EACH ROW EXECUTE FUNCTION regress.keep_odd_event();
SELECT pg_temp.purge(3), pg_temp.left();
DROP TRIGGER own ON jobs.event;
SELECT pg_temp.fill(:mias, 3500);
SELECT count(*) FROM jobs.read_events('s', 10000);
SELECT pg_temp.ack('system', 's', 3500);
SELECT pg_temp.purge(2500);
SELECT count(*), min(position) FROM jobs.event;
SELECT pg_temp.purge(2500);
SELECT count(*), min(position) FROM jobs.event;
SELECT regress.try(format('SELECT jobs.purge_events(max_rows => %s)', n)) FROM unnest('{0,"NULL"}'::text[]) n;
SELECT regress.try('SELECT jobs.purge_events()');
SET LOCAL ROLE regress_jobs_operator;
SELECT jobs.ack_events('s', 3516), jobs.purge_events();
RESET ROLE;

-- Purging by age: what nobody waits for, also where nobody reads; numbered or not.
SELECT jobs.drop_consumer('s');
SELECT pg_temp.fill(:mias, 6);
SELECT id AS first_event FROM jobs.event ORDER BY id LIMIT 1 \gset
SET LOCAL session_replication_role = replica;
UPDATE jobs.event SET occurred_at = now() - make_interval(days => 100 - ((id - :first_event) / 1024)::integer);
SET LOCAL session_replication_role = origin;
CREATE FUNCTION pg_temp.purge_old(days numeric, max_rows integer DEFAULT 10000)
RETURNS text
LANGUAGE sql AS $$
	SELECT jobs.purge_events(make_interval(secs => days * 86400), max_rows) || ' deleted' $$;
SELECT pg_temp.left();
SELECT pg_temp.purge();
SELECT pg_temp.purge_old(101), pg_temp.left();
SELECT pg_temp.purge_old(99.5), pg_temp.left();
SELECT pg_temp.purge_old(97.5, 1), pg_temp.left();
SELECT jobs.create_consumer('w', actor => :'ann');
SELECT pg_temp.purge_old(97.5), pg_temp.left();
-- what is not numbered keeps whoever may see it waiting
SELECT jobs.create_consumer('s');
SELECT pg_temp.purge_old(0), pg_temp.left();
SELECT count(*) FROM jobs.read_events('s', 2);
SELECT pg_temp.purge_old(0), pg_temp.left();
SELECT jobs.ack_events('s', min(position)) FROM jobs.event;
SELECT pg_temp.purge_old(0), pg_temp.left();
SELECT purged_position > 0 FROM jobs.node;
SELECT jobs.drop_consumer('s'), jobs.drop_consumer('w', actor => :'ann');
-- a trigger of a user's may keep some
CREATE TRIGGER own BEFORE DELETE ON jobs.event FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT pg_temp.purge_old(0);
DROP TRIGGER own ON jobs.event;
SELECT pg_temp.purge_old(0), pg_temp.left();
SELECT count(*) FROM jobs.event_caller;
SELECT regress.try(format('SELECT jobs.purge_events(%L)', older_than)) FROM unnest('{-1 second,101 years,170000000 years}'::text[]) older_than;
ROLLBACK;

-- merchants read in the feed what the policy of jobs.event shows them, of all actions
BEGIN;
SELECT regress.job('feed') AS seen \gset
SELECT jobs.create_consumer('seen', actor => :'max');
SELECT jobs.assign_self(:seen, actor => :'ann'), jobs.unassign_members(:seen, ARRAY[split_part(:'ann', ':', 2)::bigint], actor => :'ann');
SELECT jobs.decline_job(:seen, actor => :'ann');
SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM jobs.event WHERE merchant_id = :max_id AND action IN ('assign', 'decline', 'unassign');
SELECT jobs.act_as(:'max');
SET LOCAL ROLE regress_jobs_app;
CREATE TEMPORARY TABLE seen AS SELECT event_id, action FROM jobs.read_events('seen', 100000);
SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM seen WHERE action IN ('assign', 'decline', 'unassign');
SELECT count(*) FROM (SELECT event_id FROM seen EXCEPT SELECT id FROM jobs.event) x;
SELECT count(*) FROM (SELECT id FROM jobs.event EXCEPT SELECT event_id FROM seen) x;
ROLLBACK;

-- in a transaction that may not write
BEGIN READ ONLY;
SELECT regress.try('SELECT count(*) FROM jobs.read_events($$x$$)');
SELECT regress.try('SELECT jobs.ack_events($$x$$, 1)');
SELECT regress.try('SELECT jobs.create_consumer($$x$$)');
ROLLBACK;
