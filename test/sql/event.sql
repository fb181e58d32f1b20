-- What happens to conversations, proposals and reviews leaves an event: by the functions and by plain
-- SQL the same, once, and none where nothing was written. Who sees it.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('event') \gset
-- Events since the last look: who did what, the job's status, and what the event names; of each
-- that it is a row of the same two.
CREATE TEMPORARY TABLE looked AS SELECT coalesce(max(id) / 1024, 0) AS number FROM jobs.event;
CREATE FUNCTION pg_temp.events()
RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	last bigint := number FROM pg_temp.looked;
BEGIN
	RETURN QUERY
	SELECT concat_ws(' ', regress.who(e.actor), e.action, coalesce(e.from_status, 'none') || '->' || e.to_status, 'in',
		(SELECT 'conversation' FROM jobs.conversation c WHERE c.id = e.conversation_id AND c.organization_id = e.organization_id AND c.merchant_id = e.merchant_id),
		(SELECT 'job' FROM jobs.job j WHERE j.id = e.job_id AND j.conversation_id = e.conversation_id),
		(SELECT 'proposal' FROM jobs.proposal p WHERE p.id = e.proposal_id AND p.conversation_id = e.conversation_id),
		(SELECT 'review' FROM jobs.review r WHERE r.id = e.review_id AND r.organization_id = e.organization_id
			AND coalesce(r.job_id, 0) = coalesce(e.job_id, 0) AND coalesce(r.proposal_id, 0) = coalesce(e.proposal_id, 0)),
		CASE WHEN e.details IS NOT NULL THEN 'with' END, (SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_object_keys(e.details) key))
	FROM jobs.event e WHERE e.id / 1024 > last ORDER BY e.id;
	UPDATE pg_temp.looked SET number = (SELECT max(id) / 1024 FROM jobs.event);
END
$$;
SELECT jobs.create_consumer('event', from_start => false, actor => actor) FROM unnest(ARRAY[:'ann', :'max', :'otto', :'mia', 'system']) actor;

-- by the functions, from each side
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.start_conversation(:org, 'Hello again', actor => :'max') = :conversation;
SELECT jobs.send_message(:conversation, 'Yes?', 0, actor => :'ann') AS message \gset
SELECT jobs.send_message(:conversation, 'A shop', actor => :'max') > :message;
SELECT jobs.send_proposal(:conversation, :service, 'Declined', 'Work', 1, actor => :'ann') AS declined \gset
SELECT jobs.send_proposal(:conversation, :service, 'Withdrawn', 'Work', 1, actor => :'bob') AS withdrawn \gset
SELECT jobs.send_proposal(:conversation, :service, 'New store', 'Work', 1, actor => :'ann') AS for_new_store \gset
SELECT jobs.send_proposal(:conversation, :service, 'Accepted', 'Work', 1, actor => :'ann') AS accepted \gset
SELECT jobs.decline_proposal(:declined, actor => :'max'), jobs.withdraw_proposal(:withdrawn, actor => :'ann'),
	jobs.accept_proposal(:for_new_store, actor => :'max');
