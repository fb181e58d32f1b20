-- Sending an e-mail once more, as another one. All of it is rolled back.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only
\pset null NULL
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT * FROM regress.directory('resend') \gset
DELETE FROM jobs.email;
SELECT regress.job('resend') AS job \gset
SELECT jobs.assign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann');
SELECT jobs.reply_to_job(:job, 'Is it ready?', actor => :'max') AS message \gset
SELECT jobs.decline_job(:job, 'no_time', 'Sorry', actor => :'bob');
CREATE TEMPORARY TABLE sent AS SELECT * FROM jobs.claim_emails();
SELECT jobs.ack_emails(array_agg(email_id), array_agg(claim_token)) = count(*) FROM sent;
SELECT count(*) > 5 AS sent, bool_and(sent_at IS NOT NULL) FROM jobs.email;

-- each kind, of a job that has ended: the same words to the same address, with a key of its own; the old one stays
CREATE TEMPORARY TABLE before AS SELECT * FROM jobs.email;
SET LOCAL ROLE regress_jobs_operator;
SELECT count(jobs.resend_email(id)) = count(*) AS all FROM jobs.email WHERE sent_at IS NOT NULL;
RESET ROLE;
SELECT count(*) FROM (SELECT * FROM before EXCEPT SELECT * FROM jobs.email) changed;
CREATE TEMPORARY TABLE resent AS SELECT * FROM jobs.claim_emails();
SELECT count(*) = (SELECT count(*) FROM sent) AS all, count(*) FILTER (WHERE attempt = 1) = count(*) AS first_attempts FROM resent;
SELECT 'differs', kind, recipient, language, subject, body, job_id, payload FROM sent
EXCEPT ALL SELECT 'differs', kind, recipient, language, subject, body, job_id, payload FROM resent;
SELECT count(*) FROM sent JOIN resent USING (message_key);
SELECT count(*) FROM resent WHERE message_key NOT LIKE '%-' || email_id OR email_id % 1024 <> :org % 1024;
SELECT jobs.ack_emails(array_agg(email_id), array_agg(claim_token)) = count(*) FROM resent;

-- to another address, of a member and of the merchant: whom it is for stays
SELECT id AS to_bob FROM jobs.email WHERE kind = 'message' AND recipient LIKE 'bob@%' ORDER BY id LIMIT 1 \gset
SELECT id AS to_max FROM jobs.email WHERE kind = 'declined' AND recipient LIKE 'max@%' ORDER BY id LIMIT 1 \gset
SELECT jobs.resend_email(:to_bob, 'Robert@home.example') AS again, jobs.resend_email(:to_max, recipient => 'max@new.example') AS again_max \gset
SELECT e.recipient, e.member_id = :bob_id AS bobs, e.created_at > o.created_at AS later, e.attempts, e.last_error, e.payload = o.payload AS same_payload
FROM jobs.email e, jobs.email o WHERE e.id = :again AND o.id = :to_bob;
SELECT recipient, split_part(body, E'\n', 1) AS greeting FROM jobs.claim_emails() ORDER BY email_id;

-- what waits, was given up or was cancelled is sent once more as well
SELECT jobs.resend_email(:again) > :again AS pending;
UPDATE jobs.email SET next_attempt_at = NULL, claim_token = NULL, dead_at = now() WHERE id = :again;
SELECT jobs.resend_email(:again) > :again AS dead;
UPDATE jobs.email SET dead_at = NULL, cancelled_at = now() WHERE id = :again;
SELECT jobs.resend_email(:again) > :again AS cancelled;
SELECT count(*) FROM jobs.claim_emails();

-- to a member who was unassigned, or has left, it is not sent
SELECT regress.job('resend') AS job \gset
SELECT jobs.assign_members(:job, ARRAY[:ann_id, :bob_id], actor => :'ann'), jobs.reply_to_job(:job, 'Hello?', actor => :'max') IS NOT NULL;
SELECT count(*) FROM jobs.claim_emails();
SELECT id AS to_ann FROM jobs.email WHERE job_id = :job AND kind = 'message' AND recipient LIKE 'ann@%' \gset
SELECT id AS to_bob FROM jobs.email WHERE job_id = :job AND kind = 'message' AND recipient LIKE 'bob@%' \gset
SELECT jobs.unassign_members(:job, ARRAY[:bob_id], actor => :'ann');
SELECT jobs.resend_email(:to_ann) AS for_ann, jobs.resend_email(:to_bob, 'bob@other.example') AS for_bob \gset
SELECT recipient FROM jobs.claim_emails();
SELECT cancelled_at IS NOT NULL AS cancelled FROM jobs.email WHERE id = :for_bob;

-- who may, bad input, a missing one
SELECT regress.state() AS before \gset
SELECT role, regress.try(format('SELECT jobs.resend_email(%s)', :to_ann)) FROM unnest('{app,bound,mailer,monitor,viewer,stranger}'::text[]) role,
	LATERAL set_config('role', 'regress_jobs_' || role, true);
RESET ROLE;
SELECT regress.try(format('SELECT jobs.resend_email(%s)', arguments))
FROM unnest(ARRAY['NULL', '1', '-1', :'to_ann' || ', $$bob$$', :'to_ann' || ', $$$$', :'to_ann' || ', E''a@b.example\nBcc: c@d.example''']) arguments;
SELECT regress.state() = :'before' AS unchanged;
-- a row that a trigger of a user suppresses was not sent again
GRANT EXECUTE ON FUNCTION regress.suppress TO regress_jobs_owner;
CREATE TRIGGER own BEFORE INSERT ON jobs.email FOR EACH ROW EXECUTE FUNCTION regress.suppress();
SELECT regress.try(format('SELECT jobs.resend_email(%s)', :to_ann));
ROLLBACK;
BEGIN READ ONLY;
SELECT regress.try('SELECT jobs.resend_email(1)');
ROLLBACK;
