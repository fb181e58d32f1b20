-- Whom an event is mailed to. Ann acts for the expert, Max for the merchant; Ann and Bob
-- are assigned.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
SELECT * FROM regress.directory('email_recipients') \gset
SET SESSION AUTHORIZATION regress_jobs_app;

CREATE FUNCTION pg_temp.assigned(situation text, from_proposal boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
	job bigint := regress.job('email_recipients', situation, from_proposal);
BEGIN
	SELECT * INTO d FROM regress.directory WHERE test = 'email_recipients';
	PERFORM jobs.assign_members(job, ARRAY[d.ann_id, d.bob_id], actor => d.ann);
	PERFORM regress.mail('email_recipients');
	RETURN job;
END
$$;

-- assigned: the newly assigned member, also by oneself
SELECT regress.job('email_recipients') AS job \gset
SELECT count(*) FROM regress.mail('email_recipients');
SELECT jobs.assign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT regress.mail('email_recipients');
SELECT jobs.assign_self(:job, actor => :'ann');
SELECT regress.mail('email_recipients');
-- message by the merchant: organization, assignees
SELECT pg_temp.assigned('new') AS job \gset
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') IS NOT NULL AS sent;
SELECT regress.mail('email_recipients');
-- message by the expert: merchant, assignees but the author
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL AS sent;
SELECT regress.mail('email_recipients');
-- message about no job: the merchant; the organization
SELECT conversation_id AS conversation FROM jobs.start_conversation(:org, 'Text', actor => :'max') conversation_id \gset
SELECT regress.mail('email_recipients');
SELECT jobs.send_message(:conversation, 'Text', 0, actor => :'ann') IS NOT NULL AS sent;
SELECT regress.mail('email_recipients');
-- job created, asked for and of a proposal: organization
SELECT job_id IS NOT NULL AS created FROM jobs.request_job(:service, 'Title', 'Text', :org, actor => :'max');
SELECT regress.mail('email_recipients');
SELECT jobs.send_proposal(:conversation, :service, 'Title', 'Work', 1, actor => :'ann') AS proposal \gset
-- proposal sent: merchant
SELECT regress.mail('email_recipients');
SELECT jobs.accept_proposal(:proposal, :store, actor => :'max') IS NOT NULL AS created;
SELECT regress.mail('email_recipients');
-- proposal accepted without a job, declined: organization; withdrawn: nobody
SELECT jobs.accept_proposal(jobs.send_proposal(:conversation, :service, 'Title', 'Work', 1, actor => :'ann'), actor => :'max');
SELECT regress.mail('email_recipients');
SELECT jobs.decline_proposal(jobs.send_proposal(:conversation, :service, 'Title', 'Work', 1, actor => :'ann'), actor => :'max');
SELECT regress.mail('email_recipients');
SELECT jobs.withdraw_proposal(jobs.send_proposal(:conversation, :service, 'Title', 'Work', 1, actor => :'ann'), actor => :'ann');
SELECT regress.mail('email_recipients');
-- declined by the merchant: organization, assignees
SELECT pg_temp.assigned('new') AS job \gset
SELECT jobs.decline_job(:job, actor => :'max');
SELECT regress.mail('email_recipients');
-- declined by the expert: merchant, other assignees
SELECT pg_temp.assigned('new') AS job \gset
SELECT jobs.decline_job(:job, actor => :'ann');
SELECT regress.mail('email_recipients');
-- expired: organization, assignees, merchant
SELECT pg_temp.assigned('new') AS job \gset
RESET SESSION AUTHORIZATION;
SET session_replication_role = replica;
UPDATE jobs.job SET due_at = now(), respond_by = now() WHERE id = :job;
SET session_replication_role = origin;
SELECT jobs.expire_jobs() > 0 AS expired;
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT regress.mail('email_recipients');
-- opened, inactive, reactivated, unassigned: nobody
SELECT pg_temp.assigned('new') AS job \gset
SELECT jobs.open_job(:job, actor => :'ann');
SELECT pg_temp.assigned('responded') AS job \gset
SELECT jobs.mark_inactive(:job, actor => :'ann'), jobs.reactivate_job(:job, actor => :'ann');
SELECT jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT regress.mail('email_recipients');
-- completion requested, with a message or without: merchant, and no mail of the message
SELECT pg_temp.assigned('responded') AS job \gset
SELECT jobs.complete_job(:job, 'Done', actor => :'ann');
SELECT regress.mail('email_recipients');
-- completion rejected: organization, assignees
SELECT jobs.reject_completion(:job, 'No', actor => :'max');
SELECT regress.mail('email_recipients');
SELECT jobs.complete_job(:job, actor => :'ann');
SELECT regress.mail('email_recipients');
-- completion confirmed: organization, assignees
SELECT jobs.confirm_completion(:job, actor => :'max');
SELECT regress.mail('email_recipients');

-- unassigned: no more; nothing is backdated
SELECT pg_temp.assigned('new') AS job \gset
SELECT jobs.unassign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') IS NOT NULL AS sent;
SELECT jobs.assign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT regress.mail('email_recipients');
-- inactive members get none; assignees but the author, whoever that is
RESET SESSION AUTHORIZATION;
SELECT pg_temp.assigned('new') AS job \gset
UPDATE jobs.member SET is_active = false WHERE id = :bob_id;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') IS NOT NULL AS sent;
UPDATE jobs.member SET is_active = true WHERE id = :bob_id;
SELECT regress.mail('email_recipients');
-- who comes back is assigned anew
SELECT jobs.assign_members(:job, ARRAY[:bob_id], actor => :'bob');
SELECT jobs.reply_to_job(:job, 'Text', actor => :'bob') IS NOT NULL AS sent;
SELECT regress.mail('email_recipients');

-- one address, once, whatever its case
UPDATE jobs.member SET email = 'DESK@Email_Recipients.example' WHERE id = :ann_id;
UPDATE jobs.member SET email = 'Shared@email_recipients.example' WHERE id = :bob_id;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') IS NOT NULL AS sent;
SELECT regress.mail('email_recipients');
UPDATE jobs.merchant SET email = 'shared@email_recipients.EXAMPLE' WHERE id = :max_id;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL AS sent;
SELECT regress.mail('email_recipients');
-- what is unsent goes to the address of who changes it
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') IS NOT NULL AS sent;
UPDATE jobs.member SET email = 'later@email_recipients.example' WHERE id = :bob_id;
SELECT regress.mail('email_recipients');

UPDATE jobs.member SET email = 'ann@email_recipients.example' WHERE id = :ann_id;
UPDATE jobs.member SET email = 'bob@email_recipients.example' WHERE id = :bob_id;
UPDATE jobs.merchant SET email = 'max@email_recipients.example' WHERE id = :max_id;

-- Muted: of each kind that goes to members, with Bob's scope. Ann wants all. What is rejected with words is a message, too.
SET SESSION AUTHORIZATION regress_jobs_app;
CREATE FUNCTION pg_temp.to_members(scope text)
RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
	job bigint;
BEGIN
	SELECT * INTO d FROM regress.directory WHERE test = 'email_recipients';
	PERFORM jobs.set_email_scope(d.bob_id, scope, actor => d.bob);
	job := regress.job('email_recipients', 'responded');
	PERFORM regress.mail('email_recipients');
	PERFORM jobs.assign_members(job, ARRAY[d.ann_id, d.bob_id], actor => d.ann);
	PERFORM jobs.reply_to_job(job, 'Text', actor => d.max);
	PERFORM jobs.complete_job(job, actor => d.ann);
	PERFORM jobs.reject_completion(job, actor => d.max);
	PERFORM jobs.complete_job(job, actor => d.ann);
	PERFORM jobs.reject_completion(job, 'With words', actor => d.max);
	PERFORM jobs.complete_job(job, actor => d.ann);
	PERFORM jobs.confirm_completion(job, actor => d.max);
	job := regress.job('email_recipients');
	PERFORM jobs.assign_members(job, ARRAY[d.bob_id], actor => d.ann);
	PERFORM jobs.decline_job(job, actor => d.max);
	job := regress.job('email_recipients');
	PERFORM jobs.assign_members(job, ARRAY[d.bob_id], actor => d.ann);
	PERFORM regress.run_out(job);
	PERFORM regress.expire();
	RETURN QUERY SELECT regress.mail('email_recipients');
END
$$;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION regress.expire() RETURNS integer LANGUAGE sql SECURITY DEFINER RETURN jobs.expire_jobs();
SET SESSION AUTHORIZATION regress_jobs_app;
SELECT pg_temp.to_members('all');
SELECT pg_temp.to_members('messages');
SELECT pg_temp.to_members('none');
SELECT jobs.set_email_scope(:bob_id, 'all', actor => :'bob');
RESET SESSION AUTHORIZATION;

-- what a row holds
SELECT pg_temp.assigned('new') AS job \gset
UPDATE jobs.member SET language = 'de' WHERE id = :bob_id;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'max') AS message \gset
SELECT recipient, language, regress.who('member:' || member_id), job_id = :job, organization_id = :org,
	(SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_object_keys(payload) key),
	(payload ->> 'message_id')::bigint = :message, attempts, next_attempt_at IS NOT NULL, sent_at, dead_at
FROM jobs.email WHERE kind = 'message' AND job_id = :job ORDER BY recipient;

-- all of it or none
SELECT count(*) FROM regress.mail('email_recipients');
BEGIN;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL AS sent;
ROLLBACK;
SELECT regress.mail('email_recipients');
-- e-mail comes from its causes alone
SET SESSION AUTHORIZATION regress_jobs_operator;
SELECT regress.try('INSERT INTO jobs.email DEFAULT VALUES');
SET SESSION AUTHORIZATION regress_jobs_owner;
SELECT regress.try(format($$INSERT INTO jobs.email (organization_id, kind, recipient, language, payload, created_at, attempts)
	VALUES (%s, 'message', 'x@x.example', 'en', '{}', now(), 0)$$, :org));
RESET SESSION AUTHORIZATION;
