-- Blocking a conversation, what that declines and refuses, and opening it again.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('block') \gset
SELECT regress.job('block') AS first \gset
SELECT j AS job, s AS situation, n INTO TEMPORARY job_of
FROM unnest('{new,opened,responded,awaiting_response,inactive,completed,confirmed,declined,expired,overdue_opened}'::text[]) WITH ORDINALITY s (s, n),
	LATERAL regress.job('block', s) j ORDER BY n;
GRANT SELECT ON job_of TO PUBLIC;
SELECT job AS new FROM job_of WHERE situation = 'new' \gset
SELECT job AS completed FROM job_of WHERE situation = 'completed' \gset
SELECT conversation_id AS conversation FROM jobs.job WHERE id = :new \gset
-- its row moves behind those of the others
SELECT jobs.reply_to_job(:first, 'Yes', actor => :'ann') IS NOT NULL AS sent;
SELECT jobs.assign_members(:new, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT jobs.send_proposal(:conversation, :service, 'Offer', 'Work', 1, actor => :'ann') AS offer \gset
SELECT jobs.send_proposal(:conversation, :service, 'New store', 'Work', 1, actor => :'ann') AS new_store \gset
SELECT jobs.accept_proposal(:new_store, actor => :'max');
-- Mia's, which goes on
SELECT job_id AS mias FROM jobs.request_job(:service, 'Request', 'Please', :org, actor => :'mia') \gset
SELECT conversation_id AS mias_conversation FROM jobs.job WHERE id = :mias \gset

-- who may
SELECT regress.state() AS before \gset
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT who, call, regress.try(format('SELECT jobs.%s(%s, actor => %L)', call, :conversation, actor))
FROM unnest('{block_conversation,unblock_conversation}'::text[]) call,
	(VALUES ('otto', :'otto'), ('mia', :'mia'), ('gone', :'gone'), ('nobody', '')) a (who, actor)
ORDER BY call, who;
-- what is open stays open, for each side
SELECT jobs.unblock_conversation(:conversation, actor => :'ann'), jobs.unblock_conversation(:conversation, actor => :'max');
SELECT regress.try(format('SELECT jobs.block_conversation(1, actor => %L)', :'max'));
SELECT regress.try(format('SELECT jobs.block_conversation(NULL, actor => %L)', :'max'));
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT who, call, regress.try(format('SELECT jobs.%s(%s, actor => %L)', call, :conversation, actor))
FROM (VALUES ('block_conversation', 'system', 'system'), ('unblock_conversation', 'otto', :'otto'), ('unblock_conversation', 'mia', :'mia')) a (call, who, actor)
ORDER BY call, who;
SELECT regress.try('SELECT jobs.unblock_conversation(1)');
SELECT regress.try('SELECT jobs.unblock_conversation(NULL)');
-- what is open stays open
SELECT jobs.unblock_conversation(:conversation);
RESET SESSION AUTHORIZATION;
SELECT regress.state() = :'before' AS unchanged;

-- Ann blocks it: what lives is declined by the expert, and what is open withdrawn; her side alone opens it again
BEGIN;
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.block_conversation(:conversation, actor => :'ann');
SELECT who, regress.try(format('SELECT jobs.unblock_conversation(%s, actor => %L)', :conversation, actor))
FROM (VALUES (1, 'otto', :'otto'), (2, 'mia', :'mia'), (3, 'max', :'max')) a (n, who, actor) ORDER BY n;
RESET SESSION AUTHORIZATION;
SELECT is_blocked, regress.who(blocked_by) AS blocked_by FROM jobs.conversation WHERE id = :conversation;
SELECT DISTINCT j.status, d.declined_by, regress.who(d.actor), d.reason FROM jobs.job j JOIN jobs.decline d ON d.job_id = j.id WHERE d.reason = 'blocked';
SELECT status, regress.who(decided_by) FROM jobs.proposal WHERE id IN (:offer, :new_store) ORDER BY id;
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.unblock_conversation(:conversation, actor => :'bob');
RESET SESSION AUTHORIZATION;
SELECT is_blocked, regress.who(blocked_by) AS blocked_by FROM jobs.conversation WHERE id = :conversation;
ROLLBACK;
-- the same by plain SQL
BEGIN;
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.act_as(:'mia');
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation RETURNING id;
SELECT jobs.act_as(:'ann');
UPDATE jobs.conversation SET is_blocked = true, merchant_id = merchant_id WHERE id = :conversation RETURNING regress.who(blocked_by);
SELECT jobs.act_as(:'max');
SELECT regress.try(format('UPDATE jobs.conversation SET is_blocked = false WHERE id = %s', :conversation));
RESET SESSION AUTHORIZATION;
SELECT jobs.act_as('');
SELECT count(*), bool_and(declined_by = 'expert') FROM jobs.decline WHERE reason = 'blocked';
SELECT status, regress.who(decided_by) FROM jobs.proposal WHERE id IN (:offer, :new_store) ORDER BY id;
SET LOCAL SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.act_as(:'bob');
UPDATE jobs.conversation SET is_blocked = false WHERE id = :conversation RETURNING blocked_by;
ROLLBACK;
SELECT regress.state() = :'before' AS unchanged;

-- Max blocks it: what lives is declined by the merchant
SELECT count(*) > 0 FROM regress.mail('block');
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT jobs.block_conversation(:conversation, actor => :'max');
RESET SESSION AUTHORIZATION;
SELECT kind, string_agg(split_part(recipient, '@', 1), ', ' ORDER BY job_id, recipient)
FROM jobs.email WHERE next_attempt_at IS NOT NULL AND recipient LIKE '%@block.example' GROUP BY kind;
SELECT count(*) FROM regress.mail('block');
SELECT is_blocked, regress.who(blocked_by) AS blocked_by FROM jobs.conversation WHERE id IN (:conversation, :mias_conversation) ORDER BY id;
SELECT o.situation, j.status, d.declined_by, regress.who(d.actor), d.reason, d.comment, d.from_status, d.service_id = :service
FROM job_of o JOIN jobs.job j ON j.id = o.job LEFT JOIN jobs.decline d ON d.job_id = j.id ORDER BY o.n;
SELECT h FROM regress.history(:new) h;
SELECT details FROM jobs.event WHERE job_id = :new AND action = 'decline';
SELECT count(DISTINCT job_id), bool_and(job_id >= before) AS in_order
FROM (SELECT job_id, lag(job_id, 1, 0::bigint) OVER (ORDER BY id) AS before FROM jobs.event
	WHERE action = 'decline' AND details ->> 'reason' = 'blocked') e;
SELECT status FROM jobs.job WHERE id = :mias;
SELECT status FROM jobs.proposal WHERE id IN (:offer, :new_store) ORDER BY id;

-- once more: nothing
SELECT regress.state() AS before \gset
SELECT jobs.block_conversation(:conversation, actor => :'max');

-- nobody writes, offers, asks or accepts any more, by whatever path; nor asks for a review
SELECT split_part(call, '(', 1), who, regress.try(format('SELECT jobs.%s, actor => %L)', call, CASE who WHEN 'ann' THEN :'ann' ELSE :'max' END))
FROM (VALUES
	(1, format('send_message(%s, $$x$$', :conversation), 'ann'), (2, format('send_message(%s, $$x$$', :conversation), 'max'),
	(3, format('send_message(%s, $$x$$, 0', :conversation), 'ann'), (4, format('send_message(%s, $$x$$, %s', :conversation, :completed), 'max'),
	(5, format('reply_to_job(%s, $$x$$', :completed), 'ann'), (6, format('reply_to_job(%s, $$x$$', :completed), 'max'),
	(7, format('reply_to_job(%s, $$x$$', :new), 'ann'), (8, format('start_conversation(%s, $$x$$', :org), 'max'),
	(9, format('send_proposal(%s, %s, $$x$$, $$x$$, 1', :conversation, :service), 'ann'),
	(10, format('accept_proposal(%s', :offer), 'max'), (11, format('accept_proposal(%s, %s', :offer, :store), 'max'),
	(12, format('request_job(%s, $$x$$, $$x$$, %s', :service, :org), 'max'),
	(13, format('reject_completion(%s, $$No$$', :completed), 'max'), (14, format('request_review(%s', :new_store), 'ann')) c (n, call, who)
ORDER BY n;
CREATE FUNCTION pg_temp.try_as(actor text, statement text)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM jobs.act_as(actor);
	answer := regress.try(statement);
	PERFORM jobs.act_as('');
	RETURN answer;
END
$$;
BEGIN;
SELECT pg_temp.try_as(CASE who WHEN 'ann' THEN :'ann' ELSE :'max' END, statement)
FROM (VALUES
	(1, 'ann', format('INSERT INTO jobs.message (conversation_id, job_id, body) VALUES (%s, 0, $$x$$)', :conversation)),
	(2, 'max', format('INSERT INTO jobs.message (job_id, body) VALUES (%s, $$x$$)', :completed)),
	(3, 'ann', format('INSERT INTO jobs.proposal (conversation_id, service_id, title, work, price) VALUES (%s, %s, $$x$$, $$x$$, 1)', :conversation, :service)),
	(4, 'max', format('UPDATE jobs.proposal SET status = $$accepted$$, store_id = %s WHERE id = %s', :store, :offer)),
	(5, 'max', format('INSERT INTO jobs.job (organization_id, service_id, title, description) VALUES (%s, %s, $$x$$, $$x$$)', :org, :service)),
	(6, 'ann', format('UPDATE jobs.conversation SET is_blocked = false WHERE id = %s', :conversation)),
	(7, 'ann', format('SELECT jobs.unblock_conversation(%s)', :conversation))) s (n, who, statement)
ORDER BY n;
COMMIT;
SELECT regress.state() = :'before' AS unchanged;
-- what settles goes on: a proposal is declined, a completion confirmed and reviewed, members assigned
BEGIN;
SELECT jobs.decline_proposal(:offer, actor => :'max');
-- a completed job can't be brought to life again
SELECT regress.try(format('SELECT jobs.reject_completion(%s, actor => %L)', :completed, :'max'));
SELECT string_agg(a, ' ') FROM jobs.allowed_actions(:completed, actor => :'max') a;
SELECT jobs.confirm_completion(:completed, actor => :'max');
SELECT jobs.assign_self(:completed, actor => :'ann');
SELECT jobs.review_job(:completed, 1, 1, actor => :'max') IS NOT NULL AS reviewed;
SELECT string_agg(a, ' ') FROM jobs.allowed_actions(:completed, actor => :'ann') a;
ROLLBACK;

-- who blocked it opens it again
BEGIN;
SELECT jobs.unblock_conversation(:conversation, actor => :'max');
SELECT is_blocked, regress.who(blocked_by) AS blocked_by FROM jobs.conversation WHERE id = :conversation;
ROLLBACK;
-- so does the operator; what was declined stays so
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT jobs.unblock_conversation(:conversation);
SELECT is_blocked, regress.who(blocked_by) AS blocked_by FROM jobs.conversation WHERE id = :conversation;
RESET SESSION AUTHORIZATION;
SELECT status FROM jobs.job WHERE id = :new;
SELECT regress.mail('block');
SELECT jobs.send_message(:conversation, 'Hello again', actor => :'ann') IS NOT NULL AS sent;
SELECT job_id AS again FROM jobs.request_job(:service, 'Again', 'Please', :org, actor => :'max') \gset

-- the operator's plain UPDATE declines nothing, nor does a block afterwards
SELECT jobs.send_proposal(:conversation, :service, 'Later', 'Work', 1, actor => :'ann') AS later \gset
SET SESSION AUTHORIZATION regress_jobs_operator;
BEGIN;
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation RETURNING blocked_by;
SELECT regress.try(format('UPDATE jobs.conversation SET blocked_by = %L WHERE id = %s', :'max', :conversation));
SELECT regress.try(format('UPDATE jobs.conversation SET merchant_id = %s WHERE id = %s', :mia_id, :conversation));
SELECT jobs.act_as(:'max');
SELECT regress.try(format('UPDATE jobs.conversation SET is_blocked = false WHERE id = %s', :conversation));
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT jobs.block_conversation(:conversation, actor => :'max');
SELECT status, regress.try(format('SELECT jobs.accept_proposal(%s, actor => %L)', id, :'max')),
	regress.try(format('SELECT jobs.unblock_conversation(%s, actor => %L)', conversation_id, :'max')) FROM jobs.proposal WHERE id = :later;
-- whoever was first is told, to both sides; an ORM that saves the row as a whole opens it
SELECT jobs.act_as(:'ann', false);
SELECT blocked_by FROM jobs.conversation WHERE id = :conversation;
SELECT jobs.act_as('', false);
BEGIN;
UPDATE jobs.conversation SET is_blocked = false, blocked_by = 'system', created_at = created_at WHERE id = :conversation RETURNING blocked_by;
ROLLBACK;
SELECT status FROM jobs.job WHERE id = :again;
SELECT jobs.decline_job(:again, actor => :'max');
SELECT jobs.unblock_conversation(:conversation, actor => 'system');
-- with nothing that lives, and where no job ever was
SELECT jobs.block_conversation(:conversation, actor => :'max');
SELECT jobs.unblock_conversation(:conversation);
SELECT jobs.start_conversation(:other_org, 'Hello', actor => :'max') AS empty \gset
SELECT jobs.block_conversation(:empty, actor => :'max');
SELECT is_blocked, regress.who(blocked_by) AS blocked_by FROM jobs.conversation WHERE id IN (:conversation, :empty) ORDER BY id = :empty;

-- Users' triggers: a block that is suppressed or changed fails, and declines nothing
SELECT job_id AS job FROM jobs.request_job(:service, 'Again', 'Please', :org, actor => :'max') \gset
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA regress TO regress_jobs_owner;
SELECT regress.state() AS before \gset
BEGIN;
CREATE FUNCTION regress.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER own BEFORE UPDATE ON jobs.conversation FOR EACH ROW EXECUTE FUNCTION regress.skip();
SELECT regress.try(format('SELECT jobs.block_conversation(%s, actor => %L)', :conversation, :'max'));
SELECT regress.state() = :'before' AS unchanged;
ROLLBACK;
BEGIN;
CREATE TRIGGER own BEFORE UPDATE ON jobs.conversation FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"is_blocked": false}');
SELECT regress.try(format('SELECT jobs.block_conversation(%s, actor => %L)', :conversation, :'max'));
ROLLBACK;
BEGIN;
SELECT jobs.create_merchant('Moe', 'moe@block.example') AS moe_id \gset
SELECT format($$CREATE TRIGGER own BEFORE UPDATE ON jobs.conversation FOR EACH ROW EXECUTE FUNCTION regress.set_column('{"merchant_id": %s}')$$, :moe_id) AS statement \gset
:statement;
SELECT regress.try(format('SELECT jobs.block_conversation(%s, actor => %L)', :conversation, :'max'));
ROLLBACK;
-- a job that a trigger keeps alive keeps the conversation open: a block declines what lives in it
BEGIN;
SELECT job_id AS job2 FROM jobs.request_job(:service, 'Kept', 'Please', :org, actor => :'max') \gset
CREATE FUNCTION regress.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.title = ''Kept'' THEN RETURN NULL; END IF; RETURN NEW; END';
CREATE TRIGGER own BEFORE UPDATE ON jobs.job FOR EACH ROW EXECUTE FUNCTION regress.keep();
SELECT regress.try(format('SELECT jobs.block_conversation(%s, actor => %L)', :conversation, :'max'));
SELECT status, (SELECT count(*) FROM jobs.decline d WHERE d.job_id = j.id), (SELECT is_blocked FROM jobs.conversation WHERE id = j.conversation_id) FROM jobs.job j WHERE id IN (:job, :job2) ORDER BY id;
ROLLBACK;
SELECT regress.state() = :'before' AS unchanged;
