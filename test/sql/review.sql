-- Reviews: of a job, of a proposal that no job came of, and the reply.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('review') \gset
CREATE FUNCTION pg_temp.reviews()
RETURNS TABLE (of text, communication integer, quality integer, comment text, reply text, replied_by text)
LANGUAGE sql AS $$
	SELECT CASE WHEN job_id IS NULL THEN 'proposal' ELSE 'job' END, communication, quality, comment, reply, regress.who(replied_by)
	FROM jobs.review ORDER BY id
$$;
SET SESSION AUTHORIZATION regress_jobs_app;

-- a job, once its completion is confirmed
SELECT regress.job('review', 'confirmed') AS job \gset
SELECT jobs.assign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT count(*) FROM regress.mail('review');
SELECT jobs.review_job(:job, 4, 5, 'Quick and kind.', actor => :'max') AS review \gset
SELECT regress.mail('review');
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT organization_id = :org, merchant_id = :max_id, service_id = :service, job_id = :job, proposal_id, communication, quality, comment,
	written_at IS NOT NULL, reply, replied_by, replied_at, id % 1024 = :org % 1024 AS id_has_slot
FROM jobs.review WHERE id = :review;
-- both sides read it, nobody else
SELECT count(*) FROM jobs.review;
SELECT jobs.act_as(:'max');
SELECT count(*) FROM jobs.review;
SELECT jobs.act_as(:'otto');
SELECT count(*) FROM jobs.review;
SELECT jobs.act_as(:'mia');
SELECT count(*) FROM jobs.review;
COMMIT;
-- no action on the job: its status stays
SELECT regress.history(:job) h OFFSET 5;
RESET SESSION AUTHORIZATION;
SELECT status FROM jobs.job WHERE id = :job;
SELECT kind, recipient, job_id = :job, (SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_object_keys(payload) key),
	(payload ->> 'review_id')::bigint = :review
FROM jobs.email WHERE kind = 'review_received' AND job_id = :job ORDER BY recipient;
SET SESSION AUTHORIZATION regress_jobs_app;

-- once, and by the merchant alone
SELECT regress.state() AS before \gset
SELECT regress.try(format('SELECT jobs.review_job(%s, 1, 1, actor => %L)', :job, :'max'));
SELECT who, regress.try(format('SELECT jobs.review_job(%s, 1, 1, actor => %L)', :job, actor))
FROM (VALUES ('ann', :'ann'), ('otto', :'otto'), ('mia', :'mia'), ('gone', :'gone')) a (who, actor);
SELECT regress.try(format('SELECT jobs.review_job(%s, 1, 1)', :job));
SELECT regress.try(format('SELECT jobs.review_job(1, 1, 1, actor => %L)', :'max'));
-- values
SELECT regress.try(format('SELECT jobs.review_job(%s, %s, actor => %L)', :job, v, :'max'))
FROM unnest('{"NULL, 1","1, NULL","0, 1","1, 6","-1, 1","1, 2147483647","1, 1, $$ $$","1, 1, repeat($$x$$, 20001)"}'::text[]) v;
SELECT regress.try(format('SELECT jobs.review_job(NULL, 1, 1, actor => %L)', :'max'));
SELECT regress.state() = :'before' AS unchanged;
-- the system reviews nothing
RESET SESSION AUTHORIZATION;
SELECT regress.try(format('SELECT jobs.review_job(%s, 1, 1)', :job));
-- every other status, for each side
SELECT regress.job('review', s) AS j, s INTO TEMPORARY situation
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,declined,declined_by_merchant,expired,overdue}'::text[]) s;
GRANT SELECT ON situation TO PUBLIC;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT s, regress.try(format('SELECT jobs.review_job(%s, 1, 1, actor => %L)', j, :'max')) FROM situation ORDER BY j;
SELECT s, regress.try(format('SELECT jobs.review_job(%s, 1, 1, actor => %L)', j, :'bob')) FROM situation WHERE s IN ('responded', 'overdue', 'expired') ORDER BY j;
-- a completion that was rejected, and done again
SELECT regress.job('review', 'completed') AS job2 \gset
SELECT jobs.reject_completion(:job2, actor => :'max');
SELECT regress.try(format('SELECT jobs.review_job(%s, 1, 1, actor => %L)', :job2, :'max'));
SELECT jobs.complete_job(:job2, actor => :'ann'), jobs.confirm_completion(:job2, actor => :'max');
SELECT jobs.review_job(:job2, 1, 1, repeat('ß', 20000), actor => :'max') IS NOT NULL AS reviewed;
-- of a job that came of a proposal, too
SELECT regress.job('review', 'confirmed', true) AS job3 \gset
SELECT jobs.review_job(:job3, 2, 3, actor => :'max') IS NOT NULL AS reviewed;

