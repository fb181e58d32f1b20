-- E-mail that is called off before it is sent: to a member who was unassigned, and by the
-- operator. All of it is rolled back, so that other tests find the e-mails they wrote.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('cancel') \gset
DELETE FROM jobs.email;

CREATE VIEW pg_temp.outbox AS
SELECT kind || ' to ' || split_part(recipient, '@', 1) AS email, claim_token IS NOT NULL AS claimed, next_attempt_at IS NOT NULL AS pending,
	sent_at IS NOT NULL AS sent, dead_at IS NOT NULL AS dead, cancelled_at IS NOT NULL AS cancelled, last_error
FROM jobs.email
ORDER BY id;
CREATE FUNCTION pg_temp.claimed(max_rows integer DEFAULT 100)
RETURNS SETOF text
LANGUAGE sql
RETURN (SELECT string_agg(kind || ' to ' || split_part(recipient, '@', 1), ', ' ORDER BY email_id) FROM jobs.claim_emails(max_rows));
-- the end of all leases
CREATE FUNCTION pg_temp.let_time_pass()
RETURNS void
BEGIN ATOMIC
	UPDATE jobs.email SET next_attempt_at = pg_catalog.clock_timestamp() - interval '1 minute' WHERE next_attempt_at IS NOT NULL;
END;
-- a job on which Ann and Bob work, and a message of the merchant's
CREATE FUNCTION pg_temp.worked_on()
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	d regress.directory;
	job bigint := regress.job('cancel');
BEGIN
	SELECT * INTO d FROM regress.directory WHERE test = 'cancel';
	DELETE FROM jobs.email;
	PERFORM jobs.assign_members(job, ARRAY[d.ann_id, d.bob_id], actor => d.ann);
	PERFORM jobs.reply_to_job(job, 'Text', actor => d.max);
	RETURN job;
END
$$;

-- assigned: all goes out
SELECT pg_temp.worked_on() AS job \gset
SELECT pg_temp.claimed();
-- unassigned: what is unsent of that member's is called off, and nothing else
SELECT pg_temp.worked_on() AS job \gset
SELECT jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT pg_temp.claimed();
SELECT * FROM pg_temp.outbox;
SELECT outbox_depth, dead_letters FROM jobs.health;
-- the same by plain SQL
SELECT pg_temp.worked_on() AS job \gset
SELECT jobs.act_as(:'ann');
DELETE FROM jobs.assignment WHERE job_id = :job AND member_id = :bob_id;
SELECT jobs.act_as('');
SELECT pg_temp.claimed();
-- of another job it is not
SELECT pg_temp.worked_on() AS other \gset
SELECT regress.job('cancel') AS job \gset
SELECT jobs.assign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT pg_temp.claimed();
-- assigned again: from then on
SELECT pg_temp.worked_on() AS job \gset
SELECT jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT jobs.assign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL AS sent;
SELECT pg_temp.claimed();
SELECT email FROM pg_temp.outbox WHERE cancelled;

-- what is called off leaves its place to others
SELECT pg_temp.worked_on() AS job \gset
SELECT jobs.unassign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT pg_temp.claimed(1);
SELECT pg_temp.claimed(1);
-- much that is called off, which a claim of one e-mail passes
SET session_replication_role = replica;
INSERT INTO jobs.email (organization_id, job_id, member_id, kind, recipient, language, payload, created_at, attempts, next_attempt_at)
SELECT :org, :job, :bob_id, 'message', 'bob@cancel.example', 'en', '{}', now(), 0, now() - interval '1 day' + n * interval '1 ms'
FROM generate_series(1, 5000) n;
RESET session_replication_role;
SELECT jobs.reply_to_job(:job, 'Text', actor => :'ann') IS NOT NULL AS sent;
SELECT pg_temp.claimed(1);
DELETE FROM jobs.email WHERE cancelled_at IS NOT NULL;
-- a member who has left is sent nothing any more
SELECT pg_temp.worked_on() AS job \gset
UPDATE jobs.member SET is_active = false WHERE id = :bob_id;
SELECT pg_temp.claimed();
UPDATE jobs.member SET is_active = true WHERE id = :bob_id;
-- one that a mailer holds can still be acknowledged; after its lease it is called off, and then it can't
SELECT pg_temp.worked_on() AS job \gset
SELECT pg_temp.claimed();
SELECT jobs.unassign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT id AS ann_email, claim_token AS ann_token FROM jobs.email WHERE member_id = :ann_id AND kind = 'message' \gset
SELECT id AS bob_email, claim_token AS bob_token FROM jobs.email WHERE member_id = :bob_id AND kind = 'message' \gset
SELECT jobs.ack_emails(ARRAY[:ann_email]::bigint[], ARRAY[:'ann_token']::uuid[]);
SELECT pg_temp.let_time_pass();
SELECT pg_temp.claimed();
SELECT jobs.ack_emails(ARRAY[:bob_email]::bigint[], ARRAY[:'bob_token']::uuid[]);
SELECT regress.try(format('SELECT jobs.fail_email(%s, %L, $$busy$$)', :bob_email, :'bob_token'));
SELECT * FROM pg_temp.outbox;
-- tried again, it is called off again
SELECT jobs.retry_email(:bob_email);
SELECT email, pending, cancelled FROM pg_temp.outbox WHERE pending;
SELECT pg_temp.claimed();
SELECT cancelled_at IS NOT NULL AS cancelled FROM jobs.email WHERE id = :bob_email;
-- and no dead letter after the last attempt
SELECT pg_temp.worked_on() AS job \gset
SELECT jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'ann');
UPDATE jobs.email SET attempts = 1000;
SELECT pg_temp.claimed();
SELECT email, dead, cancelled FROM pg_temp.outbox;