SELECT jobs.accept_proposal(:accepted, :store, actor => :'max') AS job \gset
SELECT jobs.request_review(:for_new_store, actor => :'bob');
SELECT jobs.review_proposal(:for_new_store, 5, 4, 'Kind', actor => :'max') AS review \gset
SELECT jobs.reply_to_review(:review, 'Thanks', actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Soon', actor => :'ann') > 0, jobs.complete_job(:job, actor => :'ann'), jobs.confirm_completion(:job, actor => :'max');
SELECT jobs.review_job(:job, 5, 4, 'Quick', actor => :'max') AS job_review \gset
SELECT jobs.reply_to_review(:job_review, 'Thanks', actor => :'bob');
SELECT job_id AS lives FROM jobs.request_job(:service, 'Asked', 'Text', :org, actor => :'max') \gset
SELECT jobs.block_conversation(:conversation, actor => :'max');
RESET SESSION AUTHORIZATION;
SELECT jobs.unblock_conversation(:conversation);
SELECT pg_temp.events();
-- asking for a job opens a conversation, too
SELECT count(*) FROM jobs.request_job(:service, 'Mine', 'Text', :other_org, actor => :'mia');
SELECT pg_temp.events();
-- the ids are those of what was written
SELECT action, (details ->> 'message_id')::bigint = :message, conversation_id = :conversation
FROM jobs.event WHERE action = 'conversation_message' AND actor = :'ann' AND conversation_id = :conversation;
SELECT e.action, m.proposal_id = e.proposal_id FROM jobs.event e JOIN jobs.message m ON m.id = (e.details ->> 'message_id')::bigint
WHERE e.proposal_id = :accepted;
SELECT action, job_id = :job, details ->> 'store_id' = :'store', details ->> 'proposal_id' = :'accepted' FROM jobs.event WHERE proposal_id = :accepted ORDER BY id;
SELECT bool_and(organization_id = :org AND merchant_id = :max_id AND id % 1024 = :org % 1024 AND occurred_at <= clock_timestamp()) FROM jobs.event WHERE conversation_id = :conversation;

-- a job's part is its history, with its review; what was before it isn't
SELECT string_agg(what, ' ' ORDER BY event_id) FROM jobs.job_timeline WHERE job_id = :job;
SELECT count(*) FROM jobs.job_timeline WHERE job_id IS NULL;
-- what is said of the work doesn't stand between an action and the same call once more
SELECT jobs.confirm_completion(:job, actor => :'max');
-- nor does it know an action again from an event that lost its status
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE jobs.event SET to_status = NULL WHERE job_id = :job;
SET LOCAL session_replication_role = origin;
SELECT regress.try(format('SELECT jobs.confirm_completion(%s, actor => %L)', :job, :'max'));
ROLLBACK;

-- the same call once more says nothing
SELECT jobs.decline_proposal(:declined, actor => :'max'), jobs.withdraw_proposal(:withdrawn, actor => :'ann'),
	jobs.accept_proposal(:for_new_store, actor => :'max'), jobs.accept_proposal(:accepted, :store, actor => :'max') = :job;
SELECT jobs.request_review(:for_new_store, actor => :'bob'), jobs.review_proposal(:for_new_store, 5, 4, 'Kind', actor => :'max') = :review,
	jobs.review_job(:job, 5, 4, 'Quick', actor => :'max') = :job_review, jobs.reply_to_review(:review, 'Thanks', actor => :'ann'), jobs.reply_to_review(:job_review, 'Thanks', actor => :'bob');
SELECT jobs.unblock_conversation(:conversation);
SELECT pg_temp.events();
SELECT gen_random_uuid() AS key1, gen_random_uuid() AS key2, gen_random_uuid() AS key3 \gset
SELECT count(jobs.start_conversation(:org, 'Keyed', :'key1', actor => :'max')), count(jobs.send_message(:conversation, 'Keyed', 0, :'key2', actor => :'ann')),
	count(jobs.send_proposal(:conversation, :service, 'Keyed', 'Work', 1, client_key => :'key3', actor => :'ann'))
FROM generate_series(1, 3);
SELECT jobs.block_conversation(:conversation, actor => :'max') FROM generate_series(1, 2);
SELECT jobs.unblock_conversation(:conversation) FROM generate_series(1, 2);
SELECT pg_temp.events();

-- by plain SQL
BEGIN;
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.act_as(:'mia');
INSERT INTO jobs.conversation (organization_id) VALUES (:org) RETURNING id AS mias \gset
INSERT INTO jobs.conversation (organization_id) VALUES (:org) ON CONFLICT DO NOTHING;
INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (:mias, 0, 'One'), (:mias, 0, 'Two');
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (conversation_id, body) VALUES (:mias, 'Three');
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price)
SELECT :mias, :service, title, 'Work', 1 FROM unnest('{a,b,c,d}'::text[]) title;
SELECT min(id) AS a, min(id) + 1024 AS b, min(id) + 2048 AS c, max(id) AS d FROM jobs.proposal WHERE conversation_id = :mias \gset
UPDATE jobs.proposal SET status = 'withdrawn' WHERE id = :a;
SELECT jobs.act_as(:'mia');
UPDATE jobs.proposal SET status = CASE id WHEN :b THEN 'declined' ELSE 'accepted' END, store_id = CASE id WHEN :d THEN :mia_store::bigint END WHERE id IN (:b, :c, :d);
UPDATE jobs.proposal SET status = status, title = title WHERE conversation_id = :mias;
-- a job's message is the job's
INSERT INTO jobs.message (conversation_id, body) VALUES (:mias, 'Of the job');
COMMIT;
SET SESSION AUTHORIZATION regress_jobs_operator;
UPDATE jobs.conversation SET is_blocked = true WHERE id = :mias;
UPDATE jobs.conversation SET is_blocked = true, created_at = created_at WHERE id = :mias;
UPDATE jobs.conversation SET is_blocked = false WHERE id = :mias;
RESET SESSION AUTHORIZATION;
SELECT pg_temp.events();
-- a job that is inserted opens a conversation, too; several at once open one
BEGIN;
SELECT jobs.act_as(:'max');
INSERT INTO jobs.job (organization_id, service_id, title, description) SELECT :other_org, :service, title, 'Text' FROM unnest('{a,b}'::text[]) title;
COMMIT;
SELECT pg_temp.events();
-- a key that was used
BEGIN;
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (conversation_id, job_id, body, client_key) VALUES (:conversation, 0, 'Keyed', :'key2') ON CONFLICT DO NOTHING;
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, client_key) VALUES (:conversation, :service, 'Keyed', 'Work', 1, :'key3') ON CONFLICT DO NOTHING;
COMMIT;
SELECT pg_temp.events();