-- A proposal that was accepted for a new store: reviewed when it was asked for
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset
SELECT jobs.send_proposal(:conversation, :service, 'Shop', 'Build a shop', 500, actor => :'ann') AS shop \gset
SELECT regress.try(format('SELECT jobs.request_review(%s, actor => %L)', :shop, :'ann'));
SELECT jobs.accept_proposal(:shop, actor => :'max');
SELECT regress.try(format('SELECT jobs.review_proposal(%s, 5, 5, actor => %L)', :shop, :'max'));
SELECT count(*) FROM regress.mail('review');
SELECT jobs.request_review(:shop, actor => :'ann');
SELECT regress.mail('review');
-- asked again, by a colleague: nothing happens
SELECT regress.state() AS before \gset
SELECT jobs.request_review(:shop, actor => :'bob');
SELECT regress.state() = :'before' AS unchanged;
-- each side does its own
SELECT regress.try(format('SELECT jobs.request_review(%s, actor => %L)', :shop, :'max'));
SELECT regress.try(format('SELECT jobs.review_proposal(%s, 5, 5, actor => %L)', :shop, :'ann'));
SELECT call, who, regress.try(format('SELECT jobs.%s, actor => %L)', format(call, :shop), actor))
FROM unnest('{"request_review(%s","review_proposal(%s, 5, 5"}'::text[]) call, (VALUES ('otto', :'otto'), ('mia', :'mia'), ('gone', :'gone')) a (who, actor)
ORDER BY call, who;
SELECT regress.try(format('SELECT jobs.request_review(%s)', :shop));
SELECT regress.try(format('SELECT jobs.review_proposal(%s, 5, 5)', :shop));
SELECT regress.try(format('SELECT jobs.request_review(1, actor => %L)', :'ann'));
SELECT regress.try(format('SELECT jobs.review_proposal(1, 5, 5, actor => %L)', :'max'));
SELECT regress.try(format('SELECT jobs.request_review(NULL, actor => %L)', :'ann'));
SELECT regress.try(format('SELECT jobs.review_proposal(%s, actor => %L)', v, :'max'))
FROM unnest(ARRAY['NULL, 1, 1', :shop || ', NULL, 1', :shop || ', 1, NULL', :shop || ', 0, 1', :shop || ', 1, 6', :shop || ', 1, 1, $$$$']) v;
RESET SESSION AUTHORIZATION;
SELECT regress.try(format('SELECT jobs.request_review(%s)', :shop));
SELECT regress.try(format('SELECT jobs.review_proposal(%s, 5, 5)', :shop));
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.state() = :'before' AS unchanged;
SELECT jobs.review_proposal(:shop, 5, 3, 'As agreed.', actor => :'max') AS review2 \gset
SELECT regress.mail('review');
BEGIN;
SELECT jobs.act_as(:'max');
SELECT organization_id = :org, merchant_id = :max_id, service_id = :service, job_id, proposal_id = :shop, communication, quality, comment
FROM jobs.review WHERE id = :review2;
COMMIT;
-- once; and the request can still be repeated
SELECT regress.state() AS before \gset
SELECT regress.try(format('SELECT jobs.review_proposal(%s, 1, 1, actor => %L)', :shop, :'max'));
SELECT jobs.request_review(:shop, actor => :'ann');
SELECT regress.state() = :'before' AS unchanged;
-- other proposals have none
SELECT jobs.send_proposal(:conversation, :service, 'sent', 'Work', 1, actor => :'ann') AS sent \gset
SELECT jobs.send_proposal(:conversation, :service, 'declined', 'Work', 1, actor => :'ann') AS declined \gset
SELECT jobs.decline_proposal(:declined, actor => :'max');
SELECT jobs.send_proposal(:conversation, :service, 'withdrawn', 'Work', 1, actor => :'ann') AS withdrawn \gset
SELECT jobs.withdraw_proposal(:withdrawn, actor => :'ann');
SELECT jobs.send_proposal(:conversation, :service, 'made a job', 'Work', 1, actor => :'ann') AS made \gset
SELECT jobs.accept_proposal(:made, :store, actor => :'max') IS NOT NULL AS made;
SELECT call, title, regress.try(format('SELECT jobs.%s, actor => %L)', format(call, id), actor))
FROM (VALUES (1, 'request_review(%s', :'ann'), (2, 'review_proposal(%s, 5, 5', :'max')) c (n, call, actor),
	(VALUES ('sent', :sent), ('declined', :declined), ('withdrawn', :withdrawn), ('made a job', :made)) p (title, id)