-- an address that two members share is nobody's alone
UPDATE jobs.member SET email = 'Team@cancel.example' WHERE id = :ann_id;
UPDATE jobs.member SET email = 'team@cancel.example' WHERE id = :bob_id;
SELECT pg_temp.worked_on() AS job \gset
SELECT jobs.unassign_members(:job, ARRAY[:ann_id], actor => :'ann');
SELECT pg_temp.claimed();
UPDATE jobs.member SET email = lower(name) || '@cancel.example' WHERE organization_id = :org;

-- a trigger that keeps it due doesn't keep a claim busy for ever
SELECT pg_temp.worked_on() AS job \gset
SELECT jobs.unassign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
CREATE FUNCTION regress.keep_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.next_attempt_at := OLD.next_attempt_at;
	RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION regress.keep_due TO regress_jobs_owner;
CREATE TRIGGER own BEFORE UPDATE ON jobs.email FOR EACH ROW WHEN (NEW.cancelled_at IS NOT NULL) EXECUTE FUNCTION regress.keep_due();
SELECT count(*) FROM jobs.claim_emails(1);
DROP TRIGGER own ON jobs.email;

-- The operator calls off what was written before a time, held or not.
SELECT pg_temp.worked_on() AS job \gset
SELECT max(created_at) AS last FROM jobs.email \gset
SELECT jobs.cancel_emails(min(created_at)) FROM jobs.email;
SELECT email_id, claim_token FROM jobs.claim_emails(1) \gset
SELECT jobs.cancel_emails(:'last');
SELECT jobs.cancel_emails(:'last');
SELECT * FROM pg_temp.outbox;
SELECT bool_and(cancelled_at <= clock_timestamp()) AS says_when FROM jobs.email WHERE cancelled_at IS NOT NULL;
SELECT jobs.ack_emails(ARRAY[:email_id]::bigint[], ARRAY[:'claim_token']::uuid[]);
SELECT regress.try(format('SELECT jobs.fail_email(%s, %L, $$busy$$)', :email_id, :'claim_token'));
SELECT pg_temp.claimed();
-- what was sent or given up is done with
SELECT jobs.retry_email(:email_id);
SELECT email, pending, cancelled FROM pg_temp.outbox WHERE pending;
SELECT email_id, claim_token FROM jobs.claim_emails(1) \gset
SELECT jobs.ack_emails(ARRAY[:email_id]::bigint[], ARRAY[:'claim_token']::uuid[]);
SELECT jobs.cancel_emails('infinity');
SELECT jobs.cancel_emails('infinity');
SELECT email, sent, cancelled FROM pg_temp.outbox;
SELECT jobs.cancel_emails('-infinity');
SELECT regress.try('SELECT jobs.cancel_emails(NULL)');
SELECT regress.try('SELECT jobs.cancel_emails(before => now())');
SET LOCAL ROLE regress_jobs_mailer;
SELECT regress.try('SELECT jobs.cancel_emails(now())');
ROLLBACK;
