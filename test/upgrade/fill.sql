-- A marketplace that has a bit of everything: what script/freeze dumps for each release. The ids are those
-- of fresh tables, and nothing in it falls due.
SET jobs.response_window = '36500d';
SET jobs.proposal_response_window = '36500d';
SET client_min_messages = warning;

SELECT jobs.set_slots(0, 511);
SELECT jobs.create_service('Audit'), jobs.create_service('Design'), jobs.create_service('Übersetzung');
SELECT jobs.create_organization('Ann & Co', 'office@ann.example', 'Audits of all kinds');
SELECT jobs.add_member(1025, 'Ann', 'ann@ann.example'), jobs.add_member(1025, 'Bob', 'bob@ann.example', 'de'),
	jobs.add_member(1025, 'Gone', 'gone@ann.example'), jobs.add_member(1025, 'Cat', 'cat@ann.example');
SELECT jobs.create_organization('Eve Ltd', 'office@eve.example', language => 'de');
SELECT jobs.add_member(2050, 'Eve', 'eve@eve.example', 'de');
SELECT jobs.create_organization('Away', 'office@away.example');
SELECT jobs.set_preferences(3075, is_available => false, is_listed => false);
SELECT jobs.provide_service(1025, 1024), jobs.provide_service(1025, 2048, 10, 20), jobs.provide_service(2050, 1024, 5, 500.25),
	jobs.provide_service(2050, 3072), jobs.withdraw_service(2050, 3072);
SELECT jobs.create_merchant('Max', 'max@shop.example'), jobs.create_merchant('Mia', 'mia@shop.example', true, 'de');
SELECT jobs.add_store(1024, 'Shoes', 'https://shoes.example'), jobs.add_store(2048, 'Hats');
UPDATE jobs.member SET is_active = false WHERE name = 'Gone';
UPDATE jobs.member SET email_scope = 'messages' WHERE name = 'Cat';
UPDATE jobs.email_template SET subject = 'Ann & Co: {title}' WHERE kind = 'message' AND language = 'en';
INSERT INTO jobs.email_template (kind, language, subject, body) VALUES ('message', 'fr', 'Un message', '{message}');

\ir own.sql

SELECT jobs.create_consumer('warehouse', actor => 'system'), jobs.create_consumer('mine', actor => 'member:1025'),
	jobs.create_consumer('late', from_start => false, actor => 'merchant:1024');
SELECT jobs.start_conversation(1025, 'Hello', 'a0000000-0000-4000-8000-000000000001', actor => 'merchant:1024');
SELECT jobs.start_conversation(2050, 'Hello', actor => 'merchant:1024');
SELECT jobs.start_conversation(1025, 'Guten Tag', actor => 'merchant:2048');

CREATE FUNCTION pg_temp.request(title text) RETURNS bigint LANGUAGE SQL AS $$
	SELECT job_id FROM jobs.request_job(1024, title, 'All of it', 1025, 1024, actor => 'merchant:1024') $$;
CREATE FUNCTION pg_temp.reply(job bigint) RETURNS bigint LANGUAGE SQL AS $$
	SELECT jobs.reply_to_job(job, 'Yes', actor => 'member:1025') $$;
DO $$
DECLARE
	ann CONSTANT text := 'member:1025';
	max CONSTANT text := 'merchant:1024';
	mia CONSTANT text := 'merchant:2048';
	asked bigint;
	proposal bigint;
	review bigint;
	talk bigint;