-- what is undone, refused or suppressed never was; Nina is new to all
SELECT 'merchant:' || jobs.create_merchant('Nina', 'nina@event.example') AS nina \gset
BEGIN;
SELECT jobs.start_conversation(:org, 'Undone', actor => :'nina') > 0, jobs.send_proposal(:conversation, :service, 'Undone', 'Work', 1, actor => :'ann') > 0;
ROLLBACK;
SELECT regress.try(format(call, VARIADIC args)) FROM (VALUES
	('SELECT jobs.start_conversation(%s, $$x$$, actor => %L)', ARRAY[:org::text, :'ann']),
	('SELECT jobs.send_proposal(%s, %s, $$x$$, $$x$$, 1, actor => %L)', ARRAY[:conversation::text, :unprovided::text, :'ann']),
	('SELECT jobs.accept_proposal(%s, actor => %L)', ARRAY[:declined::text, :'max']),
	('SELECT jobs.block_conversation(%s, actor => %L)', ARRAY[:conversation::text, 'system']),
	('SELECT jobs.reply_to_review(%s, $$other$$, actor => %L)', ARRAY[:review::text, :'ann'])) v (call, args);
CREATE FUNCTION pg_temp.suppressed(target text, call text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE TRIGGER own BEFORE INSERT ON jobs.%s FOR EACH ROW EXECUTE FUNCTION regress.suppress()', target);
	result := regress.try(call);
	EXECUTE format('DROP TRIGGER own ON jobs.%s', target);
	RETURN result;
END
$$;
SELECT regress.job('event', 'confirmed') AS unreviewed \gset
SELECT jobs.send_proposal(:conversation, :service, 'Open', 'Work', 1, actor => :'ann') AS open \gset
SELECT count(*) FROM pg_temp.events();
SELECT target, split_part(call, '(', 1), pg_temp.suppressed(target, 'SELECT jobs.' || format(call, VARIADIC args)) FROM (VALUES
	('message', 'start_conversation(%s, $$x$$, actor => %L)', ARRAY[:org::text, :'nina']),
	('message', 'send_message(%s, $$x$$, 0, actor => %L)', ARRAY[:conversation::text, :'ann']),
	('proposal', 'send_proposal(%s, %s, $$x$$, $$x$$, 1, actor => %L)', ARRAY[:conversation::text, :service::text, :'ann']),
	('message', 'send_proposal(%s, %s, $$x$$, $$x$$, 1, actor => %L)', ARRAY[:conversation::text, :service::text, :'ann']),
	('conversation', 'start_conversation(%s, $$x$$, actor => %L)', ARRAY[:org::text, :'nina']),
	('conversation', 'request_job(%s, $$x$$, $$x$$, %s, actor => %L)', ARRAY[:service::text, :org::text, :'nina']),
	('job', 'request_job(%s, $$x$$, $$x$$, %s, actor => %L)', ARRAY[:service::text, :org::text, :'nina']),
	('job', 'accept_proposal(%s, %s, actor => %L)', ARRAY[:open::text, :store::text, :'max']),
	('review', 'review_job(%s, 1, 1, actor => %L)', ARRAY[:unreviewed::text, :'max'])) v (target, call, args);
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.message FOR EACH ROW EXECUTE FUNCTION regress.suppress();
CREATE TRIGGER own BEFORE INSERT ON jobs.conversation FOR EACH ROW EXECUTE FUNCTION regress.suppress();
CREATE TRIGGER own BEFORE INSERT OR UPDATE ON jobs.proposal FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT jobs.act_as(:'nina');
INSERT INTO jobs.conversation (organization_id) VALUES (:org);
SELECT jobs.act_as(:'ann');
INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (:conversation, 0, 'Suppressed');
INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (:conversation, :service, 'Suppressed', 'Work', 1);
UPDATE jobs.proposal SET status = 'withdrawn' WHERE id = :open;
DROP TRIGGER own ON jobs.message;
DROP TRIGGER own ON jobs.conversation;
DROP TRIGGER own ON jobs.proposal;
COMMIT;
SELECT count(*) FROM jobs.conversation WHERE 'merchant:' || merchant_id = :'nina';
SELECT pg_temp.events();
-- an event is a part of what happened
SELECT split_part(call, '(', 1), pg_temp.suppressed('event', 'SELECT ' || format(call, VARIADIC args)) FROM (VALUES
	('jobs.start_conversation(%s, $$x$$, actor => %L)', ARRAY[:org::text, :'max']),
	('jobs.send_message(%s, $$x$$, 0, actor => %L)', ARRAY[:conversation::text, :'ann']),
	('jobs.send_proposal(%s, %s, $$x$$, $$x$$, 1, actor => %L)', ARRAY[:conversation::text, :service::text, :'ann']),
	('jobs.accept_proposal(%s, actor => %L)', ARRAY[:open::text, :'max']),
	('jobs.decline_proposal(%s, actor => %L)', ARRAY[:open::text, :'max']),
	('jobs.withdraw_proposal(%s, actor => %L)', ARRAY[:open::text, :'ann']),
	('jobs.request_review(%s, actor => %L)', ARRAY[:c::text, :'ann']),
	('jobs.review_job(%s, 1, 1, actor => %L)', ARRAY[:unreviewed::text, :'max']),
	('jobs.block_conversation(%s, actor => %L)', ARRAY[:conversation::text, :'max'])) v (call, args);
BEGIN;
CREATE TRIGGER own BEFORE INSERT ON jobs.event FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"proposal_id": 1}');
SELECT regress.try(format('SELECT jobs.withdraw_proposal(%s, actor => %L)', :open, :'ann'));
SELECT regress.try(format('UPDATE jobs.conversation SET is_blocked = true WHERE id = %s', :conversation));
ROLLBACK;
SELECT pg_temp.events();