ORDER BY n, id;
-- nobody is asked in a blocked conversation, but what was asked for can be given
SELECT jobs.accept_proposal(jobs.send_proposal(:conversation, :service, 'Asked', 'Work', 1, actor => :'ann'), actor => :'max');
SELECT jobs.accept_proposal(jobs.send_proposal(:conversation, :service, 'Unasked', 'Work', 1, actor => :'ann'), actor => :'max');
BEGIN;
SELECT jobs.act_as(:'ann');
SELECT max(id) FILTER (WHERE title = 'Asked') AS asked, max(id) FILTER (WHERE title = 'Unasked') AS unasked FROM jobs.proposal \gset
SELECT jobs.request_review(:asked);
COMMIT;
RESET SESSION AUTHORIZATION;
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.try(format('SELECT jobs.request_review(%s, actor => %L)', :unasked, :'ann'));
SELECT jobs.request_review(:asked, actor => :'ann');
SELECT jobs.review_proposal(:asked, 2, 2, actor => :'max') IS NOT NULL AS reviewed;
RESET SESSION AUTHORIZATION;
UPDATE jobs.conversation SET is_blocked = false WHERE id = :conversation;
SET SESSION AUTHORIZATION regress_jobs_app;

-- The reply: one, by whomever of the organization, and nobody is told
SELECT count(*) > 0 FROM regress.mail('review');
SELECT regress.state() AS before \gset
SELECT who, regress.try(format('SELECT jobs.reply_to_review(%s, $$Thanks$$, actor => %L)', :review, actor))
FROM (VALUES ('max', :'max'), ('otto', :'otto'), ('mia', :'mia'), ('gone', :'gone')) a (who, actor);
SELECT regress.try(format('SELECT jobs.reply_to_review(%s, $$Thanks$$)', :review));
SELECT regress.try(format('SELECT jobs.reply_to_review(1, $$Thanks$$, actor => %L)', :'ann'));
SELECT regress.try(format('SELECT jobs.reply_to_review(%s, actor => %L)', v, :'ann'))
FROM unnest(ARRAY['NULL, $$Thanks$$', :review || ', NULL', :review || ', $$$$', :review || ', repeat($$x$$, 20001)']) v;
RESET SESSION AUTHORIZATION;
SELECT regress.try(format('SELECT jobs.reply_to_review(%s, $$Thanks$$)', :review));
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.state() = :'before' AS unchanged;
SELECT jobs.reply_to_review(:review, 'Thanks', actor => :'bob');
SELECT regress.try(format('SELECT jobs.reply_to_review(%s, $$Again$$, actor => %L)', :review, :'bob'));
SELECT regress.try(format('SELECT jobs.reply_to_review(%s, $$Again$$, actor => %L)', :review, :'ann'));
SELECT jobs.reply_to_review(:review2, repeat('ß', 20000), actor => :'ann');
SELECT regress.mail('review');
BEGIN;
SELECT jobs.act_as(:'max');
SELECT of, communication, quality, left(comment, 20), left(reply, 10), replied_by FROM pg_temp.reviews();
SELECT count(*) FROM jobs.review WHERE (reply IS NULL) <> (replied_at IS NULL);
COMMIT;

-- Nobody writes reviews, or that one was asked for, but by the functions.
BEGIN;
SELECT jobs.act_as(:'max');
SELECT regress.try('INSERT INTO jobs.review DEFAULT VALUES');
SELECT regress.try('UPDATE jobs.review SET quality = 5');
SELECT regress.try('DELETE FROM jobs.review');
SELECT regress.try(format('UPDATE jobs.proposal SET review_requested_at = now() WHERE id = %s', :unasked));
SELECT jobs.act_as(:'ann');
SELECT regress.try(format('UPDATE jobs.proposal SET review_requested_at = now() WHERE id = %s', :unasked));
SELECT regress.try(format('UPDATE jobs.proposal SET review_requested_at = NULL WHERE id = %s', :shop));
SELECT regress.try(format($$INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price, review_requested_at) VALUES (%s, %s, 'X', 'X', 5, now())$$, :conversation, :service));
ROLLBACK;
SET SESSION AUTHORIZATION regress_jobs_owner;
SELECT regress.try(format('INSERT INTO jobs.review (organization_id, merchant_id, service_id, job_id, communication, quality, written_at) VALUES (%s, %s, %s, %s, 5, 5, now())',
	:org, :max_id, :service, :job));