BEGIN
	-- jobs of all statuses
	asked := pg_temp.request('new');
	asked := pg_temp.request('opened');
	PERFORM jobs.open_job(asked, actor => ann), jobs.assign_members(asked, ARRAY[1025, 2049], actor => ann),
		jobs.unassign_members(asked, ARRAY[1025], actor => ann);
	asked := pg_temp.request('responded');
	PERFORM pg_temp.reply(asked);
	asked := pg_temp.request('awaiting response');
	PERFORM pg_temp.reply(asked), jobs.reply_to_job(asked, 'When?', 'a0000000-0000-4000-8000-000000000002', actor => max);
	asked := pg_temp.request('inactive');
	PERFORM pg_temp.reply(asked), jobs.mark_inactive(asked, actor => ann);
	asked := pg_temp.request('reactivated');
	PERFORM pg_temp.reply(asked), jobs.mark_inactive(asked, actor => ann), jobs.reactivate_job(asked, actor => ann);
	asked := pg_temp.request('completed');
	PERFORM pg_temp.reply(asked), jobs.complete_job(asked, 'Done', actor => ann);
	asked := pg_temp.request('rejected');
	PERFORM pg_temp.reply(asked), jobs.complete_job(asked, actor => ann), jobs.reject_completion(asked, 'Not yet', actor => max);
	asked := pg_temp.request('confirmed');
	PERFORM pg_temp.reply(asked), jobs.complete_job(asked, actor => ann), jobs.confirm_completion(asked, actor => max);
	review := jobs.review_job(asked, 5, 4, 'Fine', actor => max);
	PERFORM jobs.reply_to_review(review, 'Thank you', actor => ann);
	asked := pg_temp.request('declined');
	PERFORM jobs.decline_job(asked, 'no_time', 'Sorry', actor => ann);
	asked := pg_temp.request('declined by the merchant');
	PERFORM jobs.decline_job(asked, actor => max);

	-- a request that looks for somebody, and finds another one when declined
	SELECT job_id INTO STRICT asked FROM jobs.request_job(1024, 'whoever', 'Any of you', budget => 50, max_matches => 1,
		auto_rematch => true, actor => mia) LIMIT 1;
	PERFORM jobs.decline_job(asked, 'too_busy', actor => CASE (SELECT organization_id FROM jobs.job WHERE id = asked) WHEN 1025 THEN ann ELSE 'member:5122' END);

	-- proposals of all states
	proposal := jobs.send_proposal(1025, 2048, 'accepted', 'Draw', 15, actor => ann);
	PERFORM jobs.accept_proposal(proposal, 1024, actor => max);
	proposal := jobs.send_proposal(1025, 2048, 'new store', 'Draw', 15, actor => ann);
	PERFORM jobs.accept_proposal(proposal, actor => max), jobs.request_review(proposal, actor => ann),
		jobs.review_proposal(proposal, 3, 3, actor => max);
	proposal := jobs.send_proposal(1025, 2048, 'declined', 'Draw', 15, actor => ann);
	PERFORM jobs.decline_proposal(proposal, actor => max);
	proposal := jobs.send_proposal(1025, 2048, 'withdrawn', 'Draw', 15, actor => ann);
	PERFORM jobs.withdraw_proposal(proposal, actor => ann);
	proposal := jobs.send_proposal(1025, 2048, 'sent', 'Draw', 15, 'EUR', 'a0000000-0000-4000-8000-000000000003', actor => ann);

	-- blocked by the merchant, and by an operator; another one open again
	talk := (SELECT id FROM jobs.conversation WHERE organization_id = 2050 AND merchant_id = 1024);
	PERFORM jobs.request_job(1024, 'blocked', 'It', 2050, actor => max), jobs.block_conversation(talk, actor => max);
	talk := jobs.start_conversation(2050, 'Hello', actor => mia);
	UPDATE jobs.conversation SET is_blocked = true WHERE id = talk;
	talk := (SELECT id FROM jobs.conversation WHERE organization_id = 1025 AND merchant_id = 2048);
	PERFORM jobs.block_conversation(talk, actor => mia), jobs.unblock_conversation(talk, actor => 'system');
END $$;

-- what is overdue, and what was: with a window of its own
SET jobs.response_window = '1ms';
SELECT pg_temp.request('expired');
SELECT pg_sleep(0.002), jobs.expire_jobs();
SELECT pg_temp.request('overdue');

-- whoever acts for others is remembered
SET SESSION AUTHORIZATION shop_app;
SELECT jobs.reply_to_job((SELECT id FROM jobs.job WHERE title = 'responded'), 'And more', actor => 'member:1025') IS NOT NULL
FROM (SELECT jobs.act_as('member:1025', false)) a;
RESET SESSION AUTHORIZATION;
RESET ALL;

-- e-mail: sent, tried again, dead, in a mailer's hands, called off, pending
SELECT jobs.ack_emails(array_agg(email_id), array_agg(claim_token)) FROM jobs.claim_emails(3, worker => 'one');
SELECT jobs.fail_email(email_id, claim_token, 'mailbox full') IS NOT NULL FROM jobs.claim_emails(1);
SELECT jobs.fail_email(email_id, claim_token, 'no such user', true) IS NULL FROM jobs.claim_emails(1);
SELECT count(*) FROM jobs.claim_emails(2, worker => 'two');

-- consumers that have read some of it
SELECT jobs.ack_events('warehouse', max(event_position)) FROM jobs.read_events('warehouse', 7);
SELECT jobs.act_as('member:1025', false);
SELECT jobs.ack_events('mine', max(event_position)) FROM jobs.read_events('mine', 3);
SELECT jobs.act_as('', false);
SELECT jobs.purge_events(2);

-- the same in each dump
SET session_replication_role = replica;
UPDATE jobs.node SET marketplace_id = 'a0000000-0000-4000-8000-000000000000';
UPDATE jobs.email SET claim_token = ('a0000000-0000-4000-8000-' || lpad(id::text, 12, '0'))::uuid WHERE claim_token IS NOT NULL;
RESET session_replication_role;