-- an operator who acts for others leaves its name
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT jobs.send_message(:conversation, 'By an operator', 0, actor => :'ann') > 0, jobs.withdraw_proposal(:open, actor => :'ann');
RESET SESSION AUTHORIZATION;
SELECT regress.who(e.actor), e.action, c.called_by FROM jobs.event e JOIN jobs.event_caller c ON c.event_id = e.id
WHERE c.called_by = 'regress_jobs_operator' AND e.conversation_id = :conversation ORDER BY e.id;

-- each side reads its own, the system all; by direct SQL the same
CREATE FUNCTION pg_temp.seen(who text)
RETURNS TABLE (n bigint, actions text, as_by_sql boolean)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM jobs.act_as(who);
	RETURN QUERY
	WITH counted AS MATERIALIZED (SELECT action, count(*) AS n FROM jobs.read_events('event') GROUP BY action),
		read AS MATERIALIZED (SELECT * FROM jobs.read_events('event'))
	SELECT sum(c.n)::bigint, string_agg(concat_ws(' ', c.action, c.n), ', ' ORDER BY c.action),
		NOT EXISTS (SELECT event_id FROM read EXCEPT SELECT id FROM jobs.event)
		AND NOT EXISTS (SELECT e.id FROM jobs.event e WHERE e.position >= (SELECT min(event_position) FROM read) EXCEPT SELECT event_id FROM read)
		AND NOT EXISTS (SELECT e.id FROM jobs.event e JOIN read r ON r.event_id = e.id
			WHERE (r.job_id, r.conversation_id, r.proposal_id, r.review_id, r.from_status, r.to_status, r.details)
				IS DISTINCT FROM (e.job_id, e.conversation_id, e.proposal_id, e.review_id, e.from_status, e.to_status, e.details))
	FROM counted c;
	PERFORM jobs.act_as('');
END
$$;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT w.who, s.* FROM (VALUES (1, 'ann', :'ann'), (2, 'max', :'max'), (3, 'otto', :'otto'), (4, 'mia', :'mia')) w (n, who, actor), pg_temp.seen(w.actor) s ORDER BY w.n;
BEGIN;
SELECT jobs.act_as(:'otto');
SELECT count(*) FROM jobs.event WHERE conversation_id IN (:conversation, :mias);
SELECT jobs.act_as('');
SELECT count(*) FROM jobs.event;
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.seen('system');
-- the order of what one lock keeps apart is that of the ids
SELECT bool_and(position > before) FROM (SELECT position, lag(position) OVER (PARTITION BY conversation_id ORDER BY id) AS before FROM jobs.event) x;
SELECT jobs.drop_consumer('event', actor => actor) FROM unnest(ARRAY[:'ann', :'max', :'otto', :'mia', 'system']) actor;
