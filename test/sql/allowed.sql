-- What can be done now, as it is listed and as it is: allowed_actions(), proposal_actions() and
-- conversation_actions() beside trying each action, by every actor, on every state.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('allowed') \gset
SELECT jobs.start_conversation(:org, 'Hello', actor => :'max') AS conversation \gset

-- Does the statement do something? What it did is undone.
CREATE FUNCTION pg_temp.works(statement text)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	before text := regress.state();
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'XX999', MESSAGE = CASE WHEN regress.state() <> before THEN 'changed' ELSE 'same' END;
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE NOT IN ('XX999', 'PT409', 'PT410', '42501', '22023') THEN
		RAISE;
	END IF;
	RETURN SQLSTATE = 'XX999' AND SQLERRM = 'changed';
END
$$;
-- What is listed, and what differs from it when it is tried; both in the order of the actions.
CREATE FUNCTION pg_temp.compare(lister text, id bigint, actor text, actions text[], statements text[])
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	listed text[];
	wrong text;
BEGIN
	EXECUTE format('SELECT ARRAY(SELECT jobs.%I(%s, actor => %L))', lister, id, actor) INTO listed;
	SELECT string_agg(action, ' ') INTO wrong
	FROM unnest(actions, statements) t (action, statement)
	WHERE pg_temp.works(format(statement, id, actor)) <> (action = ANY (listed));
	RETURN concat_ws(' WRONG: ', coalesce(nullif(array_to_string(listed, ' '), ''), 'nothing'),
		nullif(concat_ws(' ', wrong, (SELECT string_agg(l, ' ') FROM unnest(listed) l WHERE l <> ALL (actions))), ''));
END
$$;
CREATE TEMPORARY VIEW actors AS
SELECT a.n, a.who, a.actor FROM regress.directory d, LATERAL (VALUES (1, 'expert', d.ann), (2, 'merchant', d.max), (3, 'system', 'system')) a (n, who, actor)
WHERE d.test = 'allowed';

-- jobs: in each status, and once a completion is confirmed, and reviewed
CREATE TEMPORARY TABLE jobs_to_ask AS
SELECT s.n, s.status AS state, regress.job('allowed', s.status, s.from_proposal) AS id
FROM (VALUES (1, 'new', false), (2, 'new', true), (3, 'opened', false), (4, 'responded', false), (5, 'awaiting_response', false),
	(6, 'inactive', false), (7, 'completed', false), (8, 'declined', false), (9, 'expired', false), (10, 'overdue', false),
	(11, 'completed', false), (12, 'completed', false)) s (n, status, from_proposal);
UPDATE jobs_to_ask SET state = 'confirmed' WHERE n = 11;
UPDATE jobs_to_ask SET state = 'reviewed' WHERE n = 12;
SELECT jobs.confirm_completion(id, actor => :'max') FROM jobs_to_ask WHERE n IN (11, 12);
SELECT jobs.review_job(id, 5, 5, actor => :'max') > 0 FROM jobs_to_ask WHERE n = 12;
SELECT sum(jobs.assign_members(id, ARRAY[:bob_id], actor => :'bob')) FROM jobs_to_ask WHERE n NOT IN (8, 9, 10);
SELECT j.state, a.who, pg_temp.compare('allowed_actions', j.id, a.actor,
	'{open,message,decline,mark_inactive,reactivate,complete,confirm,reject,assign,unassign,review}', ARRAY[
	'SELECT jobs.open_job(%s, actor => %L)', 'SELECT jobs.reply_to_job(%s, $$T$$, actor => %L)', 'SELECT jobs.decline_job(%s, actor => %L)',
	'SELECT jobs.mark_inactive(%s, actor => %L)', 'SELECT jobs.reactivate_job(%s, actor => %L)', 'SELECT jobs.complete_job(%s, actor => %L)',
	'SELECT jobs.confirm_completion(%s, actor => %L)', 'SELECT jobs.reject_completion(%s, actor => %L)', 'SELECT jobs.assign_self(%s, actor => %L)',
	format('SELECT jobs.unassign_members(%%s, ARRAY[%s], actor => %%L)', (SELECT bob_id FROM regress.directory WHERE test = 'allowed')),
	'SELECT jobs.review_job(%s, 5, 5, actor => %L)'])