SELECT regress.try(format('UPDATE jobs.review SET quality = 5 WHERE id = %s', :review2));
SELECT regress.try(format('UPDATE jobs.proposal SET review_requested_at = now() WHERE id = %s', :unasked));
RESET SESSION AUTHORIZATION;

-- Users' triggers: rows that they suppress, and what they may not change
SELECT regress.job('review', 'confirmed') AS job4 \gset
SELECT jobs.reply_to_review(jobs.review_job(:job4, 3, 3, actor => :'max'), 'x', actor => :'ann');
SELECT regress.job('review', 'confirmed') AS job5 \gset
SELECT regress.job('review', 'confirmed') AS job6 \gset
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;
CREATE FUNCTION pg_temp.changed(target text, event text, change jsonb, call text, actor text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('CREATE TRIGGER own BEFORE %s ON jobs.%I FOR EACH ROW EXECUTE FUNCTION regress.set_column(%L)', event, target, change);
	answer := regress.try(format('SELECT jobs.%s, actor => %L)', call, actor));
	EXECUTE format('DROP TRIGGER own ON jobs.%I', target);
	RETURN answer;
END
$$;
BEGIN;
SELECT regress.state() AS before \gset
SELECT change, pg_temp.changed('review', 'INSERT', change, format('review_job(%s, 3, 3', :job5), :'max')
FROM unnest(ARRAY['{"communication": 5}', '{"quality": 5}', '{"written_at": "2020-01-01"}', '{"reply": "x"}', '{"replied_by": "x"}', '{"id": 7}']::jsonb[]) change;
SELECT pg_temp.changed('review', 'INSERT', jsonb_build_object('organization_id', :other_org), format('review_job(%s, 3, 3', :job5), :'max');
SELECT pg_temp.changed('review', 'INSERT', jsonb_build_object('merchant_id', :mia_id), format('review_job(%s, 3, 3', :job5), :'max');
SELECT pg_temp.changed('review', 'INSERT', jsonb_build_object('service_id', :unprovided), format('review_job(%s, 3, 3', :job5), :'max');
SELECT pg_temp.changed('review', 'INSERT', jsonb_build_object('job_id', :job6), format('review_job(%s, 3, 3', :job5), :'max');
SELECT pg_temp.changed('review', 'INSERT', jsonb_build_object('job_id', NULL, 'proposal_id', :unasked), format('review_job(%s, 3, 3', :job5), :'max');
SELECT change, pg_temp.changed('review', 'UPDATE', change, format('reply_to_review((SELECT max(id) FROM jobs.review WHERE reply IS NULL), $x$x$x$'), :'ann')
FROM unnest(ARRAY['{"communication": 5}', '{"quality": 5}', '{"replied_by": "x"}', '{"reply": null}', '{"replied_at": null}']::jsonb[]) change;
SELECT pg_temp.changed('proposal', 'UPDATE', '{"status": "declined"}', format('request_review(%s', :unasked), :'ann');
SELECT pg_temp.changed('proposal', 'UPDATE', jsonb_build_object('store_id', :store), format('request_review(%s', :unasked), :'ann');
SELECT pg_temp.changed('proposal', 'UPDATE', jsonb_build_object('merchant_id', :mia_id), format('request_review(%s', :unasked), :'ann');
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
BEGIN;
SELECT regress.state() AS before \gset
CREATE FUNCTION regress.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER own BEFORE INSERT OR UPDATE ON jobs.review FOR EACH ROW EXECUTE FUNCTION regress.skip();
CREATE TRIGGER own BEFORE UPDATE ON jobs.proposal FOR EACH ROW EXECUTE FUNCTION regress.skip();
UPDATE jobs.conversation SET is_blocked = false WHERE id = :conversation;
SELECT jobs.review_job(:job5, 3, 3, actor => :'max');
SELECT regress.try(format('SELECT jobs.request_review(%s, actor => %L)', :unasked, :'ann'));
SELECT regress.try(format('SELECT jobs.reply_to_review(max(id), $$x$$, actor => %L) FROM jobs.review WHERE reply IS NULL', :'ann'));
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
-- columns of one's own
BEGIN;
ALTER TABLE jobs.review ADD stars numeric DEFAULT 0;
CREATE TRIGGER own BEFORE INSERT ON jobs.review FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"stars": 3.5}');
SELECT jobs.review_job(:job5, 3, 4, actor => :'max') AS review5 \gset
SELECT stars FROM jobs.review WHERE id = :review5;
ROLLBACK;