FROM jobs_to_ask j, actors a WHERE a.who <> 'system' ORDER BY j.n, a.n;

-- proposals: sent, decided in each way, for a new store asked for a review and reviewed
CREATE TEMPORARY TABLE proposals AS
SELECT n, state, jobs.send_proposal(:conversation, :service, state, 'Work', 1, actor => :'ann') AS id
FROM unnest('{sent,withdrawn,declined,accepted for a store,accepted for a new store,asked for a review,reviewed}'::text[]) WITH ORDINALITY s (state, n);
SELECT jobs.withdraw_proposal(id, actor => :'ann') FROM proposals WHERE n = 2;
SELECT jobs.decline_proposal(id, actor => :'max') FROM proposals WHERE n = 3;
SELECT jobs.accept_proposal(id, CASE WHEN n = 4 THEN :store END, actor => :'max') IS NULL FROM proposals WHERE n >= 4;
SELECT jobs.request_review(id, actor => :'ann') FROM proposals WHERE n >= 6;
SELECT jobs.review_proposal(id, 5, 5, actor => :'max') > 0 FROM proposals WHERE n = 7;
CREATE TEMPORARY VIEW proposals_compared AS
SELECT p.n, p.state, a.n AS actor_n, a.who, pg_temp.compare('proposal_actions', p.id, a.actor,
	'{accept,decline,withdraw,request_review,review}', ARRAY[
	'SELECT jobs.accept_proposal(%s, actor => %L)', 'SELECT jobs.decline_proposal(%s, actor => %L)', 'SELECT jobs.withdraw_proposal(%s, actor => %L)',
	'SELECT jobs.request_review(%s, actor => %L)', 'SELECT jobs.review_proposal(%s, 5, 5, actor => %L)']) AS listed
FROM proposals p, actors a;
SELECT state, who, listed FROM proposals_compared ORDER BY n, actor_n;

-- conversations: open, and blocked, with what hangs on them
CREATE TEMPORARY VIEW conversation_compared AS
SELECT a.n, a.who, pg_temp.compare('conversation_actions', c.id, a.actor, '{message,propose,block,unblock}', ARRAY[
	'SELECT jobs.send_message(%s, $$T$$, 0, actor => %L)',
	format('SELECT jobs.send_proposal(%%s, %s, $$T$$, $$T$$, 1, actor => %%L)', (SELECT service FROM regress.directory WHERE test = 'allowed')),
	'SELECT jobs.block_conversation(%s, actor => %L)', 'SELECT jobs.unblock_conversation(%s, actor => %L)']) AS listed
FROM jobs.conversation c, actors a WHERE c.organization_id = (SELECT org FROM regress.directory WHERE test = 'allowed')
	AND c.merchant_id = (SELECT max_id FROM regress.directory WHERE test = 'allowed');
SELECT who, listed FROM conversation_compared ORDER BY n;
BEGIN;
UPDATE jobs.conversation SET is_blocked = true WHERE id = :conversation;
SELECT who, listed FROM conversation_compared ORDER BY n;
SELECT state, who, listed FROM proposals_compared ORDER BY n, actor_n;
ROLLBACK;

-- errors: as those of allowed_actions(), hidden as missing
SELECT name, regress.try(format('SELECT jobs.%I(NULL)', name)), regress.try(format('SELECT jobs.%I(1, actor => %L)', name, :'ann')),
	regress.try(format('SELECT jobs.%I(%s, actor => %L)', name, id, :'mia')), regress.try(format('SELECT jobs.%I(%s, actor => %L)', name, id, ''))
FROM (VALUES ('allowed_actions', (SELECT min(id) FROM jobs_to_ask)), ('proposal_actions', (SELECT min(id) FROM proposals)), ('conversation_actions', :conversation)) t (name, id);
